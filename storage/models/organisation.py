"""The tree of organisations (superior committee, general branch, branch), the party groups and the group chats."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, UniqueConstraint, false, text
from sqlalchemy.orm import Mapped, mapped_column

from storage.base import BigId, Model, choice
from storage.choices import GroupRequestState, OrganisationKind
from storage.personal import Left, actor, free_text, home, nothing_personal

PENDING = text("state = 'pending'")


class Organisation(Model):
    """One node of the tree. `settings` holds what the branch words or decides itself.

    `term_ends_on` is the day on which the term of its committee, or secretary, is over (R44). `secretary_claimed_at`:
    since then the setting SECRETARY_ID gives nobody the secretary's seat.
    """

    __tablename__ = "organisation"

    id: Mapped[int] = mapped_column(BigId, primary_key=True, info=home())
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"), index=True)
    kind: Mapped[OrganisationKind] = mapped_column(choice(OrganisationKind))
    name: Mapped[str] = mapped_column(info=free_text(label=True, left=Left.UNITS))
    settings: Mapped[dict[str, Any]] = mapped_column(default=dict, info=free_text())
    created_at: Mapped[datetime]
    term_ends_on: Mapped[date | None] = mapped_column(index=True)
    secretary_claimed_at: Mapped[datetime | None]


class PartyGroup(Model):
    """A 党小组 of a branch (R46). `archive_id` and `extra`: as of a person."""

    __tablename__ = "party_group"
    __table_args__ = (
        UniqueConstraint("branch_id", "name"),
        Index("uq_party_group_archive_id", "branch_id", "archive_id", unique=True),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    branch_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    name: Mapped[str] = mapped_column(info=free_text(label=True))
    archive_id: Mapped[str | None] = mapped_column(info=nothing_personal())
    extra: Mapped[dict[str, Any] | None] = mapped_column(info=free_text())


class GroupChat(Model):
    """The Telegram group of a branch, tied by a one-time link; `chat_id` changes when the group is upgraded.

    `active`: the bot may write there. `given_up`: the branch has tied another since; nothing but a tie ends that.
    """

    __tablename__ = "group_chat"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    branch_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    chat_id: Mapped[int] = mapped_column(BigInteger, unique=True, info=nothing_personal())
    title: Mapped[str] = mapped_column(info=free_text(left=Left.UNITS))
    active: Mapped[bool] = mapped_column(default=True)
    given_up: Mapped[bool] = mapped_column(default=False, server_default=false())
    tied_at: Mapped[datetime]


class GroupRequest(Model):
    """A branch asks for a group chat that another one holds: decided by the desk of the holder, until `expires_at`."""

    __tablename__ = "group_request"
    __table_args__ = (
        Index(
            "uq_group_request_pending",
            "chat_id",
            "branch_id",
            unique=True,
            sqlite_where=PENDING,
            postgresql_where=PENDING,
        ),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    chat_id: Mapped[int] = mapped_column(BigInteger, index=True, info=nothing_personal())
    branch_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    holder_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    asked_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"), info=actor())
    asked_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    state: Mapped[GroupRequestState] = mapped_column(choice(GroupRequestState), default=GroupRequestState.PENDING)
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), info=actor())
    decided_at: Mapped[datetime | None]
