"""Files that go out with messages: kept once by digest, uploaded once, then named by Telegram's own id for them."""

import base64
import hashlib
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import String, bindparam, cast, delete, insert, literal, select, update
from sqlalchemy.orm import Session

from scheduler.outcome import BAD_FILE, Outcome, OutcomeKind
from storage.base import table
from storage.choices import OutboxState
from storage.engine import Storage
from storage.lookups import changed
from storage.models.outbox import Outbox, Upload

# A file that nothing waits for is kept so long after it was promised: the same one may be sent again.
KEPT = timedelta(days=30)
SLOW = timedelta(seconds=1)

_NEEDED = select(Outbox.message["document"]["upload"].as_integer()).where(
    Outbox.state.in_([OutboxState.QUEUED, OutboxState.SENDING]),
    Outbox.message["document"]["upload"].as_string().is_not(None),
)
_KNOWN = (
    update(table(Upload))
    .where(Upload.id == bindparam("upload_id"))
    .values(file_id=bindparam("to_file_id"), bot_id=bindparam("to_bot_id"))
)


File = tuple[str, str, str]


def keep(
    session: Session, message: dict[str, Any], now: datetime, known: dict[File, int] | None = None
) -> dict[str, Any]:
    """The message as its row holds it: a file's content goes to `upload`, once, and the row names it.

    `known` spares the same file of many messages all but the first look. One that somebody else keeps at the same
    time is a unique violation: the storage runs it again.
    """
    known = {} if known is None else known
    document = message.get("document") or {}
    # What is to be forgotten once it is sent is kept nowhere else.
    if "base64" not in document or message.get("secret"):
        return message
    file = _kind(document), document["name"], document["base64"]
    if file not in known:
        known[file] = _store(session, *file, now)
    rest = {name: value for name, value in document.items() if name != "base64"}
    return message | {"document": rest | {"upload": known[file]}}


def _store(session: Session, kind: str, name: str, content: str, now: datetime) -> int:
    """The row of the file; it was there before when the same file has been promised before."""
    digest = hashlib.sha256("\0".join((kind, name, content)).encode()).hexdigest()
    found: int | None = session.scalar(
        update(table(Upload)).where(Upload.digest == digest).values(created_at=now).returning(Upload.id)
    )
    if found is not None:
        return found
    new = {"digest": digest, "kind": kind, "name": name, "content": base64.b64decode(content), "created_at": now}
    made: int = session.scalars(insert(table(Upload)).values(**new).returning(Upload.id)).one()
    return made


def _kind(document: dict[str, Any]) -> str:
    return document.get("kind") or ("photo" if document.get("picture") else "document")


def write_down(session: Session, learned: Iterable[tuple[int | None, Outcome | None]], bot_id: int) -> None:
    """The ids of the files that have just gone up."""
    found = {upload_id: outcome.file_id for upload_id, outcome in learned if upload_id and outcome and outcome.file_id}
    for upload_id, file_id in found.items():
        values = {"upload_id": upload_id, "to_file_id": file_id, "to_bot_id": bot_id}
        session.connection().execute(_KNOWN, values)


def clean(session: Session, now: datetime) -> None:
    """Forget files that were promised long ago and that no open row needs."""
    session.execute(delete(table(Upload)).where(Upload.created_at < now - KEPT, Upload.id.not_in(_NEEDED)))


def forget(session: Session) -> int:
    """Take the content out of every file that no open row needs; how many. The same file again is a new row.

    The row stays until its time: a number that came back would be taken for the file that it was.
    """
    gone = update(table(Upload)).where(Upload.id.not_in(_NEEDED), Upload.content != b"")
    nothing = {"content": b"", "name": "", "file_id": None, "digest": literal("forgotten:") + cast(Upload.id, String)}
    return changed(session, gone.values(**nothing))


class Uploads:
    """What the sender knows of files: which are on their way up, and the ids of those that are there.

    bot_id: an id holds only for the bot that uploaded the file.
    """

    def __init__(self, storage: Storage, bot_id: int) -> None:
        self._storage, self._bot_id = storage, bot_id
        self._known: dict[int, str] = {}
        self._rising: dict[int, datetime] = {}
        self._refused: dict[int, str] = {}

    def waits(self, upload_id: int | None) -> bool:
        """The file is on its way up: whoever else sends it waits for its id."""
        return upload_id in self._rising

    def slow_from(self, upload_id: int | None) -> datetime | None:
        """When a file on its way up has taken so long that who waits for it makes room for other messages."""
        since = self._rising.get(upload_id or 0)
        return None if since is None else since + SLOW

    def reserve(self, upload_id: int | None, now: datetime) -> None:
        """A message with this file goes now; until the file's id is known, no other one does."""
        if upload_id is not None and upload_id not in self._known:
            self._rising[upload_id] = now

    def release(self, upload_id: int | None) -> None:
        """The message has gone, however it went: the next one may."""
        self._rising.pop(upload_id or 0, None)

    async def fill(self, upload_id: int, message: dict[str, Any]) -> dict[str, Any]:
        """The message as it is to be sent: with the file's id, or with its content."""
        if upload_id not in self._known:
            content, file_id, bot_id = await self._storage.read(lambda session: _find(session, upload_id))
            if file_id is None or bot_id != self._bot_id or file_id == self._refused.get(upload_id):
                return _with(message, content=content)
            self._known[upload_id] = file_id
        return _with(message, file_id=self._known[upload_id])

    def hear(self, upload_id: int, file_id: str | None, outcome: Outcome) -> Outcome:
        """Learn from what came of a message that named `file_id` (None: the file went up with it).

        An id that Telegram does not know is forgotten, and the file goes up anew with this message.
        """
        if file_id is None:
            if outcome.file_id is not None:
                self._known[upload_id] = outcome.file_id
            return outcome
        if outcome.reason == BAD_FILE:
            self._refused[upload_id] = file_id
            if self._known.get(upload_id) == file_id:
                del self._known[upload_id]
            return Outcome(OutcomeKind.AGAIN, reason=BAD_FILE)
        # The id that Telegram tells is news only of a file that went up.
        return replace(outcome, file_id=None)


def _find(session: Session, upload_id: int) -> tuple[bytes, str | None, int | None]:
    """LookupError when it is not kept any longer."""
    found = session.execute(select(Upload.content, Upload.file_id, Upload.bot_id).where(Upload.id == upload_id)).first()
    if found is None:
        raise LookupError(f"file {upload_id} is not kept any longer")
    return found.content, found.file_id, found.bot_id


def _with(message: dict[str, Any], **held: Any) -> dict[str, Any]:
    return message | {"document": message["document"] | held}
