"""The plain words that do what a button does, and texts that are too long."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.kit.words import cut, in_marks, not_counted, plain, quoted, units


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


@pytest.mark.parametrize(
    ("title", "longest", "shown"),
    [
        ("文件一", None, "《文件一》"),
        ("论党的自我革命", 5, "《论党的自…》"),
        ("学习《论党的自我革命》", 8, "学习《论党的自…》"),
        ("学习《论党》和《通知全文》", 11, "学习《论党》和《通知…》"),
        ("《书》 某某", 20, "《书》 某某"),
        ("《没有写完", 20, "《没有写完"),
    ],
)
def test_a_title_is_cut_inside_its_marks(title: str, longest: int | None, shown: str) -> None:
    assert quoted(title, longest) == shown


@pytest.mark.parametrize(
    ("month", "quarter"), [(1, "第一季度"), (3, "第一季度"), (4, "第二季度"), (9, "第三季度"), (12, "第四季度")]
)
def test_the_quarter_that_is_over_is_named(month: int, quarter: str) -> None:
    assert not_counted(date(2023, month, 1)) == f"{quarter}统计已截止，这一次不计入{quarter}。"


@pytest.mark.parametrize(
    ("title", "longest", "shown"),
    [
        ("楼道整治", None, "“楼道整治”"),
        ("《楼道整治》", None, "《楼道整治》"),
        ("“微心愿”", None, "“微心愿”"),
        ("学习《论党》", None, "“学习《论党》”"),
        ("做好“双报到”工作", None, "“做好‘双报到’工作”"),
        ("《楼道和小区整治》", 5, "《楼道和…》"),
        ("楼道和小区整治", 5, "“楼道和小…”"),
        ("", None, "“”"),
        ("《", None, "“《”"),
    ],
)
def test_marks_are_never_doubled(title: str, longest: int | None, shown: str) -> None:
    assert in_marks(title, longest) == shown
