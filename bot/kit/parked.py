"""Updates that could not be handled are taken up again: by the operator's button, and by branch-bot owed --again."""

import logging
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from bot.kit.buttons import Button
from bot.kit.handlers import Handler, Tap, Visit
from bot.kit.replies import Message, Reply
from storage import audit
from storage.choices import InboxState
from storage.models.audit import Audit
from storage.models.inbox import Inbox

log = logging.getLogger(__name__)

# Why the receiver itself sets something aside: no attempt will ever make more of it.
UNKNOWN = "not an update that anybody knows"
# What is parked and may go well the next time: of what could not even be read nothing is kept.
READABLE = (Inbox.state == InboxState.PARKED, Inbox.payload.is_not(None), Inbox.fault != UNKNOWN)
TAKEN_UP = "taken_up"
NOTHING = "没有可以重新办理的消息。"


@dataclass(frozen=True)
class TakeUpAgain(Button):
    """重新办理 under the operator's message: everything of this bot that is parked."""

    prefix: ClassVar[str] = "ta"
    bot_id: int


def again(session: Session, bot_id: int, now: datetime, via: str) -> int:
    """What is parked and can be read is new again, in its order; returns how many. The fault stays in the log."""
    readable = (Inbox.bot_id == bot_id, *READABLE)
    rows = session.execute(select(Inbox.id, Inbox.update_id, Inbox.fault).where(*readable).order_by(Inbox.id)).all()
    if not rows:
        return 0
    for row in rows:
        # Its kind alone: an earlier version kept what an error said, and that may be somebody's words.
        log.info("update %s is taken up again; it was set aside for: %s", row.update_id, row.fault.partition(":")[0])
    fresh = update(Inbox).where(*readable).values(state=InboxState.NEW, handled_at=None)
    session.execute(fresh.execution_options(synchronize_session=False))
    audit.record(session, TAKEN_UP, "updates", None, now=now, by=audit.By(None, via=via), updates=len(rows))
    return len(rows)


def taken_up_at(session: Session) -> datetime | None:
    """When that was done last: what is parked after it is news."""
    # What belongs to no branch: that narrows the search to the index.
    query = select(Audit.at).where(Audit.branch_id.is_(None), Audit.action == TAKEN_UP)
    return session.scalars(query.order_by(Audit.id.desc()).limit(1)).first()


def _tapped(session: Session, visit: Visit, button: TakeUpAgain) -> Reply:
    number = again(session, button.bot_id, visit.now, "chat")
    if not number:
        return Reply(toast=NOTHING)
    text = f"正在重新办理{number}条消息。仍不能办理的，会再次提示。"
    return Reply(toast=text, edit=Message(text))


HANDLERS: list[Handler] = [Tap(TakeUpAgain, _tapped, operator=True)]
