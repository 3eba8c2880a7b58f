"""The collections `first_agenda_items`, `activities` and `leave_requests` of an archive: what they say. No I/O.

What is not said has a usual value (`usual`), so that a record means the same however much of it is said.
"""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta, tzinfo
from decimal import Decimal
from typing import Annotated, Any, Self

from pydantic import ValidationInfo, model_validator

from bot.kit.archive_checks import OUTSIDE, Check, Fields
from bot.kit.archive_models import (
    Day,
    Instant,
    Key,
    Listed,
    MaybeDay,
    MaybeInstant,
    Named,
    Record,
    choice,
    named_of,
    reference,
    tenths,
    text,
    unsaid,
    whole,
    wrong,
)
from scheduler.calendar.days import at
from storage.choices import (
    ActivityStatus,
    ActivityType,
    AttendanceStatus,
    LeaveState,
    LeaveType,
    Level,
    MakeupState,
    Organizer,
    Scope,
    SignInMethod,
)

ITEMS, ACTIVITIES, LEAVE = "first_agenda_items", "activities", "leave_requests"
ON_LEAVE = "leave"
# When an activity begins and ends of which only the day is known.
MORNING, EVENING = time(9), time(17)
LONG_AGO = date(2000, 1, 1)
LATE = 10
_LONG, _SHORT = 2000, 200

Text = Annotated[str, text(_LONG)]
Short = Annotated[str, text(_SHORT)]
Somebody = Annotated[str, reference("person")]
Maybe = Annotated[str | None, reference("person", optional=True)]


class Item(Record):
    """One record of `first_agenda_items`."""

    id: Key = unsaid()
    title: Annotated[str, text(_LONG, needed=True)] = unsaid()
    source_date: MaybeDay = None
    source: Text = unsaid()
    recorded_at: MaybeInstant = None

    @model_validator(mode="after")
    def _whole(self, info: ValidationInfo) -> Self:
        self.recorded_at = self.recorded_at or usual_of_item(self.source_date, named_of(info).tz)
        return self


class Came(Record):
    """Who came, or was on leave."""

    person: Annotated[str, reference("person", outside=True)] = unsaid()
    status: str = unsaid("")
    leave_type: Annotated[LeaveType | None, choice(LeaveType, optional=True)] = None
    approved: bool | None = None
    leave_state: Annotated[LeaveState | None, choice(LeaveState, optional=True)] = None
    approved_at: MaybeInstant = None
    signed_at: MaybeInstant = None
    method: Annotated[SignInMethod, choice(SignInMethod, SignInMethod.MARKED)] = unsaid()
    marked_by: Maybe = None

    @model_validator(mode="after")
    def _agrees(self) -> Self:
        words = (*AttendanceStatus, ON_LEAVE)
        if self.status not in words:
            raise wrong(self.status or None, "one of " + " ".join(words), "status")
        if self.status == ON_LEAVE and self.leave_type is None:
            raise wrong(None, "one of " + " ".join(LeaveType), "leave_type")
        if self.person.startswith(OUTSIDE) and self.status != AttendanceStatus.OBSERVER:
            raise wrong(self.status, "observer of somebody outside the roster", "status")
        state, approved = self.leave_state, self.approved
        if state is not None and approved is not None and approved is not (state is LeaveState.APPROVED):
            raise wrong(approved, "what `leave_state` says", "approved")
        return self

    @property
    def state(self) -> LeaveState:
        """Of the leave."""
        return self.leave_state or (LeaveState.APPROVED if self.approved else LeaveState.PENDING)


class MadeUp(Record):
    """补学: accepted where nothing is said."""

    person: Somebody = unsaid()
    done_on: MaybeDay = None
    state: Annotated[MakeupState, choice(MakeupState, MakeupState.ACCEPTED)] = unsaid()
    due_on: MaybeDay = None
    note: Text = unsaid()
    files: Annotated[list[dict[str, Any]], Listed] = unsaid()
    submitted_at: MaybeInstant = None
    reviewed_at: MaybeInstant = None
    reviewed_by: Maybe = None
    return_reason: Text = unsaid()


class TakenBack(Came):
    """Attendance that was withdrawn: another row came in its place, or none."""

    withdrawn_at: Instant = unsaid()

    @model_validator(mode="after")
    def _was_there(self) -> Self:
        if self.status == ON_LEAVE or self.person.startswith(OUTSIDE):
            raise wrong(self.status, "attendance of somebody of the roster, leave stands in `leave_requests`", "status")
        return self


class MadeUpNoMore(MadeUp):
    """The same of 补学."""

    withdrawn_at: Instant = unsaid()


class Content(Record):
    """A component; what else it says is kept with it."""

    type: Annotated[ActivityType, choice(ActivityType)] = unsaid()
    lecturer: Annotated[str | None, reference("person", optional=True, outside=True)] = None
    lecturer_of: Short = unsaid()
    lecture: Short = unsaid()
    film: Short = unsaid()
    topic: Text = unsaid()
    form: Short = unsaid()
    speakers: Annotated[list[Short], Listed] = unsaid()


class Whom(Record):
    """The scope: `group` of a group's, `delegates` of who is sent or picked."""

    kind: Annotated[Scope, choice(Scope, Scope.BRANCH)] = unsaid()
    group: Annotated[str | None, reference("group", optional=True)] = None
    delegates: Annotated[list[Somebody], Listed] = unsaid()

    @model_validator(mode="after")
    def _agrees(self) -> Self:
        if self.kind is Scope.GROUP and self.group is None:
            raise wrong(None, "the id of a group of this archive", "group")
        self.delegates = sorted(set(self.delegates))
        return self


class Act(Record):
    """One record of `activities`. host, recorder: an id, or any text, which is kept."""

    id: Key = unsaid()
    title: Annotated[str, text(_LONG, needed=True)] = unsaid()
    status: Annotated[ActivityStatus, choice(ActivityStatus, ActivityStatus.HELD)] = unsaid()
    on: Day = unsaid(alias="date")
    planned_date: MaybeDay = None
    end_date: MaybeDay = None
    organizer: Annotated[Organizer, choice(Organizer, Organizer.OWN_BRANCH)] = unsaid()
    scope: Whom = unsaid({})
    components: Annotated[list[Content], Listed] = unsaid()
    hours: Annotated[Decimal, tenths(1000)] = unsaid()
    first_agenda_items: Annotated[list[Annotated[str, reference("first-agenda item")]], Listed] = unsaid()
    sites: Annotated[list[Annotated[str, text(_SHORT, needed=True)]], Listed] = unsaid()
    partners: Annotated[list[Annotated[str, text(_SHORT, needed=True)]], Listed] = unsaid()
    recorded_at: MaybeInstant = None
    makeups: Annotated[list[MadeUp], Listed] = unsaid()
    attendance: Annotated[list[Came], Listed] = unsaid()
    makeups_withdrawn: Annotated[list[MadeUpNoMore], Listed] = unsaid()
    attendance_withdrawn: Annotated[list[TakenBack], Listed] = unsaid()
    start_at: MaybeInstant = None
    end_at: MaybeInstant = None
    made_at: MaybeInstant = None
    made_by: Maybe = None
    place: Text = unsaid()
    mode: Short = unsaid()
    host: Short = unsaid()
    recorder: Short = unsaid()
    organizer_name: Short = unsaid()
    organizer_level: Annotated[Level | None, choice(Level, optional=True)] = None
    guests: Annotated[int, whole(0, 100_000, 0)] = unsaid()
    note: Text = unsaid()
    campaign: Short = unsaid()
    late_minutes: Annotated[int, whole(0, 60, LATE)] = unsaid()

    @model_validator(mode="after")
    def _whole(self, info: ValidationInfo) -> Self:
        """With what is usual in the place of what is not said."""
        tz: tzinfo = named_of(info).tz
        self.planned_date = self.planned_date or self.on
        self.start_at = self.start_at or at(self.on, MORNING, tz)
        if self.start_at.astimezone(tz).date() != self.on:
            raise wrong(self.start_at.isoformat(), f"an instant of the day {self.on}", "start_at")
        self.end_at = self.end_at or usual_end(self.start_at, self.end_date, tz)
        if self.end_at < self.start_at:
            raise wrong(self.end_at.isoformat(), "not before `start_at`", "end_at")
        last = self.end_at.astimezone(tz).date()
        if self.end_date is not None and self.end_date != last:
            raise wrong(self.end_date.isoformat(), f"the day of `end_at`, not before {self.on}", "end_date")
        self.end_date = last
        self.made_at = self.made_at or self.recorded_at or self.start_at
        for name, listed in (("attendance", self.attendance), ("makeups", self.makeups)):
            for person, many in Counter(one.person for one in listed).items():
                if many > 1:
                    raise wrong(person, "there once", name)
            listed.sort(key=lambda one: one.person)
        for gone in (self.attendance_withdrawn, self.makeups_withdrawn):
            gone.sort(key=lambda one: (one.person, one.withdrawn_at))
        self.first_agenda_items = sorted(set(self.first_agenda_items))
        for came in (*self.attendance, *self.attendance_withdrawn):
            if not came.person.startswith(OUTSIDE):
                came.signed_at = came.signed_at or self.start_at
        for one in self.components:
            if (one.lecturer or "").startswith(OUTSIDE):
                one.lecturer_of = one.lecturer_of or usual_lecturer(self.organizer)
        return self

    @property
    def begins(self) -> datetime:
        assert self.start_at is not None
        return self.start_at

    @property
    def known_at(self) -> datetime:
        """When what belongs to it was recorded, where nothing is said."""
        return self.recorded_at or self.begins


def usual_lecturer(organizer: Organizer) -> str:
    """Whose lecture it is that somebody outside gave, where nothing is said (S11)."""
    return "superior" if organizer is Organizer.SUPERIOR else "other"


def usual_of_item(day: date | None, tz: tzinfo) -> datetime:
    """When a first-agenda item was recorded, where nothing is said: on the day of its paper, or long ago."""
    return at(day or LONG_AGO, MORNING, tz)


def usual_end(start: datetime, last: date | None, tz: tzinfo) -> datetime:
    """Of an activity of which the end is not known: the evening of its last day."""
    evening = at(last or start.astimezone(tz).date(), EVENING, tz)
    return evening if last is not None else max(evening, start + timedelta(hours=1))


class Asked(Record):
    """One record of `leave_requests`: known by activity and person while it stands."""

    activity: Annotated[str, reference("activity")] = unsaid()
    person: Somebody = unsaid()
    leave_type: Annotated[LeaveType, choice(LeaveType)] = unsaid()
    reason: Text = unsaid()
    requested_at: MaybeInstant = None
    state: Annotated[LeaveState, choice(LeaveState, LeaveState.PENDING)] = unsaid()
    approved_at: MaybeInstant = None
    by: Maybe = None
    entered_by: Maybe = None
    withdrawn_at: MaybeInstant = None


@dataclass(frozen=True, slots=True)
class Leave:
    """A request for leave: what attendance says of it (`beside`: its further fields), and what its own row does."""

    activity: str
    person: str
    type: LeaveType
    state: LeaveState
    requested_at: datetime
    decided_at: datetime | None = None
    reason: str = ""
    by: str | None = None
    entered_by: str | None = None
    withdrawn_at: datetime | None = None
    extra: Fields = field(default_factory=dict)
    beside: Fields = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Acts:
    """What a document holds of them; None: not the collection. leave: of both collections."""

    items: tuple[Item, ...] | None
    activities: tuple[Act, ...] | None
    leave: tuple[Leave, ...]
    asks: bool

    @property
    def empty(self) -> bool:
        return self.items is None and self.activities is None and not self.asks

    def same(self, mine: "Acts | None") -> bool:
        """Whether the branch says all of it already."""
        if mine is None:
            return not (self.items or self.activities or self.leave)
        return (
            (self.items is None or _plain(self.items) == _plain(mine.items or ()))
            and (self.activities is None or _plain(self.activities) == _plain(mine.activities or ()))
            and ((self.activities is None and not self.asks) or _sorted(self.leave) == _sorted(mine.leave))
        )


def _plain(rows: Sequence[Item] | Sequence[Act]) -> list[dict[str, Any]]:
    found = [one.model_dump() for one in sorted(rows, key=lambda one: one.id)]
    for one in found:
        # A state of leave is compared with the request.
        for came in one.get("attendance", ()):
            if came["status"] == ON_LEAVE:
                came.update(leave_state=None, approved=None, approved_at=None)
    return found


def _sorted(rows: Sequence[Leave]) -> list[Leave]:
    return sorted(rows, key=lambda one: (one.activity, one.person, one.requested_at, str(one.withdrawn_at)))


def leave_of(
    check: Check, acts: Sequence[tuple[str, Act]], asked: Sequence[tuple[str, Asked]], starts: Mapping[str, datetime]
) -> tuple[Leave, ...]:
    """Every request once, whichever collection tells of it; a fault where they contradict each other."""
    found, twice = list[Leave](), list[str]()
    said = {(act.id, came.person): came for _, act in acts for came in act.attendance if came.status == ON_LEAVE}
    for path, one in asked:
        gone = one.withdrawn_at or (
            one.requested_at or starts[one.activity] if one.state is LeaveState.WITHDRAWN else None
        )
        came = said.pop((one.activity, one.person), None) if gone is None else None
        twice += [f"{one.activity} {one.person}"] if gone is None else []
        if came is not None and came.leave_type is not one.leave_type:
            check.fault(f"{path}.leave_type", one.leave_type.value, f"{came.leave_type}, as attendance says")
        if came is not None and came.approved is not None and came.approved is not (one.state is LeaveState.APPROVED):
            check.fault(f"{path}.state", one.state.value, "as attendance says, approved or not")
        found.append(
            Leave(
                one.activity,
                one.person,
                one.leave_type,
                one.state,
                one.requested_at or starts[one.activity],
                one.approved_at or (came.approved_at if came is not None else None),
                one.reason,
                one.by,
                one.entered_by,
                gone,
                one.further,
                came.further if came is not None else {},
            )
        )
    check.once(LEAVE, twice)
    return (*found, *_of_attendance(said, starts))


def _of_attendance(said: Mapping[tuple[str, str], Came], starts: Mapping[str, datetime]) -> Iterator[Leave]:
    for (activity, person), came in said.items():
        assert came.leave_type is not None
        yield Leave(
            activity, person, came.leave_type, came.state, starts[activity], came.approved_at, beside=came.further
        )  # fmt: skip


def named(
    people: Collection[str], groups: Collection[str], items: Collection[str], acts: Collection[str], tz: tzinfo
) -> Named:
    """Whom and what the records of these collections may name."""
    return Named(tz, {"person": people, "group": groups, "first-agenda item": items, "activity": acts})
