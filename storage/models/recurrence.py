"""What a branch holds every month on a usual day (R11), and what became of it month by month."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from storage.base import BigId, Model
from storage.personal import actor, free_text, home, nothing_personal


class Recurrence(Model):
    """An activity that comes again: `answers` are those of its form but for day and time.

    week, weekday (0 is Monday): the first to fifth of that weekday, -1 the last; or month_day, 1 to 31, at most the
    last day of the month. Exactly one of the two is said. clock: HH:MM in the branch's time. made_by_id, archive_id,
    extra: as of an activity.
    """

    __tablename__ = "recurrence"
    __table_args__ = (UniqueConstraint("branch_id", "archive_id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    branch_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True, info=home())
    title: Mapped[str] = mapped_column(info=free_text(label=True))
    answers: Mapped[dict[str, Any]] = mapped_column(default=dict, info=free_text())
    week: Mapped[int | None]
    weekday: Mapped[int | None]
    month_day: Mapped[int | None]
    clock: Mapped[str] = mapped_column(info=free_text())
    made_at: Mapped[datetime]
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), info=actor())
    ended_at: Mapped[datetime | None]
    archive_id: Mapped[str | None] = mapped_column(info=nothing_personal())
    extra: Mapped[dict[str, Any] | None] = mapped_column(info=free_text())


class RecurrenceMonth(Model):
    """One month of it, once somebody has decided: the activity that came of it; none: 本月不办."""

    __tablename__ = "recurrence_month"

    recurrence_id: Mapped[int] = mapped_column(ForeignKey("recurrence.id"), primary_key=True)
    month: Mapped[date] = mapped_column(primary_key=True)
    activity_id: Mapped[int | None] = mapped_column(ForeignKey("activity.id"), index=True)
    decided_at: Mapped[datetime]
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), info=actor())
