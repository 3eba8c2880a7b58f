"""A branch that closes on the fifth and one on the fifteenth: what counts, what is owed, what is marked too late."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from bot.features.activities import service as activities
from bot.features.activities.counting.held import HELD
from bot.features.leave import makeups
from bot.features.reflections import cards
from bot.features.reflections import service as reflections
from bot.features.registry import KEEPS
from bot.features.roster import service as roster_service
from bot.features.roster.buttons import Kind
from bot.features.study import service as study
from bot.features.tally import committee, person_record_messages
from bot.features.tally.periods import quarter_at_hand
from bot.features.tally.person_records import my_record
from bot.kit.activities import before_cut_off
from bot.kit.closing import SETTING
from bot.kit.deadlines import after
from bot.kit.refusal import Refusal
from scheduler.calendar.days import Quarter
from scheduler.calendar.periods import Period
from storage.audience import Me
from storage.choices import (
    ActivityStatus,
    ActivityType,
    AttendanceStatus,
    Duty,
    LeaveState,
    LeaveType,
    MakeupState,
    OrganisationKind,
    PieceState,
    SignInMethod,
    StudyItemKind,
    TaskAudience,
)
from storage.engine import Storage
from storage.models.activity import Activity
from storage.models.attendance import Attendance, LeaveRequest, Makeup
from storage.models.organisation import Organisation
from storage.models.person import Person
from storage.models.reflection import Reflection, ReflectionTask
from storage.models.study import StudyCompletion, StudyItem
from tests.counting import tally
from tests.features.activities.desk import SHANGHAI, TOLD, Desk

Q3 = Quarter(2023, 3)
LEAST = timedelta(microseconds=1)
MUCH_LATER = datetime(2023, 11, 20, 9, tzinfo=SHANGHAI)
DAYS = pytest.mark.parametrize("day", [5, 15])


class Closing(Desk):
    """The branch of the desk with its own close day; what it records is recorded at `at`."""

    def __init__(self, session: Session, day: int) -> None:
        super().__init__(session)
        session.get_one(Organisation, self.cast.branch_id).settings = {SETTING: day}
        self.midnight = datetime(2023, 10, day + 1, tzinfo=SHANGHAI)
        by = {"branch_id": self.cast.branch_id, "created_by_id": self.cast["甲二"], "created_at": TOLD}
        due = {"due_on": date(2023, 8, 31)}
        assigned = {"assigned_on": date(2023, 7, 5), "kind": StudyItemKind.BOOK}
        self.item = StudyItem(title="书目", **assigned, **due, **by)
        self.task = ReflectionTask(
            title="心得", activity_id=self.activity.id, audience=TaskAudience.ALL_MEMBERS, **due, **by
        )
        session.add_all([self.item, self.task])
        session.flush()

    def record(self, at: datetime) -> None:
        """One of each, all at one instant: the roll, a sign-in, a leave, a make-up, study, a piece."""
        here, cast = {"activity_id": self.activity.id}, self.cast
        self.activity.status, self.activity.settled_at = ActivityStatus.HELD, at
        came = {"status": AttendanceStatus.PRESENT, "method": SignInMethod.MARKED, "at": at}
        approved = {"type": LeaveType.SICK, "state": LeaveState.APPROVED, "requested_at": TOLD}
        mine = {"task_id": self.task.id, "person_id": cast["甲三"], "state": PieceState.ACCEPTED}
        self.piece = Reflection(started_at=at, submitted_at=at, **mine)
        self.session.add_all(
            [
                Attendance(person_id=cast["甲三"], **came, **here),
                LeaveRequest(person_id=cast["甲四"], decided_at=at, **approved, **here),
                LeaveRequest(person_id=cast["甲五"], decided_at=TOLD, **approved, **here),
                Makeup(
                    person_id=cast["甲五"],
                    state=MakeupState.ACCEPTED,
                    done_on=at.astimezone(SHANGHAI).date(),
                    **here,
                ),
                StudyCompletion(item_id=self.item.id, person_id=cast["甲三"], completed_on=at.date(), completed_at=at),
                self.piece,
            ]
        )
        self.session.flush()

    def figures(self, now: datetime = MUCH_LATER) -> dict[str, Any]:
        return dict(tally(self.session, self.cast.branch_id, Q3, now, SHANGHAI).figures)


@DAYS
@pytest.mark.parametrize(("early", "counts"), [(True, 1), (False, 0)], ids=["the last instant", "the next one"])
def test_what_counts_until_the_branchs_own_midnight(storage: Storage, day: int, early: bool, counts: int) -> None:
    with storage.transaction() as session:
        desk = Closing(session, day)
        desk.record(desk.midnight - LEAST if early else desk.midnight)
        said = desk.figures()
        assert said["by_type"]["theme_party_day"]["count"] == counts
        assert said["study"]["completed_pairs"] == counts
        assert said["reflection_pieces_total"] == counts
        closes = {desk.activity.id: desk.midnight}
        roll = activities.rolls(session, [desk.activity], SHANGHAI, closes)[desk.activity.id]
        # Whose leave was approved in good time is on leave either way; whose make-up was done too late made up nothing.
        assert (len(roll.present), len(roll.leave), len(roll.made_up)) == (counts, 1 + counts, counts)


@DAYS
def test_what_was_withdrawn_too_late_still_counts(storage: Storage, day: int) -> None:
    with storage.transaction() as session:
        desk = Closing(session, day)
        desk.record(TOLD)
        for withdrawn_at, counts in ((desk.midnight, 1), (desk.midnight - LEAST, 0)):
            for table in (Attendance, StudyCompletion):
                session.execute(update(table).values(withdrawn_at=withdrawn_at))
            assert desk.figures()["study"]["completed_pairs"] == counts
            closes = {desk.activity.id: desk.midnight}
            roll = activities.rolls(session, [desk.activity], SHANGHAI, closes)[desk.activity.id]
            assert len(roll.present) == counts


@DAYS
def test_the_draft_counts_what_came_at_this_very_moment(storage: Storage, day: int) -> None:
    with storage.transaction() as session:
        desk = Closing(session, day)
        now = desk.midnight - timedelta(days=3)
        desk.record(now)
        assert desk.figures(now)["study"]["completed_pairs"] == 1
        assert desk.figures(now - LEAST)["study"]["completed_pairs"] == 0
        # An earlier close is compared alike.
        for cut_off, came in ((after(now), 1), (now, 0)):
            rolls = activities.rolls(session, [desk.activity], SHANGHAI, {desk.activity.id: cut_off})
            assert len(rolls[desk.activity.id].present) == came


@DAYS
def test_it_is_owed_until_then_and_nudged_no_longer(storage: Storage, day: int) -> None:
    with storage.transaction() as session:
        desk = Closing(session, day)
        desk.decide(desk.leave("乙四"))
        desk.activity.status = ActivityStatus.HELD
        session.flush()
        here = desk.cast.branch_id
        for owing in (study.owing, reflections.owing, makeups.owing):
            assert owing(session, here, desk.midnight - LEAST, SHANGHAI)
            assert owing(session, here, desk.midnight, SHANGHAI) == []
        me = desk.me("乙四")
        assert makeups.to_make_up(session, me, desk.midnight - LEAST, SHANGHAI) == [desk.activity]
        assert makeups.to_make_up(session, me, desk.midnight, SHANGHAI) == []


@DAYS
def test_what_the_desk_enters_is_refused_from_then_on(storage: Storage, day: int) -> None:
    with storage.transaction() as session:
        desk = Closing(session, day)
        row, me, last = desk.leave("乙四"), desk.me("甲二"), desk.midnight - LEAST
        before_cut_off(session, desk.activity, last, SHANGHAI)
        roster_service.check_day(session, me, Kind.RANK, Q3.end, last, SHANGHAI)
        for refused in (
            lambda: before_cut_off(session, desk.activity, desk.midnight, SHANGHAI),
            lambda: desk.decide(row, at=desk.midnight),
            lambda: roster_service.check_day(session, me, Kind.RANK, Q3.end, desk.midnight, SHANGHAI),
        ):
            with pytest.raises(Refusal, match="统计已截止"):
                refused()
        desk.decide(row, at=last)


@DAYS
def test_the_author_is_told_when_a_piece_came_too_late(storage: Storage, day: int) -> None:
    with storage.transaction() as session:
        desk = Closing(session, day)
        desk.record(desk.midnight)
        desk.piece.state = PieceState.SUBMITTED
        for at, late in ((desk.midnight - LEAST, False), (desk.midnight, True)):
            desk.piece.submitted_at = at
            session.flush()
            assert ("第三季度统计已截止" in cards.own(session, desk.piece, SHANGHAI).text) is late
        assert study.cut_off(session, desk.item, SHANGHAI) == desk.midnight


@DAYS
def test_the_quarter_at_hand_is_the_one_that_is_being_closed(day: int) -> None:
    midnight = datetime(2023, 10, day + 1, tzinfo=SHANGHAI)
    assert quarter_at_hand(midnight - LEAST, day) == Q3
    assert quarter_at_hand(midnight, day) == Q3.next()


def test_a_committee_counts_each_branch_by_its_own_day(storage: Storage) -> None:
    """Recorded on the eighth: too late for a branch that closes on the fifth, in time for the others."""
    with storage.transaction() as session:
        above = Organisation(kind=OrganisationKind.GENERAL_BRANCH, name="总支", created_at=TOLD)
        session.add(above)
        session.flush()
        found = {}
        for day in (5, 10, 15):
            desk = Closing(session, day)
            session.get_one(Organisation, desk.cast.branch_id).parent_id = above.id
            desk.record(datetime(2023, 10, 8, 10, tzinfo=SHANGHAI))
            found[desk.cast.branch_id] = day
            clear_accounts(session, desk)
        me = Me(1, "总支干部", above.id, None, frozenset({Duty.COMMITTEE_OFFICER}), frozenset())
        lines = committee.overview(session, me, Period.of(Q3), MUCH_LATER, SHANGHAI, keeps=KEEPS).lines
        held = {found[line.id]: line.held.get(ActivityType.THEME_PARTY_DAY, 0) for line in lines}
        assert held == {5: 0, 10: 1, 15: 1}


def clear_accounts(session: Session, desk: Desk) -> None:
    """The next branch has the same accounts."""
    session.execute(update(Person).where(Person.branch_id == desk.cast.branch_id).values(telegram_id=None))


@pytest.mark.parametrize(("day", "marked"), [(5, False), (15, True)])
def test_my_record_and_the_list_mark_what_was_entered_in_grace(storage: Storage, day: int, marked: bool) -> None:
    with storage.transaction() as session:
        desk = Closing(session, day)
        entered = datetime(2023, 10, 8, 10, tzinfo=SHANGHAI)
        desk.record(entered if marked else TOLD)
        mark = "（补报：7月7日，10月8日登记）"

        def shown(name: str) -> str:
            mine = my_record(session, desk.me(name), Period.of(Q3), MUCH_LATER, SHANGHAI)
            return "\n".join(said.text for said in person_record_messages.record(mine, MUCH_LATER.date(), SHANGHAI))

        assert (mark in shown("甲三")) is marked
        # Who did not come has no row that somebody entered; and an activity that was announced is none.
        assert mark not in shown("甲六")
        held = tally(session, desk.cast.branch_id, Q3, MUCH_LATER, SHANGHAI).counting.of(HELD)
        assert [one.back_filled_on for one in held] == [None]
        session.execute(update(Activity).values(created_at=entered))
        session.expire_all()
        held = tally(session, desk.cast.branch_id, Q3, MUCH_LATER, SHANGHAI).counting.of(HELD)
        assert [one.back_filled_on for one in held] == [entered.date() if marked else None]
        assert (mark in shown("甲六")) is marked
