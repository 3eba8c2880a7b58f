"""Making a test, changing it and calling it off."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from bot.features.exams import rules, service
from bot.features.question_bank import service as bank
from bot.kit.access import Right, require
from bot.kit.closing import cut_off_of
from bot.kit.deadlines import before_cut_off
from bot.kit.refusal import Refusal
from scheduler.calendar.days import local_day
from storage import audit
from storage.audience import Me
from storage.choices import ExamMode
from storage.models.exam import Exam, ExamAttempt, ExamItem, ExamQuestion
from storage.models.organisation import Organisation

LONGEST_TITLE, LONGEST_REASON = 60, 100
_LONGEST_WINDOW = timedelta(days=92)
BACKWARDS, ENDED = "结束时间要晚于开始时间，请重新选择。", "结束时间已经过去，请重新选择。"
BEGUN = "已有同志开始答题，只能修改题目、结束时间和合格分，结束时间只能推迟。"


@dataclass(frozen=True, slots=True)
class Plan:
    """What the form has gathered; `questions`: numbers of the bank, or how many are to be drawn."""

    title: str
    held_on: date
    mode: ExamMode
    closed_book: bool
    full_score: int
    pass_score: int
    minutes: int | None = None
    opens_at: datetime | None = None
    closes_at: datetime | None = None
    shows_score: bool = True
    questions: int | Sequence[int] = 0

    @property
    def in_chat(self) -> bool:
        return self.mode is ExamMode.IN_CHAT


def check(session: Session, me: Me, plan: Plan, now: datetime, tz: tzinfo, stands: Exam | None = None) -> None:
    """Refuses what cannot be; a day whose quarter takes nothing more too. stands: the test that is changed, whose end
    may have passed.
    """
    if not plan.title.strip() or len(plan.title) > LONGEST_TITLE:
        raise Refusal(f"请发送不超过{LONGEST_TITLE}字的考试名称。")
    if not 0 < plan.pass_score <= plan.full_score <= rules.MOST_SCORE * 100:
        raise Refusal("合格分不能高于满分。")
    before_cut_off(now, cut_off_of(session, me.branch_id, plan.held_on, tz))
    if plan.in_chat:
        _check_hours(plan, now, tz, ended=stands is not None and stands.closes_at == plan.closes_at)


def _check_hours(plan: Plan, now: datetime, tz: tzinfo, *, ended: bool) -> None:
    opens, closes = plan.opens_at, plan.closes_at
    if opens is None or closes is None or opens >= closes:
        raise Refusal(BACKWARDS)
    if closes <= now and not ended:
        raise Refusal(ENDED)
    if closes - opens > _LONGEST_WINDOW:
        raise Refusal("考试时间最长三个月，请重新选择。")
    if local_day(opens, tz) != plan.held_on:
        raise Refusal("开始时间要在考试当天，请重新选择。")


def make(session: Session, me: Me, plan: Plan, now: datetime, tz: tzinfo) -> Exam:
    """Make it; of several makers at once each makes one of another name."""
    require(me, Right.MAKE_EXAM, branch_id=me.branch_id)
    session.get(Organisation, me.branch_id, with_for_update=True, populate_existing=True)
    check(session, me, plan, now, tz)
    _not_again(session, me, plan)
    chosen = _chosen(session, me, plan, now) if plan.in_chat else ()
    row = Exam(branch_id=me.branch_id, made_by_id=me.id, made_at=now, set_at=now, **_values(plan))
    session.add(row)
    session.flush()
    if chosen:
        lay_questions(session, row, chosen)
    audit.record(session, "make", "exam", row.id, now=now, by=me)
    return row


def _values(plan: Plan) -> dict[str, object]:
    return {
        "title": plan.title,
        "held_on": plan.held_on,
        "mode": plan.mode,
        "closed_book": plan.closed_book,
        "minutes": plan.minutes if plan.in_chat else None,
        "opens_at": plan.opens_at if plan.in_chat else None,
        "closes_at": plan.closes_at if plan.in_chat else None,
        "full_score": plan.full_score,
        "pass_score": plan.pass_score,
        "shows_score": plan.shows_score,
    }


def _not_again(session: Session, me: Me, plan: Plan) -> None:
    same = (Exam.branch_id == me.branch_id, Exam.held_on == plan.held_on, Exam.title == plan.title)
    if session.scalars(select(Exam.id).where(*same, Exam.withdrawn_at.is_(None))).first() is not None:
        raise Refusal("这一天已有同名的考试，没有重复布置。")


def _chosen(session: Session, me: Me, plan: Plan, now: datetime) -> Sequence[ExamQuestion]:
    """Those that were picked, or as many as are wanted of all, drawn once for everybody."""
    there = bank.listed(session, me.branch_id)
    if isinstance(plan.questions, int):
        if not 0 < plan.questions <= len(there):
            raise Refusal(f"题库中只有{len(there)}题，请重新选择题数。")
        found: Sequence[ExamQuestion] = random.Random(now.isoformat()).sample(list(there), plan.questions)
    else:
        by_number = {one.number: one for one in there}
        found = [by_number[number] for number in plan.questions if number in by_number]
        if len(found) != len(set(plan.questions)):
            raise Refusal("有的题目已从题库删除，请重新选择。")
    if len(found) * 100 > plan.full_score or len(found) > rules.MOST_QUESTIONS:
        raise Refusal(f"题数不能多于满分，最多{rules.MOST_QUESTIONS}题。")
    return found


def lay_questions(session: Session, exam: Exam, questions: Sequence[ExamQuestion]) -> None:
    worth = rules.points(exam.full_score, len(questions))
    session.add_all(
        ExamItem(exam_id=exam.id, position=place, question_id=one.id, points=points)
        for place, (one, points) in enumerate(zip(questions, worth, strict=True), 1)
    )
    session.flush()


def has_begun(session: Session, exam: Exam) -> bool:
    """Whether anybody has sat it or has a score."""
    return bool(service.attempts(session, [exam.id]))


def change(session: Session, me: Me, exam_id: int, plan: Plan, reason: str, now: datetime, tz: tzinfo) -> Exam:
    """Once somebody has begun only what changes nothing for who sits it."""
    require(me, Right.MAKE_EXAM, branch_id=me.branch_id)
    exam = service.find(session, me, exam_id, lock=True)
    service.must_be_open(session, exam, now, tz)
    _check_reason(reason)
    check(session, me, plan, now, tz, exam)
    values = _values(plan)
    begun = has_begun(session, exam)
    if begun:
        _check_begun(exam, values)
    if exam.opens_at != plan.opens_at:
        values["set_at"] = now
    audit.change(session, "change", exam, values, now=now, by=me, reason=audit.of_text(reason))
    if begun:
        _prolong(session, exam)
    elif plan.in_chat and plan.questions:
        chosen = _chosen(session, me, plan, now)
        session.execute(delete(ExamItem).where(ExamItem.exam_id == exam.id))
        lay_questions(session, exam, chosen)
    elif plan.in_chat:
        _weigh(session, exam)
    return exam


def _check_reason(reason: str) -> None:
    if not reason.strip() or len(reason) > LONGEST_REASON:
        raise Refusal(f"请发送不超过{LONGEST_REASON}字的原因。")


def _check_begun(exam: Exam, values: dict[str, object]) -> None:
    free = {"title", "closes_at", "pass_score"}
    if any(getattr(exam, name) != value for name, value in values.items() if name not in free):
        raise Refusal(BEGUN)
    closes = values["closes_at"]
    if isinstance(closes, datetime) and exam.closes_at is not None and closes < exam.closes_at:
        raise Refusal(BEGUN)


def _prolong(session: Session, exam: Exam) -> None:
    """A later end is one for who is sitting it, as far as the own minutes go."""
    for row in service.attempts(session, [exam.id]):
        if row.submitted_at is None and row.started_at is not None and row.deadline is not None:
            later = rules.of_window(row.started_at, exam.minutes, exam.closes_at or row.deadline)
            row.deadline = max(row.deadline, later)


def _weigh(session: Session, exam: Exam) -> None:
    """Another full score is shared out anew."""
    rows = service.items(session, exam.id)
    if len(rows) * 100 > exam.full_score:
        raise Refusal("题数不能多于满分，请重新选择。")
    for row, points in zip(rows, rules.points(exam.full_score, len(rows)), strict=True):
        row.points = points


def call_off(session: Session, me: Me, exam_id: int, reason: str, now: datetime, tz: tzinfo) -> tuple[Exam, list[int]]:
    """It counts nowhere any more. Refuses one that has scores: what was earned is not thrown away.

    Returns whom to tell: who was told that it begins and has not left.
    """
    require(me, Right.MAKE_EXAM, branch_id=me.branch_id)
    exam = service.find(session, me, exam_id, lock=True)
    service.must_be_open(session, exam, now, tz)
    _check_reason(reason)
    if session.scalars(select(ExamAttempt.id).where(ExamAttempt.exam_id == exam.id, _SCORED)).first() is not None:
        raise Refusal("已有同志的成绩，不能取消考试。")
    begun = exam.opens_at is not None and exam.opens_at <= now
    told = [one.id for one in service.expected(session, exam)] if begun else []
    audit.change(session, "cancel", exam, {"withdrawn_at": now}, now=now, by=me, reason=audit.of_text(reason))
    return exam, told


_SCORED = ExamAttempt.score.is_not(None) & ExamAttempt.withdrawn_at.is_(None)
