"""What alembic runs. storage/migrate.py hands over a connection; the command line is for developers.

    alembic revision --autogenerate --rev-id 0002 -m "add the ..."   write what the revisions lack
    alembic check                                                    do they lack anything?
    alembic -x url=sqlite:///scratch.db upgrade head                 try it on a database

Without a url the comparison is with a database in memory, brought to the newest revision first.
"""

from typing import Any, Literal

import sqlalchemy as sa
from alembic import context
from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext

from storage import migrate
from storage.base import UtcDateTime
from storage.engine import database_url
from storage.models.everything import METADATA


def plain_type(kind: str, item: Any, _: Any) -> str | Literal[False]:
    """Revisions never import the models: what a type is today is written into the revision."""
    if kind == "type" and isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and isinstance(item, sa.Enum):
        return f"sa.String(length={item.length})"
    return False


def run(connection: sa.Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=METADATA,
        render_as_batch=True,
        compare_type=True,
        compare_server_default=True,
        render_item=plain_type,
    )
    with context.begin_transaction():
        context.run_migrations()


def bring_to_head(connection: sa.Connection) -> None:
    script = context.script
    migration = MigrationContext.configure(
        connection, opts={"fn": lambda revision, _: script._upgrade_revs("head", revision)}
    )
    with Operations.context(migration):
        migration.run_migrations()


def run_from_command_line() -> None:
    url = context.get_x_argument(as_dictionary=True).get("url")
    if url:
        with migrate.connected(database_url(url)) as connection:
            run(connection)
        return
    engine = sa.create_engine("sqlite://")
    with engine.connect() as connection:
        bring_to_head(connection)
        run(connection)
    engine.dispose()


given = context.config.attributes.get("connection")
if given is None:
    run_from_command_line()
else:
    run(given)
