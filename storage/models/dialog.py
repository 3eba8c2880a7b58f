"""What a person's next text or file means."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from storage.base import Model


class Dialog(Model):
    """One open question a person; opening another closes the first.

    It belongs to `organisation_id`, for which it was begun; NULL: an earlier version began it, for one of several.
    """

    __tablename__ = "dialog"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    id: Mapped[int] = mapped_column(BigInteger)
    step: Mapped[str]
    draft: Mapped[dict[str, Any]] = mapped_column(default=dict)
    expires_at: Mapped[datetime]
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"))
