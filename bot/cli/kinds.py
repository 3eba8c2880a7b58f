"""The commands about kinds of entries; heavy modules are loaded by the command that needs them."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from bot.cli.context import branch, branch_option, database, now
from bot.cli.output import FORMAT, show

if TYPE_CHECKING:
    from bot.features.register.own.declaring import Declared

FILE = click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
COLUMNS = ("kind", "word", "unit", "section", "of", "revision", "state", "entries")


@click.group()
def kinds() -> None:
    """The kinds of entries of the register: which there are, and those that a unit makes for itself."""


@kinds.command("check")
@FILE
def check(file: Path) -> None:
    """Say every fault of FILE (TOML), each with its line; needs no database.

    Exit code 0 when there is none. What it may not repeat of a branch is found by kinds add.
    """
    declared = _read(file)
    many = len(declared.asked)
    click.echo(f"{file}: {declared.word} ({declared.unit}), {many} fields, no faults.")


@kinds.command("add")
@FILE
@branch_option("Whose it is; an organisation above branches gives it to all below.")
def add(file: Path, named: str | None) -> None:
    """Add the kind that FILE (TOML) declares, or change one of the same id by a new revision.

    Fields and options that the file says no more are dropped: they are asked no more, and no entry loses them.
    """
    from bot.features.register.own import operator
    from bot.kit.refusal import Refusal

    text, declared = file.read_bytes(), _read(file)
    with database() as (settings, storage), storage.transaction() as session:
        where = operator.organisation(session, named) or branch(session, named)
        try:
            name, revision, new = operator.add(session, where, declared, now(settings))
        except operator.Faulty as bad:
            from bot.features.register.own.file import placed

            faults = placed(text.decode("utf-8-sig"), bad.faults)
            raise click.ClickException("\n".join(one.english for one in faults)) from None
        except Refusal as refused:
            raise click.ClickException(str(refused)) from None
    done = "was added" if revision == 1 else f"is revision {revision} from now on"
    click.echo(f"{name}: {declared.word} {done}." if new else f"Nothing to do: {name} says the same already.")


@kinds.command("list")
@branch_option()
@FORMAT
def list_(named: str | None, how: str) -> None:
    """List every kind of a branch: the built-in ones and those of its own and of the committees above."""
    from bot.features.register.own import operator

    with database() as (settings, storage), storage.reading() as session:
        rows = operator.listed(session, branch(session, named))
    show(rows, COLUMNS, how, settings.timezone)


def _read(file: Path) -> "Declared":
    from bot.features.register.own.file import read

    declared, faults = read(file.read_bytes())
    if declared is None:
        raise click.ClickException("\n".join(one.english for one in faults))
    return declared
