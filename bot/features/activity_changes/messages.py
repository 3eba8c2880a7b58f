"""Every word of a change that people are told, and of the form that makes it."""

from collections.abc import Collection, Sequence
from datetime import tzinfo

from bot.features.notices.cards import AskLeave
from bot.kit.replies import Choice, Message
from bot.kit.words import cut, moment_words
from storage.models.activity import Activity

REPLIES_STAND = "回复仍然有效，不能参加的请点“请假”。"
LEAVE_STANDS = "您的请假仍然有效，能参加的请发送“取消请假”。"
ASK, CONFIRM_TOLD, CONFIRM_QUIET = "请选择要修改的内容。", "核对无误请点“修改并通知”。", "核对无误请点“确认修改”。"
CONFIRM_EITHER = "需要通知的请点“修改并通知”，无需通知的请点“确认修改”。"
TOLD, QUIET = "已修改，正在通知。", "已修改。"
LONGEST_PLACE, LONGEST_TITLE, LONGEST_LINE = 100, 60, 300


def changed(
    activity: Activity, what: Collection[str], tz: tzinfo, *, on_leave: bool = False, reply_to: int | None = None
) -> Message:
    """【活动变更】7月主题党日：地点改为二楼会议室。回复仍然有效，不能参加的请点“请假”。"""
    now = {
        "time": f"时间改为{moment_words(activity.start_at, tz)}",
        "place": f"地点改为{cut(activity.place, LONGEST_PLACE)}" if activity.place else "地点另行通知",
        "note": f"备注：{activity.note}" if activity.note else "取消原备注",
    }
    said = "，".join(words for key, words in now.items() if key in what).rstrip("。")
    head = f"【活动变更】{cut(activity.title, LONGEST_TITLE)}：{said}。"
    if on_leave:
        return Message(f"{head}{LEAVE_STANDS}", reply_to=reply_to)
    return Message(f"{head}{REPLIES_STAND}", [[Choice("请假", AskLeave(activity.id))]], reply_to=reply_to)


def summary(activity: Activity, lines: Sequence[str], tz: tzinfo) -> str:
    """What is changed, before and after; with nothing changed yet, what stands."""
    now = [f"时间：{moment_words(activity.start_at, tz)}", f"地点：{activity.place or '另行通知'}"]
    return "\n".join([f"【修改活动】{activity.title}", *(lines or now)])


def done(activity: Activity, lines: Sequence[str], told: bool) -> Message:
    """What it has become, in place of the form."""
    said = [cut(line, LONGEST_LINE) for line in lines]
    return Message("\n".join([f"【修改活动】{activity.title}", *said, TOLD if told else QUIET]))
