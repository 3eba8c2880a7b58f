"""The tally over real rows: the example archive, the cut-off, the number of statements."""

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine, event, update
from sqlalchemy.orm import Session

from bot.features.tally import person_record_messages, records
from bot.features.tally.person_records import PersonRecord, my_record
from bot.features.tally.service import Tally, to_json
from scheduler.calendar.days import Quarter
from scheduler.calendar.periods import Period
from storage.audience import Me
from storage.base import Model
from storage.choices import (
    ActivityStatus,
    ActivityType,
    AttendanceStatus,
    MakeupState,
    SignInMethod,
    StudyItemKind,
    TaskAudience,
)
from storage.engine import Storage
from storage.models.activity import Activity, Component
from storage.models.attendance import Attendance, LeaveRequest, Makeup
from storage.models.person import GroupSpan, Person, RosterSpan
from storage.models.reflection import ReflectionTask
from storage.models.study import StudyItem
from storage.roster import roster, rosters
from tests.counting import over, tally

SHANGHAI = ZoneInfo("Asia/Shanghai")
Q3 = Quarter(2022, 3)
AFTER_THE_CLOSE = datetime(2022, 11, 1, 9, tzinfo=SHANGHAI)
# What this tally cannot know yet: nothing records it.
LATER = {
    "talk_campaigns",
    "talk_records_written_quarter",
    "projects",
    "rectification",
    "development",
    "votes",
    "guidance",
    "research",
    "publications",
    "model_units_passed",
    "cobuild_events",
    "issues",
    "next_quarter_plan",
}


def test_the_example_archive_comes_to_the_right_answer(
    storage: Storage, lay: Callable[[Session], Any], right_answer: dict[str, Any]
) -> None:
    with storage.transaction() as session:
        lay(session)
    with storage.reading() as session:
        counted = to_json(tally(session, 1, Q3, AFTER_THE_CLOSE, SHANGHAI))
    assert {**counted, "figures": None} == {
        "quarter": "2022Q3",
        "version": "draft",
        "branch": "示范党支部",
        "figures": None,
    }
    ours, right = counted["figures"], right_answer["figures"]
    # A kind of the register has its figures beside those of the example.
    assert ours.keys() >= right.keys()
    wrong = {name: (ours[name], right[name]) for name in right if name not in LATER and ours[name] != right[name]}
    assert wrong == {}
    for name in LATER:
        assert nothing(ours[name]), name
        assert type(ours[name]) is type(right[name]), name


def nothing(value: Any) -> bool:
    """0, null or empty, all the way down."""
    return all(map(nothing, value.values())) if isinstance(value, dict) else not value


def counted(storage: Storage, now: datetime = AFTER_THE_CLOSE, only: Collection[int] | None = None) -> Tally:
    with storage.reading() as session:
        return tally(session, 1, Q3, now, SHANGHAI, only)


@pytest.fixture
def filled(storage: Storage, lay: Callable[[Session], Any]) -> Storage:
    with storage.transaction() as session:
        lay(session)
    return storage


def change(storage: Storage, table: type[Model], where: dict[str, Any], **values: Any) -> None:
    with storage.transaction() as session:
        session.execute(update(table).filter_by(**where).values(**values))


# --- the cut-off (D20) ----------------------------------------------------------------------------------------------

IN_TIME = datetime(2022, 10, 10, 23, 59, 59, tzinfo=SHANGHAI)
TOO_LATE = datetime(2022, 10, 11, tzinfo=SHANGHAI)


@pytest.mark.parametrize(("when", "count"), [(IN_TIME, 1), (TOO_LATE, 0)])
def test_an_activity_recorded_after_the_cut_off_does_not_count(filled: Storage, when: datetime, count: int) -> None:
    change(filled, Activity, {"id": 4}, settled_at=when)
    assert counted(filled).figures["by_type"]["members_meeting"]["count"] == count


def test_attendance_entered_after_the_cut_off_does_not_count(filled: Storage) -> None:
    change(filled, Attendance, {"activity_id": 4, "person_id": 2}, at=TOO_LATE)
    said = counted(filled).figures["attendance_by_activity"]["A4"]
    assert (said["present"], said["absent"], said["unrecorded"]) == (5, 1, 1)


def test_what_was_corrected_after_the_cut_off_still_counts_as_it_was(filled: Storage) -> None:
    """A row withdrawn later, and the one that replaced it, change nothing without a correction."""
    change(filled, Attendance, {"activity_id": 2, "person_id": 3}, withdrawn_at=TOO_LATE)
    with filled.transaction() as session:
        row = Attendance(
            activity_id=2, person_id=3, status=AttendanceStatus.PRESENT, method=SignInMethod.MARKED, at=TOO_LATE
        )
        session.add(row)
    said = counted(filled).figures["attendance_by_activity"]["A2"]
    assert (said["present"], said["absent"], said["unrecorded"]) == (2, 1, 0)


def test_leave_approved_after_the_cut_off_is_absence(filled: Storage) -> None:
    """D20a: pending at the cut-off is not approved."""
    change(filled, LeaveRequest, {"activity_id": 1, "person_id": 4}, decided_at=TOO_LATE)
    said = counted(filled).figures["attendance_by_activity"]["A1"]
    assert (said["leave"], said["absent"], said["unrecorded"]) == (0, 2, 0)


@pytest.mark.parametrize(
    ("values", "made_up"),
    [({"done_on": date(2022, 10, 10)}, 1), ({"done_on": date(2022, 10, 11)}, 0), ({"state": MakeupState.SUBMITTED}, 0)],
)
def test_a_make_up_counts_when_accepted_and_done_by_the_cut_off(
    filled: Storage, values: dict[str, Any], made_up: int
) -> None:
    change(filled, Makeup, {"activity_id": 1}, **values)
    assert counted(filled).figures["branch_scope_overall"]["made_up"] == made_up


def test_the_draft_stands_as_of_now(filled: Storage) -> None:
    """On 10 August only A1 and A2 were recorded, and nobody had made up, learned or handed in anything."""
    early = counted(filled, datetime(2022, 8, 10, 9, tzinfo=SHANGHAI)).figures
    assert list(early["attendance_by_activity"]) == ["A1", "A2"]
    assert early["branch_scope_overall"]["coverage_rate"] == Decimal("60.0")
    assert (early["study"]["completed_pairs"], early["reflection_pieces_total"]) == (0, 0)


def test_what_is_only_planned_or_was_cancelled_never_counts(filled: Storage) -> None:
    """D2."""
    for status in (ActivityStatus.PLANNED, ActivityStatus.CANCELLED, ActivityStatus.POSTPONED):
        change(filled, Activity, {"id": 4}, status=status)
        assert counted(filled).figures["by_type"]["members_meeting"]["count"] == 0


def test_the_day_it_happened_decides_the_quarter(filled: Storage) -> None:
    """D1: by the branch's own day. The last minute of 30 September in Shanghai is Q3, the next one is Q4."""
    midnight = datetime(2022, 10, 1, tzinfo=SHANGHAI)
    change(filled, Activity, {"id": 4}, start_at=midnight - timedelta(minutes=1))
    assert counted(filled).figures["by_type"]["members_meeting"]["count"] == 1
    change(filled, Activity, {"id": 4}, start_at=midnight)
    assert counted(filled).figures["by_type"]["members_meeting"]["count"] == 0


# --- who sees what --------------------------------------------------------------------------------------------------


def test_a_group_leaders_tally_is_of_the_own_group(filled: Storage) -> None:
    """P1, P2, P3, P7 are the first group: its meeting, its rolls, its heads; nobody else's name anywhere."""
    of_group = counted(filled, only=[1])
    assert of_group.groups == {1: "第一党小组"}
    assert of_group.figures["attendance_by_activity"]["A1"]["expected"] == 3
    assert of_group.figures["group_meetings_by_group"] == {"G1": 1}
    assert (of_group.figures["roster_open"], of_group.figures["roster_close"]) == (3, 4)
    assert of_group.figures["study"]["not_done"] == {"P3": ["S1"]}
    assert records.everybody(of_group) <= {1, 2, 3, 7}
    other = counted(filled, only=[2])
    assert "A2" not in other.figures["attendance_by_activity"]
    assert records.everybody(other) <= {4, 5, 6, 8}


def test_every_figure_has_its_records(filled: Storage) -> None:
    """D25: what is counted can be opened."""
    said = counted(filled)
    for name in ("roster_open", "roster_close", "transfers_in", "full_at_close", "first_agenda_items"):
        assert len(said.behind[name]) == said.figures[name]
    for kind, sums in said.figures["by_type"].items():
        assert len(said.behind[f"by_type.{kind}"]) == sums["count"]
    for activity, sums in said.figures["attendance_by_activity"].items():
        for part in ("expected", "present", "leave", "absent", "made_up", "observers"):
            assert len(said.behind[f"attendance_by_activity.{activity}.{part}"]) == sums[part]
    assert said.behind["study.completed_pairs"] == ["S1/P1", "S1/P2"]
    assert said.behind["reflections.R1.pieces"] == ["R1/P1/1/2"]


# --- the cost -------------------------------------------------------------------------------------------------------


@contextmanager
def statements() -> Iterator[list[str]]:
    """Every statement that any engine runs."""
    seen: list[str] = []

    def note(connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
        seen.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(Engine, "before_cursor_execute", note)


def grow(storage: Storage, people: int, activities: int) -> None:
    """More people who all come to more activities."""
    with storage.transaction() as session:
        for person in range(100, 100 + people):
            session.add(Person(id=person, branch_id=1, name=f"新{person}", created_at=IN_TIME))
            session.flush()
            began = date(2022, 1, 1)
            session.add(RosterSpan(person_id=person, branch_id=1, from_on=began))
            session.add(GroupSpan(person_id=person, group_id=1, from_on=began))
        for number in range(100, 100 + activities):
            start = datetime(2022, 9, 1, 15, tzinfo=SHANGHAI) + timedelta(days=number - 100)
            session.add(
                Activity(
                    id=number,
                    branch_id=1,
                    title="主题党日",
                    status=ActivityStatus.HELD,
                    planned_on=start.date(),
                    start_at=start,
                    end_at=start,
                    created_by_id=1,
                    created_at=start,
                    settled_at=start,
                )
            )
            session.flush()
            session.add(Component(activity_id=number, type=ActivityType.THEME_PARTY_DAY))
            session.add_all(
                Attendance(
                    activity_id=number,
                    person_id=person,
                    status=AttendanceStatus.PRESENT,
                    method=SignInMethod.BUTTON,
                    at=start,
                )
                for person in range(100, 100 + people)
            )


def set_tasks(storage: Storage, number: int) -> None:
    """More of everything that members do for themselves."""
    with storage.transaction() as session:
        for row in range(100, 100 + number):
            session.add(
                StudyItem(
                    id=row,
                    branch_id=1,
                    kind=StudyItemKind.BOOK,
                    title="书",
                    assigned_on=date(2022, 8, 1),
                    due_on=date(2022, 8, row - 80),
                    created_by_id=1,
                    created_at=IN_TIME,
                )
            )
            session.add(
                ReflectionTask(
                    id=row,
                    branch_id=1,
                    title="心得",
                    activity_id=row,
                    audience=TaskAudience.ALL_MEMBERS,
                    due_on=date(2022, 9, 30),
                    created_by_id=1,
                    created_at=IN_TIME,
                )
            )


PERIODS = (
    Period.of(Q3),
    Period(date(2022, 7, 1), date(2023, 1, 1)),
    Period(date(2022, 1, 1), date(2023, 1, 1)),
    Period(date(2018, 1, 1), date(2023, 1, 1)),
    Period(date(2022, 8, 1), date(2022, 10, 2)),
)
# Goal 11, with room for what a branch has that keeps everything (votes, elections, visits to listed sites).
MOST = 40


def asked_of(storage: Storage, period: Period) -> list[str]:
    with storage.reading() as session:
        session.connection()
        with statements() as said:
            over(session, 1, period, AFTER_THE_CLOSE, SHANGHAI)
    return said


def test_the_number_of_statements_depends_on_nothing(filled: Storage) -> None:
    """Goal 11: constant in members, in activities, items and tasks, and in the quarters of the period."""
    few = {period: len(asked_of(filled, period)) for period in PERIODS}
    grow(filled, people=50, activities=20)
    set_tasks(filled, 10)
    said = counted(filled)
    assert said.figures["by_type"]["theme_party_day"]["present"] == 3 + 20 * 50
    assert (said.figures["study"]["items"], len(said.figures["reflections"])) == (11, 12)
    assert {period: len(asked_of(filled, period)) for period in PERIODS} == few
    assert set(few.values()) == {few[PERIODS[0]]}
    assert few[PERIODS[0]] <= MOST


@pytest.mark.parametrize("day", [date(2022, 6, 30), date(2022, 8, 5), date(2022, 8, 15), date(2022, 9, 24)])
def test_many_rosters_are_as_one(filled: Storage, day: date) -> None:
    with filled.reading() as session:
        assert rosters(session, 1, [date(2020, 1, 1), day, date(2030, 1, 1)])[day] == roster(session, 1, day)


# --- 我的记录 -------------------------------------------------------------------------------------------------------


def own(storage: Storage, person: int, group: int, period: Period | None = None) -> PersonRecord:
    me = Me(person, "某", 1, group, frozenset(), frozenset())
    with storage.reading() as session:
        return my_record(session, me, period or Period.of(Q3), AFTER_THE_CLOSE, SHANGHAI)


def said(mine: PersonRecord) -> str:
    return "\n".join(one.text for one in person_record_messages.record(mine, AFTER_THE_CLOSE.date(), SHANGHAI))


def test_my_record_holds_ones_own_rows(filled: Storage) -> None:
    """P4: on leave and made up, delegated, present; 10 hours; one item not learned."""
    mine = own(filled, 4, 2)
    assert [part.title for part in mine.parts] == ["8月主题党日", "赴廉政基地", "支部党员大会"]
    assert mine.hours == Decimal("10.0")
    assert [(item.id, done) for item, done in mine.study] == [(1, None)]
    text = said(mine)
    assert "应参加3次，参加2次，请假1次，补学1次，累计10学时" in text
    assert "8月5日 8月主题党日：公差（已批准），已补学" in text


@pytest.mark.parametrize(
    ("first", "to", "hours", "of_year", "words"),
    [
        ("2022-08-01", "2022-09-01", 8, 8, "累计8学时（2022年共8学时）"),
        ("2022-09-01", "2022-10-01", 2, 10, "累计2学时（2022年共10学时）"),
        ("2022-10-01", "2023-01-01", 0, 10, "2022年共10学时"),
        ("2022-07-01", "2022-08-01", 0, 0, ""),
        # A year says it itself, and of the next one nothing is carried over.
        ("2022-01-01", "2023-01-01", 10, None, "累计10学时"),
        ("2023-02-01", "2023-03-01", 0, 0, ""),
    ],
)
def test_hours_of_the_year_stand_beside_those_of_the_period(
    filled: Storage, first: str, to: str, hours: int, of_year: int | None, words: str
) -> None:
    """R28, R29: from January to the end of the period, each year by itself."""
    mine = own(filled, 4, 2, Period(date.fromisoformat(first), date.fromisoformat(to)))
    assert mine.hours == Decimal(hours)
    assert mine.hours_of_year == (None if of_year is None else Decimal(of_year))
    counts = [line for line in said(mine).splitlines() if "学时" in line]
    assert [line.split("，")[-1].strip() for line in counts] == ([words] if words else [])


def test_my_record_says_what_was_refused_and_what_was_returned(filled: Storage) -> None:
    text = "\n".join(
        message.text for message in person_record_messages.record(own(filled, 5, 2), AFTER_THE_CLOSE.date(), SHANGHAI)
    )
    assert "8月主题党日：事假（未批准），缺席" in text
    accepted = "\n".join(
        message.text for message in person_record_messages.record(own(filled, 1, 1), AFTER_THE_CLOSE.date(), SHANGHAI)
    )
    assert "警示教育心得：8月22日（周一）20:00提交，已通过" in accepted
    assert "中秋：9月7日（周三）10:00已阅" in accepted
