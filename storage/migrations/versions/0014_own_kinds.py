"""Kinds of entries that a unit makes for itself, with every revision of them."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "own_kind",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("organisation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("stopped_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["made_by_id"], ["person.id"], name=op.f("fk_own_kind_made_by_id_person")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_own_kind_organisation_id_organisation")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_own_kind")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("own_kind", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_own_kind_name"), ["name"], unique=False)
        batch_op.create_index(batch_op.f("ix_own_kind_organisation_id"), ["organisation_id"], unique=False)

    op.create_table(
        "own_kind_revision",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("own_kind_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("declaration", sa.JSON(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.ForeignKeyConstraint(["made_by_id"], ["person.id"], name=op.f("fk_own_kind_revision_made_by_id_person")),
        sa.ForeignKeyConstraint(
            ["own_kind_id"], ["own_kind.id"], name=op.f("fk_own_kind_revision_own_kind_id_own_kind")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_own_kind_revision")),
        sa.UniqueConstraint("own_kind_id", "revision", name=op.f("uq_own_kind_revision_own_kind_id_revision")),
    )


def downgrade() -> None:
    op.drop_table("own_kind_revision")
    with op.batch_alter_table("own_kind", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_own_kind_organisation_id"))
        batch_op.drop_index(batch_op.f("ix_own_kind_name"))

    op.drop_table("own_kind")
