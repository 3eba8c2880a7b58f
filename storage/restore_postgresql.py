"""A dump takes the place of every table of a PostgreSQL database, in one transaction that is open while it is asked."""

import time
from collections.abc import Iterator
from itertools import takewhile
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, NullPool, create_engine, text

from storage import migrate, schema
from storage.backup_postgresql import copy_database, write_script
from storage.leftovers import part_of
from storage.lock import StorageBusy
from storage.restore import Settle, require_readable, require_shape
from storage.revision import require_known
from storage.transactions import WorkSession

_OTHERS = text("""SELECT count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'""")
# A transaction goes on seeing what it has seen.
_LOOK_AGAIN = text("SELECT pg_stat_clear_snapshot()")
# Seconds: whoever has just closed a connection (our own pg_dump) is seen for a moment yet.
LEAVING = (0, 0.05, 0.2, 0.5, 1, 2)
_TABLES = text("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'")
# One after the other: what goes with another (CASCADE) is not there any more.
_EMPTY = text("""DO $$
DECLARE one record;
BEGIN
    FOR one IN SELECT relname,
            CASE relkind WHEN 'v' THEN 'VIEW' WHEN 'm' THEN 'MATERIALIZED VIEW' ELSE 'TABLE' END AS kind
        FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'v', 'm')
    LOOP EXECUTE format('DROP %s IF EXISTS public.%I CASCADE', one.kind, one.relname); END LOOP;
    FOR one IN SELECT oid::regprocedure::text AS name FROM pg_proc WHERE pronamespace = 'public'::regnamespace
    LOOP EXECUTE format('DROP FUNCTION IF EXISTS %s CASCADE', one.name); END LOOP;
END $$""")
_DATA, _END = "COPY public.", "\\.\n"


def restore_server(url: URL, source: Path, kept: Path, settle: Settle) -> Path | None:
    """Put a copy in the place of every table; the present state is dumped to `kept` before, which is returned.

    Raises StorageBusy while anybody else is connected, BadBackup for a file that is no whole copy of ours.
    """
    engine = create_engine(url, poolclass=NullPool, hide_parameters=True)
    # Both hold everything that a database holds: where the next start takes away what a killed process left.
    script, present = part_of(kept.with_name("restore.sql")), part_of(kept)
    done, had_one = False, False
    try:
        write_script(source, script)
        with script.open(encoding="utf-8") as lines:
            revision = require_known(_revisions(lines), source)
        with engine.connect() as connection:
            _require_alone(connection)
            had_one = bool(connection.scalar(_TABLES))
        if had_one:
            copy_database(url, present)
        with WorkSession(engine) as session, session.begin():
            _require_alone(session.connection())
            _put(session.connection(), script, revision, source)
            require_readable(session, source)
            settle(session)
            if had_one:
                present.rename(kept)
        done = True
    finally:
        engine.dispose()
        for path in (script, present) if done else (script, present, kept):
            path.unlink(missing_ok=True)
    return kept if had_one else None


def _put(connection: Connection, script: Path, revision: str, source: Path) -> None:
    """The tables of the copy, as its version makes them too, brought to this version."""
    connection.execute(_EMPTY)
    migrate.upgrade_on(connection, revision)
    wanted = schema.of_database(connection)
    connection.execute(_EMPTY)
    with script.open(encoding="utf-8") as lines:
        _load(connection, lines)
    require_shape(schema.of_database(connection), wanted, source)
    migrate.upgrade_on(connection, migrate.head())


def _revisions(lines: Iterator[str]) -> list[str]:
    for line in lines:
        if line.startswith("COPY public.alembic_version "):
            return [row.strip() for row in takewhile(lambda row: row != _END, lines)]
    return []


def _require_alone(connection: Connection) -> None:
    others = 0
    for pause in LEAVING:
        time.sleep(pause)
        connection.execute(_LOOK_AGAIN)
        others = connection.scalar(_OTHERS) or 0
        if not others:
            break
    else:
        raise StorageBusy(
            f"The database is in use: {others} other connections. Stop every process of the bot first, then restore."
        )


def _load(connection: Connection, lines: Iterator[str]) -> None:
    """What psql would do with the script, without leaving the transaction: statements, and rows between them."""
    driver: Any = connection.connection.driver_connection
    with driver.cursor() as cursor:
        said: list[str] = []
        for line in lines:
            if line.startswith(_DATA) and line.rstrip().endswith("FROM stdin;"):
                _say(cursor, said)
                with cursor.copy(line.rstrip().removesuffix(";")) as rows:
                    for row in lines:
                        if row == _END:
                            break
                        rows.write(row)
            # \restrict and \unrestrict are for psql alone.
            elif not line.startswith("\\"):
                said.append(line)
        _say(cursor, said)
        # The script has set much for itself. Whoever is asked now may take the time to think.
        cursor.execute("RESET ALL; SET idle_in_transaction_session_timeout = 0")


def _say(cursor: Any, said: list[str]) -> None:
    statements = "".join(said)
    said.clear()
    if statements.strip():
        cursor.execute(statements, prepare=False)
