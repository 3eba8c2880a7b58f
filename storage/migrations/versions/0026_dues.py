"""Who has paid the dues of a month."""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "dues_month",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("branch_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("month", sa.String(), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("recorded_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("extra", sa.JSON(), nullable=True),
        sa.ForeignKeyConstraint(["branch_id"], ["organisation.id"], name=op.f("fk_dues_month_branch_id_organisation")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_dues_month_person_id_person")),
        sa.ForeignKeyConstraint(["recorded_by_id"], ["person.id"], name=op.f("fk_dues_month_recorded_by_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dues_month")),
        sa.UniqueConstraint("branch_id", "month", "person_id", name=op.f("uq_dues_month_branch_id_month_person_id")),
    )
    with op.batch_alter_table("dues_month", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_dues_month_person_id"), ["person_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("dues_month", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_dues_month_person_id"))

    op.drop_table("dues_month")
