"""The way into the Party."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def _key() -> sa.types.TypeEngine[int]:
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "development_event",
        sa.Column("id", _key(), nullable=False),
        sa.Column("branch_id", _key(), nullable=False),
        sa.Column("person_id", _key(), nullable=False),
        sa.Column("step", sa.String(length=40), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("to_on", sa.Date(), nullable=True),
        sa.Column("days", sa.Integer(), nullable=True),
        sa.Column("hours", sa.Integer(), nullable=True),
        sa.Column("months", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(length=40), nullable=True),
        sa.Column("vote_id", _key(), nullable=True),
        sa.Column("activity_id", _key(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by_id", _key(), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("archive_id", sa.String(), nullable=True),
        sa.Column("extra", sa.JSON(), nullable=True),
        sa.ForeignKeyConstraint(
            ["activity_id"], ["activity.id"], name=op.f("fk_development_event_activity_id_activity")
        ),
        sa.ForeignKeyConstraint(
            ["branch_id"], ["organisation.id"], name=op.f("fk_development_event_branch_id_organisation")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_development_event_person_id_person")),
        sa.ForeignKeyConstraint(
            ["recorded_by_id"], ["person.id"], name=op.f("fk_development_event_recorded_by_id_person")
        ),
        sa.ForeignKeyConstraint(["vote_id"], ["vote.id"], name=op.f("fk_development_event_vote_id_vote")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_development_event")),
        sa.UniqueConstraint("branch_id", "archive_id", name=op.f("uq_development_event_branch_id_archive_id")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("development_event", schema=None) as batch_op:
        batch_op.create_index("ix_development_event_branch_id_on", ["branch_id", "on"], unique=False)
        batch_op.create_index("ix_development_event_on", ["on"], unique=False)
        batch_op.create_index(batch_op.f("ix_development_event_person_id"), ["person_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_development_event_vote_id"), ["vote_id"], unique=False)
    op.create_table(
        "development_person",
        sa.Column("event_id", _key(), nullable=False),
        sa.Column("person_id", _key(), nullable=False),
        sa.ForeignKeyConstraint(
            ["event_id"], ["development_event.id"], name=op.f("fk_development_person_event_id_development_event")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_development_person_person_id_person")),
        sa.PrimaryKeyConstraint("event_id", "person_id", name=op.f("pk_development_person")),
    )
    with op.batch_alter_table("membership_span", schema=None) as batch_op:
        batch_op.create_index("ix_membership_span_status", ["status", "from_on"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("membership_span", schema=None) as batch_op:
        batch_op.drop_index("ix_membership_span_status")
    op.drop_table("development_person")
    with op.batch_alter_table("development_event", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_development_event_vote_id"))
        batch_op.drop_index(batch_op.f("ix_development_event_person_id"))
        batch_op.drop_index("ix_development_event_on")
        batch_op.drop_index("ix_development_event_branch_id_on")

    op.drop_table("development_event")
