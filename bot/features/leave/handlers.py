"""Taps and words of those who do not come: 请假 asked for, by button, word or sentence, and its reason."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta, tzinfo
from functools import partial

from sqlalchemy.orm import Session

from bot.features.leave import (
    buttons,
    cancelling_handlers,
    cards,
    deciding_handlers,
    makeup_handlers,
    messages,
    rules,
    service,
)
from bot.features.notices.cards import NOTICE, AskLeave, card_of
from bot.features.notices.service import acknowledge, unanswered_notices
from bot.kit import dialog as dialogs
from bot.kit import heard
from bot.kit.activities import ACTIVITY_CARD, OUT_OF_SCOPE, activity_of_card, choose_activity, find_activity, undone
from bot.kit.doors import ChooseLeave, NoLeave
from bot.kit.glossary.choices import LEAVE_TYPES
from bot.kit.handlers import Answer, Call, Command, Edited, Handler, Tap, Word, no_files, spoken
from bot.kit.possible import Possible, Standing
from bot.kit.refusal import Refusal
from bot.kit.replies import Choice, Message, Reply, To, say
from bot.kit.seats import NO_DESK, keys
from storage.activities import in_scope, notice_of
from storage.audience import Me
from storage.choices import LeaveState, LeaveType
from storage.models.activity import Activity
from storage.models.attendance import LeaveRequest
from storage.models.dialog import Dialog
from storage.models.notice import Notice

NOTHING_AHEAD = "现在没有需要请假的活动。"
TAKE_CARE = "请保重身体。"
# So long what is written after a request is its reason, if it asks nothing.
EXPLAINS = timedelta(minutes=10)
REASON = "leave.reason"
_ASKS = re.compile(r"[?？]|[吗么呢]$|几点|什么|哪|怎么|能不能|可不可以")
RECEIVED = "您已回复“收到”。\n"
SAY_AGAIN = "没有找到您发送的请假内容，请重新发送。"


def ask_leave(session: Session, call: Call, button: AskLeave) -> Reply:
    """In private the types appear at once; from the group card they come as a private message."""
    activity = _own(session, call, button.activity_id)
    choice = messages.choose_leave(activity, call.tz)
    if call.private:
        return Reply(toast="请选择请假类别。", here=[choice])
    return Reply(toast="请在私聊中选择请假类别。", others=[To(choice, person_id=call.me.id)])


def _own(session: Session, call: Call, activity_id: int) -> Activity:
    """The activity, for whom it is."""
    activity = find_activity(session, call.me, activity_id)
    if not in_scope(session, call.me, activity):
        raise Refusal(OUT_OF_SCOPE)
    return activity


def choose_leave(session: Session, call: Call, button: ChooseLeave) -> Reply:
    return _ask_leave(session, call, button.activity_id, button.kind)


def _ask_leave(session: Session, call: Call, activity_id: int, kind: LeaveType, reason: str = "") -> Reply:
    row = service.ask_leave(session, call.me, activity_id, kind, call.now, reason)
    activity = session.get_one(Activity, activity_id)
    asks_why = not row.reason and _asks_why(session, call, row)
    return Reply(
        toast="已提交请假，待审批。",
        edit=messages.leave_asked(row, activity, asks_why),
        others=cards.to_approvers(session, call, row, activity),
        refresh=[(ACTIVITY_CARD, activity_id)],
        did=f"leave_request:{row.id}",
    )


def _asks_why(session: Session, call: Call, row: LeaveRequest) -> bool:
    """What is written next is the reason: where no other question is open, which would be closed by this one."""
    dialog = dialogs.standing(session, call.me.id, call.now)
    if dialog is not None and dialog.step != REASON:
        return False
    dialogs.ask(session, call.me, REASON, call.now, leave=row.id)
    return True


def may_explain(session: Session, call: Call, dialog: Dialog) -> bool:
    """The question for a reason is soft: soon after the request, while that stands, and no question in turn."""
    soon = call.now - (dialog.expires_at - dialogs.LIFE) <= EXPLAINS
    asks = _ASKS.search(call.text) or rules.only_not_coming(call.text) or rules.begins_with_kind(call.text)
    says_why = bool(call.text.strip()) and not asks
    stands = service.may_explain(session, call.me, int(dialog.draft["leave"]), call.now)
    return soon and not call.files and says_why and stands


def explain(session: Session, call: Call, dialog: Dialog) -> Reply:
    """The reason, to the request and to who decides on it."""
    reason = _short(rules.Asked(None, call.text.strip(), False)).reason
    row, activity = service.explain(session, call.me, int(dialog.draft["leave"]), reason, call.now)
    dialogs.close(session, call.me.id)
    told = cards.to_approvers(session, call, row, activity, explained=True)
    return Reply(here=[messages.leave_asked(row, activity)], others=told)


def leave_by_word(session: Session, call: Call) -> Reply:
    """请假 and no more."""
    return _by_words(session, call, rules.Asked(None, "", False))


def _by_kind(kind: LeaveType) -> Callable[[Session, Call], Reply]:
    """公差, 请假 病假 and no more."""
    return lambda session, call: _by_words(session, call, rules.Asked(kind, "", False))


def leave_by_sentence(session: Session, call: Call) -> Reply:
    """病假 发烧, 请假 住院, 收到，请假: for the card replied to, else for what is ahead."""
    return _by_words(session, call, _of_oneself(session, call, _short(rules.read(call.text))))


def leave_by_offer(session: Session, call: Call) -> Reply:
    """我来不了, 有点发烧: leave is offered, with all of it for the reason."""
    return _by_words(session, call, _short(rules.read_offer(call.text)))


def _of_oneself(session: Session, call: Call, asked: rules.Asked) -> rules.Asked:
    """出差 甲五 may be said of 甲五: it is only offered."""
    named = asked.reason and service.names_another(session, call.me, asked.reason, call.today)
    return replace(asked, kind=None, offered=True) if named else asked


def _short(asked: rules.Asked | None) -> rules.Asked:
    """What is said, with a reason as long as is kept."""
    if asked is None:
        raise Refusal(SAY_AGAIN)
    if len(asked.reason) > rules.LONGEST_REASON:
        raise Refusal(f"请假事由共{len(asked.reason)}字，超过{rules.LONGEST_REASON}字，没有提交，请精简后重新发送。")
    return asked


def _by_words(session: Session, call: Call, asked: rules.Asked) -> Reply:
    if call.card is not None:
        activity_id = activity_of_card(call.card)
        if activity_id is None:
            return _of_plain_notice(session, call, asked, call.card[1] if call.card[0] == NOTICE else None)
        return _for(session, call, _own(session, call, activity_id), asked, call.update_id)
    ahead = service.ahead(session, call.me, call.now)
    going_on, over = service.missed(session, call.me, call.now)
    if not ahead:
        notice_id = _only_notice(session, call) if asked.received else None
        if notice_id is None and (going_on or over):
            raise Refusal(service.STARTED if going_on else service.OVER)
        return _of_plain_notice(session, call, asked, notice_id)
    if going_on:
        # It may as well be what goes on: nothing is asked for that is not said.
        asked = replace(asked, kind=None, offered=True)
    head = f"{going_on[0].title}：{service.STARTED}\n" if going_on else ""
    if len(ahead) > 1:
        does = partial(buttons.OfferLeave, said=call.update_id)
        return say(choose_activity(f"{head}请选择要请假的活动。", ahead[:8], does, call.tz))
    return _headed(head, _for(session, call, ahead[0], asked, call.update_id))


def _headed(head: str, reply: Reply) -> Reply:
    shown = replace(reply.edit, text=f"{head}{reply.edit.text}") if reply.edit is not None else None
    return replace(reply, edit=shown)


def _only_notice(session: Session, call: Call) -> int | None:
    """A plain one, where no other waits."""
    waiting = unanswered_notices(session, call.me, call.now)
    return waiting[0].id if len(waiting) == 1 and waiting[0].activity_id is None else None


def _of_plain_notice(session: Session, call: Call, asked: rules.Asked, notice_id: int | None) -> Reply:
    """There is nothing to be away from; 收到 that is said with it counts."""
    if not asked.received or notice_id is None:
        raise Refusal(f"{TAKE_CARE if asked.ill else ''}{NOTHING_AHEAD}")
    row, _ = acknowledge(session, call.me, notice_id, call.now)
    card = card_of(session.get_one(Notice, row.notice_id))
    return Reply(edit=Message(f"{RECEIVED}{NOTHING_AHEAD}"), refresh=[card], did=f"receipt:{row.id}")


def _for(session: Session, call: Call, activity: Activity, asked: rules.Asked, said: int) -> Reply:
    """What comes of words about an activity: 收到 when it is said, then the leave, or the question for its kind."""
    lines, refresh = _received(session, call, activity) if asked.received and call.now < activity.start_at else ("", [])
    stands = service.leave_of(session, activity.id, call.me.id)
    if stands is not None and (asked.offered or stands.state is not LeaveState.PENDING) and _is_same(asked, stands):
        return _headed(lines, Reply(edit=messages.leave_stands(stands, activity, call.now), refresh=refresh))
    try:
        _, earlier = service.may_ask(session, call.me, activity.id, call.now)
    except Refusal as refusal:
        if not lines:
            raise
        return Reply(edit=Message(f"{lines}{refusal.text}"), refresh=refresh)
    if asked.kind is not None:
        reply = _ask_leave(session, call, activity.id, asked.kind, asked.reason)
    elif earlier is not None and not asked.reason:
        reply = Reply(edit=messages.leave_stands(earlier, activity, call.now))
    elif not asked.reason and not asked.received:
        reply = Reply(edit=messages.choose_leave(activity, call.tz))
    else:
        reply = Reply(edit=messages.offer_leave(activity, asked.reason, said, call.tz))
    return replace(_headed(lines, reply), refresh=[*refresh, *reply.refresh])


def _is_same(asked: rules.Asked, stands: LeaveRequest) -> bool:
    return asked.kind in (None, stands.type)


def _received(session: Session, call: Call, activity: Activity) -> tuple[str, list[tuple[str, int]]]:
    notice = notice_of(session, activity.id)
    if notice is None:
        return "", []
    acknowledge(session, call.me, notice.id, call.now)
    return RECEIVED, [card_of(notice)]


def offer_leave(session: Session, call: Call, button: buttons.OfferLeave) -> Reply:
    """Which of several activities was meant."""
    activity = _own(session, call, button.activity_id)
    said = _of_oneself(session, call, _said(session, call, button.said))
    return _for(session, call, activity, said, button.said)


def choose_for(session: Session, call: Call, button: buttons.ChooseFor) -> Reply:
    said = _said(session, call, button.said)
    return _ask_leave(session, call, button.activity_id, button.kind, said.reason)


def _said(session: Session, call: Call, update_id: int) -> rules.Asked:
    """What was typed in that update, which nobody else can have sent."""
    said = heard.said(session, call, update_id)
    return _short((rules.read(said.text) or rules.read_offer(said.text)) if said is not None else None)


def no_leave(session: Session, call: Call, button: NoLeave) -> Reply:
    """不请假: nothing is recorded; what was asked before stands, and is named."""
    activity = _own(session, call, button.activity_id)
    row = service.leave_of(session, activity.id, call.me.id)
    if row is not None and row.state is not LeaveState.REFUSED:
        return Reply(edit=messages.leave_stands(row, activity, call.now))
    return Reply(toast="未请假。", edit=messages.no_leave(activity, call.tz))


def edited(session: Session, call: Call) -> Reply | None:
    """The words that asked for leave, edited: the leave stands as it is."""
    row_id = call.before.row("leave_request") if call.before is not None else None
    row = session.get(LeaveRequest, row_id) if row_id is not None else None
    stands = service.leave_of(session, row.activity_id, call.me.id) if row is not None else None
    if stands is None:
        return None
    return say(messages.leave_stands(stands, session.get_one(Activity, stands.activity_id), call.now))


def undo_leave(session: Session, call: Call, button: buttons.UndoLeave) -> Reply:
    activity = service.undo(session, call.me, button.row_id, call.now, call.tz)
    cards.close(session, call, session.get_one(LeaveRequest, button.row_id), activity)
    return replace(undone(activity.id, "请假"), promised=True)


def _typed(kind: LeaveType) -> tuple[str, ...]:
    """What may be typed for one kind and no more: 病假, 病, 请假 病假, 请假 病, 请病假."""
    own, short = LEAVE_TYPES[kind], rules.SHORT[kind]
    return own, short, f"请假 {own}", f"请假 {short}", f"请{own}"


def is_about_leave(text: str) -> bool:
    return rules.read(text) is not None


def sounds_like_leave(text: str) -> bool:
    return rules.read_offer(text) is not None


# --- what is open, and what stands ----------------------------------------------------------------------------------


def possible(session: Session, me: Me, now: datetime, tz: tzinfo) -> list[Possible]:
    """Leave may be asked for what is ahead."""
    free = [one for one in service.ahead(session, me, now) if service.leave_of(session, one.id, me.id) is None]
    return [
        Possible("请假", one.title, Choice("请假", AskLeave(one.id)), card=(ACTIVITY_CARD, one.id)) for one in free[:1]
    ]


def stands(session: Session, me: Me, now: datetime, tz: tzinfo) -> list[Standing]:
    """The own leave that can still be cancelled."""
    found = []
    for activity, row in service.standing(session, me, now):
        shown = messages.leave_stands(row, activity, now)
        found.append(Standing(shown.text, shown.rows[0][0], ("请假", row.id), (ACTIVITY_CARD, activity.id)))
    return found


HANDLERS: list[Handler] = [
    Tap(AskLeave, ask_leave),
    Tap(ChooseLeave, choose_leave),
    Tap(buttons.OfferLeave, offer_leave),
    Tap(buttons.ChooseFor, choose_for),
    Tap(NoLeave, no_leave),
    Tap(buttons.UndoLeave, undo_leave),
    Command(
        "leave",
        leave_by_word,
        "请假",
        keys=keys(12, *NO_DESK),
        more=11,
        in_group=True,
    ),
    *(Word(_typed(kind), _by_kind(kind), in_group=True) for kind in LEAVE_TYPES),
    *cancelling_handlers.HANDLERS,
    Word((), leave_by_word, matches=spoken(rules.asks_whether), in_group=True),
    Word((), leave_by_sentence, matches=spoken(is_about_leave), in_group=True),
    Word((), leave_by_offer, matches=spoken(sounds_like_leave), in_group=True, offers=True),
    Edited(edited, in_group=True),
    Answer(
        REASON,
        explain,
        called="请假事由",
        takes_files=no_files,
        measure=lambda dialog: ("请假事由", rules.LONGEST_REASON),
        soft=may_explain,
    ),
    *deciding_handlers.HANDLERS,
    *makeup_handlers.HANDLERS,
]
