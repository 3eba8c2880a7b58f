"""Every word that this feature shows: the tally, its parts, the records behind a figure, who is missing."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from bot.features.activities.counting.rules import COUNTED, Held, Sum
from bot.features.tally import buttons
from bot.features.tally.buttons import Figure, Section
from bot.features.tally.service import Tally
from bot.kit import back_fill
from bot.kit.buttons import Button
from bot.kit.glossary.choices import ACTIVITY_TYPES, ATTENDANCE
from bot.kit.glossary.figures import FIGURES, OF_A_ROLL
from bot.kit.lists import filled, label, page_of, two_a_row
from bot.kit.rates import percent, plain, rate
from bot.kit.replies import PAGE, Choice, Message, Pages, Rows
from bot.kit.words import cut, quarter_word, short_day
from scheduler.calendar.days import Quarter
from storage.choices import ActivityType, AttendanceStatus

SECTIONS = {
    Section.ACTIVITIES: "组织生活",
    Section.STUDY: "学习",
    Section.REFLECTIONS: "心得",
    Section.REMINDERS: "节前提醒",
    Section.PEOPLE: "人员",
}
UNKNOWN_QUARTER = "没有看懂是哪个季度。请这样发送：2023年第三季度。"
NO_SUCH_QUARTER = "没有这个季度的数据。"
NOTHING = "没有记录。"
WITH_HOURS = "有学时"
RATE = OF_A_ROLL["attendance_rate"]
ON_A_PAGE = 8
# Of a title in a list.
LONGEST = 60
# By its name in the JSON.
NAMES = {
    Figure.OVERALL: "branch_scope_overall",
    Figure.FIRST_AGENDA: "first_agenda_items",
    Figure.SECRETARY_LECTURES: "party_lectures_by_secretary",
    Figure.SUPERIOR_LECTURES: "party_lectures_by_superior",
    Figure.DELEGATIONS: "delegations",
    Figure.STUDY_ITEMS: "study.items",
    Figure.THEMES: "monthly_themes",
    Figure.PIECES: "reflection_pieces_total",
    Figure.REMINDERS: "reminders",
    Figure.OPENING: "roster_open",
    Figure.CLOSING: "roster_close",
    Figure.TRANSFERS_IN: "transfers_in",
    Figure.TRANSFERS_OUT: "transfers_out",
    Figure.FULL: "full_at_close",
    Figure.PROBATIONARY: "probationary_at_close",
    Figure.EXEMPT: "exempt_at_close",
    Figure.HOURS: "hours",
}
HEADINGS = {figure: FIGURES[name] for figure, name in NAMES.items()}
# The heads of the quarter, in the order of their sum.
HEADS = (
    Figure.OPENING,
    Figure.TRANSFERS_IN,
    Figure.TRANSFERS_OUT,
    Figure.CLOSING,
    Figure.FULL,
    Figure.PROBATIONARY,
    Figure.EXEMPT,
)


def code(quarter: Quarter) -> int:
    """How a quarter travels in a button: 20233."""
    return quarter.year * 10 + quarter.number


def quarter_words(quarter: Quarter) -> str:
    """2023年第三季度"""
    return f"{quarter.year}年{quarter_word(quarter.start)}"


def title(tally: Tally) -> str:
    of = "" if tally.only is None else "、".join(tally.groups.values())
    return f"{quarter_words(tally.quarter)}{of}（{as_of(tally.until.date(), tally.over)}）"


def as_of(day: date, over: bool) -> str:
    """截至8月20日; 10月10日截止 once it takes nothing more."""
    return f"{short_day(day)}截止" if over else f"截至{short_day(day)}"


@dataclass(frozen=True, slots=True)
class FigureLine:
    """One figure: what it is called, what it says, and what opens behind it. An empty one is named at the end."""

    label: str
    value: str
    opens: Button | None = None
    more: str = ""
    empty: bool = False

    def __str__(self) -> str:
        return f"{self.label}{self.value}{self.more}"


def _line(label: str, number: int, unit: str, opens: Button | None, more: str = "") -> FigureLine:
    return FigureLine(label, f"{number}{unit}", opens, more, not number)


def lines(tally: Tally) -> dict[Section, list[FigureLine]]:
    """Every figure, by the part that it belongs to."""
    return {
        Section.ACTIVITIES: _activities(tally),
        Section.STUDY: _study(tally),
        Section.REFLECTIONS: _reflections(tally),
        Section.REMINDERS: _reminders(tally),
        Section.PEOPLE: _people(tally),
    }


def _activities(tally: Tally) -> list[FigureLine]:
    figures, quarter = tally.figures, code(tally.quarter)
    found = [
        _line(ACTIVITY_TYPES[kind], figures["by_type"][kind]["count"], "次", buttons.OpenType(quarter, kind, 0))
        for kind in (*COUNTED, *(kind for kind in ACTIVITY_TYPES if kind not in COUNTED and kind in figures["by_type"]))
    ]
    lectures, above = figures["party_lectures_by_secretary"], figures["party_lectures_by_superior"]
    items, mentions = figures["first_agenda_items"], figures["first_agenda_mentions"]
    sent = figures["delegations"]
    found += [
        _line(HEADINGS[Figure.SECRETARY_LECTURES], lectures, "次", _open(tally, Figure.SECRETARY_LECTURES)),
        _line(HEADINGS[Figure.FIRST_AGENDA], items, "项", _open(tally, Figure.FIRST_AGENDA), f"（共学习{mentions}次）"),
    ]
    if above:
        found.append(_line(HEADINGS[Figure.SUPERIOR_LECTURES], above, "次", _open(tally, Figure.SUPERIOR_LECTURES)))
    if sent["activities"]:
        found.append(_line(HEADINGS[Figure.DELEGATIONS], sent["people"], "人", _open(tally, Figure.DELEGATIONS)))
    overall = figures["branch_scope_overall"]
    covered = f"，{OF_A_ROLL['coverage_rate']}{percent(overall['coverage_rate'])}"
    rated = percent(overall["attendance_rate"])
    return [*found, FigureLine(RATE, rated, _open(tally, Figure.OVERALL), covered, not overall["expected"])]


def _open(tally: Tally, figure: Figure) -> buttons.OpenFigure:
    return buttons.OpenFigure(code(tally.quarter), figure, 0)


def _study(tally: Tally) -> list[FigureLine]:
    said = tally.figures["study"]
    more = [
        *([f"月读一书{said['books']}本"] if said["books"] else []),
        *_of_pairs("完成", said["expected_pairs"], said["completed_pairs"]),
        *([f"逾期{said['late']}人次"] if said["late"] else []),
    ]
    return [
        _line(HEADINGS[Figure.THEMES], tally.figures["monthly_themes"], "个", _open(tally, Figure.THEMES)),
        _line(HEADINGS[Figure.STUDY_ITEMS], said["items"], "项", _open(tally, Figure.STUDY_ITEMS), _aside(more)),
    ]


def _of_pairs(verb: str, expected: int, done: int) -> list[str]:
    """应完成69人次, 已完成66人次, 完成率95.7%; nothing where nobody had to."""
    if not expected:
        return []
    so_far = [f"已{verb}{done}人次"] if done else []
    return [f"应{verb}{expected}人次", *so_far, f"{verb}率{percent(rate(done, expected))}"]


def _aside(more: Sequence[str]) -> str:
    return f"（{'，'.join(more)}）" if more else ""


def _reflections(tally: Tally) -> list[FigureLine]:
    total, tasks = tally.figures["reflection_pieces_total"], tally.figures["reflections"]
    opens = _open(tally, Figure.PIECES)
    if not tasks:
        return [_line(HEADINGS[Figure.PIECES], 0, "篇", opens)]
    return [FigureLine(HEADINGS[Figure.PIECES], f"{total}篇", opens, f"（心得任务{len(tasks)}项）")]


def _reminders(tally: Tally) -> list[FigureLine]:
    sent = list(tally.figures["reminders"].values())
    on_time, audience = sum(one["ack_on_time"] for one in sent), sum(one["audience"] for one in sent)
    so_far = [f"按时已阅{on_time}人次"] if on_time else []
    read = [f"应阅{audience}人次", *so_far, f"按时率{percent(rate(on_time, audience))}"]
    more = _aside(read if audience else ())
    return [_line(HEADINGS[Figure.REMINDERS], len(sent), "次", _open(tally, Figure.REMINDERS), more)]


def _people(tally: Tally) -> list[FigureLine]:
    """Both ends of the quarter are said even where nobody is there."""
    said = tally.figures
    ends = [_line(HEADINGS[one], said[NAMES[one]], "人", _open(tally, one)) for one in HEADS]
    found = [replace(line, empty=False) if line.label in _ENDS else line for line in ends]
    return [*found, _line(WITH_HOURS, len(said["hours"]), "人", _open(tally, Figure.HOURS))]


_ENDS = frozenset({HEADINGS[Figure.OPENING], HEADINGS[Figure.CLOSING]})
# What stands in its part only.
_NOT_ABOVE = frozenset({HEADINGS[Figure.FULL], WITH_HOURS})


# --- the tally ----------------------------------------------------------------------------------------------------


def summary(tally: Tally, current: Quarter) -> Message:
    """The whole quarter on one card, each part behind its button; what there was none of stands at the end."""
    found = {
        section: [line for line in listed if line.label not in _NOT_ABOVE] for section, listed in lines(tally).items()
    }
    said = ("，".join(str(line) for line in listed if not line.empty) for listed in found.values())
    empty = [line for listed in found.values() for line in listed if line.empty]
    texts = [title(tally), *(f"{one}。" for one in said if one), *none_of(empty)]
    number = code(tally.quarter)
    parts = [Choice(name, buttons.ShowSection(number, section)) for section, name in SECTIONS.items()]
    rows = [*two_a_row([*parts, Choice(MISSING, buttons.ShowMissing(number))]), _beside(tally.quarter, current)]
    return Message(cut("\n".join(texts), PAGE), rows)


MISSING = "未完成情况"


def _beside(quarter: Quarter, current: Quarter) -> list[Choice]:
    return around(quarter, current, buttons.ShowTally)


def around(quarter: Quarter, current: Quarter, does: type[buttons.ShowTally | buttons.ShowMine]) -> list[Choice]:
    """To the quarters beside it; nothing lies behind the current one."""
    before, after = quarter.previous(), quarter.next()
    later = [Choice("下季度", does(code(after)))] if quarter < current else []
    return [Choice("上季度", does(code(before))), *later]


def section(tally: Tally, which: Section) -> Message:
    """One part: its figures, each with a button that opens the records behind it."""
    found = lines(tally)[which]
    said, empty = [line for line in found if not line.empty], [line for line in found if line.empty]
    texts = [f"{title(tally)}\n【{SECTIONS[which]}】", *map(str, said), *none_of(empty)]
    taps = [Choice(_tap(line), line.opens) for line in said if line.opens is not None]
    return Message("\n".join(texts), [*two_a_row(taps), [_to_the_tally(tally)]])


def _tap(line: FigureLine) -> str:
    return label(f"{line.label}{line.value}")


def _to_the_tally(tally: Tally) -> Choice:
    return Choice("季度数据", buttons.ShowTally(code(tally.quarter)))


def none_of(empty: Iterable[FigureLine]) -> list[str]:
    """What is 0, at the end and by name: never printed as 0次."""
    labels = [line.label for line in empty if line.label != RATE]
    return [f"本季度暂无：{'、'.join(labels)}。"] if labels else []


# --- the records behind a figure ------------------------------------------------------------------------------------


def sum_words(held: Sequence[Held]) -> str:
    """应到23人，实到21人，请假2人，出席率91.3%，参学率100%; of several occasions 人次. 未登记 is not absent."""
    said, unit = Sum.of(held), "人" if len(held) == 1 else "人次"
    unrecorded = sum(len(one.roll.unrecorded) for one in held)
    counts = [
        (OF_A_ROLL["present"], said.present),
        (OF_A_ROLL["leave"], said.leave),
        (OF_A_ROLL["absent"], said.absent - unrecorded),
        (UNRECORDED, unrecorded),
    ]
    words = [f"{OF_A_ROLL['expected']}{said.expected}{unit}", *(f"{word}{n}{unit}" for word, n in counts if n)]
    rates = [(OF_A_ROLL["attendance_rate"], said.attendance_rate), (OF_A_ROLL["coverage_rate"], said.coverage_rate)]
    return "，".join([*words, *(f"{word}{percent(value)}" for word, value in rates if value is not None)])


UNRECORDED = "未登记"


def activity_lines(held: Held) -> str:
    """One occasion on two lines."""
    mark = back_fill.words(held.day, held.back_filled_on)
    return f"{short_day(held.day)}　{cut(held.title, LONGEST)}{mark}\n　{sum_words([held])}"


def activities(tally: Tally, heading: str, held: Sequence[Held], at: int, what: ActivityType | Figure) -> Message:
    """The activities behind a figure, eight at a time, each opening its names."""
    number, shown = code(tally.quarter), page_of(held, at, ON_A_PAGE)
    texts = [f"{title(tally)}\n【{heading}】共{len(held)}次"]
    texts += [sum_words(held)] if len(held) > 1 else []
    rows = [
        [Choice(label(f"{short_day(one.day)} {one.title}"), buttons.OpenNames(number, one.id))] for one in shown.things
    ]
    turn = shown.turn(lambda other: _open_page(number, what, other))
    text = "\n".join([*texts, *(map(activity_lines, shown.things) if held else [NOTHING])])
    return Message(text, filled(*rows, turn, _back(tally, Section.ACTIVITIES)))


def _open_page(number: int, what: ActivityType | Figure, page: int) -> Button:
    if isinstance(what, ActivityType):
        return buttons.OpenType(number, what, page)
    return buttons.OpenFigure(number, what, page)


def _back(tally: Tally, which: Section) -> list[Choice]:
    return [Choice(SECTIONS[which], buttons.ShowSection(code(tally.quarter), which))]


def records(tally: Tally, heading: str, listed: Iterable[str], which: Section) -> list[Message]:
    """The rows behind a figure as lines, over as many messages as they need; the last one leads back."""
    found = list(listed) or [NOTHING]
    return _pages([f"{title(tally)}\n【{heading}】", *found], [_back(tally, which)])


def _pages(listed: Iterable[str], rows: Rows) -> list[Message]:
    *first, last = Pages().add(listed).texts
    return [*(Message(text) for text in first), Message(last, rows)]


def names_of(held: Held, names: Mapping[int, str]) -> list[Message]:
    """Who came to one activity and who did not."""
    roll = held.roll
    absent = [one for one in roll.absent if one not in roll.unrecorded]
    parts = [
        (OF_A_ROLL["present"], [_marked(names[one], one in roll.late, "迟到") for one in roll.present]),
        (OF_A_ROLL["leave"], [_marked(names[one], one in roll.made_up, "已补学") for one in roll.leave]),
        (OF_A_ROLL["absent"], [_marked(names[one], one in roll.made_up, "已补学") for one in absent]),
        (UNRECORDED, [names[one] for one in roll.unrecorded]),
        (ATTENDANCE[AttendanceStatus.OBSERVER], [names[one] for one in roll.observers]),
    ]
    return _pages([activity_lines(held), *(_named(word, people) for word, people in parts if people)], ())


def _marked(name: str, marked: bool, note: str) -> str:
    return f"{name}（{note}）" if marked else name


def _named(word: str, people: Sequence[str]) -> str:
    return f"{word}{len(people)}人：{'、'.join(people)}"


def hours_lines(hours: Mapping[str, Any], names: Mapping[int, str]) -> list[str]:
    return [f"{names[int(person[1:])]}：{plain(total)}学时" for person, total in hours.items()]


# --- who is missing -------------------------------------------------------------------------------------------------


def missing(tally: Tally, parts: Sequence[tuple[str, Sequence[str]]]) -> list[Message]:
    """未完成情况: by what is missing at the cut-off, with names; in private, to those who may."""
    listed = [_named(word, people) for word, people in parts if people]
    return _pages([f"{title(tally)}\n【{MISSING}】", *(listed or ["全部完成。"])], [[_to_the_tally(tally)]])
