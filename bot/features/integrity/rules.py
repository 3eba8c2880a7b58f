"""Decisions about the pre-holiday reminder: which festivals it names, whether it is a new one, what counts (S52)."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal

from bot.kit.deadlines import in_time
from bot.kit.rates import rate
from scheduler.calendar.days import Block, Calendar

KIND = "pre_holiday_integrity"
MOVED_FAR = 2


# --- which reminder ------------------------------------------------------------------------------------------------


def holidays(blocks: Iterable[Block]) -> list[str]:
    """The festivals as they are kept, in the order of their dates: ["2023:中秋", "2023:国庆"]."""
    return [f"{year}:{name}" for block in blocks for year, name in block.festivals]


def names(kept: Iterable[str]) -> str:
    """中秋、国庆"""
    return "、".join(holiday.partition(":")[2] for holiday in kept)


@dataclass(frozen=True, slots=True)
class Said:
    """A reminder that was sent: from the first day off to the last, its festivals as they are kept, its round."""

    start: date
    end: date
    holidays: Sequence[str]
    round: int


def next_round(calendar: Calendar, block: Block, said: Iterable[Said]) -> int | None:
    """The round of a reminder of this block; None when one that was sent will do.

    A block that moved by less than two working days is not reminded of again.
    """
    earlier = [one for one in said if one.start == block.start or set(one.holidays) & set(holidays([block]))]
    if not all(_moved_far(calendar, block, one) for one in earlier):
        return None
    return max((one.round for one in earlier), default=0) + 1


def _moved_far(calendar: Calendar, block: Block, said: Said) -> bool:
    """By the reminder's first festival; the block of a later one began somewhere within what was said: that will do."""
    if said.holidays[0] in holidays([block]):
        return _moved_by(calendar, block.start, said.start) >= MOVED_FAR
    return not said.start <= block.start <= said.end


def _moved_by(calendar: Calendar, one: date, other: date) -> int:
    """Working days between two starts, and weekdays: those that a block has gained were worked when it was said."""
    first, last = sorted((one, other))
    days = (first + timedelta(days=number) for number in range((last - first).days))
    return sum(day.weekday() < 5 or calendar.is_working_day(day) for day in days)


def keys(kept: Iterable[str], round_: int, whom: str) -> tuple[str, ...]:
    """One promise a festival, so that neither a moved nor a newly merged block is said twice."""
    return tuple(f"pre_holiday:{holiday}:r{round_}:{whom}" for holiday in kept)


# --- what counts ---------------------------------------------------------------------------------------------------


def is_late(acknowledged_at: datetime, ack_due: datetime) -> bool:
    return acknowledged_at > ack_due


@dataclass(frozen=True, slots=True)
class ReminderCounts:
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

    def among(self, people: Collection[int]) -> "ReminderCounts":
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
) -> ReminderCounts:
    """Who acknowledged in time, and who at all before the cut-off; only the audience counts."""
    people = sorted(audience)
    read = [person for person in people if person in acks and in_time(acks[person], cut_off)]
    return ReminderCounts(
        audience_ids=tuple(people),
        on_time_ids=tuple(person for person in read if not is_late(acks[person], due)),
        acknowledged_ids=tuple(read),
        title=title,
    )
