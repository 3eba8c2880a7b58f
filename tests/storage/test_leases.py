"""Leases: one holder at a time, by one clock for all; what a wrong clock wrote holds nobody up."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from bot.receiving import polling
from scheduler import outbox
from storage import leases
from storage.engine import Storage
from storage.models.outbox import Lease

LIFE = timedelta(seconds=30)
YEAR = timedelta(days=365)
WRONG = [YEAR, -YEAR, timedelta(hours=1), timedelta(hours=-1)]


def off(by: timedelta) -> leases.Machine:
    """The clock of a machine that is wrong by so much."""
    return lambda: datetime.now(UTC) + by


def stand(session: Session, holder: str, ends: timedelta) -> None:
    """The lease as somebody left it, to end so long from now."""
    leases.take(session, "a", holder, LIFE)
    session.execute(update(Lease).values(expires_at=leases.now(session) + ends, holder=holder))


def holder(session: Session) -> str | None:
    return session.scalar(select(Lease.holder))


def test_one_holder_until_it_lets_go(storage: Storage) -> None:
    with storage.transaction() as session:
        assert not leases.taken(session, "a", LIFE)
        assert leases.take(session, "a", "one", LIFE)
        assert leases.take(session, "a", "one", LIFE)
        assert not leases.take(session, "a", "two", LIFE)
        assert leases.taken(session, "a", LIFE)
        assert leases.held(session, "a", "one")
        assert not leases.held(session, "a", "two")
        leases.release(session, "a", "two")
        assert leases.taken(session, "a", LIFE)
        leases.release(session, "a", "one")
        assert leases.take(session, "a", "two", LIFE)


@pytest.mark.parametrize(
    ("ends", "free"),
    [(timedelta(seconds=-1), True), (LIFE / 2, False), (LIFE + timedelta(minutes=1), True), (YEAR, True)],
)
def test_a_lease_that_ran_out_or_is_longer_than_its_life_is_void(storage: Storage, ends: timedelta, free: bool) -> None:
    with storage.transaction() as session:
        stand(session, "dead", ends)
        assert leases.held(session, "a", "dead") is (ends > timedelta())
        assert leases.taken(session, "a", LIFE) is not free
        assert leases.take(session, "a", "next", LIFE) is free
        assert holder(session) == ("next" if free else "dead")
        assert leases.taken(session, "a", LIFE)
        assert not leases.take(session, "a", "third", LIFE)


@pytest.mark.parametrize("wrong", WRONG)
def test_a_process_with_a_wrong_clock_neither_steals_nor_poisons(postgresql_url: str, wrong: timedelta) -> None:
    """Where processes share a database it is the server's clock that counts."""
    with Storage(postgresql_url) as storage, storage.transaction() as session:
        assert leases.take(session, "a", "right", LIFE)
        assert leases.taken(session, "a", LIFE, off(wrong))
        assert not leases.take(session, "a", "wrong", LIFE, off(wrong))
        assert leases.held(session, "a", "right", off(wrong))
        leases.release(session, "a", "right")
        assert leases.take(session, "a", "wrong", LIFE, off(wrong))
        assert leases.held(session, "a", "wrong")
        assert not leases.take(session, "a", "right", LIFE)
        ends = session.scalars(select(Lease.expires_at)).one()
        assert abs(ends - LIFE - datetime.now(UTC)) < timedelta(minutes=1)


@pytest.mark.parametrize("wrong", WRONG)
def test_a_clock_that_is_put_right_again_finds_no_lease(sqlite_url: str, wrong: timedelta) -> None:
    with Storage(sqlite_url) as storage, storage.transaction() as session:
        assert leases.take(session, "a", "dead", LIFE, off(wrong))
        assert not leases.taken(session, "a", LIFE)
        assert leases.take(session, "a", "next", LIFE)


@pytest.mark.parametrize(
    ("life", "renewal"), [(outbox.LEASE, outbox.RENEWAL), (polling.LEASE, polling.RENEWAL)], ids=["sender", "poller"]
)
def test_two_renewals_may_fail_before_a_turn_is_lost(life: timedelta, renewal: float) -> None:
    assert renewal * 3 < life.total_seconds()
