"""Minutes (会议记录, R45): one a component of an activity (D3), what was said, what is to follow, and templates."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from storage.base import BigId, Model, choice
from storage.choices import ActivityType, MinutesForm, MinutesState
from storage.personal import actor, free_text, home, nothing_personal, owner


class Minutes(Model):
    """The minutes of one component. What the activity, its roll and its votes say already is not kept here again.

    agenda, resolutions: a list of texts. archive_id, extra: as of a person.
    """

    __tablename__ = "minutes"
    __table_args__ = (UniqueConstraint("activity_id", "component"), {"sqlite_autoincrement": True})

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    activity_id: Mapped[int] = mapped_column(ForeignKey("activity.id"), info=home())
    component: Mapped[ActivityType] = mapped_column(choice(ActivityType))
    form: Mapped[MinutesForm] = mapped_column(choice(MinutesForm))
    state: Mapped[MinutesState] = mapped_column(choice(MinutesState))
    agenda: Mapped[list[Any]] = mapped_column(default=list, info=free_text())
    resolutions: Mapped[list[Any]] = mapped_column(default=list, info=free_text())
    recorded_at: Mapped[datetime]
    recorded_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), info=actor())
    finished_at: Mapped[datetime | None]
    archive_id: Mapped[str | None] = mapped_column(info=nothing_personal())
    extra: Mapped[dict[str, Any] | None] = mapped_column(info=free_text())


class MinutesSpeech(Model):
    """What somebody said: of the roster by number, else by name; with neither, the gist of all."""

    __tablename__ = "minutes_speech"
    __table_args__ = (UniqueConstraint("minutes_id", "position"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    minutes_id: Mapped[int] = mapped_column(ForeignKey("minutes.id"), info=home())
    position: Mapped[int]
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True, info=owner())
    name: Mapped[str] = mapped_column(default="", info=free_text())
    text: Mapped[str] = mapped_column(default="", info=free_text())
    extra: Mapped[dict[str, Any] | None] = mapped_column(info=free_text())


class MinutesTask(Model):
    """落实责任人及时限: what is to be done after the meeting, by whom, until when."""

    __tablename__ = "minutes_task"
    __table_args__ = (UniqueConstraint("minutes_id", "position"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    minutes_id: Mapped[int] = mapped_column(ForeignKey("minutes.id"), info=home())
    position: Mapped[int]
    text: Mapped[str] = mapped_column(info=free_text())
    owner: Mapped[str] = mapped_column(default="", info=free_text())
    due_on: Mapped[date | None]
    extra: Mapped[dict[str, Any] | None] = mapped_column(info=free_text())


class ActivityTemplate(Model):
    """What belongs to an activity of a type (S35), in [from_on, to_on): 规定动作, 自选动作, 记录要点."""

    __tablename__ = "activity_template"
    __table_args__ = (Index("ix_activity_template_branch_id_component", "branch_id", "component"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    branch_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), info=home())
    component: Mapped[ActivityType] = mapped_column(choice(ActivityType))
    from_on: Mapped[date]
    to_on: Mapped[date | None]
    required_parts: Mapped[list[Any]] = mapped_column(default=list, info=free_text())
    optional_parts: Mapped[list[Any]] = mapped_column(default=list, info=free_text())
    record_points: Mapped[list[Any]] = mapped_column(default=list, info=free_text())
    made_at: Mapped[datetime]
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), info=actor())
    archive_id: Mapped[str | None] = mapped_column(info=nothing_personal())
    extra: Mapped[dict[str, Any] | None] = mapped_column(info=free_text())
