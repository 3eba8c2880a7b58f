"""Binding and places."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "command_menu",
        sa.Column("telegram_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("telegram_id", name=op.f("pk_command_menu")),
    )
    op.create_table(
        "bind_request",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("branch_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("telegram_id", sa.BigInteger(), nullable=False),
        sa.Column("shown_name", sa.String(), nullable=False),
        sa.Column("phone_end", sa.String(), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("decided_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["branch_id"], ["organisation.id"], name=op.f("fk_bind_request_branch_id_organisation")
        ),
        sa.ForeignKeyConstraint(["decided_by_id"], ["person.id"], name=op.f("fk_bind_request_decided_by_id_person")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_bind_request_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bind_request")),
    )
    with op.batch_alter_table("bind_request", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_bind_request_branch_id"), ["branch_id"], unique=False)
        batch_op.create_index(
            "ix_bind_request_pending",
            ["telegram_id"],
            unique=True,
            sqlite_where=sa.text("state = 'pending'"),
            postgresql_where=sa.text("state = 'pending'"),
        )
        batch_op.create_index(batch_op.f("ix_bind_request_telegram_id"), ["telegram_id"], unique=False)

    op.create_table(
        "chosen_place",
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("organisation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("chosen_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_chosen_place_organisation_id_organisation")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_chosen_place_person_id_person")),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_chosen_place")),
    )
    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.add_column(sa.Column("phone", sa.String(), nullable=True))
        batch_op.create_index(batch_op.f("ix_person_phone"), ["phone"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_person_phone"))
        batch_op.drop_column("phone")

    op.drop_table("chosen_place")
    with op.batch_alter_table("bind_request", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_bind_request_telegram_id"))
        batch_op.drop_index(
            "ix_bind_request_pending",
            sqlite_where=sa.text("state = 'pending'"),
            postgresql_where=sa.text("state = 'pending'"),
        )
        batch_op.drop_index(batch_op.f("ix_bind_request_branch_id"))

    op.drop_table("bind_request")
    op.drop_table("command_menu")
