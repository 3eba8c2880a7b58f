"""What is known of a year beyond the bundled data: notices read in, files of the organisation, a branch's own days."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from storage.base import BigId, Model
from storage.personal import Left, actor, free_text, nothing_personal


class CalendarYear(Model):
    """One state of one year, in the holiday-cn schema: `days` are {"name", "date", "isOffDay"}, `papers` addresses.

    Append-only: the newest row of an organisation, year and `whole` counts, the older ones stay as they were read.
    `organisation_id` null: for everybody, in the place of the bundled year. A branch's row is laid over that;
    `whole` says that it is the full arrangement of the year and not only some local days. A row without days says
    that there is nothing (any more). `token` is random: it names the state of the calendar for caches, also when an
    id was taken back with its transaction.
    """

    __tablename__ = "calendar_year"
    __table_args__ = (Index("ix_calendar_year_of", "organisation_id", "year", "id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"))
    year: Mapped[int]
    papers: Mapped[list[Any]] = mapped_column(default=list, info=nothing_personal())
    days: Mapped[list[Any]] = mapped_column(default=list, info=free_text(left=Left.HOLIDAYS))
    whole: Mapped[bool] = mapped_column(default=True)
    source: Mapped[str] = mapped_column(info=nothing_personal())
    token: Mapped[str] = mapped_column(info=nothing_personal())
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), info=actor())
    made_at: Mapped[datetime]
