"""Who changed what, when: ids, field names and values of non-text fields; of texts only length and hash."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from storage.base import BigId, Model


class Audit(Model):
    """Append-only: the database itself refuses to change or delete a row (triggers of the revision 0005).

    `actor_id` is null for the clock and the command line (named in `via`).
    """

    __tablename__ = "audit"
    __table_args__ = (Index("ix_audit_of", "branch_id", "id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    branch_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"))
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    via: Mapped[str]
    action: Mapped[str]
    subject: Mapped[str]
    subject_id: Mapped[int | None] = mapped_column(BigInteger)
    details: Mapped[dict[str, Any]] = mapped_column(default=dict)
    at: Mapped[datetime]
