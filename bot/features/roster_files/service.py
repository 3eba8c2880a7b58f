"""Brings a roster into the tables: people, groups and dated facts. The same file again changes nothing."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.features.accounts.binding import move_account
from bot.features.accounts.invites import appointing, end_of_leavers
from bot.features.accounts.rules import SEATS
from bot.features.roster.rules import first_open
from bot.features.roster.words import full_day
from bot.features.roster_files.asking import Answers, Undecided
from bot.features.roster_files.identity import Known, people
from bot.features.roster_files.laying import begins, lay
from bot.features.roster_files.reading.roster_file import BadRoster, whole
from bot.features.roster_files.reading.rows import Exempt, RosterRow
from bot.features.roster_files.settling import exemptions, groups, left_out, names, remarks, spellings, twice
from bot.kit.access import Right, require
from bot.kit.words import Both
from storage.audience import Me
from storage.audit import By, by_operator, record
from storage.choices import Duty, Source
from storage.facts import Edit, Fact, Facts, changed_days, fingerprint
from storage.models.person import (
    DutySpan,
    ExemptionSpan,
    GroupSpan,
    Person,
    RosterSpan,
)

# More of them are no groups of one branch, but another column.
MOST_GROUPS = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What an import did. `exempt`: by the file out of attendance; `not_listed`: on the roster only."""

    listed: int
    added: int
    changed: int
    groups_added: int
    exempt: tuple[str, ...]
    not_listed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """The rows, as they are meant, laid over the branch before anything is written. `edits` are what would change.

    notes: what is to be said of how they were understood.
    """

    facts: Facts
    rows: Sequence[RosterRow]
    listed: tuple[int, ...]
    not_listed: tuple[str, ...]
    edits: list[Edit]
    notes: tuple[Both, ...] = ()

    @property
    def added(self) -> list[int]:
        """New people, by their numbers in the plan."""
        return [person_id for person_id in self.facts.people if person_id < 0]

    @property
    def changed(self) -> list[int]:
        return sorted({edit.person_id for edit in self.edits if edit.person_id > 0})

    @property
    def fingerprint(self) -> str:
        """The same as long as the import would do the same."""
        return fingerprint(self.edits)

    def imported(self) -> Imported:
        """The plan in numbers and names."""
        return Imported(
            listed=len(self.rows),
            added=len(self.added),
            changed=len(self.changed),
            groups_added=sum(group_id < 0 for group_id in self.facts.groups),
            exempt=tuple(row.name for row in self.rows if _is_exempt(row, self.facts.since)),
            not_listed=self.not_listed,
        )


def _is_exempt(row: RosterRow, since: date) -> bool:
    return any(one.to_on is None or one.to_on > since for one in row.exemptions)


def plan_import(
    session: Session,
    branch_id: int,
    rows: Sequence[RosterRow],
    since: date,
    answers: Answers | None = None,
    *,
    open_from: date | None = None,
) -> Plan:
    """Lay the rows over the branch: facts without a date of their own hold from `since`. Writes nothing.

    Who is not listed and what is left empty stays, except offices: who is listed holds those of the file. open_from:
    the first day of the oldest quarter that is not closed; what the file dates before it begins there (D5).
    Raises Undecided for what only a person can tell, BadRoster for people who cannot be told apart.
    """
    said = answers if answers is not None else Answers()
    facts = Facts.of_branch(session, branch_id, since)
    meant, notes = _as_meant(session, facts, rows, said)
    on_roster = [person_id for person_id in facts.people if facts.of(RosterSpan, person_id)]
    earliest = min(since, open_from or since)
    settled = _exemptions(facts, _people(session, facts, meant, said, notes), said, earliest)
    for row, person_id in settled:
        notes += lay(facts, row, person_id, earliest)
    there = {person_id for _, person_id in settled}
    rest = tuple(facts.people[person_id].values["name"] for person_id in on_roster if person_id not in there)
    return Plan(
        facts,
        [row for row, _ in settled],
        tuple(person_id for _, person_id in settled),
        rest,
        facts.edits(),
        tuple(notes),
    )


def _as_meant(
    session: Session, facts: Facts, rows: Sequence[RosterRow], answers: Answers
) -> tuple[list[RosterRow], list[Both]]:
    """The rows with the names and groups that are meant, and what is to be said of it. Raises Undecided, BadRoster."""
    gone = _erased(session, facts.branch_id)
    known = [one.values["name"] for one in facts.people.values() if one.id not in gone]
    if len({row.group for row in rows}) > MOST_GROUPS:
        raise whole(
            f"The file names more than {MOST_GROUPS} groups.", f"文件中的党小组超过{MOST_GROUPS}个，请核对这一栏。"
        )
    named, questions = names(rows, known, answers)
    grouped, more = groups(named, list(facts.groups.values()), answers)
    if questions or more:
        raise Undecided([*questions, *more])
    faults = twice(grouped)
    if faults:
        raise BadRoster(*faults)
    return grouped, [*left_out(rows, named), *spellings(named, grouped), *remarks(grouped)]


def _erased(session: Session, branch_id: int) -> set[int]:
    """Whose row is nobody's any more: no name in a file means them."""
    return set(session.scalars(select(Person.id).where(Person.branch_id == branch_id, Person.erased_at.is_not(None))))


def write_import(
    session: Session,
    plan: Plan,
    *,
    now: datetime,
    by: Me | By | None = None,
    file: str | None = None,
) -> Imported:
    """Write a plan, each person's change with a line in the audit log; in chat for who keeps the roster.

    `by`: the command line unless said. `file`: xlsx or csv, never its name.
    """
    if isinstance(by, Me):
        require(by, Right.ROSTER, branch_id=plan.facts.branch_id)
    appointed = {edit.person_id for edit in plan.edits if edit.kind is DutySpan}
    with appointing(session, appointed, now.date(), now):
        done = plan.facts.write(session, now)
        _seat(session, plan.facts.branch_id, plan.facts.since, now)
    end_of_leavers(session, plan.facts.branch_id, now.date(), now)
    of_file: dict[str, Any] = {"file": file} if file else {}
    for person_id, edits in done.items():
        is_new = any(edit.kind is Person and edit.before is None for edit in edits)
        record(
            session,
            "person_added" if is_new else "person_changed",
            "person",
            person_id,
            now=now,
            by=by or by_operator(plan.facts.branch_id),
            why=Source.ROSTER_IMPORT,
            **of_file,
            edits=[edit.to_json() for edit in edits],
        )
    return plan.imported()


def _gives_a_seat(edit: Edit) -> bool:
    return edit.kind is DutySpan and edit.before is None and edit.after["duty"] in SEATS


def closed_change(plan: Plan, is_closed: Callable[[date], bool]) -> str:
    """Who of those known would change in a quarter that is closed, by name; "" for nobody (D5)."""
    for edit in plan.edits:
        if edit.person_id > 0 and edit.kind is not Person and any(map(is_closed, changed_days(edit))):
            name: str = plan.facts.people[edit.person_id].values["name"]
            return name
    return ""


def undone_office(plan: Plan) -> Edit | None:
    """An office that the plan ends before, or as, it began: a day too early undoes what its holder has done since.

    Also the secretary's, when nobody takes it: a branch without one is nobody's wish.
    """
    ended = [
        edit
        for edit in plan.edits
        if edit.kind is DutySpan
        and edit.before is not None
        and edit.stays["to_on"] is not None
        and edit.stays["organisation_id"] == plan.facts.branch_id
    ]
    taken = any(_gives_a_seat(edit) and edit.after["duty"] is Duty.SECRETARY for edit in plan.edits)
    return next(
        (
            edit
            for edit in ended
            if _too_early(plan.facts, edit) or (edit.stays["duty"] is Duty.SECRETARY and not taken)
        ),
        None,
    )


def _too_early(facts: Facts, edit: Edit) -> bool:
    """Of an office that is left without a day; one that began on the very day is put right by another file."""
    began = edit.stays["from_on"]
    left = [span.to_on for span in facts.spans[RosterSpan, edit.person_id] if span.to_on is not None]
    return edit.stays["to_on"] <= began and (facts.since < began or any(day <= began for day in left[-1:]))


def import_roster(
    session: Session,
    branch_id: int,
    rows: Sequence[RosterRow],
    *,
    now: datetime,
    since: date,
) -> Imported:
    """`plan_import` written at once, by the command line; the quarters close on the usual day."""
    plan = plan_import(session, branch_id, rows, since, open_from=first_open(now, UTC))
    return write_import(session, plan, now=now)


def _people(
    session: Session, facts: Facts, rows: Sequence[RosterRow], answers: Answers, notes: list[Both]
) -> list[tuple[RosterRow, int]]:
    """Every row with its person; somebody unknown who had left before `since` is nobody's business here."""
    gone = _erased(session, facts.branch_id)
    known = [_known(facts, one) for one in facts.people.values() if one.id not in gone]
    numbers, questions = people(rows, known, answers)
    if questions:
        raise Undecided(questions)
    found = []
    for row, person_id in zip(rows, numbers, strict=True):
        if person_id is not None:
            found.append((row, person_id))
        elif row.transfer_out is None or row.transfer_out > facts.since:
            found.append((row, facts.new_person(row.name)))
        else:
            notes.append(_never_here(row.name, row.transfer_out))
    return found


def _never_here(name: str, left_on: date) -> Both:
    return Both(
        f"{name} is not known here and left on {left_on}: not taken",
        f"{name}不在名册上，{full_day(left_on)}已转出，未导入",
    )


def _known(facts: Facts, one: Fact) -> Known:
    return Known(
        one.id or 0,
        one.values["name"],
        facts.groups.get(facts.now(GroupSpan, one.person_id, "group_id"), ""),
        one.values["born_on"],
        one.values["gender"],
        one.values["joined_party_on"],
        one.values["phone"],
        listed=bool(facts.of(RosterSpan, one.person_id)),
    )


def _exemptions(
    facts: Facts, listed: Sequence[tuple[RosterRow, int]], answers: Answers, earliest: date
) -> list[tuple[RosterRow, int]]:
    """The rows with their exemptions as they are meant. Raises Undecided."""
    found, questions = [], []
    for row, person_id in listed:
        running = [Exempt(one.values["reason"], one.from_on, one.to_on) for one in facts.of(ExemptionSpan, person_id)]
        meant, asked = exemptions(row, running, begins(row, facts.since, earliest), answers)
        found.append((meant, person_id))
        questions += asked
    if questions:
        raise Undecided(questions)
    return found


def _seat(session: Session, branch_id: int, since: date, now: datetime) -> None:
    """The secretary who came by code or setting before the roster did sits down on the roster's own row."""
    facts = Facts.of_branch(session, branch_id, since)
    secretaries = [session.get_one(Person, one) for one in facts.people if _is_secretary(facts, one)]
    seats = [one for one in secretaries if one.telegram_id is None and facts.of(RosterSpan, one.id)]
    early = [one for one in secretaries if one.telegram_id is not None and not facts.spans[RosterSpan, one.id]]
    for seat, person in zip(seats[:1], early[:1], strict=False):
        move_account(session, person, seat, now)


def _is_secretary(facts: Facts, person_id: int) -> bool:
    return any(span.values["duty"] is Duty.SECRETARY for span in facts.of(DutySpan, person_id))
