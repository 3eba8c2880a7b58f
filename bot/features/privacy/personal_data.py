"""Which tables hold something of a person, and what an erasure does to it: as their columns say."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from typing import Any

from sqlalchemy import Column, ColumnElement, Table, and_, case, or_, select

from bot.features.privacy.columns import blank, is_account, meanings, owners, pointed
from bot.features.privacy.rules import erased_name
from scheduler.outbox_rows import ERASED
from storage.choices import OutboxState
from storage.models.audit import Audit
from storage.models.everything import METADATA
from storage.models.outbox import Outbox
from storage.personal import Meaning, Role, Rule, meaning


@dataclass(frozen=True, slots=True)
class DataSubject:
    """Whose data: the number, and the account while there is one."""

    person_id: int
    telegram_id: int | None


class Fate(StrEnum):
    """What an erasure does to the rows of somebody."""

    KEEP = "keep"
    EMPTY = "empty"
    DELETE = "delete"


Whose = Callable[[DataSubject], ColumnElement[bool]]


@dataclass(frozen=True, slots=True)
class Holding:
    """One table. `whose`: which rows are somebody's own, by the columns `knows`; `emptied`: what an erasure empties.

    `acts`: columns that only say who did it. Such a row is the branch's own record: an export counts it, an erasure
    leaves the number that stands there.
    """

    table: Table
    title: str
    whose: Whose | None
    knows: tuple[str, ...]
    fate: Fate
    emptied: tuple[Column[Any], ...]
    acts: tuple[str, ...]

    def empties(self, subject: DataSubject) -> dict[str, Any]:
        """What an erasure writes into somebody's rows."""
        return {column.name: _emptied(column, subject) for column in self.emptied}


# What the tables are called in 我的数据, in the order of the page; one that is not listed stands at its end.
TITLES: Mapping[str, str] = {
    "person": "基本情况",
    "roster_span": "编入支部",
    "membership_span": "党员身份",
    "group_span": "所在党小组",
    "duty_span": "党内职务",
    "rank_span": "职级",
    "category_span": "人员类别",
    "exemption_span": "免于考勤",
    "attendance": "签到和考勤",
    "leave_request": "请假",
    "makeup": "补学",
    "delegate": "选派参加",
    "receipt": "回复收到",
    "study_completion": "学习完成",
    "reflection": "心得体会",
    "reflection_part": "心得正文和附件",
    "reminder_audience": "节前提醒",
    "acknowledgement": "节前提醒已阅",
    "draft": "可以继续填写的草稿",
    "dialog": "没有办完的草稿",
    "invite": "邀请链接",
    "bind_request": "绑定申请",
    "chosen_place": "所选支部",
    "command_menu": "命令菜单",
    "inbox": "收到的消息",
    "outbox": "发给您的消息",
    "card": "聊天中的卡片",
    "audit": "变更记录",
    "activity": "活动",
    "component": "活动内容",
    "notice": "通知",
    "monthly_theme": "每月一主题",
    "study_item": "自学书目和文件",
    "reflection_task": "布置心得",
    "reminder_plan": "节前提醒安排",
    "calendar_year": "放假安排",
    "hygiene_word": "禁发词语",
    "retention_rule": "保存期限",
    "group_request": "工作群申请",
}
UNTITLED = "其他记录"

_UNSENT = Outbox.state.in_([OutboxState.QUEUED, OutboxState.SENDING])

# Whose a row is, where a number alone does not say it.
WHOSE: Mapping[str, Whose] = {
    "about_somebody": lambda one: and_(Audit.subject == "person", Audit.subject_id == one.person_id),
}
# What an erasure writes, where it is not the same for everybody and every row.
BECOMES: Mapping[str, Callable[[DataSubject], Any]] = {
    "numbered": lambda one: erased_name(one.person_id),
    "silenced": lambda one: case((_UNSENT, OutboxState.CANCELLED.value), else_=Outbox.state),
    "said_why": lambda one: ERASED,
}


def holdings() -> list[Holding]:
    """Every table that names somebody, in the order of the page; those that follow it, parents first."""
    found = [holding for of in METADATA.sorted_tables if (holding := _holding(of)) is not None]
    places = {name: number for number, name in enumerate(TITLES)}
    return sorted(found, key=lambda one: places.get(one.table.name, len(places)))


def _holding(of: Table) -> Holding | None:
    own, acts = owners(of), tuple(column.name for column, means in meanings(of) if means.role is Role.ACTOR)
    if not own and not acts:
        return None
    whose = partial(_whose, of) if own else None
    emptied = tuple(column for column, means in meanings(of) if is_emptied(column, means))
    if any(meaning(column).goes for column in own):
        return Holding(of, _title(of), whose, _knows(of), Fate.DELETE, (), acts)
    if own and emptied:
        return Holding(of, _title(of), whose, _knows(of), Fate.EMPTY, emptied, acts)
    return Holding(of, _title(of), whose, _knows(of), Fate.KEEP, (), acts)


def _title(of: Table) -> str:
    return TITLES.get(of.name, UNTITLED)


def _knows(of: Table) -> tuple[str, ...]:
    accounts = [column for column, means in meanings(of) if means.role is Role.ACCOUNT]
    return tuple(column.name for column in (*owners(of), *accounts))


def is_emptied(column: Column[Any], means: Meaning) -> bool:
    """Whether an erasure takes out what stands in it, where the row stays."""
    return means.role in (Role.OWN, Role.TEXT) or is_account(column)


def _emptied(column: Column[Any], subject: DataSubject) -> Any:
    value = blank(column)
    return BECOMES[value.name](subject) if isinstance(value, Rule) else value


def _whose(of: Table, subject: DataSubject) -> ColumnElement[bool]:
    """Any of the columns that say it."""
    return or_(*(_is_ones(column, meaning(column), subject) for column in owners(of)))


def _is_ones(column: Column[Any], means: Meaning, subject: DataSubject) -> ColumnElement[bool]:
    """By account nothing is anybody's who has none."""
    if means.whose is not None:
        return WHOSE[means.whose.name](subject)
    above = pointed(column)
    if means.role is Role.THROUGH and above is not None:
        return column.in_(select(above).where(_whose(above.table, subject)))
    if is_account(column):
        return and_(column.is_not(None), column == subject.telegram_id)
    return column == subject.person_id
