"""The end of one update, in the handler's own transaction: the inbox row is done and what is to be said is promised."""

from dataclasses import replace
from typing import Any, cast

from sqlalchemy import CursorResult, Table, bindparam, exists, select, update
from sqlalchemy.orm import Session

from bot.kit import own_keyboards
from bot.kit.handlers import Visit
from bot.kit.replies import Reply, Said
from scheduler.jobs import Owed
from scheduler.outbox import promise_all
from storage.choices import InboxState, Lane
from storage.models.inbox import Inbox


class AlreadyHandled(Exception):
    """Another process, or this one before a restart, has handled the update: nothing is to be said."""


class NotYet(Exception):
    """An earlier update of the same sender is still open in another process: try again in a moment."""


# Built once and without the ORM: every update passes here.
_INBOX = cast(Table, Inbox.__table__)
_earlier = _INBOX.alias("earlier")
_MINE = (_INBOX.c.bot_id == bindparam("bot"), _INBOX.c.update_id == bindparam("number"))
_FINISH = (
    update(_INBOX)
    .where(
        *_MINE,
        _INBOX.c.state == InboxState.NEW,
        # What another bot on this database was sent before a new token took its place waits for nobody.
        ~exists().where(
            _earlier.c.bot_id == _INBOX.c.bot_id,
            _earlier.c.state == InboxState.NEW,
            _earlier.c.sender == _INBOX.c.sender,
            _earlier.c.id < _INBOX.c.id,
        ),
    )
    .values(state=bindparam("becomes"), handled_at=bindparam("at"), answer=bindparam("said"))
)
_STATE = select(_INBOX.c.state).where(*_MINE)
_MARK = (
    update(_INBOX)
    .where(
        _INBOX.c.bot_id == bindparam("bot"),
        _INBOX.c.update_id.in_(bindparam("numbers", expanding=True)),
        _INBOX.c.state == InboxState.DONE,
    )
    .values(state=InboxState.ANSWERED)
)


def finish(
    session: Session, bot_id: int, visit: Visit, reply: Reply, query_id: str | None, branch_id: int | None
) -> None:
    """Mark the update done with its answer and put every new message into the outbox.

    The conditional update is the claim: of two processes one finds the row new. Raises AlreadyHandled or NotYet.
    """
    answer = _answer(visit, reply, query_id)
    mine = {"bot": bot_id, "number": visit.update_id}
    becomes = InboxState.DONE if answer else InboxState.ANSWERED
    # Nothing of this is said again; it is asked for when the message is edited.
    kept = {**(answer or {}), "did": reply.did} if reply.did else answer
    done = session.execute(_FINISH, mine | {"becomes": becomes, "at": visit.now, "said": kept})
    if cast(CursorResult[Any], done).rowcount != 1:
        raise NotYet if session.scalar(_STATE, mine) is InboxState.NEW else AlreadyHandled
    owed = [
        each if each.keys else replace(each, keys=(f"answer:{bot_id}:{visit.update_id}:{number}",))
        for number, each in enumerate(_messages(visit, reply))
    ]
    promise_all(session, owed, job=None, branch_id=branch_id, now=visit.now)
    own_keyboards.note(session, visit, reply)


def forget_payload(session: Session, visit: Visit) -> None:
    """What came is not kept (a code that opens a door, somebody's number): only that something came."""
    # Whatever its state: said so that the index by state and sender finds it among all that ever came.
    whatever = _INBOX.c.state.in_(list(InboxState))
    mine = (_INBOX.c.update_id == visit.update_id, _INBOX.c.sender == visit.telegram_id, whatever)
    session.execute(update(_INBOX).where(*mine).values(payload=None))


def mark_answered(session: Session, bot_id: int, update_ids: list[int]) -> None:
    """These have been said: a restart need not say them again."""
    session.execute(_MARK, {"bot": bot_id, "numbers": update_ids})


def _answer(visit: Visit, reply: Reply, query_id: str | None) -> dict[str, Any] | None:
    if query_id is None and reply.edit is None:
        return None
    return {
        "query_id": query_id,
        "toast": reply.toast,
        "alert": reply.alert,
        "chat_id": visit.chat_id,
        "message_id": visit.message_id,
        "edit": reply.edit.to_json() if reply.edit else None,
    }


def _messages(visit: Visit, reply: Reply) -> list[Owed]:
    here = [Owed((), _json(said), None, visit.chat_id, Lane.ANSWERS) for said in reply.here]
    others = [
        Owed(
            (to.key,) if to.key else (),
            _json(to.said),
            to.person_id,
            to.chat_id,
            Lane.MUST_ARRIVE,
            card=to.card,
            batch=to.batch,
        )
        for to in reply.others
    ]
    return here + others


def _json(said: Said) -> dict[str, Any]:
    return said.to_json()
