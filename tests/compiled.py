"""What SQLAlchemy makes of a statement, kept over all the databases of a run: every test has one of its own."""

from typing import Any

from sqlalchemy import Connection, event
from sqlalchemy.engine import Engine
from sqlalchemy.util import LRUCache

# More than there are in the bot, of both databases.
MOST = 6000


class Compiled:
    """The cache of an engine (its option `compiled_cache`), but for all engines of a kind: a key begins with the
    engine's own dialect, of which there is another for every test.
    """

    def __init__(self) -> None:
        self._kept: LRUCache[Any, Any] = LRUCache(MOST)

    def get(self, key: Any, default: Any = None) -> Any:
        return self._kept.get(_of_all(key), default)

    def __setitem__(self, key: Any, compiled: Any) -> None:
        self._kept[_of_all(key)] = compiled


def _of_all(key: Any) -> Any:
    dialect, *statement = key
    return dialect.name, dialect.driver, *statement


def share() -> None:
    """From now on, in this process."""
    compiled = Compiled()

    @event.listens_for(Engine, "engine_connect")
    def connected(connection: Connection) -> None:
        connection.execution_options(compiled_cache=compiled)
