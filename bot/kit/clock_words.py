"""Reads times of day as people type them, the whole text or nothing: 14:30, 下午2点半, 晚7点半, 九点一刻, 2:30pm."""

import re
from datetime import time
from typing import NamedTuple

from bot.kit.numerals import NUMERALS, number

NOON = 12


class Clock(NamedTuple):
    """A time of day. `sure`: the half of the day was said with it, so 凌晨2:30 is not 14:30."""

    at: time
    sure: bool


class _Half(NamedTuple):
    """Hours that a half of the day may stand before: as they are, and those that have twelve added.

    Any other is none of it. Above all 晚上12点, 晚上0:30 and 12am are not: they may belong to the next day.
    """

    plain: range
    later: range = range(0)


_MORNING, _NOON, _AFTERNOON = _Half(range(1, 12)), _Half(range(11, 15), range(1, 3)), _Half(range(12, 21), range(1, 9))
_DUSK, _EVENING = _Half(range(16, 21), range(4, 9)), _Half(range(17, 24), range(5, 12))
_NIGHT = _Half(range(22, 24), range(10, 12))
_HALVES = {
    "凌晨": _Half(range(7)),
    **dict.fromkeys(("大清早", "清晨", "清早", "早晨", "早上", "一早", "早", "上午", "am"), _MORNING),
    **dict.fromkeys(("中午", "正午"), _NOON),
    **dict.fromkeys(("午后", "下午"), _AFTERNOON),
    "傍晚": _DUSK,
    **dict.fromkeys(("晚上", "晚间", "夜晚", "夜间", "夜里", "晚"), _EVENING),
    **dict.fromkeys(("深夜", "半夜"), _NIGHT),
    "pm": _Half(range(12, 24), range(1, 12)),
}
_ENGLISH = r"[ap]\.?m\b\.?"
_SPOKEN = "|".join(sorted((word for word in _HALVES if not word.isascii()), key=len, reverse=True))
_NUMBER = rf"(?:\d{{1,2}}|[{NUMERALS}]{{1,3}})(?![\d{NUMERALS}])"
# 7点5 is 7:05 or half past seven: a single figure needs its 分.
_CLOCK = re.compile(
    rf"(?P<half>{_SPOKEN})?\s*(?P<before>{_ENGLISH})?\s*"
    rf"(?:(?<!\d)(?P<hour>\d{{1,2}}):(?P<minute>[0-5]\d)(?::00)?(?![\d:])分?"
    rf"|(?<!\d)(?P<round>\d{{1,2}})(?=\s*[ap]\.?m)"
    rf"|(?<!\d)(?P<spoken>{_NUMBER})\s*[点时](?:(?P<thirty>半)|(?P<quarters>[一二两三1-3])刻"
    rf"|(?P<minutes>\d\d|[零〇][一二三四五六七八九]|[一二三四五]?十[一二三四五六七八九]?)(?!\d)分?"
    rf"|(?P<single>{_NUMBER})分)?)"
    rf"\s*(?:整|钟)?\s*(?P<after>{_ENGLISH})?",
    re.IGNORECASE,
)
_MIDDAY = re.compile(r"正午(?!\s*[\d十])")


def clock_at(text: str, start: int) -> tuple[Clock | None, int] | None:
    """The time that begins at a place of a folded text, and where it ends; None in its stead where it is uncertain."""
    midday = _MIDDAY.match(text, start)
    if midday is not None:
        return Clock(time(NOON), True), midday.end()
    found = _CLOCK.match(text, start)
    if found is None:
        return None
    halves = [re.sub(r"\.", "", half).lower() for half in found.group("half", "before", "after") if half]
    return _clock(_hour(found), _minute(found), halves), found.end()


def _hour(found: re.Match[str]) -> int | None:
    return number(found["hour"] or found["round"] or found["spoken"])


def _minute(found: re.Match[str]) -> int | None:
    if found["thirty"]:
        return 30
    if found["quarters"]:
        return 15 * (number(found["quarters"]) or 0)
    return number(found["minute"] or found["minutes"] or found["single"] or "0")


def _clock(hour: int | None, minute: int | None, halves: list[str]) -> Clock | None:
    """None for what is no time (24:00, 9点75分), and where the day that it belongs to is uncertain."""
    if hour is None or minute is None or hour > 23 or minute > 59:
        return None
    meant = {_on_the_clock(hour, _HALVES[half]) for half in halves} or {hour}
    only = meant.pop()
    return Clock(time(only, minute), bool(halves)) if only is not None and not meant else None


def _on_the_clock(hour: int, half: _Half) -> int | None:
    if hour in half.plain:
        return hour
    return hour + NOON if hour in half.later else None
