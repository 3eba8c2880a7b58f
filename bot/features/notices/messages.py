"""Every word of a plain notice."""

from bot.features.notices.cards import Acknowledge
from bot.kit.replies import Choice, Message


def plain_notice(text: str, received: int | None, expected: int, notice_id: int, answered: str = "") -> Message:
    """发通知: a notice without an activity; `received` is counted on the group's and the desk's card only."""
    count = f"\n已收到 {received}/{expected}" if received is not None else ""
    return Message(f"{text}{count}{answered}", [[Choice("收到", Acknowledge(notice_id))]])


def notice_confirm(to_group: bool, expected: int) -> str:
    """Below a notice as it will go out, before anybody is told."""
    way = "发到支部群" if to_group else "逐人私聊发送"
    return f"\n（将{way}，应回复{expected}人。核对无误请点“发送”。）"
