"""党费: the page of a month, ticked and taken back."""

from datetime import date

from sqlalchemy.orm import Session

from bot.features.dues import buttons, messages, rules, service
from bot.features.dues.rules import State
from bot.kit.access import Right, may
from bot.kit.handlers import Call, Command, Handler, Tap, Word, spoken
from bot.kit.refusal import Nothing, Refusal
from bot.kit.replies import Message, Reply, say

KEEPS = Right.DUES


def open_list(session: Session, call: Call) -> Reply:
    """Of this month; where the branch has not switched it on, where that is done."""
    if not service.is_on(session, call.me.branch_id):
        sets = may(call.me, Right.BRANCH_SETTINGS, branch_id=call.me.branch_id)
        return say(messages.switched_off(service.OFF, may_set=sets))
    return say(_page(call, _state(session, call, call.today), 0))


def by_sentence(session: Session, call: Call) -> Reply:
    """全部已交，除甲五: ticked at once, and the word 撤销 takes it back. Where nobody keeps a list it means nothing."""
    said, keeps = rules.read(call.text), may(call.me, KEEPS, branch_id=call.me.branch_id)
    if said is None or not keeps or not service.is_on(session, call.me.branch_id):
        raise Nothing("", call.text)
    found = service.all_but(session, call.me, said.on(call.today), said.but, call.now, call.tz)
    return say(_page(call, found, 0))


def _state(session: Session, call: Call, month: date | None) -> State:
    """Of a span that takes records today."""
    span = service.to_record(session, call.me, month, call.now, call.tz)
    return service.state(session, call.me.branch_id, span)


def _page(call: Call, found: State, at: int) -> Message:
    return messages.page(found, at, call.today)


def show(session: Session, call: Call, button: buttons.ShowDues) -> Reply:
    return Reply(edit=_page(call, _state(session, call, rules.by_number(button.month)), button.page))


def tick(session: Session, call: Call, button: buttons.TickDues) -> Reply:
    month, person_id = rules.by_number(button.month), button.person_id
    found = service.tick(session, call.me, month, [person_id], call.now, call.tz)
    return Reply(toast=messages.ticked(found, person_id), edit=_page(call, found, button.page))


def tick_everybody(session: Session, call: Call, button: buttons.TickEverybody) -> Reply:
    month = rules.by_number(button.month)
    if not button.sure:
        found = _state(session, call, month)
        if not found.open:
            raise Refusal(service.NOBODY_LEFT)
        return Reply(edit=messages.sure(found, call.today))
    found = service.tick(session, call.me, month, None, call.now, call.tz)
    return Reply(toast="已全部登记。", edit=_page(call, found, 0))


def show_ticked(session: Session, call: Call, button: buttons.ShowTicked) -> Reply:
    found = _state(session, call, rules.by_number(button.month))
    return Reply(edit=messages.ticked_page(found, button.page, call.today))


def untick(session: Session, call: Call, button: buttons.UntickDues) -> Reply:
    month, person_id = rules.by_number(button.month), button.person_id
    found = service.untick(session, call.me, month, person_id, call.now, call.tz)
    return Reply(toast=messages.unticked(found, person_id), edit=messages.ticked_page(found, button.page, call.today))


HANDLERS: list[Handler] = [
    Command(
        messages.COMMAND,
        open_list,
        "党费",
        KEEPS,
        reads=True,
        where=service.is_on,
        more=45,
        words=("党费登记", "登记党费"),
    ),
    Word((), by_sentence, matches=spoken(rules.says_everybody)),
    Tap(buttons.ShowDues, show, reads=True, right=KEEPS, private=True),
    Tap(buttons.TickDues, tick, right=KEEPS, private=True),
    Tap(buttons.TickEverybody, tick_everybody, right=KEEPS, private=True),
    Tap(buttons.ShowTicked, show_ticked, reads=True, right=KEEPS, private=True),
    Tap(buttons.UntickDues, untick, right=KEEPS, private=True),
]
