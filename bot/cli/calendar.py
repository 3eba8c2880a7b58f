"""branch-bot calendar: what is known of the years, and taking in new ones. Heavy modules are loaded by its commands."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC
from typing import TYPE_CHECKING, Any

import click

from bot.cli.context import branch, branch_option
from bot.cli.output import FORMAT, Format, show
from bot.cli.spans import require_span, years_in_words
from bot.settings import load

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from scheduler.calendar.days import Calendar

BLOCKS = ("block_start", "block_end", "festivals", "last_working_day", "wd3", "wd5", "state")
MONTHS = ("month", "first_working_day")
YEARS = ("year", "state", "source", "papers", "read_in")
DAYS = ("date", "weekday", "off", "name")
# The tables of statutory festivals reach so far.
FIRST, LAST = 2004, 2099

Decorated = Callable[..., Any]


def _years(command: Decorated) -> Decorated:
    """--from and --to of years: [since, until)."""
    for option in (
        click.option(
            "--to",
            "until",
            type=click.IntRange(FIRST + 1, LAST + 1),
            metavar="YEAR",
            help="The first year that no longer counts (the one after the next).",
        ),
        click.option(
            "--from", "since", type=click.IntRange(FIRST, LAST), metavar="YEAR", help="The first year (this one)."
        ),
    ):
        command = option(command)
    return command


BRANCH = branch_option("As this branch has it (as for everybody).")


def _taking_over(command: Decorated) -> Decorated:
    for option in (
        click.option("--yes", is_flag=True, help="Do not ask."),
        click.option(
            "--force", is_flag=True, help="In spite of doubts; it then counts as the organisation's own (override)."
        ),
        branch_option("For this branch only (for everybody)."),
        click.option("--year", type=click.IntRange(FIRST, LAST), metavar="YEAR", help="Which year it must be."),
    ):
        command = option(command)
    return command


@click.group()
def calendar() -> None:
    """Show working days and holidays; take in what has been announced.

    Announced years come with the program or are read in here; others are reckoned by principle (provisional, 暂定).
    Looking needs neither a database nor a token; where there is a database, what was read into it goes first.
    """


@calendar.command()
@_years
@BRANCH
@FORMAT
def blocks(since: int | None, until: int | None, named: str | None, how: str) -> None:
    """List blocks of holidays: each run of days off that holds a festival, by the year in which it begins.

    last_working_day, wd3, wd5: the last, third and fifth working day before the block.
    """
    years = _range(since, until)
    with _reading() as session:
        branch_id = _branch(session, named)
        known = _known(session, branch_id)
    rows = [
        {
            "block_start": block.start,
            "block_end": block.end,
            "festivals": "+".join(name for _, name in block.festivals),
            "last_working_day": block.last_working_day,
            "wd3": known.working_day_before(block.start, 3),
            "wd5": known.working_day_before(block.start, 5),
            "state": block.state.value,
        }
        for year in years
        for block in known.blocks(year)
    ]
    _say(years, how)
    show(rows, BLOCKS, how, UTC, bare=True)


@calendar.command()
@_years
@BRANCH
@FORMAT
def months(since: int | None, until: int | None, named: str | None, how: str) -> None:
    """List the first working day of each month."""
    years = _range(since, until)
    with _reading() as session:
        branch_id = _branch(session, named)
        known = _known(session, branch_id)
    rows = [
        {"month": f"{year}-{month:02}", "first_working_day": known.first_working_day(year, month)}
        for year in years
        for month in range(1, 13)
    ]
    _say(years, how)
    show(rows, MONTHS, how, UTC, bare=True)


@calendar.command()
@_years
@BRANCH
@FORMAT
def years(since: int | None, until: int | None, named: str | None, how: str) -> None:
    """Show how sure each year is, and what it rests on."""
    wanted = _range(since, until)
    with _reading() as session:
        branch_id = _branch(session, named)
        known = _known(session, branch_id)
        rows = _year_rows(session, known, branch_id, wanted)
    _say(wanted, how)
    show(rows, YEARS, how, load().timezone, bare=True)


def _year_rows(
    session: "Session | None", known: "Calendar", branch_id: int | None, years: range
) -> list[dict[str, Any]]:
    from bot.features.calendar.service import sources
    from storage.choices import YearState

    found = sources(session, branch_id) if session is not None else {}
    none = dict.fromkeys(YearState, "bundled") | {YearState.PROVISIONAL: "reckoned by principle"}
    return [
        {
            "year": year,
            "state": known.state(year).value,
            "source": found[year].source if year in found else none[known.state(year)],
            "papers": " ".join(known.year(year).papers),
            "read_in": found[year].made_at if year in found else None,
        }
        for year in years
    ]


@calendar.command("show")
@click.argument("year", type=click.IntRange(FIRST, LAST))
@BRANCH
@FORMAT
def show_year(year: int, named: str | None, how: str) -> None:
    """Show the days of YEAR that are off or worked whatever their weekday.

    json is the holiday-cn schema: edited, it can be imported again.
    """
    from scheduler.calendar.year_file import Entry, YearFile
    from scheduler.calendar.year_views import entries_of

    with _reading() as session:
        branch_id = _branch(session, named)
        known = _known(session, branch_id)
    entries = entries_of(known, year)
    if how == Format.JSON:
        found = YearFile(year, entries, tuple(known.year(year).papers)).to_json()
        click.echo(json.dumps(found, ensure_ascii=False, indent=1))
        return
    mine = {day: Entry(day, off, "own day of the branch") for day, off in known.own(year).items()}
    rows = [
        {"date": day, "weekday": f"{day:%a}", "off": "off" if off else "worked", "name": name}
        for day, off, name in sorted(({entry.day: entry for entry in entries} | mine).values())
    ]
    show(rows, DAYS, how, UTC, bare=True)
    if how == Format.TABLE:
        click.echo(f"{year} is {known.state(year).value}; weekdays off less make-up days: {known.year(year).checksum}.")


@calendar.command("import-notice")
@click.argument("file")
@_taking_over
def import_notice(file: str, year: int | None, named: str | None, force: bool, yes: bool) -> None:
    """Read the State Council's notice from FILE (a text; - is the standard input) and show what it says.

    A notice that changes one festival of an announced year is laid over it. Nothing is overwritten: what was known
    before stays in the database.
    """
    from bot.cli.calendar_import import content_of, take_in
    from scheduler.calendar.council_notice import read_notice
    from scheduler.calendar.year_file import decode

    take_in(read_notice(decode(content_of(file)), year), file, named, year, force, yes)


@calendar.command("import")
@click.argument("file", metavar="FILE|URL")
@_taking_over
def import_(file: str, year: int | None, named: str | None, force: bool, yes: bool) -> None:
    """Take in a year in the holiday-cn schema from a FILE or an https address, and show what it changes."""
    from bot.cli.calendar_import import content_of, take_in
    from scheduler.calendar.year_file import decode, read_json

    take_in(read_json(decode(content_of(file))), file, named, year, force, yes)


# --- reading -------------------------------------------------------------------------------------------------------


def _range(since: int | None, until: int | None) -> range:
    from scheduler.clock import SystemClock

    this = SystemClock().now().astimezone(load().timezone).year
    since = since if since is not None else min(this, until - 1 if until is not None else this)
    until = until if until is not None else max(since, this + 1) + 1
    require_span(since, until)
    return range(since, until)


def _say(years: range, how: str) -> None:
    if how == Format.TABLE:
        click.echo(years_in_words(years.start, years.stop))


@contextmanager
def _reading() -> "Iterator[Session | None]":
    """The database, where there is one; None: the bundled years are all that is known."""
    from storage.engine import Storage, database_url
    from storage.revision import present, require_newest
    from storage.sqlite import database_path

    url = database_url(load().database)
    if url.get_backend_name() == "sqlite" and not database_path(url).exists():
        yield None
        return
    with Storage(load().database) as storage:
        if present(storage) is None:
            yield None
            return
        require_newest(storage)
        with storage.reading() as session:
            yield session


def _branch(session: "Session | None", named: str | None) -> int | None:
    return None if named is None else branch(session, named)


def _known(session: "Session | None", branch_id: int | None) -> "Calendar":
    from scheduler.calendar.days import BUNDLED
    from scheduler.calendar.store import calendars

    if session is None:
        return BUNDLED
    return calendars(session).national if branch_id is None else calendars(session).of(branch_id)
