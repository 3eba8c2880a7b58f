"""What an organisation asks otherwise than the national rule file."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "norm_file",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("organisation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("version", sa.String(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["made_by_id"], ["person.id"], name=op.f("fk_norm_file_made_by_id_person")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_norm_file_organisation_id_organisation")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_norm_file")),
    )
    with op.batch_alter_table("norm_file", schema=None) as batch_op:
        batch_op.create_index(
            "ix_norm_file_organisation_id_valid_from", ["organisation_id", "valid_from"], unique=False
        )


def downgrade() -> None:
    with op.batch_alter_table("norm_file", schema=None) as batch_op:
        batch_op.drop_index("ix_norm_file_organisation_id_valid_from")

    op.drop_table("norm_file")
