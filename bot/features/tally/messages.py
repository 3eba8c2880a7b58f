"""Every word that this feature shows: the tally, its parts, the records behind a figure, who is missing."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from bot.features.activities.counting.showing import UNRECORDED
from bot.features.activities.counting.uncalled import Uncalled
from bot.features.tally import buttons, periods
from bot.features.tally.service import Counted, Tally
from bot.kit.access import Reach, Right, may, reach
from bot.kit.activities import roll_choices
from bot.kit.buttons import Button
from bot.kit.doors import Look, OpenActivity, ShowCheck, ShowFixes
from bot.kit.figure_words import aside
from bot.kit.figures import Area, Behaviour, Record, Section, Shown
from bot.kit.lists import filled, page_of, two_a_row
from bot.kit.owing import Waiting, Waits, counted
from bot.kit.replies import PAGE, Choice, Message, Pages, Rows
from bot.kit.versions import DRAFT, Version
from bot.kit.words import cut, quarter_word, short_day
from scheduler.calendar.days import local_day
from scheduler.calendar.periods import Period
from storage.audience import Me

UNKNOWN_PERIOD = "没有看懂是哪个季度或时间段。请这样发送：2023年第三季度，2023年上半年，7-9月。"
NO_SUCH_FIGURE = "没有这项数据。"
NOTHING = "没有记录。"
MISSING = "未完成情况"
ON_A_PAGE = 8
# So many activities without a roll are named, each in so many UTF-16 units.
MOST_ROLLS, LONGEST_TITLE = 6, 40


def title(tally: Tally) -> str:
    """2023年第三季度（截至8月20日）, （第1版，甲一10月10日定稿）; what is to date says so by its days."""
    of = "" if tally.only is None else "、".join(tally.groups.values())
    until = as_of(tally.period, tally.counting.until.date(), tally.counting.over)
    return f"{periods.words(tally.period)}{of}{until if tally.frozen is None else _version(tally, tally.frozen)}"


def _version(tally: Tally, frozen: Version) -> str:
    day = short_day(local_day(frozen.made_at, tally.counting.tz))
    return f"（第{frozen.number}版，{tally.by}{day}{'定稿' if frozen.number == 1 else '更正'}）"


def versions_read(tally: Tally) -> list[str]:
    """第一季度第2版，第二季度未定稿: over several quarters, of which at least one is closed (D27)."""
    said = [
        f"{quarter_word(quarter.start)}{'未定稿' if name == DRAFT else f'第{name[1:]}版'}"
        for quarter, name in tally.read.items()
    ]
    return [f"{'，'.join(said)}。"] if set(tally.read.values()) - {DRAFT} else []


def as_of(period: Period, day: date, over: bool) -> str:
    """（截至8月20日）, （10月10日截止） once it takes nothing more; nothing of what is to date: its days say so."""
    if period.quarter is None and period.end == day and not over:
        return ""
    return f"（{short_day(day)}截止）" if over else f"（截至{short_day(day)}）"


@dataclass(frozen=True, slots=True)
class FigureLine:
    """One figure: what it is called, what it says, and what else its line says. An empty one is named at the end."""

    counted: Counted
    label: str
    value: str
    more: str = ""
    empty: bool = False

    def __str__(self) -> str:
        return f"{self.label}{self.value}{self.more}"


def lines(tally: Tally) -> dict[Section, list[FigureLine]]:
    """Every figure that has a line, by the part that it belongs to."""
    found = [_line(tally, one) for one in tally.counted if one.figure.shown is not None and not one.figure.beside]
    found.sort(key=lambda line: line.counted.figure.last)
    parts = {section: [line for line in found if line.counted.figure.section is section] for section in Section}
    return {section: listed for section, listed in parts.items() if listed}


def _line(tally: Tally, one: Counted) -> FigureLine:
    figure = one.figure
    value = f"{figure.number(one.value)}{figure.unit}" if figure.said is None else figure.said(one.value)
    brackets = _brackets(beside_of(tally, one))
    nothing = one.is_empty and not brackets and figure.shown != 2
    return FigureLine(one, figure.label or figure.word, value, brackets + figure.more(one.value), nothing)


def _brackets(beside: Iterable[Counted]) -> str:
    return aside(said(one.value) for one in beside if (said := one.figure.said) is not None)


def of_a_group(tally: Tally, line: FigureLine) -> str:
    """A line as a party group has it: of what is the whole branch's only what its brackets say of the group's people;
    "" where that is nothing.
    """
    one = line.counted
    if not one.figure.undivided:
        return "" if line.empty else str(line)
    parts = _brackets(beside for beside in beside_of(tally, one) if not beside.figure.undivided)
    said = parts + one.figure.more(one.value)
    return f"{line.label}{said}" if said else ""


def beside_of(tally: Tally, of: Counted) -> Iterable[Counted]:
    """What stands in the brackets of a figure; a rate only where there is something of it."""
    for one in tally.counted:
        if one.figure.beside != of.figure.path or one.figure.said is None or one.is_empty:
            continue
        if not (of.is_empty and one.figure.behaviour is Behaviour.RATE):
            yield one


# --- the tally ----------------------------------------------------------------------------------------------------


def summary(tally: Tally, today: date, me: Me, waits: Sequence[Waiting] = ()) -> Message:
    """What is not settled yet and `me` may settle, then a line of each area, which its button opens."""
    code, areas = tally.period.code, {area: of_area(tally, area) for area in Area}
    said = [area for area, listed in areas.items() if _is_said(listed)]
    doors = [*(to_the_area(tally, area) for area in said), Choice(MISSING, buttons.ShowMissing(code))]
    around_it = around(tally.period, today, buttons.ShowTally)
    telling = [f"{area.word}：{words}。" for area in said if (words := _telling(areas[area]))]
    head = [title(tally), *versions_read(tally), *unsettled(tally, waits)]
    text = "\n".join([*head, *(telling or [f"{_when(tally)}暂无记录。"])])
    rows = [*rolls(tally, me), *two_a_row(doors), around_it, _closing(tally, today, me), settling(me, waits)]
    return Message(cut(text, PAGE), filled(*rows))


def _closing(tally: Tally, today: date, me: Me) -> list[Choice]:
    """定稿 of a quarter that is over, 更正 once it is closed; for who may."""
    may_close = may(me, Right.CLOSE, branch_id=tally.counting.branch_id)
    if tally.period.quarter is None or tally.period.end >= today or not may_close:
        return []
    code = tally.period.code
    return [Choice("定稿", ShowCheck(code)) if tally.frozen is None else Choice("更正", ShowFixes(code))]


def of_area(tally: Tally, area: Area) -> list[FigureLine]:
    """Its figures in the order of its parts."""
    parts = lines(tally)
    return [line for section in area.sections for line in parts.get(section, ())]


def _telling(listed: Iterable[FigureLine]) -> str:
    """What an area says on the first page: the first of which there is something, and its most telling ones."""
    there = [line for line in listed if line.counted.figure.shown and not line.empty]
    return "，".join(str(line) for line in there if line is there[0] or line.counted.figure.telling)


def to_the_area(tally: Tally, area: Area) -> Choice:
    return Choice(area.word, buttons.ShowArea(tally.period.code, area, 0))


def whole(tally: Tally, *, named: bool = True) -> str:
    """All figures: first what has no roll yet, at the end what there was none of. `named`: with titles."""
    parts = lines(tally)
    above = {section: [line for line in listed if line.counted.figure.shown] for section, listed in parts.items()}
    said = ("，".join(str(line) for line in listed if not line.empty) for listed in above.values())
    empty = [line for listed in above.values() for line in listed if line.empty]
    head = [title(tally), *versions_read(tally), *without_roll(tally, named=named)]
    return cut("\n".join([*head, *(f"{one}。" for one in said if one), *none_of(tally, empty)]), PAGE)


def without_roll(tally: Tally, *, named: bool = True) -> list[str]:
    """待点名：7月7日7月主题党日，点名后计入统计。 Of a quarter that takes nothing more it stays uncounted. `named`: how
    many there are else.
    """
    waits, over = [[one for one in tally.uncalled if one.open is open_] for open_ in (True, False)]
    listed = _listed if named else (lambda found: f"{len(found)}项")
    lines = [f"待点名：{listed(waits)}，点名后计入统计。"] if waits else []
    return lines + ([f"未点名，未计入统计：{listed(over)}。"] if over else [])


def unsettled(tally: Tally, waits: Sequence[Waiting], *, rolls: bool = True) -> list[str]:
    """Whatever may change the figures still, first of all: what has no roll, who is 未登记 on one (`rolls`: only with
    these), what `waits` to be decided. Of what is frozen only what stays uncounted.
    """
    decided = counted(waits, Waits.ROLL)
    deciding = [f"待办理：{decided}，办理后计入统计。"] if decided and tally.frozen is None else []
    return [*(_of_rolls(tally) if rolls else ()), *deciding]


def _of_rolls(tally: Tally) -> list[str]:
    if tally.frozen is not None:
        return without_roll(tally)
    here = [f"{_day_and_title(one.day, one.title)}{len(one.roll.unrecorded)}人" for one in tally.unrecorded]
    named = f"{'；'.join(here[:MOST_ROLLS])}{f'等{len(here)}项' if len(here) > MOST_ROLLS else ''}"
    then = "" if tally.counting.over else "，补登后计入统计"
    return [*without_roll(tally), *([f"{UNRECORDED}：{named}{then}。"] if here else [])]


def settling(me: Me, waits: Iterable[Waiting]) -> list[Choice]:
    """To 我的待办, where what waits is decided, for who decides on some of it."""
    decides = reach(me, Right.APPROVE_LEAVE) is not Reach.NONE or reach(me, Right.REVIEW_PIECES) is not Reach.NONE
    return [Choice("我的待办", Look("mine"))] if decides and any(one.kind is not Waits.ROLL for one in waits) else []


def _day_and_title(day: date, title: str) -> str:
    return f"{short_day(day)}{cut(title, LONGEST_TITLE)}"


def _listed(found: Sequence[Uncalled]) -> str:
    named = "；".join(_day_and_title(one.start_at.date(), one.title) for one in found[:MOST_ROLLS])
    return f"{named}等{len(found)}项" if len(found) > MOST_ROLLS else named


def rolls(tally: Tally, me: Me) -> Rows:
    """点名 7月7日, 补登 7月7日, for who may."""

    def may_enter(group_id: int | None) -> bool:
        return may(me, Right.SIGN_IN_OTHERS, branch_id=tally.counting.branch_id, group_id=group_id)

    waits = [(one.id, one.start_at) for one in tally.uncalled if one.open and may_enter(one.group_id)][:MOST_ROLLS]
    open_ = [] if tally.frozen is not None or tally.counting.over else tally.unrecorded
    enter = [one for one in open_ if may_enter(one.group_id)][:MOST_ROLLS]
    choices = [Choice(f"补登 {short_day(one.day)}", OpenActivity(one.id)) for one in enter]
    return two_a_row([*roll_choices(waits, tally.counting.tz), *choices])


def _is_said(listed: Iterable[FigureLine]) -> bool:
    """Whether a part has anything: of what a branch never records no door is shown."""
    return any(not (line.empty and line.counted.figure.quiet) for line in listed)


def around(period: Period, today: date, does: Callable[[str], Button]) -> list[Choice]:
    """To the periods beside it by their codes; nothing lies behind the current one."""
    return [Choice(word, does(beside.code)) for word, beside in periods.beside(period, today)]


def open_figure(tally: Tally, one: Counted, page: int = 0) -> buttons.OpenFigure:
    return buttons.OpenFigure(tally.period.code, one.figure.code, page)


def to_the_tally(tally: Tally) -> Choice:
    return Choice("季度数据", buttons.ShowTally(tally.period.code))


def none_of(
    tally: Tally, empty: Iterable[FigureLine], beside: Callable[[FigureLine], str] = lambda line: ""
) -> list[str]:
    """What is 0, at the end and by name: never printed as 0次. Not what took place and only has no roll. `beside`: what
    else is said of each.
    """
    took_place = {path for one in tally.uncalled for path in one.counts}
    figures = ((line, line.counted.figure) for line in empty if line.counted.figure.path not in took_place)
    quiet = [line.label + beside(line) for line, figure in figures if not figure.quiet and not figure.further]
    return [f"{_when(tally)}暂无：{'、'.join(quiet)}。"] if quiet else []


def _when(tally: Tally) -> str:
    return "本季度" if tally.period.quarter else "这段时间"


# --- the records behind a figure ------------------------------------------------------------------------------------


def figure(tally: Tally, one: Counted, shown: Shown, at: int) -> list[Message]:
    """The rows behind a figure under its formula: eight at a time where they can be tapped, else over as many messages
    as they need; the last one leads back.
    """
    (first, *head), records = shown[0] or [""], shown[1]
    texts = [title(tally), f"【{one.figure.word}】{first}", f"口径：{one.figure.formula}。", *head]
    back = [to_the_area(tally, Area.of(one.figure.section))]
    if any(record.opens for record in records):
        return [_to_tap(texts, tally, one, records, at, back)]
    return _pages([*texts, *(_lines(records) or [NOTHING])], [back])


def _lines(records: Iterable[Record]) -> list[str]:
    return [line for record in records for line in record.text.split("\n")]


def _to_tap(
    texts: Sequence[str], tally: Tally, one: Counted, records: Sequence[Record], at: int, back: Sequence[Choice]
) -> Message:
    page = page_of(records, at, ON_A_PAGE)
    rows = [[record.opens] for record in page.things if record.opens is not None]
    turn = page.turn(lambda other: open_figure(tally, one, other))
    return Message("\n".join([*texts, *_lines(page.things)]), filled(*rows, turn, back))


def _pages(listed: Iterable[str], rows: Rows) -> list[Message]:
    *first, last = Pages().add(listed).texts
    return [*(Message(text) for text in first), Message(last, rows)]


def names(listed: Iterable[str]) -> list[Message]:
    """Who came to one activity and who did not."""
    return _pages(listed, ())


# --- who is missing -------------------------------------------------------------------------------------------------


def missing(tally: Tally, parts: Iterable[tuple[str, Sequence[str]]]) -> list[Message]:
    """未完成情况: by what is missing at the cut-off, with names; in private, to those who may."""
    listed = [f"{word}{len(people)}人：{'、'.join(people)}" for word, people in parts if people]
    return _pages([f"{title(tally)}\n【{MISSING}】", *(listed or ["全部完成。"])], [[to_the_tally(tally)]])
