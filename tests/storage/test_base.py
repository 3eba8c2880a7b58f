"""Instants and words as both databases keep them."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from sqlalchemy import insert, select, text
from sqlalchemy.exc import StatementError

from storage.choices import JobRunState, OrganisationKind
from storage.engine import Storage
from storage.models.organisation import Organisation
from storage.models.outbox import JobRun, Lease

BEIJING = timezone(timedelta(hours=8))
NINE = datetime(2026, 9, 24, 9, tzinfo=BEIJING)


def test_an_instant_comes_back_aware_and_in_utc(storage: Storage) -> None:
    with storage.transaction() as session:
        session.add(Lease(name="a", holder="", expires_at=NINE))
    with storage.reading() as session:
        found = session.scalars(select(Lease.expires_at)).one()
    assert found == NINE
    assert found.tzinfo is UTC
    assert found.isoformat() == "2026-09-24T01:00:00+00:00"


def test_instants_from_different_zones_compare_as_instants(storage: Storage) -> None:
    zones = [BEIJING, UTC, timezone(timedelta(hours=-11))]
    with storage.transaction() as session:
        for hours, zone in enumerate(zones):
            session.add(Lease(name=str(zone), holder="", expires_at=(NINE + timedelta(hours=hours)).astimezone(zone)))
    with storage.reading() as session:
        in_order = session.scalars(select(Lease.name).order_by(Lease.expires_at)).all()
        due = session.scalars(select(Lease.name).where(Lease.expires_at <= NINE + timedelta(minutes=30))).all()
    assert in_order == [str(zone) for zone in zones]
    assert due == [str(BEIJING)]


def test_a_naive_datetime_is_refused(storage: Storage) -> None:
    naive = NINE.replace(tzinfo=None)
    with pytest.raises(StatementError, match="naive"), storage.transaction() as session:
        session.execute(insert(Lease).values(name="a", holder="", expires_at=naive))
    with pytest.raises(StatementError, match="naive"), storage.reading() as session:
        session.execute(select(Lease).where(Lease.expires_at < naive))


def test_a_choice_is_kept_as_its_word(storage: Storage) -> None:
    with storage.transaction() as session:
        branch = Organisation(kind=OrganisationKind.BRANCH, name="第一支部", created_at=NINE)
        session.add(branch)
        session.flush()
        run = {"job": "digest", "branch_id": branch.id, "slot": "", "nominal_on": NINE.date(), "ran_at": NINE}
        session.add(JobRun(**run, state=JobRunState.PLANNED))
    with storage.reading() as session:
        assert session.scalar(text("SELECT state FROM job_run")) == "planned"
        assert session.scalars(select(JobRun.state)).one() is JobRunState.PLANNED


def test_a_foreign_key_holds(storage: Storage) -> None:
    values: dict[str, Any] = {"kind": OrganisationKind.BRANCH, "name": "", "settings": {}, "created_at": NINE}
    with pytest.raises(StatementError, match=r"(?i)foreign key"), storage.transaction() as session:
        session.execute(insert(Organisation).values(parent_id=404, **values))
