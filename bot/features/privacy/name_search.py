"""Finds somebody's name, or number, in what others wrote and puts another in its place: plain values, no I/O."""

import re
from collections.abc import Iterable
from typing import Any

from bot.kit.ideographs import CHINESE

# Names that are everyday words as well: 精神文明建设 names nobody.
WORDS = frozenset(
    {
        "安定",
        "安宁",
        "安全",
        "成功",
        "成果",
        "党建",
        "方法",
        "方向",
        "高度",
        "高峰",
        "高尚",
        "关键",
        "关心",
        "关注",
        "国庆",
        "和平",
        "和谐",
        "红旗",
        "建国",
        "建设",
        "江山",
        "解放",
        "金秋",
        "平安",
        "全面",
        "胜利",
        "时代",
        "时间",
        "万一",
        "温暖",
        "文化",
        "文明",
        "先进",
        "向前",
        "向上",
        "学习",
        "阳光",
        "元旦",
        "中秋",
    }
)
# Words of machines in a message or a file's record: what they name is no person, and changed they lead nowhere.
MACHINES = frozenset(
    {
        "batch",
        "base64",
        "callback_data",
        "file_id",
        "file_unique_id",
        "kind",
        "mime_type",
        "upload",
        "url",
    }
)


class Naming:
    """`name` becomes `put`, except where it is a part of somebody else's longer name (张三 in 张三丰).

    `others`: the names of everybody else who is known there. `shared`: one of them has this very name; a text that
    says it may mean either, and is left as it is.
    """

    def __init__(self, name: str, put: str, others: Iterable[str] = ()) -> None:
        around = {other for other in others if name in other}
        self.name, self.put, self.shared = name, put, name in around
        longer = sorted(around - {name}, key=len, reverse=True)
        kept = [f"(?P<other>{'|'.join(map(re.escape, longer))})"] if longer else []
        self._pattern = re.compile("|".join([*kept, _alone(name)]))

    def names(self, text: str) -> bool:
        """Whether the text says the name, by itself."""
        return any(found.lastgroup != "other" for found in self._pattern.finditer(text))

    def taken_out(self, text: str) -> str:
        if self.shared or self.name not in text:
            return text
        return self._pattern.sub(lambda found: found.group() if found.lastgroup == "other" else self.put, text)

    def out_of(self, value: Any) -> Any:
        """The same of every text in a JSON value; keys and words of machines stay."""
        if isinstance(value, str):
            return self.taken_out(value)
        if isinstance(value, list):
            return [self.out_of(each) for each in value]
        if isinstance(value, dict):
            return {key: each if key in MACHINES else self.out_of(each) for key, each in value.items()}
        return value

    def names_in(self, value: Any) -> bool:
        """Whether a JSON value says the name anywhere, in a key as well."""
        if isinstance(value, dict):
            return any(self.names_in(each) for pair in value.items() for each in pair)
        if isinstance(value, list | tuple):
            return any(map(self.names_in, value))
        return isinstance(value, str) and self.names(value)


def _alone(name: str) -> str:
    """One letter, or a word of every day, is a name only where it stands alone or before 同志; Li is not in Lining."""
    word = re.escape(name)
    if len(name) == 1 or name in WORDS:
        return rf"(?<![\w{CHINESE}]){word}(?![\w{CHINESE}])|{word}(?=同志)"
    before = f"(?<![{_kin(name[0])}])" if _kin(name[0]) else ""
    after = f"(?![{_kin(name[-1])}])" if _kin(name[-1]) else ""
    return f"{before}{word}{after}"


def _kin(letter: str) -> str:
    """What would make a longer word or number of it."""
    if not letter.isascii():
        return ""
    return "A-Za-z" if letter.isalpha() else "0-9" if letter.isdigit() else ""
