"""What every command begins with: the settings and the database they name, the time, the branch that is meant."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Any

import click

from bot.settings import Settings, load

if TYPE_CHECKING:
    from storage.engine import Storage


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


def branch(session: Any, branch_id: int | None) -> int:
    """The branch that was named, or the only one there is."""
    from bot.features.accounts.service import list_branches
    from storage.choices import OrganisationKind

    known = {one.id: one for one in list_branches(session)}
    names = {one.id: one.name for one in known.values() if one.kind is OrganisationKind.BRANCH}
    if branch_id in known and branch_id not in names:
        below = ", ".join(f"{one.id} {one.name}" for one in known.values() if one.parent_id == branch_id)
        raise click.UsageError(
            f"{branch_id} {known[branch_id].name} is above branches; name one of: {below or 'none yet'}"
        )
    if branch_id is not None and branch_id not in names:
        raise click.UsageError(f"There is no branch {branch_id}; see: branch-bot branch list")
    if branch_id is None and len(names) != 1:
        hint = f"Say which one with --branch ID: {', '.join(f'{one} {name}' for one, name in names.items())}"
        raise click.UsageError(hint if names else "There is no branch yet; see: branch-bot branch add --help")
    return branch_id if branch_id is not None else next(iter(names))
