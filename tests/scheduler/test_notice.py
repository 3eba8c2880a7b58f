"""Notices as they were published: what is read from them, and the calendar measured against them day by day."""

from collections.abc import Iterator
from datetime import date, timedelta
from functools import cache

import pytest

from scheduler.calendar.checks import Checked, check
from scheduler.calendar.council_notice import read_notice
from scheduler.calendar.days import BUNDLED, DAY
from scheduler.calendar.festivals import festivals
from scheduler.calendar.year_file import BadYear, Entry
from scheduler.calendar.year_views import by_festival, difference
from tests.scheduler.notices import (
    AMENDED,
    AMENDED_2019,
    BEFORE_2010,
    CANCELLED,
    COMMEMORATED_2015,
    EXTENDED_2020,
    EXTENSION,
    LINES,
    NUMBERS,
    notice,
)


def day(text: str) -> date:
    return date.fromisoformat(text)


@pytest.mark.parametrize("year", LINES)
def test_every_day_of_the_notice_is_in_the_calendar(year: int) -> None:
    read = read_notice(notice(year))
    assert (read.year, read.only) == (year, ())
    assert read.papers == (NUMBERS.get(year) or f"国务院办公厅关于{year}年部分节假日安排的通知",)
    known = BUNDLED.with_year(Checked(read).year)
    changed = {f"{day:%Y%m%d}": works for day, works in difference(BUNDLED, known, year)}
    assert changed == AMENDED.get(year, {})
    assert Checked(read).year.checksum == (13 if year >= 2025 else 11)


@cache
def said() -> dict[date, bool]:
    """Every day that a notice of 2008 to 2026, or an amendment, says something of."""
    found: dict[date, bool] = {}
    for spans, worked in BEFORE_2010.values():
        for first, last in (map(day, span.split("-")) for span in spans.split()):
            found |= {first + timedelta(days=at): True for at in range((last - first).days + 1)}
        found |= {day(text): False for text in worked.split()}
    for year in LINES:
        found |= {entry.day: entry.off for entry in read_notice(notice(year)).entries}
    for changes in AMENDED.values():
        found |= {day(text): off for text, off in changes.items()}
    return found


def worked(first: date, last: date) -> list[date]:
    days = (first + timedelta(days=at) for at in range((last - first).days + 1))
    return [one for one in days if not said().get(one, one.weekday() >= 5)]


def by_hand(year: int) -> Iterator[tuple[date, date, frozenset[str], date, date]]:
    """The blocks that begin in a year from the notices alone, counted off on a list of the days worked."""
    days = worked(date(year - 1, 12, 1), date(year + 1, 2, 28))
    names: dict[tuple[date, date], set[str]] = {}
    for name, its_day in [*festivals(year).items(), ("元旦", date(year + 1, 1, 1))]:
        start = max(one for one in days if one < its_day) + DAY
        end = min(one for one in days if one > its_day) - DAY
        if start.year == year:
            names.setdefault((start, end), set()).add(name)
    for (start, end), found in sorted(names.items()):
        before = [one for one in days if one < start]
        yield start, end, frozenset(found), before[-3], before[-5]


@pytest.mark.parametrize("year", range(2008, 2027))
def test_blocks_and_months_agree_with_the_notices_counted_by_hand(year: int) -> None:
    found = [
        (
            block.start,
            block.end,
            frozenset(name for _, name in block.festivals),
            BUNDLED.working_day_before(block.start, 3),
            BUNDLED.working_day_before(block.start, 5),
        )
        for block in BUNDLED.blocks(year)
    ]
    assert found == list(by_hand(year))
    for month in range(1, 13):
        first = date(year, month, 1)
        assert BUNDLED.first_working_day(year, month) == worked(first, first + 20 * DAY)[0]


def test_what_is_only_recommended_arranges_nothing() -> None:
    assert day("2024-02-09") not in {entry.day for entry in read_notice(notice(2024)).entries}


def test_a_row_a_festival_for_the_person_who_checks_it() -> None:
    rows = {row.name: row for row in by_festival(read_notice(notice(2026)).entries)}
    assert list(rows) == ["元旦", "春节", "清明节", "劳动节", "端午节", "中秋节", "国庆节"]
    assert rows["国庆节"].off == ((day("2026-10-01"), day("2026-10-07")),)
    assert rows["国庆节"].worked == (day("2026-09-20"), day("2026-10-10"))


def test_an_amendment_is_laid_over_the_year() -> None:
    first = BUNDLED.with_year(Checked(read_notice(notice(2019))).year)
    amendment = read_notice(AMENDED_2019)
    assert amendment.only == ("劳动节",)
    found = check(amendment, first)
    assert not found.doubts
    assert difference(BUNDLED, first.with_year(found.year), 2019) == []
    assert found.file.papers == (NUMBERS[2019], "国务院办公厅关于调整2019年劳动节假期安排的通知")


def test_an_amendment_of_a_year_not_announced_is_no_year() -> None:
    with pytest.raises(BadYear, match="the whole notice is needed"):
        check(read_notice(AMENDED_2019.replace("2019", "2031").replace("（星期日）", "")), BUNDLED)


def test_a_day_of_its_own_has_no_festival_for_a_name() -> None:
    read = read_notice("2015年放假安排如下：9月3日至5日调休放假，共3天，9月6日（星期日）上班。")
    assert read.only == ("个别日期",)
    assert [(entry.day.day, entry.off) for entry in read.entries] == [(3, True), (4, True), (5, True), (6, False)]


@pytest.mark.parametrize(
    ("line", "first", "last"),
    [
        ("元旦：12月31日至1月2日放假，共3天。", "2026-12-31", "2027-01-02"),
        ("元旦：2026年12月31日至2027年1月2日放假，共3天。", "2026-12-31", "2027-01-02"),
        ("一、元旦: 1 月 1 日(星期五)-3 日(星期日)放假,共3天.", "2027-01-01", "2027-01-03"),
        ("元旦：１月１日（周五）—３日（周日）放假，与周末连休。", "2027-01-01", "2027-01-03"),
    ],
)
def test_other_ways_to_write_it(line: str, first: str, last: str) -> None:
    entries = read_notice(line, 2027).entries
    assert (entries[0].day, entries[-1].day, {entry.off for entry in entries}) == (day(first), day(last), {True})


def test_the_make_up_day_may_lie_in_the_year_before() -> None:
    assert Entry(day("2018-12-29"), False, "元旦") in read_notice(notice(2019)).entries


@pytest.mark.parametrize(
    ("text", "english", "chinese"),
    [
        ("2027年春节：2月5日（周六）至12日（周五）放假。", "is no 周六", "是周五，文中写的是周六"),
        ("2027年春节：2月5日至12日放假调休，共9天。", "8 days off were read, the text says 9", "读到放假8天"),
        ("2027年春节：2月30日放假。", "there is no day 2月30日", "没有“2月30日”这一天"),
        ("2027年春节：2月12日至5日放假。", "from 2027-02-12 to 2027-02-05", "有误"),
        ("2027年春节：5日放假。", "there is no day", "没有“5日”这一天"),
        ("2027年春节：2月6日放假。2月6日（星期六）上班。", "both off and worked", "既写放假又写上班"),
        ("春节：2月6日放假。", "does not say of which year", "哪一年"),
        ("2027年放假安排未定。", "No holiday was found", "没有读到放假安排"),
        ("", "does not say", "哪一年"),
    ],
)
def test_what_is_not_understood_is_said(text: str, english: str, chinese: str) -> None:
    with pytest.raises(BadYear, match=english) as bad:
        read_notice(text)
    assert chinese in bad.value.chinese


# --- notices that change one -----------------------------------------------------------------------------------------


def changed(text: str, year: int = 2026) -> dict[str, bool]:
    """The days that a notice changes beside the bundled year: 02-24, and whether people work on it afterwards."""
    found = check(read_notice(text), BUNDLED)
    return {f"{day:%m-%d}": works for day, works in difference(BUNDLED, BUNDLED.with_year(found.year), year)}


@pytest.mark.parametrize(("year", "text"), [(2020, EXTENDED_2020), (2015, COMMEMORATED_2015)])
def test_the_notices_that_changed_a_year_are_read_over_it(year: int, text: str) -> None:
    before = BUNDLED.with_year(Checked(read_notice(notice(year))).year)
    found = check(read_notice(text), before)
    after = before.with_year(found.year)
    assert {f"{day:%Y%m%d}": not works for day, works in difference(before, after, year)} == AMENDED[year]
    assert difference(BUNDLED, after, year) == []


def test_an_extension_and_a_cancelled_make_up_day() -> None:
    assert changed(EXTENSION) == {"02-24": False}
    assert changed(CANCELLED) == {"02-28": False}
    found = check(read_notice(EXTENSION), BUNDLED)
    # 25 February is a weekday, which needs no entry; that the year has more days off is what the text says.
    assert [note.english for note in found.notes] == ["2026-02-25 is a weekday and needs no make-up day: left out."]
    assert found.doubts == check(read_notice(CANCELLED), BUNDLED).doubts == ()


@pytest.mark.parametrize(
    ("sentence", "days"),
    [
        ("2026年春节假期延长至2月25日。", {"02-24": False, "02-25": False}),
        ("1、2026年春节假期延长至2月25日。", {"02-24": False, "02-25": False}),
        ("春节假期延长至2月25日。", {"02-24": False, "02-25": False}),
        ("假期延长至2月24日，共10天。", {"02-24": False}),
        ("2月24日（星期二）、25日（星期三）放假，2月26日恢复上班。", {"02-24": False, "02-25": False}),
        ("取消2月28日（星期六）的调休上班。", {"02-28": False}),
        ("2月28日（星期六）调休上班取消。", {"02-28": False}),
        ("2月28日取消上班。", {"02-28": False}),
        ("2月28日（星期六）由上班调整为休息。", {"02-28": False}),
        ("原定2月28日（星期六）上班调整为休息。", {"02-28": False}),
        ("2月28日不上班。", {"02-28": False}),
        ("2月28日无需上班。", {"02-28": False}),
        ("2月28日（星期六）照常休息。", {"02-28": False}),
        ("2月14日（星期六）、28日（星期六）不再上班。", {"02-14": False, "02-28": False}),
        ("2月28日上班，2月14日不再上班。", {"02-14": False}),
        ("原定2月28日上班调整为3月7日（星期六）上班。", {"02-28": False, "03-07": True}),
        ("调休上班由2月28日调整为3月7日。", {"02-28": False, "03-07": True}),
        ("2月28日的调休上班顺延至3月1日（星期日）。", {"02-28": False, "03-01": True}),
        ("原定2月28日上班提前至2月8日（星期日）。", {"02-08": True, "02-28": False}),
        ("2月23日（星期一）恢复上班。", {"02-23": True}),
        ("2月23日恢复正常上班。", {"02-23": True}),
        ("2月23日照常上班。", {"02-23": True}),
        ("2月23日不再放假。", {"02-23": True}),
        ("2月23日不放假，照常上班。", {"02-23": True}),
        ("取消2月23日的放假。", {"02-23": True}),
        ("2月23日（星期一）由放假改为上班。", {"02-23": True}),
        ("放假时间由2月15日至23日调整为2月16日至24日，共9天。", {"02-15": True, "02-24": False}),
        ("2月16日至24日放假调休，共9天。2月15日（星期日）不再放假。", {"02-15": True, "02-24": False}),
        ("自2月15日起放假调休9天。", {}),
        ("2月28日（星期六）正常上班。", {}),
        ("为方便群众出行，2月28日（星期六）不再上班。其余安排不变。", {"02-28": False}),
    ],
)
def test_what_a_notice_changes(sentence: str, days: dict[str, bool]) -> None:
    assert changed(f"关于调整2026年春节假期安排的通知\n一、春节：{sentence}") == days


@pytest.mark.parametrize(
    "sentence",
    [
        "2月28日不调休。",
        "2月28日前上班。",
        "2月28日起放假。",
        "2月28日可以不上班。",
        "2月28日（星期六）不再上班，3月7日另行通知。",
        "2月28日（星期六）不上班、2月14日上班。",
        "2月24日放假，2月28日（不再上班）。",
        "2月24日放假，2月28日（星期六）上班不再安排。",
        "2月15日至23日放假，其中2月23日除外。",
        "2月24日或25日放假。",
        "2月24日半天放假。",
        "假期缩短至2月20日。",
        "假期提前至2月14日。",
        "取消春节假期。",
        "2月24日放假。不再安排调休上班。",
        "2月24日。",
        "2月28日不再上班，照常上班。",
    ],
)
def test_a_sentence_that_is_not_understood_wholly_refuses_the_notice(sentence: str) -> None:
    """It is named, in both languages."""
    with pytest.raises(BadYear, match="This sentence is not understood, so nothing was read") as bad:
        read_notice(f"关于调整2026年春节假期安排的通知\n一、春节：{sentence}")
    assert "没有看懂这一句，整份通知没有导入：“" in bad.value.chinese
    assert any(part and part in bad.value.chinese for part in sentence.split("。"))


@pytest.mark.parametrize(
    "text",
    [
        notice(2026).replace("现将2026年", "2026年2月28日不再上班，现将2026年"),
        notice(2026).replace("确保人民", "2月28日（星期六）不再上班，确保人民"),
        notice(2026).replace("二、春节：2月15日", "二、春节：不放假，2月15日"),
    ],
)
def test_a_change_anywhere_in_a_notice_is_not_lost(text: str) -> None:
    with pytest.raises(BadYear, match="not understood"):
        read_notice(text)
