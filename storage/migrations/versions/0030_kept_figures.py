"""Figures that were counted are kept for the officers of superior committees."""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "kept_figure",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("branch_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("period", sa.String(), nullable=False),
        sa.Column("newest", sa.BigInteger(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("over", sa.Boolean(), nullable=False),
        sa.Column("basis", sa.String(), nullable=False),
        sa.Column("counted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("counts", sa.Text(), nullable=False),
        sa.Column("waits", sa.Text(), nullable=False),
        sa.Column("sources", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["branch_id"], ["organisation.id"], name=op.f("fk_kept_figure_branch_id_organisation")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_kept_figure")),
        sa.UniqueConstraint("branch_id", "period", name=op.f("uq_kept_figure_branch_id_period")),
    )
    with op.batch_alter_table("kept_figure", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_kept_figure_counted_at"), ["counted_at"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("kept_figure", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_kept_figure_counted_at"))

    op.drop_table("kept_figure")
