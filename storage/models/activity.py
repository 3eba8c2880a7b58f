"""An activity, its components (D3), its first-agenda items (D9) and its delegates."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ForeignKey, Numeric, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from storage.base import BigId, Model, choice
from storage.choices import ActivityStatus, ActivityType, Level, Mode, Organizer, Scope
from storage.personal import actor, free_text, home, nothing_personal, owner


class Activity(Model):
    """One occasion. It belongs to the quarter of the branch-local day of `start_at` (D1).

    `planned_on` keeps the first day it was planned for. `settled_at` is set when the roll is complete and the
    status became held. `late_minutes` is the branch's setting on the day it was made (D23). organizer_name, level: who
    held it, where that is not the branch alone. guests: how many came besides those who stand by name. note: 备注 of
    the notice. campaign_id: the entry of the campaign that it is part of (S3). created_by_id: null where an archive has
    brought it that does not say. archive_id, extra: as of a person.
    """

    __tablename__ = "activity"
    __table_args__ = (UniqueConstraint("branch_id", "archive_id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    branch_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    title: Mapped[str] = mapped_column(info=free_text(label=True))
    status: Mapped[ActivityStatus] = mapped_column(choice(ActivityStatus), default=ActivityStatus.PLANNED)
    organizer: Mapped[Organizer] = mapped_column(choice(Organizer), default=Organizer.OWN_BRANCH)
    scope: Mapped[Scope] = mapped_column(choice(Scope), default=Scope.BRANCH)
    group_id: Mapped[int | None] = mapped_column(ForeignKey("party_group.id"))
    planned_on: Mapped[date]
    start_at: Mapped[datetime] = mapped_column(index=True)
    end_at: Mapped[datetime] = mapped_column(index=True)
    place: Mapped[str] = mapped_column(default="", info=free_text())
    hours: Mapped[Decimal] = mapped_column(Numeric(5, 1), default=Decimal(0))
    host_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), info=actor())
    recorder_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), info=actor())
    mode: Mapped[Mode] = mapped_column(choice(Mode), default=Mode.IN_PERSON, server_default=Mode.IN_PERSON.value)
    organizer_name: Mapped[str] = mapped_column(default="", server_default=text("''"), info=free_text())
    organizer_level: Mapped[Level | None] = mapped_column(choice(Level))
    guests: Mapped[int] = mapped_column(default=0, server_default="0")
    note: Mapped[str] = mapped_column(default="", server_default=text("''"), info=free_text())
    campaign_id: Mapped[int | None] = mapped_column(ForeignKey("entry.id"), index=True)
    late_minutes: Mapped[int] = mapped_column(default=10)
    sites: Mapped[list[Any]] = mapped_column(default=list, info=free_text())
    partners: Mapped[list[Any]] = mapped_column(default=list, info=free_text())
    sign_in_code_hash: Mapped[str | None] = mapped_column(unique=True, info=nothing_personal())
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), info=actor())
    created_at: Mapped[datetime] = mapped_column(index=True)
    settled_at: Mapped[datetime | None]
    archive_id: Mapped[str | None] = mapped_column(info=nothing_personal())
    extra: Mapped[dict[str, Any] | None] = mapped_column(info=free_text())


class Component(Model):
    """One thing that an activity is; each counts once under its own type (D3). `details`: topic, form, film."""

    __tablename__ = "component"
    __table_args__ = (UniqueConstraint("activity_id", "type"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    activity_id: Mapped[int] = mapped_column(ForeignKey("activity.id"), info=home())
    type: Mapped[ActivityType] = mapped_column(choice(ActivityType))
    lecturer_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), info=actor())
    details: Mapped[dict[str, Any]] = mapped_column(default=dict, info=free_text())


class FirstAgendaItem(Model):
    """An item of 第一议题: a document studied at the head of a meeting (S12). archive_id, extra: as of a person."""

    __tablename__ = "first_agenda_item"
    __table_args__ = (UniqueConstraint("branch_id", "archive_id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    branch_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    title: Mapped[str] = mapped_column(info=free_text())
    source: Mapped[str] = mapped_column(default="", info=free_text())
    source_date: Mapped[date | None]
    created_at: Mapped[datetime]
    archive_id: Mapped[str | None] = mapped_column(info=nothing_personal())
    extra: Mapped[dict[str, Any] | None] = mapped_column(info=free_text())


class ActivityFirstAgendaItem(Model):
    """An item studied at an activity."""

    __tablename__ = "activity_first_agenda_item"

    activity_id: Mapped[int] = mapped_column(ForeignKey("activity.id"), primary_key=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("first_agenda_item.id"), primary_key=True)


class Delegate(Model):
    """Somebody whom an activity names: sent to one of another unit (scope delegated), or picked (named)."""

    __tablename__ = "delegate"

    activity_id: Mapped[int] = mapped_column(ForeignKey("activity.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True, info=owner())
