"""Who gets through to a handler: what it declares is asked here, by the edge, before anything of it runs."""

from typing import Any

from sqlalchemy.orm import Session

from bot.kit.access import NO_RIGHT, Right, must_hold
from bot.kit.handlers import Answer, Call, Command, Tap, Word
from bot.kit.refusal import Refusal
from bot.kit.replies import Reply

Declaring = Tap | Command | Word | Answer


def run(handler: Declaring, session: Session, call: Call, *given: Any) -> Reply:
    """The handler, for who may; `given`: the button or the dialog, where it gets one."""
    admit(handler, call)
    return handler.run(session, call, *given)


def prepare(handler: Tap, session: Session, call: Call, button: Any) -> Any:
    """What the handler makes before it writes, for who may; None: it makes nothing."""
    admit(handler, call)
    return handler.prepare(session, call, button) if handler.prepare is not None else None


def admit(handler: Declaring, call: Call) -> None:
    """Refuse who does not hold its right at all, and who taps in a group what is for private chats."""
    if isinstance(handler, Tap) and handler.private and not call.private:
        raise Refusal(NO_RIGHT)
    needed = needs(handler)
    if needed is not None:
        must_hold(call.me, needed)


def may(handler: Declaring, call: Call) -> bool:
    """Whether `admit` lets somebody through."""
    try:
        admit(handler, call)
    except Refusal:
        return False
    return True


def needs(handler: Declaring) -> Right | None:
    """The right without which nobody gets through."""
    return None if isinstance(handler, Command) and handler.only_shown else handler.right
