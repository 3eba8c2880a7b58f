"""What a member of the committee is called, and ranks in words of their own."""

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

# Among the further fields of a row: what an earlier version cannot read, and from which it comes back.
KEPT = "from_0010"
# What stands for it meanwhile. Mass work sits on the committee too, with the rights of a member; staff is below 科级.
INSTEAD: dict[str, dict[str | None, str]] = {
    "duty": {"committee_member": "mass_work_officer"},
    "rank": {"deputy_bureau": "division", "bureau": "division", None: "staff"},
}
TABLES = [
    (sa.table("duty_span", *map(sa.column, ("id", "duty", "title")), sa.column("extra", sa.JSON)), "duty", "title"),
    (
        sa.table("rank_span", *map(sa.column, ("id", "rank", "rank_text")), sa.column("extra", sa.JSON)),
        "rank",
        "rank_text",
    ),
]
Values = dict[str, Any]


def _reshape(how: Callable[[Values, str, str], Values | None]) -> None:
    bind = op.get_bind()
    for table, column, text in TABLES:
        for row in bind.execute(sa.select(table)).mappings().all():
            values = how(dict(row), column, text)
            if values is not None:
                bind.execute(sa.update(table).where(table.c.id == row["id"]).values(**values))


def _put_away(row: Values, column: str, text: str) -> Values | None:
    instead = INSTEAD[column]
    if not row[text] and row[column] not in instead:
        return None
    kept = {KEPT: {column: row[column], text: row[text]}}
    return {column: instead.get(row[column], row[column]), "extra": {**(row["extra"] or {}), **kept}}


def _brought_back(row: Values, column: str, text: str) -> Values | None:
    """As it was; what the earlier version has changed since is as it says."""
    extra = dict(row["extra"] or {})
    kept = extra.pop(KEPT, None)
    if not isinstance(kept, dict) or kept.keys() != {column, text}:
        return None
    same = row[column] == INSTEAD[column].get(kept[column], kept[column])
    return {**(kept if same else {}), "extra": extra or sa.null()}


def upgrade() -> None:
    with op.batch_alter_table("duty_span", schema=None) as batch_op:
        batch_op.add_column(sa.Column("title", sa.String(), server_default="", nullable=False))
    with op.batch_alter_table("rank_span", schema=None) as batch_op:
        batch_op.add_column(sa.Column("rank_text", sa.String(), server_default="", nullable=False))
        batch_op.alter_column("rank", existing_type=sa.VARCHAR(length=40), nullable=True)
    # The rows that are there say nothing of it; what comes says it.
    for table, column in (("duty_span", "title"), ("rank_span", "rank_text")):
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.alter_column(column, existing_type=sa.VARCHAR(), server_default=None)
    _reshape(_brought_back)


def downgrade() -> None:
    _reshape(_put_away)
    with op.batch_alter_table("rank_span", schema=None) as batch_op:
        batch_op.alter_column("rank", existing_type=sa.VARCHAR(length=40), nullable=False)
        batch_op.drop_column("rank_text")
    with op.batch_alter_table("duty_span", schema=None) as batch_op:
        batch_op.drop_column("title")
