"""What the commands about people do: rosters and archives in, archives and templates out."""

import os
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from bot.settings import Settings
    from storage.engine import Storage


class _OnlyLooking(Exception):
    """Takes back what a dry run did."""


def import_table(
    storage: "Storage", content: bytes, branch_id: int, since: date | None, now: datetime, *, dry_run: bool
) -> None:
    """A roster (xlsx or csv): what it changes is listed, then written."""
    from bot.features.people.roster_file import read_roster
    from bot.features.people.roster_import import plan_import, write_import
    from bot.features.people.service import list_branches
    from bot.features.roster.words import differences
    from bot.kit.sheets import kind_of

    rows = read_roster(content)
    if not rows:
        click.echo("The file holds only the example row of the template: nobody was imported.")
        return
    try:
        with storage.transaction() as session:
            is_first = not any(one.people for one in list_branches(session) if one.id == branch_id)
            holds_from = since or (now.date().replace(month=1, day=1) if is_first else now.date())
            plan = plan_import(session, branch_id, rows, holds_from)
            found = [f"  {one.name}: {one}" for one in differences(plan.facts, plan.edits) if one.what != "新增"]
            done = write_import(session, plan, now=now, file=kind_of(content))
            if dry_run:
                raise _OnlyLooking
    except _OnlyLooking:
        click.echo("Nothing was changed. It would be:")
    click.echo(
        f"{done.listed} people listed: {done.added} added, {done.changed} changed, {done.groups_added} new groups."
    )
    if is_first or done.added or done.changed:
        click.echo(
            f"{'The roster holds' if is_first else 'The changes hold'} from {holds_from} (--since changes that)."
        )
    for line in found:
        click.echo(line)
    for what, names in (("Out of attendance", done.exempt), ("On the roster, not in the file", done.not_listed)):
        if names:
            click.echo(f"{what}: {'、'.join(names)}")


def import_archive(
    settings: "Settings", storage: "Storage", content: bytes, now: datetime, *,
    branch_id: int | None, as_new: str | None, replace: bool, dry_run: bool,
) -> None:  # fmt: skip
    """An archive (branch-archive/1): whole, or not at all."""
    from bot.features.archive.document import load
    from bot.features.archive.importing import bring

    document = load(content)
    try:
        with storage.transaction() as session:
            target = _target(session, document, branch_id, as_new, replace)
            done = bring(session, document, target, now=now, timezone=str(settings.timezone))
            if dry_run:
                raise _OnlyLooking
    except _OnlyLooking:
        click.echo("Nothing was changed. It would be:")
    if done.changed:
        click.echo(f"Branch {done.branch_id}: {done.people} people and {done.groups} party groups were imported.")
    else:
        click.echo(f"Nothing to do: branch {done.branch_id} says the same already.")
    for note in done.notes:
        click.echo(f"Note: {note}", err=True)
    if done.left_out:
        listed = ", ".join(f"{name} ({count})" for name, count in sorted(done.left_out.items()))
        click.echo(
            f"Left out, because this version reads branch and people only: {listed}.\nKeep the file: nothing of "
            "these was stored, and a later version reads them from it.",
            err=True,
        )


def _target(
    session: "Session", document: Mapping[str, Any], branch_id: int | None, as_new: str | None, replace: bool
) -> Any:
    """The branch that was named, else the one of the archive's name, else the only one; else a new one."""
    from bot.features.archive.importing import Target
    from bot.features.people.rules import clean_name
    from bot.features.people.service import list_branches
    from storage.choices import OrganisationKind

    if as_new is not None and (branch_id is not None or replace):
        raise click.UsageError("--as-new makes a branch of its own: leave out --branch and --replace")
    if as_new is not None and not clean_name(as_new):
        raise click.UsageError("--as-new needs a name")
    names = {one.id: one.name for one in list_branches(session) if one.kind is OrganisationKind.BRANCH}
    if branch_id is not None and branch_id not in names:
        raise click.UsageError(f"There is no branch {branch_id}; see: branch-bot branch list")
    said = document.get("branch")
    wanted = clean_name(as_new) if as_new is not None else said.get("name") if isinstance(said, dict) else None
    same = [one for one, name in names.items() if name == wanted]
    if as_new is not None:
        return Target(same[0] if same else None, wanted)
    if branch_id is not None or len(same) == 1:
        return Target(branch_id or same[0], replace=replace)
    if len(names) > 1:
        hint = ", ".join(f"{one} {name}" for one, name in names.items())
        raise click.UsageError(f"Say which one with --branch ID, or --as-new NAME: {hint}")
    return Target(next(iter(names), None), replace=replace)


def export_archive(settings: "Settings", storage: "Storage", branch_id: int, file: Path, now: datetime) -> None:
    """The branch as an archive; readable by its owner only, because it holds names and accounts."""
    from bot.features.archive.document import dump
    from bot.features.archive.exporting import export

    with storage.reading() as session:
        document = export(session, branch_id, now.date(), str(settings.timezone))
    write(file, dump(document).encode())
    click.echo(f"{file}: {document['branch']['name']}, {len(document['people'])} people.")


def write(file: Path, content: bytes) -> None:
    """The whole file or the one that was there before; for its owner only."""
    beside = file.with_name(f".{file.name}.part")
    beside.unlink(missing_ok=True)
    try:
        with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
            out.write(content)
        beside.replace(file)
    finally:
        beside.unlink(missing_ok=True)


def template(file: Path, rows: Sequence[Sequence[str]] | None) -> None:
    """The empty template, or (rows) a branch's roster in the same form, as xlsx or csv by the file's name."""
    from bot.features.roster import tables

    if file.suffix.lower() not in (".xlsx", ".csv"):
        raise click.UsageError("FILE should end with .xlsx or .csv")
    if file.suffix.lower() == ".xlsx":
        write(file, tables.roster_xlsx(rows) if rows else tables.template_xlsx())
    else:
        write(file, tables.roster_csv(rows) if rows else tables.template_csv())
    click.echo(f"{file}: {len(rows) - 1} people." if rows else f"{file}: fill in below the example row.")
