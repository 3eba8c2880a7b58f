"""Names of people, groups and organisations: how they are kept, and by what they are compared. No I/O."""

import re
import unicodedata
from collections.abc import Collection, Iterable
from typing import Any, Protocol, TypeVar
from zlib import crc32

from bot.kit.ideographs import CHINESE, PRIVATE, RADICALS, VARIANTS
from bot.kit.sheets import visible

LONGEST = 50
# Longer than that nothing is a name with something behind it.
_LONGEST_PARTED = 300
# What stands before the number of somebody whose data were erased.
ERASED = "已注销"
_LOST = "\ufffd"
_NOBODY = frozenset({"无", "暂无", "没有", "未知", "不详", "合计", "总计", "小计", "共计"})
# What a program writes for nothing, for yes and no, and a spreadsheet for what it could not work out; all small.
_PROGRAMS = frozenset({"none", "nan", "null", "nil", "nat", "<na>", "n/a", "undefined", "true", "false"})
_ERRORS = re.compile(r"#(?:n/a|ref!|name\?|value!|div/0!|null!|num!|spill!|calc!|getting_data|field!|blocked!)")

# The Kangxi radicals by NFKC: ⽅ is 方.
_KANGXI = {chr(code): unicodedata.normalize("NFKC", chr(code)) for code in range(0x2F00, 0x2FD6)}
_USUAL = str.maketrans(_KANGXI | RADICALS)
# Their composed form is another letter, and the one that was written is kept.
_NOT_COMPATIBLE = re.compile("[^\uf900-\ufaff\U0002f800-\U0002fa1f]+")
_BLANK_BETWEEN = re.compile(f"(?<=[{CHINESE}]) (?=[{CHINESE}])")
_DOTS = "·•‧∙⋅・･●⸱⸳᛫ꞏᐧ"
_DOTTED = re.compile(f" ?[{_DOTS}](?: ?[{_DOTS}])* ?")
_ONE_LETTER = str.maketrans(PRIVATE | dict.fromkeys(_DOTS, "·"))
_NO_LETTER = re.compile(rf"[\s{VARIANTS}]")
# 阿甲．乙提 is a dot by another key.
_FULL_STOP = re.compile(rf"(?<=[{CHINESE}])\.(?=[{CHINESE}])")

_OPENS, _CLOSES = "（(【〔［[〈<《「『｛{", "）)】〕］]〉>》」』｝}"
_VARIANTS_BEHIND, _ABBREVIATED = re.compile(f"[{VARIANTS}]+$"), re.compile(r"[A-Za-z]\.$")
# To its end, also where nobody closed it.
_BRACKET = re.compile(rf"[{re.escape(_OPENS)}][^{re.escape(_OPENS + _CLOSES)}]*[{re.escape(_CLOSES)}]?$")

_CHINESE_DIGITS: dict[str, int] = dict(
    zip("一二三四五六七八九壹贰叁肆伍陆柒捌玖", [*range(1, 10), *range(1, 10)], strict=True)
)
_ROMANS = "i|ii|iii|iv|v|vi|vii|viii|ix|x|xi|xii"
_ROMAN = {word: number for number, word in enumerate(_ROMANS.split("|"), 1)}
_DIGIT = f"[{''.join(_CHINESE_DIGITS)}]"
_NUMBER = (
    rf"(?:{_DIGIT}?[十拾]{_DIGIT}?|{_DIGIT}|(?<!\d)(?:0?[1-9]|[1-9]\d)(?!\d)|(?<![a-z])(?:{'|'.join(_ROMAN)})(?![a-z]))"
)
# Of a group or of the branch before it: 第一, （一）, 1 and 第二支部第一.
_NUMBERED = re.compile(rf"第?\(?({_NUMBER})\)?\.?(?=$|党?支部)|第({_NUMBER})")
_GROUP_BEHIND, _GROUP_BEFORE = re.compile("(?:党小组|小组|组)$"), re.compile(rf"^党?小组(?=第?{_NUMBER}$)")


class Named(Protocol):
    @property
    def name(self) -> str: ...


N = TypeVar("N", bound=Named)


# --- names ----------------------------------------------------------------------------------------------------------


def clean_name(name: str) -> str:
    """A name as it is kept and shown: letter for letter, without marks that reorder or hide text.

    No blanks between Chinese letters (张　伟 becomes 张伟) and around a middle dot, which is · whichever was typed;
    radicals are the letters that they look like (⽅ is 方, ⻢ is 马).
    """
    text = " ".join(_NOT_COMPATIBLE.sub(_composed, visible(name)).translate(_USUAL).split())
    return _DOTTED.sub(_dot, _BLANK_BETWEEN.sub("", text))


def _composed(found: re.Match[str]) -> str:
    return unicodedata.normalize("NFC", found.group())


def _dot(found: re.Match[str]) -> str:
    before, after = found.string[: found.start()][-1:], found.string[found.end() :][:1]
    return "·" if _is_letter(before) and _is_letter(after) else found.group()


def _is_letter(sign: str) -> bool:
    """Of whatever writing, with the marks on it; 〇, what is private and what this Python does not know yet as well."""
    kind = unicodedata.category(sign) if sign else ""
    return kind[:1] in ("L", "M") or kind in ("Nl", "Co", "Cn")


def name_key(name: str) -> str:
    """What two spellings of one name share: the stored name is never changed by it.

    No blanks, small letters; one letter for those that are compatible, radicals, GBK's private ones, brackets and dots.
    """
    key, before = _folded(name), name
    while key != before:  # what was folded may meet what it folds with
        key, before = _folded(key), key
    return key


def called(people: Iterable[N], name: str) -> list[N]:
    """Those who have this name, however it is spelt here or there."""
    key = name_key(name)
    return [one for one in people if name_key(one.name) == key]


def _folded(text: str) -> str:
    small = unicodedata.normalize("NFKC", clean_name(text).translate(_ONE_LETTER)).casefold()
    return _FULL_STOP.sub("·", _NO_LETTER.sub("", small))


def parted(name: str) -> tuple[str, str]:
    """A name and what stands behind it, or "": 甲一（女） is 甲一 and （女）, 甲二* is 甲二 and *."""
    if len(name) > _LONGEST_PARTED:
        return name.strip(), ""
    rest = name.strip()
    while (shorter := _without_last(rest)) != rest:
        rest = shorter
    return (rest, name.strip()[len(rest) :].strip()) if any(map(_is_letter, rest)) else (name.strip(), "")


def _without_last(text: str) -> str:
    """Without the bracket, or the one mark or figure, at its end; the full stop of Jr. stays."""
    shorter, sign = _BRACKET.sub("", text), _VARIANTS_BEHIND.sub("", text)
    if shorter == text and sign and not _is_letter(sign[-1]) and not _ABBREVIATED.search(sign):
        shorter = sign[:-1]
    return shorter.rstrip()


def is_name(text: str) -> bool:
    """Whether it can be somebody's name: it has a letter, is short, and no word for nobody (无, 合计, NaN, 已注销7).

    What a program that did not know a letter has left in its place (U+FFFD) is none.
    """
    name, key = clean_name(text), name_key(text)
    if not any(map(_is_letter, key)) or _LOST in name or len(name) > LONGEST:
        return False
    return not names_nothing(text) and not key.startswith(ERASED)


def names_nothing(text: str) -> bool:
    """Whether it is a word for nobody (无, 合计), or what a program writes for nothing or an error: NaN, TRUE, #N/A."""
    key = name_key(text)
    return key in _NOBODY or key in _PROGRAMS or _ERRORS.fullmatch(key) is not None


# --- party groups ---------------------------------------------------------------------------------------------------


def group_key(name: str) -> str:
    """What two spellings of one party group share: 第一党小组, 第１小组 and 一组; 机关党小组 and 机关组.

    Of the last bracket nothing is folded: it may name another group.
    """
    key, before = _of_group(name), name
    while key != before:
        key, before = _of_group(key), key
    return key


def _of_group(name: str) -> str:
    base, bracket = _bracketed(name_key(name))
    named = _GROUP_BEFORE.sub("", _GROUP_BEHIND.sub("", base)) or base[-1:]
    return _NUMBERED.sub(_number, named) + bracket


def _bracketed(key: str) -> tuple[str, str]:
    """A key and the bracket behind it; what is all bracket is a name."""
    found = _BRACKET.search(key)
    return (key[: found.start()], found.group()) if found is not None and found.start() else (key, "")


def _number(found: re.Match[str]) -> str:
    """Arabic; behind something else with 第, which keeps it apart from figures before."""
    said = found[1] or found[2]
    number = int(said) if said.isdecimal() else _ROMAN.get(said) or _chinese_number(said)
    return f"第{number}" if found.start() else str(number)


def _chinese_number(said: str) -> int:
    """1 to 99: 三, 十, 十二, 二十, 九十九."""
    tens, ten, ones = said.replace("拾", "十").rpartition("十")
    return (10 * _CHINESE_DIGITS.get(tens, 1) if ten else 0) + _CHINESE_DIGITS.get(ones, 0)


def near_groups(name: str, known: Collection[str]) -> list[str]:
    """Those of `known` that may be meant by another name of theirs, about which somebody has to be asked.

    One with a bracket more or less, or with something before or behind it: 第一党小组（机关） and 机关第一党小组 may be
    第一党小组. None where `known` has the group itself.
    """
    key, keys = group_key(name), {other: group_key(other) for other in known}
    if not key or key in keys.values():
        return []
    return [other for other, of in keys.items() if of and (_is_more(key, of) or _is_more(of, key))]


def _is_more(longer: str, shorter: str) -> bool:
    """Whether one key is another with a bracket behind it, or a word before or behind."""
    if _bracketed(longer)[0] == shorter:
        return True
    before = longer.endswith(f"第{shorter}" if shorter[0].isdecimal() else shorter)
    behind = longer.removeprefix(shorter)
    return longer != shorter and (before or (behind != longer and not behind[0].isdecimal() and "支部" not in behind))


def name_mark(name: str) -> str:
    """How a name travels in a button: by a number that is the same as long as the name is."""
    return f"{crc32(name_key(name).encode()):x}"


def names_listed(listed: Iterable[Any]) -> list[str]:
    """Sites and partners as a row keeps them: names, or documents with one."""
    return [str(one["name"] if isinstance(one, dict) else one) for one in listed]
