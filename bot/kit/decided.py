"""What a meeting has decided of people by its votes and nobody has recorded yet, offered where the votes are shown."""

from collections.abc import Mapping, Sequence
from datetime import tzinfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.kit.doors import RecordDecided
from bot.kit.glossary.choices import DEVELOPMENT_STEPS
from bot.kit.replies import Choice
from bot.kit.votes import Counted, of_vote
from bot.kit.words import cut
from storage.choices import ActivityStatus, DevelopmentStep, Motion
from storage.models.activity import Activity
from storage.models.development import DevelopmentEvent
from storage.models.vote import Vote

STEPS: Mapping[Motion, DevelopmentStep] = {
    Motion.ACCEPT_PROBATIONARY: DevelopmentStep.ACCEPT_PASSED,
    Motion.CONVERT_FULL: DevelopmentStep.CONVERSION_PASSED,
}
_LABELS = {Motion.ACCEPT_PROBATIONARY: "登记接收", Motion.CONVERT_FULL: "登记转正"}
LONGEST = 12


def decides(session: Session, vote: Vote, tz: tzinfo) -> bool:
    """It stands, of a meeting that was held, and has passed."""
    if vote.withdrawn_at is not None:
        return False
    if session.get_one(Activity, vote.activity_id).status is ActivityStatus.CANCELLED:
        return False
    return of_vote(session, vote, tz).outcome.passed


def resting(session: Session, vote: Vote, tz: tzinfo) -> str:
    """What was recorded by a vote that decides nothing any more, said to who took it back; "": nothing."""
    if decides(session, vote, tz):
        return ""
    if vote.motion is Motion.ELECTION:
        return "已据此登记的职务不会变动，如有出入请在“党员”中修改。"
    rests = (DevelopmentEvent.vote_id == vote.id, DevelopmentEvent.withdrawn_at.is_(None))
    step = session.scalars(select(DevelopmentEvent.step).where(*rests)).first()
    return f"已据此登记“{DEVELOPMENT_STEPS[step]}”，请在“发展党员”中核对。" if step is not None else ""


def to_record(session: Session, found: Sequence[Counted]) -> list[Choice]:
    """登记接收丁一, of each vote that has passed."""
    passed = [one for one in found if one.row.motion in STEPS and one.outcome.passed]
    if not passed:
        return []
    people = {one.row.subject_id for one in passed}
    query = select(DevelopmentEvent.person_id, DevelopmentEvent.step).where(
        DevelopmentEvent.person_id.in_(people), DevelopmentEvent.withdrawn_at.is_(None)
    )
    known = {(row.person_id, row.step) for row in session.execute(query)}
    return [
        Choice(f"{_LABELS[one.row.motion]}{cut(one.subject, LONGEST)}", RecordDecided(one.row.id))
        for one in passed
        if (one.row.subject_id, STEPS[one.row.motion]) not in known
    ]
