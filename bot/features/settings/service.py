"""The settings of the branch acted for: as they stand, and changed with a line in the log."""

from collections.abc import Mapping
from datetime import date, datetime, tzinfo
from typing import Any

from sqlalchemy.orm import Session

from bot.features.settings import rules
from bot.kit import branch_settings
from bot.kit.access import Right, require
from bot.kit.deadlines import last_instant
from scheduler.calendar.days import Quarter, local_day
from storage import audit
from storage.audience import Me
from storage.models.organisation import Organisation

SUBJECT = "branch_settings"


def standing(session: Session, branch_id: int) -> dict[str, Any]:
    """The present values by name, as they are stored; a superior that nobody has named is the organisation above."""
    row = session.get_one(Organisation, branch_id, populate_existing=True)
    found = branch_settings.to_json(branch_settings.read(row.settings))
    parent = session.get(Organisation, row.parent_id) if row.parent_id is not None else None
    return {**found, "superior": found["superior"] or (parent.name if parent is not None else "")}


def save(session: Session, me: Me, said: Mapping[str, Any], now: datetime, tz: tzinfo) -> dict[str, list[Any]]:
    """Keep what differs from what stands now; {name: [before, after]}, {} when nothing does."""
    require(me, Right.BRANCH_SETTINGS, branch_id=me.branch_id)
    row = session.get_one(Organisation, me.branch_id, populate_existing=True, with_for_update=True)
    stands = standing(session, me.branch_id)
    values = rules.differing(said, stands)
    if not values:
        return {}
    row.settings = branch_settings.changed(row.settings, values, now, tz, _early(session, row.id))
    session.flush()
    changes = {name: [stands[name], value] for name, value in values.items()}
    audit.record(session, "change", SUBJECT, me.branch_id, now=now, by=me, changes=_noted(changes))
    return changes


def _noted(changes: Mapping[str, list[Any]]) -> dict[str, list[Any]]:
    """Names of units are texts: the log keeps their length alone."""
    return {
        name: [audit.of_text(rules.answer(name, one) or None) for one in pair] if name in rules.TEXTS else pair
        for name, pair in changes.items()
    }


def next_end(
    session: Session, branch_id: int, day: int | None, now: datetime, tz: tzinfo
) -> tuple[Quarter, date, Quarter]:
    """The oldest quarter that still takes records, the last day on which it does, and the first quarter of `day`.

    day: the close day that is to be; None: as it stands.
    """
    kept = session.get_one(Organisation, branch_id).settings
    stands = branch_settings.of_branch(session, branch_id)
    open_ = branch_settings.first_open(stands, now, tz)
    reached = branch_settings.first_open(stands, now, tz, day)
    early = stands.early
    then = branch_settings.read(branch_settings.changed(kept, {"close_day": day}, now, tz, early)) if day else stands
    return open_, local_day(last_instant(open_.cut_off(tz, then.close_day_on(open_.start))), tz), reached


def _early(session: Session, branch_id: int) -> Mapping[Quarter, datetime]:
    return branch_settings.early_closes(session, [branch_id]).get(branch_id, {})
