"""What the secretary alone is told of members: from the rolls of own activities, as of the end of a month."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.features.activities import service as activities
from bot.features.activities.rules import Roll, counts_as_own
from bot.features.attention import rules
from bot.features.attention.rules import Occasion, Told, Took
from bot.features.norms.service import book_of
from bot.kit.sends import Switch
from scheduler.calendar.days import DAY, at, local_day, months_after
from storage.away import away_since
from storage.choices import ActivityStatus, Category, Duty
from storage.models.activity import Activity
from storage.models.person import CategorySpan, DutySpan, ExemptionSpan, Person, RosterSpan
from storage.roster import Member, roster
from storage.spans import on_day

SWITCH = Switch("attention", usual=True)
# Who is floating or away for so many months is to be asked about the transfer (R26).
TRANSFER_MONTHS = 6


@dataclass(frozen=True, slots=True)
class Notice:
    """All that is told after a month: of whom what, who has been floating or away for so long, and their names."""

    told: Sequence[Told]
    floating: Sequence[int]
    away: Sequence[int]
    names: Mapping[int, str]

    @property
    def people(self) -> list[int]:
        return list(dict.fromkeys([*(one.person_id for one in self.told), *self.floating, *self.away]))


def secretary_of(session: Session, branch_id: int, day: date) -> int | None:
    """The secretary with an account that can be reached: nobody else is told, and nobody in their place."""
    query = select(Person.id).join(DutySpan, DutySpan.person_id == Person.id)
    query = query.where(DutySpan.organisation_id == branch_id, DutySpan.duty == Duty.SECRETARY, on_day(DutySpan, day))
    return session.scalars(query.where(Person.telegram_id.is_not(None), Person.reachable).order_by(Person.id)).first()


def notice(session: Session, branch_id: int, last: date, now: datetime, tz: tzinfo) -> Notice | None:
    """What there is to tell after the month of `last`, its last day; None: nothing."""
    members = roster(session, branch_id, local_day(now, tz))
    told = _told(session, branch_id, members, last, tz)
    people = [one.id for one in members]
    floating = _over(_floating(session, people, last), last)
    since = away_since(session, people, last)
    away = [one for one in _over(since.items(), last) if one not in floating]
    found = Notice(told, floating, away, {one.id: one.name for one in members})
    return found if found.people else None


def _told(session: Session, branch_id: int, members: Sequence[Member], last: date, tz: tzinfo) -> list[Told]:
    attention = book_of(session, branch_id).on(last).attention
    since = _since(session, branch_id, [one.id for one in members], last)
    far = 2 * max(attention.months_without_participation, default=0) * _MONTH
    first = min((last - far).replace(day=1), last.replace(month=1, day=1))
    occasions = _occasions(session, branch_id, first, last, tz)
    return rules.noticed(attention, occasions, {one.id: since[one.id] for one in members if not one.exempt}, last)


_MONTH = timedelta(days=31)


def _since(session: Session, branch_id: int, people: Sequence[int], last: date) -> dict[int, date]:
    """Since when each is expected: on the roster, and after the last exemption that has ended."""
    listed = select(RosterSpan.person_id, func.max(RosterSpan.from_on)).where(RosterSpan.branch_id == branch_id)
    found = dict(session.execute(listed.group_by(RosterSpan.person_id)).all())
    spans = (ExemptionSpan.person_id.in_(people), ExemptionSpan.to_on <= last)
    ended = select(ExemptionSpan.person_id, func.max(ExemptionSpan.to_on)).where(*spans)
    for one, to_on in session.execute(ended.group_by(ExemptionSpan.person_id)):
        found[one] = max(found[one], to_on) if to_on is not None else found[one]
    return found


def _occasions(session: Session, branch_id: int, first: date, last: date, tz: tzinfo) -> list[Occasion]:
    """What was held from one day to another, in the order of time, by the rolls as they stand now: what was made up
    after a cut-off counts in no figure, and is taking part all the same.
    """
    inside = (Activity.start_at >= at(first, time(), tz), Activity.start_at < at(last + DAY, time(), tz))
    query = select(Activity).where(Activity.branch_id == branch_id, Activity.status == ActivityStatus.HELD, *inside)
    held = session.scalars(query.order_by(Activity.start_at, Activity.id)).all()
    counted = activities.rolls(session, held, tz)
    return [
        _occasion(local_day(one.start_at, tz), counted[one.id], own=counts_as_own(one.organizer, one.scope))
        for one in held
    ]


def _occasion(day: date, roll: Roll, *, own: bool) -> Occasion:
    """Of what others organised nobody is missing, and who came has taken part."""
    absent = [one for one in roll.absent if one not in roll.unrecorded] if own else []
    there = {*roll.present, *roll.made_up, *(roll.leave if own else ())}
    took = {**dict.fromkeys(absent, Took.ABSENT), **dict.fromkeys(there, Took.THERE)}
    return Occasion(day, took, frozenset(absent))


Since = Iterable[tuple[int, date]]


def _over(since: Since, last: date) -> list[int]:
    """Whose sixth month was over in that month."""
    over = ((one, months_after(from_on, TRANSFER_MONTHS)) for one, from_on in since)
    return [one for one, day in over if last.replace(day=1) <= day <= last]


def _floating(session: Session, people: Sequence[int], last: date) -> Since:
    spans = select(CategorySpan.person_id, CategorySpan.from_on).where(
        CategorySpan.category == Category.FLOATING, CategorySpan.person_id.in_(people), on_day(CategorySpan, last)
    )
    return [(one, since) for one, since in session.execute(spans)]
