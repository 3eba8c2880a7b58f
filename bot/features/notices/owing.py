"""Who still owes an answer to a notice: for 我的待办, 未完成名单 and the nudge after the reply deadline."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, time, timedelta, tzinfo

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from bot.features.notices.cards import AcknowledgeListed, AskLeave
from bot.kit import branch_settings
from bot.kit.owing import Does, Owing, short
from bot.kit.quiet_hours import open_now
from bot.kit.words import moment_words
from scheduler.calendar.days import DAY, Calendar, at, local_day
from scheduler.calendar.store import calendar_of
from storage.activities import audience_of, delegates
from storage.choices import ActivityStatus, ExemptFrom, LeaveState
from storage.models.activity import Activity
from storage.models.attendance import LeaveRequest
from storage.models.notice import Notice, Receipt
from storage.roster import rosters

# A plain notice is owed so long beyond its deadline, the last day included.
LONGEST_OPEN = timedelta(days=41)
# The nudge goes at the reply deadline itself: so long after it nobody is told that it is overdue.
JUST_OVER = timedelta(hours=1)
Asking = tuple[Notice, Activity | None]
ASKED = (LeaveRequest.state != LeaveState.REFUSED,)


def owing(session: Session, branch_id: int, now: datetime, tz: tzinfo, person_id: int | None = None) -> list[Owing]:
    """Unanswered notices; `person_id` narrows it to one person.

    The number of statements depends on nothing that was recorded.
    """
    asking = _asking(session, branch_id, now)
    if not asking:
        return []
    asked, activities = _asked(session, branch_id, asking, tz, person_id), _activities(asking)
    received = received_by(session, [notice.id for notice, _ in asking])
    away = asked_leave_of(session, activities)
    calendar = calendar_of(session, branch_id)
    return [
        _of_notice(notice, activity, person, calendar, now, tz)
        for notice, activity in asking
        for person in sorted(asked[notice.id] - received[notice.id] - (away[activity.id] if activity else set()))
    ]


def nearing(session: Session, now: datetime, tz: tzinfo) -> Iterable[int]:
    """The branches with a notice to be answered by today."""
    day = now.astimezone(tz).date()
    today = (Notice.reply_by >= at(day, time(), tz), Notice.reply_by < at(day + DAY, time(), tz))
    return session.scalars(select(Notice.branch_id).where(*today, Notice.closed_at.is_(None)).distinct())


def _asking(session: Session, branch_id: int, now: datetime) -> Sequence[Asking]:
    """The notices that still want an answer: of an activity until it begins, a plain one for some weeks."""
    ahead = and_(Activity.status == ActivityStatus.PLANNED, Activity.start_at > now)
    plain = and_(Notice.activity_id.is_(None), Notice.reply_by > now - LONGEST_OPEN)
    query = (
        select(Notice, Activity)
        .outerjoin(Activity, Activity.id == Notice.activity_id)
        .where(Notice.branch_id == branch_id, Notice.closed_at.is_(None), Notice.text != "", or_(ahead, plain))
        .order_by(Notice.reply_by, Notice.id)
    )
    return [(notice, activity) for notice, activity in session.execute(query)]


def _activities(asking: Iterable[Asking]) -> list[int]:
    return [activity.id for _, activity in asking if activity is not None]


def _asked(
    session: Session, branch_id: int, asking: Sequence[Asking], tz: tzinfo, person_id: int | None
) -> dict[int, set[int]]:
    """Whom each notice asks: everybody of its day, or for whom its activity is and who is not exempt."""
    days = {
        notice.id: local_day(activity.start_at if activity else notice.created_at, tz) for notice, activity in asking
    }
    members = rosters(session, branch_id, days.values(), None if person_id is None else [person_id])
    sent, decided = delegates(session, _activities(asking)), branch_settings.of_branch(session, branch_id)
    asked = {}
    for notice, activity in asking:
        here = members[days[notice.id]]
        if activity is not None:
            spares = decided.on(days[notice.id]).spares
            here = [
                member
                for member in audience_of(activity, here, sent[activity.id])
                if not spares(member, ExemptFrom.ATTENDANCE)
            ]
        asked[notice.id] = {member.id for member in here}
    return asked


def _people(
    session: Session,
    table: type[Receipt] | type[LeaveRequest],
    of: InstrumentedAttribute[int],
    ids: Sequence[int],
    *which: ColumnElement[bool],
) -> dict[int, set[int]]:
    """Who has a live row of each of these."""
    found: dict[int, set[int]] = defaultdict(set)
    for one, person in session.execute(
        select(of, table.person_id).where(of.in_(ids), table.withdrawn_at.is_(None), *which)
    ):
        found[one].add(person)
    return found


def _of_notice(
    notice: Notice, activity: Activity | None, person: int, calendar: Calendar, now: datetime, tz: tzinfo
) -> Owing:
    received = Does("收到", AcknowledgeListed(notice.id))
    words = "“收到”或“请假”" if activity else "“收到”"
    return Owing(
        person_id=person,
        key=f"notice:{notice.id}",
        title=short(activity.title) if activity else _plain_title(notice),
        ask=f"{moment_words(notice.reply_by, tz)}前点{words}",
        due=notice.reply_by,
        does=(received, Does("请假", AskLeave(activity.id))) if activity else (received,),
        nudges=_nudges(notice, activity, tz, calendar),
        told_on=local_day(notice.created_at, tz),
        overdue=now >= notice.reply_by,
        past="已到回复时间" if now < notice.reply_by + JUST_OVER else "已逾期",
        still="回复",
        lacks="未回复",
    )


def _plain_title(notice: Notice) -> str:
    """通知“明早8点集合”: its first line."""
    return f"通知“{short(notice.text.split(chr(10))[0].removeprefix('【通知】').rstrip('。'))}”"


def asked_leave(session: Session, activity: Activity) -> set[int]:
    return asked_leave_of(session, [activity.id])[activity.id]


def asked_leave_of(session: Session, activities: Sequence[int]) -> dict[int, set[int]]:
    """Who has asked for leave from each of these, unless it was refused: that one is to come."""
    return _people(session, LeaveRequest, LeaveRequest.activity_id, activities, *ASKED)


def received_by(session: Session, notices: Sequence[int]) -> dict[int, set[int]]:
    """Who has answered each of these with 收到."""
    return _people(session, Receipt, Receipt.notice_id, notices)


def _nudges(notice: Notice, activity: Activity | None, tz: tzinfo, calendar: Calendar) -> tuple[datetime, ...]:
    """Once, at the reply deadline: never when the activity has begun by then, and never outside the hours in which the
    bot speaks first; the reminder before the activity asks instead (docs/rules.md).
    """
    on_time = activity is None or notice.reply_by < activity.start_at
    return (notice.reply_by,) if on_time and open_now(notice.reply_by, tz, calendar) else ()
