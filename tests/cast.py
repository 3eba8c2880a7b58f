"""The named people of the tests: the base branch of 25 (docs/rules.md), written as a secretary's import writes it."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache
from typing import Any

from sqlalchemy import Select, select, update
from sqlalchemy.orm import Session

from bot.features.accounts import service
from bot.features.roster_files.service import import_roster
from bot.playground.base_branch import NAME, YEAR, base_branch
from storage.audience import Me, find
from storage.models.organisation import PartyGroup
from storage.models.person import Person
from tests import prepared

BASE_BRANCH = base_branch()
NAMES = [row.name for row in BASE_BRANCH]
FIRST_ACCOUNT = 1001
# When the rows were written that are copied; no test lives then.
THEN = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Cast:
    """A branch with its people: `cast["甲一"]` is a person's id, `cast.account("甲一")` the Telegram account."""

    branch_id: int
    people: dict[str, int]
    groups: dict[str, int]

    def __getitem__(self, name: str) -> int:
        return self.people[name]

    @property
    def telegram_ids(self) -> dict[str, int]:
        """1001, 1002, ... in the order of the roster."""
        return {name: FIRST_ACCOUNT + at for at, name in enumerate(self.people)}

    def account(self, name: str) -> int:
        return self.telegram_ids[name]

    def me(self, session: Session, name: str, day: date) -> Me:
        """Somebody bound, as the edge finds them."""
        found = find(session, self.account(name), day)
        assert found is not None
        return found


def make_branch(session: Session, *, now: datetime, bound: bool = True, only: Collection[str] = NAMES) -> Cast:
    """The base branch since 1 January 2023, or some of it; `bound`: everybody has pressed Start."""
    made = _made(tuple(only), bound)
    if prepared.fits(session, made):
        prepared.copy(session, made, THEN, now)
        branch_id = 1
    else:
        branch_id = import_branch(session, only, bound, now)
    session.expire_all()
    return cast_of(session, branch_id, only)


@cache
def _made(only: tuple[str, ...], bound: bool) -> prepared.Rows:
    return prepared.made_by(lambda session: import_branch(session, only, bound, THEN))


def import_branch(session: Session, only: Collection[str], bound: bool, now: datetime) -> int:
    """As the import of a roster writes it, and as everybody who presses Start."""
    branch_id = service.add_branch(session, NAME, None, now)
    rows = [row for row in BASE_BRANCH if row.name in only]
    import_roster(session, branch_id, rows, now=now, since=YEAR)
    session.flush()
    cast = cast_of(session, branch_id, only)
    for name in cast.people if bound else ():
        account = {"telegram_id": cast.account(name), "bound_at": now, "reachable": True}
        session.execute(update(Person).where(Person.id == cast[name]).values(**account))
    return branch_id


def cast_of(session: Session, branch_id: int, only: Collection[str] = NAMES) -> Cast:
    """Who is there by now."""
    ids = {row.name: row.id for row in session.execute(_of_branch(Person, branch_id))}
    groups = {row.name: row.id for row in session.execute(_of_branch(PartyGroup, branch_id))}
    return Cast(branch_id, {name: ids[name] for name in NAMES if name in only}, groups)


def _of_branch(table: type[Person] | type[PartyGroup], branch_id: int) -> Select[Any]:
    return select(table.name, table.id).where(table.branch_id == branch_id)
