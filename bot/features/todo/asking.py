"""请其办理: one person is asked to settle one thing that they owe, by the one nudge that they get that day."""

from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.features.todo import jobs, messages, nudge_keys, service
from bot.features.todo.service import Features
from bot.kit.access import Right
from bot.kit.doors import AskOwner
from bot.kit.handlers import Call
from bot.kit.owing import Nudged
from bot.kit.quiet_hours import open_now
from bot.kit.refusal import Refusal
from bot.kit.replies import Message, Reply
from bot.kit.words import day_words, moment_words
from scheduler.calendar.days import local_day
from scheduler.calendar.store import calendar_of
from scheduler.promises import promise
from storage.away import away_on
from storage.choices import OutboxState
from storage.models.outbox import Outbox, Promise
from storage.roster import Member, roster


def ask(features: Features, session: Session, call: Call, button: AskOwner) -> Reply:
    """At once in the hours in which the bot speaks first; else it asks before it promises that for the next morning.

    Who was nudged today gets it with the next nudge, so that nobody is written to twice a day.
    """
    items, member = _asked(features, session, call, button.person_id, button.key)
    if _waits_for_hours(session, call, member):
        when = service.next_morning(call.now, call.tz, calendar_of(session, call.me.branch_id))
        _not_away(session, member, local_day(when, call.tz))
        return Reply(here=[messages.ask_later(moment_words(when, call.tz), member.id, button.key)])
    return Reply(toast=_ask(session, call, items, member, button.key), alert=True, promised=True)


def sure(features: Features, session: Session, call: Call, button: messages.AskSure) -> Reply:
    """Answered in the hours, later than it was asked, it goes at once."""
    if not button.sure:
        return Reply(edit=Message(messages.NOT_REMINDED))
    items, member = _asked(features, session, call, button.person_id, button.key)
    return Reply(edit=Message(_ask(session, call, items, member, button.key)), promised=True)


def _waits_for_hours(session: Session, call: Call, member: Member) -> bool:
    known = nudge_keys.of_day(session, [member.id], call.today, call.now)
    there = member.id in known.sent or member.id in known.waits
    return not there and not open_now(call.now, call.tz, calendar_of(session, call.me.branch_id))


def _ask(session: Session, call: Call, items: list[Nudged], member: Member, first: str) -> str:
    """Now, or with the next nudge; says which."""
    known, calendar = (
        nudge_keys.of_day(session, [member.id], call.today, call.now),
        calendar_of(session, call.me.branch_id),
    )
    if member.id in known.waits:
        _say_as_well(session, nudge_keys.key(member.id, call.today), first)
        return messages.asked_at(f"{known.waits[member.id].astimezone(call.tz):%H:%M}")
    before = member.id in known.sent
    if not before and open_now(call.now, call.tz, calendar):
        _not_away(session, member, call.today)
        _promise(session, call, items, member, first)
        return messages.asking(member.name)
    when = service.next_morning(call.now, call.tz, calendar, another_day=before)
    _not_away(session, member, local_day(when, call.tz))
    _promise(session, call, items, member, first, when)
    if before:
        return messages.asked_before(day_words(local_day(when, call.tz)))
    return messages.will_ask(member.name, moment_words(when, call.tz))


def _not_away(session: Session, member: Member, day: date) -> None:
    """Whoever is away that day is passed over."""
    if away_on(session, [member.id], day):
        raise Refusal(messages.ONE_AWAY)


def _asked(features: Features, session: Session, call: Call, person_id: int, key: str) -> tuple[list[Nudged], Member]:
    """All that somebody owes, whom this person may remind, with this among it."""
    found = service.visible(session, features, call.me, Right.NUDGE, call.now, call.tz)
    mine: list[Nudged] = [item for item, member in found if member.id == person_id]
    if not any(item.key == key for item in mine):
        branch_id, now, tz = call.me.branch_id, call.now, call.tz
        alone = service.by_hand(session, features, call.me, branch_id, person_id, key, now, tz)
        mine = [alone, *mine] if alone is not None else []
    here = roster(session, call.me.branch_id, call.today, [person_id])
    if not mine or not here:
        raise Refusal(messages.SETTLED)
    if not (here[0].bound and here[0].reachable):
        raise Refusal(messages.UNREACHABLE)
    return mine, here[0]


def _promise(
    session: Session, call: Call, items: list[Nudged], member: Member, first: str, later: datetime | None = None
) -> None:
    """Under the key of the day's one nudge; where that is promised already it says this too."""
    when = later or call.now
    day = local_day(when, call.tz)
    nudge_keys.free(session, [member.id], day)
    key = nudge_keys.key(member.id, day)
    owed = jobs.nudge(call.me.branch_id, member.id, member.name, items, key, when, call.tz, first=first)
    row = promise(session, owed, job=jobs.NUDGE, branch_id=call.me.branch_id, now=call.now)
    if row is None:
        _say_as_well(session, key, first)
    if later is not None and row is not None:
        session.get_one(Outbox, row).not_before = later


def _say_as_well(session: Session, key: str, also: str) -> None:
    """A nudge that is still to go says this too, where it is owed by hand alone."""
    query = select(Outbox).join(Promise, Promise.outbox_id == Outbox.id).where(Promise.key == key)
    row = session.scalar(query.where(Outbox.state == OutboxState.QUEUED))
    if row is not None and also not in (row.about.get("first"), *row.about.get("also", ())):
        row.about = {**row.about, "also": [*row.about.get("also", ()), also]}
