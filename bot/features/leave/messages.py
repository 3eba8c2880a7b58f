"""Every word about leave and make-ups."""

from collections.abc import Sequence
from datetime import datetime, tzinfo
from typing import Any

from bot.features.leave import buttons
from bot.kit.doors import NoLeave
from bot.kit.glossary.choices import LEAVE_STATES, LEAVE_TYPES
from bot.kit.handlers import File
from bot.kit.leave_offers import kinds
from bot.kit.owing import Waiting, by_number, numbered
from bot.kit.replies import Choice, Document, Message
from bot.kit.words import cut, moment_words
from storage.choices import LeaveState, LeaveType, MakeupState
from storage.models.activity import Activity
from storage.models.attendance import LeaveRequest, Makeup

# To officers, of what they were asked to decide.
CLOSED, WITHDRAWN = Message("这条请假已办结。"), "这位同志已取消请假。"
HOW_TO_EXPLAIN = "如需说明，请直接发送事由。"


def choose_leave(activity: Activity, tz: tzinfo) -> Message:
    asks = f"{activity.title}，{moment_words(activity.start_at, tz)}。\n请选择请假类别。"
    return Message(asks, kinds(activity.id))


def offer_leave(activity: Activity, reason: str, said: int, tz: tzinfo) -> Message:
    """To who has asked in words that name no kind; `said`: the update in which the reason stands."""
    offered = [Choice(word, buttons.ChooseFor(activity.id, kind, said)) for kind, word in LEAVE_TYPES.items()]
    asks = f"您是要请假吗？{activity.title}，{moment_words(activity.start_at, tz)}。"
    return Message("\n".join([asks, *_why(reason)]), [offered, [Choice("不请假", NoLeave(activity.id))]])


def _why(reason: str) -> list[str]:
    """Seen by who asks and by who decides, never in the group."""
    return [f"事由：{reason}"] if reason else []


def no_leave(activity: Activity, tz: tzinfo) -> Message:
    return Message(f"{activity.title}，{moment_words(activity.start_at, tz)}：未请假，请按时参加。")


def leave_stands(row: LeaveRequest, activity: Activity, now: datetime) -> Message:
    """To who asks, or edits what was asked, once more; it can be taken back before the start."""
    kind, state = LEAVE_TYPES[row.type], LEAVE_STATES[row.state]
    if row.state is LeaveState.REFUSED:
        return Message(f"{activity.title}：您的请假（{kind}）{state}，请按时参加。")
    undo = [[Choice("取消请假", buttons.CancelLeave(activity.id))]] if now < activity.start_at else []
    return Message(f"{activity.title}：您已请假（{kind}），{state}。", undo)


def ask_to_cancel(row: LeaveRequest, activity: Activity, now: datetime) -> Message:
    """To who seems to want it no more: one tap away, and nothing is done by the words."""
    stands = leave_stands(row, activity, now)
    return Message(f"{stands.text}\n您是要取消请假吗？", stands.rows)


def leave_asked(row: LeaveRequest, activity: Activity, asks_why: bool = False) -> Message:
    """`asks_why`: what is sent next is taken as the reason."""
    asked = f"{activity.title}：已提交请假（{LEAVE_TYPES[row.type]}），待审批。{HOW_TO_EXPLAIN if asks_why else ''}"
    return Message("\n".join([asked, *_why(row.reason)]), [[Choice("撤销", buttons.UndoLeave(row.id))]])


def _to_decide(row: LeaveRequest, activity: Activity, name: str, tz: tzinfo) -> list[str]:
    late = "（补批）" if row.requested_at > activity.start_at else ""
    asked = f"【请假审批】{name}同志请假（{LEAVE_TYPES[row.type]}）{late}"
    return [asked, f"{activity.title}，{moment_words(activity.start_at, tz)}", *_why(row.reason)]


def leave_to_decide(row: LeaveRequest, activity: Activity, name: str, tz: tzinfo) -> Message:
    return Message(
        "\n".join(_to_decide(row, activity, name, tz)),
        [[Choice("批准", buttons.DecideLeave(row.id, 1)), Choice("不批准", buttons.DecideLeave(row.id, 0))]],
    )


def leave_closed(row: LeaveRequest, activity: Activity, name: str, line: str, tz: tzinfo) -> Message:
    """To the others who were asked: nothing is left to be decided, and why."""
    return Message("\n".join([*_to_decide(row, activity, name, tz), line]))


def decided_by(row: LeaveRequest, name: str) -> str:
    """甲二同志已批准。"""
    return f"{name}同志{LEAVE_STATES[row.state]}。"


def entered_by(row: LeaveRequest, name: str) -> str:
    """甲二同志已补登病假。"""
    return f"{name}同志已补登{LEAVE_TYPES[row.type]}。"


def to_approve(found: Sequence[Waiting], number: int) -> Message:
    """审批请假 of the own party group; `number`: how many there are altogether."""
    if not found:
        return Message("没有待审批的请假。")
    more = [f"另有{number - len(found)}人，审批后请再点“审批请假”。"] if number > len(found) else []
    lines = [f"【审批请假】待审批{number}人：", *numbered(one.line for one in found), *more]
    return Message("\n".join(lines), by_number(found))


def leave_decided(row: LeaveRequest, activity: Activity, makeup_due: str) -> Message:
    """To the person who asked."""
    asked = f"{activity.title}：您的请假（{LEAVE_TYPES[row.type]}）"
    if row.state is LeaveState.APPROVED:
        return Message(
            f"{asked}已批准，请于{makeup_due}（含）前补学。",
            [
                [
                    Choice("提交补学", buttons.HandInMakeup(activity.id)),
                    Choice("取消请假", buttons.CancelLeave(activity.id)),
                ]
            ],
        )
    return Message(f"{asked}未批准，请按时参加。")


def decided(row: LeaveRequest, activity: Activity, name: str, late: str) -> Message:
    """To who has decided; `late`: 补批."""
    word = LEAVE_STATES[row.state]
    return Message(f"{word}{name}同志请假（{LEAVE_TYPES[row.type]}）：{activity.title}{late}。")


def makeup_prompt(activity: Activity, name: str, leave: LeaveType | None, due: str) -> Message:
    """补学提示, once the roll is complete; `leave`: None to who is recorded as absent."""
    if leave is None:
        asks = f"您的考勤记为缺席，如有出入请联系组织委员；可于{due}（含）前补学。"
    else:
        asks = f"您请假（{LEAVE_TYPES[leave]}），请于{due}（含）前补学，文字、语音、照片、文件均可。"
    return Message(f"{name}同志，{activity.title}{asks}", [[Choice("提交补学", buttons.HandInMakeup(activity.id))]])


def ask_for_makeup(activity: Activity) -> str:
    return f"【补学】{activity.title}\n请发送补学情况，文字、语音、照片或文件均可。"


def makeup_handed_in(row: Makeup, activity: Activity, note: str = "") -> Message:
    return Message(f"{activity.title}：补学已提交，待审核。{note}", [[Choice("撤销", buttons.UndoMakeup(row.id))]])


def makeup_to_review(row: Makeup, activity: Activity, name: str) -> Message:
    return Message(
        cut(f"【补学审核】{name}同志：{activity.title}\n{row.note or '（见附件）'}", 3800),
        [[Choice("通过", buttons.ReviewMakeup(row.id, 1)), Choice("退回", buttons.ReviewMakeup(row.id, 0))]],
    )


def makeup_reviewed(row: Makeup, activity: Activity) -> Message:
    """To who has handed it in."""
    if row.state is MakeupState.ACCEPTED:
        return Message(f"{activity.title}：您的补学已通过审核。")
    return Message(
        f"{activity.title}：您的补学已退回，请修改后重新提交。\n退回原因：{row.return_reason}",
        [[Choice("重新提交", buttons.HandInMakeup(activity.id))]],
    )


def reviewed(row: Makeup, activity: Activity, name: str) -> Message:
    """To who has reviewed it."""
    word = "已通过" if row.state is MakeupState.ACCEPTED else "已退回"
    return Message(f"{word}{name}同志补学：{activity.title}。")


def attached(file: File) -> Document:
    """What somebody handed in, passed on to who reviews it by Telegram's own id of the file."""
    return Document(file.name or "补学", file_id=file.file_id, kind=file.kind)


def kept(file: dict[str, Any]) -> Document:
    """The same, as it was kept."""
    return Document(file.get("name") or "补学", file_id=file["file_id"], kind=file["kind"])
