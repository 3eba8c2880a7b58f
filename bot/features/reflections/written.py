"""A self-check that was written as one text: 问题：…… 整改措施：……, read whole or not at all (S47)."""

import re

from bot.features.reflections.items import LONGEST, MOST, Item

_DIGIT = "[0-9一二三四五六七八九十]"
_LABEL = re.compile(
    r"(?:(?P<problem>(?:存在的?|主要|查摆)?问题)|(?P<measure>(?:整改|改进)?(?:措施|举措)))"
    rf"\s?{_DIGIT}{{0,3}}\s?[：:]"
)
# What numbers the next label stands at the end of what is before it, after a stop or a blank: 2. or （二）.
_NEXT = re.compile(rf"(?:^|(?<=[\s。；;！!]))(?:[（(]{_DIGIT}{{1,3}}[)）]|第?{_DIGIT}{{1,3}}[、.．)）])$")
_LONGEST_NUMBER = 8
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
    said = [text[label.end() : end].strip() for label, end in zip(found, ends, strict=True)]
    said = [*map(_without_next, said[:-1]), said[-1]]
    if not all(0 < len(one) <= LONGEST for one in said):
        return None
    return [Item(problem, measure) for problem, measure in zip(said[::2], said[1::2], strict=True)]


def _without_next(said: str) -> str:
    """What is before another label, without the number of that one; only the end is searched, however long it is."""
    found = _NEXT.search(said, max(len(said) - _LONGEST_NUMBER, 0))
    return said[: found.start()].rstrip() if found else said


def parted(text: str) -> tuple[str, str]:
    """What one line calls itself (problem, measure, "" where it does not), and the rest: 措施：每周学习."""
    said = text.lstrip()
    label = _LABEL.match(said)
    return (label.lastgroup or "", said[label.end() :].strip()) if label is not None else ("", text)
