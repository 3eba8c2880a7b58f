"""What one reading asks again is asked once, and anew after anything was written."""

from collections.abc import Callable
from datetime import UTC, date, datetime

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from storage.choices import OrganisationKind
from storage.engine import Storage
from storage.models.organisation import Organisation
from storage.models.person import Person, RosterSpan
from storage.once import asked_once, once
from storage.roster import rosters
from tests.growth.counting import statements

NOW = datetime(2023, 7, 1, tzinfo=UTC)
JULY, LONG_AGO = date(2023, 7, 1), date(1999, 1, 1)


def branch(session: Session, name: str = "甲") -> Organisation:
    row = Organisation(kind=OrganisationKind.BRANCH, name=name, created_at=NOW)
    session.add(row)
    session.flush()
    return row


def asking(session: Session) -> Callable[[], int]:
    query = select(func.count()).select_from(Organisation)
    return lambda: once(session, "branches", lambda: session.scalar(query) or 0)


def test_outside_of_a_reading_all_is_asked_anew(storage: Storage) -> None:
    with storage.reading() as session, statements() as said:
        asked = asking(session)
        assert (asked(), asked()) == (0, 0)
    assert len([one for one in said if one.sql.startswith("SELECT")]) == 2


def test_within_one_it_is_asked_once_also_in_a_part_of_it(storage: Storage) -> None:
    with storage.reading() as session:
        session.connection()
        with statements() as said, asked_once(session):
            asked = asking(session)
            asked()
            with asked_once(session):
                asked()
            asked()
        assert len(said) == 1
        assert not session.info


def test_what_is_written_in_it_is_seen(storage: Storage) -> None:
    with storage.transaction() as session, asked_once(session):
        asked = asking(session)
        assert asked() == 0
        row = branch(session)
        assert asked() == 1
        # Not flushed yet: asking does it, as every statement does.
        session.add(Organisation(kind=OrganisationKind.BRANCH, name="乙", created_at=NOW))
        assert asked() == 2
        name = once(session, "name", lambda: session.scalar(select(Organisation.name).where(Organisation.id == row.id)))
        session.execute(update(Organisation).where(Organisation.id == row.id).values(name="丙"))
        again = once(
            session, "name", lambda: session.scalar(select(Organisation.name).where(Organisation.id == row.id))
        )
        assert (name, again) == ("甲", "丙")


def test_many_rosters_of_one_reading_are_read_once_and_of_earlier_days_once_more(storage: Storage) -> None:
    with storage.transaction() as session:
        here = branch(session).id
        person = Person(branch_id=here, name="甲一", created_at=NOW)
        session.add(person)
        session.flush()
        session.add(RosterSpan(person_id=person.id, branch_id=here, from_on=LONG_AGO))
    with storage.reading() as session:
        apart = rosters(session, here, [LONG_AGO, JULY])
        with asked_once(session), statements() as said:
            assert rosters(session, here, [JULY]) == {JULY: apart[JULY]}
            assert rosters(session, here, [JULY, date(2023, 1, 1), date(2030, 1, 1)])[JULY] == apart[JULY]
            assert len(said) == 2
            for _ in range(2):
                assert rosters(session, here, [LONG_AGO, JULY]) == apart
            assert len(said) == 4
            # What a caller does with its answer is its own.
            rosters(session, here, [JULY])[JULY].clear()
            assert rosters(session, here, [JULY]) == {JULY: apart[JULY]}
