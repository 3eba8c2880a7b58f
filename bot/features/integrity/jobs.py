"""What happens on the clock: some working days before a block of holidays everybody is reminded, once."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta, tzinfo
from typing import Any

from sqlalchemy.orm import Session

from bot.features.integrity import broadcast, decisions, merged, messages, rules, service, timing
from bot.kit.broadcasts import after, to_desk
from bot.kit.quiet_hours import open_now
from bot.kit.replies import Message
from scheduler.broadcasts import batch_of
from scheduler.calendar.days import Block, Calendar
from scheduler.calendar.store import calendar_of
from scheduler.jobs import Everywhere, Job, NotReady, Occurrence, Owed
from storage.models.reminder import Reminder

NAME = "pre_holiday"


def build(tz: tzinfo) -> list[Job]:
    """The job of this feature, in the branch's time zone."""

    def between(calendar: Calendar, since: datetime, until: datetime) -> list[Occurrence]:
        return timing.occurrences(calendar, since, until, tz)

    def of_branch(
        session: Session, branch_id: int, calendar: Calendar, since: datetime, until: datetime
    ) -> list[Occurrence]:
        return decisions.of_branch(session, branch_id, calendar, since, until, tz)

    def plan(session: Session, branch_id: int, occurrence: Occurrence, now: datetime) -> Iterable[Owed]:
        return remind(session, branch_id, occurrence, now, tz)

    def still_owed(session: Session, about: dict[str, Any], now: datetime) -> dict[str, Any] | None:
        return ask_again(session, about, now, tz)

    return [Job(NAME, Everywhere(between, decisions.differ, of_branch), plan, still_owed, missed)]


def remind(session: Session, branch_id: int, occurrence: Occurrence, now: datetime, tz: tzinfo) -> list[Owed]:
    """The reminder to everybody on the roster, and the live counts to the desk.

    Of a group of blocks only what nobody was reminded of; what has begun in the meantime the desk is told as missed.
    """
    decisions.lock(session, branch_id)
    calendar = calendar_of(session, branch_id)
    if not open_now(now, tz, calendar):
        raise NotReady("outside the hours in which the bot speaks first")
    mine = decisions.decided(session, branch_id)
    decisions.forget_old(session, branch_id, mine, now.astimezone(tz).date())
    blocks = timing.of_slot(calendar, mine.timing.merge, occurrence.slot)
    if blocks is None:
        raise NotReady("the holidays have changed in this very moment")
    if not mine.timing.sends and service.made(session, branch_id, blocks) is None:
        raise NotReady("switched off in this very moment")
    unsaid = service.unsaid(session, branch_id, calendar, blocks)
    coming = tuple(block for block in unsaid if block.start > now.astimezone(tz).date())
    reminder = service.made(session, branch_id, blocks) if not coming else None
    if coming:
        _wait_for(calendar, coming, mine, now, tz)
        reminder = service.make(session, branch_id, calendar, coming, mine.wish(coming), now, tz)
    told = [] if reminder is None else _owed_to_all(session, reminder, occurrence.at, now, tz)
    begun = [block for block in unsaid if block not in coming]
    return [*(_missed(session, branch_id, occurrence, begun) if coming else []), *told]


def _wait_for(calendar: Calendar, blocks: timing.Blocks, mine: timing.Decided, now: datetime, tz: tzinfo) -> None:
    """What is left of a group has a day of its own; and somebody may have moved or skipped it just now."""
    wish = mine.wish(blocks)
    if wish is not None and wish.skipped:
        raise NotReady("skipped")
    if timing.send_at(calendar, blocks, tz, mine) > now:
        raise NotReady("its own day has not come")


def _owed_to_all(session: Session, reminder: Reminder, due_at: datetime, now: datetime, tz: tzinfo) -> list[Owed]:
    along = merged.carried(session, reminder, due_at, now, tz)
    people = service.audience(session, reminder.id)
    wording = merged.Wording(session, reminder, along, tz)
    asked = list(filter(None, (_owed(reminder, person, along, wording.of(person), tz) for person in people)))
    desk = service.desk(session, reminder.branch_id, now.astimezone(tz).date())
    title = f"{rules.names(reminder.holidays)}节前廉洁提醒"
    begun = to_desk(broadcast.KIND, reminder.id, title, len(asked), desk)
    return [*begun, *asked, *_desk(session, reminder, desk, after(len(asked)), now, tz)]


def _owed(reminder: Reminder, person: int, along: merged.Carried, message: Message | None, tz: tzinfo) -> Owed | None:
    """One person's reminder, with the month's prompt when that goes along to this person."""
    prompt = along.keys.get(person)
    about = {"reminder": reminder.id, "theme": along.theme_id if prompt else None, "person": person}
    if message is None:
        return None
    keys = (*rules.keys(reminder.holidays, reminder.round, str(person)), *filter(None, [prompt]))
    given_up = timing.given_up(reminder.ack_due, tz)
    batch = batch_of(broadcast.KIND, reminder.id)
    return Owed(keys, message.to_json(), person, about=about, expires_at=given_up, batch=batch)


def _desk(
    session: Session, reminder: Reminder, desk: Sequence[int], delay: timedelta, now: datetime, tz: tzinfo
) -> list[Owed]:
    """The live counts, once the others are out: with what became of the sending."""
    card = broadcast.desk_card(session, reminder, now, tz).to_json()
    return [
        Owed(
            keys=(f"reminder_desk:{reminder.id}:{person}",),
            message=card,
            person_id=person,
            about={"desk": reminder.id},
            card=(service.CARD, reminder.id),
            delay=delay,
        )
        for person in desk
    ]


def ask_again(session: Session, about: dict[str, Any], now: datetime, tz: tzinfo) -> dict[str, Any] | None:
    """Who has said 已阅 in the meantime is not sent it again; the desk gets the counts of this moment."""
    if "progress" in about:
        return dict(about["progress"])
    if "missed" in about:
        return messages.missed(about["missed"]).to_json()
    if "desk" in about:
        reminder = session.get_one(Reminder, about["desk"])
        return broadcast.desk_card(session, reminder, now, tz).to_json()
    message = merged.message(session, about["reminder"], about["theme"], about["person"], tz)
    return message.to_json() if message is not None else None


def missed(session: Session, branch_id: int, occurrence: Occurrence) -> list[Owed]:
    """The bot was away until the holidays had begun: the desk hears that nobody was reminded."""
    calendar, mine = calendar_of(session, branch_id), decisions.decided(session, branch_id)
    blocks = timing.of_slot(calendar, mine.timing.merge, occurrence.slot)
    if blocks is None:
        return []
    return _missed(session, branch_id, occurrence, service.unsaid(session, branch_id, calendar, blocks))


def _missed(session: Session, branch_id: int, occurrence: Occurrence, blocks: Iterable[Block]) -> list[Owed]:
    names = rules.names(rules.holidays(blocks))
    message = messages.missed(names).to_json()
    return [
        Owed(
            keys=(f"pre_holiday_missed:{branch_id}:{occurrence.slot}:{person}",),
            message=message,
            person_id=person,
            about={"missed": names},
        )
        for person in service.desk(session, branch_id, occurrence.on)
        if names
    ]
