"""What happens on the clock: on the third working day before a block of holidays everybody is reminded, once."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta, tzinfo
from typing import Any

from sqlalchemy.orm import Session

from bot.features.integrity import messages, rules, sendings, service, together
from bot.kit.broadcasts import after, to_desk
from bot.kit.hours import open_now
from scheduler.broadcasts import batch_of
from scheduler.calendar import Block, Calendar
from scheduler.calendars import calendar_of
from scheduler.jobs import Everywhere, Job, NotReady, Occurrence, Owed
from storage.models.reminder import Reminder

NAME = "pre_holiday"


def build(tz: tzinfo) -> list[Job]:
    """The job of this feature, in the branch's time zone."""

    def between(calendar: Calendar, since: datetime, until: datetime) -> list[Occurrence]:
        blocks = rules.blocks_between(calendar, since.date(), until.date())
        found = [Occurrence.of(slot(block), *_window(calendar, block, tz)) for block in blocks]
        return [occurrence for occurrence in found if since <= occurrence.at <= until]

    def plan(session: Session, branch_id: int, occurrence: Occurrence, now: datetime) -> Iterable[Owed]:
        return remind(session, branch_id, occurrence, now, tz)

    def still_owed(session: Session, about: dict[str, Any], now: datetime) -> dict[str, Any] | None:
        return ask_again(session, about, now, tz)

    return [Job(NAME, Everywhere(between), plan, still_owed, missed)]


def _window(calendar: Calendar, block: Block, tz: tzinfo) -> tuple[datetime, datetime]:
    return rules.send_at(calendar, block, tz), rules.grace_end(block, tz)


def slot(block: Block) -> str:
    """2023-09-29 中秋、国庆: a block that moves is another run, and its plan decides whether that is a new reminder."""
    return f"{block.start} {rules.names(rules.holidays(block))}"


def _block(calendar: Calendar, occurrence: Occurrence) -> Block:
    found = rules.blocks_between(calendar, occurrence.on, occurrence.on)
    return next(block for block in found if slot(block) == occurrence.slot)


def remind(session: Session, branch_id: int, occurrence: Occurrence, now: datetime, tz: tzinfo) -> list[Owed]:
    """The reminder to everybody on the roster, and the live counts to the desk."""
    calendar = calendar_of(session, branch_id)
    if not open_now(now, tz, calendar):
        raise NotReady("outside the hours in which the bot speaks first")
    reminder = service.remind(session, branch_id, _block(calendar, occurrence), now, tz)
    if reminder is None:
        return []
    along = together.carried(session, reminder, now, tz)
    people = service.audience(session, reminder.id)
    asked = list(filter(None, (_owed(session, reminder, person, along, occurrence, tz) for person in people)))
    desk = service.desk(session, branch_id, now.astimezone(tz).date())
    title = f"{rules.names(reminder.holidays)}节前廉洁提醒"
    begun = to_desk(sendings.KIND, reminder.id, title, len(asked), desk)
    return [*begun, *asked, *_desk(session, reminder, desk, after(len(asked)), now, tz)]


def _owed(
    session: Session, reminder: Reminder, person: int, along: together.Carried, occurrence: Occurrence, tz: tzinfo
) -> Owed | None:
    """One person's reminder, with the month's prompt when that goes along to this person."""
    prompt = along.keys.get(person)
    about = {"reminder": reminder.id, "theme": along.theme_id if prompt else None, "person": person}
    message = together.message(session, reminder.id, about["theme"], person, tz)
    if message is None:
        return None
    keys = (*rules.keys(reminder.holidays, reminder.round, str(person)), *filter(None, [prompt]))
    batch = batch_of(sendings.KIND, reminder.id)
    return Owed(keys, message.to_json(), person, about=about, expires_at=occurrence.until, batch=batch)


def _desk(
    session: Session, reminder: Reminder, desk: Sequence[int], delay: timedelta, now: datetime, tz: tzinfo
) -> list[Owed]:
    """The live counts, once the others are out: with what became of the sending."""
    card = sendings.desk_card(session, reminder, now, tz).to_json()
    return [
        Owed(
            keys=(f"reminder_desk:{reminder.id}:{person}",), message=card, person_id=person,
            about={"desk": reminder.id}, card=(service.CARD, reminder.id), delay=delay,
        )
        for person in desk
    ]  # fmt: skip


def ask_again(session: Session, about: dict[str, Any], now: datetime, tz: tzinfo) -> dict[str, Any] | None:
    """Who has said 已阅 in the meantime is not sent it again; the desk gets the counts of this moment."""
    if "progress" in about:
        return dict(about["progress"])
    if "missed" in about:
        return messages.missed(about["missed"]).to_json()
    if "desk" in about:
        reminder = session.get_one(Reminder, about["desk"])
        return sendings.desk_card(session, reminder, now, tz).to_json()
    message = together.message(session, about["reminder"], about["theme"], about["person"], tz)
    return message.to_json() if message is not None else None


def missed(session: Session, branch_id: int, occurrence: Occurrence) -> list[Owed]:
    """The bot was away until the holidays had begun: the desk hears that nobody was reminded."""
    names = rules.names(rules.holidays(_block(calendar_of(session, branch_id), occurrence)))
    message = messages.missed(names).to_json()
    return [
        Owed(
            keys=(f"pre_holiday_missed:{branch_id}:{occurrence.slot}:{person}",), message=message, person_id=person,
            about={"missed": names},
        )
        for person in service.desk(session, branch_id, occurrence.on)
    ]  # fmt: skip
