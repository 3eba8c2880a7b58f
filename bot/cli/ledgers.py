"""The command that writes the ledgers of a period into a folder; heavy modules are loaded when it runs."""

from datetime import datetime
from pathlib import Path

import click

from bot.cli.context import branch, branch_option, database, now
from bot.cli.output import FORMAT, show
from bot.cli.periods import days_instead, period_options


@click.command()
@period_options
@click.option(
    "--out", type=click.Path(file_okay=False, path_type=Path), required=True, help="The folder to write into; made."
)
@FORMAT
@branch_option()
def ledgers(
    quarter: str | None,
    since: datetime | None,
    until: datetime | None,
    version: str,
    out: Path,
    how: str,
    named: str | None,
) -> None:
    """Write every ledger of a quarter, or of any days, as xlsx, with sign-in sheets, minutes, report and an index.

    What has nothing in the period is left out. The files name people: keep them where the database may be kept.
    """
    from bot.cli.progress import progress_bar
    from bot.features.ledgers import service
    from bot.features.ledgers.feature import offered_by
    from bot.features.registry import FEATURES
    from bot.kit.refusal import Refusal
    from scheduler.calendar.days import Quarter
    from scheduler.calendar.periods import Period

    asked = days_instead(quarter, since, until, version)
    with database() as (settings, storage), storage.reading() as session:
        moment, tz = now(settings), settings.timezone
        period = asked or Period.of(Quarter.parse(quarter) if quarter else Quarter.of(moment.date()))
        of = service.asked_of(session, branch(session, named), None, period, moment, tz, version)
        written: list[service.File] = []
        try:
            offered = offered_by(FEATURES)
            most = service.most(of, offered)
            with progress_bar("ledgers") as bar:
                for one in service.files(of, offered):
                    written.append(one)
                    bar.advance(len(written) / most, one.what)
        except Refusal as refused:
            raise click.UsageError(f"{period.quarter} has no version {version}" if version else str(refused)) from None
        index = service.index(of, written)
    # Once all of them are made: what is refused leaves nothing behind.
    for one in written:
        _write(out / one.name, one.content)
    if written:
        _write(out / f"{service.INDEX}.xlsx", index)
    rows = [{"file": one.name, "rows": one.count} for one in written]
    show(rows, ("file", "rows"), how, tz, empty="Nothing was recorded.")


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
