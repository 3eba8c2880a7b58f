"""Talks and their campaigns."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "talk_campaign",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("branch_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("topic", sa.String(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("last_on", sa.Date(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("made_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("mark", sa.BigInteger(), nullable=False),
        sa.Column("nth", sa.Integer(), nullable=False),
        sa.Column("archive_id", sa.String(), nullable=True),
        sa.Column("extra", sa.JSON(), nullable=True),
        sa.ForeignKeyConstraint(
            ["branch_id"], ["organisation.id"], name=op.f("fk_talk_campaign_branch_id_organisation")
        ),
        sa.ForeignKeyConstraint(["made_by_id"], ["person.id"], name=op.f("fk_talk_campaign_made_by_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_talk_campaign")),
        sa.UniqueConstraint("branch_id", "archive_id", name=op.f("uq_talk_campaign_branch_id_archive_id")),
        sa.UniqueConstraint(
            "branch_id", "last_on", "mark", "nth", name=op.f("uq_talk_campaign_branch_id_last_on_mark_nth")
        ),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "talk",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("branch_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("talker_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("talker_name", sa.String(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("mode", sa.String(length=40), nullable=False),
        sa.Column("written_record", sa.Boolean(), nullable=False),
        sa.Column("campaign_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("recorded_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("mark", sa.BigInteger(), nullable=False),
        sa.Column("nth", sa.Integer(), nullable=False),
        sa.Column("archive_id", sa.String(), nullable=True),
        sa.Column("extra", sa.JSON(), nullable=True),
        sa.ForeignKeyConstraint(["branch_id"], ["organisation.id"], name=op.f("fk_talk_branch_id_organisation")),
        sa.ForeignKeyConstraint(["campaign_id"], ["talk_campaign.id"], name=op.f("fk_talk_campaign_id_talk_campaign")),
        sa.ForeignKeyConstraint(["recorded_by_id"], ["person.id"], name=op.f("fk_talk_recorded_by_id_person")),
        sa.ForeignKeyConstraint(["talker_id"], ["person.id"], name=op.f("fk_talk_talker_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_talk")),
        sa.UniqueConstraint("branch_id", "archive_id", name=op.f("uq_talk_branch_id_archive_id")),
        sa.UniqueConstraint("branch_id", "on", "mark", "nth", name=op.f("uq_talk_branch_id_on_mark_nth")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("talk", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_talk_campaign_id"), ["campaign_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_talk_talker_id"), ["talker_id"], unique=False)

    op.create_table(
        "talk_person",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("talk_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("name", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_talk_person_person_id_person")),
        sa.ForeignKeyConstraint(["talk_id"], ["talk.id"], name=op.f("fk_talk_person_talk_id_talk")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_talk_person")),
        sa.UniqueConstraint("talk_id", "person_id", name=op.f("uq_talk_person_talk_id_person_id")),
    )
    with op.batch_alter_table("talk_person", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_talk_person_person_id"), ["person_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("talk_person", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_talk_person_person_id"))

    op.drop_table("talk_person")
    with op.batch_alter_table("talk", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_talk_talker_id"))
        batch_op.drop_index(batch_op.f("ix_talk_campaign_id"))

    op.drop_table("talk")
    op.drop_table("talk_campaign")
