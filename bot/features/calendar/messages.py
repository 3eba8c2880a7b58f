"""Every word and button of 工作日历: what is known, a notice as it was understood, the own days."""

from collections.abc import Iterable, Sequence
from datetime import date

from bot.features.calendar.buttons import DECLINED, DropDays, Send, TakeOver, What
from bot.features.calendar.rules import OwnDays
from bot.features.calendar.service import Proposal
from bot.kit import asking
from bot.kit.glossary.choices import YEARS
from bot.kit.lists import really, two_a_row
from bot.kit.replies import PAGE, Choice, Message
from bot.kit.words import cut, day_words
from scheduler.calendar.days import Block
from scheduler.calendar.year_views import Row, by_festival
from storage.choices import YearState
from storage.models.dialog import Dialog

NOT_TAKEN = "未导入，放假安排没有变动。"
OUT_OF_DATE = "这次导入已失效，请重新点“导入通知”。"
NOT_A_NOTICE = "这不是放假通知，没有导入。请发送通知全文。"
CONFIRM_IT = "请核对后点“确认导入”或“不导入”；要换一份通知，请直接发送。"
ASK = {
    What.NOTICE: "请发送国务院办公厅放假通知的全文，也可以直接发送文本文件。",
    What.OFF: "请发送本支部放假的日期和名称，例如：4月20日至22日 三月三，或7月17日、18日 停电。",
    What.WORKED: "请发送本支部上班的日期和名称，例如：4月25日 调休上班。",
}
BUTTONS_SHOWN, CHANGES_SHOWN = 6, 40


def span_words(first: date, last: date) -> str:
    return day_words(first) if first == last else f"{day_words(first)}至{day_words(last)}"


# --- what is known -------------------------------------------------------------------------------------------------


def calendar(states: Iterable[tuple[int, YearState]], blocks: Iterable[Block], own: Sequence[OwnDays]) -> Message:
    """This year and the next, the coming holidays, and what the branch has set for itself."""
    lines = ["【工作日历】", *(f"{year}年：{YEARS[state]}" for year, state in states), "接下来的假期："]
    lines += [_block(block) for block in blocks]
    lines += ["本支部另设：", *(f"{number}. {_own(days)}" for number, days in enumerate(own, 1))] if own else []
    drops = [
        Choice(f"删除第{number}项", DropDays(days.first.isoformat()))
        for number, days in enumerate(own[:BUTTONS_SHOWN], 1)
    ]
    rows = [
        [Choice("导入通知", Send(What.NOTICE))],
        [Choice("加放假日", Send(What.OFF)), Choice("加上班日", Send(What.WORKED))],
        *two_a_row(drops),
    ]
    return Message(cut("\n".join(lines), PAGE), rows)


def _block(block: Block) -> str:
    names = "、".join(name for _, name in block.festivals)
    return f"· {names}：{span_words(block.start, block.end)}{'（暂定）' if block.provisional else ''}"


def _own(days: OwnDays) -> str:
    """With the year: plans may be made for the next one."""
    return _runs([days])


def _runs(runs: Sequence[OwnDays]) -> str:
    """Several of one name; the year where it is another one."""
    spans = []
    for days, before in zip(runs, [None, *runs], strict=False):
        year = "" if before is not None and before.first.year == days.first.year else f"{days.first.year}年"
        spans.append(year + span_words(days.first, days.last))
    return f"{'、'.join(spans)}{'放假' if runs[0].off else '上班'}（{runs[0].name}）"


def ask(what: What, dialog: Dialog) -> Message:
    return asking.question(dialog, ASK[what])


def added(runs: Sequence[OwnDays], replaced: Sequence[OwnDays]) -> str:
    lines = [f"已设置本支部{_runs(runs)}。", *(f"原来设置的{_own(days)}不再有效。" for days in replaced)]
    return cut("\n".join(lines), PAGE)


def dropped(days: OwnDays) -> str:
    return f"已删除本支部{_own(days)}。"


# --- a notice ------------------------------------------------------------------------------------------------------


def understood(proposal: Proposal, dialog_id: int) -> Message:
    """What was read, for whom it would hold and what it would change; doubts need a second thought."""
    found = proposal.checked
    year = found.file.year
    lines = [f"【导入{year}年放假安排】请核对：", *(_row(row, year) for row in by_festival(found.file.entries))]
    lines.append(f"依据：{'、'.join(found.file.papers) or '文中没有写明，按本单位安排导入'}")
    lines += [note.chinese for note in found.notes]
    lines += [f"请注意：{doubt.chinese}" for doubt in found.doubts]
    lines += ["与现有安排相比：", *(_change(*change, year) for change in proposal.changes[:CHANGES_SHOWN])]
    lines += _rest(proposal)
    lines.append("适用范围：本支部。" if proposal.branch_id is not None else "适用范围：小助手服务的全部支部。")
    yes = Choice("确认导入", TakeOver(dialog_id, int(bool(found.doubts))))
    return really(cut("\n".join(lines), PAGE), yes, Choice("不导入", TakeOver(dialog_id, DECLINED)))


def _row(row: Row, year: int) -> str:
    off = "、".join(_one(first, year) + (f"至{_one(last, year)}" if last > first else "") for first, last in row.off)
    worked = "、".join(_one(day, year) for day in row.worked)
    words = [f"{off}放假" if off else "", f"{worked}上班" if worked else ""]
    return f"· {row.name or '其他'}：{'；'.join(filter(None, words))}"


def _one(day: date, year: int) -> str:
    """A notice reaches into the December before its year."""
    return day_words(day) if day.year == year else f"{day.year}年{day_words(day)}"


def _change(day: date, works: bool, year: int) -> str:
    return f"· {_one(day, year)}：{'放假改为上班' if works else '上班改为放假'}"


def _rest(proposal: Proposal) -> list[str]:
    more = len(proposal.changes) - CHANGES_SHOWN
    if more > 0:
        return [f"另有{more}天变化。"]
    return [] if proposal.changes else ["· 日期没有变化"]


def same(proposal: Proposal) -> str:
    return f"{proposal.checked.file.year}年放假安排与现有的一致，无需导入。"


def taken_over(proposal: Proposal) -> str:
    whom = "本支部" if proposal.branch_id is not None else "全部支部"
    return f"已导入{proposal.checked.file.year}年放假安排，适用于{whom}。尚未发送的提醒按新安排发送。"
