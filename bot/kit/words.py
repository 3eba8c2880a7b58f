"""What every feature says alike: days and instants (7月7日（周五）14:30), and the line for strangers."""

import re
import unicodedata
from datetime import date, datetime, tzinfo
from itertools import accumulate
from unicodedata import normalize


class Both(str):
    """A text for the command line (English) that also knows how it is said in chat (Chinese)."""

    chinese: str

    def __new__(cls, english: str, chinese: str) -> "Both":
        said = super().__new__(cls, english)
        said.chinese = chinese
        return said


STRANGER = "您好，支部小助手仅供已登记人员使用，请联系支部书记获取邀请链接。"
WEEKDAYS = "一二三四五六日"
# What courtesy adds: marks, faces ([微笑] is how some phones write one), thanks, a yes.
_MARK = r"[\s，,、。.;；:：!！~～…]"
_FACE = r"(?:\[[^\[\]]{1,4}\]|[\U0001F300-\U0001FAFF\u2600-\u27BF\uFE0F\u200D])"
_THANKS = r"(?:谢谢|多谢|感谢|辛苦|麻烦)(?:[您你]们?|大家|书记|了|啦|啊)*"
_YES = r"(?:好+[的嘞滴]?|嗯+|恩|哦|噢|行|可以|(?i:ok)|是的|没问题|明白了?|了解了?|知悉|知晓)[啊呀哈]?"
_HELLO = r"(?:[您你]好|在吗|在么|在不在|有人吗|(?:支部)?小助手|早上好|上午好|下午好|晚上好)[啊呀]?"
_BEFORE = re.compile(rf"^(?:(?:{_YES}|{_HELLO}|{_THANKS})(?:{_MARK}|{_FACE})+|好的(?=.)|{_MARK}|{_FACE})+")
_AFTER = re.compile(rf"(?:{_MARK}|{_FACE}|{_THANKS}|(?<=[\s，,、。.;；:：!！]){_YES})+$")
_COURTEOUS = re.compile(rf"(?:{_MARK}|{_FACE}|{_THANKS}|{_YES})+")
_GREETING = re.compile(rf"(?:[?？]|{_MARK}|{_FACE}|{_THANKS}|{_YES}|{_HELLO})+")
_ONLY_MARKS = re.compile(rf"(?:[?？]|{_MARK})*")
_PARTICLE = re.compile(r"(?<=..)[啊哈呀哦噢]$")
_BLANK = re.compile(r"\s+")
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


def full_day(day: date) -> str:
    """2023年10月9日, on paper that is kept."""
    return f"{day.year}年{short_day(day)}"


def full_moment(instant: datetime, tz: tzinfo) -> str:
    """2023年10月9日09:00, in the branch's time zone."""
    local = instant.astimezone(tz)
    return f"{full_day(local.date())}{local:%H:%M}"


def by_day(day: date) -> str:
    """8月31日（含）前: until when something is to be done."""
    return f"{short_day(day)}（含）前"


def not_counted(day: date) -> str:
    """What is heard when the quarter of this day takes nothing more."""
    quarter = quarter_word(day)
    return f"{quarter}统计已截止，这一次不计入{quarter}。"


def quarter_word(day: date) -> str:
    """第三季度"""
    return f"第{'一二三四'[(day.month - 1) // 3]}季度"


def quoted(title: str, longest: int | None = None) -> str:
    """《…》, unless the title has its own marks; one of more than so many units is cut inside them."""
    short = title if longest is None else cut(title, longest)
    if "《" not in title:
        return f"《{short}》"
    return short + "》" * (title.count("》") and max(0, short.count("《") - short.count("》")))


def in_marks(title: str, longest: int | None = None) -> str:
    """“…”, unless it stands in marks of its own (《楼道整治》); what is in marks within it gets the single ones."""
    if title[:1] + title[-1:] in ("《》", "“”"):
        return title if longest is None else _closed(title, longest)
    short = title if longest is None else cut(title, longest)
    return f"“{short.replace('“', '‘').replace('”', '’')}”"


def _closed(title: str, longest: int) -> str:
    """Cut inside its marks."""
    short = cut(title, longest)
    return short if short == title else f"{short}{title[-1]}"


def plain(text: str) -> str:
    """What somebody typed as it is compared: without blanks and what courtesy adds, full width as good as half.
    收到！, 收到，谢谢您。 and 好的，收到 are 收到, １ is 1.
    """
    return text.strip() if len(text) > _LONGEST_WORD else _BLANK.sub("", trimmed(normalize("NFKC", text)))


def trimmed(text: str) -> str:
    """The same in the letters in which it was typed, where its rest is kept."""
    text = text.strip()
    if len(text) > _LONGEST_WORD:
        return text
    return _PARTICLE.sub("", _AFTER.sub("", _BEFORE.sub("", text)))


def is_courtesy(text: str) -> bool:
    """好的, 嗯, 谢谢, 👍 and no more: nothing that could be an answer by itself."""
    return _is_only(_COURTEOUS, text)


def is_greeting(text: str) -> bool:
    """在吗, 您好, also with thanks."""
    return _is_only(_GREETING, text) and not _is_only(_COURTEOUS, text)


def _is_only(kind: re.Pattern[str], text: str) -> bool:
    said = text.strip()
    return len(said) <= _LONGEST_WORD and bool(kind.fullmatch(said)) and not _ONLY_MARKS.fullmatch(said)


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
