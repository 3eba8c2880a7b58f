"""The words of a broadcast's progress, and when it is worth a card of its own."""

import pytest

from bot.kit.broadcasts import Previewed, buttons, figures, preview, to_desk
from bot.kit.replies import Choice, Message
from scheduler.broadcasts import Progress


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (Progress(sent=412, waiting=588, seconds=20), "已送达412份（应发1000份），预计还需20秒。"),
        (Progress(sent=25), "已送达25份（应发25份）。"),
        (Progress(sent=22, unreachable=2, failed=1, settled=3), "已送达22份（应发25份），未送达3份。"),
        (Progress(sent=20, unknown=1, cancelled=4), "已送达20份（应发25份），不能确认送达1份，已停止4份。"),
        (Progress(sent=20, expired=2), "已送达20份（应发22份），逾期未发2份。"),
        (Progress(sent=25, correcting=7), "已送达25份（应发25份），正在修改7份。"),
        (Progress(waiting=9000, seconds=306), "已送达0份（应发9000份），预计还需6分钟。"),
        (Progress(waiting=300_000, seconds=10_170), "已送达0份（应发300000份），预计还需3小时以上。"),
    ],
)
def test_figures(found: Progress, words: str) -> None:
    assert figures(found) == words


def test_what_is_out_in_no_time_has_no_card_of_its_own() -> None:
    assert to_desk("theme", 1, "4月学习提示", 25, [7]) == []
    (card,) = to_desk("theme", 1, "4月学习提示", 1000, [7, 7])
    assert card.message["text"] == "【发送进度】4月学习提示\n已送达0份（应发1000份），预计还需34秒。"
    assert (card.card, card.batch) == (("progress.theme", 1), None)


def test_there_is_nothing_to_stop_when_all_is_out() -> None:
    assert [choice.label for choice in buttons("notice", 1, Progress(sent=1))[0]] == ["修改已发内容"]
    assert [choice.label for choice in buttons("notice", 1, Progress(waiting=1))[0]] == ["停止发送", "修改已发内容"]
    assert [choice.label for choice in buttons("notice", 1, Progress(cancelled=1))[0]] == ["继续发送", "修改已发内容"]


def test_a_preview_looks_the_same_and_does_nothing() -> None:
    shown = preview(Message("通知", [[Choice("收到", Previewed()), Choice("网站", "https://example.org")]]))
    assert shown.text == "【预览】\n通知"
    assert [choice.does for choice in shown.rows[0]] == [Previewed(), "https://example.org"]
