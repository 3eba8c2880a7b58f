"""What the tally and one's own record say before, while and after: nobody is absent before the roll, what waits for its
review is not owed, and every figure says until when it counts.
"""

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from bot.features.activities.counting.held import HELD
from bot.features.activities.counting.showing import names_of
from bot.features.tally import committee_messages, messages, person_record_messages, records
from bot.features.tally.committee import Below, _until
from bot.features.tally.person_records import my_record
from bot.features.tally.service import Tally
from bot.kit.deadlines import CloseDays
from bot.kit.lists import label
from scheduler.calendar.days import Quarter
from scheduler.calendar.periods import Period
from storage.choices import (
    ActivityStatus,
    AttendanceStatus,
    LeaveState,
    LeaveType,
    PieceState,
    SignInMethod,
    TaskAudience,
)
from storage.engine import Storage
from storage.models.activity import Activity
from storage.models.attendance import Attendance, LeaveRequest
from storage.models.reflection import Reflection, ReflectionTask
from storage.models.study import MonthlyTheme
from tests.counting import tally
from tests.features.activities.desk import SHANGHAI, START, TOLD, Desk

Q3 = Quarter(2023, 3)


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def behind(session: Session, counted: Tally, path: str) -> list[str]:
    """The records of a figure."""
    [one] = [one for one in counted.counted if one.figure.path == path]
    return [record.text for record in records.shown(session, counted, one)[1]]


def mine(session: Session, desk: Desk, name: str, now: datetime) -> str:
    own = my_record(session, desk.me(name), Period.of(Q3), now, SHANGHAI)
    return "\n".join(said.text for said in person_record_messages.record(own, now.date(), SHANGHAI))


@pytest.mark.parametrize(
    ("now", "said"),
    [
        ("2023-07-07 14:29", None),
        ("2023-07-07 14:30", "7月7日 7月主题党日：未签到"),
        ("2023-07-07 16:29", "7月7日 7月主题党日：未签到"),
        ("2023-07-07 16:30", "7月7日 7月主题党日：待核对"),
        ("2023-07-20 09:00", "7月7日 7月主题党日：待核对"),
    ],
)
def test_nobody_is_absent_before_the_roll(storage: Storage, now: str, said: str | None) -> None:
    with storage.transaction() as session:
        desk = Desk(session)
        text = mine(session, desk, "甲四", local(now))
        assert (said is None) is ("主题党日" not in text)
        assert said is None or said in text
        assert "缺席" not in text
        # Who is exempt is asked for nothing.
        assert "主题党日" not in mine(session, desk, "乙八", local(now))
        counted = tally(session, desk.cast.branch_id, Q3, local(now), SHANGHAI)
        assert counted.figures["attendance_by_activity"] == {}
        assert records.missing(session, counted) == []


def test_a_record_says_what_is_so_far_and_what_the_roll_says(storage: Storage) -> None:
    with storage.transaction() as session:
        desk = Desk(session)
        came = {"activity_id": desk.activity.id, "method": SignInMethod.BUTTON, "at": START}
        session.add(Attendance(person_id=desk.cast["甲三"], status=AttendanceStatus.PRESENT, **came))
        session.add(Attendance(person_id=desk.cast["甲六"], status=AttendanceStatus.ABSENT, **came))
        asked = {"activity_id": desk.activity.id, "requested_at": TOLD, "decided_at": TOLD}
        session.add(LeaveRequest(person_id=desk.cast["甲五"], type=LeaveType.SICK, state=LeaveState.APPROVED, **asked))
        session.flush()
        now = local("2023-07-08 09:00")
        assert "7月主题党日：到会（待核对）" in mine(session, desk, "甲三", now)
        assert "7月主题党日：病假（已批准）" in mine(session, desk, "甲五", now)
        assert "应参加" not in mine(session, desk, "甲三", now)
        desk.activity.status, desk.activity.settled_at = ActivityStatus.HELD, now
        session.flush()
        assert "组织生活：\n　应参加1次，参加1次，累计4学时（2023年共4学时）\n　7月7日 7月主题党日：到会\n" in mine(
            session, desk, "甲三", now
        )
        assert "　应参加1次，请假1次\n　7月7日 7月主题党日：病假（已批准）\n" in mine(session, desk, "甲五", now)
        assert "　应参加1次，缺席1次\n　7月7日 7月主题党日：缺席\n" in mine(session, desk, "甲六", now)
        # Nobody has marked 甲四, nor did he ask for leave: it is to be checked, not an absence.
        assert "　应参加1次，待核对1次\n　7月7日 7月主题党日：待核对\n" in mine(session, desk, "甲四", now)
        counted = tally(session, desk.cast.branch_id, Q3, now, SHANGHAI)
        called = records.names(session, records.everybody(counted), counted)
        names = "\n".join(names_of(counted.counting.of(HELD)[0], called))
        assert "缺席1人：甲六" in names
        assert "应到23人，实到1人，请假1人，缺席1人，未登记20人，出席率4.3%，参学率4.3%" in names
        found = dict(records.missing(session, counted))
        assert found["7月7日 7月主题党日，缺席未补学"] == ["甲六"]
        assert len(found["7月7日 7月主题党日，未登记"]) == 20


@pytest.mark.parametrize(
    ("state", "withdrawn", "words"),
    [
        (None, False, ("未交23人", "")),
        (PieceState.DRAFT, False, ("未交23人", "")),
        (PieceState.SUBMITTED, False, ("待审阅1人，未交22人", "　待审阅：甲三")),
        (PieceState.SUBMITTED, True, ("未交23人", "")),
        (PieceState.RETURNED, False, ("未交23人", "")),
        (PieceState.ACCEPTED, False, ("已通过1人，未交22人，完成率4.3%", "　已通过：甲三")),
    ],
)
def test_what_waits_for_its_review_is_not_owed(
    storage: Storage, state: PieceState | None, withdrawn: bool, words: tuple[str, str]
) -> None:
    with storage.transaction() as session:
        desk = Desk(session)
        task = ReflectionTask(
            branch_id=desk.cast.branch_id,
            title="7月主题党日心得体会",
            activity_id=desk.activity.id,
            audience=TaskAudience.ALL_MEMBERS,
            due_on=date(2023, 7, 20),
            created_by_id=desk.cast["甲二"],
            created_at=TOLD,
        )
        session.add(task)
        session.flush()
        if state is not None:
            handed = None if state is PieceState.DRAFT else START
            gone = START if withdrawn else None
            row = {"task_id": task.id, "person_id": desk.cast["甲三"], "state": state, "withdrawn_at": gone}
            session.add(Reflection(started_at=TOLD, submitted_at=handed, **row))
            session.flush()
        counted = tally(session, desk.cast.branch_id, Q3, local("2023-07-21 09:00"), SHANGHAI)
        text = "\n".join(behind(session, counted, "reflection_pieces_total"))
        assert all(word in text for word in words)
        owed = dict(records.missing(session, counted))["7月主题党日心得体会，未交"]
        assert ("甲三" in owed) is (state not in (PieceState.SUBMITTED, PieceState.ACCEPTED) or withdrawn)


@pytest.mark.parametrize(
    ("now", "title"),
    [
        ("2023-08-20 12:00", "2023年第三季度（截至8月20日）"),
        ("2023-09-30 23:59", "2023年第三季度（截至9月30日）"),
        ("2023-10-10 23:59", "2023年第三季度（截至10月10日）"),
        ("2023-10-11 00:00", "2023年第三季度（10月10日截止）"),
        ("2024-03-01 09:00", "2023年第三季度（10月10日截止）"),
    ],
)
def test_the_title_says_until_when_it_counts(storage: Storage, now: str, title: str) -> None:
    with storage.transaction() as session:
        desk = Desk(session)
        assert messages.title(tally(session, desk.cast.branch_id, Q3, local(now), SHANGHAI)) == title


@pytest.mark.parametrize(
    ("now", "days", "words"),
    [
        ("2023-08-20 12:00", {10}, "截至8月20日"),
        ("2023-08-20 12:00", {5, 10}, "截至8月20日"),
        ("2023-10-08 12:00", {5, 10}, "各支部统计截止日不同"),
        ("2023-10-11 00:00", {10}, "10月10日截止"),
        ("2023-10-11 00:00", {5, 10}, "各支部统计已截止"),
        ("2023-10-11 00:00", set(), "10月10日截止"),
    ],
)
def test_a_committee_is_told_so_of_all_its_branches(now: str, days: set[int], words: str) -> None:
    closes = [CloseDays(lambda day, one=one: one) for one in days]
    until, over = _until(closes, Period.of(Q3), local(now), SHANGHAI)
    found = Below(Period.of(Q3), "机关总支", until, over, 0, 0, 0, ())
    head = f"【季度数据】机关总支　2023年第三季度（{words}）\n下级还没有党支部。"
    assert committee_messages.overview(found, 0, Q3.end, SHANGHAI).text == head


def test_a_month_is_said_as_people_say_it(storage: Storage) -> None:
    with storage.transaction() as session:
        desk = Desk(session)
        theme = {"branch_id": desk.cast.branch_id, "created_by_id": desk.cast["甲二"], "created_at": TOLD}
        sent = date(2023, 8, 1)
        session.add(MonthlyTheme(month="2023-08", title="学习党章", prompt="", prompt_sent_on=sent, **theme))
        session.flush()
        counted = tally(session, desk.cast.branch_id, Q3, local("2023-08-20 09:00"), SHANGHAI)
        assert behind(session, counted, "monthly_themes") == ["8月：学习党章（8月1日发送）"]


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("7月7日 7月主题党日", "7月7日 7月主题党日"),
        ("7月7日 主题党日、党课、集中研讨、大家谈", "7月7日 主题党日、党课、集中…"),
        ("学习《中国共产党纪律处分条例（修订）》全文", "学习《中国共产党纪律处分条例…》"),
        ("学习《党章》和《条例》以及其他文件", "学习《党章》和《条例》以及其他…"),
    ],
)
def test_a_long_name_is_cut_on_its_button(name: str, shown: str) -> None:
    assert label(name) == shown
    assert len(shown) <= 16


def test_an_activity_of_tomorrow_is_no_figure(storage: Storage) -> None:
    with storage.transaction() as session:
        desk = Desk(session)
        desk.make(start_at=START + timedelta(days=7), end_at=START + timedelta(days=7, hours=2))
        counted = tally(session, desk.cast.branch_id, Q3, TOLD, SHANGHAI)
        assert session.query(Activity).count() == 2
        text = messages.summary(counted, TOLD.date(), desk.me("甲一")).text
        assert text.startswith(
            "2023年第三季度（截至7月4日）\n期初25人，期末25人，预备党员1人，免于考勤2人。\n本季度暂无：党员大会、"
        )
        assert "缺席" not in text
        assert "—" not in text
