"""Taps and words of who decides on leave: on its card, in a list, 审批请假."""

from sqlalchemy.orm import Session

from bot.features.leave import buttons, cards, makeups, messages, service
from bot.features.leave.waiting import waiting
from bot.kit.access import Right
from bot.kit.activities import ACTIVITY_CARD
from bot.kit.back_fill import approved_late
from bot.kit.glossary.choices import LEAVE_STATES
from bot.kit.handlers import Call, Command, Handler, Tap
from bot.kit.owing import Waits
from bot.kit.replies import Reply, To, apart, say
from bot.kit.words import short_day
from storage.choices import Duty, LeaveState
from storage.models.person import Person

# So many are shown at once; the next are there when these are decided.
SHOWN = 10


def decide_leave(session: Session, call: Call, button: buttons.DecideLeave) -> Reply:
    row, activity = service.decide_leave(session, call.me, button.leave_id, bool(button.approve), call.now, call.tz)
    person = session.get_one(Person, row.person_id)
    due = short_day(makeups.makeup_due(activity, call.tz).astimezone(call.tz).date())
    late = approved_late(row.decided_at, activity.start_at) if row.state is LeaveState.APPROVED else ""
    done = messages.decided(row, activity, person.name, late)
    told = To(messages.leave_decided(row, activity, due), person_id=person.id, key=cards.decided_key(row))
    cards.close(session, call, row, activity)
    toast = f"{LEAVE_STATES[row.state]}。"
    return Reply(toast=toast, edit=done, others=[told], refresh=[(ACTIVITY_CARD, activity.id)])


def decide_listed(session: Session, call: Call, button: buttons.DecideListed) -> Reply:
    """Below a list of what waits it is answered apart."""
    return apart(decide_leave(session, call, buttons.DecideLeave(button.leave_id, button.approve)))


def to_approve(session: Session, call: Call) -> Reply:
    """审批请假: what waits for this officer, numbered, with its buttons."""
    found = [one for one in waiting(session, call.me, call.now, call.tz) if one.kind is Waits.LEAVE]
    return say(messages.to_approve(found[:SHOWN], len(found)))


HANDLERS: list[Handler] = [
    Tap(buttons.DecideLeave, decide_leave),
    Tap(buttons.DecideListed, decide_listed, private=True),
    Command("approve", to_approve, "审批请假", Right.APPROVE_LEAVE, reads=True, duty=Duty.GROUP_LEADER, group_at=3),
]
