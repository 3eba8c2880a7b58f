"""The collection `votes` of an archive (D18): read, laid, taken away, written. Votes that were taken back are kept."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, tzinfo
from typing import Annotated, Any, Self

from pydantic import model_validator
from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from bot.features.archive import development, over
from bot.features.archive.act_rows import occasions
from bot.features.archive.over import as_local, unless
from bot.features.archive.parts import Around, Laying, Part
from bot.kit.archive_checks import OUTSIDE, Check, Fields
from bot.kit.archive_models import (
    Key,
    Listed,
    MaybeInstant,
    Named,
    Record,
    choice,
    records,
    reference,
    text,
    unsaid,
    whole,
    wrong,
)
from bot.kit.glossary.choices import VOTE_EXCLUSIONS
from storage.base import table
from storage.choices import Motion, Opinion, VoteExclusion
from storage.lookups import names_of
from storage.models.activity import Activity
from storage.models.vote import Vote, VoteExcluded, WrittenOpinion

NAME = "votes"
_MOST, _LONGEST = 10_000, 2000
_WORDS: dict[str, VoteExclusion] = {
    word: code for code, word in VOTE_EXCLUSIONS.items() if code is not VoteExclusion.OTHER
}
_BALLOTS = ("issued", "returned", "valid")
_OF_PERSONS = (Motion.ACCEPT_PROBATIONARY, Motion.CONVERT_FULL)
Somebody = Annotated[str, reference("person")]
Many = Annotated[int, whole(0, _MOST, 0)]
Maybe = Annotated[int | None, whole(0, _MOST, optional=True)]
Json = dict[str, Any]


class Counts(Record):
    """For, against, abstaining."""

    for_: Many = unsaid(alias="for")
    against: Many = unsaid()
    abstain: Many = unsaid()


class Wrote(Record):
    """Who had given a written opinion; opinion null: the vote is secret."""

    person: Somebody = unsaid()
    opinion: Annotated[Opinion | None, choice(Opinion, optional=True)] = None


class OneVote(Record):
    """One record. excluded_reason: by the ids of those who were excluded, a word or any text."""

    id: Key = unsaid()
    activity: Annotated[str, reference("activity")] = unsaid()
    motion: Annotated[Motion, choice(Motion)] = unsaid()
    subject: Annotated[str | None, reference("person", optional=True, outside=True)] = None
    title: Annotated[str, text(_LONGEST)] = unsaid()
    excluded_from_expected: Annotated[list[Somebody], Listed] = unsaid()
    excluded_reason: dict[str, Annotated[str, text(_LONGEST)]] = unsaid({})
    in_person: Counts = unsaid({})
    written: Counts = unsaid({})
    written_opinions: Annotated[list[Wrote], Listed] = unsaid()
    secret: bool = False
    issued: Maybe = None
    returned: Maybe = None
    valid: Maybe = None
    recorded_at: MaybeInstant = None
    recorded_by: Annotated[str | None, reference("person", optional=True)] = None
    withdrawn_at: MaybeInstant = None

    @model_validator(mode="after")
    def _agrees(self) -> Self:
        if self.motion in _OF_PERSONS and self.subject is None:
            raise wrong(None, "whom it is about", "subject")
        self.excluded_from_expected = sorted(set(self.excluded_from_expected))
        for one in self.excluded_reason:
            if one not in self.excluded_from_expected:
                raise wrong(one, "of those in `excluded_from_expected`", "excluded_reason")
        self.written_opinions.sort(key=lambda one: one.person)
        people = [one.person for one in self.written_opinions]
        twice = next((one for one in people if people.count(one) > 1), None)
        if twice is not None:
            raise wrong(twice, "there once", "written_opinions")
        return self

    @property
    def reasons(self) -> dict[str, tuple[VoteExclusion, str]]:
        """Why each was excluded: by its code or its word, else in other words."""
        return {one: _reason(self.excluded_reason.get(one, "")) for one in self.excluded_from_expected}

    def compared(self) -> Json:
        return {**self.model_dump(exclude={"excluded_reason"}), "reasons": self.reasons}


def _reason(said: str) -> tuple[VoteExclusion, str]:
    codes = {one.value: one for one in VoteExclusion}
    known = _WORDS.get(said) or codes.get(said)
    return (known, "") if known is not None else (VoteExclusion.OTHER, said)


Votes = tuple[OneVote, ...]


def read(document: Fields, around: Around) -> tuple[Votes | None, list[str]]:
    if NAME not in document:
        return None, []
    check, here = Check(), occasions(document, around)
    named = Named(around.tz, {"person": frozenset(around.people), "activity": frozenset(here)})
    found = [one for _, one in records(check, NAME, document[NAME], OneVote, named)]
    check.once(NAME, [one.id for one in found])
    for one in found:
        one.recorded_at = one.recorded_at or here[one.activity].known_at
    return tuple(found), check.faults


def differs(mine: Votes | None, asked: Votes) -> bool:
    def plain(votes: Votes | None) -> list[Json]:
        return [one.compared() for one in sorted(votes or (), key=lambda one: one.id)]

    return plain(mine) != plain(asked)


def there(session: Session, branch_id: int) -> int:
    """How many there are already."""
    mine = (Vote.branch_id == branch_id, Vote.withdrawn_at.is_(None))
    return session.scalar(select(func.count()).select_from(Vote).where(*mine)) or 0


def clear(session: Session, branch_id: int, found: Votes) -> None:
    """Their rows stay until they are laid over, and name nobody till then."""
    mine = select(Vote.id).where(Vote.branch_id == branch_id)
    for model in (VoteExcluded, WrittenOpinion):
        session.execute(delete(model).where(model.vote_id.in_(mine)))
    nobody = {"subject_id": None, "recorded_by_id": None}
    session.execute(update(table(Vote)).where(Vote.branch_id == branch_id).values(**nobody))
    session.expire_all()


def lay(found: Votes, to: Laying) -> None:
    """Somebody outside is who is known by the name, or a new person, as in steps of development."""
    session, branch_id = to.session, to.branch_id
    activities = {known: one for one, known in over.ids(session, Activity, branch_id, "A").items()}
    named = [one.subject for one in found if one.subject is not None and one.subject.startswith(OUTSIDE)]
    people = {**development.outsiders(session, branch_id, named, to.now), **to.people}
    rows = over.lay_over(session, Vote, branch_id, "V", [_row(one, activities, people) for one in found])
    excluded = [
        {"vote_id": rows[one.id], "person_id": people[person], "reason": reason, "note": note}
        for one in found
        for person, (reason, note) in one.reasons.items()
    ]
    wrote = [
        {"vote_id": rows[one.id], "person_id": people[each.person], "opinion": each.opinion}
        for one in found
        for each in one.written_opinions
    ]
    over.fill(session, table(VoteExcluded), excluded)
    over.fill(session, table(WrittenOpinion), wrote)
    session.expire_all()


def _row(one: OneVote, activities: Mapping[str, int], people: Mapping[str, int]) -> Json:
    room, written = one.in_person, one.written
    return {
        "activity_id": activities[one.activity],
        "motion": one.motion,
        "subject_id": people[one.subject] if one.subject is not None else None,
        "title": one.title,
        "secret": one.secret,
        "for_": room.for_,
        "against": room.against,
        "abstain": room.abstain,
        "written_for": written.for_,
        "written_against": written.against,
        "written_abstain": written.abstain,
        **{name: getattr(one, name) for name in _BALLOTS},
        "recorded_at": one.recorded_at,
        "recorded_by_id": people[one.recorded_by] if one.recorded_by is not None else None,
        "withdrawn_at": one.withdrawn_at,
        "archive_id": one.id,
        "extra": {**one.further, **over.said({"in_person": room.further, "written": written.further})} or None,
    }


# --- written ---------------------------------------------------------------------------------------------------------


def write(session: Session, branch_id: int, people: Mapping[int, str], tz: tzinfo) -> dict[str, list[Json]]:
    """Somebody who is none of `people` stands with EXT: and the name where it is voted about them, else nowhere."""
    rows = session.scalars(select(Vote).where(Vote.branch_id == branch_id).order_by(Vote.id)).all()
    ids, activities = over.ids(session, Vote, branch_id, "V"), over.ids(session, Activity, branch_id, "A")
    known_at = {known: one.known_at for known, one in over.occasions(session, branch_id).items()} if rows else {}
    names = names_of(session, [one.subject_id for one in rows if one.subject_id and one.subject_id not in people])
    excluded, wrote = (
        _by_vote(session, branch_id, VoteExcluded, people),
        _by_vote(session, branch_id, WrittenOpinion, people),
    )
    found = []
    for one in rows:
        activity = activities[one.activity_id]
        subject = people.get(one.subject_id or 0) or (f"{OUTSIDE}{names[one.subject_id]}" if one.subject_id else None)
        found.append(
            _said(one, ids[one.id], activity, subject, excluded[one.id], wrote[one.id], people, known_at[activity], tz)
        )
    return {NAME: found}


def _by_vote(session: Session, branch_id: int, model: Any, people: Mapping[int, str]) -> Mapping[int, list[Any]]:
    mine = select(Vote.id).where(Vote.branch_id == branch_id)
    found: dict[int, list[Any]] = defaultdict(list)
    for row in session.scalars(select(model).where(model.vote_id.in_(mine)).order_by(model.vote_id, model.person_id)):
        if row.person_id in people:
            found[row.vote_id].append(row)
    return found


def _said(
    one: Vote,
    known: str,
    activity: str,
    subject: str | None,
    excluded: Sequence[VoteExcluded],
    wrote: Sequence[WrittenOpinion],
    people: Mapping[int, str],
    usual: datetime,
    tz: tzinfo,
) -> Json:
    extra = dict(one.extra or {})
    reasons = {people[row.person_id]: _word(row) for row in excluded}
    opinions = [
        {"person": people[row.person_id], "opinion": row.opinion.value if row.opinion is not None else None}
        for row in wrote
    ]
    further = {
        "title": one.title,
        "written_opinions": opinions,
        "secret": one.secret or None,
        "recorded_at": as_local(unless(one.recorded_at, usual), tz),
        "recorded_by": people.get(one.recorded_by_id or 0),
        "withdrawn_at": as_local(one.withdrawn_at, tz),
    }
    written = over.said({"against": one.written_against or None, "abstain": one.written_abstain or None})
    return {
        "id": known,
        "activity": activity,
        "motion": one.motion.value,
        **({"subject": subject} if subject is not None else {}),
        "excluded_from_expected": [people[row.person_id] for row in excluded],
        "excluded_reason": {person: word for person, word in reasons.items() if word},
        "in_person": {
            "for": one.for_, "against": one.against, "abstain": one.abstain, **extra.pop("in_person", {}),
        },
        "written": {"for": one.written_for, **written, **extra.pop("written", {})},
        **over.said(further),
        **{name: getattr(one, name) for name in _BALLOTS if getattr(one, name) is not None},
        **extra,
    }  # fmt: skip


def _word(row: VoteExcluded) -> str:
    return row.note if row.reason is VoteExclusion.OTHER else VOTE_EXCLUSIONS[row.reason]


PART = Part((NAME,), "votes", read, differs, there, clear, lay, write)
