"""补学提示: when, to whom and what it says; on both databases."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from bot.features.activities import service
from bot.features.leave import jobs, makeups, prompting
from bot.features.leave import service as leave
from scheduler.jobs import NotReady, Owed
from scheduler.promises import promise_all
from storage.choices import AttendanceStatus, LeaveType
from storage.engine import Storage
from storage.models.activity import Activity
from storage.models.attendance import Attendance
from storage.models.person import RosterSpan
from storage.roster import roster
from tests.features.activities.desk import SHANGHAI, START, Desk

# A Friday.
OVER = START + timedelta(hours=2)


def local(when: str) -> datetime:
    return datetime.fromisoformat(when).replace(tzinfo=SHANGHAI)


def settled(desk: Desk, *missing: str, at: datetime = OVER) -> None:
    gone = [desk.cast[name] for name in missing]
    service.settle(desk.session, desk.me("甲二"), desk.activity, gone, at, SHANGHAI)
    desk.session.flush()


def due(desk: Desk, until: datetime, since: datetime = START) -> list[datetime]:
    """When it goes, of all that is found between two instants."""
    found = prompting.times(desk.session, since, until, None, SHANGHAI)
    assert found == prompting.times(desk.session, since, until, desk.cast.branch_id, SHANGHAI)
    return sorted(each.at for _, each in found)


def told(desk: Desk, now: datetime = OVER) -> dict[str, Owed]:
    """By name, without those who were told before."""
    desk.session.flush()
    names = {row: name for name, row in desk.cast.people.items()}
    owed = jobs.prompts(desk.session, desk.activity.id, now + timedelta(days=1), now, SHANGHAI)
    rows = promise_all(desk.session, owed, job=jobs.PROMPT, branch_id=desk.cast.branch_id, now=now)
    return {names[one.person_id or 0]: one for one, row in zip(owed, rows, strict=True) if row is not None}


def now_says(desk: Desk, one: Owed, now: datetime = OVER) -> dict[str, Any] | None:
    desk.session.flush()
    return jobs.prompt_now(desk.session, one.about["activity"], one.about["person"], now, SHANGHAI)


@pytest.mark.parametrize(
    ("completed", "goes", "dropped"),
    [
        ("2023-07-07 16:30", "2023-07-07 16:30", "2023-07-11 20:30"),
        ("2023-07-07 20:30", "2023-07-07 20:30", "2023-07-11 20:30"),
        ("2023-07-07 20:31", "2023-07-10 09:00", "2023-07-12 20:30"),
        ("2023-07-08 10:00", "2023-07-10 09:00", "2023-07-12 20:30"),
        ("2023-07-10 08:29", "2023-07-10 09:00", "2023-07-12 20:30"),
        ("2023-07-10 08:30", "2023-07-10 08:30", "2023-07-12 20:30"),
    ],
)
def test_at_once_or_on_the_next_working_morning(storage: Storage, completed: str, goes: str, dropped: str) -> None:
    with storage.transaction() as session:
        desk = Desk(session)
        settled(desk, "甲四", at=local(completed))
        late = local(goes) + timedelta(days=3)
        assert due(desk, late) == [local(goes)]
        assert due(desk, local(goes) - timedelta(minutes=1)) == []
        assert due(desk, late, since=local(goes)) == [local(goes)]
        [(_, one)] = prompting.times(session, START, late, None, SHANGHAI)
        assert one.until == local(dropped)


def test_over_the_holidays(storage: Storage) -> None:
    """The make-up Saturday is a working day."""
    with storage.transaction() as session:
        start = local("2023-09-28 19:00")
        desk = Desk(session, start_at=start, end_at=start + timedelta(hours=1))
        settled(desk, "甲四", at=local("2023-09-28 20:31"))
        assert due(desk, local("2023-10-09 12:00"), since=start) == [local("2023-10-07 09:00")]


def test_leave_and_absence_are_told_apart(storage: Storage) -> None:
    """Who came, who is exempt, whose leave waits and a guest hear nothing."""
    with storage.transaction() as session:
        desk = Desk(session)
        desk.decide(desk.leave("甲五", LeaveType.OFFICIAL_DUTY))
        desk.decide(desk.leave("甲六"), approve=False)
        desk.leave("甲七")
        desk.sign_in("乙八")
        settled(desk, "甲六", "甲八", "丙八")
        found = told(desk)
        assert set(found) == {"甲五", "甲六", "甲八"}
        assert found["甲五"].message["text"] == (
            "甲五同志，7月主题党日您请假（公差），请于7月14日（含）前补学，文字、语音、照片、文件均可。"
        )
        absent = "您的考勤记为缺席，如有出入请联系组织委员；可于7月14日（含）前补学。"
        assert found["甲六"].message["text"] == f"甲六同志，7月主题党日{absent}"
        assert found["甲八"].message["text"] == f"甲八同志，7月主题党日{absent}"
        labels = {row[0]["text"] for one in found.values() for row in one.message["inline"]}
        assert labels == {"提交补学"}


@pytest.mark.parametrize("missing", [(), ("甲四",), ("甲四", "乙四", "丙四")])
def test_nobody_one_many(storage: Storage, missing: tuple[str, ...]) -> None:
    with storage.transaction() as session:
        desk = Desk(session)
        settled(desk, *missing)
        assert set(told(desk)) == set(missing)


def test_a_roll_that_is_not_complete_tells_nobody(storage: Storage) -> None:
    with storage.transaction() as session:
        desk = Desk(session)
        desk.decide(desk.leave("甲五"))
        session.flush()
        assert due(desk, OVER + timedelta(days=3)) == []
        assert told(desk) == {}


def _hands_in(desk: Desk, name: str) -> None:
    makeups.hand_in_makeup(desk.session, desk.me(name), desk.activity.id, "已学", [], OVER, SHANGHAI)


def _is_present(desk: Desk, name: str) -> None:
    person, later = desk.cast[name], OVER + timedelta(minutes=1)
    service.mark(desk.session, desk.me("甲二"), desk.activity, person, AttendanceStatus.PRESENT, later)


def _has_left(desk: Desk, name: str) -> None:
    mine = RosterSpan.person_id == desk.cast[name]
    desk.session.execute(update(RosterSpan).where(mine).values(to_on=OVER.date()))


@pytest.mark.parametrize("happens", [_hands_in, _is_present, _has_left])
def test_asked_again_at_the_moment_of_sending(storage: Storage, happens: Any) -> None:
    with storage.transaction() as session:
        desk = Desk(session)
        settled(desk, "甲四")
        [one] = told(desk).values()
        assert now_says(desk, one) == one.message
        happens(desk, "甲四")
        assert now_says(desk, one) is None
        assert told(desk) == {}


def test_it_is_worded_from_the_record_as_it_stands_then(storage: Storage) -> None:
    with storage.transaction() as session:
        desk = Desk(session)
        settled(desk, "甲四")
        [one] = told(desk).values()
        _enters(desk, "甲四", OVER)
        said = now_says(desk, one)
        assert said is not None
        assert said["text"].startswith("甲四同志，7月主题党日您请假（病假），请于7月14日（含）前补学")


def _enters(desk: Desk, name: str, at: datetime) -> None:
    [person] = roster(desk.session, desk.cast.branch_id, START.date(), [desk.cast[name]])
    leave.enter_leave(desk.session, desk.me("甲二"), desk.activity, person, LeaveType.SICK, at, SHANGHAI)


def test_a_correction_tells_only_who_is_newly_concerned(storage: Storage) -> None:
    with storage.transaction() as session:
        desk = Desk(session)
        settled(desk, "甲四")
        assert set(told(desk)) == {"甲四"}
        later = OVER + timedelta(minutes=20)
        service.mark(session, desk.me("甲二"), desk.activity, desk.cast["甲五"], AttendanceStatus.ABSENT, later)
        _enters(desk, "甲六", later + timedelta(minutes=1))
        session.flush()
        assert due(desk, later + timedelta(hours=1)) == [OVER, later, later + timedelta(minutes=1)]
        assert set(told(desk, later + timedelta(minutes=1))) == {"甲五", "甲六"}
        # What became of it is no news a second time.
        settled(desk, "甲四", "甲七", at=later + timedelta(hours=1))
        assert told(desk, later + timedelta(hours=1)) == {}
        statuses = session.scalars(select(Attendance.status).where(Attendance.person_id == desk.cast["甲七"]))
        assert AttendanceStatus.PRESENT in set(statuses)


def test_leave_that_is_approved_after_the_roll_was_told_with_the_approval(storage: Storage) -> None:
    with storage.transaction() as session:
        desk = Desk(session)
        row = desk.leave("甲五")
        settled(desk)
        assert told(desk) == {}
        desk.decide(row, at=OVER + timedelta(minutes=5))
        assert told(desk, OVER + timedelta(minutes=5)) == {}


@pytest.mark.parametrize(
    ("now", "goes"),
    [("2023-07-14 20:30", True), ("2023-07-17 09:00", False)],
)
def test_not_once_its_last_day_is_over(storage: Storage, now: str, goes: bool) -> None:
    with storage.transaction() as session:
        desk = Desk(session)
        settled(desk, "甲四", at=local(now))
        assert bool(told(desk, local(now))) is goes


@pytest.mark.parametrize("now", ["2023-07-08 10:00", "2023-07-07 20:31", "2023-07-10 08:29"])
def test_back_after_an_outage_it_waits_for_the_hours(storage: Storage, now: str) -> None:
    with storage.transaction() as session:
        desk = Desk(session)
        settled(desk, "甲四")
        with pytest.raises(NotReady):
            jobs.prompts(session, desk.activity.id, OVER, local(now), SHANGHAI)


def nudges(session: Session, desk: Desk, now: datetime) -> list[str]:
    [one] = makeups.owing(session, desk.cast.branch_id, now, SHANGHAI, desk.cast["甲五"])
    return [f"{each:%m-%d %H:%M}" for each in one.nudges]


@pytest.mark.parametrize(
    ("completed", "days"),
    [
        ("2023-07-07 16:30", ["07-11 09:00", "07-14 09:00"]),
        # Told on the day of the first nudge, which is left out; on the last day there is none.
        ("2023-07-10 20:31", ["07-14 09:00"]),
        ("2023-07-11 10:00", ["07-14 09:00"]),
        ("2023-07-13 20:31", []),
    ],
)
def test_then_the_nudges(storage: Storage, completed: str, days: list[str]) -> None:
    with storage.transaction() as session:
        desk = Desk(session)
        desk.decide(desk.leave("甲五"))
        settled(desk, at=local(completed))
        assert nudges(session, desk, local(completed)) == days


def test_what_it_is_called_where_it_did_not_arrive(storage: Storage) -> None:
    from bot.kit.titles import PromiseGroup

    with storage.transaction() as session:
        desk = Desk(session)
        group = PromiseGroup(desk.cast.branch_id, f"{jobs.PROMPT}:{desk.activity.id}")
        assert jobs.TITLES[jobs.PROMPT](session, [group]) == {group: "7月主题党日补学提示"}
        assert session.get_one(Activity, desk.activity.id).title == "7月主题党日"
