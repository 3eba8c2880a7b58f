"""What falls due of the register: items with a deadline, told to whose they are three days before and on the day."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime, time, timedelta, tzinfo
from functools import cache

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.features.register import buttons, entries, nudging
from bot.features.register.kinds.catalogue import kinds
from bot.features.register.kinds.kind import Kind
from bot.features.register.messages import owed_title
from bot.features.register.rules import Fact, Row, View
from bot.features.register.values import Called
from bot.kit.addressees import reachable as reachable_offices
from bot.kit.owing import Does, Owing, short
from bot.kit.words import by_day
from scheduler.calendar.days import DAY, Calendar, at, local_day
from scheduler.calendar.store import calendar_of
from storage.choices import Duty
from storage.models.entry import Entry, EntryState
from storage.roster import Member, roster

MORNING = time(9)
BEFORE = timedelta(days=3)


def owing(session: Session, branch_id: int, now: datetime, tz: tzinfo, person_id: int | None = None) -> list[Owing]:
    """The open items of a branch with a deadline; `person_id` narrows it to one person.

    Whoever it is of owes it. Where that is a unit, an outsider, nobody or somebody without an account, who keeps the
    list is told instead, and the owner is named. Of a kind whose reminders are switched off it is owed all the same,
    and nobody is told. The number of statements depends on nothing that was recorded.
    """
    open_ = [one for view in _with_deadlines(session, branch_id) for one in _open(view)]
    if not open_:
        return []
    today = local_day(now, tz)
    here, calendar = roster(session, branch_id, today), calendar_of(session, branch_id)
    called, silent = entries.everybody(session, branch_id), nudging.quiet(session, branch_id)

    @cache
    def desk(office: Duty) -> list[int]:
        return reachable_offices(session, branch_id, today, office)

    found: list[Owing] = []
    for view, row, fact in open_:
        whose, direct = _whose(view.kind, fact, here, desk)
        for person in whose if person_id is None else [one for one in whose if one == person_id]:
            owed = _owed(view, row, fact, called, person, direct, calendar, now, tz)
            found.append(replace(owed, nudges=()) if view.kind.name in silent else owed)
    return found


def nearing(session: Session, now: datetime, tz: tzinfo) -> Iterable[int]:
    """The branches with something that falls due within the days in which its owner is told."""
    today = local_day(now, tz)
    # A day off moves what is told of it to a working day before: holidays are not longer than this.
    ahead = today + BEFORE + timedelta(days=15)
    query = select(Entry.branch_id).join(EntryState, EntryState.entry_id == Entry.id)
    due = (EntryState.due_on >= today, EntryState.due_on <= ahead, EntryState.undone_at.is_(None))
    return session.scalars(query.where(*due, Entry.withdrawn_at.is_(None)).distinct())


def _with_deadlines(session: Session, branch_id: int) -> list[View]:
    """The entries that have, or ever had, a deadline."""
    query = select(Entry.id).join(EntryState, EntryState.entry_id == Entry.id)
    mine = (Entry.branch_id == branch_id, Entry.withdrawn_at.is_(None), EntryState.due_on.is_not(None))
    every = kinds(session, branch_id)
    tracked = [one.name for one in every if one.tracking is not None or any(each.tracking for each in one.rowed)]
    ids = session.scalars(query.where(*mine, Entry.kind.in_(tracked)).distinct()).all()
    return entries.views(session, sorted(ids))


def _open(view: View) -> Iterable[tuple[View, Row | None, Fact]]:
    """What of an entry is not done yet; a list that is a draft asks nobody for anything."""
    tracking = view.kind.tracking
    if tracking is not None and view.fact is not None and view.kind.rowed and view.fact.state not in tracking.done:
        return
    held: Sequence[tuple[Row | None, Fact | None]] = [(None, view.fact), *((row, row.fact) for row in view.rows)]
    for row, fact in held:
        of = view.kind.tracking_of(row.field if row is not None else "")
        if of is not None and fact is not None and fact.due_on is not None and fact.state not in of.done:
            yield view, row, fact


def _whose(kind: Kind, fact: Fact, here: Sequence[Member], desk: Callable[[Duty], list[int]]) -> tuple[list[int], bool]:
    """Who is told, and whether that is the owner: who has an account, or the leader of the group, or of the office."""
    reachable = {one.id for one in here if one.bound and one.reachable}
    owner = fact.owner
    if owner.id is not None:
        found = [owner.id]
    elif owner.group_id is not None:
        leaders = [one for one in here if Duty.GROUP_LEADER in one.duties and one.group_id == owner.group_id]
        found = [one.id for one in leaders]
    elif owner.duty is not None:
        found = [one.id for one in here if owner.duty in one.duties]
    else:
        found = []
    told = [one for one in found if one in reachable]
    return (told, True) if told else (desk(kind.keepers[0]), False)


def _owed(
    view: View, row: Row | None, fact: Fact, called: Called, person: int, direct: bool, calendar: Calendar,
    now: datetime, tz: tzinfo,
) -> Owing:  # fmt: skip
    assert fact.due_on is not None
    due = fact.due_on
    days = {calendar.on_or_before(due), calendar.on_or_before(due - BEFORE)}
    owner = "" if direct or fact.owner.nobody else f"请联系{fact.owner.said(called)}："
    number = row.id if row is not None else 0
    return Owing(
        person_id=person,
        key=f"entry:{view.id}:{number}",
        title=short(f"{owner}{owed_title(view, row, called)}"),
        ask=f"{by_day(due)}{'整改' if row is not None else '办结'}",
        due=at(due + DAY, time(), tz),
        does=(Does("更新", buttons.OpenEntry(view.id, number)),),
        nudges=tuple(at(day, MORNING, tz) for day in sorted(days)),
        overdue=now >= at(due + DAY, time(), tz),
        still="办理",
        lacks="未办结",
    )
