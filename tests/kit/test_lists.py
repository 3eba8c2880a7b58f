"""Lists to choose from: pages, rows, people of one name."""

from dataclasses import dataclass
from typing import ClassVar

import pytest

from bot.kit.buttons import Button
from bot.kit.lists import clamp, filled, page_of, really, told_apart, two_a_row
from bot.kit.replies import Choice


@dataclass(frozen=True)
class Turn(Button):
    prefix: ClassVar[str] = "zz"
    page: int


@pytest.mark.parametrize(
    ("count", "asked", "number", "shown", "turn"),
    [
        (0, 0, 0, 0, []),
        (0, 7, 0, 0, []),
        (1, 0, 0, 1, []),
        (20, 0, 0, 20, []),
        (20, 1, 0, 20, []),
        (21, 0, 0, 20, [("下一页", 1)]),
        (21, 1, 1, 1, [("上一页", 0)]),
        # A button of a list that was longer, and one that was forged.
        (41, 9, 2, 1, [("上一页", 1)]),
        (41, -3, 0, 20, [("下一页", 1)]),
        (41, 1, 1, 20, [("上一页", 0), ("下一页", 2)]),
    ],
)
def test_a_page_clamps(count: int, asked: int, number: int, shown: int, turn: list[tuple[str, int]]) -> None:
    page = page_of(range(count), asked, 20)
    assert (page.number, len(page.things), clamp(asked, count, 20)) == (number, shown, number)
    assert page.turn(Turn) == [Choice(label, Turn(to)) for label, to in turn]


@pytest.mark.parametrize("count", range(5))
def test_two_a_row_keeps_everything_in_order(count: int) -> None:
    choices = [Choice(str(number), Turn(number)) for number in range(count)]
    rows = two_a_row(choices)
    assert [choice for row in rows for choice in row] == choices
    assert [len(row) for row in rows] == [2] * (count // 2) + [1] * (count % 2)
    assert filled([], *rows, []) == rows


def test_people_of_one_name_are_told_apart() -> None:
    people = [
        ("甲五", "一组", "1"),
        ("张伟", "一组", "2"),
        ("张伟", "二组", "3"),
        ("李娜", "一组", "4"),
        ("李娜", "一组", "5"),
        ("王芳", "", "6"),
        ("王芳", "一组", "7"),
    ]

    def name(one: tuple[str, str, str]) -> str:
        return one[0]

    def group(one: tuple[str, str, str]) -> str:
        return one[1]

    assert told_apart(people, name, group, lambda one: f"尾号{one[2]}") == [
        "甲五",
        "张伟（一组）",
        "张伟（二组）",
        "李娜（尾号4）",
        "李娜（尾号5）",
        "王芳",
        "王芳（一组）",
    ]
    assert told_apart(people, name, group)[3:5] == ["李娜（一组）", "李娜（一组）"]
    assert told_apart([], name, group) == []


def test_really_has_both_answers_side_by_side_and_the_rest_below() -> None:
    yes, no, other = (Choice(label, Turn(at)) for at, label in enumerate(("确定取消", "不取消", "改日期")))
    assert really("确定取消吗？", yes, no).rows == [[yes, no]]
    asked = really("确定取消吗？", yes, no, other)
    assert (asked.text, asked.rows) == ("确定取消吗？", [[yes, no], [other]])
