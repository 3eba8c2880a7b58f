"""Decisions about notices, without a database."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from bot.features.notices import rules
from bot.features.notices.cards import Counts, counts_line

SHANGHAI = ZoneInfo("Asia/Shanghai")
START = datetime(2023, 7, 7, 14, 30, tzinfo=SHANGHAI)


def test_reply_is_due_at_noon_of_the_next_working_day_or_at_the_start() -> None:
    told = datetime(2023, 7, 4, 9, 30, tzinfo=SHANGHAI)
    assert rules.reply_by(told, START, date(2023, 7, 5), SHANGHAI) == datetime(2023, 7, 5, 12, tzinfo=SHANGHAI)
    soon = datetime(2023, 7, 5, 9, tzinfo=SHANGHAI)
    assert rules.reply_by(told, soon, date(2023, 7, 5), SHANGHAI) == soon
    utc = rules.reply_by(told.astimezone(UTC), START, date(2023, 7, 5), SHANGHAI)
    assert utc.astimezone(UTC).hour == 4


@pytest.mark.parametrize(
    ("counts", "line"),
    [
        (Counts(23, 19, 2, 1, 0), "已收到19人（应回复23人），请假2人，另有待审批1人"),
        (Counts(23, 0, 0, 0, 0), "已收到0人（应回复23人）"),
        (Counts(23, 1, 0, 2, 0), "已收到1人（应回复23人），请假待审批2人"),
        (Counts(23, 19, 3, 0, 18), "已收到19人（应回复23人），请假3人，已签到18人"),
    ],
)
def test_a_card_counts_in_words(counts: Counts, line: str) -> None:
    assert counts_line(counts) == line
