"""Which calendar a branch goes by, from rows: read once for each state of the table, however many branches ask."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import ColumnElement, Engine, func, select
from sqlalchemy.orm import Session

from scheduler.calendar.days import Calendar
from scheduler.calendar.years import Year
from storage.base import table
from storage.choices import YearState
from storage.models.calendar import CalendarYear

_ROWS = table(CalendarYear)
_TOKEN = select(_ROWS.c.token).order_by(_ROWS.c.id.desc()).limit(1)
_NEWEST = select(func.max(CalendarYear.id)).group_by(
    CalendarYear.organisation_id, CalendarYear.year, CalendarYear.whole
)


@dataclass(frozen=True, slots=True)
class Calendars:
    """Every calendar of a database. `token` names the state; two of one state are equal in all they say."""

    token: str = ""
    national: Calendar = field(default_factory=Calendar)
    differing: Mapping[int, Calendar] = field(default_factory=dict)

    def of(self, branch_id: int) -> Calendar:
        """The branch's own where it has days of its own, else everybody's."""
        return self.differing.get(branch_id, self.national)


# By engine: a process may know several databases (tests, the demo).
_KNOWN: "WeakKeyDictionary[Engine, Calendars]" = WeakKeyDictionary()


def calendars(session: Session) -> Calendars:
    """All of them, as the rows stand: one short question while nothing changes."""
    token = session.scalar(_TOKEN) or ""
    engine = session.get_bind().engine
    known = _KNOWN.get(engine)
    if known is None or known.token != token:
        # What this transaction wrote may yet be taken back: its token then never comes again.
        known = _KNOWN[engine] = _load(session, token)
    return known


def calendar_of(session: Session, branch_id: int) -> Calendar:
    """The calendar that a branch goes by."""
    return calendars(session).of(branch_id)


def _load(session: Session, token: str) -> Calendars:
    if not token:
        return Calendars()
    everybody: dict[int, Year] = {}
    whole: dict[int, dict[int, Year]] = {}
    local: dict[int, dict[date, bool]] = {}
    for row in newest(session):
        if not row.days:
            continue
        if row.organisation_id is None:
            everybody[row.year] = year_of(row)
        elif row.whole:
            whole.setdefault(row.organisation_id, {})[row.year] = year_of(row)
        else:
            local.setdefault(row.organisation_id, {}).update(days_of(row.days))
    differing = {
        branch_id: Calendar(everybody | whole.get(branch_id, {}), local.get(branch_id))
        for branch_id in whole.keys() | local.keys()
    }
    return Calendars(token, Calendar(everybody), differing)


def newest(session: Session, *where: ColumnElement[bool]) -> list[CalendarYear]:
    """The rows that count, all or some: of everybody and each branch, a year's arrangement and the local days."""
    query = select(CalendarYear).where(CalendarYear.id.in_(_NEWEST.where(*where)))
    return list(session.scalars(query.order_by(CalendarYear.id)))


def year_of(row: CalendarYear) -> Year:
    """A row as the arrangement of its year: official when it is everybody's and names the papers it rests on."""
    state = YearState.OFFICIAL if row.papers and row.organisation_id is None else YearState.OVERRIDE
    return Year(row.year, state, days_of(row.days), tuple(row.papers))


def days_of(days: Iterable[Mapping[str, Any]]) -> dict[date, bool]:
    """Days in the holiday-cn schema as off (True) or worked."""
    return {date.fromisoformat(day["date"]): bool(day["isOffDay"]) for day in days}
