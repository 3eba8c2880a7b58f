"""Every update as it came, committed before it is confirmed to Telegram."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from storage.base import BigId, Model, choice
from storage.choices import InboxState
from storage.personal import Kind, Rule, ages, free_text, nothing_personal, owner

BY_UPDATE = Rule("heard", "an update is text within text, and goes as a whole, of strangers too")
HANDLED = Rule("handled", "what is still open is answered first")
REPEATED = Rule("update", "only what an update repeats may be another's: the rest was written by who sent it")
OTHERS_TEXTS = Rule("words", "what a reviewer is shown repeats the reflections of others")


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
    bot_id: Mapped[int] = mapped_column(BigInteger, info=nothing_personal())
    update_id: Mapped[int] = mapped_column(BigInteger, info=nothing_personal())
    sender: Mapped[int] = mapped_column(BigInteger, info=owner(goes=True, home=True))
    kind: Mapped[str] = mapped_column(info=nothing_personal())
    payload: Mapped[str | None] = mapped_column(info=free_text(looked_through=BY_UPDATE, export=REPEATED))
    state: Mapped[InboxState] = mapped_column(choice(InboxState), default=InboxState.NEW)
    received_at: Mapped[datetime] = mapped_column(info=ages(Kind.RECEIVED, still=HANDLED))
    handled_at: Mapped[datetime | None]
    lease_until: Mapped[datetime | None]
    answer: Mapped[dict[str, Any] | None] = mapped_column(info=free_text(looked_through=BY_UPDATE, export=OTHERS_TEXTS))
    fault: Mapped[str] = mapped_column(default="", info=free_text(looked_through=BY_UPDATE))
