"""未定稿支部: the page of a superior committee, and asking a secretary with one tap."""

from functools import partial

from sqlalchemy.orm import Session

from bot.features.closes import below, below_messages, buttons, service
from bot.features.closes.forms import quarter_of
from bot.features.tally.keeping import Keeps
from bot.kit.access import Right
from bot.kit.handlers import Call, Command, Handler, Tap
from bot.kit.replies import Message, Reply
from bot.kit.seats import Seat, keys
from scheduler.calendar.days import Quarter
from storage.choices import Duty


def show(keeps: Keeps, session: Session, call: Call) -> Reply:
    """/below, 未定稿支部: of the last quarter that is over."""
    found = _page(keeps, session, call, service.last_over(call.now, call.tz), 0)
    return Reply(here=[below_messages.unclosed(found)], afterwards=found.afterwards)


def turn(keeps: Keeps, session: Session, call: Call, button: buttons.ShowUnclosed) -> Reply:
    found = _page(keeps, session, call, quarter_of(button.period, call), button.page)
    return Reply(edit=below_messages.unclosed(found), afterwards=found.afterwards)


def _page(keeps: Keeps, session: Session, call: Call, quarter: Quarter, page: int) -> below.Unclosed:
    return below.unclosed(session, call.me, quarter, call.now, call.tz, page, keeps=keeps)


def ask(session: Session, call: Call, button: buttons.AskSecretary) -> Reply:
    """Out of hours it asks first."""
    quarter = quarter_of(button.period, call)
    found = below.ask(session, call.me, button.branch_id, quarter, call.now, call.tz, sure=False)
    if found.now:
        return Reply(toast=below_messages.asking(found), alert=True, promised=True)
    return Reply(here=[below_messages.ask_later(found, quarter, button.branch_id, call.tz)])


def sure(session: Session, call: Call, button: buttons.AskSecretarySure) -> Reply:
    """Answered in the hours, later than it was asked, it goes at once."""
    if not button.sure:
        return Reply(edit=Message(below_messages.NOT_ASKED))
    quarter = quarter_of(button.period, call)
    found = below.ask(session, call.me, button.branch_id, quarter, call.now, call.tz, sure=True)
    said = below_messages.asking(found) if found.now else below_messages.will_ask(found, call.tz)
    return Reply(edit=Message(said), promised=True)


def build(keeps: Keeps) -> list[Handler]:
    counts = Right.TALLY
    return [
        Command(
            "below",
            partial(show, keeps),
            "未定稿支部",
            counts,
            reads=True,
            duty=Duty.COMMITTEE_OFFICER,
            keys=keys(12, Seat.BELOW),
            more=57,
            help="未定稿支部：哪些支部还没有定稿，可逐个提醒书记。",
            words=("谁还没定稿",),
        ),
        Tap(buttons.ShowUnclosed, partial(turn, keeps), reads=True, right=counts, private=True),
        Tap(buttons.AskSecretary, ask, right=counts, private=True),
        Tap(buttons.AskSecretarySure, sure, right=counts, private=True),
    ]
