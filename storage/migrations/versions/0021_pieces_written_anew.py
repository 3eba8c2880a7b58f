"""A message may be part of a piece and of its next version, so that what was handed in stands until that one is."""

from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

ONE, EACH = "uq_reflection_part_chat_id_message_id", "uq_reflection_part_chat_id_message_id_reflection_id"


def upgrade() -> None:
    with op.batch_alter_table("reflection_part", schema=None) as batch_op:
        batch_op.drop_constraint(op.f(ONE), type_="unique")
        batch_op.create_unique_constraint(op.f(EACH), ["chat_id", "message_id", "reflection_id"])


def downgrade() -> None:
    # Of the copies the later ones go: what was handed in stands.
    op.execute(
        "DELETE FROM reflection_part WHERE EXISTS (SELECT 1 FROM reflection_part AS other"
        " WHERE other.chat_id = reflection_part.chat_id AND other.message_id = reflection_part.message_id"
        " AND other.id < reflection_part.id)"
    )
    with op.batch_alter_table("reflection_part", schema=None) as batch_op:
        batch_op.drop_constraint(op.f(EACH), type_="unique")
        batch_op.create_unique_constraint(op.f(ONE), ["chat_id", "message_id"])
