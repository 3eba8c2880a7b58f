"""What every command begins with: the settings and the database they name, the time, the branch that is meant."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeVar

import click

from bot.settings import Settings, load

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from bot.features.accounts.service import BranchLine
    from storage.engine import Storage

F = TypeVar("F", bound=Callable[..., Any])
# How many branches an error names.
_FEW = 5


@contextmanager
def database() -> Iterator[tuple[Settings, "Storage"]]:
    """The settings and the database that they name, with the tables of this version."""
    from storage.engine import Storage
    from storage.revision import require_newest

    settings = load()
    with Storage(settings.database) as storage:
        require_newest(storage)
        yield settings, storage


def now(settings: Settings) -> datetime:
    return datetime.now(settings.timezone)


def branch_option(help: str = "Which branch; needed when there are several.") -> Callable[[F], F]:
    """--branch, as every command takes it: what is typed, for `branch` to find."""
    return click.option("--branch", "named", metavar="BRANCH", help=f"{help} An id or a name.")


def branch(session: "Session | None", named: int | str | None) -> int:
    """The id of the branch that was named by id or name, or of the only one there is; raises click.UsageError.

    Names are compared by their keys. A number is an id before it is a name. No session: there is no database yet.
    """
    from bot.features.accounts.service import list_branches
    from storage.choices import OrganisationKind

    known = list_branches(session) if session is not None else []
    branches = [one for one in known if one.kind is OrganisationKind.BRANCH]
    if named is None and len(branches) != 1:
        hint = f"Say which one with --branch: {few_of(branches)}"
        raise click.UsageError(hint if branches else "There is no branch yet; see: branch-bot branch add --help")
    if named is None:
        return branches[0].id
    found = _meant(known, branches, str(named))
    if len(found) > 1:
        ids = ", ".join(str(one.id) for one in found)
        raise click.UsageError(f"Several branches are called {found[0].name}: say which by its id ({ids})")
    if not found:
        there = f"there is: {few_of(branches)}" if branches else "see: branch-bot branch list"
        raise click.UsageError(f"There is no branch {_typed(str(named))}; {there}")
    if found[0] not in branches:
        below = few_of([one for one in known if one.parent_id == found[0].id])
        raise click.UsageError(f"{found[0].id} {found[0].name} is above branches; name one of: {below or 'none yet'}")
    return found[0].id


def above(session: "Session", named: int | str | None) -> int | None:
    """The id of the organisation above branches that was named, None: it is none."""
    from bot.features.accounts.service import list_branches
    from storage.choices import OrganisationKind

    if named is None:
        return None
    known = list_branches(session)
    found = _meant(known, [one for one in known if one.kind is OrganisationKind.BRANCH], str(named))
    return found[0].id if len(found) == 1 and found[0].kind is not OrganisationKind.BRANCH else None


def few_of(branches: "Sequence[BranchLine]") -> str:
    """1 第一支部, 2 第二支部: as many as fit on a line."""
    listed = ", ".join(f"{one.id} {one.name}" for one in branches[:_FEW])
    more = len(branches) - _FEW
    return f"{listed} and {more} more (branch-bot branch list)" if more > 0 else listed


def _meant(known: "Sequence[BranchLine]", branches: "Sequence[BranchLine]", named: str) -> "Sequence[BranchLine]":
    from bot.kit.names import called, name_key

    number = name_key(named).lstrip("0")
    by_id = [one for one in known if str(one.id) == number]
    return by_id or called(branches, named) or called(known, named)


def _typed(named: str) -> str:
    """What was typed, as it fits into a line."""
    from bot.kit.names import LONGEST, clean_name

    shown = clean_name(named)
    return repr(named[:LONGEST]) if not shown else f"{shown[:LONGEST]}..." if len(shown) > LONGEST else shown
