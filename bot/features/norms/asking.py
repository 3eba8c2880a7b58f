"""请其办理 of a norm, and its section of the digest."""

from collections.abc import Sequence
from datetime import date, datetime, time, tzinfo

from sqlalchemy.orm import Session

from bot.features.norms import messages, overview, service
from bot.features.norms.rules import Check, State
from bot.features.norms.service import Span
from bot.kit.digest import Section
from bot.kit.feature import Feature
from bot.kit.owing import Does, Matter
from scheduler.calendar.days import at, local_day
from storage.audience import Me

PREFIX, VERB = "norm:", "办理"


def by_hand(
    features: Sequence[Feature],
    session: Session,
    me: Me | None,
    branch_id: int,
    person_id: int,
    key: str,
    now: datetime,
    tz: tzinfo,
) -> Matter | None:
    """The open check of that key, while this person can close it; who asks has to see it."""
    if not key.startswith(PREFIX) or (me is not None and not overview.sees(me)):
        return None
    today = local_day(now, tz)
    found = [one for one in overview.present(session, features, branch_id, now, tz) if overview.key_of(one) == key]
    closer = overview.closers(session, branch_id, today)
    mine = [one for one in found if one.state is State.OPEN and not one.arranged and closer(one) == person_id]
    return _matter(features, mine[0], person_id, key, today, tz) if mine else None


def _matter(features: Sequence[Feature], one: Check, person_id: int, key: str, today: date, tz: tzinfo) -> Matter:
    offer = service.offers_of(features)[one.norm.event]
    button = one.case.opens if one.case is not None else offer.does
    due = at(one.until or today, time(), tz)
    does = (Does(VERB, button),) if button is not None else ()
    return Matter(person_id, key, messages.to_be_done(one, today), due, does)


def digest(
    features: Sequence[Feature], session: Session, me: Me, week: date, now: datetime, tz: tzinfo
) -> Section | None:
    """What is open and over within fourteen days, to who sees norms."""
    if not overview.sees(me):
        return None
    today = local_day(now, tz)
    lines = overview.seen(session, features, me, Span.present(today), now, tz)
    return messages.section(overview.near(lines, today))
