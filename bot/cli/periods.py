"""Which period a command is asked about: a quarter in one of its versions, or any days."""

import re
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeVar

import click

from bot.cli.calendar import FIRST, LAST

if TYPE_CHECKING:
    from scheduler.calendar.periods import Period

F = TypeVar("F", bound=Callable[..., Any])
DAY_TYPE = click.DateTime(["%Y-%m-%d"])


def period_options(command: F) -> F:
    """--quarter, or --from and --to; --version."""
    asked = (
        click.option("--quarter", metavar="2023Q3", help="Which quarter (the present one)."),
        click.option(
            "--from", "since", type=DAY_TYPE, metavar="2023-07-01", help="Any days instead: the first of them."
        ),
        click.option("--to", "until", type=DAY_TYPE, metavar="2024-01-01", help="The first day that no longer counts."),
        click.option(
            "--version",
            metavar="v1",
            default="",
            help="Of a closed quarter: draft (as the records stand now), v1, v2 ... (the newest).",
        ),
    )
    for option in reversed(asked):
        command = option(command)
    return command


def days_instead(quarter: str | None, since: datetime | None, until: datetime | None, version: str) -> "Period | None":
    """The days asked for instead of a quarter; raises click.UsageError for what cannot be asked together."""
    from scheduler.calendar.periods import Period

    if version and not re.fullmatch(r"draft|v[1-9]\d{0,3}", version, re.ASCII):
        raise click.BadParameter("draft, or v1, v2 and so on", param_hint="--version")
    if (since is None) != (until is None):
        raise click.UsageError("--from and --to belong together")
    if since is None or until is None:
        return None
    if quarter is not None:
        raise click.UsageError("either --quarter, or --from and --to")
    if version:
        raise click.UsageError("--version belongs to a quarter: over other days each is read in its newest")
    if not (since.year >= FIRST and until.year <= LAST and since < until):
        raise click.UsageError(f"--to is a day after --from, both from {FIRST} to {LAST}")
    return Period(since.date(), until.date())
