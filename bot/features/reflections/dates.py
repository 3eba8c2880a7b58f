"""What is to be handed in by a day of a month, for 本月安排."""

from collections.abc import Iterator
from datetime import datetime, tzinfo

from sqlalchemy.orm import Session

from bot.features.reflections import kinds, service
from bot.features.reflections.buttons import HandIn, OpenTask
from bot.kit.access import Right, may
from bot.kit.month import Dated
from bot.kit.owing import short
from scheduler.calendar.periods import Period
from storage.audience import Me
from storage.models.reflection import ReflectionTask


def dates(session: Session, me: Me, days: Period, now: datetime, tz: tzinfo) -> Iterator[Dated]:
    """To who sets such tasks all of them, to others those that are for them."""
    due = ReflectionTask.due_on.between(days.start, days.end)
    tasks = service.load(session, me.branch_id, tz, which=due, people=[me.id])
    keeps, mine = may(me, Right.MAKE_TASK, branch_id=me.branch_id), service.for_person(session, me, tasks)
    for task in tasks:
        row = task.row
        if (keeps or row.id in mine) and not task.subject.called_off:
            opens = OpenTask(row.id) if keeps else HandIn(row.id) if task.is_open(now, tz) else None
            yield Dated(row.due_on, f"{short(row.title)}：{kinds.of(row.kind).noun}提交截止", opens)
