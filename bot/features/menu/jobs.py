"""What happens on the clock: a keyboard that no answer could carry goes out by itself, a day after the next contact."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta, tzinfo

from sqlalchemy.orm import Session

from bot.features.menu import messages
from bot.kit import own_keyboards
from bot.kit.handlers import Command, Handler
from bot.kit.keyboard import digest, keyboard
from bot.kit.quiet_hours import LAST
from bot.kit.replies import Message
from scheduler.calendar.days import Calendar
from scheduler.jobs import Job, Occurrence, Owed, daily
from storage.audience import find

WAITS = timedelta(days=1)
AT = time(10)


def build(tz: tzinfo, known: Sequence[Handler]) -> list[Job]:
    """On working days, within the hours in which the bot speaks first."""
    commands = [one for one in known if isinstance(one, Command)]

    def plan(session: Session, branch_id: int, occurrence: Occurrence, now: datetime) -> Iterable[Owed]:
        return _told(session, commands, branch_id, occurrence.on, now)

    def concerned(session: Session, now: datetime) -> set[int]:
        return own_keyboards.branches_due(session, now - WAITS)

    return [Job("own_keyboards", daily(AT, Calendar.is_working_day, grace=LAST), plan, concerns=concerned)]


def _told(session: Session, commands: Sequence[Command], branch_id: int, day: date, now: datetime) -> Iterable[Owed]:
    for person_id, account in own_keyboards.due(session, branch_id, now - WAITS):
        me = find(session, account, day)
        if me is None:
            continue
        keys = keyboard(commands, me)
        own_keyboards.sent(session, account, keys)
        if me.keyboard != digest(keys):
            said = Message(messages.NEW_KEYS, keyboard=keys).to_json()
            yield Owed((f"own_keyboard:{account}:{now:%Y%m%d}",), said, person_id)
