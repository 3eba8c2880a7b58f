"""The words of the sums of a roll, by their names in the JSON (docs/archive.md); a figure has its own with it."""

from collections.abc import Mapping

OF_A_ROLL: Mapping[str, str] = {
    "count": "次数",
    "expected": "应到",
    "present": "实到",
    "leave": "请假",
    "absent": "缺席",
    "made_up": "补学",
    "attendance_rate": "出席率",
    "coverage_rate": "参学率",
}
