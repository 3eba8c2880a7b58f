"""What the maker of a task taps: its card, who is missing, calling it off."""

from sqlalchemy.orm import Session

from bot.features.reflections import buttons, cards, kinds, messages, service, tasks
from bot.kit.access import Right
from bot.kit.broadcasts import to_many
from bot.kit.handlers import Call, Handler, Tap
from bot.kit.refusal import Refusal
from bot.kit.replies import Message, Reply, To, say
from scheduler.broadcasts import batch_of
from scheduler.calendar.days import local_day
from storage.choices import HandInKind

SHOWN = 8


def tell(session: Session, call: Call, task: service.Task) -> list[To]:
    """The first telling: the live card to the maker, and each who is asked, privately."""
    asked = [
        To(messages.announced(task), person_id=person, key=f"task:{task.row.id}:{person}")
        for person in service.to_tell(session, task, call.today)
    ]
    told = to_many(session, cards.TASK, task.row.id, task.row.title, asked, call.me.id, call.now)
    return [_card(session, call, task), *told]


def _card(session: Session, call: Call, task: service.Task) -> To:
    shown = cards.task_card(session, task, call.now, call.tz)
    return To(shown, person_id=call.me.id, card=(cards.TASK, task.row.id))


def list_tasks(session: Session, call: Call, button: buttons.ListTasks) -> Reply:
    return _listed(session, call, HandInKind.REFLECTION)


def list_checks(session: Session, call: Call, button: buttons.ListChecks) -> Reply:
    return _listed(session, call, HandInKind.SELF_CHECK)


def _listed(session: Session, call: Call, kind: HandInKind) -> Reply:
    noun, tasks = kinds.of(kind).noun, service.newest(session, call.me.branch_id, kind, call.tz, SHOWN)
    if not tasks:
        raise Refusal(f"还没有布置过{noun}。")
    return say(messages.choose_task(f"请选择{noun}任务。", tasks, buttons.OpenTask, "查看"))


def open_task(session: Session, call: Call, button: buttons.OpenTask) -> Reply:
    """The live card, at the end of the chat."""
    task = service.find(session, call.me, button.task_id, call.tz)
    return Reply(others=[_card(session, call, task)])


def list_missing(session: Session, call: Call, button: buttons.ListMissing) -> Reply:
    """Names, in private, to those who may see them."""
    task = service.find(session, call.me, button.task_id, call.tz)
    return say(*messages.missing(task, service.standing(session, call.me, task, local_day(call.now, call.tz))))


def call_off(session: Session, call: Call, button: buttons.CallOffTask) -> Reply:
    task = service.find(session, call.me, button.task_id, call.tz)
    if not button.sure:
        return Reply(edit=messages.sure_to_call_off(task))
    told = [person for person in service.to_tell(session, task, call.today) if person != call.me.id]
    tasks.call_off(session, call.me, task, call.now)
    message = messages.called_off(task)
    return Reply(
        toast="已取消并通知。",
        edit=Message(message.text),
        others=[
            To(
                message,
                person_id=person,
                key=f"task:{task.row.id}:{person}:off",
                batch=batch_of("task_off", task.row.id),
            )
            for person in told
        ],
        refresh=cards.of_activity(task.row),
    )


HANDLERS: list[Handler] = [
    Tap(buttons.ListTasks, list_tasks, right=Right.MAKE_TASK),
    Tap(buttons.ListChecks, list_checks, right=Right.MAKE_TASK),
    Tap(buttons.OpenTask, open_task, right=Right.MAKE_TASK, private=True),
    Tap(buttons.ListMissing, list_missing, reads=True, right=Right.MAKE_TASK, private=True),
    Tap(buttons.CallOffTask, call_off, right=Right.MAKE_TASK, private=True),
]
