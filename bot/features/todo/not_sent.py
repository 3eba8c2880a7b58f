"""What did not go in time: one line to the secretary."""

from typing import Any

from sqlalchemy.orm import Session

from bot.kit.addressees import addressees
from bot.kit.replies import Message, of_place
from scheduler.jobs import Occurrence, Owed
from storage.choices import Duty


def to_secretary(
    session: Session, branch_id: int, occurrence: Occurrence, name: str, message: Message, *, missed: str
) -> list[Owed]:
    about = {"missed": missed, "branch": branch_id}
    people = addressees(session, branch_id, occurrence.on, Duty.SECRETARY, about=f"missed:{name}")
    return [Owed((f"{name}:{one}",), message.to_json(), one, about=about) for one in people]


def placed(message: Message, about: dict[str, Any]) -> dict[str, Any]:
    """With buttons of its branch; an earlier version did not keep which that is."""
    return (of_place(message, about["branch"]) if "branch" in about else message).to_json()
