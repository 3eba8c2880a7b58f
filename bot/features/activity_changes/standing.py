"""An activity by the keys of its form: as it stands in the record, and as a form would have it."""

from collections.abc import Sequence
from datetime import tzinfo
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session

from bot.features.activities.cards import first_agenda
from bot.features.activities.details import OUTSIDE
from bot.features.activity_changes.rules import MANY, State
from bot.kit.form_fields import Field, Values
from bot.kit.form_steps import asked
from bot.kit.glossary.choices import ACTIVITY_TYPES
from bot.kit.names import names_listed
from storage.activities import components, delegates, notice_of
from storage.choices import ActivityType
from storage.models.activity import Activity, Component
from storage.models.notice import Notice


def asking(session: Session, activity_id: int) -> Notice | None:
    """The notice that asks for replies."""
    notice = notice_of(session, activity_id)
    return notice if notice is not None and notice.closed_at is None else None


def standing(session: Session, activity: Activity, tz: tzinfo) -> dict[str, Any]:
    """What the record says now; `day` is no field, but nobody changes what was moved to another."""
    start = activity.start_at.astimezone(tz)
    notice = asking(session, activity.id)
    reply = notice.reply_by.astimezone(tz) if notice is not None else None
    return {
        "day": start.date().isoformat(),
        "time": f"{start:%H:%M}",
        "length": str(int((activity.end_at - activity.start_at).total_seconds() // 60)),
        "title": activity.title,
        "place": activity.place,
        "note": activity.note,
        "hours": _number(activity.hours),
        "guests": str(activity.guests),
        "host": _id(activity.host_id),
        "recorder": _id(activity.recorder_id),
        "campaign": _id(activity.campaign_id),
        "organizer": activity.organizer.value,
        "organizer_name": activity.organizer_name,
        "organizer_level": activity.organizer_level.value if activity.organizer_level else "",
        "mode": activity.mode.value,
        "sites": names_listed(activity.sites),
        "partners": names_listed(activity.partners),
        "people": [str(one) for one in delegates(session, [activity.id])[activity.id]],
        "agenda": first_agenda(session, activity.id),
        "reply_day": reply.date().isoformat() if reply else "",
        "reply_time": f"{reply:%H:%M}" if reply else "",
        **_contents(components(session, activity.id)),
    }


def _contents(found: Sequence[Component]) -> dict[str, Any]:
    by = {one.type: one for one in found}
    details = {kind: one.details for kind, one in by.items()}
    lecture, outside = by.get(ActivityType.PARTY_LECTURE), details.get(ActivityType.PARTY_LECTURE, {}).get("lecturer")
    inside = _id(lecture.lecturer_id) if lecture is not None else ""
    return {
        "types": [kind.value for kind in ACTIVITY_TYPES if kind in by],
        "topic": details.get(ActivityType.GROUP_DISCUSSION, {}).get("topic", ""),
        "speakers": list(details.get(ActivityType.OPEN_TALK, {}).get("speakers", ())),
        "lecture": details.get(ActivityType.PARTY_LECTURE, {}).get("lecture", ""),
        "film": details.get(ActivityType.WARNING_EDUCATION, {}).get("film", ""),
        "lecturer": f"{OUTSIDE}{outside}" if outside else inside,
        "lecturer_of": details[ActivityType.PARTY_LECTURE].get("lecturer_of", "other") if outside else "",
    }


def _id(value: int | None) -> str:
    return "" if value is None else str(value)


def _number(value: Decimal) -> str:
    said = f"{value:f}"
    return said.rstrip("0").rstrip(".") if "." in said else said


# --- as a form would have it ---------------------------------------------------------------------------------------


def wanted(fields: Sequence[Field], was: State, values: Values) -> dict[str, Any]:
    """What is not asked stands; what belonged to a content that was taken out goes with it."""
    before = {field.key for field in asked(fields, {**values, **was})}
    now = {field.key for field in asked(fields, values)}
    found = {key: _value(key, values.get(key)) if key in now else _kept(key, was, before) for key in was}
    if found["lecturer_of"] == "" and str(found["lecturer"]).startswith(OUTSIDE):
        found["lecturer_of"] = "other"
    return found | ({"reply_time": values.get("reply_time", "")} if "reply_day" in now else {})


def _kept(key: str, was: State, before: set[str]) -> Any:
    return was[key] if key not in before else [] if key in MANY else ""


def _value(key: str, said: Any) -> Any:
    if key == "hours":
        return _number(Decimal(said or 0))
    if key not in MANY:
        return said or ("0" if key == "guests" else "")
    listed = list(dict.fromkeys(said or ()))
    if key == "types":
        return [kind.value for kind in ACTIVITY_TYPES if kind.value in listed]
    return sorted(listed, key=int) if key == "people" else listed
