"""What the operator does to kinds from the command line: adds one by a file, and lists them all."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.features.register.kinds import catalogue
from bot.features.register.own import declaring, service, store
from bot.features.register.own.declaring import Declared, Fault
from bot.kit.names import name_key
from storage.choices import OrganisationKind
from storage.models.entry import Entry
from storage.models.organisation import Organisation
from storage.models.own_kind import OwnKind

BUILT_IN = "built-in"


class Faulty(Exception):
    """A declaration that cannot be beside what there is."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__("; ".join(one.english for one in faults))
        self.faults = faults


def organisation(session: Session, named: str | None) -> int | None:
    """The organisation above branches that is named by its id or name; None: it is a branch, or none."""
    if named is None:
        return None
    above = session.scalars(select(Organisation).where(Organisation.kind != OrganisationKind.BRANCH)).all()
    found = [one for one in above if str(one.id) == named.strip() or name_key(one.name) == name_key(named)]
    return found[0].id if len(found) == 1 else None


def add(session: Session, organisation_id: int, declared: Declared, now: datetime) -> tuple[str, int, bool]:
    """Add a kind, or revise that of the same id. Its name, the revision in force, and whether that is a new one; raises
    Faulty.
    """
    row = session.scalar(select(OwnKind).where(OwnKind.name == declared.id)) if declared.id else None
    if row is not None and row.organisation_id == organisation_id:
        [newest] = store.newest_of(session, [row.id])
        _refuse(service.faults(session, organisation_id, declared, declaring.from_json(row.name, newest.declaration)))
        revision = service.revise(session, row, declared, None, now)
        return row.name, revision, revision != newest.revision
    _refuse(service.faults(session, organisation_id, declared))
    return service.put(session, organisation_id, declared, declared.id, 1, None, now).name, 1, True


def _refuse(faults: Sequence[Fault]) -> None:
    if faults:
        raise Faulty(faults)


def listed(session: Session, branch_id: int) -> list[dict[str, Any]]:
    """Every kind of a branch, with how many entries it has."""
    many = dict(
        session.execute(
            select(Entry.kind, func.count())
            .where(Entry.branch_id == branch_id, Entry.withdrawn_at.is_(None))
            .group_by(Entry.kind)
        ).all()
    )
    names = dict(session.execute(select(Organisation.id, Organisation.name)).all())
    own = {row.name: row for row in session.scalars(select(OwnKind))}
    hidden = store.hidden_in(session, branch_id)
    return [
        {
            "kind": kind.name,
            "word": kind.word,
            "unit": kind.unit,
            "section": kind.section.word,
            "of": names[row.organisation_id] if (row := own.get(kind.name)) is not None else BUILT_IN,
            "revision": kind.revision,
            "state": _state(row, kind.name in hidden),
            "entries": many.get(kind.name, 0),
        }
        for kind in catalogue.kinds(session, branch_id)
    ]


def _state(row: OwnKind | None, hidden: bool) -> str:
    if row is not None and row.stopped_at is not None:
        return "stopped"
    return "hidden" if hidden else "in_use"
