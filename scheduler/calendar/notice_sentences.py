"""Reads the sentences of a notice: which days are off and which are worked, each sentence wholly or not at all.

Besides the forms of the yearly notices since 2010 those that change one: 延长春节假期至2月2日 (of 2020),
2月28日不再上班, 原定2月28日上班调整为休息. While a sentence is compared with the
forms each list of days in it is one letter (_D).
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta

from scheduler.calendar.festivals import (
    DRAGON_BOAT,
    LABOUR,
    MID_AUTUMN,
    NATIONAL,
    NEW_YEAR,
    QINGMING,
    SPRING,
    festivals,
)
from scheduler.calendar.year_file import BadYear, Entry, said

ALL = (NEW_YEAR, SPRING, QINGMING, LABOUR, DRAGON_BOAT, MID_AUTUMN, NATIONAL)
NAME = "(?:元旦|春节|清明节?|劳动节|端午节?|中秋节?|国庆节?)"
WEEKDAYS = "一二三四五六日"
LONGEST_RUN, LONGEST_SHOWN = 31, 80

_DAY = r"(?:20\d\d年)?(?:\d{1,2}月)?\d{1,2}日(?:\([^()]{0,40}\))*"
_TO = "(?:至|到|[-—–~]+)"
_DAYS = re.compile(rf"{_DAY}(?:(?:{_TO}|[、和及与]){_DAY})*")
_ONE = re.compile(
    rf"(?P<to>{_TO})?(?:(?P<year>20\d\d)年)?(?:(?P<month>\d{{1,2}})月)?(?P<day>\d{{1,2}})日(?P<aside>(?:\([^()]{{0,40}}\))*)"
)
_WEEKDAY = re.compile("(?:周|星期)([一二三四五六日天])")
# A remark beside a day names its weekday or its lunar day, and arranges nothing.
_NO_REMARK = re.compile("班|放假|补休|休息|不|取消|原")
_END = re.compile(r"[。;!]|\.(?!\w)")
# 鼓励…安排职工在除夕（2月9日）休息
_ADVICE = re.compile("(?:[一二三四五六七八九十]+、)?(?:鼓励|建议|提倡|倡导)")
# What changes an arrangement, in a sentence that names no day or stands outside the arrangement.
CHANGES = re.compile(
    r"(?:取消|不再|恢复|延长|缩短|提前|顺延|[调改]整?为|照常|不)[^。;,]{0,12}(?:放假|假期|上班|补休|休息)"
)
_ARRANGES = re.compile("放假|假期|上班|补班|补休|调休|公休|休息|连休|取消|不再|恢复|延长|缩短|提前|顺延")

_D = "\ue000"
_OFF = "(?:放假(?:调休|公休|补休)?|调休放假|公休放假|补休|调休|公休|休息)"
_WORK = "(?:调休|补)?(?:上班|补班)(?:日|安排)?"
_WAS = "(?:原定|原)?(?:于|在)?"
_MOVED = "(?:调整|提前|顺延|推迟|改)(?:至|到|为|在)"
_COUNT = r"(?:共?(?P<count>\d{1,2})天)?"
_OPENING = re.compile(
    rf"(?:[一二三四五六七八九十]+、|\(?\d\)、?|\d、|其中|即|同时|另外|此外|并|现?将|相应地?|特作调整:?)*(?=.)(?:{NAME}(?={_D}|自))?"
)


_CHINESE = str.maketrans("(),:", "（），：")


def day_said(text: str) -> bool:
    return re.search(_DAY, text) is not None


@dataclass
class Section:
    """What is said under one festival, sentence by sentence."""

    name: str
    year: int
    off: list[date] = field(default_factory=list)
    last: date | None = None
    says_off: bool | None = None
    # Days are added to an arrangement or taken from it in so many words.
    changes: bool = False
    # What is being read, and the days that stand in it, list by list.
    sentence: str = ""
    days: list[list[date]] = field(default_factory=list)

    def read(self, body: str) -> Iterator[Entry]:
        for sentence in _END.split(body):
            yield from self._sentence(sentence)

    def _sentence(self, sentence: str) -> Iterator[Entry]:
        """Days that were only recommended arrange nothing, and neither does a sentence without a day."""
        if _ADVICE.match(sentence):
            return
        if not day_said(sentence):
            if CHANGES.search(sentence):
                raise not_understood(sentence)
            return
        self.sentence, self.days = sentence, list[list[date]]()
        form = _DAYS.sub(self._put_aside, sentence)
        # 1月1日至3日，放假3天 and 2月20日，21日上班
        form = re.sub(rf"{_D},(?={_OFF}|{_WORK}|共)", _D, form)
        waiting: list[date] = []
        for clause in form.split(","):
            plain = _OPENING.sub("", clause, count=1)
            days, self.days = self.days[: plain.count(_D)], self.days[plain.count(_D) :]
            if plain == _D:
                waiting += days[0]
                continue
            if waiting and days:
                days, waiting = [[*waiting, *days[0]], *days[1:]], []
            found = self._clause(plain, days)
            if found is None:
                raise not_understood(sentence)
            yield from found
        if waiting:
            raise not_understood(sentence)

    def _clause(self, clause: str, days: list[list[date]]) -> list[Entry] | None:
        for pattern, does in _FORMS:
            found = pattern.fullmatch(clause)
            if found is not None:
                return does(self, found, days)
        # 为便于安排, 经国务院批准
        return None if days or _ARRANGES.search(clause) else []

    # --- what a clause does ------------------------------------------------------------------------------------------

    def is_off(self, found: re.Match[str], days: list[list[date]]) -> list[Entry]:
        self.off, self.says_off = days[0], True
        self.counted(found, days)
        return [Entry(day, True, self.name) for day in days[0]]

    def is_worked(self, found: re.Match[str], days: list[list[date]]) -> list[Entry]:
        self.says_off = False
        return [Entry(day, False, self.name) for day in days[0]]

    def is_off_after_all(self, found: re.Match[str], days: list[list[date]]) -> list[Entry]:
        self.changes, self.says_off = True, True
        return [Entry(day, True, self.name) for day in days[0]]

    def is_worked_after_all(self, found: re.Match[str], days: list[list[date]]) -> list[Entry]:
        self.changes = True
        return self.is_worked(found, days)

    def is_off_for(self, found: re.Match[str], days: list[list[date]]) -> list[Entry] | None:
        """自2月15日起放假调休9天"""
        first, count = days[0][0], int(found["count"])
        if len(days[0]) != 1 or not 0 < count <= LONGEST_RUN:
            return None
        return self.is_off(found, [[first + timedelta(days=at) for at in range(count)]])

    def is_extended(self, found: re.Match[str], days: list[list[date]]) -> list[Entry] | None:
        """延长春节假期至2月24日: all the days from the festival on, of which the first ones are off already."""
        name = next((festival for festival in ALL if festival in (found["name"] or found["named"] or self.name)), "")
        first, last = festivals(self.year).get(name), days[0][-1]
        if first is None or len(days[0]) != 1 or not 0 < (last - first).days < LONGEST_RUN:
            return None
        self.changes, self.says_off, self.off = True, True, []
        return [Entry(first + timedelta(days=at), True, self.name) for at in range((last - first).days + 1)]

    def work_moves(self, found: re.Match[str], days: list[list[date]]) -> list[Entry]:
        """调休上班由2月28日调整为3月7日"""
        return self._moves(days, off=False)

    def rest_moves(self, found: re.Match[str], days: list[list[date]]) -> list[Entry]:
        """假期由2月15日至23日调整为2月16日至24日"""
        self.off = days[1]
        self.counted(found, days)
        return self._moves(days, off=True)

    def _moves(self, days: list[list[date]], *, off: bool) -> list[Entry]:
        self.changes, self.says_off = True, off
        left = [day for day in days[0] if day not in days[1]]
        return [Entry(day, not off, self.name) for day in left] + [Entry(day, off, self.name) for day in days[1]]

    def counted(self, found: re.Match[str], days: list[list[date]]) -> list[Entry]:
        count = found.groupdict().get("count")
        if count and self.off and len(self.off) != int(count):
            raise BadYear(
                f"{self.name}: {len(self.off)} days off were read, the text says {count}.",
                f"{self.name}：读到放假{len(self.off)}天，文中写共{count}天，请核对。",
            )
        return []

    def stays_off(self, found: re.Match[str], days: list[list[date]]) -> list[Entry] | None:
        return [] if self.says_off else None

    def stays_worked(self, found: re.Match[str], days: list[list[date]]) -> list[Entry] | None:
        return [] if self.says_off is False else None

    def adds_nothing(self, found: re.Match[str], days: list[list[date]]) -> list[Entry]:
        return []

    # --- days --------------------------------------------------------------------------------------------------------

    def _put_aside(self, found: re.Match[str]) -> str:
        """A list of days becomes one letter of the sentence."""
        days: list[date] = []
        for one in _ONE.finditer(found[0]):
            days += self._next(one, days)
        self.days.append(days)
        return _D

    def _next(self, one: re.Match[str], before: list[date]) -> list[date]:
        day = self._day(one)
        self.last = day
        if not one["to"]:
            return [day]
        first = before[-1]
        if not 0 < (day - first).days < LONGEST_RUN:
            raise BadYear(
                f"{self.name}: from {first} to {day}?", f"{self.name}：{said(first)}至{said(day)}有误，请核对。"
            )
        return [first + timedelta(days=at) for at in range(1, (day - first).days + 1)]

    def _day(self, one: re.Match[str]) -> date:
        """A month or year that is not written is that of the day before it; 12月 of 元旦 is the year before."""
        month = int(one["month"]) if one["month"] else self.last.month if self.last else 0
        if one["year"]:
            year = int(one["year"])
        elif one["month"] or self.last is None:
            year = self.year - (month == 12 and NEW_YEAR in self.name)
        else:
            year = self.last.year
        try:
            day = date(year, month, int(one["day"]))
        except ValueError:
            written = one[0].removeprefix(one["to"] or "")
            raise BadYear(f"{self.name}: there is no day {written}.", f"{self.name}：没有“{written}”这一天。") from None
        self._compare(day, one["aside"])
        return day

    def _compare(self, day: date, aside: str) -> None:
        if _NO_REMARK.search(aside):
            raise not_understood(self.sentence)
        weekday = _WEEKDAY.search(aside)
        if weekday and WEEKDAYS.index(weekday[1].replace("天", "日")) != day.weekday():
            raise BadYear(
                f"{self.name}: {day} is no {weekday[0]}; is it the notice of {self.year}?",
                f"{self.name}：{said(day)}是周{WEEKDAYS[day.weekday()]}，文中写的是{weekday[0]}，请核对年份和日期。",
            )


def not_understood(sentence: str) -> BadYear:
    """Nothing is taken of a notice with a sentence that is not understood."""
    shown = sentence if len(sentence) <= LONGEST_SHOWN else sentence[:LONGEST_SHOWN] + "…"
    return BadYear(
        f"This sentence is not understood, so nothing was read: {shown}",
        f"没有看懂这一句，整份通知没有导入：“{shown.translate(_CHINESE)}”。"
        "请核对原文；原文如此的，请点“工作日历”，用“加放假日”“加上班日”设置。",
    )


_Does = Callable[[Section, re.Match[str], list[list[date]]], list[Entry] | None]
_FORMS: tuple[tuple[re.Pattern[str], _Does], ...] = tuple(
    (re.compile(pattern), does)
    for pattern, does in (
        # The yearly notices.
        (rf"{_D}(?:全国|统一|均)?{_OFF}{_COUNT}", Section.is_off),
        (rf"{_D}(?:均|统一)?{_WORK}", Section.is_worked),
        (rf"自{_D}起{_OFF}(?P<count>\d{{1,2}})天", Section.is_off_for),
        (r"(?:放假)?共(?P<count>\d{1,2})天", Section.counted),
        ("与周末连休|不调休|其[他余](?:安排)?不变", Section.adds_nothing),
        # Those that change one.
        (
            rf"(?:延长(?:20\d\d年)?(?P<name>{NAME})?(?:假期|放假时间|放假)"
            rf"|(?:20\d\d年)?(?P<named>{NAME})?(?:假期|放假时间|放假)延长)(?:\d{{1,2}}天)?(?:至|到){_D}{_COUNT}",
            Section.is_extended,
        ),
        (rf"{_D}起?(?:恢复|照常|正常|恢复正常|改为){_WORK}", Section.is_worked_after_all),
        (rf"{_D}起上班", Section.is_worked),
        (rf"{_D}(?:照常|正常|改为){_OFF}", Section.is_off_after_all),
        (rf"{_D}起?(?:不(?:再|用|需要?|必)?|无需|无须)(?:安排)?{_WORK}", Section.is_off_after_all),
        (rf"取消{_WAS}{_D}的?{_WORK}|{_D}取消{_WORK}|{_WAS}{_D}的?{_WORK}(?:予以)?取消", Section.is_off_after_all),
        (rf"{_WAS}{_D}(?:的|由)?{_WORK}(?:调整|改)为(?:照常|正常)?(?:休息日?|放假|公休)", Section.is_off_after_all),
        (rf"{_D}不(?:再|予)?(?:安排)?(?:放假|休息|补休|公休)", Section.is_worked_after_all),
        (rf"取消{_WAS}{_D}的?{_OFF}|{_WAS}{_D}的?{_OFF}(?:予以)?取消", Section.is_worked_after_all),
        (rf"{_WAS}{_D}(?:的|由)?{_OFF}(?:调整|改)为(?:照常|正常)?上班", Section.is_worked_after_all),
        (rf"{_WAS}{_D}的?{_WORK}{_MOVED}{_D}(?:{_WORK})?", Section.work_moves),
        (rf"{_WORK}(?:日期|时间)?由{_D}{_MOVED}{_D}(?:{_WORK})?", Section.work_moves),
        (rf"{_WAS}{_D}的?{_OFF}(?:安排)?{_MOVED}{_D}(?:{_OFF})?,?{_COUNT}", Section.rest_moves),
        (
            rf"(?:{NAME})?(?:假期|放假|补休)(?:日期|时间|安排)?由{_D}(?:放假)?{_MOVED}{_D}(?:{_OFF})?{_COUNT}",
            Section.rest_moves,
        ),
        ("(?:照常|正常)(?:休息|放假)", Section.stays_off),
        ("(?:照常|正常)上班", Section.stays_worked),
    )
)
