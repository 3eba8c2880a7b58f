"""The tally of any quarter, as a draft: the number of statements depends neither on people nor on activities."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.features.activities.counting.held import held_activities
from bot.features.activities.counting.rules import Held
from bot.features.integrity.service import reminder_figures
from bot.features.reflections.service import task_figures
from bot.features.roster.counting.headcount import heads
from bot.features.study.service import study_figures
from bot.features.tally.figures import Figures, count_activities, count_heads, ids, in_order, later_figures
from bot.features.tally.group_scope import belonging
from bot.features.tally.members import among, count_reflections, count_reminders, count_study
from bot.kit.closing import close_day
from bot.kit.deadlines import after, last_instant
from scheduler.calendar.days import Quarter
from storage.models.organisation import Organisation, PartyGroup

DRAFT = "draft"


@dataclass(frozen=True, slots=True)
class Tally:
    """The figures of one quarter (names and shapes of docs/archive.md) and the ids behind the path of each.

    `until` is the last instant that counts, in the branch's time; over: it takes nothing more. `only`: the party groups
    that it was narrowed to.
    """

    quarter: Quarter
    branch: str
    until: datetime
    over: bool
    held: tuple[Held, ...]
    figures: Mapping[str, Any]
    behind: Mapping[str, Sequence[str]]
    groups: Mapping[int, str]
    only: frozenset[int] | None = None
    version: str = DRAFT


def cut_off(quarter: Quarter, close_day: int, now: datetime, tz: tzinfo) -> datetime:
    """Before which what was recorded counts (D20): the end of the grace, or of this moment while that is to come."""
    return min(after(now), quarter.cut_off(tz, close_day))


def tally(
    session: Session,
    branch_id: int,
    quarter: Quarter,
    now: datetime,
    tz: tzinfo,
    only: Collection[int] | None = None,
) -> Tally:
    """Count a quarter of a branch as of `now`; `only`: what concerns some party groups (a leader's own)."""
    closes = cut_off(quarter, close_day(session, branch_id), now, tz)
    groups = _groups(session, branch_id, only)
    held, found = held_activities(session, branch_id, quarter, closes, tz), heads(session, branch_id, quarter)
    people = None
    if only is not None:
        mine = belonging(session, branch_id, quarter, only, [one.day for one in held])
        held = [one.seen_by(mine.at(one.day)) for one in held if one.concerns(groups, mine.at(one.day))]
        found, people = mine.heads(found), mine.last
    into = Figures()
    count_heads(into, found)
    count_activities(into, held, groups)
    _count_members(session, into, branch_id, quarter, closes, tz, people)
    into.values |= later_figures()
    return Tally(
        quarter,
        session.get_one(Organisation, branch_id).name,
        last_instant(closes).astimezone(tz),
        closes <= now,
        tuple(held),
        in_order(into.values),
        into.behind,
        groups,
        None if only is None else frozenset(only),
    )


def _groups(session: Session, branch_id: int, only: Collection[int] | None) -> dict[int, str]:
    query = select(PartyGroup.id, PartyGroup.name).where(PartyGroup.branch_id == branch_id)
    found = {row.id: row.name for row in session.execute(query.order_by(PartyGroup.id))}
    return {group_id: name for group_id, name in found.items() if only is None or group_id in only}


def _count_members(
    session: Session,
    into: Figures,
    branch_id: int,
    quarter: Quarter,
    cut_off: datetime,
    tz: tzinfo,
    people: Collection[int] | None,
) -> None:
    """Study, reflections and reminders, as their features count them."""
    learned = study_figures(session, branch_id, quarter, cut_off, tz)
    tasks = task_figures(session, branch_id, quarter, cut_off, tz).tasks
    sent = reminder_figures(session, branch_id, quarter, cut_off, tz)
    into.put("monthly_themes", learned.monthly_themes, ids("T", learned.theme_ids))
    count_study(into, learned if people is None else learned.among(people))
    count_reflections(into, {task: (said.title, among(said.tally, people)) for task, said in tasks.items()})
    count_reminders(into, {row: said if people is None else said.among(people) for row, said in sent.items()})


def to_json(tally: Tally) -> dict[str, Any]:
    """What `branch-bot tally --format json` prints (docs/archive.md)."""
    return {
        "quarter": str(tally.quarter),
        "version": tally.version,
        "branch": tally.branch,
        "figures": _plain(tally.figures),
    }


def _plain(value: Any) -> Any:
    """Decimals as JSON numbers: all of them have one decimal."""
    if isinstance(value, Mapping):
        return {name: _plain(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    return float(value) if hasattr(value, "quantize") else value
