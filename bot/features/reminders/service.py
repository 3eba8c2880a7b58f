"""What the clock sends in a branch and may be switched off, each by the feature that sends it."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from bot.features.integrity import decisions
from bot.features.integrity import planning as reminders
from bot.features.reminders.buttons import Send
from bot.features.study import planning as study
from storage.audience import Me


def states(session: Session, branch_id: int) -> Mapping[Send, bool]:
    """Each of them, as it stands now."""
    timing = decisions.decided(session, branch_id).timing
    return {
        Send.STUDY_PROMPT: study.switch_of(session, branch_id).on,
        Send.INTEGRITY_REMINDER: timing.sends,
        Send.INTEGRITY_SECOND: timing.second_line,
    }


def turn(session: Session, me: Me, send: Send, on: bool, now: datetime) -> None:
    """On or off for the own branch; a second time it is the same, and leaves no line."""
    if send is Send.STUDY_PROMPT:
        study.set_switch(session, me, on, now)
    elif send is Send.INTEGRITY_REMINDER:
        reminders.set_sends(session, me, on, now)
    else:
        reminders.set_second_line(session, me, on, now)
