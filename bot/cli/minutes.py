"""The command that writes minutes as docx; heavy modules are loaded when it runs."""

from pathlib import Path

import click

from bot.cli.context import branch, branch_option, database, now


@click.command()
@click.option("--activity", "number", type=int, metavar="ID", help="Which activity, by its number.")
@click.option("--quarter", metavar="2023Q3", help="All that were held in a quarter, as a zip with a docx each.")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), required=True, help="Where to write the file.")
@branch_option()
def minutes(number: int | None, quarter: str | None, out: Path, named: str | None) -> None:
    """Write the minutes of an activity as docx, a page for each of its contents, or those of a quarter as a zip.

    The file holds personal data: keep it where the database may be kept.
    """
    from bot.features.minutes import papers
    from scheduler.calendar.days import Quarter
    from storage.lookups import of_branch
    from storage.models.activity import Activity

    if (number is None) == (quarter is None):
        raise click.UsageError("either --activity or --quarter")
    with database() as (settings, storage), storage.reading() as session:
        where = branch(session, named)
        if number is not None:
            activity = of_branch(session, Activity, number, where)
            if activity is None:
                raise click.ClickException(f"There is no activity {number} in this branch.")
            content, many = papers.whole(session, activity, settings.timezone), 1
        else:
            wanted = Quarter.parse(quarter or "")
            content, many = papers.of_quarter(session, where, wanted, now(settings), settings.timezone)
    out.write_bytes(content)
    click.echo(f"{out}: minutes of {many} {'activity' if many == 1 else 'activities'}.")
