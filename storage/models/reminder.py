"""A pre-holiday integrity reminder, whom it was for, 已阅 (S52), and what the branch changed before it went."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from storage.base import BigId, Model
from storage.personal import actor, free_text, nothing_personal, owner


class Reminder(Model):
    """One reminder for one block of holidays; `holidays` are names with their year, e.g. ["2023:中秋", "2023:国庆"].

    archive_id, extra: as of a person.
    """

    __tablename__ = "reminder"
    __table_args__ = (
        UniqueConstraint("branch_id", "kind", "block_start", "round"),
        UniqueConstraint("branch_id", "archive_id"),
        Index("ix_reminder_ack_due", "ack_due"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    branch_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    kind: Mapped[str] = mapped_column(info=nothing_personal())
    block_start: Mapped[date]
    block_end: Mapped[date]
    round: Mapped[int] = mapped_column(default=1)
    holidays: Mapped[list[Any]] = mapped_column(info=nothing_personal(label=True))
    provisional: Mapped[bool] = mapped_column(default=False)
    text: Mapped[str] = mapped_column(info=free_text())
    sent_at: Mapped[datetime]
    ack_due: Mapped[datetime]
    archive_id: Mapped[str | None] = mapped_column(info=nothing_personal())
    extra: Mapped[dict[str, Any] | None] = mapped_column(info=free_text())


class ReminderPlan(Model):
    """How a branch wants one coming reminder: moved to another day, worded anew, or skipped; null: as by the rules.

    `holiday` is the first festival of the reminder with its year, e.g. 2026:中秋: it stays when the block moves.
    """

    __tablename__ = "reminder_plan"
    __table_args__ = (UniqueConstraint("branch_id", "holiday"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    branch_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    holiday: Mapped[str] = mapped_column(info=nothing_personal())
    send_on: Mapped[date | None]
    text: Mapped[str | None] = mapped_column(info=free_text())
    skipped: Mapped[bool] = mapped_column(default=False)
    changed_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"), info=actor())
    changed_at: Mapped[datetime]


class ReminderAudience(Model):
    """Somebody to whom the reminder was due: everybody on the roster that day, exempt or not (D26)."""

    __tablename__ = "reminder_audience"

    reminder_id: Mapped[int] = mapped_column(ForeignKey("reminder.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True, index=True, info=owner())


class Acknowledgement(Model):
    """已阅 of one person, with its time."""

    __tablename__ = "acknowledgement"
    __table_args__ = (UniqueConstraint("reminder_id", "person_id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    reminder_id: Mapped[int] = mapped_column(ForeignKey("reminder.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True, info=owner())
    at: Mapped[datetime]
