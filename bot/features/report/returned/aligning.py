"""Which of these lines became which of those. Plain values only."""

from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher

from bot.kit.refusal import Refusal

# From here on two lines are one that was edited; so many letters of a line are looked at; so many lines may differ.
_ALIKE, _LOOKED_AT, _MOST = 0.4, 400, 40
TOO_MANY = "一次修改的段落过多，请分几次修改后再发。"

Pair = tuple[int | None, int | None]


def aligned(old: Sequence[str], new: Sequence[str]) -> list[Pair]:
    """Pairs of their numbers in the order of the text; None: it has none on the other side.

    What is the same is a pair; of the rest what is most alike, in order; and where as many lines stand between two
    pairs on both sides, these are each other's. Raises Refusal where more differs than anybody edits at once.
    """
    pairs: list[Pair] = []
    for word, i, i_end, j, j_end in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if word == "equal":
            pairs += zip(range(i, i_end), range(j, j_end), strict=True)
            continue
        if max(i_end - i, j_end - j) > _MOST:
            raise Refusal(TOO_MANY)
        pairs += _between(old, new, range(i, i_end), range(j, j_end))
    return pairs


def _between(old: Sequence[str], new: Sequence[str], mine: range, theirs: range) -> Iterator[Pair]:
    begun_i, begun_j = mine.start, theirs.start
    for i, j in [*_most_alike(old, new, mine, theirs), (mine.stop, theirs.stop)]:
        left, came = list(range(begun_i, i)), list(range(begun_j, j))
        if len(left) == len(came):
            yield from zip(left, came, strict=True)
        else:
            yield from ((one, None) for one in left)
            yield from ((None, one) for one in came)
        if i < mine.stop:
            yield i, j
        begun_i, begun_j = i + 1, j + 1


def _most_alike(old: Sequence[str], new: Sequence[str], mine: range, theirs: range) -> list[tuple[int, int]]:
    """The pairs, in order on both sides, of which the likenesses come to most."""
    best: list[list[tuple[float, tuple[tuple[int, int], ...]]]] = [[(0.0, ())] * (len(theirs) + 1)]
    for at, i in enumerate(mine, 1):
        row: list[tuple[float, tuple[tuple[int, int], ...]]] = [(0.0, ())]
        for to, j in enumerate(theirs, 1):
            like = alike(old[i], new[j])
            sum_, pairs = best[at - 1][to - 1]
            taken = [(sum_ + like, (*pairs, (i, j)))] if like >= _ALIKE else []
            row.append(max([row[to - 1], best[at - 1][to], *taken], key=lambda one: one[0]))
        best.append(row)
    return list(best[-1][-1][1])


def alike(one: str, other: str) -> float:
    """0 to 1; 0 where they are surely not alike."""
    matcher = SequenceMatcher(None, one[:_LOOKED_AT], other[:_LOOKED_AT], autojunk=False)
    if matcher.real_quick_ratio() < _ALIKE or matcher.quick_ratio() < _ALIKE:
        return 0.0
    return matcher.ratio()
