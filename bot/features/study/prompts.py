"""The month's prompt: to whom it goes, by itself or as a section of another message of the same morning."""

from datetime import datetime, tzinfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.features.study import messages, planning, rules, service
from bot.features.study.buttons import Origin
from bot.kit.replies import Message
from scheduler.calendar.days import local_day
from scheduler.promises import taken
from storage.audience import Me
from storage.models.study import MonthlyTheme, StudyCompletion, StudyItem


def go(session: Session, theme: MonthlyTheme, now: datetime, tz: tzinfo, by: Me | None = None) -> dict[int, str]:
    """The prompt goes today: the name of its promise for everybody on the roster who is not exempt. by: as `give_out`.

    A second run finds the same people, those of the day it went.
    """
    today = local_day(now, tz)
    planning.give_out(session, theme, today, now, by)
    people = planning.learners(session, theme.branch_id, theme.prompt_sent_on or today)
    return {member.id: planning.prompt_key(theme, member.id) for member in people}


def fresh(session: Session, theme: MonthlyTheme) -> Message:
    """As it reads for everybody when it goes."""
    return messages.prompt(theme, [messages.Seen(item) for item in planning.items_of(session, theme.id)])


def now_for(session: Session, theme_id: int, person_id: int) -> Message:
    """As it reads for somebody now: an item may have been withdrawn, or learnt, in the meantime."""
    theme = session.get_one(MonthlyTheme, theme_id)
    return messages.prompt(theme, service.seen_by(session, person_id, StudyItem.theme_id == theme.id))


def begun_by(session: Session, theme_id: int) -> set[int]:
    """Who has learnt any of the theme's items: only for them it reads otherwise than for everybody."""
    items = select(StudyItem.id).where(StudyItem.theme_id == theme_id)
    return set(session.scalars(select(StudyCompletion.person_id).where(StudyCompletion.item_id.in_(items))))


# --- carried by another message ------------------------------------------------------------------------------------


def due_today(session: Session, branch_id: int, now: datetime, tz: tzinfo) -> MonthlyTheme | None:
    """The theme whose prompt is due and has not gone on an earlier day."""
    today = local_day(now, tz)
    theme = planning.theme_of(session, branch_id, rules.month_of(today))
    if theme is None or theme.prompt_sent_on not in (None, today):
        return None
    when = planning.goes_at(session, theme, now, tz)
    return theme if when is not None and when <= now else None


def carry(session: Session, theme: MonthlyTheme, now: datetime, tz: tzinfo) -> dict[int, str]:
    """`go`, for those only to whom nobody has promised it yet."""
    keys = go(session, theme, now, tz)
    known = taken(session, keys.values())
    return {person: key for person, key in keys.items() if key not in known}


def section(session: Session, theme_id: int, person_id: int) -> Message:
    """For a message with other buttons beside it: a tap is answered apart and changes none of them."""
    theme = session.get_one(MonthlyTheme, theme_id)
    seen = service.seen_by(session, person_id, StudyItem.theme_id == theme.id)
    return messages.prompt(theme, seen, place=Origin.NUDGE)
