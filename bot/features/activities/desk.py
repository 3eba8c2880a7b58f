"""What the desk does with a roll: the list of activities, names, 补登, 列席; 点名 is in roll_call.py."""

from dataclasses import replace
from datetime import tzinfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.features.activities import buttons, cards, messages, rules, service
from bot.features.leave import service as leave
from bot.features.leave.cards import close
from bot.features.notices.service import receipts
from bot.kit.access import NO_RIGHT, Right, may, require
from bot.kit.activities import ACTIVITY_CARD, OPENS_BEFORE, choose_activity, find_activity, spared
from bot.kit.glossary.choices import ATTENDANCE, LEAVE_STATES, LEAVE_TYPES, SIGN_IN_METHODS
from bot.kit.handlers import Call, Command, Handler, Tap
from bot.kit.lists import told_apart
from bot.kit.refusal import Refusal
from bot.kit.replies import Message, Reply, say
from bot.kit.seats import Seat
from scheduler.calendar.days import local_day
from storage.activities import audience, notice_of, statuses
from storage.choices import HERE, OFF, AttendanceStatus, LeaveState, LeaveType, SignInMethod
from storage.models.activity import Activity
from storage.models.attendance import LeaveRequest
from storage.models.person import Person
from storage.roster import Member

MOST_TO_CALL = 6
# So many are listed, of so many: a leader sees none of other groups.
MOST_LISTED, LOOKED_THROUGH = 8, 60
OLD_LIST = "这份点名已失效，请重新点“点名”。"
NOT_IN_SCOPE = "这位同志不在本次活动的参加范围内。"


def list_activities(session: Session, call: Call) -> Reply:
    """考勤 /roll: the list; a leader's of today is open at once, with the way to the others."""
    found = _listed(session, call)
    today = [one for one in found if local_day(one.start_at, call.tz) == call.today and one.status not in OFF]
    if len(today) == 1 and not service.calls_all(call.me) and service.calls_some(call.me):
        return say(messages.with_all(_card(session, call, today[0])))
    return say(_list(session, call, found))


def all_activities(session: Session, call: Call, button: buttons.AllActivities) -> Reply:
    return Reply(edit=_list(session, call, _listed(session, call)))


def _listed(session: Session, call: Call) -> list[Activity]:
    """The latest that somebody sees, coming ones too: to a leader of the own group and of the branch."""
    recent = service.recent_activities(session, call.me.branch_id, call.now, LOOKED_THROUGH)
    seeing = [one for one in recent if service.sees_names(call.me, one) or service.sees_groups(call.me, one)]
    return seeing[:MOST_LISTED]


def _list(session: Session, call: Call, found: list[Activity]) -> Message:
    """To open one; what is to be called first."""
    if not found:
        return Message("还没有活动，请点“建活动”。")
    to_call = service.to_call(session, call.me, call.now)[:MOST_TO_CALL]
    listed = choose_activity(messages.roll_title(to_call, call.tz), found, buttons.OpenActivity, call.tz)
    return replace(listed, rows=[*messages.to_call_rows(to_call, call.tz), *listed.rows])


def open_activity(session: Session, call: Call, button: buttons.OpenActivity) -> Reply:
    return Reply(edit=_card(session, call, seen(session, call, button.activity_id, part=True)))


def _card(session: Session, call: Call, activity: Activity) -> Message:
    """The desk's; to the leader of a group that takes part the own group's."""
    card = None
    if service.sees_names(call.me, activity):
        card = cards.render(session, activity.id, call.chat_id, call.now, call.tz)
    own = shown(session, call, activity).among(_people(session, call, activity))
    return card or messages.leader_card(activity, own, call.tz)


def seen(session: Session, call: Call, activity_id: int, *, part: bool = False) -> Activity:
    """The activity, for who may see its names; `part`: also for the leader of one of the groups that take part."""
    activity = find_activity(session, call.me, activity_id)
    whole = service.sees_names(call.me, activity)
    if not (whole or (part and service.sees_groups(call.me, activity))):
        raise Refusal(NO_RIGHT)
    return activity


def _people(session: Session, call: Call, activity: Activity) -> dict[int, Member]:
    """For whom it is, as far as this person may see them."""
    people = audience(session, activity, call.tz)
    if service.sees_names(call.me, activity):
        return {member.id: member for member in people}
    groups = service.sees_groups(call.me, activity)
    return {member.id: member for member in people if member.group_id in groups}


def show_names(session: Session, call: Call, button: buttons.ShowNames) -> Reply:
    """Names, in private, to those who may see them."""
    activity = seen(session, call, button.activity_id, part=True)
    people = _people(session, call, activity)
    if button.what is buttons.Names.REPLIES:
        texts = _replies(session, activity, people, call.tz)
    else:
        texts = _roll_names(session, call, activity, people)
    return Reply(here=[Message(text) for text in texts])


def _replies(session: Session, activity: Activity, people: dict[int, Member], tz: tzinfo) -> list[str]:
    """Nobody stands in two of them: who is on leave, or may be, has answered by that; a 收到 beside it is noted."""
    notice = notice_of(session, activity.id)
    received = receipts(session, notice.id) if notice else set()
    asked, there = _leaves(session, activity), statuses(session, activity.id)
    refused = {person for person, row in asked.items() if row.state is LeaveState.REFUSED}
    came = {person for person in asked.keys() - refused if there.get(person) in HERE}
    both = received & asked.keys() - refused
    received -= both
    answered, spares = received | asked.keys(), spared(session, activity, tz)
    silent = [member for member in people.values() if not spares(member) and member.id not in answered]
    notes = {one: _leave_note(people, row, one in both) for one, row in asked.items() if one in people}
    return messages.names(
        f"{activity.title}：回复名单",
        [
            ("已收到", [notes.get(one, messages.Who(who.name)) for one, who in people.items() if one in received]),
            ("请假", [who for one, who in notes.items() if one not in received | came]),
            ("已申请请假，仍到会", [messages.Who(who.name) for one, who in people.items() if one in came]),
            ("未回复", [messages.Who(member.name) for member in silent]),
        ],
    )


def _leaves(session: Session, activity: Activity) -> dict[int, LeaveRequest]:
    query = select(LeaveRequest).where(LeaveRequest.activity_id == activity.id, LeaveRequest.withdrawn_at.is_(None))
    return {row.person_id: row for row in session.scalars(query)}


def _leave_note(people: dict[int, Member], row: LeaveRequest, received: bool) -> messages.Who:
    """甲五（公差已批准，已收到）: with the receipts of the list above these are as many as the card counts."""
    note = f"{LEAVE_TYPES[row.type]}{LEAVE_STATES[row.state]}{'，已收到' if received else ''}"
    return messages.Who(people[row.person_id].name, note=note)


def _roll_names(session: Session, call: Call, activity: Activity, people: dict[int, Member]) -> list[str]:
    found = shown(session, call, activity)
    if not service.sees_names(call.me, activity):
        found = found.among(people)
    roll, asked, by_others = found.roll, _leaves(session, activity), service.signed_in_by_others(session, activity.id)

    def who(person: int) -> messages.Who:
        name = people[person].name if person in people else session.get_one(Person, person).name
        late, made_up = ATTENDANCE[AttendanceStatus.LATE], "已补学"
        notes = [late if person in roll.late else made_up if person in roll.made_up else ""]
        if person in (*found.parts.leave, *found.parts.pending, *roll.on_duty):
            notes.insert(0, LEAVE_TYPES[asked[person].type])
        elif person in roll.present and person in by_others:
            notes.append(SIGN_IN_METHODS[SignInMethod.MARKED])
        return messages.Who(name, note="、".join(filter(None, notes)))

    title = messages.roll_summary(activity, found, call.tz)
    return messages.names(title, [(heading, [who(person) for person in listed]) for heading, listed in found.lists])


def called(session: Session, call: Call, activity_id: int) -> Activity:
    """The activity whose roll somebody may call, asked at every tap: an open list outlives an office."""
    activity = seen(session, call, activity_id)
    require(call.me, Right.SIGN_IN_OTHERS, branch_id=activity.branch_id, group_id=activity.group_id)
    return activity


def shown(session: Session, call: Call, activity: Activity) -> messages.Shown:
    """The roll as it is to be shown now."""
    phase = rules.phase(activity.status, activity.start_at, activity.end_at, call.now)
    pending = service.pending_leave(session, activity.id)
    return messages.Shown(service.roll(session, activity, call.tz), pending, phase)


# --- 补登 ---------------------------------------------------------------------------------------------------------


def mark_somebody(session: Session, call: Call, button: buttons.MarkSomebody) -> Reply:
    """Opens the list; a page of it takes its place."""
    page = _to_enter(session, call, button.activity_id, button.page)
    return Reply(edit=page) if button.page else Reply(here=[page])


def mark_other(session: Session, call: Call, button: buttons.MarkOther) -> Reply:
    return Reply(edit=_to_enter(session, call, button.activity_id, button.page, other=True))


def mark_here(session: Session, call: Call, button: buttons.MarkHere) -> Reply:
    """到会: the list stays, for the next."""
    activity, person = _to_mark(session, call, button.activity_id, button.person_id)
    service.sign_in_for(session, call.me, activity, person, AttendanceStatus.PRESENT, call.now)
    session.flush()
    word = messages.entered(person.name, messages.MARK_WORDS[buttons.Mark.PRESENT])
    page = _to_enter(session, call, activity.id, button.page, done=word)
    return Reply(toast=word, edit=page, refresh=[(ACTIVITY_CARD, activity.id)])


def _to_enter(
    session: Session, call: Call, activity_id: int, page: int, *, other: bool = False, done: str = ""
) -> Message:
    """Whom somebody may enter: a name is 到会; before one may sign in, and of who has a record, it asks what."""
    activity = seen(session, call, activity_id, part=True)
    people = [one for one in audience(session, activity, call.tz) if _may_mark(call, activity, one)]
    if not people:
        raise Refusal(NO_RIGHT)
    have, asked = statuses(session, activity.id), _leaves(session, activity)
    names = told_apart(people, lambda one: one.name, lambda one: one.group_name or "")
    noted = [
        messages.Entry(one.id, name, _note(have.get(one.id), asked.get(one.id)))
        for one, name in zip(people, names, strict=True)
    ]
    guests = may(call.me, Right.SIGN_IN_OTHERS, branch_id=activity.branch_id, group_id=activity.group_id)
    here = not other and call.now >= activity.start_at - OPENS_BEFORE
    return messages.mark_somebody(activity, noted, max(page, 0), here=here, other=other, guests=guests, done=done)


def _note(status: AttendanceStatus | None, leave: LeaveRequest | None) -> str:
    return ATTENDANCE[status] if status else LEAVE_TYPES[leave.type] if leave else ""


def _may_mark(call: Call, activity: Activity, member: Member) -> bool:
    return may(call.me, Right.SIGN_IN_OTHERS, branch_id=activity.branch_id, group_id=member.group_id)


def mark_person(session: Session, call: Call, button: buttons.MarkPerson) -> Reply:
    activity, person = _to_mark(session, call, button.activity_id, button.person_id)
    return Reply(edit=messages.mark_as(activity, person.id, person.name))


def _to_mark(session: Session, call: Call, activity_id: int, person_id: int) -> tuple[Activity, Member]:
    activity = seen(session, call, activity_id, part=True)
    people = audience(session, activity, call.tz)
    found = next((member for member in people if member.id == person_id), None)
    if found is None:
        raise Refusal(NOT_IN_SCOPE)
    if not _may_mark(call, activity, found):
        raise Refusal(NO_RIGHT)
    return activity, found


def mark_as(session: Session, call: Call, button: buttons.MarkAs) -> Reply:
    activity, person = _to_mark(session, call, button.activity_id, button.person_id)
    if button.mark.value in set(LeaveType):
        asked = leave.leave_of(session, activity.id, person.id)
        entered = leave.enter_leave(session, call.me, activity, person, LeaveType(button.mark.value), call.now, call.tz)
        if asked is not None and asked is not entered and asked.state is LeaveState.PENDING:
            close(session, call, asked, activity)
    else:
        service.sign_in_for(session, call.me, activity, person, AttendanceStatus(button.mark.value), call.now)
    word = messages.entered(person.name, messages.MARK_WORDS[button.mark])
    done = messages.after_entry(activity, word)
    return Reply(toast=word, edit=done, refresh=[(ACTIVITY_CARD, activity.id)], promised=True)


HANDLERS: list[Handler] = [
    Command(
        "roll",
        list_activities,
        "考勤",
        Right.SEE_ROLL,
        keys={Seat.DESK: 22},
        more=26,
        group_at=1,
        group_label="本组考勤",
        help="考勤：点名、补登、审批请假，修改、改期或取消活动。点名也可以发送“全部到会，除张三、李四”。",
    ),
    Tap(buttons.OpenActivity, open_activity, private=True),
    Tap(buttons.AllActivities, all_activities, right=Right.SEE_ROLL, private=True),
    Tap(buttons.ShowNames, show_names, private=True),
    Tap(buttons.MarkSomebody, mark_somebody, private=True),
    Tap(buttons.MarkHere, mark_here, private=True),
    Tap(buttons.MarkOther, mark_other, private=True),
    Tap(buttons.MarkPerson, mark_person, private=True),
    Tap(buttons.MarkAs, mark_as, private=True),
]
