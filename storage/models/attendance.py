"""Who came, who asked for leave, who made up for it. A withdrawn row stays; unique keys are over live rows.

extra: further fields of an archive, as of a person.
"""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from storage.base import BigId, Model, choice
from storage.choices import AttendanceStatus, LeaveState, LeaveType, MakeupState, SignInMethod
from storage.personal import Kind, actor, ages, free_text, home, owner

LIVE = text("withdrawn_at IS NULL")
# What was withdrawn after a cut-off still counts at it: those few rows are found without reading the others.
GONE = text("withdrawn_at IS NOT NULL")


class Attendance(Model):
    """One person at one activity (D6). `marked_by_id` is set when somebody else entered it (补登)."""

    __tablename__ = "attendance"
    __table_args__ = (
        Index(
            "uq_attendance_live",
            "activity_id",
            "person_id",
            unique=True,
            sqlite_where=LIVE,
            postgresql_where=LIVE,
        ),
        Index("ix_attendance_person_id", "person_id"),
        Index("ix_attendance_withdrawn", "activity_id", sqlite_where=GONE, postgresql_where=GONE),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    activity_id: Mapped[int] = mapped_column(ForeignKey("activity.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), info=owner())
    status: Mapped[AttendanceStatus] = mapped_column(choice(AttendanceStatus))
    method: Mapped[SignInMethod] = mapped_column(choice(SignInMethod))
    at: Mapped[datetime]
    marked_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), info=actor())
    withdrawn_at: Mapped[datetime | None]
    extra: Mapped[dict[str, Any] | None] = mapped_column(info=free_text())


class LeaveRequest(Model):
    """Counts as leave only when approved by the cut-off (D6, D20a)."""

    __tablename__ = "leave_request"
    __table_args__ = (
        Index(
            "uq_leave_request_live",
            "activity_id",
            "person_id",
            unique=True,
            sqlite_where=LIVE,
            postgresql_where=LIVE,
        ),
        Index("ix_leave_request_person_id", "person_id"),
        Index("ix_leave_request_withdrawn", "activity_id", sqlite_where=GONE, postgresql_where=GONE),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    activity_id: Mapped[int] = mapped_column(ForeignKey("activity.id"), info=home())
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), info=owner())
    type: Mapped[LeaveType] = mapped_column(choice(LeaveType))
    reason: Mapped[str] = mapped_column(default="", info=free_text(swept=True))
    state: Mapped[LeaveState] = mapped_column(choice(LeaveState), default=LeaveState.PENDING)
    requested_at: Mapped[datetime] = mapped_column(info=ages(Kind.REASONS))
    entered_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), info=actor())
    decided_at: Mapped[datetime | None]
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), info=actor())
    withdrawn_at: Mapped[datetime | None]
    extra: Mapped[dict[str, Any] | None] = mapped_column(info=free_text())


class Makeup(Model):
    """补学 of a missed activity: raises the coverage rate once accepted with `done_on` by the cut-off (D7)."""

    __tablename__ = "makeup"
    __table_args__ = (
        Index(
            "uq_makeup_live",
            "activity_id",
            "person_id",
            unique=True,
            sqlite_where=LIVE,
            postgresql_where=LIVE,
        ),
        Index("ix_makeup_person_id", "person_id"),
        Index("ix_makeup_withdrawn", "activity_id", sqlite_where=GONE, postgresql_where=GONE),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    activity_id: Mapped[int] = mapped_column(ForeignKey("activity.id"), info=home())
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), info=owner())
    state: Mapped[MakeupState] = mapped_column(choice(MakeupState))
    due_on: Mapped[date | None]
    done_on: Mapped[date | None]
    note: Mapped[str] = mapped_column(default="", info=free_text(swept=True))
    files: Mapped[list[Any]] = mapped_column(default=list, info=free_text(swept=True))
    submitted_at: Mapped[datetime | None] = mapped_column(info=ages(Kind.REASONS))
    reviewed_at: Mapped[datetime | None]
    reviewed_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), info=actor())
    return_reason: Mapped[str] = mapped_column(default="", info=free_text(swept=True))
    withdrawn_at: Mapped[datetime | None]
    extra: Mapped[dict[str, Any] | None] = mapped_column(info=free_text())
