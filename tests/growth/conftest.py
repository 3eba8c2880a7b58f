"""The same branches after a year and a half and after five years, and among one other branch and among fifty.

A year and a half: a longer period is read quarter by quarter and compared with the same days of the year before, and a
quarter without records needs fewer statements.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest

from scheduler.calendar.days import Quarter
from storage.engine import Storage
from tests.growth.counting import Said
from tests.growth.past import everybody, more_branches, past
from tests.rights.branch import Scene, prepare

LAST = Quarter(2023, 2)
BEGAN = date(2018, 1, 1)


@dataclass(frozen=True)
class Place:
    """A database with the branches of tests/rights, and how it is called when a test fails."""

    name: str
    storage: Storage
    made: Scene


@pytest.fixture(scope="package")
def places(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Place]]:
    folder = tmp_path_factory.mktemp("growth")
    sizes = {"one other branch": (6, 1), "five years": (20, 1), "fifty other branches": (6, 50)}
    found = [_place(name, folder / f"{at}.db", sqlite_template, *size) for at, (name, size) in enumerate(sizes.items())]
    yield found
    for place in found:
        place.storage.shut()


def _place(name: str, path: Path, template: Path, quarters: int, others: int) -> Place:
    path.write_bytes(template.read_bytes())
    storage = Storage(f"sqlite:///{path}")
    with storage.transaction() as session:
        made = prepare(session)
        past(session, more_branches(session, others, 6, BEGAN), LAST, 1)
        past(session, everybody(session, [made.here.branch_id]), LAST, quarters)
    return Place(name, storage, made)


@pytest.fixture
def equally(places: list[Place]) -> Callable[[Callable[[Place], list[Said]]], None]:
    """Fails unless a piece of work says as much in each of the places."""

    def check(says: Callable[[Place], list[Said]]) -> None:
        said = {place.name: says(place) for place in places}
        least = min(said.values(), key=len)
        same = {name: len(mine) for name, mine in said.items()} == dict.fromkeys(said, len(least))
        assert same, {name: {one.sql for one in Counter(mine) - Counter(least)} for name, mine in said.items()}

    return check
