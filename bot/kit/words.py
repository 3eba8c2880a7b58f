"""What every feature says alike: days and instants (7月7日（周五）14:30), and the line for strangers."""

import re
import unicodedata
from datetime import date, datetime, tzinfo
from itertools import accumulate


class Both(str):
    """A text for the command line (English) that also knows how it is said in chat (Chinese)."""

    chinese: str

    def __new__(cls, english: str, chinese: str) -> "Both":
        said = super().__new__(cls, english)
        said.chinese = chinese
        return said


STRANGER = "您好，支部小助手仅供已登记人员使用，请联系支部书记获取邀请链接。"
WEEKDAYS = "一二三四五六日"
# Before a word, and after it: marks, thanks, faces.
_COURTESY = re.compile(
    r"^好的?[，,、。!！\s]+|(?:[，,、。.!！~～…\s]|谢谢您?|感谢|\[[^\[\]]{1,4}\]|[\U0001F300-\U0001FAFF]\uFE0F?)+$"
)
# More than a word and its courtesy is no word.
_LONGEST_WORD = 40


def day_words(day: date) -> str:
    """7月7日（周五）"""
    return f"{day.month}月{day.day}日（周{WEEKDAYS[day.weekday()]}）"


def dated(day: date, today: date) -> str:
    """A day as it is read back to who typed it: 7月7日（周五）, with the year where that is not this one's."""
    return day_words(day) if day.year == today.year else f"{day.year}年{day_words(day)}"


def moment_words(instant: datetime, tz: tzinfo) -> str:
    """7月7日（周五）14:30, in the branch's time zone."""
    local = instant.astimezone(tz)
    return f"{day_words(local.date())}{local:%H:%M}"


def short_day(day: date) -> str:
    """7月7日"""
    return f"{day.month}月{day.day}日"


def by_day(day: date) -> str:
    """8月31日（含）前: until when something is to be done."""
    return f"{short_day(day)}（含）前"


def not_counted(day: date) -> str:
    """What is heard when the quarter of this day takes nothing more."""
    quarter = f"第{'一二三四'[(day.month - 1) // 3]}季度"
    return f"{quarter}统计已截止，这一次不计入{quarter}。"


def quoted(title: str, longest: int | None = None) -> str:
    """《…》, unless the title has its own marks; one of more than so many units is cut inside them."""
    short = title if longest is None else cut(title, longest)
    if "《" not in title:
        return f"《{short}》"
    return short + "》" * (title.count("》") and max(0, short.count("《") - short.count("》")))


def plain(text: str) -> str:
    """What somebody typed without what courtesy adds: 收到！, 收到，谢谢您。 and 好的，收到 are 收到."""
    text = text.strip()
    return _COURTESY.sub("", text) if len(text) <= _LONGEST_WORD else text


def plain_number(text: str) -> str:
    """A telephone number as digits, without China's 86 before it."""
    return re.sub(r"^(?:00)?86(?=\d{11}$)", "", re.sub(r"\D", "", text))


def units(text: str) -> int:
    """The length as Telegram counts it: UTF-16 units, an emoji is two."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def cut(text: str, limit: int) -> str:
    """The text when it fits into `limit` units, else its beginning and an ellipsis: no letter loses its marks."""
    if units(text) <= limit:
        return text
    whole = end = sum(used < limit for used in accumulate(map(units, text)))
    while whole and _belongs_before(text, whole):
        whole -= 1
    return text[: whole or end] + "…"


def _belongs_before(text: str, at: int) -> bool:
    """Whether what stands there is a mark on the letter before it (a variant, an accent), or joined to it."""
    return unicodedata.category(text[at])[0] == "M" or "\u200d" in text[at - 1 : at + 1]
