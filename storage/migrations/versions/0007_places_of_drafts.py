"""Drafts belong to an organisation, the secretary's seat is claimed once, a held group chat is asked for."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

# What is begun by who acts for one organisation alone is of that one. Of who has several nobody knows, and it stays
# open for the day that a draft lives.
BEGUN = """
UPDATE dialog SET organisation_id = (SELECT person.branch_id FROM person WHERE person.id = dialog.person_id)
WHERE NOT EXISTS (SELECT 1 FROM chosen_place WHERE chosen_place.person_id = dialog.person_id)
  AND NOT EXISTS (
    SELECT 1 FROM duty_span JOIN person ON person.id = duty_span.person_id
    WHERE person.id = dialog.person_id AND duty_span.organisation_id <> person.branch_id)
"""
CLAIMED = """
UPDATE organisation SET secretary_claimed_at = (
  SELECT MIN(audit.at) FROM audit WHERE audit.branch_id = organisation.id AND audit.action = 'secretary_claimed')
"""


def upgrade() -> None:
    big = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "group_request",
        sa.Column("id", big, nullable=False),
        sa.Column("chat_id", sa.BigInteger(), nullable=False),
        sa.Column("branch_id", big, nullable=False),
        sa.Column("holder_id", big, nullable=False),
        sa.Column("asked_by_id", big, nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("decided_by_id", big, nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["asked_by_id"], ["person.id"], name=op.f("fk_group_request_asked_by_id_person")),
        sa.ForeignKeyConstraint(
            ["branch_id"], ["organisation.id"], name=op.f("fk_group_request_branch_id_organisation")
        ),
        sa.ForeignKeyConstraint(["decided_by_id"], ["person.id"], name=op.f("fk_group_request_decided_by_id_person")),
        sa.ForeignKeyConstraint(
            ["holder_id"], ["organisation.id"], name=op.f("fk_group_request_holder_id_organisation")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_group_request")),
    )
    with op.batch_alter_table("group_request", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_group_request_branch_id"), ["branch_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_group_request_chat_id"), ["chat_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_group_request_holder_id"), ["holder_id"], unique=False)
        batch_op.create_index(
            "uq_group_request_pending",
            ["chat_id", "branch_id"],
            unique=True,
            sqlite_where=sa.text("state = 'pending'"),
            postgresql_where=sa.text("state = 'pending'"),
        )
    op.add_column("organisation", sa.Column("secretary_claimed_at", sa.DateTime(timezone=True), nullable=True))
    with op.batch_alter_table("dialog", schema=None) as batch_op:
        batch_op.add_column(sa.Column("organisation_id", big, nullable=True))
        batch_op.create_foreign_key(
            batch_op.f("fk_dialog_organisation_id_organisation"), "organisation", ["organisation_id"], ["id"]
        )
    op.execute(BEGUN)
    op.execute(CLAIMED)


def downgrade() -> None:
    with op.batch_alter_table("dialog", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_dialog_organisation_id_organisation"), type_="foreignkey")
        batch_op.drop_column("organisation_id")
    with op.batch_alter_table("organisation", schema=None) as batch_op:
        batch_op.drop_column("secretary_claimed_at")
    op.drop_table("group_request")
