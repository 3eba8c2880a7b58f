"""The calendar's rows: a year is read in after a look at what it changes, a branch has days of its own."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.features.calendar.rules import OwnDays, grouped
from bot.kit.access import Right, require
from bot.kit.refusal import Refusal
from scheduler.calendar.checks import Checked, check
from scheduler.calendar.days import Calendar
from scheduler.calendar.store import calendars, newest
from scheduler.calendar.year_file import Entry, YearFile, settled
from scheduler.calendar.year_views import difference
from scheduler.calendar.years import Year
from storage import audit
from storage.audience import Me
from storage.choices import OrganisationKind, YearState
from storage.models.calendar import CalendarYear
from storage.models.organisation import Organisation


@dataclass(frozen=True, slots=True)
class Proposal:
    """A year that may be taken over, for everybody (`branch_id` None) or for one branch, and what it would change.

    `changes`: the days, each with whether people work on it afterwards.
    """

    checked: Checked
    branch_id: int | None
    state: YearState
    before: YearState
    changes: Sequence[tuple[date, bool]]

    @property
    def unchanged(self) -> bool:
        """It says what is known already, and makes nothing surer."""
        return not self.changes and self.before in (self.state, YearState.OFFICIAL)


# --- a year ----------------------------------------------------------------------------------------------------------


def propose(session: Session, file: YearFile, branch_id: int | None, wanted: int | None = None) -> Proposal:
    """What reading this in would do now. Raises BadYear."""
    known = _known(session, branch_id)
    checked = check(file, known, wanted)
    year = _year(checked, branch_id)
    changes = difference(known, known.with_year(year), file.year)
    return Proposal(checked, branch_id, year.state, known.state(file.year), changes)


def _known(session: Session, branch_id: int | None) -> Calendar:
    found = calendars(session)
    return found.national if branch_id is None else found.of(branch_id)


def _year(checked: Checked, branch_id: int | None) -> Year:
    """A branch's arrangement is its own, whatever papers it names."""
    year = checked.year
    return year if branch_id is None else Year(year.number, YearState.OVERRIDE, year.days, year.papers)


def take_over(
    session: Session, proposal: Proposal, source: str, now: datetime, *, by_id: int | None = None, via: str = "chat"
) -> None:
    """Append it; what was known stays in the rows before it. Plans read the calendar anew by themselves."""
    if proposal.unchanged:
        return
    file = proposal.checked.file
    official = proposal.state is YearState.OFFICIAL
    row = CalendarYear(
        organisation_id=proposal.branch_id,
        year=file.year,
        whole=True,
        papers=list(file.papers) if official else [],
        days=[entry.to_json() for entry in file.entries],
        source=source if official else "; ".join((source, *file.papers)),
        token=uuid4().hex,
        made_by_id=by_id,
        made_at=now,
    )
    _append(session, row, "read_in", now, by_id, via)


def _append(session: Session, row: CalendarYear, action: str, now: datetime, by_id: int | None, via: str) -> None:
    session.add(row)
    session.flush()
    audit.record(
        session,
        action,
        "calendar_year",
        row.id,
        now=now,
        by=audit.By(row.organisation_id, by_id, via),
        year=row.year,
        days=len(row.days),
    )


def reach_of(session: Session, me: Me) -> int | None:
    """For whom somebody reads a notice in: for everybody (None) where the bot serves one branch, else for the own."""
    require(me, Right.CALENDAR, branch_id=me.branch_id)
    query = select(Organisation.id).where(Organisation.kind == OrganisationKind.BRANCH).limit(2)
    return None if len(session.scalars(query).all()) == 1 else me.branch_id


def sources(session: Session, branch_id: int | None) -> dict[int, CalendarYear]:
    """The row that each year rests on, as the branch or everybody (None) has it; bundled years have none."""
    theirs = CalendarYear.organisation_id.is_(None) | (CalendarYear.organisation_id == branch_id)
    rows = sorted(
        newest(session, theirs, CalendarYear.whole.is_(True)), key=lambda row: row.organisation_id is not None
    )
    return {row.year: row for row in rows if row.days}


# --- a branch's own days ---------------------------------------------------------------------------------------------


def own_days(session: Session, branch_id: int, since: date) -> list[OwnDays]:
    """Those not over yet, in order."""
    rows = newest(session, CalendarYear.organisation_id == branch_id, CalendarYear.whole.is_(False))
    entries = [entry for row in rows for entry in _entries(row)]
    return [days for days in grouped(entries) if days.last >= since]


def _entries(row: CalendarYear | None) -> list[Entry]:
    days = row.days if row else []
    return [Entry(date.fromisoformat(day["date"]), day["isOffDay"], day["name"]) for day in days]


def add_own_days(session: Session, me: Me, runs: Sequence[OwnDays], now: datetime) -> list[OwnDays]:
    """Laid over everything else, for the own branch only. What was entered for the same days before is replaced: it is
    returned.
    """
    require(me, Right.CALENDAR, branch_id=me.branch_id)
    calendar, entries = calendars(session).of(me.branch_id), [entry for days in runs for entry in days.entries]
    if all(calendar.is_working_day(day) is not off for day, off, _ in entries):
        raise Refusal("这些日子本来就放假，无需设置。" if entries[0].off else "这些日子本来就上班，无需设置。")
    new, replaced = {entry.day for entry in entries}, list[Entry]()
    for year in sorted({day.year for day in new}):
        before = _mine(session, me.branch_id, year)
        kept = [entry for entry in before if entry.day not in new]
        replaced += [entry for entry in before if entry.day in new and entry not in entries]
        mine = [entry for entry in entries if entry.day.year == year]
        _write(session, me, year, settled([*kept, *mine]), "add", now)
    return grouped(replaced)


def drop_own_days(session: Session, me: Me, first: date, now: datetime) -> OwnDays:
    """Take a run of own days back; the calendar of everybody holds for them again."""
    require(me, Right.CALENDAR, branch_id=me.branch_id)
    found = next((days for days in own_days(session, me.branch_id, first) if days.first == first), None)
    if found is None:
        raise Refusal("这项设置已删除。")
    gone = set(found.entries)
    for year in sorted({entry.day.year for entry in gone}):
        kept = [entry for entry in _mine(session, me.branch_id, year) if entry not in gone]
        _write(session, me, year, kept, "remove", now)
    return found


def _mine(session: Session, branch_id: int, year: int) -> list[Entry]:
    """The own days of a year, held against somebody else who changes them now."""
    session.get(Organisation, branch_id, with_for_update=True)
    mine = (CalendarYear.organisation_id == branch_id, CalendarYear.year == year, CalendarYear.whole.is_(False))
    return _entries(
        session.scalars(select(CalendarYear).where(*mine).order_by(CalendarYear.id.desc()).limit(1)).first()
    )


def _write(session: Session, me: Me, year: int, entries: Sequence[Entry], action: str, now: datetime) -> None:
    row = CalendarYear(
        organisation_id=me.branch_id,
        year=year,
        whole=False,
        papers=[],
        source="chat",
        days=[entry.to_json() for entry in entries],
        token=uuid4().hex,
        made_by_id=me.id,
        made_at=now,
    )
    _append(session, row, action, now, me.id, "chat")
