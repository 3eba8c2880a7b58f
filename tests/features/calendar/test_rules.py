"""How typed days of one's own branch are read, and what a handed in text is taken for."""

import json
from datetime import date

import pytest

from bot.features.calendar.rules import OwnDays, grouped, read_file, read_own_days, read_year
from bot.kit.refusal import Refusal
from scheduler.calendar.year_file import Entry
from tests.scheduler.notices import notice

TODAY = date(2026, 11, 25)


def shown(text: str, off: bool = True) -> str:
    """The runs that a text sets, and their name: 12-17/12-19 12-25 停电."""
    found = read_own_days(text, off, TODAY)
    assert {run.off for run in found} == {off}
    spans = [f"{run.first}" if run.first == run.last else f"{run.first}/{run.last}" for run in found]
    (name,) = {run.name for run in found}
    return " ".join([*spans, name])


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("12月3日 三月三", "2026-12-03 三月三"),
        ("4月20日至22日 三月三", "2027-04-20/2027-04-22 三月三"),
        ("4月20日-22日", "2027-04-20/2027-04-22 本支部放假"),
        ("7月1日到7月3日，学习放假", "2027-07-01/2027-07-03 学习"),
        ("12月30日至1月2日", "2026-12-30/2027-01-02 本支部放假"),
        ("2027-04-20 三月三", "2027-04-20 三月三"),
        ("今天 停电", "2026-11-25 停电"),
        ("明天", "2026-11-26 本支部放假"),
        ("7月17日、18日、19日 停电", "2027-07-17/2027-07-19 停电"),
        ("7月17、18、19日停电", "2027-07-17/2027-07-19 停电"),
        ("7月17日、7月20日；7月22日，停电", "2027-07-17 2027-07-20 2027-07-22 停电"),
        ("7月1日到3日和7月8日 停电", "2027-07-01/2027-07-03 2027-07-08 停电"),
        ("7月8日、7月1日至3日 停电", "2027-07-01/2027-07-03 2027-07-08 停电"),
        ("12月7日（周一）、8日（周二） 停电", "2026-12-07/2026-12-08 停电"),
        ("下周一至周三 停电", "2026-11-30/2026-12-02 停电"),
        ("3号 停电", "2026-12-03 停电"),
        ("12月3日停电不上班", "2026-12-03 停电"),
        ("12月3日 3号楼停电", "2026-12-03 3号楼停电"),
        ("12月3日 前往甲地学习2天", "2026-12-03 前往甲地学习2天"),
        ("12月3日 不忘初心无私奉献", "2026-12-03 不忘初心无私奉献"),
        ("12月3日 慈善一日捐", "2026-12-03 慈善一日捐"),
        ("5月1日 五一", "2027-05-01 五一"),
        ("12月3日 三八妇女节", "2026-12-03 三八妇女节"),
        ("6月16日 安全生产月和3场讲座", "2027-06-16 安全生产月和3场讲座"),
    ],
)
def test_days_with_their_name(text: str, days: str) -> None:
    assert shown(text) == days


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("4月25日、5月9日 调休上班", "2027-04-25 2027-05-09 调休"),
        ("12月5日至6日 值班", "2026-12-05/2026-12-06 值班"),
        ("12月5日 不休息", "2026-12-05 本支部上班"),
    ],
)
def test_days_worked(text: str, days: str) -> None:
    assert shown(text, off=False) == days


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("三月三", "请发送日期和名称"),
        ("", "请发送日期和名称"),
        ("4月31日 三月三", "请发送日期和名称"),
        ("除4月20日外", "请发送日期和名称"),
        ("每周五 停电", "请发送日期和名称"),
        ("4月20日至五一", "没有看懂“至五一”"),
        ("4月20日、32日 停电", "没有看懂“、32日 停电”"),
        ("4月20日、21 停电", "没有看懂“、21 停电”"),
        ("4月20日、5月 停电", "没有看懂“、5月 停电”"),
        ("4月20日 停电、4月32日", "没有看懂“4月32日”"),
        ("4月20日和下周 停电", "没有看懂“和下周 停电”"),
        ("4月20日、3日 停电", "没有看懂“、3日 停电”"),
        ("4月20日 明天停电", "没有看懂“明天停电”"),
        ("4月20日起 停电", "没有看懂“起 停电”"),
        ("4月20日前", "没有看懂“前”"),
        ("4月20日左右 停电", "没有看懂“左右 停电”"),
        ("4月20日下午放假", "按整天设置"),
        ("4月20日 9:00-11:00 停电", "按整天设置"),
        ("4月20日（周一） 停电", "4月20日是周二，与您写的星期不符"),
        ("11月24日 三月三", "2026年11月24日已经过去"),
        ("2024年4月20日", "今天及以后"),
        ("12月3日、11月20日 停电", "2026年11月20日已经过去"),
        ("2029年4月20日", "2029年4月20日在一年以后"),
        ("11月20日至2027年11月30日", "已经过去"),
        ("4月20日至6月20日", "不超过31天"),
        ("12月1日至30日、1月1日至30日、2月1日至3日", "最多设置62天"),
        ("4月20日至4月18日", "结束日期（4月18日）早于开始日期（4月20日）"),
        ("4月20日、20日 停电", "4月20日写了两次"),
        ("4月20日至22日、4月21日 停电", "4月21日写了两次"),
        ("4月20日 " + "三" * 21, "不超过20字"),
        ("4月20日 三月三\n停电", "不超过20字"),
        ("4月20日 上班", "却写着“上班”"),
        ("4月20日 照常上班", "请点“加上班日”"),
        ("4月20日 三月三不放假", "却写着“不放假”"),
        ("4月20日不休", "却写着“不休”"),
        ("4月20日 不得不上班", "没有看懂“不得不上班”"),
        ("4月20日 取消放假", "这里只能新设日期"),
        ("4月20日不再放假", "这里只能新设日期"),
        ("4月20日恢复上班", "这里只能新设日期"),
        ("取消4月20日", "这里只能新设日期"),
    ],
)
def test_what_is_refused(text: str, said: str) -> None:
    with pytest.raises(Refusal) as no:
        read_own_days(text, True, TODAY)
    assert said in no.value.text


@pytest.mark.parametrize("text", ["4月25日 放假", "4月25日 不上班", "4月25日 停电休息", "4月25日无需到岗"])
def test_a_day_off_is_no_day_worked(text: str) -> None:
    with pytest.raises(Refusal, match="您点的是“加上班日”"):
        read_own_days(text, False, TODAY)


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
