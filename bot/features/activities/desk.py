"""What the desk does with a roll: the list of activities, names, 点名, 补登, 列席."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.features.activities import buttons, cards, messages, service
from bot.features.leave import service as leave
from bot.features.notices.service import receipts
from bot.kit import dialog as dialogs
from bot.kit.access import NO_RIGHT, Right, may, require
from bot.kit.activities import ACTIVITY_CARD, OPENS_BEFORE, OUT_OF_SCOPE, before_cut_off, choose_activity, find_activity
from bot.kit.glossary.choices import ATTENDANCE, LEAVE_STATES, LEAVE_TYPES, SIGN_IN_METHODS
from bot.kit.handlers import Call, Command, Handler, Tap
from bot.kit.lists import filled, page_of, two_a_row
from bot.kit.refusal import Refusal
from bot.kit.replies import Choice, Message, Reply, say
from bot.kit.seats import Seat
from storage.activities import audience, notice_of, statuses
from storage.choices import OFF, AttendanceStatus, LeaveType, SignInMethod
from storage.lookups import person_of
from storage.models.activity import Activity
from storage.models.attendance import LeaveRequest
from storage.models.dialog import Dialog
from storage.models.person import Person, RosterSpan
from storage.roster import Member
from storage.spans import on_day

PAGE = 20
NOBODY = "【列席】{title}\n名册之外没有可登记的同志。"
ON_ROSTER = "这位同志当天在名册上，请用“补登”。"
OLD_LIST = "这份点名已失效，请重新打开。"


def list_activities(session: Session, call: Call) -> Reply:
    """考勤 /roll: the latest activities, to open one."""
    found = [
        item
        for item in service.recent_activities(session, call.me.branch_id, call.now)
        if service.sees_names(call.me, item) or service.sees_groups(call.me, item)
    ]
    if not found:
        return say("还没有活动，请点“建活动”。")
    return say(choose_activity("请选择活动。", found, buttons.OpenActivity, call.tz))


def open_activity(session: Session, call: Call, button: buttons.OpenActivity) -> Reply:
    activity = seen(session, call, button.activity_id, part=True)
    if service.sees_names(call.me, activity):
        return Reply(edit=cards.render(session, activity.id, call.chat_id, call.now, call.tz))
    people = _people(session, call, activity)
    return Reply(edit=messages.leader_card(activity, service.roll(session, activity, call.tz).among(people), call.tz))


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
        texts = _replies(session, activity, people)
    else:
        texts = _roll_names(session, call, activity, people)
    return Reply(here=[Message(text) for text in texts])


def _replies(session: Session, activity: Activity, people: dict[int, Member]) -> list[str]:
    notice = notice_of(session, activity.id)
    received = receipts(session, notice.id) if notice else set()
    asked = _leaves(session, activity)
    silent = [member for member in people.values() if not member.exempt and member.id not in received | asked.keys()]
    return messages.names(
        f"{activity.title}：回复名单",
        [
            ("已收到", [messages.Who(people[person].name) for person in people if person in received]),
            ("请假", [_leave_note(people, row) for row in asked.values() if row.person_id in people]),
            ("未回复", [messages.Who(member.name) for member in silent]),
        ],
    )


def _leaves(session: Session, activity: Activity) -> dict[int, LeaveRequest]:
    query = select(LeaveRequest).where(LeaveRequest.activity_id == activity.id, LeaveRequest.withdrawn_at.is_(None))
    return {row.person_id: row for row in session.scalars(query)}


def _leave_note(people: dict[int, Member], row: LeaveRequest) -> messages.Who:
    return messages.Who(people[row.person_id].name, note=f"{LEAVE_TYPES[row.type]}{LEAVE_STATES[row.state]}")


def _roll_names(session: Session, call: Call, activity: Activity, people: dict[int, Member]) -> list[str]:
    roll = service.roll(session, activity, call.tz)
    if not service.sees_names(call.me, activity):
        roll = roll.among(people)
    asked, by_others = _leaves(session, activity), service.signed_in_by_others(session, activity.id)

    def who(person: int) -> messages.Who:
        name = people[person].name if person in people else session.get_one(Person, person).name
        late, made_up = ATTENDANCE[AttendanceStatus.LATE], "已补学"
        notes = [late if person in roll.late else made_up if person in roll.made_up else ""]
        if person in roll.leave:
            notes.insert(0, LEAVE_TYPES[asked[person].type])
        elif person in roll.present and person in by_others:
            notes.append(SIGN_IN_METHODS[SignInMethod.MARKED])
        return messages.Who(name, note="、".join(filter(None, notes)))

    parts = [
        ("实到", roll.present),
        ("请假", roll.leave),
        ("缺席", [p for p in roll.absent if p not in roll.unrecorded]),
    ]
    parts += [("未登记", roll.unrecorded)] if roll.unrecorded else []
    parts += [("列席", roll.observers)] if roll.observers else []
    title = messages.roll_summary(activity, roll, call.tz)
    return messages.names(title, [(heading, [who(person) for person in listed]) for heading, listed in parts])


# --- 点名 ---------------------------------------------------------------------------------------------------------


def roll_call(session: Session, call: Call, button: buttons.RollCall) -> Reply:
    """全部到会，除…: opens the list of those without any record."""
    activity = called(session, call, button.activity_id)
    if call.now < activity.start_at:
        raise Refusal("活动尚未开始。")
    dialog = dialogs.ask(session, call.me, "activity.roll", call.now, activity=activity.id, missing=[])
    return Reply(here=[_roll_message(session, call, dialog, 0)])


def called(session: Session, call: Call, activity_id: int) -> Activity:
    """The activity whose roll somebody may call, asked at every tap: an open list outlives an office."""
    activity = seen(session, call, activity_id)
    require(call.me, Right.SIGN_IN_OTHERS, branch_id=activity.branch_id, group_id=activity.group_id)
    return activity


def _roll_message(session: Session, call: Call, dialog: Dialog, page: int) -> Message:
    activity = called(session, call, int(dialog.draft["activity"]))
    roll = service.roll(session, activity, call.tz)
    names = {member.id: member.name for member in audience(session, activity, call.tz)}
    people = [(person, names[person], person in dialog.draft["missing"]) for person in roll.unmarked]
    return messages.roll_call(activity, people, dialog.id, page, len(roll.expected) - len(people))


def _roll_dialog(session: Session, call: Call, dialog_id: int) -> Dialog:
    return dialogs.tapped(session, call.me, dialog_id, call.now, OLD_LIST, "activity.roll")


def roll_toggle(session: Session, call: Call, button: buttons.RollToggle) -> Reply:
    dialog = _roll_dialog(session, call, button.dialog_id)
    activity = called(session, call, int(dialog.draft["activity"]))
    if button.person_id not in {member.id for member in audience(session, activity, call.tz)}:
        raise Refusal(OUT_OF_SCOPE)
    missing = set(dialog.draft["missing"]) ^ {button.person_id}
    page = int(dialog.draft.get("page", 0))
    dialogs.move(dialog, "activity.roll", call.now, missing=sorted(missing))
    return Reply(edit=_roll_message(session, call, dialog, page))


def roll_page(session: Session, call: Call, button: buttons.RollPage) -> Reply:
    dialog = _roll_dialog(session, call, button.dialog_id)
    dialogs.move(dialog, "activity.roll", call.now, page=max(button.page, 0))
    return Reply(edit=_roll_message(session, call, dialog, max(button.page, 0)))


def roll_done(session: Session, call: Call, button: buttons.RollDone) -> Reply:
    dialog = _roll_dialog(session, call, button.dialog_id)
    activity = find_activity(session, call.me, int(dialog.draft["activity"]))
    roll = service.settle(session, call.me, activity, dialog.draft["missing"], call.now, call.tz)
    dialogs.close(session, call.me.id)
    done = Message(f"已登记：{messages.roll_summary(activity, roll, call.tz)}")
    return Reply(toast="登记完毕。", edit=done, refresh=[(ACTIVITY_CARD, activity.id)])


# --- 补登 ---------------------------------------------------------------------------------------------------------


def mark_somebody(session: Session, call: Call, button: buttons.MarkSomebody) -> Reply:
    activity = seen(session, call, button.activity_id, part=True)
    have = statuses(session, activity.id)
    asked = _leaves(session, activity)
    people = []
    for member in audience(session, activity, call.tz):
        if not _may_mark(call, activity, member):
            continue
        status, row = have.get(member.id), asked.get(member.id)
        note = ATTENDANCE[status] if status else LEAVE_TYPES[row.type] if row else ""
        people.append((member.id, member.name, note))
    if not people:
        raise Refusal(NO_RIGHT)
    guests = may(call.me, Right.SIGN_IN_OTHERS, branch_id=activity.branch_id, group_id=activity.group_id)
    return Reply(here=[messages.mark_somebody(activity, people, max(button.page, 0), guests=guests)])


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
        raise Refusal(OUT_OF_SCOPE)
    if not _may_mark(call, activity, found):
        raise Refusal(NO_RIGHT)
    return activity, found


def mark_as(session: Session, call: Call, button: buttons.MarkAs) -> Reply:
    activity, person = _to_mark(session, call, button.activity_id, button.person_id)
    if button.mark.value in set(LeaveType):
        leave.enter_leave(session, call.me, activity, person, LeaveType(button.mark.value), call.now, call.tz)
    else:
        service.sign_in_for(session, call.me, activity, person, AttendanceStatus(button.mark.value), call.now)
    word = f"已补登：{person.name}同志，{messages.MARK_WORDS[button.mark]}。"
    return Reply(toast=word, edit=Message(f"{activity.title}\n{word}"), refresh=[(ACTIVITY_CARD, activity.id)])


# --- 列席 ---------------------------------------------------------------------------------------------------------


def show_guests(session: Session, call: Call, button: buttons.ShowGuests) -> Reply:
    """Whom the branch knows and who is not on the roster of that day, the latest first."""
    activity = _seating(session, call, button.activity_id)
    day = activity.start_at.astimezone(call.tz).date()
    listed = select(RosterSpan.person_id).where(RosterSpan.branch_id == activity.branch_id, on_day(RosterSpan, day))
    query = select(Person.id, Person.name).where(
        Person.branch_id == activity.branch_id, Person.erased_at.is_(None), Person.id.not_in(listed)
    )
    people = session.execute(query.order_by(Person.id.desc())).all()
    if not people:
        return Reply(edit=Message(NOBODY.format(title=activity.title)))
    shown = page_of(people, button.page, PAGE)
    there = statuses(session, activity.id)
    taps = [
        Choice(f"{row.name}{'（已列席）' if row.id in there else ''}", buttons.SeatGuest(activity.id, row.id))
        for row in shown.things
    ]
    rows = filled(*two_a_row(taps), shown.turn(lambda at: buttons.ShowGuests(activity.id, at)))
    return Reply(edit=Message(f"【列席】{activity.title}\n请选择列席的同志（不计入应到、实到）。", rows))


def seat_guest(session: Session, call: Call, button: buttons.SeatGuest) -> Reply:
    activity = _seating(session, call, button.activity_id)
    person = person_of(session, button.person_id, activity.branch_id)
    if person is None:
        raise Refusal(OUT_OF_SCOPE)
    day = activity.start_at.astimezone(call.tz).date()
    listed = select(RosterSpan.id).where(
        RosterSpan.branch_id == activity.branch_id, RosterSpan.person_id == person.id, on_day(RosterSpan, day)
    )
    if session.scalars(listed).first() is not None:
        raise Refusal(ON_ROSTER)
    service.mark(session, call.me, activity, person.id, AttendanceStatus.OBSERVER, call.now)
    word = f"已登记：{person.name}同志列席。"
    return Reply(toast=word, edit=Message(f"{activity.title}\n{word}"), refresh=[(ACTIVITY_CARD, activity.id)])


def _seating(session: Session, call: Call, activity_id: int) -> Activity:
    """The activity, for those who may sign in for the whole branch, from half an hour before its start."""
    activity = find_activity(session, call.me, activity_id)
    require(call.me, Right.SIGN_IN_OTHERS, branch_id=activity.branch_id, group_id=activity.group_id)
    if activity.status in OFF:
        raise Refusal("活动未举行，不能登记。")
    if call.now < activity.start_at - OPENS_BEFORE:
        raise Refusal("签到尚未开始。")
    before_cut_off(session, activity, call.now, call.tz)
    return activity


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
        help="考勤：点名、补登、审批请假，修改、改期或取消活动。点名也可以发送“全部到会，除甲五、丙五”。",
    ),
    Tap(buttons.OpenActivity, open_activity, private=True),
    Tap(buttons.ShowNames, show_names, private=True),
    Tap(buttons.RollCall, roll_call, private=True),
    Tap(buttons.RollToggle, roll_toggle, private=True),
    Tap(buttons.RollPage, roll_page, private=True),
    Tap(buttons.RollDone, roll_done, private=True),
    Tap(buttons.MarkSomebody, mark_somebody, private=True),
    Tap(buttons.MarkPerson, mark_person, private=True),
    Tap(buttons.MarkAs, mark_as, private=True),
    Tap(buttons.ShowGuests, show_guests, reads=True, private=True),
    Tap(buttons.SeatGuest, seat_guest, private=True),
]
