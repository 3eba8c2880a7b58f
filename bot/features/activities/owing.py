"""Who still owes an answer to a notice: for 我还欠什么, 未完成名单 and the nudge after the reply deadline."""

from collections.abc import Iterable
from datetime import datetime, time, tzinfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.features.activities import rules, service
from bot.features.activities.buttons import Acknowledge, HandInMakeup
from bot.kit.owing import Owing
from bot.kit.replies import Choice
from bot.kit.words import moment_words, short_day
from scheduler.calendar import DAY, Calendar, at
from scheduler.calendars import calendar_of
from storage.choices import ActivityStatus, LeaveState, MakeupState
from storage.models.activity import Activity
from storage.models.attendance import LeaveRequest, Makeup
from storage.models.notice import Notice
from storage.roster import roster

LONGEST_OPEN = 40


def owing(session: Session, branch_id: int, now: datetime, tz: tzinfo, person_id: int | None = None) -> list[Owing]:
    """Unanswered notices and make-ups still to be handed in; `person_id` narrows it to one person."""
    found = [*_notices(session, branch_id, now, tz), *_makeups(session, branch_id, now, tz)]
    return [item for item in found if person_id in (None, item.person_id)]


def nearing(session: Session, now: datetime, tz: tzinfo) -> Iterable[int]:
    """The branches with a notice to be answered by today."""
    day = now.astimezone(tz).date()
    today = (Notice.reply_by >= at(day, time(), tz), Notice.reply_by < at(day + DAY, time(), tz))
    return session.scalars(select(Notice.branch_id).where(*today, Notice.closed_at.is_(None)).distinct())


def _notices(session: Session, branch_id: int, now: datetime, tz: tzinfo) -> list[Owing]:
    query = select(Notice).where(Notice.branch_id == branch_id, Notice.closed_at.is_(None), Notice.text != "")
    return [
        item
        for notice in session.scalars(query.order_by(Notice.reply_by))
        for item in _of_notice(session, notice, now, tz)
    ]


def _of_notice(session: Session, notice: Notice, now: datetime, tz: tzinfo) -> list[Owing]:
    activity = session.get(Activity, notice.activity_id) if notice.activity_id else None
    if activity is None:
        if (now - notice.reply_by).days > LONGEST_OPEN:
            return []
        people, away = roster(session, notice.branch_id, notice.created_at.astimezone(tz).date()), set[int]()
    elif activity.status is not ActivityStatus.PLANNED or now >= activity.start_at:
        return []
    else:
        people = [member for member in service.audience(session, activity, tz) if not member.exempt]
        away = asked_leave(session, activity)
    silent = {member.id for member in people} - service.receipts(session, notice.id) - away
    title = activity.title if activity else notice.text.split("\n")[0].removeprefix("【通知】")[:20]
    line = f"{title}：请回复“收到”，{moment_words(notice.reply_by, tz)}前"
    nudges = _nudges(notice, activity, tz, calendar_of(session, notice.branch_id))
    does = Choice(f"收到 {title}"[:20], Acknowledge(notice.id))
    return [Owing(person, f"notice:{notice.id}", line, notice.reply_by, does, nudges) for person in sorted(silent)]


def asked_leave(session: Session, activity: Activity) -> set[int]:
    query = select(LeaveRequest.person_id).where(
        LeaveRequest.activity_id == activity.id,
        LeaveRequest.withdrawn_at.is_(None),
        LeaveRequest.state != LeaveState.REFUSED,
    )
    return set(session.scalars(query))


def _nudges(notice: Notice, activity: Activity | None, tz: tzinfo, calendar: Calendar) -> tuple[datetime, ...]:
    """Once, at the reply deadline: never on a day off, never when the activity has begun by then (docs/rules.md)."""
    on_time = activity is None or notice.reply_by < activity.start_at
    worked = calendar.is_working_day(notice.reply_by.astimezone(tz).date())
    return (notice.reply_by,) if on_time and worked else ()


def _makeups(session: Session, branch_id: int, now: datetime, tz: tzinfo) -> list[Owing]:
    """Approved leave of a held activity that has not been made up, in the quarter that is still open (R32)."""
    done = select(Makeup.activity_id, Makeup.person_id).where(
        Makeup.withdrawn_at.is_(None), Makeup.state.in_([MakeupState.SUBMITTED, MakeupState.ACCEPTED])
    )
    query = (
        select(LeaveRequest.person_id, Activity)
        .join(Activity, Activity.id == LeaveRequest.activity_id)
        .where(
            Activity.branch_id == branch_id, Activity.status == ActivityStatus.HELD,
            LeaveRequest.withdrawn_at.is_(None),            LeaveRequest.state == LeaveState.APPROVED,
        )
    )  # fmt: skip
    made_up = {(row.activity_id, row.person_id) for row in session.execute(done)}
    found = []
    for person, activity in session.execute(query):
        if (activity.id, person) in made_up or now > service.cut_off(activity, tz):
            continue
        if service.statuses(session, activity.id).get(person) in rules.HERE:
            continue
        due = service.makeup_due(activity, tz)
        line = f"{activity.title}：请补学，{short_day(due.astimezone(tz).date())}前"
        found.append(
            Owing(
                person, f"makeup:{activity.id}", line, due,
                Choice(f"补学 {activity.title}"[:20], HandInMakeup(activity.id)),
            )
        )  # fmt: skip
    return found
