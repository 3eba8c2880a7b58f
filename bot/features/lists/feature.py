"""What is due of the register, by owner."""

from datetime import date, datetime, tzinfo

from sqlalchemy.orm import Session

from bot.features.lists import handlers, messages, service
from bot.kit.digest import Section
from bot.kit.feature import Feature
from scheduler.calendar.days import local_day
from storage.audience import Me


def _digest(session: Session, me: Me, week: date, now: datetime, tz: tzinfo) -> Section | None:
    day = local_day(now, tz)
    return messages.section(service.listed(session, me, day), day)


FEATURE = Feature(name="lists", handlers=handlers.HANDLERS, digest=_digest)
