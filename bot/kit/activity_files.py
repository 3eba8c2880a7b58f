"""The files of an activity: taken in as Telegram announces them, fetched by the keeper, listed for whoever may see."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.kit.handlers import File
from bot.kit.kept_files import KINDS, LONGEST_NAME, MOST_BYTES
from bot.kit.refusal import Refusal
from storage import audit
from storage.audience import Me
from storage.choices import ActivityFileRole, ActivityType
from storage.models.activity import Activity
from storage.models.activity_file import ActivityFile

MOST = 30
WRONG_KIND = "请发送文件、照片、音频或视频。"
TOO_LARGE = f"文件超过{MOST_BYTES // 1024 // 1024}兆，不能随记录保存，请精简后再发。"
TOO_MANY = f"附件最多{MOST}个。"


def announced(files: Sequence[File]) -> list[dict[str, Any]]:
    """As they are kept; refuses what is too large to be, and what is no file."""
    if any(one.kind not in KINDS for one in files):
        raise Refusal(WRONG_KIND)
    if any((one.size or 0) > MOST_BYTES for one in files):
        raise Refusal(TOO_LARGE)
    return [{**one.to_json(), "name": one.name[:LONGEST_NAME] if one.name else None} for one in files]


def add_files(
    session: Session,
    me: Me,
    activity: Activity,
    role: ActivityFileRole,
    component: ActivityType | None,
    files: Sequence[Mapping[str, Any]],
    now: datetime,
) -> list[ActivityFile]:
    """Keep what `announced` made of files; the same file of the same use a second time is the one that is there. Who
    may is asked by who calls.
    """
    standing = of(session, activity.id, role, component)
    have = {one.unique_id for one in standing}
    new = {str(one.get("file_unique_id") or ""): one for one in files}
    rows = [_row(me, activity, role, component, one, now) for key, one in new.items() if key not in have]
    if len(standing) + len(rows) > MOST:
        raise Refusal(TOO_MANY)
    session.add_all(rows)
    session.flush()
    if rows:
        audit.record(session, "add", "activity_file", activity.id, now=now, by=me, role=role, many=len(rows))
    return rows


def _row(
    me: Me,
    activity: Activity,
    role: ActivityFileRole,
    component: ActivityType | None,
    file: Mapping[str, Any],
    now: datetime,
) -> ActivityFile:
    return ActivityFile(
        activity_id=activity.id,
        role=role,
        component=component,
        file=dict(file),
        unique_id=str(file.get("file_unique_id") or ""),
        added_at=now,
        added_by_id=me.id,
    )


def of(
    session: Session, activity_id: int, role: ActivityFileRole, component: ActivityType | None = None
) -> list[ActivityFile]:
    """What stands of an activity for one use, of one content where that is named; in the order in which it came."""
    query = select(ActivityFile).where(
        ActivityFile.activity_id == activity_id, ActivityFile.role == role, ActivityFile.withdrawn_at.is_(None)
    )
    if component is not None:
        query = query.where(ActivityFile.component == component)
    return list(session.scalars(query.order_by(ActivityFile.id)))


def withdraw(session: Session, me: Me, row: ActivityFile, now: datetime) -> None:
    """Take a file out; its bytes go with the next round of the keeper."""
    if row.withdrawn_at is None:
        row.withdrawn_at = now
        audit.record(session, "remove", "activity_file", row.activity_id, now=now, by=me, role=row.role, many=1)
