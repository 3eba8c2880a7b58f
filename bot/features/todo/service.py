"""What is still owed, over all features: by one person, by a branch, by its party groups, and who is nudged today."""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from typing import TypeVar

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from bot.kit import branch_settings
from bot.kit.access import NO_RIGHT, Reach, Right, reach
from bot.kit.broadcasts import went
from bot.kit.digest import Section
from bot.kit.feature import Feature
from bot.kit.owing import Matter, Nudged, Owing, Waiting, Waits
from bot.kit.quiet_hours import MORNING as MORNING
from bot.kit.quiet_hours import next_morning as next_morning
from bot.kit.quiet_hours import open_now
from bot.kit.refusal import Refusal
from scheduler.calendar.days import DAY, Calendar, at, local_day, next_month
from storage.audience import Me, find
from storage.models.person import Person
from storage.models.study import MonthlyTheme
from storage.roster import Member, roster

Features = Sequence[Feature]
Item = TypeVar("Item", bound=Nudged)
SNOOZE = timedelta(hours=3)
DIGEST_DAY = 25
NO_GROUP = "未编组"


@dataclass(frozen=True, slots=True)
class GroupState:
    """A party group now: how many are expected to have nothing left to do, and the names of those who have."""

    name: str
    expected: int
    owing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Standing:
    """A branch now: its roster, who owes anything, and what (by key); asked once, however many are told.

    spared: those whom an exemption frees from everything.
    """

    branch_id: int
    members: Sequence[Member]
    owing: frozenset[int]
    owed: frozenset[tuple[int, str]] = frozenset()
    spared: frozenset[int] = frozenset()


def owing(
    session: Session, features: Features, branch_id: int, now: datetime, tz: tzinfo, person_id: int | None = None
) -> list[Owing]:
    """Everything owed by what the features tell, the nearest deadline first."""
    sources = [feature.owing for feature in features if feature.owing is not None]
    found = [item for source in sources for item in source(session, branch_id, now, tz, person_id)]
    return sorted(found, key=lambda item: (item.due, item.key))


def nudged(
    session: Session, features: Features, branch_id: int, now: datetime, tz: tzinfo, person_id: int | None = None
) -> list[Nudged]:
    """All that nudges tell: what is owed, and what officers are asked to settle; the nearest first."""
    sources = [feature.matters for feature in features if feature.matters is not None]
    found = [item for source in sources for item in source(session, branch_id, now, tz, person_id)]
    owed = owing(session, features, branch_id, now, tz, person_id)
    return sorted([*owed, *found], key=lambda item: (item.due, item.key))


def by_hand(
    session: Session,
    features: Features,
    me: Me | None,
    branch_id: int,
    person_id: int,
    key: str,
    now: datetime,
    tz: tzinfo,
) -> Matter | None:
    """What somebody is asked to settle by 请其办理 alone, by the first feature that knows the key."""
    sources = [feature.by_hand for feature in features if feature.by_hand is not None]
    found = (source(session, me, branch_id, person_id, key, now, tz) for source in sources)
    return next((one for one in found if one is not None), None)


def by_person(items: Collection[Item]) -> dict[int, list[Item]]:
    """Who owes what, each in the order given."""
    mine: dict[int, list[Item]] = defaultdict(list)
    for item in items:
        mine[item.person_id].append(item)
    return mine


def visible(
    session: Session, features: Features, me: Me, right: Right, now: datetime, tz: tzinfo
) -> list[tuple[Owing, Member]]:
    """What is owed by those whom somebody may see or nudge: all, or the own group; everybody else is refused."""
    wide = reach(me, right)
    if wide is Reach.NONE:
        raise Refusal(NO_RIGHT)
    groups = me.leads if wide is Reach.OWN_GROUP else None
    members = {member.id: member for member in _members(session, me.branch_id, now, tz, groups)}
    found = owing(session, features, me.branch_id, now, tz)
    return [(item, members[item.person_id]) for item in found if item.person_id in members]


def _members(
    session: Session, branch_id: int, now: datetime, tz: tzinfo, groups: Collection[int] | None
) -> list[Member]:
    """Who is on the roster today; `groups` narrows it to these party groups."""
    members = roster(session, branch_id, local_day(now, tz))
    return members if groups is None else [member for member in members if member.group_id in groups]


def due_today(items: Collection[Item], now: datetime, tz: tzinfo) -> dict[int, list[Item]]:
    """Who is to be nudged: somebody with a nudge due today gets everything owed in one message."""
    today = local_day(now, tz)
    return {
        person: told_before(mine, today, tz)
        for person, mine in by_person(items).items()
        if any(nudge <= now and local_day(nudge, tz) == today for item in mine for nudge in item.nudges)
    }


def told_before(items: Sequence[Item], today: date, tz: tzinfo) -> list[Item]:
    """Without what came as news this very day: that is not said again in its nudge."""
    return [
        item for item in items if item.told_on != today or any(local_day(nudge, tz) == today for nudge in item.nudges)
    ]


def with_deadlines(session: Session, features: Features, now: datetime, tz: tzinfo) -> set[int]:
    """Branches in which anything falls due so soon that somebody may be nudged for it today."""
    sources = [feature.nearing for feature in features if feature.nearing is not None]
    return {branch_id for nearing in sources for branch_id in nearing(session, now, tz)}


def later(now: datetime, tz: tzinfo, calendar: Calendar) -> datetime:
    """稍后提醒: in three hours; when now or then is out of hours, at nine on the next morning of a working day."""
    if open_now(now, tz, calendar) and open_now(now + SNOOZE, tz, calendar):
        return now + SNOOZE
    return next_morning(now, tz, calendar)


# --- what waits for an officer -------------------------------------------------------------------------------------


def waiting(session: Session, features: Features, me: Me, now: datetime, tz: tzinfo) -> list[Waiting]:
    """What somebody has to decide or to do in office, by kind, the oldest first."""
    sources = [feature.waiting for feature in features if feature.waiting is not None]
    found = [one for source in sources for one in source(session, me, now, tz)]
    return sorted(found, key=lambda one: (list(Waits).index(one.kind), one.since))


def reader(session: Session, branch_id: int, person_id: int, now: datetime, tz: tzinfo) -> Me | None:
    """An officer of a branch to whom the clock speaks; None: nobody of it any longer."""
    account = session.scalar(select(Person.telegram_id).where(Person.id == person_id))
    me = find(session, account, local_day(now, tz), branch_id) if account is not None else None
    return me if me is not None and me.branch_id == branch_id else None


def told_of_features(
    session: Session, features: Features, me: Me, week: date, now: datetime, tz: tzinfo
) -> list[Section]:
    """What the features have to say in the digest of the week that begins on this Monday, to whoever gets it."""
    found = [feature.digest(session, me, week, now, tz) for feature in features if feature.digest is not None]
    return [section for section in found if section is not None]


def last_week(
    session: Session, features: Features, branch_id: int, week: date, tz: tzinfo
) -> tuple[Mapping[str, int], int]:
    """What went to many in the week before the one that begins on this Monday, by word, and how many it missed."""
    kinds = [kind for feature in features for kind in feature.broadcasts]
    return went(session, kinds, branch_id, at(week - 7 * DAY, time(), tz), at(week, time(), tz), tz)


def theme_entered(session: Session, branch_id: int, today: date) -> bool:
    """Whether next month's theme is there."""
    following = next_month(today).strftime("%Y-%m")
    mine = (MonthlyTheme.branch_id == branch_id, MonthlyTheme.month == following)
    return bool(session.scalar(select(exists().where(*mine))))


# --- by party group ------------------------------------------------------------------------------------------------


def monday(day: date) -> date:
    """Of the week that a day lies in."""
    return day - day.weekday() * DAY


def digest_day(calendar: Calendar, year: int, month: int) -> date:
    """The 25th, or the last working day before it (docs/rules.md)."""
    return calendar.on_or_before(date(year, month, DIGEST_DAY))


def weekly_day(calendar: Calendar, monday: date) -> date | None:
    """The first working day of the week that begins on this Monday; None where there is none, and in the week in which
    the digest of the 25th goes (docs/rules.md).
    """
    week = [monday + number * DAY for number in range(7)]
    if any(digest_day(calendar, day.year, day.month) in week for day in (week[0], week[-1])):
        return None
    return next(filter(calendar.is_working_day, week), None)


def standing(session: Session, features: Features, branch_id: int, now: datetime, tz: tzinfo) -> Standing:
    items = owing(session, features, branch_id, now, tz)
    owed = frozenset((item.person_id, item.key) for item in items)
    people = frozenset(person for person, _ in owed)
    today = local_day(now, tz)
    members, decided = roster(session, branch_id, today), branch_settings.of_branch(session, branch_id).on(today)
    spared = frozenset(member.id for member in members if decided.spares_wholly(member))
    return Standing(branch_id, members, people, owed, spared)


def kinds(known: Standing, groups: Collection[int] | None = None) -> dict[str, int]:
    """How many things are owed, by what they are (study, notice …), in the branch or in these party groups."""
    here = {member.id for member in known.members if groups is None or member.group_id in groups}
    return Counter(key.partition(":")[0] for key in {key for person, key in known.owed if person in here})


def group_states(known: Standing, groups: Collection[int] | None = None) -> list[GroupState]:
    """Every party group, or those of `groups`, in the order of the roster; none at all when nothing is owed.

    Expected are those who are not spared, and a spared person who owes something all the same (已阅).
    """
    found: dict[str, list[Member]] = defaultdict(list)
    for member in known.members:
        if (groups is None or member.group_id in groups) and (
            member.id in known.owing or member.id not in known.spared
        ):
            found[member.group_name or NO_GROUP].append(member)
    states = [GroupState(name, len(people), _names(people, known.owing)) for name, people in found.items()]
    return states if any(state.owing for state in states) else []


def _names(people: list[Member], owed: Collection[int]) -> tuple[str, ...]:
    return tuple(member.name for member in people if member.id in owed)
