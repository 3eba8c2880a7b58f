"""政治生日 (R42): on which day of a year it is, and the how manieth. No I/O."""

from collections.abc import Iterable
from datetime import date

from bot.kit.words import short_day
from scheduler.calendar.days import DAY


def is_on(joined: date, day: date) -> bool:
    """On the day of joining in later years; 29 February is 28 February where there is none."""
    tomorrow = day + DAY
    stands_for = joined.month == 2 and joined.day == 29 and (day.month, day.day) == (2, 28) and tomorrow.month == 3
    return day.year > joined.year and ((joined.month, joined.day) == (day.month, day.day) or stands_for)


def years(joined: date, day: date) -> int:
    return day.year - joined.year


def day_in(joined: date, year: int) -> date:
    """The day of that year."""
    try:
        return joined.replace(year=year)
    except ValueError:
        return date(year, 2, 28)


def greeting(name: str, joined: date, day: date) -> str:
    return f"{name}同志，今天是您入党{years(joined, day)}周年的日子，谨致祝贺。"


def listed(people: Iterable[tuple[str, date]], year: int, month: int) -> list[str]:
    """甲三（8月2日，18周年）, of those whose day lies in that month, in the order of the days."""
    found = [(day_in(joined, year), name, joined) for name, joined in people if joined.year < year]
    return [
        f"{name}（{short_day(day)}，{years(joined, day)}周年）"
        for day, name, joined in sorted(found)
        if day.month == month
    ]
