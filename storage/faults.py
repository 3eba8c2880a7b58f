"""What went wrong, for logs and the faults of parked updates: never a word of what people wrote.

What an error says may hold a row's values (PostgreSQL's DETAIL), the text that could not be read, a key that was not
found. Of an error in general its kind is told and where it happened; its words only where they stand in the program
as they are, or come from the machine or the line and not from a row.
"""

import re
import sqlite3
import traceback
from collections.abc import Iterator
from pathlib import Path
from types import CodeType

HOUSE = Path(__file__).parent.parent
# Whose errors say what the line and the other side do. What they repeat of us stands between quotes.
OF_THE_LINE = ("aiohttp", "telegram")
_QUOTED = re.compile(r'"[^"]*"?|“[^”]*”?|(?<!\w)\'[^\']*\'?')
# SQLite's words for a constraint name its columns and nothing else.
_CONSTRAINT = re.compile(r"^[A-Z ]+ constraint failed(: [\w., ]+)?$")


def words(error: BaseException) -> str:
    """One line: the kind and what may be said of it, else the last place of this program that it came through."""
    said = _said(error)
    place = "" if said else _place(error)
    return type(error).__name__ + (f": {said}" if said else "") + (f" in {place}" if place else "")


def trace(error: BaseException) -> str:
    """The traceback of an error and of those behind it: the lines of the program, and of each error its `words`."""
    parts = []
    for each in behind(error):
        lines = "".join(traceback.format_tb(each.__traceback__))
        parts.append((f"Traceback (most recent call last):\n{lines}" if lines else "") + words(each))
    return "\n\nbehind it: ".join(parts)


def behind(error: BaseException) -> Iterator[BaseException]:
    """The error, what led to it, and what a group of errors holds."""
    seen, left = set[int](), [error]
    while left:
        each = left.pop(0)
        if id(each) in seen:
            continue
        seen.add(id(each))
        yield each
        if isinstance(each, BaseExceptionGroup):
            left += each.exceptions
        cause = each.__cause__ if each.__suppress_context__ else each.__cause__ or each.__context__
        left += [cause] if cause is not None else []


def without_quotes(text: str) -> str:
    """What somebody else's program says, without what it repeats of ours."""
    return _QUOTED.sub("“…”", text)


def _said(error: BaseException) -> str:
    if _comes_from(error, "sqlalchemy"):
        return _of_database(error)
    if isinstance(error, sqlite3.Error):
        return _of_sqlite(error)
    if isinstance(error, OSError) and not isinstance(error, UnicodeError):
        return error.strerror or ""
    text = str(error)
    if _comes_from(error, *OF_THE_LINE):
        return without_quotes(text)
    return text if text in _literals(error) else ""


def _comes_from(error: BaseException, *packages: str) -> bool:
    """By the names of its kinds, ours too (Lost, NotTelegram): a command that needs none of them loads none."""
    return any(kind.__module__.partition(".")[0] in packages for kind in type(error).__mro__)


def _of_database(error: BaseException) -> str:
    from sqlalchemy.exc import InterfaceError, OperationalError, StatementError

    inner = error.orig if isinstance(error, StatementError) else None
    if inner is None:
        return str(error) if str(error) in _literals(error) else ""
    if isinstance(inner, sqlite3.Error):
        return _of_sqlite(inner)
    state = getattr(inner, "sqlstate", None)
    if state is not None:
        return _of_postgresql(inner, state)
    if isinstance(error, OperationalError | InterfaceError):
        # Without a state it was the driver that found no way, or lost it.
        return without_quotes((str(inner).strip().splitlines() or [""])[0])
    return type(inner).__name__


def _of_postgresql(inner: BaseException, state: str) -> str:
    """Its number, and what of the schema it is about: the rest may hold values."""
    diag = getattr(inner, "diag", None)
    names = (getattr(diag, name, None) for name in ("constraint_name", "table_name", "column_name"))
    return " ".join((type(inner).__name__, state, *filter(None, names)))


def _of_sqlite(error: sqlite3.Error) -> str:
    """A constraint's own words name columns, or are a trigger's; those of a file or a disk are fixed texts."""
    text, name = str(error), getattr(error, "sqlite_errorname", "") or ""
    if name.startswith("SQLITE_CONSTRAINT"):
        return text if _CONSTRAINT.match(text) else name
    return f"{name} {_QUOTED.sub('…', text)}".strip()


def _literals(error: BaseException) -> set[str]:
    """The texts that stand in the function which raised it."""
    frame = error.__traceback__
    while frame is not None and frame.tb_next is not None:
        frame = frame.tb_next
    return set(_constants(frame.tb_frame.f_code)) if frame is not None else set()


def _constants(code: CodeType) -> Iterator[str]:
    for each in code.co_consts:
        if isinstance(each, str):
            yield each
        elif isinstance(each, tuple):
            yield from (one for one in each if isinstance(one, str))


def _place(error: BaseException) -> str:
    found = ""
    for frame in traceback.extract_tb(error.__traceback__):
        path = Path(frame.filename)
        if path.is_relative_to(HOUSE) and ".venv" not in path.parts:
            found = f"{path.relative_to(HOUSE)}:{frame.lineno}"
    return found
