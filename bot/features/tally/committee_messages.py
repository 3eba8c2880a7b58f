"""The words of the committee's tally: branches in counts, a table of them all, one branch in its figures."""

from datetime import date

from bot.features.activities.counting.rules import COUNTED
from bot.features.tally import buttons, periods
from bot.features.tally.committee import Below, BranchCounts, Open
from bot.features.tally.messages import as_of, whole
from bot.features.tally.service import Tally
from bot.kit.glossary.choices import ACTIVITY_TYPES, DUTIES, LEAVE_STATES, MAKEUPS, PIECES
from bot.kit.glossary.columns import LEDGER, column_word
from bot.kit.ledgers import Cell, Column, Ledger, book
from bot.kit.lists import Page, clamp, filled, label, two_a_row
from bot.kit.replies import Choice, Document, Message
from scheduler.calendar.periods import Period
from storage.choices import Duty, LeaveState, MakeupState, PieceState

ON_A_PAGE = 8
NOBODY = "下级还没有党支部。"


def overview(found: Below, page: int, today: date) -> Message:
    """Counts only: no text, no list of people, no name but the secretary's."""
    head = f"【季度数据】{_title(found)}"
    if not found.branches:
        return Message(f"{head}\n{NOBODY}")
    lines = [head, f"共{found.branches}个党支部，党员{found.people}人，已绑定{found.bound}人。"]
    code = found.period.code
    shown = [Choice(label(line.name), buttons.OpenBranch(code, line.id)) for line in found.lines]
    at = clamp(page, found.branches, ON_A_PAGE)
    turn = Page(at, found.lines, (at + 1) * ON_A_PAGE < found.branches).turn(lambda to: buttons.ShowBelow(code, to))
    last = [Choice("导出表格", buttons.ExportBelow(code)), *_around(found.period, today)]
    return Message("\n".join([*lines, *map(_words, found.lines)]), filled(*two_a_row(shown), turn, last))


def _title(found: Below) -> str:
    over = "（各支部统计已截止）" if found.over else "（各支部统计截止日不同）"
    until = as_of(found.period, found.until, found.over) if found.until is not None else over
    return f"{found.name}　{periods.words(found.period)}{until}"


def _around(period: Period, today: date) -> list[Choice]:
    return [Choice(word, buttons.ShowBelow(beside.code, 0)) for word, beside in periods.beside(period, today)]


def _words(line: BranchCounts) -> str:
    who = f"书记{line.secretary}" if line.secretary else "书记空缺"
    held = (
        "，".join(f"{ACTIVITY_TYPES[kind]}{line.held[kind]}次" for kind in COUNTED if kind in line.held)
        or "暂无已举行的活动"
    )
    head = f"\n{line.name}（{who}）：党员{line.people}人，已绑定{line.bound}人"
    return "\n".join([head, held, *_open(line.open)])


def _open(open_: Open) -> list[str]:
    """待办理：待点名活动1项，待审批请假2条; nothing where all is settled."""
    counts = (open_.unsettled, open_.leave, open_.makeups, open_.pieces)
    said = [f"{word}{count}{unit}" for count, (word, unit) in zip(counts, OPEN, strict=True) if count]
    return [f"待办理：{'，'.join(said)}"] if said else []


# In the order of Open, and of the table's last columns.
OPEN = (
    ("待点名活动", "项"),
    (f"{LEAVE_STATES[LeaveState.PENDING]}请假", "条"),
    (f"{MAKEUPS[MakeupState.SUBMITTED]}补学", "份"),
    (f"{PIECES[PieceState.SUBMITTED]}心得", "份"),
)


def table(found: Below) -> Document:
    """All branches, one a row."""
    heading = (
        LEDGER["number"],
        column_word("branch_id"),
        DUTIES[Duty.SECRETARY],
        "党员",
        "已绑定",
        *(ACTIVITY_TYPES[kind] for kind in COUNTED),
        *(word for word, _ in OPEN),
    )
    rows: list[list[Cell]] = [
        [
            number,
            line.name,
            line.secretary,
            line.people,
            line.bound,
            *(line.held.get(kind, 0) for kind in COUNTED),
            line.open.unsettled,
            line.open.leave,
            line.open.makeups,
            line.open.pieces,
        ]
        for number, line in enumerate(found.lines, 1)
    ]
    caption = f"{_title(found)}，共{found.branches}个党支部。"
    content = book(Ledger("季度数据", list(map(Column, heading)), rows, title=_title(found), beside=2))
    return Document("季度数据.xlsx", content=content, caption=caption, secret=True)


def branch(tally: Tally) -> Message:
    """One branch in its figures; nothing opens behind them, and no title is among them."""
    back = Choice("季度数据", buttons.ShowBelow(tally.period.code, 0))
    return Message(f"{tally.branch}\n{whole(tally, named=False)}", [[back]])
