"""Decisions about the pre-holiday reminder: when it goes, until when, whether it is a new one, what counts (S52)."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, tzinfo
from decimal import Decimal

from bot.kit.figures import rate
from scheduler.calendar import Block, Calendar, at

KIND = "pre_holiday_integrity"
WORKING_DAYS_BEFORE = 3
SEND_AT, ACK_BY, LAST_HOUR = time(9), time(18), time(20, 30)
MOVED_FAR = 2


# --- when ----------------------------------------------------------------------------------------------------------


def blocks_between(calendar: Calendar, first: date, last: date) -> list[Block]:
    """The blocks whose reminder falls on a day from `first` to `last`, both included."""
    years = range(first.year, last.year + 2)
    return [block for year in years for block in calendar.blocks(year) if first <= send_day(calendar, block) <= last]


def send_day(calendar: Calendar, block: Block) -> date:
    """The third working day before the block (R39)."""
    return calendar.working_day_before(block.start, WORKING_DAYS_BEFORE)


def send_at(calendar: Calendar, block: Block, tz: tzinfo) -> datetime:
    return at(send_day(calendar, block), SEND_AT, tz)


def grace_end(block: Block, tz: tzinfo) -> datetime:
    """Until then a reminder that could not go still makes sense."""
    return at(block.last_working_day, LAST_HOUR, tz)


def ack_due(block: Block, tz: tzinfo) -> datetime:
    """已阅 is on time until the evening of the last working day."""
    return at(block.last_working_day, ACK_BY, tz)


def nudge_at(ack_due: datetime, sent_at: datetime, tz: tzinfo) -> tuple[datetime, ...]:
    """Once, in the morning of the last working day; never on the day on which the reminder itself went."""
    local = ack_due.astimezone(tz)
    return () if sent_at.astimezone(tz).date() >= local.date() else (at(local.date(), SEND_AT, tz),)


# --- which reminder ------------------------------------------------------------------------------------------------


def holidays(block: Block) -> list[str]:
    """The festivals as they are kept: ["2023:中秋", "2023:国庆"]."""
    return [f"{year}:{name}" for year, name in block.festivals]


def names(kept: Iterable[str]) -> str:
    """中秋、国庆"""
    return "、".join(holiday.partition(":")[2] for holiday in kept)


def next_round(calendar: Calendar, start: date, earlier: Mapping[date, int]) -> int | None:
    """The round of a reminder for a block that begins on `start`; None when no other is due.

    `earlier`: starts and rounds of the reminders already sent for its festivals. A block that moved by less than
    two working days is not reminded of again.
    """
    if not earlier:
        return 1
    if any(calendar.working_days_between(start, sent) < MOVED_FAR for sent in earlier):
        return None
    return max(earlier.values()) + 1


def keys(kept: Iterable[str], round_: int, whom: str) -> tuple[str, ...]:
    """One promise a festival, so that neither a moved nor a newly merged block is said twice."""
    return tuple(f"pre_holiday:{holiday}:r{round_}:{whom}" for holiday in kept)


# --- what counts ---------------------------------------------------------------------------------------------------


def is_late(acknowledged_at: datetime, ack_due: datetime) -> bool:
    return acknowledged_at > ack_due


@dataclass(frozen=True, slots=True)
class Figures:
    """One reminder at a cut-off: people as ids, in the order of their rows; `title` names its festivals."""

    audience_ids: tuple[int, ...]
    on_time_ids: tuple[int, ...]
    acknowledged_ids: tuple[int, ...]
    title: str = ""

    @property
    def audience(self) -> int:
        return len(self.audience_ids)

    @property
    def ack_on_time(self) -> int:
        return len(self.on_time_ids)

    @property
    def ack_all(self) -> int:
        return len(self.acknowledged_ids)

    @property
    def not_ack_on_time(self) -> list[int]:
        return [person for person in self.audience_ids if person not in self.on_time_ids]

    @property
    def ack_rate(self) -> Decimal | None:
        """On time over the audience, in percent."""
        return rate(self.ack_on_time, self.audience)

    def among(self, people: Collection[int]) -> "Figures":
        """The same reminder for some people only."""
        return replace(
            self,
            audience_ids=_among(self.audience_ids, people),
            on_time_ids=_among(self.on_time_ids, people),
            acknowledged_ids=_among(self.acknowledged_ids, people),
        )


def _among(ids: Iterable[int], people: Collection[int]) -> tuple[int, ...]:
    return tuple(one for one in ids if one in people)


def count(
    audience: Collection[int], acks: Mapping[int, datetime], due: datetime, cut_off: datetime, title: str = ""
) -> Figures:
    """Who acknowledged in time, and who at all by the cut-off; only the audience counts."""
    people = sorted(audience)
    read = [person for person in people if person in acks and acks[person] <= cut_off]
    return Figures(
        audience_ids=tuple(people),
        on_time_ids=tuple(person for person in read if not is_late(acks[person], due)),
        acknowledged_ids=tuple(read),
        title=title,
    )
