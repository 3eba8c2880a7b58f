"""我的待办, 未完成名单, 稍后提醒, 一键提醒."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from functools import partial

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.features.todo import asking, jobs, messages, nudge_keys, service
from bot.features.todo.service import Features
from bot.kit.access import Right
from bot.kit.doors import AskOwner
from bot.kit.handlers import Call, Command, Handler, Tap
from bot.kit.owing import Owing
from bot.kit.quiet_hours import open_now
from bot.kit.refusal import Refusal
from bot.kit.replies import Message, Reply, say
from bot.kit.seats import NO_DESK, Seat, keys
from bot.kit.words import moment_words
from scheduler.calendar.days import local_day
from scheduler.calendar.store import calendar_of
from scheduler.promises import promise, promise_all, taken
from storage.away import away_on
from storage.models.outbox import Outbox, Promise
from storage.roster import Member


def mine(features: Features, session: Session, call: Call) -> Reply:
    items = service.owing(session, features, call.me.branch_id, call.now, call.tz, call.me.id)
    return say(*messages.mine(items, service.waiting(session, features, call.me, call.now, call.tz)))


def unfinished(features: Features, session: Session, call: Call) -> Reply:
    return say(*messages.unfinished(service.visible(session, features, call.me, Right.SEE_ROLL, call.now, call.tz)))


def snooze(features: Features, session: Session, call: Call, button: messages.Snooze) -> Reply:
    """The same nudge once more, later, once a day; if everything is done by then it is not sent."""
    items = service.nudged(session, features, call.me.branch_id, call.now, call.tz, call.me.id)
    if not items:
        return Reply(toast=messages.NOTHING, edit=Message(messages.NOTHING))
    when = service.later(call.now, call.tz, calendar_of(session, call.me.branch_id))
    if away_on(session, [call.me.id], local_day(when, call.tz)):
        return Reply(toast=messages.AWAY, alert=True)
    chosen = f"snooze:{call.me.id}:{call.today}"
    # Put off to a morning it is that day's one nudge; later the same day it is the person's own wish, and none.
    morning = when.astimezone(call.tz).time() == service.MORNING
    day = local_day(when, call.tz)
    keys = (chosen, nudge_keys.key(call.me.id, day)) if morning else (chosen,)
    nudge_keys.free(session, [call.me.id], day)
    if known := taken(session, keys):
        return Reply(toast=messages.snoozed_before(_put_off_to(session, known, call)), alert=True)
    owed = jobs.nudge(call.me.branch_id, call.me.id, call.me.name, items, chosen, when, call.tz)
    row = promise(session, replace(owed, keys=keys), job=jobs.NUDGE, branch_id=call.me.branch_id, now=call.now)
    session.get_one(Outbox, row).not_before = when
    return Reply(toast=messages.snoozed(moment_words(when, call.tz)), promised=True)


def _put_off_to(session: Session, keys: Collection[str], call: Call) -> str:
    """The time chosen before, as long as it is ahead."""
    query = select(Outbox.not_before).join(Promise, Promise.outbox_id == Outbox.id).where(Promise.key.in_(keys))
    ahead = [when for when in session.scalars(query) if when > call.now]
    return moment_words(min(ahead), call.tz) if ahead else ""


def remind_all(features: Features, session: Session, call: Call, button: messages.RemindAll) -> Reply:
    """一键提醒: asks once, with how many can still be reminded today; where there is nobody, it says why."""
    members = _to_remind(features, session, call)[1]
    if not members:
        return Reply(toast=messages.NOBODY)
    there, away = _parted(session, call, members)
    within_reach = [member.id for member in there if _can_hear(member)]
    known = nudge_keys.of_day(session, within_reach, call.today, call.now)
    left = len(within_reach) - len(known.sent) - len(known.waits)
    if not left:
        return Reply(here=[Message(_told(known, 0, len(there) - len(within_reach), away, call))])
    return Reply(here=[messages.remind_how_many(left)])


def remind_sure(features: Features, session: Session, call: Call, button: messages.RemindSure) -> Reply:
    """Whoever owes something gets it in private; the one-a-day key and the hours hold here too."""
    if not button.sure:
        return Reply(edit=Message(messages.NOT_REMINDED))
    found, members = _to_remind(features, session, call)
    if not members:
        return Reply(edit=Message(messages.NOBODY))
    there, away = _parted(session, call, members)
    within_reach = {member.id for member in there if _can_hear(member)}
    asked = service.by_person([item for item in found if item.person_id in within_reach])
    nudge_keys.free(session, asked, call.today)
    owed = [
        jobs.nudge(
            call.me.branch_id,
            person,
            members[person].name,
            items,
            nudge_keys.key(person, call.today),
            call.now,
            call.tz,
            asked=call.message_id or 0,
        )
        for person, items in asked.items()
    ]
    promise_all(session, owed, job=jobs.NUDGE, branch_id=call.me.branch_id, now=call.now)
    known = nudge_keys.of_day(session, asked, call.today, call.now)
    # Those of this very question, so that a double tap finds what it has done.
    sent = sum(by == call.message_id for by in known.sent.values())
    return Reply(edit=Message(_told(known, sent, len(there) - len(asked), away, call)), promised=True)


def _parted(session: Session, call: Call, members: Mapping[int, Member]) -> tuple[list[Member], int]:
    """Those who are there, and how many are away."""
    away = away_on(session, members, call.today)
    return [member for member in members.values() if member.id not in away], len(away)


def _told(known: nudge_keys.Taken, sent: int, unreachable: int, away: int, call: Call) -> str:
    waits = [f"{when.astimezone(call.tz):%H:%M}" for when in known.waits.values()]
    return messages.reminding(sent, len(known.sent) - sent, unreachable, waits, away)


def _to_remind(features: Features, session: Session, call: Call) -> tuple[list[Owing], dict[int, Member]]:
    """What is owed by those whom somebody may remind, and who they are; in the hours in which it may be said."""
    found = service.visible(session, features, call.me, Right.NUDGE, call.now, call.tz)
    if not open_now(call.now, call.tz, calendar_of(session, call.me.branch_id)):
        raise Refusal(messages.OUT_OF_HOURS)
    return [item for item, _ in found], {member.id: member for _, member in found}


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
        Tap(messages.RemindAll, partial(remind_all, features), reads=True, right=Right.NUDGE, private=True),
        Tap(messages.RemindSure, partial(remind_sure, features), right=Right.NUDGE, private=True),
        Tap(AskOwner, partial(asking.ask, features), right=Right.NUDGE, private=True),
        Tap(messages.AskSure, partial(asking.sure, features), right=Right.NUDGE, private=True),
    ]
