"""一是…；二是…: a text of points cut into them again."""

import re
from collections.abc import Sequence

from bot.features.report.returned import messages
from bot.features.report.rules import bare, numeral
from bot.kit.refusal import Refusal

_MOST = 99
_NUMBERED = re.compile(r"(?:^|[；;。\n])\s*[一二三四五六七八九十]{1,3}是")


def unpointed(text: str, word: str, known: Sequence[str]) -> list[str]:
    """The points, none of them empty; one alone has no number. word: what they are, for the Refusal of numbers that do
    not follow each other; known: points as they stand, one of which may have such numbers of its own.
    """
    rest = text.strip()
    if not rest.startswith("一是") or any(bare(one) == bare(rest) for one in known):
        return [bare(rest)] if bare(rest) else []
    found, rest = [], rest.removeprefix("一是")
    for number in range(2, _MOST + 1):
        mark = re.search(rf"[；;。\n]\s*{numeral(number)}是", rest)
        if mark is None:
            break
        found.append(rest[: mark.start()])
        rest = rest[mark.end() :]
    found.append(rest)
    points = [bare(one) for one in found]
    if any(_NUMBERED.search(one) and one not in map(bare, known) for one in points):
        raise Refusal(messages.misnumbered(word))
    return [one for one in points if one]
