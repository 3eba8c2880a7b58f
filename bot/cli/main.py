"""The command line: one thin function a command. Heavy modules are loaded by the command that needs them."""

import errno
import gc
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import click

from bot.cli.calendar import FIRST, LAST, calendar
from bot.cli.context import above as _above
from bot.cli.context import branch as _branch
from bot.cli.context import branch_option
from bot.cli.context import database as _database
from bot.cli.context import now as _now
from bot.cli.demo import demo
from bot.cli.kinds import kinds
from bot.cli.ledgers import ledgers
from bot.cli.minutes import minutes
from bot.cli.norms import norms
from bot.cli.offices import office
from bot.cli.output import FORMAT, TALLY_FORMAT, Format, show
from bot.cli.people import branch, export, import_, invites, roster
from bot.cli.periods import DAY_TYPE, days_instead, period_options
from bot.cli.readiness import readiness
from bot.cli.report import report
from bot.cli.restore import restore
from bot.settings import BadSettings, Settings, load


class Plain(click.Group):
    """Says what went wrong in one English line, exit code 1, instead of a traceback."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except (click.ClickException, click.exceptions.Exit, click.Abort):
            raise
        except Exception as error:
            if isinstance(error, OSError) and error.errno == errno.EPIPE:
                raise
            from bot.errors import background, explain

            if _is_debugging():
                click.echo(background(error), err=True, nl=False)
            raise click.ClickException(explain(error)) from error


def _is_debugging() -> bool:
    """Whether LOG_LEVEL asks for the background of an error, where the settings can be read at all."""
    try:
        return load().log_level == "DEBUG"
    except (BadSettings, OSError):
        return False


@click.group(cls=Plain, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="branch-bot", message="%(version)s")
def cli() -> None:
    """branch-bot: a Telegram bot for a Party branch.

    Settings come from the environment and from .env in this folder (see .env.example). Commands exit with 0 when
    all went well, 1 when not, 2 when they were not understood.
    """


for _command in (
    branch,
    calendar,
    demo,
    export,
    import_,
    invites,
    kinds,
    ledgers,
    minutes,
    norms,
    office,
    readiness,
    report,
    restore,
    roster,
):
    cli.add_command(_command)


@cli.command()
@click.option(
    "--now",
    metavar="2026-09-22T08:59:50+08:00",
    help="A rehearsal: the clock starts at this instant and goes on from there (without an offset: local time). "
    "What falls due is really sent, and does not go a second time: use a copy of the data and a token for tests.",
)
def run(now: str | None) -> None:
    """Run the bot until it is told to stop (Ctrl-C, SIGTERM)."""
    settings = load()
    starts_at = _instant(now, settings) if now is not None else None
    _ = settings.token
    # What is loaded now stays: looking through it for garbage is an eighth of the start.
    gc.disable()
    from bot.run import run

    gc.freeze()
    # A burst of taps makes many things, and hardly any of them go round in circles: look for those less often.
    gc.set_threshold(10_000, 20, 20)
    gc.enable()
    run(settings, starts_at)


def _instant(text: str, settings: Settings) -> datetime:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise click.BadParameter("an instant like 2026-09-22T08:59:50+08:00 is needed", param_hint="--now") from None
    if not FIRST <= found.year <= LAST:
        raise click.BadParameter(f"a year from {FIRST} to {LAST} is needed", param_hint="--now")
    return found if found.tzinfo is not None else found.replace(tzinfo=settings.timezone)


@cli.command()
def migrate() -> None:
    """Bring the database to this version (makes it, if there is none). A SQLite file is copied first."""
    from storage import migrate
    from storage.engine import Storage

    with Storage(load().database) as storage:
        before = migrate.current(storage)
        copy = migrate.upgrade(storage)
    if before == migrate.head():
        click.echo(f"Nothing to do: the database is at {before}.")
    else:
        click.echo(f"The database is at {migrate.head()} now{f' (was {before})' if before else ''}.")
    if copy:
        click.echo(f"Copy of the database as it was: {copy}")


@cli.command()
@click.argument("file", required=False, type=click.Path(path_type=Path))
def backup(file: Path | None) -> None:
    """Copy the database into FILE, or into a new file in DATA_DIR/backups. Works while the bot runs.

    The copy holds personal data: keep it where the database may be kept.
    """
    from storage import backup
    from storage.engine import database_url

    if file is not None and not file.parent.is_dir():
        raise click.ClickException(f"There is no folder {file.parent}.")
    settings = load()
    url = database_url(settings.database)
    target = file or backup.next_name(url, settings.backups, _now(settings))
    backup.make(url, target)
    click.echo(target)


@cli.command()
@period_options
@branch_option()
@TALLY_FORMAT
def tally(
    quarter: str | None,
    since: datetime | None,
    until: datetime | None,
    named: str | None,
    version: str,
    how: str,
) -> None:
    """Count a quarter of a branch, or any days: activities, study, reflections, reminders, people, the register.

    Over several quarters each record is judged by the cut-off of its own quarter. Of an organisation above branches:
    all branches below, one a row.
    """
    from bot.cli import tally_below
    from bot.cli.tally_table import names_of, show_tally
    from bot.features.archive import figure_ids
    from bot.features.registry import FIGURES
    from bot.features.tally.service import period_to_json, tally, to_json
    from bot.kit.refusal import Refusal
    from scheduler.calendar.days import Quarter
    from scheduler.calendar.periods import Period

    days = days_instead(quarter, since, until, version)
    with _database() as (settings, storage), storage.reading() as session:
        now = _now(settings)
        wanted = Period.of(Quarter.parse(quarter) if quarter else Quarter.of(now.date()))
        asked, above = days or wanted, _above(session, named)
        if above is not None:
            if version:
                raise click.UsageError("--version belongs to one branch")
            tally_below.show_all(session, above, asked, now, settings.timezone, how)
            return
        where = _branch(session, named)
        try:
            found = tally(session, where, asked, now, settings.timezone, figures=FIGURES, version=version)
        except Refusal:
            raise click.UsageError(f"{asked.quarter} has no version {version}") from None
        counted = to_json(found) if days is None else period_to_json(found)
        if how == Format.JSON:
            counted["figures"] = figure_ids.of_branch(session, where).told(counted["figures"])
        names, uncalled = names_of(session, where), found.uncalled
    show_tally(found, counted, how, names)
    if how != Format.JSON:
        for one in uncalled:
            click.echo(f"Not counted, it has no complete roll: {one.start_at:%Y-%m-%d %H:%M} {one.title}")


@cli.command()
@click.option("--days", type=click.IntRange(1, 366), default=60, show_default=True, help="How far to look ahead.")
@click.option("--runs", type=click.IntRange(1), default=2, show_default=True, help="How many runs of each job.")
@click.option(
    "--from", "since", type=click.DateTime(["%Y-%m-%d"]), help="Every send of a period instead: its first day."
)
@click.option(
    "--to", "until", type=click.DateTime(["%Y-%m-%d"]), help="The first day that no longer counts (a year at most)."
)
@branch_option("Whose sends; needed when there are several.")
@FORMAT
def timetable(
    days: int, runs: int, since: datetime | None, until: datetime | None, named: str | None, how: str
) -> None:
    """Show every job with its next runs, or every send of a period.

    With --from and --to the jobs of one branch run on a scratch copy of the records as they stand now: what would be
    said, when and to whom. Nothing is sent and nothing is kept; it works while the bot runs.
    """
    if since is not None or until is not None:
        _show_sends(since, until, named, how)
        return
    from bot.cli.timetable import COLUMNS, timetable
    from bot.features.registry import jobs

    with _database() as (settings, storage), storage.reading() as session:
        where = None if named is None else _branch(session, named)
        rows = timetable(session, jobs(settings.timezone), _now(settings), days, runs, where)
    show(rows, COLUMNS, how, settings.timezone, empty="There is no branch yet.", bare=True)


def _show_sends(since: datetime | None, until: datetime | None, named: str | None, how: str) -> None:
    from bot.cli.dry_run import COLUMNS, few, rehearse, scratch
    from bot.cli.progress import progress_bar
    from bot.cli.spans import days_in_words, require_span
    from bot.features.registry import jobs

    if since is None or until is None:
        raise click.UsageError("--from and --to belong together")
    if not (FIRST <= since.year <= LAST and datetime(FIRST, 1, 1) <= until <= datetime(LAST + 1, 1, 1)):
        raise click.UsageError(f"--from and --to are days from {FIRST} to {LAST}")
    require_span(since.date(), until.date())
    if (until - since).days > 366:
        raise click.UsageError("--to is a day within a year from --from on")
    with _database() as (settings, storage):
        first = since.replace(tzinfo=settings.timezone)
        last = until.replace(tzinfo=settings.timezone) - timedelta(microseconds=1)
        with storage.reading() as session:
            where = _branch(session, named)
        rows = []
        with scratch(storage) as session, progress_bar("timetable") as bar:
            for row in rehearse(session, jobs(settings.timezone), where, first, last):
                bar.advance((row["at"] - first) / (last - first), f"{row['at']:%Y-%m-%d}")
                rows.append(row | {"to": few(row["to"])} if how == Format.TABLE else row)
    if how == Format.TABLE:
        click.echo(days_in_words(since.date(), until.date()))
    show(rows, COLUMNS, how, settings.timezone, empty="Nothing would be sent.", bare=True)


@cli.command()
@branch_option()
@click.option("--on", type=DAY_TYPE, metavar="2023-08-20", help="As of which day (today).")
@click.option("--overdue", is_flag=True, help="Only what was due before that day.")
@FORMAT
def lists(named: str | None, on: datetime | None, overdue: bool, how: str) -> None:
    """Show what is open in the register and has a deadline, with its owner, as of a day.

    Projects, tasks, items to be put right, plans and whatever else has a deadline; the most urgent first. It reads
    alone, so it works while the bot runs.
    """
    from bot.cli.lists import COLUMNS, open_items

    if on is not None and not FIRST <= on.year <= LAST:
        raise click.BadParameter(f"a day from {FIRST} to {LAST} is needed", param_hint="--on")
    with _database() as (settings, storage), storage.reading() as session:
        day = on.date() if on is not None else _now(settings).date()
        rows = open_items(session, _branch(session, named), day, overdue=overdue)
    show(rows, COLUMNS, how, settings.timezone, empty="Nothing is open.", bare=True)


@cli.command()
@click.option(
    "--again",
    is_flag=True,
    help="Take up again the updates that could not be handled: the bot handles them, in their order, when it runs. "
    "On SQLite only while it is stopped; while it runs the operator has a button for it in chat.",
)
@FORMAT
def owed(again: bool, how: str) -> None:
    """Show what has not been delivered or handled, and why."""
    from bot.cli.undelivered import COLUMNS, undelivered

    if again:
        _take_up_again()
        return
    with _database() as (settings, storage), storage.reading() as session:
        rows = undelivered(session)
    show(rows, COLUMNS, how, settings.timezone, empty="Everything is delivered and handled.", bare=True)


def _take_up_again() -> None:
    from bot.kit import parked

    with _database() as (settings, storage):
        bot_id = int(settings.token.partition(":")[0])
        with storage.transaction() as session:
            number = parked.again(session, bot_id, _now(settings), "command")
    click.echo(f"{number} updates will be handled again." if number else "There is nothing to take up again.")


@cli.command()
@FORMAT
@click.pass_context
def doctor(context: click.Context, how: str) -> None:
    """Check settings, database, Telegram, calendar and clock: one line each, and what to do."""
    from bot.cli.doctor import COLUMNS, examine

    settings = load()
    findings = list(examine(settings, _now(settings)))
    show([finding.row() for finding in findings], COLUMNS, how, settings.timezone, bare=True)
    if any(finding.ok is False for finding in findings):
        context.exit(1)
