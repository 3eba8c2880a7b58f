"""A form that was left is offered again; what stands open says what it is asked in the words of forms."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

# What stands open now, and was begun for one organisation: touched a day before it runs out.
OPEN = """
INSERT INTO draft (person_id, organisation_id, form, fields, at)
SELECT person_id, organisation_id, step, draft, {touched} FROM dialog
WHERE step IN (
  'activity.wizard', 'activity.postpone', 'broadcast.text', 'notice.text',
  'reflection.task', 'roster.change', 'study.item'
) AND organisation_id IS NOT NULL
"""
TOUCHED = {
    "sqlite": "strftime('%Y-%m-%d %H:%M:%f000', expires_at, '-1 day')",
    "postgresql": "expires_at - interval '1 day'",
}

DIALOG = sa.table("dialog", sa.column("person_id"), sa.column("step"), sa.column("draft", sa.JSON))


def _as_a_form(step: str, draft: dict[str, Any]) -> dict[str, Any]:
    """What earlier versions kept stays beside it."""
    if step in ("study.change", "integrity.words"):
        return {"only": draft.get("field"), **draft}
    if step == "study.item":
        return {"field": {"title": "title", "due": "due_on"}.get(draft.get("asks", ""), "confirm"), **draft}
    if step == "activity.postpone" and draft.get("start"):
        return {"field": "confirm", "day": draft["start"][:10], "time": draft["start"][11:16], **draft}
    if step == "roster.change" and "answers" in draft:
        accepts = draft.get("kind") == "a"
        answers = {"meeting" if accepts and name == "day" else name: value for name, value in draft["answers"].items()}
        return {**draft, **{name: _answer(name, value) for name, value in answers.items()}}
    return draft


def _answer(name: str, value: Any) -> str:
    """2023-08-01 for 20230801; 0 was no end of an exemption."""
    if name not in ("day", "meeting", "until"):
        return str(value)
    return f"{value // 10_000:04}-{value // 100 % 100:02}-{value % 100:02}" if value else "open"


def upgrade() -> None:
    big = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "draft",
        sa.Column("id", big, nullable=False),
        sa.Column("person_id", big, nullable=False),
        sa.Column("organisation_id", big, nullable=False),
        sa.Column("form", sa.String(), nullable=False),
        sa.Column("fields", sa.JSON(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_draft_person_id_person")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_draft_organisation_id_organisation")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_draft")),
        sa.UniqueConstraint(
            "person_id", "organisation_id", "form", name=op.f("uq_draft_person_id_organisation_id_form")
        ),
    )
    bind = op.get_bind()
    for person, step, draft in bind.execute(sa.select(DIALOG.c.person_id, DIALOG.c.step, DIALOG.c.draft)).all():
        now = _as_a_form(step, draft)
        if now != draft:
            bind.execute(sa.update(DIALOG).where(DIALOG.c.person_id == person).values(draft=now))
    op.execute(OPEN.format(touched=TOUCHED[op.get_context().dialect.name]))


def downgrade() -> None:
    op.drop_table("draft")
