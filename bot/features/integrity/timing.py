"""When a pre-holiday reminder goes: which blocks share one, the branch's timing, one moved or skipped (R39)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta, tzinfo
from typing import Any, Self

from bot.features.integrity.rules import holidays, names
from bot.kit.quiet_hours import FIRST, LAST, open_now
from scheduler.calendar.days import Block, Calendar, at
from scheduler.calendar.festivals import festivals
from scheduler.jobs import Occurrence

LEADS, MERGES = range(1, 11), range(9)
HOURS = (time(8, 30), time(9), time(9, 30), time(10), time(11), time(14), time(15), time(16))
ACK_BY, SECOND_AT = time(18), time(9)
# A second line is for the long holidays only: so many days off.
LONG = 5
# After the festival itself no block that holds it is still to come.
OVER = timedelta(days=14)

# The blocks that share one reminder, in order; never empty.
Blocks = tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Timing:
    """How a branch wants all its reminders: so many working days before, at this hour, blocks so near as one.

    second_line: the second time, for who has not read it; sends: whether they go at all.
    """

    lead: int = 3
    hour: time = time(9)
    merge: int = 5
    second_line: bool = False
    sends: bool = True

    @classmethod
    def read(cls, kept: Any) -> Self:
        """As it is kept with the branch; what cannot be is as if it were not there."""
        kept, usual = kept if isinstance(kept, dict) else {}, cls()
        lead, merge = kept.get("lead"), kept.get("merge")
        hour = next((hour for hour in HOURS if f"{hour:%H:%M}" == kept.get("hour")), usual.hour)
        return cls(
            lead if lead in LEADS else usual.lead,
            hour,
            merge if merge in MERGES else usual.merge,
            kept.get("second_line") is True,
            kept.get("sends") is not False,
        )

    def to_json(self) -> dict[str, Any]:
        return {
            "lead": self.lead,
            "hour": f"{self.hour:%H:%M}",
            "merge": self.merge,
            "second_line": self.second_line,
            "sends": self.sends,
        }


@dataclass(frozen=True, slots=True)
class Wish:
    """How a branch wants one coming reminder; `send_on` and `text` only where they are not as by the rules."""

    changed_at: datetime
    send_on: date | None = None
    text: str | None = None
    skipped: bool = False


@dataclass(frozen=True, slots=True)
class Decided:
    """All that a branch decided for itself; `wishes` by the first festival of the reminder, e.g. 2026:中秋."""

    timing: Timing = field(default_factory=Timing)
    changed_at: datetime | None = None
    wishes: Mapping[str, Wish] = field(default_factory=dict)

    def wish(self, blocks: Blocks) -> Wish | None:
        return self.wishes.get(holidays(blocks)[0])


NOTHING = Decided()


# --- which blocks, and their day -----------------------------------------------------------------------------------


def groups(calendar: Calendar, merge: int, first: date, last: date) -> list[Blocks]:
    """Every group of blocks whose reminder may fall on a day from `first` to `last`."""
    return [group for year in range(first.year, last.year + 2) for group in calendar.neighbours(year, merge)]


def slot(blocks: Blocks) -> str:
    """2023-09-29 中秋、国庆: a group that moves is another run, and its plan decides whether that is a new reminder."""
    return f"{blocks[0].start} {names(holidays(blocks))}"


def send_day(calendar: Calendar, blocks: Blocks, decided: Decided = NOTHING) -> date:
    """So many working days before the first block, or the day that the branch chose, as long as that is before it."""
    start, wish = blocks[0].start, decided.wish(blocks)
    if wish is not None and wish.send_on is not None and wish.send_on < start:
        return calendar.on_or_before(wish.send_on)
    return calendar.working_day_before(start, decided.timing.lead)


def send_at(calendar: Calendar, blocks: Blocks, tz: tzinfo, decided: Decided = NOTHING) -> datetime:
    return at(send_day(calendar, blocks, decided), decided.timing.hour, tz)


def due_at(calendar: Calendar, blocks: Blocks, tz: tzinfo, decided: Decided = NOTHING) -> datetime:
    """When it falls due: as planned; what the branch decided only after that instant is due at the next open hour."""
    wish = decided.wish(blocks)
    changes = (decided.changed_at, wish.changed_at if wish else None)
    latest = max((change for change in changes if change is not None), default=None)
    planned = send_at(calendar, blocks, tz, decided)
    if latest is None or not planned < latest <= last_call(blocks, tz):
        return planned
    return _open_from(latest.astimezone(tz), calendar, decided.timing.hour)


def _open_from(instant: datetime, calendar: Calendar, hour: time) -> datetime:
    """The instant itself within the hours in which the bot speaks first, else this hour of the next working morning."""
    assert instant.tzinfo is not None
    day = instant.date()
    if open_now(instant, instant.tzinfo, calendar):
        return instant
    if not (calendar.is_working_day(day) and instant.time() < FIRST):
        day = calendar.next_working_day(day)
    return at(day, hour, instant.tzinfo)


def grace_end(block: Block, tz: tzinfo) -> datetime:
    """Until then a reminder of the block that could not go still makes sense."""
    return at(block.last_working_day, LAST, tz)


def given_up(ack_due: datetime, tz: tzinfo) -> datetime:
    """The same of a reminder that was made: the evening of the day by which it is to be read."""
    return at(ack_due.astimezone(tz).date(), LAST, tz)


def last_call(blocks: Blocks, tz: tzinfo) -> datetime:
    """Until then at least the last block of the group can still be reminded of."""
    return grace_end(blocks[-1], tz)


def ack_due(blocks: Blocks, tz: tzinfo) -> datetime:
    """已阅 is on time until the evening of the last working day before the first block."""
    return at(blocks[0].last_working_day, ACK_BY, tz)


def occurrences(
    calendar: Calendar, since: datetime, until: datetime, tz: tzinfo, decided: Decided = NOTHING
) -> list[Occurrence]:
    """The reminders that fall due between two instants, without those that the branch skips."""
    found: list[Occurrence] = []
    if not decided.timing.sends:
        return found
    for blocks in groups(calendar, decided.timing.merge, since.date(), until.date()):
        wish = decided.wish(blocks)
        when = due_at(calendar, blocks, tz, decided)
        if since <= when <= until and not (wish is not None and wish.skipped):
            found.append(Occurrence.of(slot(blocks), when, last_call(blocks, tz)))
    return found


def of_slot(calendar: Calendar, merge: int, name: str) -> Blocks | None:
    """The group that a run is about; None when by now there is no such group."""
    year = int(name[:4])
    return next((blocks for blocks in calendar.neighbours(year, merge) if slot(blocks) == name), None)


# --- afterwards ----------------------------------------------------------------------------------------------------


def second_line(calendar: Calendar, start: date, end: date, sent_at: datetime, tz: tzinfo) -> tuple[datetime, ...]:
    """In the morning of the last working day before `start`, when a block until `end` is long.

    Never on the day on which the reminder itself went.
    """
    last = start - timedelta(days=1)
    blocks = [block for year in {start.year, end.year} for block in calendar.blocks(year)]
    long = any(start <= block.start <= end and block.days >= LONG for block in blocks)
    return (at(last, SECOND_AT, tz),) if long and sent_at.astimezone(tz).date() < last else ()


def is_over(holiday: str, today: date) -> bool:
    """Nothing planned for this festival (2026:中秋) can matter any more."""
    year, _, name = holiday.partition(":")
    day = festivals(int(year)).get(name)
    return day is None or day + OVER < today
