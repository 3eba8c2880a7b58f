"""Talks without I/O: who with whom, what a campaign comes to, whom a year lacks, how a sentence says one."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from zlib import crc32

from bot.kit.day_lists import read_days
from bot.kit.names import is_name, name_key
from bot.kit.numerals import folded
from bot.kit.rates import rate
from bot.kit.words import trimmed
from storage.choices import TalkKind, TalkMode

# So many people in one collective talk, and so long a campaign; a superior may be named with the office held.
MOST, LONGEST_CAMPAIGN, LONGEST_TOPIC, LONGEST_REASON, LONGEST_NAME = 60, timedelta(days=366), 40, 100, 30
# Of a sentence: more is no word about a talk.
LONGEST_SENTENCE = 80

FUTURE = "谈话日期不能晚于今天，谈话后再登记。"
NOBODY = "请选择谈话对象。"
TOO_MANY = f"一次谈话最多登记{MOST}人，请分次登记。"
WITH_ONESELF = "谈话人和谈话对象不能是同一位同志。"
WRONG_WAY = "结束日期不能早于开始日期，请核对后重新发送。"
TOO_LONG = "谈话活动最长一年，请核对后重新发送。"


@dataclass(frozen=True, slots=True, order=True)
class Party:
    """Somebody: of the branch by number, else (0) by name."""

    id: int = 0
    name: str = ""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A talk as it is to be recorded."""

    on: date
    talker: Party
    talkees: tuple[Party, ...]
    kind: TalkKind = TalkKind.HEART_TO_HEART
    mode: TalkMode = TalkMode.IN_PERSON
    written: bool = False
    campaign_id: int | None = None

    @property
    def mark(self) -> int:
        """What two records of one talk share beside the day."""
        people = sorted((one.id, name_key(one.name)) for one in self.talkees)
        return mark_of(self.talker.id, name_key(self.talker.name), people, self.kind.value)


def mark_of(*parts: object) -> int:
    return crc32(repr(parts).encode("utf-8", "surrogatepass"))


@dataclass(frozen=True, slots=True)
class Held:
    """A talk as it is on file. `recorded_at` None: an archive has brought it that does not say."""

    id: int
    on: date
    talker: Party
    talkees: tuple[Party, ...]
    kind: TalkKind
    mode: TalkMode
    written: bool
    campaign_id: int | None
    recorded_at: datetime | None
    recorded_by: int | None

    @property
    def people(self) -> frozenset[int]:
        """With whom of the branch."""
        return frozenset(one.id for one in self.talkees if one.id)

    @property
    def seen(self) -> int:
        """What tells whether it has changed since it was shown."""
        said = (self.on, self.talker, self.talkees, self.kind.value, self.mode.value, self.written, self.campaign_id)
        return mark_of(*said)


def wrong(wanted: Wanted, today: date) -> str:
    """Why a talk cannot be recorded so, whoever does it; "": it can."""
    if wanted.on > today:
        return FUTURE
    if not wanted.talkees:
        return NOBODY
    if len(wanted.talkees) > MOST:
        return TOO_MANY
    keys = {(one.id, name_key(one.name)) for one in wanted.talkees}
    return WITH_ONESELF if (wanted.talker.id, name_key(wanted.talker.name)) in keys else ""


# --- a campaign ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Progress:
    """What a campaign comes to (D14). `should`: the roster of its last day, in its order, exempt people too;
    `records`: the talks with a written record.
    """

    should: tuple[int, ...]
    talked: frozenset[int]
    records: tuple[int, ...]

    @property
    def written(self) -> int:
        return len(self.records)

    @property
    def missing(self) -> tuple[int, ...]:
        return tuple(one for one in self.should if one not in self.talked)

    @property
    def rate(self) -> Decimal | None:
        return rate(len(self.talked), len(self.should))

    @property
    def full(self) -> bool:
        """全覆盖: nobody is left out."""
        return bool(self.should) and not self.missing


def progress(first: date, last: date, should: Sequence[int], talks: Iterable[Held]) -> Progress:
    """Of the talks that carry it those count that are dated inside it, the first and the last day too."""
    inside = [one for one in talks if first <= one.on <= last]
    talked = frozenset[int]().union(*(one.people for one in inside))
    return Progress(tuple(should), talked & set(should), tuple(one.id for one in inside if one.written))


def wrong_days(first: date, last: date) -> str:
    if last < first:
        return WRONG_WAY
    return TOO_LONG if last - first > LONGEST_CAMPAIGN else ""


# --- a year (R15) ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Year:
    """Who of the branch has talked with whom in a year, and whom it lacks: pairs of the committee among themselves, and
    members with whom nobody of the committee has talked.
    """

    times: dict[frozenset[int], int]
    pairs: tuple[tuple[int, int], ...]
    members: tuple[int, ...]

    def of(self, one: int, other: int) -> int:
        return self.times.get(frozenset((one, other)), 0)

    def lacking_for(self, person: int) -> frozenset[int]:
        """With whom this one is still to talk: of the own pairs, and the members that anybody of the committee may."""
        mine = {one for pair in self.pairs if person in pair for one in pair if one != person}
        return frozenset(mine | set(self.members))


def year(committee: Sequence[int], members: Sequence[int], talks: Iterable[Held]) -> Year:
    """`members`: everybody on the roster, the committee too. Whoever of two began it, it is a talk of both."""
    times: dict[frozenset[int], int] = {}
    for talk in talks:
        for person in talk.people if talk.talker.id else ():
            pair = frozenset((talk.talker.id, person))
            times[pair] = times.get(pair, 0) + 1
    pairs = tuple(
        (one, other)
        for at, one in enumerate(committee)
        for other in committee[at + 1 :]
        if frozenset((one, other)) not in times
    )
    others = [one for one in members if one not in committee]
    lacking = tuple(one for one in others if not any(frozenset((one, each)) in times for each in committee))
    return Year(times, pairs, lacking)


# --- a sentence ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Said:
    """今天和甲三谈话. on None: no day was said. at_odds: a day that is not the weekday beside it."""

    names: tuple[str, ...]
    kind: TalkKind = TalkKind.HEART_TO_HEART
    on: date | None = None
    at_odds: date | None = None


# What is said of each, the longest words before what they end in.
_SAID = (
    (TalkKind.INTEGRITY_REMINDER, "廉政提醒谈话|廉政谈话|提醒谈话"),
    (TalkKind.ROUTINE, "例行谈话"),
    (TalkKind.PRE_APPOINTMENT, "任前谈话"),
    (TalkKind.TRANSFER, "岗位变动谈话"),
    (TalkKind.HEART_TO_HEART, "谈心谈话|谈心|谈话|谈了话|谈过话"),
)
_ALL = "|".join(f"(?P<{kind.value}>{words})" for kind, words in _SAID)
_SENTENCE = re.compile(
    r"[\s,:]*(?:上午|下午|中午|晚上|刚才|刚刚|我|本人|已经|已)*(?:和|与|跟|同|找|对)\s*(?P<names>\S.*?)"
    rf"\s*(?:进行|开展|作|做)?(?:了|过)?(?:一次|一下)?(?:{_ALL})(?:了|过)?(?:一次)?"
)
# What is a word about a talk, and nobody's name.
_NO_NAME = re.compile(
    r"谈话|谈心|谈了|谈过|进行了|[今昨明][天日]|前天|后天|[上下中]午|晚上|刚才|刚刚|星期|[上下这]个?周|\d[月日号]"
    r"|^(?:我|我们|本人|大家|全体|他|她|[你您])$"
)
_TOGETHER_WITH = re.compile(r"^(?:我|本人)?(?:和|与|跟|同|找|对)(?=.)")
_BETWEEN = re.compile(r"\s*[、,，;；]\s*|\s*(?:和|与|及)\s*")


def read(text: str, today: date) -> Said | None:
    """今天和甲三谈话, 7月3日 与甲三、乙四谈心谈话; None: it says no talk."""
    line = trimmed(text)
    if len(text) > LONGEST_SENTENCE or "\n" in line:
        return None
    days = read_days(line, today)
    if days.at_odds is not None:
        # Whether it says a talk at all is read without the day.
        behind = re.search(r"(?:我|和|与|跟|同|找|对).*", folded(line))
        found = _SENTENCE.fullmatch(behind.group()) if behind is not None else None
        return Said((), at_odds=days.at_odds) if found is not None else None
    if len(days.runs) > 1 or any(run.first != run.last for run in days.runs):
        return None
    found = _SENTENCE.fullmatch(folded(days.rest).strip(" 。.!"))
    names = _names(found["names"]) if found is not None else ()
    if found is None or not names:
        return None
    kind = next(kind for kind, _ in _SAID if found[kind.value] is not None)
    return Said(names, kind, days.runs[0].first if days.runs else None)


def _names(text: str) -> tuple[str, ...]:
    """Nothing where one of them can be nobody's name."""
    parts = [one.removesuffix("同志") for one in _BETWEEN.split(text.strip()) if one]
    found = tuple(dict.fromkeys(parts))
    return found if 0 < len(found) <= MOST and all(len(one) <= LONGEST_NAME and is_name(one) for one in found) else ()


def names_in(text: str) -> tuple[str, ...]:
    """The names that were typed where somebody is asked for: 甲三、乙四."""
    return _names(" ".join(text.split()))


def without_with(name: str) -> str:
    """甲三 of 跟甲三."""
    return _TOGETHER_WITH.sub("", name)


def is_no_name(name: str) -> bool:
    """Whether it is a word about a talk: 今天, 甲三谈话."""
    return _NO_NAME.search(folded(name)) is not None
