"""On both databases: what is set is kept for the own branch and noted; and every reader counts by it."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from bot.features.activities import service as activities
from bot.features.notices import cards as notice_cards
from bot.features.notices import owing as notices
from bot.features.reflections import service as reflections
from bot.features.reflections import tasks
from bot.features.registry import FEATURES
from bot.features.settings import service
from bot.features.study import planning
from bot.features.study import service as study
from bot.features.todo import service as todo
from bot.kit import branch_settings
from bot.kit.activities import coming
from bot.kit.refusal import Refusal
from scheduler.calendar.days import Quarter
from storage.activities import notice_of
from storage.choices import AttendanceStatus, LeaveType, MakeupState, StudyItemKind, TaskAudience
from storage.engine import Storage
from storage.models.attendance import Makeup
from storage.models.audit import Audit
from storage.models.organisation import Organisation
from storage.models.reflection import ReflectionTask
from storage.models.study import StudyItem
from tests.counting import tally
from tests.features.activities.desk import SHANGHAI, START, TOLD, Desk, another_branch

SECRETARY = "甲一"
# The two of the base branch who are exempt all year.
EXEMPT = 2
LATER = START + timedelta(hours=3)


def put(desk: Desk, now: datetime = TOLD, by: str = SECRETARY, **said: Any) -> dict[str, list[Any]]:
    return service.save(desk.session, desk.me(by), said, now, SHANGHAI)


def test_only_what_differs_is_kept_and_noted(storage: Storage) -> None:
    with storage.transaction() as session:
        desk = Desk(session)
        other, _ = another_branch(session)
        assert put(desk, late_minutes="10", close_day="10") == {}
        assert put(desk, late_minutes="15", close_day="10", superior="某局党委") == {
            "late_minutes": [10, 15],
            "superior": ["", "某局党委"],
        }
        assert put(desk, late_minutes="15", superior="某局党委") == {}
        [line] = session.scalars(select(Audit).where(Audit.subject == service.SUBJECT))
        here = desk.cast.branch_id
        assert (line.branch_id, line.subject_id, line.actor_id) == (here, here, desk.cast[SECRETARY])
        assert line.details["changes"]["late_minutes"] == [10, 15]
        assert line.details["changes"]["superior"][1]["length"] == 4
        assert branch_settings.of_branch(session, other.branch_id) == branch_settings.USUAL


def test_what_else_the_branch_keeps_stays(storage: Storage) -> None:
    with storage.transaction() as session:
        desk = Desk(session)
        row = session.get_one(Organisation, desk.cast.branch_id)
        row.settings = {"sends": {"digest": "never"}, "exempt_from": ["study", "exam"], "late_minutes": "soon"}
        session.flush()
        assert put(desk, exempt_from=["attendance"]) == {"exempt_from": [["study", "exam"], ["attendance", "exam"]]}
        assert row.settings["sends"] == {"digest": "never"}
        assert row.settings["exempt_from"] == ["attendance", "exam"]
        assert service.standing(session, desk.cast.branch_id)["late_minutes"] == 10


@pytest.mark.parametrize("name", ["甲二", "丙一", "乙二", "甲三", "甲五"])
def test_nobody_else_may(storage: Storage, name: str) -> None:
    with storage.transaction() as session:
        desk = Desk(session)
        with pytest.raises(Refusal):
            put(desk, by=name, late_minutes="15")
        assert put(desk, by="乙一", late_minutes="15")


def test_a_sign_in_is_late_by_the_minutes_of_the_day_the_activity_was_made(storage: Storage) -> None:
    with storage.transaction() as session:
        desk = Desk(session)
        assert desk.activity.late_minutes == 10
        put(desk, late_minutes="0")
        new = desk.make(start_at=START + timedelta(days=3), end_at=START + timedelta(days=3, hours=1))
        assert (desk.activity.late_minutes, new.late_minutes) == (10, 0)
        assert desk.sign_in("甲五", after=9).status is AttendanceStatus.PRESENT


def _with_duty(desk: Desk) -> None:
    """甲五 is away for official duty and makes up, 甲六 is away for it and does not, 甲七 is ill; the rest came."""
    for name, kind in (("甲五", LeaveType.OFFICIAL_DUTY), ("甲六", LeaveType.OFFICIAL_DUTY), ("甲七", LeaveType.SICK)):
        desk.decide(desk.leave(name, kind))
    # One that nobody has approved is none.
    desk.leave("甲八", LeaveType.OFFICIAL_DUTY)
    desk.settle()
    made = {"activity_id": desk.activity.id, "state": MakeupState.ACCEPTED, "done_on": date(2023, 7, 10)}
    desk.session.add(Makeup(person_id=desk.cast["甲五"], **made))
    desk.session.flush()


@pytest.mark.parametrize(
    ("said", "counts", "rates"),
    [
        ("leave", (23, 19, 3, 1), ("82.6", "87.0")),
        ("present", (23, 21, 1, 1), ("91.3", "91.3")),
        ("excluded", (21, 19, 1, 1), ("90.5", "90.5")),
    ],
)
def test_official_duty_counts_as_set(
    storage: Storage, said: str, counts: tuple[int, ...], rates: tuple[str, str]
) -> None:
    with storage.transaction() as session:
        desk = Desk(session)
        _with_duty(desk)
        put(desk, official_duty_as=said)
        roll = activities.roll(session, desk.activity, SHANGHAI)
        assert tuple(map(len, (roll.expected, roll.present, roll.leave, roll.absent))) == counts
        assert (str(roll.attendance_rate), str(roll.coverage_rate)) == rates
        # Hours need one to have been there, or to have made up.
        figures = tally(session, desk.cast.branch_id, Quarter(2023, 3), LATER + timedelta(days=30), SHANGHAI).figures
        assert f"P{desk.cast['甲五']}" in figures["hours"]
        assert f"P{desk.cast['甲六']}" not in figures["hours"]


def test_how_a_closed_quarter_was_counted_stays(storage: Storage) -> None:
    with storage.transaction() as session:
        desk = Desk(session)
        _with_duty(desk)
        put(desk, now=datetime(2023, 10, 11, tzinfo=SHANGHAI), official_duty_as="excluded", exempt_from=["study"])
        roll = activities.roll(session, desk.activity, SHANGHAI)
        assert tuple(map(len, (roll.expected, roll.present, roll.leave))) == (23, 19, 3)


def test_an_exemption_frees_from_what_the_branch_has_set(storage: Storage) -> None:
    with storage.transaction() as session:
        desk = Desk(session)
        by = {"branch_id": desk.cast.branch_id, "created_by_id": desk.cast["甲二"], "created_at": TOLD}
        days = {"assigned_on": date(2023, 7, 5), "due_on": date(2023, 7, 20)}
        item = StudyItem(title="书目", kind=StudyItemKind.BOOK, **days, **by)
        row = ReflectionTask(
            title="心得", activity_id=desk.activity.id, audience=TaskAudience.ALL_MEMBERS, due_on=date(2023, 8, 1), **by
        )
        session.add_all([item, row])
        session.flush()
        notice = notice_of(session, desk.activity.id)
        assert notice is not None
        notice.text = "通知"
        for kept in (["attendance", "study", "reflection"], ["study"], ["attendance"], ["reflection"], []):
            put(desk, exempt_from=kept)
            free = {what: EXEMPT if what in kept else 0 for what in ("attendance", "study", "reflection")}
            [task] = reflections.load(session, desk.cast.branch_id, SHANGHAI, [row.id])
            asked = list(notices.owing(session, desk.cast.branch_id, TOLD, SHANGHAI))
            found = {
                "attendance": len(coming(session, desk.activity, SHANGHAI)),
                "study": len(study.expected(session, desk.cast.branch_id, [item])[item.id]),
                "reflection": len(reflections.expected(session, task)),
            }
            assert found == {what: 25 - free[what] for what in free}
            on_card = notice_cards.count(session, desk.activity, notice, SHANGHAI).expected
            assert (len(asked), on_card) == (found["attendance"], found["attendance"])
            assert len(activities.roll(session, desk.activity, SHANGHAI).expected) == found["attendance"]
            assert len(planning.learners(session, desk.cast.branch_id, TOLD.date())) == found["study"]
            assert len(reflections.to_tell(session, task, TOLD.date())) == found["reflection"]
            known = todo.standing(session, FEATURES, desk.cast.branch_id, LATER, SHANGHAI)
            assert len(known.spared) == (EXEMPT if len(kept) == 3 else 0)


def test_cadres_begin_where_the_branch_has_set_it(storage: Storage) -> None:
    with storage.transaction() as session:
        desk = Desk(session)
        plan = tasks.Plan(
            title="心得",
            audience=TaskAudience.SECTION_RANK_AND_ABOVE,
            due_on=date(2023, 8, 1),
            activity_id=desk.activity.id,
        )
        row = tasks.make(session, desk.me("甲二"), plan, TOLD, SHANGHAI)
        before = reflections.expected(session, reflections.load(session, desk.cast.branch_id, SHANGHAI, [row.id])[0])
        put(desk, cadre_min_rank="section")
        [task] = reflections.load(session, desk.cast.branch_id, SHANGHAI, [row.id])
        after = reflections.expected(session, task)
        assert set(after) < set(before)
        assert 0 < len(after) < len(before)
        for person in set(before) - set(after):
            assert not reflections.welcome(session, task, person)
