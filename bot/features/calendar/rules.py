"""Decisions about a branch's calendar: how typed days are read, and what stands in the text that was handed in."""

from dataclasses import dataclass
from datetime import date, timedelta
from itertools import islice

from bot.features.calendar.own_words import UNDONE, check_length, name_of, undoes
from bot.kit.day_lists import read_days
from bot.kit.refusal import Refusal
from bot.kit.typed_days import at_odds
from bot.kit.words import short_day
from scheduler.calendar.council_notice import read_notice
from scheduler.calendar.days import DAY
from scheduler.calendar.year_file import BadYear, Entry, YearFile, decode, read_json, said

LONGEST_SPAN, MOST_DAYS = 31, 62
AHEAD = timedelta(days=366)
NOT_A_DAY = "请发送日期和名称，例如：4月20日至22日 三月三。"


@dataclass(frozen=True, slots=True)
class OwnDays:
    """A run of days of one's own branch, off or worked, with their name."""

    first: date
    last: date
    off: bool
    name: str

    @property
    def entries(self) -> list[Entry]:
        days = (self.first + timedelta(days=at) for at in range((self.last - self.first).days + 1))
        return [Entry(day, self.off, self.name) for day in days]


def read_own_days(text: str, off: bool, today: date) -> list[OwnDays]:
    """7月17日、18日 停电, 4月20日至22日 三月三: the runs, in order. Refuses what is not understood."""
    listed = read_days(text, today, coming=True)
    if listed.at_odds is not None:
        raise Refusal(at_odds(listed.at_odds))
    if not listed.runs:
        raise Refusal(UNDONE if undoes(text) else NOT_A_DAY)
    name = name_of(listed.rest, off) or ("本支部放假" if off else "本支部上班")
    for first, last in listed.runs:
        _allowed(first, last, today)
    days = list(islice((day for run in listed.runs for day in run.days), MOST_DAYS + 1))
    if len(days) > MOST_DAYS:
        raise Refusal(f"一次最多设置{MOST_DAYS}天，请分几次发送。")
    twice = next((day for at, day in enumerate(days) if day in days[:at]), None)
    if twice is not None:
        raise Refusal(f"{short_day(twice)}写了两次，请核对后重新发送。")
    check_length(name, days)
    return grouped([Entry(day, off, name) for day in days])


def _allowed(first: date, last: date, today: date) -> None:
    """A run that lies ahead, within a year, and not too long."""
    if last < first:
        raise Refusal(f"结束日期（{short_day(last)}）早于开始日期（{short_day(first)}），请核对。")
    if first < today:
        raise Refusal(f"只能设置今天及以后的日期，{said(first)}已经过去。")
    if last - today > AHEAD:
        raise Refusal(f"请设置一年以内的日期，{said(last)}在一年以后。")
    if (last - first).days >= LONGEST_SPAN:
        raise Refusal(f"连续的日期一次不超过{LONGEST_SPAN}天。")


def grouped(entries: list[Entry]) -> list[OwnDays]:
    """Single days as the runs that they were entered as, in order."""
    found: list[OwnDays] = []
    for day, off, name in sorted(entries):
        before = found[-1] if found else None
        if before and (before.off, before.name) == (off, name) and day - before.last == DAY:
            found[-1] = OwnDays(before.first, day, off, name)
        else:
            found.append(OwnDays(day, day, off, name))
    return found


def read_year(text: str) -> YearFile:
    """A notice as text, or the JSON of a year. Refuses what is neither."""
    try:
        return read_json(text) if text.lstrip().startswith("{") else read_notice(text)
    except BadYear as bad:
        raise Refusal(bad.chinese) from None


def read_file(content: bytes) -> YearFile:
    """The same from a file that was handed in."""
    try:
        text = decode(content)
    except BadYear as bad:
        raise Refusal(bad.chinese) from None
    return read_year(text)
