"""变更记录: the audit log as the secretary reads it, by person and by day, a page at a time."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta, tzinfo
from typing import Any

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from bot.kit.access import Right, require
from bot.kit.lists import Page
from bot.kit.names import called
from storage.audience import Me
from storage.models.activity import Activity
from storage.models.audit import Audit
from storage.models.entry import Entry
from storage.models.organisation import Organisation, PartyGroup
from storage.models.person import Person

PAGE = 8
Ids = dict[type[Any], set[int]]
Values = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Change:
    """One field before and after; `table` is whose column it is."""

    table: str
    column: str
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class RowEdit:
    """One row of a person's before (null: it is new) and after (null: it is gone); `says`: what it is beside that.

    `whose`: the name, where the line is about several people.
    """

    table: str
    before: Values | None
    after: Values | None
    says: Values = field(default_factory=dict)
    whose: str = ""


@dataclass(frozen=True, slots=True)
class LogEntry:
    """One act: who (null: the clock or the command line, see `via`), what, on what, what it changed, and `why`.

    Ids are names already; `notes` are the further details: how many, by what, of what file.
    """

    at: datetime
    actor: str | None
    via: str
    action: str
    subject: str
    about: str
    changes: Sequence[Change] = ()
    edits: Sequence[RowEdit] = ()
    notes: Values = field(default_factory=dict)


def page(session: Session, me: Me, number: int, person_id: int | None, day: date | None, tz: tzinfo) -> Page[LogEntry]:
    """`person_id`: who did it or to whom it was done; `day`: on that day of the branch."""
    require(me, Right.CARE, branch_id=me.branch_id)
    query = select(Audit).where(Audit.branch_id == me.branch_id)
    if person_id is not None:
        about = and_(Audit.subject == "person", Audit.subject_id == person_id)
        entered = Audit.details["person_id"].as_integer() == person_id
        query = query.where(or_(Audit.actor_id == person_id, about, entered))
    if day is not None:
        start = datetime.combine(day, time(), tz)
        query = query.where(Audit.at >= start, Audit.at < start + timedelta(days=1))
    number = max(number, 0)
    found = session.scalars(query.order_by(Audit.id.desc()).offset(number * PAGE).limit(PAGE + 1)).all()
    names = Names.of(session, found[:PAGE])
    return Page(number, [_line(row, names) for row in found[:PAGE]], len(found) > PAGE)


def find_people(session: Session, me: Me, name: str) -> Sequence[Person]:
    """People of the branch of this name, also those who have left."""
    require(me, Right.CARE, branch_id=me.branch_id)
    query = select(Person).where(Person.branch_id == me.branch_id).order_by(Person.id)
    return called(session.scalars(query), name)


# --- a row of the log as a line --------------------------------------------------------------------------------------


def _line(row: Audit, names: "Names") -> LogEntry:
    details = row.details
    about = [names.subject(row), names.name(Activity, details.get("activity_id"))]
    about += [names.name(Person, details.get("person_id"))] if row.subject != "person" else []
    return LogEntry(
        row.at,
        names.name(Person, row.actor_id) or None,
        row.via,
        row.action,
        row.subject,
        "，".join(filter(None, about)),
        [names.change(change) for change in _changes(row)],
        list(_edits(row, names)),
        {key: value for key, value in details.items() if key not in ("changes", "edits")},
    )


def _changes(row: Audit) -> Iterator[Change]:
    """Before and after of fields; the two acts that say it in words of their own are told alike."""
    details = row.details
    if row.action == "term_changed":
        yield Change("organisation", "term_ends_on", details.get("before"), details.get("after"))
    if row.action == "handed_over":
        yield Change("organisation", "secretary_id", details.get("old"), details.get("new"))
    for column, pair in details.get("changes", {}).items():
        if len(pair) == 2:
            yield Change(row.subject, column, *pair)


def _edits(row: Audit, names: "Names") -> Iterator[RowEdit]:
    """Lines of the roster keep rows; of somebody erased the log shows no personal details any more."""
    for edit in row.details.get("edits", ()):
        whose = edit.get("person_id")
        if edit["table"] == "person" and row.subject_id in names.erased:
            continue
        says = names.values(edit.get("says") or {}) or {}
        if edit["table"] == "party_group":
            says = {"name": names.name(PartyGroup, edit["id"])}
        mine = whose is None or (row.subject == "person" and whose == row.subject_id)
        yield RowEdit(
            edit["table"],
            names.values(edit["before"]),
            names.values(edit["after"]),
            says,
            "" if mine else names.name(Person, whose),
        )


# --- names for ids ---------------------------------------------------------------------------------------------------

_SUBJECTS: Mapping[str, type[Any]] = {"person": Person, "activity": Activity}
_SHOWN: Mapping[type[Any], Any] = {
    Person: Person.name,
    PartyGroup: PartyGroup.name,
    Activity: Activity.title,
    Organisation: Organisation.name,
    Entry: Entry.title,
}
_KEYS: Mapping[str, type[Any]] = {
    "person_id": Person,
    "host_id": Person,
    "recorder_id": Person,
    "lecturer_id": Person,
    "contact_person_id": Person,
    "campaign_id": Entry,
    "secretary_id": Person,
    "group_id": PartyGroup,
    "activity_id": Activity,
    "branch_id": Organisation,
    "organisation_id": Organisation,
}


def _named(row: Audit) -> type[Any] | None:
    """What the subject's number names: who is marked stands under the number of the activity."""
    return Activity if (row.action, row.subject) == ("mark", "attendance") else _SUBJECTS.get(row.subject)


def _pointed(column: str) -> type[Any] | None:
    """What a column's number points at, by the house's names for such columns."""
    return Person if column.endswith("_by_id") else _KEYS.get(column)


@dataclass(frozen=True, slots=True)
class Names:
    """The names behind the ids of some rows of the log, in a query a table."""

    known: Mapping[type[Any], Mapping[int, str]]
    erased: frozenset[int]

    @classmethod
    def of(cls, session: Session, rows: Sequence[Audit]) -> "Names":
        ids: Ids = {model: set() for model in _SHOWN}
        for row in rows:
            _collect(row, ids)
        known = {
            model: {row.id: row[1] for row in session.execute(select(model.id, shown).where(model.id.in_(ids[model])))}
            for model, shown in _SHOWN.items()
        }
        gone = select(Person.id).where(Person.id.in_(ids[Person]), Person.erased_at.is_not(None))
        return cls(known, frozenset(session.scalars(gone)))

    def name(self, model: type[Any] | None, row_id: int | None) -> str:
        return self.known[model].get(row_id, "") if model is not None and row_id is not None else ""

    def subject(self, row: Audit) -> str:
        """Of people who are gone the number is left."""
        found = self.name(_named(row), row.subject_id)
        return found or (f"{row.subject_id}号" if row.subject == "person" and row.subject_id else "")

    def value(self, column: str, value: Any) -> Any:
        """The name; of what is not there any longer the number."""
        model = _pointed(column)
        return value if model is None or value is None else self.name(model, value) or f"{value}号"

    def values(self, values: Values | None) -> Values | None:
        return None if values is None else {name: self.value(name, value) for name, value in values.items()}

    def change(self, change: Change) -> Change:
        before, after = (self.value(change.column, value) for value in (change.before, change.after))
        return Change(change.table, change.column, before, after)


def _collect(row: Audit, ids: Ids) -> None:
    """Every number in a row of the log that points at something with a name."""
    details = row.details
    edits = details.get("edits", ())
    subject = _named(row)
    pairs = [("person_id", row.actor_id), *((name, details.get(name)) for name in ("person_id", "activity_id"))]
    pairs += [(change.column, value) for change in _changes(row) for value in (change.before, change.after)]
    for edit in edits:
        pairs.append(("person_id", edit.get("person_id")))
        pairs += [each for part in ("before", "after", "says") for each in (edit.get(part) or {}).items()]
    for column, value in pairs:
        model = _pointed(column)
        if model is not None and isinstance(value, int):
            ids[model].add(value)
    ids[PartyGroup].update(edit["id"] for edit in edits if edit["table"] == "party_group")
    if subject is not None and row.subject_id is not None:
        ids[subject].add(row.subject_id)
