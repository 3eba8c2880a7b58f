"""Pictures of figures for those who would rather look: bars of shares, a year by its months. Values and SVG, no I/O.

A picture says nothing that its words do not say: `words` has the same numbers. Nothing in one is sorted by size: what
is listed stands in the order in which it is given, so that no picture ranks anybody.

Measures are pixels of a width of 1,080: on a telephone of 390 a letter of 40 is one of 14.
"""

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from xml.sax.saxutils import escape

from bot.kit.rates import percent, rate
from bot.kit.sheets import visible

WIDTH = 1080
# Of bars in one picture: more go on in the next.
MOST = 12
# Where there was nothing to be part of.
NONE = "暂无"
_MARGIN, _TITLE, _TEXT, _NOTE, _SMALLEST = 40, 46, 40, 34, 22
_INNER = WIDTH - 2 * _MARGIN
# Of a row of bars: its height, how wide its label beside the bar may be, what its numbers take, a line, the bar.
_ROW, _LABEL, _NUMBERS, _LINE, _BAR = 74, 330, 300, 54, 40
# Of a row of a year: its height, the column of its words, that of its sum, a line of two.
_CELL, _WORDS, _SUM, _LOWER = 76, 292, 96, 38
_INK, _FAINT, _FULL, _TRACK, _ON_FULL, _PAPER = "#17212b", "#515e69", "#1f6aa5", "#dfe6ec", "#ffffff", "#ffffff"


@dataclass(frozen=True, slots=True)
class Bar:
    """A share: 实到 of 应到, 已完成 of 应完成; of nothing (whole 0) there is no bar."""

    label: str
    part: int
    whole: int

    @property
    def numbers(self) -> str:
        """95.8% 23/24, 暂无"""
        return f"{self.percent} {self.part}/{self.whole}" if self.whole else NONE

    @property
    def percent(self) -> str:
        return percent(rate(self.part, self.whole))


@dataclass(frozen=True, slots=True)
class Panel:
    """Bars of one thing, under its word."""

    word: str
    bars: Sequence[Bar]


@dataclass(frozen=True, slots=True)
class Bars:
    """Shares by what they are of. share, part, whole: what its numbers are called (出席率, 实到, 应到); unit: of both;
    remark: what else is to be known of them.
    """

    title: str
    panels: Sequence[Panel]
    share: str
    part: str
    whole: str
    unit: str
    remark: str = ""

    @property
    def note(self) -> str:
        """数字为出席率和实到/应到（人次）。"""
        return f"数字为{self.share}和{self.part}/{self.whole}（{self.unit}）。{self.remark}"

    @property
    def is_empty(self) -> bool:
        return not any(bar.whole for panel in self.panels for bar in panel.bars)

    @property
    def words(self) -> list[str]:
        """全支部：7月95.8%（23/24），8月暂无。 Where a panel has no word, each bar is a line."""
        said = [line for panel in self.panels for line in _lines(panel)]
        return [self.note, *said]


@dataclass(frozen=True, slots=True)
class Row:
    """How often something was in each month that has begun, from January on."""

    word: str
    counts: Sequence[int]


@dataclass(frozen=True, slots=True)
class Year:
    """A year by its months. unit: what is counted."""

    title: str
    rows: Sequence[Row]
    unit: str

    @property
    def note(self) -> str:
        return f"数字为每月{self.unit}数，空格为{NONE}。"

    @property
    def is_empty(self) -> bool:
        return not any(sum(row.counts) for row in self.rows)

    @property
    def words(self) -> list[str]:
        """党员大会2次：1月1次，4月1次。 At the end what there was none of."""
        there = [row for row in self.rows if any(row.counts)]
        none = "、".join(row.word for row in self.rows if not any(row.counts))
        said = [f"{row.word}{sum(row.counts)}{self.unit}：{'，'.join(self._months(row))}。" for row in there]
        return [*said, *([f"{NONE}：{none}。"] if none else [])]

    def _months(self, row: Row) -> Iterator[str]:
        return (f"{month}月{count}{self.unit}" for month, count in enumerate(row.counts, 1) if count)


Picture = Bars | Year


def _lines(panel: Panel) -> list[str]:
    said = [(bar.label, f"{bar.percent}（{bar.part}/{bar.whole}）" if bar.whole else NONE) for bar in panel.bars]
    if panel.word:
        return [f"{panel.word}：{'，'.join(label + numbers for label, numbers in said)}。"]
    return [f"{label}：{numbers}。" for label, numbers in said]


def words(picture: Picture) -> str:
    """All that a picture says, for whoever cannot see it."""
    return "\n".join([picture.title, *picture.words])


def pages(picture: Bars) -> list[Bars]:
    """The same in pictures of at most so many bars; a longer panel goes on under the same word."""
    found: list[list[Panel]] = []
    left = 0
    for panel in picture.panels:
        bars = list(panel.bars)
        while bars:
            if left <= 0 or (left < len(bars) <= MOST):
                found.append([])
                left = MOST
            found[-1].append(replace(panel, bars=bars[:left]))
            bars, left = bars[left:], left - len(bars[:left])
    return [replace(picture, panels=panels) for panels in found]


def svg(picture: Picture) -> str:
    """As SVG of 1,080 pixels in width; the letters are to come from one font (bot/kit/drawing.py)."""
    made = _Drawing()
    for line in _heading(picture.title):
        made.text(line, _MARGIN, _TITLE, _LINE + 8)
    for line in wrapped(picture.note, _NOTE, _INNER, 2):
        made.text(line, _MARGIN, _NOTE, _LINE, _FAINT)
    if isinstance(picture, Bars):
        _bars(made, picture)
    else:
        _year(made, picture)
    return made.done()


def _heading(title: str) -> list[str]:
    """One that is too long for a line is broken before its brackets, if it has any."""
    name, sign, rest = title.partition("（")
    if width(title, _TITLE) <= _INNER or not name or not sign:
        return wrapped(title, _TITLE, _INNER, 2)
    return [*wrapped(name, _TITLE, _INNER, 2), *wrapped(f"{sign}{rest}", _TITLE, _INNER, 2)]


# --- letters ------------------------------------------------------------------------------------------------------


def width(text: str, size: float) -> float:
    """How wide a line is, rather too wide: a Chinese letter is as wide as it is high, a capital 3/4 of it."""
    return size * sum(map(_wide, text))


def _wide(sign: str) -> float:
    return 1 if unicodedata.east_asian_width(sign) in "WFA" else 0.75 if sign.isupper() else 0.6


def wrapped(text: str, size: float, room: float, most: int) -> list[str]:
    """In at most so many lines of this width, no number split over two; what does not fit ends in …"""
    left = " ".join(visible(text).split())
    lines: list[str] = []
    while left and len(lines) < most:
        end = _end(left, size, room)
        lines.append(left[:end])
        left = left[end:].lstrip()
    if left and lines:
        last = lines[-1]
        while last and width(f"{last}…", size) > room:
            last = last[:-1]
        lines[-1] = f"{last}…"
    return lines or [""]


def _end(text: str, size: float, room: float) -> int:
    """How many letters stand on the first line."""
    end = len(text)
    while end > 1 and width(text[:end], size) > room:
        end -= 1
    before = end
    while (
        before
        and end < len(text)
        and text[before - 1 : before + 1].isalnum()
        and text[before - 1 : before + 1].isascii()
    ):
        before -= 1
    return before or end


# --- drawing ------------------------------------------------------------------------------------------------------


class _Drawing:
    """Parts from above to below; `y`: how far it has come."""

    def __init__(self) -> None:
        self.parts: list[str] = []
        self.y = float(_MARGIN) - 8

    def text(self, line: str, x: float, size: float, height: float, fill: str = _INK) -> None:
        """A line of its own."""
        self.put(line, x, size, self.y + height / 2, fill)
        self.y += height

    def put(self, line: str, x: float, size: float, middle: float, fill: str = _INK, anchor: str = "start") -> None:
        """Letters whose middle is at a height."""
        base = middle + size * 0.36
        where = f'x="{x:g}" y="{base:g}" font-size="{size:g}" fill="{fill}" text-anchor="{anchor}"'
        self.parts.append(f"<text {where}>{escape(visible(line))}</text>")

    def box(self, x: float, y: float, wide: float, high: float, fill: str) -> None:
        at = f'x="{x:g}" y="{y:g}" width="{wide:g}" height="{high:g}" rx="8"'
        self.parts.append(f'<rect {at} fill="{fill}"/>')

    def done(self) -> str:
        height = self.y + _MARGIN - 12
        head = (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height:g}" '
            f'viewBox="0 0 {WIDTH} {height:g}" font-family="Noto Sans SC">'
        )
        paper = f'<rect width="{WIDTH}" height="{height:g}" fill="{_PAPER}"/>'
        return "\n".join([head, paper, *self.parts, "</svg>", ""])


def _bars(made: _Drawing, picture: Bars) -> None:
    beside = [width(bar.label, _TEXT) for panel in picture.panels for bar in panel.bars]
    above = max(beside, default=0) > _LABEL
    label = 0 if above else max(beside, default=0) + 24
    for panel in picture.panels:
        made.y += 14
        if panel.word:
            for line in wrapped(panel.word, _TEXT, _INNER, 2):
                made.text(line, _MARGIN, _TEXT, _LINE + 4, _FULL)
        for bar in panel.bars:
            if above:
                for line in wrapped(bar.label, _TEXT, _INNER, 2):
                    made.text(line, _MARGIN, _TEXT, _LINE)
            _bar(made, bar, "" if above else bar.label, label)


def _bar(made: _Drawing, bar: Bar, label: str, room: float) -> None:
    middle, left, whole = made.y + _ROW / 2, _MARGIN + room, _INNER - room - _NUMBERS
    made.put(label, _MARGIN, _TEXT, middle)
    if bar.whole:
        made.box(left, middle - _BAR / 2, whole, _BAR, _TRACK)
        if bar.part:
            made.box(left, middle - _BAR / 2, max(8, whole * min(bar.part, bar.whole) / bar.whole), _BAR, _FULL)
    numbers = bar.numbers
    size = min(_TEXT, _TEXT * (_NUMBERS - 16) / width(numbers, _TEXT))
    made.put(numbers, WIDTH - _MARGIN, size, middle, _INK if bar.whole else _FAINT, "end")
    made.y += _ROW


def _year(made: _Drawing, picture: Year) -> None:
    made.y += 14
    cell = (_INNER - _WORDS - _SUM) / 12
    made.put("月份", _MARGIN, _NOTE, made.y + _LINE / 2, _FAINT)
    for month in range(12):
        middle = _MARGIN + _WORDS + cell * (month + 0.5)
        made.put(str(month + 1), middle, _NOTE, made.y + _LINE / 2, _FAINT, "middle")
    made.put("合计", WIDTH - _MARGIN, _NOTE, made.y + _LINE / 2, _FAINT, "end")
    made.y += _LINE
    for row in picture.rows:
        _of_year(made, row, cell)


def _of_year(made: _Drawing, row: Row, cell: float) -> None:
    middle = made.y + _CELL / 2
    _called(made, row.word, middle)
    for month, count in enumerate(row.counts):
        left = _MARGIN + _WORDS + cell * month
        made.box(left + 3, made.y + 6, cell - 6, _CELL - 12, _FULL if count else _TRACK)
        if count:
            _fitting(made, str(count), left + cell / 2, middle, cell - 12, _ON_FULL, "middle")
    _fitting(made, str(sum(row.counts) or "—"), WIDTH - _MARGIN, middle, _SUM - 12, _INK, "end")
    made.y += _CELL


def _called(made: _Drawing, word: str, middle: float) -> None:
    """A word in one line, or smaller in two."""
    room = _WORDS - 12
    if width(word, _TEXT) <= room:
        made.put(word, _MARGIN, _TEXT, middle)
        return
    lines = wrapped(word, _NOTE, room, 2)
    for at, line in enumerate(lines):
        made.put(line, _MARGIN, _NOTE, middle + (at - (len(lines) - 1) / 2) * _LOWER)


def _fitting(made: _Drawing, text: str, x: float, middle: float, room: float, fill: str, anchor: str) -> None:
    size = max(_SMALLEST, min(_TEXT, _TEXT * room / width(text, _TEXT)))
    made.put(text, x, size, middle, fill, anchor)
