"""How a message about a change reads when it goes, and what it is called where it did not arrive."""

from datetime import datetime, tzinfo
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.features.activity_changes import telling
from bot.kit.titles import LONGEST, by_row
from bot.kit.words import cut
from scheduler.jobs import Everywhere, Job
from storage.models.activity import Activity

TITLES = {telling.CHANGE: by_row(select(Activity.id, Activity.title), lambda row: f"{cut(row.title, LONGEST)}变更通知")}


def build(tz: tzinfo) -> list[Job]:
    """A job without any times: changes are made by people."""

    def reads(session: Session, about: dict[str, Any], now: datetime) -> dict[str, Any] | None:
        return telling.reads(session, about, now, tz)

    never = Everywhere(lambda calendar, since, until: [])
    return [Job(telling.CHANGE, never, lambda session, branch_id, occurrence, now: [], reads)]
