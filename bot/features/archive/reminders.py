"""The collection `reminders` of an archive (S52): what was sent before holidays, to whom, and who has read it when."""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta, tzinfo
from typing import Any

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.orm import Session

from bot.features.archive.fields import local, number, said
from bot.features.archive.parts import Around, Laying, Part
from bot.features.archive.study_rows import lay_over
from bot.kit.archive_checks import NAME_LENGTH, Check, Fields, rest
from bot.kit.archive_ids import numbered
from scheduler.calendar.days import local_day
from storage.models.reminder import Acknowledgement, Reminder, ReminderAudience

NAME, ACKS = "reminders", "acks"
_KNOWN = (
    "id", "kind", "holidays", "from", "to", "round", "provisional", "text", "sent_at", "ack_due", "audience", ACKS,
)  # fmt: skip
_OF_ACK = ("person", "at")
_ONE = timedelta(days=1)
MOST_ROUNDS = 1000
# Of a block that begins in December it is the next year's.
NEW_YEAR = "元旦"


@dataclass(frozen=True, slots=True)
class Ack:
    person: str
    at: datetime
    extra: Fields = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Sent:
    """One record: people by their ids; holidays with their year (2022:中秋); the block is [start, to)."""

    id: str
    kind: str
    holidays: tuple[str, ...]
    start: date
    to: date
    round: int
    provisional: bool
    text: str
    sent_at: datetime
    ack_due: datetime
    audience: tuple[str, ...]
    acks: tuple[Ack, ...]
    extra: Fields = field(default_factory=dict)


# --- read ------------------------------------------------------------------------------------------------------------


def read(document: Fields, around: Around) -> tuple[tuple[Sent, ...] | None, list[str]]:
    check = Check()
    found = check.rows(NAME, document.get(NAME))
    check.once(NAME, [check.key(path, row) for path, row in found])
    read = [(row, _read(check, path, row, around)) for path, row in found]
    sent = _in_rounds([(row, one) for row, one in read if one is not None])
    check.once(f"{NAME} (kind, from and round)", [f"{one.kind} {one.start} {one.round}" for one in sent])
    return tuple(sent) if NAME in document else None, check.faults


def _in_rounds(found: Sequence[tuple[Fields, Sent]]) -> list[Sent]:
    """Where nobody says so, those of one block are numbered in the order in which they were sent."""
    taken: Counter[tuple[str, date]] = Counter()
    numbered_: list[Sent] = []
    for row, one in sorted(found, key=lambda each: (each[1].sent_at, each[1].id)):
        taken[one.kind, one.start] += 1
        numbered_.append(one if row.get("round") is not None else replace(one, round=taken[one.kind, one.start]))
    return numbered_


def _read(check: Check, path: str, row: Fields, around: Around) -> Sent | None:
    kind = check.text(path, row, "kind", NAME_LENGTH)
    if not kind.strip():
        check.fault(f"{path}.kind", row.get("kind"), "a kind, such as pre_holiday_integrity")
    instants = {name: check.instant(f"{path}.{name}", row.get(name)) for name in ("sent_at", "ack_due")}
    sent_at, ack_due = instants["sent_at"], instants["ack_due"]
    usual = _usual(ack_due, around.tz) if ack_due is not None else date.min
    start, to = (
        check.day(f"{path}.{name}", row[name]) if row.get(name) is not None else None for name in ("from", "to")
    )
    start = start or usual
    if to is not None and to <= start:
        check.fault(f"{path}.to", row["to"], "after `from`: the first day that no longer counts")
    provisional = row.get("provisional", False)
    if not isinstance(provisional, bool):
        check.fault(f"{path}.provisional", provisional, "true or false")
    holidays = _holidays(check, path, row.get("holidays"))
    audience = _audience(check, path, row.get("audience"), around.people)
    acks = tuple(_ack(check, at, one, around.people) for at, one in check.rows(f"{path}.acks", row.get("acks")))
    read = tuple(one for one in acks if one is not None)
    check.once(f"{path}.acks", [one.person for one in read])
    times, text = number(check, path, row, "round", MOST_ROUNDS), check.text(path, row, "text")
    if sent_at is None or ack_due is None or not kind.strip():
        return None
    return Sent(
        str(row.get("id")), kind, tuple(_with_year(one, start) for one in holidays), start, to or start + _ONE, times,
        provisional is True, text, sent_at, ack_due, tuple(sorted(audience)),
        tuple(sorted(read, key=lambda one: one.person)), rest(row, _KNOWN),
    )  # fmt: skip


def _usual(ack_due: datetime, tz: tzinfo) -> date:
    """Where nobody says when the holiday begins: the day after it was to be read."""
    return local_day(ack_due, tz) + _ONE


def _holidays(check: Check, path: str, value: Any) -> list[str]:
    if not isinstance(value, list) or not value or not all(isinstance(one, str) and one.strip() for one in value):
        check.fault(f"{path}.holidays", value, 'names of festivals, such as ["中秋"]')
        return []
    return value


def _with_year(name: str, start: date) -> str:
    """中秋 of a block of 2022 is kept as 2022:中秋."""
    return name if ":" in name else f"{_year(name, start)}:{name}"


def _without_year(kept: str, start: date) -> str:
    year, _, name = kept.partition(":")
    return name if name and ":" not in name and year == str(_year(name, start)) else kept


def _year(name: str, start: date) -> int:
    return start.year + (name == NEW_YEAR and start.month == 12)


def _audience(check: Check, path: str, value: Any, people: Collection[str]) -> list[str]:
    if value is not None and not isinstance(value, list):
        check.fault(f"{path}.audience", value, "a list of ids of people")
        return []
    found = [check.reference(f"{path}.audience[{at}]", one, people, "person") for at, one in enumerate(value or [])]
    named = [one for one in found if one is not None]
    check.once(f"{path}.audience", named)
    return named


def _ack(check: Check, path: str, row: Fields, people: Collection[str]) -> Ack | None:
    person = check.reference(f"{path}.person", row.get("person"), people, "person")
    at = check.instant(f"{path}.at", row.get("at"))
    return Ack(person, at, rest(row, _OF_ACK)) if person is not None and at is not None else None


def differs(mine: Sequence[Sent] | None, asked: Sequence[Sent]) -> bool:
    return sorted(mine or (), key=lambda one: one.id) != sorted(asked, key=lambda one: one.id)


# --- laid ------------------------------------------------------------------------------------------------------------


def there(session: Session, branch_id: int) -> int:
    """How many there are already."""
    return session.scalar(select(func.count()).select_from(Reminder).where(Reminder.branch_id == branch_id)) or 0


def known_reminders(session: Session, branch_id: int) -> dict[str, int]:
    """The rows of the ids."""
    query = select(Reminder.id, Reminder.archive_id).where(Reminder.branch_id == branch_id).order_by(Reminder.id)
    ids = numbered("M", {row.id: row.archive_id for row in session.execute(query)})
    return {known: row_id for row_id, known in ids.items()}


def clear(session: Session, branch_id: int, found: Sequence[Sent]) -> Mapping[str, int]:
    """Told: the rows by their ids. Those that the document has stay, so that the buttons in chat do."""
    known, wanted = known_reminders(session, branch_id), {one.id for one in found}
    mine = select(Reminder.id).where(Reminder.branch_id == branch_id)
    for table in (Acknowledgement, ReminderAudience):
        session.execute(delete(table).where(table.reminder_id.in_(mine)))
    gone = [row_id for one, row_id in known.items() if one not in wanted]
    session.flush()
    session.execute(delete(Reminder).where(Reminder.id.in_(gone)))
    # So that two may change places.
    session.execute(update(Reminder).where(Reminder.branch_id == branch_id).values(round=-Reminder.id))
    session.expire_all()
    return known


def lay(found: Sequence[Sent], to: Laying) -> None:
    session = to.session
    lay_over(session, Reminder, [(to.cleared.get(one.id), _row(one, to.branch_id)) for one in found])
    rows = known_reminders(session, to.branch_id)
    people = [{"reminder_id": rows[one.id], "person_id": to.people[person]} for one in found for person in one.audience]
    acks = [
        {
            "reminder_id": rows[one.id],
            "person_id": to.people[ack.person],
            "at": ack.at,
        }
        for one in found
        for ack in one.acks
    ]
    for model, values in ((ReminderAudience, people), (Acknowledgement, acks)):
        if values:
            session.execute(insert(model), values)


def _row(one: Sent, branch_id: int) -> dict[str, Any]:
    """What is said of a 已阅 beside its time stays with the reminder, by person."""
    further = {ack.person: dict(ack.extra) for ack in one.acks if ack.extra}
    return {
        "branch_id": branch_id,
        "kind": one.kind,
        "block_start": one.start,
        "block_end": one.to - _ONE,
        "round": one.round,
        "holidays": list(one.holidays),
        "provisional": one.provisional,
        "text": one.text,
        "sent_at": one.sent_at,
        "ack_due": one.ack_due,
        "archive_id": one.id,
        "extra": {**one.extra, **({ACKS: further} if further else {})} or None,
    }


# --- written ---------------------------------------------------------------------------------------------------------


def write(session: Session, branch_id: int, people: Mapping[int, str], tz: tzinfo) -> dict[str, list[dict[str, Any]]]:
    """Of somebody who is none of `people` nothing is told."""
    mine = Reminder.branch_id == branch_id
    rows = session.scalars(select(Reminder).where(mine).order_by(Reminder.sent_at, Reminder.id)).all()
    ids = {row_id: known for known, row_id in known_reminders(session, branch_id).items()}
    audiences: dict[int, list[str]] = defaultdict(list)
    acks: dict[int, list[dict[str, Any]]] = defaultdict(list)
    of_mine = select(Reminder.id).where(mine)
    for one in session.scalars(
        select(ReminderAudience)
        .where(ReminderAudience.reminder_id.in_(of_mine))
        .order_by(ReminderAudience.reminder_id, ReminderAudience.person_id)
    ):
        if one.person_id in people:
            audiences[one.reminder_id].append(people[one.person_id])
    for ack in session.scalars(
        select(Acknowledgement)
        .where(Acknowledgement.reminder_id.in_(of_mine))
        .order_by(Acknowledgement.reminder_id, Acknowledgement.at, Acknowledgement.person_id)
    ):
        if ack.person_id in people:
            acks[ack.reminder_id].append({"person": people[ack.person_id], "at": local(ack.at, tz)})
    return {NAME: [_said(row, ids[row.id], audiences[row.id], acks[row.id], tz) for row in rows]}


def _said(
    row: Reminder, known: str, audience: Sequence[str], acks: Sequence[Mapping[str, Any]], tz: tzinfo
) -> dict[str, Any]:
    start, to, usual = row.block_start, row.block_end + _ONE, _usual(row.ack_due, tz)
    extra = dict(row.extra or {})
    of_acks = extra.pop(ACKS, {})
    further = {
        "from": start.isoformat() if start != usual else None,
        "to": to.isoformat() if to != start + _ONE else None,
        "round": row.round if row.round != 1 else None,
        "provisional": row.provisional or None,
        "text": row.text,
    }
    return {
        "id": known,
        "kind": row.kind,
        "holidays": [_without_year(one, start) for one in row.holidays],
        **said(further),
        "sent_at": local(row.sent_at, tz),
        "ack_due": local(row.ack_due, tz),
        "audience": list(audience),
        ACKS: [{**one, **of_acks.get(one["person"], {})} for one in acks],
        **extra,
    }


PART = Part((NAME,), "reminders", read, differs, there, clear, lay, write)
