"""Every word of 本月安排."""

from collections.abc import Sequence
from datetime import date, time

from bot.features.month import rules
from bot.features.month.buttons import ShowMonth
from bot.kit.lists import filled, page_of, two_a_row
from bot.kit.month import Dated
from bot.kit.owing import numbered
from bot.kit.replies import Choice, Message
from bot.kit.words import cut, day_words

ON_A_PAGE = 8
# Of one line, in UTF-16 units.
LONGEST = 200
NOTHING = "这个月还没有安排。"


def month(which: date, found: Sequence[Dated], at: int) -> Message:
    """【8月安排】, by day and hour, each with a button to its page where there is one; and the months beside it."""
    listed = sorted(found, key=lambda one: (one.day, one.at is not None, one.at or time(), one.text))
    page = page_of(listed, at, ON_A_PAGE)
    first = page.number * ON_A_PAGE + 1
    taps = [
        Choice(f"查看第{number}项", one.opens) for number, one in enumerate(page.things, first) if one.opens is not None
    ]
    lines = numbered((_line(one) for one in page.things), first)
    text = "\n".join([f"【{which.year}年{which.month}月安排】{page.words}", *(lines or [NOTHING])])
    code = rules.code_of(which)
    turn = page.turn(lambda other: ShowMonth(code, other))
    beside = [one for one in (rules.moved(which, -1), rules.moved(which, 1)) if rules.may_turn(one)]
    months = [Choice(f"{one.month}月安排", ShowMonth(rules.code_of(one), 0)) for one in beside]
    return Message(text, filled(*two_a_row(taps), turn, months))


def _line(one: Dated) -> str:
    """8月4日（周五）14:30，8月主题党日（已举行）; the comma keeps the hour from the month of a title."""
    hour = f"{one.at:%H:%M}" if one.at is not None else ""
    return cut(f"{day_words(one.day)}{hour}，{one.text}", LONGEST)
