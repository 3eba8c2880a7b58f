"""Decisions about the settings of a branch: what was typed, what differs. Plain values only."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from bot.kit.branch_settings import DUES_DAY, DUES_DAYS, IN_EFFECT, LATE_MINUTES, LONGEST_ALIAS, SHARES
from bot.kit.deadlines import CLOSE_DAYS
from bot.kit.glossary.choices import ACTIVITY_TYPES
from bot.kit.names import LONGEST, clean_name, is_name, name_key
from bot.kit.refusal import Refusal
from bot.kit.words import plain
from storage.choices import ActivityType, ExemptFrom

# What the form asks for, in its order; the others stand in the archive until something reads them.
ASKED = (
    "close_day",
    "late_minutes",
    "official_duty_as",
    "cadre_min_rank",
    "conversion_count_date",
    "exempt_from",
    "appraisal_excellent_share",
    "peer_orgs",
    "superior",
    "aliases",
    "dues",
    "dues_day",
)
# What hardly a branch sets, with what it usually is: on the page only where it is set.
RARE: Mapping[str, Any] = {"aliases": {}, "conversion_count_date": "approval", "dues": "off", "dues_day": DUES_DAY}
NUMBERS = frozenset({"close_day", "late_minutes", "appraisal_excellent_share", "dues_day"})
TEXTS = frozenset({"peer_orgs", "superior", "aliases"})
MOST_PEERS, MOST_ALIASES = 100, 20
# Tests are to come (D26): what stands of them is kept.
UNASKED = frozenset(ExemptFrom) - IN_EFFECT
_TYPES = {name_key(word): kind for kind, word in ACTIVITY_TYPES.items()}
_PARTED, _BLANKS = re.compile(r"\s*[:：=＝]\s*"), re.compile(r"\s+")
_NUMBER = re.compile(r"(?:每季度|每季|次月)*(\d{1,4})(?:日|号|分钟|分)?")


def number(text: str, among: range, otherwise: str) -> str:
    """15, １５号, 次月15日 or 10分钟 as a figure."""
    found = _NUMBER.fullmatch(plain(text))
    if found is None or int(found[1]) not in among:
        raise Refusal(otherwise)
    return str(int(found[1]))


def close_day(text: str) -> str:
    return number(text, CLOSE_DAYS, "请发送1至28的数字，例如：15。")


def dues_day(text: str) -> str:
    return number(plain(text).removeprefix("每月"), DUES_DAYS, "请发送1至28的数字，例如：15。")


def late_minutes(text: str) -> str:
    return number(text, LATE_MINUTES, "请发送0至60的数字，例如：10。")


def share(text: str) -> str:
    """15, 15% or 百分之15."""
    return number(plain(text).removeprefix("百分之").removesuffix("%"), SHARES, "请发送1至100的数字，例如：15。")


def peers(text: str) -> tuple[list[str], list[str]]:
    """The names of a list, one a line, and those that stand there twice; they are the same however they are spelt."""
    kept: dict[str, str] = {}
    twice: dict[str, str] = {}
    for line in filter(str.strip, text.splitlines()):
        name = unit_name(line)
        key = name_key(name)
        twice |= {key: kept[key]} if key in kept else {}
        kept.setdefault(key, name)
    if len(kept) > MOST_PEERS:
        raise Refusal(f"兄弟支部最多{MOST_PEERS}个，您发送了{len(kept)}个。请删减后重新发送。")
    return list(kept.values()), list(twice.values())


def unit_name(text: str) -> str:
    """The name of a unit as it is kept."""
    name = clean_name(text)
    if len(name) > LONGEST:
        raise Refusal(f"名称不能超过{LONGEST}字：{name[:LONGEST]}……")
    if not is_name(name):
        raise Refusal(f"“{name}”不是单位名称，请核对后重新发送。")
    return name


def own_words(text: str) -> str:
    """支部大会：党员大会, one a line; the usual word of a type behind the branch's own."""
    kept: dict[str, str] = {}
    for line in filter(str.strip, text.splitlines()):
        parted = _PARTED if _PARTED.search(line) else _BLANKS
        said = parted.split(line.strip(), maxsplit=1)
        word, kind = clean_name(said[0]), _TYPES.get(name_key(said[-1])) if len(said) > 1 else None
        if kind is None:
            raise Refusal(f"没有看懂“{clean_name(line)[:LONGEST]}”，请每行发送一个，例如：支部大会：党员大会。")
        if not is_name(word) or len(word) > LONGEST_ALIAS:
            raise Refusal(f"称谓不能超过{LONGEST_ALIAS}字：{word[:LONGEST]}")
        if name_key(word) in _TYPES:
            raise Refusal(f"“{word}”已是一类活动的名称，请换一个称谓。")
        if name_key(word) in map(name_key, kept):
            raise Refusal(f"“{word}”出现了两次，请删减后重新发送。")
        kept[word] = ACTIVITY_TYPES[kind]
    if len(kept) > MOST_ALIASES:
        raise Refusal(f"活动称谓最多{MOST_ALIASES}个，您发送了{len(kept)}个。请删减后重新发送。")
    return "\n".join(f"{word}：{kind}" for word, kind in kept.items())


def own_pairs(stored: Mapping[str, str]) -> list[tuple[str, str]]:
    """Each own word with the usual one."""
    return [(word, ACTIVITY_TYPES[ActivityType(kind)]) for word, kind in stored.items()]


def answer(name: str, stored: Any) -> Any:
    """A value as the form holds it: a text, or several that are ticked."""
    if name == "aliases":
        return "\n".join(f"{word}：{usual}" for word, usual in own_pairs(stored))
    if name == "exempt_from":
        return [one for one in stored if one not in UNASKED]
    return "\n".join(stored) if name == "peer_orgs" else "" if stored is None else str(stored)


def wanted(name: str, said: Any, stands: Any) -> Any:
    """The answer of the form as it is stored; `stands`: what is stored now."""
    if name in NUMBERS:
        return int(said) if said else None
    if name == "exempt_from":
        kept = {*said, *(one for one in stands if one in UNASKED)}
        return [one.value for one in ExemptFrom if one.value in kept]
    if name == "aliases":
        parted = (line.rpartition("：") for line in str(said).splitlines())
        return {word: _TYPES[name_key(kind)].value for word, _, kind in parted}
    return str(said).splitlines() if name == "peer_orgs" else said


def is_changed(said: Any, was: Any) -> bool:
    """Whether an answer is another one than what stood when it was asked for; ticks have no order."""
    return said is not None and (set(said) != set(was) if isinstance(was, list) else said != was)


def differing(said: Mapping[str, Any], stands: Mapping[str, Any]) -> dict[str, Any]:
    """What of the answers is another value than the one that stands, as it is stored."""
    found = {name: wanted(name, said[name], stands[name]) for name in ASKED if name in said}
    return {name: value for name, value in found.items() if value != stands[name]}


def added_and_gone(before: Sequence[str], after: Sequence[str]) -> tuple[list[str], list[str]]:
    """Which names a list has more than another, and which less."""
    had, has = ({name_key(one) for one in names} for names in (before, after))
    return [one for one in after if name_key(one) not in had], [one for one in before if name_key(one) not in has]
