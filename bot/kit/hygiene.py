"""What must not be kept: marks of secrecy and identity numbers, found before anything is stored."""

import re
import unicodedata
from collections.abc import Iterator
from datetime import date
from enum import StrEnum
from typing import Any

LOOKED_AT = frozenset({"text", "caption", "file_name"})


class Found(StrEnum):
    """Why an update is refused; the value is what its sender is told."""

    MARK = "请勿上传涉密或标密级的文件，内容未保存。"
    IDENTITY_NUMBER = "请勿发送身份证号码，内容未保存。"


_LEVEL = r"(?:秘\s*密|机\s*密|绝\s*密)"
_TERM = r"(?:\d+|[一二三四五六七八九十]+|长)\s*(?:年|个?月|[天日]|期)"
_EDGE = r"[\s【】\[\]()「」《》\"'“”.,:;!、。]*"
# NFKC has made full-width letters, digits, brackets and colons plain by now.
_MARKS = (
    re.compile(rf"{_LEVEL}\s*[★☆⭐*]"),
    re.compile(rf"(?<![\u4e00-\u9fff]){_LEVEL}{_EDGE}{_TERM}(?![\u4e00-\u9fff])"),
    re.compile(rf"^{_EDGE}{_LEVEL}{_EDGE}$", re.MULTILINE),
    re.compile(rf"密\s*级\s*:\s*{_LEVEL}"),
    re.compile(r"\A[\W_]*内部(?:资料|文件)"),
)
_NUMBER = re.compile(r"(?<![\dA-Za-z])([1-9]\d{5})[\s-]?(\d{4})(\d{2})(\d{2})[\s-]?\d{3}[\dXx](?![\dA-Za-z])")


def find(kind: str, content: dict[str, Any]) -> Found | None:
    """What is wrong with an update of this kind. A tap carries only what the bot itself wrote."""
    if kind == "callback_query":
        return None
    return next((found for text in _texts(content) if (found := look(text)) is not None), None)


def look(text: str) -> Found | None:
    """What is wrong with one text or file name. The words inside a sentence pass (保守党的秘密, 内部管理)."""
    plain = unicodedata.normalize("NFKC", text)
    if any(mark.search(plain) for mark in _MARKS):
        return Found.MARK
    return Found.IDENTITY_NUMBER if any(map(_is_person, _NUMBER.finditer(plain))) else None


def _is_person(number: re.Match[str]) -> bool:
    """The birthday inside must be one. A wrong check digit is no excuse: it is still somebody's number."""
    year, month, day = (int(number[part]) for part in (2, 3, 4))
    try:
        return 1900 <= date(year, month, day).year <= 2100
    except ValueError:
        return False


def _texts(content: dict[str, Any]) -> Iterator[str]:
    """Every text and caption at any depth: a reply or a quote repeats what it answers."""
    waiting: list[Any] = [content]
    while waiting:
        item = waiting.pop()
        if isinstance(item, list):
            waiting += item
        elif isinstance(item, dict):
            for key, value in item.items():
                if isinstance(value, str) and key in LOOKED_AT:
                    yield value
                elif isinstance(value, dict | list):
                    waiting.append(value)
