"""What is known of one component without anybody writing it: the activity, its roll, its agenda items, its votes."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, tzinfo
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.features.activities import service as activities
from bot.features.activities.rules import Roll
from bot.features.minutes.rules import MEETINGS, Facts
from bot.features.reflections import kinds
from bot.features.reflections.tasks import of_activity
from bot.kit import votes
from bot.kit.activity_words import type_words
from bot.kit.glossary.choices import LEAVE_TYPES
from bot.kit.names import names_listed
from bot.kit.votes import Counted
from bot.kit.voting import reason_words, vote_words
from bot.kit.words import by_day
from scheduler.calendar.days import local_day
from storage.activities import components
from storage.choices import ActivityStatus, ActivityType, LeaveState, MembershipStatus
from storage.lookups import names_of
from storage.models.activity import Activity, ActivityFirstAgendaItem, Component, FirstAgendaItem
from storage.models.attendance import LeaveRequest
from storage.models.reflection import ReflectionTask
from storage.roster import roster

# Of a component, by its key among the details: what it is called in the paper.
_DETAILS = {"topic": "研讨题目", "film": "观看内容", "lecturer": "授课人", "lecture": "党课题目", "speakers": "发言人"}


@dataclass(frozen=True, slots=True)
class Known:
    """Words and figures of one component, in the order of the paper; word: what the branch calls it.

    more: rows that only some types have. away: who was not there, each with why (D22). subjects: what it was about,
    without anybody writing an agenda. set_of: what was set to be handed in after it.
    """

    component: ActivityType
    word: str
    title: str
    start_at: datetime
    end_at: datetime
    place: str
    host: str
    recorder: str
    expected: int
    full: int
    probationary: int
    present: int
    away: tuple[str, ...]
    observers: tuple[str, ...]
    guests: int
    settled: bool
    first_agenda: tuple[str, ...]
    more: tuple[tuple[str, str], ...]
    votes: tuple[str, ...]
    doubts: tuple[str, ...]
    set_of: tuple[str, ...] = ()

    def facts(self, files: int) -> Facts:
        subjects = (*self.first_agenda, *(text for _, text in self.more))
        return Facts(
            component=self.component,
            place=self.place,
            host=self.host,
            recorder=self.recorder,
            settled=self.settled,
            subjects=subjects,
            votes=bool(self.votes),
            files=files,
        )


def of(session: Session, activity: Activity, component: ActivityType, tz: tzinfo) -> Known:
    """All that is known of one component now."""
    day = local_day(activity.start_at, tz)
    members = {one.id: one for one in roster(session, activity.branch_id, day)}
    roll = activities.roll(session, activity, tz)
    row = next((one for one in components(session, activity.id) if one.type is component), None)
    names, settled = _names(session, activity, row, roll), activity.status is ActivityStatus.HELD
    came_ids, leads = _came(roll), _leads(session, activity, component)
    came = [members[one] for one in came_ids if one in members]
    counted = votes.of_activity(session, activity, tz) if leads else []
    excluded = names_of(session, [person for one in counted for person in one.excluded])
    return Known(
        component=component,
        word=type_words(session, activity.branch_id)[component],
        title=activity.title,
        start_at=activity.start_at.astimezone(tz),
        end_at=activity.end_at.astimezone(tz),
        place=activity.place,
        host=names.get(activity.host_id or 0, ""),
        recorder=names.get(activity.recorder_id or 0, ""),
        expected=len(roll.expected),
        full=sum(one.status is MembershipStatus.FULL for one in came),
        probationary=sum(one.status is MembershipStatus.PROBATIONARY for one in came),
        present=len(roll.present),
        away=tuple(_away(session, activity, roll, names)) if settled else (),
        observers=tuple(names.get(one, "") for one in roll.observers),
        guests=activity.guests,
        settled=settled,
        first_agenda=tuple(_first_agenda(session, activity)) if leads else (),
        more=tuple(_more(activity, row, names)),
        votes=tuple(_voted(one, excluded) for one in counted),
        doubts=tuple(f"{one.about}：票数与现在的考勤不符，请核对。" for one in counted if one.differs),
        set_of=tuple(_set(one) for one in of_activity(session, activity)) if leads else (),
    )


def _set(task: ReflectionTask) -> str:
    """心得体会：7月主题党日心得体会，7月28日（含）前提交"""
    return f"{kinds.of(task.kind).title}：{task.title}，{by_day(task.due_on)}提交"


def _voted(one: Counted, names: Mapping[int, str]) -> str:
    """接收丁一同志为预备党员（无记名）：应到会有表决权22人，……。通过。不计入应到会：乙八（卧床不能自理）。"""
    said = vote_words(one.outcome, f"{one.about}（无记名）" if one.row.secret else one.about)
    out = "、".join(f"{names.get(person, '')}（{reason_words(why)}）" for person, why in one.excluded.items())
    return f"{said}不计入应到会：{out}。" if out else said


def with_said(known: Known, said: Mapping[str, str]) -> Known:
    """With place, host and recorder as they are about to be: what stands already stays."""
    place, host, recorder = (getattr(known, key) or said.get(key, "") for key in ("place", "host", "recorder"))
    return replace(known, place=place, host=host, recorder=recorder)


def _names(session: Session, activity: Activity, row: Component | None, roll: Roll) -> dict[int, str]:
    people = {*roll.expected, *roll.present, *roll.observers, activity.host_id, activity.recorder_id}
    people |= {row.lecturer_id} if row is not None else set()
    return names_of(session, [one for one in people if one is not None])


def _away(session: Session, activity: Activity, roll: Roll, names: dict[int, str]) -> Iterable[str]:
    """甲四（公差）、乙五（病假）、丙三（事假未批准）、丁二（缺席）: who was not there (D22)."""
    query = select(LeaveRequest).where(LeaveRequest.activity_id == activity.id, LeaveRequest.withdrawn_at.is_(None))
    asked = {row.person_id: row for row in session.scalars(query)}
    for person in (*roll.leave, *roll.on_duty, *roll.absent):
        yield f"{names[person]}（{_why(asked.get(person))}）"


def _why(leave: LeaveRequest | None) -> str:
    if leave is None:
        return "缺席"
    if leave.state is LeaveState.APPROVED:
        return LEAVE_TYPES[leave.type]
    return LEAVE_TYPES[leave.type] + ("待审批" if leave.state is LeaveState.PENDING else "未批准")


def _first_agenda(session: Session, activity: Activity) -> Sequence[str]:
    query = select(FirstAgendaItem.title).join(
        ActivityFirstAgendaItem, ActivityFirstAgendaItem.item_id == FirstAgendaItem.id
    )
    return session.scalars(
        query.where(ActivityFirstAgendaItem.activity_id == activity.id).order_by(FirstAgendaItem.id)
    ).all()


def _more(activity: Activity, row: Component | None, names: dict[int, str]) -> Iterable[tuple[str, str]]:
    if row is not None and row.lecturer_id is not None:
        yield "授课人", names.get(row.lecturer_id, "")
    details = row.details if row is not None else {}
    for key, word in _DETAILS.items():
        if said := _said(details.get(key)):
            yield word, said
    for word, value in (("点位", activity.sites), ("共建单位", activity.partners)):
        if said := _said(value):
            yield word, said


def _said(value: Any) -> str:
    """A text, or a list of names, each as it stands or as the name of what it is."""
    if isinstance(value, list):
        return "、".join(names_listed(value))
    return str(value or "")


def _came(roll: Roll) -> list[int]:
    return [one for one in roll.present if one not in roll.on_duty]


def _leads(session: Session, activity: Activity, component: ActivityType) -> bool:
    """Whether 第一议题 and votes stand in the minutes of this one: of the meeting, else of what comes first."""
    types = [one.type for one in components(session, activity.id)]
    return component == next((one for one in types if one in MEETINGS), types[0])
