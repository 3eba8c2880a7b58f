"""Every update as it came, committed before it is confirmed to Telegram."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from storage.base import BigId, Model, choice
from storage.choices import InboxState


class Inbox(Model):
    """One update. `sender` is from.id, else chat.id: what one sender says is handled in order.

    `payload` is the update as text (null once refused by the hygiene list); `answer` what was decided, kept so that
    a restart can still say it.
    """

    __tablename__ = "inbox"
    __table_args__ = (
        UniqueConstraint("bot_id", "update_id"),
        Index("ix_inbox_open", "state", "sender", "id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    bot_id: Mapped[int] = mapped_column(BigInteger)
    update_id: Mapped[int] = mapped_column(BigInteger)
    sender: Mapped[int] = mapped_column(BigInteger)
    kind: Mapped[str]
    payload: Mapped[str | None]
    state: Mapped[InboxState] = mapped_column(choice(InboxState), default=InboxState.NEW)
    received_at: Mapped[datetime]
    handled_at: Mapped[datetime | None]
    lease_until: Mapped[datetime | None]
    answer: Mapped[dict[str, Any] | None]
    fault: Mapped[str] = mapped_column(default="")
