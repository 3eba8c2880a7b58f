"""What must not be kept: marks of secrecy and identity numbers, found before anything is stored."""

import re
import unicodedata
from collections.abc import Collection, Iterator
from datetime import date
from enum import StrEnum
from typing import Any

from bot.kit.ideographs import CHINESE
from bot.kit.sheets import visible

# The marks that the rules of secrecy fix: no branch takes one off.
LEVELS, INSIDE = ("秘密", "机密", "绝密"), ("内部资料", "内部文件")
# Everything else that is written in an update is looked at, also in fields that Telegram has yet to invent.
# Who and where: names of accounts and chats are no texts; `reply_markup` is the bot's own.
_WHO = frozenset({
    "from", "user", "users", "sender_user", "chat", "sender_chat", "actor_chat", "voter_chat", "via_bot",
    "sender_business_bot", "origin", "forward_origin", "forward_from", "forward_from_chat", "forward_sender_name",
    "forward_signature", "author_signature", "new_chat_members", "new_chat_member", "new_chat_participant",
    "left_chat_member", "left_chat_participant", "user_shared", "users_shared", "chat_shared", "reply_markup",
})  # fmt: skip
# Of what kind, and which: words of machines. So is every key that ends with _id.
_WHICH = frozenset({"id", "type", "mime_type", "emoji", "username", "language_code", "set_name", "currency"})
# A tap carries only what the bot itself wrote, and who comes or goes writes nothing.
_UNWRITTEN = frozenset({"callback_query", "my_chat_member"})


class Found(StrEnum):
    """Why an update is refused; the value is what its sender is told."""

    MARK = "请勿上传涉密或标密级的文件，内容未保存。"
    IDENTITY_NUMBER = "请勿发送身份证号码，内容未保存。"
    MOBILE_NUMBERS = "请勿成批发送手机号码，内容未保存。"
    BRANCH_WORD = "内容中有支部规定不得发送的词语，未保存，请修改后再发。"


_LEVEL = "(?:" + "|".join(r"\s*".join(level) for level in LEVELS) + ")"
_TERM = r"(?:\d+|[一二三四五六七八九十]+|长)\s*(?:年|个?月|[天日]|期)"
_EDGE = r"[\s【】\[\]()「」《》\"'“”.,:;!、。]*"
# NFKC has made full-width letters, digits, brackets and colons plain by now.
_MARKS = (
    re.compile(rf"{_LEVEL}\s*[★☆⭐*]"),
    re.compile(rf"(?<![{CHINESE}]){_LEVEL}{_EDGE}{_TERM}(?![{CHINESE}])"),
    re.compile(rf"^{_EDGE}{_LEVEL}{_EDGE}$", re.MULTILINE),
    re.compile(rf"密\s*级\s*:\s*{_LEVEL}"),
    re.compile(rf"\A[\W_]*(?:{'|'.join(INSIDE)})"),
)
_NUMBER = re.compile(r"(?<![\dA-Za-z])([1-9]\d{5})[\s-]?(\d{4})(\d{2})(\d{2})[\s-]?\d{3}[\dXx](?![\dA-Za-z])")
# GB 11643: what each of the first 17 digits counts, and the last sign for the sum modulo 11.
_WEIGHTS, _SIGNS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2), "10X98765432"
_MOBILE = re.compile(r"(?<![\dA-Za-z])(?:\+?86[\s-]?)?(1[3-9]\d)[\s-]?(\d{4})[\s-]?(\d{4})(?![\dA-Za-z])")
# One or two numbers are somebody's to give; so many different ones are a list.
BULK = 3


def find(kind: str, content: dict[str, Any]) -> Found | None:
    """What is wrong with an update of this kind."""
    texts = texts_of(kind, content)
    return next((found for text in texts if (found := look(text)) is not None), None)


def look(text: str) -> Found | None:
    """What is wrong with one text or file name. The words inside a sentence pass (保守党的秘密, 内部管理)."""
    plain = unicodedata.normalize("NFKC", text)
    if any(mark.search(plain) for mark in _MARKS):
        return Found.MARK
    if any(map(_is_person, _NUMBER.finditer(plain))):
        return Found.IDENTITY_NUMBER
    return Found.MOBILE_NUMBERS if len({found.groups() for found in _MOBILE.finditer(plain)}) >= BULK else None


def _is_person(number: re.Match[str]) -> bool:
    """The birthday inside must be one and the last sign must check: an order's or a paper's number passes."""
    year, month, day = (int(number[part]) for part in (2, 3, 4))
    signs = [sign for sign in number.group().upper() if sign.isdigit() or sign == "X"]
    total = sum(int(sign) * weight for sign, weight in zip(signs, _WEIGHTS, strict=False))
    try:
        return 1900 <= date(year, month, day).year <= 2100 and signs[-1] == _SIGNS[total % 11]
    except ValueError:
        return False


def comparable(text: str) -> str:
    """A text as a branch's own words are looked for in it: plain letters, small, nothing invisible, no blanks."""
    return "".join(visible(unicodedata.normalize("NFKC", visible(text)).casefold()).split())


def holds(text: str, words: Collection[str]) -> bool:
    """Whether a text holds one of a branch's own words, which are comparable already."""
    plain = comparable(text) if words else ""
    return any(word in plain for word in words)


def texts_of(kind: str, content: dict[str, Any]) -> list[str]:
    """Every text that somebody wrote in an update."""
    return [] if kind in _UNWRITTEN else list(_texts(content))


def _texts(content: dict[str, Any]) -> Iterator[str]:
    """At any depth: a reply or a quote repeats what it answers, a poll has its question, options and explanation."""
    waiting: list[Any] = [content]
    while waiting:
        item = waiting.pop()
        if isinstance(item, str):
            yield item
        elif isinstance(item, list):
            waiting += item
        elif isinstance(item, dict):
            waiting += [value for key, value in item.items() if key not in _WHO and not _is_machines(key, value)]


def _is_machines(key: str, value: Any) -> bool:
    return isinstance(value, str) and (key in _WHICH or key.endswith("_id"))
