"""Every word of 定稿 and 更正."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, tzinfo

from bot.features.closes import buttons
from bot.features.closes.about import NOTHING, About
from bot.features.closes.late import Late
from bot.features.exams.rules import score_words
from bot.kit.doors import ShowTally
from bot.kit.glossary.choices import ATTENDANCE, CORRECTIONS, LEAVE_STATES, LEAVE_TYPES
from bot.kit.lists import filled, page_of, really, two_a_row
from bot.kit.owing import Waiting, by_number, counted, numbered
from bot.kit.replies import Choice, Message
from bot.kit.words import moment_words, quarter_word, short_day
from scheduler.calendar.days import Quarter, local_day
from scheduler.calendar.periods import Period
from storage.choices import AttendanceStatus, CorrectionKind, LeaveState, LeaveType
from storage.models.close import Correction, QuarterClose

ON_A_PAGE = 8
NO_QUARTER = "请选择一个季度。"
NONE_CLOSED = "还没有定稿的季度。定稿以后发现出入的，可以在这里更正。"
NOTHING_LATE = "没有逾期未计入的记录。"
NOT_CLOSED_NOW = "没有定稿。"
NOTES, FIX = "更正说明", "更正"


def word(quarter: Quarter) -> str:
    """2023年第三季度"""
    return f"{quarter.year}年{quarter_word(quarter.start)}"


def code(quarter: Quarter) -> str:
    return Period.of(quarter).code


def _to_the_tally(quarter: Quarter) -> Choice:
    return Choice("季度数据", ShowTally(code(quarter)))


# --- 定稿 -------------------------------------------------------------------------------------------------------------


def check(quarter: Quarter, waits: Sequence[Waiting], unfinished: Sequence[Waiting], last: date, over: bool) -> Message:
    """What has to be settled before, then what can be done until then only, each with its button; where nothing has to
    be settled: [定稿].
    """
    until = f"统计{'已于' if over else '至'}{short_day(last)}（含）截止。"
    must, others = waits[:ON_A_PAGE], unfinished[:ON_A_PAGE]
    lines = [f"【定稿检查】{word(quarter)}", until, *_must(waits, must), *_others(unfinished, others, len(must) + 1)]
    door = [] if waits else [Choice("定稿", buttons.CloseQuarter(code(quarter), 0))]
    again = [Choice("重新检查", buttons.ShowCheck(code(quarter)))] if waits else []
    taps = by_number([*must, *others])
    return Message("\n".join(lines), filled(door, *taps, [*again, _choice("上季度", quarter.previous())]))


def _must(waits: Sequence[Waiting], shown: Sequence[Waiting]) -> list[str]:
    if not waits:
        return ["没有必须先办理的事项，可以定稿。定稿后数据不再变动，有出入须办理更正。"]
    first = f"还有{len(waits)}项未办理（{counted(waits)}），办理后才能定稿："
    return [first, *numbered(one.line for one in shown), *_more(waits, shown)]


def _others(unfinished: Sequence[Waiting], shown: Sequence[Waiting], first: int) -> list[str]:
    if not unfinished:
        return []
    lines = numbered((one.line for one in shown), first)
    return [f"另有{counted(unfinished)}，不影响定稿，定稿后不能再填写：", *lines, *_more(unfinished, shown)]


def _more(every: Sequence[Waiting], shown: Sequence[Waiting]) -> list[str]:
    return [f"另有{len(every) - len(shown)}项。"] if len(every) > len(shown) else []


def _choice(label: str, quarter: Quarter) -> Choice:
    return Choice(label, buttons.ShowCheck(code(quarter)))


def sure(quarter: Quarter, unfinished: Sequence[Waiting]) -> Message:
    yes = Choice("确认定稿", buttons.CloseQuarter(code(quarter), 1))
    left = f"{counted(unfinished)}，定稿后不能再填写。" if unfinished else ""
    question = f"{left}确认将{word(quarter)}数据定稿吗？定稿后不能撤销，有出入须办理更正。"
    return really(question, yes, Choice("不定稿", buttons.ShowCheck(code(quarter))))


def closed(quarter: Quarter, row: QuarterClose, version: int, by: str, tz: tzinfo) -> Message:
    """第三季度数据已定稿，第1版（甲一，10月8日）; once it was corrected 现为第2版."""
    when = short_day(local_day(row.closed_at, tz))
    now = f"更正后现为第{version}版。" if version > 1 else ""
    text = f"{word(quarter)}数据已定稿，第1版（{'，'.join(filter(None, [by, when]))}）。{now}"
    return Message(text, [[_to_the_tally(quarter), Choice(FIX, buttons.ShowFixes(code(quarter)))]])


# --- 更正 -------------------------------------------------------------------------------------------------------------


def which(quarters: Sequence[Quarter]) -> Message:
    """Which closed quarter is to be corrected."""
    choices = [Choice(word(one), buttons.ShowFixes(code(one))) for one in quarters]
    return Message("请选择要更正哪个季度。", two_a_row(choices))


def fixes(quarter: Quarter, version: int, late: int, notes: int) -> Message:
    of = code(quarter)
    text = f"【更正】{word(quarter)}，第{version}版\n更正后生成第{version + 1}版，第{version}版保留不变。"
    kinds = [Choice("更正考勤", buttons.FixRoll(of)), Choice("更正成绩", buttons.FixScore(of))]
    more = [Choice(f"补计{late}项", buttons.ShowLate(of, 0))] if late else []
    shown = [Choice(NOTES, buttons.ShowNotes(of, 0))] if notes else []
    content = [Choice(CORRECTIONS[CorrectionKind.FIELD], buttons.FixKinds(of))]
    return Message(text, filled(kinds, [*content, *more], [*shown, _to_the_tally(quarter)]))


def late(quarter: Quarter, found: Sequence[Late], at: int) -> Message:
    """What came after the cut-off, each with its button."""
    page = page_of(found, at, ON_A_PAGE)
    first = page.number * ON_A_PAGE + 1
    lines = numbered((f"{CORRECTIONS[one.kind]}：{one.line}" for one in page.things), first)
    taps = [
        Choice(f"补计第{number}项", buttons.AdmitLate(code(quarter), one.key))
        for number, one in enumerate(page.things, first)
    ]
    head = f"【未计入】{word(quarter)}，统计截止后登记{page.words}"
    turn = page.turn(lambda to: buttons.ShowLate(code(quarter), to))
    every = [Choice(f"全部补计{len(found)}项", buttons.AdmitLate(code(quarter), buttons.AdmitLate.ALL))]
    rows = filled(*two_a_row(taps), every if len(found) > 1 else (), turn, [_back(quarter)])
    return Message("\n".join([head, *(lines or [NOTHING_LATE])]), rows)


def to_admit(found: Sequence[Late]) -> list[str]:
    """What one correction is about, as its form says it."""
    if len(found) == 1:
        return [f"{CORRECTIONS[one.kind]}：{one.line}" for one in found]
    lines = numbered(f"{CORRECTIONS[one.kind]}：{one.line}" for one in found[:ON_A_PAGE])
    more = [f"另有{len(found) - ON_A_PAGE}项。"] if len(found) > ON_A_PAGE else []
    return [f"全部补计，共{len(found)}项，生成同一版：", *lines, *more]


def _back(quarter: Quarter) -> Choice:
    return Choice(FIX, buttons.ShowFixes(code(quarter)))


def notes(
    quarter: Quarter,
    found: Sequence[Correction],
    names: Mapping[int, str],
    about: Mapping[int, About],
    at: int,
    tz: tzinfo,
) -> Message:
    """更正说明: who, when, of what and whom, what stood there, what stands there now, and why."""
    page = page_of(found, at, ON_A_PAGE)
    lines = [_note(one, names, about.get(one.id, NOTHING), tz) for one in page.things]
    turn = page.turn(lambda to: buttons.ShowNotes(code(quarter), to))
    head = f"【更正说明】{word(quarter)}{page.words}"
    return Message("\n".join([head, *(lines or ["没有更正。"])]), filled(turn, [_back(quarter)]))


def _note(one: Correction, names: Mapping[int, str], about: About, tz: tzinfo) -> str:
    who = names.get(one.person_id or 0, "")
    by, when = names.get(one.made_by_id or 0, ""), moment_words(one.made_at, tz)
    what = _what(one, who, about)
    if one.old is None and one.new is None:
        return f"第{one.version}版 {what}，内容已清除（{by}，{when}）"
    return f"第{one.version}版 {what}，{change(one, about)}，理由：{one.why}（{by}，{when}）"


def _what(one: Correction, who: str, about: About) -> str:
    """更正考勤：甲五（9月22日9月主题党日）"""
    of = about.of
    return "：".join(filter(None, [CORRECTIONS[one.kind], f"{who}（{of}）" if who and of else who or of]))


def change(one: Correction, about: About) -> str:
    """原“缺席”，现“请假（病假）”"""
    old, new = both(one, about)
    return f"原“{old}”，现“{new}”"


def both(one: Correction, about: About) -> tuple[str, str]:
    """What stood there and what stands there now, in words."""
    return about.values or (state(one.old), state(one.new))


def state(value: Mapping[str, object] | None) -> str:
    """What stood there, in words; 未登记 where nothing did."""
    said = value or {}
    for name, words in _SAID.items():
        if name in said:
            return words(said)
    return "未登记"


def _status(said: Mapping[str, object]) -> str:
    leave = said.get("leave_type")
    kind = LEAVE_TYPES[LeaveType(str(leave))] if leave else ""
    if said["status"] == "leave":
        return f"请假（{kind}）"
    return ATTENDANCE[AttendanceStatus(str(said["status"]))] + (f"（{kind}未批准）" if kind else "")


_SAID: Mapping[str, Callable[[Mapping[str, object]], str]] = {
    "status": _status,
    "score": lambda said: score_words(int(str(said["score"]))),
    "state": lambda said: LEAVE_STATES[LeaveState(str(said["state"]))],
    "counts": lambda said: "计入" if said["counts"] else "未计入",
}


def done(quarter: Quarter, one: Correction, who: str, about: About) -> Message:
    what = _what(one, who, about)
    return _done(quarter, one, f"{what}，{change(one, about)}。")


def done_together(quarter: Quarter, rows: Sequence[Correction]) -> Message:
    """What was approved together is one version."""
    return _done(quarter, rows[0], f"共补计{len(rows)}项。")


def _done(quarter: Quarter, one: Correction, what: str) -> Message:
    text = f"已更正{word(quarter)}，第{one.version}版。\n{what}\n理由：{one.why}"
    return Message(
        text, [[_to_the_tally(quarter), Choice(NOTES, buttons.ShowNotes(code(quarter), 0))], [_back(quarter)]]
    )
