"""The pre-holiday reminder by plain values: its days, its rounds, what counts (S52, ST6)."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from bot.features.integrity import rules
from scheduler.calendar import BUNDLED, Block
from storage.choices import YearState

SHANGHAI = ZoneInfo("Asia/Shanghai")


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def block_of(start: date) -> Block:
    return next(block for block in BUNDLED.blocks(start.year) if block.start == start)


AUTUMN = block_of(date(2023, 9, 29))


def test_st6_goes_on_26_september_and_is_due_on_the_28th() -> None:
    assert AUTUMN.end == date(2023, 10, 6)
    assert rules.send_at(BUNDLED, AUTUMN, SHANGHAI) == local("2023-09-26 09:00")
    assert rules.ack_due(AUTUMN, SHANGHAI) == local("2023-09-28 18:00")
    assert rules.grace_end(AUTUMN, SHANGHAI) == local("2023-09-28 20:30")
    assert rules.holidays(AUTUMN) == ["2023:中秋", "2023:国庆"]
    assert rules.names(rules.holidays(AUTUMN)) == "中秋、国庆"


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
    assert found.among({2}) == rules.Figures((2,), (), (2,))
    assert rules.count([], {}, due, cut_off).ack_rate is None


@pytest.mark.parametrize(
    ("first", "last", "starts"),
    [
        ("2023-09-26", "2023-09-26", ["2023-09-29"]),
        ("2023-09-27", "2023-12-26", []),
        ("2023-12-27", "2023-12-27", ["2023-12-30"]),
        ("2018-12-27", "2018-12-27", ["2018-12-30"]),
        ("2025-09-28", "2025-09-28", ["2025-10-01"]),
        ("2026-02-12", "2026-02-12", ["2026-02-15"]),
        ("2023-01-01", "2023-06-30", ["2023-01-21", "2023-04-05", "2023-04-29", "2023-06-22"]),
    ],
)
def test_the_third_working_day_before(first: str, last: str, starts: list[str]) -> None:
    found = rules.blocks_between(BUNDLED, date.fromisoformat(first), date.fromisoformat(last))
    assert [block.start.isoformat() for block in found] == starts


@pytest.mark.parametrize("year", range(2020, 2040))
def test_every_block_of_every_year_has_its_reminder_on_a_working_day(year: int) -> None:
    """Also in the years that are not announced: 暂定, never an exception."""
    for block in BUNDLED.blocks(year):
        assert BUNDLED.is_working_day(rules.send_day(BUNDLED, block))
        assert rules.send_day(BUNDLED, block) < block.start
        assert rules.ack_due(block, SHANGHAI) < rules.grace_end(block, SHANGHAI)
        assert block in rules.blocks_between(BUNDLED, rules.send_day(BUNDLED, block), rules.send_day(BUNDLED, block))
    assert any(block.provisional for block in BUNDLED.blocks(year)) == (BUNDLED.state(year) is YearState.PROVISIONAL)


def test_a_block_that_moves_far_is_reminded_of_again() -> None:
    start = date(2027, 9, 15)
    assert rules.next_round(BUNDLED, start, {}) == 1
    assert rules.next_round(BUNDLED, start, {start: 1}) is None
    assert rules.next_round(BUNDLED, start, {date(2027, 9, 14): 1}) is None
    assert rules.next_round(BUNDLED, start, {date(2027, 9, 13): 1}) == 2
    assert rules.next_round(BUNDLED, start, {date(2027, 9, 11): 1, date(2027, 9, 20): 2}) == 3


def test_keys_name_each_festival_and_round() -> None:
    assert rules.keys(["2023:中秋", "2023:国庆"], 1, "17") == (
        "pre_holiday:2023:中秋:r1:17",
        "pre_holiday:2023:国庆:r1:17",
    )


def test_the_nudge_is_in_the_morning_of_the_last_working_day() -> None:
    due = local("2023-09-28 18:00")
    assert rules.nudge_at(due, local("2023-09-26 09:00"), SHANGHAI) == (local("2023-09-28 09:00"),)
    assert rules.nudge_at(due, local("2023-09-28 08:40"), SHANGHAI) == ()
