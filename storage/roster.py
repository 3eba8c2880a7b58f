"""Who is on a branch's roster on a day, with the facts of that day (D4, D5, D26)."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from storage.choices import Category, Duty, ExemptionReason, MembershipStatus, Rank
from storage.models.organisation import PartyGroup
from storage.models.person import (
    CategorySpan,
    DutySpan,
    ExemptionSpan,
    GroupSpan,
    MembershipSpan,
    Person,
    RankSpan,
    RosterSpan,
)
from storage.spans import on_day


@dataclass(frozen=True)
class Member:
    """One person on the roster, as of the day asked."""

    id: int
    name: str
    group_id: int | None
    group_name: str
    exemption: ExemptionReason | None
    status: MembershipStatus | None
    rank: Rank | None
    category: Category | None
    bound: bool
    reachable: bool
    duties: frozenset[Duty] = frozenset()

    @cached_property
    def exempt(self) -> bool:
        return self.exemption is not None


def roster(session: Session, branch_id: int, day: date, people: Iterable[int] | None = None) -> list[Member]:
    """Everybody on the roster of the branch on `day`, by group and in the order of the roster; `people` narrows it."""
    query = (
        select(
            Person.id, Person.name, GroupSpan.group_id, PartyGroup.name.label("group_name"), ExemptionSpan.reason,
            MembershipSpan.status, RankSpan.rank, CategorySpan.category, Person.telegram_id, Person.reachable,
        )
        .join(RosterSpan, and_(RosterSpan.person_id == Person.id, RosterSpan.branch_id == branch_id, on_day(RosterSpan, day)))
        .outerjoin(GroupSpan, and_(GroupSpan.person_id == Person.id, on_day(GroupSpan, day)))
        .outerjoin(PartyGroup, PartyGroup.id == GroupSpan.group_id)
        .outerjoin(ExemptionSpan, and_(ExemptionSpan.person_id == Person.id, on_day(ExemptionSpan, day)))
        .outerjoin(MembershipSpan, and_(MembershipSpan.person_id == Person.id, on_day(MembershipSpan, day)))
        .outerjoin(RankSpan, and_(RankSpan.person_id == Person.id, on_day(RankSpan, day)))
        .outerjoin(CategorySpan, and_(CategorySpan.person_id == Person.id, on_day(CategorySpan, day)))
        .order_by(GroupSpan.group_id, Person.id)
    )  # fmt: skip
    if people is not None:
        query = query.where(Person.id.in_(list(people)))
    duties = duties_on(session, branch_id, day)
    found: dict[int, Member] = {}
    for row in session.execute(query):
        # Two spans of one kind on one day are a fault of the import; the first one wins rather than two rows.
        found.setdefault(
            row.id,
            Member(
                id=row.id, name=row.name, group_id=row.group_id, group_name=row.group_name or "",
                exemption=row.reason, status=row.status, rank=row.rank, category=row.category,
                bound=row.telegram_id is not None, reachable=row.reachable, duties=frozenset(duties[row.id]),
            ),
        )  # fmt: skip
    return list(found.values())


def duties_on(session: Session, organisation_id: int, day: date) -> dict[int, set[Duty]]:
    """The offices of an organisation on a day, by person."""
    query = select(DutySpan.person_id, DutySpan.duty).where(
        DutySpan.organisation_id == organisation_id, on_day(DutySpan, day)
    )
    held: dict[int, set[Duty]] = defaultdict(set)
    for person_id, duty in session.execute(query):
        held[person_id].add(duty)
    return held


def holders(session: Session, organisation_id: int, day: date, *duties: Duty) -> list[int]:
    """Who holds one of the offices; the secretary where nobody does (a missing office falls to SEC)."""
    held = duties_on(session, organisation_id, day)
    found = [person for person, theirs in held.items() if theirs.intersection(duties)]
    return found or [person for person, theirs in held.items() if Duty.SECRETARY in theirs]
