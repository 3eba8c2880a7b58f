"""定稿 of a quarter: when it was closed, the versions of its figures, and what has corrected them (D20, D20b)."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from storage.base import BigId, Model, choice
from storage.choices import CorrectionKind
from storage.personal import actor, free_text, home, nothing_personal, own, owner


class QuarterClose(Model):
    """One quarter (2023Q3) of a branch is closed, and never opened again.

    cut_off: the first instant that counts no more, where the close was earlier than the end of the close day; null:
    that end. extra: as of a person.
    """

    __tablename__ = "quarter_close"
    __table_args__ = (UniqueConstraint("branch_id", "quarter"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    branch_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    quarter: Mapped[str] = mapped_column(info=nothing_personal(label=True))
    cut_off: Mapped[datetime | None]
    closed_at: Mapped[datetime]
    closed_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), info=actor())
    extra: Mapped[dict[str, Any] | None] = mapped_column(info=free_text())


class FigureVersion(Model):
    """What the figures of a closed quarter are: v1 by the close, each further one by a correction; never changed.

    figures, sources: JSON with the names of docs/archive.md, and the ids behind each path: the bytes stay, so people
    stand in them by number alone. sha256: of both. told: the record of it in the archive that has brought it, which is
    written again as it is.
    """

    __tablename__ = "figure_version"
    __table_args__ = (UniqueConstraint("close_id", "number"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    close_id: Mapped[int] = mapped_column(ForeignKey("quarter_close.id"), info=home())
    number: Mapped[int]
    figures: Mapped[str] = mapped_column(Text, info=nothing_personal())
    sources: Mapped[str] = mapped_column(Text, info=nothing_personal())
    sha256: Mapped[str] = mapped_column(info=nothing_personal())
    told: Mapped[str | None] = mapped_column(Text, info=nothing_personal())
    made_at: Mapped[datetime]
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), info=actor())


class Correction(Model):
    """One change after the close: of what (row_id of the table `subject`), what stood there and what stands there now.

    person_id: whose record it is; null: nobody's alone. version: the one that it went into. archive_id, extra: as of a
    person.
    """

    __tablename__ = "correction"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    close_id: Mapped[int] = mapped_column(ForeignKey("quarter_close.id"), index=True, info=home())
    kind: Mapped[CorrectionKind] = mapped_column(choice(CorrectionKind))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True, info=owner())
    subject: Mapped[str] = mapped_column(info=nothing_personal())
    row_id: Mapped[int] = mapped_column(BigInteger, info=nothing_personal())
    old: Mapped[dict[str, Any] | None] = mapped_column(info=free_text())
    new: Mapped[dict[str, Any] | None] = mapped_column(info=free_text())
    why: Mapped[str] = mapped_column(default="", info=free_text())
    made_at: Mapped[datetime]
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), info=actor())
    approved_at: Mapped[datetime | None]
    approved_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), info=actor())
    version: Mapped[int | None]
    archive_id: Mapped[str | None] = mapped_column(info=own())
    extra: Mapped[dict[str, Any] | None] = mapped_column(info=free_text())


class Admission(Model):
    """A row that came, or was withdrawn, after the cut-off, and counts as if it had been in time (D20b)."""

    __tablename__ = "admission"
    __table_args__ = (Index("ix_admission_subject_row_id", "subject", "row_id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    correction_id: Mapped[int] = mapped_column(ForeignKey("correction.id"), index=True, info=home())
    subject: Mapped[str] = mapped_column(info=nothing_personal())
    row_id: Mapped[int] = mapped_column(BigInteger, info=nothing_personal())
