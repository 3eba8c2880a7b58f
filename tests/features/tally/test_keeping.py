"""Figures that are kept: they say what a fresh count says, hold until something changes, and name nobody."""

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.features.closes import service as closes
from bot.features.closes.service import Offered
from bot.features.registry import FIGURES, KEEPS
from bot.features.tally import keeping
from bot.features.tally.service import plain
from bot.kit import kept_figures
from bot.kit.kept_figures import Fresh, Kept
from scheduler.calendar.days import Quarter
from scheduler.calendar.periods import Period
from storage import audit
from storage.audience import Me
from storage.choices import Duty, MakeupState, OrganisationKind
from storage.engine import Storage
from storage.models.attendance import Makeup
from storage.models.calendar import CalendarYear
from storage.models.kept_figure import KeptFigure
from storage.models.organisation import Organisation
from storage.models.person import DutySpan, Person
from tests.counting import tally

SHANGHAI = ZoneInfo("Asia/Shanghai")
Q3, BRANCH = Period.of(Quarter(2022, 3)), 1
# In the grace, before the close day is over.
NOW = datetime(2022, 10, 8, 10, tzinfo=SHANGHAI)
LATER = NOW + timedelta(hours=1)
# No line that was written at LATER may still be to come.
SURE = LATER + timedelta(minutes=2)
SECRETARY = Me(1, "甲一", BRANCH, 1, frozenset({Duty.SECRETARY}), frozenset())
ONE = kept_figures.of_ids([BRANCH])


@pytest.fixture
def laid(storage: Storage, lay: Callable[[Session], Any]) -> Storage:
    with storage.transaction() as session:
        lay(session)
    return storage


def look(storage: Storage, now: datetime = NOW, period: Period = Q3) -> keeping.Looked:
    with storage.reading() as session:
        return keeping.look(session, KEEPS, ONE, period, now, SHANGHAI)


def keep(storage: Storage, now: datetime = NOW, period: Period = Q3) -> Kept:
    """Read, then written in a transaction of its own, as a page does."""
    found = look(storage, now, period)
    with storage.transaction() as session:
        for write in found.afterwards:
            write(session)
    return found.known[BRANCH]


def holds(storage: Storage, now: datetime = LATER, period: Period = Q3) -> bool:
    """Whether nothing has to be counted anew."""
    return not look(storage, now, period).fresh


def test_what_is_kept_says_what_a_count_says(laid: Storage) -> None:
    keep(laid)
    found = look(laid, LATER)
    assert (len(found.fresh), found.known[BRANCH].counted_at) == (0, NOW)
    with laid.reading() as session:
        fresh = keeping.count(session, KEEPS, [BRANCH], Q3, LATER, SHANGHAI)[0]
        own = tally(session, BRANCH, Quarter(2022, 3), NOW, SHANGHAI)
        kept = kept_figures.sources(session, BRANCH, Q3)
    said = {path: list(number) if isinstance(number, tuple) else number for path, number in fresh.kept.counts.items()}
    assert (found.known[BRANCH].counts, found.known[BRANCH].waits) == (said, fresh.kept.waits)
    assert kept == {path: list(listed) for path, listed in fresh.sources.items()}
    # The same numbers as the branch's own tally: a count, a rate as its part and whole, nothing of what is nothing.
    assert said["by_type.theme_party_day"] == own.figures["by_type"]["theme_party_day"]["count"] == 1
    assert said["branch_scope_overall"] == [
        own.figures["branch_scope_overall"][name] for name in ("present", "expected")
    ]
    assert said["study.completion_rate"] == [
        own.figures["study"][f"{name}_pairs"] for name in ("completed", "expected")
    ]
    assert "by_type.committee_meeting" not in said
    assert said["roster_close"] == own.figures["roster_close"]
    # What no committee is told of is not there, nor is anybody's name or title.
    assert not [path for path in (*said, *kept) if path.startswith("appraisal")]
    with laid.reading() as session:
        row = session.scalars(select(KeptFigure)).one()
        names = session.scalars(select(Person.name)).all()
    written = f"{row.counts}{row.waits}{row.sources}"
    assert written.isascii()
    assert not [name for name in names if name in written]


@pytest.mark.parametrize("action", ["settle", "nobody_knows_this"])
def test_a_line_that_may_change_something_makes_it_old(laid: Storage, action: str) -> None:
    keep(laid)
    with laid.transaction() as session:
        audit.record(session, action, "activity", 1, now=LATER, by=SECRETARY)
    assert not holds(laid)
    # Of another branch nothing is counted here.
    keep(laid, SURE)
    with laid.transaction() as session:
        session.add(Organisation(id=77, kind=OrganisationKind.BRANCH, name="别处", settings={}, created_at=NOW))
        session.flush()
        audit.record(session, action, "activity", 1, now=LATER, by=audit.by_operator(77))
    assert holds(laid, SURE)


def test_an_export_and_a_binding_change_nothing(laid: Storage) -> None:
    keep(laid)
    with laid.transaction() as session:
        audit.record(session, "export", "entry", None, now=LATER, by=SECRETARY)
        audit.record(session, "bound", "person", 3, now=LATER, by=SECRETARY)
    assert holds(laid)
    # Of somebody's facts the same word of another table does.
    with laid.transaction() as session:
        audit.record(session, "bound", "activity", 3, now=LATER, by=SECRETARY)
    assert not holds(laid)


def test_what_is_recorded_is_counted_anew(laid: Storage) -> None:
    before = keep(laid)
    with laid.transaction() as session:
        one = session.scalars(select(Makeup).where(Makeup.withdrawn_at.is_(None))).first()
        assert one is not None
        audit.change(session, "submit", one, {"state": MakeupState.SUBMITTED}, now=LATER, by=SECRETARY)
    after = keep(laid, SURE)
    assert after.waits["makeup"] == before.waits.get("makeup", 0) + 1
    assert holds(laid, SURE)


def test_the_day_changes_what_is_open_and_not_what_is_closed(laid: Storage) -> None:
    keep(laid)
    assert not holds(laid, NOW + timedelta(days=1))
    with laid.transaction() as session:
        offered = Offered(FIGURES, ())
        closes.close(session, SECRETARY, Quarter(2022, 3), offered, LATER, SHANGHAI)
    assert not holds(laid, LATER)
    closed = keep(laid, SURE)
    assert closed.waits == {}
    assert holds(laid, LATER + timedelta(days=400))


def test_a_time_that_goes_back_counts_anew(laid: Storage) -> None:
    keep(laid, LATER)
    assert not holds(laid, NOW)
    keep(laid, NOW)
    assert holds(laid, LATER)


def test_superiors_and_holidays_change_it(laid: Storage) -> None:
    keep(laid)
    with laid.transaction() as session:
        session.add(
            Organisation(id=78, kind=OrganisationKind.SUPERIOR_COMMITTEE, name="党委", settings={}, created_at=NOW)
        )
        session.flush()
        # Who serves there is nobody's figure; what it says for all below may be.
        audit.record(session, "office_given", "person", 1, now=LATER, by=audit.by_operator(78))
    assert holds(laid)
    with laid.transaction() as session:
        audit.record(session, "add", "own_kind", 1, now=LATER, by=audit.by_operator(78))
    assert not holds(laid)
    keep(laid, SURE)
    with laid.transaction() as session:
        values = {"year": 2022, "token": "another", "days": [], "papers": [], "source": "", "made_at": LATER}
        session.add(CalendarYear(organisation_id=None, **values))
    assert not holds(laid, SURE)


def test_of_two_the_one_that_saw_more_stays(laid: Storage) -> None:
    with laid.reading() as session:
        older = keeping.count(session, KEEPS, [BRANCH], Q3, NOW, SHANGHAI)[0]
    with laid.transaction() as session:
        audit.record(session, "settle", "activity", 1, now=LATER, by=SECRETARY)
    with laid.reading() as session:
        newer = keeping.count(session, KEEPS, [BRANCH], Q3, NOW + timedelta(hours=2), SHANGHAI)[0]
    assert older.state.newest < newer.state.newest
    for fresh in (newer, newer, older):
        with laid.transaction() as session:
            kept_figures.write(session, [fresh])
    with laid.reading() as session:
        row = session.scalars(select(KeptFigure)).one()
    assert row.newest == newer.state.newest
    assert json.loads(row.counts)["roster_close"] == plain(newer.kept.counts)["roster_close"]


def test_two_processes_may_keep_the_same_at_once(laid: Storage, storage_url: str) -> None:
    """Neither waits for the other for ever, and one row is left."""
    later = Period.of(Quarter(2022, 4))
    with laid.reading() as session:
        found = [keeping.count(session, KEEPS, [BRANCH], one, NOW, SHANGHAI)[0] for one in (Q3, later)]

    def process(order: list[Fresh]) -> None:
        # On SQLite one process writes, one after the other.
        with nullcontext(laid) if laid.dialect == "sqlite" else Storage(storage_url) as own:
            for _ in range(20):
                with own.transaction() as session:
                    kept_figures.write(session, order)

    with ThreadPoolExecutor(1 if laid.dialect == "sqlite" else 2) as pool:
        list(pool.map(process, (found, found[::-1])))
    with laid.reading() as session:
        assert session.scalars(select(KeptFigure.period).order_by(KeptFigure.period)).all() == [Q3.code, later.code]


def test_nothing_is_kept_while_lines_may_still_come(laid: Storage) -> None:
    with laid.transaction() as session:
        audit.record(session, "settle", "activity", 1, now=NOW, by=SECRETARY)
    soon, sure = NOW + timedelta(seconds=30), NOW + timedelta(seconds=61)
    keep(laid, soon)
    # With one writer the numbers of lines come in the order in which they are seen.
    assert holds(laid, soon) == (laid.dialect == "sqlite")
    keep(laid, sure)
    assert holds(laid, sure)


async def test_the_night_counts_what_somebody_looks_at(laid: Storage) -> None:
    assert await keeping.by_night(laid, KEEPS, NOW, SHANGHAI) == 0
    with laid.transaction() as session:
        for number, above in ((90, None), (91, 90)):
            kind = OrganisationKind.SUPERIOR_COMMITTEE
            session.add(
                Organisation(id=number, parent_id=above, kind=kind, name=f"党委{number}", settings={}, created_at=NOW)
            )
            session.flush()
            session.add(DutySpan(person_id=2, organisation_id=number, duty=Duty.COMMITTEE_OFFICER, from_on=NOW.date()))
        session.get_one(Organisation, BRANCH).parent_id = 91
    # The present quarter and the one before; seen from two above, once.
    assert await keeping.by_night(laid, KEEPS, NOW, SHANGHAI) == 2
    assert await keeping.by_night(laid, KEEPS, LATER, SHANGHAI) == 0
    assert holds(laid)
    assert await keeping.by_night(laid, KEEPS, NOW + timedelta(days=200), SHANGHAI) == 2
    with laid.reading() as session:
        assert session.scalar(select(func.count()).select_from(KeptFigure)) == 2
