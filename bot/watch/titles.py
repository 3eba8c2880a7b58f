"""What a promise was about, by its name: how the secretary knows the thing that did not reach everybody."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.features.integrity import rules as integrity
from bot.features.study import rules as study
from bot.kit.words import cut, quoted
from storage.models.activity import Activity
from storage.models.notice import Notice
from storage.models.reflection import ReflectionTask
from storage.models.reminder import Reminder
from storage.models.study import MonthlyTheme, StudyItem

LONGEST = 20


@dataclass(frozen=True, slots=True, order=True)
class PromiseGroup:
    """One thing that went to many: `name` is what their promises have in common, e.g. theme:7, notice:12."""

    branch_id: int
    name: str

    @property
    def kind(self) -> str:
        return self.name.partition(":")[0]

    @property
    def row_id(self) -> int:
        number = self.name.split(":")[1]
        return int(number) if number.isdecimal() else 0


def titles(session: Session, subjects: Collection[PromiseGroup]) -> dict[PromiseGroup, str]:
    """中秋、国庆节前提醒, 8月学习提示, 7月主题党日通知; nothing for what is nobody's to be told apart."""
    found: dict[PromiseGroup, str] = {}
    for kind, name in _KINDS.items():
        mine = [subject for subject in subjects if subject.kind == kind]
        if mine:
            found |= name(session, mine)
    return found


def _by_row(query: Any, say: Callable[[Any], str]) -> Callable[[Session, list[PromiseGroup]], dict[PromiseGroup, str]]:
    """The title from the one row that the name holds."""

    def name(session: Session, subjects: list[PromiseGroup]) -> dict[PromiseGroup, str]:
        column = query.selected_columns[0]
        rows = session.execute(query.where(column.in_({subject.row_id for subject in subjects})))
        said = {row[0]: say(row) for row in rows}
        return {subject: said[subject.row_id] for subject in subjects if subject.row_id in said}

    return name


def _reminders(session: Session, subjects: list[PromiseGroup]) -> dict[PromiseGroup, str]:
    """pre_holiday:2023:中秋:r1: the festivals of the reminder that it belongs to."""
    query = select(Reminder).where(Reminder.branch_id.in_({subject.branch_id for subject in subjects}))
    made = {
        (row.branch_id, name): integrity.names(row.holidays)
        for row in session.scalars(query.order_by(Reminder.id))
        for name in _names_of(row)
    }
    return {
        subject: f"{made[subject.branch_id, subject.name]}节前提醒"
        for subject in subjects
        if (subject.branch_id, subject.name) in made
    }


def _names_of(row: Reminder) -> Iterable[str]:
    return (key.removesuffix(":") for key in integrity.keys(row.holidays, row.round, ""))


def _notice(row: Any) -> str:
    if row.title is not None:
        return f"{cut(row.title, LONGEST)}通知"
    words = row.text.split("\n")[0].removeprefix("【通知】")
    return f"通知“{cut(words, LONGEST)}”"


_KINDS: dict[str, Callable[[Session, list[PromiseGroup]], dict[PromiseGroup, str]]] = {
    "pre_holiday": _reminders,
    "theme": _by_row(
        select(MonthlyTheme.id, MonthlyTheme.month),
        lambda row: f"{study.first_day(row.month).month}月学习提示",
    ),
    "notice": _by_row(
        select(Notice.id, Notice.text, Activity.title).outerjoin(Activity, Activity.id == Notice.activity_id), _notice
    ),
    "study_item": _by_row(
        select(StudyItem.id, StudyItem.title), lambda row: f"学习{quoted(cut(row.title, LONGEST))}"
    ),
    "task": _by_row(
        select(ReflectionTask.id, ReflectionTask.title), lambda row: f"心得任务“{cut(row.title, LONGEST)}”"
    ),
}  # fmt: skip
