"""What somebody has to be told and when: plain values in, findings out. Nothing here sends or remembers."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo

from bot.kit.parked import TakeUpAgain
from bot.kit.quiet_hours import FIRST, LAST
from bot.kit.replies import Choice, Rows
from bot.watch import messages
from scheduler.calendar.days import Block, at
from scheduler.clock_check import FAR
from storage.disk_space import DiskSpace

# Telegram keeps a tap for so long; after a longer outage taps are gone without a trace.
OUTAGE = timedelta(seconds=150)
# When people tap, and cards may be posted anew: an outage in the night alone is the operator's matter only.
DAY_BEGINS, DAY_ENDS = time(7), time(22)
# Seconds without an answer after which a bot that can still send says so.
LONG_SILENCE = 600
FAILURES = 3
# How many numbers of parked updates are named.
SHOWN = 5
# Below this much free space, or below the size of the database itself (copies and VACUUM need it), it is told.
LEAST_FREE = 500 * 1024**2
FULLEST = 0.9
# How many days before a provisional block's reminder the operator hears of it.
PROVISIONAL_AHEAD = timedelta(days=7)
WEEKLY_FROM, DAILY_FROM = (12, 1), (12, 15)
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Finding:
    """Something to tell once: `key` names it; a word that is late by more than `life` is no longer worth sending.

    `lasting`: it may end, and is told again when it comes back. `rows`: buttons below it. `logged`: what the log says
    instead, where the text names what people have named. `delay`: not sooner than so long from now.
    """

    key: str
    text: str
    lasting: bool = False
    life: timedelta = timedelta(days=2)
    rows: Rows = ()
    logged: str = ""
    delay: timedelta = timedelta()


@dataclass(frozen=True, slots=True)
class Parked:
    """Updates that could not be handled: how many on that day, the first numbers, a fault, since when.

    again: when that day what was parked before was taken up again: these came after it. readable: whether anything is
    parked that may go well the next time.
    """

    number: int
    ids: Sequence[int]
    fault: str
    since: datetime
    again: datetime | None = None
    readable: bool = True


def parked(found: tuple[Parked, date] | None, tz: tzinfo, bot_id: int) -> Iterable[Finding]:
    """Once a day on which updates were parked, and once more for those parked after they were taken up again."""
    if found is not None:
        aside, day = found
        after = f":{aside.again:%Y%m%dT%H%M%S%f}" if aside.again else ""
        text = messages.parked(aside.number, aside.ids, aside.fault, aside.since, tz, again=aside.readable)
        rows = [[Choice("重新办理", TakeUpAgain(bot_id))]] if aside.readable else []
        yield Finding(f"parked:{day}{after}", text, rows=rows)


def clock(skew: timedelta | None, *, behind: bool = False) -> Iterable[Finding]:
    """`skew`: how far Telegram's clock is ahead of this machine's; None while no answer has said. Then it counts
    whether it is `behind` the newest rows.
    """
    if skew is not None and abs(skew) > FAR:
        yield Finding("clock", messages.clock(skew), lasting=True)
    elif skew is None and behind:
        yield Finding("clock", messages.clock_behind(), lasting=True)


def is_full(room: DiskSpace) -> bool:
    """Little space left on the disk, or the file near the size at which SQLite refuses to grow it."""
    return room.free < max(LEAST_FREE, room.size) or room.used > FULLEST


def space(room: DiskSpace | None) -> Iterable[Finding]:
    if room is not None and is_full(room):
        yield Finding("room", messages.space(room.free, room.size), lasting=True)


@dataclass(frozen=True, slots=True)
class Hooked:
    """Where Telegram delivers: to us, or to whom (host; "" to nobody), and what went wrong since the last look."""

    ours: bool
    host: str
    failed: str


def hooked(found: Hooked) -> Iterable[Finding]:
    if not found.ours and found.host:
        yield Finding("webhook:other", messages.webhook_elsewhere(found.host), lasting=True)
    elif not found.ours:
        yield Finding("webhook:gone", messages.WEBHOOK_GONE, lasting=True)
    if found.ours and found.failed:
        yield Finding("webhook:error", messages.webhook_failed(found.failed), lasting=True)


def conflict(words: str) -> Iterable[Finding]:
    """`words`: what Telegram says of another program that asks it with our token; "" while there is none."""
    if words:
        text = messages.WEBHOOK_INSTEAD if "webhook" in words.lower() else messages.CONFLICT
        yield Finding("conflict", text, lasting=True, life=timedelta(hours=2))


def silence(seconds: float) -> Iterable[Finding]:
    if seconds > LONG_SILENCE:
        yield Finding("silence", messages.silence(seconds), lasting=True, life=timedelta(minutes=30))


def failing(times: Mapping[str, tuple[int, str]]) -> Iterable[Finding]:
    """By job: how often it has failed one time after the other, and with what."""
    for job, (number, fault) in sorted(times.items()):
        if number >= FAILURES:
            yield Finding(f"job:{job}", messages.failing(job, number, fault), lasting=True)


def years(missing: Collection[int], now: datetime, tz: tzinfo) -> Iterable[Finding]:
    """From 1 December weekly and from the 15th daily while next year is not announced (docs/operating.md).

    A year that has begun and is still missing: weekly. In the hours in which the bot speaks first.
    """
    local = now.astimezone(tz)
    if not FIRST <= local.time() <= LAST:
        return
    today = local.date()
    day = (today.month, today.day)
    if today.year in missing:
        yield Finding(f"year:{today.year}:{_week(today)}", messages.year_missing(today.year))
    if today.year + 1 in missing and day >= WEEKLY_FROM:
        when = today.isoformat() if day >= DAILY_FROM else _week(today)
        yield Finding(f"year:{today.year + 1}:{when}", messages.year_missing(today.year + 1))


def _week(day: date) -> str:
    year, week, _ = day.isocalendar()
    return f"{year}W{week:02}"


def provisional(blocks: Iterable[tuple[Block, date]], today: date) -> Iterable[Finding]:
    """Blocks with the day on which each is reminded of: told once a block, in the week before that day."""
    for block, send_day in blocks:
        if block.provisional and send_day - PROVISIONAL_AHEAD <= today < block.start:
            year, name = block.festivals[0]
            names = "、".join(festival for _, festival in block.festivals)
            yield Finding(f"provisional:{year}:{name}", messages.provisional(names, send_day))


# --- after an outage -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Outage:
    """From the last contact with Telegram to the first one after it."""

    start: datetime
    end: datetime


def outage(found: Outage, tz: tzinfo) -> Finding:
    return Finding(
        f"outage:{found.start:%Y%m%dT%H%M%S}",
        messages.outage(found.start, found.end, tz, anew=concerns_people(found, tz)),
    )


def concerns_people(found: Outage, tz: tzinfo) -> bool:
    """Whether it reached into the hours in which people tap."""
    start = found.start.astimezone(tz)
    morning = at(start.date() + (DAY if start.time() > DAY_ENDS else timedelta()), DAY_BEGINS, tz)
    return by_day(start, tz) or found.end >= morning


def until_day(instant: datetime, tz: tzinfo) -> timedelta:
    """How long until people may be written to; nothing by day."""
    if by_day(instant, tz):
        return timedelta()
    local = instant.astimezone(tz)
    return at(local.date() + (DAY if local.time() > DAY_ENDS else timedelta()), DAY_BEGINS, tz) - instant


def by_day(instant: datetime, tz: tzinfo) -> bool:
    return DAY_BEGINS <= instant.astimezone(tz).time() <= DAY_ENDS
