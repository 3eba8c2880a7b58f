"""The activities of a branch as an archive says them."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, tzinfo
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.features.archive import acts, over, undone
from bot.features.archive.act_rows import CAMPAIGNS
from bot.features.archive.acts import ACTIVITIES, ITEMS, LEAVE, ON_LEAVE
from bot.features.archive.over import as_local, person, said, unless
from bot.features.register.archive.writing import known_ids
from bot.kit.archive_checks import OUTSIDE
from scheduler.calendar.days import at
from storage.choices import ActivityStatus, LeaveState, MakeupState, Mode, Organizer, SignInMethod
from storage.models.activity import Activity, ActivityFirstAgendaItem, Component, Delegate, FirstAgendaItem
from storage.models.attendance import Attendance, LeaveRequest, Makeup

Json = dict[str, Any]


def write(session: Session, branch_id: int, people: Mapping[int, str], tz: tzinfo) -> dict[str, list[Json]]:
    """`people`: the ids of the rows; of anybody else nothing is told."""
    items = over.ids(session, FirstAgendaItem, branch_id, "F")
    rows = session.scalars(select(FirstAgendaItem).where(FirstAgendaItem.branch_id == branch_id))
    written = [_item(row, items[row.id], tz) for row in sorted(rows, key=lambda row: row.id)]
    every = _Written(session, branch_id, people, tz, items)
    return {ITEMS: written, ACTIVITIES: every.activities(), LEAVE: every.leave()}


def _item(row: FirstAgendaItem, known: str, tz: tzinfo) -> Json:
    usual = acts.usual_of_item(row.source_date, tz)
    further = {"source": row.source, "recorded_at": as_local(unless(row.created_at, usual), tz)}
    return {
        "id": known,
        "title": row.title,
        "source_date": row.source_date.isoformat() if row.source_date is not None else None,
        **said(further),
        **(row.extra or {}),
    }


def _number(hours: Decimal) -> int | float:
    return int(hours) if hours == int(hours) else float(hours)


class _Written:
    """Reads each table once."""

    def __init__(
        self, session: Session, branch_id: int, people: Mapping[int, str], tz: tzinfo, items: Mapping[int, str]
    ) -> None:
        self._session, self._people, self._tz, self._items = session, people, tz, items
        self._ids = over.ids(session, Activity, branch_id, "A")
        self._groups = over.group_ids(session, branch_id)
        self._campaigns = {
            number: known for (of, known), number in known_ids(session, branch_id).items() if of == CAMPAIGNS
        }
        mine = select(Activity).where(Activity.branch_id == branch_id)
        self._activities = session.scalars(mine.order_by(Activity.start_at, Activity.id)).all()
        self._of = select(Activity.id).where(Activity.branch_id == branch_id)
        self._starts = {row.id: row.start_at for row in self._activities}
        self._undone = undone.of_branch(session, branch_id)
        self._leave = self._by(LeaveRequest)
        every = self._by(Attendance)
        self._came, self._left = self._live(every), self._gone(every)

    def _by(self, of: Any) -> dict[int, list[Any]]:
        """The rows of somebody who is told of, by activity."""
        found: dict[int, list[Any]] = defaultdict(list)
        query = select(of).where(of.activity_id.in_(self._of)).order_by(of.activity_id, of.person_id, *_by_id(of))
        for row in self._session.scalars(query):
            if row.person_id in self._people and (of is Delegate or self._undone.is_there(row)):
                found[row.activity_id].append(row)
        return found

    def activities(self) -> list[Json]:
        every, delegates = self._by(Makeup), self._by(Delegate)
        makeups, gone = self._live(every), self._gone(every)
        components: dict[int, list[Component]] = defaultdict(list)
        query = select(Component).where(Component.activity_id.in_(self._of)).order_by(Component.id)
        for one in self._session.scalars(query):
            components[one.activity_id].append(one)
        agenda: dict[int, list[str]] = defaultdict(list)
        link = ActivityFirstAgendaItem
        for activity_id, item_id in self._session.execute(
            select(link.activity_id, link.item_id).where(link.activity_id.in_(self._of)).order_by(link.item_id)
        ):
            agenda[activity_id].append(self._items[item_id])
        return [
            self._activity(
                self._undone.as_was(row, self._tz),
                components[row.id],
                agenda[row.id],
                delegates[row.id],
                makeups[row.id],
                gone[row.id],
            )
            for row in self._activities
        ]

    def _activity(
        self,
        row: Activity,
        components: Sequence[Component],
        agenda: Sequence[str],
        delegates: Iterable[Delegate],
        makeups: Iterable[Makeup],
        gone: Iterable[Makeup],
    ) -> Json:
        tz, extra = self._tz, dict(row.extra or {})
        on, held = row.start_at.astimezone(tz).date(), row.status is ActivityStatus.HELD
        last = row.end_at.astimezone(tz).date()
        again, outside = extra.pop("components", []), extra.pop("attendance", [])
        usual_end = acts.usual_end(row.start_at, last if last != on else None, tz)
        recorded = row.settled_at if held else unless(row.created_at, row.start_at)
        usual_made = (recorded if held else None) or row.start_at
        further = {
            "end_date": last.isoformat() if last != on else None,
            "start_at": as_local(unless(row.start_at, at(on, acts.MORNING, tz)), tz),
            "end_at": as_local(unless(row.end_at, usual_end), tz),
            "made_at": as_local(unless(row.created_at, usual_made), tz) if held else None,
            "made_by": person(self._people, row.created_by_id),
            "place": row.place,
            "mode": unless(row.mode, Mode.IN_PERSON),
            "host": person(self._people, row.host_id),
            "recorder": person(self._people, row.recorder_id),
            "organizer_name": row.organizer_name,
            "organizer_level": row.organizer_level,
            "guests": unless(row.guests, 0),
            "note": row.note,
            "campaign": self._campaigns.get(row.campaign_id or 0),
            "makeups_withdrawn": [self._withdrawn(self._makeup(one), one) for one in gone],
            "attendance_withdrawn": [self._withdrawn(self._mark(one, row.start_at), one) for one in self._left[row.id]],
        }
        late = {"late_minutes": row.late_minutes} if row.late_minutes != acts.LATE else {}
        return {
            "id": self._ids[row.id],
            "title": row.title,
            "status": row.status.value,
            "date": on.isoformat(),
            "planned_date": row.planned_on.isoformat(),
            "organizer": row.organizer.value,
            "scope": self._scope(row, delegates, extra.pop("scope", {})),
            "components": [*(self._component(one, row.organizer) for one in components), *again],
            "hours": _number(row.hours),
            "first_agenda_items": list(agenda),
            "sites": row.sites,
            "partners": row.partners,
            **({"recorded_at": as_local(recorded, tz)} if recorded is not None else {}),
            "makeups": [self._makeup(one) for one in makeups],
            "attendance": [*self._attendance(row), *outside],
            **said(further),
            **late,
            **extra,
        }

    def _scope(self, row: Activity, delegates: Iterable[Delegate], extra: Json) -> Json:
        sent = [self._people[one.person_id] for one in delegates]
        found = {"group": self._groups.get(row.group_id or 0), "delegates": sent}
        return {"kind": row.scope.value, **said(found), **extra}

    def _component(self, one: Component, organizer: Organizer) -> Json:
        details, lecturer = dict(one.details or {}), person(self._people, one.lecturer_id)
        outside = details.pop("lecturer", "")
        if outside and details.get("lecturer_of") == acts.usual_lecturer(organizer):
            del details["lecturer_of"]
        return {
            "type": one.type.value,
            **said({"lecturer": lecturer or (f"{OUTSIDE}{outside}" if outside else None)}),
            **details,
        }

    def _attendance(self, row: Activity) -> list[Json]:
        came = self._came[row.id]
        there = {one.person_id for one in came}
        found = {one.person_id: self._mark(one, row.start_at) for one in came}
        for one in self._leave[row.id]:
            if self._undone.withdrawn_at(one) is None and one.person_id not in there:
                found[one.person_id] = self._on_leave(one)
        return [found[one] for one in sorted(found)]

    def _mark(self, one: Attendance, start: datetime) -> Json:
        further = {
            "signed_at": as_local(unless(one.at, start), self._tz),
            "method": unless(one.method, SignInMethod.MARKED),
            "marked_by": person(self._people, one.marked_by_id),
        }
        return {
            "person": self._people[one.person_id],
            "status": one.status.value,
            **said(further),
            **(one.extra or {}),
        }

    def _on_leave(self, one: LeaveRequest) -> Json:
        now, decided_at, _ = self._decided(one)
        state = now.value if now not in (LeaveState.APPROVED, LeaveState.PENDING) else None
        return {
            "person": self._people[one.person_id],
            "status": ON_LEAVE,
            "leave_type": one.type.value,
            "approved": now is LeaveState.APPROVED,
            **said({"leave_state": state, "approved_at": as_local(decided_at, self._tz)}),
            **(one.extra or {}).get("attendance", {}),
        }

    def _makeup(self, one: Makeup) -> Json:
        tz = self._tz
        further = {
            "state": unless(one.state, MakeupState.ACCEPTED),
            "due_on": one.due_on.isoformat() if one.due_on is not None else None,
            "note": one.note,
            "files": one.files,
            "submitted_at": as_local(one.submitted_at, tz),
            "reviewed_at": as_local(one.reviewed_at, tz),
            "reviewed_by": person(self._people, one.reviewed_by_id),
            "return_reason": one.return_reason,
        }
        return {
            "person": self._people[one.person_id],
            "done_on": one.done_on.isoformat() if one.done_on is not None else None,
            **said(further),
            **(one.extra or {}),
        }

    def _withdrawn(self, said: Json, one: Attendance | Makeup) -> Json:
        return {**said, "withdrawn_at": as_local(one.withdrawn_at, self._tz)}

    def leave(self) -> list[Json]:
        """Those of which attendance does not say all."""
        return [
            self._asked(one)
            for row in self._activities
            for one in self._leave[row.id]
            if self._undone.withdrawn_at(one) is not None
            or one.person_id in {each.person_id for each in self._came[row.id]}
            or self._says_more(one)
        ]

    def _further(self, one: LeaveRequest) -> Json:
        extra = {name: value for name, value in (one.extra or {}).items() if name != "attendance"}
        further = {
            "reason": one.reason,
            "requested_at": as_local(unless(one.requested_at, self._starts[one.activity_id]), self._tz),
            "by": person(self._people, self._decided(one)[2]),
            "entered_by": person(self._people, one.entered_by_id),
            "withdrawn_at": as_local(self._undone.withdrawn_at(one), self._tz),
        }
        return {**said(further), **extra}

    def _says_more(self, one: LeaveRequest) -> bool:
        return bool(self._further(one))

    def _asked(self, one: LeaveRequest) -> Json:
        return {
            "activity": self._ids[one.activity_id],
            "person": self._people[one.person_id],
            "leave_type": one.type.value,
            "state": self._decided(one)[0].value,
            **said({"approved_at": as_local(self._decided(one)[1], self._tz)}),
            **self._further(one),
        }

    def _decided(self, one: LeaveRequest) -> tuple[LeaveState, datetime | None, int | None]:
        """Its state, since when and by whom; leave that a correction has approved waits still."""
        if one.id in self._undone.approved:
            return LeaveState.PENDING, None, None
        return one.state, one.decided_at, one.decided_by_id

    def _live(self, rows: Mapping[int, list[Any]]) -> dict[int, list[Any]]:
        """What stands, as it was before any correction."""
        at = self._undone.withdrawn_at
        return defaultdict(list, {one: [row for row in listed if at(row) is None] for one, listed in rows.items()})

    def _gone(self, rows: Mapping[int, list[Any]]) -> dict[int, list[Any]]:
        """What was taken back, in the order of that."""
        at = self._undone.withdrawn_at
        found = {one: [row for row in listed if at(row) is not None] for one, listed in rows.items()}
        order = {one: sorted(listed, key=lambda row: (row.person_id, at(row))) for one, listed in found.items()}
        return defaultdict(list, order)


def _by_id(of: Any) -> tuple[Any, ...]:
    return (of.id,) if hasattr(of, "id") else ()
