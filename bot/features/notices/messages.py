"""Every word of a plain notice."""

from bot.features.notices.buttons import Draft, PlainNotice
from bot.features.notices.cards import Acknowledge
from bot.kit.replies import Choice, Message


def plain_notice(text: str, received: int | None, expected: int, notice_id: int, answered: str = "") -> Message:
    """发通知: a notice without an activity; `received` is counted on the group's and the desk's card only."""
    count = f"\n已收到 {received}/{expected}" if received is not None else ""
    return Message(f"{text}{count}{answered}", [[Choice("收到", Acknowledge(notice_id))]])


def notice_preview(text: str, to_group: bool, expected: int, dialog_id: int) -> Message:
    """A notice as it will go out, before anybody is told."""
    way = "发到支部群" if to_group else "逐人私聊发送"
    rows = [
        [
            Choice("发给自己看看", PlainNotice(dialog_id, Draft.TRY)),
            Choice("发送", PlainNotice(dialog_id, Draft.SEND)),
        ],
        [
            Choice("修改", PlainNotice(dialog_id, Draft.CHANGE)),
            Choice("取消", PlainNotice(dialog_id, Draft.DROP)),
        ],
    ]
    return Message(f"{text}\n\n（将{way}，应回复{expected}人。核对无误请点“发送”。）", rows)
