"""Names of people, groups and organisations: how they are kept, and by what they are compared. No I/O."""

import re
import unicodedata
from collections.abc import Collection

from bot.kit.sheets import visible


def clean_name(name: str) -> str:
    """A name as it may be shown: marks that reorder or hide text are taken out, 张　伟 becomes 张伟."""
    text = " ".join(visible(unicodedata.normalize("NFC", name)).split())
    chinese = all("\u3400" <= letter <= "\u9fff" or letter in " ·" for letter in text)
    return text.replace(" ", "") if chinese else text


def name_key(name: str) -> str:
    """What two spellings of one name share: the stored name is never changed by it."""
    plain = unicodedata.normalize("NFKC", clean_name(name)).casefold()
    return "".join(plain.split())


def group_key(name: str) -> str:
    """What two spellings of one party group share."""
    return name_key(name).replace("党小组", "小组")


def parted(name: str) -> tuple[str, str]:
    """A name, and the bracket or mark behind it: 甲一（女） is 甲一 and （女）."""
    found = re.fullmatch(r"(.+?)\s*([（(【\[].*[）)】\]]|[*★△]+)", name)
    return (found[1], found[2]) if found else (name, "")


def near_groups(name: str, known: Collection[str]) -> list[str]:
    """Those of the known groups about which a person should be asked: not the same by key, but it could be."""
    key = group_key(parted(name)[0])
    return [one for one in known if group_key(one) != group_key(name) and group_key(one) == key]


def is_name(text: str) -> bool:
    """Whether somebody may be called so."""
    return any(letter.isalpha() for letter in text)
