"""A year's arrangement as it is read in (holiday-cn JSON, or a notice): what it must pass, what it changes."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, NamedTuple

from scheduler.calendar import DAY, Calendar
from scheduler.festivals import festivals
from scheduler.years import Year
from storage.choices import YearState

LARGEST = 256 * 1024
MOST_DAYS = 366
# The law of 10 November 2024 added two days; before and since every notice came to the same sum (calendar.md 0.6).
CHECKSUM_BEFORE, CHECKSUM_SINCE, NEW_LAW = 11, 13, 2025
# 清明, 端午 and 中秋 are days off since 2008; the table of lunar dates ends in 2099.
FIRST_YEAR, LAST_YEAR = 2008, 2099


class Said(NamedTuple):
    """One sentence, for the command line and for the chat."""

    english: str
    chinese: str


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
    """What a file or a notice says of a year. `only`: the festivals of a notice that changes but some of them."""

    year: int
    entries: tuple[Entry, ...]
    papers: tuple[str, ...] = ()
    only: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        return {"year": self.year, "papers": list(self.papers), "days": [entry.to_json() for entry in self.entries]}


@dataclass(frozen=True, slots=True)
class Checked:
    """A file that may be taken over. `notes`: what was mended; `doubts`: why somebody has to insist."""

    file: YearFile
    notes: tuple[Said, ...] = ()
    doubts: tuple[Said, ...] = ()

    @property
    def year(self) -> Year:
        """The arrangement as it would hold for everybody: official with its papers, unless somebody insisted."""
        state = YearState.OFFICIAL if self.file.papers and not self.doubts else YearState.OVERRIDE
        days = {entry.day: entry.off for entry in self.file.entries}
        return Year(self.file.year, state, days, self.file.papers)


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
    raise BadYear("This is no text in UTF-8, UTF-16 or GB18030.", "看不懂这个文件，请发送文本或json文件。")


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
    return BadYear(f"This is no year in the holiday-cn schema: {why}.", "文件不是规定的放假安排格式，没有读入。")


def settled(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    """In order, each day once. Raises BadYear for a day that is said to be both off and worked."""
    by_day: dict[date, Entry] = {}
    for entry in entries:
        if by_day.setdefault(entry.day, entry).off != entry.off:
            raise BadYear(f"{entry.day} is both off and worked.", f"{entry.day}既写放假又写上班，请核对。")
    return tuple(sorted(by_day.values()))


# --- checking ------------------------------------------------------------------------------------------------------


def check(file: YearFile, known: Calendar, wanted: int | None = None) -> Checked:
    """What would be taken over of a file, beside what is known now. `wanted`: the year that was asked for.

    Raises BadYear for what nobody should take over.
    """
    _check_year(file, wanted)
    _check_span(file)
    whole = _completed(file, known)
    odd = [entry.day for entry in whole.entries if not entry.off and entry.day.weekday() < 5]
    # A weekday is worked anyhow: holiday-cn's 2020 says so of 3 February, the first day after an extension.
    kept = replace(whole, entries=tuple(entry for entry in whole.entries if entry.day not in odd))
    _check_festivals(kept)
    notes = tuple(
        Said(f"{day} is a weekday and needs no make-up day: left out.", f"{day}本是工作日，不必另记上班，已略去。")
        for day in odd
    )
    new, before = Checked(kept).year, known.year(file.year)
    return Checked(kept, notes, tuple(filter(None, (_checksum(new, before), _shrinking(new, before)))))


def _check_year(file: YearFile, wanted: int | None) -> None:
    if wanted is not None and file.year != wanted:
        raise BadYear(
            f"This is the year {file.year}, not {wanted}.", f"这是{file.year}年的安排，不是{wanted}年的。"
        )  # fmt: skip
    if not FIRST_YEAR <= file.year <= LAST_YEAR:
        raise BadYear(
            f"The year {file.year} is out of range ({FIRST_YEAR} to {LAST_YEAR}).",
            f"年份{file.year}超出范围（{FIRST_YEAR}至{LAST_YEAR}）。",
        )
    if not file.entries:
        raise NotAnnounced(
            f"{file.year} has no days: it is not announced yet. What is known stays as it is.",
            f"{file.year}年放假安排尚未公布（文件中没有日期），原有安排不变。",
        )


def _check_span(file: YearFile) -> None:
    first, last = date(file.year - 1, 12, 1), date(file.year, 12, 31)
    for entry in file.entries:
        if not first <= entry.day <= last:
            raise BadYear(
                f"{entry.day} does not belong to the notice of {file.year} ({first} to {last}).",
                f"{entry.day}不在{file.year}年安排的范围内。",
            )


def _completed(file: YearFile, known: Calendar) -> YearFile:
    """A notice that changes some festivals, laid over what was announced before."""
    if not file.only:
        return file
    if known.state(file.year) is YearState.PROVISIONAL:
        names = "、".join(file.only)
        raise BadYear(
            f"The text names {names} only, and {file.year} is not announced yet: the whole notice is needed.",
            f"文中只有{names}，而{file.year}年整年安排尚未读入，请发送通知全文。",
        )
    said = {entry.day for entry in file.entries}
    before = [entry for entry in entries_of(known, file.year) if entry.day not in said]
    papers = tuple(dict.fromkeys((*known.year(file.year).papers, *file.papers)))
    return YearFile(file.year, settled((*before, *file.entries)), papers)


def _check_festivals(file: YearFile) -> None:
    off = {entry.day: entry.off for entry in file.entries}
    worked = [
        (name, day) for name, day in festivals(file.year).items() if not off.get(day, day.weekday() >= 5)
    ]  # fmt: skip
    if worked:
        raise BadYear(
            f"Not off in {file.year}: {', '.join(f'{name} {day}' for name, day in worked)}.",
            f"{file.year}年下列节日没有放假，请核对：{'、'.join(f'{name}（{day}）' for name, day in worked)}。",
        )


def _checksum(new: Year, before: Year) -> Said | None:
    usual = CHECKSUM_SINCE if new.number >= NEW_LAW else CHECKSUM_BEFORE
    if new.checksum == usual or (before.state is YearState.OFFICIAL and new.checksum == before.checksum):
        return None
    return Said(
        f"Weekdays off less make-up days come to {new.checksum}; every notice of such a year came to {usual}."
        " A day may be missing or mistyped.",
        f"放假的工作日减去调休上班日为{new.checksum}天，历年通知均为{usual}天，可能有漏写或写错。",
    )


def _shrinking(new: Year, before: Year) -> Said | None:
    if before.state is not YearState.OFFICIAL:
        return None
    lost = [what for what, one, other in zip(("off", "worked"), _size(before), _size(new), strict=True) if other < one]
    if not lost:
        return None
    (off, made_up), (new_off, new_made_up) = _size(before), _size(new)
    return Said(
        f"It has less than the official {new.number}: {new_off} weekdays off (of {off}),"
        f" {new_made_up} make-up days (of {made_up}).",
        f"比现有的{new.number}年正式安排少：放假工作日{new_off}天（原{off}天），调休上班{new_made_up}天（原{made_up}天）。",
    )


def _size(year: Year) -> tuple[int, int]:
    """Weekdays off and make-up days: weekends within a holiday are listed by some and left out by others."""
    off = sum(is_off and day.weekday() < 5 for day, is_off in year.days.items())
    return off, sum(not is_off and day.weekday() >= 5 for day, is_off in year.days.items())


# --- comparing -----------------------------------------------------------------------------------------------------


def difference(before: Calendar, after: Calendar, year: int) -> list[tuple[date, bool]]:
    """The days that change, from the December before to December, and whether people work on them afterwards."""
    first = date(year - 1, 12, 1)
    days = (first + timedelta(days=number) for number in range((date(year, 12, 31) - first).days + 1))
    return [(day, after.is_working_day(day)) for day in days if before.is_working_day(day) != after.is_working_day(day)]


def entries_of(calendar: Calendar, year: int) -> tuple[Entry, ...]:
    """What is known of a year, in the form of a file; a day off is named after the festivals of its block."""
    named: dict[date, str] = {}
    for number in (year - 1, year):
        for block in calendar.blocks(number):
            days = (block.start + timedelta(days=at) for at in range(block.days))
            named |= dict.fromkeys(days, "、".join(name for _, name in block.festivals))
    known = calendar.year(year).days
    return tuple(Entry(day, off, named.get(day, "") if off else "调休") for day, off in sorted(known.items()))


class Row(NamedTuple):
    """One festival as it was understood: first and last day of each stretch off, and the make-up days."""

    name: str
    off: tuple[tuple[date, date], ...]
    worked: tuple[date, ...]


def by_festival(entries: Iterable[Entry]) -> list[Row]:
    """Entries as a person checks them against the notice: a row a name, in the order of the holidays."""
    names: dict[str, list[Entry]] = {}
    # Make-up days may lie before the holiday before (20 September 2026 is worked for 国庆, 中秋 begins on the 25th).
    for entry in sorted(entries, key=lambda entry: (not entry.off, entry.day)):
        names.setdefault(entry.name, []).append(entry)
    return [
        Row(name, spans(each.day for each in its if each.off), tuple(each.day for each in its if not each.off))
        for name, its in names.items()
    ]


def spans(days: Iterable[date]) -> tuple[tuple[date, date], ...]:
    """First and last day of each run of days without a gap."""
    found: list[tuple[date, date]] = []
    for day in sorted(days):
        if found and day - found[-1][1] <= DAY:
            found[-1] = (found[-1][0], day)
        else:
            found.append((day, day))
    return tuple(found)


def from_json(found: Mapping[str, Any]) -> YearFile:
    """What `to_json` of a checked file was."""
    return read_json(json.dumps(found))
