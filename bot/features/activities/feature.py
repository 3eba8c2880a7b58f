"""Activities: plan, card, 签到, roll."""

from datetime import date, datetime, time, timedelta, tzinfo

from sqlalchemy.orm import Session

from bot.features.activities import (
    blocks,
    dates,
    forms,
    guests,
    handlers,
    jobs,
    ledgers,
    messages,
    norm_facts,
    participation,
    planning,
    service,
    waiting,
)
from bot.features.activities.counting import figures
from bot.kit.digest import Section
from bot.kit.feature import Feature
from scheduler.calendar.days import at
from storage.audience import Me


def _digest(session: Session, me: Me, week: date, now: datetime, tz: tzinfo) -> Section | None:
    until = at(week + timedelta(days=7), time(), tz)
    return messages.this_week(planning.ahead(session, me.branch_id, now, until), tz)


FEATURE = Feature(
    name="activities",
    handlers=handlers.HANDLERS,
    possible=handlers.possible,
    forms=[forms.FORM, forms.POSTPONE, guests.FORM],
    jobs=jobs.build,
    titles=jobs.TITLES,
    waiting=waiting.waiting,
    matters=waiting.matters,
    nearing=waiting.nearing,
    digest=_digest,
    steps=[participation.steps, service.steps],
    figures=figures.figures,
    norms=norm_facts.NORMS,
    blocks=blocks.blocks,
    ledgers=ledgers.LEDGERS,
    idle=("code_made",),
    dates=dates.dates,
)
