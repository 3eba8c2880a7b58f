"""What is told and when, without I/O."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bot.kit.replies import TEXT_LIMIT
from bot.kit.words import units
from bot.watch import messages, rules
from bot.watch.failures import Failures
from bot.watch.rules import Outage
from bot.watch.undelivered import subject_of
from scheduler.calendar.days import Block
from scheduler.jobs import Everywhere, Job, NotReady, Occurrence
from storage.choices import YearState
from storage.disk_space import DiskSpace

TZ = ZoneInfo("Asia/Shanghai")
GB = 2**30


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=TZ)


def keys(missing: list[int], when: str) -> list[str]:
    return [finding.key for finding in rules.years(missing, local(when), TZ)]


@pytest.mark.parametrize(
    ("when", "told"),
    [
        ("2026-11-30 09:00", []),
        ("2026-12-01 09:00", ["year:2027:2026W49"]),
        ("2026-12-06 20:00", ["year:2027:2026W49"]),
        ("2026-12-07 09:00", ["year:2027:2026W50"]),
        ("2026-12-14 09:00", ["year:2027:2026W51"]),
        ("2026-12-15 09:00", ["year:2027:2026-12-15"]),
        ("2026-12-16 09:00", ["year:2027:2026-12-16"]),
        ("2026-12-16 03:00", []),
    ],
)
def test_next_year_missing_is_told_weekly_then_daily(when: str, told: list[str]) -> None:
    assert keys([2027], when) == told
    assert keys([], when) == []


def test_a_year_that_has_begun_without_data_is_told_weekly() -> None:
    assert keys([2027, 2028], "2027-03-01 09:00") == ["year:2027:2027W09"]


def test_a_provisional_block_is_told_in_the_week_before_its_reminder() -> None:
    block = Block(date(2027, 2, 5), date(2027, 2, 12), ((2027, "春节"),), YearState.PROVISIONAL)
    send_day = date(2027, 2, 2)

    def told(day: str) -> int:
        return len(list(rules.provisional([(block, send_day)], date.fromisoformat(day))))

    assert [told(day) for day in ("2027-01-25", "2027-01-26", "2027-02-02", "2027-02-04", "2027-02-05")] == [
        0,
        1,
        1,
        1,
        0,
    ]
    sure = Block(block.start, block.end, block.festivals, YearState.OFFICIAL)
    assert list(rules.provisional([(sure, send_day)], send_day)) == []


def test_the_clock_may_be_off_by_a_minute_and_no_more() -> None:
    assert list(rules.clock(None)) == list(rules.clock(timedelta(seconds=-90))) == []
    assert "快了约91秒" in next(iter(rules.clock(timedelta(seconds=-91)))).text
    assert "慢了约91秒" in next(iter(rules.clock(timedelta(seconds=91)))).text


@pytest.mark.parametrize(
    ("room", "full"),
    [
        (DiskSpace(5 * GB, GB, 0.1), False),
        (DiskSpace(GB // 4, GB // 100, 0.1), True),
        (DiskSpace(GB, 2 * GB, 0.1), True),
        (DiskSpace(50 * GB, GB, 0.95), True),
    ],
)
def test_a_database_that_grows_full(room: DiskSpace, full: bool) -> None:
    assert [finding.key for finding in rules.space(room)] == (["room"] if full else [])


def test_silence_is_told_when_it_is_long() -> None:
    assert list(rules.silence(599)) == []
    assert "已有11分钟" in next(iter(rules.silence(660))).text


@pytest.mark.parametrize(
    ("start", "end", "concerns"),
    [
        ("2023-07-07 14:00", "2023-07-07 14:10", True),
        ("2023-07-07 02:00", "2023-07-07 02:10", False),
        ("2023-07-07 22:30", "2023-07-08 06:30", False),
        ("2023-07-07 22:30", "2023-07-08 07:05", True),
        ("2023-07-07 21:50", "2023-07-07 22:10", True),
        ("2023-07-07 22:30", "2023-07-07 22:40", False),
        ("2023-07-07 06:00", "2023-07-07 22:30", True),
    ],
)
def test_an_outage_of_the_night_concerns_nobody(start: str, end: str, concerns: bool) -> None:
    assert rules.concerns_people(Outage(local(start), local(end)), TZ) is concerns


def test_an_outage_is_told_with_its_times() -> None:
    told = rules.outage(Outage(local("2023-07-07 14:02"), local("2023-07-07 14:12")), TZ)
    assert "7月7日（周五）14:02至14:12停止运行或断网，约10分钟" in told.text


def job(plan: Any) -> Job:
    return Job("pre_holiday", Everywhere(lambda since, until: []), plan)


def plan_of(watched: Job) -> Any:
    return watched.plan


def test_a_job_that_keeps_failing_is_told_until_it_succeeds() -> None:
    broken: list[Exception | None] = [ValueError("no such thing")] * 3
    run = Occurrence("2023-09", date(2023, 9, 1), datetime(2023, 9, 1, tzinfo=UTC), datetime(2023, 9, 2, tzinfo=UTC))

    def plan(*_: object) -> list[object]:
        error = broken.pop(0) if broken else None
        if error is not None:
            raise error
        return []

    failures = Failures()
    (watched,) = failures.watching([job(plan)])
    found = []
    for number in range(4):
        try:
            plan_of(watched)(None, 1, run, datetime(2023, 9, 1, 0, number, tzinfo=UTC))
        except ValueError:
            found.append([finding.key for finding in rules.failing(failures.by_job())])
    assert found == [[], [], ["job:pre_holiday"]]
    assert list(rules.failing(failures.by_job())) == []


def test_a_job_that_waits_has_not_failed() -> None:
    def plan(*_: object) -> list[object]:
        raise NotReady

    failures = Failures()
    (watched,) = failures.watching([job(plan)])
    for _ in range(5):
        with pytest.raises(NotReady):
            plan_of(watched)(None, 1, None, None)
    assert failures.by_job() == {}


@pytest.mark.parametrize(
    ("key", "person", "subject"),
    [
        ("notice:12:17", 17, "notice:12"),
        ("notice:12:chat:-5001", None, "notice:12"),
        ("pre_holiday:2023:中秋:r1:7", 7, "pre_holiday:2023:中秋:r1"),
        ("notice:12:desk", 17, None),
        ("task:3:17:off", 17, None),
        ("answer:1:2:0", None, None),
    ],
)
def test_what_went_to_many_is_known_by_its_name(key: str, person: int | None, subject: str | None) -> None:
    assert subject_of(key, person) == subject


def test_the_line_to_the_secretary() -> None:
    line = messages.undelivered("中秋节前提醒", 25, [("甲三", "never_bound"), ("丙五", "blocked")], [])
    assert line == "中秋节前提醒：应发25人，2人未送达（甲三，未绑定；丙五，已停用），请另行通知。"
    group = messages.undelivered("7月主题党日通知", 0, [], ["kicked"])
    assert group == "7月主题党日通知：支部工作群未送达（已移出小助手），请另行通知。"
    many = messages.undelivered("题" * 99, 300, [("欧阳甲乙丙丁", "Bad Request: x")] * 300, ["no_rights"])
    assert units(many) < TEXT_LIMIT
    assert "等300人" in many
