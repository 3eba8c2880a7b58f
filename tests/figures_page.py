"""docs/figures.md, made anew: every figure, how it is recorded, by whom, and its formula in words.

python -m tests.figures_page
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from bot.features.register.kinds.catalogue import KINDS
from bot.features.registry import FIGURES
from bot.kit.figures import Behaviour, Figure, Section
from bot.kit.glossary.choices import DUTIES
from tests.no_records import no_records
from tests.report_blanks import BLANKS

PAGE = Path(__file__).parents[1] / "docs" / "figures.md"
HEAD = """# Figures
Every figure of the tally (季度数据, `branch-bot tally`), as the code declares it; made by
`python -m tests.figures_page` and held by a test. The path is its name in JSON and in what opens it. Which rows stand
behind a figure, and by which day, says its formula.

sum: of a year the sum of its quarters · different: counted anew over the whole period, never a sum · last day: as of
the last day of the period · any day: whatever held on any day of it · rate: sum over sum, none over nothing · average:
the same of a mean
"""
BLANKS_HEAD = """## The report of a quarter, blank by blank
The report of a real branch leaves 49 blanks and prints some numbers. Here is what each becomes in a quarter in which
all of it happened (`tests/reference_quarter.py`: an archive of 25 people; a test makes the report from it and compares
every sentence), which figure holds it, and where it is recorded. Without the records the clause is left out, and the
secretary is told so.

| blank | said of that quarter | figure | recorded |
|---|---|---|---|"""
BEHAVIOURS: Mapping[Behaviour, str] = {
    Behaviour.ADDITIVE: "sum",
    Behaviour.DISTINCT: "different",
    Behaviour.LAST_DAY: "last day",
    Behaviour.OPEN: "any day",
    Behaviour.RATE: "rate",
    Behaviour.AVERAGE: "average",
}
# By the source of the figure: in chat, and who.
RECORDED: Mapping[str, tuple[str, str]] = {
    "held activities": ("建活动 · 签到 · 点名 · 补报活动", "everybody signs in; the desk calls the roll"),
    "activities of campaigns": ("建活动 · 主题教育 · 点名", "the desk, officers of the field"),
    "sites visited": ("建活动 · 点位 · 点名 · 红色基地名录", "the desk; 组织委员 keeps the list"),
    "hours learned": ("建活动 · 签到 · 点名 · 补学 · 登记", "everybody signs in and makes up; the desk; 宣传委员"),
    "meetings by group": ("建活动 · 签到 · 点名", "leaders of party groups, the desk"),
    "study": ("学习安排 · 学完了", "宣传委员 and the desk; everybody completes"),
    "self checks": ("布置自查 · 填自查表 · 审阅", "宣传委员, 纪检委员 and the desk; everybody fills in"),
    "reflections": ("布置心得 · 交心得 · 审阅", "宣传委员, 纪检委员 and the desk; everybody writes"),
    "exams": (
        "考试 · 开始答题 · 登记成绩",
        "纪检委员 and the desk; everybody sits it; 纪检委员 and 书记 record scores",
    ),
    "reminders": ("节前提醒 · 已阅", "纪检委员 and the desk; everybody reads"),
    "talk campaigns": (
        "谈话情况 · 新建谈话活动 · 谈话",
        "the desk opens them; the committee and leaders of party groups record",
    ),
    "talks": ("谈话", "the committee, leaders of party groups for their own"),
    "votes": ("考勤 · 表决", "the desk; of their own meetings leaders of party groups"),
    "heads": ("名册", "组织委员, the desk"),
    "development": ("发展党员 · 表决 · 登记接收", "组织委员, the desk"),
    "development_stages": ("发展党员 · 名册", "组织委员, the desk"),
}


def page() -> str:
    """The whole document."""
    return "\n".join([HEAD, *(line for section in Section for line in _part(section)), blanks()])


def blanks() -> str:
    """What a real report of a quarter leaves open, and what records make of it."""
    lines = [BLANKS_HEAD]
    for blank in BLANKS:
        numbers = ", ".join(map(str, blank.blanks)) or "printed"
        path = f"`{blank.path}`" if blank.path else ""
        lines.append(f"| {numbers} | {blank.said} | {path} | {blank.how or _how(blank.path)} |")
    return "\n".join([*lines, ""])


def _how(path: str) -> str:
    """How the records behind it are made; of one of several things (`exams.E1.average`) as of them all."""
    figures = FIGURES(no_records(), 1)
    found = next((one for one in figures if one.path == path), None) or max(
        (one for one in figures if path.startswith(f"{one.path}.")), key=lambda one: len(one.path)
    )
    return _recorded(found)[0]


def _part(section: Section) -> Iterator[str]:
    found = [one for one in FIGURES(no_records(), 1) if one.section is section]
    if found:
        yield f"## {section.word}"
        yield "| figure | path | unit | over a period | recorded | by | formula |"
        yield "|---|---|---|---|---|---|---|"
        yield from map(_line, found)
        yield ""


def _line(figure: Figure[Any, Any]) -> str:
    how, who = _recorded(figure)
    behaves = BEHAVIOURS[figure.behaviour]
    return f"| {figure.word} | `{figure.path}` | {figure.unit} | {behaves} | {how} | {who} | {figure.formula} |"


def _recorded(figure: Figure[Any, Any]) -> tuple[str, str]:
    kind = next((one for one in KINDS if _is_of(figure.path, one.paths)), None)
    if kind is None:
        return RECORDED[figure.of.name]
    return f"登记 · {kind.word}", "、".join(DUTIES[one] for one in kind.keepers)


def _is_of(path: str, paths: tuple[str, ...]) -> bool:
    """The figure of a choice stands below that which counts by it, or holds the code in the place of {}."""
    return any(path == one or path.startswith(f"{one}.") or _fits(path, one) for one in paths)


def _fits(path: str, pattern: str) -> bool:
    before, held, after = pattern.partition("{}")
    return bool(held) and path.startswith(before) and path.endswith(after)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
