"""Who came: the rolls of activities, now or at a cut-off (D5-D7, D20); entered by hand, settled, and who sees them."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta, tzinfo

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from bot.features.activities import rules
from bot.kit import branch_settings
from bot.kit.access import Reach, Right, may, reach, require
from bot.kit.activities import ACTIVITY_CARD, OPENS_BEFORE, cut_off
from bot.kit.closing import CutOffs, by_cut_off, entered
from bot.kit.deadlines import admitted, day_in_time, in_time
from bot.kit.refusal import Refusal
from bot.kit.undo import Step, entered_row, own_lines, stand_again, take_back
from storage import audit
from storage.activities import audience_of, delegates, in_scope, members_of_days
from storage.audience import Me
from storage.choices import (
    OFF,
    ActivityStatus,
    AttendanceStatus,
    ExemptFrom,
    LeaveState,
    LeaveType,
    MakeupState,
    Scope,
    SignInMethod,
)
from storage.models.activity import Activity
from storage.models.attendance import Attendance, LeaveRequest, Makeup
from storage.models.audit import Audit
from storage.models.person import Person
from storage.roster import Member, roster

OFF_ALREADY = "活动已取消或改期，无需登记考勤。"
NOT_BEGUN = "活动尚未开始，开始后才能点名。"


def roll(session: Session, activity: Activity, tz: tzinfo) -> rules.Roll:
    """The roll of an activity now (D5-D7)."""
    return rolls(session, [activity], tz)[activity.id]


def rolls(
    session: Session, activities: Sequence[Activity], tz: tzinfo, cut_offs: CutOffs | None = None
) -> dict[int, rules.Roll]:
    """The roll of each of some activities, by activity; `cut_offs`: as it stood at its own (D20)."""
    if not activities:
        return {}
    ids = [activity.id for activity in activities]
    days = {activity.id: activity.start_at.astimezone(tz).date() for activity in activities}
    members = members_of_days(session, activities, tz)
    sent = delegates(session, ids)
    statuses = _statuses(session, ids, cut_offs)
    asked, approved, duty = _leave(session, ids, cut_offs)
    counting = {one.id: branch_settings.of_branch(session, one.branch_id).on(days[one.id]) for one in activities}
    made_up = _made_up(session, ids, cut_offs, tz)
    return {
        activity.id: rules.count_roll(
            [
                rules.Expected(member.id, counting[activity.id].spares(member, ExemptFrom.ATTENDANCE))
                for member in audience_of(activity, members[activity.id], sent[activity.id])
            ],
            statuses[activity.id],
            approved[activity.id],
            made_up[activity.id],
            asked[activity.id],
            duty[activity.id],
            counting[activity.id].official_duty_as,
        )
        for activity in activities
    }


def _statuses(session: Session, ids: Sequence[int], cut_offs: CutOffs | None) -> dict[int, dict[int, AttendanceStatus]]:
    row = Attendance
    query = select(row.activity_id, row.person_id, row.status)
    query = query.where(entered(row, row.at, row.activity_id, ids, cut_offs))
    found: dict[int, dict[int, AttendanceStatus]] = defaultdict(dict)
    for activity_id, person_id, status in session.execute(query):
        found[activity_id][person_id] = status
    return found


def _leave(
    session: Session, ids: Sequence[int], cut_offs: CutOffs | None
) -> tuple[dict[int, set[int]], dict[int, set[int]], dict[int, set[int]]]:
    """Who asked for leave, whose was approved: in time, when there is a cut-off (D20a), and whose for official duty."""
    row = LeaveRequest
    late = admitted(LeaveRequest.decided_at)
    query = select(row.activity_id, row.person_id, row.type, row.state, row.decided_at, late).where(
        by_cut_off(LeaveRequest, LeaveRequest.activity_id, ids, cut_offs)
    )
    asked: dict[int, set[int]] = defaultdict(set)
    approved: dict[int, set[int]] = defaultdict(set)
    duty: dict[int, set[int]] = defaultdict(set)
    for activity_id, person_id, kind, state, decided_at, counts in session.execute(query):
        asked[activity_id].add(person_id)
        decided = cut_offs is None or decided_at is None or in_time(decided_at, cut_offs[activity_id]) or counts
        if state is LeaveState.APPROVED and decided:
            approved[activity_id].add(person_id)
            if kind is LeaveType.OFFICIAL_DUTY:
                duty[activity_id].add(person_id)
    return asked, approved, duty


def _made_up(session: Session, ids: Sequence[int], cut_offs: CutOffs | None, tz: tzinfo) -> dict[int, set[int]]:
    def done(cut_off: datetime) -> ColumnElement[bool]:
        return day_in_time(Makeup.done_on, cut_off, tz)

    query = select(Makeup.activity_id, Makeup.person_id)
    query = query.where(
        Makeup.state == MakeupState.ACCEPTED, by_cut_off(Makeup, Makeup.activity_id, ids, cut_offs, done)
    )
    found: dict[int, set[int]] = defaultdict(set)
    for activity_id, person_id in session.execute(query):
        found[activity_id].add(person_id)
    return found


def signed_in_by_others(session: Session, activity_id: int) -> set[int]:
    """Whom somebody else has entered one by one (补登)."""
    query = select(Attendance.person_id).where(
        Attendance.activity_id == activity_id,
        Attendance.withdrawn_at.is_(None),
        Attendance.method == SignInMethod.MARKED,
    )
    return set(session.scalars(query))


def mark(
    session: Session,
    me: Me,
    activity: Activity,
    person_id: int,
    status: AttendanceStatus,
    now: datetime,
    method: SignInMethod = SignInMethod.MARKED,
) -> None:
    """Enter somebody by hand (补登, D23): marked with who and when; an earlier row is withdrawn, never overwritten."""
    earlier = session.scalars(
        select(Attendance).where(
            Attendance.activity_id == activity.id,
            Attendance.person_id == person_id,
            Attendance.withdrawn_at.is_(None),
        )
    ).first()
    if earlier is not None and earlier.status is status:
        return
    if earlier is not None:
        earlier.withdrawn_at = now
        session.flush()
    session.add(
        Attendance(
            activity_id=activity.id,
            person_id=person_id,
            status=status,
            method=method,
            at=now,
            marked_by_id=me.id,
        )
    )
    audit.record(
        session,
        "mark",
        "attendance",
        activity.id,
        now=now,
        by=me,
        person_id=person_id,
        changes={"status": [earlier.status if earlier else None, status]},
    )


def undo_mark(session: Session, me: Me, row_id: int, now: datetime, tz: tzinfo) -> Activity:
    """撤销补登: one's own, by who still may enter it; what it took the place of stands again."""
    row = entered_row(session, me, Attendance, row_id, "marked_by_id")
    activity = session.get_one(Activity, row.activity_id)
    _still_may(session, me, activity, row.person_id, tz)
    closes = cut_off(session, activity, tz)
    take_back(session, me, row, row.at, now, activity.branch_id, closes, details={"person_id": row.person_id})
    stand_again(session, Attendance, row.activity_id, row.person_id, row.at, row.id)
    return activity


def _still_may(session: Session, me: Me, activity: Activity, person_id: int, tz: tzinfo) -> None:
    """Who may enter this person now, or anybody of this activity: also who is a guest there."""
    here, right = activity.branch_id, Right.SIGN_IN_OTHERS
    found = roster(session, here, activity.start_at.astimezone(tz).date(), [person_id])
    if not (found and may(me, right, branch_id=here, group_id=found[0].group_id)):
        require(me, right, branch_id=here, group_id=activity.group_id)


def steps(session: Session, me: Me, since: datetime) -> list[Step]:
    """Whom somebody has entered one by one since then, for who still may."""
    if reach(me, Right.SIGN_IN_OTHERS) is Reach.NONE:
        return []
    found = []
    for line in own_lines(session, me, since, "mark", "attendance"):
        query = (
            select(Attendance, Activity.title, Person.name)
            .join(Activity, Activity.id == Attendance.activity_id)
            .join(Person, Person.id == Attendance.person_id)
            .where(Attendance.activity_id == line.subject_id, Attendance.person_id == line.details["person_id"])
            .where(Attendance.withdrawn_at.is_(None), Attendance.marked_by_id == me.id, Attendance.at == line.at)
            .where(Attendance.method == SignInMethod.MARKED)
        )
        found += [
            Step(row.at, "补登", f"{name}同志，{title}", row.id, undo_mark, (ACTIVITY_CARD, row.activity_id))
            for row, title, name in session.execute(query)
        ]
    return found


def sign_in_for(
    session: Session, me: Me, activity: Activity, person: Member, status: AttendanceStatus, now: datetime
) -> None:
    """补登: by the organization officer for anybody, by a group leader for the own group."""
    require(me, Right.SIGN_IN_OTHERS, branch_id=activity.branch_id, group_id=person.group_id)
    may_enter(activity, now)
    if now < activity.start_at and status in (AttendanceStatus.ABSENT, AttendanceStatus.LATE):
        raise Refusal("活动尚未开始，开始后才能登记迟到或缺席。")
    mark(session, me, activity, person.id, status, now)


def may_enter(activity: Activity, now: datetime) -> None:
    """Refuses what was called off, and half an hour before the start (R33)."""
    if activity.status in OFF:
        raise Refusal(OFF_ALREADY)
    if now < activity.start_at - OPENS_BEFORE:
        raise Refusal("签到尚未开始，活动开始前30分钟起可以补登。")


def settle(
    session: Session, me: Me, activity: Activity, missing: Iterable[int], now: datetime, tz: tzinfo
) -> rules.Roll:
    """Roll-call 全部到会，除…: who has no row is present, but `missing` and who has asked for leave; it was held.

    Who has signed in keeps the own row, and a leave that nobody has decided on stays open; who is in `missing` becomes
    absent.
    """
    may_call(me, activity, now)
    before = roll(session, activity, tz)
    after = rules.called(before, pending_leave(session, activity.id), set(missing))
    for person in before.absent:
        if person in after.absent:
            mark(session, me, activity, person, AttendanceStatus.ABSENT, now, SignInMethod.ROLL_CALL)
        elif person in after.present:
            mark(session, me, activity, person, AttendanceStatus.PRESENT, now, SignInMethod.ROLL_CALL)
    # The first roll-call dates the record: a second one after the cut-off must not move it out of the quarter.
    held = {"status": ActivityStatus.HELD, "settled_at": activity.settled_at or now}
    audit.change(session, "settle", activity, held, now=now, by=me)
    return roll(session, activity, tz)


def one_at_a_time(session: Session, activity: Activity) -> None:
    """Two officers complete one roll after the other: the second sees what the first has recorded."""
    session.refresh(activity, with_for_update=True)


def completed_by(session: Session, activity: Activity) -> str:
    """Who has completed the roll last."""
    query = (
        select(Person.name)
        .join(Audit, Audit.actor_id == Person.id)
        .where(Audit.action == "settle", Audit.subject == "activity", Audit.subject_id == activity.id)
    )
    return session.scalars(query.order_by(Audit.id.desc()).limit(1)).first() or "其他同志"


def calls(me: Me, activity: Activity) -> bool:
    """Whether somebody may call this roll."""
    return may(me, Right.SIGN_IN_OTHERS, branch_id=activity.branch_id, group_id=activity.group_id)


def calls_some(me: Me) -> bool:
    """Whether somebody may call any."""
    return reach(me, Right.SIGN_IN_OTHERS) is not Reach.NONE


def calls_all(me: Me) -> bool:
    """Whether somebody may call those of the whole branch."""
    return reach(me, Right.SIGN_IN_OTHERS) is Reach.ALL


def may_call(me: Me, activity: Activity, now: datetime) -> None:
    """Refuses who may not call this roll, and what has not begun or was called off."""
    require(me, Right.SIGN_IN_OTHERS, branch_id=activity.branch_id, group_id=activity.group_id)
    if activity.status in OFF:
        raise Refusal(OFF_ALREADY)
    if now < activity.start_at:
        raise Refusal(NOT_BEGUN)


def pending_leave(session: Session, activity_id: int) -> set[int]:
    """Who has asked for leave and waits for an answer."""
    return set(
        session.scalars(
            select(LeaveRequest.person_id).where(
                LeaveRequest.activity_id == activity_id,
                LeaveRequest.withdrawn_at.is_(None),
                LeaveRequest.state == LeaveState.PENDING,
            )
        )
    )


def to_call(session: Session, me: Me, now: datetime) -> list[Activity]:
    """What has begun and whose roll nobody has completed, for who may; the latest first."""
    return [one for one in _planned(session, me, Activity.start_at <= now) if calls(me, one)]


def next_to_call(session: Session, me: Me, now: datetime) -> Activity | None:
    """The next that somebody may call the roll of, once it has begun."""
    return next((one for one in reversed(_planned(session, me, Activity.start_at > now)) if calls(me, one)), None)


def _planned(session: Session, me: Me, when: ColumnElement[bool]) -> Sequence[Activity]:
    query = select(Activity).where(Activity.branch_id == me.branch_id, Activity.status == ActivityStatus.PLANNED, when)
    return session.scalars(query.order_by(Activity.start_at.desc(), Activity.id.desc())).all()


def completed_now(session: Session, me: Me, now: datetime) -> list[Activity]:
    """What goes on while its roll is completed already, the last that began first."""
    query = select(Activity).where(
        Activity.branch_id == me.branch_id,
        Activity.status == ActivityStatus.HELD,
        Activity.start_at <= now + OPENS_BEFORE,
        Activity.end_at >= now,
    )
    found = session.scalars(query.order_by(Activity.start_at.desc(), Activity.id.desc()))
    return [one for one in found if in_scope(session, me, one)]


def sees_names(me: Me, activity: Activity) -> bool:
    """Names of who came and who did not: for whoever sees the roll, in private; never in a group."""
    return may(me, Right.SEE_ROLL, branch_id=activity.branch_id, group_id=activity.group_id)


def sees_groups(me: Me, activity: Activity) -> frozenset[int]:
    """The party groups whose people somebody may see at an activity of the whole branch: a leader's own."""
    whole = activity.scope is Scope.BRANCH and activity.branch_id == me.branch_id
    return me.leads if whole and reach(me, Right.SEE_ROLL) is Reach.OWN_GROUP else frozenset()


def recent_activities(session: Session, branch_id: int, now: datetime, limit: int = 8) -> list[Activity]:
    """For the desk's 考勤: what is planned and what was lately, newest first."""
    query = (
        select(Activity)
        .where(Activity.branch_id == branch_id, Activity.start_at <= now + timedelta(days=31))
        .order_by(Activity.start_at.desc(), Activity.id.desc())
        .limit(limit)
    )
    return list(session.scalars(query))
