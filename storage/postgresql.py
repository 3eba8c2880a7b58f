"""PostgreSQL: several writing threads with one transaction a function, and readers that cannot write."""

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

from sqlalchemy import URL, create_engine, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from storage.transactions import CommitUnknown, Piece, WorkSession, unavailable

# Beside the threads somebody may ask what became of a COMMIT.
SPARE = 1
# Seconds before a function runs again on a server that is away; and for how long, once that was of no use, each of
# them runs only once: others wait behind it.
PAUSES, AWAY = (0.05, 0.2, 0.5), 1.0
# A server that is gone without a word is noticed within seconds (libpq's names); what the URL says comes first.
NOTICE = {
    "connect_timeout": 5,
    "keepalives": 1,
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    "tcp_user_timeout": 10_000,
}
# And we by the server: what a machine without a line has begun would lock its rows for hours.
_BE_NOTICED = (
    "SET tcp_keepalives_idle = 5; SET tcp_keepalives_interval = 2; SET tcp_keepalives_count = 3;"
    " SET idle_in_transaction_session_timeout = '5min'"
)
_NUMBER = "SELECT pg_current_xact_id_if_assigned()::text"
_READ_ONLY = "25006"
_FATE = "SELECT pg_xact_status(%s::xid8)"


class Postgresql:
    """The two engines of a server; several processes may share it."""

    group = 1

    def __init__(self, url: URL, writers: int, readers: int):
        self.writers = writers
        self.engine = _engine(url, writers)
        # One snapshot for all that a function reads: a tally of many questions must not contradict itself.
        self.reader = _engine(
            url, readers, isolation_level="REPEATABLE READ", execution_options={"postgresql_readonly": True}
        )
        self.connections = writers + readers + 2 * SPARE
        self._away_until = 0.0

    def write(self, pieces: list[Piece]) -> None:
        for piece in pieces:
            self._run(piece, self.transaction)

    def read(self, pieces: list[Piece]) -> None:
        for piece in pieces:
            self._run(piece, self.reading)

    def _run(self, piece: Piece, transaction: Callable[[], AbstractContextManager[Session]]) -> None:
        piece.run(transaction, () if time.monotonic() < self._away_until else PAUSES)
        if piece.error is not None and unavailable(piece.error):
            self._away_until = time.monotonic() + AWAY

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """Commits at the end. A line that is cut in that moment leaves no doubt: the server is asked."""
        number: str | None = None
        try:
            with WorkSession(self.engine) as session, session.begin():
                yield session
                session.flush()
                number = session.connection().exec_driver_sql(_NUMBER).scalar()
        except DBAPIError as error:
            if number is None or not unavailable(error):
                raise
            if not self._is_committed(number):
                raise

    @contextmanager
    def reading(self) -> Iterator[Session]:
        try:
            with WorkSession(self.reader) as session:
                yield session
        except DBAPIError as error:
            if getattr(error.orig, "sqlstate", None) == _READ_ONLY:
                # Of a writer the server says the same while it may only be read, and that passes; this does not.
                raise RuntimeError("a function that reads has tried to write") from None
            raise

    def _is_committed(self, number: str) -> bool:
        """What became of a transaction that was about to commit. Raises CommitUnknown while nobody can say."""
        for pause in PAUSES:
            time.sleep(pause)
            try:
                with self.engine.connect() as connection:
                    fate: str | None = connection.exec_driver_sql(_FATE, (number,)).scalar()
            except DBAPIError:
                continue
            if fate in ("committed", "aborted"):
                return fate == "committed"
        raise CommitUnknown("the line was cut during the COMMIT")


def _engine(url: URL, threads: int, **options: Any) -> Any:
    given = {name: value for name, value in NOTICE.items() if name not in url.query}
    engine = create_engine(
        url,
        pool_size=threads,
        max_overflow=SPARE,
        pool_pre_ping=True,
        connect_args=given,
        hide_parameters=True,
        **options,
    )

    @event.listens_for(engine, "connect")
    def prepare(driver: Any, _: object) -> None:
        try:
            driver.autocommit = True
            driver.execute(_BE_NOTICED)
            driver.autocommit = False
        except BaseException:
            # Nobody knows of it yet, so nobody else would.
            driver.close()
            raise

    return engine
