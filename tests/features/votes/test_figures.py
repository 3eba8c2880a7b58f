"""The figures of votes: by vote, of what was held and counted, each by the roll of its own quarter's cut-off."""

from datetime import date, datetime, timedelta

from bot.features.activities import service as activities
from bot.features.tally.records import shown
from bot.features.tally.service import Tally, to_json
from bot.features.votes import service
from bot.kit.voting import Ballots, Votes
from scheduler.calendar.days import Quarter
from scheduler.calendar.periods import Period
from storage.choices import ActivityStatus, ActivityType, AttendanceStatus, Motion, Scope
from storage.engine import Storage
from tests.counting import over, tally
from tests.features.activities.desk import SHANGHAI, START
from tests.features.votes.desk import DURING, Desk
from tests.growth.counting import statements

Q3 = Quarter.of(START.date())
LATER = datetime(2023, 12, 1, 9, tzinfo=SHANGHAI)
CUT_OFF = datetime(2023, 10, 11, tzinfo=SHANGHAI)


def counted(desk: Desk, now: datetime = LATER, only: list[int] | None = None) -> Tally:
    desk.session.flush()
    return tally(desk.session, desk.cast.branch_id, Q3, now, SHANGHAI, only)


def said(desk: Desk, now: datetime = LATER, only: list[int] | None = None) -> object:
    return to_json(counted(desk, now, only))["figures"]["votes"]


def test_st2_by_vote_with_who_stands_behind_it(storage: Storage) -> None:
    with storage.transaction() as session:
        desk = Desk(session)
        desk.all_come()
        assert said(desk) == {}
        one = desk.record(desk.accepting(desk.guest()))
        # The roll is not complete: nothing was held yet.
        assert said(desk) == {}
        desk.settle("甲四", "乙五")
        code = f"V{one.row.id}"
        numbers = {"expected_voters": 22, "present_voters": 20, "valid": True, "for": 20, "passed": True}
        assert said(desk) == {code: numbers}
        found = counted(desk)
        assert len(found.behind[f"votes.{code}.expected_voters"]) == 22
        present = found.behind[f"votes.{code}.present_voters"]
        assert f"P{desk.cast['丙七']}" not in present
        assert len(present) == 20
        [figure] = [each for each in found.counted if each.figure.path == "votes"]
        _, [record] = shown(session, found, figure)
        assert record.text.endswith("赞成19票，反对0票，弃权1票；书面意见：赞成1票，合计赞成20票。通过。")


def test_only_what_was_counted_and_stands(storage: Storage) -> None:
    with storage.transaction() as session:
        desk = Desk(session)
        desk.all_come()
        desk.record(desk.wanted(title="尚未计票"))
        gone = desk.record(desk.wanted(title="已取消", room=Votes(20)))
        service.withdraw(session, desk.me("甲二"), gone.row.id, "误记", DURING, SHANGHAI)
        desk.settle("甲四", "乙五")
        assert said(desk) == {}
        desk.record(desk.wanted(room=Votes(20)))
        desk.activity.status = ActivityStatus.CANCELLED
        assert said(desk) == {}


def test_an_election_has_no_votes_for(storage: Storage) -> None:
    with storage.transaction() as session:
        desk = Desk(session)
        desk.all_come()
        one = desk.record(desk.wanted(Motion.ELECTION, secret=True, ballots=Ballots(20, 20, 20)))
        desk.settle("甲四", "乙五")
        numbers = {"expected_voters": 22, "present_voters": 20, "valid": True, "for": None, "passed": False}
        assert said(desk) == {f"V{one.row.id}": numbers}


def test_the_roll_of_the_cut_off_decides(storage: Storage) -> None:
    """Entered too late, somebody's coming changes nothing; what is withdrawn after it counted."""
    with storage.transaction() as session:
        desk = Desk(session)
        desk.come("甲一", "甲二", "甲三", "甲五", "甲六", "甲七", "甲八", "甲九", "乙一", "乙二", "乙三")
        guest = desk.guest()
        desk.come("乙四")
        one = desk.record(desk.accepting(guest, room=Votes(12), writers={}))
        desk.settle(*(name for name in desk.cast.people if name not in ("甲四",)))
        key = f"V{one.row.id}"
        before, me = said(desk), desk.me("甲二")
        assert isinstance(before, dict)
        assert before[key]["passed"]
        activities.mark(session, me, desk.activity, desk.cast["乙四"], AttendanceStatus.ABSENT, CUT_OFF)
        session.flush()
        assert said(desk) == before
        one.row.withdrawn_at = CUT_OFF
        assert said(desk) == before
        one.row.withdrawn_at = CUT_OFF - timedelta(seconds=1)
        assert said(desk) == {}
        one.row.withdrawn_at, one.row.recorded_at = None, CUT_OFF
        assert said(desk) == {}


def test_a_leader_s_figures_have_the_votes_of_the_own_group(storage: Storage) -> None:
    with storage.transaction() as session:
        desk = Desk(session)
        desk.all_come()
        desk.record(desk.wanted(room=Votes(20)))
        desk.settle("甲四", "乙五")
        group = desk.cast.groups["第一党小组"]
        types = [ActivityType.GROUP_MEETING]
        desk.activity = desk.make("甲三", types=types, scope=Scope.GROUP, group_id=group)
        desk.come("甲一", "甲二", "甲三", "甲四", "甲五")
        one = desk.record(desk.wanted(room=Votes(5), excluded={}), by="甲三")
        desk.settle("甲六", "甲七", "甲八", "甲九")
        assert len(counted(desk).figures["votes"]) == 2
        numbers = {"expected_voters": 9, "present_voters": 5, "valid": True, "for": 5, "passed": True}
        assert said(desk, only=[group]) == {f"V{one.row.id}": numbers}
        assert said(desk, only=[desk.cast.groups["第二党小组"]]) == {}


def hold(desk: Desk, number: int, votes: int) -> None:
    """A meeting of its own day with so many votes, everybody there."""
    start, me = START + timedelta(days=number), desk.me("甲二")
    end = start + timedelta(hours=2)
    desk.activity = desk.make(start_at=start, end_at=end, types=[ActivityType.MEMBERS_MEETING])
    for person in desk.cast.people.values():
        activities.mark(desk.session, me, desk.activity, person, AttendanceStatus.PRESENT, start)
    for title in range(votes):
        desk.record(desk.wanted(room=Votes(22), title=f"第{title}项"), at=start + timedelta(hours=1))
    activities.settle(desk.session, me, desk.activity, [], end, SHANGHAI)


def test_the_statements_do_not_grow_with_the_votes(storage: Storage) -> None:
    """Over a year: of one meeting with one vote, and of three with several."""
    year = Period(date(2023, 1, 1), date(2024, 1, 1))
    with storage.transaction() as session:
        desk, many = Desk(session), []
        for number, votes in enumerate((1, 3, 2)):
            hold(desk, number, votes)
            session.flush()
            with statements() as asked:
                found = over(session, desk.cast.branch_id, year, LATER, SHANGHAI)
            many.append((len(to_json(found)["figures"]["votes"]), len(asked)))
        assert [votes for votes, _ in many] == [1, 4, 6]
        assert len({asked for _, asked in many}) == 1
