"""What the desk taps: the list of activities, names, roll-call, 补登, the sign-in code, postponing, calling off."""

import io
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.features.activities import buttons, cards, codes, leave, messages, planning, rules, service
from bot.kit import dialog as dialogs
from bot.kit.access import NO_RIGHT, Reach, Right, may, reach, require
from bot.kit.dates import parse_moment
from bot.kit.handlers import ANYBODY, Answer, Call, Command, Handler, HelpGroup, Key, Tap
from bot.kit.refusal import Refusal
from bot.kit.replies import Choice, Document, Message, Reply, say
from bot.kit.words import moment_words
from storage.choices import ActivityStatus, AttendanceStatus, Duty, LeaveType
from storage.models.activity import Activity
from storage.models.attendance import LeaveRequest
from storage.models.dialog import Dialog
from storage.models.person import Person
from storage.roster import Member

OLD_LIST = "这份点名已失效，请重新打开。"
OLD_DATE = "这次改期已失效，请重新点“改期”。"
POSTPONE = "activity.postpone"


def list_activities(session: Session, call: Call) -> Reply:
    """考勤 /roll: the latest activities, to open one."""
    if reach(call.me, Right.SEE_ROLL) is Reach.NONE:
        raise Refusal(NO_RIGHT)
    found = [
        item
        for item in service.recent_activities(session, call.me.branch_id, call.now)
        if service.sees_names(call.me, item) or service.sees_groups(call.me, item)
    ]
    if not found:
        return say("还没有活动，请点“建活动”。")
    return say(messages.choose_activity("请选择活动。", found, buttons.OpenActivity, call.tz))


def open_activity(session: Session, call: Call, button: buttons.OpenActivity) -> Reply:
    activity = _seen(session, call, button.activity_id, part=True)
    if service.sees_names(call.me, activity):
        return Reply(edit=cards.render(session, activity.id, call.chat_id, call.now, call.tz))
    people = _people(session, call, activity)
    return Reply(edit=messages.leader_card(activity, service.roll(session, activity, call.tz).among(people), call.tz))


def _seen(session: Session, call: Call, activity_id: int, *, part: bool = False) -> Activity:
    """The activity, for who may see its names; `part`: also for the leader of one of the groups that take part."""
    activity = service.find(session, call.me, activity_id)
    whole = service.sees_names(call.me, activity)
    if not call.private or not (whole or (part and service.sees_groups(call.me, activity))):
        raise Refusal(NO_RIGHT)
    return activity


def _people(session: Session, call: Call, activity: Activity) -> dict[int, Member]:
    """For whom it is, as far as this person may see them."""
    people = service.audience(session, activity, call.tz)
    if service.sees_names(call.me, activity):
        return {member.id: member for member in people}
    groups = service.sees_groups(call.me, activity)
    return {member.id: member for member in people if member.group_id in groups}


def show_names(session: Session, call: Call, button: buttons.ShowNames) -> Reply:
    """Names, in private, to those who may see them."""
    activity = _seen(session, call, button.activity_id, part=True)
    people = _people(session, call, activity)
    if button.what is buttons.Names.REPLIES:
        texts = _replies(session, activity, people)
    else:
        texts = _roll_names(session, call, activity, people)
    return Reply(here=[Message(text) for text in texts])


def _replies(session: Session, activity: Activity, people: dict[int, Member]) -> list[str]:
    notice = service.notice_of(session, activity.id)
    received = service.receipts(session, notice.id) if notice else set()
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
    return messages.Who(
        people[row.person_id].name, note=f"{messages.LEAVE_WORDS[row.type]}{messages.LEAVE_STATES[row.state]}"
    )


def _roll_names(session: Session, call: Call, activity: Activity, people: dict[int, Member]) -> list[str]:
    roll = service.roll(session, activity, call.tz)
    if not service.sees_names(call.me, activity):
        roll = roll.among(people)
    asked, by_others = _leaves(session, activity), service.signed_in_by_others(session, activity.id)

    def who(person: int) -> messages.Who:
        name = people[person].name if person in people else session.get_one(Person, person).name
        notes = ["迟到" if person in roll.late else "已补学" if person in roll.made_up else ""]
        if person in roll.leave:
            notes.insert(0, messages.LEAVE_WORDS[asked[person].type])
        elif person in roll.present and person in by_others:
            notes.append("代登")
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
    activity = _called(session, call, button.activity_id)
    if call.now < activity.start_at:
        raise Refusal("活动尚未开始。")
    dialog = dialogs.ask(session, call.me, "activity.roll", call.now, activity=activity.id, missing=[])
    return Reply(here=[_roll_message(session, call, dialog, 0)])


def _called(session: Session, call: Call, activity_id: int) -> Activity:
    """The activity whose roll somebody may call, asked at every tap: an open list outlives an office."""
    activity = _seen(session, call, activity_id)
    require(call.me, Right.SIGN_IN_OTHERS, branch_id=activity.branch_id, group_id=activity.group_id)
    return activity


def _roll_message(session: Session, call: Call, dialog: Dialog, page: int) -> Message:
    activity = _called(session, call, int(dialog.draft["activity"]))
    roll = service.roll(session, activity, call.tz)
    names = {member.id: member.name for member in service.audience(session, activity, call.tz)}
    people = [(person, names[person], person in dialog.draft["missing"]) for person in roll.unmarked]
    return messages.roll_call(activity, people, dialog.id, page, len(roll.expected) - len(people))


def _roll_dialog(session: Session, call: Call, dialog_id: int) -> Dialog:
    return dialogs.tapped(session, call.me, dialog_id, call.now, OLD_LIST, "activity.roll")


def roll_toggle(session: Session, call: Call, button: buttons.RollToggle) -> Reply:
    dialog = _roll_dialog(session, call, button.dialog_id)
    activity = _called(session, call, int(dialog.draft["activity"]))
    if button.person_id not in {member.id for member in service.audience(session, activity, call.tz)}:
        raise Refusal(service.OUT_OF_SCOPE)
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
    activity = service.find(session, call.me, int(dialog.draft["activity"]))
    roll = service.settle(session, call.me, activity, dialog.draft["missing"], call.now, call.tz)
    dialogs.close(session, call.me.id)
    done = Message(f"已登记：{messages.roll_summary(activity, roll, call.tz)}")
    return Reply(toast="登记完毕。", edit=done, refresh=[(cards.KIND, activity.id)])


# --- 补登 ---------------------------------------------------------------------------------------------------------


def mark_somebody(session: Session, call: Call, button: buttons.MarkSomebody) -> Reply:
    activity = _seen(session, call, button.activity_id, part=True)
    have = service.statuses(session, activity.id)
    asked = _leaves(session, activity)
    people = []
    for member in service.audience(session, activity, call.tz):
        if not _may_mark(call, activity, member):
            continue
        status, row = have.get(member.id), asked.get(member.id)
        note = messages.STATUS_WORDS[status] if status else messages.LEAVE_WORDS[row.type] if row else ""
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
    activity = _seen(session, call, activity_id, part=True)
    people = service.audience(session, activity, call.tz)
    found = next((member for member in people if member.id == person_id), None)
    if found is None:
        raise Refusal(service.OUT_OF_SCOPE)
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
    return Reply(toast=word, edit=Message(f"{activity.title}\n{word}"), refresh=[(cards.KIND, activity.id)])


# --- 签到码、改期、取消 ---------------------------------------------------------------------------------------------


def sign_in_code(session: Session, call: Call, button: buttons.SignInCode) -> Reply:
    """A new code for the room, as a QR picture to show or print; the one before it is void."""
    import segno

    activity = _called(session, call, button.activity_id)
    code = codes.new_code(session, call.me, activity, call.now)
    picture = io.BytesIO()
    segno.make(f"https://t.me/{call.bot_name}?start=c_{code}").save(picture, kind="png", scale=10)
    opens = moment_words(activity.start_at - rules.OPENS_BEFORE, call.tz)
    caption = f"{activity.title}签到码：{opens}起有效，活动结束后失效。请在会场出示。"
    drawn = Document("签到码.png", picture.getvalue(), caption=caption, picture=True)
    return Reply(toast="签到码已生成。", here=[drawn])


def postpone(session: Session, call: Call, button: buttons.Postpone) -> Reply:
    activity = _seen(session, call, button.activity_id)
    planning.changeable(session, call.me, activity)
    dialogs.ask(session, call.me, POSTPONE, call.now, activity=activity.id)
    return say(f"改期：{activity.title}\n请发送新的日期和时间，例如：7月14日 14:30。不改了请发“取消”。")


def propose_date(session: Session, call: Call, dialog: Dialog) -> Reply:
    """The new date to look at; another one typed takes its place."""
    start = parse_moment(call.text, call.now, call.tz)
    if start is None:
        raise Refusal("没有看懂时间，请按“7月14日 14:30”的样子发送。")
    activity = service.find(session, call.me, int(dialog.draft["activity"]))
    planning.may_postpone(session, call.me, activity, start, call.now)
    # A dialog anew: the buttons under an earlier proposal must not send this one.
    asked = dialogs.ask(session, call.me, POSTPONE, call.now, activity=activity.id, start=start.isoformat())
    return Reply(here=[messages.postpone_to(activity, start, asked.id, call.tz)])


def postpone_to(session: Session, call: Call, button: buttons.PostponeTo) -> Reply:
    dialog = dialogs.tapped(session, call.me, button.dialog_id, call.now, OLD_DATE, POSTPONE, needs="start")
    activity = service.find(session, call.me, int(dialog.draft["activity"]))
    start = datetime.fromisoformat(dialog.draft["start"])
    dialogs.close(session, call.me.id)
    if not button.sure:
        return Reply(toast="未改期。", edit=Message(f"{activity.title}：未改期。"))
    planning.postpone(session, call.me, activity, start, call.now, call.tz)
    told = cards.tell_postponed(session, call, activity)
    done = Message(f"{activity.title}：已改期到{moment_words(start, call.tz)}，并已通知。")
    return Reply(toast="已改期，并已通知。", edit=done, others=told, refresh=cards.going_out(session, activity))


def call_off(session: Session, call: Call, button: buttons.CallOff) -> Reply:
    activity = _seen(session, call, button.activity_id)
    planning.changeable(session, call.me, activity)
    if not button.sure:
        sure = [
            Choice("确定取消", buttons.CallOff(activity.id, 1)),
            Choice("不取消", buttons.OpenActivity(activity.id)),
        ]
        return Reply(edit=Message(f"确定取消“{activity.title}”并通知全体吗？", [sure]))
    planning.call_off(session, call.me, activity, call.now)
    session.flush()
    return Reply(
        toast="已取消并通知。",
        edit=cards.render(session, activity.id, call.chat_id, call.now, call.tz),
        others=cards.tell_cancelled(session, activity, call.tz),
        refresh=[(cards.KIND, activity.id)],
    )


def unsettled(session: Session, branch_id: int, until: datetime) -> list[Activity]:
    """Planned activities whose end has passed: the roll is not complete yet."""
    query = select(Activity).where(
        Activity.branch_id == branch_id, Activity.status == ActivityStatus.PLANNED, Activity.end_at <= until
    )
    return list(session.scalars(query.order_by(Activity.end_at)))


HANDLERS: list[Handler] = [
    Command(
        "roll",
        list_activities,
        "考勤",
        Right.SEE_ROLL,
        keys={
            ANYBODY: Key(62),
            Duty.GROUP_LEADER: Key(62, "本组考勤", "本组考勤：查看本组签到，为本组党员代登，审批本组请假。"),
        },
        help="考勤：查看各次活动的签到，点名、补登和审批请假。",
        group=HelpGroup.OFFICE,
    ),
    Tap(buttons.OpenActivity, open_activity),
    Tap(buttons.ShowNames, show_names),
    Tap(buttons.RollCall, roll_call),
    Tap(buttons.RollToggle, roll_toggle),
    Tap(buttons.RollPage, roll_page),
    Tap(buttons.RollDone, roll_done),
    Tap(buttons.MarkSomebody, mark_somebody),
    Tap(buttons.MarkPerson, mark_person),
    Tap(buttons.MarkAs, mark_as),
    Tap(buttons.SignInCode, sign_in_code),
    Tap(buttons.Postpone, postpone),
    Tap(buttons.PostponeTo, postpone_to),
    Tap(buttons.CallOff, call_off),
    Answer(POSTPONE, propose_date),
]
