"""What a column says of people: said beside it in the model, read by 我的数据, 注销 and the retention. No I/O.

`mapped_column(info=owner())`: one word a column, from the functions below. A table with `owner()` on its person and
`free_text()` on its words is exported, emptied and rewritten by that alone. What needs more than a word is a `Rule`:
its name, under which the feature has a function, and why there has to be one.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

KEY = "personal"
Info = dict[Any, Any]


class Kind(StrEnum):
    """What does not stay for ever. The audit log does, and so does what the ledgers count."""

    RECEIVED = "received"
    SENT = "sent"
    DRAFTS = "drafts"
    INVITES = "invites"
    REQUESTS = "requests"
    REASONS = "reasons"
    PIECES = "pieces"


class Left(StrEnum):
    """In what the name of somebody erased stays on purpose; docs/operating.md gives the reasons."""

    PIECES = "others_pieces"
    AUTHORS = "authors"
    UNITS = "units"
    HOLIDAYS = "holidays"
    WORDS_IN_USE = "words_in_use"


class Role(StrEnum):
    """What a column is to people."""

    OWNER = "owner"
    THROUGH = "through"
    ACTOR = "actor"
    ACCOUNT = "account"
    OWN = "own"
    TEXT = "text"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Rule:
    """A function of the feature, by name; `why`: what a word alone could not say."""

    name: str
    why: str


@dataclass(frozen=True, slots=True)
class Becomes:
    """What stands in a column once it was emptied, where that is not its own default; a Rule makes it."""

    value: Any


@dataclass(frozen=True, slots=True)
class Meaning:
    """All that the functions below can say; see there."""

    role: Role | None = None
    goes: bool = False
    home: bool = False
    label: bool = False
    swept: bool = False
    becomes: Becomes | None = None
    whose: Rule | None = None
    only: Rule | None = None
    looked_through: Rule | None = None
    export: Rule | None = None
    left: Left | None = None
    ages: Kind | None = None
    later: str = ""
    still: Rule | None = None
    most: int | None = None


SILENT = Meaning()


def meaning(column: Any) -> Meaning:
    """What a column of a table says; SILENT: nothing."""
    found = column.info.get(KEY, SILENT)
    assert isinstance(found, Meaning)
    return found


# --- whose the row is ------------------------------------------------------------------------------------------------


def owner(*, goes: bool = False, home: bool = False, whose: Rule | None = None, label: bool = False) -> Info:
    """The row is this person's, or of this account or chat: exported whole, and emptied by an erasure.

    goes: an erasure deletes the row. home: see there. whose: which rows are somebody's, where it is not the number.
    label: as of a text; a reader sees the person's name.
    """
    return _say(role=Role.OWNER, goes=goes, home=home, whose=whose, label=label)


def through(*, goes: bool = False, home: bool = False) -> Info:
    """The row is whose the row is that this key points at."""
    return _say(role=Role.THROUGH, goes=goes, home=home)


def actor() -> Info:
    """Says only who did it: the row is the branch's own. An export counts it, an erasure leaves the number."""
    return _say(role=Role.ACTOR)


def account() -> Info:
    """The number of an account or chat in a row that is found by another column: emptied with the row."""
    return _say(role=Role.ACCOUNT)


# --- what stands in it -----------------------------------------------------------------------------------------------


def own(becomes: Any = SILENT, *, label: bool = False) -> Info:
    """Something of the owner's that holds nobody's words (a date, a choice, a number): emptied with the row."""
    return _say(role=Role.OWN, becomes=_becomes(becomes), label=label)


def free_text(
    becomes: Any = SILENT,
    *,
    label: bool = False,
    swept: bool = False,
    left: Left | None = None,
    only: Rule | None = None,
    looked_through: Rule | None = None,
    export: Rule | None = None,
) -> Info:
    """What people write (text, JSON, a file). In a row of somebody's it is emptied with the row; anywhere it may name
    others, and of who is erased the name is replaced.

    becomes: what an emptied one is, if not the column's default. label: what a reader sees of the row where another
    row points at it. swept: the retention empties it (see `ages`) and leaves the row. left: the name stays, for that
    reason; only: in which rows it is replaced. looked_through: the function that takes the name out. export: what is
    left out of 我的数据.
    """
    return _say(
        role=Role.TEXT,
        becomes=_becomes(becomes),
        label=label,
        swept=swept,
        left=left,
        only=only,
        looked_through=looked_through,
        export=export,
    )


def nothing_personal(*, label: bool = False, swept: bool = False) -> Info:
    """Text or a number that is nobody's and names nobody: words of machines, keys, closed lists."""
    return _say(role=Role.NOTHING, label=label, swept=swept)


# --- where it belongs, and how long ----------------------------------------------------------------------------------


def home() -> Info:
    """The row belongs to the branch of what this key points at: there names are looked for, its periods hold.

    Without a word it is the key of an organisation, else the owner's branch.
    """
    return _say(home=True)


def ages(kind: Kind, *, later: str = "", still: Rule | None = None, most: int | None = None) -> Info:
    """From this instant on the row grows old, by the period of `kind`: then what is `swept` is emptied, and a row
    without such columns goes. later: a column that counts in the place of this one once it is known. still: which
    rows are not taken yet. most: days; it is kept no longer, unless a branch keeps the kind for ever.
    """
    return _say(ages=kind, later=later, still=still, most=most)


def _becomes(value: Any) -> Becomes | None:
    return None if value is SILENT else Becomes(value)


def _say(**words: Any) -> Info:
    return {KEY: Meaning(**words)}
