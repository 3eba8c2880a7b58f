"""活动提醒 and 签到开始: when, to whom, and what they say; on both databases."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from bot.features.activities import cards, jobs, messages, planning, reminding
from bot.features.leave import service as leave
from bot.features.notices import service as notices
from bot.features.notices.owing import owing
from bot.features.reminders import service as switches
from bot.features.reminders.buttons import Send
from bot.playground.story import COMMITTEE
from scheduler.calendar.days import BUNDLED
from scheduler.jobs import Owed
from scheduler.promises import promise_all
from storage.choices import ActivityType, Lane, LeaveType, OutboxState, Scope
from storage.engine import Storage
from storage.models.notice import Notice
from storage.models.outbox import Outbox
from storage.models.person import Person
from tests.features.activities.desk import SHANGHAI, START, TOLD, Desk

THURSDAY, FRIDAY = date(2023, 7, 6), date(2023, 7, 7)
EXEMPT = {"乙八", "丙八"}


def local(when: str) -> datetime:
    return datetime.fromisoformat(when).replace(tzinfo=SHANGHAI)


def made(desk: Desk, start: str, **changes: Any) -> None:
    begins = local(start)
    desk.make(start_at=begins, end_at=begins + timedelta(hours=1), **changes)


def owed(desk: Desk, day: date) -> dict[str, Owed]:
    """By name, asked for at its hour."""
    desk.session.flush()
    names = {row: name for name, row in desk.cast.people.items()}
    return {names[one.person_id or 0]: one for one in jobs.reminders(desk.session, desk.cast.branch_id, day, SHANGHAI)}


def labels(message: Mapping[str, Any]) -> list[str]:
    return [choice["text"] for row in message["inline"] for choice in row]


@pytest.mark.parametrize(
    ("start", "reminded"),
    [
        ("2023-07-07 14:30", "2023-07-06"),
        # A Saturday, a Sunday and a Monday: on the Friday before.
        ("2023-07-08 09:00", "2023-07-07"),
        ("2023-07-09 09:00", "2023-07-07"),
        ("2023-07-10 09:00", "2023-07-07"),
        # After the holiday, and in it: on the day before it. The make-up Saturday, the one before it and the next.
        ("2023-10-07 09:00", "2023-09-28"),
        ("2023-10-03 09:00", "2023-09-28"),
        ("2023-10-08 09:00", "2023-10-07"),
        ("2023-10-09 09:00", "2023-10-08"),
        # At midnight and at the last minute of a day.
        ("2023-07-07 00:00", "2023-07-06"),
        ("2023-07-07 23:59", "2023-07-06"),
        ("2024-01-02 09:00", "2023-12-29"),
    ],
)
def test_on_the_last_working_day_before_and_on_no_other(storage: Storage, start: str, reminded: str) -> None:
    with storage.transaction() as session:
        begins = local(start)
        desk = Desk(session, start_at=begins, end_at=begins + timedelta(minutes=1))
        days = [begins.date() - timedelta(days=number) for number in range(13)]
        working = [day for day in days if BUNDLED.is_working_day(day)]
        assert [f"{day}" for day in working if owed(desk, day)] == [reminded]
        asked = set(reminding.concerned(session, local(f"{reminded} 16:30"), SHANGHAI))
        assert asked == {desk.cast.branch_id}


def test_whoever_is_expected_and_has_asked_no_leave(storage: Storage) -> None:
    """Leave that waits or is approved spares, and an exemption; a refused one does not."""
    with storage.transaction() as session:
        desk = Desk(session)
        desk.leave("甲四")
        desk.decide(desk.leave("甲五"))
        desk.decide(desk.leave("甲六"), approve=False)
        notice = session.scalars(select(Notice)).one()
        notices.acknowledge(session, desk.me("甲七"), notice.id, TOLD)
        found = owed(desk, THURSDAY)
        assert set(found) == set(desk.cast.people) - EXEMPT - {"甲四", "甲五"}
        assert found["甲六"].message["text"] == (
            "【活动提醒】7月主题党日：7月7日（周五）14:30，三楼会议室。不能参加的，请在开始前点“请假”。"
        )
        assert labels(found["甲六"].message) == ["收到", "请假"]
        assert labels(found["甲七"].message) == ["请假"]
        assert found["甲一"].expires_at == local("2023-07-06 20:30")


@pytest.mark.parametrize(
    ("scope", "who"),
    [
        ({"scope": Scope.COMMITTEE, "types": [ActivityType.COMMITTEE_MEETING]}, set(COMMITTEE)),
        ({"scope": Scope.GROUP, "types": [ActivityType.GROUP_MEETING]}, {f"甲{n}" for n in "一二三四五六七八九"}),
    ],
    ids=["committee", "group"],
)
def test_of_every_scope_whom_it_is_for(storage: Storage, scope: dict[str, Any], who: set[str]) -> None:
    """Who holds two offices is told once."""
    with storage.transaction() as session:
        desk = Desk(session, start_at=local("2023-07-20 09:00"), end_at=local("2023-07-20 10:00"))
        group = desk.cast.groups["第一党小组"] if scope["scope"] is Scope.GROUP else None
        desk.make(**scope, group_id=group)
        assert set(owed(desk, THURSDAY)) == who


@pytest.mark.parametrize(("told", "goes"), [("2023-07-05 23:59", True), ("2023-07-06 00:00", False)])
def test_none_of_what_was_published_that_same_day(storage: Storage, told: str, goes: bool) -> None:
    with storage.transaction() as session:
        desk = Desk(session)
        session.execute(update(Notice).values(created_at=local(told)))
        assert bool(owed(desk, THURSDAY)) is goes


@pytest.mark.parametrize("many", [2, 15, 40])
def test_all_of_the_next_days_are_one_message(storage: Storage, many: int) -> None:
    """On a Friday those of Saturday and Monday too, the nearest first; it fits, however many there are."""
    with storage.transaction() as session:
        desk = Desk(session, start_at=local("2023-07-10 14:30"), end_at=local("2023-07-10 16:30"))
        for number in range(many - 1):
            made(desk, f"2023-07-08 {8 + number // 6:02}:{number % 6}0", title="很" * 200, place="远" * 200)
        one = owed(desk, FRIDAY)["甲四"]
        text, taps = one.message["text"], labels(one.message)
        assert len(one.keys) == many
        assert text.startswith(f"【活动提醒】您有{many}项活动：\n1. 很")
        assert len(text) < 4096
        assert text.endswith("\n不能参加的，请在开始前点“请假”。")
        shown = min(many, messages.MOST_REMINDED)
        assert len(taps) == 2 * shown
        assert taps[:4] == ["收到第1项", "请假第1项", "收到第2项", "请假第2项"]
        assert (f"另有{many - shown}项，请以活动通知为准。" in text) is (many > shown)
        assert (many > shown) or f"{many}. 7月主题党日：7月10日（周一）14:30，三楼会议室。" in text


def test_what_it_says_is_what_stands_when_it_goes(storage: Storage) -> None:
    """Leave asked for meanwhile, another day, an activity that is off, a switch that was turned."""
    with storage.transaction() as session:
        desk = Desk(session)
        made(desk, "2023-07-07 17:00", place="", title="座谈")
        found = owed(desk, THURSDAY)

        def now(name: str) -> str | None:
            session.flush()
            said = jobs.reminder_now(session, dict(found[name].about), SHANGHAI)
            return said["text"] if said is not None else None

        assert "2. 座谈：7月7日（周五）17:00，地点另行通知。" in (now("甲四") or "")
        desk.leave("甲四")
        assert (now("甲四") or "").startswith("【活动提醒】座谈：")
        later = local("2023-07-06 17:00")
        planning.postpone(session, desk.me("甲二"), desk.activity, START + timedelta(days=7), later, SHANGHAI)
        assert (now("甲六") or "").startswith("【活动提醒】座谈：")
        switches.turn(session, desk.me("甲一"), Send.ACTIVITY_REMINDER, False, later)
        assert now("甲六") is None
        switches.turn(session, desk.me("甲一"), Send.ACTIVITY_REMINDER, True, later)
        [other] = reminding.of_day(session, desk.cast.branch_id, THURSDAY, BUNDLED, SHANGHAI, desk.cast["甲六"])
        planning.call_off(session, desk.me("甲二"), other.ahead[0].activity, later)
        assert now("甲六") is None


@pytest.mark.parametrize(
    ("reply_by", "nudged"),
    [
        ("2023-07-05 12:00", True),
        ("2023-07-05 08:30", True),
        ("2023-07-05 20:30", True),
        ("2023-07-05 08:29", False),
        ("2023-07-05 20:31", False),
        ("2023-07-08 12:00", False),
    ],
)
def test_it_asks_for_the_reply_where_the_nudge_may_not(storage: Storage, reply_by: str, nudged: bool) -> None:
    """A deadline outside the hours has no nudge; the reminder has 收到 for who has not answered."""
    with storage.transaction() as session:
        begins = local("2023-07-10 09:00")
        desk = Desk(session, start_at=begins, end_at=begins + timedelta(hours=1))
        cards.write_notice(session, desk.activity, SHANGHAI)
        session.execute(update(Notice).values(reply_by=local(reply_by)))
        session.flush()
        [owes] = owing(session, desk.cast.branch_id, TOLD, SHANGHAI, desk.cast["甲四"])
        assert owes.nudges == ((local(reply_by),) if nudged else ())
        assert labels(owed(desk, FRIDAY)["甲四"].message) == ["收到", "请假"]


def test_of_another_date_somebody_is_reminded_anew_and_of_the_same_never_twice(storage: Storage) -> None:
    with storage.transaction() as session:
        desk = Desk(session)

        def promised(day: date) -> int:
            rows = promise_all(
                session, list(owed(desk, day).values()), job=jobs.REMINDER, branch_id=desk.cast.branch_id, now=TOLD
            )
            return sum(row is not None for row in rows)

        # The clock goes back behind the hour, and it comes once more.
        assert [promised(THURSDAY), promised(THURSDAY)] == [23, 0]
        later = local("2023-07-06 18:00")
        planning.postpone(session, desk.me("甲二"), desk.activity, START + timedelta(days=7), later, SHANGHAI)
        assert promised(THURSDAY) == 0
        assert promised(date(2023, 7, 13)) == 23


@pytest.mark.parametrize("privately", [False, True])
def test_who_cannot_be_reached_is_named_once(storage: Storage, privately: bool) -> None:
    """Where the notice went to each it was said then; of a notice in the group it is news."""
    with storage.transaction() as session:
        desk = Desk(session)
        gone = [desk.cast["甲四"], desk.cast["甲五"]]
        session.execute(update(Person).where(Person.id.in_(gone)).values(reachable=False))
        session.flush()
        notice = session.scalars(select(Notice)).one()
        cards.write_notice(session, desk.activity, SHANGHAI)
        keys = [f"notice:{notice.id}:{person}" for person in gone] if privately else []
        told = [Owed((key,), {"text": "通知"}, person) for key, person in zip(keys, gone, strict=False)]
        promise_all(session, told, job=None, branch_id=desk.cast.branch_id, now=TOLD)
        # 甲五 had the notice, and has blocked the bot since.
        had = update(Outbox).where(Outbox.person_id == desk.cast["甲五"])
        session.execute(had.values(state=OutboxState.SENT))
        found = owed(desk, THURSDAY)
        assert ("甲四" in found) is not privately
        assert "甲五" in found
        [title] = jobs.TITLES.values()
        assert found["甲五"].keys[0].startswith(f"{jobs.REMINDER}:{desk.activity.id}:")
        assert title is not None


def test_where_nothing_is_planned_or_it_is_switched_off_nobody_hears(storage: Storage) -> None:
    with storage.transaction() as session:
        desk = Desk(session)
        secretary, now = desk.me("甲一"), local("2023-07-05 09:00")
        assert owed(desk, FRIDAY) == {}
        [goes] = switches.changed(session, secretary, Send.ACTIVITY_REMINDER, False, now, SHANGHAI)
        assert (goes.what, goes.when, goes.people) == ("活动提醒", local("2023-07-06 16:30"), 23)
        switches.turn(session, secretary, Send.ACTIVITY_REMINDER, False, now)
        assert owed(desk, THURSDAY) == {}
        assert switches.changed(session, secretary, Send.ACTIVITY_REMINDER, True, now, SHANGHAI) == []
        assert asked_back(session, desk, "2023-07-06 16:31") == []


def asked_back(session: Session, desk: Desk, when: str) -> list[switches.Goes]:
    """What does not go any more, once it has gone already."""
    switches.turn(session, desk.me("甲一"), Send.ACTIVITY_REMINDER, True, TOLD)
    leave.ask_leave(session, desk.me("甲四"), desk.activity.id, LeaveType.SICK, TOLD)
    return switches.changed(session, desk.me("甲一"), Send.ACTIVITY_REMINDER, False, local(when), SHANGHAI)


# --- 签到开始 --------------------------------------------------------------------------------------------------------


def opened(desk: Desk, now: str) -> list[Owed]:
    """What goes at an instant, of the one window that is open then."""
    desk.session.flush()
    at = local(now)
    found = jobs.windows(desk.session, at - timedelta(minutes=40), at, desk.cast.branch_id)
    return [
        one
        for _, occurrence in found
        if at <= occurrence.until
        for one in jobs.sign_in_opens(desk.session, occurrence, at, SHANGHAI)
    ]


def switched_on(session: Session, **changes: Any) -> Desk:
    desk = Desk(session, **changes)
    switches.turn(session, desk.me("甲一"), Send.SIGN_IN_OPENS, True, TOLD)
    return desk


@pytest.mark.parametrize(
    ("start", "opens"),
    [
        ("2023-07-07 14:30", "2023-07-07 14:00"),
        ("2023-07-08 09:00", "2023-07-08 08:30"),
        ("2023-07-07 07:30", "2023-07-07 07:00"),
        # Not at night: in the morning, while that is soon enough.
        ("2023-07-07 07:00", "2023-07-07 07:00"),
        ("2023-07-07 06:50", "2023-07-07 07:00"),
        ("2023-07-07 06:49", None),
        ("2023-07-07 22:30", "2023-07-07 22:00"),
        ("2023-07-07 22:31", None),
    ],
)
def test_the_window_opens_half_an_hour_before_and_not_at_night(storage: Storage, start: str, opens: str | None) -> None:
    with storage.transaction() as session:
        begins = local(start)
        switched_on(session, start_at=begins, end_at=begins + timedelta(hours=1))
        session.flush()
        found = jobs.windows(session, begins - timedelta(days=1), begins + timedelta(days=1), None)
        assert [one.at for _, one in found] == ([local(opens)] if opens else [])
        assert {one.until for _, one in found} <= {begins + timedelta(minutes=10)}


def test_each_who_is_still_to_sign_in_is_told(storage: Storage) -> None:
    """Where the notice stands in no group: not who asked for leave, or is there already."""
    with storage.transaction() as session:
        desk = switched_on(session)
        desk.leave("甲四")
        desk.decide(desk.leave("甲六"), approve=False)
        desk.sign_in("甲五", after=-25)
        found = opened(desk, "2023-07-07 14:00")
        names = {row: name for name, row in desk.cast.people.items()}
        assert {names[one.person_id or 0] for one in found} == set(desk.cast.people) - EXEMPT - {"甲四", "甲五"}
        one = next(one for one in found if one.person_id == desk.cast["甲六"])
        assert one.message["text"] == "【签到开始】7月主题党日14:30开始，到会请点“签到”。"
        assert labels(one.message) == ["签到", "请假"]
        assert (one.lane, one.expires_at) == (Lane.BROADCASTS, local("2023-07-07 14:40"))
        desk.sign_in("甲六", after=-10)
        session.flush()
        assert jobs.sign_in_opens_now(session, dict(one.about), SHANGHAI) is None


@pytest.mark.parametrize("why", ["off", "usual", "late", "just published", "cancelled", "moved"])
def test_nothing_is_said(storage: Storage, why: str) -> None:
    with storage.transaction() as session:
        desk = Desk(session) if why == "usual" else switched_on(session)
        now = "2023-07-07 14:41" if why == "late" else "2023-07-07 14:00"
        before = opened(desk, "2023-07-07 14:00")
        if why == "off":
            switches.turn(session, desk.me("甲一"), Send.SIGN_IN_OPENS, False, TOLD)
        elif why == "just published":
            session.execute(update(Notice).values(created_at=local("2023-07-07 14:01")))
        elif why == "cancelled":
            planning.call_off(session, desk.me("甲二"), desk.activity, local(now))
        elif why == "moved":
            later = START + timedelta(minutes=45)
            planning.postpone(session, desk.me("甲二"), desk.activity, later, local(now), SHANGHAI)
        assert opened(desk, now) == []
        session.flush()
        left = [jobs.sign_in_opens_now(session, dict(one.about), SHANGHAI) for one in before[:1]]
        # What is late is over by its own life.
        assert why == "late" or left == ([] if why == "usual" else [None])
