"""Goal 11: the tally of one branch of 30, beside the ORM as it comes to mind and beside SQL by hand.

    python -m tests.bench.one_tally [--people 30] [--quarters 20] [--format json]

Both rivals count less: of the held activities of the quarter who was there, on leave, absent and made up. Milliseconds
in this process (the least of the rounds, interleaved), statements, and ratios to the ORM: only these can be compared.
"""

import json
import tempfile
from collections.abc import Callable
from datetime import UTC, date, time
from pathlib import Path
from time import perf_counter
from typing import Any

import click
from rich import box
from rich.console import Console
from rich.table import Table
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from scheduler.calendar.days import at
from scheduler.calendar.periods import Period
from storage.choices import HERE, ActivityStatus, LeaveState, MakeupState
from storage.models.activity import Activity
from storage.models.attendance import Attendance, LeaveRequest, Makeup
from storage.models.person import RosterSpan
from tests.bench.growth import NOW, QUARTER, build
from tests.counting import over
from tests.growth.counting import statements
from tests.growth.past import SHANGHAI

BRANCH = 1
SPANS = {
    "a quarter": Period.of(QUARTER),
    "a year": Period(date(QUARTER.year, 1, 1), date(QUARTER.year + 1, 1, 1)),
    "five years": Period(date(QUARTER.year - 4, 1, 1), date(QUARTER.year + 1, 1, 1)),
}
BY_HAND = text(
    """
    SELECT count(*), sum(here), sum(leave), sum(made_up) FROM (
      SELECT EXISTS (SELECT 1 FROM attendance WHERE activity_id = a.id AND person_id = r.person_id
                     AND withdrawn_at IS NULL AND status IN ('present', 'late', 'online')) AS here,
             EXISTS (SELECT 1 FROM leave_request WHERE activity_id = a.id AND person_id = r.person_id
                     AND withdrawn_at IS NULL AND state = 'approved') AS leave,
             EXISTS (SELECT 1 FROM makeup WHERE activity_id = a.id AND person_id = r.person_id
                     AND withdrawn_at IS NULL AND state = 'accepted') AS made_up
      FROM activity a JOIN roster_span r ON r.branch_id = a.branch_id
      WHERE a.branch_id = :branch AND a.status = 'held' AND a.start_at >= :first AND a.start_at < :to)
    """
)


def by_orm(session: Session, period: Period) -> tuple[int, int, int, int]:
    """Object by object: the people, the activities, and of each pair what there is."""
    first, to = at(period.start, time(), SHANGHAI), at(period.to, time(), SHANGHAI)
    people = session.scalars(select(RosterSpan.person_id).where(RosterSpan.branch_id == BRANCH)).all()
    held = session.scalars(
        select(Activity).where(
            Activity.branch_id == BRANCH,
            Activity.status == ActivityStatus.HELD,
            Activity.start_at >= first,
            Activity.start_at < to,
        )
    ).all()
    there = leave = made_up = 0
    for one in held:
        for person in people:
            mine: dict[str, Any] = {"activity_id": one.id, "person_id": person, "withdrawn_at": None}
            came = session.scalars(select(Attendance).filter_by(**mine)).first()
            asked = session.scalars(select(LeaveRequest).filter_by(**mine)).first()
            done = session.scalars(select(Makeup).filter_by(**mine)).first()
            there += came is not None and came.status in HERE
            leave += asked is not None and asked.state is LeaveState.APPROVED
            made_up += done is not None and done.state is MakeupState.ACCEPTED
    return len(held) * len(people), there, leave, made_up


def by_hand(session: Session, period: Period) -> Any:
    first, to = (at(day, time(), SHANGHAI).astimezone(UTC) for day in (period.start, period.to))
    return session.execute(BY_HAND, {"branch": BRANCH, "first": f"{first:%F %T}", "to": f"{to:%F %T}"}).one()


def measured(session: Session, period: Period, rounds: int) -> dict[str, tuple[float, int]]:
    """By who counts: milliseconds and statements."""
    asked: dict[str, Callable[[], Any]] = {
        "tally": lambda: over(session, BRANCH, period, NOW, SHANGHAI),
        "ORM": lambda: by_orm(session, period),
        "SQL": lambda: by_hand(session, period),
    }
    if tuple(by_hand(session, period)) != by_orm(session, period):
        raise SystemExit("the rivals count otherwise")
    said, best = {}, dict.fromkeys(asked, float("inf"))
    for name, work in asked.items():
        with statements() as heard:
            work()
        said[name] = len(heard)
    for _ in range(rounds):
        for name, work in asked.items():
            session.expunge_all()
            began = perf_counter()
            work()
            best[name] = min(best[name], (perf_counter() - began) * 1000)
    return {name: (best[name], said[name]) for name in asked}


@click.command()
@click.option("--people", default=30)
@click.option("--quarters", default=20)
@click.option("--rounds", default=9)
@click.option("--format", "how", type=click.Choice(["table", "json"]), default="table")
def main(people: int, quarters: int, rounds: int, how: str) -> None:
    found: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory() as folder:
        storage = build(Path(folder), 2, people, quarters)
        with storage.reading() as session:
            for span, period in SPANS.items():
                of = measured(session, period, rounds)
                for name, (ms, said) in of.items():
                    found.append(
                        {"over": span, "by": name, "ms": round(ms, 1), "statements": said, "to_orm": ms / of["ORM"][0]}
                    )
        storage.shut()
    if how == "json":
        print(json.dumps(found))
        return
    shown = Table("over", "by", "ms", "statements", "x ORM", box=box.SIMPLE)
    for one in found:
        shown.add_row(one["over"], one["by"], f"{one['ms']:.1f}", str(one["statements"]), f"{one['to_orm']:.3f}")
    Console().print(shown)


if __name__ == "__main__":
    main()
