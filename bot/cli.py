"""The command line: one thin function a command. Heavy modules are loaded by the command that needs them."""

import asyncio
import errno
import gc
import json
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from bot.calendar_cli import FIRST, LAST, calendar
from bot.office_commands import office
from bot.opening import branch as _branch
from bot.opening import database as _database
from bot.opening import now as _now
from bot.settings import BadSettings, Settings, load
from bot.show import FORMAT, Format, show

if TYPE_CHECKING:
    pass

TALLY_FORMAT = click.option(
    "--format", "how", type=click.Choice(["table", "json"]), default="table", show_default=True,
    help="table for people; json for programs.",
)  # fmt: skip


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
            from bot.troubles import background, explain

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


cli.add_command(calendar)
cli.add_command(office)


@cli.command()
@click.option(
    "--now", metavar="2026-09-22T08:59:50+08:00",
    help="A rehearsal: the clock starts at this instant and goes on from there (without an offset: local time). "
    "What falls due is really sent, and does not go a second time: use a copy of the data and a token for tests.",
)  # fmt: skip
def run(now: str | None) -> None:
    """Run the bot until it is told to stop (Ctrl-C, SIGTERM)."""
    settings = load()
    starts_at = _instant(now, settings) if now is not None else None
    _ = settings.token
    # What is loaded now stays: looking through it for garbage is an eighth of the start.
    gc.disable()
    from bot.front import run

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

    settings = load()
    url = database_url(settings.database)
    target = file or backup.next_name(url, settings.backups, _now(settings))
    backup.make(url, target)
    click.echo(target)


@cli.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def restore(file: Path) -> None:
    """Put the copy FILE in the place of the database. Refuses while the bot runs; keeps the present database."""
    from storage import backup
    from storage.engine import Storage, database_url
    from storage.revision import newest, present

    settings = load()
    kept = backup.restore(database_url(settings.database), file, settings.backups, _now(settings))
    if kept:
        click.echo(f"The database as it was: {kept}")
    with Storage(settings.database) as storage:
        revision = present(storage)
    older = revision != newest()
    click.echo(f"Restored from {file}.{' It is of an older version; run: branch-bot migrate' if older else ''}")


@cli.group()
def branch() -> None:
    """Add and list branches."""


@branch.command("add")
@click.argument("name")
@click.option("--under", type=int, metavar="ID", help="The branch above it, which becomes a general branch.")
def branch_add(name: str, under: int | None) -> None:
    """Add a branch called NAME and print its id."""
    from bot.features.people.rules import clean_name
    from bot.features.people.service import add_branch, list_branches

    with _database() as (settings, storage), storage.transaction() as session:
        for one in list_branches(session):
            if (one.name, one.parent_id) == (clean_name(name), under):
                raise click.ClickException(f"There is a branch {one.name} there already: its id is {one.id}.")
        branch_id = add_branch(session, name, under, _now(settings))
    click.echo(branch_id)


@branch.command("list")
@FORMAT
def branch_list(how: str) -> None:
    """List the branches with the number of people and of those who are bound to an account."""
    from bot.features.people.service import list_branches

    with _database() as (settings, storage), storage.reading() as session:
        rows = [
            {"id": one.id, "name": one.name, "kind": one.kind.value, "under": one.parent_id,
             "people": one.people, "bound": one.bound}
            for one in list_branches(session)
        ]  # fmt: skip
    show(rows, ("id", "name", "kind", "under", "people", "bound"), how, settings.timezone, empty="No branch yet.")


@cli.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--branch", "branch_id", type=int, metavar="ID", help="Which branch; needed when there are several.")
@click.option(
    "--since", type=click.DateTime(["%Y-%m-%d"]),
    help="The day from which a roster holds. Default: 1 January of this year for a branch without people, else today.",
)  # fmt: skip
@click.option("--dry-run", is_flag=True, help="Only say what would change.")
@click.option("--replace", is_flag=True, help="An archive: put it in the place of the branch's people and groups.")
@click.option("--as-new", metavar="NAME", help="An archive: make a branch of this name of it.")
def import_(
    file: Path, branch_id: int | None, since: datetime | None, dry_run: bool, replace: bool, as_new: str | None
) -> None:
    """Import a roster or an archive: FILE is told apart by what it holds. The same file again changes nothing.

    A roster is xlsx or csv, as secretaries keep it (branch-bot roster template FILE makes one to fill in). People
    count from --since on; the day is settled by the first import, a later one does not move it.

    An archive is what branch-bot export --archive FILE wrote. This version reads its branch and people, and names
    what it leaves out.
    """
    from bot.features.archive.document import is_archive
    from bot.rosters import import_archive, import_table

    content = file.read_bytes()
    with _database() as (settings, storage):
        now = _now(settings)
        if is_archive(content):
            import_archive(
                settings, storage, content, now,
                branch_id=branch_id, as_new=as_new, replace=replace, dry_run=dry_run,
            )  # fmt: skip
            return
        if replace or as_new is not None:
            raise click.UsageError("--replace and --as-new are for archives")
        with storage.reading() as session:
            where = _branch(session, branch_id)
        import_table(storage, content, where, since.date() if since else None, now, dry_run=dry_run)


@cli.command()
@click.option("--archive", required=True, type=click.Path(dir_okay=False, path_type=Path), metavar="FILE",
              help="Where to write the branch as JSON (branch-archive/1).")  # fmt: skip
@click.option("--branch", "branch_id", type=int, metavar="ID", help="Which branch; needed when there are several.")
def export(archive: Path, branch_id: int | None) -> None:
    """Write a branch and its people, with every dated fact, into a file that import reads back."""
    from bot.rosters import export_archive

    with _database() as (settings, storage):
        with storage.reading() as session:
            where = _branch(session, branch_id)
        export_archive(settings, storage, where, archive, _now(settings))


@cli.group()
def roster() -> None:
    """Tables of people."""


@roster.command("template")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--filled", is_flag=True, help="With the people of a branch as they stand today.")
@click.option("--branch", "branch_id", type=int, metavar="ID", help="Which branch; needed when there are several.")
def roster_template(file: Path, filled: bool, branch_id: int | None) -> None:
    """Write a table to fill in: FILE ends with .xlsx or .csv. It imports back as it is."""
    from bot.rosters import template

    if not filled:
        template(file, None)
        return
    from bot.features.roster.tables import roster_rows

    with _database() as (settings, storage), storage.reading() as session:
        rows = roster_rows(session, _branch(session, branch_id), _now(settings).date())
    template(file, rows)


@cli.command()
@click.option("--branch", "branch_id", type=int, metavar="ID", help="Which branch; needed when there are several.")
@click.option("--secretary", is_flag=True, help="One link for the first secretary instead of all members' links.")
@click.option("--person", metavar="NAME", help="One link for one person, bound or not: a new phone, another account.")
@click.option(
    "--sheet", type=click.Path(dir_okay=False, writable=True, path_type=Path), metavar="FILE",
    help="Write the links as a PDF to print: A4, twelve slips a page, each with a name and a QR code.",
)  # fmt: skip
@FORMAT
def invites(branch_id: int | None, secretary: bool, person: str | None, sheet: Path | None, how: str) -> None:
    """Print a one-time link for everybody who is not bound yet. Links made before stop working.

    With --person the present account of the person goes on working until the new link is opened.
    """
    from bot.features.people.service import branch_name
    from bot.invites import make, write_sheet
    from bot.whoami import bot_name

    if secretary + (person is not None) + (sheet is not None) > 1:
        raise click.UsageError("--secretary, --person and --sheet exclude each other.")
    with _database() as (settings, storage):
        with storage.reading() as session:
            where, now = _branch(session, branch_id), _now(settings)
        name = bot_name(settings)
        with storage.transaction() as session:
            made = make(session, where, name, now, secretary=secretary, person=person)
            if sheet is not None and made:
                # Inside: when the file cannot be written, the links made before go on working.
                write_sheet(sheet, made, branch_name(session, where), now)
    if sheet is None:
        rows = [{"name": one.name, "group": one.group, "link": one.link} for one in made]
        show(rows, ("name", "group", "link"), how, settings.timezone, empty="Everybody is bound.")
    elif made:
        click.echo(f"{sheet}: {len(made)} slips. Links made before no longer work.")
    else:
        click.echo("Everybody is bound: there is nothing to print.")


@cli.command()
@click.option("--quarter", metavar="2023Q3", help="Which quarter (the present one).")
@click.option("--branch", "branch_id", type=int, metavar="ID", help="Which branch; needed when there are several.")
@click.option("--version", type=click.Choice(["draft"]), default="draft", help="draft: as the records stand now.")
@TALLY_FORMAT
def tally(quarter: str | None, branch_id: int | None, version: str, how: str) -> None:
    """Count a quarter of a branch: activities, study, reflections, reminders, people."""
    from bot.features.tally.service import tally, to_json
    from bot.tally_table import names_of
    from scheduler.calendar import Quarter

    with _database() as (settings, storage), storage.reading() as session:
        now = _now(settings)
        wanted = Quarter.parse(quarter) if quarter else Quarter.of(now.date())
        where = _branch(session, branch_id)
        counted = to_json(tally(session, where, wanted, now, settings.timezone))
        names = names_of(session, where)
    _show_tally(counted, how, names)


def _show_tally(counted: dict[str, Any], how: str, names: Mapping[str, str]) -> None:
    from bot.tally_table import COLUMNS, tally_rows

    if how == Format.JSON:
        click.echo(json.dumps(counted, ensure_ascii=False, indent=1))
        return
    click.echo(f"{counted['branch']}  {counted['quarter']}  version {counted['version']}")
    show(tally_rows(counted["figures"], names), COLUMNS, how, UTC, empty="Nothing was recorded.")


@cli.command()
@click.option("--once", is_flag=True, help="End after the tally instead of leaving the page open.")
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="Where the page is served (any free port).")
@TALLY_FORMAT
def demo(once: bool, port: int, how: str) -> None:
    """Play a quarter of a branch of 25 people through the real bot: nothing is needed, nothing is kept.

    Prints the secretary's tally at the end and leaves the chat page open at a local address until Ctrl-C.
    """
    from bot.features.tally.service import to_json
    from bot.playground.demo import Demo, play
    from bot.progress import progress_bar

    def ready(played: Demo) -> None:
        bar.stop()
        _show_tally(to_json(played.tally), how, {f"G{one}": name for one, name in played.tally.groups.items()})
        if not once:
            click.echo(f"\nThe chats are at {played.address} (Ctrl-C ends the demo).", err=how == Format.JSON)

    with progress_bar("2023 Q3") as bar, suppress(KeyboardInterrupt):
        asyncio.run(play(bar.advance, ready, stay=not once, port=port))


@cli.command()
@click.option("--days", type=click.IntRange(1, 366), default=60, show_default=True, help="How far to look ahead.")
@click.option("--runs", type=click.IntRange(1), default=2, show_default=True, help="How many runs of each job.")
@click.option(
    "--from", "since", type=click.DateTime(["%Y-%m-%d"]), help="Every send of a period instead: its first day."
)
@click.option("--to", "until", type=click.DateTime(["%Y-%m-%d"]), help="The last day of the period (a year at most).")
@click.option("--branch", "branch_id", type=int, metavar="ID", help="Whose sends; needed when there are several.")
@FORMAT
def timetable(
    days: int, runs: int, since: datetime | None, until: datetime | None, branch_id: int | None, how: str
) -> None:
    """Show every job with its next runs, or every send of a period.

    With --from and --to the jobs of one branch run on a scratch copy of the records as they stand now: what would be
    said, when and to whom. Nothing is sent and nothing is kept; it works while the bot runs.
    """
    if since is not None or until is not None:
        _show_sends(since, until, branch_id, how)
        return
    from bot.features.registry import jobs
    from bot.timetable import COLUMNS, timetable

    with _database() as (settings, storage), storage.reading() as session:
        where = None if branch_id is None else _branch(session, branch_id)
        rows = timetable(session, jobs(settings.timezone), _now(settings), days, runs, where)
    show(rows, COLUMNS, how, settings.timezone, empty="There is no branch yet.", bare=True)


def _show_sends(since: datetime | None, until: datetime | None, branch_id: int | None, how: str) -> None:
    from bot.features.registry import jobs
    from bot.progress import progress_bar
    from bot.rehearsal import COLUMNS, few, rehearse, scratch

    if since is None or until is None:
        raise click.UsageError("--from and --to belong together")
    if not FIRST <= since.year <= until.year + 1 or until.year > LAST:
        raise click.UsageError(f"--from and --to are days from {FIRST} to {LAST}")
    if not 0 <= (until - since).days <= 366:
        raise click.UsageError("--to is a day within a year from --from on")
    with _database() as (settings, storage):
        first = since.replace(tzinfo=settings.timezone)
        last = (until + timedelta(days=1)).replace(tzinfo=settings.timezone) - timedelta(microseconds=1)
        with storage.reading() as session:
            where = _branch(session, branch_id)
        rows = []
        with scratch(storage) as session, progress_bar("timetable") as bar:
            for row in rehearse(session, jobs(settings.timezone), where, first, last):
                bar.advance((row["at"] - first) / (last - first), f"{row['at']:%Y-%m-%d}")
                rows.append(row | {"to": few(row["to"])} if how == Format.TABLE else row)
    show(rows, COLUMNS, how, settings.timezone, empty="Nothing would be sent.", bare=True)


@cli.command()
@FORMAT
def owed(how: str) -> None:
    """Show what has not been delivered or handled, and why."""
    from bot.undone import COLUMNS, undone

    with _database() as (settings, storage), storage.reading() as session:
        rows = undone(session)
    show(rows, COLUMNS, how, settings.timezone, empty="Everything is delivered and handled.", bare=True)


@cli.command()
@FORMAT
@click.pass_context
def doctor(context: click.Context, how: str) -> None:
    """Check settings, database, Telegram, calendar and clock: one line each, and what to do."""
    from bot.doctor import COLUMNS, examine

    settings = load()
    findings = list(examine(settings, _now(settings)))
    show([finding.row() for finding in findings], COLUMNS, how, settings.timezone, bare=True)
    if any(finding.ok is False for finding in findings):
        context.exit(1)
