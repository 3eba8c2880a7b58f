"""Plans changes of people and their dated facts as plain values, tells what they are, and writes them (D4)."""

import hashlib
import json
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Self, cast

from sqlalchemy import select
from sqlalchemy.orm import Session

from storage.base import Model, table
from storage.models.organisation import PartyGroup
from storage.models.person import (
    CategorySpan,
    DutySpan,
    ExemptionSpan,
    GroupSpan,
    MembershipSpan,
    Person,
    RankSpan,
    RosterSpan,
    Span,
)

KINDS: tuple[type[Span], ...] = (
    RosterSpan,
    MembershipSpan,
    GroupSpan,
    RankSpan,
    CategorySpan,
    DutySpan,
    ExemptionSpan,
)
# What a roster says of a person without a date.
DETAILS = ("name", "gender", "born_on", "joined_party_on", "phone", "notes")
# Kept in the audit log by length and hash only.
_TEXTS = frozenset({"name", "notes", "approved_by", "reason_text", "title", "rank_text", "extra"})
# A hash would give these away: there are few enough of them to try all. The log says whether there is one.
PRIVATE = frozenset({"phone", "telegram_id", "born_on", "gender"})
# What a span is, without its days: said in the log also where it stays, so that a line is understood by itself.
_SAYS = frozenset({"branch_id", "status", "group_id", "rank", "category", "organisation_id", "duty", "reason"})
# Where one of these stands, a new person or group has a negative number until it is written.
_REFERENCES = {"group_id": "group", "contact_person_id": "person"}


@dataclass(slots=True, eq=False)
class Fact:
    """A row of a person or of a span: what it is to say, and what the database says (`was`; None: not there yet)."""

    kind: type[Any]
    person_id: int
    id: int | None
    values: dict[str, Any]
    was: dict[str, Any] | None = None

    @property
    def from_on(self) -> date:
        found: date = self.values["from_on"]
        return found

    @property
    def to_on(self) -> date | None:
        found: date | None = self.values["to_on"]
        return found

    def holds(self, day: date) -> bool:
        return self.from_on <= day and (self.to_on is None or self.to_on > day)

    def edit(self) -> "Edit | None":
        """What changes; None when nothing does. Of a row that is there, only the columns that differ."""
        if self.was is None:
            return Edit(self.kind, self.person_id, self.id, None, dict(self.values))
        differs = [name for name, value in self.values.items() if self.was[name] != value]
        if not differs:
            return None
        before, after = ({name: said[name] for name in differs} for said in (self.was, self.values))
        return Edit(self.kind, self.person_id, self.id, before, after, dict(self.values))


@dataclass(frozen=True, slots=True)
class Edit:
    """One row that changes: its columns before (None: a new row) and after. `stays`: the whole row as it will be."""

    kind: type[Any]
    person_id: int
    row_id: int | None
    before: Mapping[str, Any] | None
    after: Mapping[str, Any]
    stays: Mapping[str, Any] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """For the audit log, as `noted`; `says`: what the span is, as far as that stays."""
        before = None if self.before is None else audited(self.before)
        stays = {name: value for name, value in self.stays.items() if name in _SAYS and name not in self.after}
        found = noted(self.kind, self.row_id, before, audited(self.after))
        return {**found, "says": audited(stays)} if stays else found


def noted(
    kind: type[Any], row_id: int | None, before: dict[str, Any] | None, after: dict[str, Any] | None
) -> dict[str, Any]:
    """A row that changes as a line of the log holds it; `before` null: it is new, `after` null: it is gone."""
    return {"table": kind.__tablename__, "id": row_id, "before": before, "after": after}


def audited(values: Mapping[str, Any]) -> dict[str, Any]:
    """Ids, days and choices as they are, texts by length and hash, what is private as there or not."""
    return {name: _noted(name, value) for name, value in values.items()}


def _noted(name: str, value: Any) -> Any:
    if name in PRIVATE:
        return value is not None
    return _of_text(value) if name in _TEXTS and value is not None else _plain(value)


def _of_text(value: Any) -> dict[str, Any]:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, sort_keys=True)
    return {"length": len(text), "sha256": hashlib.sha256(text.encode()).hexdigest()}


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def changed_days(edit: Edit) -> list[date]:
    """The days on which a span says something else than before; none of a person's own row."""
    if "from_on" not in edit.stays and "from_on" not in edit.after:
        return []
    if edit.before is None:
        return [edit.after["from_on"]]
    if set(edit.after) <= {"from_on", "to_on"}:
        both = [edit.before.get(name) for name in edit.after] + list(edit.after.values())
        return [day for day in both if day is not None]
    return [edit.stays["from_on"]]


@dataclass(slots=True)
class Facts:
    """The people of a branch, their spans and its groups, as they are to be. Nothing is written before `write`.

    New people and groups have negative ids. `since` is the day from which a change of `hold` may look back.
    """

    branch_id: int
    since: date
    people: dict[int, Fact]
    spans: dict[tuple[type[Span], int], list[Fact]]
    groups: dict[int, str]

    @classmethod
    def of_branch(cls, session: Session, branch_id: int, since: date, people: Collection[int] | None = None) -> Self:
        """Everything known of a branch's people (or of some), in a handful of queries."""
        whose = [Person.branch_id == branch_id]
        if people is not None:
            whose.append(Person.id.in_(list(people)))
        columns = [table(Person).c[name] for name in ("id", *DETAILS)]
        known = {}
        for row in session.execute(select(*columns).where(*whose).order_by(Person.id)).mappings():
            values = {name: row[name] for name in DETAILS}
            known[row["id"]] = Fact(Person, row["id"], row["id"], values, dict(values))
        spans: dict[tuple[type[Span], int], list[Fact]] = defaultdict(list)
        for kind in KINDS:
            query = select(table(cast(type[Model], kind))).join(Person, Person.id == kind.person_id).where(*whose)
            for row in session.execute(query.order_by(kind.from_on, kind.id)).mappings():
                values = {name: value for name, value in row.items() if name not in ("id", "person_id")}
                spans[kind, row["person_id"]].append(Fact(kind, row["person_id"], row["id"], values, dict(values)))
        named = session.execute(
            select(PartyGroup.id, PartyGroup.name).where(PartyGroup.branch_id == branch_id).order_by(PartyGroup.id)
        )
        return cls(branch_id, since, known, spans, {row.id: row.name for row in named})

    # --- looking ---------------------------------------------------------------------------------------------------

    def of(self, kind: type[Span], person_id: int) -> list[Fact]:
        """The spans that reach into the time from `since` on, oldest first."""
        return [span for span in self.spans[kind, person_id] if span.to_on is None or span.to_on > self.since]

    def now(self, kind: type[Span], person_id: int, name: str) -> Any:
        """What a column of the latest of these spans holds; None without one."""
        last = next(reversed(self.of(kind, person_id)), None)
        return None if last is None else last.values[name]

    def on(self, kind: type[Span], person_id: int, day: date) -> Fact | None:
        """The span that holds on a day."""
        return next((span for span in self.spans[kind, person_id] if span.holds(day)), None)

    def edits(self) -> list[Edit]:
        """Everything that would change, by person, in one order for the same change."""
        facts = [*self.people.values(), *(fact for listed in self.spans.values() for fact in listed)]
        found = [edit for edit in (fact.edit() for fact in facts) if edit is not None]
        return sorted(found, key=lambda edit: (edit.person_id < 0, abs(edit.person_id)))

    # --- planning --------------------------------------------------------------------------------------------------

    def new_person(self, name: str) -> int:
        """Somebody unknown so far; the id is negative until it is written."""
        person_id = min(0, next(reversed(self.people), 0)) - 1
        values = {"name": name, "gender": None, "born_on": None, "joined_party_on": None, "phone": None, "notes": ""}
        self.people[person_id] = Fact(Person, person_id, person_id, values)
        return person_id

    def group(self, name: str) -> int:
        """The id of a party group by its name; a new one is negative until it is written."""
        known = next((group_id for group_id, called in self.groups.items() if called == name), None)
        if known is None:
            known = min(0, next(reversed(self.groups), 0)) - 1
            self.groups[known] = name
        return known

    def add(self, kind: type[Any], person_id: int, from_on: date, to_on: date | None = None, **values: Any) -> None:
        """One more span, whatever stands beside it."""
        fact = Fact(kind, person_id, None, {"from_on": from_on, "to_on": to_on, **values})
        self.spans[kind, person_id].append(fact)
        self.spans[kind, person_id].sort(key=lambda one: one.from_on)

    def hold(self, kind: type[Any], person_id: int, from_on: date, to_on: date | None = None, **values: Any) -> None:
        """As a roster says it: what held before ends, what began later is put right in place."""
        last, here = next(reversed(self.of(kind, person_id)), None), self.on(kind, person_id, from_on)
        if (
            here is not None
            and here is not last
            and all(here.values.get(name) == said for name, said in values.items())
        ):
            # What is planned for later stays.
            return
        if last is None or (last.to_on is not None and last.to_on <= from_on):
            self.add(kind, person_id, from_on, to_on, **values)
        elif any(last.values.get(name) != value for name, value in values.items()):
            if last.from_on < from_on:
                last.values["to_on"] = from_on
                self.add(kind, person_id, from_on, to_on, **values)
            else:
                last.values.update(values)
        elif to_on is not None:
            last.values["to_on"] = max(to_on, last.from_on)

    def begin(self, kind: type[Any], person_id: int, day: date, **values: Any) -> None:
        """From a day on this holds, up to where the next known span begins; what held that day ends."""
        before = self.on(kind, person_id, day)
        later = [span.from_on for span in self.spans[kind, person_id] if span.from_on > day]
        if before is None:
            self.add(kind, person_id, day, min(later, default=None), **values)
        elif all(before.values.get(name) == value for name, value in values.items()):
            return
        elif before.from_on == day:
            before.values.update(values)
        else:
            until, before.values["to_on"] = before.to_on, day
            self.add(kind, person_id, day, until, **values)

    # --- writing ---------------------------------------------------------------------------------------------------

    def write(self, session: Session, now: datetime) -> dict[int, list[Edit]]:
        """Write what was planned; the edits by person, with the ids that new rows got."""
        numbers = {"group": self._add_groups(session), "person": self._add_people(session, now)}
        done: dict[int, list[Edit]] = defaultdict(list)
        rows: list[tuple[Edit, int, dict[str, Any], Any]] = []
        for edit in self.edits():
            person_id = numbers["person"].get(edit.person_id, edit.person_id)
            after = dict(_numbered(edit.after, numbers))
            rows.append((edit, person_id, after, _row(session, edit, person_id, after)))
        session.flush()
        for edit, person_id, after, row in rows:
            stays = dict(_numbered(edit.stays, numbers))
            done[person_id].append(Edit(edit.kind, person_id, row.id, edit.before, after, stays))
        return done

    def _add_groups(self, session: Session) -> dict[int, int]:
        new = {
            number: PartyGroup(branch_id=self.branch_id, name=name)
            for number, name in self.groups.items()
            if number < 0
        }
        return _written(session, new)

    def _add_people(self, session: Session, now: datetime) -> dict[int, int]:
        new = {
            number: Person(branch_id=self.branch_id, created_at=now, reachable=True, **fact.values)
            for number, fact in self.people.items()
            if number < 0
        }
        return _written(session, new)


def _written(session: Session, new: Mapping[int, Any]) -> dict[int, int]:
    session.add_all(new.values())
    session.flush()
    return {number: row.id for number, row in new.items()}


def _numbered(values: Mapping[str, Any], numbers: Mapping[str, Mapping[int, int]]) -> Iterator[tuple[str, Any]]:
    for name, value in values.items():
        known = numbers.get(_REFERENCES.get(name, ""), {})
        yield name, known.get(value, value) if isinstance(value, int) else value


def _row(session: Session, edit: Edit, person_id: int, after: Mapping[str, Any]) -> Model:
    if edit.kind is Person and edit.before is None:
        return session.get_one(Person, person_id)
    if edit.before is None:
        row: Model = edit.kind(person_id=person_id, **after)
        session.add(row)
        return row
    row = session.get_one(edit.kind, edit.row_id)
    for name, value in after.items():
        setattr(row, name, value)
    return row


def fingerprint(edits: Collection[Edit]) -> str:
    """The same for the same changes: how a confirmation knows that it writes what was shown."""
    said = [
        [edit.kind.__tablename__, edit.person_id, edit.row_id, _known(edit.before), _known(edit.after)]
        for edit in edits
    ]
    return hashlib.sha256(json.dumps(said, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def _known(values: Mapping[str, Any] | None) -> dict[str, Any] | None:
    return None if values is None else {name: _plain(value) for name, value in values.items()}
