"""People and their dated facts. All spans are [from_on, to_on): the `to_on` day no longer counts (D4); null is open."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from storage.base import BigId, Model, choice
from storage.choices import Category, Duty, ExemptionReason, MembershipStatus, Rank
from storage.personal import Rule, account, actor, free_text, own, owner

NUMBERED = Rule("numbered", "the ledgers go on counting, and the number tells one from another")
OF_OTHERS = Rule("of_others", "the own notes are emptied, not reworded")


class Person(Model):
    """Somebody whom a branch knows. Bound to a Telegram account by an invite; `reachable` is false after a block.

    `archive_id` is the id in the archive that somebody came with, `extra` its further fields.
    `phone` is what the roster says (digits, 86 taken off): who shares this very number may be bound by it.
    Since `erased_at` only the number is left: the ledgers go on counting it, and the name says 已注销.
    """

    __tablename__ = "person"
    __table_args__ = (Index("uq_person_archive_id", "branch_id", "archive_id", unique=True),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True, info=owner())
    branch_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    name: Mapped[str] = mapped_column(info=own(NUMBERED, label=True))
    gender: Mapped[str | None] = mapped_column(info=own())
    born_on: Mapped[date | None] = mapped_column(info=own())
    joined_party_on: Mapped[date | None] = mapped_column(info=own())
    telegram_id: Mapped[int | None] = mapped_column(BigInteger, unique=True, info=account())
    bound_at: Mapped[datetime | None] = mapped_column(info=own())
    phone: Mapped[str | None] = mapped_column(index=True, info=own())
    reachable: Mapped[bool] = mapped_column(default=True, info=own(False))
    notes: Mapped[str] = mapped_column(default="", info=free_text(only=OF_OTHERS))
    created_at: Mapped[datetime]
    archive_id: Mapped[str | None] = mapped_column(info=own())
    extra: Mapped[dict[str, Any] | None] = mapped_column(info=free_text(only=OF_OTHERS))
    erased_at: Mapped[datetime | None]


class Span:
    """The columns that every dated fact shares; `to_on` is the first day that no longer counts.

    `extra` are further fields of an archive.
    """

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True, info=owner(home=True))
    from_on: Mapped[date]
    to_on: Mapped[date | None]
    extra: Mapped[dict[str, Any] | None] = mapped_column(info=free_text())


class RosterSpan(Span, Model):
    """On the roster of a branch."""

    __tablename__ = "roster_span"

    branch_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)


class MembershipSpan(Span, Model):
    __tablename__ = "membership_span"
    __table_args__ = (Index("ix_membership_span_status", "status", "from_on"),)

    status: Mapped[MembershipStatus] = mapped_column(choice(MembershipStatus))


class DutySpan(Span, Model):
    """An office in an organisation; a group leader's row names the group too.

    `title` is what a member of the committee is called (统战委员), "" where it is the word of the duty itself.
    """

    __tablename__ = "duty_span"

    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    duty: Mapped[Duty] = mapped_column(choice(Duty))
    title: Mapped[str] = mapped_column(default="", info=free_text())
    group_id: Mapped[int | None] = mapped_column(ForeignKey("party_group.id"))


class RankSpan(Span, Model):
    """`rank_text` is the word itself where it is none of the list: 四级主任科员; of one without a place in the order
    (正高级) `rank` is null, and it is neither above nor below any.
    """

    __tablename__ = "rank_span"

    rank: Mapped[Rank | None] = mapped_column(choice(Rank))
    rank_text: Mapped[str] = mapped_column(default="", info=free_text())


class GroupSpan(Span, Model):
    """Member of a party group."""

    __tablename__ = "group_span"

    group_id: Mapped[int] = mapped_column(ForeignKey("party_group.id"), index=True)


class CategorySpan(Span, Model):
    __tablename__ = "category_span"

    category: Mapped[Category] = mapped_column(choice(Category))


class ExemptionSpan(Span, Model):
    """Takes somebody out of attendance, study, reflections and exams, never out of talks or reminders (D26).

    `reason_text` is the reason where it is none of the list (`other`).
    """

    __tablename__ = "exemption_span"
    __table_args__ = (Index("ix_exemption_span_to_on", "to_on"),)

    # That somebody was exempt is counted; why is nobody's business any more.
    reason: Mapped[ExemptionReason] = mapped_column(choice(ExemptionReason), info=own(ExemptionReason.OTHER))
    reason_text: Mapped[str | None] = mapped_column(info=free_text())
    approved_by: Mapped[str] = mapped_column(default="", info=free_text())
    contact_person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), info=actor())
