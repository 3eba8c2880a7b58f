"""Kinds of entries that a branch, or a committee for all branches below, makes for itself: declarations as rows.

The engine of the register reads a declaration as it reads the built-in ones (bot/features/register/kinds), so that a
kind needs neither a migration nor a new start.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from storage.base import BigId, Model
from storage.personal import actor, nothing_personal


class OwnKind(Model):
    """One kind. `name`: own_N, N its own number, or what a file calls it; never given to another one.

    stopped_at: 停用: it takes no new entries, and what there is stays.
    """

    __tablename__ = "own_kind"
    # A number stands in names that nobody else gets.
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    name: Mapped[str] = mapped_column(index=True, info=nothing_personal())
    made_at: Mapped[datetime]
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), info=actor())
    stopped_at: Mapped[datetime | None]


class OwnKindRevision(Model):
    """What a kind was from then on: its declaration, whole. The newest is in force; an entry keeps that which it was
    saved by.
    """

    __tablename__ = "own_kind_revision"
    __table_args__ = (UniqueConstraint("own_kind_id", "revision"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    own_kind_id: Mapped[int] = mapped_column(ForeignKey("own_kind.id"))
    revision: Mapped[int]
    declaration: Mapped[dict[str, Any]] = mapped_column(info=nothing_personal())
    made_at: Mapped[datetime]
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), info=actor())
