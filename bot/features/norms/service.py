"""The norms of a branch: which rule files hold there and when, what they come to, and changing one from a day on."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, tzinfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.features.norms import laying, rules
from bot.features.norms.rule_file import Every, Norm, RuleFile, Rules, Scope
from bot.features.norms.rules import Check, State, Unit
from bot.kit import branch_settings
from bot.kit.closing import close_days
from bot.kit.feature import Feature
from bot.kit.figures import Counting
from bot.kit.norms import Case, Fact, Offer
from scheduler.calendar.days import DAY, Quarter, local_day
from scheduler.calendar.periods import Period
from scheduler.calendar.store import calendar_of
from storage.choices import COMMITTEE, MembershipStatus
from storage.models.activity import Activity
from storage.models.norm import NormFile
from storage.models.organisation import Organisation, PartyGroup
from storage.models.person import GroupSpan, RosterSpan
from storage.roster import Member, rosters

Offers = Mapping[str, Offer]
LONGEST_SLIP = 31 * DAY


def offers_of(features: Iterable[Feature]) -> Offers:
    """By event."""
    return {offer.event: offer for feature in features for offer in feature.norms}


# --- which rules hold ------------------------------------------------------------------------------------------------


class Book:
    """The rule files of a branch beside the national one, those of the organisations above it first."""

    def __init__(self, files: Sequence[RuleFile]) -> None:
        self.files = tuple(files)
        self._known: dict[date, Rules] = {}

    def on(self, day: date) -> Rules:
        """What holds on a day."""
        if day not in self._known:
            self._known[day] = laying.on(day, self.files)
        return self._known[day]


def book_of(session: Session, branch_id: int) -> Book:
    """What stands for a branch: of its superiors, then its own; each in the order of its days, then of making."""
    chain = _chain(session, branch_id)
    query = select(NormFile).where(NormFile.organisation_id.in_(chain), NormFile.withdrawn_at.is_(None))
    found = sorted(session.scalars(query), key=lambda row: (chain.index(row.organisation_id), row.valid_from, row.id))
    return Book([RuleFile(row.version, row.valid_from, row.valid_to, row.content) for row in found])


def _chain(session: Session, branch_id: int) -> list[int]:
    """The organisation and those above it, the highest first."""
    chain: list[int] = []
    above: int | None = branch_id
    while above is not None and above not in chain:
        chain.append(above)
        above = session.scalar(select(Organisation.parent_id).where(Organisation.id == above))
    return chain[::-1]


# --- whom they ask ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Asked:
    """The units of a branch: since when it keeps records, its groups, and its roster of each day that is judged."""

    since: date
    groups: tuple[Unit, ...]
    rosters: Mapping[date, Sequence[Member]]
    since_of: Mapping[int, date]

    def units(self, norm: Norm, day: date) -> list[Unit]:
        """Whom a norm asks, as judged on a day."""
        branch = Unit(Scope.BRANCH, self.since)
        groups = [replace(one, since=max(self.since, one.since)) for one in self.groups]
        if norm.scope is Scope.EACH_GROUP:
            return groups
        if norm.scope is Scope.EACH_MEMBER:
            return [self._member(one) for one in self.rosters[day] if norm.exempt_too or not one.exempt]
        if norm.scope is Scope.COMMITTEE:
            full = sum(one.status is MembershipStatus.FULL for one in self.rosters[day])
            return [Unit(Scope.COMMITTEE, self.since)] if full >= rules.COMMITTEE_FROM else []
        return [branch, *groups] if norm.by_groups else [branch]

    def _member(self, one: Member) -> Unit:
        since = max(self.since, self.since_of.get(one.id, self.since))
        return Unit(Scope.EACH_MEMBER, since, None, one.id, one.name, bool(one.duties & COMMITTEE), one.exempt)


def asked_of(session: Session, branch_id: int, days: Iterable[date], tz: tzinfo) -> Asked:
    listed = select(RosterSpan.person_id, func.min(RosterSpan.from_on)).where(RosterSpan.branch_id == branch_id)
    since_of = dict(session.execute(listed.group_by(RosterSpan.person_id)).all())
    return Asked(
        _since(session, branch_id, since_of, tz),
        tuple(_groups(session, branch_id)),
        rosters(session, branch_id, days),
        since_of,
    )


def _since(session: Session, branch_id: int, since_of: Mapping[int, date], tz: tzinfo) -> date:
    """Since when a branch is asked: it was made here, or its first record is older; and it has people."""
    made = local_day(session.get_one(Organisation, branch_id).created_at, tz)
    first = session.scalar(select(func.min(Activity.start_at)).where(Activity.branch_id == branch_id))
    kept = min(made, local_day(first, tz)) if first is not None else made
    return max(kept, min(since_of.values(), default=kept))


def _groups(session: Session, branch_id: int) -> Iterator[Unit]:
    """Each party group from its first member's first day there, before the day on which the last one left it."""
    query = select(PartyGroup.id, PartyGroup.name, GroupSpan.from_on, GroupSpan.to_on)
    query = query.join(GroupSpan, GroupSpan.group_id == PartyGroup.id).where(PartyGroup.branch_id == branch_id)
    spans: dict[tuple[int, str], list[tuple[date, date | None]]] = {}
    for group_id, name, from_on, to_on in session.execute(query.order_by(PartyGroup.id)):
        spans.setdefault((group_id, name), []).append((from_on, to_on))
    for (group_id, name), held in spans.items():
        ends = [to_on for _, to_on in held]
        last = None if None in ends else max(one for one in ends if one is not None)
        yield Unit(Scope.EACH_GROUP, min(from_on for from_on, _ in held), last, group_id, name)


# --- what they come to -----------------------------------------------------------------------------------------------


class Span:
    """Which periods of each norm are looked at: those that lie in some days, or (`running`) today's."""

    def __init__(self, days: Period, today: date, *, running: bool = False) -> None:
        self.days, self.today, self.running = days, today, running

    @classmethod
    def present(cls, today: date) -> "Span":
        """The year; in January with what of the quarter before may still be open, in December with the next holiday."""
        year = rules.period_of(Every.YEAR, today)
        first = Quarter.of(today).previous().start if today.month == 1 else year.start
        return cls(Period(first, year.to + LONGEST_SLIP if today.month == 12 else year.to), today, running=True)

    def periods(self, every: Every) -> list[Period]:
        if self.running:
            return [rules.period_of(every, self.today)]
        return [one for one in rules.periods_in(every, self.days) if one.start <= self.today]

    def shows(self, one: Check) -> bool:
        """Whether a thing is looked at: of today's period, or still open from before it, or a holiday to come."""
        since = one.case.day if one.case is not None else one.period.start
        if not self.running:
            return self.days.holds(since)
        period = rules.period_of(one.norm.period, self.today)
        return period.holds(since) or since >= period.to or (since < period.start and one.state is State.OPEN)


def checked(
    session: Session,
    features: Iterable[Feature],
    branch_id: int,
    span: Span,
    now: datetime,
    tz: tzinfo,
    counting: Counting | None = None,
) -> list[Check]:
    """Every norm of a branch whose facts some feature knows, in each of its periods of the span.

    counting: that of a tally of the same days, whose sources are not asked once more.
    """
    offers, today, book = offers_of(features), local_day(now, tz), book_of(session, branch_id)
    if counting is None:
        counting = Counting(session, branch_id, span.days, now, tz, close_days(session, branch_id))
    days = {rules.judged_on(one, today) for every in Every for one in span.periods(every)}
    asked = asked_of(session, branch_id, {*days, today}, tz)
    return list(_checks(counting, offers, book, asked, span, today))


def _checks(counting: Counting, offers: Offers, book: Book, asked: Asked, span: Span, today: date) -> Iterator[Check]:
    facts, calendar = _Facts(counting, offers), calendar_of(counting.session, counting.branch_id)
    further = facts if span.running else _Facts(_further(counting), offers)
    open_since = branch_settings.first_open(counting.settings, counting.now, counting.tz).start
    for norm in _latest(book, span, today):
        if norm.event not in offers:
            continue
        if norm.by_case:
            for case in facts.cases(norm.event):
                held = book.on(min(case.day, today))
                if case.day >= asked.since and _is_asked(held, norm):
                    found = rules.cased(held.norms[norm.id], held, [case], today, calendar)
                    yield from filter(span.shows, found)
            continue
        for period in span.periods(norm.period):
            day = rules.judged_on(period, today)
            if _is_asked(book.on(day), norm):
                then = book.on(day).norms[norm.id]
                units = asked.units(then, day)
                known = (further if then.slip_days else facts).facts(norm.event)
                yield from rules.counted(then, units, [period], known, today, open_since)


def _further(counting: Counting) -> Counting:
    """With the days on which what was put off may have been held."""
    return replace(counting, period=Period(counting.period.start, counting.period.to + LONGEST_SLIP), _loaded={})


def _latest(book: Book, span: Span, today: date) -> list[Norm]:
    """Every norm of the span as it stood last, in the order of the national file, a unit's own after them."""
    first, last = book.on(min(span.days.start, today)), book.on(min(span.days.end, today))
    return list({**first.norms, **last.norms}.values())


def _is_asked(held: Rules, norm: Norm) -> bool:
    """Whether it was asked on another day, of the same and as often."""
    then = held.norms.get(norm.id)
    return then is not None and not then.off and (then.event, then.period) == (norm.event, norm.period)


class _Facts:
    """What was offered, asked once an event."""

    def __init__(self, counting: Counting, offers: Offers) -> None:
        self._counting, self._offers = counting, offers
        self._known: dict[str, Sequence[Fact | Case]] = {}

    def _of(self, event: str) -> Sequence[Fact | Case]:
        if event not in self._known:
            self._known[event] = tuple(self._offers[event].of(self._counting))
        return self._known[event]

    def facts(self, event: str) -> list[Fact]:
        return [one for one in self._of(event) if isinstance(one, Fact)]

    def cases(self, event: str) -> list[Case]:
        return [one for one in self._of(event) if isinstance(one, Case)]
