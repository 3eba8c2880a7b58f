"""Branches that are counted together: each says what it says alone, to the byte, whatever stands beside it."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.features.archive.importing import Target, bring
from bot.features.registry import FIGURES, KEEPS
from bot.features.tally import keeping
from bot.features.tally.service import plain, tallies
from bot.kit.versions import canonical
from scheduler.calendar.days import Quarter
from scheduler.calendar.periods import Period
from storage.choices import OrganisationKind
from storage.engine import Storage
from storage.models.organisation import Organisation
from storage.models.person import Person, RosterSpan
from tests.counting import over
from tests.features.tally.conftest import SHANGHAI
from tests.features.tally.test_beside import N, lay_beside

EXAMPLE: dict[str, Any] = json.loads((Path(__file__).parent.parent / "archive" / "example.json").read_text())
Q3 = Quarter(2022, 3)
PERIODS = [Period.of(Q3), Period.of(Q3.previous()), Period(date(2022, 2, 14), date(2023, 1, 1))]
IN_GRACE, AFTERWARDS = (datetime(2022, month, day, 22, tzinfo=SHANGHAI) for month, day in ((10, 12), (11, 1)))


def lay_many(session: Session) -> None:
    """Below a committee the example twice as it was not closed, once closed, once with a close day of its own; one with
    other records, one with none; and somebody of the first who was in another before.
    """
    draft = {name: rows for name, rows in EXAMPLE.items() if name not in ("closes", "corrections")}
    late = {**draft, "branch": {**draft["branch"], "name": "另一支部"}}
    done = [
        bring(session, one, Target(None), now=AFTERWARDS, timezone="Asia/Shanghai", figures=FIGURES)
        for one in (draft, EXAMPLE)
    ]
    lay_beside(session)
    above = Organisation(kind=OrganisationKind.SUPERIOR_COMMITTEE, name="某党委", created_at=AFTERWARDS)
    session.add_all([above, Organisation(kind=OrganisationKind.BRANCH, name="空支部", created_at=AFTERWARDS)])
    session.flush()
    done += [
        bring(session, one, Target(None), now=AFTERWARDS, timezone="Asia/Shanghai", figures=FIGURES)
        for one in (draft, late)
    ]
    session.get_one(Organisation, done[-1].branch_id).settings = {"close_day": 20}
    for one in session.scalars(select(Organisation).where(Organisation.kind == OrganisationKind.BRANCH)):
        one.parent_id = above.id
    moved = session.scalars(select(Person.id).where(Person.branch_id == done[0].branch_id).order_by(Person.id)).first()
    assert moved is not None
    session.add(RosterSpan(person_id=moved, branch_id=N, from_on=date(2016, 1, 1), to_on=date(2018, 1, 1)))


@pytest.fixture
def many(storage: Storage) -> Iterator[tuple[Session, Sequence[int]]]:
    with storage.transaction() as session:
        lay_many(session)
    with storage.reading() as session:
        branches = select(Organisation.id).where(Organisation.kind == OrganisationKind.BRANCH)
        yield session, session.scalars(branches.order_by(Organisation.id)).all()


def said(session: Session, ids: Sequence[int], period: Period, now: datetime) -> dict[int, str]:
    """What would be kept of each, as bytes."""
    found = keeping.count(session, KEEPS, ids, period, now, SHANGHAI)
    return {one.kept.branch_id: json.dumps(asdict(one), default=str, ensure_ascii=False) for one in found}


@pytest.mark.long
def test_together_each_says_what_it_says_alone(many: tuple[Session, Sequence[int]]) -> None:
    session, ids = many
    assert len(ids) == 6
    assert said(session, [], PERIODS[0], IN_GRACE) == {}
    for period, now in ((PERIODS[0], IN_GRACE), (PERIODS[1], AFTERWARDS)):
        alone = {one: said(session, [one], period, now)[one] for one in ids}
        for some in (ids, ids[3:5]):
            assert said(session, some, period, now) == {one: alone[one] for one in some}


def test_together_the_tallies_are_those_of_each_branch(many: tuple[Session, Sequence[int]]) -> None:
    """Also what a secretary sees, with whoever has closed a quarter; and the figures are not those of nothing."""
    session, ids = many
    for period in PERIODS[::2]:
        found = tallies(session, ids, period, AFTERWARDS, SHANGHAI, figures=FIGURES)
        for one in ids:
            own, with_others = over(session, one, period, AFTERWARDS, SHANGHAI), found[one]
            assert canonical(plain(with_others.figures)) == canonical(plain(own.figures))
            assert list(with_others.behind.items()) == list(own.behind.items())
            assert (with_others.version, with_others.by, with_others.read) == (own.version, own.by, own.read)
            assert [one.rows for one in with_others.counted] == [one.rows for one in own.counted] or own.frozen
    quarter = tallies(session, ids, PERIODS[0], AFTERWARDS, SHANGHAI, figures=FIGURES)
    assert sorted(one.version for one in quarter.values()) == ["draft"] * 5 + ["v2"]
    assert sorted(len(one.figures["attendance_by_activity"]) for one in quarter.values()) == [0, 3, 4, 4, 4, 4]
