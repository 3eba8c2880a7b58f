"""布置心得, 布置自查: the form asks what it belongs to, whom it is for and until when, then shows all to send out."""

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from functools import partial

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.features.reflections import buttons, cards, desk, kinds, messages, service, tasks
from bot.features.reflections.buttons import TaskWizard
from bot.kit import questions
from bot.kit.access import Right
from bot.kit.broadcasts import preview, progress_card
from bot.kit.buttons import Button
from bot.kit.form_fields import Action, Field, Options, Values
from bot.kit.forms import Form
from bot.kit.glossary.choices import AUDIENCES
from bot.kit.handlers import Call, Command, Handler
from bot.kit.replies import Choice, Message, Reply
from bot.kit.words import cut, day_words, quoted, short_day
from scheduler.calendar.days import local_day
from storage.choices import ActivityStatus, HandInKind, StudyItemState, TaskAudience
from storage.lookups import of_branch
from storage.models.activity import Activity
from storage.models.reflection import ReflectionTask
from storage.models.study import StudyItem

NOTHING = "none"
BACK, AHEAD = timedelta(days=60), timedelta(days=31)
DUE_AFTER = (3, 7, 10, 14, 21, 30)


# --- the questions -------------------------------------------------------------------------------------------------


def _subjects(session: Session, call: Call, values: Values) -> Sequence[tuple[str, str]]:
    return [*_activities(session, call), *_items(session, call), (NOTHING, "不关联")]


def _activities(session: Session, call: Call) -> list[tuple[str, str]]:
    """What was lately and what is planned, the nearest to today first."""
    query = select(Activity).where(
        Activity.branch_id == call.me.branch_id,
        Activity.status != ActivityStatus.CANCELLED,
        Activity.start_at >= call.now - BACK,
        Activity.start_at <= call.now + AHEAD,
    )
    found = sorted(session.scalars(query), key=lambda activity: abs(activity.start_at - call.now))[:6]
    return [(f"a{row.id}", f"{short_day(local_day(row.start_at, call.tz))}{cut(row.title, 10)}") for row in found]


def _items(session: Session, call: Call) -> list[tuple[str, str]]:
    query = select(StudyItem).where(
        StudyItem.branch_id == call.me.branch_id,
        StudyItem.state == StudyItemState.ASSIGNED,
        StudyItem.assigned_on >= call.today - BACK,
    )
    found = session.scalars(query.order_by(StudyItem.assigned_on.desc(), StudyItem.id.desc()).limit(4))
    return [(f"s{row.id}", quoted(row.title, 14)) for row in found]


def _subject_title(session: Session, call: Call, value: str) -> str:
    """The title of what the task belongs to; "" when it belongs to nothing."""
    if value == NOTHING:
        return ""
    row_id, branch_id = int(value[1:]), call.me.branch_id
    if value.startswith("a"):
        activity = of_branch(session, Activity, row_id, branch_id)
        return activity.title if activity else ""
    item = of_branch(session, StudyItem, row_id, branch_id)
    return item.title if item else ""


def _own_title(session: Session, call: Call, value: str) -> Values:
    """What belongs to something has a title of its own at once: 《…》 of a book or paper, and what is handed in."""
    if value == NOTHING:
        return {}
    title = _subject_title(session, call, value)
    return {"title": cut(title, 50) if value.startswith("a") else quoted(title, 50)}


def _dues(session: Session, call: Call, values: Values) -> Sequence[tuple[str, str]]:
    days = [call.today + timedelta(days=after) for after in DUE_AFTER]
    return [(day.isoformat(), day_words(day)) for day in days]


def _usual_title(kind: HandInKind) -> Options:
    def options(session: Session, call: Call, values: Values) -> Sequence[tuple[str, str]]:
        title = f"{call.today.month}月{kinds.of(kind).title}"
        return [(title, title)]

    return options


def titled(kind: HandInKind) -> Callable[[Session, Call, str], Values]:
    """What it belongs to names it."""

    def then(session: Session, call: Call, value: str) -> Values:
        return {key: f"{title}{kinds.of(kind).title}" for key, title in _own_title(session, call, value).items()}

    return then


def _fields(kind: HandInKind) -> Sequence[Field]:
    """A self-check is asked of all members as a rule, and once."""
    noun, once = kinds.of(kind).noun, kind is HandInKind.SELF_CHECK
    listed = buttons.ListChecks() if once else buttons.ListTasks()
    pieces = Field(
        "pieces",
        "请选择每人最多几篇。",
        "篇数",
        options=questions.fixed({number: f"{number}篇" for number in range(1, tasks.MOST_PIECES + 1)}),
        later=True,
    )
    return (
        Field(
            "subject",
            f"请选择{noun}关联的活动或学习内容。",
            "关联",
            options=_subjects,
            then=titled(kind),
            one_a_row=True,
            below=lambda session, call, values: (Choice(f"已布置的{noun}", listed),),
        ),
        Field("audience", "请选择对象。", "对象", options=questions.fixed(AUDIENCES), later=once),
        questions.day(
            "due",
            "请选择截止日期，或直接发送，例如：8月31日。",
            label="截止",
            options=_dues,
            example="8月31日",
            not_past="截止日期不能早于今天。",
        ),
        questions.text(
            "title", "请发送题目，或点按钮选择。", "题目", tasks.LONGEST_TITLE, label="题目", options=_usual_title(kind)
        ),
        *([] if once else [pieces]),
    )


ORDER = ("title", "subject", "audience", "due", "pieces")


# --- what the card shows -------------------------------------------------------------------------------------------


def _summary(kind: HandInKind, session: Session, call: Call, values: Values) -> str:
    return messages.wizard_summary(
        kind,
        values.get("title", ""),
        _subject_title(session, call, values.get("subject", NOTHING)),
        TaskAudience(values["audience"]) if values.get("audience") else None,
        date.fromisoformat(values["due"]) if values.get("due") else None,
        int(values.get("pieces", "1")),
    )


# --- sending it out ------------------------------------------------------------------------------------------------


def _publish(kind: HandInKind, session: Session, call: Call, values: Values) -> Reply:
    row = tasks.make(session, call.me, _plan(kind, values), call.now, call.tz)
    told = desk.tell(session, call, service.find(session, call.me, row.id, call.tz))
    many = sum(to.card is None for to in told)
    line = f"已布置，正在通知{many}人。" if many else "已布置。"
    refresh = [(cards.TASK, row.id), progress_card(cards.TASK, row.id), *cards.of_activity(row)]
    return Reply(toast=line, edit=Message(f"{row.title}\n{line}"), others=told, refresh=refresh)


def _preview(kind: HandInKind, session: Session, call: Call, values: Values) -> Reply:
    """预览: the announcement of a task that is not made yet."""
    plan = _plan(kind, values)
    row = ReflectionTask(
        id=0,
        kind=kind,
        title=plan.title,
        audience=plan.audience,
        due_on=plan.due_on,
        per_person=plan.per_person,
    )
    subject = service.TaskSource(_subject_title(session, call, values["subject"]), call.today, (call.today,))
    announced = messages.announced(service.Task(row, subject, ()))
    return Reply(toast="预览已发给您本人。", here=[preview(announced)])


def _plan(kind: HandInKind, values: Values) -> tasks.Plan:
    subject = values["subject"]
    return tasks.Plan(
        title=values["title"],
        kind=kind,
        audience=TaskAudience(values.get("audience") or TaskAudience.ALL_MEMBERS),
        due_on=date.fromisoformat(values["due"]),
        per_person=int(values.get("pieces", "1")),
        activity_id=int(subject[1:]) if subject.startswith("a") else None,
        study_item_id=int(subject[1:]) if subject.startswith("s") else None,
    )


def _form(kind: HandInKind, name: str, code: str, before: type[Button] | None) -> Form:
    fields = _fields(kind)
    return Form(
        name=name,
        code=code,
        again=kinds.of(kind).assign,
        fields=fields,
        order=[key for key in ORDER if key in {field.key for field in fields}],
        summary=partial(_summary, kind),
        confirm="核对无误请点“布置并通知”，将私聊通知有关同志。",
        actions=(
            Action("preview", "预览", partial(_preview, kind), closes=False),
            Action("publish", "布置并通知", partial(_publish, kind)),
        ),
        right=Right.MAKE_TASK,
        before=before,
    )


FORM = _form(HandInKind.REFLECTION, "reflection.task", "r", TaskWizard)
CHECK_FORM = _form(HandInKind.SELF_CHECK, "self_check.task", "sk", None)

HANDLERS: list[Handler] = [
    Command(
        "task",
        FORM.start,
        "布置心得",
        Right.MAKE_TASK,
        more=32,
    ),
    Command(
        "check_task",
        CHECK_FORM.start,
        "布置自查",
        Right.MAKE_TASK,
        more=33,
    ),
]
