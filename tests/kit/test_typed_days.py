"""A typed day that is asked for: the one day, or why not."""

from datetime import date

import pytest

from bot.kit.refusal import Refusal
from bot.kit.typed_days import the_day

TODAY = date(2023, 7, 4)


@pytest.mark.parametrize(
    ("text", "day"), [("7月7日（周五）", "2023-07-07"), ("下周五", "2023-07-14"), ("7号", "2023-07-07")]
)
def test_the_one_day(text: str, day: str) -> None:
    assert the_day(text, TODAY) == date.fromisoformat(day)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "没有看懂日期，请这样发送：7月7日。"),
        ("7月7日左右", "没有看懂日期，请这样发送：7月7日。"),
        ("2月30日", "没有看懂日期，请这样发送：7月7日。"),
        ("7月7日 14:30", "这里只需要日期，请这样发送：7月7日。"),
        ("7月7日（周六）", "7月7日是周五，与您写的星期不符，请核对后重新发送。"),
        ("28号", "是6月28日还是7月28日？请写明几月几日，重新发送。"),
        ("周一", "是7月3日还是7月10日？请写明几月几日，重新发送。"),
    ],
)
def test_why_it_is_none(text: str, said: str) -> None:
    with pytest.raises(Refusal) as no:
        the_day(text, TODAY)
    assert no.value.text == said
