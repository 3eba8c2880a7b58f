"""What several branches come to together, by how a figure behaves (D7, D25). No I/O."""

from collections.abc import Collection, Mapping
from typing import Any

from bot.kit.figures import Behaviour, Figure
from bot.kit.kept_figures import Number

# What is counted without repeats in each branch may repeat between them, and an average has no base here.
_NEVER = (Behaviour.DISTINCT, Behaviour.AVERAGE)


def is_added(figure: Figure[Any, Any]) -> bool:
    """Whether several branches have one value of it at all; a rate only as sum over sum."""
    return figure.behaviour not in _NEVER and (figure.behaviour is not Behaviour.RATE or figure.share is not None)


def total(figure: Figure[Any, Any], counts: Collection[Mapping[str, Number]]) -> Number | None:
    """Of the kept counts of branches, each by path; None: there is no such sum, or a rate has an empty base."""
    if not is_added(figure):
        return None
    found = [one[figure.path] for one in counts if figure.path in one]
    if figure.behaviour is not Behaviour.RATE:
        return sum(one for one in found if isinstance(one, int | float))
    shares = [one for one in found if not isinstance(one, int | float)]
    part, whole = sum(one[0] for one in shares), sum(one[1] for one in shares)
    return (part, whole) if whole else None
