"""Figures that were counted and are kept, for pages over many branches: read, said to hold or not, written.

Nothing here counts (bot/features/tally/keeping.py does). A kept figure holds as long as the same question would be
answered alike: no line of the audit log that changes what is counted has come since (`Idle` names those that do not),
it is the same day or the period took nothing more, and code, calendar and the kinds of superiors are the same.
"""

import hashlib
import json
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, delete, func, select
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Session

import bot
from scheduler.calendar.days import local_day
from scheduler.calendar.periods import Period
from storage.base import table
from storage.choices import OrganisationKind
from storage.models.audit import Audit
from storage.models.calendar import CalendarYear
from storage.models.kept_figure import KeptFigure
from storage.models.organisation import Organisation

# Lines of the audit log that change nothing that is counted: "export", or "bound person" with the table that they are
# of. Whatever no feature has declared counts: then a figure is counted once too often, and never once too little.
Idle = frozenset[str]
# Where several write at a time the numbers of lines come in another order than they are seen in: what is counted within
# this time of the newest one is not kept. No transaction that leaves a line lasts that long.
SETTLES = timedelta(minutes=1)
# Periods that nobody has asked about for so long are dropped; the quarters in use are counted every night.
KEEPS = timedelta(days=100)
# Databases bound how many values one statement may carry.
SLICE = 50

# A number; of a rate part and whole, as far as it has them (Figure.share).
Number = int | float | Sequence[int]


@dataclass(frozen=True, slots=True)
class State:
    """By which records a count is made: the newest line of the log of the branch and of those above it, the day of the
    branch, and by what else (code, calendar).
    """

    newest: int
    above: int
    day: date
    by: str

    @property
    def basis(self) -> str:
        return f"{self.by} {self.above}"


@dataclass(frozen=True, slots=True)
class Kept:
    """What is known of a branch: figures by path (those that are nothing are left out), and how many of each kind have
    to be settled before the close; holds: a fresh count would say the same.
    """

    branch_id: int
    counted_at: datetime
    counts: Mapping[str, Number]
    waits: Mapping[str, int]
    holds: bool = True


@dataclass(frozen=True, slots=True)
class Fresh:
    """What was just counted, as it is to be kept; settled: it may be. sources: the ids behind each path."""

    kept: Kept
    period: Period
    state: State
    over: bool
    settled: bool
    sources: Mapping[str, Sequence[str]]


# --- what holds ------------------------------------------------------------------------------------------------------


@cache
def code() -> str:
    """Names the code that counts, the national rule file with it: another version counts anew."""
    root, digest = Path(bot.__file__).parent, hashlib.sha256()
    for path in sorted(one for kind in ("*.py", "*.toml") for one in root.rglob(kind)):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def states(session: Session, branches: Select[int], idle: Idle, now: datetime, tz: tzinfo) -> dict[int, State]:
    """Of each of these branches, in three statements. To be asked before what is counted is read: what comes in between
    makes a figure that is counted once too often.
    """
    by, above, day = _by(session), _above(session, idle), local_day(now, tz)
    line = (
        select(Audit.id)
        .where(Audit.branch_id == Organisation.id, _counts(idle))
        .order_by(Audit.id.desc())
        .limit(1)
        .correlate(Organisation)
        .scalar_subquery()
    )
    found = session.execute(select(Organisation.id, line).where(Organisation.id.in_(branches))).all()
    return {branch_id: State(number or 0, above, day, by) for branch_id, number in found}


def _counts(idle: Idle) -> ColumnElement[bool]:
    alone = sorted(one for one in idle if " " not in one)
    of_table = sorted(one for one in idle if " " in one)
    return and_(Audit.action.not_in(alone), (Audit.action + " " + Audit.subject).not_in(of_table))


def _by(session: Session) -> str:
    """The code, and everybody's calendar."""
    days = select(CalendarYear.token).where(CalendarYear.organisation_id.is_(None))
    token = session.scalar(days.order_by(CalendarYear.id.desc()).limit(1)) or ""
    return f"{code()} {token}"


def _above(session: Session, idle: Idle) -> int:
    """What organisations above have said last for all below (their kinds)."""
    above = select(Organisation.id).where(Organisation.kind != OrganisationKind.BRANCH)
    # Of its people and of itself nothing is counted in a branch.
    theirs = (Audit.branch_id.in_(above), Audit.subject.not_in(["person", "organisation"]), _counts(idle))
    return session.scalar(select(func.max(Audit.id)).where(*theirs)) or 0


def settled(session: Session, states: Mapping[int, State], now: datetime) -> frozenset[int]:
    """The branches of which no line with a smaller number can still be to be seen: what is counted before that is not
    to be kept.

    Where one writes at a time the numbers come in the order in which they are seen.
    """
    if session.get_bind().dialect.name == "sqlite":
        return frozenset(states)
    lines = {line for one in states.values() for line in (one.newest, one.above)}
    young = set(session.scalars(select(Audit.id).where(Audit.id.in_(lines), Audit.at > now - SETTLES)))
    return frozenset(branch for branch, one in states.items() if young.isdisjoint((one.newest, one.above)))


def find(
    session: Session, branches: Select[int], period: Period, known: Mapping[int, State], now: datetime
) -> dict[int, Kept]:
    """What is kept of these branches, and whether it holds by their states; who was never counted is left out.

    A time that goes back makes what was counted later hold no more.
    """
    columns = (
        KeptFigure.branch_id, KeptFigure.newest, KeptFigure.day, KeptFigure.over, KeptFigure.basis,
        KeptFigure.counted_at, KeptFigure.counts, KeptFigure.waits,
    )  # fmt: skip
    query = select(*columns).where(KeptFigure.period == period.code, KeptFigure.branch_id.in_(branches))
    found = {}
    for row in session.execute(query):
        state = known.get(row.branch_id)
        holds = (
            state is not None
            and (row.newest, row.basis) == (state.newest, state.basis)
            and (row.over or row.day == state.day)
            and row.counted_at <= now
        )
        found[row.branch_id] = Kept(row.branch_id, row.counted_at, json.loads(row.counts), json.loads(row.waits), holds)
    return found


def sources(session: Session, branch_id: int, period: Period) -> dict[str, list[str]]:
    """The ids behind the paths of what is kept."""
    mine = (KeptFigure.branch_id == branch_id, KeptFigure.period == period.code)
    found: dict[str, list[str]] = json.loads(session.scalar(select(KeptFigure.sources).where(*mine)) or "{}")
    return found


# --- what is written -------------------------------------------------------------------------------------------------


def write(session: Session, fresh: Sequence[Fresh]) -> None:
    """Keep what was counted, in a short transaction of its own. Of two that have counted the same branch the one that
    saw more stays, whichever writes last; the same twice changes nothing.
    """
    rows = [_row(one) for one in fresh if one.settled]
    sqlite = session.get_bind().dialect.name == "sqlite"
    insert: Callable[..., Any] = sqlite_insert if sqlite else postgresql_insert
    # In one order, so that two processes never wait for each other.
    rows.sort(key=lambda row: (row["branch_id"], row["period"]))
    for start in range(0, len(rows), SLICE):
        added = insert(table(KeptFigure)).values(rows[start : start + SLICE])
        new = {name: added.excluded[name] for name in rows[0] if name not in ("branch_id", "period")}
        session.execute(
            added.on_conflict_do_update(
                index_elements=["branch_id", "period"],
                set_=new,
                where=table(KeptFigure).c.newest <= added.excluded.newest,
            )
        )


def _row(one: Fresh) -> dict[str, Any]:
    return {
        "branch_id": one.kept.branch_id,
        "period": one.period.code,
        "newest": one.state.newest,
        "day": one.state.day,
        "over": one.over,
        "basis": one.state.basis,
        "counted_at": one.kept.counted_at,
        "counts": _text(one.kept.counts),
        "waits": _text(one.kept.waits),
        "sources": _text(one.sources),
    }


def _text(value: Mapping[str, Any]) -> str:
    return json.dumps(dict(value), ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def forget(session: Session, now: datetime) -> int:
    """Drop what nobody has counted for long; how many rows."""
    old = delete(table(KeptFigure)).where(table(KeptFigure).c.counted_at < now - KEEPS)
    return len(session.scalars(old.returning(table(KeptFigure).c.id)).all())


def of_ids(ids: Collection[int]) -> Select[int]:
    """A few branches by number, as the questions above take them."""
    return select(Organisation.id).where(Organisation.id.in_(list(ids)))
