"""Figures that were counted, kept for whoever looks at many branches: of no use but for the time that they save."""

from datetime import date, datetime

from sqlalchemy import BigInteger, ForeignKey, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from storage.base import BigId, Model
from storage.personal import nothing_personal


class KeptFigure(Model):
    """What a branch counts over a period (as buttons carry it: 20233), as of `counted_at`; whether that still
    holds says bot/kit/kept_figures.py.

    newest: the last line of the branch's audit log that changes what is counted, 0: none. day: the branch's. over: the
    period took nothing more then, so that no later day changes it. basis: by which code, calendar and kinds of the
    organisations above. counts, waits, sources: JSON of numbers alone; people and records stand in it by number.
    """

    __tablename__ = "kept_figure"
    __table_args__ = (UniqueConstraint("branch_id", "period"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    branch_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    period: Mapped[str] = mapped_column(info=nothing_personal())
    newest: Mapped[int] = mapped_column(BigInteger, info=nothing_personal())
    day: Mapped[date]
    over: Mapped[bool]
    basis: Mapped[str] = mapped_column(info=nothing_personal())
    counted_at: Mapped[datetime] = mapped_column(index=True)
    counts: Mapped[str] = mapped_column(Text, info=nothing_personal())
    waits: Mapped[str] = mapped_column(Text, info=nothing_personal())
    sources: Mapped[str] = mapped_column(Text, info=nothing_personal())
