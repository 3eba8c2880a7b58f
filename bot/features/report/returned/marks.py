"""A report as a file that comes back, and what that says of itself: whose it is, and the lines that it had.

It stands in the identifier of the file, which office programs keep: report:branch:period:version:lines. Of each line
there are six digits, so that a line nobody has touched is known also where the records have changed since.
"""

import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bot.features.report.service import Report
from bot.features.report.text import parts

_DIGITS = 6
# More lines than that are not noted: the identifier is a short text.
_MOST = 140
_MARK = re.compile(
    r"^report:(?P<branch>\d{1,18}):(?P<period>[^:]{1,20}):(?P<version>[^:]{0,20})(?::(?P<lines>[0-9a-f]*))?$"
)


@dataclass(frozen=True, slots=True)
class Mark:
    """branch_id, period (20233): whose report it is. lines: None where it does not say."""

    branch_id: int
    period: str
    lines: frozenset[str] | None = None

    def had(self, line: str) -> bool:
        """Whether it had this line; of one that does not say: what there is now is what it had."""
        return self.lines is None or digits(line) in self.lines

    def untouched(self, line: str) -> bool:
        """Whether this line is known to be as it was made."""
        return self.lines is not None and digits(line) in self.lines


@dataclass(frozen=True, slots=True)
class Under:
    """A heading and the lines below it. level: 0 the lines before any, 1 一、, 2 （一）. word: without its number."""

    level: int
    word: str
    lines: list[str]


@dataclass(frozen=True, slots=True)
class Paper:
    """mark: None where the file does not say whose it is. title: its lines joined."""

    mark: Mark | None
    title: str
    parts: Sequence[Under]


def mark(report: Report) -> str:
    """What is written into the file."""
    found = report.found
    listed = [digits(line) for line in lines_of(report)]
    noted = "".join(dict.fromkeys(listed)) if len(listed) <= _MOST else ""
    name = f"report:{found.counting.branch_id}:{found.period.code}:{found.version}"
    return f"{name}:{noted}" if noted else name


def read(identifier: str) -> Mark | None:
    """None: it is no report of ours, or does not say so any more."""
    found = _MARK.match(identifier.strip())
    if found is None:
        return None
    noted = found["lines"] or ""
    lines = frozenset(noted[at : at + _DIGITS] for at in range(0, len(noted), _DIGITS)) if noted else None
    return Mark(int(found["branch"]), found["period"], lines)


def lines_of(report: Report) -> Iterable[str]:
    """Every heading and line of its text, and each of the points in it."""
    yield report.title
    for heading, listed in parts(report):
        if heading:
            yield heading
        yield from (line for one in listed for line in one.splitlines())
    yield from report.issues
    yield from report.plans


def digits(line: str) -> str:
    return hashlib.sha256("".join(line.split()).strip("。．.;；，,、").encode()).hexdigest()[:_DIGITS]
