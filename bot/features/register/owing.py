"""What is owed of the register: items with a deadline, told to whose they are three days before and on the day; once a
month the projects of which nothing was recorded; and inspections that found something and have no list.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta, tzinfo

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import Session

from bot.features.register import buttons, due, entries, linking, nudging, progress
from bot.features.register.due import Item
from bot.features.register.kinds.kind import Linked
from bot.features.register.rules import Fact, Row, View, line_of, owed_title
from bot.features.register.values import Called
from bot.features.tally.periods import month_of
from bot.kit.owing import Does, Owing, short
from bot.kit.words import by_day, in_marks
from scheduler.calendar.days import DAY, Calendar, at, local_day
from scheduler.calendar.store import calendar_of
from storage.choices import Duty
from storage.models.entry import Entry, EntryState
from storage.roster import Member, roster

MORNING = time(9)
BEFORE = timedelta(days=3)


@dataclass(frozen=True, slots=True)
class _There:
    """What is asked once of a branch: who is there, and how they are called."""

    here: list[Member]
    desk: Callable[[Duty], list[int]]
    calendar: Calendar
    called: Called
    now: datetime
    tz: tzinfo


def owing(session: Session, branch_id: int, now: datetime, tz: tzinfo, person_id: int | None = None) -> list[Owing]:
    """The open items of a branch with a deadline; `person_id` narrows it to one person.

    Whoever it is of owes it. Where that is a unit, an outsider, nobody or somebody without an account, who keeps the
    list is told instead, and the owner is named. Of a kind whose reminders are switched off it is owed all the same,
    and nobody is told. The number of statements depends on nothing that was recorded.
    """
    today, calendar = local_day(now, tz), calendar_of(session, branch_id)
    items = due.open_items(session, branch_id, today)
    asked = progress.unsaid(session, branch_id, today, calendar, tz)
    lacking = linking.unanswered(session, branch_id, today, calendar)
    if not items and not asked and not lacking:
        return []
    here, called = roster(session, branch_id, today), entries.everybody(session, branch_id)
    there = _There(here, due.keepers_of(session, branch_id, today), calendar, called, now, tz)
    found = [(one.view, owed) for one in items for owed in _of_item(one, there)]
    told = {
        one.view.id for one in items if one.row is None and progress.digest_of(today, calendar) in _days(one, there)
    }
    found += [(one, owed) for one in asked if one.id not in told for owed in _of_progress(one, there)]
    found += [(view, owed) for view, linked, day in lacking for owed in _of_found(view, linked, day, there)]
    silent = nudging.quiet(session, branch_id)
    return [
        replace(owed, nudges=()) if view.kind.name in silent else owed
        for view, owed in found
        if person_id is None or owed.person_id == person_id
    ]


def nearing(session: Session, now: datetime, tz: tzinfo) -> Iterable[int]:
    """The branches with something that falls due within the days in which its owner is told, or that is asked about
    this month.
    """
    today = local_day(now, tz)
    # A day off moves what is told of it to a working day before: holidays are not longer than this.
    ahead = today + BEFORE + timedelta(days=15)
    dated = (EntryState.due_on >= today, EntryState.due_on <= ahead, EntryState.undone_at.is_(None))
    falls_due = exists().where(EntryState.entry_id == Entry.id, *dated)
    monthly = [one.name for one in progress.asked_monthly()] if progress.may_be_asked(today) else []
    query = select(Entry.branch_id).where(Entry.withdrawn_at.is_(None), or_(falls_due, Entry.kind.in_(monthly)))
    return session.scalars(query.distinct())


def _days(item: Item, there: _There) -> set[date]:
    """On which its owner is told."""
    return {there.calendar.on_or_before(item.due_on), there.calendar.on_or_before(item.due_on - BEFORE)}


def _of_item(item: Item, there: _There) -> Iterable[Owing]:
    ends = at(item.due_on + DAY, time(), there.tz)
    for person, title in _told(item.view, item.row, item.fact, there):
        yield Owing(
            person_id=person,
            key=item.key,
            title=title,
            ask=f"{by_day(item.due_on)}{'整改' if item.row is not None else '办结'}",
            due=ends,
            does=(Does("更新", buttons.OpenEntry(item.view.id, item.row_id)),),
            nudges=tuple(at(day, MORNING, there.tz) for day in sorted(_days(item, there))),
            overdue=there.now >= ends,
            still="办理",
            lacks="未办结",
        )


def _of_progress(view: View, there: _There) -> Iterable[Owing]:
    """Asked on the day of the digest, and open until the month is over."""
    assert view.fact is not None
    day = local_day(there.now, there.tz)
    last = month_of(day).end
    for person, title in _told(view, None, view.fact, there):
        yield Owing(
            person_id=person,
            key=f"progress:{view.id}:{day:%Y-%m}",
            title=title,
            ask=f"{by_day(last)}更新本月进展",
            due=at(last + DAY, time(), there.tz),
            does=(Does("更新", buttons.OpenEntry(view.id, 0)),),
            nudges=(at(progress.digest_of(day, there.calendar), MORNING, there.tz),),
            lacks="未更新",
        )


def _of_found(view: View, linked: Linked, day: date, there: _There) -> Iterable[Owing]:
    """What was found stands in the to-do of who keeps that kind; nobody is nudged for it."""
    ends = at(day + DAY, time(), there.tz)
    for person in there.desk(view.kind.keepers[0]):
        yield Owing(
            person_id=person,
            key=f"found:{view.id}",
            title=short(f"{view.kind.word}{in_marks(line_of(view, there.called))}发现问题{view.fields[linked.asks]}个"),
            ask=f"{by_day(day)}{linked.act}",
            due=ends,
            does=(Does("打开", buttons.OpenEntry(view.id, 0)),),
            overdue=there.now >= ends,
            still=linked.act,
            lacks=f"未{linked.act}",
        )


def _told(view: View, row: Row | None, fact: Fact, there: _There) -> Iterable[tuple[int, str]]:
    """Who is told, and what it is called for them."""
    people, direct = due.whose(view.kind, fact, there.here, there.desk)
    owner = "" if direct or fact.owner.nobody else f"请联系{fact.owner.said(there.called)}："
    title = short(f"{owner}{owed_title(view, row, there.called)}")
    return [(person, title) for person in people]
