"""A year's arrangement as it is read in: the values, and the holiday-cn JSON. What it must pass: year_checks.py."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

LARGEST = 256 * 1024
MOST_DAYS = 366


def said(day: date) -> str:
    """2027年2月5日"""
    return f"{day.year}年{day.month}月{day.day}日"


class BadYear(ValueError):
    """Not to be taken over, whoever insists. The text is English; `chinese` says it in chat."""

    def __init__(self, english: str, chinese: str) -> None:
        super().__init__(english)
        self.chinese = chinese


class NotAnnounced(BadYear):
    """A file without days, as holiday-cn has it for years to come: what is known stays."""


class Entry(NamedTuple):
    """One day that is off, or worked, whatever its weekday."""

    day: date
    off: bool
    name: str

    def to_json(self) -> dict[str, Any]:
        return {"name": self.name, "date": self.day.isoformat(), "isOffDay": self.off}


@dataclass(frozen=True, slots=True)
class YearFile:
    """What a file or a notice says of a year. `only`: the festivals of a notice that changes but some of them.

    `changes`: its text says that days are added or taken away (延长, 不再上班), so the year's sum need not stay.
    """

    year: int
    entries: tuple[Entry, ...]
    papers: tuple[str, ...] = ()
    only: tuple[str, ...] = ()
    changes: bool = False

    def to_json(self) -> dict[str, Any]:
        return {"year": self.year, "papers": list(self.papers), "days": [entry.to_json() for entry in self.entries]}


# --- reading -------------------------------------------------------------------------------------------------------


def decode(content: bytes) -> str:
    """A text file as people save it. Raises BadYear."""
    if len(content) > LARGEST:
        raise BadYear(f"The file is larger than {LARGEST // 1024} kB: this is no year.", "文件过大，不是放假安排。")
    marked = content.startswith((b"\xff\xfe", b"\xfe\xff"))
    for encoding in ("utf-16",) if marked else ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise BadYear("This is no text in UTF-8, UTF-16 or GB18030.", "没有看懂这个文件，请发送通知全文或文本文件。")


def read_json(text: str) -> YearFile:
    """The holiday-cn schema: {"year", "papers", "days": [{"name", "date", "isOffDay"}]}. Raises BadYear."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        raise _not_the_schema("it is no JSON") from None
    if not isinstance(found, dict) or type(found.get("year")) is not int or not isinstance(found.get("days"), list):
        raise _not_the_schema('"year" and "days" are needed')
    papers = found.get("papers") or []
    if not isinstance(papers, list) or not all(isinstance(paper, str) and paper.strip() for paper in papers):
        raise _not_the_schema('"papers" must be a list of addresses')
    if len(found["days"]) > MOST_DAYS:
        raise _not_the_schema(f"it has more than {MOST_DAYS} days")
    return YearFile(found["year"], settled(_entry(day) for day in found["days"]), tuple(papers))


def _entry(day: Any) -> Entry:
    if not isinstance(day, dict) or not isinstance(day.get("isOffDay"), bool):
        raise _not_the_schema('each of "days" needs "date" and "isOffDay"')
    try:
        when = date.fromisoformat(day["date"])
    except (KeyError, TypeError, ValueError):
        raise _not_the_schema(f"{str(day.get('date'))[:40]!r} is no date like 2027-01-01") from None
    return Entry(when, day["isOffDay"], str(day.get("name") or "")[:40])


def _not_the_schema(why: str) -> BadYear:
    return BadYear(f"This is no year in the holiday-cn schema: {why}.", "文件不是规定的放假安排格式，没有导入。")


def settled(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    """In order, each day once. Raises BadYear for a day that is said to be both off and worked."""
    by_day: dict[date, Entry] = {}
    for entry in entries:
        if by_day.setdefault(entry.day, entry).off != entry.off:
            raise BadYear(f"{entry.day} is both off and worked.", f"{said(entry.day)}既写放假又写上班，请核对。")
    return tuple(sorted(by_day.values()))


def from_json(found: Mapping[str, Any]) -> YearFile:
    """What `to_json` of a checked file was."""
    return read_json(json.dumps(found))
