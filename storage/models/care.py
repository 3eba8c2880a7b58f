"""What a branch decides about care: words that may not be sent, and how long things are kept."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from storage.base import BigId, Model
from storage.personal import Left, Rule, actor, free_text, nothing_personal

IN_USE = text("removed_at IS NULL")
REMOVED = Rule("removed_words", "a word that is in use goes on holding")


class HygieneWord(Model):
    """A word that a branch refuses at the door, as it is compared: plain letters, small, without blanks."""

    __tablename__ = "hygiene_word"
    __table_args__ = (
        Index(
            "uq_hygiene_word_in_use",
            "branch_id",
            "word",
            unique=True,
            sqlite_where=IN_USE,
            postgresql_where=IN_USE,
        ),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    branch_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    word: Mapped[str] = mapped_column(info=free_text(left=Left.WORDS_IN_USE, only=REMOVED))
    made_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"), info=actor())
    made_at: Mapped[datetime]
    removed_at: Mapped[datetime | None]


class RetentionRule(Model):
    """How many days a branch keeps one kind of thing, where it differs from the default; 0: for ever."""

    __tablename__ = "retention_rule"
    __table_args__ = (UniqueConstraint("branch_id", "kind"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    branch_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    kind: Mapped[str] = mapped_column(info=nothing_personal())
    days: Mapped[int]
    changed_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"), info=actor())
    changed_at: Mapped[datetime]
