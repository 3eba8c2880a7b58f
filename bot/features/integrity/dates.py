"""The pre-holiday reminders of a month for 本月安排: until when they are to be read; to the desk also when they go."""

from collections.abc import Iterator
from datetime import datetime, time, tzinfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.features.integrity import planning, rules
from bot.features.integrity.buttons import Act, Coming, SeeReminder
from bot.kit.access import Right, may
from bot.kit.month import Dated
from scheduler.calendar.days import at
from scheduler.calendar.periods import Period
from storage.audience import Me
from storage.models.reminder import Reminder, ReminderAudience


def dates(session: Session, me: Me, days: Period, now: datetime, tz: tzinfo) -> Iterator[Dated]:
    keeps = may(me, Right.MAKE_REMINDER, branch_id=me.branch_id)
    yield from _sent(session, me, days, tz, keeps=keeps)
    if keeps:
        yield from _planned(session, me, days, now, tz)


def _sent(session: Session, me: Me, days: Period, tz: tzinfo, *, keeps: bool) -> Iterator[Dated]:
    due = (Reminder.ack_due >= at(days.start, time(), tz), Reminder.ack_due < at(days.to, time(), tz))
    query = select(Reminder).where(Reminder.branch_id == me.branch_id, *due).order_by(Reminder.id)
    if not keeps:
        told = (ReminderAudience.reminder_id == Reminder.id, ReminderAudience.person_id == me.id)
        query = query.join(ReminderAudience, told[0]).where(told[1])
    for row in session.scalars(query):
        until = row.ack_due.astimezone(tz)
        yield Dated(until.date(), f"{rules.names(row.holidays)}节前廉洁提醒阅知截止", SeeReminder(row.id), until.time())


def _planned(session: Session, me: Me, days: Period, now: datetime, tz: tzinfo) -> Iterator[Dated]:
    for one in planning.coming(session, me.branch_id, now, tz):
        if one.due_at is None or one.skipped or one.off:
            continue
        goes = one.due_at.astimezone(tz)
        if days.holds(goes.date()):
            named = "、".join(name for block in one.blocks for _, name in block.festivals)
            yield Dated(goes.date(), f"发送{named}节前廉洁提醒", Coming(Act.OPEN, one.year, one.festival), goes.time())
