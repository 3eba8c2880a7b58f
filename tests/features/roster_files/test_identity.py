"""Whose a row of a file is: a correction is not another person, and a name alone that could be two is asked about."""

from datetime import date
from typing import Any

import pytest

from bot.features.roster_files.asking import NEW, Answers
from bot.features.roster_files.identity import Known, people
from bot.features.roster_files.reading.rows import RosterRow

BORN, JOINED = date(1980, 5, 17), date(2005, 7, 1)


def row(name: str = "甲一", group: str = "第一党小组", line: int = 2, **more: Any) -> RosterRow:
    return RosterRow(name=name, group=group, line=line, **more)


def known(person_id: int = 1, name: str = "甲一", group: str = "第一党小组", **more: Any) -> Known:
    return Known(person_id, name, group, **more)


def found(rows: list[RosterRow], there: list[Known], **answers: str) -> list[int | None]:
    """Who each is, when nothing is asked."""
    numbers, questions = people(rows, there, Answers({f"same:{line[1:]}": said for line, said in answers.items()}))
    assert questions == []
    return numbers


def asked(rows: list[RosterRow], there: list[Known]) -> list[str]:
    """The rows that are asked about."""
    return [one.about for one in people(rows, there, Answers())[1]]


@pytest.mark.parametrize(
    ("mine", "theirs"),
    [
        ({}, {}),
        # The day is filled in, or put right; a figure was wrong.
        ({"born_on": BORN}, {"born_on": date(1980, 5, 1)}),
        ({"born_on": date(1980, 6, 17)}, {"born_on": BORN}),
        ({"born_on": date(1981, 5, 17)}, {"born_on": BORN}),
        ({"born_on": date(1981, 4, 2)}, {"born_on": BORN}),
        ({"born_on": BORN, "gender": "男"}, {}),
        ({}, {"born_on": BORN, "gender": "男"}),
        # Another birthday altogether, but the same day of joining.
        ({"born_on": date(1960, 1, 1), "joined_party_on": JOINED}, {"born_on": BORN, "joined_party_on": JOINED}),
        # The same birthday, and another day of joining.
        ({"born_on": BORN, "joined_party_on": date(2015, 1, 2)}, {"born_on": BORN, "joined_party_on": JOINED}),
        # Whose number it is, is whose row it is.
        ({"born_on": date(1999, 9, 9), "phone": "13800000001"}, {"born_on": BORN, "phone": "13800000001"}),
        # Moved to another group.
        ({"group": "第二党小组"}, {}),
        ({"group": ""}, {}),
        # Written otherwise.
        ({"group": "1组"}, {}),
    ],
)
def test_one_row_and_one_person_of_a_name_are_the_same(mine: dict[str, Any], theirs: dict[str, Any]) -> None:
    assert found([row(**mine)], [known(**theirs)]) == [1]


@pytest.mark.parametrize(
    ("mine", "theirs"),
    [
        ({"born_on": date(1990, 1, 1)}, {"born_on": date(1960, 1, 1)}),
        ({"gender": "女"}, {"gender": "男"}),
        ({"gender": "女", "born_on": BORN}, {"gender": "男", "born_on": BORN}),
        (
            {"born_on": date(1999, 1, 2), "joined_party_on": date(2020, 3, 4)},
            {"born_on": BORN, "joined_party_on": JOINED},
        ),
        # Gone, and nothing but the name is the same.
        ({"group": "第二党小组"}, {"listed": False}),
    ],
)
def test_what_speaks_against_it_is_asked_about(mine: dict[str, Any], theirs: dict[str, Any]) -> None:
    rows, there = [row(**mine)], [known(**theirs)]
    assert asked(rows, there) == ["2"]
    assert found(rows, there, _2="1") == [1]
    assert found(rows, there, _2=NEW) == [None]


def test_names_are_compared_by_their_key() -> None:
    there = [known(1, "阿甲·乙提"), known(2, "方一"), known(3, "王五")]
    assert found([row("阿甲•乙提", line=2), row("⽅一", line=3), row("王　五", line=4)], there) == [1, 2, 3]


def test_same_names_are_told_apart_by_group() -> None:
    there = [known(1, "张伟", "一组"), known(2, "张伟", "二组")]
    rows = [row("张伟", "二组", 2), row("张伟", "一组", 3), row("张伟", "三组", 4)]
    assert found(rows, there) == [2, 1, None]


def test_same_names_are_told_apart_by_birth() -> None:
    there = [known(1, "张伟", "", born_on=BORN), known(2, "张伟", "", born_on=date(1990, 2, 3))]
    rows = [row("张伟", "", 2, born_on=date(1990, 2, 3)), row("张伟", "", 3, born_on=BORN)]
    assert found(rows, there) == [2, 1]


def test_a_name_alone_that_could_be_two_is_asked_about() -> None:
    there = [known(1, "张伟", "一组"), known(2, "张伟", "二组")]
    assert asked([row("张伟", "三组")], there) == ["2"]
    assert asked([row("张伟", "")], there) == ["2"]
    assert asked([row("张伟", "三组", 2), row("张伟", "四组", 3)], there[:1]) == ["2", "3"]
    # One speaks for the group, the other for the birthday.
    crossed = [row("张伟", "一组", 2, born_on=date(1990, 1, 1)), row("张伟", "二组", 3, born_on=BORN)]
    assert asked(crossed, [known(1, "张伟", "一组", born_on=BORN)]) == ["2", "3"]


def test_an_answer_leaves_the_others_for_the_other_row() -> None:
    there = [known(1, "张伟", "一组"), known(2, "张伟", "二组")]
    rows = [row("张伟", "三组", 2), row("张伟", "四组", 3)]
    numbers, questions = people(rows, there, Answers({"same:2": "2"}))
    assert (numbers, [(one.about, len(one.choices)) for one in questions]) == ([2, None], [("3", 2)])
    assert found(rows, there, _2="2", _3="1") == [2, 1]


def test_nobody_is_taken_twice_or_out_of_nowhere() -> None:
    there = [known(1, "张伟", "一组")]
    rows = [row("张伟", "三组", 2), row("张伟", "四组", 3)]
    for said in ({"_2": "1"}, {"_2": "7"}, {"_2": "1", "_3": "1"}):
        numbers, _ = people(rows, there, Answers({f"same:{line[1:]}": one for line, one in said.items()}))
        assert numbers.count(1) <= 1
        assert 7 not in numbers


def test_nobody_and_nobody() -> None:
    assert found([], []) == []
    assert found([], [known()]) == []
    assert found([row()], []) == [None]


def test_a_slip_and_a_move_at_once_are_asked_about() -> None:
    there = [known(1, born_on=BORN)]
    assert asked([row(group="第二党小组", born_on=date(1989, 5, 17))], there) == ["2"]
    assert found([row(group="第二党小组", born_on=BORN)], there) == [1]
    assert found([row(born_on=date(1989, 5, 17))], there) == [1]
