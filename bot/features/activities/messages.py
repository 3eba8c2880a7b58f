"""Every word that this feature shows."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo

from bot.features.activities import buttons
from bot.features.activities.rules import TITLES, Roll
from bot.kit.figures import percent
from bot.kit.handlers import File
from bot.kit.lists import filled, page_of, two_a_row
from bot.kit.replies import Choice, Document, Message, Pages, Rows
from bot.kit.words import cut, day_words, moment_words, short_day
from storage.choices import ActivityStatus, ActivityType, AttendanceStatus, LeaveState, LeaveType, MakeupState
from storage.models.activity import Activity
from storage.models.attendance import LeaveRequest, Makeup
from storage.models.notice import Notice

PEOPLE_ON_A_PAGE = 20
LEAVE_WORDS = {LeaveType.OFFICIAL_DUTY: "公差", LeaveType.SICK: "病假", LeaveType.PERSONAL: "事假"}
LEAVE_STATES = {
    LeaveState.PENDING: "待审批",
    LeaveState.APPROVED: "已批准",
    LeaveState.REFUSED: "未批准",
    LeaveState.WITHDRAWN: "已撤回",
}
STATUS_WORDS = {
    AttendanceStatus.PRESENT: "到会",
    AttendanceStatus.LATE: "迟到",
    AttendanceStatus.ONLINE: "线上参加",
    AttendanceStatus.ABSENT: "缺席",
    AttendanceStatus.OBSERVER: "列席",
}
STATES = {
    ActivityStatus.PLANNED: "",
    ActivityStatus.HELD: "（已登记）",
    ActivityStatus.CANCELLED: "（已取消）",
    ActivityStatus.POSTPONED: "（已延期）",
}
MARK_WORDS = {
    buttons.Mark.PRESENT: "到会",
    buttons.Mark.LATE: "迟到",
    buttons.Mark.ONLINE: "线上参加",
    buttons.Mark.ABSENT: "缺席",
    buttons.Mark.OFFICIAL_DUTY: "公差",
    buttons.Mark.SICK: "病假",
    buttons.Mark.PERSONAL: "事假",
}
Chosen = buttons.SignIn | buttons.AskLeave | buttons.CancelLeave | buttons.OpenActivity | buttons.HandInMakeup


@dataclass(frozen=True)
class Counts:
    """What a live card shows."""

    expected: int
    received: int
    on_leave: int
    pending_leave: int
    signed_in: int


@dataclass(frozen=True)
class Who:
    """A name for a list, with what is known of that person."""

    name: str
    group: str = ""
    note: str = ""


def notice_text(
    activity: Activity,
    types: Sequence[ActivityType],
    host: str,
    first_agenda: Sequence[str],
    reply_by: datetime,
    tz: tzinfo,
    word: str = "通知",
) -> str:
    """The notice as it goes out; kept with the notice, so that cards need no second look."""
    lines = [
        f"【{'、'.join(TITLES[kind] for kind in types)}{word}】{activity.title}",
        f"时间：{moment_words(activity.start_at, tz)}",
        f"地点：{activity.place or '另行通知'}",
    ]
    if host:
        lines.append(f"主持：{host}")
    if first_agenda:
        lines.append("第一议题：" + "；".join(first_agenda))
    return cut("\n".join([*lines, f"请于{moment_words(reply_by, tz)}前回复。"]), 3000)


def counts_line(counts: Counts) -> str:
    pending = f"（待批{counts.pending_leave}）" if counts.pending_leave else ""
    return f"已收到 {counts.received}/{counts.expected}，请假 {counts.on_leave}{pending}，已签到 {counts.signed_in}"


def member_rows(activity_id: int, notice_id: int) -> Rows:
    """The same three buttons in the same order, everywhere."""
    return [
        [Choice("收到", buttons.Acknowledge(notice_id)), Choice("请假", buttons.AskLeave(activity_id))],
        [Choice("签到", buttons.SignIn(activity_id))],
    ]


def group_card(activity: Activity, notice: Notice, counts: Counts) -> Message:
    """The one card in the group: numbers only, never names."""
    if activity.status is ActivityStatus.CANCELLED:
        return Message(f"【活动取消】\n{notice.text}")
    text = f"{notice.text}\n{counts_line(counts)}"
    return Message(text, member_rows(activity.id, notice.id) if activity.status is ActivityStatus.PLANNED else ())


def private_notice(activity: Activity, notice: Notice, answered: str = "", undo: Choice | None = None) -> Message:
    """A member's own card, with the own answer once there is one."""
    rows = [*member_rows(activity.id, notice.id), *([[undo]] if undo else [])]
    return Message(f"{notice.text}\n{answered}".strip(), rows)


def desk_card(activity: Activity, notice: Notice | None, counts: Counts, tz: tzinfo) -> Message:
    """The secretary's card: live counts and everything that can be done."""
    text = "\n".join(
        [
            f"【活动管理】{activity.title}{STATES[activity.status]}",
            f"时间：{moment_words(activity.start_at, tz)}",
            f"地点：{activity.place or '未定'}",
            counts_line(counts) if notice else f"应到 {counts.expected}，已登记到会 {counts.signed_in}",
        ]
    )
    roll = [
        Choice("点名", buttons.RollCall(activity.id)),
        Choice("补登", buttons.MarkSomebody(activity.id, 0)),
    ]
    lists = [
        Choice("回复名单", buttons.ShowNames(activity.id, buttons.Names.REPLIES)),
        Choice("考勤名单", buttons.ShowNames(activity.id, buttons.Names.ROLL)),
    ]
    if activity.status is ActivityStatus.CANCELLED:
        return Message(text)
    if activity.status is ActivityStatus.HELD:
        return Message(text, [roll, lists])
    change = [
        Choice("改期", buttons.Postpone(activity.id)),
        Choice("取消活动", buttons.CallOff(activity.id, 0)),
    ]
    return Message(text, [roll, lists, [Choice("签到码", buttons.SignInCode(activity.id))], change])


def leader_card(activity: Activity, roll: Roll, tz: tzinfo) -> Message:
    """A group leader's card of an activity of the whole branch: the own group, and signing in those who cannot."""
    text = f"【本组考勤】{roll_summary(activity, roll, tz)}"
    lists = [
        Choice("回复名单", buttons.ShowNames(activity.id, buttons.Names.REPLIES)),
        Choice("考勤名单", buttons.ShowNames(activity.id, buttons.Names.ROLL)),
    ]
    return Message(text, [[Choice("代登", buttons.MarkSomebody(activity.id, 0))], lists])


def signed_in(name: str, activity: Activity, status: AttendanceStatus, at: datetime, tz: tzinfo) -> str:
    """签到成功：甲六同志，14:42（迟到）。"""
    late = "（迟到）" if status is AttendanceStatus.LATE else ""
    return f"签到成功：{name}同志，{at.astimezone(tz):%H:%M}{late}。"


def signed_in_card(activity: Activity, line: str, row_id: int, tz: tzinfo) -> Message:
    text = f"{activity.title}\n时间：{moment_words(activity.start_at, tz)}\n地点：{activity.place}\n{line}"
    return Message(text, [[Choice("撤销", buttons.UndoSignIn(row_id))]])


def choose_activity(
    title: str,
    activities: Iterable[Activity],
    does: type[Chosen],
    tz: tzinfo,
) -> Message:
    """Ask which one, when a plain word could mean several."""
    return Message(
        title,
        [
            [
                Choice(
                    f"{short_day(activity.start_at.astimezone(tz).date())} {activity.title}"[:24],
                    does(activity.id),
                )
            ]
            for activity in activities
        ],
    )


def choose_leave(activity: Activity, tz: tzinfo) -> Message:
    kinds = [Choice(word, buttons.ChooseLeave(activity.id, kind)) for kind, word in LEAVE_WORDS.items()]
    return Message(
        f"{activity.title}（{moment_words(activity.start_at, tz)}）\n请假：请选择类别。",
        [kinds[:2], kinds[2:]],
    )


def leave_asked(row: LeaveRequest, activity: Activity) -> Message:
    return Message(
        f"{activity.title}：{LEAVE_WORDS[row.type]}已提交，等待组织委员审批。",
        [[Choice("撤销", buttons.UndoLeave(row.id))]],
    )


def leave_to_decide(row: LeaveRequest, activity: Activity, name: str, tz: tzinfo) -> Message:
    late = "（补批）" if row.requested_at > activity.start_at else ""
    when = moment_words(activity.start_at, tz)
    return Message(
        f"【请假审批】{name}同志申请{LEAVE_WORDS[row.type]}{late}\n{activity.title}，{when}",
        [[Choice("批准", buttons.DecideLeave(row.id, 1)), Choice("不批准", buttons.DecideLeave(row.id, 0))]],
    )


def leave_decided(row: LeaveRequest, activity: Activity, makeup_due: str) -> Message:
    """To the person who asked."""
    if row.state is LeaveState.APPROVED:
        return Message(
            f"{activity.title}：{LEAVE_WORDS[row.type]}已批准，请于{makeup_due}前补学。",
            [
                [
                    Choice("补学材料", buttons.HandInMakeup(activity.id)),
                    Choice("取消请假", buttons.CancelLeave(activity.id)),
                ]
            ],
        )
    return Message(f"{activity.title}：{LEAVE_WORDS[row.type]}未批准，请按时参加。")


def makeup_to_review(row: Makeup, activity: Activity, name: str) -> Message:
    return Message(
        cut(f"【补学审核】{name}同志：{activity.title}\n{row.note or '（见附件）'}", 3800),
        [[Choice("通过", buttons.ReviewMakeup(row.id, 1)), Choice("退回", buttons.ReviewMakeup(row.id, 0))]],
    )


def makeup_reviewed(row: Makeup, activity: Activity) -> Message:
    if row.state is MakeupState.ACCEPTED:
        return Message(f"{activity.title}：补学已通过。")
    return Message(
        f"{activity.title}：补学已退回：{row.return_reason}",
        [[Choice("重新提交", buttons.HandInMakeup(activity.id))]],
    )


def cancelled(activity: Activity, tz: tzinfo) -> Message:
    """To everybody who had the notice."""
    return Message(f"【活动取消】{activity.title}\n原定时间：{moment_words(activity.start_at, tz)}，请互相转告。")


def postpone_to(activity: Activity, start_at: datetime, dialog_id: int, tz: tzinfo) -> Message:
    """The proposed date, before anybody is told."""
    text = (
        f"改期：{activity.title}\n原定时间：{moment_words(activity.start_at, tz)}\n"
        f"新的时间：{moment_words(start_at, tz)}\n"
        "确定后将通知全体并重新收集回复，原有的签到和请假作废。如时间有误，请直接重新发送。"
    )
    sure = [
        Choice("确定改期", buttons.PostponeTo(dialog_id, 1)),
        Choice("不改", buttons.PostponeTo(dialog_id, 0)),
    ]
    return Message(text, [sure])


def roll_summary(activity: Activity, roll: Roll, tz: tzinfo) -> str:
    late = f"（迟到{len(roll.late)}）" if roll.late else ""
    unrecorded = f"（未登记{len(roll.unrecorded)}）" if roll.unrecorded else ""
    observers = f"，列席{len(roll.observers)}" if roll.observers else ""
    return (
        f"{activity.title}　{day_words(activity.start_at.astimezone(tz).date())}\n"
        f"应到{len(roll.expected)}，实到{len(roll.present)}{late}，请假{len(roll.leave)}，缺席{len(roll.absent)}{unrecorded}{observers}\n"
        f"出席率{percent(roll.attendance_rate)}，参学率{percent(roll.coverage_rate)}（已补学{len(roll.made_up)}）"
    )


def names(title: str, parts: Iterable[tuple[str, Sequence[Who]]]) -> list[str]:
    """Lists of names by heading, as one or more texts."""
    lines = [title]
    for heading, people in parts:
        listed = "、".join(f"{who.name}{f'（{who.note}）' if who.note else ''}" for who in people)
        lines.append(f"{heading}（{len(people)}）：{listed or '无'}")
    return Pages().add(lines).texts


def roll_call(
    activity: Activity, people: Sequence[tuple[int, str, bool]], dialog_id: int, number: int, others: int
) -> Message:
    """全部到会，除…: tap the few who are not there. `people` are (id, name, missing) without any record."""
    missing = sum(1 for _, _, gone in people if gone)
    shown = page_of(people, number, PEOPLE_ON_A_PAGE)
    taps = [
        Choice(f"{'✕ ' if gone else ''}{name}", buttons.RollToggle(dialog_id, person))
        for person, name, gone in shown.things
    ]
    turn = shown.turn(lambda at: buttons.RollPage(dialog_id, at))
    text = (
        f"【点名】{activity.title}\n已签到或请假 {others} 人。下列 {len(people)} 人尚无记录，默认全部到会，"
        f"请点出未到的同志（已点 {missing} 人），然后点“登记完毕”。"
    )
    return Message(text, filled(*two_a_row(taps), turn, [Choice("登记完毕", buttons.RollDone(dialog_id))]))


def mark_somebody(activity: Activity, people: Sequence[tuple[int, str, str]], number: int, *, guests: bool) -> Message:
    """补登: choose the person. `people` are (id, name, what is known); `guests`: others may be entered as 列席."""
    shown = page_of(people, number, PEOPLE_ON_A_PAGE)
    taps = [
        Choice(f"{name} {note}".strip(), buttons.MarkPerson(activity.id, person)) for person, name, note in shown.things
    ]
    turn = shown.turn(lambda at: buttons.MarkSomebody(activity.id, at))
    others = [Choice("登记列席", buttons.ShowGuests(activity.id, 0))] if guests else []
    return Message(f"【补登】{activity.title}\n请选择同志。", filled(*two_a_row(taps), turn, others))


def mark_as(activity: Activity, person_id: int, name: str) -> Message:
    taps = [Choice(word, buttons.MarkAs(activity.id, person_id, mark)) for mark, word in MARK_WORDS.items()]
    return Message(
        f"【补登】{activity.title}\n{name}同志：",
        two_a_row(taps),
    )


def attached(file: File) -> Document:
    """What somebody handed in, passed on to who reviews it by Telegram's own id of the file."""
    return Document(file.name or "补学材料", file_id=file.file_id, kind=file.kind)


def plain_notice(text: str, received: int | None, expected: int, notice_id: int, answered: str = "") -> Message:
    """发通知: a notice without an activity; `received` is counted on the group's and the desk's card only."""
    count = f"\n已收到 {received}/{expected}" if received is not None else ""
    return Message(f"{text}{count}{answered}", [[Choice("收到", buttons.Acknowledge(notice_id))]])


def notice_confirm(to_group: bool, expected: int) -> str:
    """Below a notice as it will go out, before anybody is told."""
    way = "发到支部群" if to_group else "逐人私聊发送"
    return f"\n（将{way}，应回复{expected}人。核对无误请点“发送”。）"
