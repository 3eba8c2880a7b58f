"""After an outage: the reminders that somebody was sent and has not acknowledged, while 已阅 is still on time."""

from collections.abc import Sequence
from datetime import datetime, tzinfo

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from bot.features.integrity import messages, rules
from bot.kit.reposts import Again
from storage.models.reminder import Acknowledgement, Reminder, ReminderAudience


def reposts(session: Session, branch_ids: Sequence[int], since: datetime, now: datetime, tz: tzinfo) -> list[Again]:
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
