"""The arithmetic of activities: what counts as what, sums over occasions, hours. Plain values only."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any, Protocol, Self

from bot.features.activities.rules import Roll, counts_as_own
from bot.kit.rates import rate
from storage.choices import BY_NAME, ActivityType, Organizer, Scope

# The types that a report counts; others stand beside them once there is one.
COUNTED = (
    ActivityType.MEMBERS_MEETING, ActivityType.COMMITTEE_MEETING, ActivityType.GROUP_MEETING,
    ActivityType.THEME_PARTY_DAY, ActivityType.PARTY_LECTURE, ActivityType.INTEGRITY_STUDY_DAY,
    ActivityType.GROUP_DISCUSSION, ActivityType.RED_SITE_VISIT, ActivityType.OPEN_TALK,
    ActivityType.WARNING_EDUCATION,
)  # fmt: skip


class Lecturer(StrEnum):
    """Whose lecture it was, by the offices of that day (S11)."""

    SECRETARY = "secretary"
    SUPERIOR = "superior"
    OTHER = "other"


class Learned(Protocol):
    """What gives hours to people: an activity that was held, an entry of the register."""

    @property
    def hours(self) -> Decimal: ...

    @property
    def learners(self) -> Collection[int]: ...


@dataclass(frozen=True, slots=True)
class Held:
    """One held activity with everything that is counted of it; `day` is the branch-local day it began (D1).

    back_filled_on: the day on which it was entered, of a 补报 (D20). campaign_id: the campaign that it is part of.
    """

    id: int
    title: str
    day: date
    organizer: Organizer
    scope: Scope
    hours: Decimal
    types: frozenset[ActivityType]
    roll: Roll
    group_id: int | None = None
    lecturer: Lecturer | None = None
    first_agenda: tuple[int, ...] = ()
    sites: tuple[str, ...] = ()
    partners: tuple[str, ...] = ()
    delegates: tuple[int, ...] = ()
    back_filled_on: date | None = None
    campaign_id: int | None = None

    @property
    def own(self) -> bool:
        """支部开展 (D2)."""
        return counts_as_own(self.organizer, self.scope)

    @property
    def learners(self) -> Collection[int]:
        """Who has its hours (D21)."""
        return self.roll.learned

    def counts_as(self, kind: ActivityType) -> bool:
        """Whether it adds one to its type; a discussion of a party group, or of some, is listed, not counted (S16)."""
        listed_only = kind is ActivityType.GROUP_DISCUSSION and self.scope in (Scope.GROUP, Scope.NAMED)
        return self.own and kind in self.types and not listed_only

    def concerns(self, groups: Collection[int], people: Collection[int]) -> bool:
        """Whether some party groups had to do with it: not with a meeting or the delegates of another."""
        if self.scope in BY_NAME:
            return any(one in people for one in self.delegates)
        return self.group_id is None or self.group_id in groups

    def seen_by(self, people: Collection[int]) -> "Held":
        """The same occasion with some people only."""
        sent = tuple(one for one in self.delegates if one in people)
        return replace(self, roll=self.roll.among(people), delegates=sent)


@dataclass(frozen=True, slots=True)
class Sum:
    """Person-times over some occasions, each once: rates are sums over sums, never a mean of percentages (D7)."""

    count: int
    expected: int
    present: int
    leave: int
    absent: int
    made_up: int

    @classmethod
    def of(cls, held: Collection[Held]) -> Self:
        rolls = [one.roll for one in held]
        return cls(
            count=len(rolls),
            expected=sum(len(roll.expected) for roll in rolls),
            present=sum(len(roll.present) for roll in rolls),
            leave=sum(len(roll.leave) for roll in rolls),
            absent=sum(len(roll.absent) for roll in rolls),
            made_up=sum(len(roll.made_up) for roll in rolls),
        )

    @property
    def attendance_rate(self) -> Decimal | None:
        return rate(self.present, self.expected)

    @property
    def coverage_rate(self) -> Decimal | None:
        return rate(self.present + self.made_up, self.expected)

    def to_json(self) -> dict[str, Any]:
        counts = {name: getattr(self, name) for name in self.__dataclass_fields__}
        return {**counts, "attendance_rate": self.attendance_rate, "coverage_rate": self.coverage_rate}


def of_type(held: Iterable[Held], kind: ActivityType) -> list[Held]:
    """The occasions that count as one of a type (D3)."""
    return [one for one in held if one.counts_as(kind)]


def hours(found: Iterable[Learned]) -> dict[int, Decimal]:
    """学时 by person, above 0: who was present or made up, whoever organised it (D21)."""
    earned: dict[int, Decimal] = {}
    for one in found:
        for person in one.learners:
            earned[person] = earned.get(person, Decimal(0)) + one.hours
    return {person: total for person, total in sorted(earned.items()) if total > 0}
