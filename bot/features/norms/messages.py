"""Every message of this feature: the page, one norm, the section of the digest, what is asked of who can close it."""

from collections.abc import Callable, Sequence
from datetime import date

from bot.features.norms import words
from bot.features.norms.buttons import ChangeNorm, ExportNorms, OpenNorm, ShowNorms
from bot.features.norms.overview import Line, key_of
from bot.features.norms.rule_file import Norm
from bot.features.norms.rules import Check, State
from bot.features.tally import periods
from bot.kit.digest import Part, Section
from bot.kit.doors import AskOwner, Look
from bot.kit.lists import filled, page_of, two_a_row
from bot.kit.replies import PAGE, Choice, Document, Message
from bot.kit.words import by_day, cut, short_day
from scheduler.calendar.days import Quarter
from scheduler.calendar.periods import Period

TITLE = "【规范检查】"
HEADS = {State.OPEN: "尚未达到、还能办理的{}项：", State.MISSED: "未达到的{}项：", State.MET: "已达到{}项："}
NOTHING = "这段时间没有需要检查的内容。"
NO_SUCH = "没有找到这一项，请重新点“规范检查”。"
ON_A_PAGE, SHOWN, MOST_RECORDS = 6, 20, 8
CHANGE, EXPORT, BACK = "修改要求", "导出表格", "规范检查"

Closer = Callable[[Check], int | None]


def title(period: Period | None, today: date) -> str:
    return f"{TITLE}{periods.words(period) if period is not None else f'截至{today.year}年{short_day(today)}'}"


def page(lines: Sequence[Line], period: Period | None, today: date, asked: Closer, me: int, before: int = 0) -> Message:
    """By what can still be done, what is over, what is met; the first two numbered, each with a row of its buttons.

    before: how many were missed in the month before this one.
    """
    code = period.code if period is not None else ""
    parts, rows, number = [title(period, today)], list[list[Choice]](), 0
    for state in (State.OPEN, State.MISSED):
        mine = [one for one in lines if one.of(state)]
        parts += [HEADS[state].format(len(mine))] if mine else []
        for line in mine:
            number += 1
            parts.append(cut(f"{number}. {words.line_words(line, state, today)}", 200))
            if number <= SHOWN:
                rows.append(_taps(line, number, code, asked if state is State.OPEN else _nobody, me))
    met = [one.norm.title for one in lines if one.state is State.MET]
    parts += [HEADS[State.MET].format(len(met)) + "、".join(met) + "。"] if met else []
    parts += [] if lines else [NOTHING]
    parts += [f"{periods.month_before(today).start.month}月未达到{before}项，请点“上月”查看。"] if before else []
    below = [*_other_periods(period, today), Choice(EXPORT, ExportNorms(code))]
    return Message(cut("\n".join(parts), PAGE), filled(*rows, *two_a_row(below)))


def _nobody(one: Check) -> None:
    """Can close what is over."""


def _taps(line: Line, number: int, code: str, asked: Closer, me: int) -> list[Choice]:
    opened = [Choice(f"打开第{number}项", OpenNorm(code, line.norm.id, 0))]
    open_ = [one for one in line.of(State.OPEN) if not one.arranged]
    whom = {asked(one) for one in open_} - {None, me}
    if len(open_) != 1 or not whom:
        return opened
    return [*opened, Choice(f"请其办理第{number}项", AskOwner(next(iter(whom)) or 0, key_of(open_[0])))]


def _other_periods(period: Period | None, today: date) -> list[Choice]:
    month, year = periods.month_of(today), periods.year_of(today)
    before, quarter = periods.month_before(today), Period.of(Quarter.of(today))
    shown = [("本月", month), ("上月", before), ("本季度", quarter), ("本年", year)]
    now = [Choice("当前情况", ShowNorms(""))] if period is not None else []
    return [*now, *(Choice(word, ShowNorms(one.code)) for word, one in shown if one != period)]


# --- one norm --------------------------------------------------------------------------------------------------------


def opened(
    line: Line, period: Period | None, today: date, number: int, asked: Closer, me: int, *, changes: bool
) -> Message:
    """What it asks, and of each period, group, person or thing how far it is and by which records."""
    code = period.code if period is not None else ""
    shown = page_of(list(line.checks), number, ON_A_PAGE)
    local = "（本单位要求）" if line.norm.local else ""
    said = words.asks(line.norm)
    texts = ["，".join([f"【{line.norm.title}】{said}{local}".rstrip(), *filter(None, [shown.words])])]
    taps: list[Choice] = []
    for at, one in enumerate(shown.things, shown.number * ON_A_PAGE + 1):
        texts += [f"{at}. {_check(one, today)}", *(f"　{each}" for each in words.record_words(one, today))]
        taps += _opens(one, at, alone=len(line.checks) == 1)
        whom = asked(one) if one.state is State.OPEN and not one.arranged else None
        taps += [Choice(f"请其办理第{at}项", AskOwner(whom, key_of(one)))] if whom is not None and whom != me else []
    last = [*([Choice(CHANGE, ChangeNorm(line.norm.id))] if changes else []), Choice(BACK, ShowNorms(code))]
    turn = shown.turn(lambda page: OpenNorm(code, line.norm.id, page))
    return Message(cut("\n".join(texts), PAGE), filled(*two_a_row(taps), turn, last))


STATES = {State.MET: "已达到", State.OPEN: "尚未达到", State.MISSED: "未达到"}


def _check(one: Check, today: date) -> str:
    head = words.whom(one) if one.case is not None else f"{words.period_words(one.period)}{words.whom(one)}"
    so_far = words.so_far(one) if one.state is not State.MET else ""
    state = "" if so_far and not one.have else STATES[one.state]
    return "，".join(
        filter(None, [f"{head}：{state or so_far}", so_far if state else "", words.until_words(one, today)])
    )


def _opens(one: Check, number: int, *, alone: bool) -> list[Choice]:
    """What shows the thing, or the last record that counts; alone on the page each of the last ones."""
    if one.case is not None:
        return [Choice(f"查看第{number}项", one.case.opens)] if one.case.opens is not None else []
    opens = [(each, each.opens) for each in (*one.facts, *one.planned) if each.opens is not None]
    if alone and len(opens) > 1:
        return [Choice(f"查看{short_day(each.day)}", button) for each, button in opens[-MOST_RECORDS:]]
    return [Choice(f"查看第{number}项", button) for _, button in opens[-1:]]


# --- told elsewhere --------------------------------------------------------------------------------------------------


def section(found: Sequence[tuple[Line, Sequence[Check]]]) -> Section | None:
    """规范检查：14天内应达到、尚未达到的2项：支委会（8月31日（含）前）…"""
    if not found:
        return None
    head = f"规范检查：未达到且还能办理的{len(found)}项（14天内）"
    texts = (f"{head}：{'；'.join(_near(line, mine) for line, mine in found)}。", f"{head}。")
    return Section(Part.NORMS, texts, (Choice(BACK, Look("norms")),))


def _near(line: Line, mine: Sequence[Check]) -> str:
    ends = [one.until for one in mine if one.until is not None]
    who = f"{words.named(mine)}，" if mine[0].case is not None or mine[0].norm.scope.value == "each_group" else ""
    return f"{line.norm.title}，{who}{by_day(min(ends))}"


def to_be_done(one: Check, today: date) -> str:
    """支委会（8月）：请于8月31日（含）前办理。 As it stands in a nudge."""
    until = words.until_words(one, today)
    please = f"请于{until}办理。" if until else "请办理。"
    if one.case is not None:
        return f"{one.norm.title}：{words.whom(one)}，{please}"
    return f"{one.norm.title}（{words.period_words(one.period)}{words.whom(one)}）：{please}"


def changed(norm: Norm, since: date, today: date) -> str:
    return f"{norm.title}：{words.asks(norm)}，自{short_day(since)}起执行。"


def file_of(content: bytes, period: Period | None, today: date) -> Document:
    name = periods.words(period) if period is not None else f"{today:%Y-%m-%d}"
    return Document(f"规范检查 {name}.xlsx", content, caption=f"规范检查，{name}。")
