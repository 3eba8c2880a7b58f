"""Every word and button of the page that shows what the clock sends."""

from collections.abc import Mapping, Sequence
from datetime import tzinfo

from bot.features.reminders.buttons import DigestOn, Send, SetDigest, TurnSend, TurnSure
from bot.features.reminders.service import Goes
from bot.features.todo import digest_setting
from bot.kit.glossary.columns import column_word, stored_word
from bot.kit.lists import really, two_a_row
from bot.kit.replies import Choice, Message
from bot.kit.words import moment_words

TITLE = "【提醒设置】"
FIXED = "待办提醒和其他提醒固定发送；登记事项的到期提醒在台账中开启或关闭。"
# As on the buttons: what is longer than eight characters there has a short name.
_SHORT = {Send.INTEGRITY_REMINDER: "节前提醒", Send.INTEGRITY_SECOND: "第二次提醒"}


def page(states: Mapping[Send, bool], digest_on: str) -> Message:
    """One line and one button for each of them; the digest has its days."""
    lines = [f"{column_word(send)}：{'发送' if states[send] else '不发'}" for send in Send]
    digest = f"{column_word(digest_setting.DIGEST)}：{digest_word(digest_on)}"
    turns = [Choice(_turn(send, states[send]), TurnSend(send, 0 if states[send] else 1)) for send in Send]
    days = [Choice(digest_word(when), SetDigest(when)) for when in DigestOn]
    return Message("\n".join([TITLE, *lines, digest, FIXED]), [*two_a_row(turns), days])


def _turn(send: Send, on: bool) -> str:
    """关闭学习提示, 开启第二次提醒"""
    return f"{'关闭' if on else '开启'}{_SHORT.get(send, column_word(send))}"


def sure_to_turn(send: Send, on: bool, changed: Sequence[Goes], tz: tzinfo) -> Message:
    """开启后，8月学习提示将于8月1日（周二）11:00发送给22人。 What goes by it, or does not, and to how many."""
    act = "开启" if on else "关闭"
    said = "；".join((_will if on else _will_not)(one, tz) for one in changed)
    return really(
        f"{TITLE}{act}后，{said}。确认{act}吗？",
        Choice(f"确认{act}", TurnSure(send, int(on))),
        Choice(f"不{act}", TurnSure(send, int(not on))),
    )


def _will(one: Goes, tz: tzinfo) -> str:
    return f"{one.what}{'立即' if one.when is None else f'将于{moment_words(one.when, tz)}'}发送给{_whom(one)}"


def _will_not(one: Goes, tz: tzinfo) -> str:
    when = f"原定{moment_words(one.when, tz)}发送给{_whom(one)}的" if one.when is not None else ""
    return f"{when}{one.what}不再自动发送"


def _whom(one: Goes) -> str:
    return f"{one.people}人" if one.people is not None else "未阅的同志"


def digest_word(when: str) -> str:
    return stored_word(digest_setting.SETTING, digest_setting.DIGEST, when)


def turned(send: Send, on: bool) -> str:
    return f"{column_word(send)}：{'发送' if on else '不发'}。"


def digest_set(when: str) -> str:
    return f"{column_word(digest_setting.DIGEST)}：{digest_word(when)}。"
