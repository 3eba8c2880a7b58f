"""The command that writes the report of a period as docx; heavy modules are loaded when it runs."""

import json
from datetime import datetime
from pathlib import Path

import click

from bot.cli.context import branch, branch_option, database, now
from bot.cli.periods import days_instead, period_options


@click.command()
@period_options
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), required=True, help="Where to write the docx.")
@click.option(
    "--format",
    "how",
    type=click.Choice(["table", "json"]),
    default="table",
    show_default=True,
    help="table: a line for people; json: what was written and what was left out.",
)
@branch_option()
def report(
    quarter: str | None,
    since: datetime | None,
    until: datetime | None,
    version: str,
    out: Path,
    how: str,
    named: str | None,
) -> None:
    """Write the report of a quarter, or of any days, as docx: the text and an annex with every figure.

    Clauses without a figure are left out, and listed. The file names people: keep it where the database may be kept.
    """
    from bot.features.registry import FIGURES
    from bot.features.report import papers, service
    from bot.features.tally.service import tally
    from bot.kit.refusal import Refusal
    from scheduler.calendar.days import Quarter, local_day
    from scheduler.calendar.periods import Period

    asked = days_instead(quarter, since, until, version)
    with database() as (settings, storage), storage.reading() as session:
        moment, tz = now(settings), settings.timezone
        period = asked or Period.of(Quarter.parse(quarter) if quarter else Quarter.of(local_day(moment, tz)))
        where = branch(session, named)
        try:
            found = tally(session, where, period, moment, tz, figures=FIGURES, version=version)
        except Refusal:
            raise click.UsageError(f"{period.quarter} has no version {version}") from None
        made = service.of_tally(session, found)
        content = papers.made(session, made, local_day(moment, tz))
    out.write_bytes(content)
    if how == "json":
        said = {"file": str(out), "title": made.title, "version": found.version, "left_out": list(made.dropped)}
        click.echo(json.dumps(said, ensure_ascii=False, indent=1))
        return
    click.echo(f"{out}: {made.title}, {found.version}.")
    if made.dropped:
        click.echo(f"Left out, nothing is recorded: {'、'.join(made.dropped)}")
