"""The way into the Party (S41-S43): each thing that happened to somebody, with its day and the people of it."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from storage.base import BigId, Model, choice
from storage.choices import DevelopmentEnd, DevelopmentStep
from storage.personal import actor, free_text, home, own, owner


class DevelopmentEvent(Model):
    """One step of somebody who need be on no roster (an applicant is a person whom the branch knows, as a guest is).

    on: its day; of a publicity its first, and to_on the first that no longer belongs to it (D4). days, hours: of a
    training; months: of an extension; reason: of an end. vote_id, activity_id: by what a meeting decided it. What is
    corrected is withdrawn, and another row made. archive_id, extra: as of a person.
    """

    __tablename__ = "development_event"
    __table_args__ = (
        UniqueConstraint("branch_id", "archive_id"),
        Index("ix_development_event_branch_id_on", "branch_id", "on"),
        Index("ix_development_event_on", "on"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    branch_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), info=home())
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True, info=owner())
    step: Mapped[DevelopmentStep] = mapped_column(choice(DevelopmentStep))
    on: Mapped[date]
    to_on: Mapped[date | None]
    days: Mapped[int | None]
    hours: Mapped[int | None]
    months: Mapped[int | None]
    reason: Mapped[DevelopmentEnd | None] = mapped_column(choice(DevelopmentEnd), info=own())
    vote_id: Mapped[int | None] = mapped_column(ForeignKey("vote.id"), index=True)
    activity_id: Mapped[int | None] = mapped_column(ForeignKey("activity.id"))
    recorded_at: Mapped[datetime]
    recorded_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), info=actor())
    withdrawn_at: Mapped[datetime | None]
    archive_id: Mapped[str | None] = mapped_column(info=own())
    extra: Mapped[dict[str, Any] | None] = mapped_column(info=free_text())


class DevelopmentPerson(Model):
    """A mentor or a sponsor whom a step names (R17)."""

    __tablename__ = "development_person"

    event_id: Mapped[int] = mapped_column(ForeignKey("development_event.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True, info=owner())
