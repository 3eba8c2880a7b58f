"""The plain words that do what a button does, and texts that are too long."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.kit.words import cut, plain, units


@pytest.mark.parametrize(
    "typed",
    [
        "收到",
        " 收到 ",
        "收到！",
        "收到。",
        "收到，谢谢！",
        "好的，收到",
        "收到谢谢您",
        "收到[抱拳]",
        "收到👌",
        "收到……",
    ],
)
def test_courtesy_does_not_hide_a_word(typed: str) -> None:
    assert plain(typed) == "收到"


@pytest.mark.parametrize("typed", ["没收到", "收到了吗？", "好的", "谢谢", "收到" + "。" * 4000])
def test_other_words_stay_other_words(typed: str) -> None:
    assert plain(typed) != "收到"


# Rare letters and faces are two units, a mark on a letter (a chosen variant, an accent) belongs to it.
PARTS = ["甲", "\U0003158e", "\ue863", "葛\U000e0101", "é", "🌟", "❤\ufe0f", "👨\u200d👩", "a"]
TEXTS = st.lists(st.sampled_from(PARTS), max_size=20).map("".join)


@pytest.mark.parametrize(
    ("text", "limit", "shown"),
    [
        ("甲乙", 2, "甲乙"),
        ("甲乙丙", 2, "甲…"),
        ("甲\U0003158e丙", 4, "甲\U0003158e丙"),
        ("甲\U0003158e丙丁", 4, "甲\U0003158e…"),
        ("甲\U0003158e丙", 3, "甲…"),
        ("甲葛\U000e0101丙", 4, "甲…"),
        ("甲葛\U000e0101丙", 5, "甲葛\U000e0101丙"),
        ("\U0003158e甲", 2, "…"),
        ("e\u0301e\u0301e", 4, "e\u0301…"),
        ("e" + "\u0301" * 9, 5, "e\u0301\u0301\u0301…"),
        ("甲👨\u200d👩甲", 5, "甲…"),
    ],
)
def test_no_letter_is_cut_apart(text: str, limit: int, shown: str) -> None:
    assert cut(text, limit) == shown


@given(TEXTS, st.integers(2, 40))
def test_what_is_cut_fits(text: str, limit: int) -> None:
    short = cut(text, limit)
    assert units(short) <= limit
    assert short == text or (short.endswith("…") and text.startswith(short[:-1]))
    short.encode()
