"""Self checks."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "self_check_item",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("reflection_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("problem", sa.String(), nullable=False),
        sa.Column("measure", sa.String(), nullable=False),
        sa.Column("owner", sa.String(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("done_on", sa.Date(), nullable=True),
        sa.Column("problem_message", sa.BigInteger(), nullable=True),
        sa.Column("measure_message", sa.BigInteger(), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["reflection_id"], ["reflection.id"], name=op.f("fk_self_check_item_reflection_id_reflection")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_self_check_item")),
        sa.UniqueConstraint("reflection_id", "position", name=op.f("uq_self_check_item_reflection_id_position")),
    )
    with op.batch_alter_table("reflection", schema=None) as batch_op:
        batch_op.add_column(sa.Column("problems", sa.Integer(), nullable=True))

    with op.batch_alter_table("reflection_task", schema=None) as batch_op:
        batch_op.add_column(sa.Column("kind", sa.String(length=40), server_default="reflection", nullable=False))


def downgrade() -> None:
    with op.batch_alter_table("reflection_task", schema=None) as batch_op:
        batch_op.drop_column("kind")

    with op.batch_alter_table("reflection", schema=None) as batch_op:
        batch_op.drop_column("problems")

    op.drop_table("self_check_item")
