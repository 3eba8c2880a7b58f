"""What was said and heard that names somebody, or holds what somebody wrote: taken away, or said without the name."""

import json
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, String, and_, bindparam, case, cast, delete, or_, select, update
from sqlalchemy.orm import Session

from bot.features.privacy import own_files
from bot.features.privacy.mentions import Around, says
from bot.features.privacy.name_search import Naming
from bot.features.privacy.retention import SAID_NOTHING, SLICE
from scheduler import uploads
from scheduler.outbox_rows import ERASED, NAME_TAKEN_OUT
from storage.base import table
from storage.choices import InboxState, OutboxState
from storage.lookups import changed
from storage.models.attendance import Makeup
from storage.models.dialog import Dialog
from storage.models.draft import Draft
from storage.models.inbox import Inbox
from storage.models.invite import BindRequest
from storage.models.organisation import GroupChat
from storage.models.outbox import Outbox, Promise
from storage.models.person import Person
from storage.models.reflection import Reflection, ReflectionPart

UNSENT = (OutboxState.QUEUED, OutboxState.SENDING)
_SILENT: dict[str, Any] = {
    "message": SAID_NOTHING,
    "reason": ERASED,
    "state": case((Outbox.state.in_(UNSENT), OutboxState.CANCELLED.value), else_=Outbox.state),
}
_REWRITE = (
    update(table(Outbox))
    .where(table(Outbox).c.id == bindparam("row_id"))
    .values(message=bindparam("to_message"), about=bindparam("to_about"), reason=bindparam("to_reason"))
)


def _elsewhere(around: Around) -> Select[Any]:
    """The chats of other branches, where the same name is another person's."""
    people = select(Person.telegram_id).where(Person.branch_id.not_in(around.branches), Person.telegram_id.is_not(None))
    groups = select(GroupChat.chat_id).where(GroupChat.branch_id.not_in(around.branches))
    return select(people.union_all(groups).subquery().c[0])


def _said_here(around: Around) -> ColumnElement[bool]:
    """What was said for one of these branches, or for none (a refusal, a welcome) and to nobody of another."""
    nobodys = and_(
        Outbox.branch_id.is_(None),
        or_(Outbox.person_id.is_(None), Outbox.person_id.in_(around.people)),
        or_(Outbox.chat_id.is_(None), Outbox.chat_id.not_in(_elsewhere(around))),
    )
    return or_(Outbox.branch_id.in_(around.branches), nobodys)


# --- the name ---------------------------------------------------------------------------------------------------------


def take_name_out(session: Session, name: Naming, around: Around) -> int:
    """Out of messages, of what came in, and of open drafts (such as a roster that is looked at); how many rows."""
    return sum(rule(session, name, around) for rule in LOOKED_THROUGH.values())


def _reword_messages(session: Session, name: Naming, around: Around) -> int:
    return sum(_reword(session, found, name) for found in _messages(session, name, around))


def _messages(session: Session, name: Naming, around: Around) -> Iterator[Sequence[Row[Any]]]:
    """Those that may say the name, a slice at a time."""
    last = 0
    either = or_(says(Outbox.message, name.name), says(Outbox.about, name.name))
    query = select(Outbox.id, Outbox.state, Outbox.message, Outbox.about, Outbox.reason).where(
        _said_here(around), either
    )
    while found := session.execute(query.where(Outbox.id > last).order_by(Outbox.id).limit(SLICE)).all():
        yield found
        last = found[-1].id


def _reword(session: Session, found: Sequence[Row[Any]], name: Naming) -> int:
    """What has not gone out goes with the other name: whoever waits for it needs the rest of it. What has gone is
    emptied, because beside the name it may say why somebody was away or what somebody wrote.

    In the message's JSON the name is safe to replace: only what is read is touched, never a button's data or a file.
    """
    done = []
    for row in found:
        if not name.names_in([row.message, row.about]):
            continue
        waits = row.state in UNSENT
        if waits and name.shared:
            continue
        message = name.out_of(row.message) if waits else SAID_NOTHING
        reason = NAME_TAKEN_OUT if waits else row.reason
        done.append(
            {
                "row_id": row.id,
                "to_message": message,
                "to_about": name.out_of(row.about),
                "to_reason": reason,
            }
        )
    if done:
        session.connection().execute(_REWRITE, done)
    return len(done)


def _withhold_files(session: Session, name: Naming, around: Around) -> int:
    """A roster or export that waits to be sent cannot be rewritten: it does not go, and may be asked for again.

    Of those that have gone the content is kept for the next time that it is asked for: that goes too.
    """
    waiting = select(Outbox.id, Outbox.message).where(
        _said_here(around), Outbox.state.in_(UNSENT), cast(Outbox.message, String).contains('"document"')
    )
    made = [row.id for row in session.execute(waiting) if _is_made(row.message.get("document") or {})]
    gone = changed(session, update(Outbox).where(Outbox.id.in_(made)).values(**_SILENT)) if made else 0
    return gone + uploads.forget(session)


def _is_made(document: dict[str, Any]) -> bool:
    """A table or page that the bot made: a picture is a code to scan or has figures alone, and what people handed
    in is named by an id.
    """
    return not document.get("picture") and ("base64" in document or "upload" in document)


def _forget_heard(session: Session, name: Naming, around: Around) -> int:
    """Updates that have been handled; of strangers too, who may be the same person with another account."""
    # As JSON writes a quote in a name; and half a surrogate pair makes a whole payload be kept escaped.
    written = {json.dumps(name.name, ensure_ascii=plain)[1:-1] for plain in (False, True)}
    texts = [says(Inbox.payload, name.name), *(Inbox.payload.contains(each, autoescape=True) for each in written)]
    query = select(Inbox.id, Inbox.payload, Inbox.answer, Inbox.fault).where(
        or_(*texts, says(Inbox.answer, name.name), says(Inbox.fault, name.name)),
        Inbox.state.not_in([InboxState.NEW, InboxState.CLAIMED]),
        Inbox.sender.not_in(_elsewhere(around)),
    )
    mine = [row.id for row in session.execute(query) if name.names_in([_read(row.payload), row.answer, row.fault])]
    return _each_slice(mine, lambda part: changed(session, delete(Inbox).where(Inbox.id.in_(part))))


def _read(payload: str | None) -> Any:
    try:
        return json.loads(payload or "null")
    except ValueError:
        return payload


def _forget_drafts(session: Session, name: Naming, around: Around) -> int:
    """Open questions are closed as any is: the row stays to count on, so that no old button fits the next one."""
    query = select(Dialog.person_id, Dialog.draft).where(_filled_in(Dialog, around), says(Dialog.draft, name.name))
    mine = [row.person_id for row in session.execute(query) if name.names_in(row.draft)]
    closed = update(Dialog).where(Dialog.person_id.in_(mine)).values(step="", draft={})
    open_ = changed(session, closed) if mine else 0
    return open_ + _forget_left(session, name, around)


def _filled_in(of: type[Dialog] | type[Draft], around: Around) -> ColumnElement[bool]:
    """By somebody of these branches, for whatever organisation, or for one of them by an officer of another."""
    return or_(of.person_id.in_(around.people), of.organisation_id.in_(around.branches))


def _forget_left(session: Session, name: Naming, around: Around) -> int:
    """Forms that somebody may go on with."""
    query = select(Draft.id, Draft.fields).where(_filled_in(Draft, around), says(Draft.fields, name.name))
    left = [row.id for row in session.execute(query) if name.names_in(row.fields)]
    return changed(session, delete(Draft).where(Draft.id.in_(left))) if left else 0


# By the rules of the columns. The requests to be bound come first, and need the number too: take_requests_out.
LOOKED_THROUGH: Mapping[str, Callable[[Session, Naming, Around], int]] = {
    "messages": _reword_messages,
    "files": _withhold_files,
    "heard": _forget_heard,
    "drafts": _forget_drafts,
    "kept_files": own_files.take_out,
}
REQUESTS = "requests"


def _each_slice(ids: Sequence[int], act: Any) -> int:
    return sum(act(ids[at : at + SLICE]) for at in range(0, len(ids), SLICE))


# --- asking to be bound -----------------------------------------------------------------------------------------------


def take_requests_out(session: Session, name: Naming, around: Around, phone: str | None) -> list[int]:
    """Requests of other accounts that bear the name, or the end of the number: nobody was bound by them, and whoever
    it was may ask again. Under an account that was bound to somebody else the name is replaced.
    """
    gone = []
    for row in session.scalars(select(BindRequest).where(BindRequest.branch_id.in_(around.branches))):
        named = name.names(row.shown_name) and not name.shared
        if row.person_id is None and (named or (phone and row.phone_end == phone[-4:])):
            gone.append(row.id)
        elif named and row.person_id != around.person_id:
            row.shown_name = name.taken_out(row.shown_name)
    session.flush()
    if gone:
        changed(session, delete(BindRequest).where(BindRequest.id.in_(gone)))
    return gone


# --- what somebody wrote ----------------------------------------------------------------------------------------------


def take_texts_out(session: Session, person_id: int, requests: Collection[int]) -> int:
    """What reviewers were sent of the pieces and make-ups, and the desk of the requests: found by the promise's name,
    and by the files. What has not gone out does not go.
    """
    whose = {
        "piece": set(session.scalars(select(Reflection.id).where(Reflection.person_id == person_id))),
        "makeup": set(session.scalars(select(Makeup.id).where(Makeup.person_id == person_id))),
        "bind": set(requests),
    }
    rows = {
        outbox_id
        for kind, ids in whose.items()
        for key, outbox_id in session.execute(
            select(Promise.key, Promise.outbox_id).where(Promise.key.startswith(f"{kind}:"))
        )
        if outbox_id is not None and int(key.split(":")[1]) in ids
    }
    ids = sorted(rows | _with_files(session, _files(session, person_id)))
    return _each_slice(ids, lambda part: changed(session, update(Outbox).where(Outbox.id.in_(part)).values(**_SILENT)))


def _files(session: Session, person_id: int) -> set[str]:
    """What somebody handed in, by Telegram's own ids."""
    mine = select(ReflectionPart.file_id).join(Reflection).where(Reflection.person_id == person_id)
    found = {file_id for file_id in session.scalars(mine) if file_id is not None}
    made_up = session.scalars(select(Makeup.files).where(Makeup.person_id == person_id))
    return found | {file["file_id"] for files in made_up for file in files}


def _with_files(session: Session, files: Collection[str]) -> set[int]:
    if not files:
        return set()
    query = select(Outbox.id, Outbox.message).where(cast(Outbox.message, String).contains('"file_id"'))
    return {row.id for row in session.execute(query) if (row.message.get("document") or {}).get("file_id") in files}
