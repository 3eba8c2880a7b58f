"""What follows from an activity without typing it again: what is handed in after it, the entries that it proves."""

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy.orm import Session

from bot.features.reflections import kinds
from bot.features.reflections.tasks import of_activity
from bot.kit import proved
from bot.kit.access import Right, may
from bot.kit.doors import AssignTask, OpenTask, RecordProved
from bot.kit.lists import two_a_row
from bot.kit.replies import Choice, Message, Rows
from bot.kit.words import by_day, cut
from storage.audience import Me
from storage.choices import OFF, HandInKind, Scope
from storage.models.activity import Activity
from storage.models.reflection import ReflectionTask

_MOST, _LONGEST = 4, 30


def on_card(session: Session, card: Message, activity: Activity, *, over: bool) -> Message:
    """The desk's card with what was set of it, and what may be."""
    if activity.status in OFF:
        return card
    tasks = of_activity(session, activity)
    lines = [_line(one) for one in tasks[:_MOST]]
    rows = [*card.rows, *two_a_row(_tasks(activity, tasks))]
    rows += two_a_row(_entries(session, activity)) if over else []
    return replace(card, text="\n".join([card.text, *lines]), rows=rows)


def offered(session: Session, me: Me, activity: Activity) -> Rows:
    """The same below a roll that was just completed, for who may set it and record it."""
    sets, keeps = (may(me, right, branch_id=activity.branch_id) for right in (Right.MAKE_TASK, Right.KEEP_REGISTER))
    tasks = _tasks(activity, of_activity(session, activity)) if sets else []
    entries = _entries(session, activity) if keeps else []
    return [*two_a_row(tasks), *two_a_row(entries)]


def _line(task: ReflectionTask) -> str:
    return f"{kinds.of(task.kind).noun}：{cut(task.title, _LONGEST)}，{by_day(task.due_on)}提交"


def _tasks(activity: Activity, tasks: Sequence[ReflectionTask]) -> list[Choice]:
    """Of a meeting of one group nothing is asked of the branch."""
    if activity.scope is Scope.GROUP and not tasks:
        return []
    set_of = {one.kind for one in tasks}
    begun = [Choice(kinds.of(kind).assign, AssignTask(activity.id, kind)) for kind in HandInKind if kind not in set_of]
    return [*(Choice(f"查看{kinds.of(one.kind).noun}", OpenTask(one.id)) for one in tasks[:_MOST]), *begun]


def _entries(session: Session, activity: Activity) -> list[Choice]:
    return [Choice(one.label, RecordProved(one.kind, activity.id)) for one in proved.unrecorded(session, activity)]
