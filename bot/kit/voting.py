"""What a vote comes to: its quorum, whether it is valid and passed, who is elected, and how that is said (R2-R4, D18).

Plain values only: minutes, cards and figures say the same by it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from bot.kit.glossary.choices import VOTE_EXCLUSIONS
from storage.choices import ActivityType, Motion, VoteExclusion

MEETINGS = frozenset(
    {
        ActivityType.MEMBERS_MEETING,
        ActivityType.COMMITTEE_MEETING,
        ActivityType.GROUP_MEETING,
        ActivityType.ORGANIZATIONAL_LIFE_MEETING,
        ActivityType.DEMOCRATIC_APPRAISAL,
    }
)
# At what each may be put to the vote.
MAY_BE_PUT: Mapping[Motion, frozenset[ActivityType]] = {
    Motion.ACCEPT_PROBATIONARY: frozenset({ActivityType.MEMBERS_MEETING}),
    Motion.CONVERT_FULL: frozenset({ActivityType.MEMBERS_MEETING}),
    Motion.RESOLUTION: MEETINGS,
    Motion.ELECTION: frozenset({ActivityType.MEMBERS_MEETING, ActivityType.COMMITTEE_MEETING}),
}
# One vote a person, and written opinions count (R3).
OF_PERSONS = frozenset({Motion.ACCEPT_PROBATIONARY, Motion.CONVERT_FULL})
QUORUM_WORDS: Mapping[Motion, str] = {
    Motion.ACCEPT_PROBATIONARY: "超过半数",
    Motion.CONVERT_FULL: "超过半数",
    Motion.RESOLUTION: "半数以上",
    Motion.ELECTION: "五分之四以上",
}
_SHORT_OF: Mapping[Motion, str] = {
    Motion.ACCEPT_PROBATIONARY: "到会未超过半数",
    Motion.CONVERT_FULL: "到会未超过半数",
    Motion.RESOLUTION: "到会不足半数",
    Motion.ELECTION: "到会不足五分之四",
}
_NOT_TO_BE: Mapping[Motion, str] = {
    Motion.ACCEPT_PROBATIONARY: "不能表决接收",
    Motion.CONVERT_FULL: "不能表决转正",
    Motion.RESOLUTION: "不能表决",
    Motion.ELECTION: "不能选举",
}
# What is heard with too few.
TOO_FEW: Mapping[Motion, str] = {one: f"{_SHORT_OF[one]}，{_NOT_TO_BE[one]}。" for one in Motion}
NO_VOTERS = "没有有表决权的党员，不能表决。"


def has_quorum(motion: Motion, expected: int, present: int) -> bool:
    """半数以上 includes the half, 超过半数 does not (D18)."""
    if expected <= 0:
        return False
    if motion in OF_PERSONS:
        return present * 2 > expected
    return present * 5 >= expected * 4 if motion is Motion.ELECTION else present * 2 >= expected


def least_present(motion: Motion, expected: int) -> int:
    """How many of them have to be there."""
    return next(many for many in range(max(expected, 1) + 1) if has_quorum(motion, max(expected, 1), many))


@dataclass(frozen=True, slots=True)
class Excluded:
    """Why somebody is not reckoned among the expected voters (R6)."""

    reason: VoteExclusion
    note: str = ""


def reason_words(why: Excluded) -> str:
    return why.note if why.reason is VoteExclusion.OTHER and why.note else VOTE_EXCLUSIONS[why.reason]


@dataclass(frozen=True, slots=True)
class Votes:
    """For, against, abstaining."""

    for_: int = 0
    against: int = 0
    abstain: int = 0

    @property
    def each(self) -> tuple[int, int, int]:
        return self.for_, self.against, self.abstain

    @property
    def sum(self) -> int:
        return sum(self.each)

    @property
    def words(self) -> str:
        return f"赞成{self.for_}票，反对{self.against}票，弃权{self.abstain}票"

    @property
    def named(self) -> str:
        """The same without what there is none of."""
        said = (("赞成", self.for_), ("反对", self.against), ("弃权", self.abstain))
        return "，".join(f"{word}{many}票" for word, many in said if many)


@dataclass(frozen=True, slots=True)
class Ballots:
    """Of an election: handed out, come back, valid. What was not counted makes nothing invalid."""

    issued: int | None = None
    returned: int | None = None
    valid: int | None = None

    def good(self, present: int | None) -> bool:
        """Not with more than were handed out, than people were there, or than came back (R4)."""
        pairs = ((self.returned, present), (self.returned, self.issued), (self.valid, self.returned))
        return all(less is None or more is None or less <= more for less, more in pairs)

    @property
    def words(self) -> str:
        said = (("发出选票", self.issued), ("收回", self.returned), ("有效", self.valid))
        return "，".join(f"{word}{many}张" for word, many in said if many is not None)


class Elected(StrEnum):
    """What a candidate's votes come to; TIED: as many as another at the last seat, which elects neither."""

    YES = "yes"
    NO = "no"
    TIED = "tied"


def elect(votes: Mapping[int, int], present: int | None, seats: int | None, good: bool) -> dict[int, Elected]:
    """By more than half of those present, at most as many as there are seats; by the numbers of the candidates."""
    passed = {one: many for one, many in votes.items() if good and present is not None and 2 * many > present}
    found = {}
    for one, many in votes.items():
        at_least = sum(other >= many for other in passed.values())
        more = sum(other > many for other in passed.values())
        if one not in passed or (seats is not None and more >= seats):
            found[one] = Elected.NO
        else:
            found[one] = Elected.TIED if seats is not None and at_least > seats else Elected.YES
    return found


@dataclass(frozen=True, slots=True)
class Seats:
    """What the register says of an election: how many seats, and who has got one."""

    many: int
    elected: Sequence[str] = ()

    @property
    def filled(self) -> bool:
        return 0 < self.many <= len(self.elected)


@dataclass(frozen=True, slots=True)
class Outcome:
    """One vote in numbers. `written`: the opinions that count; `counted`: whether the votes are counted at all yet.

    expected, present: those with a vote. secret: it is not said what was written apart from what was voted in the
    room, because few have written. seats: None: the register says nothing of it yet.
    """

    motion: Motion
    expected: int
    present: int
    room: Votes = field(default_factory=Votes)
    written: Votes = field(default_factory=Votes)
    ballots: Ballots = field(default_factory=Ballots)
    seats: Seats | None = None
    counted: bool = True
    secret: bool = False

    @property
    def is_election(self) -> bool:
        return self.motion is Motion.ELECTION

    @property
    def quorate(self) -> bool:
        return has_quorum(self.motion, self.expected, self.present)

    @property
    def valid(self) -> bool:
        return self.quorate and (not self.is_election or self.ballots.good(self.present))

    @property
    def in_favour(self) -> int | None:
        """Of an election its candidates have votes, not the motion."""
        if self.is_election:
            return None
        return self.room.for_ + (self.written.for_ if self.motion in OF_PERSONS else 0)

    @property
    def passed(self) -> bool:
        """More than half of those expected; of an election all seats filled."""
        if not (self.counted and self.valid):
            return False
        if self.in_favour is None:
            return self.seats is not None and self.seats.filled
        return self.in_favour * 2 > self.expected


def vote_words(one: Outcome, about: str = "") -> str:
    """表决情况：应到会有表决权22人，到会20人；赞成19票，反对0票，弃权1票；书面意见：赞成1票，合计赞成20票。通过。

    `about`: what it was about, in the place of 表决情况.
    """
    head = f"{about or ('选举情况' if one.is_election else '表决情况')}："
    came = f"应到会有表决权{one.expected}人，到会{one.present}人"
    if not one.counted:
        return f"{head}{came}；尚未计票。"
    if one.secret and one.written.sum and one.motion in OF_PERSONS:
        both = Votes(*(sum(pair) for pair in zip(one.room.each, one.written.each, strict=True)))
        return f"{head}{came}；{both.words}（含书面意见{one.written.sum}票）。{result_words(one)}"
    said = one.ballots.words if one.is_election else one.room.words
    total = f"，合计赞成{one.in_favour}票" if one.written.for_ else ""
    written = f"；书面意见：{one.written.named}{total}" if one.motion in OF_PERSONS and one.written.sum else ""
    return f"{head}{came}；{said}{written}。{result_words(one)}"


def result_words(one: Outcome) -> str:
    """通过。"""
    if not one.counted:
        return "尚未计票。"
    if not one.quorate:
        return f"{_SHORT_OF[one.motion]}，{'选举' if one.is_election else '表决'}无效。"
    if one.is_election:
        return _elected_words(one)
    return "通过。" if one.passed else "未通过。"


def _elected_words(one: Outcome) -> str:
    if not one.valid:
        return "选举无效。"
    if one.seats is None:
        return "选举有效，得票情况尚未登记。"
    names = f"：{'、'.join(one.seats.elected)}" if one.seats.elected else ""
    short = "" if one.seats.filled else "，名额未选满"
    return f"选举有效，应选{one.seats.many}名，当选{len(one.seats.elected)}名{names}{short}。"


def motion_words(motion: Motion, who: str, title: str) -> str:
    """接收丁一同志为预备党员; what a resolution says, what an election fills."""
    if motion is Motion.ACCEPT_PROBATIONARY:
        return f"接收{who}同志为预备党员"
    if motion is Motion.CONVERT_FULL:
        return f"{who}同志转为正式党员"
    return title
