"""A pre-holiday reminder as what goes to many: how it reads now for each, with other words, and after an outage."""

from collections.abc import Iterable, Sequence
from datetime import datetime, tzinfo

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from bot.features.integrity import messages, rules, service
from bot.features.integrity.buttons import Origin
from bot.features.study import prompts
from bot.kit.access import Right
from bot.kit.broadcasts import BatchContent, Broadcast, Sent, begun_by, with_delivery
from bot.kit.replies import Message
from bot.kit.reposts import Again
from bot.kit.titles import PromiseGroup
from storage.models.reminder import Acknowledgement, Reminder, ReminderAudience

KIND = "reminder"
LONGEST = 3000


def find(session: Session, reminder_id: int, tz: tzinfo) -> BatchContent | None:
    reminder = session.get(Reminder, reminder_id)
    if reminder is None:
        return None
    return BatchContent(
        branch_id=reminder.branch_id,
        title=f"{rules.names(reminder.holidays)}节前廉洁提醒",
        text=messages.body_of(reminder, tz),
        longest=LONGEST,
        right=Right.MAKE_REMINDER,
        cards=[(service.CARD, reminder.id)],
    )


def reworded(session: Session, reminder_id: int, text: str, tz: tzinfo) -> Message:
    reminder = session.get_one(Reminder, reminder_id)
    return messages.card(Reminder(id=reminder_id, text=messages.worded_anew(reminder, text, tz)), tz)


def change(session: Session, reminder_id: int, text: str, tz: tzinfo) -> None:
    reminder = session.get_one(Reminder, reminder_id)
    reminder.text = messages.worded_anew(reminder, text, tz)


def reads(session: Session, reminder_id: int, sent: Sent, now: datetime, tz: tzinfo) -> Message | None:
    """With 已阅 and its time; with the month's prompt when that went along."""
    if sent.person_id is None:
        return None
    reminder = session.get_one(Reminder, reminder_id)
    mine = (Acknowledgement.reminder_id == reminder_id, Acknowledgement.person_id == sent.person_id)
    read_at = session.scalar(select(Acknowledgement.at).where(*mine))
    if sent.about.get("theme") is None:
        return messages.card(reminder, tz, read_at)
    section = prompts.section(session, sent.about["theme"], sent.person_id)
    return messages.joined(section, messages.card(reminder, tz, read_at, Origin.NUDGE))


def desk_card(session: Session, reminder: Reminder, now: datetime, tz: tzinfo) -> Message:
    """The desk's card with what became of the sending."""
    card = messages.desk_card(reminder, service.figures(session, reminder, now), tz)
    return with_delivery(session, card, reminder.branch_id, KIND, reminder.id, now, tz)


def reposts(session: Session, branch_ids: Sequence[int], since: datetime, now: datetime, tz: tzinfo) -> list[Again]:
    """After an outage: those that somebody was sent and has not acknowledged, while 已阅 is still on time."""
    read = and_(
        Acknowledgement.reminder_id == ReminderAudience.reminder_id,
        Acknowledgement.person_id == ReminderAudience.person_id,
    )
    query = (
        select(Reminder, ReminderAudience.person_id)
        .join(ReminderAudience, ReminderAudience.reminder_id == Reminder.id)
        .outerjoin(Acknowledgement, read)
        .where(Reminder.branch_id.in_(branch_ids), Reminder.ack_due >= now, Reminder.sent_at < since)
        .where(Acknowledgement.id.is_(None))
        .order_by(Reminder.id, ReminderAudience.person_id)
    )
    return [
        Again(messages.card(row, tz), person, rules.keys(row.holidays, row.round, str(person))[0])
        for row, person in session.execute(query)
    ]


BROADCASTS = [
    Broadcast(KIND, find, reworded, change, reads, word="节前廉洁提醒", begun=begun_by(Reminder, Reminder.sent_at))
]


def _titles(session: Session, subjects: Sequence[PromiseGroup]) -> dict[PromiseGroup, str]:
    """pre_holiday:2023:中秋:r1: the festivals of the reminder that it belongs to."""
    query = select(Reminder).where(Reminder.branch_id.in_({subject.branch_id for subject in subjects}))
    made = {
        (row.branch_id, name): rules.names(row.holidays)
        for row in session.scalars(query.order_by(Reminder.id))
        for name in _names_of(row)
    }
    return {
        subject: f"{made[subject.branch_id, subject.name]}节前提醒"
        for subject in subjects
        if (subject.branch_id, subject.name) in made
    }


def _names_of(row: Reminder) -> Iterable[str]:
    return (key.removesuffix(":") for key in rules.keys(row.holidays, row.round, ""))


TITLES = {"pre_holiday": _titles}
