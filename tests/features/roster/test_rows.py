"""Whose a row of a roster is."""

from datetime import date

import pytest

from bot.features.roster.rows import Ambiguous, Known, RosterRow, match


def row(name: str, group: str = "", born_on: date | None = None) -> RosterRow:
    return RosterRow(name=name, group=group, born_on=born_on)


def test_same_names_are_told_apart_by_group() -> None:
    known = [Known(1, "张伟", "一组"), Known(2, "张伟", "二组")]
    assert match([row("张伟", "二组"), row("张伟", "一组"), row("张伟", "三组")], known) == [2, 1, None]


def test_who_changed_group_is_the_same_person() -> None:
    assert match([row("甲一", "二组")], [Known(1, "甲一", "一组")]) == [1]


def test_another_birth_is_another_person() -> None:
    known = [Known(1, "甲一", "一组", date(1960, 1, 1))]
    assert match([row("甲一", "一组", date(1990, 1, 1))], known) == [None]


def test_who_cannot_be_told_apart_is_refused() -> None:
    known = [Known(1, "张伟", "一组"), Known(2, "张伟", "二组")]
    with pytest.raises(Ambiguous, match="张伟"):
        match([row("张伟", "三组")], known)
    with pytest.raises(Ambiguous):
        match([row("张伟", "三组"), row("张伟", "四组")], known[:1])
