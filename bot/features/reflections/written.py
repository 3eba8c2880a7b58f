"""A self-check that was written as one text: 问题：…… 整改措施：……, read whole or not at all (S47)."""

import re

from bot.features.reflections.items import LONGEST, MOST, Item

_NUMBER = r"[0-9一二三四五六七八九十]{0,3}"
_LABEL = re.compile(
    rf"(?:(?P<problem>(?:存在的?|主要|查摆)?问题)|(?P<measure>(?:整改|改进)?(?:措施|举措)))\s*{_NUMBER}\s*[：:]"
)
# What numbers the next problem stands at the end of what is before it: 2. or （二）.
_NEXT = re.compile(rf"[\s（(]*(?:第?{_NUMBER}[、.．)）])?\s*$")
# A heading before the first problem, and no sentence.
_LONGEST_HEADING = 40


def read(text: str) -> list[Item] | None:
    """The problems with their measures; None: it is not written so, or not as long as may be kept."""
    found = list(_LABEL.finditer(text))
    kinds = [label.lastgroup for label in found]
    if not found or kinds != ["problem", "measure"] * (len(found) // 2) or len(found) // 2 > MOST:
        return None
    if len(text[: found[0].start()].strip()) > _LONGEST_HEADING:
        return None
    ends = [*(label.start() for label in found[1:]), len(text)]
    said = [_trimmed(text[label.end() : end]) for label, end in zip(found, ends, strict=True)]
    if not all(0 < len(one) <= LONGEST for one in said):
        return None
    return [Item(problem, measure) for problem, measure in zip(said[::2], said[1::2], strict=True)]


def _trimmed(said: str) -> str:
    return _NEXT.sub("", said).strip()
