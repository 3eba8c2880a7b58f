"""Whether the database is as new as the program: asked at every start, so without loading alembic."""

from collections.abc import Sequence
from pathlib import Path

from sqlalchemy import inspect, text

from storage.engine import Storage
from storage.sqlite import database_path

VERSIONS = Path(__file__).parent / "migrations" / "versions"


class OldSchema(Exception):
    """The tables are not those of this program; the text says what to do."""


class BadBackup(Exception):
    """A file that cannot be restored, or a copy that cannot be made; the text says why."""


def newest() -> str:
    """The newest revision that this program knows."""
    return max(_revisions())


def _revisions() -> set[str]:
    """By the names of the files (0001_the_first_tables.py)."""
    return {path.name.partition("_")[0] for path in VERSIONS.glob("[0-9]*.py")}


def present(storage: Storage) -> str | None:
    """The revision of the database; None where there are no tables. Makes no file."""
    if storage.dialect == "sqlite" and not database_path(storage.url).exists():
        return None
    with storage.reading() as session:
        if not inspect(session.connection()).has_table("alembic_version"):
            return None
        found = session.scalar(text("SELECT version_num FROM alembic_version"))
        return str(found) if found is not None else None


def require_newest(storage: Storage) -> None:
    """Raise OldSchema unless program and tables fit."""
    found, wanted = present(storage), newest()
    if found is None:
        raise OldSchema("There is no database yet. Run: branch-bot migrate")
    refuse_newer(found)
    if found < wanted:
        raise OldSchema(
            f"The database is of an older version ({found}, needed: {wanted})."
            " Stop every other process of the bot, then run: branch-bot migrate"
        )


def refuse_newer(found: str) -> None:
    """Raise OldSchema for tables that this program does not know yet."""
    if found > newest():
        raise OldSchema(
            f"The database is of a newer version ({found}) than this program ({newest()}). Upgrade the program."
        )


def require_known(found: Sequence[str], name: Path) -> str:
    """The one revision that a file holds; raises BadBackup unless it is this version's or an older one's."""
    if not found:
        raise BadBackup(f"{name} is without our tables.")
    if len(found) > 1:
        raise BadBackup(f"{name} says of itself that it is of {len(found)} versions (alembic_version).")
    if found[0] in _revisions():
        return found[0]
    if found[0].isdigit() and found[0] > newest():
        raise BadBackup(f"{name} is of a newer version ({found[0]}) than this program ({newest()}).")
    raise BadBackup(f"{name} is of a version that this program does not know (alembic_version).")
