"""What a meeting has decided of people by its votes and nobody has recorded yet, offered where the votes are shown."""

from collections.abc import Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.kit.doors import RecordDecided
from bot.kit.replies import Choice
from bot.kit.votes import Counted
from bot.kit.words import cut
from storage.choices import DevelopmentStep, Motion
from storage.models.development import DevelopmentEvent

STEPS: Mapping[Motion, DevelopmentStep] = {
    Motion.ACCEPT_PROBATIONARY: DevelopmentStep.ACCEPT_PASSED,
    Motion.CONVERT_FULL: DevelopmentStep.CONVERSION_PASSED,
}
_LABELS = {Motion.ACCEPT_PROBATIONARY: "登记接收", Motion.CONVERT_FULL: "登记转正"}
LONGEST = 12


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
