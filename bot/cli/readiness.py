"""branch-bot readiness: what of a quarter's report is done, open or not applicable, and who can settle what is open."""

from datetime import datetime, tzinfo
from typing import TYPE_CHECKING, Any

import click

from bot.cli.context import above, branch, branch_option, database, now
from bot.cli.output import FORMAT, show

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from bot.features.readiness.below import Below
    from bot.features.readiness.rules import Ready
    from scheduler.calendar.days import Quarter

COLUMNS = ("area", "figure", "in_chat", "state", "value", "open", "owner", "since", "until")
OF_BRANCHES = ("id", "name", "secretary", "open", "done", "not_applicable", "not_counted", "since")


@click.command()
@click.option("--quarter", metavar="2023Q3", help="Which quarter (the present one).")
@branch_option()
@FORMAT
def readiness(quarter: str | None, named: str | None, how: str) -> None:
    """Say of each figure of a quarter's report whether it is done, open or not applicable.

    What is open has a row for each thing, with the one person who can settle it. Of an organisation above branches: the
    branches below that have not closed the quarter, one a row, in counts. It reads alone, so it works while the bot
    runs.
    """
    from scheduler.calendar.days import Quarter, local_day

    with database() as (settings, storage), storage.reading() as session:
        moment, tz = now(settings), settings.timezone
        today = local_day(moment, tz)
        asked = Quarter.parse(quarter) if quarter else Quarter.of(today)
        if asked.start > today:
            raise click.UsageError(f"{asked} has not begun")
        superior = above(session, named)
        if superior is not None:
            rows = _branches(session, superior, asked, moment, tz)
        else:
            rows = _figures(session, branch(session, named), asked, moment, tz)
    columns = COLUMNS if superior is None else OF_BRANCHES
    show(rows, columns, how, tz, empty="No branch has anything to close.", bare=True)


def _figures(
    session: "Session", branch_id: int, quarter: "Quarter", moment: datetime, tz: tzinfo
) -> list[dict[str, Any]]:
    from bot.features.readiness import service
    from bot.features.readiness.feature import sources_of
    from bot.features.registry import FEATURES
    from storage.lookups import names_of

    found = service.look(session, sources_of(FEATURES), branch_id, quarter, moment, tz)
    people = {todo.person_id for todo in found.known.values() if todo.person_id is not None}
    return rows_of(found, names_of(session, people))


def rows_of(found: "Ready", names: dict[int, str]) -> list[dict[str, Any]]:
    """One row a figure, of an open one a row for each thing; then what came too late."""
    rows: list[dict[str, Any]] = []
    for item in found.items:
        row = {
            "area": item.area,
            "figure": item.subject.name,
            "in_chat": item.word,
            "state": item.state.value,
            "value": item.value or None,
        }
        rows += [] if item.todos else [row]
        rows += [
            {
                **row,
                "open": todo.line,
                "owner": names.get(todo.person_id or 0),
                "since": todo.since,
                "until": todo.until,
            }
            for todo in item.todos
        ]
    return [*rows, *({"state": "not_counted", "open": line} for line in found.late)]


def _branches(
    session: "Session", superior: int, quarter: "Quarter", moment: datetime, tz: tzinfo
) -> list[dict[str, Any]]:
    from bot.features.readiness import below
    from bot.features.readiness.feature import sources_of
    from bot.features.registry import FEATURES
    from storage.audience import Me
    from storage.choices import Duty

    me = Me(0, "", superior, None, frozenset({Duty.COMMITTEE_OFFICER}), frozenset())
    return _counts(below.overview(session, sources_of(FEATURES), me, quarter, moment, tz, None))


def _counts(found: "Below") -> list[dict[str, Any]]:
    from bot.features.readiness.rules import State

    return [
        {
            "id": one.id,
            "name": one.name,
            "secretary": one.secretary or None,
            "open": one.ready.open,
            "done": len(one.ready.of(State.DONE)),
            "not_applicable": len(one.ready.of(State.NONE)),
            "not_counted": len(one.ready.late),
            "since": one.ready.since,
        }
        for one in found.lines
    ]
