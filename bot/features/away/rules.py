"""Days away: how they are said (外出 7月3日至7月10日, 我要去北京外出7天), how many there may be, what joins them."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from bot.kit.day_lists import Listed, Run, read_days
from bot.kit.numerals import NUMERALS, folded, number
from bot.kit.sheets import visible
from bot.kit.words import trimmed

# So many days are registered at once, more are decided on, and of this many and more it is another matter (R26).
AT_ONCE, MOST = 15, 180
# So long afterwards it may still be said, and so long before.
BACK, AHEAD = timedelta(days=7), timedelta(days=366)
LONGEST_PLACE, LONGEST_SENTENCE = 40, 100
DAY = timedelta(days=1)
TOO_LONG = "外出6个月以上的，请联系支部书记（组织关系事宜）。"
TOO_EARLY, TOO_FAR = "外出开始日期最早为7天前，请重新选择。", "外出开始日期应在一年以内，请重新选择。"
OVER, WRONG_WAY = "外出的日期已过，无需登记。", "外出结束日期不能早于开始日期，请重新发送。"

_WORD, _TRIP = "外出", "出差"
_EDGES = r"\s,，、。.;；:：()（）"
_STRIP = re.compile(rf"^[{_EDGES}]+|[{_EDGES}]+$")
# Before the days or the place, and of no weight: 我要从…去…
_BEFORE = re.compile(r"^(?:我们?|本人|因[公私事]|需要?|想|要|将|准备|打算|计划|申请|登记|请|得|会|这次|从|自|于)+")
_BEHIND = re.compile(r"(?:需要?|想|要|将|准备|打算|一[趟次]|期间|不在|了|的|吧|啊|哈)+$")
_TOWARDS = re.compile(r"^(?:前往|赴|去|到|往|回|在)")
# It asks, takes back, speaks of leave or of somebody else: none of this says that one is away.
_DOUBTFUL = re.compile(
    r"[?？]|[吗么呢]$|不|没|谁|怎|哪|几天|取消|撤销|回来|返回|请[个]?假|公差|病假|事假|审批|批准|通知|心得"
)
_N = rf"\d{{1,3}}(?!\d)|[{NUMERALS}]{{1,3}}"
_LENGTH = re.compile(rf"(?P<many>{_N})\s*(?P<of>天|周|个?星期|个月)")
_HALF_MONTH, _MONTH = 15, 30
_UNITS = {"天": 1, "周": 7, "星期": 7, "月": _MONTH}
_UNTIL, _SINCE = re.compile(r"(?:到|至|截[止至]到?)\s*"), re.compile(r"\s*(?:起|开始|,)?\s*")
_COUNTED = re.compile(rf"^\s*(?:为?止|期间|[,(]?\s*共(?:{_N})天\)?)")
_NO_PLACE = re.compile(rf"[,，。;；\n]|(?:\d|[{NUMERALS}])\s*(?:[年月日号天周]|个?星期)|\d[.:：/-]\d")
_DIGIT = re.compile(rf"[\d{NUMERALS}]")


@dataclass(frozen=True, slots=True)
class Said:
    """Days as somebody says them, both of them too; `at_odds`: a day that is not the weekday beside it."""

    first: date
    last: date
    place: str = ""
    at_odds: date | None = None

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1


def is_trip(text: str) -> bool:
    return _TRIP in text and _WORD not in text


def read(text: str, today: date) -> Said | None:
    """The whole sentence; None where it says something else, or no days."""
    said = trimmed(visible(text))
    if is_trip(said) and said.count(_TRIP) == 1:
        # One day of it is rather leave from what is on that day.
        found = read(said.replace(_TRIP, _WORD), today)
        return found if found is not None and found.days > 1 else None
    if len(said) > LONGEST_SENTENCE or said.count(_WORD) != 1 or _DOUBTFUL.search(said):
        return None
    head, tail = said.split(_WORD)
    before, behind = _BEFORE.sub("", _STRIP.sub("", head)), tail
    ends = _STRIP.sub("", tail)
    if before and _UNTIL.match(ends) and (whole := read_days_alone(before + ends, today)) is not None:
        # 明天外出到周五, and not 明天外出到北京
        return whole
    for days, other in ((before, behind), (behind, before)):
        for span, place in _in(days, today, tail is days):
            if place and _STRIP.sub("", other):
                return None
            told = place if place else _place(other, other is behind)
            return None if told is None else Said(span.first, span.last, told, span.at_odds)
    return None


def read_days_alone(text: str, today: date) -> Said | None:
    """7月3日至7月10日, 7天, 到7月10日, with nothing else around."""
    line = _STRIP.sub("", folded(trimmed(text)))
    found = _at(_BEFORE.sub("", line), today)
    return found[0] if found is not None and not _STRIP.sub("", found[1]) else None


def _in(part: str, today: date, is_tail: bool) -> Iterator[tuple[Said, str]]:
    """The days in a part of the sentence, and the place beside them, on one side; nothing where it is not whole."""
    line = folded(part)
    for start in range(len(line)):
        if start and _DIGIT.match(line[start]) and _DIGIT.match(line[start - 1]):
            continue
        found = _at(line[start:], today)
        if found is None:
            continue
        span, rest = found
        before, behind = part[:start], part[len(part) - len(rest) :]
        named = _BEFORE.sub("", _STRIP.sub("", before))
        if named and _STRIP.sub("", behind):
            return
        place = _place(before, is_tail) if named else _place(behind, True)
        if place is not None:
            yield span, place
        return


def _at(line: str, today: date) -> tuple[Said, str] | None:
    """The days with which a text begins, and its rest."""
    length = _long(line)
    if length is not None:
        return Said(today, today + (length[0] - 1) * DAY), length[1]
    until = _UNTIL.match(line)
    listed = read_days(line[until.end() :] if until else line, today, coming=True)
    if listed.at_odds is not None:
        return Said(today, today, at_odds=listed.at_odds), ""
    if len(listed.runs) != 1:
        return None
    return _ended(listed, listed.runs[0], today, until=until is not None)


def _ended(listed: Listed, run: Run, today: date, *, until: bool) -> tuple[Said, str] | None:
    """到7月10日 begins today; 7月3日起7天 ends by its length."""
    if until:
        return (Said(today, run.first), listed.rest) if run.first == run.last else None
    since = _SINCE.match(listed.rest)
    length = _long(listed.rest[since.end() :]) if since is not None and run.first == run.last else None
    if length is not None:
        return Said(run.first, run.first + (length[0] - 1) * DAY), length[1]
    return Said(run.first, run.last), _COUNTED.sub("", listed.rest)


def _long(line: str) -> tuple[int, str] | None:
    """7天, 两周, 半个月, 一个月."""
    if line.startswith("半个月"):
        return _HALF_MONTH, line.removeprefix("半个月")
    found = _LENGTH.match(line)
    many = number(found["many"]) if found is not None else None
    if found is None or not many:
        return None
    return many * _UNITS[found["of"].removeprefix("个")], line[found.end() :]


def _place(text: str, parted: bool) -> str | None:
    """Where to; "": nowhere is said. None: what stands there is no place. parted: it has to be told from the rest."""
    bare = _BEHIND.sub("", _STRIP.sub("", text))
    if not bare:
        return ""
    towards = _TOWARDS.match(bare)
    if towards is None and parted and not re.match(rf"[{_EDGES}]", text):
        return None
    place = _STRIP.sub("", bare[towards.end() :] if towards else bare)
    return place if place and not _NO_PLACE.search(place) else None


# --- how long --------------------------------------------------------------------------------------------------------


def wrong(first: date, last: date, today: date) -> str:
    """Why these days are refused; "": they are not."""
    if last < first:
        return WRONG_WAY
    if first < today - BACK:
        return TOO_EARLY
    if first > today + AHEAD:
        return TOO_FAR
    return OVER if last < today else too_long(first, last)


def too_long(first: date, last: date) -> str:
    return TOO_LONG if (last - first).days + 1 > MOST else ""


def is_decided_on(first: date, last: date) -> bool:
    """Whether it waits for somebody's decision."""
    return (last - first).days + 1 > AT_ONCE


def joined(mine: Run, others: Iterable[Run]) -> tuple[Run, list[Run]]:
    """The days with all that overlap them or follow without a day between, and which those are."""
    taken, left = list[Run](), sorted(others)
    while found := [one for one in left if one.first <= mine.last + DAY and one.last >= mine.first - DAY]:
        mine = Run(min(mine.first, *(one.first for one in found)), max(mine.last, *(one.last for one in found)))
        taken += found
        left = [one for one in left if one not in found]
    return mine, taken
