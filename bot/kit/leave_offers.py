"""Leave that is proposed to who is away while an activity is held, once for each date that is announced."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, tzinfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.kit.activities import coming, coming_to
from bot.kit.doors import ChooseLeave, NoLeave
from bot.kit.glossary.choices import LEAVE_TYPES
from bot.kit.owing import short
from bot.kit.replies import Choice, Message, Rows, To
from bot.kit.words import moment_words
from scheduler.calendar.days import at, local_day
from storage.activities import notice_of
from storage.away import said_away_on
from storage.choices import ActivityStatus
from storage.models.activity import Activity
from storage.models.attendance import LeaveRequest
from storage.models.notice import Notice


def kinds(activity_id: int) -> Rows:
    """公差, 病假, 事假; 不请假 below them."""
    offered = [Choice(word, ChooseLeave(activity_id, kind)) for kind, word in LEAVE_TYPES.items()]
    return [offered, [Choice("不请假", NoLeave(activity_id))]]


def at_publication(
    session: Session, activity: Activity, now: datetime, tz: tzinfo, only: Iterable[int] | None = None
) -> list[To]:
    """To whoever of those that it asks to come is away on its day; `only`: of these people."""
    notice = notice_of(session, activity.id)
    if notice is None or activity.start_at <= now:
        return []
    asked = [one.id for one in coming(session, activity, tz) if only is None or one.id in set(only)]
    away = said_away_on(session, asked, local_day(activity.start_at, tz))
    return [_to(person, notice, activity, "外出期间有1项活动", tz) for person in asked if person in away]


def of_days(
    session: Session, branch_id: int, person_id: int, days: tuple[date, date], now: datetime, tz: tzinfo
) -> list[To]:
    """To who is away on [from, to), of each activity that is announced already and asks this person to come."""
    mine = (Activity.branch_id == branch_id, Activity.status == ActivityStatus.PLANNED, Activity.start_at > now)
    first, end = (at(day, time(), tz) for day in days)
    query = select(Activity).where(*mine, Activity.start_at >= first, Activity.start_at < end)
    found = session.scalars(query.order_by(Activity.start_at, Activity.id)).all()
    expected, asked = coming_to(session, found, tz, person_id), _asked(session, person_id, found)
    free = [one for one in found if expected[one.id] and one.id not in asked]
    told = [(notice, one) for one in free if (notice := notice_of(session, one.id)) is not None]
    heads = [
        f"期间有{len(told)}项活动" + (f"，第{number}项" if len(told) > 1 else "") for number in range(1, len(told) + 1)
    ]
    return [_to(person_id, notice, one, head, tz) for head, (notice, one) in zip(heads, told, strict=True)]


def _asked(session: Session, person_id: int, activities: Sequence[Activity]) -> set[int]:
    """From what of it leave is asked for already, whatever was decided."""
    ids = [one.id for one in activities]
    query = select(LeaveRequest.activity_id).where(LeaveRequest.person_id == person_id)
    return set(session.scalars(query.where(LeaveRequest.activity_id.in_(ids), LeaveRequest.withdrawn_at.is_(None))))


def _to(person_id: int, notice: Notice, activity: Activity, head: str, tz: tzinfo) -> To:
    """期间有1项活动：…… Another notice is that of another date (改期)."""
    said = f"{head}：{short(activity.title)}，{moment_words(activity.start_at, tz)}。"
    return To(Message(said, kinds(activity.id)), person_id=person_id, key=f"away_leave:{notice.id}:{person_id}")
