"""Votes on both databases: what is recorded and refused, whose opinions count, and what a changed roll makes of it."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from threading import Event, Thread
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from bot.features.activities import planning
from bot.features.activities import service as activities
from bot.features.privacy import erasure, mydata
from bot.features.roster import service as roster
from bot.features.roster.buttons import Kind
from bot.features.roster.rules import FactChange
from bot.features.votes import service
from bot.kit import votes
from bot.kit.refusal import Refusal
from bot.kit.voting import Ballots, Excluded, Votes, vote_words
from storage.choices import (
    ActivityStatus,
    ActivityType,
    AttendanceStatus,
    MembershipStatus,
    Motion,
    Opinion,
    Organizer,
    Scope,
    VoteExclusion,
)
from storage.engine import Storage
from storage.models.audit import Audit
from storage.models.person import MembershipSpan
from storage.models.vote import Vote, VoteExcluded, WrittenOpinion
from tests.cast import make_branch
from tests.features.activities.desk import SHANGHAI, START, TOLD, refused
from tests.features.votes.desk import AFTER, DURING, Desk

ACCEPT, CONVERT, RESOLUTION, ELECTION = Motion
CLOSED = "第三季度统计已截止，不能再修改"
CUT_OFF = START.replace(month=10, day=11, hour=0, minute=0)


def test_st2(storage: Storage) -> None:
    """应到 23, 实到 21; of 24 full members two are not reckoned: expected 22, present 20 (not 丙七), 19 and 1 for."""
    with storage.transaction() as session:
        desk = Desk(session)
        desk.decide(desk.leave("甲四"))
        desk.decide(desk.leave("乙五"))
        desk.all_come()
        one = desk.record(desk.accepting(desk.guest()))
        roll = desk.settle()
        assert (len(roll.expected), len(roll.present), len(roll.leave), len(roll.absent)) == (23, 21, 2, 0)
        assert (len(one.expected), len(one.present)) == (22, 20)
        assert (one.outcome.valid, one.outcome.in_favour, one.outcome.passed) == (True, 20, True)
        assert vote_words(one.outcome).endswith("赞成19票，反对0票，弃权1票；书面意见：赞成1票，合计赞成20票。通过。")
        assert one.about == "接收丁一同志为预备党员"
        assert session.scalars(select(Audit.action).where(Audit.subject == "vote")).all() == ["make"]


def test_people_picked_by_name_are_no_meeting_that_votes(storage: Storage) -> None:
    with storage.transaction() as session:
        desk = Desk(session)
        desk.come("甲一", "甲二", "甲三")
        desk.activity.scope = Scope.NAMED
        session.flush()
        with refused("^这类会议不能进行此项表决。$"):
            desk.record(desk.wanted(room=Votes(3)))


def test_of_a_secret_vote_nobody_reads_what_the_few_wrote(storage: Storage) -> None:
    with storage.transaction() as session:
        desk = Desk(session)
        desk.all_come()
        writers, written = {desk.cast["甲四"]: None}, Votes(0, 1, 0)
        wanted = desk.wanted(ACCEPT, subject_id=desk.guest(), secret=True, writers=writers, written=written)
        one = desk.record(replace(wanted, room=Votes(19, 0, 1)))
        said = vote_words(one.outcome)
        assert said.endswith("赞成19票，反对1票，弃权1票（含书面意见1票）。通过。")


def test_whoever_was_entered_before_the_vote_may_be_its_subject(storage: Storage) -> None:
    """The roster says from the day of the meeting what the meeting has decided."""
    with storage.transaction() as session:
        desk = Desk(session)
        desk.all_come()
        session.execute(
            update(MembershipSpan).where(MembershipSpan.person_id == desk.cast["丙七"]).values(to_on=START.date())
        )
        session.add(MembershipSpan(person_id=desk.cast["丙七"], status=MembershipStatus.FULL, from_on=START.date()))
        session.flush()
        one = desk.record(desk.wanted(CONVERT, subject_id=desk.cast["丙七"], room=Votes(20)))
        assert len(one.present) == 20


def test_votes_that_are_more_than_people_are_said_so(storage: Storage) -> None:
    """The roll was changed after they were counted."""
    with storage.transaction() as session:
        desk = Desk(session)
        desk.all_come()
        one = desk.record(desk.wanted(room=Votes(20)))
        assert not one.differs
        absent = AttendanceStatus.ABSENT
        activities.mark(session, desk.me("甲二"), desk.activity, desk.cast["甲三"], absent, DURING)
        assert votes.of_vote(session, one.row, SHANGHAI).differs


def test_st2_with_eleven_an_ordinary_resolution_may_be_voted_and_an_acceptance_not(storage: Storage) -> None:
    with storage.transaction() as session:
        desk = Desk(session)
        desk.come("甲一", "甲二", "甲三", "甲五", "甲六", "甲七", "甲八", "甲九", "乙一", "乙二", "乙三")
        with refused("^到会未超过半数，不能表决接收。$"):
            desk.record(desk.accepting(desk.guest(), room=Votes(11)))
        with refused("^到会未超过半数，不能表决转正。$"):
            desk.record(desk.wanted(CONVERT, subject_id=desk.cast["丙七"], room=Votes(11)))
        with refused("^到会不足五分之四，不能选举。$"):
            desk.record(desk.wanted(ELECTION, secret=True, ballots=Ballots(11, 11, 11)))
        one = desk.record(desk.wanted(room=Votes(11)))
        assert (one.outcome.valid, one.outcome.passed) == (True, False)
        # A twelfth comes later: the same is put again, and carried.
        desk.come("乙四")
        with refused("票数合计11票，与有表决权到会12人不符"):
            desk.change(one, desk.wanted(room=Votes(11)))
        assert desk.change(one, desk.wanted(room=Votes(12))).outcome.passed


def test_too_few_for_a_resolution(storage: Storage) -> None:
    with storage.transaction() as session:
        desk = Desk(session)
        desk.come("甲一", "甲二", "甲三", "甲五", "甲六", "甲七", "甲八", "甲九", "乙一", "乙二")
        with refused("^到会不足半数，不能表决。$"):
            desk.record(desk.wanted(room=Votes(10)))
        # Exempt from attendance or not, who has a vote is expected (R6): without the two reckoned out it takes twelve.
        desk.come("乙三")
        with refused("到会不足半数"):
            desk.record(desk.wanted(room=Votes(11), excluded={}))


@pytest.mark.parametrize(
    ("room", "secret", "said"),
    [
        (Votes(19, 0, 0), False, "票数合计19票，与有表决权到会20人不符"),
        (Votes(20, 1, 0), False, "票数合计21票，与有表决权到会20人不符"),
        (Votes(19, 0, 0), True, ""),
        (Votes(20, 1, 0), True, "票数合计21票，多于有表决权到会20人"),
        (Votes(0, 0, 0), True, "票数不能全部为0"),
    ],
)
def test_what_adds_up_in_the_room(storage: Storage, room: Votes, secret: bool, said: str) -> None:
    """Of a secret vote not every ballot need have come back."""
    with storage.transaction() as session:
        desk = Desk(session)
        desk.all_come()
        wanted = desk.wanted(room=room, secret=secret)
        if not said:
            assert desk.record(wanted).outcome.room == room
            return
        with refused(said):
            desk.record(wanted)
        assert desk.votes == []


@pytest.mark.parametrize(
    ("types", "motion", "may"),
    [
        ([ActivityType.MEMBERS_MEETING], ACCEPT, True),
        ([ActivityType.MEMBERS_MEETING], ELECTION, True),
        ([ActivityType.MEMBERS_MEETING], RESOLUTION, True),
        ([ActivityType.COMMITTEE_MEETING], ACCEPT, False),
        ([ActivityType.COMMITTEE_MEETING], CONVERT, False),
        ([ActivityType.COMMITTEE_MEETING], ELECTION, True),
        ([ActivityType.COMMITTEE_MEETING], RESOLUTION, True),
        ([ActivityType.ORGANIZATIONAL_LIFE_MEETING], RESOLUTION, True),
        ([ActivityType.ORGANIZATIONAL_LIFE_MEETING], ELECTION, False),
        ([ActivityType.DEMOCRATIC_APPRAISAL], RESOLUTION, True),
        ([ActivityType.THEME_PARTY_DAY], RESOLUTION, False),
        ([ActivityType.THEME_PARTY_DAY, ActivityType.MEMBERS_MEETING], ACCEPT, True),
    ],
)
def test_what_may_be_put_to_the_vote_where(
    storage: Storage, types: list[ActivityType], motion: Motion, may: bool
) -> None:
    with storage.transaction() as session:
        scope = Scope.COMMITTEE if types == [ActivityType.COMMITTEE_MEETING] else Scope.BRANCH
        desk = Desk(session, types=types, scope=scope)
        subject = desk.guest() if motion is ACCEPT else desk.cast["丙七"] if motion is CONVERT else None
        wanted = replace(desk.wanted(motion, subject_id=subject), excluded={}, secret=motion is ELECTION)
        if may:
            assert not desk.record(wanted, at=TOLD).outcome.counted
            return
        with refused("^这类会议不能进行此项表决。$"):
            desk.record(wanted, at=TOLD)


def test_what_others_hold_is_not_voted_at(storage: Storage) -> None:
    with storage.transaction() as session:
        desk = Desk(session)
        desk.activity.organizer = Organizer.SUPERIOR
        with refused("这类会议不能进行此项表决"):
            desk.record(desk.wanted(), at=TOLD)


def test_whom_it_may_be_about(storage: Storage) -> None:
    """To be accepted: who is on no roster that day; to become full: who is probationary then."""
    with storage.transaction() as session:
        desk = Desk(session)
        other = make_branch(session, now=TOLD, bound=False, only=("甲一",))
        guest = desk.guest()
        for motion, subject in (
            (ACCEPT, desk.cast["甲五"]),
            (ACCEPT, desk.cast["丙七"]),
            (ACCEPT, other["甲一"]),
            (ACCEPT, 999_999),
            (CONVERT, desk.cast["甲五"]),
            (CONVERT, guest),
        ):
            with refused("不能对这位同志进行此项表决"):
                desk.record(desk.wanted(motion, subject_id=subject), at=TOLD)
        with refused("请选择表决对象"):
            desk.record(desk.wanted(ACCEPT), at=TOLD)
        with refused("请填写表决事项"):
            desk.record(desk.wanted(title=""), at=TOLD)


def test_one_vote_a_person_and_one_a_text(storage: Storage) -> None:
    with storage.transaction() as session:
        desk = Desk(session)
        desk.all_come()
        guest, second = desk.guest(), desk.guest("丁二")
        desk.record(desk.accepting(guest))
        desk.record(desk.accepting(second))
        desk.record(desk.wanted(CONVERT, subject_id=desk.cast["丙七"], room=Votes(20)))
        first = desk.record(desk.wanted(room=Votes(20)))
        other = desk.record(desk.wanted(room=Votes(20), title="通过预算"))
        with refused("这次会议已有这项表决"):
            desk.record(desk.accepting(guest))
        with refused("这次会议已有这项表决"):
            desk.record(desk.wanted(room=Votes(20), title="通过年度 工作计划"))
        with refused("这次会议已有这项表决"):
            desk.change(other, desk.wanted(room=Votes(20)))
        service.withdraw(session, desk.me("甲二"), first.row.id, "重复", DURING, SHANGHAI)
        assert desk.change(other, desk.wanted(room=Votes(20))).about == "通过年度工作计划"
        assert len(votes.of_activity(session, desk.activity, SHANGHAI)) == 4


# --- who may ---------------------------------------------------------------------------------------------------------


def test_who_keeps_the_votes_of_a_meeting(storage: Storage) -> None:
    """The desk; of a group's meeting its leader too, and no leader of the branch's."""
    with storage.transaction() as session:
        desk = Desk(session)
        for name in ("甲三", "丙一", "乙二", "丙四", "甲九"):
            with refused("没有办理此事的权限"):
                desk.record(desk.wanted(), by=name, at=TOLD)
        one = desk.record(desk.wanted(), by="乙一", at=TOLD)
        with refused("没有办理此事的权限"):
            service.withdraw(session, desk.me("甲三"), one.row.id, "误记", TOLD, SHANGHAI)
        group = desk.cast.groups["第一党小组"]
        types = [ActivityType.GROUP_MEETING]
        desk.activity = desk.make("甲三", types=types, scope=Scope.GROUP, group_id=group)
        desk.come("甲一", "甲二", "甲三", "甲四", "甲五")
        found = desk.record(replace(desk.wanted(room=Votes(5)), excluded={}), by="甲三")
        assert (len(found.expected), len(found.present), found.outcome.passed) == (9, 5, True)
        with refused("没有办理此事的权限"):
            desk.record(replace(desk.wanted(title="另一项"), excluded={}), by="乙三", at=TOLD)


def test_another_branch_knows_nothing_of_it(storage: Storage) -> None:
    with storage.transaction() as session:
        desk = Desk(session)
        one = desk.record(desk.wanted(), at=TOLD)
        away = replace(desk.me("甲一"), branch_id=desk.cast.branch_id + 1)
        for number in (one.row.id, 999_999):
            with refused("^没有找到这项表决，可能已取消。$"):
                service.found(session, away, number)
        with refused("没有找到这项活动"):
            service.record(session, away, desk.activity.id, desk.wanted(), TOLD, SHANGHAI)


# --- who has a vote ------------------------------------------------------------------------------------------------


def test_who_is_not_reckoned_is_a_full_member_of_that_day(storage: Storage) -> None:
    with storage.transaction() as session:
        desk = Desk(session)
        for who in (desk.cast["丙七"], desk.guest(), 999_999):
            with refused("有同志当天没有表决权"):
                desk.record(desk.wanted(excluded={who: Excluded(VoteExclusion.ABROAD)}), at=TOLD)
        excluded = {desk.cast["乙八"]: Excluded(VoteExclusion.OTHER, "经会议通过")}
        one = desk.record(desk.wanted(excluded=excluded), at=TOLD)
        assert (len(one.expected), one.excluded) == (23, excluded)
        rows = session.execute(select(VoteExcluded.reason, VoteExcluded.note)).all()
        assert rows == [(VoteExclusion.OTHER, "经会议通过")]


def test_who_is_not_reckoned_counts_neither_when_there(storage: Storage) -> None:
    with storage.transaction() as session:
        desk = Desk(session)
        desk.all_come(but=("甲四", "乙五"))
        one = desk.record(desk.wanted(room=Votes(20)))
        assert (len(one.expected), len(one.present)) == (22, 20)


def test_who_becomes_full_at_a_meeting_has_no_vote_at_it(storage: Storage) -> None:
    """Even where the branch lets the membership begin on its very day."""
    with storage.transaction() as session:
        desk = Desk(session)
        desk.all_come()
        one = desk.record(desk.wanted(CONVERT, subject_id=desk.cast["丙七"], room=Votes(20)))
        assert (len(one.expected), len(one.present)) == (22, 20)
        day = START.date()
        of = MembershipSpan.person_id == desk.cast["丙七"]
        session.execute(update(MembershipSpan).where(of).values(status=MembershipStatus.FULL, from_on=day))
        session.expire_all()
        one = desk.again(one)
        assert (len(one.expected), len(one.present), one.outcome.passed) == (22, 20, True)


# --- written opinions ------------------------------------------------------------------------------------------------


def test_written_opinions_before_the_meeting_and_who_then_comes(storage: Storage) -> None:
    with storage.transaction() as session:
        desk = Desk(session)
        one = desk.record(desk.accepting(desk.guest(), room=None, writers=desk.wrote("甲四", "乙五")), at=TOLD)
        assert (one.outcome.counted, one.outcome.written) == (False, Votes(2))
        assert vote_words(one.outcome).endswith("尚未计票。")
        with refused("^会议尚未开始，现在只能登记书面意见。$"):
            desk.change(one, desk.accepting(one.row.subject_id or 0), at=START - timedelta(minutes=1))
        desk.all_come()
        desk.come("乙五")
        one = desk.again(one)
        assert (one.came, one.outcome.written) == ((desk.cast["乙五"],), Votes(1))
        writers = desk.wrote("甲四", "乙五")
        one = desk.change(one, desk.accepting(one.row.subject_id or 0, room=Votes(20, 0, 1), writers=writers))
        assert one.outcome.in_favour == 21
        # Somebody who is there already votes in the room.
        with refused("^有同志已到会，应当在会上表决"):
            desk.change(one, desk.accepting(one.row.subject_id or 0, room=Votes(20, 0, 1), writers=desk.wrote("甲一")))
        for nobody in ("丙七", "乙八"):
            with refused("有同志当天没有表决权"):
                desk.record(desk.wanted(writers=desk.wrote(nobody), title=nobody))


def test_of_a_resolution_they_are_kept_and_not_counted(storage: Storage) -> None:
    with storage.transaction() as session:
        desk = Desk(session)
        desk.all_come()
        writers = desk.wrote("甲四", "乙五")
        one = desk.record(desk.wanted(room=Votes(11, 9), writers=writers))
        assert (one.outcome.in_favour, one.outcome.passed, one.outcome.written) == (11, False, Votes(2))
        assert "书面意见" not in vote_words(one.outcome)
        with refused("选举须到会投票，不接受书面意见"):
            desk.record(desk.wanted(ELECTION, secret=True, writers=desk.wrote("甲四", opinion=None)))


def test_of_a_secret_vote_no_opinion_is_kept_by_name(storage: Storage) -> None:
    with storage.transaction() as session:
        desk = Desk(session)
        desk.all_come()
        with refused("无记名投票只登记书面意见的票数"):
            desk.record(desk.accepting(desk.guest("丁二"), secret=True))
        secret = {"secret": True, "writers": desk.wrote("甲四", "乙五", opinion=None)}
        with refused("书面意见3票，多于提交书面意见的2人"):
            desk.record(desk.accepting(desk.guest("丁三"), written=Votes(3), **secret))
        one = desk.record(desk.accepting(desk.guest(), written=Votes(2), room=Votes(12, 5, 2), **secret))
        assert one.outcome.in_favour == 14
        assert set(session.scalars(select(WrittenOpinion.opinion))) == {None}
        # One of the two comes after all: nobody knows whose it was, and it is not reckoned.
        desk.come("乙五")
        assert desk.again(one).outcome.in_favour == 13


def test_who_was_voted_on_is_taken_into_the_roster_as_the_same_person(storage: Storage) -> None:
    """By the name alone, as the desk types it; on the roster from the day after the meeting (D4)."""
    with storage.transaction() as session:
        desk = Desk(session)
        desk.all_come()
        accepted = replace(desk.accepting(0), subject_id=None, subject_name="丁一")
        one = desk.record(accepted)
        group = desk.cast.groups["第一党小组"]
        fact = FactChange(kind=Kind.ACCEPT, day=START.date(), name="丁一", value=group)
        done = roster.change(session, desk.me("甲二"), fact, AFTER, SHANGHAI)
        assert done.person_id == one.row.subject_id
        assert desk.again(one).outcome.passed
        with refused("已有同志叫丁一"):
            desk.record(replace(accepted, motion=ACCEPT))


# --- the roll is changed ---------------------------------------------------------------------------------------------


def test_a_changed_roll_makes_a_vote_valid_and_invalid(storage: Storage) -> None:
    """Present voters follow the attendance; the result is stored nowhere."""
    with storage.transaction() as session:
        desk = Desk(session)
        desk.come("甲一", "甲二", "甲三", "甲五", "甲六", "甲七", "甲八", "甲九", "乙一", "乙二", "乙三", "乙四")
        one = desk.record(desk.accepting(desk.guest(), room=Votes(12), writers={}))
        assert one.outcome.passed
        me = desk.me("甲二")
        for name, status, valid in (("乙四", AttendanceStatus.ABSENT, False), ("乙六", AttendanceStatus.ONLINE, True)):
            activities.mark(session, me, desk.activity, desk.cast[name], status, AFTER)
            session.flush()
            assert (desk.again(one).outcome.valid, desk.again(one).outcome.passed) == (valid, valid)


@pytest.mark.parametrize("off", [ActivityStatus.CANCELLED, ActivityStatus.POSTPONED])
def test_nothing_is_voted_at_what_was_called_off(storage: Storage, off: ActivityStatus) -> None:
    with storage.transaction() as session:
        desk = Desk(session)
        one = desk.record(desk.wanted(), at=TOLD)
        desk.activity.status = off
        with refused("^活动已取消或改期，不能登记表决。$"):
            desk.record(desk.wanted(title="另一项"))
        with refused("^活动已取消或改期，不能登记表决。$"):
            desk.change(one, desk.wanted())


def test_what_was_written_stays_when_the_meeting_moves(storage: Storage) -> None:
    with storage.transaction() as session:
        desk = Desk(session)
        one = desk.record(desk.accepting(desk.guest(), room=None), at=TOLD)
        later = START + timedelta(days=7)
        planning.postpone(session, desk.me("甲二"), desk.activity, later, TOLD, SHANGHAI)
        assert (desk.again(one).outcome.written, desk.again(one).row.activity_id) == (Votes(1), desk.activity.id)


# --- changing and taking back ----------------------------------------------------------------------------------------


def test_undone_in_ten_minutes_by_who_has_recorded_it(storage: Storage) -> None:
    with storage.transaction() as session:
        desk = Desk(session)
        desk.all_come()
        one = desk.record(desk.wanted(room=Votes(20)))
        with refused("没有办理此事的权限"):
            service.undo(session, desk.me("甲一"), one.row.id, DURING, SHANGHAI)
        with refused("已超过10分钟，不能撤销，请点“取消表决”"):
            service.undo(session, desk.me("甲二"), one.row.id, DURING + timedelta(minutes=11), SHANGHAI)
        assert [step.what for step in service.steps(session, desk.me("甲二"), DURING)] == ["表决"]
        service.undo(session, desk.me("甲二"), one.row.id, DURING + timedelta(minutes=9), SHANGHAI)
        assert service.steps(session, desk.me("甲二"), DURING) == []
        assert votes.of_activity(session, desk.activity, SHANGHAI) == []
        with refused("这一步已撤销"):
            service.undo(session, desk.me("甲二"), one.row.id, DURING, SHANGHAI)


def test_taken_back_with_a_reason_that_the_log_does_not_repeat(storage: Storage) -> None:
    with storage.transaction() as session:
        desk = Desk(session)
        one = desk.record(desk.wanted(), at=TOLD)
        with refused("请填写取消的原因"):
            service.withdraw(session, desk.me("甲一"), one.row.id, "", TOLD, SHANGHAI)
        service.withdraw(session, desk.me("甲一"), one.row.id, "登记有误", TOLD, SHANGHAI)
        line = session.scalars(select(Audit).where(Audit.action == "withdraw", Audit.subject == "vote")).one()
        assert line.details["reason"]["length"] == 4
        assert "登记有误" not in str(line.details)
        with refused("没有找到这项表决"):
            service.withdraw(session, desk.me("甲一"), one.row.id, "再次", TOLD, SHANGHAI)


def test_after_the_cut_off_nothing_changes(storage: Storage) -> None:
    with storage.transaction() as session:
        desk = Desk(session)
        desk.all_come()
        one = desk.record(desk.wanted(room=Votes(20)))
        last = CUT_OFF - timedelta(seconds=1)
        one = desk.change(one, desk.wanted(room=Votes(19, 1)), at=last)
        with refused(CLOSED):
            desk.record(desk.wanted(room=Votes(20), title="另一项"), at=CUT_OFF)
        with refused(CLOSED):
            desk.change(one, desk.wanted(room=Votes(20)), at=CUT_OFF)
        with refused(CLOSED):
            service.withdraw(session, desk.me("甲二"), one.row.id, "误记", CUT_OFF, SHANGHAI)
        assert desk.again(one).outcome.room == Votes(19, 1)


def test_a_change_says_what_changed_and_no_opinion(storage: Storage) -> None:
    with storage.transaction() as session:
        desk = Desk(session)
        desk.all_come()
        one = desk.record(desk.accepting(desk.guest()))
        with refused("这项表决刚刚有变更"):
            service.change(session, desk.me("甲二"), one.row.id, desk.wanted(), 0, DURING, SHANGHAI)
        with refused("这类会议不能进行此项表决"):
            desk.change(one, desk.wanted(room=Votes(20)))
        desk.change(one, desk.accepting(one.row.subject_id or 0, room=Votes(18, 1, 1)))
        line = session.scalars(select(Audit).where(Audit.action == "change", Audit.subject == "vote")).one()
        assert line.details == {
            "changes": {"for": [19, 18], "against": [0, 1]}, "excluded": 2, "written": 1,
        }  # fmt: skip


def test_of_two_officers_who_record_the_same_vote_at_once_one_waits_and_finds_it(postgresql_url: str) -> None:
    """Each in a process of their own; SQLite has one writer anyhow."""
    with Storage(postgresql_url) as one, Storage(postgresql_url) as other:
        with one.transaction() as session:
            desk = Desk(session)
            desk.all_come()
            activity_id, wanted, cast = desk.activity.id, desk.wanted(room=Votes(20)), desk.cast
        heard: list[str] = []
        begun = Event()

        def record(session: Session, name: str) -> None:
            me = cast.me(session, name, TOLD.date())
            service.record(session, me, activity_id, wanted, DURING, SHANGHAI)

        def record_too() -> None:
            with other.transaction() as session:
                begun.set()
                try:
                    record(session, "甲一")
                except Refusal as refusal:
                    heard.append(refusal.text)

        late = Thread(target=record_too)
        with one.transaction() as session:
            record(session, "甲二")
            late.start()
            begun.wait(10)
            # Into the lock; where it is slower it finds the vote.
            late.join(0.3)
        late.join(30)
        assert heard == ["这次会议已有这项表决，请打开后修改。"]
        with one.reading() as session:
            assert len(session.scalars(select(Vote)).all()) == 1


# --- personal data ---------------------------------------------------------------------------------------------------


def held(desk: Desk, name: str, table: str) -> Sequence[Mapping[str, Any]]:
    """The rows of a table that somebody gets with the own data."""
    data = mydata.gather(desk.session, desk.me(name))
    return next(part.rows for part in data.parts if part.name == table)


def test_of_somebody_erased_nothing_is_left_but_the_numbers(storage: Storage) -> None:
    with storage.transaction() as session:
        desk = Desk(session)
        desk.all_come()
        desk.record(desk.accepting(desk.guest()))
        why = {desk.cast["丙八"]: Excluded(VoteExclusion.OTHER, "长期卧床")}
        desk.record(desk.wanted(room=Votes(20), excluded=why, title="另一项"), at=DURING)
        session.flush()
        assert [row["opinion"] for row in held(desk, "甲四", "written_opinion")] == [Opinion.FOR]
        assert "长期卧床" in [row["note"] for row in held(desk, "丙八", "vote_excluded")]
        today: Any = AFTER.date()
        for name in ("甲四", "丙八"):
            erasure.erase(session, desk.cast.me(session, "甲一", TOLD.date()), desk.cast[name], today, AFTER)
        session.expire_all()
        gone = session.get_one(WrittenOpinion, (desk.votes[0].id, desk.cast["甲四"]))
        assert gone.opinion is None
        row = session.get_one(VoteExcluded, (desk.votes[1].id, desk.cast["丙八"]))
        assert (row.reason, row.note) == (VoteExclusion.OTHER, "")
        assert desk.votes[0].written_for == 1
