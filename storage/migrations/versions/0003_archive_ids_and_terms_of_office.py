"""Archive ids, further fields of an archive, terms of office."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("category_span", schema=None) as batch_op:
        batch_op.add_column(sa.Column("extra", sa.JSON(), nullable=True))

    with op.batch_alter_table("duty_span", schema=None) as batch_op:
        batch_op.add_column(sa.Column("extra", sa.JSON(), nullable=True))

    with op.batch_alter_table("exemption_span", schema=None) as batch_op:
        batch_op.add_column(sa.Column("reason_text", sa.String(), nullable=True))
        batch_op.add_column(sa.Column("extra", sa.JSON(), nullable=True))
        batch_op.create_index("ix_exemption_span_to_on", ["to_on"], unique=False)

    with op.batch_alter_table("group_span", schema=None) as batch_op:
        batch_op.add_column(sa.Column("extra", sa.JSON(), nullable=True))

    with op.batch_alter_table("membership_span", schema=None) as batch_op:
        batch_op.add_column(sa.Column("extra", sa.JSON(), nullable=True))

    with op.batch_alter_table("organisation", schema=None) as batch_op:
        batch_op.add_column(sa.Column("term_ends_on", sa.Date(), nullable=True))
        batch_op.create_index(batch_op.f("ix_organisation_term_ends_on"), ["term_ends_on"], unique=False)

    with op.batch_alter_table("party_group", schema=None) as batch_op:
        batch_op.add_column(sa.Column("archive_id", sa.String(), nullable=True))
        batch_op.add_column(sa.Column("extra", sa.JSON(), nullable=True))
        # An index, not a constraint: SQLite would copy the whole table for that.
        batch_op.create_index("uq_party_group_archive_id", ["branch_id", "archive_id"], unique=True)

    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.add_column(sa.Column("archive_id", sa.String(), nullable=True))
        batch_op.add_column(sa.Column("extra", sa.JSON(), nullable=True))
        batch_op.create_index("uq_person_archive_id", ["branch_id", "archive_id"], unique=True)

    with op.batch_alter_table("rank_span", schema=None) as batch_op:
        batch_op.add_column(sa.Column("extra", sa.JSON(), nullable=True))

    with op.batch_alter_table("roster_span", schema=None) as batch_op:
        batch_op.add_column(sa.Column("extra", sa.JSON(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("roster_span", schema=None) as batch_op:
        batch_op.drop_column("extra")

    with op.batch_alter_table("rank_span", schema=None) as batch_op:
        batch_op.drop_column("extra")

    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.drop_index("uq_person_archive_id")
        batch_op.drop_column("extra")
        batch_op.drop_column("archive_id")

    with op.batch_alter_table("party_group", schema=None) as batch_op:
        batch_op.drop_index("uq_party_group_archive_id")
        batch_op.drop_column("extra")
        batch_op.drop_column("archive_id")

    with op.batch_alter_table("organisation", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_organisation_term_ends_on"))
        batch_op.drop_column("term_ends_on")

    with op.batch_alter_table("membership_span", schema=None) as batch_op:
        batch_op.drop_column("extra")

    with op.batch_alter_table("group_span", schema=None) as batch_op:
        batch_op.drop_column("extra")

    with op.batch_alter_table("exemption_span", schema=None) as batch_op:
        batch_op.drop_index("ix_exemption_span_to_on")
        batch_op.drop_column("extra")
        batch_op.drop_column("reason_text")

    with op.batch_alter_table("duty_span", schema=None) as batch_op:
        batch_op.drop_column("extra")

    with op.batch_alter_table("category_span", schema=None) as batch_op:
        batch_op.drop_column("extra")
