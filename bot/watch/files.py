"""Fetches the files that are to be kept, of the register and of activities, beside the bot's own work: nobody's tap
waits for them.

What is to be fetched stands in rows (entry_file, activity_file), so that a process that is killed in the middle, or
Telegram away for a day, loses nothing: the next round finds the same rows. One file at a time is in memory.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import timedelta
from functools import partial
from uuid import uuid4

from telegram.error import BadRequest, InvalidToken, RetryAfter, TelegramError

from bot.kit.kept_files import MOST_BYTES, scaled, stays_outside
from bot.kit.sending import Telegram
from scheduler.clock import Clock
from storage import entry_files, leases
from storage.engine import Storage
from storage.entry_files import NOT_THERE, TOO_LARGE
from storage.file_holders import Wanted

log = logging.getLogger(__name__)

# Real seconds: soon after the start, then every so often.
FIRST, EVERY = 30.0, 180.0
# So many a round; between two the line is free for what people wait for.
MOST, REST = 50, 0.5
# Of several processes on one database one fetches; longer than a file takes.
LEASE = timedelta(minutes=5)
# Where so many in a row cannot be had, it is not the files: the rest waits for the next round.
IN_VAIN = 3


class FileKeeper:
    """off: while it says so the clock is not to be believed, and nothing is tried by it."""

    def __init__(
        self, storage: Storage, telegram: Telegram, clock: Clock, bot_id: int, off: Callable[[], Awaitable[bool]]
    ) -> None:
        self._storage, self._telegram, self._clock, self._off = storage, telegram, clock, off
        self._lease, self._holder = f"files:{bot_id}", uuid4().hex

    async def run(self) -> None:
        """A round every few minutes, for ever."""
        await asyncio.sleep(FIRST)
        while True:
            if not await self._off():
                await self.once()
            await asyncio.sleep(EVERY)

    async def once(self) -> int:
        """One round: how many files were kept. One that cannot be had keeps no other waiting."""
        now = self._clock.now()
        if not await self._mine():
            return 0
        found = await self._storage.read(lambda session: entry_files.wanted(session, now, MOST))
        kept = in_vain = 0
        for number, one in enumerate(found):
            if number:
                await asyncio.sleep(REST)
                if not await self._mine():
                    break
            try:
                kept += await self._keep(one)
                in_vain = 0
            except (RetryAfter, InvalidToken):
                break
            except TelegramError as error:
                await self._put_off(one, error)
                in_vain += 1
                if in_vain == IN_VAIN:
                    break
        await self._storage.write(lambda session: entry_files.drop_unused(session, now))
        if kept:
            log.info("%d files are kept", kept)
        return kept

    async def _mine(self) -> bool:
        return await self._storage.write(lambda session: leases.take(session, self._lease, self._holder, LEASE))

    async def _keep(self, one: Wanted) -> bool:
        """Whether it is kept now. Raises what Telegram answered instead of the file."""
        if not one.file.get("file_id"):
            return await self._give_up(one, NOT_THERE)
        before = await self._storage.read(lambda session: entry_files.kept_before(session, one))
        if before is not None:
            return await self._storage.write(lambda session: entry_files.settle(session, one, before)) is not None
        if stays_outside(one.file):
            return await self._give_up(one, TOO_LARGE)
        try:
            content = await self._telegram.download(one.file["file_id"])
        except BadRequest as error:
            if "too big" not in str(error).lower():
                raise
            return await self._give_up(one, TOO_LARGE)
        content, media_type = await asyncio.to_thread(scaled, content, one.file.get("mime_type"))
        if len(content) > MOST_BYTES:
            return await self._give_up(one, TOO_LARGE)
        now = self._clock.now()
        keep = partial(entry_files.keep, one=one, content=content, media_type=media_type, now=now)
        return await self._storage.write(keep) is not None

    async def _give_up(self, one: Wanted, why: str) -> bool:
        await self._storage.write(lambda session: entry_files.give_up(session, one, why))
        return False

    async def _put_off(self, one: Wanted, error: Exception) -> None:
        log.warning(
            "file %d of %s was not handed over: %s", one.id, one.holder.rows.__tablename__, type(error).__name__
        )
        await self._storage.write(lambda session: entry_files.put_off(session, one, self._clock.now()))
