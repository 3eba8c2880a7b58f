"""A group chat that its branch has given up for another stays given up."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

# Also one that came back beside the newer one, when somebody put the bot in again.
GIVEN_UP = """
UPDATE group_chat SET given_up = TRUE, active = FALSE
WHERE EXISTS (
  SELECT 1 FROM group_chat AS newer
  WHERE newer.branch_id = group_chat.branch_id AND newer.tied_at > group_chat.tied_at)
"""


def upgrade() -> None:
    op.add_column("group_chat", sa.Column("given_up", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.execute(GIVEN_UP)


def downgrade() -> None:
    with op.batch_alter_table("group_chat", schema=None) as batch_op:
        batch_op.drop_column("given_up")
