"""A roll said in a sentence: 全部到会，除甲五、丙五. Read whole: what is not understood is named, nothing done."""

import re
import unicodedata
from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass

from bot.kit.names import name_key

LONGEST = 300
_SEP = r"[\s,，、。.;；:：!！()]*"
_ALL = (
    r"(?:今天|本次|这次)?(?:(?:其他|其它|其余|剩下|别)的?(?:人|同志|党员)?)?(?:全部?|全体|全员|人?都|大家都?|所有人都?|一个不少)?"
    r"(?:党员|同志|人员?)?都?(?:已经?)?"
    r"(?:(?:到会|到齐|到场|出席|到)了?|来齐?了)"
)
# One of these has to stand in it: 到会 alone is what a member says of oneself.
_EVERYBODY = re.compile(r"全|都|所有|大家|到齐|其他|其它|其余|剩下|别的|别人")
_GONE = r"(?:没有?来|没有?到会?|未到会?|缺席|没有?参加|未参加)"
_BUT = r"(?:除开|除去|除了?)"
_OUTSIDE = r"(?:以外|之外|外)?"
_ONLY = r"(?:只有|仅有|就|只)?"
_FORMS = tuple(
    re.compile(form)
    for form in (
        rf"(?P<all>{_ALL}){_SEP}",
        rf"(?P<all>{_ALL}){_SEP}{_BUT}{_SEP}(?P<names>.+?){_GONE}?{_OUTSIDE}{_GONE}?{_SEP}",
        rf"{_BUT}{_SEP}(?P<names>.+?){_GONE}?{_OUTSIDE}{_GONE}?{_SEP}(?P<all>{_ALL}){_SEP}",
        rf"(?P<all>{_ALL}){_SEP}(?:{_GONE}|缺(?![席勤课少额]))的?(?:有|是)?{_SEP}(?P<names>.+?){_SEP}",
        rf"(?P<all>{_ALL}){_SEP}{_ONLY}(?P<names>.+?){_GONE}{_SEP}",
        rf"{_ONLY}(?P<names>.+?){_GONE}{_SEP}(?P<all>{_ALL}){_SEP}",
        rf"(?:{_GONE}|缺(?![席勤课少额]))的?(?:人员?|同志)?(?:有|是)?{_SEP}(?P<names>.+?){_SEP}",
        rf"{_ONLY}(?P<names>.+?){_GONE}了?{_SEP}",
    )
)
# 无缺席, 缺席：无. Nobody on leave is said beside 全部到会 only: alone it may be of oneself.
_NONE = r"(?:无|没有?)(?:人|同志)?"
_NOBODY = re.compile(
    rf"(?:(?P<all>{_ALL}){_SEP}{_NONE}(?:缺席|缺勤|没来|未到|请假)|{_NONE}(?:缺席|未到)|"
    rf"(?:(?P<too>{_ALL}){_SEP})?{_GONE}的?(?:人员?|同志)?{_SEP}(?:无|没有|[0零](?:人|名)?)){_SEP}"
)
# Who has asked for leave keeps it: 除请假的 leaves nobody out. A kind of leave beside a name is for 补登.
_ON_LEAVE = re.compile(r"已?请了?假(?:了?的)?(?:人员?|同志|党员)?")
_LEAVE = re.compile(r"[病事]假|公差|出差|请.?假")
_ONLY_LEAVE = re.compile(rf"除[了开去]{_SEP}.+?(?:[病事]假|公差|出差|请假){_SEP}")
# Longer than is read: a list all the same, where short pieces follow.
_LIST = re.compile(rf"(?P<all>{_ALL}){_SEP}{_BUT}{_SEP}")
_LONGEST_PIECE = 12
# Behind 全部到会 comes something that is no list of who is missing.
_MORE = re.compile(rf"(?P<all>{_ALL})[\s,，、。;；:：](?P<rest>.+)")
# Without 全部到会 beside it: questions, things that are missing, and what is said of oneself or of nobody by name.
_NO_ROLL = re.compile(
    r"[吗呢]|怎|谁|多少|什么|为何|情况|名单|记录|原因|材料|文件|通知|得及|^[我不没还几]|[还也又都]$|^本人|^有人|^一个"
)
# The blanks stay: they stand between names.
_THANKS = re.compile(r"(?:[,、。.!~…\s]|谢谢您?|感谢){1,20}$")
_BETWEEN = re.compile(r"[、,，;；/]+")
_SOFT = re.compile(r"\s+|以及|[和与及跟.]")
_COUNT = re.compile(r"(?:等|共)?(?P<many>\d{1,3}|[一二两三四五六七八九十])(?:人|位|名|个)(?:同志)?$")
_DIGITS = {word: number for number, word in enumerate("一二三四五六七八九十", 1)} | {"两": 2}


@dataclass(frozen=True, slots=True)
class Said:
    """Who was said to be missing: the pieces between marks, each one or several names. `rest`: what nobody understands.

    many: how many they were said to be; None: not said. leave: it says of what kind their leave is. length: of what is
    too long to be read, 0 otherwise.
    """

    names: tuple[str, ...] = ()
    many: int | None = None
    rest: str = ""
    leave: bool = False
    length: int = 0


def is_roll(text: str) -> bool:
    return read(text) is not None


def read(text: str) -> Said | None:
    """The whole text as a roll; None where it is none."""
    said = _THANKS.sub("", unicodedata.normalize("NFKC", text).strip())
    if not said or "\n\n" in said:
        return None
    if len(said) > LONGEST:
        return _too_long(said)
    nobody = _NOBODY.fullmatch(said)
    if nobody is not None and (nobody["all"] is None or _EVERYBODY.search(nobody["all"])):
        return Said()
    if _ONLY_LEAVE.fullmatch(said):
        return Said(leave=True)
    found = next(filter(None, (_fits(form, said) for form in _FORMS)), None)
    if found is not None:
        return found
    more = _MORE.fullmatch(said)
    if more is None or not _EVERYBODY.search(more["all"]):
        return None
    return Said(rest=more["rest"].strip())


def _too_long(said: str) -> Said | None:
    """Only a list of names is one that is too long; sentences are none."""
    begins = _LIST.match(said)
    if begins is None or not _EVERYBODY.search(begins["all"]):
        return None
    names = said[begins.end() :]
    pieces = re.split(rf"{_BETWEEN.pattern}|{_SOFT.pattern}", names)
    listed = "。" not in names and all(len(piece) <= _LONGEST_PIECE for piece in pieces)
    return Said(length=len(said)) if listed else None


def _fits(form: re.Pattern[str], said: str) -> Said | None:
    match = form.fullmatch(said)
    if match is None:
        return None
    parts = match.groupdict()
    if parts.get("all") and not _EVERYBODY.search(parts["all"]):
        return None
    names = parts.get("names")
    if names is None:
        return Said()
    if "?" in names or (not parts.get("all") and _NO_ROLL.search(names)):
        return None
    if parts.get("all") and _ON_LEAVE.fullmatch(names):
        return Said()
    if parts.get("all") and _LEAVE.search(names):
        return Said(leave=True)
    count = _COUNT.search(names)
    many = int(_DIGITS.get(count["many"], 0) or count["many"]) if count else None
    listed = names[: count.start()] if count else names
    pieces = tuple(filter(None, (piece.strip() for piece in _BETWEEN.split(listed))))
    return Said(pieces, many) if pieces else None


def people(said: Sequence[str], known: Container[str]) -> tuple[list[str], list[str]]:
    """(keys of the names, pieces that are nobody's): `known` are all there are, by name_key."""
    found: list[str] = []
    lost: list[str] = []
    for piece in said:
        keys = _keys(piece, known)
        if keys is None:
            lost += [part for part in _SOFT.split(piece) if part and _key(part, known) is None]
        found += keys or []
    return found, lost


def _keys(piece: str, known: Container[str]) -> list[str] | None:
    """The names in one piece: the whole of it, else cut at a blank or 和, which may stand in a name as well."""
    whole = _key(piece, known)
    if whole is not None:
        return [whole]
    for head, tail in _cuts(piece):
        first = _key(head, known)
        behind = _keys(tail, known) if first is not None else None
        if first is not None and behind is not None:
            return [first, *behind]
    return None


def _cuts(piece: str) -> Iterator[tuple[str, str]]:
    for cut in reversed(list(_SOFT.finditer(piece))):
        head, tail = piece[: cut.start()].strip(), piece[cut.end() :].strip()
        if head and tail:
            yield head, tail


def _key(name: str, known: Container[str]) -> str | None:
    """The key of a name, with or without what is said behind it."""
    said = name.strip().removesuffix("等")
    keys = (name_key(said), name_key(said.removesuffix("同志")))
    return next((key for key in keys if key in known), None)
