"""What a year's file must pass: what is refused whoever insists, what needs insisting, what is mended."""

from dataclasses import dataclass, replace
from datetime import date
from typing import NamedTuple

from scheduler.calendar.days import Calendar
from scheduler.calendar.festivals import festivals
from scheduler.calendar.year_file import BadYear, NotAnnounced, YearFile, said, settled
from scheduler.calendar.year_views import entries_of
from scheduler.calendar.years import Year
from storage.choices import YearState

# The law of 10 November 2024 added two days; before and since every notice came to the same sum.
CHECKSUM_BEFORE, CHECKSUM_SINCE, NEW_LAW = 11, 13, 2025
# 清明, 端午 and 中秋 are days off since 2008; the table of lunar dates ends in 2099.
FIRST_YEAR, LAST_YEAR = 2008, 2099


class Said(NamedTuple):
    """One sentence, for the command line and for the chat."""

    english: str
    chinese: str


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
        Said(f"{day} is a weekday and needs no make-up day: left out.", f"{day}本是工作日，无需另记上班，已略去。")
        for day in odd
    )
    new, before = Checked(kept).year, known.year(file.year)
    doubts = () if file.changes else (_checksum(new, before), _shrinking(new, before))
    return Checked(kept, notes, tuple(filter(None, doubts)))


def _check_year(file: YearFile, wanted: int | None) -> None:
    if wanted is not None and file.year != wanted:
        raise BadYear(f"This is the year {file.year}, not {wanted}.", f"这是{file.year}年的安排，不是{wanted}年的。")
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
                f"{said(entry.day)}不在{file.year}年安排的范围内。",
            )


def _completed(file: YearFile, known: Calendar) -> YearFile:
    """A notice that changes some festivals, laid over what was announced before."""
    if not file.only:
        return file
    if known.state(file.year) is YearState.PROVISIONAL:
        names = "、".join(file.only)
        raise BadYear(
            f"The text names {names} only, and {file.year} is not announced yet: the whole notice is needed.",
            f"文中只有{names}，而{file.year}年整年安排尚未导入，请发送通知全文。",
        )
    said = {entry.day for entry in file.entries}
    before = [entry for entry in entries_of(known, file.year) if entry.day not in said]
    papers = tuple(dict.fromkeys((*known.year(file.year).papers, *file.papers)))
    return replace(file, entries=settled((*before, *file.entries)), papers=papers, only=())


def _check_festivals(file: YearFile) -> None:
    off = {entry.day: entry.off for entry in file.entries}
    worked = [(name, day) for name, day in festivals(file.year).items() if not off.get(day, day.weekday() >= 5)]
    if worked:
        raise BadYear(
            f"Not off in {file.year}: {', '.join(f'{name} {day}' for name, day in worked)}.",
            f"{file.year}年下列节日没有放假，请核对：{'、'.join(f'{name}（{said(day)}）' for name, day in worked)}。",
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
