"""What the maker of a task taps: its card, who is missing, calling it off."""

from sqlalchemy.orm import Session

from bot.features.reflections import buttons, cards, messages, rules, service, tasks
from bot.kit.access import NO_RIGHT, Right, require
from bot.kit.broadcasts import to_many
from bot.kit.handlers import Call, Handler, Tap
from bot.kit.refusal import Refusal
from bot.kit.replies import Message, Reply, To, say
from scheduler.broadcasts import batch_of
from scheduler.calendar.days import local_day
from storage.roster import roster

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
    require(call.me, Right.MAKE_TASK, branch_id=call.me.branch_id)
    tasks = service.newest(session, call.me.branch_id, call.tz, SHOWN)
    if not tasks:
        raise Refusal("还没有布置过心得。")
    return say(messages.choose_task("请选择心得任务。", tasks, buttons.OpenTask))


def open_task(session: Session, call: Call, button: buttons.OpenTask) -> Reply:
    """The live card, at the end of the chat."""
    task = _managed(session, call, button.task_id)
    return Reply(others=[_card(session, call, task)])


def _managed(session: Session, call: Call, task_id: int) -> service.Task:
    require(call.me, Right.MAKE_TASK, branch_id=call.me.branch_id)
    if not call.private:
        raise Refusal(NO_RIGHT)
    return service.find(session, call.me, task_id, call.tz)


def list_missing(session: Session, call: Call, button: buttons.ListMissing) -> Reply:
    """Names, in private, to those who may see them."""
    task = _managed(session, call, button.task_id)
    require(call.me, Right.SEE_ROLL, branch_id=call.me.branch_id)
    names = {member.id: member.name for member in service.audience(session, task)}
    names |= {member.id: member.name for member in roster(session, task.row.branch_id, local_day(call.now, call.tz))}
    silent = [person for person in service.expected(session, task) if not rules.has_handed_in(task.of(person))]
    return say(*messages.missing(task, [names[person] for person in silent]))


def call_off(session: Session, call: Call, button: buttons.CallOffTask) -> Reply:
    task = _managed(session, call, button.task_id)
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
    )


HANDLERS: list[Handler] = [
    Tap(buttons.ListTasks, list_tasks),
    Tap(buttons.OpenTask, open_task),
    Tap(buttons.ListMissing, list_missing, reads=True),
    Tap(buttons.CallOffTask, call_off),
]
