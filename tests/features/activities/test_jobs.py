"""The question at the end of an activity: when it is asked, and what it says."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from bot.features.activities import jobs, messages, rules
from scheduler.jobs import NotReady
from storage.choices import ActivityStatus, ActivityType
from storage.engine import Storage
from storage.models.activity import Activity
from tests.features.activities.desk import SHANGHAI, START, TOLD, Desk

DAY = timedelta(days=1)


def local(when: str) -> datetime:
    return datetime.fromisoformat(when).replace(tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("ends", "asked"),
    [
        ("2023-07-07 16:30", "2023-07-07 16:30"),
        ("2023-07-08 16:30", "2023-07-08 16:30"),
        ("2023-07-07 22:00", "2023-07-07 22:00"),
        ("2023-07-07 22:01", "2023-07-08 09:00"),
        ("2023-07-07 23:59", "2023-07-08 09:00"),
        ("2023-07-08 00:30", "2023-07-08 09:00"),
        ("2023-07-08 06:59", "2023-07-08 09:00"),
        ("2023-07-08 07:00", "2023-07-08 07:00"),
        ("2023-12-31 22:30", "2024-01-01 09:00"),
    ],
)
def test_it_is_asked_at_the_end_but_not_at_night(storage: Storage, ends: str, asked: str) -> None:
    """Once, whatever span is looked at, at the minute and not before."""
    with storage.transaction() as session:
        desk = Desk(session)
        desk.activity.end_at, desk.activity.start_at = local(ends), local(ends) - timedelta(hours=2)
        session.flush()
        at = local(asked)
        for since, until, times in (
            (at - timedelta(minutes=1), at, 1),
            (at - DAY, at - timedelta(minutes=1), 0),
            (at + timedelta(minutes=1), at + DAY, 0),
            (at - DAY, at + DAY, 1),
        ):
            found = jobs.ends(session, since, until, desk.cast.branch_id)
            assert [occurrence.at for _, occurrence in found] == [at] * times, (since, until)


def test_what_is_entered_afterwards_is_asked_about_at_once(storage: Storage) -> None:
    with storage.transaction() as session:
        desk = Desk(session)
        desk.activity.created_at = START + DAY
        session.flush()
        since = START + DAY - timedelta(minutes=1)
        assert len(jobs.ends(session, since, START + DAY, None)) == 1
        desk.settle()
        session.flush()
        assert jobs.ends(session, since, START + DAY, None) == []


def test_to_whom_and_once_it_is_completed_to_nobody(storage: Storage) -> None:
    """The maker and the organization officer."""
    with storage.transaction() as session:
        desk = Desk(session)
        desk.activity = desk.make("乙一")
        session.flush()
        asked = jobs.ask_to_settle(session, desk.activity.id, TOLD, SHANGHAI)
        assert [owed.person_id for owed in asked] == [desk.cast["乙一"], desk.cast["甲二"]]
        desk.settle()
        assert jobs.ask_to_settle(session, desk.activity.id, TOLD, SHANGHAI) == []
        assert session.scalars(select(Activity.status).where(Activity.id == desk.activity.id)).one() is (
            ActivityStatus.HELD
        )


@pytest.mark.parametrize(
    ("came", "late", "leave", "pending", "said"),
    [
        (20, 0, 2, 0, "应到23人，已签到20人，请假2人，未登记1人"),
        (20, 1, 1, 1, "应到23人，已签到20人（迟到1人），请假1人，另有待审批1人，未登记1人"),
        (20, 0, 0, 2, "应到23人，已签到20人，请假待审批2人，未登记1人"),
        (23, 0, 0, 0, "应到23人，已签到23人"),
        (0, 0, 0, 0, "应到23人，未登记23人"),
    ],
)
def test_what_it_says(came: int, late: int, leave: int, pending: int, said: str) -> None:
    people = tuple(range(1, 24))
    away = people[came:]
    roll = rules.Roll(
        expected=people,
        present=people[:came],
        late=people[:late],
        leave=away[:leave],
        absent=away[leave:],
        unmarked=away[leave:],
        unrecorded=away[leave + pending :],
        made_up=(),
        observers=(),
    )
    shown = messages.Shown(roll, away[leave : leave + pending], rules.Phase.OVER)
    activity = Activity(id=1, title="7月主题党日", start_at=TOLD)
    message = messages.to_settle(activity, shown, calls=True)
    assert message.text == f"7月主题党日已结束：{said}。请点“点名”核对。"
    assert [choice.label for row in message.rows for choice in row] == ["点名", "考勤名单"]


def test_the_roll_is_offered_to_who_may_call_it(storage: Storage) -> None:
    """Whoever made it may be no officer any more, or one of a field of the own: the list is seen, the roll is not."""
    with storage.transaction() as session:
        desk = Desk(session)
        made = desk.make("丙一", types=[ActivityType.LEAD_STUDY])
        session.flush()
        asked = {owed.person_id: owed.message for owed in jobs.ask_to_settle(session, made.id, TOLD, SHANGHAI)}
        labels = {
            person: [button["text"] for row in message["inline"] for button in row] for person, message in asked.items()
        }
        assert labels == {desk.cast["丙一"]: ["考勤名单"], desk.cast["甲二"]: ["点名", "考勤名单"]}
        assert asked[desk.cast["丙一"]]["text"].endswith("点名由组织委员办理。")


@pytest.mark.parametrize(
    ("back", "again"),
    [
        ("2023-07-07 22:01", "2023-07-08 07:00"),
        ("2023-07-08 03:00", "2023-07-08 07:00"),
        ("2023-07-08 06:59", "2023-07-08 07:00"),
    ],
)
def test_a_bot_that_is_back_at_night_asks_in_the_morning(storage: Storage, back: str, again: str) -> None:
    with storage.transaction() as session:
        desk = Desk(session)
        with pytest.raises(NotReady) as waits:
            jobs.ask_to_settle(session, desk.activity.id, local(back), SHANGHAI)
        assert waits.value.again == local(again)
        assert jobs.ask_to_settle(session, desk.activity.id, local(again), SHANGHAI)
