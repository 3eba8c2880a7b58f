"""The votes of an activity as its minutes show them, read from their tables; to be replaced by what counts votes."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.features.minutes.rules import Ballot
from bot.kit.glossary.choices import MOTIONS
from storage.choices import MembershipStatus
from storage.lookups import names_of
from storage.models.vote import Vote, VoteExcluded
from storage.roster import Member


def of_activity(
    session: Session, activity_id: int, members: Iterable[Member], present: Collection[int]
) -> list[Ballot]:
    """In the order in which they were taken. members: the roster of the day; present: who came."""
    query = select(Vote).where(Vote.activity_id == activity_id, Vote.withdrawn_at.is_(None)).order_by(Vote.id)
    votes = session.scalars(query).all()
    names = names_of(session, [vote.subject_id for vote in votes if vote.subject_id is not None])
    left_out = _excluded(session, [vote.id for vote in votes])
    full = frozenset(one.id for one in members if one.status is MembershipStatus.FULL)
    return [ballot(vote, names, full, frozenset(present), left_out[vote.id]) for vote in votes]


def ballot(
    vote: Vote, names: Mapping[int, str], full: frozenset[int], present: frozenset[int], excluded: Collection[int]
) -> Ballot:
    """One row as plain values."""
    about = names.get(vote.subject_id or 0, "") or vote.title
    return Ballot(
        motion=MOTIONS[vote.motion],
        about=about,
        for_=vote.for_,
        against=vote.against,
        abstain=vote.abstain,
        written=(vote.written_for, vote.written_against, vote.written_abstain),
        secret=vote.secret,
        full=full,
        present=present,
        excluded=frozenset(excluded),
    )


def _excluded(session: Session, votes: Sequence[int]) -> Mapping[int, Collection[int]]:
    found: dict[int, set[int]] = defaultdict(set)
    query = select(VoteExcluded.vote_id, VoteExcluded.person_id).where(VoteExcluded.vote_id.in_(votes))
    for vote_id, person_id in session.execute(query):
        found[vote_id].add(person_id)
    return found
