"""A form that was left is offered again; what stands open says what it is asked in the words of forms."""

import json
from collections.abc import Callable
from datetime import date, datetime
from operator import index
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
# As text: what is no JSON at all is not to stop the rest.
OPEN_NOW = sa.select(DIALOG.c.person_id, DIALOG.c.step, sa.cast(DIALOG.c.draft, sa.String)).where(DIALOG.c.step != "")
MALFORMED = (ValueError, TypeError, AttributeError, KeyError, RecursionError)


def _as_a_form(step: str, draft: dict[str, Any]) -> dict[str, Any]:
    """What earlier versions kept stays beside it, and is what counts."""
    if step in ("study.change", "integrity.words"):
        return {**draft, "only": draft["field"]}
    if step == "study.item":
        return {**draft, "field": {"title": "title", "due": "due_on"}.get(draft.get("asks", ""), "confirm")}
    if step == "activity.postpone" and draft.get("start"):
        start = datetime.fromisoformat(draft["start"])
        return {**draft, "field": "confirm", "day": start.date().isoformat(), "time": f"{start:%H:%M}"}
    if step == "roster.change" and "answers" in draft:
        accepts = draft.get("kind") == "a"
        answers = {"meeting" if accepts and name == "day" else name: value for name, value in draft["answers"].items()}
        return {**draft, **{name: _answer(name, value) for name, value in answers.items()}}
    return draft


def _answer(name: str, value: Any) -> str:
    """2023-08-01 for 20230801; 0 was no end of an exemption. All but a name were numbers."""
    if name == "name":
        return str(value)
    if name not in ("day", "meeting", "until"):
        return str(index(value))
    if name == "until" and value == 0:
        return "open"
    return date(value // 10_000, value // 100 % 100, value % 100).isoformat()


def _as_before(step: str, draft: dict[str, Any]) -> dict[str, Any] | None:
    """What the earlier version can read of a form, which is what it has kept beside; None: nothing, or no longer so."""
    if step == "study.item" and "asks" not in draft:
        return None
    if step == "activity.postpone" and "day" in draft and not draft.get("start"):
        return None
    # An answer since then names the question that is open.
    if step == "roster.change" and ("answers" not in draft or "field" in draft):
        return None
    return draft if _as_a_form(step, draft) == draft else None


def _reshape(how: Callable[[str, dict[str, Any]], dict[str, Any] | None]) -> None:
    """What cannot be reshaped is closed as a question is: its row stays to count on."""
    bind = op.get_bind()
    for person, step, kept in bind.execute(OPEN_NOW).all():
        draft, now = _reshaped(how, step, kept)
        if now is None:
            bind.execute(sa.update(DIALOG).where(DIALOG.c.person_id == person).values(step="", draft={}))
        elif now != draft:
            bind.execute(sa.update(DIALOG).where(DIALOG.c.person_id == person).values(draft=now))


def _reshaped(
    how: Callable[[str, dict[str, Any]], dict[str, Any] | None], step: str, kept: str
) -> tuple[Any, dict[str, Any] | None]:
    """The draft as it is, and as it becomes."""
    try:
        draft = json.loads(kept)
        return draft, how(step, dict(draft.items()))
    except MALFORMED:
        return None, None


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
    _reshape(_as_a_form)
    op.execute(OPEN.format(touched=TOUCHED[op.get_context().dialect.name]))


def downgrade() -> None:
    _reshape(_as_before)
    op.drop_table("draft")
