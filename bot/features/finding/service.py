"""People, activities and entries of the register that hold some words, as far as somebody may see them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.features.activities.service import sees_groups, sees_names
from bot.features.register import seeking
from bot.features.register.rules import View
from bot.features.register.values import Called
from bot.features.tally import looking
from bot.features.tally.looking import Known
from bot.kit.access import Reach, Right, reach
from bot.kit.glossary.choices import ACTIVITY_TYPES
from bot.kit.names import name_key
from scheduler.calendar.days import Quarter, local_day
from scheduler.calendar.periods import Period
from storage.activities import audience
from storage.audience import Me
from storage.choices import OFF
from storage.models.activity import Activity, Component

# So many of each kind are shown.
MOST = 8


@dataclass(frozen=True, slots=True)
class Found:
    """What there is of each, the likeliest or newest first, one more than is shown where there are more.

    opens: the activities whose page this person has.
    """

    people: Sequence[Known]
    activities: Sequence[Activity]
    opens: frozenset[int]
    entries: Sequence[View]
    called: Called


def find(session: Session, me: Me, words: str, now: datetime, tz: tzinfo) -> Found:
    wanted = [name_key(one) for one in words.split()]
    activities = _activities(session, me, wanted, tz)
    opens = frozenset(one.id for one in activities if _opens(me, one))
    entries, called = seeking.holding(session, me, words, local_day(now, tz))
    return Found(_people(session, me, wanted, now, tz), activities, opens, entries[: MOST + 1], called)


def _people(session: Session, me: Me, wanted: Sequence[str], now: datetime, tz: tzinfo) -> list[Known]:
    """Whose record somebody may look at: of the roster of today, then whom the branch knows beside it."""
    if reach(me, Right.SEE_RECORD) is Reach.NONE:
        return []
    day = local_day(now, tz)
    there = [one for one in looking.known(session, me.branch_id, day) if _holds(one.name, wanted)]
    return looking.looked_at(session, me, there, Period.of(Quarter.of(day)), now, tz)[: MOST + 1]


def _activities(session: Session, me: Me, wanted: Sequence[str], tz: tzinfo) -> list[Activity]:
    """By title, place, contents and topic. Whoever has its page finds it; others what they are called to."""
    parts: dict[int, list[str]] = {}
    mine = Activity.branch_id == me.branch_id
    of_branch = select(Component).join(Activity, Activity.id == Component.activity_id).where(mine)
    for one in session.scalars(of_branch):
        details = [value for value in one.details.values() if isinstance(value, str)]
        parts.setdefault(one.activity_id, []).extend([ACTIVITY_TYPES[one.type], *details])
    found: list[Activity] = []
    for activity in session.scalars(
        select(Activity).where(mine).order_by(Activity.start_at.desc(), Activity.id.desc())
    ):
        sites = [one for one in activity.sites if isinstance(one, str)]
        text = " ".join([activity.title, activity.place, *sites, *parts.get(activity.id, ())])
        if _holds(text, wanted) and (_opens(me, activity) or _is_called(session, me, activity, tz)):
            found.append(activity)
        if len(found) > MOST:
            break
    return found


def _opens(me: Me, activity: Activity) -> bool:
    return sees_names(me, activity) or bool(sees_groups(me, activity))


def _is_called(session: Session, me: Me, activity: Activity, tz: tzinfo) -> bool:
    """Whether somebody was or is to come; what was called off is nobody's any more."""
    return activity.status not in OFF and any(one.id == me.id for one in audience(session, activity, tz))


def _holds(text: str, wanted: Sequence[str]) -> bool:
    key = name_key(text)
    return all(one in key for one in wanted)
