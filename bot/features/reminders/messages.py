"""Every word and button of the page that shows what the clock sends."""

from collections.abc import Mapping

from bot.features.reminders.buttons import DigestOn, Send, SetDigest, TurnSend
from bot.features.todo import digest_setting
from bot.kit.glossary.columns import column_word, stored_word
from bot.kit.lists import two_a_row
from bot.kit.replies import Choice, Message

TITLE = "【提醒设置】"
FIXED = "待办提醒和其他提醒固定发送。"
# As on the buttons: what is longer than eight characters there has a short name.
_SHORT = {Send.INTEGRITY_REMINDER: "节前提醒", Send.INTEGRITY_SECOND: "第二次提醒"}


def page(states: Mapping[Send, bool], digest_on: str) -> Message:
    """One line and one button for each of them; the digest has its two days."""
    lines = [f"{column_word(send)}：{'发送' if states[send] else '不发'}" for send in Send]
    digest = f"{column_word(digest_setting.DIGEST)}：{digest_word(digest_on)}"
    turns = [Choice(_turn(send, states[send]), TurnSend(send, 0 if states[send] else 1)) for send in Send]
    days = [Choice(digest_word(when), SetDigest(when)) for when in DigestOn]
    return Message("\n".join([TITLE, *lines, digest, FIXED]), [*two_a_row(turns), days])


def _turn(send: Send, on: bool) -> str:
    """关闭学习提示, 开启第二次提醒"""
    return f"{'关闭' if on else '开启'}{_SHORT.get(send, column_word(send))}"


def digest_word(when: str) -> str:
    return stored_word(digest_setting.SETTING, digest_setting.DIGEST, when)


def turned(send: Send, on: bool) -> str:
    return f"{column_word(send)}：{'发送' if on else '不发'}。"


def digest_set(when: str) -> str:
    return f"{column_word(digest_setting.DIGEST)}：{digest_word(when)}。"
