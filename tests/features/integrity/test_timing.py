"""When the pre-holiday reminder goes, by plain values: the third working day, merged blocks, what a branch decided."""

from collections.abc import Iterable
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bot.features.integrity import rules, timing
from bot.features.integrity.timing import Blocks, Decided, Timing, Wish
from scheduler.calendar.days import BUNDLED, Calendar
from storage.choices import YearState

SHANGHAI = ZoneInfo("Asia/Shanghai")


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def of(day: str, merge: int = 5) -> Blocks:
    """The group whose first block begins that day."""
    first = date.fromisoformat(day)
    return next(group for group in BUNDLED.neighbours(first.year, merge) if group[0].start == first)


def sends(year: int, decided: Decided = timing.NOTHING, calendar: Calendar = BUNDLED) -> list[str]:
    """09-26 09:00 2023-09-29 中秋、国庆"""
    between = local(f"{year}-01-01"), local(f"{year}-12-31")
    found = timing.occurrences(calendar, *between, SHANGHAI, decided)
    return [f"{one.at:%m-%d %H:%M} {one.slot}" for one in found]


AUTUMN = of("2023-09-29")
LONG_AGO = local("2020-01-01")


def test_st6_goes_on_26_september_and_is_due_on_the_28th() -> None:
    assert AUTUMN[0].end == date(2023, 10, 6)
    assert timing.send_at(BUNDLED, AUTUMN, SHANGHAI) == local("2023-09-26 09:00")
    assert timing.ack_due(AUTUMN, SHANGHAI) == local("2023-09-28 18:00")
    assert timing.last_call(AUTUMN, SHANGHAI) == timing.given_up(local("2023-09-28 18:00"), SHANGHAI)
    assert timing.last_call(AUTUMN, SHANGHAI) == local("2023-09-28 20:30")
    assert rules.holidays(AUTUMN) == ["2023:中秋", "2023:国庆"]
    assert rules.names(rules.holidays(AUTUMN)) == "中秋、国庆"


@pytest.mark.parametrize(
    ("year", "expected"),
    [
        (2015, "09-23 09:00 2015-09-26 中秋、国庆"),
        (2018, "12-27 09:00 2018-12-30 元旦"),
        (2023, "09-26 09:00 2023-09-29 中秋、国庆"),
        (2025, "09-28 09:00 2025-10-01 国庆、中秋"),
        (2026, "02-12 09:00 2026-02-15 春节"),
        (2026, "09-22 09:00 2026-09-25 中秋、国庆"),
    ],
)
def test_the_third_working_day_before(year: int, expected: str) -> None:
    assert expected in sends(year)


def test_one_run_for_each_reminder_of_a_year() -> None:
    assert [line[6:] for line in sends(2026)] == [
        "09:00 2026-02-15 春节",
        "09:00 2026-04-04 清明",
        "09:00 2026-05-01 劳动节",
        "09:00 2026-06-19 端午",
        "09:00 2026-09-25 中秋、国庆",
        "09:00 2027-01-01 元旦",
    ]


def test_a_merged_reminder_is_due_before_the_first_block_and_names_all() -> None:
    both = of("2026-09-25")
    assert [block.start.isoformat() for block in both] == ["2026-09-25", "2026-10-01"]
    assert timing.ack_due(both, SHANGHAI) == local("2026-09-24 18:00")
    assert timing.last_call(both, SHANGHAI) == local("2026-09-30 20:30")
    assert rules.holidays(both) == ["2026:中秋", "2026:国庆"]
    assert timing.of_slot(BUNDLED, 5, timing.slot(both)) == both
    assert timing.of_slot(BUNDLED, 0, timing.slot(both)) is None


@pytest.mark.parametrize(
    ("merge", "years"),
    [
        (0, []),
        (2, []),
        (3, [2015, 2026]),
        (5, [2015, 2026]),
        (6, [2010, 2015, 2018, 2026]),
        (8, [2010, 2013, 2015, 2018, 2021, 2026]),
    ],
)
def test_how_near_blocks_share_a_reminder(merge: int, years: list[int]) -> None:
    assert [year for year in range(2008, 2027) if any(len(one) > 1 for one in BUNDLED.neighbours(year, merge))] == years


@pytest.mark.parametrize("year", range(2020, 2040))
def test_every_reminder_of_every_year_goes_on_a_working_day(year: int) -> None:
    """Whatever the lead, also in the years that are not announced: 暂定, never an exception."""
    for blocks in BUNDLED.neighbours(year, 5):
        for lead in timing.LEADS:
            day = timing.send_day(BUNDLED, blocks, Decided(Timing(lead=lead)))
            assert BUNDLED.is_working_day(day)
            assert day < blocks[0].start
        assert timing.ack_due(blocks, SHANGHAI) < timing.last_call(blocks, SHANGHAI)
    provisional = any(block.provisional for block in BUNDLED.blocks(year))
    assert provisional == (BUNDLED.state(year) is YearState.PROVISIONAL)


# --- what a branch decided -----------------------------------------------------------------------------------------


def decided(wishes: dict[str, Wish] | None = None, changed_at: datetime = LONG_AGO, **own: Any) -> Decided:
    return Decided(Timing(**own), changed_at, wishes or {})


def wish(day: str | None = None, changed: str = "2020-01-01", *, skipped: bool = False) -> Wish:
    return Wish(local(changed), date.fromisoformat(day) if day else None, None, skipped)


def of_autumn(lines: Iterable[str]) -> list[str]:
    return [line for line in lines if "中秋" in line or "国庆" in line]


@pytest.mark.parametrize(
    ("own", "expected"),
    [
        (decided(lead=1, hour=time(16)), ["09-24 16:00 2026-09-25 中秋、国庆"]),
        (decided(lead=5), ["09-20 09:00 2026-09-25 中秋、国庆"]),
        (decided(merge=0), ["09-22 09:00 2026-09-25 中秋", "09-28 09:00 2026-10-01 国庆"]),
        (decided({"2026:中秋": wish("2026-09-18")}), ["09-18 09:00 2026-09-25 中秋、国庆"]),
        (decided({"2026:中秋": wish(skipped=True)}), []),
        # Only a reminder's first festival names it.
        (decided({"2026:国庆": wish(skipped=True)}), ["09-22 09:00 2026-09-25 中秋、国庆"]),
        (decided({"2026:国庆": wish(skipped=True)}, merge=0), ["09-22 09:00 2026-09-25 中秋"]),
        # A day that has become one off, and one that no longer lies before the block.
        (decided({"2026:中秋": wish("2026-09-19")}), ["09-18 09:00 2026-09-25 中秋、国庆"]),
        (decided({"2026:中秋": wish("2026-09-25")}), ["09-22 09:00 2026-09-25 中秋、国庆"]),
        # Decided when its time had passed: due at once, and once the holidays have begun no longer.
        (decided(changed_at=local("2026-09-23 14:00"), lead=5), ["09-23 14:00 2026-09-25 中秋、国庆"]),
        (decided({"2026:中秋": wish(changed="2026-09-24 10:00")}), ["09-24 10:00 2026-09-25 中秋、国庆"]),
        (decided({"2026:中秋": wish(changed="2026-09-23 21:00")}), ["09-24 09:00 2026-09-25 中秋、国庆"]),
        (decided(changed_at=local("2026-09-23 08:00"), hour=time(14)), ["09-23 14:00 2026-09-25 中秋、国庆"]),
        (decided(changed_at=local("2026-10-01 09:00")), ["09-22 09:00 2026-09-25 中秋、国庆"]),
    ],
)
def test_what_a_branch_decided_for_itself(own: Decided, expected: list[str]) -> None:
    assert of_autumn(sends(2026, own)) == expected


@pytest.mark.parametrize(
    "kept", [None, 7, [], {}, {"lead": 0, "hour": "25:00", "merge": 9, "second_line": "yes"}, {"lead": "3"}]
)
def test_settings_that_cannot_be_are_as_if_not_there(kept: object) -> None:
    assert Timing.read(kept) == Timing()


def test_settings_are_read_as_they_were_kept() -> None:
    own = Timing(10, time(8, 30), 0, second_line=True)
    assert Timing.read(own.to_json()) == own


# --- the second line -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("start", "end", "sent", "expected"),
    [
        ("2023-09-29", "2023-10-06", "2023-09-26 09:00", ["2023-09-28 09:00"]),
        ("2023-09-29", "2023-10-06", "2023-09-28 08:40", []),
        ("2026-09-25", "2026-10-07", "2026-09-22 09:00", ["2026-09-24 09:00"]),
        ("2026-09-25", "2026-09-27", "2026-09-22 09:00", []),
        ("2026-05-01", "2026-05-05", "2026-04-28 09:00", ["2026-04-30 09:00"]),
        ("2023-06-22", "2023-06-24", "2023-06-19 09:00", []),
    ],
)
def test_the_second_line_is_for_long_holidays(start: str, end: str, sent: str, expected: list[str]) -> None:
    days = date.fromisoformat(start), date.fromisoformat(end)
    found = timing.second_line(BUNDLED, *days, local(sent), SHANGHAI)
    assert list(found) == [local(when) for when in expected]


def test_plans_are_forgotten_when_their_holidays_are_over() -> None:
    assert not timing.is_over("2026:国庆", date(2026, 10, 8))
    assert timing.is_over("2026:国庆", date(2026, 10, 16))
    assert timing.is_over("2026:无此节", date(2026, 1, 1))
