"""The commands about people: branches, rosters, archives, invites; heavy modules are loaded by whoever needs them."""

from contextlib import ExitStack
from datetime import datetime
from pathlib import Path

import click

from bot.cli.context import branch as one_branch
from bot.cli.context import branch_option, database, now
from bot.cli.output import FORMAT, Format, show


@click.group()
def branch() -> None:
    """Add and list branches."""


@branch.command("add")
@click.argument("name")
@click.option("--under", type=int, metavar="ID", help="The branch above it, which becomes a general branch.")
def branch_add(name: str, under: int | None) -> None:
    """Add a branch called NAME and print its id."""
    from bot.features.accounts.service import add_branch, list_branches
    from bot.kit.names import name_key

    with database() as (settings, storage), storage.transaction() as session:
        for one in list_branches(session):
            if (name_key(one.name), one.parent_id) == (name_key(name), under):
                raise click.ClickException(f"There is a branch {one.name} there already: its id is {one.id}.")
        branch_id = add_branch(session, name, under, now(settings))
    click.echo(branch_id)


@branch.command("list")
@FORMAT
def branch_list(how: str) -> None:
    """List the branches with the number of people and of those who are bound to an account."""
    from bot.features.accounts.service import list_branches

    with database() as (settings, storage), storage.reading() as session:
        rows = [
            {
                "id": one.id,
                "name": one.name,
                "kind": one.kind.value,
                "under": one.parent_id,
                "people": one.people,
                "bound": one.bound,
            }
            for one in list_branches(session)
        ]
    show(rows, ("id", "name", "kind", "under", "people", "bound"), how, settings.timezone, empty="No branch yet.")


@click.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@branch_option()
@click.option(
    "--since",
    type=click.DateTime(["%Y-%m-%d"]),
    help="The day from which a roster holds. Default: 1 January of this year for a branch without people, else today.",
)
@click.option(
    "--sheet", "sheets", multiple=True, metavar="NAME", help="A roster: the sheet to read, where they differ."
)
@click.option(
    "--same",
    multiple=True,
    metavar="WHAT=WHO",
    help="A roster: who somebody is, or which group: the error that asks says how. Often.",
)
@click.option(
    "--exempt",
    multiple=True,
    metavar="ROW=ANSWER",
    help="A roster: yes, no or the last day of an exemption that the file leaves open. Often.",
)
@click.option("--dry-run", is_flag=True, help="Only say what would change.")
@click.option("--yes", is_flag=True, help="A roster: write it without asking; no question of identity is answered so.")
@click.option("--replace", is_flag=True, help="An archive: put it in the place of the records that the branch has.")
@click.option("--as-new", metavar="NAME", help="An archive: make a branch of this name of it.")
def import_(
    file: Path,
    named: str | None,
    since: datetime | None,
    sheets: tuple[str, ...],
    same: tuple[str, ...],
    exempt: tuple[str, ...],
    dry_run: bool,
    yes: bool,
    replace: bool,
    as_new: str | None,
) -> None:
    """Import a roster or an archive: FILE is told apart by what it holds. The same file again changes nothing.

    A roster is xlsx or csv, as secretaries keep it (branch-bot roster template FILE makes one to fill in). What it
    changes is shown, and written once that is confirmed. People count from --since on; the day is settled by the
    first import, a later one does not move it.

    An archive is what branch-bot export --archive FILE wrote, with its files (.zip) or without. This version reads
    its branch, people and entries of the register, and names what it leaves out.
    """
    from bot.cli.rosters import Said, import_archive, import_table
    from bot.features.archive.document import is_archive
    from bot.features.archive.packed import is_packed, opened
    from bot.features.register.archive.files import no_contents

    with ExitStack() as open_, database() as (settings, storage):
        packed = open_.enter_context(opened(file)) if is_packed(file) else None
        content = file.read_bytes() if packed is None else packed.document
        at = now(settings)
        if packed is not None or is_archive(content):
            if sheets or same or exempt:
                raise click.UsageError("--sheet, --same and --exempt are for rosters")
            import_archive(
                settings,
                storage,
                content,
                at,
                contents=packed.content if packed is not None else no_contents,
                named=named,
                as_new=as_new,
                replace=replace,
                dry_run=dry_run,
            )
            return
        if replace or as_new is not None:
            raise click.UsageError("--replace and --as-new are for archives")
        with storage.reading() as session:
            where = one_branch(session, named)
        answers = {**_answers("same", same), **_answers("exempt", exempt)}
        said = Said(since.date() if since else None, sheets, answers)
        import_table(settings, storage, content, where, said, at, dry_run=dry_run, yes=yes)


def _answers(option: str, said: tuple[str, ...]) -> dict[str, str]:
    """--same '3=17' as it is looked for."""
    from bot.features.roster_files.asking import key_of

    found = {}
    for one in said:
        about, sign, answer = one.rpartition("=")
        if not sign or not about.strip() or not answer.strip():
            raise click.UsageError(f"--{option} needs the form WHAT=ANSWER, not {one!r}")
        found[key_of(option, about.strip())] = answer.strip()
    return found


@click.command()
@click.option(
    "--archive",
    required=True,
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Where to write the branch as JSON (branch-archive/1); FILE.zip has the files of the register as well.",
)
@branch_option()
def export(archive: Path, named: str | None) -> None:
    """Write a branch and its people, with every dated fact, into a file that import reads back."""
    from bot.cli.rosters import export_archive

    with database() as (settings, storage):
        with storage.reading() as session:
            where = one_branch(session, named)
        export_archive(settings, storage, where, archive, now(settings))


@click.group()
def roster() -> None:
    """Tables of people."""


@roster.command("template")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--filled", is_flag=True, help="With the people of a branch as they stand today.")
@click.option(
    "--on",
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="DATE",
    help="With --filled: as they stood, or will stand, on that day. To look things up, not to import.",
)
@branch_option()
def roster_template(file: Path, filled: bool, on: datetime | None, named: str | None) -> None:
    """Write a table to fill in: FILE ends with .xlsx or .csv. It imports back as it is."""
    from bot.cli.rosters import template

    if on is not None and not filled:
        raise click.UsageError("--on belongs to --filled")
    if not filled:
        template(file, None)
        return
    from bot.features.roster_files.tables import roster_rows

    with database() as (settings, storage), storage.reading() as session:
        rows = roster_rows(session, one_branch(session, named), (on or now(settings)).date())
    template(file, rows)


@click.command()
@branch_option()
@click.option("--secretary", is_flag=True, help="One link for the first secretary instead of all members' links.")
@click.option("--person", metavar="NAME", help="One link for one person, bound or not: a new phone, another account.")
@click.option(
    "--sheet",
    type=click.Path(dir_okay=False, writable=True, path_type=Path),
    metavar="FILE",
    help="Write the links as a PDF to print: A4, twelve slips a page, each with a name and a QR code.",
)
@click.option("--revoke", metavar="NAME", help="End the links of one person that nobody has opened, and make none.")
@FORMAT
def invites(
    named: str | None, secretary: bool, person: str | None, sheet: Path | None, revoke: str | None, how: str
) -> None:
    """Print a one-time link for everybody who is not bound yet. Links made before stop working.

    With --person the present account of the person goes on working until the new link is opened.
    """
    from bot.cli.bot_name import bot_name
    from bot.cli.invites import make, write_sheet
    from bot.features.accounts.service import branch_name

    if secretary + sum(one is not None for one in (person, sheet, revoke)) > 1:
        raise click.UsageError("--secretary, --person, --sheet and --revoke exclude each other.")
    if sheet is not None and (sheet.suffix.lower() != ".pdf" or how != Format.TABLE):
        raise click.UsageError("--sheet writes a PDF: FILE ends with .pdf, and there is no --format.")
    if revoke is not None:
        _revoke(named, revoke)
        return
    with database() as (settings, storage):
        with storage.reading() as session:
            where, at = one_branch(session, named), now(settings)
        name = bot_name(settings)
        by_hand = ""
        with storage.transaction() as session:
            made = make(session, where, name, at, secretary=secretary, person=person)
            if sheet is not None and made:
                # Inside: when the file cannot be written, the links made before go on working.
                by_hand = write_sheet(sheet, made, branch_name(session, where), at)
    if sheet is None:
        rows = [{"name": one.name, "group": one.group, "link": one.link} for one in made]
        show(rows, ("name", "group", "link"), how, settings.timezone, empty="Everybody is bound.")
        if made and how == Format.TABLE:
            click.echo("Links made before for these people no longer work.")
    elif made:
        said = f"{sheet}: {len(made)} slips. Links made before no longer work."
        click.echo("\n".join(filter(None, [said, by_hand])))
    else:
        click.echo("Everybody is bound: there is nothing to print.")


def _revoke(named: str | None, whom: str) -> None:
    from bot.features.accounts.service import revoke_person_invite

    with database() as (settings, storage), storage.transaction() as session:
        name, count = revoke_person_invite(session, one_branch(session, named), whom, now(settings))
    click.echo(f"{name}: {count} links have ended." if count else f"{name}: there was no open link.")
