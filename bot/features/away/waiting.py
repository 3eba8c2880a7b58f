"""What waits for an officer: days away that are to be decided on."""

from collections.abc import Iterator
from datetime import datetime, tzinfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.features.away import messages, service
from bot.features.away.buttons import DecideAwayListed
from bot.kit.owing import Does, Waiting, Waits
from scheduler.calendar.days import local_day
from storage.audience import Me
from storage.choices import AwayState
from storage.models.away import AwaySpan
from storage.models.person import Person


def waiting(session: Session, me: Me, now: datetime, tz: tzinfo) -> Iterator[Waiting]:
    """What this officer may decide and nobody has; one's own only where nobody else may."""
    if not service.decides(me):
        return
    today = local_day(now, tz)
    query = select(AwaySpan, Person.name).join(Person, Person.id == AwaySpan.person_id)
    query = query.where(Person.branch_id == me.branch_id, AwaySpan.state == AwayState.PENDING, AwaySpan.to_on > today)
    for row, name in session.execute(query.order_by(AwaySpan.made_at, AwaySpan.id)):
        if row.person_id != me.id or not service.deciders(session, me.branch_id, me.id, today):
            does = (Does("批准", DecideAwayListed(row.id, 1)), Does("不批准", DecideAwayListed(row.id, 0)))
            yield Waiting(Waits.AWAY, messages.waits(row, name, today), does, row.made_at)
