"""What branches decided about their reminders, from rows: of one branch, or of all that decided anything at once."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, tzinfo
from typing import Any

from sqlalchemy import ColumnElement, delete, null, select
from sqlalchemy.orm import Session

from bot.features.integrity import timing
from bot.features.integrity.timing import Decided, Timing, Wish
from scheduler.calendar.days import Calendar
from scheduler.jobs import Occurrence
from storage.models.organisation import Organisation
from storage.models.reminder import ReminderPlan

# Where a branch keeps its timing in its settings. The texts of all branches are never read to find it: a plan of this
# name says which branches have one.
TIMING, EVERY = "holiday_timing", "*"
_ASKED = "reminders that branches decided for themselves"


def decided(session: Session, branch_id: int) -> Decided:
    """Of one branch, with the texts of its plans."""
    mine = _load(session, ReminderPlan.branch_id == branch_id, ReminderPlan.text)
    return mine.get(branch_id, timing.NOTHING)


def _load(session: Session, which: ColumnElement[bool] | None, text: Any) -> dict[int, Decided]:
    plan = ReminderPlan
    query = select(plan.branch_id, plan.holiday, plan.send_on, text.label("text"), plan.skipped, plan.changed_at)
    own = select(Organisation.id, Organisation.settings[TIMING]).join(plan, plan.branch_id == Organisation.id)
    own = own.where(plan.holiday == EVERY)
    if which is not None:
        query, own = query.where(which), own.where(which)
    wishes: dict[int, dict[str, Wish]] = {}
    for row in session.execute(query):
        wish = Wish(row.changed_at, row.send_on, row.text, row.skipped)
        wishes.setdefault(row.branch_id, {})[row.holiday] = wish
    timings = {branch_id: Timing.read(kept) for branch_id, kept in session.execute(own)}
    return {branch_id: _decided(timings.get(branch_id), mine) for branch_id, mine in wishes.items()}


def _decided(own: Timing | None, wishes: dict[str, Wish]) -> Decided:
    every = wishes.pop(EVERY, None)
    return Decided(own or Timing(), every.changed_at if every else None, wishes)


def lock(session: Session, branch_id: int) -> None:
    """What is being changed is not sent meanwhile, and the other way round."""
    session.execute(select(Organisation.id).where(Organisation.id == branch_id).with_for_update(key_share=True))


def forget_old(session: Session, branch_id: int, mine: Decided, today: date) -> None:
    """Plans of holidays that are over: without them the branch is soon like all others again."""
    over = [holiday for holiday in mine.wishes if timing.is_over(holiday, today)]
    if over:
        which = (ReminderPlan.branch_id == branch_id, ReminderPlan.holiday.in_(over))
        session.execute(delete(ReminderPlan).where(*which))


# --- for the clock -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Asked:
    """All branches that decided something, and what those have in common who decided the same."""

    decided: Mapping[int, Decided]
    known: dict[tuple[int, Timing, datetime, datetime], list[Occurrence]] = field(default_factory=dict)


def differ(session: Session) -> Collection[int]:
    """Branches with a timing or a plan of their own: two questions, however many they are; kept for `of_branch`."""
    asked = session.info[_ASKED] = _Asked(_load(session, None, null()))
    return asked.decided.keys()


def of_branch(
    session: Session, branch_id: int, calendar: Calendar, since: datetime, until: datetime, tz: tzinfo
) -> list[Occurrence]:
    """The reminders of one of those that were asked for, or of a branch with days of its own."""
    if _ASKED not in session.info:
        differ(session)
    asked: _Asked = session.info[_ASKED]
    mine = asked.decided.get(branch_id, timing.NOTHING)
    if mine.wishes or (mine.changed_at is not None and mine.changed_at > since):
        return timing.occurrences(calendar, since, until, tz, mine)
    key = (id(calendar), mine.timing, since, until)
    if key not in asked.known:
        # A change that lies before both ends puts nothing between them.
        asked.known[key] = timing.occurrences(calendar, since, until, tz, replace(mine, changed_at=None))
    return asked.known[key]
