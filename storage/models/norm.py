"""What an organisation asks otherwise than the national rule file says, as dated rows."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from storage.base import BigId, Model
from storage.personal import actor, free_text, nothing_personal


class NormFile(Model):
    """One file, or one change in chat, in force from `valid_from` on, before `valid_to` (null: open).

    content: rules (each with its id and only the keys that are said), votes, deadlines, attention. version: what the
    file calls itself, "" of a change in chat. A file of the same version takes the place of the one before, which is
    withdrawn. Of two in force the one that holds from a later day wins, key by key; of one day the one made later.
    extra: as of a person.
    """

    __tablename__ = "norm_file"
    __table_args__ = (Index("ix_norm_file_organisation_id_valid_from", "organisation_id", "valid_from"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    version: Mapped[str] = mapped_column(default="", info=nothing_personal())
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    content: Mapped[dict[str, Any]] = mapped_column(info=free_text())
    made_at: Mapped[datetime]
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), info=actor())
    withdrawn_at: Mapped[datetime | None]
    extra: Mapped[dict[str, Any] | None] = mapped_column(info=free_text())
