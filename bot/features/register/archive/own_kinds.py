"""The kinds of a unit's own in an archive: read with their faults, written, and laid over a branch."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.features.register.archive.records import OwnKindRecord
from bot.features.register.kinds.catalogue import built_in
from bot.features.register.kinds.kind import Kind
from bot.features.register.own import declaring, making, revising, service, store
from bot.kit.archive_checks import Check
from bot.kit.names import name_key
from storage.models.organisation import Organisation
from storage.models.own_kind import OwnKind

IN_USE, STOPPED = "in_use", "stopped"


def read(check: Check, value: Any) -> tuple[OwnKindRecord, ...]:
    """The records, each fault by its path."""
    found: list[OwnKindRecord] = []
    for path, row in check.rows("own_kinds", value):
        name = check.key(path, row)
        revision = row.get("revision", 1)
        if type(revision) is not int or not 0 < revision < 10**6:
            check.fault(f"{path}.revision", revision, "the number of a revision")
            revision = 1
        state = row.get("state", IN_USE)
        if state not in (IN_USE, STOPPED):
            check.fault(f"{path}.state", state, f"one of {IN_USE} {STOPPED}")
        _is_free(check, path, name, row.get("word"))
        declared = _declared(check, path, row)
        of = row.get("of", "branch")
        if declared is not None:
            whose = "" if of == "branch" else str(of)
            found.append(OwnKindRecord(name, revision, declared, state == STOPPED, whose))
    check.once("own_kinds", [one.id for one in found])
    return tuple(found)


def _is_free(check: Check, path: str, name: str, word: Any) -> None:
    """No built-in kind has the name or the word."""
    names = {known for one in built_in() for known in (one.name, one.collection)}
    shaped = declaring.NUMBERED.fullmatch(name) or declaring.SLUG.fullmatch(name)
    if name and (name in names or not shaped):
        check.fault(f"{path}.id", name, "own_N or a name of small letters that no other kind has")
    words = {name_key(known) for one in built_in() for known in (one.word, one.label)}
    if isinstance(word, str) and name_key(word) in words:
        check.fault(f"{path}.word", word, "a word that no other kind has")


def _declared(check: Check, path: str, row: Any) -> declaring.Declared | None:
    listed = row.get("fields")
    if not isinstance(listed, list) or not all(
        isinstance(one, dict) and isinstance(one.get("key"), str) and one["key"] for one in listed
    ):
        check.fault(f"{path}.fields", listed, "a list of fields, each with its key")
        return None
    found, faults = declaring.read_kept(row)
    for one in faults:
        check.fault(f"{path}.{one.place.removeprefix('kind.')}", None, one.english.rstrip("."))
    return found


def kind_of(one: OwnKindRecord) -> Kind:
    return making.kind(one.declared, one.id, one.revision)


def load(session: Session, branch_id: int) -> Iterator[OwnKindRecord]:
    """Those that hold in a branch, as they are now."""
    line = store.line_of(session, branch_id)
    names = dict(session.execute(select(Organisation.id, Organisation.name).where(Organisation.id.in_(line))).all())
    for row in session.scalars(select(OwnKind).where(OwnKind.organisation_id.in_(line)).order_by(OwnKind.id)):
        [newest] = store.newest_of(session, [row.id])
        declared = declaring.from_json(row.name, newest.declaration)
        whose = "" if row.organisation_id == branch_id else names[row.organisation_id]
        yield OwnKindRecord(row.name, newest.revision, declared, row.stopped_at is not None, whose)


def to_json(one: OwnKindRecord) -> dict[str, Any]:
    state = STOPPED if one.stopped else IN_USE
    head = {"id": one.id, "of": one.committee or "branch", "revision": one.revision, "state": state}
    return head | declaring.to_json(one.declared)


def faults_of_change(session: Session, branch_id: int, records: Sequence[OwnKindRecord]) -> list[str]:
    """What of a kind that the branch has already would change and never does, each by its path."""
    found: list[str] = []
    for at, one in enumerate(records):
        mine = (OwnKind.name == one.id, OwnKind.organisation_id == branch_id)
        row = session.scalar(select(OwnKind).where(*mine))
        if row is not None:
            [newest] = store.newest_of(session, [row.id])
            old = declaring.from_json(row.name, newest.declaration)
            changes = revising.faults_of_change(old, one.declared)
            found += [f"own_kinds[{at}].{each.place.removeprefix('kind.')}: {each.english}" for each in changes]
    return found


def lay(session: Session, branch_id: int, records: Sequence[OwnKindRecord], now: datetime) -> dict[str, str]:
    """Give the branch these kinds; a name that another unit of this installation has becomes a new one. By the old
    name the new one.
    """
    renamed: dict[str, str] = {}
    line = store.line_of(session, branch_id)
    # Of before: a number that one of these is given may be that of another one.
    query = select(OwnKind).where(OwnKind.name.in_([one.id for one in records]))
    there = {row.name: row for row in session.scalars(query)}
    for one in records:
        row = there.get(one.id)
        if row is None or row.organisation_id not in line:
            name = "" if row is not None or declaring.NUMBERED.fullmatch(one.id) else one.id
            made = service.put(session, branch_id, one.declared, name, one.revision, None, now)
            if one.stopped:
                session.get_one(OwnKind, made.id).stopped_at = now
            renamed[one.id] = made.name
        elif row.organisation_id == branch_id:
            service.revise(session, row, one.declared, None, now)
            row.stopped_at = (row.stopped_at or now) if one.stopped else None
    return renamed
