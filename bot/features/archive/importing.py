"""Brings an archive into a branch: whole or not at all; the same archive again changes nothing."""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from bot.features.accounts.invites import end_of_leavers
from bot.features.archive import activity_links, audit_diff, development, over, rules, undone
from bot.features.archive.closed import CLOSES
from bot.features.archive.collections import PARTS
from bot.features.archive.document import BadArchive, reads, unknown
from bot.features.archive.exporting import (
    FURTHER,
    FURTHER_SETTINGS,
    SAID,
    SET,
    export,
    group_ids,
    person_ids,
    settings_of,
)
from bot.features.archive.parts import Around, Held, Progress, quiet
from bot.features.archive.references import references
from bot.features.archive.rules import Archive, Branch, Group, Of, Someone, Span
from bot.features.privacy.rules import erased_name
from bot.features.register.archive import files, laying, links, own_kinds, reading
from bot.features.register.archive.reading_values import Known
from bot.features.register.archive.records import Register
from bot.features.register.archive.writing import known_ids
from bot.features.register.own import store
from bot.kit import branch_settings
from bot.kit.archive_checks import Check, Fields, refused
from bot.kit.branch_settings import EARLIER, FIELDS
from bot.kit.figures import Figures
from bot.kit.hygiene import Found, holds
from bot.kit.names import group_key, name_key
from storage.audit import by_operator, record
from storage.base import Model, table
from storage.choices import Duty, OrganisationKind
from storage.facts import KINDS
from storage.hygiene import words_of
from storage.models.organisation import Organisation, PartyGroup
from storage.models.person import (
    CategorySpan,
    DutySpan,
    ExemptionSpan,
    GroupSpan,
    MembershipSpan,
    Person,
    RankSpan,
    RosterSpan,
)

MODELS: dict[Of, type[Any]] = {
    Of.ROSTER: RosterSpan,
    Of.MEMBERSHIP: MembershipSpan,
    Of.GROUP: GroupSpan,
    Of.RANK: RankSpan,
    Of.CATEGORY: CategorySpan,
    Of.DUTY: DutySpan,
    Of.EXEMPTION: ExemptionSpan,
}

_ERASED = re.compile(rf"{re.escape(erased_name(0)[:-1])}\d+")
# What was said and done, not what is recorded: rows that these name are kept for them.
LOGS = frozenset({"audit", "outbox", "invite", "dialog"})


@dataclass(frozen=True, slots=True)
class Brought:
    """What an import did. `notes`: what whoever runs it should know."""

    branch_id: int
    changed: bool
    people: int = 0
    groups: int = 0
    entries: int = 0
    files: int = 0
    left_out: Mapping[str, int] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Target:
    """Where an archive goes: a branch that is there, or (None) a new one called `name`. `replace`: over its records."""

    branch_id: int | None
    name: str | None = None
    replace: bool = False


def bring(
    session: Session,
    document: Mapping[str, Any],
    target: Target,
    *,
    now: datetime,
    timezone: str,
    contents: files.Contents = files.no_contents,
    figures: Figures | None = None,
    progress: Progress = quiet,
) -> Brought:
    """Import a document that `document.load` read; `contents`: the files that came along; `figures`: by which the
    versions of closed quarters are counted that it does not carry; `progress`: told what is written next.

    Raises BadArchive with every fault, or why it may not go there.
    """
    branch_id, tz = target.branch_id, ZoneInfo(timezone)
    known = _groups_of(session, branch_id) if branch_id is not None else {}
    archive, faults = rules.read(document, known)
    named = _known(session, branch_id, archive, document, now, tz)
    register, more = reading.read(document, named)
    parts, of_parts = PARTS.read(document, Around(session, branch_id, named.people, tz))
    archive, kept = replace(archive, register=register, parts=parts), register.left_out
    faults = [*unknown(document), *faults, *of_parts, *more, *activity_links.faults(document)]
    faults = faults or [*_of_what_is_there(session, branch_id, register, contents)]
    if faults:
        raise BadArchive(faults)
    if _says_nothing(archive):
        raise BadArchive(["document: holds nothing that this version reads"])
    if branch_id is not None:
        archive = _differing(session, branch_id, archive, target, now, timezone)
        if _says_nothing(archive):
            came = files.attach(session, branch_id, contents)
            lacking = _of_files(session, branch_id, document)
            return Brought(branch_id, came > 0, files=came, left_out=kept, notes=tuple(lacking))
        _may_go_there(session, branch_id, archive, target)
        _without_own_words(session, branch_id, document)
    else:
        branch_id = _new_branch(session, archive.branch, target, now)
    was = audit_diff.look(session, branch_id, now)
    notes = _Desk(session, branch_id, now, tz, contents, figures, progress).lay(archive, target)
    notes = [*notes, *_of_files(session, branch_id, document)]
    end_of_leavers(session, branch_id, now.date(), now)
    record(
        session,
        "archive_imported",
        "organisation",
        branch_id,
        now=now,
        by=by_operator(branch_id),
        people=len(archive.people or ()),
        entries=archive.register.many,
        replaced=target.replace,
        **audit_diff.note(session, branch_id, was, now),
    )
    session.flush()
    many = len(archive.register.files or ())
    groups = len(archive.branch.groups) if archive.branch else 0
    return Brought(branch_id, True, len(archive.people or ()), groups, archive.register.many, many, kept, tuple(notes))


def _says_nothing(archive: Archive) -> bool:
    return archive.branch is None and archive.people is None and not archive.parts and archive.register.empty


def _of_what_is_there(
    session: Session, branch_id: int | None, register: Register, contents: files.Contents
) -> Iterator[str]:
    """Faults that show beside the bytes of files, and beside the kinds that the branch has."""
    yield from files.faults_of_sizes(session, branch_id, register.files or (), contents)
    if branch_id is not None:
        yield from own_kinds.faults_of_change(session, branch_id, register.own or ())


def _of_files(session: Session, branch_id: int, document: Mapping[str, Any]) -> list[str]:
    """Files whose bytes are nowhere yet (未随附)."""
    lacking = files.lacking(session, branch_id) if document.get("files") else 0
    said = f"{lacking} files did not come with it; their rows are kept, and the .zip of this archive brings them"
    return [said] if lacking else []


def _groups_of(session: Session, branch_id: int) -> dict[str, str | None]:
    return dict.fromkeys(group_ids(session, branch_id).values())


def _known(
    session: Session, branch_id: int | None, archive: Archive, document: Mapping[str, Any], now: datetime, tz: ZoneInfo
) -> Known:
    """Whom and which groups the register may name: those of the document, else those of the branch."""
    people, groups = [str(row.get("id")) for _, row in Check().rows("people", document.get("people"))], list[str]()
    if archive.branch is not None:
        groups = [group.name for group in archive.branch.groups]
    elif branch_id is not None:
        groups = list(session.scalars(select(PartyGroup.name).where(PartyGroup.branch_id == branch_id)))
    if "people" not in document and branch_id is not None:
        people = list(person_ids(session, branch_id).values())
    own = store.of_branch(session, branch_id) if branch_id is not None else []
    there: dict[str, set[str]] = {}
    for collection, known in known_ids(session, branch_id) if branch_id is not None else ():
        there.setdefault(collection, set()).add(known)
    return Known(frozenset(people), frozenset(groups), tz, now.astimezone(tz).date(), own, entries=there)


def _differing(
    session: Session, branch_id: int, archive: Archive, target: Target, now: datetime, timezone: str
) -> Archive:
    """The archive without what the branch says already; nothing of it is left where that is all.

    Where people differ, all that names them is laid with them.
    """
    document, tz = export(session, branch_id, now.date(), timezone), ZoneInfo(timezone)
    current, faults = rules.read(document, {})
    mine, _ = PARTS.read(document, Around(session, branch_id, person_ids(session, branch_id).values(), tz))
    if faults or not _same(session, branch_id, current, archive, target):
        return replace(archive, parts=_with_closes(mine, archive.parts))
    register, faults = reading.read(document, _known(session, branch_id, current, document, now, tz))
    differs = archive.register if faults else archive.register.differing(register)
    parts = PARTS.differing(mine, archive.parts)
    if parts or not differs.empty:
        said = {CLOSES: archive.parts[CLOSES]} if CLOSES in archive.parts else {}
        parts = _with_closes(mine, {**parts, **said})
    return replace(archive, branch=None, people=None, settings=None, register=differs, parts=parts)


def _with_closes(mine: Held, asked: Held) -> Held:
    """With the closed quarters that the branch has, where the archive does not tell of them: what is laid anew gets
    other numbers, and corrections find their rows by ids.
    """
    stands, said = mine.get(CLOSES), asked.get(CLOSES)
    if stands is None or not stands.closes:
        return asked
    return {**asked, CLOSES: stands if said is None else said.beside(stands)}


def _same(session: Session, branch_id: int, current: Archive, archive: Archive, target: Target) -> bool:
    """Whether the branch, its people and its settings are said already."""
    if current.branch is None or current.people is None:
        return False
    branch, people = archive.branch, archive.people
    if branch is not None and target.name is not None:
        branch = replace(branch, name=target.name)
    same_branch = branch is None or _bare(branch, branch) == _bare(current.branch, branch)
    same_people = people is None or _said(people, people) == _said(current.people, people)
    return same_branch and same_people and _same_settings(session, branch_id, archive.settings)


def _same_settings(session: Session, branch_id: int, said: Fields | None) -> bool:
    """Nothing is the usual; lists of choices may stand in any order."""
    row, usual = session.get_one(Organisation, branch_id), branch_settings.to_json(branch_settings.USUAL)
    stands = {**branch_settings.to_json(branch_settings.read(row.settings)), **settings_of(row)}
    asked = {name: usual.get(name) if value is None else value for name, value in (said or {}).items()}
    return all(_in_order(stands.get(name)) == _in_order(value) for name, value in asked.items())


def _in_order(value: Any) -> Any:
    return sorted(value) if isinstance(value, list) and all(isinstance(one, str) for one in value) else value


def _bare(branch: Branch, asked: Branch) -> Branch:
    """Without what only describes the day of the export, and what the archive leaves to the usual."""
    usual = {name for name in (*SAID, *SET) if name not in asked.says}
    says = {name: value for name, value in branch.says.items() if name not in usual and value not in ("", [], None)}
    groups = tuple(replace(group, leader=None) for group in branch.groups)
    return replace(branch, groups=groups, secretary=None, committee=(), says=says)


def _said(people: Collection[Someone], asked: Collection[Someone]) -> list[tuple[Someone, list[Any]]]:
    """In one order, and without accounts that the archive does not name: people bind after an import."""
    silent = {one.id for one in asked if one.account is None and "telegram_id" not in one.extra}
    found = []
    for one in sorted(people, key=lambda one: one.id):
        spans = sorted((_comparable(span) for span in one.spans), key=str)
        found.append((replace(one, spans=(), account=None if one.id in silent else one.account), spans))
    return found


def _comparable(span: Span) -> tuple[Any, ...]:
    """A leader's group may be said beside the office or be the own one: either is the same office."""
    says = {name: value for name, value in span.says.items() if span.of is not Of.DUTY or name != "group"}
    return span.of, span.from_on, span.to_on, says, dict(span.extra)


def _may_go_there(session: Session, branch_id: int, archive: Archive, target: Target) -> None:
    people = _people_of(session, branch_id)
    others = {
        "people": people if archive.branch is not None or archive.people is not None else 0,
        "entries": laying.there(session, branch_id, archive.register.entries),
        **PARTS.there(session, branch_id, archive.parts),
    }
    if any(others.values()) and not target.replace:
        name = session.get_one(Organisation, branch_id).name
        listed = ", ".join(f"{many} {what}" for what, many in others.items() if many)
        raise BadArchive(
            [
                f"branch: {name} (id {branch_id}) has other records ({listed}); --replace puts the archive in "
                "their place, --as-new NAME makes another branch of it"
            ]
        )


def _people_of(session: Session, branch_id: int) -> int:
    return session.scalar(select(func.count()).select_from(Person).where(Person.branch_id == branch_id)) or 0


def _without_own_words(session: Session, branch_id: int, document: Mapping[str, Any]) -> None:
    """Asked only when something is to be written: what the branch says already, it may go on saying."""
    words = words_of(session, branch_id)
    found = [
        line
        for name in reads()
        for line in refused(name, document.get(name), lambda text: Found.BRANCH_WORD if holds(text, words) else None)
    ]
    if found:
        raise BadArchive(found)


def _new_branch(session: Session, branch: Branch | None, target: Target, now: datetime) -> int:
    name = target.name or (branch.name if branch is not None else None)
    if name is None:
        raise BadArchive(["branch: is missing, so the new branch has no name; give one with --as-new NAME"])
    made = Organisation(kind=OrganisationKind.BRANCH, name=name, settings={}, created_at=now)
    session.add(made)
    session.flush()
    record(session, "branch_added", "organisation", made.id, now=now, by=by_operator(made.id))
    return made.id


class _Desk:
    """Lays an archive over one branch; ids of the document stand for rows in `groups` and `people`."""

    def __init__(
        self,
        session: Session,
        branch_id: int,
        now: datetime,
        tz: ZoneInfo,
        contents: files.Contents,
        figures: Figures | None,
        progress: Progress,
    ) -> None:
        self._contents, self._figures, self._progress = contents, figures, progress
        self._session, self._branch_id, self._now, self._tz = session, branch_id, now, tz
        self._keeps_past = _people_of(session, branch_id) > 0
        self._groups: dict[str, int] = {known: one for one, known in group_ids(session, branch_id).items()}
        self._people: dict[str, int] = {}
        self._notes: list[str] = []

    def lay(self, archive: Archive, target: Target) -> list[str]:
        self._progress("people")
        if CLOSES in archive.parts:
            undone.undo_contents(self._session, self._branch_id, self._tz)
        # Whom only an entry named that goes may go with it.
        before = laying.clear(self._session, self._branch_id, archive.register.entries)
        cleared = PARTS.clear(self._session, self._branch_id, archive.parts)
        if archive.branch is not None:
            self._lay_branch(archive.branch, target)
        self._lay_settings(archive)
        if archive.people is None:
            self._people = {known: one for one, known in person_ids(self._session, self._branch_id).items()}
        else:
            stays = development.outside(self._session, self._branch_id)
            gone = [one for one in self._match_people(archive.people) if one not in stays]
            # An id of the archive may stand at somebody else's row.
            here = Person.branch_id == self._branch_id
            self._session.execute(update(Person).where(here).values(archive_id=None))
            self._clear_spans()
            self._remove_people(gone)
            for one in archive.people:
                self._lay_person(one)
        self._progress("entries")
        lost = laying.lay(
            self._session, self._branch_id, archive.register, self._people, self._now, self._tz, self._contents, before
        )
        try:
            PARTS.lay(
                self._session, self._branch_id, archive.parts, self._people, cleared, self._now, self._tz,
                self._figures, self._progress,
            )  # fmt: skip
        except over.Named as held:
            raise BadArchive([f"{held}; --as-new NAME makes another branch"]) from None
        except over.Unfounded as found:
            raise BadArchive(found.faults) from None
        links.point_outside(self._session, self._branch_id)
        if lost:
            self._notes.append(f"{lost} records pointed to others that the archive does not have, and stand alone now")
        if archive.branch is not None:
            self._remove_groups(archive.branch)
        return self._notes

    # --- branch and groups ---

    def _lay_branch(self, branch: Branch, target: Target) -> None:
        row = self._session.get_one(Organisation, self._branch_id)
        self._rename(row, target.name or branch.name)
        further = {name: value for name, value in branch.says.items() if name not in (*SAID, *SET)}
        day = {"secretary": branch.secretary, "committee": list(branch.committee)}
        said = {name: branch.says[name] for name in SAID if name in branch.says}
        row.settings = {**row.settings, **said, FURTHER: {**further, **day}}
        for group in branch.groups:
            self._lay_group(group)

    def _lay_settings(self, archive: Archive) -> None:
        """As the archive says, which may tell how it was before; where it does not, a branch with records of its own
        keeps the cut-offs that have passed.
        """
        row, said = self._session.get_one(Organisation, self._branch_id), dict(archive.settings or {})
        of_branch = archive.branch.says if archive.branch is not None else {}
        earlier = said.pop(EARLIER, None)
        values = {name: of_branch[name] for name in SET if name in of_branch}
        values |= {name: said.pop(name) for name in FIELDS if name in said}
        if earlier is None and self._keeps_past:
            row.settings = branch_settings.changed(row.settings, values, self._now, self._tz)
        elif values or earlier is not None:
            kept = {name: value for name, value in row.settings.items() if name != EARLIER}
            row.settings = {**kept, **values, **({EARLIER: earlier} if earlier else {})}
        if said:
            row.settings = {**row.settings, FURTHER_SETTINGS: said}

    def _rename(self, row: Organisation, name: str) -> None:
        if row.name == name:
            return
        taken = select(Organisation.id).where(
            Organisation.name == name, Organisation.parent_id.is_not_distinct_from(row.parent_id)
        )
        other = self._session.scalars(taken).first()
        if other is not None:
            raise BadArchive([f"branch: {name} is the name of branch {other}; say --branch {other}, or --as-new NAME"])
        self._notes.append(f"branch {row.id} is called {name} now; it was {row.name}")
        row.name = name

    def _lay_group(self, group: Group) -> None:
        mine = PartyGroup.branch_id == self._branch_id
        rows = {row.id: row for row in self._session.scalars(select(PartyGroup).where(mine))}
        row = next((one for one in rows.values() if one.archive_id == group.id), None)
        key = group_key(group.name)
        row = row or next((one for one in rows.values() if group_key(one.name) == key and one.archive_id is None), None)
        if row is None:
            row = PartyGroup(branch_id=self._branch_id, name=group.name)
            self._session.add(row)
        leader = {"leader": group.leader} if group.leader else {}
        row.name, row.archive_id, row.extra = group.name, group.id, {**group.extra, **leader} or None
        self._session.flush()
        self._groups[group.id] = row.id

    def _remove_groups(self, branch: Branch) -> None:
        """Groups that the archive does not know go, once nobody is in them."""
        wanted = {self._groups[group.id] for group in branch.groups}
        mine = self._session.scalars(select(PartyGroup.id).where(PartyGroup.branch_id == self._branch_id))
        self._remove(PartyGroup, [one for one in mine if one not in wanted])

    # --- people ---

    def _match_people(self, people: Collection[Someone]) -> list[int]:
        """Each with a row: the one of the same id and name, else the only one of the name. The rows that are left over.

        One id may mean two people in two archives: nobody gets another's account and records by it.
        """
        rows = {row.id: row for row in self._session.scalars(select(Person).where(Person.branch_id == self._branch_id))}
        known = {row.archive_id: row.id for row in rows.values() if row.archive_id is not None}
        free = set(rows)
        for one in people:
            if one.id in known and (
                name_key(one.name) == name_key(rows[known[one.id]].name) or _ERASED.fullmatch(one.name)
            ):
                self._people[one.id] = known[one.id]
                free.discard(known[one.id])
        for one in people:
            same = [row for row in free if name_key(rows[row].name) == name_key(one.name)]
            if one.id not in self._people and len(same) == 1:
                self._people[one.id] = same[0]
                free.discard(same[0])
        for one in people:
            if one.id not in self._people:
                row = Person(branch_id=self._branch_id, name=one.name, created_at=self._now, notes="", reachable=True)
                self._session.add(row)
                self._session.flush()
                self._people[one.id] = row.id
        return sorted(free)

    def _clear_spans(self) -> None:
        here = select(Person.id).where(Person.branch_id == self._branch_id)
        for kind in KINDS:
            self._session.execute(delete(kind).where(kind.person_id.in_(here)))

    def _lay_person(self, one: Someone) -> None:
        row = self._session.get_one(Person, self._people[one.id])
        row.name, row.notes, row.archive_id, row.gender = one.name, one.notes, one.id, one.gender
        row.born_on, row.joined_party_on, row.phone = one.born_on, one.joined_party_on, one.phone
        if _ERASED.fullmatch(one.name):
            row.telegram_id, row.bound_at, row.erased_at = None, None, row.erased_at or self._now
        row.extra = {**one.extra, **self._account(row, one)} or None
        self._session.add_all(self._span(row.id, span, one) for span in one.spans)

    def _account(self, row: Person, one: Someone) -> dict[str, Any]:
        """Bound again, unless the account is somebody else's by now: then the number is kept as it was said."""
        if one.account is None or row.telegram_id == one.account:
            return {}
        taken = self._session.scalar(select(Person.id).where(Person.telegram_id == one.account))
        if taken is None and row.telegram_id is None:
            row.telegram_id, row.bound_at, row.reachable = one.account, self._now, True
            self._session.flush()
            return {}
        self._notes.append(f"{one.name} ({one.id}): another account is bound, so telegram_id was kept as a text only")
        return {"telegram_id": one.account}

    def _span(self, person_id: int, span: Span, one: Someone) -> Any:
        values: dict[str, Any] = dict(span.says)
        if span.of is Of.ROSTER:
            values["branch_id"] = self._branch_id
        elif span.of is Of.GROUP:
            values = {"group_id": self._groups[values["group"]]}
        elif span.of is Of.DUTY:
            del values["group"]
            values |= {"organisation_id": self._branch_id, "group_id": self._leads(span, one)}
        elif span.of is Of.EXEMPTION:
            contact = values.pop("contact")
            values["contact_person_id"] = self._people[contact] if contact else None
        return MODELS[span.of](
            person_id=person_id, from_on=span.from_on, to_on=span.to_on, extra=dict(span.extra) or None, **values
        )

    def _leads(self, span: Span, one: Someone) -> int | None:
        if span.says["duty"] is not Duty.GROUP_LEADER:
            return None
        own = [each for each in one.spans if each.of is Of.GROUP]
        known = span.says["group"] or (own[-1].says["group"] if own else None)
        return self._groups[known] if known else None

    # --- what is no longer there ---

    def _remove_people(self, gone: Collection[int]) -> None:
        """Who is not in the archive goes; a row that only the logs name stays, on no list and without an account."""
        logged = {one for one in gone if references(self._session, Person, [one], among=LOGS)}
        self._remove(Person, [one for one in gone if one not in logged])
        self._refuse_if_named(Person, logged)
        for one in logged:
            row = self._session.get_one(Person, one)
            if row.telegram_id is not None:
                self._notes.append(f"{row.name}: not in the archive, so the account is not bound any longer")
            row.telegram_id, row.archive_id = None, None

    def _remove(self, model: type[Model], ids: Collection[int]) -> None:
        """Delete rows to which nothing else refers; refuse the whole import otherwise."""
        if ids:
            self._refuse_if_named(model, ids)
            self._session.execute(delete(model).where(table(model).c.id.in_(list(ids))))

    def _refuse_if_named(self, model: type[Model], ids: Collection[int]) -> None:
        found = references(self._session, model, ids, but=LOGS if model is Person else frozenset())
        holders = [f"{name} ({count})" for name, count in found]
        if holders:
            raise BadArchive(
                [
                    f"{table(model).name}: {len(ids)} that the archive does not have are still named by "
                    f"{', '.join(holders)}; --as-new NAME makes another branch"
                ]
            )
