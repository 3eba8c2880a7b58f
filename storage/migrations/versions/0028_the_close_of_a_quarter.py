"""The close of a quarter and its corrections."""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "quarter_close",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("branch_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("quarter", sa.String(), nullable=False),
        sa.Column("cut_off", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.ForeignKeyConstraint(
            ["branch_id"], ["organisation.id"], name=op.f("fk_quarter_close_branch_id_organisation")
        ),
        sa.ForeignKeyConstraint(["closed_by_id"], ["person.id"], name=op.f("fk_quarter_close_closed_by_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quarter_close")),
        sa.UniqueConstraint("branch_id", "quarter", name=op.f("uq_quarter_close_branch_id_quarter")),
    )
    op.create_table(
        "correction",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("close_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("row_id", sa.BigInteger(), nullable=False),
        sa.Column("old", sa.JSON(), nullable=True),
        sa.Column("new", sa.JSON(), nullable=True),
        sa.Column("why", sa.String(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("approved_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("version", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["approved_by_id"], ["person.id"], name=op.f("fk_correction_approved_by_id_person")),
        sa.ForeignKeyConstraint(["close_id"], ["quarter_close.id"], name=op.f("fk_correction_close_id_quarter_close")),
        sa.ForeignKeyConstraint(["made_by_id"], ["person.id"], name=op.f("fk_correction_made_by_id_person")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_correction_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_correction")),
    )
    with op.batch_alter_table("correction", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_correction_close_id"), ["close_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_correction_person_id"), ["person_id"], unique=False)

    op.create_table(
        "figure_version",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("close_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("figures", sa.Text(), nullable=False),
        sa.Column("sources", sa.Text(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.ForeignKeyConstraint(
            ["close_id"], ["quarter_close.id"], name=op.f("fk_figure_version_close_id_quarter_close")
        ),
        sa.ForeignKeyConstraint(["made_by_id"], ["person.id"], name=op.f("fk_figure_version_made_by_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_figure_version")),
        sa.UniqueConstraint("close_id", "number", name=op.f("uq_figure_version_close_id_number")),
    )
    op.create_table(
        "admission",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("correction_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("row_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["correction_id"], ["correction.id"], name=op.f("fk_admission_correction_id_correction")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_admission")),
    )
    with op.batch_alter_table("admission", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_admission_correction_id"), ["correction_id"], unique=False)
        batch_op.create_index("ix_admission_subject_row_id", ["subject", "row_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("admission", schema=None) as batch_op:
        batch_op.drop_index("ix_admission_subject_row_id")
        batch_op.drop_index(batch_op.f("ix_admission_correction_id"))

    op.drop_table("admission")
    op.drop_table("figure_version")
    with op.batch_alter_table("correction", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_correction_person_id"))
        batch_op.drop_index(batch_op.f("ix_correction_close_id"))

    op.drop_table("correction")
    op.drop_table("quarter_close")
