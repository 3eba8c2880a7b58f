"""The monthly theme, its study items and who completed them (S7, S13-S15, D10)."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from storage.base import BigId, Model, choice
from storage.choices import StudyItemKind, StudyItemState
from storage.models.attendance import GONE, LIVE
from storage.personal import Left, actor, free_text, nothing_personal, owner


class MonthlyTheme(Model):
    """One theme a month and branch; `month` is YYYY-MM, `prompt_sent_on` the branch-local day the prompt went out.

    created_by_id null: it was brought by an archive that does not say by whom. extra: as of a person.
    """

    __tablename__ = "monthly_theme"
    __table_args__ = (
        UniqueConstraint("branch_id", "month"),
        Index("ix_monthly_theme_month", "month", "prompt_sent_on"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    branch_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    month: Mapped[str] = mapped_column(info=nothing_personal())
    title: Mapped[str] = mapped_column(info=free_text())
    prompt: Mapped[str] = mapped_column(default="", info=free_text())
    prompt_sent_on: Mapped[date | None]
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), info=actor())
    created_at: Mapped[datetime]
    extra: Mapped[dict[str, Any] | None] = mapped_column(info=free_text())


class StudyItem(Model):
    """A book or document to study; counted by `assigned_on`, a withdrawn one never (D10).

    created_by_id: as of a theme. archive_id, extra: as of a person.
    """

    __tablename__ = "study_item"
    __table_args__ = (UniqueConstraint("branch_id", "archive_id"), Index("ix_study_item_due_on", "due_on"))

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    branch_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    theme_id: Mapped[int | None] = mapped_column(ForeignKey("monthly_theme.id"), index=True)
    kind: Mapped[StudyItemKind] = mapped_column(choice(StudyItemKind))
    title: Mapped[str] = mapped_column(info=free_text(label=True))
    author: Mapped[str] = mapped_column(default="", info=free_text(left=Left.AUTHORS))
    assigned_on: Mapped[date]
    due_on: Mapped[date]
    state: Mapped[StudyItemState] = mapped_column(choice(StudyItemState), default=StudyItemState.ASSIGNED)
    files: Mapped[list[Any]] = mapped_column(default=list, info=free_text())
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), info=actor())
    created_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]
    archive_id: Mapped[str | None] = mapped_column(info=nothing_personal())
    extra: Mapped[dict[str, Any] | None] = mapped_column(info=free_text())


class StudyCompletion(Model):
    """已学完; after `due_on` it is late, after the cut-off it does not count (D10). extra: as of a person."""

    __tablename__ = "study_completion"
    __table_args__ = (
        Index(
            "uq_study_completion_live",
            "item_id",
            "person_id",
            unique=True,
            sqlite_where=LIVE,
            postgresql_where=LIVE,
        ),
        Index("ix_study_completion_person_id", "person_id"),
        Index("ix_study_completion_withdrawn", "item_id", sqlite_where=GONE, postgresql_where=GONE),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("study_item.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), info=owner())
    completed_on: Mapped[date]
    completed_at: Mapped[datetime]
    note: Mapped[str] = mapped_column(default="", info=free_text())
    withdrawn_at: Mapped[datetime | None]
    extra: Mapped[dict[str, Any] | None] = mapped_column(info=free_text())
