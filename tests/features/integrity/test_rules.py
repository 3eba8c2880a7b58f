"""The pre-holiday reminder by plain values: whether it is a new one, what counts (S52, ST6)."""

from dataclasses import replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from bot.features.integrity import rules
from bot.features.integrity.rules import Said
from scheduler.calendar.days import BUNDLED, Block, Calendar
from storage.choices import YearState

SHANGHAI = ZoneInfo("Asia/Shanghai")


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def block(start: str, end: str, *festivals: str) -> Block:
    first = date.fromisoformat(start)
    return Block(first, date.fromisoformat(end), tuple((first.year, name) for name in festivals), YearState.OFFICIAL)


def said(round_: int, start: str, end: str, *festivals: str) -> Said:
    first = date.fromisoformat(start)
    return Said(first, date.fromisoformat(end), [f"{first.year}:{name}" for name in festivals], round_)


def test_st6_has_23_of_25() -> None:
    acks = {person: local("2023-09-26 10:00") for person in range(1, 24)} | {24: local("2023-10-01 09:00")}
    found = rules.count(range(1, 26), acks, local("2023-09-28 18:00"), local("2023-10-11 00:00"))
    assert (found.audience, found.ack_on_time, found.ack_all) == (25, 23, 24)
    assert found.not_ack_on_time == [24, 25]
    assert str(found.ack_rate) == "92.0"


def test_only_the_audience_counts_and_only_by_the_cut_off() -> None:
    due, cut_off = local("2023-09-28 18:00"), local("2023-10-11 00:00")
    acks = {1: due, 2: local("2023-09-28 18:01"), 3: local("2023-10-12 09:00"), 99: due}
    found = rules.count([3, 2, 1], acks, due, cut_off)
    assert (found.on_time_ids, found.acknowledged_ids) == ((1,), (1, 2))
    assert found.among({2}) == rules.ReminderCounts((2,), (), (2,))
    assert rules.count([], {}, due, cut_off).ack_rate is None


GAINED = (date(2026, 9, 23), date(2026, 9, 24))
AUTUMN = block("2027-09-15", "2027-09-15", "中秋")


@pytest.mark.parametrize(
    ("earlier", "round_"),
    [
        ([], 1),
        ([said(1, "2027-09-15", "2027-09-15", "中秋")], None),
        ([said(1, "2027-09-14", "2027-09-15", "中秋")], None),
        ([said(1, "2027-09-13", "2027-09-15", "中秋")], 2),
        ([said(1, "2027-09-11", "2027-09-15", "中秋"), said(2, "2027-09-20", "2027-09-20", "中秋")], 3),
        # Another festival's is no earlier one, unless it was about the same days off.
        ([said(1, "2027-10-01", "2027-10-07", "国庆")], 1),
        ([said(1, "2027-09-15", "2027-09-16", "国庆")], None),
    ],
)
def test_a_block_that_moves_far_is_reminded_of_again(earlier: list[Said], round_: int | None) -> None:
    assert rules.next_round(BUNDLED, AUTUMN, earlier) == round_


def test_what_becomes_one_reminder_or_two_is_not_said_twice() -> None:
    """中秋 and 国庆 of 2026, said together and then parted, said apart and then one block, and one festival dropped."""
    mid_autumn, national = block("2026-09-25", "2026-09-27", "中秋"), block("2026-10-01", "2026-10-07", "国庆")
    both = block("2026-09-25", "2026-10-07", "中秋", "国庆")
    together = [said(1, "2026-09-25", "2026-10-07", "中秋", "国庆")]
    apart = [said(1, "2026-09-25", "2026-09-27", "中秋"), said(1, "2026-10-01", "2026-10-07", "国庆")]
    assert [rules.next_round(BUNDLED, one, together) for one in (mid_autumn, national, both)] == [None] * 3
    assert rules.next_round(BUNDLED, both, apart) is None
    assert [rules.next_round(BUNDLED, one, apart[:1]) for one in (mid_autumn, national)] == [None, 1]
    assert rules.next_round(BUNDLED, block("2026-09-28", "2026-10-07", "国庆"), together) is None
    # The days that a block has gained are off by now; they were worked when it was said.
    longer = Calendar(
        {2026: replace(BUNDLED.year(2026), days={**BUNDLED.year(2026).days, **dict.fromkeys(GAINED, True)})}
    )
    assert rules.next_round(longer, block("2026-09-23", "2026-09-27", "中秋"), apart) == 2
    assert rules.next_round(BUNDLED, block("2026-09-21", "2026-09-27", "中秋"), together) == 2


def test_keys_name_each_festival_and_round() -> None:
    assert rules.keys(["2023:中秋", "2023:国庆"], 1, "17") == (
        "pre_holiday:2023:中秋:r1:17",
        "pre_holiday:2023:国庆:r1:17",
    )
