"""每月重复 (R11): on which day a month has it, when its maker is asked, and what was decided of a month."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.kit.access import NO_RIGHT, Right, may
from bot.kit.refusal import Refusal
from bot.kit.words import WEEKDAYS
from scheduler.calendar.days import DAY, Calendar, next_month, nth_weekday
from storage import audit
from storage.audience import Me
from storage.choices import ActivityType
from storage.lookups import of_branch
from storage.models.organisation import Organisation
from storage.models.recurrence import Recurrence, RecurrenceMonth

# So many working days before the day it is asked; a day off moves within a week.
AHEAD, SLIP, LAST_WEEK = 5, 7, -1
# Beside the answers of the form: which month of which it decides.
MONTHLY = "monthly"
DECIDED, ENDED = "这个月的活动已由您或其他同志办理。", "这项每月活动已停止。"
NONE = "没有找到这项每月活动。"


# --- the day ---------------------------------------------------------------------------------------------------------


def weeks_of(day: date) -> list[int]:
    """Which of its weekday in the month a day is: the first to the fourth, and the last."""
    number = (day.day - 1) // 7 + 1
    last = (day + timedelta(days=7)).month != day.month
    return [*([number] if number < 5 else []), *([LAST_WEEK] if last else [])]


def day_of(row: Recurrence, month: date) -> date:
    """The usual day of a month, its last where the month has no such day."""
    end = next_month(month) - DAY
    if row.month_day is not None:
        return end.replace(day=min(row.month_day, end.day))
    weekday, week = row.weekday or 0, row.week or 1
    if week != LAST_WEEK and (found := nth_weekday(month.year, month.month, weekday, week)) is not None:
        return found
    return end - timedelta(days=(end.weekday() - weekday) % 7)


def proposed(row: Recurrence, month: date, calendar: Calendar) -> date:
    """The day that is proposed: of a day off the next working day within a week and the month, else the one before in
    the month, else the first after it: never another month's.
    """
    day = day_of(row, month)
    if calendar.is_working_day(day):
        return day
    later, before = calendar.next_working_day(day), calendar.working_day_before(day, 1)
    here = [one for one in (later, before) if one.month == day.month]
    soon = [one for one in here if one <= day + timedelta(days=SLIP)]
    return next(iter([*soon, *here]), day)


def months_due(row: Recurrence, today: date, calendar: Calendar) -> list[tuple[date, date]]:
    """The months whose day is near, with that day; none that was over when it was said."""
    this = today.replace(day=1)
    months = (this, next_month(this))
    days = [(month, proposed(row, month, calendar)) for month in months]
    return [(month, day) for month, day in days if calendar.working_day_before(day, AHEAD) <= today < day]


def is_near(month: date, today: date) -> bool:
    """Whether a month may have been proposed by now: this one, the next, and the one before."""
    apart = (month.year - today.year) * 12 + month.month - today.month
    return abs(apart) <= 1


def words(week: int | None, weekday: int | None, month_day: int | None, clock: str) -> str:
    """每月第1个周五14:30, 每月7日14:30"""
    if month_day is not None:
        return f"每月{month_day}日{clock}"
    which = "最后一个" if week == LAST_WEEK else f"第{week}个"
    return f"每月{which}周{WEEKDAYS[weekday or 0]}{clock}"


def words_of(row: Recurrence) -> str:
    return words(row.week, row.weekday, row.month_day, row.clock)


def title_in(row: Recurrence, month: date) -> str:
    """8月主题党日; a title of its own that begins with no month has none."""
    said = str(row.answers.get("title") or "")
    return row.title if said and said == row.title else f"{month.month}月{row.title}"


# --- the rows --------------------------------------------------------------------------------------------------------


def live(session: Session, branch_id: int) -> Sequence[Recurrence]:
    mine = (Recurrence.branch_id == branch_id, Recurrence.ended_at.is_(None))
    return session.scalars(select(Recurrence).where(*mine).order_by(Recurrence.id)).all()


def of_own(session: Session, me: Me) -> list[Recurrence]:
    """Those that somebody may end or decide on."""
    return [one for one in live(session, me.branch_id) if may_decide(me, one)]


def may_decide(me: Me, row: Recurrence) -> bool:
    """Who could make such an activity."""
    types = [ActivityType(one) for one in row.answers.get("types", ())]
    group = row.answers.get("group")
    return may(me, Right.MAKE_ACTIVITY, branch_id=row.branch_id, group_id=int(group) if group else None, types=types)


def start(
    session: Session, me: Me, title: str, answers: Mapping[str, Any], day: date, clock: str, week: int, now: datetime
) -> Recurrence:
    """From this day's on: on its weekday, or (week 0) on its day of the month."""
    row = Recurrence(
        branch_id=me.branch_id,
        title=title,
        answers=dict(answers),
        week=week or None,
        weekday=day.weekday() if week else None,
        month_day=None if week else day.day,
        clock=clock,
        made_at=now,
        made_by_id=me.id,
    )
    if not may_decide(me, row):
        raise Refusal(NO_RIGHT)
    # Of two at once the second sees the first one's.
    session.get_one(Organisation, me.branch_id, with_for_update=True)
    if any(_same(one, row) for one in live(session, me.branch_id)):
        raise Refusal("这项活动已设为每月重复。")
    session.add(row)
    session.flush()
    audit.record(session, "make", "recurrence", row.id, now=now, by=me)
    return row


def _same(one: Recurrence, other: Recurrence) -> bool:
    return one.title == other.title and one.answers.get("group") == other.answers.get("group")


def end(session: Session, me: Me, recurrence_id: int, now: datetime) -> Recurrence:
    row = find(session, me, recurrence_id)
    if row.ended_at is None:
        audit.change(session, "cancel", row, {"ended_at": now}, now=now, by=me)
    return row


def find(session: Session, me: Me, recurrence_id: int) -> Recurrence:
    """For who may decide on it; two at once go one after the other."""
    row = of_branch(session, Recurrence, recurrence_id, me.branch_id)
    if row is None:
        raise Refusal(NONE)
    if not may_decide(me, row):
        raise Refusal(NO_RIGHT)
    session.refresh(row, with_for_update=True)
    return row


def open_month(session: Session, me: Me, recurrence_id: int, month: date) -> Recurrence:
    """Refuses what is ended, and a month that is decided."""
    row = find(session, me, recurrence_id)
    if row.ended_at is not None:
        raise Refusal(ENDED)
    if is_decided(session, row.id, month):
        raise Refusal(DECIDED)
    return row


def is_decided(session: Session, recurrence_id: int, month: date) -> bool:
    return session.get(RecurrenceMonth, (recurrence_id, month)) is not None


def decide(
    session: Session, me: Me, recurrence_id: int, month: date, activity_id: int | None, now: datetime
) -> Recurrence:
    """What becomes of a month: an activity, or none."""
    row = open_month(session, me, recurrence_id, month)
    session.add(
        RecurrenceMonth(recurrence_id=row.id, month=month, activity_id=activity_id, decided_at=now, decided_by_id=me.id)
    )
    session.flush()
    audit.record(session, "decide", "recurrence", row.id, now=now, by=me, month=month.isoformat())
    return row


def month_of(code: int) -> date:
    """202308"""
    year, month = divmod(code, 100)
    if not (2000 <= year < 2200 and 1 <= month <= 12):
        raise Refusal(NONE)
    return date(year, month, 1)


def code_of(month: date) -> int:
    return month.year * 100 + month.month


def branches(session: Session) -> set[int]:
    """Those that hold anything every month."""
    return set(session.scalars(select(Recurrence.branch_id).where(Recurrence.ended_at.is_(None)).distinct()))


def undecided(
    session: Session, branch_id: int, today: date, calendar: Calendar
) -> Iterable[tuple[Recurrence, date, date]]:
    """What is to be asked about: each with its month and the proposed day."""
    for row in live(session, branch_id):
        for month, day in months_due(row, today, calendar):
            if not is_decided(session, row.id, month):
                yield row, month, day
