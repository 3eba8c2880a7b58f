"""The tally of a branch that has some of everything: few statements over any period, and no table read through."""

from datetime import date, datetime

import pytest
from sqlalchemy import select

from bot.features.registry import KEEPS
from bot.features.tally import keeping
from scheduler.calendar.days import Quarter
from scheduler.calendar.periods import Period
from storage.choices import OrganisationKind
from storage.models.organisation import Organisation
from tests.counting import over
from tests.growth.conftest import Place
from tests.growth.counting import scanned, statements
from tests.growth.test_statements import GROWING
from tests.rights.branch import SHANGHAI

AFTER = datetime(2024, 2, 1, 9, tzinfo=SHANGHAI)
MOST = 40
# What is asked beside the figures where they are to be kept: the state before, versions, what still waits.
KEPT = 8
PERIODS = {
    "quarter": Period.of(Quarter(2023, 3)),
    "half-year": Period(date(2023, 1, 1), date(2023, 7, 1)),
    "year": Period(date(2023, 1, 1), date(2024, 1, 1)),
    "five years": Period(date(2019, 1, 1), date(2024, 1, 1)),
    "custom": Period(date(2023, 2, 14), date(2023, 8, 2)),
}


@pytest.mark.parametrize("which", PERIODS)
def test_a_tally_asks_little_and_reads_no_table_through(which: str, places: list[Place]) -> None:
    """Goal 11; the second place is one of five years."""
    place = places[1]
    with place.storage.reading() as session:
        session.connection()
        with statements() as said:
            over(session, place.made.here.branch_id, PERIODS[which], AFTER, SHANGHAI)
        assert len(said) <= MOST
        assert scanned(session, said) & GROWING == set()


def test_many_branches_are_counted_in_as_many_statements(places: list[Place]) -> None:
    """Goal 10b: what is asked of each chunk does not depend on how many branches are in it."""
    place = places[2]
    with place.storage.reading() as session:
        branches = select(Organisation.id).where(Organisation.kind == OrganisationKind.BRANCH)
        ids = session.scalars(branches.order_by(Organisation.id)).all()
        heard = {}
        # The first two have some of everything.
        for many in (2, 3, len(ids)):
            with statements() as said:
                found = keeping.count(session, KEEPS, ids[:many], PERIODS["quarter"], AFTER, SHANGHAI)
            assert len(found) == many
            heard[many] = len(said)
            assert scanned(session, said) & GROWING == set()
        assert len(ids) > 50
        assert len(set(heard.values())) == 1
        assert heard[2] <= MOST + KEPT
