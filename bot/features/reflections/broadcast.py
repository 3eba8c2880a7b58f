"""A reflection task as what goes to many: how it reads, and would with another title."""

from dataclasses import replace
from datetime import datetime, tzinfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.features.reflections import cards, kinds, messages, service, tasks
from bot.kit.access import Right
from bot.kit.broadcasts import BatchContent, Broadcast, Sent, begun_by
from bot.kit.replies import Message
from bot.kit.titles import LONGEST, by_row
from bot.kit.words import in_marks
from storage.models.reflection import ReflectionTask


def find(session: Session, task_id: int, tz: tzinfo) -> BatchContent | None:
    row = session.get(ReflectionTask, task_id)
    if row is None:
        return None
    return BatchContent(
        branch_id=row.branch_id,
        title=f"{kinds.of(row.kind).noun}任务：{row.title}",
        text=row.title,
        longest=tasks.LONGEST_TITLE,
        right=Right.MAKE_TASK,
        cards=[(cards.TASK, row.id)],
        closed="这项任务已取消，不能再修改。" if row.cancelled_at is not None else "",
    )


def reworded(session: Session, task_id: int, text: str, tz: tzinfo) -> Message:
    row = session.get_one(ReflectionTask, task_id)
    task = service.load(session, row.branch_id, tz, [task_id])[0]
    worded = ReflectionTask(
        id=row.id,
        kind=row.kind,
        title=" ".join(text.split()),
        audience=row.audience,
        due_on=row.due_on,
        per_person=row.per_person,
    )
    return messages.announced(replace(task, row=worded))


def change(session: Session, task_id: int, text: str, tz: tzinfo) -> None:
    session.get_one(ReflectionTask, task_id).title = " ".join(text.split())


def reads(session: Session, task_id: int, sent: Sent, now: datetime, tz: tzinfo) -> Message | None:
    """The same for everybody: what somebody hands in has a card of its own."""
    row = session.get_one(ReflectionTask, task_id)
    found = service.load(session, row.branch_id, tz, [task_id])
    return messages.announced(found[0]) if found else None


BROADCASTS = [
    Broadcast(
        cards.TASK,
        find,
        reworded,
        change,
        reads,
        word="心得和自查任务",
        begun=begun_by(ReflectionTask, ReflectionTask.created_at),
    )
]
TITLES = {
    "task": by_row(
        select(ReflectionTask.id, ReflectionTask.title, ReflectionTask.kind),
        lambda row: f"{kinds.of(row.kind).noun}任务{in_marks(row.title, LONGEST)}",
    )
}
