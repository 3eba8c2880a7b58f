"""The word of every figure of a tally, once, by its name in the JSON (docs/archive.md), and of the sums of a roll."""

from collections.abc import Mapping

from bot.kit.glossary.choices import ACTIVITY_TYPES

FIGURES: Mapping[str, str] = {
    "roster_open": "期初", "roster_close": "期末", "transfers_in": "转入", "transfers_out": "转出",
    "full_at_close": "正式党员", "probationary_at_close": "预备党员", "exempt_at_close": "免于考勤",
    "monthly_themes": "每月一主题", "group_meetings_by_group": "党小组会", "branch_scope_overall": "支部活动",
    "party_lectures_by_secretary": "书记党课", "party_lectures_by_superior": "上级党课",
    "first_agenda_items": "第一议题", "first_agenda_mentions": "第一议题", "red_site_visits": "参观红色教育基地",
    "delegations": "选派", "study": "学习", "study.items": "自学书目和文件", "reflections": "心得体会",
    "reflection_pieces_total": "心得体会", "reminders": "节前廉洁提醒", "hours": "学时",
    "attendance_by_activity": "考勤", **{f"by_type.{kind.value}": word for kind, word in ACTIVITY_TYPES.items()},
}  # fmt: skip
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
