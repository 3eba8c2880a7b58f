"""准备情况 of a superior committee: its branches below at any depth, and one of them."""

from functools import partial

from sqlalchemy.orm import Session

from bot.features.readiness import below, below_messages
from bot.features.readiness.buttons import OpenReadyBelow, ShowReadyBelow
from bot.features.readiness.service import Sources
from bot.features.tally import periods
from bot.kit.access import Right
from bot.kit.handlers import Call, Handler, Tap
from bot.kit.replies import Reply, say
from scheduler.calendar.days import Quarter


def overview(sources: Sources, session: Session, call: Call, quarter: Quarter) -> Reply:
    found = below.overview(session, sources, call.me, quarter, call.now, call.tz, 0)
    return say(below_messages.overview(found))


def turn(sources: Sources, session: Session, call: Call, button: ShowReadyBelow) -> Reply:
    quarter = periods.opened_quarter(button.period, call.today)
    found = below.overview(session, sources, call.me, quarter, call.now, call.tz, button.page)
    return Reply(edit=below_messages.overview(found))


def open_branch(sources: Sources, session: Session, call: Call, button: OpenReadyBelow) -> Reply:
    quarter = periods.opened_quarter(button.period, call.today)
    found = below.branch(session, sources, call.me, button.branch_id, quarter, call.now, call.tz)
    return Reply(edit=below_messages.branch(found, quarter, button.page))


def build(sources: Sources) -> list[Handler]:
    right = Right.READINESS
    return [
        Tap(ShowReadyBelow, partial(turn, sources), reads=True, right=right, private=True),
        Tap(OpenReadyBelow, partial(open_branch, sources), reads=True, right=right, private=True),
    ]
