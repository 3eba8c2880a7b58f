"""我还欠什么, 未完成名单, 稍后提醒, 一键提醒."""

from functools import partial

from sqlalchemy.orm import Session

from bot.features.todo import jobs, messages, service
from bot.features.todo.service import Features
from bot.kit.access import Right
from bot.kit.handlers import Call, Command, Handler, Tap
from bot.kit.quiet_hours import open_now
from bot.kit.refusal import Refusal
from bot.kit.replies import Message, Reply, say
from bot.kit.seats import NO_DESK, Seat, keys
from bot.kit.words import moment_words
from scheduler.calendar.days import local_day
from scheduler.calendar.store import calendar_of
from scheduler.outbox import promise, promise_all
from storage.models.outbox import Outbox
from storage.roster import Member


def mine(features: Features, session: Session, call: Call) -> Reply:
    return say(*messages.mine(service.owing(session, features, call.me.branch_id, call.now, call.tz, call.me.id)))


def unfinished(features: Features, session: Session, call: Call) -> Reply:
    return say(*messages.unfinished(service.visible(session, features, call.me, Right.SEE_ROLL, call.now, call.tz)))


def snooze(features: Features, session: Session, call: Call, button: messages.Snooze) -> Reply:
    """The same nudge once more, later; if everything is done by then it is not sent."""
    items = service.owing(session, features, call.me.branch_id, call.now, call.tz, call.me.id)
    if not items:
        return Reply(toast=messages.NOTHING, edit=Message(messages.NOTHING))
    when = service.later(call.now, call.tz, calendar_of(session, call.me.branch_id))
    # Put off to a morning it is that day's one nudge; within the day each is put off once, however often it is tapped.
    morning = when.astimezone(call.tz).time() == service.MORNING
    name = jobs.key(call.me.id, local_day(when, call.tz)) if morning else f"snooze:{call.me.id}:{call.message_id}"
    owed = jobs.nudge(call.me.branch_id, call.me.id, call.me.name, items, name, when, call.tz)
    row = promise(session, owed, job=jobs.NUDGE, branch_id=call.me.branch_id, now=call.now)
    if row is not None:
        session.get_one(Outbox, row).not_before = when
    return Reply(toast=messages.snoozed(moment_words(when, call.tz)), promised=True)


def remind_all(features: Features, session: Session, call: Call, button: messages.RemindAll) -> Reply:
    """一键提醒: names in private; the one-a-day key and the hours hold here too."""
    found = service.visible(session, features, call.me, Right.NUDGE, call.now, call.tz)
    if not open_now(call.now, call.tz, calendar_of(session, call.me.branch_id)):
        raise Refusal(messages.OUT_OF_HOURS)
    if not found:
        return Reply(toast=messages.NOBODY)
    members = {member.id: member for _, member in found}
    asked = service.by_person([item for item, _ in found if _can_hear(members[item.person_id])])
    owed = [
        jobs.nudge(
            call.me.branch_id, person, members[person].name, items, jobs.key(person, call.today), call.now, call.tz
        )
        for person, items in asked.items()
    ]
    rows = promise_all(session, owed, job=jobs.NUDGE, branch_id=call.me.branch_id, now=call.now)
    sent = sum(row is not None for row in rows)
    text = messages.reminding(sent, len(rows) - sent, len(members) - len(rows))
    return Reply(toast=text, alert=True, here=[Message(text)])


def _can_hear(member: Member) -> bool:
    return member.bound and member.reachable


def build(features: Features) -> list[Handler]:
    """The handlers over what these features tell."""
    return [
        Command(
            "todo",
            partial(unfinished, features),
            "未完成名单",
            Right.SEE_ROLL,
            reads=True,
            keys={Seat.DESK: 31},
            more=24,
            group_at=2,
            group_label="本组未完成",
            help="未完成名单：查看谁还未完成，可一键提醒。",
            words=("谁还缺", "谁没完成"),
        ),
        Command(
            "mine",
            partial(mine, features),
            "我的待办",
            reads=True,
            keys={**keys(21, *NO_DESK), Seat.DESK: 12},
            labels=("我还欠什么", "还欠什么"),
            words=("我欠什么", "待办"),
        ),
        Tap(messages.Snooze, partial(snooze, features)),
        Tap(messages.RemindAll, partial(remind_all, features), right=Right.NUDGE),
    ]
