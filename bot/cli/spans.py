"""Spans as the command line takes and says them: --from counts, --to is the first that no longer does."""

from datetime import date, timedelta

import click


def require_span(since: date | int, until: date | int) -> None:
    """Raises click.UsageError for a span with nothing in it; both are days, or years of four figures."""
    if str(until) <= str(since):
        raise click.UsageError(
            f"--to {until} is the first that no longer counts: it has to be later than --from {since}"
        )


def days_in_words(since: date, until: date) -> str:
    """2026-12-01 to 2026-12-31, 31 days: what lies in [since, until), for people."""
    return _in_words(since, until - timedelta(days=1), (until - since).days, "day")


def years_in_words(since: int, until: int) -> str:
    """2013 to 2026, 14 years."""
    return _in_words(since, until - 1, until - since, "year")


def _in_words(first: date | int, last: date | int, number: int, unit: str) -> str:
    return f"{first}, 1 {unit}" if number == 1 else f"{first} to {last}, {number} {unit}s"
