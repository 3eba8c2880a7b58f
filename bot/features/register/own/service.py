"""What is done to a unit's own kinds: added, changed by a new revision, stopped, hidden; each noted."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.features.register.kinds import catalogue
from bot.features.register.own import declaring, making, revising, store
from bot.features.register.own.declaring import Declared, Fault
from bot.features.register.own.revising import Beside
from bot.kit.access import Right, require
from bot.kit.names import name_key
from bot.kit.refusal import Refusal
from storage import audit
from storage.audience import Me
from storage.models.entry import Entry
from storage.models.organisation import Organisation
from storage.models.own_kind import OwnKind, OwnKindRevision
from storage.models.person import Person

SUBJECT = "own_kind"
NO_SUCH = "没有这个登记项目。"
OF_ABOVE = "这个登记项目由上级党委设置，支部不能修改，可以不显示。"


def beside(session: Session, organisation_id: int, without: str = "") -> Beside:
    """What a kind of this organisation may not repeat: of itself, of all above it and all below."""
    line = [*store.line_of(session, organisation_id), *_below(session, organisation_id)]
    own = [one for one in store.of_organisations(session, line) if one.name != without]
    every = [*catalogue.built_in(), *own]
    words = {word for one in every for word in (one.word, one.label)}
    named = {one.name for one in every} | {one.collection for one in catalogue.built_in()}
    tops = {path.partition(".")[0] for one in catalogue.built_in() for path in one.paths}
    many = session.scalar(select(func.count()).where(OwnKind.organisation_id == organisation_id)) or 0
    taken = set(session.scalars(select(OwnKind.name)))
    return Beside(frozenset(words), frozenset(named | tops | taken), many)


def _below(session: Session, organisation_id: int) -> list[int]:
    found: list[int] = []
    here = [organisation_id]
    while here:
        here = list(session.scalars(select(Organisation.id).where(Organisation.parent_id.in_(here))))
        found += here
    return found


def faults(session: Session, organisation_id: int, declared: Declared, old: Declared | None = None) -> list[Fault]:
    """Why it cannot be added here, or become of what it was."""
    known = beside(session, organisation_id, without=old.id if old is not None else "")
    people = _named_alike(session, organisation_id, declared.word) if old is None or old.word != declared.word else []
    return [*revising.faults_beside(declared, known, old), *people, *_unmade(declared, old)]


def _named_alike(session: Session, organisation_id: int, word: str) -> list[Fault]:
    """The name of somebody opens that person's record."""
    names = session.scalars(select(Person.name).where(Person.branch_id == organisation_id))
    if name_key(word) not in map(name_key, names):
        return []
    return [
        Fault("kind.word", f"“{word}”是本支部同志的姓名，请换一个名称。", f"{word!r} is the name of somebody here.")
    ]


def _unmade(declared: Declared, old: Declared | None) -> list[Fault]:
    """What cannot be kept, alone or with what the old one has beside it."""
    became = declared if old is None else revising.merged(old, declared, "2000-01-01")
    # It would be read no more.
    if found := declaring.read_kept(declaring.to_json(became))[1]:
        return found
    try:
        making.kind(became, "own_0")
    except ValueError as error:
        return [Fault("kind", "这些内容不能组成一个登记项目。", f"makes no kind: {error}")]
    return []


def not_taken(session: Session, organisation_id: int, word: str) -> None:
    """Raises Refusal where a kind of that name is there."""
    if name_key(word) in map(name_key, beside(session, organisation_id).words):
        raise Refusal(revising.taken(word))


def add(session: Session, me: Me, declared: Declared, now: datetime) -> OwnKind:
    """By the secretary or the deputy, for the own branch. Raises Refusal with every fault."""
    require(me, Right.BRANCH_SETTINGS, branch_id=me.branch_id)
    refuse(faults(session, me.branch_id, declared))
    return put(session, me.branch_id, declared, declared.id, 1, me, now)


def refuse(found: Sequence[Fault]) -> None:
    """Raises Refusal with every fault."""
    if found:
        raise Refusal("\n".join(one.chinese for one in found))


def put(
    session: Session, organisation_id: int, declared: Declared, name: str, revision: int, me: Me | None, now: datetime
) -> OwnKind:
    """A new kind of an organisation; without a name it is own_N."""
    row = OwnKind(
        organisation_id=organisation_id, name=name or "", made_at=now, made_by_id=me.id if me is not None else None
    )
    session.add(row)
    session.flush()
    row.name = name or f"own_{row.id}"
    _keep(session, row, declared, revision, me, now)
    return row


def _keep(session: Session, row: OwnKind, declared: Declared, revision: int, me: Me | None, now: datetime) -> None:
    session.add(
        OwnKindRevision(
            own_kind_id=row.id, revision=revision, declaration=declaring.to_json(declared), made_at=now,
            made_by_id=me.id if me is not None else None,
        )
    )  # fmt: skip
    session.flush()
    by = me if me is not None else audit.by_operator(row.organisation_id)
    more = {"kind": row.name, "revision": revision}
    if revision == 1:
        audit.record(session, "add", SUBJECT, row.id, now=now, by=by, more=more)
    else:
        audit.record(session, "change", SUBJECT, row.id, now=now, by=by, more=more)


def revise(session: Session, row: OwnKind, declared: Declared, me: Me | None, now: datetime) -> int:
    """A new revision, where anything differs; what it says no more is dropped. The number of the revision in force."""
    [newest] = store.newest_of(session, [row.id])
    old = declaring.from_json(row.name, newest.declaration)
    became = revising.merged(old, declared, now.date().isoformat())
    if declaring.to_json(became) == newest.declaration:
        return newest.revision
    _keep(session, row, became, newest.revision + 1, me, now)
    return newest.revision + 1


def found(session: Session, me: Me, name: str) -> tuple[OwnKind, Declared]:
    """One of the own branch, to be changed. Raises Refusal."""
    require(me, Right.BRANCH_SETTINGS, branch_id=me.branch_id)
    row = session.scalar(select(OwnKind).where(OwnKind.name == name))
    if row is None or row.organisation_id not in store.line_of(session, me.branch_id):
        raise Refusal(NO_SUCH)
    if row.organisation_id != me.branch_id:
        raise Refusal(OF_ABOVE)
    [newest] = store.newest_of(session, [row.id])
    return row, declaring.from_json(row.name, newest.declaration)


def change(session: Session, me: Me, name: str, declared: Declared, now: datetime) -> int:
    row, old = found(session, me, name)
    refuse(faults(session, me.branch_id, replace(declared, id=""), old))
    return revise(session, row, declared, me, now)


def stop(session: Session, me: Me, name: str, stopped: bool, now: datetime) -> bool:
    """停用 and 恢复使用; one without entries goes for good. Whether it is still there."""
    row, _ = found(session, me, name)
    many = session.scalar(select(func.count()).select_from(Entry).where(Entry.kind == name)) or 0
    if stopped and not many:
        for one in session.scalars(select(OwnKindRevision).where(OwnKindRevision.own_kind_id == row.id)):
            session.delete(one)
        session.flush()
        audit.record(session, "remove", SUBJECT, row.id, now=now, by=me, more={"kind": name})
        session.delete(row)
        session.flush()
        return False
    if (row.stopped_at is not None) != stopped:
        row.stopped_at = now if stopped else None
        audit.record(session, "change", SUBJECT, row.id, now=now, by=me, more={"kind": name, "stopped": stopped})
    return True


def hide(session: Session, me: Me, name: str, hidden: bool, now: datetime) -> None:
    """Whether the branch shows a kind of a committee above it for new entries."""
    require(me, Right.BRANCH_SETTINGS, branch_id=me.branch_id)
    branch = session.get_one(Organisation, me.branch_id, populate_existing=True, with_for_update=True)
    before = store.hidden_in(session, me.branch_id)
    after = before | {name} if hidden else before - {name}
    if after == before:
        return
    branch.settings = {**branch.settings, store.HIDDEN: sorted(after)}
    session.flush()
    audit.record(session, "change", SUBJECT, me.branch_id, now=now, by=me, more={"kind": name, "hidden": hidden})
