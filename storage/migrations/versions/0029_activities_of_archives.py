"""Activities of archives and what hangs on them: ids, further fields, unknown makers, versions as they came."""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
# With an id of their own, unique within the branch; and rows that are known by what they belong to.
RECORDS = ("activity", "first_agenda_item", "notice", "recurrence")
ROWS = (
    "attendance",
    "leave_request",
    "makeup",
    "receipt",
    "minutes_speech",
    "minutes_task",
    "quarter_close",
    "correction",
)
MADE = {"activity": "created_by_id", "notice": "created_by_id", "recurrence": "made_by_id"}


def upgrade() -> None:
    with op.batch_alter_table("correction", schema=None) as batch_op:
        batch_op.add_column(sa.Column("archive_id", sa.String(), nullable=True))
    with op.batch_alter_table("figure_version", schema=None) as batch_op:
        batch_op.add_column(sa.Column("told", sa.Text(), nullable=True))
    for name in (*RECORDS, *ROWS):
        with op.batch_alter_table(name, schema=None) as batch_op:
            batch_op.add_column(sa.Column("extra", sa.JSON(), nullable=True))
            if name in RECORDS:
                batch_op.add_column(sa.Column("archive_id", sa.String(), nullable=True))
                batch_op.create_unique_constraint(
                    batch_op.f(f"uq_{name}_branch_id_archive_id"), ["branch_id", "archive_id"]
                )
            if name in MADE:
                batch_op.alter_column(MADE[name], existing_type=ID, nullable=True)


def downgrade() -> None:
    # An earlier version has to name somebody: what an archive brought is the first one's of its branch.
    for name, maker in MADE.items():
        op.execute(
            f"UPDATE {name} SET {maker} = (SELECT MIN(person.id) FROM person"
            f" WHERE person.branch_id = {name}.branch_id) WHERE {maker} IS NULL"
        )
    for name in (*RECORDS, *ROWS):
        with op.batch_alter_table(name, schema=None) as batch_op:
            if name in MADE:
                batch_op.alter_column(MADE[name], existing_type=ID, nullable=False)
            if name in RECORDS:
                batch_op.drop_constraint(batch_op.f(f"uq_{name}_branch_id_archive_id"), type_="unique")
                batch_op.drop_column("archive_id")
            batch_op.drop_column("extra")
    with op.batch_alter_table("figure_version", schema=None) as batch_op:
        batch_op.drop_column("told")
    with op.batch_alter_table("correction", schema=None) as batch_op:
        batch_op.drop_column("archive_id")
