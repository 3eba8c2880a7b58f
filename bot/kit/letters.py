"""The font that comes along for what is drawn here: which letters it has, and what is drawn for those that it lacks."""

import re
import unicodedata
from base64 import b64encode
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from io import BytesIO

from bot.kit.ideographs import CHINESE, PRIVATE, VARIANTS
from bot.kit.sheets import visible

# The sign that Chinese printers set where they have no type for a letter.
LACKING = "〓"
_CHINESE, _VARIANT = re.compile(f"[{CHINESE}]"), re.compile(f"[{VARIANTS}]")


@dataclass(frozen=True, slots=True)
class Lacking:
    """A text with letters that the font lacks, each once: 戊𠱓 and ("𠱓",)."""

    text: str
    letters: tuple[str, ...]

    @property
    def codes(self) -> tuple[str, ...]:
        """U+20C53: by which a letter can be found that nobody can show."""
        return tuple(f"U+{ord(letter):04X}" for letter in self.letters)


def font() -> str:
    """Where the font lies (Noto Sans SC, OpenType): some 30,000 letters."""
    from pylopdf_fonts_zh_cn import sans_path

    return str(sans_path())


@cache
def _known() -> bytes:
    """A bit for each letter that the font has: 25 kB, read once in a tenth of a second."""
    from fontTools.ttLib import TTFont

    with TTFont(font(), lazy=True) as opened:
        codes = opened.getBestCmap()
    bits = bytearray(max(codes) // 8 + 1)
    for code in codes:
        bits[code // 8] |= 1 << code % 8
    return bytes(bits)


def _has(letter: str) -> bool:
    at, bit = divmod(ord(letter), 8)
    return at < len(_known()) and bool(_known()[at] >> bit & 1)


def drawn(text: str, *, chinese: bool = False) -> str:
    """The text as it can be drawn: 〓 for a letter that the font lacks, and for one with a mark that it lacks.

    A letter at a private place of GBK is drawn from its own place, one of compatibility as the letter that it equals.
    `chinese`: only of Chinese letters, where a telephone draws faces and other writings by fonts of its own.
    """
    letters = _letters(text)
    signs = {letter: _drawn(letter, chinese) or LACKING for letter in set(letters)}
    return "".join(signs[letter] for letter in letters)


def missing(texts: Iterable[str], *, chinese: bool = False) -> list[Lacking]:
    """Of each different text what `drawn` has no letter for; texts of which nothing is missing are left out."""
    found = []
    for text in dict.fromkeys(texts):
        gone = [letter for letter in dict.fromkeys(_letters(text)) if not _drawn(letter, chinese)]
        signs = (sign for letter in gone for sign in letter if not _VARIANT.match(sign) and not _sign(sign))
        if gone:
            found.append(Lacking(text, tuple(dict.fromkeys(signs))))
    return found


def _letters(text: str) -> list[str]:
    """Each letter with the marks on it."""
    found: list[str] = []
    for sign in visible(text):
        if found and unicodedata.category(sign)[0] == "M":
            found[-1] += sign
        else:
            found.append(sign)
    return found


def _drawn(letter: str, chinese: bool) -> str:
    """A letter by signs that the font has; "": it has them not."""
    if letter.isspace():
        return letter if letter == "\n" or _has(letter) else " "
    if chinese and not _CHINESE.match(letter):
        return letter
    signs = [_sign(sign) for sign in letter if _has(sign) or not _VARIANT.match(sign)]
    return "".join(signs) if all(signs) else ""


def _sign(sign: str) -> str:
    likes = (sign, PRIVATE.get(sign, ""), unicodedata.normalize("NFC", sign))
    return next((like for like in likes if like and all(map(_has, like))), "")


def font_face(family: str, text: str) -> str:
    """A rule for a style sheet, with the font in it as far as the text needs it: a few hundred letters are 50 kB."""
    from fontTools import subset

    options = subset.Options(flavor="woff", hinting=False, layout_features=[], name_IDs=[], notdef_outline=True)
    with subset.load_font(font(), options, dontLoadGlyphNames=True) as opened:
        small = subset.Subsetter(options)
        small.populate(text=text)
        small.subset(opened)
        out = BytesIO()
        subset.save_font(opened, out, options)
    data = b64encode(out.getvalue()).decode()
    return f'@font-face{{font-family:{family};src:url(data:font/woff;base64,{data}) format("woff")}}'
