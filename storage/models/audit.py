"""Who changed what, when: ids, field names and values of non-text fields; of texts only length and hash."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from storage.base import BigId, Model
from storage.personal import Rule, nothing_personal, owner

ABOUT_SOMEBODY = Rule("about_somebody", "the number is a person's only where the subject is one")


class Audit(Model):
    """Append-only: the database itself refuses to change or delete a row (triggers of the revision 0005).

    `actor_id` is null for the clock and the command line (named in `via`).
    """

    __tablename__ = "audit"
    __table_args__ = (Index("ix_audit_of", "branch_id", "id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    branch_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"))
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), info=owner())
    via: Mapped[str] = mapped_column(info=nothing_personal())
    action: Mapped[str] = mapped_column(info=nothing_personal())
    subject: Mapped[str] = mapped_column(info=nothing_personal())
    subject_id: Mapped[int | None] = mapped_column(BigInteger, info=owner(whose=ABOUT_SOMEBODY))
    details: Mapped[dict[str, Any]] = mapped_column(default=dict, info=nothing_personal())
    at: Mapped[datetime]
