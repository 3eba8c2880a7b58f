"""What votes say to norms: whether enough came to each that was counted (R2-R4)."""

from collections.abc import Collection, Iterator
from functools import partial

from bot.features.votes.figures import LONGEST, VOTES, code
from bot.kit.doors import ShowVotes
from bot.kit.figures import Counting
from bot.kit.norms import Case, Offer
from bot.kit.voting import OF_PERSONS
from bot.kit.words import cut, short_day
from scheduler.calendar.days import DAY, local_day
from storage.choices import Motion


def _votes(motions: Collection[Motion], counting: Counting) -> Iterator[Case]:
    """A vote that was taken with too few is no vote, and nothing mends it but another one."""
    for one, activity in counting.of(VOTES):
        if one.row.motion not in motions:
            continue
        day = local_day(activity.start_at, counting.tz)
        yield Case(
            since=day,
            words=f"{short_day(day)} {cut(one.about, LONGEST)}",
            code=code(one),
            opens=ShowVotes(activity.id, 0),
            settled=one.outcome.valid,
            until=day - DAY,
        )


NORMS = (
    Offer("resolution_vote", partial(_votes, {Motion.RESOLUTION})),
    Offer("development_vote", partial(_votes, OF_PERSONS)),
    Offer("election_vote", partial(_votes, {Motion.ELECTION})),
)
