"""Study and hand-ins of archives."""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    with op.batch_alter_table("monthly_theme", schema=None) as batch_op:
        batch_op.add_column(sa.Column("extra", sa.JSON(), nullable=True))
        batch_op.alter_column("created_by_id", existing_type=ID, nullable=True)

    with op.batch_alter_table("norm_file", schema=None) as batch_op:
        batch_op.add_column(sa.Column("extra", sa.JSON(), nullable=True))

    with op.batch_alter_table("reflection", schema=None) as batch_op:
        batch_op.add_column(sa.Column("extra", sa.JSON(), nullable=True))

    with op.batch_alter_table("reflection_part", schema=None) as batch_op:
        batch_op.add_column(sa.Column("extra", sa.JSON(), nullable=True))

    with op.batch_alter_table("reflection_task", schema=None) as batch_op:
        batch_op.add_column(sa.Column("archive_id", sa.String(), nullable=True))
        batch_op.add_column(sa.Column("extra", sa.JSON(), nullable=True))
        batch_op.alter_column("created_by_id", existing_type=ID, nullable=True)
        batch_op.create_unique_constraint(
            batch_op.f("uq_reflection_task_branch_id_kind_archive_id"), ["branch_id", "kind", "archive_id"]
        )

    with op.batch_alter_table("reminder", schema=None) as batch_op:
        batch_op.add_column(sa.Column("archive_id", sa.String(), nullable=True))
        batch_op.add_column(sa.Column("extra", sa.JSON(), nullable=True))
        batch_op.create_unique_constraint(batch_op.f("uq_reminder_branch_id_archive_id"), ["branch_id", "archive_id"])

    with op.batch_alter_table("self_check_item", schema=None) as batch_op:
        batch_op.add_column(sa.Column("extra", sa.JSON(), nullable=True))

    with op.batch_alter_table("study_completion", schema=None) as batch_op:
        batch_op.add_column(sa.Column("extra", sa.JSON(), nullable=True))

    with op.batch_alter_table("study_item", schema=None) as batch_op:
        batch_op.add_column(sa.Column("archive_id", sa.String(), nullable=True))
        batch_op.add_column(sa.Column("extra", sa.JSON(), nullable=True))
        batch_op.alter_column("created_by_id", existing_type=ID, nullable=True)
        batch_op.create_unique_constraint(batch_op.f("uq_study_item_branch_id_archive_id"), ["branch_id", "archive_id"])


def downgrade() -> None:
    # An earlier version has to name somebody: what an archive brought is the first one's of its branch.
    for table in ("study_item", "reflection_task", "monthly_theme"):
        op.execute(
            f"UPDATE {table} SET created_by_id = (SELECT MIN(person.id) FROM person"
            f" WHERE person.branch_id = {table}.branch_id) WHERE created_by_id IS NULL"
        )
    with op.batch_alter_table("study_item", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("uq_study_item_branch_id_archive_id"), type_="unique")
        batch_op.alter_column("created_by_id", existing_type=ID, nullable=False)
        batch_op.drop_column("extra")
        batch_op.drop_column("archive_id")

    with op.batch_alter_table("study_completion", schema=None) as batch_op:
        batch_op.drop_column("extra")

    with op.batch_alter_table("self_check_item", schema=None) as batch_op:
        batch_op.drop_column("extra")

    with op.batch_alter_table("reminder", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("uq_reminder_branch_id_archive_id"), type_="unique")
        batch_op.drop_column("extra")
        batch_op.drop_column("archive_id")

    with op.batch_alter_table("reflection_task", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("uq_reflection_task_branch_id_kind_archive_id"), type_="unique")
        batch_op.alter_column("created_by_id", existing_type=ID, nullable=False)
        batch_op.drop_column("extra")
        batch_op.drop_column("archive_id")

    with op.batch_alter_table("reflection_part", schema=None) as batch_op:
        batch_op.drop_column("extra")

    with op.batch_alter_table("reflection", schema=None) as batch_op:
        batch_op.drop_column("extra")

    with op.batch_alter_table("norm_file", schema=None) as batch_op:
        batch_op.drop_column("extra")

    with op.batch_alter_table("monthly_theme", schema=None) as batch_op:
        batch_op.alter_column("created_by_id", existing_type=ID, nullable=False)
        batch_op.drop_column("extra")
