"""Files that are kept as bytes, and which files the entries hold: those there are already stand with Telegram alone."""

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "stored_file",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("branch_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("sha256", sa.String(), nullable=True),
        sa.Column("size", sa.BigInteger(), nullable=True),
        sa.Column("media_type", sa.String(), nullable=True),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("unique_id", sa.String(), nullable=True),
        sa.Column("uploader_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("stored_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("archive_id", sa.String(), nullable=True),
        sa.Column("extra", sa.JSON(), nullable=True),
        sa.ForeignKeyConstraint(["branch_id"], ["organisation.id"], name=op.f("fk_stored_file_branch_id_organisation")),
        sa.ForeignKeyConstraint(["uploader_id"], ["person.id"], name=op.f("fk_stored_file_uploader_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stored_file")),
        sa.UniqueConstraint("branch_id", "archive_id", name=op.f("uq_stored_file_branch_id_archive_id")),
        sa.UniqueConstraint("branch_id", "sha256", name=op.f("uq_stored_file_branch_id_sha256")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("stored_file", schema=None) as batch_op:
        batch_op.create_index("ix_stored_file_branch_id_unique_id", ["branch_id", "unique_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_stored_file_uploader_id"), ["uploader_id"], unique=False)

    op.create_table(
        "stored_content",
        sa.Column("stored_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["stored_id"], ["stored_file.id"], name=op.f("fk_stored_content_stored_id_stored_file")
        ),
        sa.PrimaryKeyConstraint("stored_id", name=op.f("pk_stored_content")),
    )
    op.create_table(
        "entry_file",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("entry_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("row_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("field", sa.String(), nullable=False),
        sa.Column("unique_id", sa.String(), nullable=False),
        sa.Column("stored_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("again_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("given_up", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["entry_id"], ["entry.id"], name=op.f("fk_entry_file_entry_id_entry")),
        sa.ForeignKeyConstraint(["row_id"], ["entry_row.id"], name=op.f("fk_entry_file_row_id_entry_row")),
        sa.ForeignKeyConstraint(["stored_id"], ["stored_file.id"], name=op.f("fk_entry_file_stored_id_stored_file")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_entry_file")),
    )
    with op.batch_alter_table("entry_file", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_entry_file_entry_id"), ["entry_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_entry_file_row_id"), ["row_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_entry_file_stored_id"), ["stored_id"], unique=False)
        batch_op.create_index(
            "ix_entry_file_to_fetch",
            ["id"],
            unique=False,
            sqlite_where=sa.text("stored_id IS NULL"),
            postgresql_where=sa.text("stored_id IS NULL"),
        )
    _note_those_there_are()


def _note_those_there_are() -> None:
    """The files that entries and their rows hold by now: they are fetched as any other."""
    connection = op.get_bind()
    entry = sa.table("entry", sa.column("id"), sa.column("fields", sa.JSON()))
    row = sa.table("entry_row", sa.column("id"), sa.column("entry_id"), sa.column("fields", sa.JSON()))
    held = [
        *((one.id, None, one.fields) for one in connection.execute(sa.select(entry.c.id, entry.c.fields))),
        *(
            (one.entry_id, one.id, one.fields)
            for one in connection.execute(sa.select(row.c.entry_id, row.c.id, row.c.fields))
        ),
    ]
    found = [
        {
            "entry_id": entry_id,
            "row_id": row_id,
            "field": key,
            "unique_id": unique_id,
            "tries": 0,
            "given_up": "" if unique_id else "not_there",
        }
        for entry_id, row_id, values in held
        for key, unique_id in _files(values)
    ]
    names = ("entry_id", "row_id", "field", "unique_id", "tries", "given_up")
    if found:
        connection.execute(sa.insert(sa.table("entry_file", *map(sa.column, names))), found)


def _files(fields: Any) -> Iterator[tuple[str, str]]:
    for key, value in (fields or {}).items():
        for one in value if isinstance(value, list) else ():
            if isinstance(one, dict) and one.get("file_id"):
                yield key, str(one.get("file_unique_id") or "")


def downgrade() -> None:
    with op.batch_alter_table("entry_file", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_entry_file_to_fetch",
            sqlite_where=sa.text("stored_id IS NULL"),
            postgresql_where=sa.text("stored_id IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_entry_file_stored_id"))
        batch_op.drop_index(batch_op.f("ix_entry_file_row_id"))
        batch_op.drop_index(batch_op.f("ix_entry_file_entry_id"))

    op.drop_table("entry_file")
    op.drop_table("stored_content")
    with op.batch_alter_table("stored_file", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_stored_file_uploader_id"))
        batch_op.drop_index("ix_stored_file_branch_id_unique_id")

    op.drop_table("stored_file")
