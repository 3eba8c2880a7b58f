"""The commands about norms; heavy modules are loaded by the command that needs them."""

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bot.cli.calendar import FIRST, LAST
from bot.cli.context import branch, branch_option, database, now
from bot.cli.output import FORMAT, show

if TYPE_CHECKING:
    from bot.features.norms.rule_file import RuleFile

FILE = click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
DAY_TYPE = click.DateTime(["%Y-%m-%d"])


@click.group()
def norms() -> None:
    """What a branch is asked by the regulations, and how far it is: rule files, and their check."""


@norms.command("check")
@FILE
def check(file: Path) -> None:
    """Say every fault of FILE (TOML), each with its line; needs no database.

    Exit code 0 when there is none.
    """
    read = _read(file)
    many = len(read.content.get("rules", ()))
    click.echo(f"{file}: {read.version} from {read.valid_from}, {many} rules, no faults.")


@norms.command("add")
@FILE
@branch_option("Whose it is; an organisation above branches gives it to all below.")
def add(file: Path, named: str | None) -> None:
    """Lay what FILE (TOML) says over the national rules, from its valid_from on.

    It names only the ids and keys that are otherwise. A file of the same version takes the place of the one before.
    """
    from bot.features.norms import changing
    from bot.features.register.own import operator

    read = _read(file)
    with database() as (settings, storage), storage.transaction() as session:
        where = operator.organisation(session, named) or branch(session, named)
        done = changing.add(session, where, read, now(settings))
    held = f"holds from {read.valid_from} on"
    click.echo(f"{read.version} {held}." if done else f"Nothing to do: {read.version} says the same already.")


@norms.command("list")
@branch_option()
@click.option("--on", type=DAY_TYPE, metavar="2023-08-20", help="As of which day (today).")
@FORMAT
def list_(named: str | None, on: datetime | None, how: str) -> None:
    """List every norm as it holds for a branch on a day, with what is otherwise there."""
    from bot.features.norms import export
    from bot.features.norms.service import book_of

    with database() as (settings, storage), storage.reading() as session:
        day = on.date() if on is not None else now(settings).date()
        rows = export.listed(book_of(session, branch(session, named)).on(day))
    show(rows, export.LISTED, how, settings.timezone)


@norms.command("status")
@branch_option()
@click.option("--from", "since", type=DAY_TYPE, metavar="2023-07-01", help="Any days instead: the first of them.")
@click.option("--to", "until", type=DAY_TYPE, metavar="2024-01-01", help="The first day that no longer counts.")
@FORMAT
def status(named: str | None, since: datetime | None, until: datetime | None, how: str) -> None:
    """Check the norms of a branch: of this month, quarter and year, or of all whole periods in some days.

    It reads alone, so it works while the bot runs.
    """
    from bot.features.norms import export, overview
    from bot.features.norms.service import checked
    from bot.features.registry import FEATURES
    from scheduler.calendar.periods import Period

    if (since is None) != (until is None):
        raise click.UsageError("--from and --to belong together")
    period = None
    if since is not None and until is not None:
        if not (since.year >= FIRST and until.year <= LAST and since < until) or (until - since).days > 366 * 3:
            raise click.UsageError(f"--to is a day after --from, both from {FIRST} to {LAST}, at most three years")
        period = Period(since.date(), until.date())
    with database() as (settings, storage), storage.reading() as session:
        moment = now(settings)
        span = overview.span_of(period, moment.date())
        found = checked(session, FEATURES, branch(session, named), span, moment, settings.timezone)
        rows = export.rows_of(overview.lines_of(found))
    show(rows, export.COLUMNS, how, settings.timezone, empty="Nothing to check.", bare=True)


def _read(file: Path) -> "RuleFile":
    from bot.features.norms.reading import read

    found, faults = read(file.read_bytes())
    if found is None:
        raise click.ClickException("\n".join(one.english for one in faults))
    return found
