"""What is to be learned by a day of a month, for 本月安排."""

from collections.abc import Iterator
from datetime import datetime, tzinfo

from sqlalchemy.orm import Session

from bot.features.study.buttons import OpenItem
from bot.features.study.service import seen_by
from bot.kit.month import Dated
from bot.kit.owing import short
from bot.kit.words import quoted
from scheduler.calendar.periods import Period
from storage.audience import Me
from storage.models.study import StudyItem


def dates(session: Session, me: Me, days: Period, now: datetime, tz: tzinfo) -> Iterator[Dated]:
    """Every item that was given out, as in 我的学习: who is exempt may learn too."""
    due = StudyItem.due_on.between(days.start, days.end)
    for one in seen_by(session, me.id, StudyItem.branch_id == me.branch_id, due):
        done = "（已学完）" if one.done is not None else ""
        yield Dated(one.item.due_on, f"{quoted(short(one.item.title))}学习截止{done}", OpenItem(one.item.id))
