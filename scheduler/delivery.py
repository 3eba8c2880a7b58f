"""One call for what a row says: a new message, a file by its id or its content, an edit in the words of the moment."""

import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from scheduler.clock import Clock
from scheduler.jobs import StillOwed
from scheduler.outbox_rows import Row
from scheduler.outcome import BAD_FILE, Outcome, OutcomeKind
from scheduler.pace import Pace
from scheduler.promises import message_of
from scheduler.uploads import Uploads
from storage.engine import Storage
from storage.entry_files import content_of
from storage.transactions import unavailable

log = logging.getLogger(__name__)

Send = Callable[[int, dict[str, Any]], Awaitable[Outcome]]
Edit = Callable[[int, int, dict[str, Any]], Awaitable[Outcome]]


class Delivery:
    """Says rows; whatever goes wrong is an outcome of the row."""

    def __init__(
        self,
        storage: Storage,
        clock: Clock,
        send: Send,
        edit: Edit | None,
        still_owed: Mapping[str, StillOwed],
        pace: Pace,
        uploads: Uploads,
    ) -> None:
        self._storage, self._clock, self._send, self._edit = storage, clock, send, edit
        self._still_owed, self._pace, self._uploads = still_owed, pace, uploads

    async def say(self, row: Row) -> Outcome:
        """One call for what the row says; a fault of ours is an outcome as well."""
        try:
            outcome = await self._speak(row)
        except Exception as error:
            say_why(error, f"row {row.id} of job {row.job} could not be sent")
            away = unavailable(error)
            return Outcome(OutcomeKind.RETRY if away else OutcomeKind.FAILED, reason=type(error).__name__)
        if outcome.kind is OutcomeKind.FAILED:
            log.error("row %s of job %s was refused as wrong: %s", row.id, row.job, outcome.reason)
        return outcome

    async def _speak(self, row: Row) -> Outcome:
        """What the row says, to Telegram."""
        if row.edits is not None:
            return await self._correct(row, row.edits)
        if row.upload is None:
            return await self._send_kept(row)
        message = await self._uploads.fill(row.upload, row.message)
        outcome = await self._send(row.chat_id, message)
        return self._uploads.hear(row.upload, message["document"].get("file_id"), outcome)

    async def _send_kept(self, row: Row) -> Outcome:
        """A file of the register goes by Telegram's id of it, else as the bytes that are kept: they are in no row of
        the outbox, so that what is erased there is erased.
        """
        if row.message.get("under"):
            row.message = await self._below(row.message)
        document = row.message.get("document") or {}
        if document.get("file_id") or document.get("stored") is None:
            outcome = await self._send(row.chat_id, row.message)
            if outcome.reason != BAD_FILE or document.get("stored") is None:
                return outcome
        stored_id: int = document["stored"]
        content = await self._storage.read(lambda session: content_of(session, stored_id))
        if content is None:
            return Outcome(OutcomeKind.FAILED, reason=BAD_FILE)
        rest = {name: value for name, value in document.items() if name != "file_id"}
        return await self._send(row.chat_id, row.message | {"document": rest | {"content": content}})

    async def _below(self, message: dict[str, Any]) -> dict[str, Any]:
        """As a reply to what it belongs to; by itself where that has not gone."""
        key: str = message["under"]
        number = await self._storage.read(lambda session: message_of(session, key))
        rest = {name: value for name, value in message.items() if name != "under"}
        return rest if number is None else rest | {"reply_to": number}

    async def _correct(self, row: Row, message_id: int) -> Outcome:
        """Edit what was sent, as it reads now; and again when its owner's tap changed it while the edit was going."""
        assert self._edit is not None
        said, outcome = None, Outcome(OutcomeKind.GONE, reason="no_longer_owed")
        while (message := await self._as_it_reads(row)) is not None and message != said:
            if said is not None:
                self._pace.take(row.chat_id, self._clock.steady())
            outcome = await self._edit(row.chat_id, message_id, message)
            if outcome.kind is not OutcomeKind.SENT:
                return outcome
            row.message, row.worded_anew, said = message, True, message
        return outcome

    async def _as_it_reads(self, row: Row) -> dict[str, Any] | None:
        reads, now = self._still_owed[row.job or ""], self._clock.now()
        return await self._storage.read(lambda session: reads(session, row.about, now))


def say_why(error: BaseException, what: str) -> None:
    """In the log: what went wrong and what follows from it."""
    if unavailable(error):
        log.warning("%s: the database is away (%s)", what, type(error).__name__)
    else:
        log.error("%s", what, exc_info=error)
