"""The activities of an archive as rows: read beside the branch, laid, taken away."""

from collections.abc import Mapping, Sequence
from datetime import tzinfo
from typing import Any

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from bot.features.archive import acts, over
from bot.features.archive.acts import ACTIVITIES, ITEMS, LEAVE, ON_LEAVE, Act, Acts, Content, Item, Leave
from bot.features.archive.over import Occasion
from bot.features.archive.parts import Around, Laying
from bot.features.register.archive.writing import known_ids
from bot.kit.archive_checks import OUTSIDE, Check, Fields
from bot.kit.archive_models import records
from scheduler.calendar.days import at
from storage.base import table
from storage.choices import ActivityStatus, ActivityType, AttendanceStatus, Mode
from storage.models.activity import Activity, ActivityFirstAgendaItem, Component, Delegate, FirstAgendaItem
from storage.models.attendance import Attendance, LeaveRequest, Makeup

CAMPAIGNS = "campaigns"
# Of a component beside its type and lecturer.
DETAILS = ("lecturer_of", "lecture", "film", "topic", "form", "speakers")
_OF_LEAVE = ("leave_type", "approved", "leave_state", "approved_at")


# --- read ------------------------------------------------------------------------------------------------------------


def _read_acts(check: Check, document: Fields, around: Around) -> tuple[list[tuple[str, Item]], list[tuple[str, Act]]]:
    nothing = acts.named((), (), (), (), around.tz)
    items = records(check, ITEMS, document.get(ITEMS), Item, nothing)
    known = [one.id for _, one in items]
    if ITEMS not in document and around.branch_id is not None:
        known = list(over.ids(around.session, FirstAgendaItem, around.branch_id, "F").values())
    elif check.faults:
        known = [str(row.get("id")) for _, row in Check().rows(ITEMS, document.get(ITEMS))]
    named = acts.named(
        frozenset(around.people), frozenset(over.group_names(document, around)), frozenset(known), (), around.tz
    )
    return items, records(check, ACTIVITIES, document.get(ACTIVITIES), Act, named)


def read(document: Fields, around: Around) -> tuple[Acts | None, list[str]]:
    check = Check()
    items, found = _read_acts(check, document, around)
    check.once(ITEMS, [one.id for _, one in items])
    check.once(ACTIVITIES, [one.id for _, one in found])
    here = _here(document, around, found)
    asked = records(
        check, LEAVE, document.get(LEAVE), acts.Asked, acts.named(frozenset(around.people), (), (), here, around.tz)
    )
    starts = {known: one.begins for known, one in here.items()}
    leave = acts.leave_of(check, found, [one for one in asked if one[1].activity in starts], starts)
    read = Acts(
        tuple(one for _, one in items) if ITEMS in document else None,
        tuple(one for _, one in found) if ACTIVITIES in document else None,
        leave,
        LEAVE in document,
    )
    return (None if read.empty else read), check.faults


def _here(document: Fields, around: Around, found: Sequence[tuple[str, Act]]) -> dict[str, Occasion]:
    """The activities that leave may be of; of those with a fault as much as they say."""
    said = occasions(document, around)
    mine = {one.id: Occasion(one.begins, one.known_at, {each.type for each in one.components}) for _, one in found}
    return {**said, **mine}


def occasions(document: Fields, around: Around) -> dict[str, Occasion]:
    """The activities that the other collections may name, those with a fault too: their faults are told once."""
    if ACTIVITIES not in document:
        return over.occasions(around.session, around.branch_id) if around.branch_id is not None else {}
    rows = Check().rows(ACTIVITIES, document[ACTIVITIES])
    return {str(row.get("id")): _occasion(row, around.tz) for _, row in rows}


def _occasion(row: Fields, tz: tzinfo) -> Occasion:
    quiet = Check()
    day = quiet.day("", row.get("date")) or acts.LONG_AGO
    start, recorded = (
        quiet.instant("", row[name]) if row.get(name) is not None else None for name in ("start_at", "recorded_at")
    )
    begins = start or at(day, acts.MORNING, tz)
    contents = quiet.rows("", row.get("components"))
    known = {str(kind) for kind in ActivityType}
    types = {one["type"] for _, one in contents if isinstance(one.get("type"), str) and one["type"] in known}
    return Occasion(begins, recorded or begins, types)


def differs(mine: Acts | None, asked: Acts) -> bool:
    return not asked.same(mine)


# --- taken away ------------------------------------------------------------------------------------------------------


def _mine(branch_id: int) -> Any:
    return select(Activity.id).where(Activity.branch_id == branch_id)


def there(session: Session, branch_id: int) -> int:
    """How many activities there are already."""
    return session.scalar(select(func.count()).select_from(Activity).where(Activity.branch_id == branch_id)) or 0


def clear(session: Session, branch_id: int, found: Acts) -> None:
    """Rows of activities and of first-agenda items stay until they are laid over, and name nobody till then."""
    if found.activities is not None or found.asks:
        session.execute(delete(LeaveRequest).where(LeaveRequest.activity_id.in_(_mine(branch_id))))
    if found.activities is None:
        return
    for of in (Attendance, Makeup, Component, Delegate, ActivityFirstAgendaItem):
        session.execute(delete(of).where(of.activity_id.in_(_mine(branch_id))))
    nobody = dict.fromkeys(("host_id", "recorder_id", "created_by_id", "campaign_id", "group_id"))
    session.execute(update(Activity).where(Activity.branch_id == branch_id).values(**nobody))
    session.expire_all()


# --- laid ------------------------------------------------------------------------------------------------------------


def lay(found: Acts, to: Laying) -> None:
    session, branch_id = to.session, to.branch_id
    if found.items is not None:
        items = over.lay_over(session, FirstAgendaItem, branch_id, "F", [_item(one) for one in found.items])
    else:
        items = {known: one for one, known in over.ids(session, FirstAgendaItem, branch_id, "F").items()}
    if found.activities is not None:
        _Rows(to, items).lay(found.activities)
    if found.activities is not None or found.asks:
        rows = {known: one for one, known in over.ids(session, Activity, branch_id, "A").items()}
        over.fill(session, table(LeaveRequest), [_leave(one, rows, to.people) for one in found.leave])
    session.expire_all()


def _item(one: Item) -> dict[str, Any]:
    return {
        "title": one.title,
        "source": one.source,
        "source_date": one.source_date,
        "created_at": one.recorded_at,
        "archive_id": one.id,
        "extra": one.further or None,
    }


def _leave(one: Leave, rows: Mapping[str, int], people: Mapping[str, int]) -> dict[str, Any]:
    extra = {**one.extra, **({"attendance": dict(one.beside)} if one.beside else {})}
    return {
        "activity_id": rows[one.activity],
        "person_id": people[one.person],
        "type": one.type,
        "reason": one.reason,
        "state": one.state,
        "requested_at": one.requested_at,
        "entered_by_id": people[one.entered_by] if one.entered_by else None,
        "decided_at": one.decided_at,
        "decided_by_id": people[one.by] if one.by else None,
        "withdrawn_at": one.withdrawn_at,
        "extra": extra or None,
    }


class _Rows:
    """Lays activities and what belongs to them, table by table."""

    def __init__(self, to: Laying, items: Mapping[str, int]) -> None:
        self._to, self._items, self._people = to, items, to.people
        self._groups = {known: one for one, known in over.group_ids(to.session, to.branch_id).items()}
        entries = known_ids(to.session, to.branch_id)
        self._campaigns = {known: number for (of, known), number in entries.items() if of == CAMPAIGNS}

    def lay(self, found: Sequence[Act]) -> None:
        session = self._to.session
        rows = over.lay_over(session, Activity, self._to.branch_id, "A", [self._activity(one) for one in found])
        tables: dict[Any, list[dict[str, Any]]] = {
            of: [] for of in (Component, ActivityFirstAgendaItem, Delegate, Attendance, Makeup)
        }
        for one in found:
            here = {"activity_id": rows[one.id]}
            tables[Component] += [{**here, **self._component(each)} for each in _first_of_type(one)[0]]
            tables[ActivityFirstAgendaItem] += [
                {**here, "item_id": self._items[each]} for each in one.first_agenda_items
            ]
            tables[Delegate] += [{**here, "person_id": self._people[each]} for each in one.scope.delegates]
            tables[Attendance] += [{**here, **row} for row in self._attendance(one)]
            tables[Makeup] += [{**here, **row} for row in self._makeups(one)]
        for of, listed in tables.items():
            over.fill(session, table(of), listed)

    def _person(self, known: str | None) -> int | None:
        return self._people[known] if known is not None else None

    def _activity(self, one: Act) -> dict[str, Any]:
        held = one.status is ActivityStatus.HELD
        mode = next((each for each in Mode if each.value == one.mode), None)
        campaign = self._campaigns.get(one.campaign)
        kept = {
            "mode": one.mode if mode is None else "",
            "campaign": one.campaign if campaign is None else "",
            "host": "" if one.host in self._people else one.host,
            "recorder": "" if one.recorder in self._people else one.recorder,
            "scope": one.scope.further,
            "components": _first_of_type(one)[1],
            "attendance": [each.as_said() for each in one.attendance if each.person.startswith(OUTSIDE)],
        }
        return {
            "title": one.title,
            "status": one.status,
            "organizer": one.organizer,
            "scope": one.scope.kind,
            "group_id": self._groups[one.scope.group] if one.scope.group is not None else None,
            "planned_on": one.planned_date,
            "start_at": one.start_at,
            "end_at": one.end_at,
            "place": one.place,
            "hours": one.hours,
            "host_id": self._people.get(one.host),
            "recorder_id": self._people.get(one.recorder),
            "mode": mode or Mode.IN_PERSON,
            "organizer_name": one.organizer_name,
            "organizer_level": one.organizer_level,
            "guests": one.guests,
            "note": one.note,
            "campaign_id": campaign,
            "late_minutes": one.late_minutes,
            "sites": one.sites,
            "partners": one.partners,
            "created_by_id": self._person(one.made_by),
            "created_at": one.made_at,
            "settled_at": one.recorded_at if held else None,
            "archive_id": one.id,
            "extra": {**one.further, **over.said(kept)} or None,
        }

    def _component(self, one: Content) -> dict[str, Any]:
        details = {**one.further, **over.said({name: getattr(one, name) for name in DETAILS})}
        if one.lecturer is not None and one.lecturer.startswith(OUTSIDE):
            details = {"lecturer": one.lecturer.removeprefix(OUTSIDE), **details}
        return {"type": one.type, "lecturer_id": self._people.get(one.lecturer or ""), "details": details}

    def _attendance(self, act: Act) -> list[dict[str, Any]]:
        return [
            {
                "person_id": self._people[one.person],
                "status": AttendanceStatus(one.status),
                "method": one.method,
                "at": one.signed_at,
                "marked_by_id": self._person(one.marked_by),
                "withdrawn_at": getattr(one, "withdrawn_at", None),
                "extra": {
                    **one.further,
                    **{name: value for name, value in one.as_said().items() if name in _OF_LEAVE and value is not None},
                }
                or None,
            }
            for one in (*act.attendance, *act.attendance_withdrawn)
            if one.status != ON_LEAVE and one.person in self._people
        ]

    def _makeups(self, act: Act) -> list[dict[str, Any]]:
        return [
            {
                "person_id": self._people[one.person],
                "state": one.state,
                "due_on": one.due_on,
                "done_on": one.done_on,
                "note": one.note,
                "files": one.files,
                "submitted_at": one.submitted_at,
                "reviewed_at": one.reviewed_at,
                "reviewed_by_id": self._person(one.reviewed_by),
                "return_reason": one.return_reason,
                "withdrawn_at": getattr(one, "withdrawn_at", None),
                "extra": one.further or None,
            }
            for one in (*act.makeups, *act.makeups_withdrawn)
        ]


def _first_of_type(act: Act) -> tuple[list[Content], list[dict[str, Any]]]:
    """Two components of one type on one occasion are one; the further ones are kept as they are said."""
    first, again = dict[str, Content](), list[dict[str, Any]]()
    for one in act.components:
        if first.setdefault(one.type, one) is not one:
            again.append(one.as_said())
    return list(first.values()), again
