"""Every send of a period before it happens: the jobs run on a scratch copy of the rows, and nothing is kept or sent."""

import sqlite3
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from scheduler.due import ahead
from scheduler.jobs import Job, NotReady
from scheduler.runs import Due, run_slice
from storage.engine import Storage
from storage.models.outbox import Outbox
from storage.models.person import Person
from storage.sqlite import database_path

COLUMNS = ("at", "job", "slot", "to", "people", "text")
# How many are named to people; programs get all.
NAMED = 3
HIDDEN = "(for its reader alone)"
TICK = timedelta(microseconds=1)


class _NothingKept(Exception):
    """Takes back what a rehearsal wrote."""


@contextmanager
def scratch(storage: Storage) -> Iterator[Session]:
    """A session that may write while the bot runs: on a copy of the SQLite file, or taken back on PostgreSQL."""
    if storage.dialect == "sqlite":
        with tempfile.TemporaryDirectory() as folder:
            copy = Path(folder) / "scratch.db"
            with closing(sqlite3.connect(database_path(storage.url))) as real, closing(sqlite3.connect(copy)) as target:
                real.backup(target)
            with Storage(f"sqlite:///{copy}") as aside, aside.transaction() as session:
                yield session
        return
    try:
        with storage.transaction() as session:
            yield session
            raise _NothingKept
    except _NothingKept:
        return


def rehearse(
    session: Session, jobs: Sequence[Job], branch_id: int, since: datetime, until: datetime
) -> Iterator[dict[str, Any]]:
    """One row a message text and run, in order of time; the instants carry the branch's time zone.

    Goes by the records as they stand: whoever answers until then will not be nudged, and what is entered later comes
    on top. A run with nobody to write to gives no row.
    """
    cursor = since
    done: set[tuple[str, int, str]] = set()
    while (run := _next(session, jobs, branch_id, cursor, until, done)) is not None:
        cursor = run.occurrence.at
        done.add(run.key)
        yield from _sends(session, run)


def few(names: str) -> str:
    """甲一、甲二、甲三等25人"""
    found = names.split("、")
    return names if len(found) <= NAMED + 1 else f"{'、'.join(found[:NAMED])}等{len(found)}人"


def _next(
    session: Session,
    jobs: Sequence[Job],
    branch_id: int,
    cursor: datetime,
    until: datetime,
    done: set[tuple[str, int, str]],
) -> Due | None:
    """Asked anew after each run: what one writes may move the next."""
    return next((run for run in ahead(session, jobs, cursor, until, branch_id) if run.key not in done), None)


def _sends(session: Session, run: Due) -> Iterator[dict[str, Any]]:
    top = session.scalar(select(func.max(Outbox.id))) or 0
    try:
        while run_slice(session, run, run.occurrence.at, {}):
            session.flush()
    except NotReady:
        return
    session.flush()
    query = select(Outbox.message, Outbox.about, Person.name).outerjoin(Person, Person.id == Outbox.person_id)
    said: dict[str, list[str]] = {}
    for row in session.execute(query.where(Outbox.id > top).order_by(Outbox.id)):
        if "progress" in row.about:
            # The card of the progress says something only while it goes on.
            continue
        said.setdefault(_text(row.message), []).append(row.name or "群")
    for text, names in said.items():
        yield {
            "at": run.occurrence.at,
            "job": run.job.name,
            "slot": run.occurrence.slot,
            "to": "、".join(names),
            "people": len(names),
            "text": text,
        }


def _text(message: dict[str, Any]) -> str:
    """What nobody else is to read is not shown here either."""
    text: str = HIDDEN if message.get("secret") else message["text"]
    return text
