"""我还欠什么, 未完成名单, 稍后提醒, 一键提醒."""

from sqlalchemy.orm import Session

from bot.features.todo import jobs, messages, service
from bot.kit.access import Reach, Right, reach
from bot.kit.handlers import Call, Command, Handler, Tap, Word
from bot.kit.hours import open_now
from bot.kit.refusal import Refusal
from bot.kit.replies import Message, Reply, say
from bot.kit.words import moment_words
from scheduler.outbox import promise
from storage.models.outbox import Outbox


def mine(session: Session, call: Call) -> Reply:
    return say(messages.mine(service.owing(session, call.me.branch_id, call.now, call.tz, call.me.id)))


def unfinished(session: Session, call: Call) -> Reply:
    return say(*messages.unfinished(service.visible(session, call.me, call.now, call.tz)))


def snooze(session: Session, call: Call, button: messages.Snooze) -> Reply:
    """The same nudge once more, later; if everything is done by then it is not sent."""
    if not service.owing(session, call.me.branch_id, call.now, call.tz, call.me.id):
        return Reply(toast=messages.NOTHING, edit=Message(messages.NOTHING))
    when = service.later(call.now, call.tz)
    key = f"snooze:{call.me.id}:{when:%Y%m%d%H%M}"
    owed = jobs.promise(call.me.id, call.me.branch_id, key, session, call.now, call.tz)
    row = promise(session, owed, job=jobs.MORNING, branch_id=call.me.branch_id, now=call.now)
    if row is not None:
        session.get_one(Outbox, row).not_before = when
    return Reply(toast=f"好的，{moment_words(when, call.tz)}再提醒您。")


def remind_all(session: Session, call: Call, button: messages.RemindAll) -> Reply:
    """一键提醒: names in private; the one-a-day key and the hours hold here too."""
    if reach(call.me, Right.NUDGE) is Reach.NONE:
        raise Refusal("您没有办理此事的权限。")
    if not open_now(call.now, call.tz):
        raise Refusal("请在工作日8:30至20:30之间提醒。")
    people = dict.fromkeys(member.id for _, member in service.visible(session, call.me, call.now, call.tz))
    sent = 0
    for person in people:
        owed = jobs.promise(person, call.me.branch_id, f"nudge:{call.today}:{person}", session, call.now, call.tz)
        sent += promise(session, owed, job=jobs.MORNING, branch_id=call.me.branch_id, now=call.now) is not None
    rest = f"，{len(people) - sent}人今天已提醒过" if len(people) > sent else ""
    return Reply(toast=f"正在提醒{sent}人{rest}。", alert=True, here=[Message(f"正在提醒{sent}人{rest}。")])


HANDLERS: list[Handler] = [
    Command("todo", unfinished, "未完成名单", Right.SEE_ROLL, reads=True),
    Word(("未完成名单", "本组未完成"), unfinished, label=True, reads=True),
    Word(("我还欠什么", "还欠什么", "我的待办"), mine, label=True, reads=True),
    Command("mine", mine, "我还欠什么", reads=True),
    Tap(messages.Snooze, snooze),
    Tap(messages.RemindAll, remind_all),
]
