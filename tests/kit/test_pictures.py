"""Pictures: their words and their drawing have the same numbers, in the order given; nothing, one, many, long names."""

import re
import struct
from itertools import pairwise
from xml.etree import ElementTree

import pytest

from bot.kit.drawing import png
from bot.kit.pictures import MOST, WIDTH, Bar, Bars, Panel, Picture, Row, Year, pages, svg, width, words, wrapped

LONG = "《关于在全体党员中深入开展学习教育的若干意见》第一章至第三章及附件2023年修订本以及有关单位的学习材料汇编第12册"


def bars(*panels: Panel) -> Bars:
    return Bars("2023年第三季度出席情况", panels, "出席率", "实到", "应到", "人次")


def months(*each: tuple[int, int]) -> list[Bar]:
    return [Bar(f"{number}月", part, whole) for number, (part, whole) in enumerate(each, 7)]


QUARTER = bars(Panel("全支部", months((64, 72), (0, 0), (23, 24))), Panel("第二党小组", months((0, 8), (0, 0), (8, 8))))
YEAR = Year(
    "2023年活动一览", [Row("主题党日", [1, 2, 0]), Row("廉政专题学习日" * 3, [0, 12, 130]), Row("党课", [0] * 3)], "次"
)
ITEMS = bars(Panel("", [Bar(LONG, 20, 23), Bar("<甲> & “乙”", 1, 1)]))


def letters(picture: Picture) -> list[str]:
    """What is written in it; that it is XML, and all of it within the paper, is asserted by the way."""
    root = ElementTree.fromstring(svg(picture))
    height = float(root.attrib["height"])
    found = root.findall("{http://www.w3.org/2000/svg}text")
    for one in found:
        x, size = float(one.attrib["x"]), float(one.attrib["font-size"])
        share = {"start": 0, "middle": 0.5, "end": 1}[one.attrib["text-anchor"]]
        left = x - share * width(one.text or "", size)
        assert size >= 22
        assert left >= 0
        assert left + width(one.text or "", size) <= WIDTH
        assert 0 < float(one.attrib["y"]) <= height
    for box in root.findall("{http://www.w3.org/2000/svg}rect"):
        assert float(box.attrib.get("y", 0)) + float(box.attrib["height"]) <= height
    return [one.text or "" for one in found]


def test_words_say_what_is_drawn() -> None:
    assert words(QUARTER).splitlines() == [
        "2023年第三季度出席情况",
        "数字为出席率和实到/应到（人次）。",
        "全支部：7月88.9%（64/72），8月暂无，9月95.8%（23/24）。",
        "第二党小组：7月0%（0/8），8月暂无，9月100%（8/8）。",
    ]
    assert words(YEAR).splitlines() == [
        "2023年活动一览",
        "主题党日3次：1月1次，2月2次。",
        f"{'廉政专题学习日' * 3}142次：2月12次，3月130次。",
        "暂无：党课。",
    ]
    assert words(ITEMS).splitlines()[2:] == [f"{LONG}：87%（20/23）。", "<甲> & “乙”：100%（1/1）。"]


@pytest.mark.parametrize("picture", [QUARTER, YEAR, ITEMS, bars(), Year("2023年活动一览", [], "次")])
def test_every_number_stands_in_it_in_its_order(picture: Picture) -> None:
    there = letters(picture)
    if isinstance(picture, Bars):
        said = [bar.numbers for panel in picture.panels for bar in panel.bars]
    else:
        said = [str(count) for row in picture.rows for count in [*row.counts, sum(row.counts) or "—"] if count]
        there = there[there.index("合计") + 1 :] if picture.rows else []
    assert [one for one in there if one in said] == said


def test_drawn_twice_it_is_the_same_bytes() -> None:
    made = png(QUARTER)
    assert made == png(QUARTER)
    assert made.startswith(b"\x89PNG")
    assert struct.unpack(">I", made[16:20]) == (WIDTH,)
    # A letter that is lacking is a sign, no blank, and what hides letters is left out.
    alone = [png(bars(Panel(name, months((1, 1))))) for name in ("甲𠱓", "甲〓", "甲", "甲\u202e\0")]
    assert alone[0] == alone[1] != alone[2] == alone[3]


def test_groups_go_on_in_the_next_picture_in_their_order() -> None:
    for number in (0, 1, 4, 5, 40):
        whole = bars(*(Panel(f"第{at}党小组", months((at, 50), (1, 2), (0, 0))) for at in range(number)))
        found = pages(whole)
        assert [panel for page in found for panel in page.panels] == list(whole.panels)
        assert all(sum(len(panel.bars) for panel in page.panels) <= MOST for page in found)
        assert len(found) == -(-number // 4)
    # Of more than one picture holds the rest follows under the same word.
    [first, second] = pages(bars(Panel("", [Bar(LONG, at, 20) for at in range(MOST + 1)])))
    assert [len(first.panels[0].bars), len(second.panels[0].bars)] == [MOST, 1]
    assert letters(second).count("60% 12/20") == 1


@pytest.mark.parametrize("room", [40, 100, 400, 1000])
def test_lines_are_within_their_room_and_split_no_number(room: int) -> None:
    lines = wrapped(LONG, 40, room, 99)
    assert "".join(lines) == LONG
    assert all(width(line, 40) <= room or len(line) == 1 for line in lines)
    if room > 100:
        assert not [line for line, after in pairwise(lines) if re.match(r".*\d\n\d", f"{line}\n{after}")]
    [short] = wrapped(LONG, 40, 400, 1)
    assert short.endswith("…")
    assert width(short, 40) <= 400
