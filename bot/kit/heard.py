"""What somebody has sent, as the inbox keeps it: an update is there from before it is handled, for thirty days."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from bot.kit.api_errors import read_json
from bot.kit.handlers import Heard, Visit
from bot.kit.words import units
from storage.choices import InboxState
from storage.models.inbox import Inbox

TOLD = ("message", "edited_message")
# So many updates of everybody may lie between those that are sent together.
REACH = 500


def said(session: Session, visit: Visit, update_id: int) -> Heard | None:
    """One update of this account; None when it is somebody else's, or no longer kept."""
    return next(_read(session, _mine(visit).where(Inbox.update_id == update_id)), None)


def before(session: Session, visit: Visit) -> Heard | None:
    """A message that is edited now, as it was heard last; None: nobody has heard it, or it is no longer kept."""
    # The number stands somewhere in it; whether as its own is seen when it is read.
    like = _mine(visit).where(Inbox.update_id != visit.update_id, Inbox.payload.contains(str(visit.message_id)))
    where = (visit.chat_id, visit.message_id)
    return next((one for one in _read(session, like) if (one.chat_id, one.message_id) == where), None)


def near(session: Session, bot_id: int, visit: Visit) -> list[Heard]:
    """The texts that this account has sent about when this update came, itself among them; none when it is no new
    message.
    """
    number = select(Inbox.id).where(Inbox.bot_id == bot_id, Inbox.update_id == visit.update_id, Inbox.kind == TOLD[0])
    own = session.scalars(number).one_or_none()
    if own is None:
        return []
    around = (Inbox.id > own - REACH, Inbox.id < own + REACH)
    query = _mine(visit).where(Inbox.bot_id == bot_id, Inbox.kind == TOLD[0], *around)
    found = [one for one in _read(session, query) if not one.files]
    refused = (Inbox.bot_id == bot_id, Inbox.sender == visit.chat_id, Inbox.state == InboxState.REFUSED)
    gone = select(Inbox.update_id, Inbox.received_at, Inbox.answer).where(*refused, *around, Inbox.answer.is_not(None))
    found += [_refused(row, visit.chat_id) for row in session.execute(gone) if row.answer]
    return [one for one in found if one.chat_id == visit.chat_id]


def _refused(row: Any, chat_id: int) -> Heard:
    """What was refused on arrival: only its measure is kept."""
    at = datetime.fromtimestamp(row.answer["date"], UTC)
    return Heard(
        row.update_id, chat_id, row.answer["message_id"], "", at, False, row.received_at, "", row.answer["units"]
    )


def _mine(visit: Visit) -> Select[Any]:
    columns = (Inbox.update_id, Inbox.kind, Inbox.payload, Inbox.handled_at, Inbox.answer)
    # Whatever its state: said so that the index by state and sender finds it among all that ever came.
    whatever = Inbox.state.in_(list(InboxState))
    mine = (whatever, Inbox.sender == visit.telegram_id, Inbox.kind.in_(TOLD), Inbox.payload.is_not(None))
    return select(*columns).where(*mine).order_by(Inbox.id.desc())


def _read(session: Session, query: Select[Any]) -> Iterator[Heard]:
    for row in session.execute(query):
        # What Telegram never sends may stand there too: it is nobody's words.
        with suppress(AttributeError, KeyError, OverflowError, TypeError, ValueError):
            yield _heard(row, read_json(row.payload)[row.kind])


def _heard(row: Any, message: dict[str, Any]) -> Heard:
    text = (message.get("text") or message.get("caption") or "").strip()
    return Heard(
        update_id=row.update_id,
        chat_id=message["chat"]["id"],
        message_id=message["message_id"],
        text=text,
        at=datetime.fromtimestamp(message["date"], UTC),
        files="text" not in message,
        handled_at=row.handled_at,
        did=(row.answer or {}).get("did", ""),
        units=units(text),
    )
