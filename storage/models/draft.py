"""A form that was left before its end: kept for a few days, and offered again by its menu word."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from storage.base import BigId, Model
from storage.models.dialog import BY_DRAFT
from storage.personal import Kind, ages, free_text, home, nothing_personal, owner

DAYS = 7


class Draft(Model):
    """What somebody has filled in, of one form and for one organisation; `at`: when it was last touched."""

    __tablename__ = "draft"
    __table_args__ = (UniqueConstraint("person_id", "organisation_id", "form"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), info=owner(goes=True))
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), info=home())
    form: Mapped[str] = mapped_column(info=nothing_personal())
    fields: Mapped[dict[str, Any]] = mapped_column(default=dict, info=free_text(looked_through=BY_DRAFT))
    at: Mapped[datetime] = mapped_column(info=ages(Kind.DRAFTS, most=DAYS))
