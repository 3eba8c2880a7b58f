"""Who records an activity and who held it, how people came together, how many came besides, 备注, its campaign."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("activity", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("recorder_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True)
        )
        batch_op.add_column(sa.Column("mode", sa.String(length=40), server_default="in_person", nullable=False))
        batch_op.add_column(sa.Column("organizer_name", sa.String(), server_default=sa.text("''"), nullable=False))
        batch_op.add_column(sa.Column("organizer_level", sa.String(length=40), nullable=True))
        batch_op.add_column(sa.Column("guests", sa.Integer(), server_default="0", nullable=False))
        batch_op.add_column(sa.Column("note", sa.String(), server_default=sa.text("''"), nullable=False))
        batch_op.add_column(
            sa.Column("campaign_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True)
        )
        batch_op.create_foreign_key(batch_op.f("fk_activity_recorder_id_person"), "person", ["recorder_id"], ["id"])
        batch_op.create_foreign_key(batch_op.f("fk_activity_campaign_id_entry"), "entry", ["campaign_id"], ["id"])
        batch_op.create_index(batch_op.f("ix_activity_campaign_id"), ["campaign_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("activity", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_activity_campaign_id"))
        batch_op.drop_constraint(batch_op.f("fk_activity_campaign_id_entry"), type_="foreignkey")
        batch_op.drop_constraint(batch_op.f("fk_activity_recorder_id_person"), type_="foreignkey")
        for name in ("campaign_id", "note", "guests", "organizer_level", "organizer_name", "mode", "recorder_id"):
            batch_op.drop_column(name)
