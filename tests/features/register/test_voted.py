"""An election that points to its vote: what is read from there is typed and stored nowhere, and follows the roll."""

import io
from datetime import datetime
from typing import Any

import openpyxl
import pytest

from bot.features.activities import service as activities
from bot.features.register import ledgers
from bot.features.register.voted import with_votes
from bot.features.tally.service import to_json
from bot.features.votes import service as votes_service
from bot.kit.refusal import Refusal
from bot.kit.voting import Ballots, vote_words
from storage.choices import AttendanceStatus, Motion
from storage.engine import Storage
from tests.counting import over
from tests.features.activities.desk import SHANGHAI, START
from tests.features.register.desk import Q3
from tests.features.register.desk import Desk as Register
from tests.features.votes.desk import AFTER, DURING, Desk

NOW = "2023-07-07 18:00"
DAY: dict[str, Any] = {"kind": "general", "body": "members_meeting", "on": "2023-07-07", "seats": 2}
NUMBERS = ("electors", "present", "issued", "returned", "valid")


class Both:
    """A meeting with an election put to the vote, 20 of 22 voters there, and the register of the same branch."""

    def __init__(self, session: Any) -> None:
        self.desk = Desk(session)
        self.desk.all_come()
        wanted = self.desk.wanted(Motion.ELECTION, secret=True, title="选举支部委员会", ballots=Ballots(20, 20, 19))
        self.vote = self.desk.record(wanted)
        self.register = Register.over(session, self.desk.cast, NOW)

    def elect(self, *votes: int, **more: Any) -> int:
        number = self.register.record("election", **{**DAY, "vote": {"vote": self.vote.row.id}, **more})
        for name, many in zip(("甲一", "乙一", "甲二"), votes, strict=False):
            self.register.add(number, "candidates", person=[{"id": self.desk.cast[name]}], votes=many)
        return number

    def seen(self, number: int) -> Any:
        [view] = with_votes(self.desk.session, [self.register.view(number)], SHANGHAI)
        return view

    def figures(self, now: str = NOW) -> dict[str, Any]:
        self.desk.session.flush()
        found = self.register.count(now=now)
        names = ("elections.held", "elections.invalid", "elections.elected")
        return {name.removeprefix("elections."): found[name] for name in names}

    def mark(self, status: AttendanceStatus, at: datetime, *names: str) -> None:
        desk = self.desk
        for name in names:
            activities.mark(desk.session, desk.me("甲二"), desk.activity, desk.cast[name], status, at)
        desk.session.flush()


def test_the_numbers_are_read_from_the_vote(storage: Storage) -> None:
    """Whatever was typed of them beside it is dropped."""
    with storage.transaction() as session:
        both = Both(session)
        number = both.elect(18, 15, 5, electors=99, present=99)
        stored = both.register.view(number)
        assert not {*NUMBERS, "outcome"} & stored.fields.keys()
        assert not any("elected" in row.fields for row in stored.rows)
        view = both.seen(number)
        assert [view.fields[key] for key in NUMBERS] == [22, 20, 20, 20, 19]
        assert view.fields["outcome"] == "yes"
        assert [row.fields["elected"] for row in view.rows] == ["yes", "yes", "no"]
        assert both.figures() == {"held": 1, "invalid": 0, "elected": 2}
        one = both.desk.again(both.vote)
        assert one.outcome.passed
        assert vote_words(one.outcome).endswith("选举有效，应选2名，当选2名：甲一、乙一。")


def test_more_votes_than_valid_ballots_are_a_slip(storage: Storage) -> None:
    with storage.transaction() as session:
        both = Both(session)
        with pytest.raises(Refusal, match="得票（20）不能多于有效票（19）"):
            both.elect(20)


@pytest.mark.parametrize(("votes", "elected"), [((), 0), ((18,), 1), ((18, 10), 1), ((18, 15, 15), 1)])
def test_not_all_seats_are_filled(storage: Storage, votes: tuple[int, ...], elected: int) -> None:
    """No candidate, one, one with half of those there, a tie at the last seat."""
    with storage.transaction() as session:
        both = Both(session)
        both.elect(*votes)
        one = both.desk.again(both.vote)
        assert (one.outcome.valid, one.outcome.passed) == (True, False)
        assert both.figures() == {"held": 1, "invalid": 0, "elected": elected}


def test_it_follows_the_roll_and_the_vote(storage: Storage) -> None:
    with storage.transaction() as session:
        both = Both(session)
        number = both.elect(18, 15)
        # Three were not there after all: too few for an election, and more ballots than voters.
        both.mark(AttendanceStatus.ABSENT, AFTER, "甲五", "甲六", "甲七")
        assert both.seen(number).fields["outcome"] == "no"
        assert both.figures() == {"held": 0, "invalid": 1, "elected": 0}
        with pytest.raises(Refusal, match="选举无效，不能登记批复"):
            both.register.put(number, "approved", "2023-07-07")
        both.mark(AttendanceStatus.PRESENT, AFTER, "甲五", "甲六", "甲七")
        assert both.figures() == {"held": 1, "invalid": 0, "elected": 2}
        votes_service.withdraw(session, both.desk.me("甲二"), both.vote.row.id, "误记", DURING, SHANGHAI)
        assert both.figures() == {"held": 0, "invalid": 0, "elected": 0}
        assert "outcome" not in both.seen(number).fields


def test_what_came_after_the_cut_off_changes_nothing(storage: Storage) -> None:
    with storage.transaction() as session:
        both = Both(session)
        both.elect(18, 15)
        late = datetime(2023, 10, 11, tzinfo=SHANGHAI)
        both.mark(AttendanceStatus.ABSENT, late, "甲五", "甲六", "甲七")
        assert both.figures("2023-11-01 09:00") == {"held": 1, "invalid": 0, "elected": 2}


def test_an_election_without_a_vote_is_typed_as_ever(storage: Storage) -> None:
    typed = {"electors": 22, "present": 20, "issued": 20, "returned": 20, "valid": 19}
    with storage.transaction() as session:
        both = Both(session)
        number = both.elect(18, 15, vote=None, **typed)
        assert [both.register.view(number).fields[key] for key in NUMBERS] == list(typed.values())
        assert both.figures() == {"held": 1, "invalid": 0, "elected": 2}
        with pytest.raises(Refusal, match="请先填写应到、实到、发出选票、收回选票、有效票"):
            both.elect(vote=None)
        # One occasion with both counts once; the vote found later takes the place of what was typed.
        both.elect(18, 15)
        assert both.figures() == {"held": 1, "invalid": 0, "elected": 4}
        both.register.change(number, "vote", {"vote": both.vote.row.id})
        assert not {*NUMBERS, "outcome"} & both.register.view(number).fields.keys()


def test_what_it_may_point_to(storage: Storage) -> None:
    """A vote that elects, stands, and is of the own branch."""
    with storage.transaction() as session:
        both = Both(session)
        plain = both.desk.record(both.desk.wanted(title="一般决议"))
        for wrong in (plain.row.id, 999_999):
            with pytest.raises(Refusal, match="没有找到表决，请重新选择。"):
                both.elect(vote={"vote": wrong})
        votes_service.withdraw(session, both.desk.me("甲二"), both.vote.row.id, "误记", DURING, SHANGHAI)
        with pytest.raises(Refusal, match="没有找到表决，请重新选择。"):
            both.elect()


def test_the_ledger_has_the_numbers_of_the_vote(storage: Storage) -> None:
    with storage.transaction() as session:
        both = Both(session)
        both.elect(18, 15)
        kind = both.register.kind("election")
        content = ledgers.table(session, both.register.branch_id, kind, Q3, START.date(), SHANGHAI)
        rows = [row for row in openpyxl.load_workbook(io.BytesIO(content)).active.values if "甲一" in row]
        assert rows[0][3:8] == (22, 20, 20, 20, 19)
        assert "当选" in rows[0]
        found = over(session, both.register.branch_id, Q3, START.replace(month=9), SHANGHAI)
        assert to_json(found)["figures"]["elections"]["held"] == 1
