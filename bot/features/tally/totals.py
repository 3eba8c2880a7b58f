"""What several branches come to together, by how a figure behaves (D7, D25). No I/O."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from bot.kit.figures import Behaviour, Figure
from bot.kit.kept_figures import Number

# What is counted without repeats in each branch may repeat between them, and an average has no base here.
_NEVER = (Behaviour.DISTINCT, Behaviour.AVERAGE)


def is_added(figure: Figure[Any, Any]) -> bool:
    """Whether several branches have one value of it at all; a rate only as sum over sum."""
    return figure.behaviour not in _NEVER and (figure.behaviour is not Behaviour.RATE or figure.share is not None)


def total(figure: Figure[Any, Any], numbers: Collection[Number]) -> Number | None:
    """Of what is kept of it of several branches; None: there is no such sum, or a rate has an empty base."""
    if not is_added(figure):
        return None
    if figure.behaviour is not Behaviour.RATE:
        return sum(one for one in numbers if isinstance(one, int | float))
    shares = [one for one in numbers if not isinstance(one, int | float)]
    part, whole = sum(one[0] for one in shares), sum(one[1] for one in shares)
    return (part, whole) if whole else None


def totals(figures: Iterable[Figure[Any, Any]], counts: Iterable[Mapping[str, Number]]) -> dict[str, Number]:
    """By path, of all branches in one pass over them; what has no sum is left out."""
    numbers: dict[str, list[Number]] = defaultdict(list)
    for one in counts:
        for path, number in one.items():
            numbers[path].append(number)
    found = {figure.path: total(figure, numbers.get(figure.path, ())) for figure in figures}
    return {path: number for path, number in found.items() if number is not None}
