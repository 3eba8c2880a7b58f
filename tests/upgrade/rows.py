"""The snapshot's rows as a text of SQL that both databases read: `dump` writes it, `load` puts it into an empty one."""

import json
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Inspector, MetaData, Table, create_engine, inspect
from sqlalchemy.engine import make_url

from storage import migrate

REVISION = re.compile(r"-- revision (\w+)\n")
BYTES = re.compile(r"X'([0-9A-F]*)'")
# Real time, and the revision itself.
LEFT_OUT = ("alembic_version", "lease")
END = ";\n"


def dump(path: Path) -> str:
    """All rows of a SQLite file, a statement a table, in an order that foreign keys allow."""
    engine = create_engine(f"sqlite:///{path}")
    metadata = MetaData()
    metadata.reflect(engine)
    engine.dispose()
    with closing(sqlite3.connect(path)) as driver:
        [(revision,)] = driver.execute("SELECT version_num FROM alembic_version")
        kept = [_statement(driver, of) for of in metadata.sorted_tables if of.name not in LEFT_OUT]
    return f"-- revision {revision}\n" + "".join(each for each in kept if each)


def quoted(name: str) -> str:
    """A column may be called as a word of SQL is (on)."""
    return f'"{name}"'


def _statement(driver: sqlite3.Connection, of: Table) -> str:
    names = [column.name for column in of.columns]
    keys = ", ".join(column.name for column in of.primary_key)
    columns = ", ".join(map(quoted, names))
    found = driver.execute(f"SELECT {columns} FROM {of.name} ORDER BY {keys}").fetchall()
    if not found:
        return ""
    kinds = [str(column.type) for column in of.columns]
    rows = [",".join(_literal(kind, value) for kind, value in zip(kinds, row, strict=True)) for row in found]
    text = f"INSERT INTO {of.name} ({columns}) VALUES\n" + ",\n".join(f"({row})" for row in rows)
    assert END not in text, f"{of.name} has a text that ends a statement"
    return text + END


def _literal(kind: str, value: Any) -> str:
    if value is None:
        return "NULL"
    if kind == "BOOLEAN":
        return "TRUE" if value else "FALSE"
    if isinstance(value, bytes):
        return f"X'{value.hex().upper()}'"
    if isinstance(value, int | float):
        return str(value)
    if kind == "JSON":
        value = json.dumps(json.loads(value), ensure_ascii=False, separators=(",", ":"))
    return "'" + value.replace("'", "''") + "'"


def load(url: str, text: str) -> None:
    """The schema of the snapshot's revision, then its rows, into an empty database."""
    found = REVISION.match(text)
    assert found is not None
    migrate.upgrade(url, found[1])
    engine = create_engine(make_url(url))
    with engine.begin() as connection:
        _run(connection, text[found.end() :])
    engine.dispose()


def _run(connection: Connection, text: str) -> None:
    postgresql = connection.dialect.name == "postgresql"
    cursor: Any = connection.connection.cursor()
    if postgresql:
        cursor.execute("SET TIME ZONE 'UTC'")
    for statement in text.split(END):
        if statement:
            cursor.execute(BYTES.sub(r"'\\x\1'", statement) if postgresql else statement)
    if postgresql:
        for name in _counted(inspect(connection)):
            cursor.execute(f"SELECT setval(pg_get_serial_sequence('{name}', 'id'), max(id)) FROM {name}")
    cursor.close()


def _counted(inspector: Inspector) -> Iterator[str]:
    """The tables that number their rows by themselves."""
    for name in inspector.get_table_names():
        for column in inspector.get_columns(name):
            if column["name"] == "id" and "nextval" in str(column["default"]):
                yield name
