"""How an account comes to a person: one-time links (of a code only the SHA-256 is stored), and asking to be bound."""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from storage.base import BigId, Model, choice
from storage.choices import BindRequestState
from storage.personal import Kind, Rule, actor, ages, free_text, nothing_personal, owner

PENDING = text("state = 'pending'")
BY_REQUEST = Rule("requests", "nobody was bound by a request that bears the name or the number: it goes as a whole")


class Invite(Model):
    """`kind` is person, secretary or group; used once, by one conditional update."""

    __tablename__ = "invite"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    kind: Mapped[str] = mapped_column(info=nothing_personal())
    code_hash: Mapped[str] = mapped_column(unique=True, info=nothing_personal())
    branch_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True, info=owner(goes=True))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(info=ages(Kind.INVITES))
    used_at: Mapped[datetime | None]
    used_by_telegram_id: Mapped[int | None] = mapped_column(BigInteger, info=owner(goes=True))


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
    telegram_id: Mapped[int] = mapped_column(BigInteger, index=True, info=owner(goes=True))
    shown_name: Mapped[str] = mapped_column(info=free_text(looked_through=BY_REQUEST))
    phone_end: Mapped[str] = mapped_column(info=free_text(looked_through=BY_REQUEST))
    state: Mapped[BindRequestState] = mapped_column(choice(BindRequestState), default=BindRequestState.PENDING)
    asked_at: Mapped[datetime] = mapped_column(info=ages(Kind.REQUESTS, later="decided_at"))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), info=owner(goes=True))
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), info=actor())
    decided_at: Mapped[datetime | None]
