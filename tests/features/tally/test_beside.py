"""Another branch in the same database, with as much of everything in the quarter: no figure of this one changes."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from sqlalchemy.orm import Session

from bot.features.tally.service import to_json
from scheduler.calendar.days import Quarter
from storage.choices import (
    ActivityStatus,
    ActivityType,
    AttendanceStatus,
    MembershipStatus,
    OrganisationKind,
    PieceState,
    Scope,
    SignInMethod,
    StudyItemKind,
    TaskAudience,
)
from storage.engine import Storage
from storage.models.activity import Activity, Component, Delegate
from storage.models.attendance import Attendance
from storage.models.organisation import Organisation, PartyGroup
from storage.models.person import GroupSpan, MembershipSpan, Person, RosterSpan
from storage.models.reflection import Reflection, ReflectionTask
from storage.models.reminder import Acknowledgement, Reminder, ReminderAudience
from storage.models.study import MonthlyTheme, StudyCompletion, StudyItem
from tests.counting import tally
from tests.features.tally.conftest import SHANGHAI, instant

Q3 = Quarter(2022, 3)
NOW, AT = instant("2022-11-01T09:00:00+08:00"), instant("2022-08-10T09:00:00+08:00")
# Beyond every number of the archive.
N = 1_000


def lay_beside(session: Session) -> None:
    """One who came in July and left in September, one who was there all the time; an occasion of each kind, a theme."""
    assert AT is not None
    session.add(Organisation(id=N, kind=OrganisationKind.BRANCH, name="第二支部", created_at=AT))
    session.flush()
    session.add(PartyGroup(id=N, branch_id=N, name="第一党小组"))
    for person, since, until in ((N, date(2018, 1, 1), None), (N + 1, date(2022, 7, 20), date(2022, 9, 20))):
        session.add(Person(id=person, branch_id=N, name=f"丁{person}", created_at=AT))
        session.flush()
        session.add(RosterSpan(person_id=person, branch_id=N, from_on=since, to_on=until))
        session.add(GroupSpan(person_id=person, group_id=N, from_on=since, to_on=until))
        session.add(MembershipSpan(person_id=person, status=MembershipStatus.FULL, from_on=date(2018, 1, 1)))
    kinds = (
        (ActivityType.THEME_PARTY_DAY, Scope.BRANCH),
        (ActivityType.GROUP_MEETING, Scope.GROUP),
        (ActivityType.INTEGRITY_BASE_VISIT, Scope.DELEGATED),
    )
    for number, (kind, scope) in enumerate(kinds, start=N):
        session.add(
            Activity(
                id=number,
                branch_id=N,
                title="活动",
                status=ActivityStatus.HELD,
                planned_on=AT.date(),
                scope=scope,
                group_id=N if scope is Scope.GROUP else None,
                start_at=AT,
                end_at=AT + timedelta(hours=1),
                created_by_id=N,
                created_at=AT,
                settled_at=AT,
                hours=2,
            )
        )
        session.flush()
        session.add(Component(activity_id=number, type=kind))
        session.add(
            Attendance(
                activity_id=number, person_id=N, status=AttendanceStatus.PRESENT, method=SignInMethod.BUTTON, at=AT
            )
        )
    session.add(Delegate(activity_id=N + 2, person_id=N))
    lay_tasks(session)


def lay_tasks(session: Session) -> None:
    assert AT is not None
    assigned, due, made = date(2022, 8, 1), date(2022, 8, 31), {"created_by_id": N, "created_at": AT}
    session.add(MonthlyTheme(branch_id=N, month="2022-08", title="主题", prompt_sent_on=assigned, **made))
    session.add(
        StudyItem(id=N, branch_id=N, kind=StudyItemKind.BOOK, title="书", assigned_on=assigned, due_on=due, **made)
    )
    session.add(
        ReflectionTask(
            id=N, branch_id=N, title="心得", activity_id=N, audience=TaskAudience.ALL_MEMBERS, due_on=due, **made
        )
    )
    session.add(
        Reminder(
            id=N,
            branch_id=N,
            kind="pre_holiday_integrity",
            block_start=date(2022, 9, 10),
            text="",
            sent_at=AT,
            block_end=date(2022, 9, 12),
            holidays=["2022:中秋"],
            ack_due=AT + timedelta(days=1),
        )
    )
    session.flush()
    session.add_all(
        [
            StudyCompletion(item_id=N, person_id=N, completed_on=AT.date(), completed_at=AT),
            Reflection(task_id=N, person_id=N, version=1, state=PieceState.ACCEPTED, started_at=AT, submitted_at=AT),
            ReminderAudience(reminder_id=N, person_id=N),
            Acknowledgement(reminder_id=N, person_id=N, at=AT),
        ]
    )


def test_what_another_branch_did_counts_there_alone(storage: Storage, lay: Callable[[Session], Any]) -> None:
    assert NOW is not None
    with storage.transaction() as session:
        lay(session)
    with storage.reading() as session:
        alone = to_json(tally(session, 1, Q3, NOW, SHANGHAI))
        of_group = to_json(tally(session, 1, Q3, NOW, SHANGHAI, [1]))
    with storage.transaction() as session:
        lay_beside(session)
    with storage.reading() as session:
        assert to_json(tally(session, 1, Q3, NOW, SHANGHAI)) == alone
        assert to_json(tally(session, 1, Q3, NOW, SHANGHAI, [1])) == of_group
        beside = to_json(tally(session, N, Q3, NOW, SHANGHAI))["figures"]
    heads = {name: beside[name] for name in ("roster_open", "roster_close", "transfers_in", "transfers_out")}
    assert heads == {"roster_open": 1, "roster_close": 1, "transfers_in": 1, "transfers_out": 1}
    assert (beside["monthly_themes"], beside["study"]["items"], beside["study"]["completed_pairs"]) == (1, 1, 1)
    assert (beside["reflection_pieces_total"], beside["reminders"][f"M{N}"]["ack_on_time"]) == (1, 1)
    assert (beside["delegations"]["people"], beside["group_meetings_by_group"]) == (1, {f"G{N}": 1})
    assert beside["by_type"]["theme_party_day"]["expected"] == 2
