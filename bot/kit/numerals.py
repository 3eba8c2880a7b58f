"""Chinese numerals and full-width letters, as numbers and as the letters of a keyboard."""

import re
import unicodedata

NUMERALS = "〇○◯零一二两三四五六七八九十廿卅"
# Of a year, figure by figure.
FIGURE = "[〇○◯零一二三四五六七八九]"
# Before the sign of a day alone, and never glued to a digit: 7.7三号楼 is no 7.73.
_NUMERAL = re.compile(r"(?<![\d〇○◯零一二三四五六七八九十廿卅])[〇○◯零一二三四五六七八九十廿卅]+(?=\s*([年月日号]))")
_TENS = re.compile(r"(?:([一二三四五六七八九]?)十|([廿卅]))([一二三四五六七八九]?)")
_SINGLE = re.compile("[〇○◯零]?[〇○◯零一二两三四五六七八九]")
_FIGURES = str.maketrans("〇○◯零一二两三四五六七八九廿卅", "0000122345678923")


def arabic(text: str) -> str:
    """Chinese numerals of a date as digits: 二〇二三年七月三十一日 is 2023年7月31日. 二三日 may be two: it stays."""
    return _NUMERAL.sub(lambda found: _digits(found[0], found[1]), text)


def _digits(numeral: str, sign: str) -> str:
    """The numeral before a sign in digits; what is none stays as it is."""
    if sign == "年" and not re.search("[十廿卅]", numeral):
        return figures(numeral)
    found = number(numeral)
    return numeral if found is None else str(found).zfill(len(numeral) if numeral[0] in "〇○◯零" else 1)


def figures(numeral: str) -> str:
    """二〇二三 read figure by figure."""
    return numeral.translate(_FIGURES)


def number(numeral: str) -> int | None:
    """23 of 23, 二十三 and 廿三; 5 of 零五. None for 二三, which is two or three."""
    if numeral.isascii() and numeral.isdecimal():
        return int(numeral)
    tens = _TENS.fullmatch(numeral)
    if tens is not None:
        ten = figures(tens[1] or tens[2] or "一")
        return int(ten + (figures(tens[3]) or "0"))
    return int(figures(numeral)) if _SINGLE.fullmatch(numeral) else None


def folded(text: str) -> str:
    """Full-width letters, digits and marks as a keyboard of the West has them, each in its place: the length stays."""
    return "".join(_fold(letter) for letter in text)


def _fold(letter: str) -> str:
    plain = "," if letter == "，" else ":" if letter in "∶︰" else unicodedata.normalize("NFKC", letter)
    return plain if len(plain) == 1 else letter
