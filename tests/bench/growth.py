"""What grows: the same questions after one quarter and after five years, and among 200 and 2,000 branches.

    python -m tests.bench.growth [--branches 2000] [--quarters 20] [--format json]

Milliseconds of CPU in this process, and statements; a figure that is flat is the same in every column.
"""

import json
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from statistics import median
from time import process_time
from typing import Any

import click
from rich import box
from rich.console import Console
from rich.table import Table
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from bot.cli.timetable import timetable
from bot.features.registry import FEATURES, KEEPS, jobs
from bot.features.tally import committee, keeping
from bot.features.tally.person_records import my_record
from bot.features.todo import jobs as todo
from bot.features.todo import service as owed
from scheduler.calendar.days import Quarter
from scheduler.calendar.periods import Period
from scheduler.due import Looked, due, next_at
from scheduler.runs import note_idle
from storage import migrate
from storage.audience import Me, below, find
from storage.choices import Duty, OrganisationKind
from storage.engine import Storage
from storage.models.organisation import Organisation
from storage.models.person import Person
from tests.counting import tally
from tests.growth.counting import statements
from tests.growth.past import SHANGHAI, more_branches, past

# A Monday at nine, with a quarter behind it and one that is under way.
NOW = datetime(2023, 9, 25, 9, tzinfo=SHANGHAI)
QUARTER = Quarter.of(NOW.date())
BEGAN = date(2018, 1, 1)
PEOPLE, ROUNDS = 25, 5
# Few of a crowd of branches, so that a run takes minutes and not an hour.
FEW_PEOPLE = 10


@dataclass(frozen=True)
class Cost:
    """Milliseconds of CPU (the median), and how many statements."""

    ms: float
    said: int


def build(folder: Path, branches: int, people: int, quarters: int) -> Storage:
    """Branches that have run everything up to now."""
    storage = Storage(f"sqlite:///{folder / f'{branches}-{quarters}.db'}")
    migrate.upgrade(storage)
    with storage.transaction() as session:
        there = more_branches(session, branches, people, BEGAN)
        above = Organisation(kind=OrganisationKind.GENERAL_BRANCH, name="机关总支", settings={}, created_at=NOW)
        session.add(above)
        session.flush()
        session.execute(update(Organisation).where(Organisation.id != above.id).values(parent_id=above.id))
        past(session, there, QUARTER, quarters)
        runs = due(session, jobs(SHANGHAI), NOW, Looked())
        for start in range(0, len(runs), 500):
            note_idle(session, runs[start : start + 500], NOW)
        # As the night keeps them.
        all_of_them = below(above.id)
        looked = keeping.look(session, KEEPS, all_of_them, Period.of(QUARTER), NOW, SHANGHAI, most=branches)
        for write in looked.afterwards:
            write(session)
    return storage


def cost(session: Session, work: Callable[[], Any]) -> Cost:
    """Once to warm up, then a few times."""
    with statements() as said:
        work()
    took = []
    for _ in range(ROUNDS):
        session.expunge_all()
        began = process_time()
        work()
        took.append((process_time() - began) * 1000)
    return Cost(median(took), len(said))


def costs(storage: Storage) -> dict[str, Cost]:
    """By what is asked, for somebody in the middle of the first branch."""
    looked, known = Looked(), jobs(SHANGHAI)
    with storage.reading() as session:
        account = session.scalars(select(Person.telegram_id).order_by(Person.id).offset(4)).first()
        me = find(session, account or 0, NOW.date())
        assert me is not None
        above = session.scalars(select(Organisation.id).where(Organisation.kind != OrganisationKind.BRANCH)).one()
        officer = Me(1, "总支干部", above, None, frozenset({Duty.COMMITTEE_OFFICER}), frozenset())

        def tick() -> None:
            due(session, known, NOW, looked)
            next_at(session, known, NOW, timedelta(minutes=2))

        asked: dict[str, Callable[[], Any]] = {
            "tally of one branch": lambda: tally(session, me.branch_id, QUARTER, NOW, SHANGHAI),
            "my record": lambda: my_record(session, me, Period.of(QUARTER), NOW, SHANGHAI),
            "what I owe": lambda: owed.owing(session, FEATURES, me.branch_id, NOW, SHANGHAI, me.id),
            "nudges of one branch, Monday 09:00": lambda: todo.nudges(session, FEATURES, me.branch_id, NOW, SHANGHAI),
            "tick, everything settled": tick,
            "first tick after a start": lambda: due(session, known, NOW, Looked()),
            "which branches have a deadline near": lambda: owed.with_deadlines(session, FEATURES, NOW, SHANGHAI),
            "officer's page of 8": lambda: committee.overview(
                session, officer, Period.of(QUARTER), NOW, SHANGHAI, 0, keeps=KEEPS
            ),
            "timetable of one branch": lambda: timetable(session, known, NOW, 60, 2, me.branch_id),
        }
        return {what: cost(session, work) for what, work in asked.items()}


@click.command()
@click.option("--branches", default=2_000, show_default=True, help="Of the crowd; a tenth of them stands beside it.")
@click.option("--quarters", default=20, show_default=True, help="Of the branch that is old.")
@click.option("--format", "how", type=click.Choice(["table", "json"]), default="table", show_default=True)
def main(branches: int, quarters: int, how: str) -> None:
    """Fill the databases, ask, print."""
    sizes = {
        "1 quarter": (1, PEOPLE, 1),
        f"{quarters} quarters": (1, PEOPLE, quarters),
        **{f"{number} branches": (number, FEW_PEOPLE, 1) for number in (branches // 10, branches)},
    }
    found: dict[str, dict[str, Cost]] = {}
    with tempfile.TemporaryDirectory(prefix="branch-bot-growth-") as folder:
        for name, size in sizes.items():
            click.echo(f"{datetime.now():%H:%M:%S} {name}", err=True)
            with build(Path(folder), *size) as storage:
                found[name] = costs(storage)
    if how == "json":
        rows = {name: {what: [each.ms, each.said] for what, each in mine.items()} for name, mine in found.items()}
        click.echo(json.dumps(rows, ensure_ascii=False, indent=2))
        return
    table = Table("what: CPU ms (statements)", *found, box=box.SIMPLE_HEAD)
    for what in next(iter(found.values())):
        table.add_row(what, *(f"{mine[what].ms:.1f} ({mine[what].said})" for mine in found.values()))
    Console(width=140).print(table)


if __name__ == "__main__":
    main()
