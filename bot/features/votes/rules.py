"""What may be recorded of a vote, decided over plain values: each raises Refusal with what does not fit."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from bot.kit.refusal import Refusal
from bot.kit.voting import MAY_BE_PUT, NO_VOTERS, OF_PERSONS, TOO_FEW, Ballots, Excluded, Votes, has_quorum
from storage.choices import ActivityType, Motion, Opinion

NOT_HERE = "这类会议不能进行此项表决。"
NO_WRITTEN = "选举须到会投票，不接受书面意见。"
# Of a title; of a reason in other words.
LONGEST, LONGEST_NOTE = 100, 40


@dataclass(frozen=True, slots=True)
class Wanted:
    """A vote as it is to be recorded. `written`: the totals of a secret one; of an open one they are counted by name.

    subject_name: of who is to be accepted and is not known yet. room, ballots: None: not counted yet. Of a secret one
    no opinion stands by name.
    """

    motion: Motion
    subject_id: int | None = None
    subject_name: str = ""
    title: str = ""
    secret: bool = False
    excluded: Mapping[int, Excluded] = field(default_factory=dict)
    writers: Mapping[int, Opinion | None] = field(default_factory=dict)
    written: Votes = field(default_factory=Votes)
    room: Votes | None = None
    ballots: Ballots | None = None

    @property
    def of_person(self) -> bool:
        return self.motion in OF_PERSONS

    @property
    def counted(self) -> bool:
        return self.room is not None or self.ballots is not None

    @property
    def by_opinion(self) -> Votes:
        """What was written, in totals."""
        if self.secret:
            return self.written
        said = list(self.writers.values())
        return Votes(said.count(Opinion.FOR), said.count(Opinion.AGAINST), said.count(Opinion.ABSTAIN))


def votes_at(types: Collection[ActivityType]) -> list[Motion]:
    """What may be put to the vote at an activity of these contents."""
    return [motion for motion, at in MAY_BE_PUT.items() if at.intersection(types)]


def is_new(wanted: Wanted) -> bool:
    """Whether it is about somebody to be accepted whom nobody has entered yet."""
    return wanted.motion is Motion.ACCEPT_PROBATIONARY and bool(wanted.subject_name)


def may_be_put(motion: Motion, types: Collection[ActivityType]) -> None:
    if motion not in votes_at(types):
        raise Refusal(NOT_HERE)


def is_whole(wanted: Wanted) -> None:
    """Whom or what it is about, and that an opinion stands by name only where the vote is open."""
    if wanted.of_person and wanted.subject_id is None and not is_new(wanted):
        raise Refusal("请选择表决对象。")
    if not wanted.of_person and not wanted.title:
        raise Refusal("请填写表决事项。")
    if wanted.motion is Motion.ELECTION and wanted.writers:
        raise Refusal(NO_WRITTEN)
    if any((opinion is None) is not wanted.secret for opinion in wanted.writers.values()):
        raise Refusal("无记名投票只登记书面意见的票数，公开表决须逐人登记书面意见。")


def quorate(motion: Motion, expected: int, present: int) -> None:
    if expected <= 0:
        raise Refusal(NO_VOTERS)
    if not has_quorum(motion, expected, present):
        raise Refusal(TOO_FEW[motion])


def adds_up(wanted: Wanted, present: int) -> None:
    """In the room as many votes as people who have one; of a secret vote not every ballot need have come back."""
    if wanted.room is None:
        return
    many = wanted.room.sum
    if not wanted.secret and many != present:
        raise Refusal(f"票数合计{many}票，与有表决权到会{present}人不符，请核对票数和考勤。")
    if many > present:
        raise Refusal(f"票数合计{many}票，多于有表决权到会{present}人，请核对票数和考勤。")
    if not many:
        raise Refusal("票数不能全部为0。")


def written_adds_up(wanted: Wanted) -> None:
    if wanted.secret and wanted.written.sum > len(wanted.writers):
        raise Refusal(f"书面意见{wanted.written.sum}票，多于提交书面意见的{len(wanted.writers)}人，请核对。")
