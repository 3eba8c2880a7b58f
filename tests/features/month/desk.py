"""A month in which there is something of everything, laid into the tables."""

from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy.orm import Session

from scheduler.calendar.days import at
from storage.choices import (
    ActivityStatus,
    ExamMode,
    HandInKind,
    Scope,
    StudyItemKind,
    StudyItemState,
    TaskAudience,
)
from storage.models.activity import Activity, Delegate
from storage.models.exam import Exam
from storage.models.reflection import ReflectionTask
from storage.models.reminder import Reminder, ReminderAudience
from storage.models.study import StudyItem
from tests.cast import Cast
from tests.world import SHANGHAI

NOW = datetime(2023, 8, 15, 9, tzinfo=SHANGHAI)


def instant(day: str, clock: str = "14:30") -> datetime:
    return at(date.fromisoformat(f"2023-{day}"), time.fromisoformat(clock), SHANGHAI)


def activity(session: Session, cast: Cast, day: str, title: str, **more: Any) -> Activity:
    start = instant(day)
    made = {"planned_on": start.date(), "created_by_id": cast["甲二"], "created_at": NOW, "place": "三楼会议室"}
    row = Activity(
        branch_id=cast.branch_id, title=title, start_at=start, end_at=start + timedelta(hours=2), **made, **more
    )
    session.add(row)
    session.flush()
    return row


def august(session: Session, cast: Cast) -> None:
    """Of each kind what lies in August, and beside it what does not, or is for others."""
    here, groups = cast.branch_id, cast.groups
    activity(session, cast, "07-31", "7月的活动")
    activity(session, cast, "09-01", "9月的活动")
    activity(session, cast, "08-04", "8月主题党日", status=ActivityStatus.HELD, settled_at=instant("08-04", "17:00"))
    activity(session, cast, "08-11", "取消的活动", status=ActivityStatus.CANCELLED)
    activity(session, cast, "08-18", "支委会议", scope=Scope.COMMITTEE)
    for name in ("第一党小组", "第二党小组"):
        activity(session, cast, "08-22", f"{name}会", scope=Scope.GROUP, group_id=groups[name])
    named = activity(session, cast, "08-24", "外出参观", scope=Scope.NAMED)
    session.add(Delegate(activity_id=named.id, person_id=cast["丙四"]))
    item: dict[str, Any] = {"branch_id": here, "kind": StudyItemKind.BOOK, "created_at": NOW}
    dues = {"一本书": "08-31", "下月的书": "09-01"}
    for title, due in dues.items():
        on = {"assigned_on": date(2023, 8, 1), "due_on": date.fromisoformat(f"2023-{due}")}
        session.add(StudyItem(title=title, **on, **item))
    gone = {"assigned_on": date(2023, 8, 1), "due_on": date(2023, 8, 31), "state": StudyItemState.WITHDRAWN}
    session.add(StudyItem(title="撤回的书", **gone, **item))
    task: dict[str, Any] = {
        "branch_id": here,
        "due_on": date(2023, 8, 31),
        "created_at": NOW,
        "created_by_id": cast["甲一"],
    }
    session.add(ReflectionTask(title="学习心得", audience=TaskAudience.ALL_MEMBERS, **task))
    session.add(ReflectionTask(title="干部心得", audience=TaskAudience.SECTION_RANK_AND_ABOVE, **task))
    session.add(ReflectionTask(title="自查", kind=HandInKind.SELF_CHECK, audience=TaskAudience.ALL_MEMBERS, **task))
    exam: dict[str, Any] = {"branch_id": here, "made_at": NOW, "set_at": NOW, "full_score": 100, "pass_score": 80}
    hours = {"opens_at": instant("08-15", "08:30"), "closes_at": instant("08-30", "18:00")}
    session.add(Exam(title="纪法知识", held_on=date(2023, 8, 15), mode=ExamMode.IN_CHAT, **hours, **exam))
    session.add(Exam(title="笔试", held_on=date(2023, 8, 29), mode=ExamMode.OUTSIDE, **exam))
    session.add(Exam(title="取消的测试", held_on=date(2023, 8, 29), mode=ExamMode.OUTSIDE, withdrawn_at=NOW, **exam))
    reminder = Reminder(
        branch_id=here, kind="pre_holiday_integrity", block_start=date(2023, 9, 1), block_end=date(2023, 9, 3),
        holidays=["2023:中秋"], text="请严守纪律。",
        sent_at=instant("08-28", "09:00"), ack_due=instant("08-31", "18:00"),
    )  # fmt: skip
    session.add(reminder)
    session.flush()
    for name, person in cast.people.items():
        if name != "丙五":
            session.add(ReminderAudience(reminder_id=reminder.id, person_id=person))
    session.flush()
