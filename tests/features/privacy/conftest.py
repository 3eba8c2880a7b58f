"""The branch of these tests."""

import pytest
from sqlalchemy import update

from storage.engine import Storage
from storage.models.person import Person
from tests.cast import Cast, make_branch
from tests.features.privacy.filling import MARK, NOW, fill
from tests.features.privacy.planting import LONGER, VICTIM


@pytest.fixture
def cast(storage: Storage) -> Cast:
    """The base branch, and somebody of whom there is a row in every table."""
    with storage.transaction() as session:
        cast = make_branch(session, now=NOW)
        fill(session, cast[VICTIM], cast.account(VICTIM))
        session.execute(update(Person).where(Person.id == cast[VICTIM]).values(notes=MARK, gender="男"))
    return cast


@pytest.fixture
def bare(storage: Storage) -> Cast:
    """The base branch; 甲七 has a name of which 甲五 is a part."""
    with storage.transaction() as session:
        cast = make_branch(session, now=NOW)
        session.execute(update(Person).where(Person.id == cast["甲七"]).values(name=LONGER))
    return cast
