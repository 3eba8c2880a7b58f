"""What a rule file may say: the norms with their keys, the deadlines, and what is wrong with one."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from bot.kit.sheets import visible
from storage.choices import Duty

MAX_BYTES, MOST_RULES = 100_000, 300
ID = re.compile(r"[A-Z]{1,2}[0-9]{1,3}[a-z]?")
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
FIXED_DAY = r"^(?:(?:1st|2nd|3rd|4th|last) (?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)|[1-9]|1[0-9]|2[0-8])$"
MONTHS = r"^[1-9][0-9]?m(?:\.\.[1-9][0-9]?m)?$"
PARTS = ("votes", "deadlines", "attention")


class Scope(StrEnum):
    """Whom a norm asks: a unit each period, or each thing that is to be settled (the last five)."""

    BRANCH = "branch"
    COMMITTEE = "committee"
    EACH_GROUP = "each_group"
    EACH_MEMBER = "each_member"
    EACH_MEETING = "each_meeting"
    EACH_HOLIDAY = "each_holiday"
    EACH_CASE = "each_case"
    STANDING = "standing"


BY_CASE = frozenset({Scope.EACH_MEETING, Scope.EACH_HOLIDAY, Scope.EACH_CASE, Scope.STANDING})


class Every(StrEnum):
    """The periods in which a norm asks."""

    MONTH = "month"
    QUARTER = "quarter"
    HALF_YEAR = "half_year"
    YEAR = "year"


class Quorum(StrEnum):
    HALF = ">=1/2"
    MORE_THAN_HALF = ">1/2"
    FOUR_FIFTHS = ">=4/5"


# What a norm may ask for: also what features that are to come will know.
EVENTS = frozenset({
    "members_meeting", "committee_meeting", "group_meeting", "party_lecture", "theme_party_day",
    "organizational_life_meeting", "democratic_appraisal", "integrity_study_day", "group_discussion",
    "red_site_visit", "open_talk", "warning_education", "lead_study", "case_bulletin", "integrity_exhibition_visit",
    "integrity_base_visit", "cobuild_exchange", "oath_review",
    "meeting_host", "first_agenda_item", "minutes", "makeup", "theme_day_coverage", "resolution_vote",
    "development_vote", "election_vote", "study_hours", "monthly_theme", "monthly_book", "pre_holiday_integrity",
    "discipline_month", "talk", "branch_set_up", "group_of_member", "exemption_contact", "attendance_publicity",
    "application_talk", "activist_review", "development_training", "development_publicity", "preview_to_meeting",
    "acceptance_approval", "probation_end", "conversion_approval", "exam", "dues",
})  # fmt: skip
Count = Annotated[int, Field(ge=1, le=1000)]
Days = Annotated[int, Field(ge=0, le=366)]
Share = Annotated[Decimal, Field(gt=0, le=1)]


class Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


def _seen(text: str) -> str:
    if visible(text).strip() != text:
        raise ValueError("is one line without hidden marks")
    return text


class Norm(Part):
    """One norm, whole.

    min: how many (of hours too); or_hours: days by `min`, or so many hours (R18); committee_min: of who sits on the
    committee. attend: for whom it has to be; quorum: the share of them that comes. lecturer: whose lecture alone
    counts. superior_counts: the superior's does as well. by_groups: held in every party group it counts as one of all.
    fixed_day, slip_days: the usual day of the month, and so many days later what was put off still counts for the
    month it was planned for. usual: when a year's one usually is. workdays, days, deadline (a name of the deadlines):
    how long a thing may take, or (at_least) has to last. workdays_before: when the reminder of a holiday is due to go.
    target: the share to be reached; none: the coverage_target. exempt_too: who is exempt is asked as well. local:
    practice of units, in no regulation. secretary_only: told to nobody else. off: not asked here. keeper: the office
    that can settle it.
    """

    id: Annotated[str, Field(pattern=f"^{ID.pattern}$")]
    title: Annotated[str, Field(min_length=1, max_length=20), AfterValidator(_seen)]
    event: str
    scope: Scope
    period: Every
    min: Count = 1
    or_hours: Count | None = None
    committee_min: Count | None = None
    attend: Annotated[str, Field(pattern="^(all_members|committee|group)$")] | None = None
    quorum: Quorum | None = None
    lecturer: Annotated[str, Field(pattern="^secretary$")] | None = None
    superior_counts: bool = False
    by_groups: bool = False
    fixed_day: Annotated[str, Field(pattern=FIXED_DAY)] | None = None
    slip_days: Annotated[int, Field(ge=0, le=31)] = 0
    usual: Annotated[str, Field(pattern="^Q[1-4]$")] | None = None
    before: Annotated[str, Field(pattern="^public_holiday$")] | None = None
    workdays_before: Annotated[int, Field(ge=1, le=20)] = 1
    workdays: Days | None = None
    at_least: bool = False
    days: Days | None = None
    deadline: str | None = None
    target: Share | None = None
    exempt_too: bool = False
    local: bool = False
    secretary_only: bool = False
    off: bool = False
    keeper: Duty = Duty.SECRETARY

    @model_validator(mode="after")
    def _known(self) -> "Norm":
        if self.event not in EVENTS:
            raise ValueError("event: no event of this name is known")
        return self

    @property
    def by_case(self) -> bool:
        return self.scope in BY_CASE


class Attention(Part):
    """What the secretary alone is told of (R25, R31), and the share that R34 asks for."""

    months_without_participation: tuple[Annotated[int, Field(ge=1, le=60)], ...] = ()
    unexcused_in_a_row: Count = 2
    unexcused_total: Count = 3
    coverage_target: Share = Decimal("0.85")


class Head(Part):
    """What a file says of itself."""

    version: Annotated[str, Field(min_length=1, max_length=60)]
    valid_from: date
    valid_to: date | None = None

    @model_validator(mode="after")
    def _in_order(self) -> "Head":
        if self.valid_to is not None and self.valid_to <= self.valid_from:
            raise ValueError("valid_to: it is the first day that no longer counts, after valid_from")
        return self


def _in_order(text: str) -> str:
    first, _, last = text.replace("m", "").partition("..")
    if last and int(last) < int(first):
        raise ValueError("the shorter term stands first, like 6m..12m")
    return text


class Deadlines(Part):
    values: dict[str, Annotated[str, Field(pattern=MONTHS), AfterValidator(_in_order)]]


@dataclass(frozen=True, slots=True)
class Rules:
    """All that holds on one day: the norms by id, the deadlines by name, what the secretary alone is told of."""

    norms: Mapping[str, Norm]
    deadlines: Mapping[str, str] = field(default_factory=dict)
    attention: Attention = field(default_factory=Attention)
    versions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong, by its path (rules.R11.min) and its line; 0: unknown."""

    path: str
    why: str
    line: int = 0

    @property
    def english(self) -> str:
        return f"line {self.line} {self.path}: {self.why}" if self.line else f"{self.path}: {self.why}"


@dataclass(frozen=True, slots=True)
class RuleFile:
    """A file as it is kept: `content` has rules (only the keys that are said), votes, deadlines, attention."""

    version: str
    valid_from: date
    valid_to: date | None
    content: Mapping[str, Any]

    def holds(self, day: date) -> bool:
        return self.valid_from <= day and (self.valid_to is None or day < self.valid_to)


def fault_of(path: str, why: str) -> Fault:
    return Fault(path or "file", f"{why}.")


def part(model: type[Part], values: Any, path: str, faults: list[Fault]) -> Any:
    """The part, or None with its faults noted."""
    try:
        return model.model_validate(values)
    except ValidationError as error:
        for one in error.errors():
            inner = [str(key) for key in one["loc"]]
            why = {"missing": "is needed", "extra_forbidden": "is not known here"}.get(one["type"])
            said = why or one["msg"].removeprefix("Value error, ")
            if why is None and not inner and ": " in said:
                key, _, said = said.partition(": ")
                inner = [key]
            faults.append(fault_of(".".join(filter(None, [path, *inner])), said[:1].lower() + said[1:]))
        return None
