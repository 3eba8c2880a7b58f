"""Not coming: leave asked for, decided, taken back or entered by the desk."""

from datetime import date, datetime, timedelta, tzinfo
from typing import Any

from sqlalchemy import and_, select, update
from sqlalchemy.orm import Session

from bot.kit.access import TABLE, Reach, Right, reach, require
from bot.kit.activities import ACTIVITY_CARD, AHEAD, OUT_OF_SCOPE, SINCE, before_cut_off, cut_off, find_activity
from bot.kit.names import name_key
from bot.kit.refusal import Refusal
from bot.kit.undo import Step, entered_row, own_lines, own_row, stand_again, take_back
from storage import audit
from storage.activities import in_scope, lately_over, open_activities, roll_keepers, statuses
from storage.audience import Me
from storage.choices import HERE, OFF, Duty, LeaveState, LeaveType
from storage.models.activity import Activity
from storage.models.attendance import Attendance, LeaveRequest
from storage.models.person import DutySpan, Person
from storage.roster import Member, duties_on, holders, leaders_on, roster
from storage.spans import on_day

STARTED = "活动已开始，请联系组织委员补登请假。"
OVER = "活动已结束，请联系组织委员补登请假。"
CAME = "这位同志已到会，无需批准请假。"
# In the log: nobody else could have approved it.
OWN: dict[str, Any] = {"own": True}


def leave_of(session: Session, activity_id: int, person_id: int) -> LeaveRequest | None:
    return session.scalars(
        select(LeaveRequest).where(
            LeaveRequest.activity_id == activity_id,
            LeaveRequest.person_id == person_id,
            LeaveRequest.withdrawn_at.is_(None),
        )
    ).first()


def ask_leave(
    session: Session, me: Me, activity_id: int, kind: LeaveType, now: datetime, reason: str = ""
) -> LeaveRequest:
    """A request before the start (R30); a later one is entered by the organization officer (D20a).

    Asking again with another type or reason replaces a pending request, whose reason stays while none is given for the
    same type; a decided one stands.
    """
    _, earlier = may_ask(session, me, activity_id, now)
    if earlier is not None:
        reason = reason or (earlier.reason if earlier.type is kind else "")
        if earlier.type is kind and earlier.reason == reason:
            return earlier
        earlier.withdrawn_at, earlier.state = now, LeaveState.WITHDRAWN
        session.flush()
    row = LeaveRequest(activity_id=activity_id, person_id=me.id, type=kind, reason=reason, requested_at=now)
    session.add(row)
    session.flush()
    why = {"length": len(reason)} if reason else None
    audit.record(session, "ask", "leave_request", row.id, now=now, by=me, more=why, type=kind)
    return row


def explain(session: Session, me: Me, leave_id: int, reason: str, now: datetime) -> tuple[LeaveRequest, Activity]:
    """The reason of one's own request, told after it: while nobody has decided and the activity has not begun."""
    row = own_row(session, me, LeaveRequest, leave_id)
    activity, _ = may_ask(session, me, row.activity_id, now)
    why = {"length": len(reason)}
    row.reason = reason
    audit.record(session, "ask", "leave_request", row.id, now=now, by=me, more=why, type=row.type)
    return row, activity


def may_explain(session: Session, me: Me, leave_id: int, now: datetime) -> bool:
    """Whether one's own request still stands as it was made: nobody has decided, it was not taken back or replaced."""
    row = session.get(LeaveRequest, leave_id)
    if row is None or row.person_id != me.id or row.withdrawn_at is not None or row.state is not LeaveState.PENDING:
        return False
    activity = session.get_one(Activity, row.activity_id)
    return activity.status not in OFF and now < activity.start_at


def standing(session: Session, me: Me, now: datetime) -> list[tuple[Activity, LeaveRequest]]:
    """The own leave that can still be cancelled, nearest first: not what was refused."""
    rows = [(one, leave_of(session, one.id, me.id)) for one in open_activities(session, me, now) if one.start_at > now]
    return [(one, row) for one, row in rows if row is not None and row.state is not LeaveState.REFUSED]


def names_another(session: Session, me: Me, text: str, day: date) -> bool:
    """Whether a text names somebody else of the roster: that is no reason of one's own for certain."""
    said = name_key(text)
    return any(member.id != me.id and name_key(member.name) in said for member in roster(session, me.branch_id, day))


def ahead(session: Session, me: Me, now: datetime) -> list[Activity]:
    """What leave may be asked for by words, nearest first."""
    return [item for item in open_activities(session, me, now, ahead=AHEAD) if item.start_at > now]


def missed(session: Session, me: Me, now: datetime) -> tuple[list[Activity], list[Activity]]:
    """What goes on and what has ended lately, without oneself and without leave."""
    going_on = [item for item in open_activities(session, me, now, ahead=timedelta()) if item.start_at <= now]
    return _without(session, me, going_on), _without(session, me, lately_over(session, me, now, SINCE))


def _without(session: Session, me: Me, activities: list[Activity]) -> list[Activity]:
    return [
        one for one in activities if me.id not in statuses(session, one.id) and leave_of(session, one.id, me.id) is None
    ]


def may_ask(session: Session, me: Me, activity_id: int, now: datetime) -> tuple[Activity, LeaveRequest | None]:
    """The activity, and the request for it that is pending; refuses where none can be made any more."""
    activity = find_activity(session, me, activity_id)
    if not in_scope(session, me, activity):
        raise Refusal(OUT_OF_SCOPE)
    if activity.status in OFF:
        raise Refusal("活动已取消或改期，无需请假。")
    if now >= activity.start_at:
        raise Refusal(OVER if now > activity.end_at else STARTED)
    earlier = leave_of(session, activity_id, me.id)
    if earlier is not None and earlier.state is not LeaveState.PENDING:
        raise Refusal("您的请假已有审批结果，如需更改请联系组织委员。")
    return activity, earlier


def decide_leave(
    session: Session, me: Me, leave_id: int, approve: bool, now: datetime, tz: tzinfo
) -> tuple[LeaveRequest, Activity]:
    """Approve or refuse, until the cut-off (D20a); an approved absence is to be made up (R32). Of two officers at once
    one decides; the other waits, and sees that.
    """
    row = session.get(LeaveRequest, leave_id, with_for_update=True, populate_existing=True)
    if row is None or row.withdrawn_at is not None:
        raise Refusal("这条请假已撤回。")
    activity = find_activity(session, me, row.activity_id)
    found = roster(session, activity.branch_id, activity.start_at.astimezone(tz).date(), [row.person_id])
    require(me, Right.APPROVE_LEAVE, branch_id=activity.branch_id, group_id=found[0].group_id if found else None)
    alone = row.person_id == me.id and _nobody_else(session, me, found[0].group_id if found else None, now, tz)
    if row.state is not LeaveState.PENDING:
        raise Refusal("这条请假已审批。")
    if activity.status in OFF:
        raise Refusal("活动已取消或改期，无需审批。")
    before_cut_off(session, activity, now, tz)
    if approve and statuses(session, activity.id).get(row.person_id) in HERE:
        raise Refusal(CAME)
    state = LeaveState.APPROVED if approve else LeaveState.REFUSED
    audit.change(
        session,
        "decide",
        row,
        {"state": state, "decided_at": now, "decided_by_id": me.id},
        now=now,
        by=me,
        **(OWN if alone else {}),
    )
    return row, activity


def _nobody_else(session: Session, me: Me, group_id: int | None, now: datetime, tz: tzinfo) -> bool:
    """One's own leave goes through where nobody else may approve it; refuses, with names, where somebody may."""
    others = who_else_approves(session, me.branch_id, me.id, group_id, now.astimezone(tz).date())
    if others:
        names = [session.get_one(Person, one).name for one in others[:3]]
        raise Refusal(f"本人的请假请由其他同志审批或补登：{'、'.join(names)}。")
    return True


def who_else_approves(session: Session, branch_id: int, person_id: int, group_id: int | None, day: date) -> list[int]:
    return who_else(session, Right.APPROVE_LEAVE, branch_id, person_id, group_id, day)


def who_else(
    session: Session, right: Right, branch_id: int, person_id: int, group_id: int | None, day: date
) -> list[int]:
    """Everybody with an account who has the right over this person, but that one: the desk, then the leader."""
    bound = set(
        session.scalars(
            select(Person.id)
            .join(DutySpan, and_(DutySpan.person_id == Person.id, DutySpan.organisation_id == branch_id))
            .where(on_day(DutySpan, day), Person.telegram_id.is_not(None), Person.id != person_id)
        )
    )
    held, leads = duties_on(session, branch_id, day), leaders_on(session, branch_id, day)
    may_all = [duty for duty, how_far in TABLE[right].items() if how_far is Reach.ALL]
    desk = [one for duty in may_all for one, duties in held.items() if duty in duties and one in bound]
    leader = TABLE[right].get(Duty.GROUP_LEADER) is Reach.OWN_GROUP
    mine = [one for one, groups in leads.items() if leader and group_id in groups and one in bound]
    return list(dict.fromkeys([*desk, *mine]))


def cancel_leave(session: Session, me: Me, activity_id: int, now: datetime) -> LeaveRequest:
    """One's own leave, taken back before the start: approved or not."""
    row = leave_of(session, activity_id, me.id)
    if row is None:
        raise Refusal("您没有可取消的请假。")
    activity = find_activity(session, me, activity_id)
    if now >= activity.start_at:
        raise Refusal("活动已开始，不能取消请假；如已到会请直接签到。")
    audit.change(
        session,
        "withdraw",
        row,
        {"state": LeaveState.WITHDRAWN, "withdrawn_at": now},
        now=now,
        by=me,
    )
    return row


def enter_leave(
    session: Session, me: Me, activity: Activity, person: Member, kind: LeaveType, now: datetime, tz: tzinfo
) -> LeaveRequest:
    """Leave entered by the desk, also after the start (补登, D20a): approved at once, marked with who and when.

    The same leave once more changes nothing.
    """
    require(me, Right.APPROVE_LEAVE, branch_id=activity.branch_id, group_id=person.group_id)
    alone = person.id == me.id and _nobody_else(session, me, person.group_id, now, tz)
    if activity.status in OFF:
        raise Refusal("活动未举行，不能登记。")
    before_cut_off(session, activity, now, tz)
    earlier = leave_of(session, activity.id, person.id)
    signed = (
        Attendance.activity_id == activity.id,
        Attendance.person_id == person.id,
        Attendance.withdrawn_at.is_(None),
    )
    gone = list(session.scalars(update(Attendance).where(*signed).values(withdrawn_at=now).returning(Attendance.id)))
    if earlier is not None:
        if not gone and earlier.type is kind and earlier.state is LeaveState.APPROVED:
            return earlier
        earlier.withdrawn_at = now
        session.flush()
    row = LeaveRequest(
        activity_id=activity.id,
        person_id=person.id,
        type=kind,
        state=LeaveState.APPROVED,
        requested_at=now,
        entered_by_id=me.id,
        decided_at=now,
        decided_by_id=me.id,
    )
    session.add(row)
    session.flush()
    audit.record(
        session,
        "enter",
        "leave_request",
        row.id,
        now=now,
        by=me,
        type=kind,
        person_id=person.id,
        withdrawn={"leave_request": [earlier.id] if earlier else [], "attendance": gone},
        **(OWN if alone else {}),
    )
    return row


def undo_entered(session: Session, me: Me, row_id: int, now: datetime, tz: tzinfo) -> Activity:
    """撤销补登 of leave that one has entered and still may enter; what it took the place of stands again."""
    row = entered_row(session, me, LeaveRequest, row_id, "entered_by_id")
    activity = session.get_one(Activity, row.activity_id)
    found = roster(session, activity.branch_id, activity.start_at.astimezone(tz).date(), [row.person_id])
    require(me, Right.APPROVE_LEAVE, branch_id=activity.branch_id, group_id=found[0].group_id if found else None)
    closes, whose = cut_off(session, activity, tz), {"person_id": row.person_id}
    state = LeaveState.WITHDRAWN
    take_back(session, me, row, row.requested_at, now, activity.branch_id, closes, details=whose, state=state)
    stand_again(session, Attendance, row.activity_id, row.person_id, row.requested_at)
    stand_again(session, LeaveRequest, row.activity_id, row.person_id, row.requested_at, row.id)
    return activity


def entered_steps(session: Session, me: Me, since: datetime) -> list[Step]:
    """The leave that somebody has entered since then, for who still may."""
    if reach(me, Right.APPROVE_LEAVE) is Reach.NONE:
        return []
    entered = [line.subject_id for line in own_lines(session, me, since, "enter", "leave_request")]
    query = (
        select(LeaveRequest, Activity.title, Person.name)
        .join(Activity, Activity.id == LeaveRequest.activity_id)
        .join(Person, Person.id == LeaveRequest.person_id)
        .where(LeaveRequest.id.in_(entered), LeaveRequest.withdrawn_at.is_(None))
    )
    return [
        Step(row.requested_at, "补登", f"{name}同志，{title}", row.id, undo_entered, (ACTIVITY_CARD, row.activity_id))
        for row, title, name in session.execute(query)
    ]


def approvers(session: Session, activity: Activity, person_id: int, tz: tzinfo) -> list[int]:
    """Who is asked about a leave: the maker and the organization officer, else the secretary, so that somebody who may
    approve it is among them; the asker only where nobody else may.
    """
    day = activity.start_at.astimezone(tz).date()
    desk = [person for person in roll_keepers(session, activity, day) if person != person_id]
    found = roster(session, activity.branch_id, day, [person_id])
    group_id = found[0].group_id if found else None
    others = who_else_approves(session, activity.branch_id, person_id, group_id, day)
    if any(one in others for one in desk):
        return desk
    secretary = holders(session, activity.branch_id, day, Duty.SECRETARY)
    return [*desk, *([one for one in secretary if one in others] or others or secretary)]


def undo(session: Session, me: Me, row_id: int, now: datetime, tz: tzinfo) -> Activity:
    """撤销请假, while nobody has decided on it."""
    row = own_row(session, me, LeaveRequest, row_id)
    if row.state is not LeaveState.PENDING:
        raise Refusal("请假已审批，如需取消请点“取消请假”。")
    activity = session.get_one(Activity, row.activity_id)
    closes, state = cut_off(session, activity, tz), LeaveState.WITHDRAWN
    take_back(session, me, row, row.requested_at, now, activity.branch_id, closes, state=state)
    return activity


def steps(session: Session, me: Me, since: datetime) -> list[Step]:
    """The own requests since then."""
    query = (
        select(LeaveRequest, Activity.title)
        .join(Activity, Activity.id == LeaveRequest.activity_id)
        .where(LeaveRequest.person_id == me.id, LeaveRequest.state == LeaveState.PENDING)
        .where(LeaveRequest.withdrawn_at.is_(None), LeaveRequest.requested_at >= since)
    )
    return [
        Step(row.requested_at, "请假", title, row.id, undo, (ACTIVITY_CARD, row.activity_id))
        for row, title in session.execute(query)
    ]
