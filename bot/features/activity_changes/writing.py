"""What a change writes: the activity, its contents and items, its notice, its people, and the log of each."""

from collections.abc import Sequence
from datetime import date, datetime, time, tzinfo
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, delete, select, update
from sqlalchemy.orm import Session

from bot.features.activities import agenda, forms
from bot.features.activities.details import OUTSIDE
from bot.features.activity_changes import rules
from bot.features.activity_changes.rules import State
from bot.features.activity_changes.standing import asking
from scheduler.calendar.days import local_day
from storage import audit
from storage.activities import components
from storage.audience import Me
from storage.choices import BY_NAME, ActivityType, LeaveState, Level, Mode, Organizer
from storage.models.activity import Activity, ActivityFirstAgendaItem, Component, Delegate, FirstAgendaItem
from storage.models.attendance import Attendance, LeaveRequest
from storage.models.notice import Notice, Receipt

TEXTS = ("title", "place", "note", "organizer_name")
LISTS = ("sites", "partners")
IDS = {"host": "host_id", "recorder": "recorder_id", "campaign": "campaign_id"}
# What is kept with a content.
BELONGS = {
    ActivityType.GROUP_DISCUSSION: ("topic",),
    ActivityType.OPEN_TALK: ("speakers",),
    ActivityType.WARNING_EDUCATION: ("film",),
    ActivityType.PARTY_LECTURE: ("lecturer", "lecturer_of", "lecture"),
}


def write(session: Session, me: Me, activity: Activity, was: State, state: State, now: datetime, tz: tzinfo) -> None:
    """All that differs, but for the people."""
    changed = rules.differing(was, state)
    columns = _columns(activity, changed, state, now, tz)
    contents = _contents(session, activity, was, state)
    lists = {
        "types": [was["types"], state["types"]],
        "agenda": [audit.of_text("\n".join(each["agenda"])) for each in (was, state)],
    }
    changes = audit.diff(activity, columns) | {key: pair for key, pair in lists.items() if key in changed}
    for name, value in columns.items():
        setattr(activity, name, value)
    if changes:
        audit.record(session, "change", "activity", activity.id, now=now, by=me, changes=changes)
    for component, values in contents:
        audit.change(session, "change", component, values, now=now, by=me, activity_id=activity.id)
    if "agenda" in changed:
        _agenda(session, activity, was, state, now, tz)
    if "time" in changed:
        _reckon(session, me, activity, now)
    _deadline(session, me, activity, changed, state, now, tz)


def _columns(activity: Activity, changed: Sequence[str], state: State, now: datetime, tz: tzinfo) -> dict[str, Any]:
    found: dict[str, Any] = {key: state[key] for key in changed if key in TEXTS}
    found |= {key: list(state[key]) for key in changed if key in LISTS}
    found |= {IDS[key]: int(state[key]) if state[key] else None for key in changed if key in IDS}
    found |= {"hours": Decimal(state["hours"])} if "hours" in changed else {}
    found |= {"guests": int(state["guests"])} if "guests" in changed else {}
    found |= {"mode": Mode(state["mode"])} if "mode" in changed else {}
    if "organizer_level" in changed:
        found["organizer_level"] = Level(state["organizer_level"]) if state["organizer_level"] else None
    if "organizer" in changed:
        found |= {"organizer": Organizer(state["organizer"])}
        found |= {"scope": forms.scope_of(state)} if activity.scope in BY_NAME else {}
    return found | _times(activity, changed, state, now, tz)


def _times(activity: Activity, changed: Sequence[str], state: State, now: datetime, tz: tzinfo) -> dict[str, Any]:
    start, end = activity.start_at, activity.end_at
    lasts = end - start
    if "time" in changed:
        start = datetime.combine(date.fromisoformat(state["day"]), time.fromisoformat(state["time"]), tz)
        end = start + lasts
    if "length" in changed:
        end = rules.new_end(start, int(state["length"]), activity.end_at, now)
    return {name: value for name, value in (("start_at", start), ("end_at", end)) if getattr(activity, name) != value}


def _contents(session: Session, activity: Activity, was: State, state: State) -> list[tuple[Component, dict[str, Any]]]:
    """Contents are taken out and put in here; of those that stay what differs is returned."""
    kept = {ActivityType(one) for one in state["types"]}
    found = {one.type: one for one in components(session, activity.id)}
    for kind, component in found.items():
        if kind not in kept:
            session.delete(component)
    session.flush()
    for kind in (one for one in kept if one not in found):
        session.add(Component(activity_id=activity.id, type=kind, **{"details": {}, **_of_kind(kind, {}, state)}))
    session.flush()
    return [
        (component, _of_kind(kind, component.details, state))
        for kind, component in found.items()
        if kind in kept and any(was[key] != state[key] for key in BELONGS.get(kind, ()))
    ]


def _of_kind(kind: ActivityType, had: dict[str, Any], state: State) -> dict[str, Any]:
    """The columns of a content; whatever else was noted with it stays."""
    mine = BELONGS.get(kind, ())
    said = {key: state[key] for key in mine if state[key]}
    lecturer = str(said.pop("lecturer", ""))
    values: dict[str, Any] = {}
    if kind is ActivityType.PARTY_LECTURE:
        outside = lecturer.removeprefix(OUTSIDE) if lecturer.startswith(OUTSIDE) else ""
        said |= {"lecturer": outside} if outside else {}
        values["lecturer_id"] = int(lecturer) if lecturer.isdecimal() else None
    rest = {key: value for key, value in had.items() if key not in mine}
    return {**values, "details": rest | said} if mine else values


def _agenda(session: Session, activity: Activity, was: State, state: State, now: datetime, tz: tzinfo) -> None:
    gone = [title for title in was["agenda"] if title not in state["agenda"]]
    items = select(FirstAgendaItem.id).where(
        FirstAgendaItem.branch_id == activity.branch_id, FirstAgendaItem.title.in_(gone)
    )
    link = ActivityFirstAgendaItem
    session.execute(delete(link).where(link.activity_id == activity.id, link.item_id.in_(items)))
    for title in state["agenda"]:
        agenda.add(session, activity, title, now, local_day(now, tz))


def _reckon(session: Session, me: Me, activity: Activity, now: datetime) -> None:
    """Who has signed in by oneself was late, or not, by the new start."""
    live = select(Attendance).where(Attendance.activity_id == activity.id, Attendance.withdrawn_at.is_(None))
    for row in session.scalars(live):
        status = rules.reckoned(row.status, row.method, row.at, activity.start_at, activity.late_minutes)
        if status is not row.status:
            whose = {"person_id": row.person_id, "activity_id": activity.id}
            audit.change(session, "change", row, {"status": status}, now=now, by=me, **whose)


def _deadline(
    session: Session, me: Me, activity: Activity, changed: Sequence[str], state: State, now: datetime, tz: tzinfo
) -> None:
    """Replies until what was set, and never beyond the start."""
    notice = asking(session, activity.id)
    if notice is None:
        return
    until = notice.reply_by
    if "reply_day" in changed or "reply_time" in changed:
        until = datetime.combine(date.fromisoformat(state["reply_day"]), time.fromisoformat(state["reply_time"]), tz)
    until = rules.reply_until(until, activity.start_at) if "time" in changed else until
    if until != notice.reply_by:
        audit.change(session, "change", notice, {"reply_by": until}, now=now, by=me, activity_id=activity.id)


# --- people ----------------------------------------------------------------------------------------------------------


def rename(
    session: Session, me: Me, activity: Activity, added: Sequence[int], removed: Sequence[int], now: datetime
) -> list[LeaveRequest]:
    """Whom it names; what is recorded of those who need not come is withdrawn. Returns their leave that waited for an
    answer.
    """
    about: dict[str, Any] = {"activity_id": activity.id}
    for person in added:
        session.add(Delegate(activity_id=activity.id, person_id=person))
        audit.record(session, "add", "delegate", None, now=now, by=me, person_id=person, **about)
    pending = select(LeaveRequest).where(
        LeaveRequest.activity_id == activity.id,
        LeaveRequest.person_id.in_(removed),
        LeaveRequest.withdrawn_at.is_(None),
        LeaveRequest.state == LeaveState.PENDING,
    )
    waiting = list(session.scalars(pending))
    for person in removed:
        session.execute(delete(Delegate).where(Delegate.activity_id == activity.id, Delegate.person_id == person))
        audit.record(session, "remove", "delegate", None, now=now, by=me, person_id=person, **about)
        _withdraw(session, me, activity, person, now)
    return waiting


def _withdraw(session: Session, me: Me, activity: Activity, person_id: int, now: datetime) -> None:
    notices = select(Notice.id).where(Notice.activity_id == activity.id)
    whose: tuple[tuple[type[Attendance | LeaveRequest | Receipt], ColumnElement[bool]], ...] = (
        (Attendance, Attendance.activity_id == activity.id),
        (LeaveRequest, LeaveRequest.activity_id == activity.id),
        (Receipt, Receipt.notice_id.in_(notices)),
    )
    about: dict[str, Any] = {"person_id": person_id, "activity_id": activity.id}
    for table, mine in whose:
        live = update(table).where(mine, table.person_id == person_id, table.withdrawn_at.is_(None))
        for row_id in session.scalars(live.values(withdrawn_at=now).returning(table.id)).all():
            audit.record(session, "withdraw", table.__tablename__, row_id, now=now, by=me, **about)
