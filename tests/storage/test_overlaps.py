"""Functions that overlap: several in one group that want the same, and a second writer that cannot be."""

import asyncio
from typing import Any, cast

import pytest
from sqlalchemy import select
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import Session

from storage import sqlite
from storage.engine import Storage
from storage.models.outbox import Lease
from tests.e2e.house import until
from tests.overlapping import Overlapping, Work
from tests.storage.conftest import NOON

SEEDS = pytest.mark.parametrize("seed", range(5))


@SEEDS
async def test_of_those_who_take_one_key_in_one_group_one_makes_the_row_and_the_others_see_it(
    storage_url: str, seed: int
) -> None:
    with Overlapping(storage_url, seed) as storage:
        runs = list[int]()

        def take(number: int) -> Work:
            def work(session: Session) -> str:
                runs.append(number)
                found = session.scalars(select(Lease).where(Lease.name == "key")).one_or_none()
                if found is not None:
                    return found.holder
                session.add(Lease(name="key", holder=str(number), expires_at=NOON))
                session.flush()
                return str(number)

            return work

        async with storage.together():
            asked = [asyncio.ensure_future(storage.write(take(number))) for number in range(6)]
            await until(lambda: storage.queued == 6)
        answers = await asyncio.gather(*asked)
        with storage.reading() as session:
            holder = session.scalars(select(Lease.holder)).one()
    assert answers == [holder] * 6
    if storage.dialect == "sqlite":
        # The second saw the first's row, and nobody collided.
        assert sorted(runs) == list(range(6))


@SEEDS
async def test_what_fails_in_a_group_undoes_itself_alone_and_is_seen_by_nobody_after_it(
    storage_url: str, seed: int
) -> None:
    with Overlapping(storage_url, seed) as storage:

        def work(number: int) -> Work:
            def add(session: Session) -> int:
                session.add(Lease(name=f"row {number}", holder="", expires_at=NOON))
                session.flush()
                if number % 2:
                    raise LookupError(number)
                names = set(session.scalars(select(Lease.name)))
                assert not any(name.endswith(("1", "3", "5")) for name in names)
                return number

            return add

        async with storage.together():
            asked = [asyncio.ensure_future(storage.write(work(number))) for number in range(6)]
            await until(lambda: storage.queued == 6)
        answers = await asyncio.gather(*asked, return_exceptions=True)
        with storage.reading() as session:
            names = sorted(session.scalars(select(Lease.name)))
    assert [type(answer) for answer in answers] == [int, LookupError] * 3
    assert names == ["row 0", "row 2", "row 4"]


async def together(storage: Overlapping, *work: Work, alone: int = -1) -> list[object]:
    async with storage.together():
        asked = [asyncio.ensure_future(storage.write(each, alone=at == alone)) for at, each in enumerate(work)]
        await until(lambda: storage.queued == len(work))
    return await asyncio.gather(*asked, return_exceptions=True)


def add(name: str) -> Work:
    """Without a flush: whatever a function has added is written before it is answered."""
    return lambda session: session.add(Lease(name=name, holder="", expires_at=NOON))


@SEEDS
async def test_what_was_added_and_not_flushed_is_written_and_its_collision_is_its_own(
    storage_url: str, seed: int
) -> None:
    with Overlapping(storage_url, seed) as storage:
        answers = await together(storage, *(add(name) for name in ("a", "b", "a", "c")))
        with storage.reading() as session:
            assert sorted(session.scalars(select(Lease.name))) == ["a", "b", "c"]
    assert sorted(type(answer).__name__ for answer in answers) == ["IntegrityError"] + ["NoneType"] * 3


@SEEDS
async def test_who_collides_in_a_group_runs_again_and_finds_the_winner(storage_url: str, seed: int) -> None:
    """Blindly at first; the second time it looks."""
    with Overlapping(storage_url, seed) as storage:
        runs = [0, 0, 0]

        def take(number: int) -> Work:
            def work(session: Session) -> str:
                runs[number] += 1
                if runs[number] == 1:
                    session.add(Lease(name="key", holder=str(number), expires_at=NOON))
                    session.flush()
                return session.scalars(select(Lease.holder)).one()

            return work

        answers = await together(storage, *map(take, range(3)))
        with storage.reading() as session:
            holder = session.scalars(select(Lease.holder)).one()
    assert answers == [holder] * 3
    assert sorted(runs) == [1, 2, 2]


async def test_what_was_added_and_not_flushed_is_written_by_whoever_runs_alone_as_well(storage_url: str) -> None:
    with Storage(storage_url) as storage:
        await storage.write(add("a"))
        await storage.write(add("b"), alone=True)
        with storage.transaction() as session:
            add("c")(session)
        with storage.reading() as session:
            assert sorted(session.scalars(select(Lease.name))) == ["a", "b", "c"]


@SEEDS
async def test_one_that_wants_to_be_alone_shares_no_transaction(sqlite_url: str, seed: int) -> None:
    with Overlapping(sqlite_url, seed) as storage:
        said: list[str] = []
        with storage.engine.connect() as connection:
            cast(Any, connection.connection.dbapi_connection).set_trace_callback(said.append)
        await together(storage, add("a"), add("b"), add("c"), alone=1)
    begun = [said.index(each) for each in said if each.startswith("INSERT")]
    of_b = next(at for at in begun if "'b'" in said[at])
    assert said[of_b - 1].startswith("BEGIN")
    assert said[of_b + 1] == "COMMIT"


def test_a_second_writing_connection_cannot_be(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before SQLite 3.51.3 two of them can corrupt the log."""
    monkeypatch.setattr(sqlite, "PATIENCE", 0.05)
    with Storage(sqlite_url) as storage, storage.engine.connect():
        with pytest.raises(PoolTimeout):
            storage.engine.connect()
        with storage.reading() as session:
            assert session.scalars(select(Lease)).all() == []


def test_who_begins_to_write_keeps_others_out_from_the_beginning(
    sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not from the first row: between what it read and what it writes nobody may come."""
    monkeypatch.setattr(sqlite, "PRAGMAS", (*sqlite.PRAGMAS[:-1], "busy_timeout=10"))
    with Storage(sqlite_url) as ours, Storage(sqlite_url) as theirs, ours.transaction() as session:
        assert session.scalars(select(Lease)).all() == []
        with pytest.raises(OperationalError, match="locked"), theirs._backend.transaction():
            pytest.fail("both write")
