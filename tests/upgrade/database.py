"""A database by plain SQL, the same under every version's models: all its rows, and the way back to how they were."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from operator import itemgetter
from typing import Any

import psycopg
from sqlalchemy import create_engine, inspect
from sqlalchemy.engine import make_url

from tests.upgrade.rows import LEFT_OUT, quoted

Key = tuple[Any, ...]
# The values of its table's columns, in their order.
Row = tuple[Any, ...]
# By table and primary key.
Rows = dict[str, dict[Key, Row]]


class Database:
    """Beside the bot that lives on it; to be asked while that is at rest.

    `kinds`: by table the types of its columns; `refers`: the tables that they point at.
    """

    def __init__(self, url: str) -> None:
        engine = create_engine(make_url(url))
        found = inspect(engine)
        self.tables = sorted(set(found.get_table_names()) - set(LEFT_OUT))
        columns = {of: found.get_columns(of) for of in self.tables}
        self.kinds = {of: {one["name"]: str(one["type"]) for one in each} for of, each in columns.items()}
        self.refers = {
            of: {each["constrained_columns"][0]: each["referred_table"] for each in found.get_foreign_keys(of)}
            for of in self.tables
        }
        self._keys = {of: found.get_pk_constraint(of)["constrained_columns"] for of in self.tables}
        self._key_of = {of: _places(self._keys[of], [*kinds]) for of, kinds in self.kinds.items()}
        self._counted = {of for of, each in columns.items() if any("nextval" in str(one["default"]) for one in each)}
        self._postgresql = engine.dialect.name == "postgresql"
        engine.dispose()
        self._driver: Any = _postgresql(url) if self._postgresql else _sqlite(url)

    def close(self) -> None:
        self._driver.close()

    def rows(self) -> Rows:
        return {of: self._rows_of(of) for of in self.tables}

    def _rows_of(self, of: str) -> dict[Key, Row]:
        kinds = self.kinds[of]
        # JSON as text: it is read where it is looked at, and goes back as it came.
        of_json = "::text" if self._postgresql else ""
        asked = [f"{quoted(name)}{of_json if kind == 'JSON' else ''}" for name, kind in kinds.items()]
        found = self._driver.execute(f"SELECT {', '.join(asked)} FROM {of}").fetchall()
        return dict(zip(map(self._key_of[of], found), found, strict=True))

    def named(self, of: str, row: Row) -> dict[str, Any]:
        """By column."""
        return dict(zip(self.kinds[of], row, strict=True))

    def put_back(self, before: Rows, after: Rows) -> None:
        """As if nothing had been written, whatever forbids it: foreign keys, and the log that nobody may change."""
        changed = [of for of in self.tables if before[of] != after[of]]
        if changed:
            with self._unguarded():
                for of in changed:
                    self._put_back(of, before[of], after[of])

    def _put_back(self, of: str, was: dict[Key, Row], now: dict[Key, Row]) -> None:
        mark, keys = "%s" if self._postgresql else "?", self._keys[of]
        here = " AND ".join(f"{name} = {mark}" for name in keys)
        for key in [key for key, row in now.items() if was.get(key) != row]:
            self._driver.execute(f"DELETE FROM {of} WHERE {here}", key)
        for row in [row for key, row in was.items() if now.get(key) != row]:
            marks = ", ".join([mark] * len(row))
            self._driver.execute(f"INSERT INTO {of} ({', '.join(map(quoted, self.kinds[of]))}) VALUES ({marks})", row)
        if of in self._counted:
            last = f"setval(pg_get_serial_sequence('{of}', 'id'), greatest(max(id), 1), max(id) IS NOT NULL)"
            self._driver.execute(f"SELECT {last} FROM {of}")

    def _unguarded(self) -> AbstractContextManager[None]:
        return _unguarded_postgresql(self._driver) if self._postgresql else _unguarded_sqlite(self._driver)


def _places(names: list[str], columns: list[str]) -> Callable[[Row], Key]:
    """Takes the values of these out of a row."""
    places = [columns.index(name) for name in names]
    if len(places) == 1:
        [place] = places
        return lambda row: (row[place],)
    return itemgetter(*places)


def _sqlite(url: str) -> sqlite3.Connection:
    path = make_url(url).database
    assert path is not None
    return sqlite3.connect(path, isolation_level=None, timeout=30)


def _postgresql(url: str) -> "psycopg.Connection[Any]":
    driver = psycopg.connect(url, autocommit=True)
    driver.execute("SET TIME ZONE 'UTC'")
    return driver


@contextmanager
def _unguarded_sqlite(driver: sqlite3.Connection) -> Iterator[None]:
    """One transaction; foreign keys are not asked for on a connection that does not ask for them."""
    driver.execute("BEGIN IMMEDIATE")
    triggers = driver.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
    for name, _ in triggers:
        driver.execute(f"DROP TRIGGER {name}")
    yield
    for _, made in triggers:
        driver.execute(made)
    driver.execute("COMMIT")


@contextmanager
def _unguarded_postgresql(driver: "psycopg.Connection[Any]") -> Iterator[None]:
    with driver.transaction():
        driver.execute("SET LOCAL session_replication_role = replica")
        yield
