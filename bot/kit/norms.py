"""What norms are checked by: each feature offers the facts of the events that it knows, under the event's name.

A norm asks for an event by that name (bot/features/norms/national.toml); one whose event nobody offers is not checked.
A feature that comes later offers its own in `norms` of FEATURE, and nothing else changes:

    Offer("talk", lambda counting: [Fact(day=one.on, person_id=one.talkee_id) for one in talks(counting)])
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from bot.kit.buttons import Button
from bot.kit.figures import Counting


class Audience(StrEnum):
    """For whom something was: what a norm asks by `attend`. NAMED meets none that asks for all of anybody."""

    ALL_MEMBERS = "all_members"
    COMMITTEE = "committee"
    GROUP = "group"
    NAMED = "named"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """Something that counts for a norm on its day (D1), or is planned to.

    words: as it is listed; code: as archives name it; opens: what shows it. planned: it is to come, or its roll is to
    be called; planned_on: the first day that it was planned for. audience, group_id, person_id: for whom. amount: how
    much of what is counted (hours). present, expected: of those whom the norm asks to be there (the committee). own:
    支部开展 (D2); by_superior: organised by the superior or lectured by one of its officers; by_secretary: lectured by
    the branch's secretary of that day.
    """

    day: date
    words: str = ""
    code: str = ""
    opens: Button | None = None
    planned: bool = False
    planned_on: date | None = None
    audience: Audience = Audience.ALL_MEMBERS
    group_id: int | None = None
    person_id: int | None = None
    amount: Decimal = Decimal(1)
    present: int = 0
    expected: int = 0
    own: bool = True
    by_superior: bool = False
    by_secretary: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One of the things each of which is to be settled (the minutes of a meeting, a reminder before a holiday).

    since: the day from which a norm's days run; on: by which it belongs to a period, where that is another (what was
    entered later). settled: what was asked is there, since settled_on where that day matters. value: what is measured
    instead, judged by the norm's target. until: the last day on which it can still be settled, where the norm sets no
    days or later ones; None: as long as it stands. closer: who can settle it, where it is a certain person. detail:
    what it lacks.
    """

    since: date
    on: date | None = None
    words: str = ""
    code: str = ""
    opens: Button | None = None
    settled: bool = False
    settled_on: date | None = None
    value: Decimal | None = None
    until: date | None = None
    closer: int | None = None
    detail: str = ""

    @property
    def day(self) -> date:
        """By which it belongs to a period."""
        return self.since if self.on is None else self.on


@dataclass(frozen=True, slots=True)
class Offer:
    """The facts of one event in the days of a count, also of those to come; `does`: what brings one about."""

    event: str
    of: Callable[[Counting], Iterable[Fact | Case]]
    does: Button | None = None
