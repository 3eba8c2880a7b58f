"""A reminder on the morning of the month's study prompt: one message, two promises, each with its own buttons."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, tzinfo

from sqlalchemy.orm import Session

from bot.features.integrity import messages, service
from bot.features.integrity.buttons import Origin
from bot.features.study import planning, prompts
from bot.features.study.rules import month_of
from bot.kit.replies import Message
from storage.models.reminder import Reminder


@dataclass(frozen=True, slots=True)
class Carried:
    """A prompt that goes along: its theme, and by person the name of its promise."""

    theme_id: int | None = None
    keys: Mapping[int, str] = field(default_factory=dict)


def carried(session: Session, reminder: Reminder, due_at: datetime, now: datetime, tz: tzinfo) -> Carried:
    """The prompt that goes along; nothing when none is due at the same instant, or when both are too long."""
    theme = prompts.due_today(session, reminder.branch_id, now, tz)
    if theme is None or planning.goes_at(session, theme, now, tz) != due_at:
        return Carried()
    if messages.joined(prompts.fresh(session, theme), messages.card(reminder, tz)) is None:
        return Carried()
    return Carried(theme.id, prompts.carry(session, theme, now, tz))


def foreseen(session: Session, branch_id: int, due_at: datetime, card: Message, now: datetime, tz: tzinfo) -> Message:
    """How a reminder that is due then will look, with the prompt that is planned for the same instant."""
    theme = planning.theme_of(session, branch_id, month_of(due_at.astimezone(tz).date()))
    if theme is None or theme.prompt_sent_on is not None or planning.goes_at(session, theme, now, tz) != due_at:
        return card
    return messages.joined(prompts.fresh(session, theme), card) or card


class Wording:
    """What each of many is to be sent: made once for all who have done nothing of it yet, apart for the others."""

    def __init__(self, session: Session, reminder: Reminder, along: Carried, tz: tzinfo) -> None:
        self._session, self._reminder, self._along, self._tz = session, reminder, along, tz
        self._apart = set(service.acknowledged(session, reminder.id))
        self._apart |= set() if along.theme_id is None else prompts.begun_by(session, along.theme_id)
        self._common: dict[int | None, Message | None] = {}

    def of(self, person_id: int) -> Message | None:
        theme_id = self._along.theme_id if person_id in self._along.keys else None
        if person_id in self._apart:
            return message(self._session, self._reminder.id, theme_id, person_id, self._tz)
        if theme_id not in self._common:
            self._common[theme_id] = message(self._session, self._reminder.id, theme_id, person_id, self._tz)
        return self._common[theme_id]


def message(session: Session, reminder_id: int, theme_id: int | None, person_id: int, tz: tzinfo) -> Message | None:
    """What somebody is to be sent now: what is still owed of the two."""
    reminder = session.get_one(Reminder, reminder_id)
    if service.has_read(session, reminder_id, person_id):
        return None if theme_id is None else prompts.now_for(session, theme_id, person_id)
    if theme_id is None:
        return messages.card(reminder, tz)
    section = prompts.section(session, theme_id, person_id)
    return messages.joined(section, messages.card(reminder, tz, place=Origin.NUDGE))
