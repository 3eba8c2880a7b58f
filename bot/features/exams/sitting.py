"""Sitting a test in chat: begun, answered one by one, handed in by oneself or when the time is over.

Every answer is a row at once. The last second of an attempt is stored when it begins, and time is never taken to be
earlier than what the attempt has seen.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.features.exams import rules, service
from bot.kit.deadlines import in_time
from bot.kit.refusal import Refusal
from storage import audit
from storage.audience import Me
from storage.audit import by_clock
from storage.choices import AttemptKind, QuestionKind
from storage.models.exam import Exam, ExamAnswer, ExamAttempt, ExamItem, ExamQuestion
from storage.models.person import Person
from storage.roster import roster

NO_SUCH = "没有找到这次答题。"
NOT_YET, OVER = "考试还没有开始，请在开始后答题。", "考试已结束，如需补考请联系纪检委员。"
SAT, NOT_ASKED = "您已交卷，无需再次答题。", "您不在本次考试的参加范围内。"
CHOOSE_FIRST = "请先选择答案，再点“下一题”。"


@dataclass(frozen=True, slots=True)
class Turn:
    """What somebody may sit now: an attempt to go on with or to begin, or another one of this kind."""

    kind: AttemptKind
    row: ExamAttempt | None = None
    number: int = 1

    @property
    def goes_on(self) -> bool:
        return self.row is not None and self.row.started_at is not None


@dataclass(frozen=True, slots=True)
class Page:
    """What is seen of an attempt: the question that is open, None: all were gone through."""

    exam: Exam
    row: ExamAttempt
    question: ExamQuestion | None
    chosen: str
    many: int
    minutes_left: int | None


def turn(session: Session, me: Me, exam: Exam, now: datetime, tz: tzinfo) -> Turn:
    """Whose turn it is; refuses with the reason why it is not."""
    if not service.items(session, exam.id) or exam.opens_at is None or exam.closes_at is None:
        raise Refusal(service.NO_SUCH)
    mine = service.attempts(session, [exam.id], [me.id])
    open_ = next((one for one in mine if one.started_at is not None and one.submitted_at is None), None)
    if open_ is not None:
        return Turn(open_.kind, open_)
    done = [one for one in mine if one.submitted_at is not None or one.score is not None]
    let_in = next((one for one in mine if one.kind is AttemptKind.MAKEUP and one not in done), None)
    if now < exam.opens_at:
        raise Refusal(NOT_YET)
    if not rules.is_over(now, exam.closes_at):
        noted = next((one for one in mine if one.kind is AttemptKind.FORMAL and one not in done), None)
        return _formal(session, me, exam, bool(done), noted)
    if not in_time(now, service.cut_off(session, exam, tz)):
        raise Refusal(OVER)
    if let_in is not None:
        return Turn(AttemptKind.MAKEUP, let_in)
    if any(one.score is not None and one.kind is not AttemptKind.RETAKE for one in done):
        return Turn(AttemptKind.RETAKE, None, 1 + sum(one.kind is AttemptKind.RETAKE for one in mine))
    raise Refusal(OVER)


def _formal(session: Session, me: Me, exam: Exam, done: bool, noted: ExamAttempt | None) -> Turn:
    """noted: as absent, too early."""
    if done:
        raise Refusal(SAT)
    if not roster(session, exam.branch_id, exam.held_on, [me.id]):
        raise Refusal(NOT_ASKED)
    return Turn(AttemptKind.FORMAL, noted)


def begin(session: Session, me: Me, exam_id: int, now: datetime, tz: tzinfo) -> ExamAttempt:
    """The attempt that is gone on with; of two taps at once the second finds the first one's."""
    session.get(Person, me.id, with_for_update=True, populate_existing=True)
    exam = service.find(session, me, exam_id)
    mine = turn(session, me, exam, now, tz)
    if mine.goes_on and mine.row is not None:
        return mine.row
    row = mine.row
    if row is None:
        row = ExamAttempt(exam_id=exam.id, person_id=me.id, kind=mine.kind, number=mine.number, position=1)
        session.add(row)
    row.note, row.recorded_at, row.recorded_by_id = "", None, None
    formal, ends = mine.kind is AttemptKind.FORMAL, service.last_moment(session, exam, tz)
    row.started_at, row.deadline = now, rules.deadline(now, exam.minutes, ends)
    if formal and exam.closes_at is not None:
        row.deadline = min(ends, rules.of_window(now, exam.minutes, exam.closes_at), exam.closes_at)
    session.flush()
    audit.record(session, "begin", "exam_attempt", row.id, now=now, by=me, kind=row.kind.value)
    return row


def mine(session: Session, me: Me, attempt_id: int) -> ExamAttempt:
    """One's own attempt, of a test of the branch acted for; locked, so that of two taps the second sees the first."""
    row = session.get(ExamAttempt, attempt_id, with_for_update=True, populate_existing=True)
    if row is None or row.person_id != me.id or row.withdrawn_at is not None or row.started_at is None:
        raise Refusal(NO_SUCH)
    service.find(session, me, row.exam_id)
    return row


def moment(row: ExamAttempt, now: datetime) -> datetime:
    return rules.moment(now, [one for one in (row.started_at, row.seen_at) if one is not None])


def see(row: ExamAttempt, now: datetime) -> None:
    """Somebody has done something in it."""
    row.seen_at = moment(row, now)


def is_over(row: ExamAttempt, now: datetime) -> bool:
    """Whether the time of an open attempt has run out."""
    return row.deadline is not None and rules.is_over(moment(row, now), row.deadline)


def page(session: Session, row: ExamAttempt, now: datetime) -> Page:
    exam, many = session.get_one(Exam, row.exam_id), len(service.items(session, row.exam_id))
    question = session.scalars(
        select(ExamQuestion)
        .join(ExamItem, ExamItem.question_id == ExamQuestion.id)
        .where(ExamItem.exam_id == exam.id, ExamItem.position == row.position)
    ).first()
    answer = session.get(ExamAnswer, (row.id, row.position))
    # A limit is said in minutes; where there is none it is the end of the test, which the page of the test says.
    left = rules.minutes_left(moment(row, now), row.deadline) if exam.minutes and row.deadline else None
    return Page(exam, row, question, answer.chosen if answer is not None else "", many, left)


def choose(session: Session, row: ExamAttempt, position: int, letter: str, now: datetime) -> bool:
    """Keep an answer to the question that is open; False: another one is. A single choice goes on to the next."""
    see(row, now)
    open_ = page(session, row, now)
    if position != row.position or open_.question is None or row.submitted_at is not None:
        return False
    if letter not in tuple(letters(open_.question)):
        raise Refusal(NO_SUCH)
    several = open_.question.kind is QuestionKind.SEVERAL
    chosen = rules.ticked(open_.chosen, letter) if several else letter
    session.merge(
        ExamAnswer(attempt_id=row.id, position=position, chosen=chosen, at=moment(row, now)),
    )
    if not several:
        row.position += 1
    session.flush()
    return True


def letters(question: ExamQuestion) -> str:
    """Those of its options: A, B of true and false."""
    return "ABCDEFGH"[: 2 if question.kind is QuestionKind.TRUE_FALSE else len(question.options)]


def move(session: Session, row: ExamAttempt, position: int, to: int, now: datetime) -> bool:
    """One question on, once it is answered, or back; False: another one is open."""
    see(row, now)
    if position != row.position or abs(to - position) != 1 or to < 1 or row.submitted_at is not None:
        return False
    open_ = page(session, row, now)
    if to > position and open_.question is None:
        return False
    if to > position and not open_.chosen:
        raise Refusal(CHOOSE_FIRST)
    row.position = to
    session.flush()
    return True


# --- handing in ------------------------------------------------------------------------------------------------------


def hand_in(session: Session, row: ExamAttempt, now: datetime, by: Me | None = None) -> None:
    """By who sat it, or by the clock with what was answered; scored at once."""
    if row.submitted_at is not None:
        return
    exam = session.get_one(Exam, row.exam_id)
    last = moment(row, now)
    # What the clock hands in came when the time was over, and not when the clock got to it.
    came = min(last, row.deadline) if row.deadline is not None else last
    row.submitted_at = row.recorded_at = came
    row.score = rules.scored(_asked(session, exam.id), _chosen(session, row.id))
    session.flush()
    doer = by if by is not None else by_clock(exam.branch_id)
    audit.record(session, "submit", "exam_attempt", row.id, now=now, by=doer, kind=row.kind.value)


def _asked(session: Session, exam_id: int) -> Sequence[tuple[int, str, int]]:
    query = (
        select(ExamItem.position, ExamQuestion.right, ExamItem.points)
        .join(ExamQuestion, ExamQuestion.id == ExamItem.question_id)
        .where(ExamItem.exam_id == exam_id)
    )
    return [(place, right, points) for place, right, points in session.execute(query)]


def _chosen(session: Session, attempt_id: int) -> dict[int, str]:
    query = select(ExamAnswer.position, ExamAnswer.chosen).where(ExamAnswer.attempt_id == attempt_id)
    return dict(session.execute(query).all())
