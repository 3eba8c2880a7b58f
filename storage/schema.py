"""The tables as they are and as a version makes them: every difference by its name."""

import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from sqlalchemy import Connection, text

from storage import migrate

Shape = dict[str, str]
# Made by ANALYZE, or by the engine itself.
_NOT_OURS = "sqlite_"
_COLUMNS_OF = 'SELECT name, type, "notnull", pk FROM pragma_table_xinfo(?)'
_REFERENCES_OF = 'SELECT "from", "table", "to" FROM pragma_foreign_key_list(?)'
# What a table itself says is unique; the index that SQLite makes for it has no name of ours.
_UNIQUE_OF = """SELECT (SELECT group_concat(name, ', ') FROM pragma_index_info(made.name))
    FROM pragma_index_list(?) made WHERE origin = 'u'"""
_COLUMNS = text("""SELECT 'column ' || c.relname || '.' || a.attname,
        format_type(a.atttypid, a.atttypmod) || CASE WHEN a.attnotnull THEN ' not null' ELSE '' END
    FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
        AND a.attnum > 0 AND NOT a.attisdropped""")
_RELATIONS = text("""SELECT CASE relkind WHEN 'v' THEN 'view ' WHEN 'm' THEN 'view ' ELSE 'table ' END || relname, ''
    FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'v', 'm', 'f')""")
_INDEXES = text(
    """SELECT 'index ' || indexname || ' of ' || tablename, indexdef FROM pg_indexes WHERE schemaname = 'public'"""
)
_TRIGGERS = text("""SELECT 'trigger ' || t.tgname || ' of ' || c.relname, pg_get_triggerdef(t.oid) || t.tgenabled::text
    FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
    WHERE c.relnamespace = 'public'::regnamespace AND NOT t.tgisinternal""")
_RULES = text("""SELECT 'rule ' || rulename || ' of ' || tablename, '' FROM pg_rules WHERE schemaname = 'public'""")
_FUNCTIONS = text(
    """SELECT 'function ' || p.proname, p.prosrc FROM pg_proc p WHERE p.pronamespace = 'public'::regnamespace"""
)
_CONSTRAINTS = text("""SELECT 'constraint ' || n.conname || ' of ' || c.relname, pg_get_constraintdef(n.oid)
    FROM pg_constraint n JOIN pg_class c ON c.oid = n.conrelid
    WHERE c.relnamespace = 'public'::regnamespace AND n.contype <> 'n'""")


def of_file(path: Path) -> Shape:
    """By kind and name what a SQLite file has, and how each is made."""
    with closing(sqlite3.connect(f"file:{path}?mode=ro&immutable=1", uri=True)) as driver:
        return dict(_of_sqlite(driver))


def of_version(revision: str) -> Shape:
    """What the migrations make of an empty SQLite file, up to a revision."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "fresh.db"
        migrate.upgrade(f"sqlite:///{path}", revision)
        return of_file(path)


def _of_sqlite(driver: sqlite3.Connection) -> Iterator[tuple[str, str]]:
    made = driver.execute("SELECT type, name, tbl_name, sql FROM sqlite_master").fetchall()
    for kind, name, of, statement in made:
        if name.startswith(_NOT_OURS):
            continue
        if kind == "table":
            yield f"table {name}", ""
            yield from _columns(driver, name)
        else:
            beside = "" if kind == "view" else f" of {of}"
            yield f"{kind} {name}{beside}", _plain(statement)


def _columns(driver: sqlite3.Connection, name: str) -> Iterator[tuple[str, str]]:
    for column, kind, not_null, key in driver.execute(_COLUMNS_OF, (name,)).fetchall():
        yield f"column {name}.{column}", f"{kind} {not_null} {key}"
    for column, other, its in driver.execute(_REFERENCES_OF, (name,)).fetchall():
        yield f"reference {name}.{column} to {other}", str(its)
    for (columns,) in driver.execute(_UNIQUE_OF, (name,)).fetchall():
        yield f"unique {columns} of {name}", ""


def _plain(statement: str | None) -> str:
    """Batch mode writes the same statement with other blanks and quotes."""
    return "".join((statement or "").replace('"', "").split()).lower()


def of_database(connection: Connection) -> Shape:
    """The same of a PostgreSQL database, in the transaction of whoever asks."""
    asked = (_RELATIONS, _COLUMNS, _INDEXES, _TRIGGERS, _RULES, _FUNCTIONS, _CONSTRAINTS)
    return {name: made for question in asked for name, made in connection.execute(question)}


def differences(found: Shape, wanted: Shape) -> list[str]:
    """What is missing, what is there beside, what is made in another way; of a table that is missing, it alone."""
    lines = [f"{name} is missing" for name in _alone(wanted.keys() - found.keys())]
    lines += [f"{name} is not ours" for name in _alone(found.keys() - wanted.keys())]
    both = sorted(found.keys() & wanted.keys())
    return lines + [f"{name} is another" for name in both if found[name] != wanted[name]]


def _alone(names: set[str]) -> list[str]:
    """Without what belongs to a table that is named itself."""
    tables = {name.removeprefix("table ") for name in names if name.startswith("table ")}
    return sorted(name for name in names if name.startswith("table ") or not _tables_of(name) & tables)


def _tables_of(name: str) -> set[str]:
    kind, _, rest = name.partition(" ")
    if kind in ("column", "reference"):
        return {rest.partition(".")[0]}
    return {rest.rpartition(" of ")[2]} if " of " in rest else set()
