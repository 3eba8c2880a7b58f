"""Names of people, groups and organisations: how they are kept, and by what they are compared. No I/O."""

import unicodedata

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
