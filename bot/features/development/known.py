"""What is known of everybody on the way into the Party: their steps, and what the roster says of them."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.features.development import rules
from bot.features.development.rules import OF_PEOPLE, USUAL, Chain, Due, Happened, Terms
from bot.features.development.terms import terms_in
from bot.kit import closing
from storage.choices import DevelopmentStep as Step
from storage.choices import MembershipStatus
from storage.lookups import names_of
from storage.models.development import DevelopmentEvent, DevelopmentPerson
from storage.models.person import MembershipSpan, RosterSpan
from storage.spans import on_day


@dataclass(frozen=True, slots=True)
class Case:
    """Somebody on the way. here: on the roster today; off_since: the last day on which it ended for who is not. terms:
    the periods of the rules that hold today. mentors: who accompanies them at last.
    """

    person_id: int
    name: str
    chain: Chain
    here: bool
    off_since: date | None = None
    terms: Terms = USUAL

    @property
    def stage(self) -> MembershipStatus | None:
        return rules.stage(self.chain)

    @property
    def left(self) -> bool:
        """Gone from the roster since the meeting that accepted them, to another branch."""
        accepted = self.chain.accepted_on
        return self.off_since is not None and accepted is not None and accepted < self.off_since

    @property
    def dues(self) -> list[Due]:
        """What falls due; of who has gone to another branch nothing more."""
        return [] if self.left else rules.deadlines(self.chain, self.terms)

    @property
    def ends(self) -> date | None:
        """When the probation is over (R22)."""
        return rules.probation_end(self.chain, self.terms)

    @property
    def mentors(self) -> tuple[int, ...]:
        last = self.chain.last(Step.MENTORS)
        return last.people if last is not None else ()


def cases(session: Session, branch_id: int, today: date, only: int | None = None) -> list[Case]:
    """Everybody of a branch with a step recorded, and the probationary members of its roster, by name; in as many
    statements however many there are.
    """
    events = events_of(session, branch_id, only)
    probationary, full = _since(session, branch_id, today, only)
    people = {*events, *probationary}
    here, off_since = _on_roster(session, branch_id, today, people)
    terms = terms_in(session, branch_id, today)
    names = names_of(session, people)
    found = [
        Case(
            one,
            names[one],
            Chain(rules.running(events.get(one, ())), probationary.get(one), full.get(one)),
            one in here,
            off_since.get(one),
            terms,
        )
        for one in people
    ]
    return sorted(found, key=lambda case: (case.name, case.person_id))


def _on_roster(
    session: Session, branch_id: int, today: date, people: Collection[int]
) -> tuple[set[int], dict[int, date]]:
    """Who is on the roster that day; who was until which day."""
    spans = select(RosterSpan.person_id, RosterSpan.from_on, RosterSpan.to_on)
    query = spans.where(
        RosterSpan.branch_id == branch_id, RosterSpan.from_on <= today, RosterSpan.person_id.in_(people)
    )
    rows = session.execute(query).all() if people else []
    here = {row.person_id for row in rows if row.to_on is None or today < row.to_on}
    ended = sorted((row.to_on, row.person_id) for row in rows if row.person_id not in here)
    return here, {person_id: to_on for to_on, person_id in ended}


def events_of(session: Session, branch_id: int, only: int | None = None) -> dict[int, list[Happened]]:
    """The steps that stand, by person, in the order in which they were recorded."""
    which = DevelopmentEvent.branch_id == branch_id
    if only is not None:
        which &= DevelopmentEvent.person_id == only
    query = select(DevelopmentEvent).where(closing.standing(DevelopmentEvent, which))
    query = query.where(DevelopmentEvent.step.not_in(rules.MOVES)).order_by(DevelopmentEvent.id)
    rows = session.scalars(query).all()
    people, found = people_of(session, rows), defaultdict[int, list[Happened]](list)
    for row in rows:
        found[row.person_id].append(happened(row, people.get(row.id, ())))
    return found


def people_of(session: Session, rows: Sequence[DevelopmentEvent]) -> Mapping[int, tuple[int, ...]]:
    """The mentors and sponsors of each of these steps."""
    ids = [row.id for row in rows if row.step in OF_PEOPLE]
    named = select(DevelopmentPerson.event_id, DevelopmentPerson.person_id).where(DevelopmentPerson.event_id.in_(ids))
    found = defaultdict[int, list[int]](list)
    for event_id, person_id in session.execute(named.order_by(DevelopmentPerson.person_id)) if ids else ():
        found[event_id].append(person_id)
    return {event_id: tuple(people) for event_id, people in found.items()}


def happened(row: DevelopmentEvent, people: Iterable[int] = ()) -> Happened:
    return Happened(
        row.id, row.step, row.on, row.to_on, row.days, row.hours, row.months, row.reason, tuple(people), row.vote_id
    )  # fmt: skip


def _since(session: Session, branch_id: int, today: date, only: int | None) -> tuple[dict[int, date], dict[int, date]]:
    """Who is probationary on the roster that day since when, and which of those with a step are full since when."""
    listed = select(RosterSpan.person_id).where(RosterSpan.branch_id == branch_id, on_day(RosterSpan, today))
    stepped = select(DevelopmentEvent.person_id).where(DevelopmentEvent.branch_id == branch_id)
    query = select(MembershipSpan.person_id, MembershipSpan.status, MembershipSpan.from_on).where(
        on_day(MembershipSpan, today), MembershipSpan.person_id.in_(listed)
    )
    query = query.where(
        (MembershipSpan.status == MembershipStatus.PROBATIONARY)
        | ((MembershipSpan.status == MembershipStatus.FULL) & MembershipSpan.person_id.in_(stepped))
    )
    if only is not None:
        query = query.where(MembershipSpan.person_id == only)
    probationary: dict[int, date] = {}
    full: dict[int, date] = {}
    for person_id, status, from_on in session.execute(query):
        (full if status is MembershipStatus.FULL else probationary)[person_id] = from_on
    return probationary, full
