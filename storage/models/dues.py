"""Dues: that somebody has paid for a month, and never how much (R24)."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from storage.base import BigId, Model
from storage.personal import actor, free_text, home, nothing_personal, owner


class DuesMonth(Model):
    """One person has paid for one month (2023-07). One that was taken back stands again once it is recorded anew.

    recorded_at null: it was brought by an archive that does not say. extra: as of a person.
    """

    __tablename__ = "dues_month"
    __table_args__ = (UniqueConstraint("branch_id", "month", "person_id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    branch_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), info=home())
    month: Mapped[str] = mapped_column(info=nothing_personal(label=True))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True, info=owner())
    recorded_at: Mapped[datetime | None]
    recorded_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), info=actor())
    withdrawn_at: Mapped[datetime | None]
    extra: Mapped[dict[str, Any] | None] = mapped_column(info=free_text())
