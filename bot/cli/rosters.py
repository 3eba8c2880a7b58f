"""What the commands about people do: rosters and archives in, archives and templates out."""

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import click

from bot.cli.confirm import alone, sure
from bot.cli.context import branch, few_of

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from bot.features.roster_files.reading.roster_file import Reading, RosterFile
    from bot.features.roster_files.reading.rows import RosterRow
    from bot.features.roster_files.service import Plan
    from bot.kit.words import Both
    from bot.settings import Settings
    from storage.engine import Storage

IN_CHAT = "Or let a secretary send the file in chat while the bot runs: 党员, then 导入名册."


class _OnlyLooking(Exception):
    """Takes back what a dry run did."""


@dataclass(frozen=True, slots=True)
class Said:
    """What the options of a roster's import say: the day, and the answers to what a file leaves open."""

    since: date | None = None
    sheets: tuple[str, ...] = ()
    answers: Mapping[str, str] = field(default_factory=dict)


def import_table(
    settings: "Settings",
    storage: "Storage",
    content: bytes,
    branch_id: int,
    said: Said,
    now: datetime,
    *,
    dry_run: bool,
    yes: bool,
) -> None:
    """A roster (xlsx or csv): what it changes is listed, asked about, then written."""
    from bot.features.roster_files.reading.hygiene import clean, faults_by_words, sheet_faults
    from bot.features.roster_files.reading.reader import read_roster
    from bot.features.roster_files.reading.roster_file import BadRoster
    from bot.features.roster_files.reading.rows import future_faults
    from bot.features.roster_files.service import undone_office, write_import
    from bot.kit.questions import FAR
    from bot.kit.sheets import kind_of
    from storage.hygiene import words_of

    file = read_roster(content)
    with storage.reading() as session:
        forbidden = words_of(session, branch_id)
    if faults := sheet_faults(file, forbidden):
        raise BadRoster(*faults)
    reading = _taken(clean(file, forbidden), said)
    if not reading.rows:
        raise click.ClickException("The file holds only the example row of the template: nobody was imported.")
    with nullcontext() if dry_run else alone(storage, IN_CHAT):
        with storage.reading() as session:
            today = now.astimezone(settings.timezone).date()
            faults = (*faults_by_words(reading.rows, forbidden), *future_faults(reading.rows, today))
            if faults:
                raise BadRoster(*faults)
            is_first = not _has_people(session, branch_id)
            holds_from = said.since or (today.replace(month=1, day=1) if is_first else today)
            if holds_from - today > FAR:
                raise click.UsageError(f"--since {holds_from} is more than three years ahead")
            plan = _plan(session, settings, branch_id, reading.rows, holds_from, said, now)
            _no_meeting(session, plan, said, holds_from, now, settings)
            meetings = _meetings(session, plan, now, settings)
        if (undone := undone_office(plan)) is not None:
            name, duty = plan.facts.people[undone.person_id].values["name"], undone.stays["duty"]
            raise click.ClickException(
                f"The file would undo an office: {name} is {duty} since {undone.stays['from_on']}. End it first "
                "(branch-bot office take), or give it to somebody else, or say a later day with --since."
            )
        if dry_run:
            click.echo("Nothing was changed. It would be:")
        _show(plan, reading.notes, meetings, is_first)
        if dry_run or not plan.edits:
            return
        sure("Write this?", yes)
        with storage.transaction() as session:
            again = _plan(session, settings, branch_id, reading.rows, holds_from, said, now)
            if again.fingerprint != plan.fingerprint:
                raise click.ClickException("The roster was changed by somebody else meanwhile; look once more.")
            write_import(session, again, now=now, file=kind_of(content))
    click.echo("Imported.")


def _taken(file: "RosterFile", said: Said) -> "Reading":
    """The sheets that were named, or all where they are one roster; else the question names the option."""
    from bot.features.roster_files.messages import which_sheet

    names = [sheet.name for sheet in file.sheets]
    unknown = [name for name in said.sheets if name not in names]
    if unknown:
        raise click.UsageError(f"No sheet {unknown[0]!r} holds people; there is: {', '.join(names)}")
    if not said.sheets and not file.is_one:
        options = " or ".join(f"--sheet {name!r}" for name in names)
        more = "" if file.overlaps else " (several --sheet are read together)"
        raise click.ClickException(f"{which_sheet(file).ask}\nSay it with {options}{more}.")
    return file.take(said.sheets)


def _plan(
    session: "Session",
    settings: "Settings",
    branch_id: int,
    rows: "Sequence[RosterRow]",
    since: date,
    said: Said,
    now: datetime,
) -> "Plan":
    """The plan, once nothing is left open; each question is an error that names the option which answers it."""
    from bot.features.roster.rules import first_open, is_closed
    from bot.features.roster_files.asking import Answers, Undecided
    from bot.features.roster_files.reading.rows import as_planned
    from bot.features.roster_files.service import closed_change, plan_import
    from bot.kit.closing import close_days

    answers = Answers(said.answers)
    oldest = first_open(now, settings.timezone, close_days(session, branch_id))
    try:
        said_rows = as_planned(rows, now.astimezone(settings.timezone).date())
        plan = plan_import(session, branch_id, said_rows, since, answers, open_from=oldest)
    except Undecided as open_:
        lines = [f"{one.ask}\n    {one.answers}" for one in open_.questions]
        raise click.ClickException("\n".join(["Nothing was changed. The file leaves open:", *lines])) from None
    closes = close_days(session, branch_id)
    closed = closed_change(plan, lambda day: is_closed(day, now, settings.timezone, closes))
    if closed:
        raise click.ClickException(
            f"Nothing was changed. {closed} would change in a quarter that is closed: look at the days of the file, "
            "or say a --since of the quarter that is open."
        )
    if answers.unused:
        raise click.UsageError(f"This answers nothing that the file leaves open: {', '.join(answers.unused)}")
    return plan


def _meetings(session: "Session", plan: "Plan", now: datetime, settings: "Settings") -> list[str]:
    """Those whose expected people the file changes, as they are said."""
    from bot.features.roster_files.meetings import changed_meetings, day_of

    found = changed_meetings(session, plan, now, settings.timezone)
    return [f"{one.title} ({day_of(one, settings.timezone)})" for one in found]


def _no_meeting(session: "Session", plan: "Plan", said: Said, since: date, now: datetime, settings: "Settings") -> None:
    """A meeting that has begun on the very day: only --since tells whether the roster holds for it."""
    from bot.features.roster_files.meetings import changed_meetings, day_of

    found = changed_meetings(session, plan, now, settings.timezone)
    today = [one.title for one in found if day_of(one, settings.timezone) == since]
    if said.since is None and today:
        raise click.ClickException(
            f"{', '.join(today)} has begun or is registered on {since}, and the file would change who was to be there. "
            f"Say --since {since + timedelta(days=1)} to let it hold from the next day, or --since {since}."
        )


def _has_people(session: "Session", branch_id: int) -> bool:
    from bot.features.accounts.service import list_branches

    return any(one.people for one in list_branches(session) if one.id == branch_id)


def _show(plan: "Plan", notes: "Sequence[Both]", meetings: Sequence[str], is_first: bool) -> None:
    """How the file was read, everything that it would change, and whom it passes over."""
    from bot.features.roster.words import differences
    from bot.features.roster_files.messages import filled_in

    done = plan.imported()
    click.echo(
        f"{done.listed} people listed: {done.added} added, {done.changed} changed, {done.groups_added} new groups."
    )
    for note in (*notes, *plan.notes):
        click.echo(f"Note: {note}")
    if plan.edits:
        click.echo(
            f"{'The roster holds' if is_first else 'The changes hold'} from {plan.facts.since} (--since changes that)."
        )
    if meetings:
        click.echo(f"Who was to be at these is reckoned anew: {', '.join(meetings)}")
    found = differences(plan.facts, plan.edits)
    for one in found:
        if not one.fills:
            click.echo(f"  {one.name}: {one}")
    if blanks := filled_in(found):
        click.echo(f"  {blanks}")
    for what, names in (("Out of attendance", done.exempt), ("Not in the file, and staying", done.not_listed)):
        if names:
            click.echo(f"{what}: {'、'.join(names)}")


# From so many bytes on an archive takes a while, and it is told how far it is.
LARGE = 1024 * 1024


def _told(what: str) -> None:
    click.echo(f"Writing {what} ...", err=True)


def import_archive(
    settings: "Settings",
    storage: "Storage",
    content: bytes,
    now: datetime,
    *,
    contents: Callable[[str], bytes | None],
    named: str | None,
    as_new: str | None,
    replace: bool,
    dry_run: bool,
) -> None:
    """An archive (branch-archive/1): whole, or not at all."""
    from bot.features.archive.document import load
    from bot.features.archive.importing import bring
    from bot.features.archive.parts import quiet
    from bot.features.registry import FIGURES

    document = load(content)
    try:
        with storage.transaction() as session:
            target = _target(session, document, named, as_new, replace)
            done = bring(
                session, document, target, now=now, timezone=str(settings.timezone), contents=contents,
                figures=FIGURES, progress=_told if len(content) > LARGE else quiet,
            )  # fmt: skip
            if dry_run:
                raise _OnlyLooking
    except _OnlyLooking:
        click.echo("Nothing was changed. It would be:")
    if done.changed:
        entries = f" {done.entries} entries of the register were imported." if done.entries else ""
        entries += f" {done.files} files came with them." if done.files else ""
        click.echo(
            f"Branch {done.branch_id}: {done.people} people and {done.groups} party groups were imported.{entries}"
        )
    else:
        click.echo(f"Nothing to do: branch {done.branch_id} says the same already.")
    for note in done.notes:
        click.echo(f"Note: {note}", err=True)
    if done.left_out:
        listed = ", ".join(f"{name} ({count})" for name, count in sorted(done.left_out.items()))
        click.echo(
            f"Left out, because this version does not read it yet: {listed}.\nKeep the file: nothing of "
            "these was stored, and a later version reads them from it.",
            err=True,
        )


def _target(
    session: "Session", document: Mapping[str, Any], named: str | None, as_new: str | None, replace: bool
) -> Any:
    """The branch that was named, else the one of the archive's name, else the only one; else a new one."""
    from bot.features.accounts.service import list_branches
    from bot.features.archive.importing import Target
    from bot.kit.names import called, clean_name
    from storage.choices import OrganisationKind

    if as_new is not None and (named is not None or replace):
        raise click.UsageError("--as-new makes a branch of its own: leave out --branch and --replace")
    if as_new is not None and not clean_name(as_new):
        raise click.UsageError("--as-new needs a name")
    if named is not None:
        return Target(branch(session, named), replace=replace)
    branches = [one for one in list_branches(session) if one.kind is OrganisationKind.BRANCH]
    said = document.get("branch")
    wanted = clean_name(as_new) if as_new is not None else said.get("name") if isinstance(said, dict) else None
    same = called(branches, wanted) if wanted is not None else []
    if as_new is not None:
        return Target(same[0].id if same else None, wanted)
    if len(same) == 1:
        return Target(same[0].id, replace=replace)
    if len(branches) > 1:
        raise click.UsageError(f"Say which one with --branch, or --as-new NAME: {few_of(branches)}")
    return Target(branches[0].id if branches else None, replace=replace)


def export_archive(settings: "Settings", storage: "Storage", branch_id: int, file: Path, now: datetime) -> None:
    """The branch as an archive; readable by its owner only, because it holds names and accounts."""
    from bot.features.archive.document import dump
    from bot.features.archive.exporting import export
    from bot.features.archive.packed import pack
    from bot.features.register.archive.files import contents

    packed = 0
    with storage.reading() as session:
        document = export(session, branch_id, now.date(), str(settings.timezone))
        if file.suffix.lower() == ".zip":
            with writing(file) as out:
                packed = pack(out, dump(document), contents(session, branch_id))
    if file.suffix.lower() != ".zip":
        write(file, dump(document).encode())
    files = f", {packed} files" if packed else ""
    click.echo(f"{file}: {document['branch']['name']}, {len(document['people'])} people{files}.")
    held = sum(one["stored"] for one in document.get("files", ()))
    if held and file.suffix.lower() != ".zip":
        click.echo(f"Note: {held} files are named only; export --archive FILE.zip has them.", err=True)


def write(file: Path, content: bytes) -> None:
    with writing(file) as out:
        out.write(content)


@contextmanager
def writing(file: Path) -> Iterator[IO[bytes]]:
    """The whole file or none, for its owner only; one that is there already may be a roster somebody has filled in."""
    if file.exists():
        raise click.ClickException(f"{file} is there already. Nothing was written: name another file, or move it away.")
    beside = file.with_name(f".{file.name}.part")
    beside.unlink(missing_ok=True)
    try:
        with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
            yield out
        beside.replace(file)
    finally:
        beside.unlink(missing_ok=True)


def template(file: Path, rows: Sequence[Sequence[str]] | None) -> None:
    """The empty template, or (rows) a branch's roster in the same form, as xlsx or csv by the file's name."""
    from bot.features.roster_files import tables

    if file.suffix.lower() not in (".xlsx", ".csv"):
        raise click.UsageError("FILE should end with .xlsx or .csv")
    if file.suffix.lower() == ".xlsx":
        write(file, tables.roster_xlsx(rows) if rows else tables.template_xlsx())
    else:
        write(file, tables.roster_csv(rows) if rows else tables.template_csv())
    click.echo(f"{file}: {len(rows) - 1} people." if rows else f"{file}: fill in below the example row.")
