"""Days and times beside an independent reader, jionlp: where the two differ, the difference is judged here.

It finds a time in any text, so it also reads what is not to be read here: a part of the text, an open end, the next day
at midnight. What it cannot express (full-width digits, am and pm) is left out of the comparison.
"""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime, time, timedelta
from itertools import product
from typing import Any

from bot.kit.clock_words import Clock
from bot.kit.dates import read_clock, read_typed
from bot.kit.day_lists import parse_days

NOW = datetime(2023, 7, 4, 9)
TODAY = NOW.date()
BASE = {"year": 2023, "month": 7, "day": 4, "hour": 9, "minute": 0, "second": 0}

SINGLE = """
    昨天 前天 大前天 今天 今日 明天 明日 后天 大后天 7号 7日 三日 28号 30日 31日 本月7日 这个月28号 下月3日
    下个月31号 上月30日 上个月3号 7/7 7-7 2023/7/7 2023-07-07 2023.07.07 20230707 23年7月7日 二〇二三年七月七日
    二零二三年十二月三十一日 七月廿八日 七月三十一号 去年12月30日 明年1月3日 今年8月1日 2024年2月29日
    7月7日（周五） 7月7日周五 星期五 礼拜五 周天 下下周三 上上周五 下个礼拜五 这个星期五 7月7日前 7月7日以后
    7月7日左右 7月7日起 不是7月7日 除7月7日外 每月7日 元旦 国庆节 周末 月底 下周 三天后 7月32日 2月30日 7月
"""
CLOCKS = """
    十四时三十分 14时30分 14点半 九点一刻 八点三刻 九点零五 九点四十五 9点钟 14：30整 中午12点 中午12点半
    中午1点 正午 零点 0:30 24:00 晚上12点 晚上0:30 半夜12点 凌晨12点 上午12点 下午12点半 大约9点 9点左右 9点前
    09:00-10:30 9点到10点 下午2点至4点 两小时后 九点五 两三点 25点 9点75分 晚8：00 下午3：30 下午15:00 晚上19:30
    早上13点 14:30:00 2:30pm 3pm ２：３０
"""
TOGETHER = """
    明早9点 今晚7点半 明天下午三点 后天上午九点半 周五十点 下周五下午3点 7月7日14:30 7月7日（周五）下午2点半
    本月7日14:30 今晚12点 明天24点 7月7日晚上12点 7月7日9点到10点 昨晚8点 明天中午 今天凌晨1点
"""
LISTS = """
    7月26日-28日 7月26日至28日 7月26日到28日 7月1日到7月3日 7月1日至7月3日 12月30日至1月2日
    2023年7月17日至2023年7月19日 下周一至下周三 7月26日至五一 7月26日-25日
"""


def phrases() -> Iterator[tuple[str, str]]:
    """What is asked (a day, a time, a moment, days), and the words."""
    days = [f"{month}月{day}{sign}" for month, day, sign in product((1, 6, 7, 8, 12), (1, 9, 10, 28), "日号")]
    weeks = [
        week + word + day for week in ("", "本", "这", "下", "上") for word in ("周", "星期") for day in "一三五日"
    ]
    hours = [
        half + hour
        for half in ("", "上午", "下午", "晚上", "早上", "凌晨", "傍晚", "晚", "早")
        for hour in ("3点", "8点", "七点半", "6点20分", "9:15", "10：45", "五点一刻")
    ]
    yield from (("day", words) for words in [*SINGLE.split(), *days, *weeks])
    yield from (("time", words) for words in [*CLOCKS.split(), *hours])
    pairs = product(
        ("7月7日", "明天", "下周五", "12号", "2023年8月1日"), ("14:30", "下午两点半", "晚7点", "九点", "上午10点20分")
    )
    yield from (("moment", words) for words in [*TOGETHER.split(), *(day + at for day, at in pairs)])
    yield from (("days", words) for words in LISTS.split())


def ours(asked: str, words: str) -> str:
    """As 2023-07-07, 14:30 or both, 2023-07-26/2023-07-28; "" for what is not read, and / between what may be meant."""
    if asked == "time":
        clock = read_clock(words)
        return f"{clock.at:%H:%M}" if clock else ""
    if asked == "days":
        return " ".join("/".join(map(str, run)) for run in parse_days(words, TODAY) or ())
    typed = read_typed(words, TODAY)
    if typed is None or (typed.clock is None) != (asked == "day"):
        return ""
    return " or ".join(str(day) + _at(typed.clock) for day in typed.days)


def _at(clock: Clock | None) -> str:
    return f" {clock.at:%H:%M}" if clock else ""


def theirs(asked: str, words: str, reader: Any) -> str | None:
    """The same of the other reader; None for what it cannot express."""
    try:
        found = reader(words, time_base=BASE)
    except ValueError:
        return None
    if not isinstance(found["time"], list):
        return "again and again"
    if not {"inf", "-inf"}.isdisjoint(found["time"]):
        return "without end"
    first, last = map(datetime.fromisoformat, found["time"])
    if first.time() == time() and last.time() == time(23, 59, 59):
        return str(first.date()) if first.date() == last.date() else f"{first.date()}/{last.date()}"
    if last - first >= timedelta(hours=1):
        return f"{first:%Y-%m-%d %H:%M}/{last:%Y-%m-%d %H:%M}"
    return f"{first:%H:%M}" if asked == "time" and first.date() == TODAY else f"{first:%Y-%m-%d %H:%M}"


# Why the two differ; of each phrase what we read and what the other one does.
JUDGED: dict[str, dict[str, tuple[str, str]]] = {
    "Ours: two days may be meant, so it is asked; the other takes the present month or week.": {
        "28号": ("2023-06-28 or 2023-07-28", "2023-07-28"),
        "30日": ("2023-06-30 or 2023-07-30", "2023-07-30"),
        "周一": ("2023-07-03 or 2023-07-10", "2023-07-03"),
        "星期一": ("2023-07-03 or 2023-07-10", "2023-07-03"),
    },
    "Ours: without a year the nearest is meant; the other takes the present year, and a run backwards with it.": {
        "1月1日": ("2024-01-01", "2023-01-01"),
        "1月1号": ("2024-01-01", "2023-01-01"),
        "12月30日至1月2日": ("2023-12-30/2024-01-02", "2023-12-30/2023-01-02"),
    },
    "Ours: a whole day of the calendar with its 日; the other takes 廿 for a lunar day, which is written without 日.": {
        "七月廿八日": ("2023-07-28", "2023-09-12"),
    },
    "Ours: the other overlooks what takes the day back, or reads a part.": {
        "7月7日左右": ("", "2023-07-07"),
        "不是7月7日": ("", "2023-07-07"),
        "除7月7日外": ("", "2023-07-07"),
        "大约9点": ("", "09:00"),
        "9点左右": ("", "09:00"),
        "九点五": ("", "09:00"),
    },
    "Both, for what they are for: an open end, a repetition or a span is no day or time, and is asked for again.": {
        "7月7日前": ("", "2023-07-04 09:00/2023-07-07 23:59"),
        "7月7日以后": ("", "without end"),
        "7月7日起": ("", "without end"),
        "每月7日": ("", "again and again"),
        "下周": ("", "2023-07-10/2023-07-16"),
        "9点前": ("", "without end"),
        "09:00-10:30": ("", "2023-07-04 09:00/2023-07-04 10:30"),
        "9点到10点": ("", "2023-07-04 09:00/2023-07-04 10:00"),
        "下午2点至4点": ("", "2023-07-04 14:00/2023-07-04 16:00"),
        "两三点": ("", "2023-07-04 02:00/2023-07-04 03:59"),
        "7月7日9点到10点": ("", "2023-07-07 09:00/2023-07-07 10:00"),
        "明天中午": ("", "2023-07-05 12:00/2023-07-05 13:59"),
    },
    "Both: the name of a holiday and 周末 may be several days, 三天后 is counted in two ways; we ask for the day.": {
        "元旦": ("", "2023-01-01"),
        "国庆节": ("", "2023-10-01"),
        "周末": ("", "2023-07-09"),
        "三天后": ("", "2023-07-07"),
        "两小时后": ("", "2023-07-04 11:00/2023-07-04 12:00"),
    },
    "Ours: midnight may belong to the day before or after, so it is asked for again; the other takes one.": {
        "24:00": ("", "2023-07-05 00:00"),
        "晚上12点": ("", "2023-07-05 00:00"),
        "晚上0:30": ("", "00:30"),
        "半夜12点": ("", "2023-07-05 00:00"),
        "凌晨12点": ("", "12:00"),
        "上午12点": ("", "12:00"),
        "晚上3点": ("", "03:00"),
        "晚3点": ("", "03:00"),
        "今晚12点": ("", "2023-07-05 00:00"),
        "明天24点": ("", "2023-07-06 00:00"),
        "7月7日晚上12点": ("", "2023-07-08 00:00"),
    },
    "Ours: the hour is none of that half of the day, or none at all, which is a slip.": {
        "25点": ("", "05:00"),
        "9点75分": ("", "09:07"),
        "早上13点": ("", "13:00"),
        "下午9:15": ("", "21:15"),
        "下午10：45": ("", "22:45"),
        "凌晨8点": ("", "08:00"),
        "凌晨七点半": ("", "07:30"),
        "凌晨9:15": ("", "09:15"),
        "凌晨10：45": ("", "10:45"),
        "傍晚3点": ("", "03:00"),
        "傍晚9:15": ("", "21:15"),
        "傍晚10：45": ("", "22:45"),
        "7月26日至五一": ("", "2023-07-26/2023-05-01"),
        "7月26日-25日": ("", "2023-07-26/2023-07-25"),
    },
    "Ours: 明早 is tomorrow; the other reads today.": {
        "明早9点": ("2023-07-05 09:00", "2023-07-04 09:00"),
    },
}


def test_where_we_differ_from_another_reader() -> None:
    # Not at the top: it takes a second, and only this test needs it.
    import jionlp

    judged = {words: both for group in JUDGED.values() for words, both in group.items()}
    differ: dict[str, tuple[str, str]] = {}
    count: Counter[str] = Counter()
    for asked, words in phrases():
        mine, other = ours(asked, words), theirs(asked, words, jionlp.parse_time)
        count["left out" if other is None else "alike" if mine == other else "differ"] += 1
        if other is not None and mine != other:
            differ[words] = (mine, other)
    assert differ == judged
    assert (count["alike"], count["differ"], count["left out"]) == (232, len(judged), 8)
