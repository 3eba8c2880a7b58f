"""布置心得: one card of buttons asks what it belongs to, whom it is for and until when, then shows all to send out."""

from datetime import date, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.features.reflections import buttons, cards, desk, messages, service, tasks
from bot.features.reflections.buttons import TaskWizard
from bot.kit import dialog as dialogs
from bot.kit.access import Right, require
from bot.kit.broadcasts import preview, progress_card
from bot.kit.dates import parse_day
from bot.kit.glossary.choices import AUDIENCES
from bot.kit.handlers import ANYBODY, Answer, Call, Command, Handler, HelpGroup, Key, Tap
from bot.kit.lists import two_a_row
from bot.kit.refusal import Refusal
from bot.kit.replies import Choice, Message, Reply, say
from bot.kit.words import day_words, short_day
from scheduler.calendar.days import local_day
from storage.choices import ActivityStatus, StudyItemState, TaskAudience
from storage.lookups import of_branch
from storage.models.activity import Activity
from storage.models.dialog import Dialog
from storage.models.reflection import ReflectionTask
from storage.models.study import StudyItem

STEP = "reflection.task"
ASK = {
    "subject": "请选择心得关联的活动或学习内容。",
    "audience": "请选择对象。",
    "due": "请选择截止日期，或直接发送，例如：8月31日。",
    "title": "请发送题目，或点按钮选择。",
    "pieces": "请选择每人最多几篇。",
}
ORDER = ("subject", "audience", "due", "title")
LABELS = {"title": "题目", "subject": "关联", "audience": "对象", "due": "截止", "pieces": "篇数"}
OLD = "这个向导已失效，请重新点“布置心得”。"
NOTHING = "none"
BACK, AHEAD = timedelta(days=60), timedelta(days=31)
DUE_AFTER = (3, 7, 10, 14, 21, 30)


def start(session: Session, call: Call) -> Reply:
    """/task 布置心得: for the offices that give reflections."""
    require(call.me, Right.MAKE_TASK, branch_id=call.me.branch_id)
    dialog = dialogs.ask(session, call.me, STEP, call.now, field="subject")
    return say(page(session, call, dialog))


def tap(session: Session, call: Call, button: TaskWizard) -> Reply:
    dialog = dialogs.tapped(session, call.me, button.dialog_id, call.now, OLD, STEP)
    if button.field == "go":
        return _go(session, call, dialog, button.value)
    if button.value not in {value for value, _ in _options(session, call, dialog, button.field)}:
        raise Refusal(OLD)
    _take(session, call, dialog, button.field, button.value)
    return Reply(edit=page(session, call, dialog))


def _take(session: Session, call: Call, dialog: Dialog, field: str, value: str) -> None:
    """Keep an answer and open the next question; what belongs to something has a title of its own at once."""
    changes: dict[str, Any] = {field: value}
    if field == "subject" and value != NOTHING:
        changes["title"] = f"{_subject_title(session, call, value)[:50]}心得体会"
    draft = {**dialog.draft, **changes}
    following = next((each for each in ORDER if draft.get(each) is None), "confirm")
    dialogs.move(dialog, STEP, call.now, **changes, field=following)


def _go(session: Session, call: Call, dialog: Dialog, value: str) -> Reply:
    """布置, 发给自己看看, or open one question of the last page."""
    if value in ("publish", "preview"):
        _nothing_missing(dialog.draft)
        return _publish(session, call, dialog) if value == "publish" else _preview(session, call, dialog.draft)
    if value not in ASK:
        raise Refusal(OLD)
    dialogs.move(dialog, STEP, call.now, field=value)
    return Reply(edit=page(session, call, dialog))


def typed(session: Session, call: Call, dialog: Dialog) -> Reply:
    """A typed title or day."""
    field, text = dialog.draft["field"], " ".join(call.text.split())
    if field == "due":
        _take(session, call, dialog, "due", _typed_day(call, text).isoformat())
    elif field == "title":
        if not text or len(text) > tasks.LONGEST_TITLE:
            raise Refusal(f"请发送不超过{tasks.LONGEST_TITLE}字的题目。")
        _take(session, call, dialog, "title", text)
    else:
        raise Refusal("请点按钮选择。")
    return say(page(session, call, dialog))


def _typed_day(call: Call, text: str) -> date:
    day = parse_day(text, call.today)
    if day is None:
        raise Refusal("没有看懂日期，请按“8月31日”的样子发送。")
    if day < call.today:
        raise Refusal("截止日期不能早于今天。")
    return day


# --- what the card shows -------------------------------------------------------------------------------------------


def page(session: Session, call: Call, dialog: Dialog) -> Message:
    """The card for the question that is open now."""
    field = dialog.draft["field"]
    summary = _summary(session, call, dialog.draft)
    if field == "confirm":
        return Message(f"{summary}\n核对无误请点“布置”，将私聊通知有关同志。", _confirm_rows(dialog))
    choices = [
        Choice(label, TaskWizard(dialog.id, field, value)) for value, label in _options(session, call, dialog, field)
    ]
    rows = [[choice] for choice in choices] if field == "subject" else two_a_row(choices)
    if field == "subject":
        rows.append([Choice("已布置的心得", buttons.ListTasks())])
    return Message(f"{summary}\n{ASK[field]}", rows)


def _confirm_rows(dialog: Dialog) -> list[list[Choice]]:
    rows = two_a_row([Choice(label, TaskWizard(dialog.id, "go", field)) for field, label in LABELS.items()])
    last = [
        Choice("发给自己看看", TaskWizard(dialog.id, "go", "preview")),
        Choice("布置", TaskWizard(dialog.id, "go", "publish")),
    ]
    return [*rows, last]


def _options(session: Session, call: Call, dialog: Dialog, field: str) -> list[tuple[str, str]]:
    """Value and label of the buttons of a question."""
    if field == "subject":
        return [*_activities(session, call), *_items(session, call), (NOTHING, "不关联")]
    if field == "audience":
        return [(audience.value, word) for audience, word in AUDIENCES.items()]
    if field == "due":
        days = [call.today + timedelta(days=after) for after in DUE_AFTER]
        return [(day.isoformat(), day_words(day)) for day in days]
    if field == "title":
        title = f"{call.today.month}月心得体会"
        return [(title, title)]
    return [(str(number), f"{number}篇") for number in range(1, tasks.MOST_PIECES + 1)] if field == "pieces" else []


def _activities(session: Session, call: Call) -> list[tuple[str, str]]:
    """What was lately and what is planned, the nearest to today first."""
    query = select(Activity).where(
        Activity.branch_id == call.me.branch_id,
        Activity.status != ActivityStatus.CANCELLED,
        Activity.start_at >= call.now - BACK,
        Activity.start_at <= call.now + AHEAD,
    )
    found = sorted(session.scalars(query), key=lambda activity: abs(activity.start_at - call.now))[:6]
    return [(f"a{row.id}", f"{short_day(local_day(row.start_at, call.tz))} {row.title}"[:30]) for row in found]


def _items(session: Session, call: Call) -> list[tuple[str, str]]:
    query = select(StudyItem).where(
        StudyItem.branch_id == call.me.branch_id,
        StudyItem.state == StudyItemState.ASSIGNED,
        StudyItem.assigned_on >= call.today - BACK,
    )
    found = session.scalars(query.order_by(StudyItem.assigned_on.desc(), StudyItem.id.desc()).limit(4))
    return [(f"s{row.id}", f"《{row.title}》"[:30]) for row in found]


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


def _summary(session: Session, call: Call, draft: dict[str, Any]) -> str:
    return messages.wizard_summary(
        draft.get("title", ""),
        _subject_title(session, call, draft.get("subject", NOTHING)),
        TaskAudience(draft["audience"]) if draft.get("audience") else None,
        date.fromisoformat(draft["due"]) if draft.get("due") else None,
        int(draft.get("pieces", "1")),
    )


# --- sending it out ------------------------------------------------------------------------------------------------


def _nothing_missing(draft: dict[str, Any]) -> None:
    missing = [ASK[field] for field in ORDER if not draft.get(field)]
    if missing:
        raise Refusal(missing[0])


def _publish(session: Session, call: Call, dialog: Dialog) -> Reply:
    row = tasks.make(session, call.me, _plan(dialog.draft), call.now, call.tz)
    dialogs.close(session, call.me.id)
    told = desk.tell(session, call, service.find(session, call.me, row.id, call.tz))
    line = f"已布置，正在通知{sum(to.card is None for to in told)}人。"
    refresh = [(cards.TASK, row.id), progress_card(cards.TASK, row.id)]
    return Reply(toast=line, edit=Message(f"{row.title}\n{line}"), others=told, refresh=refresh)


def _preview(session: Session, call: Call, draft: dict[str, Any]) -> Reply:
    """发给自己看看: the announcement of a task that is not made yet."""
    plan = _plan(draft)
    row = ReflectionTask(id=0, title=plan.title, audience=plan.audience, due_on=plan.due_on, per_person=plan.per_person)
    subject = service.TaskSource(_subject_title(session, call, draft["subject"]), call.today, (call.today,))
    announced = messages.announced(service.Task(row, subject, ()))
    return Reply(toast="已发给您本人。", here=[preview(announced)])


def _plan(draft: dict[str, Any]) -> tasks.Plan:
    subject = draft["subject"]
    return tasks.Plan(
        title=draft["title"],
        audience=TaskAudience(draft["audience"]),
        due_on=date.fromisoformat(draft["due"]),
        per_person=int(draft.get("pieces", "1")),
        activity_id=int(subject[1:]) if subject.startswith("a") else None,
        study_item_id=int(subject[1:]) if subject.startswith("s") else None,
    )


HANDLERS: list[Handler] = [
    Command(
        "task",
        start,
        "布置心得",
        Right.MAKE_TASK,
        keys={ANYBODY: Key(52)},
        help="布置心得：选择关联的活动、对象和截止日期，通知有关同志。",
        group=HelpGroup.OFFICE,
    ),
    Tap(TaskWizard, tap),
    Answer(STEP, typed),
]
