"""Scores that officers record: of a test that was sat elsewhere, corrected with a reason, made up by who is let in."""

from collections.abc import Collection, Sequence
from datetime import datetime, tzinfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.features.exams import rules, service
from bot.features.exams.score_lines import NOTED_ABSENT, Given, Key, Line, Somebody, key_of, read
from bot.kit.access import Right, require
from bot.kit.refusal import Refusal
from scheduler.calendar.days import local_day
from storage import audit
from storage.audience import Me
from storage.choices import AttemptKind, ExamMode
from storage.models.exam import Exam, ExamAttempt
from storage.models.person import Person
from storage.roster import roster

LONGEST_REASON = 100
IN_CHAT = "这次考试由同志们在支部小助手中作答，成绩自动登记。"
NOT_ANY_MORE = "有的同志已有成绩或已安排补考，请重新选择。"
_NO_SCORE = "这位同志还没有成绩。"


def may_enter(session: Session, me: Me, exam_id: int, now: datetime, tz: tzinfo) -> Exam:
    """The test whose scores may be recorded now, locked; refuses one of another branch, one to come, a closed one."""
    require(me, Right.SEE_SCORES, branch_id=me.branch_id)
    exam = service.find(session, me, exam_id, lock=True)
    service.must_be_open(session, exam, now, tz)
    if exam.held_on > local_day(now, tz):
        raise Refusal("考试还没有举行，请在考试后登记成绩。")
    return exam


def known(session: Session, exam: Exam) -> list[Somebody]:
    """The roster of its day, and whom else the branch knows: who applied, who has come since."""
    there = roster(session, exam.branch_id, exam.held_on)
    found = {one.id: Somebody(one.id, one.name, one.group_name) for one in there}
    query = select(Person.id, Person.name).where(Person.branch_id == exam.branch_id, Person.erased_at.is_(None))
    others = [Somebody(row.id, row.name, "") for row in session.execute(query) if row.id not in found]
    return [*found.values(), *others]


def look(session: Session, exam: Exam, lines: Sequence[Line]) -> list[Given]:
    """What was brought, read against the roster; refuses all of it with every fault."""
    found = read(lines, known(session, exam), exam.full_score, _there(session, exam))
    _only_after(session, exam, found)
    return found


# What is sat in chat as well.
_SAT = (AttemptKind.FORMAL, AttemptKind.MAKEUP)


def _only_after(session: Session, exam: Exam, found: Collection[Given]) -> None:
    """On paper beside those in chat: of whoever sat it there in no other way."""
    if exam.mode is not ExamMode.IN_CHAT:
        return
    begun = {one.person_id for one in service.attempts(session, [exam.id]) if one.started_at is not None}
    twice = [one.name for one in found if one.person_id in begun and one.kind is AttemptKind.FORMAL]
    if twice:
        raise Refusal(f"{'、'.join(twice)}同志已在支部小助手答题，成绩自动登记。")


def _there(session: Session, exam: Exam) -> set[Key]:
    rows = service.attempts(session, [exam.id])
    return {key_of(one.person_id, one.outsider, one.kind) for one in rows if one.score is not None}


def enter(
    session: Session, me: Me, exam_id: int, given: Sequence[Given], now: datetime, tz: tzinfo
) -> list[ExamAttempt]:
    """All of it or none, who is absent too: of two officers at once the second is told whose scores are there."""
    exam = may_enter(session, me, exam_id, now, tz)
    taken = _there(session, exam)
    again = [one.name for one in given if one.key in taken]
    if again:
        raise Refusal(f"{'、'.join(again[:5])}同志已有成绩，请重新发送。")
    # Somebody may have begun since it was shown.
    _only_after(session, exam, given)
    unscored = [one for one in service.attempts(session, [exam.id]) if one.score is None and one.started_at is None]
    waiting = {(one.person_id or 0, one.kind): one for one in unscored if one.person_id is not None}
    kept = [one for one in given if one.score is not None or one.person_id is not None]
    rows = [_row(exam, one, waiting.get((one.person_id or 0, one.kind)), me, now) for one in kept]
    session.add_all(rows)
    session.flush()
    audit.record(session, "enter", "exam", exam.id, now=now, by=me, count=len(rows))
    return rows


def _row(exam: Exam, one: Given, waits: ExamAttempt | None, me: Me, now: datetime) -> ExamAttempt:
    """What somebody was let in for, or noted without a score, is that attempt."""
    row = waits or ExamAttempt(
        exam_id=exam.id,
        person_id=one.person_id,
        outsider="" if one.person_id is not None else one.name,
        kind=one.kind,
    )
    row.score, row.recorded_by_id, row.recorded_at = one.score, me.id, now
    row.note = NOTED_ABSENT if one.score is None else ""
    return row


def correct(
    session: Session, me: Me, attempt_id: int, score: int, reason: str, now: datetime, tz: tzinfo
) -> ExamAttempt:
    """Another score, with the reason beside it; before the cut-off alone."""
    row = session.get(ExamAttempt, attempt_id)
    if row is None:
        raise Refusal(_NO_SCORE)
    exam = may_enter(session, me, row.exam_id, now, tz)
    session.refresh(row, with_for_update=True)
    if row.score is None or row.withdrawn_at is not None:
        raise Refusal(_NO_SCORE)
    if not 0 <= score <= exam.full_score:
        raise Refusal(f"成绩不能高于满分（{rules.score_words(exam.full_score)}分）。")
    if not reason.strip() or len(reason) > LONGEST_REASON:
        raise Refusal(f"请发送不超过{LONGEST_REASON}字的原因。")
    if score == row.score:
        raise Refusal("与原来的成绩相同，没有修改。")
    audit.change(session, "change", row, {"score": score, "note": reason}, now=now, by=me)
    return row


def scored(session: Session, exam: Exam) -> list[ExamAttempt]:
    """Whose score may be corrected."""
    return [one for one in service.attempts(session, [exam.id]) if one.score is not None]


# --- making it up ----------------------------------------------------------------------------------------------------


def may_make_up(session: Session, exam: Exam) -> list[Somebody]:
    """Expected (D26) and without a score that counts (D13), and not let in yet; in the order of the roster."""
    there = service.expected(session, exam)
    had = {one.person_id for one in service.attempts(session, [exam.id]) if one.kind in _SAT and _is_taken(one)}
    return [Somebody(one.id, one.name, one.group_name) for one in there if one.id not in had]


def _is_taken(row: ExamAttempt) -> bool:
    return row.score is not None or row.started_at is not None or row.kind is AttemptKind.MAKEUP


def let_in(
    session: Session, me: Me, exam_id: int, people: Collection[int], now: datetime, tz: tzinfo
) -> list[ExamAttempt]:
    """They may make it up until the quarter's cut-off; once the test is over."""
    exam = may_enter(session, me, exam_id, now, tz)
    if exam.mode is not ExamMode.IN_CHAT or not service.items(session, exam.id):
        raise Refusal("这次考试不在支部小助手作答，补考成绩请点“登记成绩”。")
    if exam.closes_at is None or not rules.is_over(now, exam.closes_at):
        raise Refusal("考试还没有结束，请在结束后安排补考。")
    may = {one.id for one in may_make_up(session, exam)}
    if not people or not may.issuperset(people):
        raise Refusal(NOT_ANY_MORE)
    rows = [ExamAttempt(exam_id=exam.id, person_id=one, kind=AttemptKind.MAKEUP) for one in sorted(people)]
    session.add_all(rows)
    session.flush()
    audit.record(session, "let_in", "exam", exam.id, now=now, by=me, count=len(rows))
    return rows
