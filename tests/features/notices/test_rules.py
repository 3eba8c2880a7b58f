"""Decisions about notices, without a database."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from bot.features.notices import rules

SHANGHAI = ZoneInfo("Asia/Shanghai")
START = datetime(2023, 7, 7, 14, 30, tzinfo=SHANGHAI)


def test_reply_is_due_at_noon_of_the_next_working_day_or_at_the_start() -> None:
    told = datetime(2023, 7, 4, 9, 30, tzinfo=SHANGHAI)
    assert rules.reply_by(told, START, date(2023, 7, 5), SHANGHAI) == datetime(2023, 7, 5, 12, tzinfo=SHANGHAI)
    soon = datetime(2023, 7, 5, 9, tzinfo=SHANGHAI)
    assert rules.reply_by(told, soon, date(2023, 7, 5), SHANGHAI) == soon
    utc = rules.reply_by(told.astimezone(UTC), START, date(2023, 7, 5), SHANGHAI)
    assert utc.astimezone(UTC).hour == 4
