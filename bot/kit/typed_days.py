"""A typed day that is asked for: what of it is refused, and with which words."""

from datetime import date

from bot.kit.dates import Typed, read_typed
from bot.kit.refusal import Refusal
from bot.kit.words import WEEKDAYS, short_day


def the_days(said: str, today: date, example: str) -> Typed:
    """What was typed as a day, with a time or without: one day, or those that it may mean. Refuses what is none."""
    typed = read_typed(said, today)
    if typed is not None and typed.at_odds is not None:
        raise Refusal(at_odds(typed.at_odds))
    if typed is None or not typed.days:
        raise Refusal(no_day(example))
    return typed


def the_day(said: str, today: date, example: str = "7月7日") -> date:
    """The one day that was typed, where nothing can be asked about it. Refuses 28号, which may be of two months."""
    typed = the_days(said, today, example)
    if typed.clock is not None:
        raise Refusal(only_day(example))
    if len(typed.days) > 1:
        raise Refusal(f"是{'还是'.join(map(short_day, sorted(typed.days)))}？请写明几月几日，重新发送。")
    return typed.days[0]


def no_day(example: str) -> str:
    return f"没有看懂日期，{please_send(example)}"


def at_odds(day: date) -> str:
    """The day stands beside another weekday."""
    return f"{short_day(day)}是周{WEEKDAYS[day.weekday()]}，与您写的星期不符，请核对后重新发送。"


def only_day(example: str) -> str:
    return f"这里只需要日期，{please_send(example)}"


def please_send(example: str) -> str:
    return f"请这样发送：{example}。"
