"""Closed quarters of an archive after what happens to them: somebody erased, a clock that goes back, odd values."""

import copy
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.features.archive.document import BadArchive, dump, load
from bot.features.archive.importing import Target
from bot.features.closes import corrections
from bot.features.privacy.erasure import erase
from bot.features.registry import FIGURES
from storage.audience import Me
from storage.choices import AttendanceStatus, Duty, LeaveType
from storage.engine import Storage
from storage.models.activity import Activity
from storage.models.exam import ExamAttempt
from storage.models.person import Person
from tests.features.archive.branches import out, put
from tests.features.archive.test_closed import EXAMPLE, LATER
from tests.world import SHANGHAI

DRAFT = {name: rows for name, rows in EXAMPLE.items() if name != "corrections"}


class Closed:
    """The example, closed and with corrections to come."""

    def __init__(self, session: Session, found: dict[str, Any] = DRAFT) -> None:
        self.session, self.branch = session, put(session, found).branch_id
        people = session.scalars(select(Person).where(Person.branch_id == self.branch))
        self.ids = {one.archive_id: one.id for one in people}
        self.me = Me(self.ids["P1"], "甲一", self.branch, None, frozenset({Duty.SECRETARY}), frozenset())

    def roll(self, new: AttendanceStatus | LeaveType, minutes: int) -> None:
        mine = (Activity.branch_id == self.branch, Activity.title == "第一党小组会")
        activity = self.session.scalars(select(Activity.id).where(*mine)).one()
        now = LATER + timedelta(minutes=minutes)
        corrections.corrected_roll(self.session, self.me, activity, self.ids["P3"], new, "补交", FIGURES, now, SHANGHAI)

    def goes_round(self) -> None:
        """What is written is read again, as another branch and in the place of itself, with the same bytes."""
        self.session.expire_all()
        written = out(self.session, self.branch)
        other = put(self.session, written, Target(None, "第二支部"))
        again = out(self.session, other.branch_id)
        for name in ("closes", "corrections", "activities", "exams"):
            assert dump({name: again[name]}) == dump({name: written[name]}), name
        assert not put(self.session, written, Target(self.branch, replace=True)).changed


def test_of_somebody_who_was_erased_the_rows_still_tell(storage: Storage) -> None:
    with storage.transaction() as session:
        here = Closed(session)
        here.roll(LeaveType.SICK, 1)
        erase(session, here.me, here.ids["P3"], LATER.date(), LATER + timedelta(minutes=2))
        here.goes_round()


def test_of_an_erased_score_what_stands_is_all_that_is_left(storage: Storage) -> None:
    with storage.transaction() as session:
        here = Closed(session)
        mine = (ExamAttempt.person_id == here.ids["P2"], ExamAttempt.score.is_not(None))
        attempt = session.scalars(select(ExamAttempt).where(*mine, ExamAttempt.withdrawn_at.is_(None))).one()
        corrections.corrected_score(session, here.me, attempt.id, 8800, "核对", FIGURES, LATER, SHANGHAI)
        erase(session, here.me, here.ids["P2"], LATER.date(), LATER + timedelta(minutes=2))
        here.goes_round()


@pytest.mark.parametrize("minutes", [-30, -60 * 24 * 25], ids=["between two", "before the close"])
def test_a_clock_that_goes_back_changes_no_order(storage: Storage, minutes: int) -> None:
    with storage.transaction() as session:
        here = Closed(session)
        here.roll(LeaveType.SICK, 1)
        here.roll(AttendanceStatus.PRESENT, minutes)
        here.goes_round()


def test_odd_values_are_faults_and_no_crash(storage: Storage) -> None:
    with pytest.raises(BadArchive, match="more digits than can be read"):
        load(b'{"format":"branch-archive/1","x":' + b"9" * 5000 + b"}")
    with storage.transaction() as session:
        typed: Any = copy.deepcopy(EXAMPLE)
        typed["activities"][0]["components"][0]["type"] = [None]
        with pytest.raises(BadArchive, match=r"activities\[0\].components\[0\].type"):
            put(session, typed)
        here = Closed(session)
        frozen = out(session, here.branch)
        frozen["closes"][0]["versions"]["v1"]["figures"]["study"]["not_done"] = {"P3": [{"a": 1}], "P4": 7}
        other = put(session, frozen, Target(None, "第二支部"))
        versions = out(session, other.branch_id)["closes"][0]["versions"]
        assert versions == frozen["closes"][0]["versions"]
