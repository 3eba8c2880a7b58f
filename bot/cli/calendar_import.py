"""branch-bot calendar import, import-notice: shows what was understood and what it changes, asks, takes it over."""

import sys
from datetime import UTC, date, timedelta
from pathlib import Path

import click

from bot.cli.confirm import alone, sure
from bot.cli.context import branch
from bot.cli.download import download, plain_address
from bot.cli.output import Format, show
from bot.features.calendar.service import Proposal, propose, take_over
from bot.settings import load
from scheduler.calendar.year_file import LARGEST, YearFile
from scheduler.calendar.year_views import by_festival
from scheduler.clock import SystemClock
from storage.engine import Storage
from storage.revision import require_newest

FESTIVALS = ("festival", "off", "worked_instead")
CHANGES = ("date", "weekday", "change")
IN_CHAT = "Or let a secretary read it in while the bot runs: /calendar (工作日历), then 导入通知."


def content_of(file: str) -> bytes:
    """What stands at a path, at an https address or, for -, on the standard input; cut off beyond the largest size."""
    if "://" in file:
        return download(file, LARGEST)
    if file == "-":
        return sys.stdin.buffer.read(LARGEST + 1)
    with Path(file).open("rb") as stream:
        return stream.read(LARGEST + 1)


def _source(file: str) -> str:
    """How the row says where it is from: without folders, names and passwords."""
    if "://" in file:
        return plain_address(file)
    return "standard input" if file == "-" else Path(file).name


def take_in(file: YearFile, path: str, named: str | None, wanted: int | None, force: bool, yes: bool) -> None:
    """Show it, ask, and write it; nothing else writes to a SQLite database between the look and the writing."""
    with Storage(load().database) as storage:
        require_newest(storage)
        with alone(storage, IN_CHAT):
            proposal = _look(storage, file, named, wanted)
            if proposal.unchanged:
                click.echo(f"Nothing to do: this is what is known of {file.year} already ({proposal.before.value}).")
                return
            if proposal.checked.doubts and not force:
                raise click.ClickException("Nothing was changed. --force takes it over all the same.")
            sure(f"Take this over as {proposal.state.value}?", yes)
            _write(storage, proposal, _source(path), wanted)
    click.echo(f"{file.year} is taken over ({proposal.state.value}). What has not been sent goes by it.")


def _look(storage: Storage, file: YearFile, named: str | None, wanted: int | None) -> Proposal:
    with storage.reading() as session:
        branch_id = None if named is None else branch(session, named)
        proposal = propose(session, file, branch_id, wanted)
    _show(proposal)
    return proposal


def _show(proposal: Proposal) -> None:
    """What was understood, what is odd about it, and what it would change."""
    found = proposal.checked
    click.echo(f"{found.file.year}: {' '.join(found.file.papers) or 'no paper is named'}")
    rows = [
        {
            "festival": row.name,
            "off": ", ".join(_span(*span) for span in row.off),
            "worked_instead": ", ".join(f"{day:%Y-%m-%d %a}" for day in row.worked),
        }
        for row in by_festival(found.file.entries)
    ]
    show(rows, FESTIVALS, Format.TABLE, UTC)
    for said in (*found.notes, *found.doubts):
        click.echo(said.english)
    if not proposal.unchanged:
        click.echo("Beside what is known now:")
        changes = [
            {"date": day, "weekday": f"{day:%a}", "change": "off -> worked" if works else "worked -> off"}
            for day, works in proposal.changes
        ]
        none = f"No day changes; {proposal.before.value} -> {proposal.state.value}."
        show(changes, CHANGES, Format.TABLE, UTC, empty=none)


def _span(first: date, last: date) -> str:
    days = (last - first) // timedelta(days=1) + 1
    return f"{first:%Y-%m-%d %a}" if days == 1 else f"{first:%Y-%m-%d %a} to {last:%Y-%m-%d %a} ({days} days)"


def _write(storage: Storage, proposal: Proposal, source: str, wanted: int | None) -> None:
    with storage.transaction() as session:
        now = propose(session, proposal.checked.file, proposal.branch_id, wanted)
        if now.changes != proposal.changes or now.before is not proposal.before:
            raise click.ClickException("The calendar was changed by somebody else meanwhile; look once more.")
        take_over(session, proposal, source, SystemClock().now(), via="command")
