"""Making a reflection task, and calling it off."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, tzinfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.features.reflections import service
from bot.kit.access import Right, require
from bot.kit.names import name_key
from bot.kit.refusal import Refusal
from bot.kit.words import in_marks
from scheduler.calendar.days import local_day
from storage import audit
from storage.audience import Me
from storage.choices import ActivityStatus, HandInKind, StudyItemState, TaskAudience
from storage.lookups import of_branch
from storage.models.activity import Activity
from storage.models.reflection import ReflectionTask
from storage.models.study import StudyItem

LONGEST_TITLE = 60
MOST_PIECES = 5


@dataclass(frozen=True, slots=True)
class Plan:
    """What the wizard has gathered; of activity and study item at most one."""

    title: str
    audience: TaskAudience
    due_on: date
    per_person: int = 1
    activity_id: int | None = None
    study_item_id: int | None = None
    kind: HandInKind = HandInKind.REFLECTION


def make(session: Session, me: Me, plan: Plan, now: datetime, tz: tzinfo) -> ReflectionTask:
    """Make the task; refuses a due day that has gone by, and a subject of another branch or called off."""
    require(me, Right.MAKE_TASK, branch_id=me.branch_id)
    _check(plan, local_day(now, tz))
    _check_subject(session, me, plan)
    _not_again(session, me, plan)
    row = ReflectionTask(
        branch_id=me.branch_id,
        kind=plan.kind,
        title=plan.title,
        activity_id=plan.activity_id,
        study_item_id=plan.study_item_id,
        audience=plan.audience,
        due_on=plan.due_on,
        per_person=plan.per_person,
        created_by_id=me.id,
        created_at=now,
    )
    session.add(row)
    session.flush()
    audit.record(session, "make", "reflection_task", row.id, now=now, by=me)
    return row


def _check(plan: Plan, today: date) -> None:
    if not plan.title.strip() or len(plan.title) > LONGEST_TITLE:
        raise Refusal(f"请发送不超过{LONGEST_TITLE}字的题目。")
    if plan.due_on < today:
        raise Refusal("截止日期不能早于今天。")
    most = MOST_PIECES if plan.kind is HandInKind.REFLECTION else 1
    if not 1 <= plan.per_person <= most:
        raise Refusal(f"每人篇数请选1至{most}篇。")


def _check_subject(session: Session, me: Me, plan: Plan) -> None:
    if plan.activity_id is not None:
        activity = of_branch(session, Activity, plan.activity_id, me.branch_id)
        if activity is None:
            raise Refusal("没有找到关联的活动。")
        if activity.status is ActivityStatus.CANCELLED:
            raise Refusal("关联的活动已取消，请重新选择。")
    if plan.study_item_id is not None:
        item = of_branch(session, StudyItem, plan.study_item_id, me.branch_id)
        if item is None:
            raise Refusal("没有找到关联的学习内容。")
        if item.state is StudyItemState.WITHDRAWN:
            raise Refusal("关联的学习内容已撤回，请重新选择。")


def _not_again(session: Session, me: Me, plan: Plan) -> None:
    """Refuses the same once more of one activity; of two at once the second finds the first one's."""
    if plan.activity_id is None:
        return
    activity = session.get_one(Activity, plan.activity_id, with_for_update=True)
    same = (plan.kind, plan.audience, name_key(plan.title))
    if any((one.kind, one.audience, name_key(one.title)) == same for one in of_activity(session, activity)):
        raise Refusal(f"{in_marks(plan.title, 30)}已布置，没有重复布置。")


def of_activity(session: Session, activity: Activity) -> Sequence[ReflectionTask]:
    """What was set to be handed in of an activity, without what was called off."""
    mine = (ReflectionTask.branch_id == activity.branch_id, ReflectionTask.activity_id == activity.id)
    query = select(ReflectionTask).where(*mine, ReflectionTask.cancelled_at.is_(None))
    return session.scalars(query.order_by(ReflectionTask.id)).all()


def call_off(session: Session, me: Me, task: service.Task, now: datetime) -> None:
    """Cancel a task that nobody has handed anything in to: a piece once given is never thrown away."""
    require(me, Right.MAKE_TASK, branch_id=task.row.branch_id)
    if any(version.submitted_at is not None for version in task.versions):
        raise Refusal("已有同志提交，不能取消任务。")
    audit.change(session, "cancel", task.row, {"cancelled_at": now}, now=now, by=me)
