"""A notice that asks for 收到: an activity's own, or a plain one without an activity."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from storage.base import BigId, Model
from storage.models.attendance import LIVE
from storage.personal import actor, free_text, nothing_personal, owner


class Notice(Model):
    """Replies are asked for by `reply_by`; who has not replied then is nudged once, privately.

    files: what goes out below a plain one (bot/kit/handlers.File); those of an activity are its own.
    created_by_id, archive_id, extra: as of an activity.
    """

    __tablename__ = "notice"
    # Asked every morning over all branches: what falls due today. The same of reminders, tasks and study items.
    __table_args__ = (Index("ix_notice_reply_by", "reply_by"), UniqueConstraint("branch_id", "archive_id"))

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    branch_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    activity_id: Mapped[int | None] = mapped_column(ForeignKey("activity.id"), index=True)
    text: Mapped[str] = mapped_column(info=free_text(label=True))
    files: Mapped[list[Any] | None] = mapped_column(info=free_text())
    reply_by: Mapped[datetime]
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), info=actor())
    created_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    archive_id: Mapped[str | None] = mapped_column(info=nothing_personal())
    extra: Mapped[dict[str, Any] | None] = mapped_column(info=free_text())


class Receipt(Model):
    """收到 of one person."""

    __tablename__ = "receipt"
    __table_args__ = (
        Index("uq_receipt_live", "notice_id", "person_id", unique=True, sqlite_where=LIVE, postgresql_where=LIVE),
        Index("ix_receipt_person_id", "person_id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    notice_id: Mapped[int] = mapped_column(ForeignKey("notice.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), info=owner())
    at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]
    extra: Mapped[dict[str, Any] | None] = mapped_column(info=free_text())
