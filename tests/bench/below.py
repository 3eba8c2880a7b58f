"""5,000 branches of 30: a superior committee's page from what is kept, and all of them counted anew (goals 10, 10b).

    python -m tests.bench.below [--branches 5000] [--counted 500] [--on sqlite|postgresql|both] [--format json]

Of all branches so many are counted as the night does it; the others are alike, and kept with the figures of the first.

Beside each stands hand-written SQL of the same figures in the same database, a statement a figure over all branches at
once: what a number costs that knows no rows behind it, no cut-off and no version.
"""

import json
import tempfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from statistics import median
from time import perf_counter, process_time
from typing import Any

import click
from rich import box
from rich.console import Console
from rich.table import Table
from sqlalchemy import func, insert, select, text, update
from sqlalchemy.orm import Session

from bot.features.registry import KEEPS
from bot.features.tally import committee, committee_messages, keeping
from bot.kit import kept_figures
from scheduler.calendar.days import Quarter
from scheduler.calendar.periods import Period
from storage import migrate
from storage.audience import Me, below
from storage.base import Model, table
from storage.choices import Duty, OrganisationKind
from storage.engine import Storage
from storage.models.audit import Audit
from storage.models.kept_figure import KeptFigure
from storage.models.notice import Notice, Receipt
from storage.models.organisation import Organisation
from storage.models.outbox import JobRun, Outbox, Promise
from tests.bench.soak_database import postgresql
from tests.growth.past import SHANGHAI, Rows, more_branches, past

QUARTER = Quarter(2023, 3)
PERIOD, NOW = Period.of(QUARTER), datetime(2023, 10, 8, 10, tzinfo=SHANGHAI)
BEGAN = date(2023, 1, 1)
# Lines of the audit log a branch; the last of them are exports, over which the question for the newest has to step.
LINES, EXPORTS = 60, 5
AT_A_TIME, ROUNDS = 250, 5
PAGE_WITHIN = 1.0

_DAY = {"sqlite": "date(a.start_at, '+8 hours')", "postgresql": "(a.start_at AT TIME ZONE 'Asia/Shanghai')::date"}
# Each by branch, over all of them.
_FIGURES = (
    """SELECT a.branch_id, c.type, count(DISTINCT a.id) FROM activity a JOIN component c ON c.activity_id = a.id
    WHERE a.status = 'held' AND a.start_at >= :since AND a.start_at < :until GROUP BY a.branch_id, c.type""",
    """SELECT a.branch_id, count(*), count(t.id), count(l.id), count(m.id) FROM activity a
    JOIN roster_span r ON r.branch_id = a.branch_id AND r.from_on <= {day} AND (r.to_on IS NULL OR r.to_on > {day})
    LEFT JOIN attendance t ON t.activity_id = a.id AND t.person_id = r.person_id AND t.status = 'present'
        AND t.withdrawn_at IS NULL
    LEFT JOIN leave_request l ON l.activity_id = a.id AND l.person_id = r.person_id AND l.state = 'approved'
        AND l.withdrawn_at IS NULL
    LEFT JOIN makeup m ON m.activity_id = a.id AND m.person_id = r.person_id AND m.state = 'accepted'
        AND m.withdrawn_at IS NULL
    WHERE a.status = 'held' AND a.start_at >= :since AND a.start_at < :until GROUP BY a.branch_id""",
    """SELECT i.branch_id, count(DISTINCT i.id), count(*), count(c.id) FROM study_item i
    JOIN roster_span r ON r.branch_id = i.branch_id AND r.from_on <= i.due_on
        AND (r.to_on IS NULL OR r.to_on > i.due_on)
    LEFT JOIN study_completion c ON c.item_id = i.id AND c.person_id = r.person_id AND c.withdrawn_at IS NULL
    WHERE i.state = 'assigned' AND i.assigned_on BETWEEN :first AND :last GROUP BY i.branch_id""",
    """SELECT k.branch_id, count(DISTINCT k.id), count(p.id) FROM reflection_task k
    LEFT JOIN reflection p ON p.task_id = k.id AND p.state = 'accepted' AND p.withdrawn_at IS NULL
    WHERE k.cancelled_at IS NULL AND k.created_at >= :since AND k.created_at < :until GROUP BY k.branch_id""",
    """SELECT m.branch_id, count(*), count(k.id) FROM reminder m JOIN reminder_audience u ON u.reminder_id = m.id
    LEFT JOIN acknowledgement k ON k.reminder_id = m.id AND k.person_id = u.person_id
    WHERE m.sent_at >= :since AND m.sent_at < :until GROUP BY m.branch_id""",
    """SELECT r.branch_id, count(*) FROM roster_span r JOIN membership_span s ON s.person_id = r.person_id
    WHERE r.from_on <= :last AND (r.to_on IS NULL OR r.to_on > :last) GROUP BY r.branch_id""",
)


class Counted(Rows):
    """Only what is counted: what was sent and when it ran would be nine rows of ten."""

    _without = frozenset({Notice, Receipt, Outbox, Promise, JobRun})

    def add(self, model: type[Model], **values: Any) -> int:
        return 0 if model in self._without else super().add(model, **values)

    def pair(self, model: type[Model], **values: Any) -> None:
        if model not in self._without:
            super().pair(model, **values)


@dataclass(frozen=True)
class Measured:
    """Seconds, of one database; recount: of all branches; counted, worked: branches a second, by the clock and of this
    process's own work; bytes: of what is kept of one branch.
    """

    on: str
    branches: int
    sql: float
    recount: float
    counted: float
    worked: float
    page: float
    totals: float
    table: float
    bytes: int

    @property
    def recount_to_sql(self) -> float:
        return self.recount / self.sql

    @property
    def page_to_sql(self) -> float:
        return self.page / self.sql


def fill(storage: Storage, branches: int, people: int) -> int:
    """One quarter of each branch below one committee; the committee's id."""
    for start in range(0, branches, AT_A_TIME):
        with storage.transaction() as session:
            there = more_branches(session, min(AT_A_TIME, branches - start), people, BEGAN)
            past(session, there, QUARTER, 1, Counted)
            session.connection().execute(insert(table(Audit)), list(_lines(there)))
    with storage.transaction() as session:
        rows, kind = Rows(session), OrganisationKind.SUPERIOR_COMMITTEE
        above = rows.add(Organisation, kind=kind, name="某党委", settings={}, created_at=NOW)
        rows.write()
        session.execute(update(Organisation).where(Organisation.id != above).values(parent_id=above))
        return above


def _lines(branches: Iterable[int]) -> Iterator[dict[str, Any]]:
    for branch in branches:
        for number in range(LINES):
            action = "export" if number >= LINES - EXPORTS else "settle"
            yield {
                "branch_id": branch,
                "actor_id": None,
                "via": "chat",
                "action": action,
                "subject": "activity",
                "subject_id": number,
                "details": {},
                "at": NOW - timedelta(days=9),
            }


def by_hand(storage: Storage) -> float:
    """The figures by SQL alone: the median of a few rounds."""
    since, until = (datetime.combine(day, datetime.min.time(), SHANGHAI) for day in (PERIOD.start, PERIOD.to))
    naive = storage.dialect == "sqlite"
    values = {
        "since": f"{since.astimezone(UTC):%Y-%m-%d %H:%M:%S}" if naive else since,
        "until": f"{until.astimezone(UTC):%Y-%m-%d %H:%M:%S}" if naive else until,
        "first": PERIOD.start.isoformat() if naive else PERIOD.start,
        "last": PERIOD.end.isoformat() if naive else PERIOD.end,
    }
    said = [text(one.format(day=_DAY[storage.dialect])) for one in _FIGURES]

    def ask() -> None:
        with storage.reading() as session:
            for one in said:
                wanted = {name: value for name, value in values.items() if f":{name}" in one.text}
                session.execute(one, wanted).all()

    return timed(ask)


def timed(work: Callable[[], Any], rounds: int = ROUNDS) -> float:
    """Seconds: once to warm up, then the median."""
    work()
    found = []
    for _ in range(rounds):
        began = perf_counter()
        work()
        found.append(perf_counter() - began)
    return median(found)


def recount(storage: Storage, ids: list[int]) -> tuple[float, float]:
    """As the night does it: a slice read, then kept in a short write. Seconds, and those of this process's own work."""
    began, worked = perf_counter(), process_time()
    for start in range(0, len(ids), keeping.BY_NIGHT):
        with storage.reading() as session:
            part = ids[start : start + keeping.BY_NIGHT]
            fresh = keeping.count(session, KEEPS, part, PERIOD, NOW, SHANGHAI)
        with storage.transaction() as session:
            kept_figures.write(session, fresh)
    return perf_counter() - began, process_time() - worked


def keep_alike(storage: Storage, first: int, others: list[int]) -> None:
    """The others with the figures of the first, each by its own newest line."""
    for start in range(0, len(others), AT_A_TIME):
        part = others[start : start + AT_A_TIME]
        with storage.transaction() as session:
            [one] = keeping.count(session, KEEPS, [first], PERIOD, NOW, SHANGHAI)
            states = kept_figures.states(session, kept_figures.of_ids(part), KEEPS.idle, NOW, SHANGHAI)
            alike = [replace(one, kept=replace(one.kept, branch_id=each), state=states[each]) for each in part]
            kept_figures.write(session, alike)


def measure(url: str, branches: int, people: int, counted: int) -> Measured:
    migrate.upgrade(url)
    with Storage(url) as storage:
        click.echo(f"{datetime.now():%H:%M:%S} {storage.dialect}: filling {branches} branches of {people}", err=True)
        above = fill(storage, branches, people)
        with storage.transaction() as session:
            session.connection().exec_driver_sql("ANALYZE")
        sql = by_hand(storage)
        click.echo(f"{datetime.now():%H:%M:%S} {storage.dialect}: counting", err=True)
        with storage.reading() as session:
            ids = sorted(session.scalars(below(above)))
        seconds, worked = recount(storage, ids[:counted])
        share = branches / len(ids[:counted])
        keep_alike(storage, ids[0], ids[counted:])
        me = Me(1, "某干部", above, None, frozenset({Duty.COMMITTEE_OFFICER}), frozenset())

        def look(session: Session, page: int | None) -> committee.Below:
            found = committee.overview(session, me, PERIOD, NOW, SHANGHAI, page, keeps=KEEPS)
            assert not found.afterwards, "a page that counts is not the one that is measured"
            return found

        def page() -> None:
            with storage.reading() as session:
                committee_messages.overview(look(session, 3), 3, NOW.date(), SHANGHAI)

        def totals() -> None:
            with storage.reading() as session:
                committee_messages.totals(look(session, 0), SHANGHAI)

        def sheet() -> None:
            with storage.reading() as session:
                committee_messages.table(look(session, None), SHANGHAI)

        with storage.reading() as session:
            length = func.length(KeptFigure.counts) + func.length(KeptFigure.sources) + func.length(KeptFigure.waits)
            size = session.scalar(select(func.avg(length))) or 0
        return Measured(
            storage.dialect,
            branches,
            sql,
            seconds * share,
            branches / (seconds * share),
            branches / (worked * share),
            timed(page),
            timed(totals),
            timed(sheet, rounds=1),
            round(float(size)),
        )


def show(found: list[Measured]) -> None:
    columns = Table("goal", "what", *(one.on for one in found), "must", box=box.SIMPLE_HEAD)

    def row(goal: str, what: str, said: Callable[[Measured], str], must: str = "") -> None:
        columns.add_row(goal, what, *(said(one) for one in found), must)

    row("", "hand-written SQL of the figures, s", lambda one: f"{one.sql:.2f}")
    row("10", "the page from what is kept, s", lambda one: f"{one.page:.2f}", f"< {PAGE_WITHIN:g}")
    row("10", "the page to the SQL", lambda one: f"{one.page_to_sql:.2f} x", "<= 1.7 x (stretch 0.5 x)")
    row("", "what all come to, s", lambda one: f"{one.totals:.2f}")
    row("", "the table of all, s", lambda one: f"{one.table:.1f}")
    row("10b", "all counted anew, branches a second", lambda one: f"{one.counted:.0f}")
    row("10b", "the same of CPU, branches a second", lambda one: f"{one.worked:.0f}")
    row("10b", "all counted anew to the SQL", lambda one: f"{one.recount_to_sql:.0f} x", "<= 5 x (stretch 3 x)")
    row("", "kept of a branch, bytes", lambda one: str(one.bytes))
    Console(width=120).print(columns)


@click.command()
@click.option("--branches", default=5_000, show_default=True)
@click.option("--people", default=30, show_default=True, help="Of each branch.")
@click.option("--counted", default=500, show_default=True, help="So many of them are counted anew.")
@click.option("--on", type=click.Choice(["sqlite", "postgresql", "both"]), default="both", show_default=True)
@click.option("--postgresql", "url", default="", help="An empty database; by default a server is started for it.")
@click.option("--format", "how", type=click.Choice(["table", "json"]), default="table", show_default=True)
def main(branches: int, people: int, counted: int, on: str, url: str, how: str) -> None:
    """Fill, count, look, print."""
    found = []
    if on != "postgresql":
        with tempfile.TemporaryDirectory(prefix="branch-bot-below-") as folder:
            found.append(measure(f"sqlite:///{Path(folder) / 'below.db'}", branches, people, counted))
    if on != "sqlite":
        with postgresql(url) as there:
            found.append(measure(there, branches, people, counted))
    if how == "json":
        rows = [asdict(one) | {"recount_to_sql": one.recount_to_sql, "page_to_sql": one.page_to_sql} for one in found]
        click.echo(json.dumps(rows, indent=2))
        return
    show(found)


if __name__ == "__main__":
    main()
