"""What activities say to norms: what was held for whom, who led it, its first agenda, who caught up, and hours."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial

from sqlalchemy import select

from bot.features.activities.counting.figures import LEARNED
from bot.features.activities.counting.held import HELD
from bot.features.activities.counting.rules import Held, Lecturer
from bot.features.activities.rules import counts_as_own
from bot.kit.closing import cut_off_on
from bot.kit.deadlines import last_instant
from bot.kit.doors import ChangeActivity, Open, OpenActivity, RollCall
from bot.kit.figures import Counting, Source
from bot.kit.norms import Audience, Case, Fact, Offer
from bot.kit.words import cut, short_day
from scheduler.calendar.days import local_day
from storage.choices import COMMITTEE, ActivityStatus, ActivityType, Duty, Organizer, Scope
from storage.models.activity import Activity, Component
from storage.models.person import DutySpan
from storage.roster import Member, rosters

LONGEST = 40
_AUDIENCES = {Scope.BRANCH: Audience.ALL_MEMBERS, Scope.COMMITTEE: Audience.COMMITTEE, Scope.GROUP: Audience.GROUP}
# What begins with the first agenda (S5), and whose host is asked for (R9).
_MEETINGS = frozenset({ActivityType.MEMBERS_MEETING, ActivityType.COMMITTEE_MEETING, ActivityType.GROUP_MEETING})
_WITH_AGENDA = _MEETINGS | {ActivityType.THEME_PARTY_DAY}


@dataclass(frozen=True, slots=True)
class Meeting:
    """One that was held, with its row and the day on which its quarter takes nothing more."""

    held: Held
    row: Activity
    until: date


def _meetings(counting: Counting) -> Sequence[Meeting]:
    """Those that count as the branch's own, in the order of time."""
    held = [one for one in counting.of(HELD) if one.own]
    query = select(Activity).where(Activity.id.in_([one.id for one in held]))
    rows = {row.id: row for row in counting.session.scalars(query)}
    return [Meeting(one, rows[one.id], _until(counting, one.day)) for one in held]


MEETINGS = Source("own activities for norms", _meetings)


def _until(counting: Counting, day: date) -> date:
    """The last day on which something of an activity of that day can still be put right."""
    return local_day(last_instant(cut_off_on(day, counting.closes, counting.tz)), counting.tz)


# --- by type ---------------------------------------------------------------------------------------------------------


def _planned_rows(counting: Counting) -> Sequence[tuple[Activity, ActivityType]]:
    start, end = counting.bounds(counting.period)
    planned = (Activity.status == ActivityStatus.PLANNED, Activity.start_at >= start, Activity.start_at < end)
    query = select(Activity, Component.type).join(Component, Component.activity_id == Activity.id)
    query = query.where(Activity.branch_id == counting.branch_id, *planned)
    return [(row, kind) for row, kind in counting.session.execute(query.order_by(Activity.start_at, Activity.id))]


_PLANNED = Source("activities to come for norms", _planned_rows)


def _firsts(counting: Counting) -> Mapping[int, date]:
    """For which day each was planned first."""
    ids = [one.id for one in counting.of(HELD)]
    query = select(Activity.id, Activity.planned_on).where(Activity.id.in_(ids))
    return dict(counting.session.execute(query).all())


_PLANNED_FIRST = Source("first days of activities for norms", _firsts)


def _of_type(kind: ActivityType, counting: Counting) -> Iterator[Fact]:
    """Those held, and those to come or without a roll; one of a superior is told apart."""
    held = [one for one in counting.of(HELD) if kind in one.types]
    committees = _committees(counting, held) if kind is ActivityType.COMMITTEE_MEETING else {}
    first = counting.of(_PLANNED_FIRST)
    for one in held:
        yield replace(_fact(one, committees.get(one.id)), planned_on=first[one.id])
    for row, of in counting.of(_PLANNED):
        if of is kind:
            yield _to_come(counting, row)


def _fact(one: Held, committee: frozenset[int] | None) -> Fact:
    """committee: who is to be there of a meeting of it; else whoever was expected."""
    asked = one.roll.expected if committee is None else committee
    return Fact(
        day=one.day,
        words=_named(one.day, one.title),
        code=f"A{one.id}",
        opens=OpenActivity(one.id),
        audience=_AUDIENCES.get(one.scope, Audience.NAMED),
        group_id=one.group_id,
        present=sum(person in one.roll.present for person in asked),
        expected=len(asked),
        own=one.own,
        by_superior=one.organizer is Organizer.SUPERIOR or one.lecturer is Lecturer.SUPERIOR,
        by_secretary=one.lecturer is Lecturer.SECRETARY,
    )


def _to_come(counting: Counting, row: Activity) -> Fact:
    day = local_day(row.start_at, counting.tz)
    ended = row.end_at <= counting.now
    return Fact(
        day=day,
        words=_named(day, row.title) + ("（待点名）" if ended else ""),
        code=f"A{row.id}",
        opens=RollCall(row.id) if ended else OpenActivity(row.id),
        planned=True,
        planned_on=row.planned_on,
        audience=_AUDIENCES.get(row.scope, Audience.NAMED),
        group_id=row.group_id,
        own=counts_as_own(row.organizer, row.scope),
        by_superior=row.organizer is Organizer.SUPERIOR,
    )


def _committees(counting: Counting, held: Sequence[Held]) -> dict[int, frozenset[int]]:
    listed = rosters(counting.session, counting.branch_id, [one.day for one in held])
    return {one.id: frozenset(member.id for member in listed[one.day] if member.duties & COMMITTEE) for one in held}


def _named(day: date, title: str) -> str:
    return f"{short_day(day)} {cut(title, LONGEST)}"


# --- case by case ----------------------------------------------------------------------------------------------------


def _case(one: Meeting, *, settled: bool, detail: str = "") -> Case:
    return Case(
        since=one.held.day,
        words=_named(one.held.day, one.held.title),
        code=f"A{one.held.id}",
        opens=ChangeActivity(one.held.id),
        settled=settled,
        until=one.until,
        detail=detail,
    )


def _first_agenda(counting: Counting) -> Iterator[Case]:
    for one in counting.of(MEETINGS):
        if one.held.types & _WITH_AGENDA:
            yield _case(one, settled=bool(one.held.first_agenda))


def _hosts(counting: Counting) -> Iterator[Case]:
    """Whose host is entered: of the committee or the members' meeting somebody of it, of a group's its leader (R9)."""
    found = [one for one in counting.of(MEETINGS) if one.held.types & _MEETINGS and one.row.host_id is not None]
    listed = rosters(counting.session, counting.branch_id, [one.held.day for one in found])
    led = _leading(counting) if found else (lambda group_id, day: frozenset[int]())
    for one in found:
        members = {member.id: member for member in listed[one.held.day]}
        if ActivityType.GROUP_MEETING in one.held.types and one.held.scope is Scope.GROUP:
            fits = one.row.host_id in led(one.held.group_id, one.held.day)
        else:
            fits = _of_committee(members.get(one.row.host_id or 0))
        yield _case(one, settled=fits)


def _of_committee(member: Member | None) -> bool:
    return member is not None and bool(member.duties & COMMITTEE)


def _leading(counting: Counting) -> Callable[[int | None, date], frozenset[int]]:
    query = select(DutySpan).where(DutySpan.organisation_id == counting.branch_id, DutySpan.duty == Duty.GROUP_LEADER)
    spans = list(counting.session.scalars(query))

    def led(group_id: int | None, day: date) -> frozenset[int]:
        mine = (one for one in spans if one.group_id == group_id and one.from_on <= day)
        return frozenset(one.person_id for one in mine if one.to_on is None or day < one.to_on)

    return led


def _makeups(counting: Counting) -> Iterator[Case]:
    """Of each own one: whether everybody who did not come has caught up (R32)."""
    for one in counting.of(MEETINGS):
        roll = one.held.roll
        owing = [person for person in (*roll.leave, *roll.absent) if person not in roll.made_up]
        if roll.leave or roll.absent:
            yield replace(
                _case(one, settled=not owing, detail=f"{len(owing)}人未补学" if owing else ""),
                opens=OpenActivity(one.held.id),
            )


def _coverage(counting: Counting) -> Iterator[Case]:
    """参学率 of the theme days for everybody (R34)."""
    for one in counting.of(MEETINGS):
        rate = one.held.roll.coverage_rate
        days = ActivityType.THEME_PARTY_DAY in one.held.types and one.held.scope is Scope.BRANCH
        if days and rate is not None:
            yield replace(_case(one, settled=False), value=rate, opens=OpenActivity(one.held.id))


# --- hours -----------------------------------------------------------------------------------------------------------


def _hours(counting: Counting) -> Iterator[Fact]:
    """Each person's of each occasion (R28, D21)."""
    for one in counting.of(LEARNED):
        title = one.title if isinstance(one, Held) else "登记的学时"
        code, opens = (f"A{one.id}", OpenActivity(one.id)) if isinstance(one, Held) else (one.code, None)
        for person in one.learners:
            yield Fact(
                day=one.day, words=_named(one.day, title), code=code, opens=opens, person_id=person, amount=one.hours
            )


def _offers() -> Iterable[Offer]:
    for kind in ActivityType:
        make = Open("group_meeting" if kind is ActivityType.GROUP_MEETING else "new")
        yield Offer(kind.value, partial(_of_type, kind), make)
    yield Offer("first_agenda_item", _first_agenda)
    yield Offer("meeting_host", _hosts)
    yield Offer("makeup", _makeups)
    yield Offer("theme_day_coverage", _coverage)
    yield Offer("study_hours", _hours)


NORMS = tuple(_offers())
