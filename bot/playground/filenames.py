"""What is left of the name of an uploaded file: the real server keeps it on disk, under a name that is good there."""

import re
import unicodedata
from pathlib import PurePosixPath

STEM, EXTENSION = 64, 16
BAD = frozenset("<>:\"/\\|?*&`'")


def clean(name: str | None) -> str:
    """Letters, digits and most of ASCII stay; all else becomes a space, also （）《》【】、 and emoji."""
    path = PurePosixPath(re.split(r"[/\\]", name or "")[-1])
    stem, extension = _part(path.stem, STEM), _part(path.suffix[1:], EXTENSION)
    return ".".join(part for part in (stem, extension) if part) or "file"


def _part(text: str, longest: int) -> str:
    marked = (one for one in text if not unicodedata.category(one).startswith("M"))
    spaced = "".join(one if _good(one) else " " for one in marked).lstrip(" .")
    return spaced[:longest].rstrip(" .")


def _good(one: str) -> bool:
    if one.isascii():
        return one.isprintable() and one not in BAD
    # Rare letters may be younger than the Unicode of this Python.
    return unicodedata.category(one)[0] in "LN" or 0x20000 <= ord(one) < 0x40000
