"""What happens on the clock: a test begins and everybody expected hears of it; what ran out of time is handed in."""

from collections.abc import Iterable
from datetime import datetime, timedelta, tzinfo
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from bot.features.exams import messages, service, sitting
from bot.features.exams.cards import KIND
from bot.kit.broadcasts import to_desk
from bot.kit.replies import of_place
from scheduler.broadcasts import batch_of
from scheduler.calendar.days import local_day
from scheduler.calendar.hours import next_open
from scheduler.calendar.store import calendar_of
from scheduler.jobs import Deadlines, Job, Occurrence, Owed
from storage.models.exam import Exam, ExamAttempt
from storage.roster import roster

BEGINS, ENDS = "exam_begins", "exam_ends"
# An attempt is handed in once its last second is over; that somebody is told of it makes sense for so long.
_AFTER, _TOLD_WITHIN, _GRACE = timedelta(seconds=2), timedelta(days=14), timedelta(days=400)


def build(tz: tzinfo) -> list[Job]:
    """The jobs of this feature, in the branch's time zone."""

    def begins(
        session: Session, since: datetime, until: datetime, branch_id: int | None
    ) -> list[tuple[int, Occurrence]]:
        return beginnings(session, since, until, branch_id, tz)

    def ends(session: Session, since: datetime, until: datetime, branch_id: int | None) -> list[tuple[int, Occurrence]]:
        return endings(session, since, until, branch_id, tz)

    def plan(session: Session, branch_id: int, occurrence: Occurrence, now: datetime) -> Iterable[Owed]:
        return tell(session, branch_id, occurrence, now, tz)

    def close(session: Session, branch_id: int, occurrence: Occurrence, now: datetime) -> Iterable[Owed]:
        return hand_in(session, branch_id, occurrence, now, tz)

    def over(session: Session, branch_id: int, occurrence: Occurrence) -> Iterable[Owed]:
        return ()

    def still_owed(session: Session, about: dict[str, Any], now: datetime) -> dict[str, Any] | None:
        return ask_again(session, about, now, tz)

    return [
        Job(BEGINS, Deadlines(begins), plan, still_owed, over),
        Job(ENDS, Deadlines(ends), close, still_owed, over),
    ]


# --- it begins -------------------------------------------------------------------------------------------------------


def beginnings(
    session: Session, since: datetime, until: datetime, branch_id: int | None, tz: tzinfo
) -> list[tuple[int, Occurrence]]:
    """At its hour, or when it was made or moved if that was later; until its end."""
    lately = or_(Exam.opens_at.between(since, until), Exam.set_at.between(since, until))
    query = select(Exam).where(Exam.withdrawn_at.is_(None), Exam.opens_at <= until, lately)
    if branch_id is not None:
        query = query.where(Exam.branch_id == branch_id)
    found = []
    for row in session.scalars(query.order_by(Exam.id)):
        if row.opens_at is not None and row.closes_at is not None:
            when = max(row.opens_at, row.set_at)
            if since <= when <= until and when <= row.closes_at:
                found.append((row.branch_id, _occurrence(f"{row.id}", when, row.closes_at, tz)))
    return found


def _occurrence(slot: str, when: datetime, until: datetime, tz: tzinfo) -> Occurrence:
    return Occurrence.of(slot, when.astimezone(tz), until.astimezone(tz))


def tell(session: Session, branch_id: int, occurrence: Occurrence, now: datetime, tz: tzinfo) -> list[Owed]:
    """To everybody expected who is here and has not handed in."""
    exam = session.get(Exam, int(occurrence.slot))
    if exam is None or exam.withdrawn_at is not None or exam.opens_at is None or exam.opens_at > now:
        return []
    here = {one.id for one in roster(session, branch_id, local_day(now, tz))}
    said = of_place(messages.announced(exam, tz), branch_id).to_json()
    owed = [
        Owed(
            keys=(f"exam:{exam.id}:{person}",),
            message=said,
            person_id=person,
            about={"exam": exam.id, "person": person},
            expires_at=exam.closes_at,
            batch=batch_of(KIND, exam.id),
        )
        for person in service.still_asked(session, exam)
        if person in here
    ]
    desk = [exam.made_by_id] if exam.made_by_id is not None else []
    return [*to_desk(KIND, exam.id, exam.title, len(owed), desk), *owed]


def ask_again(session: Session, about: dict[str, Any], now: datetime, tz: tzinfo) -> dict[str, Any] | None:
    """Who has handed in meanwhile hears nothing; what is said is worded from the record."""
    if "progress" in about:
        return dict(about["progress"])
    if "attempt" in about:
        return _told_over(session, about["attempt"])
    exam = session.get(Exam, about["exam"])
    if exam is None or exam.withdrawn_at is not None or exam.closes_at is None or now > exam.closes_at:
        return None
    if not service.still_asked(session, exam, [about["person"]]):
        return None
    return of_place(messages.announced(exam, tz), exam.branch_id).to_json()


# --- it is over ------------------------------------------------------------------------------------------------------


def endings(
    session: Session, since: datetime, until: datetime, branch_id: int | None, tz: tzinfo
) -> list[tuple[int, Occurrence]]:
    """Of each attempt that was begun and not handed in."""
    open_ = (ExamAttempt.submitted_at.is_(None), ExamAttempt.withdrawn_at.is_(None))
    query = (
        select(Exam.branch_id, ExamAttempt.id, ExamAttempt.deadline)
        .join(Exam, Exam.id == ExamAttempt.exam_id)
        .where(ExamAttempt.deadline.between(since - _AFTER, until - _AFTER), *open_)
    )
    if branch_id is not None:
        query = query.where(Exam.branch_id == branch_id)
    return [
        (row.branch_id, _occurrence(f"{row.id}", row.deadline + _AFTER, row.deadline + _GRACE, tz))
        for row in session.execute(query.order_by(ExamAttempt.id))
    ]


def hand_in(session: Session, branch_id: int, occurrence: Occurrence, now: datetime, tz: tzinfo) -> list[Owed]:
    """With what was answered; its owner is told once, in the hours in which the bot speaks first."""
    row = session.get(ExamAttempt, int(occurrence.slot), with_for_update=True, populate_existing=True)
    if row is None or row.submitted_at is not None or row.withdrawn_at is not None or row.person_id is None:
        return []
    if not sitting.is_over(row, now):
        return []
    sitting.hand_in(session, row, now)
    exam = session.get_one(Exam, row.exam_id)
    if exam.withdrawn_at is not None:
        return []
    speaks = next_open(now, tz, calendar_of(session, branch_id))
    return [
        Owed(
            keys=(f"exam_over:{row.id}",),
            message=messages.handed_in(exam, row, over=True).to_json(),
            person_id=row.person_id,
            about={"attempt": row.id},
            delay=speaks - now,
            expires_at=speaks + _TOLD_WITHIN,
        )
    ]


def _told_over(session: Session, attempt_id: int) -> dict[str, Any] | None:
    row = session.get(ExamAttempt, attempt_id)
    if row is None or row.submitted_at is None or row.withdrawn_at is not None:
        return None
    return messages.handed_in(session.get_one(Exam, row.exam_id), row, over=True).to_json()
