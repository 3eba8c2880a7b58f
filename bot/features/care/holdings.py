"""Which tables hold something of a person, and what an erasure does to it: one list for the export and the erasure."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Table, and_, case, null, or_, select

from bot.features.care.rules import erased_name
from scheduler.rows import ERASED
from storage.base import Model
from storage.choices import ExemptionReason, OutboxState
from storage.models.activity import Activity, Component, Delegate
from storage.models.attendance import Attendance, LeaveRequest, Makeup
from storage.models.audit import Audit
from storage.models.calendar import CalendarYear
from storage.models.care import HygieneWord, RetentionRule
from storage.models.dialog import Dialog
from storage.models.draft import Draft
from storage.models.inbox import Inbox
from storage.models.invite import BindRequest, Invite
from storage.models.notice import Notice, Receipt
from storage.models.organisation import GroupRequest
from storage.models.outbox import Card, Outbox
from storage.models.person import (
    CategorySpan,
    DutySpan,
    ExemptionSpan,
    GroupSpan,
    MembershipSpan,
    Person,
    RankSpan,
    RosterSpan,
)
from storage.models.place import ChosenPlace, CommandMenu
from storage.models.reflection import Reflection, ReflectionPart, ReflectionTask
from storage.models.reminder import Acknowledgement, ReminderAudience, ReminderPlan
from storage.models.study import MonthlyTheme, StudyCompletion, StudyItem


@dataclass(frozen=True, slots=True)
class Subject:
    """Whose data: the number, and the account while there is one."""

    person_id: int
    telegram_id: int | None


class Fate(StrEnum):
    """What an erasure does to the rows of somebody."""

    KEEP = "keep"
    EMPTY = "empty"
    DELETE = "delete"


Whose = Callable[[Subject], ColumnElement[bool]]


@dataclass(frozen=True, slots=True)
class Holding:
    """One table. `whose`: which rows are somebody's own, by the columns `knows`; `empties`: what an erasure writes.

    `acts`: columns that only say who did it. Such a row is the branch's own record: an export counts it, an erasure
    leaves the number that stands there.
    """

    table: type[Model]
    title: str
    whose: Whose | None = None
    knows: tuple[str, ...] = ()
    fate: Fate = Fate.KEEP
    empties: Callable[[Subject], Mapping[str, Any]] = field(default=lambda subject: {})
    acts: tuple[str, ...] = ()


def _own(table: type[Any], title: str, *acts: str, **empties: Any) -> Holding:
    """A table with one row of `person_id` each; `empties` are the texts that an erasure takes out of it."""

    def whose(subject: Subject) -> ColumnElement[bool]:
        own: ColumnElement[bool] = table.person_id == subject.person_id
        return own

    return Holding(
        table, title, whose, ("person_id",), Fate.EMPTY if empties else Fate.KEEP, lambda subject: empties, acts
    )


def _person(subject: Subject) -> dict[str, Any]:
    return {
        "name": erased_name(subject.person_id),
        "gender": None,
        "born_on": None,
        "joined_party_on": None,
        "telegram_id": None,
        "bound_at": None,
        "reachable": False,
        "notes": "",
        "phone": None,
        "archive_id": None,
        "extra": null(),
    }


def _at_chat(column: Any) -> Whose:
    """Rows that know somebody by the account alone; nobody's without one."""
    return lambda subject: and_(column.is_not(None), column == subject.telegram_id)


def _parts(subject: Subject) -> ColumnElement[bool]:
    mine = select(Reflection.id).where(Reflection.person_id == subject.person_id)
    return ReflectionPart.reflection_id.in_(mine)


def _silence(subject: Subject) -> dict[str, Any]:
    """What has not gone out yet does not go."""
    unsent = Outbox.state.in_([OutboxState.QUEUED, OutboxState.SENDING])
    state = case((unsent, OutboxState.CANCELLED.value), else_=Outbox.state)
    return {"message": {"text": ""}, "about": {}, "chat_id": None, "state": state, "reason": ERASED}


HOLDINGS: tuple[Holding, ...] = (
    Holding(Person, "基本情况", lambda one: Person.id == one.person_id, ("id", "telegram_id"), Fate.EMPTY, _person),
    _own(RosterSpan, "编入支部", extra=null()),
    _own(MembershipSpan, "党员身份", extra=null()),
    _own(GroupSpan, "所在党小组", extra=null()),
    _own(DutySpan, "党内职务", extra=null()),
    _own(RankSpan, "职级", extra=null()),
    _own(CategorySpan, "人员类别", extra=null()),
    # That somebody was exempt is counted; why is nobody's business any more.
    _own(
        ExemptionSpan, "免于考勤", "contact_person_id",
        reason=ExemptionReason.OTHER, approved_by="", reason_text=None, extra=null(),
    ),
    _own(Attendance, "签到和考勤", "marked_by_id"),
    _own(LeaveRequest, "请假", "entered_by_id", "decided_by_id", reason=""),
    _own(Makeup, "补学", "reviewed_by_id", note="", files=[], return_reason=""),
    _own(Delegate, "选派参加"),
    _own(Receipt, "回复收到"),
    _own(StudyCompletion, "学习完成", note=""),
    _own(Reflection, "心得体会", "reviewed_by_id", return_reason=""),
    Holding(ReflectionPart, "心得正文和附件", _parts, ("chat_id",), Fate.DELETE),
    _own(ReminderAudience, "节前提醒"),
    _own(Acknowledgement, "节前提醒已阅"),
    Holding(Dialog, "没有办完的草稿", lambda one: Dialog.person_id == one.person_id, ("person_id",), Fate.DELETE),
    Holding(Draft, "可以继续填写的草稿", lambda one: Draft.person_id == one.person_id, ("person_id",), Fate.DELETE),
    Holding(
        Invite, "邀请链接",
        lambda one: or_(Invite.person_id == one.person_id, _at_chat(Invite.used_by_telegram_id)(one)),
        ("person_id", "used_by_telegram_id"), Fate.DELETE,
    ),
    Holding(
        BindRequest, "绑定申请",
        lambda one: or_(BindRequest.person_id == one.person_id, _at_chat(BindRequest.telegram_id)(one)),
        ("person_id", "telegram_id"), Fate.DELETE, acts=("decided_by_id",),
    ),
    Holding(
        ChosenPlace, "所选支部", lambda one: ChosenPlace.person_id == one.person_id, ("person_id",), Fate.DELETE
    ),
    Holding(CommandMenu, "命令菜单", _at_chat(CommandMenu.telegram_id), ("telegram_id",), Fate.DELETE),
    Holding(Inbox, "收到的消息", _at_chat(Inbox.sender), ("sender",), Fate.DELETE),
    Holding(
        Outbox, "发给您的消息",
        lambda one: or_(Outbox.person_id == one.person_id, _at_chat(Outbox.chat_id)(one)),
        ("person_id", "chat_id"), Fate.EMPTY, _silence,
    ),
    Holding(Card, "聊天中的卡片", _at_chat(Card.chat_id), ("chat_id",), Fate.DELETE),
    Holding(
        Audit, "变更记录",
        lambda one: or_(
            Audit.actor_id == one.person_id, and_(Audit.subject == "person", Audit.subject_id == one.person_id)
        ),
        ("actor_id",),
    ),
    Holding(Activity, "活动", acts=("host_id", "created_by_id")),
    Holding(Component, "活动内容", acts=("lecturer_id",)),
    Holding(Notice, "通知", acts=("created_by_id",)),
    Holding(MonthlyTheme, "每月一主题", acts=("created_by_id",)),
    Holding(StudyItem, "自学书目和文件", acts=("created_by_id",)),
    Holding(ReflectionTask, "布置心得", acts=("created_by_id",)),
    Holding(ReminderPlan, "节前提醒安排", acts=("changed_by_id",)),
    Holding(CalendarYear, "放假安排", acts=("made_by_id",)),
    Holding(HygieneWord, "禁发词语", acts=("made_by_id",)),
    Holding(RetentionRule, "保存期限", acts=("changed_by_id",)),
    Holding(GroupRequest, "工作群申请", acts=("asked_by_id", "decided_by_id")),
)  # fmt: skip

# Columns that look like somebody's account and are not: the branch's own group.
NOT_PEOPLE = frozenset({("group_chat", "chat_id"), ("group_request", "chat_id")})


ACCOUNTS = frozenset({"telegram_id", "used_by_telegram_id", "sender", "chat_id"})


def person_columns(of: Table) -> set[str]:
    """The columns of a table that name a person: keys of `person`, and numbers of accounts and chats."""
    return {
        column.name
        for column in of.columns
        if (column.name in ACCOUNTS and (of.name, column.name) not in NOT_PEOPLE)
        or any(key.column.table.name == "person" for key in column.foreign_keys)
    }
