"""The tests of a month for 本月安排."""

from collections.abc import Iterator
from datetime import datetime, time, tzinfo

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from bot.features.exams.buttons import LISTED, OpenExam, SitExam
from bot.kit.access import Right, may
from bot.kit.month import Dated
from bot.kit.owing import short
from scheduler.calendar.days import at
from scheduler.calendar.periods import Period
from storage.audience import Me
from storage.models.exam import Exam
from storage.roster import rosters


def dates(session: Session, me: Me, days: Period, now: datetime, tz: tzinfo) -> Iterator[Dated]:
    """What is sat in chat on its last day, else on the day on which it is held; for who makes them and who was on the
    roster of its day.
    """
    ends = (Exam.closes_at >= at(days.start, time(), tz), Exam.closes_at < at(days.to, time(), tz))
    held = and_(Exam.closes_at.is_(None), Exam.held_on.between(days.start, days.end))
    query = select(Exam).where(Exam.branch_id == me.branch_id, Exam.withdrawn_at.is_(None), or_(and_(*ends), held))
    found = session.scalars(query.order_by(Exam.held_on, Exam.id)).all()
    keeps = may(me, Right.MAKE_EXAM, branch_id=me.branch_id)
    listed = rosters(session, me.branch_id, {one.held_on for one in found}, [me.id]) if found else {}
    for one in found:
        if not (keeps or listed[one.held_on]):
            continue
        end = one.closes_at.astimezone(tz) if one.closes_at is not None else None
        runs = one.opens_at is not None and end is not None and one.opens_at <= now <= end
        opens = OpenExam(one.id) if keeps else SitExam(one.id, LISTED) if runs else None
        if end is None:
            yield Dated(one.held_on, f"考试：{short(one.title)}", opens)
        else:
            yield Dated(end.date(), f"考试截止：{short(one.title)}", opens, end.time())
