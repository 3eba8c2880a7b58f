"""移交书记职务 and 切换支部: the last thing a secretary does, and the first of who serves in two places."""

from dataclasses import replace
from functools import partial

from sqlalchemy.orm import Session

from bot.features.accounts.service import branch_name
from bot.features.offices import messages, service
from bot.features.offices.messages import ChooseSuccessor, HandOver, SwitchTo
from bot.features.todo.service import Features, waiting
from bot.kit.access import Right
from bot.kit.handlers import Call, Command, Handler, Tap
from bot.kit.keyboard import keyboard
from bot.kit.refusal import Refusal
from bot.kit.replies import Message, Reply, To, say
from bot.kit.seats import ALL_SEATS, LAST_ROW, keys
from bot.kit.words import short_day
from storage.audience import Me, find
from storage.models.person import Person


def choose_successor(session: Session, call: Call) -> Reply:
    return say(_successors(session, call, 0))


def turn_page(session: Session, call: Call, button: ChooseSuccessor) -> Reply:
    return Reply(edit=_successors(session, call, button.page))


def _successors(session: Session, call: Call, page: int) -> Message:
    people = service.successors(session, call.me, call.today)
    return messages.choose_successor(branch_name(session, call.me.branch_id), people, page)


def hand_over(features: Features, session: Session, call: Call, button: HandOver) -> Reply:
    """Asked once more, then done: both have a receipt, with the keyboard that is theirs from now on."""
    branch, day = branch_name(session, call.me.branch_id), short_day(call.today)
    new = service.successor(session, call.me, button.person_id, call.today)
    if button.sure != 1:
        waits = waiting(session, features, call.me, call.now, call.tz)
        return Reply(edit=messages.sure(branch, new, waits) if button.sure == 0 else Message(messages.NOT_HANDED_OVER))
    service.hand_over(session, call.me, button.person_id, call.today, call.now)
    old = _after(session, call, call.me.id) or replace(call.me, duties=frozenset())
    them = _after(session, call, new.id) or call.me
    goes_on = waiting(session, features, them, call.now, call.tz)
    mine, theirs = keyboard(call.commands, old), keyboard(call.commands, them)
    return Reply(
        toast="书记职务已移交。",
        edit=Message(messages.handed_over(branch, new.name, day)),
        here=[messages.receipt_of_old(branch, new.name, day, mine)],
        others=[
            To(
                messages.receipt_of_new(branch, call.me.name, day, goes_on, theirs),
                person_id=new.id,
            )
        ],
    )


def _after(session: Session, call: Call, person_id: int) -> Me | None:
    """Somebody as the change has left them; None: with the office went the last reason to be here."""
    telegram_id = session.get_one(Person, person_id).telegram_id
    return find(session, telegram_id or 0, call.today, call.me.branch_id)


def choose_place(session: Session, call: Call) -> Reply:
    if len(call.me.places) < 2:
        raise Refusal(messages.ONE_PLACE)
    return say(messages.choose_place(service.places(session, call.me, call.today), call.me.branch_id))


def switch(session: Session, call: Call, button: SwitchTo) -> Reply:
    service.switch(session, call.me, button.organisation_id, call.now)
    me = find(session, call.telegram_id, call.today, button.organisation_id) or call.me
    place = next(one for one in service.places(session, me, call.today) if one.id == button.organisation_id)
    return Reply(toast="已切换。", here=[messages.switched(place, keyboard(call.commands, me))])


def build(features: Features) -> list[Handler]:
    """The handlers; what waits with these features goes with the office."""
    return [
        Command(
            "handover",
            choose_successor,
            "移交书记职务",
            Right.HAND_OVER,
            reads=True,
            more=44,
            labels=("移交书记",),
            words=("办理交接",),
        ),
        Tap(ChooseSuccessor, turn_page, reads=True, right=Right.HAND_OVER),
        Tap(HandOver, partial(hand_over, features), right=Right.HAND_OVER),
        Command(
            "switch",
            choose_place,
            "切换支部",
            several=True,
            reads=True,
            keys=keys(LAST_ROW, *ALL_SEATS),
            help="切换支部：您在多个支部任职，办理前请先选定支部。",
        ),
        Tap(SwitchTo, switch),
    ]
