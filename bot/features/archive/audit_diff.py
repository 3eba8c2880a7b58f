"""What an archive changes, for the log: a branch, its groups, people and spans before it and after it, row by row."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from storage import audit
from storage.base import table
from storage.choices import Source
from storage.facts import DETAILS, KINDS, Edit, Facts, audited, noted
from storage.models.organisation import Organisation, PartyGroup
from storage.models.person import Person

# Not the id in the archive: every import gives one to whoever has none, and nothing else comes of it.
_PERSON = (*DETAILS, "telegram_id", "extra")
Values = Mapping[str, Any]
Noted = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Standing:
    """The branch's own row, its party groups and people by id, and the spans of each person by kind and row id."""

    branch: Values
    groups: Mapping[int, str]
    people: Mapping[int, Values]
    spans: Mapping[tuple[type[Any], int], Mapping[int, Values]]

    def listed(self, person_id: int) -> bool:
        return any(self.spans.get((kind, person_id)) for kind in KINDS)


def look(session: Session, branch_id: int, now: datetime) -> Standing:
    """The branch as it stands."""
    session.flush()
    branch = session.get_one(Organisation, branch_id)
    columns = table(Person).c
    query = select(columns.id, *(columns[name] for name in _PERSON)).where(columns.branch_id == branch_id)
    people = {row["id"]: _told(row) for row in session.execute(query).mappings()}
    facts = Facts.of_branch(session, branch_id, now.date())
    spans = {key: {fact.id or 0: fact.values for fact in listed} for key, listed in facts.spans.items()}
    return Standing({"name": branch.name, "settings": dict(branch.settings)}, facts.groups, people, spans)


def _told(row: Any) -> Values:
    """The further fields without the numbers that an archive keeps there as it said them: a hash would tell them."""
    extra = {name: value for name, value in (row["extra"] or {}).items() if name not in ("telegram_id", "phone")}
    return {**{name: row[name] for name in _PERSON}, "extra": extra or None}


def note(session: Session, branch_id: int, was: Standing, now: datetime) -> Noted:
    """A line for everybody who was added, changed or removed; for the line of the whole: how many, and the rest."""
    stands, done = look(session, branch_id, now), {"person_added": 0, "person_changed": 0, "person_removed": 0}
    for person_id in sorted(was.people.keys() | stands.people.keys()):
        edits = [*_person(person_id, was, stands), *_spans(person_id, was, stands)]
        if not edits:
            continue
        action = _action(person_id, was, stands)
        done[action] += 1
        audit.record(
            session,
            action,
            "person",
            person_id,
            now=now,
            by=audit.by_operator(branch_id),
            why=Source.ARCHIVE_IMPORT,
            edits=edits,
        )
    texts = {name: [audit.of_text(one.branch[name]) for one in (was, stands)] for name in was.branch}
    changes = {name: pair for name, pair in texts.items() if pair[0] != pair[1]}
    return {"counts": done, "changes": changes, "edits": list(_groups(was, stands))}


def _action(person_id: int, was: Standing, stands: Standing) -> str:
    """Who is on no list any more was removed, also where the row stays because the logs name it."""
    if person_id not in was.people:
        return "person_added"
    gone = person_id not in stands.people or (was.listed(person_id) and not stands.listed(person_id))
    return "person_removed" if gone else "person_changed"


def _person(person_id: int, was: Standing, stands: Standing) -> Iterator[Noted]:
    old, new = was.people.get(person_id), stands.people.get(person_id)
    differs = [name for name in _PERSON if (old or {}).get(name) != (new or {}).get(name)]
    if differs:
        before, after = (None if one is None else audited({name: one[name] for name in differs}) for one in (old, new))
        yield noted(Person, person_id, before, after)


def _spans(person_id: int, was: Standing, stands: Standing) -> Iterator[Noted]:
    """An archive lays every span anew: what says the same as before is no change."""
    for kind in KINDS:
        old, new = (dict(one.spans.get((kind, person_id), {})) for one in (was, stands))
        for row_id, values in list(new.items()):
            same = next((one for one, said in old.items() if said == values), None)
            if same is not None:
                del old[same], new[row_id]
        for row_id, values in new.items():
            begun = next((one for one, said in old.items() if _key(said) == _key(values)), None)
            yield _span(kind, person_id, row_id, old.pop(begun) if begun is not None else None, values)
        yield from (noted(kind, row_id, audited(values), None) for row_id, values in old.items())


def _span(kind: type[Any], person_id: int, row_id: int, was: Values | None, values: Values) -> Noted:
    if was is None:
        return Edit(kind, person_id, row_id, None, values).to_json()
    differs = [name for name in values if was[name] != values[name]]
    before, after = ({name: one[name] for name in differs} for one in (was, values))
    return Edit(kind, person_id, row_id, before, after, values).to_json()


def _key(values: Values) -> tuple[Any, ...]:
    """One fact of a kind begins on a day; several offices may."""
    return values["from_on"], values.get("duty"), values.get("title"), values.get("organisation_id")


def _groups(was: Standing, stands: Standing) -> Iterator[Noted]:
    for group_id in sorted(was.groups.keys() | stands.groups.keys()):
        old, new = was.groups.get(group_id), stands.groups.get(group_id)
        if old != new:
            before, after = (None if name is None else audited({"name": name}) for name in (old, new))
            yield noted(PartyGroup, group_id, before, after)
