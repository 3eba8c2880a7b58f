"""Every word that this feature shows: the tally, its details, the records behind a figure, who is missing."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import tzinfo
from typing import Any

from bot.features.tally import buttons
from bot.features.tally.buttons import Figure, Section
from bot.features.tally.rules import COUNTED, Held, Sum
from bot.features.tally.service import Tally
from bot.kit import back_fill
from bot.kit.buttons import Button
from bot.kit.glossary.choices import ACTIVITY_TYPES
from bot.kit.glossary.figures import FIGURES, OF_A_ROLL
from bot.kit.lists import filled, page_of, two_a_row
from bot.kit.rates import percent, plain, rate
from bot.kit.replies import PAGE, Choice, Message, Pages, Rows
from bot.kit.words import cut, short_day
from scheduler.calendar.days import Quarter
from storage.choices import ActivityType

NUMERALS = "一二三四"
SECTIONS = {
    Section.ACTIVITIES: "组织生活",
    Section.STUDY: "学习",
    Section.REFLECTIONS: "心得",
    Section.REMINDERS: "提醒",
    Section.PEOPLE: "人员",
}
UNKNOWN_QUARTER = "没有看懂是哪个季度，请这样发送：2023年第三季度。"
NO_SUCH_QUARTER = "没有这个季度的数据。"
NOTHING = "没有记录。"
RATE = OF_A_ROLL["attendance_rate"]
ON_A_PAGE = 8
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
    return f"{quarter.year}年第{NUMERALS[quarter.number - 1]}季度"


def title(tally: Tally) -> str:
    of = "" if tally.only is None else "、".join(tally.groups.values())
    return f"{quarter_words(tally.quarter)}{of}（未关账）"


@dataclass(frozen=True, slots=True)
class FigureLine:
    """One figure: what it is called, what it says, and what opens behind it. An empty one is listed as 未开展."""

    label: str
    value: str
    opens: Button | None = None
    empty: bool = False

    def __str__(self) -> str:
        return f"{self.label}{self.value}"


def _line(label: str, number: int, unit: str, opens: Button | None, more: str = "") -> FigureLine:
    return FigureLine(label, f"{number}{unit}{more}", opens, not number)


def lines(tally: Tally) -> dict[Section, list[FigureLine]]:
    """Every figure, by the part of the details it belongs to."""
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
    covered = f"{OF_A_ROLL['coverage_rate']}{percent(overall['coverage_rate'])}"
    words = f"{percent(overall['attendance_rate'])}，{covered}"
    return [*found, FigureLine(RATE, words, _open(tally, Figure.OVERALL), not overall["count"])]


def _open(tally: Tally, figure: Figure) -> buttons.OpenFigure:
    return buttons.OpenFigure(code(tally.quarter), figure, 0)


def _study(tally: Tally) -> list[FigureLine]:
    said = tally.figures["study"]
    of = f"完成{said['completed_pairs']}/{said['expected_pairs']}，{percent(said['completion_rate'])}"
    done = f"（月读一书{said['books']}，{of}"
    late = f"，逾期{said['late']}）" if said["late"] else "）"
    return [
        _line(HEADINGS[Figure.THEMES], tally.figures["monthly_themes"], "个", _open(tally, Figure.THEMES)),
        _line(HEADINGS[Figure.STUDY_ITEMS], said["items"], "项", _open(tally, Figure.STUDY_ITEMS), done + late),
    ]


def _reflections(tally: Tally) -> list[FigureLine]:
    total, tasks = tally.figures["reflection_pieces_total"], tally.figures["reflections"]
    opens = _open(tally, Figure.PIECES)
    if not tasks:
        return [_line(HEADINGS[Figure.PIECES], 0, "篇", opens)]
    return [FigureLine(HEADINGS[Figure.PIECES], f"{total}篇（任务{len(tasks)}项）", opens)]


def _reminders(tally: Tally) -> list[FigureLine]:
    sent = list(tally.figures["reminders"].values())
    on_time, audience = sum(one["ack_on_time"] for one in sent), sum(one["audience"] for one in sent)
    read = f"（按时已阅{on_time}/{audience}，{percent(rate(on_time, audience))}）"
    return [_line(HEADINGS[Figure.REMINDERS], len(sent), "次", _open(tally, Figure.REMINDERS), read)]


def _people(tally: Tally) -> list[FigureLine]:
    said = tally.figures
    found = [FigureLine(HEADINGS[one], f"{said[NAMES[one]]}人", _open(tally, one)) for one in HEADS]
    return [*found, FigureLine("有学时", f"{len(said['hours'])}人", _open(tally, Figure.HOURS))]


# --- the tally ----------------------------------------------------------------------------------------------------


def summary(tally: Tally, current: Quarter) -> Message:
    """The whole quarter on one card; what did not take place stands at the end."""
    found = lines(tally)
    texts = [title(tally)]
    for section in Section:
        said = [
            str(line)
            for line in found[section]
            if not line.empty and line.label not in (HEADINGS[Figure.FULL], "有学时")
        ]
        texts += ["，".join(said)] if said else []
    texts += not_held(line for section in Section for line in found[section] if line.empty)
    number = code(tally.quarter)
    rows = [
        [Choice("看明细", buttons.ShowSections(number)), Choice("谁还缺", buttons.ShowMissing(number))],
        around(tally.quarter, current, buttons.ShowTally),
    ]
    return Message(cut("\n".join(texts), PAGE), rows)


def around(quarter: Quarter, current: Quarter, does: type[buttons.ShowTally | buttons.ShowMine]) -> list[Choice]:
    """To the quarters beside it; nothing lies behind the current one."""
    before, after = quarter.previous(), quarter.next()
    later = [Choice("下季度", does(code(after)))] if quarter < current else []
    return [Choice("上季度", does(code(before))), *later]


def sections(tally: Tally) -> Message:
    """看明细: which part?"""
    number = code(tally.quarter)
    taps = [Choice(label, buttons.ShowSection(number, section)) for section, label in SECTIONS.items()]
    back = Choice("返回", buttons.ShowTally(number))
    return Message(f"{title(tally)}\n请选择要看的部分。", [taps[:2], taps[2:4], [*taps[4:], back]])


def section(tally: Tally, which: Section) -> Message:
    """One part: its figures, each with a button that opens the records behind it."""
    found = lines(tally)[which]
    said, empty = [line for line in found if not line.empty], [line for line in found if line.empty]
    texts = [f"{title(tally)}\n【{SECTIONS[which]}】", *map(str, said), *not_held(empty)]
    taps = [Choice(line.label, line.opens) for line in said if line.opens is not None]
    rows = two_a_row(taps)
    return Message("\n".join(texts), [*rows, [Choice("返回", buttons.ShowSections(code(tally.quarter)))]])


def not_held(empty: Iterable[FigureLine]) -> list[str]:
    """What is 0, at the end and by name: never printed as 0次."""
    labels = [line.label for line in empty if line.label != RATE]
    return [f"未开展：{'、'.join(labels)}"] if labels else []


# --- the records behind a figure ------------------------------------------------------------------------------------


def sum_words(said: Mapping[str, Any] | Sum) -> str:
    """应到23，实到21，请假2，缺席0，出席率91.3%，参学率100%"""
    one = said.to_json() if isinstance(said, Sum) else said
    counts = [f"{OF_A_ROLL[name]}{one[name]}" for name in ("expected", "present", "leave", "absent")]
    rates = [f"{OF_A_ROLL[name]}{percent(one[name])}" for name in ("attendance_rate", "coverage_rate")]
    return "，".join([*counts, *rates])


def activity_lines(held: Held) -> str:
    """One occasion on two lines."""
    unrecorded = f"（未登记{len(held.roll.unrecorded)}）" if held.roll.unrecorded else ""
    mark = back_fill.words(held.day, held.back_filled_on)
    return f"{short_day(held.day)}　{held.title[:60]}{unrecorded}{mark}\n　{sum_words(Sum.of([held]))}"


def activities(tally: Tally, heading: str, held: Sequence[Held], at: int, what: ActivityType | Figure) -> Message:
    """The activities behind a figure, eight at a time, each opening its names."""
    number, shown = code(tally.quarter), page_of(held, at, ON_A_PAGE)
    texts = [f"{title(tally)}\n【{heading}】共{len(held)}次"]
    texts += [sum_words(Sum.of(held))] if len(held) > 1 else []
    rows = [
        [Choice(f"{short_day(one.day)} {one.title}"[:20], buttons.OpenNames(number, one.id))] for one in shown.things
    ]
    turn = shown.turn(lambda other: _open_page(number, what, other))
    text = "\n".join([*texts, *(map(activity_lines, shown.things) if held else [NOTHING])])
    return Message(text, filled(*rows, turn, _back(tally, Section.ACTIVITIES)))


def _open_page(number: int, what: ActivityType | Figure, page: int) -> Button:
    if isinstance(what, ActivityType):
        return buttons.OpenType(number, what, page)
    return buttons.OpenFigure(number, what, page)


def _back(tally: Tally, which: Section) -> list[Choice]:
    return [Choice("返回", buttons.ShowSection(code(tally.quarter), which))]


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
        ("实到", [_marked(names[one], one in roll.late, "迟到") for one in roll.present]),
        ("请假", [_marked(names[one], one in roll.made_up, "已补学") for one in roll.leave]),
        ("缺席", [_marked(names[one], one in roll.made_up, "已补学") for one in absent]),
        ("未登记", [names[one] for one in roll.unrecorded]),
        ("列席", [names[one] for one in roll.observers]),
    ]
    listed = [_named(label, people) for label, people in parts if people or label in ("实到", "请假", "缺席")]
    return _pages([activity_lines(held), *listed], ())


def _marked(name: str, marked: bool, note: str) -> str:
    return f"{name}（{note}）" if marked else name


def _named(label: str, people: Sequence[str]) -> str:
    return f"{label}（{len(people)}）：{'、'.join(people) or '无'}"


def hours_lines(hours: Mapping[str, Any], names: Mapping[int, str]) -> list[str]:
    return [f"{names[int(person[1:])]}　{plain(total)}学时" for person, total in hours.items()]


# --- who is missing -------------------------------------------------------------------------------------------------


def missing(tally: Tally, parts: Sequence[tuple[str, Sequence[str]]], tz: tzinfo) -> list[Message]:
    """谁还缺: by what is missing at the cut-off, with names; in private, to those who may."""
    listed = [_named(label, people) for label, people in parts if people]
    rows = [[Choice("返回", buttons.ShowTally(code(tally.quarter)))]]
    until = short_day(tally.until.astimezone(tz).date())
    return _pages([f"{title(tally)}\n【谁还缺】截至{until}", *(listed or ["没有人缺。"])], rows)
