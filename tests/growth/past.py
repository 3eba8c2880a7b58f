"""What years of work leave in a database, written set-wise: past quarters of branches, and further branches."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from scheduler.calendar.days import Quarter, at
from storage.base import Model, table
from storage.choices import (
    ActivityStatus,
    ActivityType,
    AttendanceStatus,
    Duty,
    JobRunState,
    Lane,
    LeaveState,
    LeaveType,
    MakeupState,
    MembershipStatus,
    OrganisationKind,
    OutboxState,
    PieceState,
    SignInMethod,
    StudyItemKind,
    StudyItemState,
    TaskAudience,
)
from storage.models.activity import Activity, Component
from storage.models.attendance import Attendance, LeaveRequest, Makeup
from storage.models.notice import Notice, Receipt
from storage.models.organisation import Organisation, PartyGroup
from storage.models.outbox import JobRun, Outbox, Promise
from storage.models.person import DutySpan, GroupSpan, MembershipSpan, Person, RosterSpan
from storage.models.reflection import Reflection, ReflectionTask
from storage.models.reminder import Acknowledgement, Reminder, ReminderAudience
from storage.models.study import MonthlyTheme, StudyCompletion, StudyItem

SHANGHAI = ZoneInfo("Asia/Shanghai")
# Days of a quarter on which something was held; who was away with leave, by place on the roster.
HELD_ON = (10, 24, 40, 54, 70, 84)
AWAY = 4
RUNS = ("nudge_morning", "nudge_noon")
People = Mapping[int, Sequence[int]]


class Rows:
    """Collected by table with ids of their own, then written in one statement a table."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._rows: dict[type[Model], list[dict[str, Any]]] = defaultdict(list)
        self._last: dict[type[Model], int] = {}

    def add(self, model: type[Model], **values: Any) -> int:
        """A row with the next id of its table."""
        if model not in self._last:
            self._last[model] = self._session.scalar(select(func.max(table(model).c.id))) or 0
        self._last[model] += 1
        self._rows[model].append({"id": self._last[model], **values})
        return self._last[model]

    def pair(self, model: type[Model], **values: Any) -> None:
        """A row of a table without an id."""
        self._rows[model].append(values)

    def write(self) -> None:
        for of in Model.metadata.sorted_tables:
            for model, rows in self._rows.items():
                if table(model) is of:
                    self._session.connection().execute(insert(of), rows)
        self._rows.clear()


def more_branches(session: Session, number: int, people: int, began: date) -> dict[int, list[int]]:
    """Branches of so many bound people, the first of them the secretary; who is in which."""
    rows, found = Rows(session), {}
    made = datetime.combine(began, time(), UTC)
    for _ in range(number):
        branch = rows.add(Organisation, kind=OrganisationKind.BRANCH, name="又一支部", settings={}, created_at=made)
        group = rows.add(PartyGroup, branch_id=branch, name="第一党小组")
        found[branch] = [_person(rows, branch, group, made) for _ in range(people)]
        rows.add(DutySpan, person_id=found[branch][0], organisation_id=branch, duty=Duty.SECRETARY, from_on=began)
    rows.write()
    return found


def _person(rows: Rows, branch: int, group: int, made: datetime) -> int:
    one = rows.add(
        Person,
        branch_id=branch,
        name="某同志",
        reachable=True,
        notes="",
        created_at=made,
        bound_at=made,
    )
    rows._rows[Person][-1]["telegram_id"] = 10_000_000 + one
    span = {"person_id": one, "from_on": made.date()}
    rows.add(RosterSpan, branch_id=branch, **span)
    rows.add(GroupSpan, group_id=group, **span)
    rows.add(MembershipSpan, status=MembershipStatus.FULL, **span)
    return one


def past(session: Session, branches: People, last: Quarter, quarters: int, of: type[Rows] = Rows) -> None:
    """So many quarters up to `last`, of each branch, with everything that is done in one."""
    rows, quarter = of(session), last
    for _ in range(quarters):
        for branch, people in branches.items():
            _quarter(rows, branch, people, quarter)
        rows.write()
        quarter = quarter.previous()


def _quarter(rows: Rows, branch: int, people: Sequence[int], quarter: Quarter) -> None:
    days = [quarter.start + timedelta(days=number) for number in HELD_ON]
    activities = [_activity(rows, branch, people, day) for day in days]
    _asked(rows, branch, people, None, days[0])
    for month in range(2):
        _month(rows, branch, people, date(quarter.start.year, quarter.start.month + month, 1))
    _task(rows, branch, people, activities[0], days[0])
    _reminder(rows, branch, people, days[1])
    for number in range((quarter.end - quarter.start).days):
        day = quarter.start + timedelta(days=number)
        for job in RUNS:
            rows.add(
                JobRun,
                job=job,
                branch_id=branch,
                slot=day.isoformat(),
                nominal_on=day,
                planned=0,
                state=JobRunState.PLANNED,
                ran_at=at(day, time(9), SHANGHAI),
            )


def _activity(rows: Rows, branch: int, people: Sequence[int], day: date) -> int:
    start = at(day, time(14, 30), SHANGHAI)
    activity = rows.add(
        Activity,
        branch_id=branch,
        title="主题党日",
        status=ActivityStatus.HELD,
        planned_on=day,
        start_at=start,
        end_at=start + timedelta(hours=2),
        created_by_id=people[0],
        created_at=start - timedelta(days=5),
        settled_at=start + timedelta(hours=3),
        sites=[],
        partners=[],
    )
    rows.add(Component, activity_id=activity, type=ActivityType.THEME_PARTY_DAY, details={})
    _asked(rows, branch, people, activity, day)
    for one in people[AWAY:]:
        rows.add(
            Attendance,
            activity_id=activity,
            person_id=one,
            status=AttendanceStatus.PRESENT,
            method=SignInMethod.BUTTON,
            at=start,
        )
    for one in people[:AWAY]:
        rows.add(
            LeaveRequest,
            activity_id=activity,
            person_id=one,
            type=LeaveType.SICK,
            state=LeaveState.APPROVED,
            requested_at=start - timedelta(days=2),
            decided_at=start - timedelta(days=1),
            decided_by_id=people[0],
        )
    for one, state in zip(people, (MakeupState.ACCEPTED, MakeupState.SUBMITTED), strict=False):
        rows.add(
            Makeup,
            activity_id=activity,
            person_id=one,
            state=state,
            note="学",
            files=[],
            submitted_at=start + timedelta(days=1),
            done_on=day + timedelta(days=1),
        )
    return activity


def _asked(rows: Rows, branch: int, people: Sequence[int], activity: int | None, day: date) -> None:
    """A notice, sent to everybody and never closed; the last two did not answer."""
    sent = at(day - timedelta(days=4), time(10), SHANGHAI)
    notice = rows.add(
        Notice,
        branch_id=branch,
        activity_id=activity,
        text="【通知】请准时",
        reply_by=sent + timedelta(days=1),
        created_by_id=people[0],
        created_at=sent,
    )
    for one in people[:-2]:
        rows.add(Receipt, notice_id=notice, person_id=one, at=sent)
    for one in people:
        _sent(rows, branch, one, sent, f"notice:{notice}:{one}", f"notice:{notice}")


def _sent(rows: Rows, branch: int, person: int, when: datetime, key: str, batch: str) -> None:
    row = rows.add(
        Outbox,
        lane=Lane.MUST_ARRIVE,
        branch_id=branch,
        person_id=person,
        chat_id=person,
        message={"text": "通知"},
        about={},
        batch=batch,
        state=OutboxState.SENT,
        created_at=when,
        not_before=when,
        sent_at=when,
        message_id=1,
    )
    rows.pair(Promise, key=key, outbox_id=row)


def _month(rows: Rows, branch: int, people: Sequence[int], first: date) -> None:
    made = at(first, time(9), SHANGHAI)
    by = {"created_by_id": people[0], "created_at": made}
    theme = rows.add(
        MonthlyTheme, branch_id=branch, month=f"{first:%Y-%m}", title="主题", prompt="", prompt_sent_on=first, **by
    )
    for kind in StudyItemKind:
        item = rows.add(
            StudyItem,
            branch_id=branch,
            theme_id=theme,
            kind=kind,
            title="学习材料",
            author="",
            assigned_on=first,
            due_on=first + timedelta(days=27),
            state=StudyItemState.ASSIGNED,
            files=[],
            **by,
        )
        for one in people[:-1]:
            rows.add(
                StudyCompletion,
                item_id=item,
                person_id=one,
                completed_on=first + timedelta(days=3),
                completed_at=made + timedelta(days=3),
            )


def _task(rows: Rows, branch: int, people: Sequence[int], activity: int, day: date) -> None:
    made = at(day, time(17), SHANGHAI)
    task = rows.add(
        ReflectionTask,
        branch_id=branch,
        title="心得",
        activity_id=activity,
        audience=TaskAudience.ALL_MEMBERS,
        due_on=day + timedelta(days=14),
        created_by_id=people[0],
        created_at=made,
    )
    for one in people[:-2]:
        rows.add(
            Reflection,
            task_id=task,
            person_id=one,
            state=PieceState.ACCEPTED,
            started_at=made,
            submitted_at=made + timedelta(days=1),
            reviewed_at=made + timedelta(days=2),
            reviewed_by_id=people[0],
        )


def _reminder(rows: Rows, branch: int, people: Sequence[int], day: date) -> None:
    sent = at(day, time(9), SHANGHAI)
    reminder = rows.add(
        Reminder,
        branch_id=branch,
        kind="pre_holiday_integrity",
        block_start=day + timedelta(days=3),
        block_end=day + timedelta(days=5),
        holidays=[f"{day.year}:节{day.month}"],
        text="请严守纪律。",
        sent_at=sent,
        ack_due=sent + timedelta(days=2),
    )
    for one in people:
        rows.pair(ReminderAudience, reminder_id=reminder, person_id=one)
    for one in people[:-1]:
        rows.add(Acknowledgement, reminder_id=reminder, person_id=one, at=sent + timedelta(hours=1))


def everybody(session: Session, branch_ids: Iterable[int]) -> dict[int, list[int]]:
    """Who is known to each of these branches."""
    found: dict[int, list[int]] = {branch: [] for branch in branch_ids}
    query = select(Person.branch_id, Person.id).where(Person.branch_id.in_(found)).order_by(Person.id)
    for branch, one in session.execute(query):
        found[branch].append(one)
    return found
