"""The code shown in the room, by which people sign in: kept as a hash, one for an activity."""

import hashlib
import secrets
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from storage import audit
from storage.audience import Me
from storage.models.activity import Activity


def hash_code(code: str) -> str:
    return hashlib.sha256(code.encode()).hexdigest()


def activity_of_code(session: Session, code: str) -> int | None:
    """The activity that a sign-in code belongs to; the window is asked at the sign-in itself."""
    return session.scalar(select(Activity.id).where(Activity.sign_in_code_hash == hash_code(code)))


def new_code(session: Session, me: Me, activity: Activity, now: datetime) -> str:
    """A new code, for who may call the roll (asked by the caller); the one before it is void."""
    code, had = secrets.token_urlsafe(16), activity.sign_in_code_hash is not None
    activity.sign_in_code_hash = hash_code(code)
    audit.record(
        session,
        "code_made",
        "activity",
        activity.id,
        now=now,
        by=me,
        changes={"sign_in_code": [had, True]},
    )
    return code
