"""What entries point to: activities, and each other. The column that no version has written to goes."""

from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

AUTOINCREMENT = {"sqlite_autoincrement": True}


def upgrade() -> None:
    op.create_table(
        "entry_link",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("entry_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("row_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("field", sa.String(), nullable=False),
        sa.Column("activity_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("target_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.ForeignKeyConstraint(["activity_id"], ["activity.id"], name=op.f("fk_entry_link_activity_id_activity")),
        sa.ForeignKeyConstraint(["entry_id"], ["entry.id"], name=op.f("fk_entry_link_entry_id_entry")),
        sa.ForeignKeyConstraint(["row_id"], ["entry_row.id"], name=op.f("fk_entry_link_row_id_entry_row")),
        sa.ForeignKeyConstraint(["target_id"], ["entry.id"], name=op.f("fk_entry_link_target_id_entry")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_entry_link")),
    )
    with op.batch_alter_table("entry_link", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_entry_link_activity_id"), ["activity_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_entry_link_entry_id"), ["entry_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_entry_link_row_id"), ["row_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_entry_link_target_id"), ["target_id"], unique=False)

    with _numbers_kept(), op.batch_alter_table("entry", schema=None, table_kwargs=AUTOINCREMENT) as batch_op:
        batch_op.drop_index(batch_op.f("ix_entry_activity_id"))
        batch_op.drop_constraint(batch_op.f("fk_entry_activity_id_activity"), type_="foreignkey")
        batch_op.drop_column("activity_id")


@contextmanager
def _numbers_kept() -> Iterator[None]:
    """SQLite copies the table: a number that an entry once had must not be another's afterwards."""
    connection, last = op.get_bind(), None
    sqlite = connection.dialect.name == "sqlite"
    if sqlite:
        last = connection.scalar(sa.text("SELECT seq FROM sqlite_sequence WHERE name = 'entry'"))
    yield
    if last is not None:
        connection.execute(sa.text("DELETE FROM sqlite_sequence WHERE name = 'entry'"))
        connection.execute(sa.text("INSERT INTO sqlite_sequence (name, seq) VALUES ('entry', :last)"), {"last": last})


def downgrade() -> None:
    with _numbers_kept(), op.batch_alter_table("entry", schema=None, table_kwargs=AUTOINCREMENT) as batch_op:
        batch_op.add_column(
            sa.Column("activity_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True)
        )
        batch_op.create_foreign_key(batch_op.f("fk_entry_activity_id_activity"), "activity", ["activity_id"], ["id"])
        batch_op.create_index(batch_op.f("ix_entry_activity_id"), ["activity_id"], unique=False)

    with op.batch_alter_table("entry_link", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_entry_link_target_id"))
        batch_op.drop_index(batch_op.f("ix_entry_link_row_id"))
        batch_op.drop_index(batch_op.f("ix_entry_link_entry_id"))
        batch_op.drop_index(batch_op.f("ix_entry_link_activity_id"))

    op.drop_table("entry_link")
