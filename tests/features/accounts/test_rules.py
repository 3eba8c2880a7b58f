"""Decisions about people."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.features.accounts.rules import Ambiguous, Known, RosterRow, clean_name, hash_code, is_code, match


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("张　伟", "张伟"),
        (" 张 伟 ", "张伟"),
        ("阿依古丽·买买提", "阿依古丽·买买提"),
        ("<b>甲</b>", "<b>甲</b>"),
        ("\u202e甲一\u202c\u200b", "甲一"),
        ("Anna  Li\n", "Anna Li"),
        ("甲一🌟", "甲一🌟"),
    ],
)
def test_names_show_what_they_are(written: str, shown: str) -> None:
    assert clean_name(written) == shown


@given(st.text())
def test_a_clean_name_stays_as_it_is_and_hides_nothing(name: str) -> None:
    cleaned = clean_name(name)
    assert clean_name(cleaned) == cleaned
    assert not set(cleaned) & set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200b\u200f\0\n")


def test_codes() -> None:
    assert is_code("abcdefghijklmnopqrst-_")
    assert not any(is_code(code) for code in ("", "abc", "abcdefghijklmnopqrst-_x", "abcdefghijklmnopqrst +"))
    assert hash_code("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


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
