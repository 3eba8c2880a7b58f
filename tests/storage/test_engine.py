"""Storage on both engines: answered after the commit, rolled back alone, run again after a collision."""

import asyncio
import threading
from typing import Any

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm import Session

from storage.engine import Storage
from storage.models.outbox import Lease
from storage.transactions import unavailable


async def test_a_caller_is_answered_after_the_commit(storage: Storage, rows: Any) -> None:
    async def caller(name: str) -> None:
        assert await storage.write(rows.add(name)) == name
        assert name in rows.names()

    await asyncio.gather(*(caller(f"row {number}") for number in range(200)))
    assert len(rows.names()) == 200
    assert storage.pending == 0


async def test_a_function_that_raises_is_rolled_back_alone(storage: Storage, rows: Any) -> None:
    def fail(_: Session) -> None:
        raise LookupError("no such activity")

    answers = await rows.together(rows.add("first"), rows.add("failing", then=fail), rows.add("last"))
    assert answers[0::2] == ["first", "last"]
    assert isinstance(answers[1], LookupError)
    assert rows.names() == {"first", "last"}


async def test_a_failed_flush_is_rolled_back_alone(storage: Storage, rows: Any) -> None:
    await storage.write(rows.add("taken"))
    answers = await rows.together(rows.add("first"), rows.add("taken"), rows.add("last"))
    assert answers[0::2] == ["first", "last"]
    assert isinstance(answers[1], IntegrityError)
    assert rows.names() == {"taken", "first", "last"}


async def test_a_collision_runs_the_function_again(storage: Storage, rows: Any) -> None:
    seen: list[int] = []

    def work(session: Session) -> str:
        seen.append(session.scalar(select(func.count()).select_from(Lease)) or 0)
        if len(seen) > 1:
            return "found it"
        rows.add("before the collision")(session)
        return str(rows.add("taken")(session))

    await storage.write(rows.add("taken"))
    assert await storage.write(work) == "found it"
    assert seen == [1, 1]
    assert rows.names() == {"taken"}


@pytest.mark.parametrize("alone", [True, False])
async def test_a_collision_that_does_not_end_is_an_error(storage: Storage, rows: Any, alone: bool) -> None:
    runs: list[None] = []

    def work(session: Session) -> None:
        runs.append(None)
        rows.add("taken")(session)

    await storage.write(rows.add("taken"))
    with pytest.raises(IntegrityError):
        await storage.write(work, alone=alone)
    assert len(runs) == 4


async def test_a_reader_cannot_write(storage: Storage, rows: Any) -> None:
    """And that is the function's fault, not a server that may only be read for now: nobody tries it again."""
    refused = pytest.raises((DBAPIError, RuntimeError), match=r"read-?only|tried to write")
    with refused as caught:
        await storage.read(rows.add("sly"))
    assert not unavailable(caught.value)
    with refused, storage.reading() as session:
        rows.add("sly")(session)
    assert rows.names() == set()


async def test_a_reader_sees_one_moment(storage: Storage, rows: Any) -> None:
    looked, written = threading.Event(), threading.Event()

    def count_twice(session: Session) -> list[int]:
        counts = [len(session.scalars(select(Lease.name)).all())]
        looked.set()
        written.wait(10)
        return [*counts, len(session.scalars(select(Lease.name)).all())]

    reader = asyncio.ensure_future(storage.read(count_twice))
    await asyncio.to_thread(looked.wait, 10)
    await storage.write(rows.add("meanwhile"))
    written.set()
    assert await reader == [0, 0]
    assert rows.names() == {"meanwhile"}


async def test_only_the_storage_commits(storage: Storage, rows: Any) -> None:
    with pytest.raises(RuntimeError, match="the storage commits"):
        await storage.write(rows.add("early", then=lambda session: session.commit()))
    with pytest.raises(RuntimeError, match="raise an exception"):
        await storage.write(rows.add("early", then=lambda session: session.rollback()))
    assert rows.names() == set()


async def test_a_savepoint_inside_a_function_is_its_own(storage: Storage, rows: Any) -> None:
    def try_twice(session: Session) -> None:
        with pytest.raises(IntegrityError), session.begin_nested():
            rows.add("outer")(session)
        rows.add("after")(session)

    await rows.together(rows.add("outer", then=try_twice), rows.add("other"))
    assert rows.names() == {"outer", "after", "other"}


async def test_what_waits_for_a_cancelled_caller_never_runs(storage: Storage, rows: Any) -> None:
    gate = threading.Event()
    keepers = [asyncio.ensure_future(storage.write(lambda session: gate.wait(10), alone=True)) for _ in range(4)]
    waiters = [asyncio.ensure_future(storage.write(rows.add(name))) for name in ("stays", "leaves", "stays too")]
    await asyncio.sleep(0)
    waiters[1].cancel()
    await asyncio.sleep(0)
    assert storage.pending == 7
    gate.set()
    await asyncio.gather(*keepers)
    assert await asyncio.gather(waiters[0], waiters[2]) == ["stays", "stays too"]
    assert waiters[1].cancelled()
    await storage.close()
    assert rows.names() == {"stays", "stays too"}


async def test_what_runs_already_is_finished_for_a_cancelled_caller(storage: Storage, rows: Any) -> None:
    running, gate = threading.Event(), threading.Event()

    def slow(_: Session) -> None:
        running.set()
        gate.wait(10)

    waiter = asyncio.ensure_future(storage.write(rows.add("leaves", then=slow)))
    await asyncio.to_thread(running.wait, 10)
    waiter.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiter
    assert storage.pending == 1
    gate.set()
    await storage.write(rows.add("next"), alone=True)
    await storage.close()
    assert storage.pending == 0
    assert rows.names() == {"leaves", "next"}


async def test_closing_finishes_what_waits_and_takes_nothing_more(storage: Storage, rows: Any) -> None:
    waiters = [asyncio.ensure_future(storage.write(rows.add(f"row {number}"))) for number in range(20)]
    await asyncio.sleep(0)
    await storage.close()
    assert len(await asyncio.gather(*waiters)) == 20
    with pytest.raises(RuntimeError, match="closed"):
        await storage.write(rows.add("late"))
    await storage.close()
    assert storage.pending == 0


async def test_an_exception_that_no_future_takes_is_still_an_answer(storage: Storage) -> None:
    with pytest.raises(RuntimeError, match="StopIteration"):
        await storage.write(lambda session: next(iter(())))


def test_a_transaction_commits_at_the_end_or_not_at_all(storage: Storage, rows: Any) -> None:
    with storage.transaction() as session:
        rows.add("kept")(session)
    with pytest.raises(ZeroDivisionError), storage.transaction() as session:
        rows.add("lost", then=lambda session: 1 / 0)(session)
    assert rows.names() == {"kept"}


def test_what_a_function_returns_is_readable_afterwards(storage: Storage, rows: Any) -> None:
    with storage.transaction() as session:
        rows.add("kept")(session)
        lease = session.scalars(select(Lease)).one()
    assert lease.name == "kept"


async def test_a_password_is_never_shown() -> None:
    with Storage("postgresql://branch:geheim@127.0.0.1:1/branch") as storage:
        with pytest.raises(DBAPIError) as refused:
            await storage.write(lambda session: session.execute(text("SELECT 1")))
        shown = f"{storage!r} {storage.url} {refused.value} {refused.value!r}"
        assert "geheim" not in shown
        assert storage.dialect == "postgresql"


@pytest.mark.parametrize(
    "url", ["branch:geheim", "mysql://u:geheim@h/d", "sqlite://", "postgresql://u:geheim@h:port/d"]
)
def test_a_url_that_cannot_be_used_says_what_to_write(url: str) -> None:
    with pytest.raises(ValueError, match="DATABASE_URL") as refused:
        Storage(url)
    assert "geheim" not in str(refused.value)
