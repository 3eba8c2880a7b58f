"""How a command asks before it writes: with the database for itself, on a terminal; a script has to say --yes."""

import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from storage.engine import Storage

NOTHING = "Nothing was changed."


@contextmanager
def alone(storage: "Storage", in_chat: str) -> Iterator[None]:
    """Nobody else writes to a SQLite database between the look and the writing; `in_chat`: the way while one does."""
    from storage.lock import StorageBusy

    with ExitStack() as stack:
        try:
            stack.enter_context(storage.locked())
        except StorageBusy as busy:
            raise click.ClickException(f"{busy} {in_chat}") from None
        yield


def sure(question: str, yes: bool) -> None:
    """Go on, or end with exit code 1. Nothing is read from what is no terminal: it may be somebody's list of files."""
    if yes:
        return
    if sys.stdin is None or not sys.stdin.isatty():
        raise click.ClickException(f"{NOTHING} There is nobody to ask: --yes does it without asking.")
    if not click.confirm(question):
        raise click.ClickException(NOTHING)
