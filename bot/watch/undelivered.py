"""What went to many and did not reach all of them: told to the secretary once, when nothing of it is on its way."""

import re
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta, tzinfo
from typing import Any

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session

from bot.features.registry import TITLES
from bot.kit.addressees import CHAIN
from bot.kit.quiet_hours import open_now
from bot.kit.titles import PromiseGroup
from bot.watch import messages
from scheduler.calendar.days import at, local_day
from scheduler.calendar.store import calendars
from scheduler.jobs import Owed
from scheduler.promises import taken
from storage.choices import Duty, JobRunState, Lane, OutboxState
from storage.models.organisation import Organisation
from storage.models.outbox import JobRun, Outbox, Promise
from storage.models.person import DutySpan, Person
from storage.spans import on_day

# How far back it is looked, and how long a word is worth sending: over days off it waits, and loses none of them.
WORKING_DAYS, LIFE = 2, timedelta(days=2)
# What is put off for longer (稍后提醒) keeps nobody waiting.
ON_ITS_WAY = timedelta(hours=2)
_LANES = (Lane.MUST_ARRIVE, Lane.BROADCASTS)
_NOT_THERE = (OutboxState.UNREACHABLE, OutboxState.FAILED, OutboxState.EXPIRED, OutboxState.UNKNOWN)
_OPEN = (OutboxState.QUEUED, OutboxState.SENDING)
_IN_CHAT = re.compile(r"^(.+):chat:-?\d+$")


@dataclass(slots=True)
class Lost:
    """What became of one subject: people by name with the reason, and the reasons of group chats."""

    job: str | None
    people: list[tuple[str, str]] = field(default_factory=list)
    groups: list[str] = field(default_factory=list)


def subject_of(key: str, person_id: int | None) -> str | None:
    """notice:12:17 for person 17, or notice:12:chat:-5001: notice:12. None: a promise to this one alone."""
    if person_id is None:
        found = _IN_CHAT.match(key)
        return found[1] if found else None
    name = key.removesuffix(f":{person_id}")
    return name if name != key and ":" in name else None


def undelivered(session: Session, now: datetime, tz: tzinfo, operator: int | None = None) -> list[Owed]:
    """The lines that the secretaries have not been told yet, of all branches in the hours of which it is now.

    Where nobody of a branch can be told, the operator hears how many there are.
    """
    known = calendars(session)
    since = at(known.national.working_day_before(local_day(now, tz), WORKING_DAYS), time(), tz)
    lost = _lost(session, since)
    told = taken(session, map(_key, lost))
    under_way = _under_way(session, now) if lost else set()
    fresh = {
        subject: what
        for subject, what in lost.items()
        if _key(subject) not in told
        and (subject.branch_id, what.job) not in under_way
        and open_now(now, tz, known.of(subject.branch_id))
    }
    return list(_lines(session, fresh, since, now, tz, operator)) if fresh else []


def _keyed(*columns: Any) -> Any:
    """Messages to many with the first of their names: one that keeps two promises is told of once."""
    return (
        select(*columns, func.min(Promise.key).label("key"))
        .join(Promise, Promise.outbox_id == Outbox.id)
        .where(Outbox.lane.in_(_LANES), Outbox.branch_id.is_not(None))
    )


def _lost(session: Session, since: datetime) -> dict[PromiseGroup, Lost]:
    columns = (Outbox.id, Outbox.branch_id, Outbox.job, Outbox.person_id, Outbox.reason, Person.name)
    query = (
        _keyed(*columns)
        .outerjoin(Person, Person.id == Outbox.person_id)
        .where(Outbox.state.in_(_NOT_THERE), Outbox.not_before >= since)
        .group_by(*columns)
        .order_by(Outbox.id)
    )
    found: dict[PromiseGroup, Lost] = {}
    for row in session.execute(query):
        name = subject_of(row.key, row.person_id)
        if name is None:
            continue
        lost = found.setdefault(PromiseGroup(row.branch_id, name), Lost(row.job))
        if row.person_id is None:
            lost.groups.append(row.reason)
        else:
            lost.people.append((row.name, row.reason))
    return found


def _under_way(session: Session, now: datetime) -> set[tuple[int, str | None]]:
    """Branch and job of everything that is still being planned or sent."""
    rows = (Outbox.state.in_(_OPEN), Outbox.lane.in_(_LANES), Outbox.not_before <= now + ON_ITS_WAY)
    sending = session.execute(select(Outbox.branch_id, Outbox.job).where(*rows).distinct())
    planning = session.execute(select(JobRun.branch_id, JobRun.job).where(JobRun.state == JobRunState.PLANNING))
    return {(row.branch_id, row.job) for row in (*sending, *planning)}


def _lines(
    session: Session,
    lost: dict[PromiseGroup, Lost],
    since: datetime,
    now: datetime,
    tz: tzinfo,
    operator: int | None,
) -> Iterator[Owed]:
    named, totals, told = _titles(session, lost), _totals(session, lost, since), heads(session, now, tz)
    for subject, what in lost.items():
        if subject not in named:
            continue
        text = messages.undelivered(named[subject], totals[subject], what.people, what.groups)
        people = told(subject.branch_id)
        for number, person in enumerate(people):
            key = _key(subject) + (f":{person}" if number else "")
            yield Owed((key,), {"text": text}, person, expires_at=now + LIFE)
        if not people and operator is not None:
            branch = session.get_one(Organisation, subject.branch_id).name
            said = {"text": messages.nobody_to_tell(branch, "undelivered")}
            yield Owed((_key(subject),), said, chat_id=operator, expires_at=now + LIFE)


def _titles(session: Session, subjects: Collection[PromiseGroup]) -> dict[PromiseGroup, str]:
    """What each is called; nothing for what is nobody's to be told apart."""
    found: dict[PromiseGroup, str] = {}
    for kind, titles in TITLES.items():
        if mine := [subject for subject in subjects if subject.kind == kind]:
            found |= titles(session, mine)
    return found


def _totals(session: Session, subjects: Collection[PromiseGroup], since: datetime) -> dict[PromiseGroup, int]:
    """To how many people each of them went."""
    columns = (Outbox.id, Outbox.branch_id, Outbox.person_id)
    query = (
        _keyed(*columns)
        .where(Outbox.person_id.is_not(None), Outbox.state.in_(list(OutboxState)), Outbox.not_before >= since)
        .group_by(*columns)
    )
    found = dict.fromkeys(subjects, 0)
    for row in session.execute(query):
        name = subject_of(row.key, row.person_id)
        if name is not None and (subject := PromiseGroup(row.branch_id, name)) in found:
            found[subject] += 1
    return found


def heads(session: Session, now: datetime, tz: tzinfo) -> Callable[[int], list[int]]:
    """Who of a branch may see all the names and can be written to: the secretaries, else the next of the chain."""
    query = (
        select(DutySpan.organisation_id, DutySpan.duty, Person.id)
        .join(Person, and_(DutySpan.person_id == Person.id, Person.telegram_id.is_not(None), Person.reachable))
        .where(DutySpan.duty.in_(CHAIN), on_day(DutySpan, local_day(now, tz)))
        .order_by(Person.id)
    )
    held: dict[tuple[int, Duty], list[int]] = defaultdict(list)
    for row in session.execute(query):
        held[row.organisation_id, row.duty].append(row.id)
    return lambda branch: next((held[branch, duty] for duty in CHAIN if held[branch, duty]), [])


def _key(subject: PromiseGroup) -> str:
    return f"undelivered:{subject.branch_id}:{subject.name}"
