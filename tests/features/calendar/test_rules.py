"""How typed days of one's own branch are read, and what a handed in text is taken for."""

import json
from datetime import date

import pytest

from bot.features.calendar.rules import OwnDays, grouped, read_file, read_own_days, read_year
from bot.kit.refusal import Refusal
from scheduler.calendar.year_file import Entry
from tests.scheduler.notices import notice

TODAY = date(2026, 11, 25)


@pytest.mark.parametrize(
    ("text", "first", "last", "name"),
    [
        ("12月3日 三月三", "2026-12-03", "2026-12-03", "三月三"),
        ("4月20日至22日 三月三", "2027-04-20", "2027-04-22", "三月三"),
        ("7月1日到7月3日，学习放假", "2027-07-01", "2027-07-03", "学习"),
        ("12月30日至1月2日", "2026-12-30", "2027-01-02", "本支部放假"),
        ("2027-04-20 三月三", "2027-04-20", "2027-04-20", "三月三"),
        ("今天 停电", "2026-11-25", "2026-11-25", "停电"),
        ("明天", "2026-11-26", "2026-11-26", "本支部放假"),
    ],
)
def test_days_with_their_name(text: str, first: str, last: str, name: str) -> None:
    found = read_own_days(text, True, TODAY)
    assert found == OwnDays(date.fromisoformat(first), date.fromisoformat(last), True, name)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("三月三", "请发送日期和名称"),
        ("", "请发送日期和名称"),
        ("4月31日 三月三", "请发送日期和名称"),
        ("4月20日至五一", "请发送日期和名称"),
        ("11月24日 三月三", "今天及以后"),
        ("2024年4月20日", "今天及以后"),
        ("2029年4月20日", "一年以内"),
        ("4月20日至6月20日", "不超过31天"),
        ("4月20日至4月18日", "结束日期（4月18日）早于开始日期（4月20日）"),
        ("4月20日 " + "三" * 21, "不超过20字"),
    ],
)
def test_what_is_refused(text: str, said: str) -> None:
    with pytest.raises(Refusal) as no:
        read_own_days(text, True, TODAY)
    assert said in no.value.text


def test_days_are_shown_as_the_runs_they_were_entered_as() -> None:
    days = [OwnDays(date(2026, 12, 30), date(2027, 1, 2), True, "停电"), OwnDays(TODAY, TODAY, False, "值班")]
    extra = Entry(date(2027, 1, 3), True, "三月三")
    entries = [entry for run in days for entry in run.entries]
    assert grouped([*entries, extra]) == [days[1], days[0], OwnDays(extra.day, extra.day, True, "三月三")]


def test_a_text_is_a_notice_and_braces_are_a_file() -> None:
    read = read_year(notice(2026))
    assert read_file(json.dumps(read.to_json()).encode()) == read_file(notice(2026).encode("gb18030")) == read
    for bad in (b"%PDF-1.7", b"{}", b"\x81"):
        with pytest.raises(Refusal):
            read_file(bad)
