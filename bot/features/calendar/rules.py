"""Decisions about a branch's calendar: how typed days are read, and what stands in the text that was handed in."""

import re
from dataclasses import dataclass
from datetime import date, timedelta

from bot.kit.dates import parse_day
from bot.kit.refusal import Refusal
from bot.kit.words import short_day
from scheduler.calendar.council_notice import read_notice
from scheduler.calendar.days import DAY
from scheduler.calendar.year_file import BadYear, Entry, YearFile, decode, read_json

LONGEST_SPAN, LONGEST_NAME = 31, 20
# A day without a year is the next one of that name; a month back still counts as a slip.
AHEAD, BACK = timedelta(days=366), timedelta(days=31)
NOT_A_DAY = "请发送日期和名称，例如：4月20日至22日 三月三。"

_TO = re.compile(r"\s*(?:至|到|—+|~|～)\s*")
_DAY = re.compile(r"(?:20\d\d[年./-])?\d{1,2}[月./-]\d{1,2}[日号]?|今天|明天|大后天|后天")
_ONLY_DAY = re.compile(r"\d{1,2}[日号]")
_SAID = re.compile(r"(放假|上班|休息)$")


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


def read_own_days(text: str, off: bool, today: date) -> OwnDays:
    """4月20日至22日 三月三. Refuses what is no day, lies in the past or is too long."""
    text = text.strip()
    found = _DAY.match(text)
    first = _next(found[0], today) if found else None
    if found is None or first is None:
        raise Refusal(NOT_A_DAY)
    rest, last = text[found.end() :], first
    to = _TO.match(rest)
    if to is not None:
        last, rest = _end(rest[to.end() :], first)
    if last < first:
        raise Refusal(f"结束日期（{short_day(last)}）早于开始日期（{short_day(first)}），请核对。")
    if first < today:
        raise Refusal("只能设置今天及以后的日期。")
    if first - today > AHEAD or not 0 <= (last - first).days < LONGEST_SPAN:
        raise Refusal(f"请设置一年以内的日期，一次不超过{LONGEST_SPAN}天。")
    name = _SAID.sub("", rest.strip(" ，,、：:。\n")).strip()
    if len(name) > LONGEST_NAME or len(name.splitlines()) > 1:
        raise Refusal(f"名称请不超过{LONGEST_NAME}字。")
    return OwnDays(first, last, off, name or ("本支部放假" if off else "本支部上班"))


def _end(rest: str, first: date) -> tuple[date, str]:
    found = _DAY.match(rest)
    day = parse_day(found[0], first) if found else None
    if found is None:
        found = _ONLY_DAY.match(rest)
        day = parse_day(f"{first.year}年{first.month}月{found[0]}", first) if found else None
    if found is None or day is None:
        raise Refusal(NOT_A_DAY)
    return day, rest[found.end() :]


def _next(text: str, today: date) -> date | None:
    """Plans look ahead: in November 7月1日 is that of the next year."""
    day = parse_day(text, today)
    if day is None or text.startswith("20") or day >= today - BACK:
        return day
    return parse_day(f"{day.year + 1}年{day.month}月{day.day}日", today)


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
