"""Files of an activity: what goes out with its notice, photos and the sign-in sheet, the papers of its minutes."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from storage.base import BigId, Model, choice
from storage.choices import ActivityFileRole, ActivityType
from storage.models.stored_file import TO_FETCH
from storage.personal import actor, free_text, home, nothing_personal


class ActivityFile(Model):
    """One file. `file`: what Telegram announced of it (bot/kit/handlers.File). component: whose minutes it belongs to.

    stored_id, tries, again_at, given_up: as of a file of an entry (storage/models/stored_file.py).
    """

    __tablename__ = "activity_file"
    __table_args__ = (Index("ix_activity_file_to_fetch", "id", sqlite_where=TO_FETCH, postgresql_where=TO_FETCH),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    activity_id: Mapped[int] = mapped_column(ForeignKey("activity.id"), index=True, info=home())
    role: Mapped[ActivityFileRole] = mapped_column(choice(ActivityFileRole))
    component: Mapped[ActivityType | None] = mapped_column(choice(ActivityType))
    file: Mapped[dict[str, Any]] = mapped_column(default=dict, info=free_text())
    unique_id: Mapped[str] = mapped_column(default="", info=nothing_personal())
    added_at: Mapped[datetime]
    added_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), info=actor())
    withdrawn_at: Mapped[datetime | None]
    stored_id: Mapped[int | None] = mapped_column(ForeignKey("stored_file.id"), index=True)
    tries: Mapped[int] = mapped_column(default=0)
    again_at: Mapped[datetime | None]
    given_up: Mapped[str] = mapped_column(default="", info=nothing_personal())
