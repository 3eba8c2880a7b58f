"""When people are away: they are not nudged meanwhile, and no figure reads it (only an exemption spares, D5)."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from storage.base import BigId, Model, choice
from storage.choices import AwayState
from storage.personal import Kind, actor, ages, free_text, own, owner


class AwaySpan(Model):
    """Away on [from_on, to_on) (D4). `ends_at`: the first instant of `to_on`, from which the row grows old.

    What another one has taken the place of is withdrawn at the instant at which that was made, or decided on.
    archive_id, extra: as of a person.
    """

    __tablename__ = "away_span"
    __table_args__ = (Index("ix_away_span_to_on", "to_on"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True, info=owner(goes=True))
    from_on: Mapped[date]
    to_on: Mapped[date]
    ends_at: Mapped[datetime] = mapped_column(info=ages(Kind.REASONS))
    place: Mapped[str] = mapped_column(default="", info=free_text())
    state: Mapped[AwayState] = mapped_column(choice(AwayState))
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), info=actor())
    made_at: Mapped[datetime]
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), info=actor())
    decided_at: Mapped[datetime | None]
    withdrawn_at: Mapped[datetime | None]
    archive_id: Mapped[str | None] = mapped_column(info=own())
    extra: Mapped[dict[str, Any] | None] = mapped_column(info=free_text())
