"""The papers of activities gathered from their rows: of one, of all of a quarter."""

import io
import zipfile
from collections.abc import Sequence
from datetime import datetime, time, tzinfo

from sqlalchemy.orm import Session

from bot.features.minutes import asked, document, forms, known, messages, service
from bot.kit import activity_files
from bot.kit.sheets import visible
from scheduler.calendar.days import DAY, Quarter, at
from storage.activities import components
from storage.choices import ActivityFileRole, ActivityType
from storage.file_holders import name_of
from storage.models.activity import Activity

_SAME_TIME = (1980, 1, 1, 0, 0, 0)


def of_activity(session: Session, activity: Activity, kinds: Sequence[ActivityType], tz: tzinfo) -> bytes:
    """The docx of these components, a page each."""
    parts = []
    for kind in kinds:
        said = service.written(session, service.row_of(session, activity.id, kind))
        held = activity_files.of(session, activity.id, ActivityFileRole.MINUTES, kind)
        files = [visible(name_of(row.file)) for row in held]
        parts.append((known.of(session, activity, kind, tz), said, files, forms.speakers(session, said)))
    return document.made(parts, activity.id)


def whole(session: Session, activity: Activity, tz: tzinfo) -> bytes:
    return of_activity(session, activity, [one.type for one in components(session, activity.id)], tz)


def of_quarter(session: Session, branch_id: int, quarter: Quarter, now: datetime, tz: tzinfo) -> tuple[bytes, int]:
    """A zip of what was held in a quarter and is over, a docx each, and how many they are."""
    since, until = at(quarter.start, time(), tz), at(quarter.end + DAY, time(), tz)
    found = [one for one in asked.over(session, branch_id, since, now, asked.ASKED_OF) if one.start_at < until]
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for number, activity in enumerate(found, 1):
            name = messages.paper(activity, "会议记录", b"", tz).name
            entry = zipfile.ZipInfo(f"{number:02} {name}", _SAME_TIME)
            packed.writestr(entry, whole(session, activity, tz))
    return out.getvalue(), len(found)
