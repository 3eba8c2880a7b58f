"""Of which day a button of the roster asks."""

from datetime import date, timedelta

from bot.features.roster.rules import to_day
from bot.kit.refusal import Refusal
from bot.kit.typed_days import no_day

EXAMPLE = "名册 2023年9月8日"


def election_day(number: int, today: date) -> date:
    """The day of a button that is about an election: of a button that was forged none is taken."""
    day = day_of(number, today)
    if not date(1949, 10, 1) <= day <= today + timedelta(days=366):
        raise Refusal(no_day(EXAMPLE))
    return day


def day_of(number: int, today: date) -> date:
    """The day of a button: 20230908; 0 is today."""
    try:
        return to_day(number) if number else today
    except ValueError:
        raise Refusal(no_day(EXAMPLE)) from None
