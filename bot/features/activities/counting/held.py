"""The held activities of a period with everything that is counted of them, in a constant number of statements."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from bot.features.activities.counting.rules import Held, Lecturer
from bot.features.activities.counting.showing import lacking
from bot.features.activities.service import rolls
from bot.kit.activities import in_period
from bot.kit.back_fill import back_filled_on
from bot.kit.deadlines import in_time
from bot.kit.figures import Counting, Slice, Source, Together, cut_off_among, each
from bot.kit.group_scope import GROUPS, LATEST
from bot.kit.names import names_listed
from storage.activities import delegates
from storage.choices import ActivityStatus, Duty
from storage.models.activity import Activity, ActivityFirstAgendaItem, Component
from storage.models.person import DutySpan
from storage.roster import Member, rosters


def _held(counting: Counting) -> list[Held]:
    """In the order of time, each quarter's by its own cut-off (D27)."""
    found = counting.each(held_activities)
    latest = counting.of(LATEST)
    return found if latest is None else list(_of_groups(counting, found, latest))


def _of_groups(counting: Counting, held: Sequence[Held], latest: frozenset[int]) -> Iterator[Held]:
    """An occasion counts for the group of its day, however people moved afterwards; who sat in without being on the
    roster is of the latest group.
    """
    groups, listed = counting.of(GROUPS), rosters(counting.session, counting.branch_id, [one.day for one in held])
    for one in held:
        people = of_groups(listed[one.day], groups, latest)
        if one.concerns(groups, people):
            yield one.seen_by(people)


def of_groups(members: Iterable[Member], groups: Collection[int], latest: frozenset[int]) -> frozenset[int]:
    """Who was of these groups on a day, by its roster; who was on none by then is of the latest group."""
    listed = {member.id: member.group_id for member in members}
    return frozenset(one for one, group in listed.items() if group in groups) | (latest - listed.keys())


HELD: Source[Sequence[Held]] = Source("held activities", _held, lacking)


def held_activities(of: Together) -> dict[int, list[Held]]:
    """What happened in the period and was recorded before the cut-off of its quarter (D1, D2, D20)."""

    def in_days(part: Slice) -> ColumnElement[bool]:
        start, end = of.one.bounds(part.days)
        recorded = or_(Activity.settled_at.is_(None), in_time(Activity.settled_at, part.cut_off))
        return and_(Activity.start_at >= start, Activity.start_at < end, recorded)

    held = (*in_period(of), Activity.status == ActivityStatus.HELD)
    query = select(Activity).where(*held, each(of.slices, in_days))
    activities = of.session.scalars(query.order_by(Activity.start_at, Activity.id)).all()
    found = dict(zip(activities, _counted(of, activities), strict=True))
    theirs = of.split(activities, lambda one: one.branch_id)
    return {branch_id: [found[one] for one in mine] for branch_id, mine in theirs.items()}


def _counted(of: Together, activities: Sequence[Activity]) -> list[Held]:
    session, tz = of.session, of.tz
    found = [activity.id for activity in activities]
    days = {activity.id: activity.start_at.astimezone(tz).date() for activity in activities}
    cut_offs = {one: cut_off_among(of.slices, day) for one, day in days.items()}
    components, agenda = _components(session, found), _first_agenda(session, found)
    sent, counted = delegates(session, found), rolls(session, activities, tz, cut_offs)
    offices = _offices(session, components)
    return [
        Held(
            id=activity.id,
            title=activity.title,
            day=days[activity.id],
            organizer=activity.organizer,
            scope=activity.scope,
            hours=activity.hours,
            group_id=activity.group_id,
            types=frozenset(component.type for component in components[activity.id]),
            roll=counted[activity.id],
            lecturer=_lecturer(components[activity.id], offices, activity.branch_id, days[activity.id]),
            first_agenda=tuple(agenda[activity.id]),
            sites=tuple(names_listed(activity.sites)),
            partners=tuple(names_listed(activity.partners)),
            delegates=tuple(sent[activity.id]),
            back_filled_on=back_filled_on(days[activity.id], activity.created_at, cut_offs[activity.id], tz),
            campaign_id=activity.campaign_id,
        )
        for activity in activities
    ]


def _components(session: Session, activity_ids: Sequence[int]) -> dict[int, list[Component]]:
    found: dict[int, list[Component]] = defaultdict(list)
    for component in session.scalars(select(Component).where(Component.activity_id.in_(activity_ids))):
        found[component.activity_id].append(component)
    return found


def _first_agenda(session: Session, activity_ids: Sequence[int]) -> dict[int, list[int]]:
    link = ActivityFirstAgendaItem
    query = select(link.activity_id, link.item_id).where(link.activity_id.in_(activity_ids))
    found: dict[int, list[int]] = defaultdict(list)
    for activity_id, item_id in session.execute(query.order_by(link.item_id)):
        found[activity_id].append(item_id)
    return found


def _offices(session: Session, components: Mapping[int, Iterable[Component]]) -> list[DutySpan]:
    """The offices of those who lectured: the secretary's, and those of a superior committee."""
    lecturers = {one.lecturer_id for listed in components.values() for one in listed if one.lecturer_id}
    query = select(DutySpan).where(
        DutySpan.person_id.in_(lecturers), DutySpan.duty.in_([Duty.SECRETARY, Duty.COMMITTEE_OFFICER])
    )
    return list(session.scalars(query))


def _lecturer(
    components: Iterable[Component], offices: Iterable[DutySpan], branch_id: int, day: date
) -> Lecturer | None:
    person_id = next((one.lecturer_id for one in components if one.lecturer_id), None)
    if person_id is None:
        # Who is on no roster: whose lecture it is was said when it was made (S11).
        outside = next((one.details["lecturer_of"] for one in components if one.details.get("lecturer")), None)
        return None if outside is None else Lecturer.SUPERIOR if outside == "superior" else Lecturer.OTHER
    held = [one for one in offices if one.person_id == person_id and _on(one, day)]
    if any(one.duty is Duty.SECRETARY and one.organisation_id == branch_id for one in held):
        return Lecturer.SECRETARY
    return Lecturer.SUPERIOR if any(one.duty is Duty.COMMITTEE_OFFICER for one in held) else Lecturer.OTHER


def _on(span: DutySpan, day: date) -> bool:
    return span.from_on <= day and (span.to_on is None or span.to_on > day)
