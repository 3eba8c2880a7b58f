"""Every word of 导出."""

from collections.abc import Sequence
from datetime import date

from bot.features.ledgers import buttons
from bot.features.tally.periods import beside, words
from bot.kit.ledger_books import Book
from bot.kit.lists import filled, label, page_of, two_a_row
from bot.kit.replies import Choice, Document, Message
from scheduler.calendar.periods import Period

UNKNOWN_PERIOD = "没有找到这个时间段。可以发送“导出三季度”“导出上半年”“导出2023年”。"
ON_A_PAGE = 12


def page(listed: Sequence[Book], period: Period, at: int, today: date) -> Message:
    """Which tables there are for whoever asks."""
    shown = page_of(listed, at, ON_A_PAGE)
    lines = [
        f"【导出】{words(period)}{f'，{shown.words}' if shown.words else ''}",
        "请选择要导出的表格，或点“导出全部”打包下载。文件含个人信息，请妥善保管。",
    ]
    taps = [Choice(label(one.name), buttons.GetBook(period.code, one.key)) for one in shown.things]
    turn = shown.turn(lambda to: buttons.ShowBooks(period.code, to))
    around = [Choice(word, buttons.ShowBooks(other.code, 0)) for word, other in beside(period, today)]
    every = [Choice("导出全部", buttons.GetAll(period.code))]
    return Message("\n".join(lines), filled(*two_a_row(taps), turn, every, around))


def handed(name: str, content: bytes) -> Document:
    return Document(name, content, caption=f"{name.rsplit('.', 1)[0]}。", secret=True)
