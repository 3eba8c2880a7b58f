"""Decisions about accounts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.features.accounts.rules import hash_code, is_code
from bot.kit.names import clean_name


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
