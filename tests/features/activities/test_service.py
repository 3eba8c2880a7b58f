"""Activities on both databases: what is written, what is refused, what is counted."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select, update

from bot.features.activities import cards, participation, planning, service
from bot.features.leave import makeups
from bot.features.leave import service as leave
from bot.features.privacy import erasure
from bot.kit.activities import cut_off, find_activity
from bot.kit.refusal import Refusal
from scheduler.calendar.days import Quarter
from storage.choices import (
    ActivityStatus,
    ActivityType,
    AttendanceStatus,
    Duty,
    LeaveType,
    Scope,
    SignInMethod,
)
from storage.engine import Storage
from storage.models.activity import Component, FirstAgendaItem
from storage.models.attendance import Attendance, LeaveRequest
from storage.models.audit import Audit
from storage.models.notice import Notice
from storage.models.person import DutySpan
from tests.cast import Cast, make_branch
from tests.counting import tally
from tests.features.activities.desk import SHANGHAI, START, TOLD, Desk, another_branch, refused


def test_making_writes_the_notice_with_its_deadline(storage: Storage) -> None:
    with storage.transaction() as session:
        desk = Desk(session)
        notice = session.scalars(select(Notice)).one()
        assert notice.reply_by == datetime(2023, 7, 5, 12, tzinfo=SHANGHAI)
        assert desk.activity.title == "7月主题党日"
        assert session.scalars(select(Audit.action).where(Audit.subject == "activity")).one() == "make"


def test_a_past_activity_is_back_filled_without_a_notice(storage: Storage) -> None:
    with storage.transaction() as session:
        past = START - timedelta(days=10)
        Desk(session, start_at=past, end_at=past + timedelta(hours=1))
        assert session.scalars(select(Notice)).all() == []


def test_who_may_make_what(storage: Storage) -> None:
    with storage.transaction() as session:
        desk = Desk(session)
        groups = desk.cast.groups
        mine = desk.make("甲三", types=[ActivityType.GROUP_MEETING], scope=Scope.GROUP, group_id=groups["第一党小组"])
        assert mine.group_id == groups["第一党小组"]
        for by, changes in (
            ("丙四", {}),
            ("甲三", {}),
            ("甲三", {"scope": Scope.GROUP, "group_id": groups["第二党小组"]}),
        ):
            with refused("没有办理此事的权限"):
                desk.make(by, **changes)
        # The group of a leader opens no door to a meeting of the whole branch.
        with refused("请选择党小组"):
            desk.make("甲三", types=[ActivityType.GROUP_MEETING], group_id=groups["第一党小组"])


def test_who_was_erased_neither_hosts_nor_lectures(storage: Storage) -> None:
    """Chosen before it; and the words of what was made before leave the host out when they are written again."""
    with storage.transaction() as session:
        desk = Desk(session)
        hosted = desk.make(host_id=desk.cast["甲五"])
        today = TOLD.date()
        erasure.erase(session, desk.cast.me(session, "甲一", today), desk.cast["甲五"], today, TOLD)
        for chosen in ("host_id", "lecturer_id"):
            with refused("已注销，请重新选择"):
                desk.make(types=[ActivityType.PARTY_LECTURE], **{chosen: desk.cast["甲五"]})
        assert desk.make(host_id=desk.cast["甲六"]).host_id == desk.cast["甲六"]
        notice = cards.write_notice(session, hosted, SHANGHAI)
        assert notice is not None
        assert "主持" not in notice.text


def test_one_title_is_one_first_agenda_item(storage: Storage) -> None:
    with storage.transaction() as session:
        desk = Desk(session, first_agenda=["材料一", "材料一", "材料二"])
        desk.make(first_agenda=["材料二"])
        assert sorted(session.scalars(select(FirstAgendaItem.title))) == ["材料一", "材料二"]


def test_a_second_sign_in_finds_the_first(storage: Storage) -> None:
    with storage.transaction() as session:
        desk = Desk(session)
        first, second = desk.sign_in("甲一"), desk.sign_in("甲一", 30)
        assert (first.again, second.again, first.row_id) == (False, True, second.row_id)
        assert second.status is AttendanceStatus.PRESENT
        assert desk.sign_in("甲六", 12).status is AttendanceStatus.LATE


def test_sign_in_is_refused_outside_the_window_and_the_scope(storage: Storage) -> None:
    with storage.transaction() as session:
        desk = Desk(session, types=[ActivityType.COMMITTEE_MEETING], scope=Scope.COMMITTEE)
        assert desk.sign_in("甲一").row_id
        with refused("尚未开始"):
            desk.sign_in("乙一", -31)
        with refused("已截止"):
            desk.sign_in("乙一", 121)
        with refused("参加范围"):
            desk.sign_in("丙四")


def test_roll_call_marks_the_few_who_are_missing(storage: Storage) -> None:
    with storage.transaction() as session:
        desk = Desk(session)
        desk.sign_in("甲一")
        desk.decide(desk.leave("乙四"))
        roll = desk.settle("丙三")
        assert (len(roll.expected), len(roll.present), len(roll.leave), len(roll.absent)) == (23, 21, 1, 1)
        assert desk.activity.status is ActivityStatus.HELD
        methods = set(session.scalars(select(Attendance.method).where(Attendance.marked_by_id.is_not(None))))
        assert methods == {SignInMethod.ROLL_CALL}


def test_a_refused_leave_without_coming_is_absent_only_when_tapped_or_present(storage: Storage) -> None:
    """D6: leave that was not approved does not count as leave."""
    with storage.transaction() as session:
        desk = Desk(session)
        desk.decide(desk.leave("丙三"), approve=False)
        assert desk.cast["丙三"] in desk.settle("丙三").absent


def test_entering_somebody_again_keeps_the_old_row(storage: Storage) -> None:
    with storage.transaction() as session:
        desk = Desk(session)
        desk.settle("丙三")
        later = START + timedelta(days=1)
        service.mark(session, desk.me("甲二"), desk.activity, desk.cast["丙三"], AttendanceStatus.PRESENT, later)
        rows = session.scalars(select(Attendance).where(Attendance.person_id == desk.cast["丙三"])).all()
        assert [(row.status, row.withdrawn_at is None) for row in rows] == [
            (AttendanceStatus.ABSENT, False),
            (AttendanceStatus.PRESENT, True),
        ]


def test_what_came_after_the_cut_off_does_not_count(storage: Storage) -> None:
    with storage.transaction() as session:
        desk = Desk(session)
        desk.decide(desk.leave("乙四"))
        desk.settle("丙三")
        late = datetime(2023, 10, 12, 9, tzinfo=SHANGHAI)
        row = makeups.hand_in_makeup(session, desk.me("乙四"), desk.activity.id, "已补学", [], late, SHANGHAI)
        makeups.review_makeup(session, desk.me("甲二"), row.id, True, late, today=TOLD.date())
        service.mark(session, desk.me("甲二"), desk.activity, desk.cast["丙三"], AttendanceStatus.PRESENT, late)
        session.flush()
        closes = {desk.activity.id: cut_off(session, desk.activity, SHANGHAI)}
        then = service.rolls(session, [desk.activity], SHANGHAI, closes)[desk.activity.id]
        assert (len(then.made_up), len(then.absent)) == (0, 1)


def test_undo(storage: Storage) -> None:
    with storage.transaction() as session:
        desk = Desk(session)
        done = desk.sign_in("甲一")
        with refused("没有办理此事的权限"):
            participation.undo(session, desk.me("甲二"), done.row_id, START, SHANGHAI)
        participation.undo(session, desk.me("甲一"), done.row_id, START, SHANGHAI)
        with refused("这一步已撤销"):
            participation.undo(session, desk.me("甲一"), done.row_id, START, SHANGHAI)
        assert desk.sign_in("甲一", 5).again is False
        row = desk.leave("乙四")
        desk.decide(row)
        with refused("请假已审批"):
            leave.undo(session, desk.me("乙四"), row.id, TOLD, SHANGHAI)


def test_a_postponement_names_the_rows_that_it_withdraws(storage: Storage) -> None:
    with storage.transaction() as session:
        desk = Desk(session)
        gone = [desk.leave("乙四").id, desk.leave("乙五").id]
        signed = desk.sign_in("甲一", -10).row_id
        later = START + timedelta(days=7)
        planning.postpone(session, desk.me("甲二"), desk.activity, later, START - timedelta(minutes=5), SHANGHAI)
        assert session.scalars(select(LeaveRequest.id).where(LeaveRequest.withdrawn_at.is_(None))).all() == []
        lines = session.scalars(select(Audit).where(Audit.action == "withdraw").order_by(Audit.id)).all()
        assert [(line.subject, line.details) for line in lines] == [
            ("attendance", {"activity_id": desk.activity.id, "ids": [signed], "count": 1}),
            ("leave_request", {"activity_id": desk.activity.id, "ids": gone, "count": 2}),
        ]
        planning.postpone(session, desk.me("甲二"), desk.activity, later, START, SHANGHAI)
        assert len(session.scalars(select(Audit).where(Audit.action == "withdraw")).all()) == 2


def test_a_new_sign_in_code_has_a_line_and_is_not_in_it(storage: Storage) -> None:
    with storage.transaction() as session:
        desk = Desk(session)
        made = [participation.new_code(session, desk.me("甲二"), desk.activity, TOLD) for _ in range(2)]
        lines = session.scalars(select(Audit).where(Audit.action == "code_made").order_by(Audit.id)).all()
        assert [line.details for line in lines] == [
            {"changes": {"sign_in_code": [False, True]}},
            {"changes": {"sign_in_code": [True, True]}},
        ]
        assert [participation.activity_of_code(session, code) for code in made] == [None, desk.activity.id]


def test_another_branch_sees_nothing(storage: Storage) -> None:
    with storage.transaction() as session:
        desk = Desk(session)
        foreign = replace(desk.me("甲一"), branch_id=desk.cast.branch_id + 1)
        for act in (
            lambda: find_activity(session, foreign, desk.activity.id),
            lambda: participation.sign_in(session, foreign, desk.activity.id, START, SignInMethod.BUTTON),
            lambda: leave.ask_leave(session, foreign, desk.activity.id, LeaveType.SICK, TOLD),
        ):
            with pytest.raises(Refusal):
                act()


def test_cast_is_the_base_branch(storage: Storage) -> None:
    with storage.transaction() as session:
        cast: Cast = make_branch(session, now=TOLD)
        assert len(cast.people) == 25


def test_nobody_and_no_group_of_another_branch_gets_into_an_activity(storage: Storage) -> None:
    with storage.transaction() as session:
        other = make_branch(session, now=TOLD, bound=False)
        desk = Desk(session)
        group = {"types": [ActivityType.GROUP_MEETING], "scope": Scope.GROUP, "group_id": other.groups["第一党小组"]}
        for changes in ({"host_id": other["甲一"]}, {"lecturer_id": other["甲一"]}, {"host_id": 10**12}, group):
            with pytest.raises(Refusal, match="没有找到"):
                desk.make(**changes)
        assert desk.make(host_id=desk.cast["甲一"]).host_id == desk.cast["甲一"]


@pytest.mark.parametrize(
    ("start", "many"),
    [("2023-06-30 23:59", 0), ("2023-07-01 00:00", 1), ("2023-09-30 23:59", 1), ("2023-10-01 00:00", 0)],
)
def test_it_is_of_the_quarter_in_which_it_began(storage: Storage, start: str, many: int) -> None:
    """D1: by the branch's own clock."""
    with storage.transaction() as session:
        desk = Desk(session)
        desk.settle()
        desk.activity.start_at = datetime.fromisoformat(start).replace(tzinfo=SHANGHAI)
        session.flush()
        found = tally(session, desk.cast.branch_id, Quarter(2023, 3), datetime(2023, 12, 1, tzinfo=SHANGHAI), SHANGHAI)
        assert found.figures["by_type"]["theme_party_day"]["count"] == many


@pytest.mark.parametrize(
    ("from_on", "to_on", "elsewhere", "many"),
    [
        (date(2023, 7, 7), None, False, 1),
        (date(2023, 7, 8), None, False, 0),
        (date(2023, 1, 1), date(2023, 7, 8), False, 1),
        (date(2023, 1, 1), date(2023, 7, 7), False, 0),
        (date(2023, 1, 1), None, True, 0),
    ],
)
def test_whose_lecture_it_was_goes_by_the_office_of_its_day(
    storage: Storage, from_on: date, to_on: date | None, elsewhere: bool, many: int
) -> None:
    """S11, D4: from the first day of the office on, not on the day on which it ends; of this branch's secretary."""
    with storage.transaction() as session:
        desk = Desk(session, types=[ActivityType.PARTY_LECTURE])
        other, _ = another_branch(session)
        desk.settle()
        session.execute(update(Component).values(lecturer_id=desk.cast["丙一"]))
        where = other.branch_id if elsewhere else desk.cast.branch_id
        span = DutySpan(person_id=desk.cast["丙一"], organisation_id=where, duty=Duty.SECRETARY, from_on=from_on)
        span.to_on = to_on
        session.add(span)
        session.flush()
        found = tally(session, desk.cast.branch_id, Quarter(2023, 3), datetime(2023, 12, 1, tzinfo=SHANGHAI), SHANGHAI)
        assert found.figures["party_lectures_by_secretary"] == many
        assert found.figures["by_type"]["party_lecture"]["count"] == 1
