"""A form that was left before its end: kept for a few days, and offered again by its menu word."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from storage.base import BigId, Model


class Draft(Model):
    """What somebody has filled in, of one form and for one organisation; `at`: when it was last touched."""

    __tablename__ = "draft"
    __table_args__ = (UniqueConstraint("person_id", "organisation_id", "form"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    form: Mapped[str]
    fields: Mapped[dict[str, Any]] = mapped_column(default=dict)
    at: Mapped[datetime]
