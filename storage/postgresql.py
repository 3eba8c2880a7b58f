"""PostgreSQL: several writing threads with one transaction a function, and readers that cannot write."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import URL, create_engine
from sqlalchemy.orm import Session

from storage.work import Piece, WorkSession


class Postgresql:
    """The two engines of a server; several processes may share it."""

    group = 1

    def __init__(self, url: URL, writers: int, readers: int):
        self.writers = writers
        self.engine = create_engine(url, pool_size=writers, max_overflow=2, pool_pre_ping=True)
        # One snapshot for all that a function reads: a tally of many questions must not contradict itself.
        self.reader = create_engine(
            url,
            pool_size=readers,
            max_overflow=2,
            pool_pre_ping=True,
            isolation_level="REPEATABLE READ",
            execution_options={"postgresql_readonly": True},
        )

    def write(self, pieces: list[Piece]) -> None:
        for piece in pieces:
            piece.run(self.transaction)

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        with WorkSession(self.engine) as session, session.begin():
            yield session

    @contextmanager
    def reading(self) -> Iterator[Session]:
        with WorkSession(self.reader) as session:
            yield session
