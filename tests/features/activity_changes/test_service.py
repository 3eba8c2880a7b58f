"""Changing a published activity by its fields: the record, its log, and what was recorded for it."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.features.activities import planning, service
from bot.features.activities.cards import first_agenda
from bot.features.activities.details import Details
from bot.features.activity_changes import service as changes
from bot.features.activity_changes.rules import WORDS
from bot.features.activity_changes.service import Changed
from bot.features.activity_changes.standing import standing
from bot.features.notices.service import acknowledge
from bot.features.privacy import change_words
from bot.features.privacy import changes as log
from scheduler.calendar.days import Quarter
from storage.activities import components, delegates, notice_of
from storage.choices import (
    ActivityStatus,
    ActivityType,
    AttendanceStatus,
    Level,
    Mode,
    Motion,
    Organizer,
    Scope,
    SignInMethod,
)
from storage.engine import Storage
from storage.models.activity import Activity, Delegate
from storage.models.attendance import Attendance, LeaveRequest
from storage.models.audit import Audit
from storage.models.entry import Entry
from storage.models.minutes import Minutes
from storage.models.notice import Receipt
from storage.models.person import Person
from storage.models.vote import Vote
from tests.features.activities.desk import SHANGHAI, START, TOLD, Desk, another_branch, refused

SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)
CUT_OFF = Quarter.of(START.date()).cut_off(SHANGHAI, 10)
ALL = [
    ActivityType.THEME_PARTY_DAY, ActivityType.PARTY_LECTURE, ActivityType.GROUP_DISCUSSION, ActivityType.OPEN_TALK,
    ActivityType.WARNING_EDUCATION, ActivityType.RED_SITE_VISIT, ActivityType.COBUILD_EXCHANGE,
]  # fmt: skip
CLOSED = "第三季度统计已截止，不能再修改。"


class Editing(Desk):
    """An activity of every kind of detail, and one who changes it."""

    def __init__(self, session: Any, **changes: Any) -> None:
        super().__init__(session, **changes)
        session.flush()

    def state(self) -> dict[str, Any]:
        return standing(self.session, self.activity, SHANGHAI)

    def change(self, changed: Mapping[str, Any], *, by: str = "甲二", at: datetime = TOLD) -> Changed:
        was = self.state()
        return self.take(was, changed, by=by, at=at)

    def take(
        self, was: dict[str, Any], changed: Mapping[str, Any], *, by: str = "甲二", at: datetime = TOLD
    ) -> Changed:
        return changes.change(self.session, self.me(by), self.activity.id, was, {**was, **changed}, at, SHANGHAI)

    def campaign(self) -> str:
        row = Entry(
            branch_id=self.cast.branch_id, kind="campaign", title="主题教育", revision=1, recorded_at=TOLD,
            recorded_by_id=self.cast["甲一"],
        )  # fmt: skip
        self.session.add(row)
        self.session.flush()
        return str(row.id)

    def log(self) -> list[str]:
        """变更记录, newest first, as the secretary reads it."""
        page = log.page(self.session, self.me("甲一"), 0, None, None, SHANGHAI)
        return [change_words.line(one, SHANGHAI) for one in page.things]


# What each field is changed to, and what the record says then.
FIELDS: list[tuple[str, dict[str, Any], Any]] = [
    ("title", {"title": "7月组织生活"}, lambda one, desk: one.title == "7月组织生活"),
    ("place", {"place": "二楼会议室"}, lambda one, desk: one.place == "二楼会议室"),
    ("time", {"time": "15:00"}, lambda one, desk: one.start_at == START + 30 * MINUTE),
    ("note", {"note": "请带笔记本"}, lambda one, desk: one.note == "请带笔记本"),
    ("length", {"length": "180"}, lambda one, desk: one.end_at == START + 180 * MINUTE),
    ("hours", {"hours": "1.5"}, lambda one, desk: str(one.hours) == "1.5"),
    ("host", {"host": "甲一"}, lambda one, desk: one.host_id == desk.cast["甲一"]),
    ("recorder", {"recorder": "甲三"}, lambda one, desk: one.recorder_id == desk.cast["甲三"]),
    ("mode", {"mode": "mixed"}, lambda one, desk: one.mode is Mode.MIXED),
    ("organizer", {"organizer": "joint"}, lambda one, desk: one.organizer is Organizer.JOINT),
    ("organizer_name", {"organizer_name": "示范局"}, lambda one, desk: one.organizer_name == "示范局"),
    (
        "organizer_level",
        {"organizer": "superior", "organizer_level": "superior_committee"},
        lambda one, desk: one.organizer_level is Level.SUPERIOR_COMMITTEE,
    ),
    ("sites", {"sites": ["革命旧址"]}, lambda one, desk: one.sites == ["革命旧址"]),
    ("partners", {"partners": ["乙支部"]}, lambda one, desk: one.partners == ["乙支部"]),
    ("campaign", {"campaign": "campaign"}, lambda one, desk: one.campaign_id is not None),
    ("agenda", {"agenda": ["文件一", "文件二"]}, lambda one, desk: desk.agenda(one) == ["文件一", "文件二"]),
    ("topic", {"topic": "谈认识"}, lambda one, desk: desk.kept(ActivityType.GROUP_DISCUSSION) == {"topic": "谈认识"}),
    (
        "speakers",
        {"speakers": ["甲四"]},
        lambda one, desk: desk.kept(ActivityType.OPEN_TALK) == {"speakers": ["甲四"]},
    ),
    (
        "film",
        {"film": "《零容忍》"},
        lambda one, desk: desk.kept(ActivityType.WARNING_EDUCATION) == {"film": "《零容忍》"},
    ),
    (
        "lecture",
        {"lecture": "党的历史"},
        lambda one, desk: desk.kept(ActivityType.PARTY_LECTURE)["lecture"] == "党的历史",
    ),
    (
        "lecturer",
        {"lecturer": "甲一", "lecturer_of": ""},
        lambda one, desk: desk.kept(ActivityType.PARTY_LECTURE) == {} and desk.lecturer() == desk.cast["甲一"],
    ),
    (
        "lecturer_of",
        {"lecturer_of": "superior"},
        lambda one, desk: desk.kept(ActivityType.PARTY_LECTURE)["lecturer_of"] == "superior",
    ),
    ("types", {"types": ["theme_party_day"]}, lambda one, desk: len(components(desk.session, one.id)) == 1),
    (
        "reply_day",
        {"reply_day": "2023-07-06", "reply_time": "18:00"},
        lambda one, desk: desk.reply_by() == datetime(2023, 7, 6, 18, 0, tzinfo=SHANGHAI),
    ),
]


class Full(Editing):
    def agenda(self, one: Activity) -> list[str]:
        return first_agenda(self.session, one.id)

    def kept(self, kind: ActivityType) -> dict[str, Any]:
        return next(one.details for one in components(self.session, self.activity.id) if one.type is kind)

    def lecturer(self) -> int | None:
        kind = ActivityType.PARTY_LECTURE
        return next(one.lecturer_id for one in components(self.session, self.activity.id) if one.type is kind)

    def reply_by(self) -> datetime:
        notice = notice_of(self.session, self.activity.id)
        assert notice is not None
        return notice.reply_by

    def said(self, changed: Mapping[str, Any]) -> dict[str, Any]:
        """Names as the numbers that a form keeps."""
        found = {
            key: str(self.cast[str(value)]) if str(value) in self.cast.people else value
            for key, value in changed.items()
        }
        return found | ({"campaign": self.campaign()} if "campaign" in changed else {})


def make_full(session: Any) -> Full:
    return Full(session, types=ALL, details=Details(lecturer="庚一", lecturer_of="other"))


def test_every_field_is_among_them() -> None:
    """But for those that have tests of their own below."""
    apart = {"people", "guests", "reply_time"}
    assert {name for name, _, _ in FIELDS} == set(WORDS) - apart


@pytest.mark.parametrize(("name", "changed", "holds"), FIELDS, ids=[name for name, _, _ in FIELDS])
def test_a_field_is_changed_in_the_record_and_in_the_log(
    storage: Storage, name: str, changed: dict[str, Any], holds: Any
) -> None:
    """What else stands stays, and reads back; the log says it in words, texts by their length alone."""
    with storage.transaction() as session:
        desk = make_full(session)
        before, new = desk.state(), desk.said(changed)
        done = desk.change(new)
        session.expire_all()
        assert set(done.fields) == set(new)
        assert holds(session.get_one(Activity, desk.activity.id), desk)
        after = desk.state()
        follows = {"topic", "speakers", "film", "lecturer", "lecturer_of", "lecture"} if name == "types" else set()
        assert {key: value for key, value in after.items() if key not in {*new, *follows}} == {
            key: value for key, value in before.items() if key not in {*new, *follows}
        }
        if name != "types":
            assert {key: after[key] for key in new} == new
        said = desk.log()[0]
        assert "甲二：修改" in said
        assert "其他" not in said
        assert all(one not in said for one in ("示范局", "革命旧址", "乙支部", "笔记本", "零容忍", "文件一", "谈认识"))


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"time": "15:00"}, "开始时间由7月7日（周五）14:30改为7月7日（周五）15:00"),
        ({"place": "二楼"}, "地点由5字改为2字"),
        ({"host": "甲一"}, "主持人由空改为甲一"),
        ({"hours": "2"}, "学时由4.0改为2"),
        ({"types": ["theme_party_day"]}, "活动内容由主题党日"),
        ({"campaign": "campaign"}, "主题教育由空改为主题教育"),
        ({"lecturer": "甲一", "lecturer_of": ""}, "授课人由空改为甲一"),
    ],
)
def test_the_log_in_words(storage: Storage, changed: dict[str, Any], said: str) -> None:
    with storage.transaction() as session:
        desk = make_full(session)
        desk.change(desk.said(changed))
        assert any(said in line for line in desk.log()[:2])


# --- until when ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("changed", [{"time": "19:00"}, {"note": "改"}, {"reply_day": "2023-07-08"}])
def test_at_the_start_these_are_closed(storage: Storage, changed: dict[str, Any]) -> None:
    with storage.transaction() as session:
        desk = Editing(session)
        with refused("活动已开始，.*不能再修改。"):
            desk.change(changed, at=START)
        desk.change({"note": "改"}, at=START - SECOND)


@pytest.mark.parametrize(
    "changed",
    [
        {"place": "二楼"}, {"title": "改"}, {"types": ["theme_party_day", "party_lecture"]}, {"host": ""},
        {"length": "60"}, {"hours": "2"}, {"agenda": ["文件一"]}, {"guests": "5"}, {"mode": "online"},
    ],
)  # fmt: skip
@pytest.mark.parametrize("held", [False, True])
def test_at_the_cut_off_everything_is(storage: Storage, changed: dict[str, Any], held: bool) -> None:
    """Also of what was held: until then it is put right."""
    with storage.transaction() as session:
        desk = Editing(session, host_id=None)
        desk.activity.host_id = desk.cast["甲一"]
        if held:
            desk.settle()
        with refused(CLOSED):
            desk.change(changed, at=CUT_OFF)
        done = desk.change(changed, at=CUT_OFF - SECOND)
        assert done.fields == list(changed)
        assert desk.activity.status is (ActivityStatus.HELD if held else ActivityStatus.PLANNED)


def test_what_was_called_off_stays_as_it_was(storage: Storage) -> None:
    with storage.transaction() as session:
        desk = Editing(session)
        planning.call_off(session, desk.me("甲二"), desk.activity, TOLD)
        with refused("活动已取消，不能再修改。"):
            desk.change({"place": "二楼"})


def test_others_are_counted_from_the_start_on(storage: Storage) -> None:
    with storage.transaction() as session:
        desk = Editing(session)
        with refused("其他人数不能再修改"):
            desk.change({"guests": "5"}, at=START - SECOND)
        desk.change({"guests": "5"}, at=START)
        assert desk.activity.guests == 5


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"time": "09:30"}, "新的时间应在现在之后。"),
        ({"reply_day": "2023-07-04", "reply_time": "18:00"}, "回复截止只能推迟"),
        ({"reply_day": "2023-07-07", "reply_time": "14:31"}, "回复截止只能推迟"),
        ({"types": []}, "请至少选择一项活动内容。"),
        ({"types": ["committee_meeting"]}, "参加范围由“全体党员”变为“支委会委员”，请另建活动。"),
        ({"types": ["group_meeting"]}, "请另建活动。"),
        ({"host": "99999"}, "没有找到所选的同志"),
        ({"campaign": "99999"}, "没有找到这期主题教育"),
        ({}, "内容没有变化。"),
    ],
)
def test_what_cannot_be(storage: Storage, changed: dict[str, Any], why: str) -> None:
    with storage.transaction() as session:
        desk = Editing(session)
        at = START.replace(hour=9, minute=30) if "time" in changed else TOLD
        before = desk.state()
        with refused(why):
            desk.change(changed, at=at)
        assert desk.state() == before


def test_a_committee_meeting_becomes_no_meeting_of_all(storage: Storage) -> None:
    with storage.transaction() as session:
        desk = Editing(session, types=[ActivityType.COMMITTEE_MEETING], scope=Scope.COMMITTEE)
        with refused("由“支委会委员”变为“全体党员”"):
            desk.change({"types": ["committee_meeting", "theme_party_day"]})


def noted(session: Session, **of_it: str) -> Full:
    """An activity of whose party lecture there are minutes."""
    desk = Full(session, types=ALL)
    about = {"activity_id": desk.activity.id, "component": ActivityType.PARTY_LECTURE, "recorded_at": TOLD}
    session.add(Minutes(**about, **of_it))
    session.flush()
    return desk


def test_a_content_with_minutes_stays(storage: Storage) -> None:
    with storage.transaction() as session:
        desk = noted(session, form="short", state="draft")
        with refused("“党课”已有会议记录"):
            desk.change({"types": ["theme_party_day"]})


def test_what_the_branch_has_minutes_of_is_held_by_no_other(storage: Storage) -> None:
    with storage.transaction() as session:
        desk = noted(session, form="typed", state="final")
        with refused("“党课”已有会议记录，不能改为由其他单位主办"):
            desk.change({"organizer": "superior", "organizer_name": "市局党委"})


def test_the_meeting_at_which_something_was_voted_on_stays(storage: Storage) -> None:
    with storage.transaction() as session:
        desk = Full(session, types=[ActivityType.MEMBERS_MEETING, ActivityType.THEME_PARTY_DAY])
        vote = Vote(
            branch_id=desk.cast.branch_id,
            activity_id=desk.activity.id,
            motion=Motion.RESOLUTION,
            title="通过工作计划",
            recorded_at=TOLD,
        )
        session.add(vote)
        session.flush()
        for changed in ({"types": ["theme_party_day"]}, {"organizer": "superior"}):
            with refused("已登记表决"):
                desk.change(changed)
        vote.withdrawn_at = TOLD
        session.flush()
        desk.change({"types": ["theme_party_day"]})


def test_people_are_changed_though_one_of_them_is_erased(storage: Storage) -> None:
    with storage.transaction() as session:
        cast = Desk(session).cast
        people = tuple(cast[name] for name in ("甲四", "甲五", "甲六"))
        desk = Full.__new__(Full)
        desk.session, desk.cast = session, cast
        desk.activity = desk.make(types=[ActivityType.OPEN_TALK], scope=Scope.NAMED, details=Details(people=people))
        session.get_one(Person, cast["甲四"]).erased_at = TOLD
        session.flush()
        desk.change({"people": [str(one) for one in sorted([*people, cast["甲七"]])]})
        assert cast["甲七"] in delegates(session, [desk.activity.id])[desk.activity.id]


def test_whoever_stood_there_stays(storage: Storage) -> None:
    """Somebody who is erased by now, or a campaign of another list, is no reason not to change the place."""
    with storage.transaction() as session:
        desk = Full(session)
        host = session.get_one(Person, desk.cast["甲八"])
        desk.change({"host": str(host.id)})
        host.erased_at, host.telegram_id = TOLD, None
        session.flush()
        desk.change({"place": "二楼"})
        assert desk.activity.host_id == host.id


# --- who ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("by", "may"), [("甲一", True), ("乙一", True), ("甲二", True), ("丙一", False), ("甲三", False), ("甲四", False)]
)
def test_whoever_could_have_made_it(storage: Storage, by: str, may: bool) -> None:
    """The desk; an officer of another field, a leader and a member could not."""
    with storage.transaction() as session:
        desk = Editing(session)
        if may:
            desk.change({"place": "二楼"}, by=by)
        else:
            with refused("您没有办理此事的权限"):
                desk.change({"place": "二楼"}, by=by)


def test_an_officer_stays_in_the_own_field(storage: Storage) -> None:
    with storage.transaction() as session:
        desk = Editing(session, types=[ActivityType.LEAD_STUDY])
        desk.change({"place": "二楼"}, by="丙一")
        with refused("您没有办理此事的权限"):
            desk.change({"types": ["lead_study", "theme_party_day"]}, by="丙一")


def test_nobody_of_another_branch(storage: Storage) -> None:
    with storage.transaction() as session:
        desk = Editing(session)
        _, maker = another_branch(session)
        was = desk.state()
        with refused("没有找到这项活动"):
            changes.change(session, maker, desk.activity.id, was, {**was, "place": "二楼"}, TOLD, SHANGHAI)


def test_the_second_of_two_sees_what_the_first_has_changed(storage: Storage) -> None:
    """Nothing is overwritten, not even by who changes something else."""
    with storage.transaction() as session:
        desk = Editing(session)
        both = desk.state()
        desk.take(both, {"place": "二楼会议室"}, by="甲一")
        with refused("活动已由甲一同志修改（地点：三楼会议室 → 二楼会议室），请重新点“修改活动”。"):
            desk.take(both, {"place": "礼堂"})
        with refused("活动已由甲一同志修改"):
            desk.take(both, {"title": "改"})
        desk.change({"title": "改"})
        assert (desk.activity.place, desk.activity.title) == ("二楼会议室", "改")


def test_what_was_moved_meanwhile_is_seen_too(storage: Storage) -> None:
    with storage.transaction() as session:
        desk = Editing(session)
        was = desk.state()
        planning.postpone(session, desk.me("甲一"), desk.activity, START + timedelta(days=3), TOLD, SHANGHAI)
        with refused("活动已由甲一同志修改（日期已改）"):
            desk.take(was, {"place": "礼堂"})


# --- what was recorded for it -----------------------------------------------------------------------------------------


def test_an_earlier_start_ends_the_replies_with_it(storage: Storage) -> None:
    """15:00 with replies until then becomes 14:40; moved later, the deadline that was told stands."""
    with storage.transaction() as session:
        desk = Full(session, details=Details(reply_by=START))
        desk.change({"time": "14:00"})
        assert desk.reply_by() == START - 30 * MINUTE
        desk.change({"time": "16:00"})
        assert desk.reply_by() == START - 30 * MINUTE
        assert desk.activity.end_at - desk.activity.start_at == timedelta(hours=2)


def test_late_is_reckoned_anew_but_not_of_what_was_entered(storage: Storage) -> None:
    with storage.transaction() as session:
        desk = Editing(session)
        rows = {
            name: Attendance(
                activity_id=desk.activity.id, person_id=desk.cast[name], status=status, method=method, at=at
            )
            for name, status, method, at in (
                ("甲四", AttendanceStatus.LATE, SignInMethod.BUTTON, START + 15 * MINUTE),
                ("甲五", AttendanceStatus.LATE, SignInMethod.CODE, START + 45 * MINUTE),
                ("甲六", AttendanceStatus.LATE, SignInMethod.MARKED, START + 15 * MINUTE),
            )
        }
        session.add_all(rows.values())
        session.flush()
        desk.change({"time": "15:00"})
        assert {name: row.status.value for name, row in rows.items()} == {
            "甲四": "present",
            "甲五": "late",
            "甲六": "late",
        }
        assert any("考勤" in line and "甲四" in line for line in desk.log())


def test_a_longer_one_lengthens_the_window_and_hours_count_anew(storage: Storage) -> None:
    with storage.transaction() as session:
        desk = Editing(session)
        desk.change({"length": "180"}, at=START + MINUTE)
        assert desk.sign_in("甲四", 150).status is AttendanceStatus.LATE
        desk.change({"length": "60", "hours": "2"}, at=START + 90 * MINUTE)
        assert desk.activity.end_at == START + 90 * MINUTE
        with refused("签到已截止"):
            desk.sign_in("甲五", 91)
        assert desk.activity.hours == 2


def test_people_come_and_go(storage: Storage) -> None:
    """What is recorded of who need not come is withdrawn, and in the log; of the others it stands."""
    with storage.transaction() as session:
        names = ("甲四", "甲五", "甲六")
        cast = Desk(session).cast
        people = tuple(cast[name] for name in names)
        desk = Full.__new__(Full)
        desk.session, desk.cast = session, cast
        desk.activity = desk.make(types=[ActivityType.OPEN_TALK], scope=Scope.NAMED, details=Details(people=people))
        session.flush()
        notice = notice_of(session, desk.activity.id)
        assert notice is not None
        for name in ("甲四", "甲五"):
            acknowledge(session, desk.me(name), notice.id, TOLD)
        asked, kept = desk.leave("甲五"), desk.leave("甲六")
        signed = Attendance(
            activity_id=desk.activity.id, person_id=cast["甲五"], status=AttendanceStatus.PRESENT,
            method=SignInMethod.BUTTON, at=TOLD,
        )  # fmt: skip
        session.add(signed)
        session.flush()
        with refused("请选择参加人员。"):
            desk.change({"people": []})
        done = desk.change({"people": sorted((str(cast[one]) for one in ("甲四", "甲六", "乙二")), key=int)})
        assert (done.added, done.removed, done.leave) == ([cast["乙二"]], [cast["甲五"]], [asked])
        assert set(session.scalars(select(Delegate.person_id).where(Delegate.activity_id == desk.activity.id))) == {
            cast["甲四"],
            cast["甲六"],
            cast["乙二"],
        }
        for table in (Attendance, LeaveRequest, Receipt):
            gone = session.scalars(select(table.person_id).where(table.withdrawn_at.is_not(None))).all()
            assert gone == [cast["甲五"]], table
        session.refresh(kept)
        assert kept.withdrawn_at is None
        acts = session.execute(select(Audit.action, Audit.subject).where(Audit.at == TOLD).order_by(Audit.id)).all()
        assert [tuple(one) for one in acts][-5:] == [
            ("add", "delegate"),
            ("remove", "delegate"),
            ("withdraw", "attendance"),
            ("withdraw", "leave_request"),
            ("withdraw", "receipt"),
        ]
        assert any("删除参加人员（" in line and "甲五" in line for line in desk.log())
        with refused("活动已开始，参加人员不能再修改。"):
            desk.change({"people": [str(cast["甲四"])]}, at=START)


def test_who_holds_it_makes_them_sent_or_picked(storage: Storage) -> None:
    with storage.transaction() as session:
        cast = Desk(session).cast
        desk = Full.__new__(Full)
        desk.session, desk.cast = session, cast
        desk.activity = desk.make(
            types=[ActivityType.OPEN_TALK], scope=Scope.NAMED, details=Details(people=(cast["甲四"],))
        )
        session.flush()
        desk.change({"organizer": "superior"})
        assert desk.activity.scope is Scope.DELEGATED
        desk.change({"organizer": "own_branch"})
        assert desk.activity.scope is Scope.NAMED


def test_the_roll_counts_by_what_it_says_now(storage: Storage) -> None:
    """A person who is named later is expected; who is not any longer is not."""
    with storage.transaction() as session:
        cast = Desk(session).cast
        desk = Full.__new__(Full)
        desk.session, desk.cast = session, cast
        people = (cast["甲四"], cast["甲五"])
        desk.activity = desk.make(types=[ActivityType.OPEN_TALK], scope=Scope.NAMED, details=Details(people=people))
        session.flush()
        desk.change({"people": [str(cast["甲五"]), str(cast["甲六"])]})
        assert service.roll(session, desk.activity, SHANGHAI).expected == (cast["甲五"], cast["甲六"])
