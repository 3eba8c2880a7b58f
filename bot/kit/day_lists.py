"""Reads several days and runs of them: 7月17日、18日、19日; 7月26日-28日; 7月1日到3日和7月8日."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import NamedTuple

from bot.kit.dates import bare
from bot.kit.numerals import folded
from bot.kit.written_days import Against, Found, bare_at, day_at

DAY = timedelta(days=1)
_AND = re.compile(r"\s*(?:[、,;；]|以及|[和与及])\s*|\s+(?=[\d一二三四五六七八九十])")
_TO = re.compile(r"\s*(?:至|到|[-—–－~～]+)\s*")


class Run(NamedTuple):
    """Days from the first to the last, both of them too. Those of read_days may be the wrong way round, as written."""

    first: date
    last: date

    @property
    def days(self) -> Iterator[date]:
        return (self.first + timedelta(days=at) for at in range((self.last - self.first).days + 1))


class Listed(NamedTuple):
    """The days at the beginning of a text, and the rest of it as it was typed.

    `at_odds`: a day that is not the weekday beside it, where reading ended.
    """

    runs: tuple[Run, ...]
    rest: str
    at_odds: date | None = None


def parse_days(text: str, today: date) -> tuple[Run, ...] | None:
    """All the days of a text, or None for anything else: days that may be others, a run the wrong way round."""
    listed = read_days(bare(text), today)
    if listed.rest or any(run.last < run.first for run in listed.runs):
        return None
    return listed.runs or None


def read_days(text: str, today: date, *, coming: bool = False) -> Listed:
    """The days at the beginning. `coming`: those of plans, so each is the next of its name; a month ago is a slip."""
    line, runs, against = folded(text), list[Run](), Against(today, coming=coming)
    end = start = len(line) - len(line.lstrip())
    while True:
        found = _run_at(line, start, against)
        if isinstance(found, date):
            return Listed(tuple(runs), text[end:], found)
        if found is None:
            return Listed(tuple(runs), text[end:])
        run, end = found
        runs.append(run)
        glue = _AND.match(line, end)
        if glue is None:
            return Listed(tuple(runs), text[end:])
        start, against = glue.end(), replace(against, before=run.last)


def _run_at(line: str, start: int, against: Against) -> tuple[Run, int] | date | None:
    """A day or a run and where it ends; a day that is not the weekday beside it; None where none is."""
    found = day_at(line, start, against, comma=False) or bare_at(line, start, against, last=False)
    first = _only(found, against)
    if found is None or first is None:
        return found and found.at_odds
    to = _TO.match(line, found.end)
    if to is None:
        return Run(first, first), found.end
    after = replace(against, before=first, near=first, coming=False)
    end = day_at(line, to.end(), after, comma=False) or bare_at(line, to.end(), after, last=True)
    if end is None or len(end.days) != 1:
        return (end and end.at_odds) or (Run(first, first), found.end)
    return Run(first, end.days[0]), end.end


def _only(found: Found | None, against: Against) -> date | None:
    """The one day that is meant; in a list 8日 comes after 7日, else it is of a month that is not written."""
    days = list(found.days) if found is not None else []
    if against.coming and len(days) > 1:
        days = [day for day in days if day >= against.today][:1]
    if len(days) != 1 or (found and found.leans and against.before and days[0] < against.before):
        return None
    return days[0]
