"""The kinds that units have made for themselves: which hold in a branch, each as it is now."""

import json
from collections.abc import Collection, Sequence
from functools import partial

from sqlalchemy import CTE, ColumnElement, ScalarSelect, func, select
from sqlalchemy.orm import Session, aliased

from bot.features.register.kinds.kind import Kind
from bot.features.register.own import making
from storage.models.organisation import Organisation
from storage.models.own_kind import OwnKind, OwnKindRevision
from storage.once import once_of_each

HIDDEN = "hidden_kinds"


def line_of(session: Session, organisation_id: int) -> list[int]:
    """An organisation and all above it."""
    return list(session.scalars(select(_line(organisation_id).c.id)))


def _line(*ids: int) -> CTE:
    """`of`: one of these, with its own id and those above it."""
    line = select(Organisation.id.label("of"), Organisation.id, Organisation.parent_id).where(Organisation.id.in_(ids))
    here = line.cte("line", recursive=True)
    above = aliased(Organisation)
    # Without repetitions, so that a circle ends.
    return here.union(select(here.c.of, above.id, above.parent_id).where(above.id == here.c.parent_id))


def of_branch(session: Session, branch_id: int, *, stopped: bool = True) -> list[Kind]:
    """Those of the branch and of the committees above it; `stopped`: also those that take no new entries any more, and
    those that the branch hides.
    """
    if stopped:
        return list(once_of_each(session, "own kinds", branch_id, partial(_of_branches, session)))
    hidden = hidden_in(session, branch_id)
    there = OwnKind.organisation_id.in_(select(_line(branch_id).c.id))
    return [one for one in _kinds(session, there, OwnKind.stopped_at.is_(None)) if one.name not in hidden]


def _of_branches(session: Session, ids: Collection[int]) -> dict[int, list[Kind]]:
    """What is declared is read once, however many branches are below the committee that has declared it."""
    line = _line(*ids)
    held = select(line.c.of, OwnKind.id).join(OwnKind, OwnKind.organisation_id == line.c.id)
    theirs: dict[int, list[int]] = {one: [] for one in ids}
    for branch_id, kind_id in session.execute(held.order_by(OwnKind.id)):
        theirs[branch_id].append(kind_id)
    every = {one for each in theirs.values() for one in each}
    found = _by_id(session, OwnKind.id.in_(every)) if every else {}
    return {branch_id: [found[one] for one in each if one in found] for branch_id, each in theirs.items()}


def of_organisations(session: Session, ids: Collection[int]) -> list[Kind]:
    """Those that these organisations have made themselves."""
    return _kinds(session, OwnKind.organisation_id.in_(ids))


def named(session: Session, names: Collection[str]) -> list[Kind]:
    """The kinds of these names in the installation, as they are now."""
    return _kinds(session, OwnKind.name.in_(names)) if names else []


def _kinds(session: Session, *which: ColumnElement[bool]) -> list[Kind]:
    """One statement: each tap reads what is in force."""
    return list(_by_id(session, *which).values())


def _by_id(session: Session, *which: ColumnElement[bool]) -> dict[int, Kind]:
    query = (
        select(OwnKind.id, OwnKind.name, OwnKindRevision.revision, OwnKindRevision.declaration)
        .join(OwnKindRevision, OwnKindRevision.own_kind_id == OwnKind.id)
        .where(*which, OwnKindRevision.revision == _newest())
        .order_by(OwnKind.id)
    )
    return {
        kind_id: making.kept(name, revision, json.dumps(declaration, ensure_ascii=False))
        for kind_id, name, revision, declaration in session.execute(query)
    }


def _newest() -> ScalarSelect[int]:
    other = aliased(OwnKindRevision)
    return (
        select(func.max(other.revision))
        .where(other.own_kind_id == OwnKindRevision.own_kind_id)
        .correlate(OwnKindRevision)
        .scalar_subquery()
    )


def is_stopped(session: Session, name: str) -> bool:
    """Whether a kind takes no new entries; a built-in one always does."""
    query = select(OwnKind.id).where(OwnKind.name == name, OwnKind.stopped_at.is_not(None))
    return session.scalar(query) is not None


def newest_of(session: Session, ids: Sequence[int]) -> Sequence[OwnKindRevision]:
    """The revision in force of each of these kinds."""
    query = select(OwnKindRevision).where(OwnKindRevision.own_kind_id.in_(ids))
    return session.scalars(query.where(OwnKindRevision.revision == _newest())).all()


def hidden_in(session: Session, branch_id: int) -> frozenset[str]:
    """What a branch does not show of the kinds of the committees above it."""
    row = session.get(Organisation, branch_id)
    said = row.settings.get(HIDDEN) if row is not None else None
    return frozenset(one for one in said if isinstance(one, str)) if isinstance(said, list) else frozenset()
