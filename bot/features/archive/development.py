"""The collection `member_development` of an archive: the steps that stand, and the transfers that it named."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, tzinfo
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from bot.features.archive.parts import Around, Laying, Part
from bot.features.register.archive import writing as register
from bot.kit.archive_checks import NAME_LENGTH, OUTSIDE, Check, Fields, rest
from bot.kit.archive_ids import numbered
from bot.kit.names import ERASED, called
from scheduler.calendar.days import at
from storage.choices import DevelopmentEnd, DevelopmentStep
from storage.lookups import names_of
from storage.models.development import DevelopmentEvent, DevelopmentPerson
from storage.models.person import Person
from storage.models.vote import Vote

NAME = "member_development"
# By what a meeting decided a step, which is kept as it is said while the branch does not have it.
_DECIDED_BY = ("activity", "vote")
_NUMBERS = ("days", "hours", "months")
_KNOWN = ("id", "person", "event", "on", "to", *_NUMBERS, "reason", "people", "recorded_at", "recorded_by")
# Of what does not say when it was recorded: on its own day, so in time.
NOON = time(12)


@dataclass(frozen=True, slots=True)
class Stepped:
    """One record: people by their ids in the document; outside: a name that stands in it with EXT: before it."""

    id: str
    person: str
    step: DevelopmentStep
    on: date
    to_on: date | None
    numbers: tuple[int | None, ...]
    reason: DevelopmentEnd | None
    people: tuple[str, ...]
    recorded_at: datetime
    recorded_by: str | None
    extra: Fields = field(default_factory=dict)


def read(document: Fields, around: Around) -> tuple[tuple[Stepped, ...] | None, list[str]]:
    check = Check()
    found = check.rows(NAME, document.get(NAME))
    check.once(NAME, [check.key(path, row) for path, row in found])
    read = [_read(check, path, row, around.people, around.tz) for path, row in found]
    return tuple(one for one in read if one is not None) if NAME in document else None, check.faults


def _read(check: Check, path: str, row: Fields, people: Collection[str], tz: tzinfo) -> Stepped | None:
    step = check.choice(f"{path}.event", row.get("event"), DevelopmentStep)
    on, to_on = check.day(f"{path}.on", row.get("on")), _optional_day(check, f"{path}.to", row.get("to"))
    person = _person(check, f"{path}.person", row.get("person"), people)
    reason = check.choice(f"{path}.reason", row["reason"], DevelopmentEnd) if row.get("reason") is not None else None
    numbers = tuple(_number(check, f"{path}.{name}", row.get(name)) for name in _NUMBERS)
    named = _people(check, f"{path}.people", row.get("people"), people)
    by = row.get("recorded_by")
    recorded_by = check.reference(f"{path}.recorded_by", by, people, "person") if by is not None else None
    said = row.get("recorded_at")
    recorded_at = check.instant(f"{path}.recorded_at", said) if said is not None else None
    if step is None or on is None or person is None:
        return None
    if to_on is not None and to_on <= on:
        check.fault(f"{path}.to", row["to"], "after `on`: the first day that no longer counts")
    when = recorded_at or at(on, NOON, tz)
    extra = rest(row, _KNOWN)
    return Stepped(str(row.get("id")), person, step, on, to_on, numbers, reason, named, when, recorded_by, extra)


def _optional_day(check: Check, path: str, value: Any) -> date | None:
    return check.day(path, value) if value is not None else None


def _person(check: Check, path: str, value: Any, people: Collection[str]) -> str | None:
    """Of this archive, or EXT: and a name."""
    if isinstance(value, str) and value.startswith(OUTSIDE) and value.removeprefix(OUTSIDE).strip():
        name = value.removeprefix(OUTSIDE)
        if len(name) > NAME_LENGTH or name != name.strip():
            check.fault(path, value, f"{OUTSIDE} and a name of at most {NAME_LENGTH} characters")
            return None
        return value
    return check.reference(path, value, people, f"person, or {OUTSIDE} and a name,")


def _number(check: Check, path: str, value: Any) -> int | None:
    if value is not None and (type(value) is not int or not 0 < value < 1000):
        check.fault(path, value, "a whole number above 0")
        return None
    return value


def _people(check: Check, path: str, value: Any, people: Collection[str]) -> tuple[str, ...]:
    if value is None:
        return ()
    if not isinstance(value, list):
        check.fault(path, value, "a list of people")
        return ()
    found = [check.reference(f"{path}[{number}]", one, people, "person") for number, one in enumerate(value)]
    return tuple(dict.fromkeys(one for one in found if one is not None))


def differs(mine: Sequence[Stepped] | None, asked: Sequence[Stepped]) -> bool:
    return sorted(mine or (), key=lambda one: one.id) != sorted(asked, key=lambda one: one.id)


def _rows(session: Session, branch_id: int) -> Sequence[DevelopmentEvent]:
    here = (DevelopmentEvent.branch_id == branch_id, DevelopmentEvent.withdrawn_at.is_(None))
    return session.scalars(select(DevelopmentEvent).where(*here).order_by(DevelopmentEvent.id)).all()


def there(session: Session, branch_id: int) -> int:
    """How many there are already."""
    here = (DevelopmentEvent.branch_id == branch_id, DevelopmentEvent.withdrawn_at.is_(None))
    return session.scalar(select(func.count()).select_from(DevelopmentEvent).where(*here)) or 0


def outside(session: Session, branch_id: int) -> set[int]:
    """Who is named by a step or a vote and by no archive: an archive of people alone leaves them."""
    found: set[int] = set()
    for model, whom in ((DevelopmentEvent, DevelopmentEvent.person_id), (Vote, Vote.subject_id)):
        query = select(whom).join(Person, Person.id == whom)
        found |= set(session.scalars(query.where(model.branch_id == branch_id, Person.archive_id.is_(None))))
    return found


def clear(session: Session, branch_id: int, found: Sequence[Stepped]) -> None:
    mine = select(DevelopmentEvent.id).where(DevelopmentEvent.branch_id == branch_id)
    session.execute(delete(DevelopmentPerson).where(DevelopmentPerson.event_id.in_(mine)))
    session.execute(delete(DevelopmentEvent).where(DevelopmentEvent.branch_id == branch_id))


def lay(found: Sequence[Stepped], to: Laying) -> None:
    """Somebody outside is who is known by the name, or a new person."""
    session, branch_id, people = to.session, to.branch_id, to.people
    outside = outsiders(session, branch_id, [one.person for one in found], to.now)
    linked = {known: link for link, known in decided_by(session, branch_id).items()}
    for one in found:
        days, hours, months = one.numbers
        by = {name: linked.get(f"{name}/{one.extra.get(name)}") for name in _DECIDED_BY}
        row = DevelopmentEvent(
            branch_id=branch_id,
            person_id=people[one.person] if one.person in people else outside[one.person],
            step=one.step,
            on=one.on,
            to_on=one.to_on,
            days=days,
            hours=hours,
            months=months,
            reason=one.reason,
            recorded_at=one.recorded_at,
            recorded_by_id=people[one.recorded_by] if one.recorded_by else None,
            activity_id=by["activity"][1] if by["activity"] else None,
            vote_id=by["vote"][1] if by["vote"] else None,
            archive_id=one.id,
            # What nobody has told of stays as it is said.
            extra={name: value for name, value in one.extra.items() if by.get(name) is None} or None,
        )
        session.add(row)
        session.flush()
        session.add_all(DevelopmentPerson(event_id=row.id, person_id=people[each]) for each in one.people)
    session.flush()


def decided_by(session: Session, branch_id: int) -> dict[tuple[str, int], str]:
    """The activities and votes of the branch, by what they are and their rows: activity/A4."""
    return {(link.to, link.id): f"{link.to}/{known}" for link, known in register.outside(session, branch_id).items()}


def outsiders(session: Session, branch_id: int, named: Sequence[str], now: datetime) -> dict[str, int]:
    """The rows of those who are named with EXT:, of the others nothing: who is known by the name, or a new person."""
    known = session.scalars(select(Person).where(Person.branch_id == branch_id, Person.erased_at.is_(None))).all()
    found: dict[str, int] = {}
    for one in dict.fromkeys(one for one in named if one.startswith(OUTSIDE)):
        name = one.removeprefix(OUTSIDE)
        same = [each for each in called(known, name) if each.archive_id is None]
        if same:
            found[one] = same[0].id
            continue
        gone = now if name.startswith(ERASED) else None
        row = Person(branch_id=branch_id, name=name, created_at=now, notes="", reachable=True, erased_at=gone)
        session.add(row)
        session.flush()
        found[one] = row.id
    return found


def write(session: Session, branch_id: int, people: Mapping[int, str], tz: tzinfo) -> dict[str, list[dict[str, Any]]]:
    """Of somebody who is none of `people` the name."""
    rows = _rows(session, branch_id)
    ids = numbered("D", {row.id: row.archive_id for row in rows})
    names = names_of(session, [row.person_id for row in rows if row.person_id not in people])
    named: dict[int, list[str]] = {}
    query = select(DevelopmentPerson).where(DevelopmentPerson.event_id.in_([row.id for row in rows]))
    for each in session.scalars(query.order_by(DevelopmentPerson.person_id)) if rows else ():
        if each.person_id in people:
            named.setdefault(each.event_id, []).append(people[each.person_id])
    linked = decided_by(session, branch_id)
    return {NAME: [_written(row, ids[row.id], people, names, named.get(row.id, []), tz, linked) for row in rows]}


def _written(
    row: DevelopmentEvent,
    known: str,
    people: Mapping[int, str],
    names: Mapping[int, str],
    named: Sequence[str],
    tz: tzinfo,
    linked: Mapping[tuple[str, int], str],
) -> dict[str, Any]:
    """When it was recorded is said where it does not go without saying."""
    further: dict[str, Any] = {
        "to": row.to_on.isoformat() if row.to_on is not None else None,
        "days": row.days,
        "hours": row.hours,
        "months": row.months,
        "reason": row.reason.value if row.reason is not None else None,
        "people": list(named) or None,
        "recorded_at": row.recorded_at.astimezone(tz).isoformat() if row.recorded_at != at(row.on, NOON, tz) else None,
        "recorded_by": people.get(row.recorded_by_id or 0),
    }
    for name, number in (("activity", row.activity_id), ("vote", row.vote_id)):
        further[name] = linked[name, number].partition("/")[2] if number is not None else None
    return {
        "id": known,
        "person": people.get(row.person_id) or f"{OUTSIDE}{names[row.person_id]}",
        "event": row.step.value,
        "on": row.on.isoformat(),
        **{name: value for name, value in further.items() if value is not None},
        **(row.extra or {}),
    }


PART = Part((NAME,), "steps of development", read, differs, there, clear, lay, write)
