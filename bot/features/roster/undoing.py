"""Taking a change of facts back: the last one of a person, out of what the log holds of it."""

from datetime import date, datetime, tzinfo
from itertools import pairwise
from typing import Any, cast

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from bot.features.accounts.invites import appointing
from bot.features.accounts.rules import SEATS
from bot.features.roster import rules
from bot.features.roster.service import CHANGED, changes_of
from bot.kit.access import Right, may, require
from bot.kit.closing import close_days
from bot.kit.deadlines import closed
from bot.kit.glossary.choices import DUTIES
from bot.kit.refusal import Refusal
from bot.kit.undo import Step, own_lines
from scheduler.calendar.days import Quarter
from storage.audience import Me
from storage.audit import record
from storage.base import Model, table
from storage.choices import Duty
from storage.facts import KINDS, PRIVATE
from storage.lookups import of_branch
from storage.models.audit import Audit
from storage.models.person import DutySpan, Person, RosterSpan

# What may put somebody in or out of an office, or under the feet of one.
OF_OFFICE = frozenset({"duty", "out", "new", "back", "accept"})
UNDONE = "fact_undone"
ERASED = "这位同志的数据已注销，不能撤销其变更。"
_TABLES = {table(kind).name: kind for kind in cast(tuple[type[Model], ...], (*KINDS, Person))}


def last_change(session: Session, branch_id: int, person_id: int) -> Audit | None:
    """The newest change of somebody's facts that was not taken back."""
    undone = select(Audit.details).where(
        Audit.branch_id == branch_id, Audit.action == UNDONE, Audit.subject_id == person_id
    )
    gone = {details["of"] for details in session.scalars(undone)}
    newest = next((one for one in session.scalars(changes_of(branch_id, person_id)) if one not in gone), None)
    return session.get(Audit, newest) if newest is not None else None


def steps(session: Session, me: Me, since: datetime) -> list[Step]:
    """The last changes of people's facts that somebody entered since then, for who still may."""
    if not may(me, Right.ROSTER, branch_id=me.branch_id):
        return []
    return [
        Step(line.at, "变更", f"{person.name}同志", line.id, undo)
        for line in own_lines(session, me, since, CHANGED, "person")
        if (last := last_change(session, me.branch_id, line.subject_id)) is not None and last.id == line.id
        if (person := session.get_one(Person, line.subject_id)).erased_at is None
    ]


def undo(session: Session, me: Me, audit_id: int, now: datetime, tz: tzinfo) -> str:
    """Take somebody's last change back, before its quarter is closed; the name.

    Refuses when it is not the last one, or the rows have changed otherwise since.
    """
    require(me, Right.ROSTER, branch_id=me.branch_id)
    line = of_branch(session, Audit, audit_id, me.branch_id)
    if line is None or line.action != CHANGED or line.subject_id is None:
        raise Refusal("没有可以撤销的变更。")
    if session.get_one(Person, line.subject_id).erased_at is not None:
        raise Refusal(ERASED)
    # Of two who take the same back at once the second finds it done.
    session.execute(select(Person.id).where(Person.id == line.subject_id).with_for_update())
    last = last_change(session, me.branch_id, line.subject_id)
    if last is None or last.id != audit_id:
        raise Refusal("这次变更已撤销，或之后又有变更。")
    day = date.fromisoformat(line.details["day"])
    if rules.is_closed(day, now, tz, close_days(session, me.branch_id)):
        raise closed(Quarter.of(day))
    _may_seat(me, line.details)
    today = now.astimezone(tz).date()
    with appointing(session, [line.subject_id], today, now):
        for edit in line.details["edits"]:
            _take_back(session, edit)
    if line.details.get("kind") in OF_OFFICE:
        _no_office_undone(session, me.branch_id, line.subject_id, today)
    record(
        session,
        UNDONE,
        "person",
        line.subject_id,
        now=now,
        by=me,
        of=audit_id,
        edits=[_turned(edit) for edit in line.details["edits"] if not _stays(edit)],
    )
    session.flush()
    return session.get_one(Person, line.subject_id).name


def _may_seat(me: Me, details: dict[str, Any]) -> None:
    """Only the secretary undoes what makes or unmakes a secretary or deputy, by whatever change it came about.

    An ended office of an old line does not say which it was.
    """
    offices = [edit for edit in details["edits"] if edit["table"] == table(cast(type[Model], DutySpan)).name]
    duties = {(edit["after"] or {}).get("duty") or edit.get("says", {}).get("duty") for edit in offices}
    if duties & {*map(str, SEATS), None}:
        require(me, Right.CLOSE, branch_id=me.branch_id)


def _no_office_undone(session: Session, branch_id: int, person_id: int, today: date) -> None:
    """After the rows are back: nobody in office is off the roster, and there is one secretary."""
    still = or_(DutySpan.to_on.is_(None), DutySpan.to_on > today)
    held = select(DutySpan).where(DutySpan.organisation_id == branch_id, still)
    mine = session.scalars(held.where(DutySpan.person_id == person_id).limit(1)).first()
    listed = select(RosterSpan.id).where(
        RosterSpan.person_id == person_id, or_(RosterSpan.to_on.is_(None), RosterSpan.to_on > today)
    )
    if mine is not None and session.scalars(listed).first() is None:
        raise Refusal(f"这位同志现任{DUTIES[mine.duty]}，请先免去其职务，再撤销这次变更。")
    seats = session.scalars(held.where(DutySpan.duty == Duty.SECRETARY).order_by(DutySpan.from_on)).all()
    if any(one.to_on is None or one.to_on > other.from_on for one, other in pairwise(seats)):
        raise Refusal("之后已有新的书记，不能撤销。")


def _take_back(session: Session, edit: dict[str, Any]) -> None:
    kind: type[Any] = _TABLES[edit["table"]]
    row = session.get(kind, edit["id"])
    if row is None or any(_plain(getattr(row, name)) != value for name, value in _compared(edit["after"])):
        raise Refusal("之后又有变更，不能撤销。")
    if edit["before"] is not None:
        if any(isinstance(value, dict) and value.get("length") for value in edit["before"].values()):
            # The log holds no texts: nobody can say what the word of a rank was.
            raise Refusal("变更前的文字没有留存，不能撤销，请重新登记变更。")
        edit = {
            **edit,
            "before": {name: "" if isinstance(value, dict) else value for name, value in edit["before"].items()},
        }
        for name, value in edit["before"].items():
            setattr(row, name, date.fromisoformat(value) if name.endswith("_on") and value else value)
        session.flush()
        # What the log holds is a plain word: read the row anew, so that it is a choice again.
        session.expire(row)
    elif not _stays(edit):
        session.delete(row)


def _stays(edit: dict[str, Any]) -> bool:
    """Somebody new stays known, on no list."""
    return _TABLES[edit["table"]] is Person and edit["before"] is None


def _turned(edit: dict[str, Any]) -> dict[str, Any]:
    """The same row, the other way round."""
    return {**edit, "before": edit["after"], "after": edit["before"]}


def _compared(values: dict[str, Any]) -> list[tuple[str, Any]]:
    """Texts are in the log by length only, what is private not at all; no change of a fact touches what was there."""
    return [(name, value) for name, value in values.items() if not isinstance(value, dict) and name not in PRIVATE]


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value
