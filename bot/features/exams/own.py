"""What somebody has of tests: what may be sat now, the own scores, the lines of a record."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta, tzinfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.features.exams import messages, service, sitting
from bot.kit.access import Reach, Right, reach
from bot.kit.refusal import Refusal
from bot.kit.words import moment_words, short_day
from scheduler.calendar.days import local_day
from scheduler.calendar.periods import Period
from storage.audience import Me
from storage.choices import AttemptKind
from storage.models.exam import Exam, ExamAttempt

_SHOWN_BACK = timedelta(days=200)


def open_to(session: Session, me: Me, now: datetime, tz: tzinfo) -> list[tuple[Exam, str]]:
    """What may be sat now, with how that is said; what is only tried again last."""
    found = []
    for exam in service.lately(session, me.branch_id, local_day(now, tz) - _SHOWN_BACK):
        try:
            turn = sitting.turn(session, me, exam, now, tz)
        except Refusal:
            continue
        ends = exam.closes_at if turn.kind is AttemptKind.FORMAL else service.last_moment(session, exam, tz)
        word = messages.open_word(exam, turn.kind, turn.goes_on, moment_words(ends or now, tz))
        found.append((turn.kind is AttemptKind.RETAKE and not turn.goes_on, exam, word))
    return [(exam, word) for _, exam, word in sorted(found, key=lambda one: one[0])]


def results(session: Session, me: Me, now: datetime, tz: tzinfo) -> list[str]:
    """The own scores of the branch acted for, as far as they are told yet."""
    today = local_day(now, tz)
    found = _scored(session, me.branch_id, me.id, today - _SHOWN_BACK, today)
    return [
        f"{short_day(exam.held_on)}　{exam.title}：{messages.result(exam, row)}"
        for exam, row in found
        if is_told(exam, today, tz)
    ]


def is_told(exam: Exam, today: date, tz: tzinfo) -> bool:
    """A score that is not told at the end is told once the last day of the test is over."""
    last = local_day(exam.closes_at, tz) if exam.closes_at is not None else exam.held_on
    return exam.shows_score or last < today


def _scored(
    session: Session, branch_id: int, person_id: int, first: date, last: date
) -> Sequence[tuple[Exam, ExamAttempt]]:
    query = (
        select(Exam, ExamAttempt)
        .join(ExamAttempt, ExamAttempt.exam_id == Exam.id)
        .where(Exam.branch_id == branch_id, Exam.withdrawn_at.is_(None), Exam.held_on.between(first, last))
        .where(ExamAttempt.person_id == person_id, ExamAttempt.withdrawn_at.is_(None), ExamAttempt.score.is_not(None))
        .order_by(Exam.held_on, Exam.id, ExamAttempt.id)
    )
    return [(exam, row) for exam, row in session.execute(query)]


def lines(session: Session, me: Me, person_id: int, period: Period, today: date, tz: tzinfo) -> list[str]:
    """Of a record: one's own with the scores, those of others with them only to who reads scores."""
    own = person_id == me.id
    scores = own or reach(me, Right.SEE_SCORES) is Reach.ALL
    found: dict[int, tuple[Exam, list[ExamAttempt]]] = {}
    for exam, row in _scored(session, me.branch_id, person_id, period.start, min(period.end, today)):
        found.setdefault(exam.id, (exam, []))[1].append(row)
    return [
        messages.record_line(exam, rows, scores=scores and (not own or is_told(exam, today, tz)))
        for exam, rows in found.values()
    ]
