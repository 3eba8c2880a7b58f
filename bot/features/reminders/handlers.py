"""提醒设置: what the clock sends in this branch, with a button to switch each."""

from sqlalchemy.orm import Session

from bot.features.reminders import messages, service
from bot.features.reminders.buttons import SetDigest, TurnSend, TurnSure
from bot.features.todo import digest_setting
from bot.kit.access import Right
from bot.kit.handlers import Call, Command, Handler, Tap
from bot.kit.replies import Message, Reply, say


def show(session: Session, call: Call) -> Reply:
    """/reminders: for the secretary and the deputy."""
    return say(_page(session, call))


def _page(session: Session, call: Call) -> Message:
    branch_id = call.me.branch_id
    return messages.page(service.states(session, branch_id), digest_setting.of_branch(session, branch_id))


def turn(session: Session, call: Call, button: TurnSend) -> Reply:
    """The button says what is to be, so that two of two officers do not undo each other. What goes at once by it, and
    what would not go any more, is asked about.
    """
    changed = service.changed(session, call.me, button.send, button.on == 1, call.now, call.tz)
    if changed:
        return Reply(edit=messages.sure_to_turn(button.send, button.on == 1, changed, call.tz))
    return _turn(session, call, button)


def _turn(session: Session, call: Call, button: TurnSend | TurnSure) -> Reply:
    service.turn(session, call.me, button.send, button.on == 1, call.now)
    return Reply(toast=messages.turned(button.send, button.on == 1), edit=_page(session, call))


def set_digest(session: Session, call: Call, button: SetDigest) -> Reply:
    digest_setting.put(session, call.me, button.when, call.now)
    return Reply(toast=messages.digest_set(button.when), edit=_page(session, call))


HANDLERS: list[Handler] = [
    Command(
        "reminders",
        show,
        "提醒设置",
        Right.SENDS,
        reads=True,
        more=61,
    ),
    Tap(TurnSend, turn, right=Right.SENDS, private=True),
    Tap(TurnSure, _turn, right=Right.SENDS, private=True),
    Tap(SetDigest, set_digest, right=Right.SENDS, private=True),
]
