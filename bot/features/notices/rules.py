"""Decisions about notices: when a reply is due, and which words are one. Plain values only."""

import re
from datetime import date, datetime, time, tzinfo

from bot.kit.words import plain

_RECEIPT = re.compile(
    r"(?:我们?|本人|已经?|都|全部?|通知)*收到(?:收到|通知|消息|信息|了|啦|咯|喽)*|"
    r"(?:我|本人|已经?|都)*(?:知道[了啦咯]|知悉|看到通知了?)(?:知道[了啦咯])*"
)


def is_receipt(text: str) -> bool:
    """收到收到, 我已经收到, 知道啦: the whole of it is 收到."""
    return _RECEIPT.fullmatch(plain(text)) is not None


def reply_by(notified_at: datetime, start: datetime, next_working_day: date, tz: tzinfo) -> datetime:
    """Noon of the working day after the notice, not later than the start (docs/rules.md)."""
    return min(datetime.combine(next_working_day, time(12), tz), start)
