"""What study says to norms: the theme of each month, and its book (R38)."""

from collections.abc import Iterator
from datetime import date

from sqlalchemy import select

from bot.kit.doors import Open
from bot.kit.figures import Counting
from bot.kit.norms import Fact, Offer
from bot.kit.words import quoted
from scheduler.calendar.days import next_month
from storage.choices import StudyItemKind, StudyItemState
from storage.models.study import MonthlyTheme, StudyItem

_OPENS = Open("study_plan")


def _themes(counting: Counting) -> Iterator[Fact]:
    """Met once the prompt went out in its month; entered and not sent yet, it is to come."""
    first, last = counting.period.start, counting.period.end
    query = select(MonthlyTheme).where(MonthlyTheme.branch_id == counting.branch_id)
    query = query.where(MonthlyTheme.month >= f"{first:%Y-%m}", MonthlyTheme.month <= f"{last:%Y-%m}")
    for row in counting.session.scalars(query.order_by(MonthlyTheme.month)):
        month = date.fromisoformat(f"{row.month}-01")
        sent = row.prompt_sent_on
        if sent is None and next_month(month) <= counting.last_day:
            continue
        day = month if sent is None else sent
        yield Fact(
            day=day, words=f"{month.month}月：{row.title}", code=f"T{row.id}", opens=_OPENS, planned=sent is None
        )


def _books(counting: Counting) -> Iterator[Fact]:
    """By the day it was set, as its figure counts it (D10)."""
    here = (StudyItem.branch_id == counting.branch_id, StudyItem.kind == StudyItemKind.BOOK)
    days = (StudyItem.assigned_on >= counting.period.start, StudyItem.assigned_on < counting.period.to)
    query = select(StudyItem).where(*here, *days, StudyItem.state != StudyItemState.WITHDRAWN)
    for row in counting.session.scalars(query.order_by(StudyItem.assigned_on, StudyItem.id)):
        yield Fact(
            day=row.assigned_on,
            words=quoted(row.title),
            code=f"S{row.id}",
            opens=_OPENS,
            planned=row.assigned_on > counting.last_day,
        )


NORMS = (Offer("monthly_theme", _themes, _OPENS), Offer("monthly_book", _books, _OPENS))
