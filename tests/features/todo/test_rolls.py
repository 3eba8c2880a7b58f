"""A roll that nobody has completed is asked for once more: on which days, of whom, as a line of the day's one nudge."""

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from bot.features.activities import waiting
from bot.features.minutes import waiting as minutes
from bot.features.registry import FEATURES
from bot.features.todo import jobs, nudge_keys, service
from scheduler.calendar.days import BUNDLED
from scheduler.jobs import Occurrence, Owed
from scheduler.promises import promise_all
from storage.choices import ActivityType, Scope
from storage.engine import Storage
from storage.models.activity import Activity
from storage.models.person import Person
from tests.features.activities.desk import SHANGHAI, Desk

LINE = "7月主题党日（7月7日）：请点名登记考勤。"


def local(when: str) -> datetime:
    return datetime.fromisoformat(when).replace(tzinfo=SHANGHAI)


def nudges(desk: Desk, when: str) -> dict[str, Owed]:
    """By name, at nine."""
    desk.session.flush()
    names = {row: name for name, row in desk.cast.people.items()}
    found = jobs.nudges(desk.session, FEATURES, desk.cast.branch_id, local(f"{when} 09:00"), SHANGHAI)
    return {names[one.person_id or 0]: one for one in found}


def ended(session: Session, end: str, **changes: object) -> Desk:
    """An activity of an hour until then, made by the organization officer."""
    until = local(end)
    return Desk(session, start_at=until - timedelta(hours=1), end_at=until, **changes)


@pytest.mark.parametrize(
    ("end", "asked"),
    [
        ("2023-07-07 16:30", ["2023-07-10", "2023-07-12", "2023-07-14"]),
        # Of a Saturday from Monday on.
        ("2023-07-08 16:30", ["2023-07-10", "2023-07-12", "2023-07-14"]),
        # Before a holiday with its make-up days, and on one of them; on the 11th the third quarter takes no more.
        ("2023-09-28 16:30", ["2023-10-07", "2023-10-09"]),
        ("2023-10-07 16:30", ["2023-10-08", "2023-10-10", "2023-10-12"]),
        # At night it is asked first on the next morning: that is no second time.
        ("2023-07-10 22:30", ["2023-07-13", "2023-07-17"]),
        ("2023-07-07 22:30", ["2023-07-10", "2023-07-12", "2023-07-14"]),
    ],
)
def test_on_the_first_third_and_fifth_working_day(storage: Storage, end: str, asked: list[str]) -> None:
    with storage.transaction() as session:
        desk, after = ended(session, end), local(end).date()
        days = [after + timedelta(days=number) for number in range(1, 20)]
        working = [f"{day}" for day in days if BUNDLED.is_working_day(day)]
        assert [day for day in working if nudges(desk, day)] == asked
        assert desk.cast.branch_id in set(waiting.nearing(session, local(f"{asked[-1]} 09:00"), SHANGHAI))
        desk.activity.created_at = local(f"{asked[0]} 10:00")
        assert nudges(desk, asked[0]) == {}, "what was entered later is asked for from then on"
        assert nudges(desk, f"{BUNDLED.working_day_after(date.fromisoformat(asked[0]), 1)}") != {}


def test_of_its_maker_and_the_organization_officer_as_far_as_they_may_call_it(storage: Storage) -> None:
    with storage.transaction() as session:
        desk = ended(session, "2023-07-07 16:30")
        found = nudges(desk, "2023-07-10")
        assert set(found) == {"甲二"}
        assert found["甲二"].message["text"] == f"甲二同志，您有1项待办：\n1. {LINE}"
        assert [[one["text"] for one in row] for row in found["甲二"].message["inline"]] == [
            ["点名第1项"],
            ["稍后提醒"],
        ]
        desk.activity.created_by_id = desk.cast["乙一"]
        assert set(nudges(desk, "2023-07-10")) == {"乙一", "甲二"}
        # The publicity officer may make it, not call its roll.
        desk.activity.created_by_id = desk.cast["丙一"]
        assert set(nudges(desk, "2023-07-10")) == {"甲二"}
        # Who cannot be reached is no officer to ask: it falls to the secretary.
        session.execute(update(Person).where(Person.id == desk.cast["甲二"]).values(reachable=False))
        assert set(nudges(desk, "2023-07-10")) == {"甲一"}


def test_a_leader_is_asked_for_the_meeting_of_the_own_group(storage: Storage) -> None:
    with storage.transaction() as session:
        desk = ended(session, "2023-07-07 16:30")
        desk.settle()
        start, group = local("2023-07-06 09:00"), desk.cast.groups["第二党小组"]
        kinds, until = [ActivityType.GROUP_MEETING], start + timedelta(hours=1)
        meeting = {"types": kinds, "start_at": start, "end_at": until, "scope": Scope.GROUP, "group_id": group}
        desk.make(by="乙三", **meeting)
        assert set(nudges(desk, "2023-07-07")) == {"乙三", "甲二"}


def test_once_it_is_called_or_off_nobody_is_asked_and_what_waits_does_not_go(storage: Storage) -> None:
    with storage.transaction() as session:
        desk = ended(session, "2023-07-07 16:30")
        [one] = nudges(desk, "2023-07-10").values()
        rows = promise_all(session, [one], job=jobs.NUDGE, branch_id=desk.cast.branch_id, now=local("2023-07-10 09:00"))
        assert rows != [None]
        # The clock goes back behind nine: the key is taken, nobody hears it twice.
        assert nudge_keys.of_day(session, [desk.cast["甲二"]], date(2023, 7, 10), local("2023-07-10 09:01")).sent
        now = local("2023-07-10 09:01")
        assert jobs.ask_again(session, FEATURES, dict(one.about), now, SHANGHAI) == one.message
        desk.settle()
        session.flush()
        # Once it is held, it is the minutes that are asked for.
        [asked] = nudges(desk, "2023-07-12").values()
        assert "点名" not in asked.message["text"]
        assert "会议记录1份" in asked.message["text"]
        minutes.SWITCH.turn(session, desk.me("甲一"), False, now)
        assert nudges(desk, "2023-07-12") == {}
        assert jobs.ask_again(session, FEATURES, dict(one.about), now, SHANGHAI) is None


def test_it_is_nothing_that_members_owe(storage: Storage) -> None:
    """In no 未完成名单; where only it was missed, nobody is told of nudges that 一键提醒 could make good."""
    with storage.transaction() as session:
        desk = ended(session, "2023-07-07 16:30")
        now = local("2023-07-10 09:00")
        assert service.owing(session, FEATURES, desk.cast.branch_id, now, SHANGHAI) == []
        occurrence = Occurrence.of("2023-07-10", now, local("2023-07-10 20:30"))
        assert jobs.nudges_missed(session, FEATURES, desk.cast.branch_id, occurrence, SHANGHAI) == []
        assert [one.line for one in waiting.waiting(session, desk.me("甲二"), now, SHANGHAI)] == [LINE]


def test_many_are_one_message_the_oldest_first(storage: Storage) -> None:
    with storage.transaction() as session:
        desk = ended(session, "2023-07-07 16:30")
        for number in range(11):
            start = local("2023-07-07 08:00") + timedelta(minutes=30 * number)
            desk.make(start_at=start, end_at=start + timedelta(minutes=10), title=f"座谈{number}")
        [one] = nudges(desk, "2023-07-10").values()
        text = one.message["text"]
        assert text.startswith("甲二同志，您有12项待办：\n1. 座谈0（7月7日）：请点名登记考勤。")
        assert "另有2项，请点“我的待办”查看。" in text
        session.execute(update(Activity).values(end_at=local("2023-07-11 10:00")))
        assert nudges(desk, "2023-07-10") == {}
