"""Which keyboard each private chat has, so that a new one goes out once."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "own_keyboard",
        sa.Column("telegram_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("latest", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("telegram_id", name=op.f("pk_own_keyboard")),
    )
    op.create_index(op.f("ix_own_keyboard_due_at"), "own_keyboard", ["due_at"])


def downgrade() -> None:
    op.drop_table("own_keyboard")
