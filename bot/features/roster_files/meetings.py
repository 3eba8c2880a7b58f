"""Meetings whose 应到 an import changes: begun or registered already, on a day from which the file holds (D5)."""

from collections.abc import Sequence
from datetime import date, datetime, tzinfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.features.roster_files.service import Plan
from storage.choices import ActivityStatus, Scope
from storage.facts import Edit, changed_days
from storage.models.activity import Activity
from storage.models.person import DutySpan, ExemptionSpan, GroupSpan, RosterSpan

# What decides who is expected, by the scope of an activity (None: of every scope).
_DECIDES = {RosterSpan: None, ExemptionSpan: None, GroupSpan: Scope.GROUP, DutySpan: Scope.COMMITTEE}


def changed_meetings(session: Session, plan: Plan, now: datetime, tz: tzinfo) -> list[Activity]:
    """Those that have begun and are not cancelled, whose expected people the plan changes; by time."""
    first = {scope: _first_day(plan.edits, scope) for scope in Scope}
    earliest = min((day for day in first.values() if day is not None), default=None)
    if earliest is None:
        return []
    held = select(Activity).where(
        Activity.branch_id == plan.facts.branch_id,
        Activity.status.in_((ActivityStatus.PLANNED, ActivityStatus.HELD)),
        Activity.start_at >= datetime.combine(earliest, datetime.min.time(), tz),
        Activity.start_at <= now,
    )
    found = session.scalars(held.order_by(Activity.start_at, Activity.id))
    return [one for one in found if _reaches(first[one.scope], day_of(one, tz))]


def day_of(activity: Activity, tz: tzinfo) -> date:
    """The branch's day on which it began."""
    return activity.start_at.astimezone(tz).date()


def _reaches(first: date | None, day: date) -> bool:
    return first is not None and first <= day


def _first_day(edits: Sequence[Edit], scope: Scope) -> date | None:
    """The first day on which the plan changes who is expected at an activity of this scope."""
    days = [
        day
        for edit in edits
        if edit.kind in _DECIDES and _DECIDES[edit.kind] in (None, scope)
        for day in changed_days(edit)
    ]
    return min(days, default=None)
