"""The record of one person: what was done in a period, by the own rows, and what counts of it by the cut-off."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from decimal import Decimal
from typing import TypeVar

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from bot.features.activities.counting.figures import LEARNED
from bot.features.activities.counting.held import HELD
from bot.features.activities.counting.rules import Held, hours
from bot.features.activities.service import rolls
from bot.features.reflections import service as reflections
from bot.features.reflections.rules import Version, newest
from bot.features.study import service as study
from bot.features.tally.looking import EVERYTHING, Part
from bot.features.tally.service import counting
from bot.kit.back_fill import first_mark
from bot.kit.figures import Counting, Slice
from scheduler.calendar.days import local_day
from scheduler.calendar.periods import Period
from storage.audience import Me
from storage.choices import ActivityStatus
from storage.models.activity import Activity
from storage.models.attendance import Attendance, LeaveRequest, Makeup
from storage.models.reflection import ReflectionTask
from storage.models.reminder import Acknowledgement, Reminder, ReminderAudience
from storage.models.study import StudyCompletion, StudyItem

Row = TypeVar("Row", Attendance, LeaveRequest, Makeup)


@dataclass(frozen=True, slots=True)
class OwnActivity:
    """An activity with the rows of one person; `held`: its roll is complete, `ended`: it is over. `mark`: 补报."""

    title: str
    day: date
    held: Held | None
    attendance: Attendance | None
    leave: LeaveRequest | None
    makeup: Makeup | None
    mark: str = ""
    ended: bool = True


@dataclass(frozen=True, slots=True)
class PersonRecord:
    """One person's period, as far as it is `shown` to who looks; lists in the order of time. hours_of_year: from its
    first day to the end of the period (R28, R29), where the period is only a part of that.
    """

    period: Period
    person_id: int
    shown: frozenset[Part]
    parts: Sequence[OwnActivity]
    hours: Decimal
    hours_of_year: Decimal | None
    study: Sequence[tuple[StudyItem, StudyCompletion | None]]
    pieces: Sequence[tuple[ReflectionTask, Version]]
    reminders: Sequence[tuple[Reminder, Acknowledgement | None]]


def my_record(session: Session, me: Me, period: Period, now: datetime, tz: tzinfo) -> PersonRecord:
    """Everything of one's own in the branch acted for."""
    return record_of(session, me.branch_id, me.id, period, now, tz, EVERYTHING)


def record_of(
    session: Session,
    branch_id: int,
    person_id: int,
    period: Period,
    now: datetime,
    tz: tzinfo,
    shown: frozenset[Part],
) -> PersonRecord:
    """What a branch has of somebody; the number of statements depends on nothing that was recorded."""
    asked = counting(session, branch_id, period, now, tz)
    held = asked.of(HELD)
    return PersonRecord(
        period=period,
        person_id=person_id,
        shown=shown,
        parts=[part for one in asked.slices for part in _parts(asked, person_id, held, one)],
        hours=_hours(asked, person_id),
        hours_of_year=_of_year(asked, person_id),
        study=_study(session, branch_id, person_id, period) if Part.STUDY in shown else (),
        pieces=_pieces(session, branch_id, person_id, period, tz) if Part.PIECES in shown else (),
        reminders=_reminders(person_id, asked) if Part.REMINDERS in shown else (),
    )


def _hours(asked: Counting, person_id: int) -> Decimal:
    return hours([*asked.of(LEARNED)]).get(person_id, Decimal(0))


def _of_year(asked: Counting, person_id: int) -> Decimal | None:
    """Years are reckoned apart."""
    period, first = asked.period, date(asked.period.end.year, 1, 1)
    if period.start <= first:
        return None
    so_far = Period(first, period.to)
    return _hours(counting(asked.session, asked.branch_id, so_far, asked.now, asked.tz), person_id)


def _parts(asked: Counting, person_id: int, held: Sequence[Held], part: Slice) -> list[OwnActivity]:
    """The activities that one was expected at or came to, also those that have begun and whose roll is still open."""
    session, now, tz = asked.session, asked.now, asked.tz
    start, end = asked.bounds(part.days)
    of_slice = (Activity.branch_id == asked.branch_id, Activity.start_at >= start, Activity.start_at < end)
    attendance = _own(session, Attendance, person_id, of_slice)
    leave, makeup = _own(session, LeaveRequest, person_id, of_slice), _own(session, Makeup, person_id, of_slice)
    counted = {one.id: one for one in held if person_id in {*one.roll.expected, *one.roll.observers}}
    open_ = select(Activity).where(*of_slice, Activity.status.in_([ActivityStatus.PLANNED, ActivityStatus.HELD]))
    activities = session.scalars(open_.order_by(Activity.start_at, Activity.id)).all()
    begun = [one for one in activities if one.status is ActivityStatus.PLANNED and one.start_at <= now]
    cut_offs = {one.id: part.cut_off for one in begun}
    asked_to = {row for row, roll in rolls(session, begun, tz, cut_offs).items() if person_id in roll.expected}
    return [
        OwnActivity(
            activity.title,
            local_day(activity.start_at, tz),
            counted.get(activity.id),
            attendance.get(activity.id),
            leave.get(activity.id),
            makeup.get(activity.id),
            _mark(activity, attendance.get(activity.id), leave.get(activity.id), part.cut_off, tz),
            activity.end_at <= now,
        )
        for activity in activities
        if activity.id in {*counted, *attendance, *leave, *asked_to}
    ]


def _mark(
    activity: Activity, came: Attendance | None, leave: LeaveRequest | None, cut_off: datetime, tz: tzinfo
) -> str:
    """Of one's own row, as the desk may have entered it, else of the activity."""
    entered = leave.decided_at if leave is not None and leave.entered_by_id is not None else None
    made = (came.at if came is not None else None, entered, activity.created_at)
    return first_mark(local_day(activity.start_at, tz), made, cut_off, tz)


def _own(session: Session, table: type[Row], person_id: int, which: Iterable[ColumnElement[bool]]) -> dict[int, Row]:
    query = select(table).join(Activity, Activity.id == table.activity_id).where(*which)
    query = query.where(table.person_id == person_id, table.withdrawn_at.is_(None))
    return {row.activity_id: row for row in session.scalars(query)}


def _study(
    session: Session, branch_id: int, person_id: int, period: Period
) -> list[tuple[StudyItem, StudyCompletion | None]]:
    """Items of the period that one had to learn or has learned; those before one's own time are not owed (D10)."""
    of_period = StudyItem.assigned_on.between(period.start, period.end)
    seen = study.seen_by(session, person_id, StudyItem.branch_id == branch_id, of_period)
    asked = study.expected(session, branch_id, [one.item for one in seen], [person_id])
    return [(one.item, one.done) for one in seen if one.done is not None or person_id in asked[one.item.id]]


def _pieces(
    session: Session, branch_id: int, person_id: int, period: Period, tz: tzinfo
) -> list[tuple[ReflectionTask, Version]]:
    """The newest version of each piece of the period's tasks (D11)."""
    return [
        (task.row, version)
        for task in reflections.of_period(session, [branch_id], period, tz)
        for version in newest(task.of(person_id))
    ]


def _reminders(person_id: int, asked: Counting) -> list[tuple[Reminder, Acknowledgement | None]]:
    start, end = asked.bounds(asked.period)
    query = (
        select(Reminder, Acknowledgement)
        .join(ReminderAudience, ReminderAudience.reminder_id == Reminder.id)
        .outerjoin(
            Acknowledgement,
            (Acknowledgement.reminder_id == Reminder.id) & (Acknowledgement.person_id == person_id),
        )
        .where(Reminder.branch_id == asked.branch_id, ReminderAudience.person_id == person_id)
        .where(Reminder.sent_at >= start, Reminder.sent_at < end)
        .order_by(Reminder.sent_at, Reminder.id)
    )
    return [(reminder, seen) for reminder, seen in asked.session.execute(query)]
