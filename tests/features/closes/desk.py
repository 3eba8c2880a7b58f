"""Short words for closing and correcting the quarter of the example archive."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.features.closes import corrections, service
from bot.features.closes.service import Offered
from bot.features.registry import FEATURES, FIGURES
from bot.features.tally.service import Tally, tally, to_json
from scheduler.calendar.days import Quarter
from scheduler.calendar.periods import Period
from storage.audience import Me
from storage.choices import AttendanceStatus, Duty, LeaveType
from storage.models.close import Correction, FigureVersion
from tests.world import SHANGHAI

Q3 = Quarter(2022, 3)
OFFERED = Offered(
    FIGURES,
    [one.blocks for one in FEATURES if one.blocks is not None],
    [one.unfinished for one in FEATURES if one.unfinished is not None],
)
CHANGES: dict[str, list[Any]] = json.loads((Path(__file__).parent / "archive_example.v2.json").read_text())


def at(day: str, clock: str = "09:00") -> datetime:
    return datetime.fromisoformat(f"{day} {clock}").replace(tzinfo=SHANGHAI)


# In the days of grace, after them, and when it is corrected.
EARLY, LATE, LATER = at("2022-10-08", "17:30"), at("2022-10-12"), at("2022-10-16", "10:00")
SECRETARY = Me(1, "甲一", 1, 1, frozenset({Duty.SECRETARY}), frozenset())
OTHERS = (
    Me(2, "甲二", 1, 1, frozenset({Duty.ORGANIZATION_OFFICER}), frozenset()),
    Me(2, "甲二", 1, 1, frozenset({Duty.DEPUTY_SECRETARY}), frozenset()),
    Me(4, "乙一", 1, 2, frozenset(), frozenset()),
)


def close(session: Session, now: datetime = LATE, me: Me = SECRETARY, quarter: Quarter = Q3) -> FigureVersion:
    return service.close(session, me, quarter, OFFERED, now, SHANGHAI)


def shown(session: Session, version: str = "", now: datetime = LATER, quarter: Quarter = Q3) -> Tally:
    return tally(session, 1, Period.of(quarter), now, SHANGHAI, figures=FIGURES, version=version)


def figures(session: Session, version: str = "", now: datetime = LATER) -> dict[str, Any]:
    found: dict[str, Any] = to_json(shown(session, version, now))["figures"]
    return found


def flat(values: Any, path: str = "") -> dict[str, Any]:
    """by_type.group_meeting.present: 2"""
    if not isinstance(values, dict) or not values:
        return {path: values}
    found: dict[str, Any] = {}
    for name, value in values.items():
        found |= flat(value, f"{path}.{name}" if path else name)
    return found


def differing(before: dict[str, Any], after: dict[str, Any]) -> dict[str, list[Any]]:
    one, other = flat(before), flat(after)
    names = [name for name in sorted({*one, *other}) if one.get(name) != other.get(name)]
    return {name: [one.get(name), other.get(name)] for name in names}


def frozen(session: Session) -> list[tuple[int, str, str, str]]:
    """The bytes of every version."""
    query = select(FigureVersion).order_by(FigureVersion.close_id, FigureVersion.number)
    return [(one.number, one.figures, one.sources, one.sha256) for one in session.scalars(query)]


def fix_roll(
    session: Session,
    activity: int,
    person: int,
    new: AttendanceStatus | LeaveType,
    me: Me = SECRETARY,
    now: datetime = LATER,
) -> Correction:
    return corrections.corrected_roll(session, me, activity, person, new, "补交签到照片", FIGURES, now, SHANGHAI)


def admit(session: Session, key: str, me: Me = SECRETARY, now: datetime = LATER) -> Correction:
    [row] = corrections.admit(session, me, Q3, [key], "出差返回后补交", FIGURES, now, SHANGHAI)
    return row
