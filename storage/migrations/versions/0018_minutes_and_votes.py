"""Minutes and votes, templates, files of activities and of notices, and what is held every month."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("notice", schema=None) as batch_op:
        batch_op.add_column(sa.Column("files", sa.JSON(), nullable=True))

    op.create_table(
        "activity_template",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("branch_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("component", sa.String(length=40), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("to_on", sa.Date(), nullable=True),
        sa.Column("required_parts", sa.JSON(), nullable=False),
        sa.Column("optional_parts", sa.JSON(), nullable=False),
        sa.Column("record_points", sa.JSON(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("archive_id", sa.String(), nullable=True),
        sa.Column("extra", sa.JSON(), nullable=True),
        sa.ForeignKeyConstraint(
            ["branch_id"], ["organisation.id"], name=op.f("fk_activity_template_branch_id_organisation")
        ),
        sa.ForeignKeyConstraint(["made_by_id"], ["person.id"], name=op.f("fk_activity_template_made_by_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_activity_template")),
    )
    with op.batch_alter_table("activity_template", schema=None) as batch_op:
        batch_op.create_index("ix_activity_template_branch_id_component", ["branch_id", "component"], unique=False)

    op.create_table(
        "recurrence",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("branch_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("answers", sa.JSON(), nullable=False),
        sa.Column("week", sa.Integer(), nullable=True),
        sa.Column("weekday", sa.Integer(), nullable=True),
        sa.Column("month_day", sa.Integer(), nullable=True),
        sa.Column("clock", sa.String(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["branch_id"], ["organisation.id"], name=op.f("fk_recurrence_branch_id_organisation")),
        sa.ForeignKeyConstraint(["made_by_id"], ["person.id"], name=op.f("fk_recurrence_made_by_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recurrence")),
    )
    with op.batch_alter_table("recurrence", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_recurrence_branch_id"), ["branch_id"], unique=False)

    op.create_table(
        "activity_file",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("activity_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("role", sa.String(length=40), nullable=False),
        sa.Column("component", sa.String(length=40), nullable=True),
        sa.Column("file", sa.JSON(), nullable=False),
        sa.Column("unique_id", sa.String(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("added_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("stored_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("again_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("given_up", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["activity_id"], ["activity.id"], name=op.f("fk_activity_file_activity_id_activity")),
        sa.ForeignKeyConstraint(["added_by_id"], ["person.id"], name=op.f("fk_activity_file_added_by_id_person")),
        sa.ForeignKeyConstraint(["stored_id"], ["stored_file.id"], name=op.f("fk_activity_file_stored_id_stored_file")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_activity_file")),
    )
    with op.batch_alter_table("activity_file", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_activity_file_activity_id"), ["activity_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_activity_file_stored_id"), ["stored_id"], unique=False)
        batch_op.create_index(
            "ix_activity_file_to_fetch",
            ["id"],
            unique=False,
            sqlite_where=sa.text("stored_id IS NULL"),
            postgresql_where=sa.text("stored_id IS NULL"),
        )

    op.create_table(
        "minutes",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("activity_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("component", sa.String(length=40), nullable=False),
        sa.Column("form", sa.String(length=40), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("agenda", sa.JSON(), nullable=False),
        sa.Column("resolutions", sa.JSON(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("archive_id", sa.String(), nullable=True),
        sa.Column("extra", sa.JSON(), nullable=True),
        sa.ForeignKeyConstraint(["activity_id"], ["activity.id"], name=op.f("fk_minutes_activity_id_activity")),
        sa.ForeignKeyConstraint(["recorded_by_id"], ["person.id"], name=op.f("fk_minutes_recorded_by_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_minutes")),
        sa.UniqueConstraint("activity_id", "component", name=op.f("uq_minutes_activity_id_component")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "recurrence_month",
        sa.Column("recurrence_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("activity_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.ForeignKeyConstraint(
            ["activity_id"], ["activity.id"], name=op.f("fk_recurrence_month_activity_id_activity")
        ),
        sa.ForeignKeyConstraint(
            ["decided_by_id"], ["person.id"], name=op.f("fk_recurrence_month_decided_by_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["recurrence_id"], ["recurrence.id"], name=op.f("fk_recurrence_month_recurrence_id_recurrence")
        ),
        sa.PrimaryKeyConstraint("recurrence_id", "month", name=op.f("pk_recurrence_month")),
    )
    with op.batch_alter_table("recurrence_month", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_recurrence_month_activity_id"), ["activity_id"], unique=False)

    op.create_table(
        "vote",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("branch_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("activity_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("motion", sa.String(length=40), nullable=False),
        sa.Column("subject_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("secret", sa.Boolean(), nullable=False),
        sa.Column("for", sa.Integer(), nullable=False),
        sa.Column("against", sa.Integer(), nullable=False),
        sa.Column("abstain", sa.Integer(), nullable=False),
        sa.Column("written_for", sa.Integer(), nullable=False),
        sa.Column("written_against", sa.Integer(), nullable=False),
        sa.Column("written_abstain", sa.Integer(), nullable=False),
        sa.Column("issued", sa.Integer(), nullable=True),
        sa.Column("returned", sa.Integer(), nullable=True),
        sa.Column("valid", sa.Integer(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("archive_id", sa.String(), nullable=True),
        sa.Column("extra", sa.JSON(), nullable=True),
        sa.ForeignKeyConstraint(["activity_id"], ["activity.id"], name=op.f("fk_vote_activity_id_activity")),
        sa.ForeignKeyConstraint(["branch_id"], ["organisation.id"], name=op.f("fk_vote_branch_id_organisation")),
        sa.ForeignKeyConstraint(["recorded_by_id"], ["person.id"], name=op.f("fk_vote_recorded_by_id_person")),
        sa.ForeignKeyConstraint(["subject_id"], ["person.id"], name=op.f("fk_vote_subject_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_vote")),
        sa.UniqueConstraint("branch_id", "archive_id", name=op.f("uq_vote_branch_id_archive_id")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("vote", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_vote_activity_id"), ["activity_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_vote_subject_id"), ["subject_id"], unique=False)

    op.create_table(
        "minutes_speech",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("minutes_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["minutes_id"], ["minutes.id"], name=op.f("fk_minutes_speech_minutes_id_minutes")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_minutes_speech_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_minutes_speech")),
        sa.UniqueConstraint("minutes_id", "position", name=op.f("uq_minutes_speech_minutes_id_position")),
    )
    with op.batch_alter_table("minutes_speech", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_minutes_speech_person_id"), ["person_id"], unique=False)

    op.create_table(
        "minutes_task",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("minutes_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("owner", sa.String(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["minutes_id"], ["minutes.id"], name=op.f("fk_minutes_task_minutes_id_minutes")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_minutes_task")),
        sa.UniqueConstraint("minutes_id", "position", name=op.f("uq_minutes_task_minutes_id_position")),
    )
    op.create_table(
        "vote_excluded",
        sa.Column("vote_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("reason", sa.String(length=40), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_vote_excluded_person_id_person")),
        sa.ForeignKeyConstraint(["vote_id"], ["vote.id"], name=op.f("fk_vote_excluded_vote_id_vote")),
        sa.PrimaryKeyConstraint("vote_id", "person_id", name=op.f("pk_vote_excluded")),
    )
    op.create_table(
        "written_opinion",
        sa.Column("vote_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("opinion", sa.String(length=40), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_written_opinion_person_id_person")),
        sa.ForeignKeyConstraint(["vote_id"], ["vote.id"], name=op.f("fk_written_opinion_vote_id_vote")),
        sa.PrimaryKeyConstraint("vote_id", "person_id", name=op.f("pk_written_opinion")),
    )

    with op.batch_alter_table("entry_link", schema=None) as batch_op:
        batch_op.add_column(sa.Column("vote_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True))
        batch_op.create_index(batch_op.f("ix_entry_link_vote_id"), ["vote_id"], unique=False)
        batch_op.create_foreign_key(batch_op.f("fk_entry_link_vote_id_vote"), "vote", ["vote_id"], ["id"])


def downgrade() -> None:
    with op.batch_alter_table("entry_link", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_entry_link_vote_id_vote"), type_="foreignkey")
        batch_op.drop_index(batch_op.f("ix_entry_link_vote_id"))
        batch_op.drop_column("vote_id")

    with op.batch_alter_table("notice", schema=None) as batch_op:
        batch_op.drop_column("files")

    op.drop_table("written_opinion")
    op.drop_table("vote_excluded")
    op.drop_table("minutes_task")
    with op.batch_alter_table("minutes_speech", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_minutes_speech_person_id"))

    op.drop_table("minutes_speech")
    with op.batch_alter_table("vote", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_vote_subject_id"))
        batch_op.drop_index(batch_op.f("ix_vote_activity_id"))

    op.drop_table("vote")
    with op.batch_alter_table("recurrence_month", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_recurrence_month_activity_id"))

    op.drop_table("recurrence_month")
    op.drop_table("minutes")
    with op.batch_alter_table("activity_file", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_activity_file_to_fetch",
            sqlite_where=sa.text("stored_id IS NULL"),
            postgresql_where=sa.text("stored_id IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_activity_file_stored_id"))
        batch_op.drop_index(batch_op.f("ix_activity_file_activity_id"))

    op.drop_table("activity_file")
    with op.batch_alter_table("recurrence", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_recurrence_branch_id"))

    op.drop_table("recurrence")
    with op.batch_alter_table("activity_template", schema=None) as batch_op:
        batch_op.drop_index("ix_activity_template_branch_id_component")

    op.drop_table("activity_template")
