"""The plain words that do what a button does."""

import pytest

from bot.kit.words import plain


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
