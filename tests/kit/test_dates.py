"""Days and times as people type them."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.kit.dates import arabic, parse_day, parse_moment, parse_time, read_clock, read_typed
from bot.kit.words import day_words, moment_words, short_day

SHANGHAI = ZoneInfo("Asia/Shanghai")
TODAY = date(2023, 7, 4)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("7月7日", "2023-07-07"),
        ("7月7号", "2023-07-07"),
        ("7月7", "2023-07-07"),
        ("7 月 7 日", "2023-07-07"),
        ("07月07日（周五）", "2023-07-07"),
        ("7月7日周五", "2023-07-07"),
        ("7月7日，星期五", "2023-07-07"),
        ("周五（7月7日）", "2023-07-07"),
        ("明天（7月5日）", "2023-07-05"),
        ("7.7", "2023-07-07"),
        ("7-7", "2023-07-07"),
        ("7/7", "2023-07-07"),
        ("7.7日", "2023-07-07"),
        ("７月７日", "2023-07-07"),
        ("2024年2月29日", "2024-02-29"),
        ("2023-12-31", "2023-12-31"),
        ("2023.07.07", "2023-07-07"),
        ("2023/7/7", "2023-07-07"),
        ("20230707", "2023-07-07"),
        ("23年7月7日", "2023-07-07"),
        ("明年1月3日", "2024-01-03"),
        ("去年的12月30日", "2022-12-30"),
        ("七月七日", "2023-07-07"),
        ("七月廿八日", "2023-07-28"),
        ("七月卅一日", "2023-07-31"),
        ("二〇二三年七月十一号", "2023-07-11"),
        ("二三年七月七日", "2023-07-07"),
        ("二○二四年二月二十九日", "2024-02-29"),
        ("二零二三年十二月三十一日", "2023-12-31"),
        ("十月二十号", "2023-10-20"),
        ("大前天", "2023-07-01"),
        ("前天", "2023-07-02"),
        ("昨天", "2023-07-03"),
        ("今天", "2023-07-04"),
        ("明日", "2023-07-05"),
        ("后天", "2023-07-06"),
        ("大后天", "2023-07-07"),
        ("周二", "2023-07-04"),
        ("周五", "2023-07-07"),
        ("星期五", "2023-07-07"),
        ("礼拜五", "2023-07-07"),
        ("本周五", "2023-07-07"),
        ("这周五", "2023-07-07"),
        ("这个星期五", "2023-07-07"),
        ("本周一", "2023-07-03"),
        ("周六", "2023-07-08"),
        ("周日", "2023-07-09"),
        ("周天", "2023-07-09"),
        ("下周五", "2023-07-14"),
        ("下个礼拜五", "2023-07-14"),
        ("下下周三", "2023-07-19"),
        ("上周五", "2023-06-30"),
        ("7日", "2023-07-07"),
        ("7号", "2023-07-07"),
        ("三日", "2023-07-03"),
        ("本月7日", "2023-07-07"),
        ("这个月28号", "2023-07-28"),
        ("下月3日", "2023-08-03"),
        ("上月30日", "2023-06-30"),
        ("1月3日", "2023-01-03"),
        ("12月31日", "2023-12-31"),
        ("3月1日", "2023-03-01"),
        ("那就7月7日吧。", "2023-07-07"),
        ("好的，7月7日！谢谢", "2023-07-07"),
        ("“7月7日”", "2023-07-07"),
        ("日期：7月7日", "2023-07-07"),
        ("\u3000 7月7日\n", "2023-07-07"),
    ],
)
def test_a_day(text: str, day: str) -> None:
    assert parse_day(text, TODAY) == date.fromisoformat(day)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "。",
        "14:30",
        "14.30",
        "7月",
        "7月32日",
        "13月1日",
        "13月40日",
        "30/7",
        "2023年13月1日",
        "2月30日",
        "2023年2月29日",
        "2月29日",
        "1999-07-07",
        "20231301",
        "17.7.7",
        "7-7-7",
        "7.77",
        "七月三十二日",
        "七月二三日",
        "七月",
        "七月七",
        "七月初七",
        "七夕",
        "元旦",
        "国庆节",
        "周末",
        "周六日",
        "月底",
        "7.7三号楼",
        "7.7十三号楼",
        "7月7日前",
        "7月7日以后",
        "7月7日左右",
        "7月7日起",
        "大约7月7日",
        "不是7月7日",
        "除7月7日外",
        "每月7日",
        "7月7日和8日",
        "7月7日、8日",
        "7月7日，8日",
        "7月7日-8日",
        "7月7日？",
        "7月7日下午",
        "7/7 下午",
        "7月7日 14:30",
        "明天9点",
        "7月7日（周六）",
        "周六7月7日",
        "明天（7月6日）",
        "7月7日（周五",
        "7月7日（改）",
        "三天后",
    ],
)
def test_no_day(text: str) -> None:
    assert parse_day(text, TODAY) is None


def test_without_a_year_it_is_the_nearest() -> None:
    assert parse_day("12月28日", date(2024, 1, 3)) == date(2023, 12, 28)
    assert parse_day("1月3日", date(2023, 12, 28)) == date(2024, 1, 3)
    assert parse_day("2月29日", date(2024, 1, 3)) == date(2024, 2, 29)


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("28号", ["2023-06-28", "2023-07-28"]),
        ("28号（周五）", ["2023-07-28"]),
        ("30日", ["2023-06-30", "2023-07-30"]),
        ("31日", ["2023-07-31"]),
        ("周一", ["2023-07-03", "2023-07-10"]),
        ("周二", ["2023-07-04"]),
        ("周三", ["2023-07-05"]),
        ("7月7日（周六）", []),
        ("7月32日", []),
        ("28号14:30", ["2023-06-28", "2023-07-28"]),
    ],
)
def test_what_may_mean_two_days_says_so(text: str, days: list[str]) -> None:
    typed = read_typed(text, TODAY)
    assert typed is not None
    assert [f"{day}" for day in typed.days] == days


def test_a_day_of_the_month_is_the_nearest() -> None:
    """At the end of a month it may be that of the next."""
    typed = read_typed("3号", date(2023, 7, 30))
    assert typed is not None
    assert typed.days == (date(2023, 8, 3), date(2023, 7, 3))
    assert parse_day("31日", date(2023, 6, 15)) == date(2023, 5, 31)
    assert parse_day("下月31日", date(2023, 8, 15)) is None


def test_the_day_that_is_not_the_weekday_beside_it_is_told() -> None:
    for text in ("7月7日（周六）", "周六，7月7日", "7月7日星期六 14:30"):
        typed = read_typed(text, TODAY)
        assert typed is not None
        assert (typed.days, typed.at_odds) == ((), date(2023, 7, 7))


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("14:30", "14:30"),
        ("14：30", "14:30"),
        ("１４：３０", "14:30"),
        ("14：30整", "14:30"),
        ("14:30:00", "14:30"),
        ("9:05", "09:05"),
        ("下午2点半", "14:30"),
        ("下午两点半", "14:30"),
        ("下午 2:30", "14:30"),
        ("下午3：30", "15:30"),
        ("下午15:00", "15:00"),
        ("2:30pm", "14:30"),
        ("2:30 P.M.", "14:30"),
        ("PM 3:30", "15:30"),
        ("3pm", "15:00"),
        ("9am", "09:00"),
        ("12pm", "12:00"),
        ("12:30pm", "12:30"),
        ("下午12:30", "12:30"),
        ("2点30分", "02:30"),
        ("9点", "09:00"),
        ("9点钟", "09:00"),
        ("九点整", "09:00"),
        ("9时5分", "09:05"),
        ("九点零五", "09:05"),
        ("九点一刻", "09:15"),
        ("八点三刻", "08:45"),
        ("九点四十五", "09:45"),
        ("十四时三十分", "14:30"),
        ("14时30分", "14:30"),
        ("14点半", "14:30"),
        ("上午9点", "09:00"),
        ("早8点", "08:00"),
        ("早上八点半", "08:30"),
        ("凌晨1点", "01:00"),
        ("傍晚6点", "18:00"),
        ("晚7点半", "19:30"),
        ("晚8：00", "20:00"),
        ("晚上7点", "19:00"),
        ("晚上19:30", "19:30"),
        ("下午14点", "14:00"),
        ("中午12点", "12:00"),
        ("中午12点半", "12:30"),
        ("中午11点半", "11:30"),
        ("中午1点", "13:00"),
        ("正午", "12:00"),
        ("正午12点", "12:00"),
        ("0:00", "00:00"),
        ("零点", "00:00"),
        ("23:59", "23:59"),
        ("那就9点吧", "09:00"),
        ("时间：14:30。", "14:30"),
    ],
)
def test_a_time(text: str, at: str) -> None:
    assert parse_time(text) == time.fromisoformat(at)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "下午",
        "中午",
        "24:00",
        "25:00",
        "14:60",
        "14:5",
        "14:30:15",
        "9点75分",
        "九点五",
        "二三点",
        "两三点",
        "1430",
        "14.30",
        "三楼",
        "9",
        "晚7",
        "12am",
        "0:30am",
        "晚上12点",
        "晚上0:30",
        "晚上1点",
        "晚12点半",
        "半夜12点",
        "半夜2点",
        "凌晨12点",
        "凌晨9点",
        "上午12点",
        "上午3:30pm",
        "下午9点",
        "早上13点",
        "中午9点",
        "09:00-10:30",
        "9点到10点",
        "下午2点至4点",
        "大约9点",
        "9点左右",
        "9点前",
        "不是9点",
        "两小时后",
        "9点开会",
        "9点或10点",
        "差一刻九点",
        "7月7日9点",
        "明早9点",
    ],
)
def test_no_time(text: str) -> None:
    assert parse_time(text) is None


@pytest.mark.parametrize(
    ("text", "sure"),
    [
        *[(text, False) for text in ("2:30", "２：３０", "2点半", "两点半", "二时三十分", "02：30", "2:30:00")],
        *[(text, True) for text in ("凌晨2:30", "上午２：３０", "2:30am", "早上两点半", "AM 2:30")],
    ],
)
def test_whether_the_half_of_the_day_was_said(text: str, sure: bool) -> None:
    assert read_clock(text) == (time(2, 30), sure)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("7月7日 14:30", "2023-07-07 14:30"),
        ("14:30 7月7日", "2023-07-07 14:30"),
        ("7月7日14:30", "2023-07-07 14:30"),
        ("7月7日的14:30", "2023-07-07 14:30"),
        ("7月7日，下午2:30", "2023-07-07 14:30"),
        ("下午2:30，7月7日", "2023-07-07 14:30"),
        ("7.7下午2点半", "2023-07-07 14:30"),
        ("2023-07-07 14:30", "2023-07-07 14:30"),
        ("7月7日（周五）14：30", "2023-07-07 14:30"),
        ("7月7日（周五）下午2点半", "2023-07-07 14:30"),
        ("七月七号14:30", "2023-07-07 14:30"),
        ("11.12 9:00", "2023-11-12 09:00"),
        ("明早9点", "2023-07-05 09:00"),
        ("今晚7点半", "2023-07-04 19:30"),
        ("明天下午三点", "2023-07-05 15:00"),
        ("后天上午九点半", "2023-07-06 09:30"),
        ("明天（周三）九点", "2023-07-05 09:00"),
        ("周五十点", "2023-07-07 10:00"),
        ("下周五下午3点", "2023-07-14 15:00"),
        ("定在本月7日正午。", "2023-07-07 12:00"),
    ],
)
def test_a_moment(text: str, moment: str) -> None:
    now = datetime(2023, 7, 4, 1, 30, tzinfo=UTC)
    assert parse_moment(text, now, SHANGHAI) == datetime.fromisoformat(moment).replace(tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    "text",
    [
        *["7月7日", "14:30", "7.7", "", "7月32日 14:30", "11月27日 25:00", "13月40日 9:00"],
        *["7月7日晚上12点", "7月7日24:00", "今晚12点", "7月7日 09:00-10:30", "7月7日9点或10点"],
        *["7.714:30", "11.129:00", "2023070714:30", "7月7日（周六）14:30", "7月7日前14:30", "7月7日和8日14:30"],
    ],
)
def test_no_moment(text: str) -> None:
    assert parse_moment(text, datetime(2023, 7, 4, 1, 30, tzinfo=UTC), SHANGHAI) is None


def test_today_is_the_branchs() -> None:
    """At 23:30 UTC it is tomorrow in Shanghai."""
    late = datetime(2023, 7, 4, 23, 30, tzinfo=UTC)
    assert parse_moment("今天9点", late, SHANGHAI) == datetime(2023, 7, 5, 9, tzinfo=SHANGHAI)


# --- whatever is typed -----------------------------------------------------------------------------------------------

DAYS = st.dates(TODAY - timedelta(days=181), TODAY + timedelta(days=181))
TIMES = st.times().map(lambda at: at.replace(second=0, microsecond=0))


@given(DAYS, TIMES)
def test_what_we_write_is_read_back(day: date, at: time) -> None:
    for written in (day_words(day), short_day(day), day.isoformat(), f"{day:%Y%m%d}", f"{day:%Y年%m月%d日}"):
        assert parse_day(written, TODAY) == day
    assert parse_time(f"{at:%H:%M}") == at
    moment = datetime.combine(day, at, SHANGHAI)
    assert parse_moment(moment_words(moment, SHANGHAI), moment.replace(year=2023, month=7, day=4), SHANGHAI) == moment


@given(DAYS, TIMES, st.sampled_from(["前", "之后", "左右", "三号楼", "和8日", "-9日", "x", "7", "不行", "吗"]))
def test_with_more_than_is_understood_it_is_nothing(day: date, at: time, more: str) -> None:
    now = datetime.combine(TODAY, time(9), SHANGHAI)
    for text in (day_words(day) + more, f"{day:%Y-%m-%d}{more}", f"不是{short_day(day)}"):
        assert parse_day(text, TODAY) is None
    assert parse_time(f"{at:%H:%M}{more}") is None
    assert parse_moment(f"{short_day(day)} {at:%H:%M}{more}", now, SHANGHAI) is None


@given(st.text(alphabet="0123456789年月日号点时分半刻周五六下上午晚早:./-（）至、 今明天吧。", max_size=12))
def test_any_text_is_read_or_not(text: str) -> None:
    parse_day(text, TODAY)
    parse_time(text)
    parse_moment(text, datetime.combine(TODAY, time(9), SHANGHAI), SHANGHAI)


@pytest.mark.parametrize(
    ("text", "digits"),
    [
        ("二〇二三年七月三十一日", "2023年7月31日"),
        ("一九九〇年五月", "1990年5月"),
        ("九零年十月", "90年10月"),
        ("八月〇七日", "8月07日"),
        ("七月廿八日", "7月28日"),
        ("七月二三日", "7月二三日"),
        ("7.7三号楼", "7.7三号楼"),
    ],
)
def test_numerals_of_a_date(text: str, digits: str) -> None:
    assert arabic(text) == digits
