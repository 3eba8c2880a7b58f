"""How an account comes to a person: one-time links (of a code only the SHA-256 is stored), and asking to be bound."""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from storage.base import BigId, Model, choice
from storage.choices import BindRequestState

PENDING = text("state = 'pending'")


class Invite(Model):
    """`kind` is person, secretary or group; used once, by one conditional update."""

    __tablename__ = "invite"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    kind: Mapped[str]
    code_hash: Mapped[str] = mapped_column(unique=True)
    branch_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    used_by_telegram_id: Mapped[int | None] = mapped_column(BigInteger)


class BindRequest(Model):
    """Somebody without a link has shared the own number: decided by whoever keeps the roster.

    Of the number only its end is kept, of the name what Telegram shows; one open request an account.
    """

    __tablename__ = "bind_request"
    __table_args__ = (
        Index("ix_bind_request_pending", "telegram_id", unique=True, sqlite_where=PENDING, postgresql_where=PENDING),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    branch_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    telegram_id: Mapped[int] = mapped_column(BigInteger, index=True)
    shown_name: Mapped[str]
    phone_end: Mapped[str]
    state: Mapped[BindRequestState] = mapped_column(choice(BindRequestState), default=BindRequestState.PENDING)
    asked_at: Mapped[datetime]
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    decided_at: Mapped[datetime | None]
