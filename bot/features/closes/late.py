"""What is dated in a closed quarter and came after its cut-off: it counts in no version until it is admitted (D20b)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo

from sqlalchemy import Select, and_, or_, select
from sqlalchemy.orm import Session

from bot.features.reflections import service as reflections
from bot.kit.closing import cut_off_of
from bot.kit.deadlines import admitted, day_in_time, in_time
from bot.kit.owing import short
from bot.kit.words import short_day
from scheduler.calendar.days import Quarter, at, local_day
from scheduler.calendar.periods import Period
from storage.choices import ActivityStatus, CorrectionKind, HandInKind, LeaveState, MakeupState, PieceState
from storage.lookups import names_of
from storage.models.activity import Activity
from storage.models.attendance import Attendance, LeaveRequest, Makeup
from storage.models.entry import Entry, EntryDay, EntryRow, EntryState
from storage.models.exam import Exam, ExamAttempt
from storage.models.person import Person
from storage.models.study import StudyCompletion, StudyItem
from storage.models.talk import Talk

_START = datetime.min.time()


@dataclass(frozen=True, slots=True)
class Late:
    """One thing that came too late: its row, whose it is, how it is said; admits: all that is admitted with it."""

    kind: CorrectionKind
    subject: str
    row_id: int
    person_id: int | None
    line: str
    admits: tuple[tuple[str, int], ...]

    @property
    def key(self) -> str:
        """How it travels in a button and in a form: its table and number."""
        return f"{self.subject}.{self.row_id}"


@dataclass(frozen=True, slots=True)
class _Asked:
    session: Session
    branch_id: int
    quarter: Quarter
    cut_off: datetime
    tz: tzinfo

    @property
    def days(self) -> Period:
        return Period.of(self.quarter)

    def happened(self) -> "Select[int]":
        """The activities of the quarter."""
        start, end = at(self.days.start, _START, self.tz), at(self.days.to, _START, self.tz)
        here = and_(Activity.branch_id == self.branch_id, Activity.start_at >= start, Activity.start_at < end)
        return select(Activity.id).where(here)


def listed(session: Session, branch_id: int, quarter: Quarter, tz: tzinfo) -> list[Late]:
    """All of a quarter, kind by kind."""
    asked = _Asked(session, branch_id, quarter, cut_off_of(session, branch_id, quarter.start, tz), tz)
    each = (_leave, _activities, _makeups, _completions, _pieces, _talks, _attempts, _entries)
    return [one for of_kind in each for one in of_kind(asked)]


def find(session: Session, branch_id: int, quarter: Quarter, keys: Sequence[str], tz: tzinfo) -> list[Late]:
    """Those of them that are there still."""
    there = {one.key: one for one in listed(session, branch_id, quarter, tz)}
    return [there[key] for key in keys if key in there]


def _leave(asked: _Asked) -> Iterator[Late]:
    """Leave that waits still: at the cut-off it was not approved (D20a)."""
    query = (
        select(LeaveRequest, Activity, Person.name)
        .join(Activity, Activity.id == LeaveRequest.activity_id)
        .join(Person, Person.id == LeaveRequest.person_id)
        .where(LeaveRequest.activity_id.in_(asked.happened()), LeaveRequest.withdrawn_at.is_(None))
        .where(LeaveRequest.state == LeaveState.PENDING, Activity.status == ActivityStatus.HELD)
        .order_by(LeaveRequest.id)
    )
    for row, activity, name in asked.session.execute(query):
        line = f"{name}同志请假：{_of(activity, asked.tz)}"
        rows = (("leave_request", row.id),)
        yield Late(CorrectionKind.LEAVE_APPROVE, "leave_request", row.id, row.person_id, line, rows)


def _activities(asked: _Asked) -> Iterator[Late]:
    """What was recorded too late, with its roll."""
    query = select(Activity).where(
        Activity.id.in_(asked.happened()),
        Activity.status == ActivityStatus.HELD,
        Activity.settled_at.is_not(None),
        ~in_time(Activity.settled_at, asked.cut_off),
    )
    for row in asked.session.scalars(query.order_by(Activity.start_at, Activity.id)):
        rows = (("activity", row.id), *_roll(asked, row.id))
        yield Late(CorrectionKind.ACTIVITY_ADMIT, "activity", row.id, None, _of(row, asked.tz), rows)


def _roll(asked: _Asked, activity_id: int) -> Iterator[tuple[str, int]]:
    came = select(Attendance.id).where(Attendance.activity_id == activity_id)
    came = came.where(or_(~in_time(Attendance.at, asked.cut_off), ~in_time(Attendance.withdrawn_at, asked.cut_off)))
    leave = select(LeaveRequest.id).where(LeaveRequest.activity_id == activity_id)
    leave = leave.where(
        or_(~in_time(LeaveRequest.decided_at, asked.cut_off), ~in_time(LeaveRequest.withdrawn_at, asked.cut_off))
    )
    yield from (("attendance", one) for one in asked.session.scalars(came.order_by(Attendance.id)))
    yield from (("leave_request", one) for one in asked.session.scalars(leave.order_by(LeaveRequest.id)))


def _makeups(asked: _Asked) -> Iterator[Late]:
    query = (
        select(Makeup, Activity, Person.name)
        .join(Activity, Activity.id == Makeup.activity_id)
        .join(Person, Person.id == Makeup.person_id)
        .where(Makeup.activity_id.in_(asked.happened()), Makeup.withdrawn_at.is_(None))
        .where(Makeup.state == MakeupState.ACCEPTED, ~day_in_time(Makeup.done_on, asked.cut_off, asked.tz))
        .order_by(Makeup.id)
    )
    for row, activity, name in asked.session.execute(query):
        line = f"{name}同志补学：{_of(activity, asked.tz)}"
        yield Late(CorrectionKind.MAKEUP_ADMIT, "makeup", row.id, row.person_id, line, (("makeup", row.id),))


def _completions(asked: _Asked) -> Iterator[Late]:
    query = (
        select(StudyCompletion, StudyItem.title, Person.name)
        .join(StudyItem, StudyItem.id == StudyCompletion.item_id)
        .join(Person, Person.id == StudyCompletion.person_id)
        .where(StudyItem.branch_id == asked.branch_id, StudyItem.withdrawn_at.is_(None))
        .where(StudyItem.assigned_on.between(asked.days.start, asked.days.end))
        .where(StudyCompletion.withdrawn_at.is_(None), ~in_time(StudyCompletion.completed_at, asked.cut_off))
        .order_by(StudyCompletion.id)
    )
    for row, title, name in asked.session.execute(query):
        rows = (("study_completion", row.id),)
        line = f"{name}同志学完：{short(title)}"
        yield Late(CorrectionKind.COMPLETION_ADMIT, "study_completion", row.id, row.person_id, line, rows)


def _pieces(asked: _Asked) -> Iterator[Late]:
    """Reflections and self-checks that were accepted."""
    tasks = reflections.load(
        asked.session, asked.branch_id, asked.tz, wanted=lambda task: asked.days.holds(task.subject.day)
    )
    found = [
        (task.row, one)
        for task in tasks
        for one in task.versions
        if one.state is PieceState.ACCEPTED and one.submitted_at is not None and not one.admitted
        if not in_time(one.submitted_at, asked.cut_off)
    ]
    names = names_of(asked.session, {one.person_id for _, one in found})
    for task, one in found:
        check = task.kind is HandInKind.SELF_CHECK
        kind = CorrectionKind.SELF_CHECK_ADMIT if check else CorrectionKind.REFLECTION_ADMIT
        line = f"{names[one.person_id]}同志{'自查表' if check else '心得'}：{short(task.title)}"
        yield Late(kind, "reflection", one.row_id, one.person_id, line, (("reflection", one.row_id),))


def _talks(asked: _Asked) -> Iterator[Late]:
    query = select(Talk).where(
        Talk.branch_id == asked.branch_id,
        Talk.on.between(asked.days.start, asked.days.end),
        Talk.withdrawn_at.is_(None),
        ~in_time(Talk.recorded_at, asked.cut_off),
    )
    for row in asked.session.scalars(query.order_by(Talk.on, Talk.id)):
        line = f"谈话：{short_day(row.on)}"
        yield Late(CorrectionKind.TALK_ADMIT, "talk", row.id, None, line, (("talk", row.id),))


def _attempts(asked: _Asked) -> Iterator[Late]:
    came = ExamAttempt.recorded_at
    query = (
        select(ExamAttempt, Exam.title, Person.name)
        .join(Exam, Exam.id == ExamAttempt.exam_id)
        .join(Person, Person.id == ExamAttempt.person_id)
        .where(Exam.branch_id == asked.branch_id, Exam.withdrawn_at.is_(None))
        .where(Exam.held_on.between(asked.days.start, asked.days.end))
        .where(ExamAttempt.withdrawn_at.is_(None), ExamAttempt.score.is_not(None), ~admitted(came))
        .order_by(ExamAttempt.id)
    )
    for row, title, name in asked.session.execute(query):
        when = row.recorded_at or row.submitted_at
        if when is not None and not in_time(when, asked.cut_off):
            rows = (("exam_attempt", row.id),)
            line = f"{name}同志考试：{short(title)}"
            yield Late(CorrectionKind.ATTEMPT_ADMIT, "exam_attempt", row.id, row.person_id, line, rows)


def _entries(asked: _Asked) -> Iterator[Late]:
    """Entries of the register with a day in the quarter, with what of them was recorded too late."""
    in_quarter = select(EntryDay.entry_id).where(EntryDay.on.between(asked.days.start, asked.days.end))
    query = select(Entry).where(
        Entry.branch_id == asked.branch_id,
        Entry.withdrawn_at.is_(None),
        Entry.id.in_(in_quarter),
        ~in_time(Entry.recorded_at, asked.cut_off),
    )
    found = asked.session.scalars(query.order_by(Entry.id)).all()
    ids = [one.id for one in found]
    rows: dict[int, list[tuple[str, int]]] = {one: [("entry", one)] for one in ids}
    for model in (EntryRow, EntryState) if ids else ():
        late = select(model.entry_id, model.id).where(model.entry_id.in_(ids))
        for entry_id, row_id in asked.session.execute(late.where(~in_time(model.recorded_at, asked.cut_off))):
            rows[entry_id].append((model.__tablename__, row_id))
    for one in found:
        yield Late(CorrectionKind.ENTRY_ADMIT, "entry", one.id, None, f"登记：{short(one.title)}", tuple(rows[one.id]))


def _of(activity: Activity, tz: tzinfo) -> str:
    return f"{short(activity.title)}（{short_day(local_day(activity.start_at, tz))}）"
