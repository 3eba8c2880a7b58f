"""Every word of a plain notice."""

from collections.abc import Sequence
from datetime import datetime

from bot.features.notices.buttons import UndoReceipt
from bot.features.notices.cards import Acknowledge, AskLeave, SignIn, received_line
from bot.kit.glossary.choices import LEAVE_STATES, LEAVE_TYPES
from bot.kit.lists import two_a_row
from bot.kit.replies import Choice, Message
from bot.kit.words import in_marks
from storage.choices import ActivityStatus
from storage.models.activity import Activity
from storage.models.attendance import LeaveRequest
from storage.models.notice import Notice, Receipt

LONGEST_TITLE = 20
RECEIVED = "您已回复“收到”。"


def plain_notice(text: str, received: int | None, expected: int, notice_id: int, answered: str = "") -> Message:
    """发通知: a notice without an activity; `received` is counted on the group's and the desk's card only."""
    count = f"\n{received_line(received, expected)}" if received is not None else ""
    return Message(f"{text}{count}{answered}", [[Choice("收到", Acknowledge(notice_id))]])


def notice_confirm(to_group: bool, expected: int) -> str:
    """Below a notice as it will go out, before anybody is told."""
    way = "发到支部工作群" if to_group else "逐人私聊发送"
    return f"\n（将{way}，应回复{expected}人。核对无误请点“发送”。）"


def on_leave(leave: LeaveRequest) -> str:
    """您已请假（公差），待审批。"""
    return f"您已请假（{LEAVE_TYPES[leave.type]}），{LEAVE_STATES[leave.state]}。"


def title(notice: Notice) -> str:
    """通知“请各位…”, of a notice without an activity."""
    words = notice.text.split("\n")[0]
    return f"通知{in_marks(words, LONGEST_TITLE)}"


def called(notice: Notice, activity: Activity | None) -> str:
    """7月主题党日通知, 通知“请各位…”"""
    return f"{activity.title}通知" if activity is not None else title(notice)


def which_one(notices: Sequence[Notice], titles: Sequence[str]) -> Message:
    """收到, when it could mean several: numbered, the nearest deadline first."""
    shown = list(zip(notices[:8], titles, strict=False))
    lines = [f"{at}. {words}" for at, (_, words) in enumerate(shown, 1)]
    taps = [Choice(f"收到第{at}项", Acknowledge(one.id)) for at, (one, _) in enumerate(shown, 1)]
    return Message("\n".join(["请选择要回复“收到”的通知。", *lines]), two_a_row(taps))


def not_understood(notice: Notice) -> Message:
    """To who has replied to a plain notice in words that nobody understands."""
    return Message(f"没有看懂您在群里的回复（{title(notice)}）。您是要：", [[Choice("收到", Acknowledge(notice.id))]])


def receipt_stands(notice: Notice, activity: Activity | None, undo: Receipt | None, now: datetime) -> Message:
    """To who edits a 收到, or says it again; `undo`: while it can be taken back."""
    about = activity.title if activity is not None else title(notice)
    planned = activity is not None and activity.status is ActivityStatus.PLANNED
    going = activity if planned and activity is not None and activity.end_at >= now else None
    does = [Choice("请假", AskLeave(going.id)), Choice("签到", SignIn(going.id))] if going is not None else []
    back = [Choice("撤销", UndoReceipt(undo.id))] if undo is not None else []
    return Message(f"{about}：{RECEIVED}", [row for row in (does, back) if row])
