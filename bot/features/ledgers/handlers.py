"""导出: the ledgers of a period as files, one by one or all together."""

from functools import partial

from sqlalchemy.orm import Session

from bot.features.ledgers import buttons, messages, service
from bot.features.ledgers.service import Offered
from bot.features.tally import periods
from bot.kit.access import Right
from bot.kit.handlers import Call, Command, Handler, Tap, Word
from bot.kit.ledger_books import Asked
from bot.kit.refusal import Refusal
from bot.kit.replies import Message, Noted, Reply, say
from bot.kit.words import plain
from scheduler.calendar.periods import Period

_WORDS = ("导出表格", "导出台账", "导出全部", "导出")


def open_books(offered: Offered, session: Session, call: Call) -> Reply:
    """/export, 导出, 导出上半年; without a period the quarter at hand."""
    return say(_page(offered, session, call, _named(call), 0))


def _named(call: Call) -> Period:
    said = _rest(call.text)
    if said == "":
        return Period.of(periods.quarter_told_of(call.today))
    period = periods.read_period(said, call.today)
    if period is None:
        raise Refusal(messages.UNKNOWN_PERIOD)
    return periods.countable(period, call.today)


def _rest(text: str) -> str:
    """What stands behind or before the word: 上半年 of 导出上半年."""
    said = plain(text).strip()
    for word in _WORDS:
        if said.startswith(word):
            return said.removeprefix(word).strip()
    return said


def names_an_export(text: str) -> bool:
    """导出上半年, 导出2023年, 导出台账三季度"""
    said, rest = plain(text).strip(), _rest(text)
    return said != rest and (periods.names_quarter(rest) or periods.names_period(rest))


def _page(offered: Offered, session: Session, call: Call, period: Period, at: int) -> Message:
    listed = service.books(session, call.me.branch_id, call.me, offered)
    return messages.page(listed, period, at, call.today)


def show(offered: Offered, session: Session, call: Call, button: buttons.ShowBooks) -> Reply:
    return Reply(edit=_page(offered, session, call, periods.opened(button.period, call.today), button.page))


def get(offered: Offered, session: Session, call: Call, button: buttons.GetBook) -> Reply:
    asked = _asked(session, call, button.period)
    name, content = service.one(asked, button.book, offered)
    return _handed(call, asked, button.book, name, content)


def get_all(offered: Offered, session: Session, call: Call, button: buttons.GetAll) -> Reply:
    asked = _asked(session, call, button.period)
    listed = list(service.files(asked, offered))
    if not listed:
        raise Refusal(service.EMPTY)
    name = f"{service.file_name(asked.branch)}{asked.when}材料.zip"
    return _handed(call, asked, "all", name, service.packed(asked, listed))


def _asked(session: Session, call: Call, code: str) -> Asked:
    period = periods.opened(code, call.today)
    return service.asked_of(session, call.me.branch_id, call.me, period, call.now, call.tz)


def _handed(call: Call, asked: Asked, what: str, name: str, content: bytes) -> Reply:
    """The file; that it was handed over is in the log, for it names people."""
    details = {"ledger": what, "period": asked.counting.period.code}
    noted = Noted("export", "ledger", call.me.branch_id, call.me, details)
    return Reply(toast="已发送。", here=[messages.handed(name, content)], noted=[noted])


def build(offered: Offered) -> list[Handler]:
    right = Right.EXPORT
    return [
        Command("export", partial(open_books, offered), "导出", right, reads=True, more=56, words=_WORDS[:3]),
        Word((), partial(open_books, offered), reads=True, matches=names_an_export, right=right),
        Tap(buttons.ShowBooks, partial(show, offered), reads=True, right=right, private=True),
        Tap(buttons.GetBook, partial(get, offered), reads=True, right=right, private=True),
        Tap(buttons.GetAll, partial(get_all, offered), reads=True, right=right, private=True),
    ]
