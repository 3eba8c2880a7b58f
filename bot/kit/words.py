"""How days and instants are written in chat: 7月7日（周五）14:30."""

from datetime import date, datetime, tzinfo

WEEKDAYS = "一二三四五六日"


def day_words(day: date) -> str:
    """7月7日（周五）"""
    return f"{day.month}月{day.day}日（周{WEEKDAYS[day.weekday()]}）"


def moment_words(instant: datetime, tz: tzinfo) -> str:
    """7月7日（周五）14:30, in the branch's time zone."""
    local = instant.astimezone(tz)
    return f"{day_words(local.date())}{local:%H:%M}"


def short_day(day: date) -> str:
    """7月7日"""
    return f"{day.month}月{day.day}日"
