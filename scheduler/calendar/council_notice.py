"""Reads a notice of the State Council as text: the regular forms since 2010, and nothing guessed."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta

from scheduler.calendar.days import DAY
from scheduler.calendar.festivals import DRAGON_BOAT, LABOUR, MID_AUTUMN, NATIONAL, NEW_YEAR, QINGMING, SPRING
from scheduler.calendar.year_file import BadYear, Entry, YearFile, said, settled

ALL = (NEW_YEAR, SPRING, QINGMING, LABOUR, DRAGON_BOAT, MID_AUTUMN, NATIONAL)
WEEKDAYS = "一二三四五六日"
LONGEST_RUN = 31

_NAME = "(?:元旦|春节|清明节?|劳动节|端午节?|中秋节?|国庆节?)"
# 六、国庆节、中秋节：… A list of festivals without the colon stands in the first sentence, which arranges nothing.
_HEADING = re.compile(rf"({_NAME}(?:[、和]{_NAME})*)(?:放假|假期)?(?:安排)?(?:调整)?(?:如下)?:")
_CLOSING = re.compile("节假日期间")
_YEAR = re.compile(r"(20\d\d)年(?=[^。;:]{0,6}(?:节假日|元旦|春节|清明|劳动节|端午|中秋|国庆|放假|假期))")
_NUMBER = re.compile(r"国办发[^〔\[\d]{0,4}[〔\[]\d{4}[〕\]]第?\d+号")
_TITLE = re.compile("国务院办公厅关于[^。:]{0,40}?通知")
_ADDRESS = re.compile(r"https?://(?:[\w-]+\.)*gov\.cn/[\w./?=&%-]+")
_TOKEN = re.compile(
    r"(?:(?P<year>20\d\d)年)?(?:(?P<month>\d{1,2})月)?(?P<day>\d{1,2})日(?P<aside>\([^)]*\))?"
    r"|(?P<to>至|到|[-—–~]+)|(?P<off>放假|补休|调休|公休)|(?P<worked>上班)"
    r"|(?:共|(?<=放假))(?P<count>\d{1,2})天|(?P<end>[。;])"
)
_ASIDE = re.compile("(?:周|星期)([一二三四五六日天])")


def read_notice(text: str, year: int | None = None) -> YearFile:
    """The arrangement of a notice's year. Raises BadYear when something in it is not understood or contradicts itself.

    `year`: when the text does not say it. A notice about some festivals only is an amendment (`only`).
    """
    plain = re.sub(r"\s+", "", unicodedata.normalize("NFKC", text))
    number = year or _year(plain)
    sections = list(_sections(plain))
    entries = settled(entry for name, body in sections for entry in _Section(name, number).read(body))
    if not entries:
        raise BadYear(
            "No holiday was found. The text of the notice is needed, with lines like 一、元旦：1月1日放假1天。",
            "没有读到放假安排，请发送国务院办公厅通知的全文。",
        )
    named = tuple(festival for festival in ALL if any(festival in name for name, _ in sections))
    # 3 September 2015 had a notice of its own, which names none of the seven.
    only = () if len(named) == len(ALL) else named or ("个别日期",)
    return YearFile(number, entries, _papers(text, plain), only)


def _year(plain: str) -> int:
    found = _YEAR.search(plain)
    if found is None:
        raise BadYear("The text does not say of which year it is.", "文中没有写明是哪一年的安排。")
    return int(found[1])


def _papers(text: str, plain: str) -> tuple[str, ...]:
    """What the text rests on: its address, and its number or else its title."""
    named = _NUMBER.search(plain) or _TITLE.search(plain)
    return (*dict.fromkeys(_ADDRESS.findall(text)), *([named[0]] if named else []))


def _sections(plain: str) -> Iterator[tuple[str, str]]:
    """Each festival and what is said of it; a notice that changes a single one may have no headings."""
    headings = list(_HEADING.finditer(plain))
    if not headings:
        name = re.search(_NAME, plain)
        yield (name[0] if name else "", plain.rpartition("如下")[2])
        return
    for heading, after in zip(headings, [*headings[1:], None], strict=True):
        body = plain[heading.end() : after.start() if after else len(plain)]
        yield heading[1], _CLOSING.split(body)[0]


@dataclass
class _Section:
    """One festival, read from left to right: days wait until the word comes that says what becomes of them."""

    name: str
    year: int
    waiting: list[date] = field(default_factory=list)
    off: list[date] = field(default_factory=list)
    last: date | None = None
    to: bool = False

    def read(self, body: str) -> Iterator[Entry]:
        for token in _TOKEN.finditer(body):
            if token["day"]:
                self._add(token)
            elif token["to"]:
                self.to = bool(self.waiting)
            elif token["off"] or token["worked"]:
                yield from (Entry(day, bool(token["off"]), self.name) for day in self.waiting)
                self.off = self.waiting if token["off"] and self.waiting else self.off
                self.waiting = []
            elif token["count"]:
                self._compare(int(token["count"]))
            else:
                # Days that nothing was said of (安排职工在除夕（2月9日）休息) arrange nothing.
                self.waiting, self.to = [], False

    def _add(self, token: re.Match[str]) -> None:
        day = self._day(token)
        first = self.waiting[-1] if self.to else day
        if not 0 <= (day - first).days < LONGEST_RUN:
            raise BadYear(
                f"{self.name}: from {first} to {day}?", f"{self.name}：{said(first)}至{said(day)}有误，请核对。"
            )
        start = first + DAY if self.to else day
        self.waiting += [start + timedelta(days=at) for at in range((day - start).days + 1)]
        self.last, self.to = day, False

    def _day(self, token: re.Match[str]) -> date:
        """A month or year that is not written is that of the day before it; 12月 of 元旦 is the year before."""
        month = int(token["month"]) if token["month"] else self.last.month if self.last else 0
        if token["year"]:
            year = int(token["year"])
        elif token["month"] or self.last is None:
            year = self.year - (month == 12 and NEW_YEAR in self.name)
        else:
            year = self.last.year
        try:
            day = date(year, month, int(token["day"]))
        except ValueError:
            raise BadYear(
                f"{self.name}: there is no day {token[0]}.", f"{self.name}：没有“{token[0]}”这一天。"
            ) from None
        weekday = _ASIDE.search(token["aside"] or "")
        if weekday and WEEKDAYS.index(weekday[1].replace("天", "日")) != day.weekday():
            raise BadYear(
                f"{self.name}: {day} is no {weekday[0]}; is it the notice of {self.year}?",
                f"{self.name}：{said(day)}是周{WEEKDAYS[day.weekday()]}，文中写的是{weekday[0]}，请核对年份和日期。",
            )
        return day

    def _compare(self, count: int) -> None:
        if self.off and len(self.off) != count:
            raise BadYear(
                f"{self.name}: {len(self.off)} days off were read, the text says {count}.",
                f"{self.name}：读到放假{len(self.off)}天，文中写共{count}天，请核对。",
            )
