"""How norms are said, and how a fixed day and a number are read."""

from datetime import date
from typing import Any, cast

import pytest

from bot.features.norms import forms, words
from bot.features.norms.laying import laid, national
from bot.features.norms.rule_file import Norm
from bot.kit.handlers import Call
from bot.kit.refusal import Refusal
from scheduler.calendar.periods import Period

NOBODY = cast(Any, None)
CALL = cast(Call, None)


def norm(name: str, **otherwise: object) -> Norm:
    found = laid(national(), {"rules": [{"id": name, **otherwise}]})
    assert found is not None
    return found.norms[name]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("R1", "每季度1次"), ("R7", "每月1次，半数以上委员到会"), ("R11", "每月1次，固定日为第1个周五"),
        ("R13", "每年1次，一般在第四季度"), ("R28", "每年32学时，支委会委员56学时"), ("R38", "每月1个"),
        ("R38b", "每月1本"), ("R39", "放假前3个工作日"), ("R45", "3个工作日内"), ("R35", "30天内"), ("R37", ""),
    ],
)  # fmt: skip
def test_what_a_norm_asks(name: str, said: str) -> None:
    assert words.asks(norm(name)) == said


def test_what_a_unit_asks_otherwise() -> None:
    assert words.asks(norm("R34", target=0.925)) == "不低于92.5%"
    assert words.asks(norm("R11", min=2, fixed_day="last Sun", period="half_year")) == "每半年2次，固定日为最后一个周日"


@pytest.mark.parametrize(
    ("start", "to", "said"),
    [
        ("2023-08-01", "2023-09-01", "8月"), ("2023-02-01", "2023-03-01", "2月"),
        ("2023-07-01", "2023-10-01", "第三季度"), ("2023-01-01", "2023-07-01", "上半年"),
        ("2023-07-01", "2024-01-01", "下半年"), ("2023-01-01", "2024-01-01", "2023年"),
    ],
)  # fmt: skip
def test_a_period(start: str, to: str, said: str) -> None:
    assert words.period_words(Period(date.fromisoformat(start), date.fromisoformat(to))) == said


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("第2个周五", "2nd Fri"), ("每月第一个星期日", "1st Sun"), ("第四周天", "4th Sun"),
        ("最后一个周三", "last Wed"), ("最后周一", "last Mon"), ("10日", "10"), ("每月5号", "5"), ("28", "28"),
    ],
)  # fmt: skip
def test_a_fixed_day_is_read_and_said(typed: str, kept: str) -> None:
    assert forms.read_fixed_day(NOBODY, CALL, typed) == {"fixed_day": kept}
    again = forms.read_fixed_day(NOBODY, CALL, words.fixed_day_words(kept))
    assert again == {"fixed_day": kept}


@pytest.mark.parametrize("typed", ["", "29日", "0", "第5个周五", "第0个周五", "周五", "每月", "第2个周八", "10日11日"])
def test_what_is_no_fixed_day_is_refused(typed: str) -> None:
    with pytest.raises(Refusal, match="没有看懂固定日"):
        forms.read_fixed_day(NOBODY, CALL, typed)


@pytest.mark.parametrize(
    ("key", "typed", "kept"), [("min", "2次", "2"), ("target", "９０％", "90"), ("days", "三十", "30")]
)
def test_a_number_is_read(key: str, typed: str, kept: str) -> None:
    assert forms.read_number(key, NOBODY, CALL, typed) == {key: kept}


@pytest.mark.parametrize(("key", "typed"), [("min", "0"), ("target", "101"), ("slip_days", "32"), ("days", "一些")])
def test_a_number_out_of_bounds_is_refused(key: str, typed: str) -> None:
    with pytest.raises(Refusal, match="之间的整数"):
        forms.read_number(key, NOBODY, CALL, typed)
