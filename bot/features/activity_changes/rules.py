"""Decisions about changing a published activity: until when which field, and what is told again. Plain values only."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any

from storage.choices import HERE, ActivityStatus, AttendanceStatus, Scope, SignInMethod

# An activity by the keys of its form; an empty text or list is nothing.
State = Mapping[str, Any]
# Each field with its word, in the order in which changes are read. The two of the reply deadline are one.
WORDS: Mapping[str, str] = {
    "title": "标题", "time": "开始时间", "place": "地点", "types": "活动内容", "people": "参加人员",
    "reply_day": "回复截止", "reply_time": "回复截止", "note": "备注", "length": "时长", "hours": "学时",
    "host": "主持人", "lecturer": "授课人", "lecturer_of": "授课人身份", "lecture": "党课题目",
    "recorder": "记录人", "topic": "研讨题目",
    "agenda": "第一议题", "speakers": "发言人", "film": "观看内容", "sites": "点位", "partners": "共建单位",
    "organizer": "主办", "organizer_name": "主办单位", "organizer_level": "主办级别", "mode": "方式",
    "campaign": "主题教育", "guests": "其他人数",
}  # fmt: skip
MANY = frozenset({"types", "people", "agenda", "speakers", "sites", "partners"})
UNTIL_START = frozenset({"time", "people", "reply_day", "reply_time", "note"})
FROM_START = frozenset({"guests"})
ASKED_FOR = frozenset({"reply_day", "reply_time", "note"})
# What whoever comes has to know at once.
TOLD = ("time", "place")
# By whom nobody was asked: the hour decides whether it was late.
BY_ONESELF = frozenset({SignInMethod.BUTTON, SignInMethod.WORD, SignInMethod.CODE})


def open_fields(start: datetime, now: datetime, scope: Scope, *, named: Collection[Scope], asks: bool) -> list[str]:
    """What may be changed now, before the cut-off; `asks`: there is a notice that asks for replies.

    The place stands among them to the end: after the start a wrong one is put right, and nobody is told.
    """
    closed = UNTIL_START if now >= start else FROM_START
    closed |= frozenset() if scope in named else {"people"}
    closed |= frozenset() if asks else ASKED_FOR
    return [key for key in WORDS if key not in closed]


def differing(was: State, now: State) -> list[str]:
    """The fields that are not what they were."""
    return [key for key in WORDS if was.get(key) != now.get(key)]


def must_tell(changed: Collection[str], start: datetime, now: datetime) -> bool:
    """Whether a change is never a quiet one."""
    return now < start and bool({*TOLD, "people"}.intersection(changed))


def new_end(start: datetime, minutes: int, old_end: datetime, now: datetime) -> datetime:
    """A longer one lengthens the window in which one may sign in; a shorter one closes it now at the earliest."""
    end = start + timedelta(minutes=minutes)
    return max(end, now) if start <= now <= old_end else end


def reply_until(old: datetime, start: datetime) -> datetime:
    """Replies are asked for until the deadline that was told, or until the new start."""
    return min(old, start)


def reckoned(
    status: AttendanceStatus, method: SignInMethod, at: datetime, start: datetime, late_minutes: int
) -> AttendanceStatus:
    """A sign-in by the new start; what somebody has entered by hand stays, and so does whoever joined from afar."""
    if method not in BY_ONESELF or status not in HERE - {AttendanceStatus.ONLINE}:
        return status
    late = at > start + timedelta(minutes=late_minutes)
    return AttendanceStatus.LATE if late else AttendanceStatus.PRESENT


def is_over(status: ActivityStatus) -> bool:
    """Whether nothing of it is said to anybody any more."""
    return status is not ActivityStatus.PLANNED
