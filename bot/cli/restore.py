"""branch-bot restore: says what it would mean, asks, and puts the copy in the database's place."""

import sys
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bot.cli.confirm import NOTHING, sure
from bot.cli.context import now as _now
from bot.settings import load

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import tzinfo

    from sqlalchemy.orm import Session

    from bot.cli.carry_over import Found
    from bot.cli.present_records import Known

SEND, DROP = "send", "drop"
# How many runs are named.
SHOWN = 10
WORDS = {"inbox": "updates", "outbox": "messages", "audit": "changes"}


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option(
    "--due",
    type=click.Choice([SEND, DROP]),
    help="What becomes of what fell due between the copy and now and was not sent. Asked, unless it is said here.",
)
def restore(file: Path, yes: bool, due: str | None) -> None:
    """Put the copy FILE in the place of the database. Refuses while the bot runs; keeps the present database.

    Says first what is lost, and asks. What the present database has sent since the copy was made is not sent again.
    """
    from bot.cli import carry_over
    from bot.cli.present_records import known
    from bot.features.registry import jobs
    from storage import backup
    from storage.engine import Storage, database_url

    settings = load()
    now, tz = _now(settings), settings.timezone
    with Storage(settings.database) as storage:
        before = known(storage)

    def settle(session: "Session") -> None:
        found = carry_over.carry(session, before, jobs(tz), now, tz)
        _tell(file, before, found, tz)
        sure("Put the copy in the place of the database?", yes)
        if found.messages and _due(found, due) == DROP:
            carry_over.drop(session, found, now)

    kept = backup.restore(database_url(settings.database), file, settings.backups, now, settle)
    if kept:
        click.echo(f"The database as it was: {kept}")
    click.echo(f"Restored from {file}.")


def _tell(file: Path, before: "Known | None", found: "Found", tz: "tzinfo") -> None:
    written = datetime.fromtimestamp(file.stat().st_mtime, tz)
    click.echo(f"{file}: written {_when(written, tz)}, its newest record is of {_when(found.until, tz)}.")
    if before is None:
        click.echo("There is no present database that can be read: nobody knows what it has sent since then.")
    else:
        click.echo(f"The present database has records until {_when(before.until, tz)}. {_lost(found.lost)}")
        if before.unreadable:
            columns = ", ".join(before.unreadable)
            click.echo(f"Some of it cannot be read ({columns}): what is said there counts as unknown.")
    if found.erased:
        numbers = ", ".join(map(str, found.erased))
        click.echo(
            f"Erased since then, and there again with the copy: numbers {numbers}. Erase them once more (注销数据)."
        )
    if found.sent:
        click.echo(f"Messages that were sent since then and are not sent again: {found.sent}")
    if found.over:
        click.echo(f"Messages that were dropped or too late, or reached nobody, and stay so: {found.over}")
    if found.messages:
        click.echo(f"Messages that fell due since then and were not sent: {found.messages}")
        for run, number in found.runs[:SHOWN]:
            at = _when(run.occurrence.at, tz)
            click.echo(f"  {number} of {run.job.name} {run.occurrence.slot} (branch {run.branch_id}, {at})")
        if len(found.runs) > SHOWN:
            click.echo(f"  ... and of {len(found.runs) - SHOWN} more runs")
        if found.rows:
            click.echo(f"  {len(found.rows)} that waited in the copy, or were on their way")


def _lost(lost: "Mapping[str, int]") -> str:
    if not lost:
        return "Nothing was added to it since."
    return f"Lost with it: {', '.join(f'{number} {_word(name)}' for name, number in lost.items())}."


def _word(name: str) -> str:
    return WORDS.get(name, name.replace("_", " "))


def _when(instant: "datetime | None", tz: "tzinfo") -> str:
    return f"{instant.astimezone(tz):%Y-%m-%d %H:%M}" if instant is not None else "never"


def _due(found: "Found", due: str | None) -> str:
    """Said, or asked of somebody; a program has to say."""
    if due is not None:
        return due
    if sys.stdin is None or not sys.stdin.isatty():
        raise click.ClickException(f"{NOTHING} Say what becomes of what fell due: --due {SEND} or --due {DROP}.")
    answer: str = click.prompt("Send it when the bot runs, or drop it?", type=click.Choice([SEND, DROP]))
    return answer
