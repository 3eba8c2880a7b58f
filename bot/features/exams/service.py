"""Tests as they stand: whom each is for, who has sat it, what counts, who still owes it."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, tzinfo

from sqlalchemy import ColumnElement, and_, exists, select
from sqlalchemy.orm import Session

from bot.features.exams import rules
from bot.features.exams.buttons import LISTED, SitExam
from bot.features.exams.rules import Counted, Sat
from bot.kit import branch_settings
from bot.kit.closing import CutOffs, by_cut_off, cut_off_of, standing
from bot.kit.deadlines import admitted, before_cut_off, last_instant
from bot.kit.figures import Slice, cut_off_among, each
from bot.kit.owing import Does, Owing, short
from bot.kit.quiet_hours import FURTHEST
from bot.kit.refusal import Refusal
from bot.kit.words import moment_words
from scheduler.calendar.days import Calendar, Quarter, at, local_day
from scheduler.calendar.store import calendar_of
from storage.audience import Me
from storage.choices import AttemptKind, ExamMode, ExemptFrom
from storage.lookups import of_branch
from storage.models.exam import Exam, ExamAttempt, ExamItem
from storage.roster import Member, roster, rosters

NUDGE_AT = time(9)
NO_SUCH, CALLED_OFF = "没有找到这次考试。", "这次考试已取消。"
_STANDS = ExamAttempt.withdrawn_at.is_(None)
# What can be sat in chat: with hours and questions.
_SAT_HERE = and_(
    Exam.mode == ExamMode.IN_CHAT,
    Exam.withdrawn_at.is_(None),
    exists().where(ExamItem.exam_id == Exam.id),
)


@dataclass(frozen=True, slots=True)
class ExamFigures:
    """One test with what counts of it, whether its day is over, and its attempts."""

    exam: Exam
    counted: Counted
    over: bool


def find(session: Session, me: Me, exam_id: int, *, lock: bool = False) -> Exam:
    """A test of one's own branch that was not called off; refuses politely otherwise."""
    exam = of_branch(session, Exam, exam_id, me.branch_id)
    if exam is None:
        raise Refusal(NO_SUCH)
    if lock:
        session.refresh(exam, with_for_update=True)
    if exam.withdrawn_at is not None:
        raise Refusal(CALLED_OFF)
    return exam


def cut_off(session: Session, exam: Exam, tz: tzinfo) -> datetime:
    """When the quarter of the test takes nothing more (D20)."""
    return cut_off_of(session, exam.branch_id, exam.held_on, tz)


def must_be_open(session: Session, exam: Exam, now: datetime, tz: tzinfo) -> None:
    before_cut_off(now, cut_off(session, exam, tz))


def last_moment(session: Session, exam: Exam, tz: tzinfo) -> datetime:
    """The last second in which what is made up or tried again may be handed in."""
    return last_instant(cut_off(session, exam, tz)).replace(microsecond=0)


def items(session: Session, exam_id: int) -> Sequence[ExamItem]:
    return session.scalars(select(ExamItem).where(ExamItem.exam_id == exam_id).order_by(ExamItem.position)).all()


def newest(session: Session, branch_id: int, number: int) -> Sequence[Exam]:
    mine = (Exam.branch_id == branch_id, Exam.withdrawn_at.is_(None))
    return session.scalars(select(Exam).where(*mine).order_by(Exam.held_on.desc(), Exam.id.desc()).limit(number)).all()


def lately(session: Session, branch_id: int, since: date) -> Sequence[Exam]:
    """What may be sat in chat of these days, the newest first."""
    query = select(Exam).where(Exam.branch_id == branch_id, _SAT_HERE, Exam.held_on >= since)
    return session.scalars(query.order_by(Exam.held_on.desc(), Exam.id.desc())).all()


# --- whom it is for --------------------------------------------------------------------------------------------------


def expected(session: Session, exam: Exam, people: Collection[int] | None = None) -> list[Member]:
    """On the roster of its day and not exempt (D5, D26)."""
    decided = branch_settings.of_branch(session, exam.branch_id).on(exam.held_on)
    there = roster(session, exam.branch_id, exam.held_on, people)
    return [one for one in there if not decided.spares(one, ExemptFrom.EXAM)]


def attempts(session: Session, exam_ids: Collection[int], people: Collection[int] | None = None) -> list[ExamAttempt]:
    query = select(ExamAttempt).where(ExamAttempt.exam_id.in_(exam_ids), _STANDS)
    if people is not None:
        query = query.where(ExamAttempt.person_id.in_(people))
    return list(session.scalars(query.order_by(ExamAttempt.exam_id, ExamAttempt.id)))


def counted(session: Session, exam: Exam) -> Counted:
    """As it counts now; nothing is taken after the cut-off, so that nothing can have come too late."""
    there = [one.id for one in roster(session, exam.branch_id, exam.held_on)]
    asked = [one.id for one in expected(session, exam)]
    rows = [_sat(one) for one in attempts(session, [exam.id])]
    return rules.count(rows, there, asked, exam.pass_score, datetime.max.replace(tzinfo=exam.made_at.tzinfo))


def _sat(row: ExamAttempt, counts: bool = False) -> Sat:
    """counts: a correction has admitted it, so that it came in time (D20b)."""
    came = None if counts and row.score is not None else row.recorded_at or row.submitted_at
    return Sat(row.id, row.person_id, row.kind, came, row.score)


# --- what counts -----------------------------------------------------------------------------------------------------


def exam_figures(
    session: Session, branches: Collection[int], slices: Sequence[Slice], today: date
) -> dict[int, dict[int, ExamFigures]]:
    """By branch the tests of these days, each as it counts at the cut-off of its quarter, by id (D13).

    The number of statements depends neither on the tests nor on the people.
    """

    def in_days(part: Slice) -> ColumnElement[bool]:
        days = and_(Exam.branch_id.in_(branches), Exam.held_on.between(part.days.start, part.days.end))
        return standing(Exam, days, part.cut_off)

    whole = (Exam.branch_id.in_(branches), Exam.held_on.between(slices[0].days.start, slices[-1].days.end))
    query = select(Exam).where(*whole, each(slices, in_days))
    exams = sorted(session.scalars(query), key=lambda one: (Quarter.of(one.held_on), one.id))
    found: dict[int, dict[int, ExamFigures]] = {one: {} for one in branches}
    if not exams:
        return found
    cut_offs = {one.id: cut_off_among(slices, one.held_on) for one in exams}
    rows = _at(session, cut_offs)
    for one in exams:
        members = rosters(session, one.branch_id, [one.held_on])[one.held_on]
        decided = branch_settings.of_branch(session, one.branch_id).on(one.held_on)
        found[one.branch_id][one.id] = _figures(one, members, decided, rows[one.id], cut_offs[one.id], today)
    return found


def _at(session: Session, cut_offs: CutOffs) -> Mapping[int, list[Sat]]:
    """Of each test the attempts as they stood."""
    of = ExamAttempt
    stood = by_cut_off(of, of.exam_id, cut_offs, cut_offs)
    found: dict[int, list[Sat]] = defaultdict(list)
    query = select(of, admitted(of.recorded_at)).where(stood)
    for row, counts in session.execute(query.order_by(ExamAttempt.id)):
        found[row.exam_id].append(_sat(row, counts))
    return found


def _figures(
    exam: Exam,
    members: Sequence[Member],
    decided: branch_settings.BranchSettings,
    rows: Iterable[Sat],
    cut_off: datetime,
    today: date,
) -> ExamFigures:
    asked = [one.id for one in members if not decided.spares(one, ExemptFrom.EXAM)]
    found = rules.count(rows, [one.id for one in members], asked, exam.pass_score, cut_off)
    return ExamFigures(exam, found, exam.held_on < today)


# --- who still owes --------------------------------------------------------------------------------------------------


def open_in_chat(session: Session, branch_id: int, now: datetime) -> Sequence[Exam]:
    hours = (Exam.opens_at <= now, Exam.closes_at >= now)
    query = select(Exam).where(Exam.branch_id == branch_id, _SAT_HERE, *hours)
    return session.scalars(query.order_by(Exam.closes_at, Exam.id)).all()


def owing(session: Session, branch_id: int, now: datetime, tz: tzinfo, person_id: int | None = None) -> list[Owing]:
    """Who is expected and has not handed in, while it may be sat; and who was let in to make it up."""
    today, people = local_day(now, tz), None if person_id is None else [person_id]
    exams, calendar = open_in_chat(session, branch_id, now), calendar_of(session, branch_id)
    here = {one.id for one in roster(session, branch_id, today, people)}
    running = _running(session, branch_id, people)
    found = [
        _owing(exam, person, now, tz, calendar, running.get((exam.id, person)))
        for exam in exams
        for person in still_asked(session, exam, people)
        if person in here
    ]
    return [*found, *(one for one in _let_in(session, branch_id, now, tz, people) if one.person_id in here)]


def still_asked(session: Session, exam: Exam, people: Collection[int] | None = None) -> list[int]:
    """Those expected who have not handed in."""
    done = {one.person_id for one in attempts(session, [exam.id], people) if one.submitted_at or one.score is not None}
    return [one.id for one in expected(session, exam, people) if one.id not in done]


def _let_in(
    session: Session, branch_id: int, now: datetime, tz: tzinfo, people: Collection[int] | None
) -> Iterable[Owing]:
    """Until the cut-off of its quarter."""
    waits = (ExamAttempt.kind == AttemptKind.MAKEUP, ExamAttempt.submitted_at.is_(None), ExamAttempt.score.is_(None))
    query = select(Exam, ExamAttempt).join(ExamAttempt, ExamAttempt.exam_id == Exam.id)
    if people is not None:
        query = query.where(ExamAttempt.person_id.in_(people))
    for exam, row in session.execute(query.where(Exam.branch_id == branch_id, _SAT_HERE, _STANDS, *waits)):
        person, runs = row.person_id, row if row.started_at is not None else None
        ends = last_moment(session, exam, tz)
        if person is not None and now <= ends:
            yield Owing(
                person_id=person,
                key=f"exam_makeup:{exam.id}",
                title=f"{short(exam.title)}补考",
                ask=f"{moment_words(ends, tz)}前完成",
                due=ends,
                does=(_does(exam, runs),),
                note=_note(exam, runs, now),
                lacks="未参加",
            )


def nearing(session: Session, now: datetime, tz: tzinfo) -> Iterable[int]:
    """The branches with a test that ends soon."""
    soon = (Exam.opens_at <= now, Exam.closes_at >= now, Exam.closes_at <= now + FURTHEST)
    return session.scalars(select(Exam.branch_id).where(_SAT_HERE, *soon).distinct())


def _running(session: Session, branch_id: int, people: Collection[int] | None) -> dict[tuple[int, int], ExamAttempt]:
    """What is being sat, by test and person."""
    runs = (ExamAttempt.started_at.is_not(None), ExamAttempt.submitted_at.is_(None), ExamAttempt.score.is_(None))
    query = select(ExamAttempt).join(Exam, Exam.id == ExamAttempt.exam_id)
    if people is not None:
        query = query.where(ExamAttempt.person_id.in_(people))
    rows = session.scalars(query.where(Exam.branch_id == branch_id, _SAT_HERE, _STANDS, *runs))
    return {(row.exam_id, row.person_id): row for row in rows if row.person_id is not None}


def _does(exam: Exam, running: ExamAttempt | None) -> Does:
    return Does("继续答题" if running is not None else "开始答题", SitExam(exam.id, LISTED))


def _note(exam: Exam, running: ExamAttempt | None, now: datetime) -> str:
    if running is None or running.deadline is None:
        return ""
    seen = rules.moment(now, [running.started_at] if running.started_at is not None else [])
    left = f"剩余{rules.minutes_left(seen, running.deadline)}分钟，" if exam.minutes else ""
    return f"正在答题，{left}"


def _owing(
    exam: Exam, person_id: int, now: datetime, tz: tzinfo, calendar: Calendar, running: ExamAttempt | None
) -> Owing:
    """Nudged on its last day alone, and not on the day on which it was told of."""
    opens, closes = exam.opens_at or now, exam.closes_at or now
    told_on, day = local_day(opens, tz), calendar.on_or_before(local_day(closes, tz))
    return Owing(
        person_id=person_id,
        key=f"exam:{exam.id}",
        title=short(exam.title),
        ask=f"{moment_words(closes, tz)}前完成",
        due=closes,
        does=(_does(exam, running),),
        note=_note(exam, running, now),
        nudges=(at(day, NUDGE_AT, tz),) if day > told_on else (),
        told_on=told_on,
        lacks="未参加",
    )
