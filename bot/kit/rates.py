"""Rates and how figures are written: Decimal, half up, one decimal (D7, D8)."""

from decimal import ROUND_HALF_UP, Decimal

TENTH = Decimal("0.1")


def rounded(value: Decimal | int) -> Decimal:
    """One decimal, half up: Python's round() goes to the even digit and would be wrong at x.x5 (D8)."""
    return Decimal(value).quantize(TENTH, rounding=ROUND_HALF_UP)


def rate(part: int, whole: int) -> Decimal | None:
    """Percent with one decimal; None over an empty base (D7)."""
    return rounded(Decimal(part) * 100 / Decimal(whole)) if whole else None


def plain(value: Decimal | int | None) -> str:
    """For people: the trailing .0 dropped, an empty base as a dash."""
    if value is None:
        return "—"
    text = str(value)
    return text.removesuffix(".0")


def percent(value: Decimal | None) -> str:
    """95.8%, 92%, —"""
    return "—" if value is None else f"{plain(value)}%"
