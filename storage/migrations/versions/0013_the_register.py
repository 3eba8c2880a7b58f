"""The register: entries of every kind, with what the figures read of them."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "entry",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("branch_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("activity_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("fields", sa.JSON(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("assumed", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("withdrawn_reason", sa.String(), nullable=False),
        sa.Column("archive_id", sa.String(), nullable=True),
        sa.Column("extra", sa.JSON(), nullable=True),
        sa.ForeignKeyConstraint(["activity_id"], ["activity.id"], name=op.f("fk_entry_activity_id_activity")),
        sa.ForeignKeyConstraint(["branch_id"], ["organisation.id"], name=op.f("fk_entry_branch_id_organisation")),
        sa.ForeignKeyConstraint(["recorded_by_id"], ["person.id"], name=op.f("fk_entry_recorded_by_id_person")),
        sa.ForeignKeyConstraint(["withdrawn_by_id"], ["person.id"], name=op.f("fk_entry_withdrawn_by_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_entry")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("entry", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_entry_activity_id"), ["activity_id"], unique=False)
        batch_op.create_index("ix_entry_branch_id_kind", ["branch_id", "kind"], unique=False)
        batch_op.create_index("uq_entry_archive_id", ["branch_id", "kind", "archive_id"], unique=True)

    op.create_table(
        "entry_row",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("entry_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("field", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("fields", sa.JSON(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("assumed", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("extra", sa.JSON(), nullable=True),
        sa.ForeignKeyConstraint(["entry_id"], ["entry.id"], name=op.f("fk_entry_row_entry_id_entry")),
        sa.ForeignKeyConstraint(["recorded_by_id"], ["person.id"], name=op.f("fk_entry_row_recorded_by_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_entry_row")),
        sa.UniqueConstraint("entry_id", "field", "position", name=op.f("uq_entry_row_entry_id_field_position")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "entry_change",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("entry_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("row_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("field", sa.String(), nullable=False),
        sa.Column("old", sa.JSON(), nullable=False),
        sa.Column("new", sa.JSON(), nullable=False),
        sa.Column("on", sa.Date(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["changed_by_id"], ["person.id"], name=op.f("fk_entry_change_changed_by_id_person")),
        sa.ForeignKeyConstraint(["entry_id"], ["entry.id"], name=op.f("fk_entry_change_entry_id_entry")),
        sa.ForeignKeyConstraint(["row_id"], ["entry_row.id"], name=op.f("fk_entry_change_row_id_entry_row")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_entry_change")),
    )
    with op.batch_alter_table("entry_change", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_entry_change_entry_id"), ["entry_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_entry_change_row_id"), ["row_id"], unique=False)

    op.create_table(
        "entry_day",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("entry_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("row_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("field", sa.String(), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("last", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["entry_id"], ["entry.id"], name=op.f("fk_entry_day_entry_id_entry")),
        sa.ForeignKeyConstraint(["row_id"], ["entry_row.id"], name=op.f("fk_entry_day_row_id_entry_row")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_entry_day")),
    )
    with op.batch_alter_table("entry_day", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_entry_day_entry_id"), ["entry_id"], unique=False)
        batch_op.create_index("ix_entry_day_field_on", ["field", "on"], unique=False)
        batch_op.create_index(batch_op.f("ix_entry_day_row_id"), ["row_id"], unique=False)

    op.create_table(
        "entry_person",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("entry_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("row_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("field", sa.String(), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("name", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["entry_id"], ["entry.id"], name=op.f("fk_entry_person_entry_id_entry")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_entry_person_person_id_person")),
        sa.ForeignKeyConstraint(["row_id"], ["entry_row.id"], name=op.f("fk_entry_person_row_id_entry_row")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_entry_person")),
    )
    with op.batch_alter_table("entry_person", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_entry_person_entry_id"), ["entry_id"], unique=False)
        batch_op.create_index("ix_entry_person_person_id", ["person_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_entry_person_row_id"), ["row_id"], unique=False)

    op.create_table(
        "entry_state",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("entry_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("row_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("owner_name", sa.String(), nullable=False),
        sa.Column("owner_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("owner_group_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("owner_duty", sa.String(length=40), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("assumed", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["entry_id"], ["entry.id"], name=op.f("fk_entry_state_entry_id_entry")),
        sa.ForeignKeyConstraint(
            ["owner_group_id"], ["party_group.id"], name=op.f("fk_entry_state_owner_group_id_party_group")
        ),
        sa.ForeignKeyConstraint(["owner_id"], ["person.id"], name=op.f("fk_entry_state_owner_id_person")),
        sa.ForeignKeyConstraint(["recorded_by_id"], ["person.id"], name=op.f("fk_entry_state_recorded_by_id_person")),
        sa.ForeignKeyConstraint(["row_id"], ["entry_row.id"], name=op.f("fk_entry_state_row_id_entry_row")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_entry_state")),
    )
    with op.batch_alter_table("entry_state", schema=None) as batch_op:
        batch_op.create_index("ix_entry_state_due_on", ["due_on"], unique=False)
        batch_op.create_index("ix_entry_state_entry_id_on", ["entry_id", "on"], unique=False)
        batch_op.create_index(batch_op.f("ix_entry_state_owner_id"), ["owner_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_entry_state_row_id"), ["row_id"], unique=False)

    op.create_table(
        "entry_value",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("entry_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("row_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("field", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("word", sa.String(), nullable=False),
        sa.Column("hundredths", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["entry_id"], ["entry.id"], name=op.f("fk_entry_value_entry_id_entry")),
        sa.ForeignKeyConstraint(["row_id"], ["entry_row.id"], name=op.f("fk_entry_value_row_id_entry_row")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_entry_value")),
    )
    with op.batch_alter_table("entry_value", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_entry_value_entry_id"), ["entry_id"], unique=False)
        batch_op.create_index("ix_entry_value_field_key", ["field", "key"], unique=False)
        batch_op.create_index(batch_op.f("ix_entry_value_row_id"), ["row_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("entry_value", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_entry_value_row_id"))
        batch_op.drop_index("ix_entry_value_field_key")
        batch_op.drop_index(batch_op.f("ix_entry_value_entry_id"))

    op.drop_table("entry_value")
    with op.batch_alter_table("entry_state", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_entry_state_row_id"))
        batch_op.drop_index(batch_op.f("ix_entry_state_owner_id"))
        batch_op.drop_index("ix_entry_state_entry_id_on")
        batch_op.drop_index("ix_entry_state_due_on")

    op.drop_table("entry_state")
    with op.batch_alter_table("entry_person", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_entry_person_row_id"))
        batch_op.drop_index("ix_entry_person_person_id")
        batch_op.drop_index(batch_op.f("ix_entry_person_entry_id"))

    op.drop_table("entry_person")
    with op.batch_alter_table("entry_day", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_entry_day_row_id"))
        batch_op.drop_index("ix_entry_day_field_on")
        batch_op.drop_index(batch_op.f("ix_entry_day_entry_id"))

    op.drop_table("entry_day")
    with op.batch_alter_table("entry_change", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_entry_change_row_id"))
        batch_op.drop_index(batch_op.f("ix_entry_change_entry_id"))

    op.drop_table("entry_change")
    op.drop_table("entry_row")
    with op.batch_alter_table("entry", schema=None) as batch_op:
        batch_op.drop_index("uq_entry_archive_id")
        batch_op.drop_index("ix_entry_branch_id_kind")
        batch_op.drop_index(batch_op.f("ix_entry_activity_id"))

    op.drop_table("entry")
