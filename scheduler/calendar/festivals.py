"""The seven statutory festivals by their own dates, and what the law gives a day off for."""

from datetime import date, timedelta
from functools import cache

NEW_YEAR, SPRING, QINGMING, LABOUR, DRAGON_BOAT, MID_AUTUMN, NATIONAL = (
    "元旦",
    "春节",
    "清明",
    "劳动节",
    "端午",
    "中秋",
    "国庆",
)

# Year, then month and day of 春节 清明 端午 中秋: kept, because computing them takes the new moons at UTC+8.
_TABLE = """
2004 0122 0404 0622 0928 ; 2005 0209 0405 0611 0918 ; 2006 0129 0405 0531 1006 ; 2007 0218 0405 0619 0925
2008 0207 0404 0608 0914 ; 2009 0126 0404 0528 1003 ; 2010 0214 0405 0616 0922 ; 2011 0203 0405 0606 0912
2012 0123 0404 0623 0930 ; 2013 0210 0404 0612 0919 ; 2014 0131 0405 0602 0908 ; 2015 0219 0405 0620 0927
2016 0208 0404 0609 0915 ; 2017 0128 0404 0530 1004 ; 2018 0216 0405 0618 0924 ; 2019 0205 0405 0607 0913
2020 0125 0404 0625 1001 ; 2021 0212 0404 0614 0921 ; 2022 0201 0405 0603 0910 ; 2023 0122 0405 0622 0929
2024 0210 0404 0610 0917 ; 2025 0129 0404 0531 1006 ; 2026 0217 0405 0619 0925 ; 2027 0206 0405 0609 0915
2028 0126 0404 0528 1003 ; 2029 0213 0404 0616 0922 ; 2030 0203 0405 0605 0912 ; 2031 0123 0405 0624 1001
2032 0211 0404 0612 0919 ; 2033 0131 0404 0601 0908 ; 2034 0219 0405 0620 0927 ; 2035 0208 0405 0610 0916
2036 0128 0404 0530 1004 ; 2037 0215 0404 0618 0924 ; 2038 0204 0405 0607 0913 ; 2039 0124 0405 0527 1002
2040 0212 0404 0614 0920 ; 2041 0201 0404 0603 0910 ; 2042 0122 0404 0622 0928 ; 2043 0210 0405 0611 0917
2044 0130 0404 0531 1005 ; 2045 0217 0404 0619 0925 ; 2046 0206 0404 0608 0915 ; 2047 0126 0405 0529 1004
2048 0214 0404 0615 0922 ; 2049 0202 0404 0604 0911 ; 2050 0123 0404 0623 0930 ; 2051 0211 0405 0613 0919
2052 0201 0404 0601 0907 ; 2053 0219 0404 0620 0926 ; 2054 0208 0404 0610 0916 ; 2055 0128 0405 0530 1005
2056 0215 0404 0617 0924 ; 2057 0204 0404 0606 0913 ; 2058 0124 0404 0625 1002 ; 2059 0212 0405 0614 0921
2060 0202 0404 0603 0909 ; 2061 0121 0404 0622 0928 ; 2062 0209 0404 0611 0917 ; 2063 0129 0405 0601 1006
2064 0217 0404 0619 0925 ; 2065 0205 0404 0608 0915 ; 2066 0126 0404 0528 1003 ; 2067 0214 0405 0616 0923
2068 0203 0404 0604 0911 ; 2069 0123 0404 0623 0929 ; 2070 0211 0404 0613 0919 ; 2071 0131 0405 0602 0908
2072 0219 0404 0620 0926 ; 2073 0207 0404 0610 0916 ; 2074 0127 0404 0530 1005 ; 2075 0215 0404 0617 0924
2076 0205 0404 0606 0912 ; 2077 0124 0404 0624 1001 ; 2078 0212 0404 0614 0920 ; 2079 0202 0404 0604 0910
2080 0122 0404 0622 0928 ; 2081 0209 0404 0611 0917 ; 2082 0129 0404 0601 1006 ; 2083 0217 0404 0619 0926
2084 0206 0404 0607 0914 ; 2085 0126 0404 0527 1003 ; 2086 0214 0404 0615 0922 ; 2087 0203 0404 0605 0911
2088 0124 0404 0623 0929 ; 2089 0210 0404 0613 0918 ; 2090 0130 0404 0602 0908 ; 2091 0218 0404 0621 0927
2092 0207 0404 0609 0916 ; 2093 0127 0404 0529 1005 ; 2094 0215 0404 0617 0924 ; 2095 0205 0404 0606 0913
2096 0125 0404 0624 0930 ; 2097 0212 0404 0614 0920 ; 2098 0201 0404 0604 0909 ; 2099 0121 0404 0623 0929
"""


def _read() -> dict[int, tuple[date, ...]]:
    found = {}
    for entry in _TABLE.replace("\n", ";").split(";"):
        if entry.strip():
            year, *days = entry.split()
            found[int(year)] = tuple(date(int(year), int(day[:2]), int(day[2:])) for day in days)
    return found


_LUNAR = _read()


@cache
def festivals(year: int) -> dict[str, date]:
    """The day of each festival that the law knew in that year (清明, 端午, 中秋 since 2008; no lunar one past 2099)."""
    spring, qingming, dragon_boat, mid_autumn = _LUNAR.get(year, (None,) * 4)
    traditional = {QINGMING: qingming, DRAGON_BOAT: dragon_boat, MID_AUTUMN: mid_autumn} if year >= 2008 else {}
    days = {NEW_YEAR: date(year, 1, 1), SPRING: spring, LABOUR: date(year, 5, 1), NATIONAL: date(year, 10, 1)}
    return {name: day for name, day in (days | traditional).items() if day is not None}


@cache
def principles(year: int) -> dict[date, bool]:
    """The days that a year not yet announced would have off (True) or worked (False) by the rules of the 2025 notice.

    春节 8 days from its eve, 国庆 7 (8 when it meets 中秋), 劳动节 5, the others 3, or only their own on a Wednesday.
    Make-up days around the long ones are not known beforehand: weekends stay off.
    """
    days = festivals(year)
    together = MID_AUTUMN in days and 0 <= (days[MID_AUTUMN] - days[NATIONAL]).days < 8
    found = _run(days[NATIONAL], 8 if together else 7) | _run(days[LABOUR], 5)
    if SPRING in days:
        found |= _run(days[SPRING] - timedelta(days=1), 8)
    for name in (NEW_YEAR, QINGMING, DRAGON_BOAT, MID_AUTUMN):
        if name in days:
            found = _short(days[name]) | found
    return found


def _run(first: date, length: int) -> dict[date, bool]:
    return {first + timedelta(days=number): True for number in range(length)}


def _short(day: date) -> dict[date, bool]:
    """Three days with the weekend; a Tuesday or Thursday is joined to it, and its far day is worked."""
    weekday = day.weekday()
    if weekday == 1:
        return _run(day - timedelta(days=2), 3) | {day - timedelta(days=3): False}
    if weekday == 3:
        return _run(day, 3) | {day + timedelta(days=3): False}
    first = {0: -2, 2: 0, 4: 0, 5: 0, 6: -1}[weekday]
    return _run(day + timedelta(days=first), 1 if weekday == 2 else 3)
