"""Numbers and lengths of time as people type them: 五, 5道题, 半小时, 1小时30分. No I/O."""

import re

from bot.kit.numerals import folded, number

_FIGURES = "[0-9〇零一二两三四五六七八九十]+"
_SPAN = re.compile(
    rf"(?:(?P<half>半)个?(?:小时|钟头)|(?P<hours>{_FIGURES})个?(?P<and_half>半)?(?:小时|钟头)(?P<half_behind>半)?)?"
    rf"零?(?:(?P<minutes>{_FIGURES})(?:分钟|分)?)?"
)
_MOST_FIGURES = 5


def whole_of(said: str, *units: str) -> int | None:
    """5 of 5, 五, 五题; None of what is no whole number."""
    text = "".join(folded(said).split())
    unit = next((unit for unit in units if text.endswith(unit)), "")
    return _number(text.removesuffix(unit))


def minutes_of(said: str) -> int | None:
    """90 of 90, 90分钟, 1小时30分, 一个半小时."""
    text = "".join(folded(said).split())
    found = _SPAN.fullmatch(text)
    if found is None or not text:
        return None
    hours, minutes = [_number(found[part]) if found[part] else 0 for part in ("hours", "minutes")]
    if hours is None or minutes is None:
        return None
    halves = [found[part] for part in ("half", "and_half", "half_behind")]
    return hours * 60 + minutes + (30 if any(halves) else 0)


def _number(text: str) -> int | None:
    return number(text) if 0 < len(text) <= _MOST_FIGURES else None
