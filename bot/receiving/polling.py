"""Long polling: one process at a time asks Telegram, and the offset moves on only after the commit."""

import asyncio
import logging
import time
from collections.abc import Callable, Coroutine, Sequence
from contextlib import suppress
from datetime import timedelta
from typing import Any

from telegram.error import Conflict, InvalidToken, RetryAfter, TelegramError

from bot.errors import TOKEN_REFUSED, CannotReceive
from bot.kit.sending import Telegram
from bot.receiving.inbox import ALLOWED_UPDATES, Receiver, is_numbered
from scheduler.lease import SenderLease
from scheduler.outcome import OutcomeKind
from storage.engine import Storage
from storage.transactions import unavailable

log = logging.getLogger(__name__)

BATCH = 100
LONG_POLL = 25
PATIENCE = 30.0
# Seconds from one poll that brought nothing new to the next.
FLOOR = 0.2
BACK_OFF = (1.0, 2.0, 4.0, 8.0, 16.0, 30.0)
LOUD, SELDOM = 6, 20
# However long Telegram asks to wait (seconds): an answer that is absurd must not make the bot deaf.
LONGEST_ASKED = 600.0
SILENCE = 120.0
LEASE = timedelta(seconds=15)
RENEWAL = 4.0
# Real seconds: two programs on one token put each other off by turns, so it is over only when it was quiet so long.
CALM = 300.0

WEBHOOK_SET = (
    "A webhook is set for this token, so Telegram gives no updates to polling. Set WEBHOOK_URL to receive by"
    " it, or delete it (docs/operating.md: Who is told) if nothing else uses this token."
)
OTHERS = "another process asks Telegram for updates; this one only handles them"
TWO_POLLERS = "Another program asks Telegram for updates with the same token (409); stop it or give each its own token"


class Poller:
    """Asks for updates for ever. A second process on the same database waits for its turn."""

    def __init__(self, telegram: Telegram, receiver: Receiver, storage: Storage, bot_id: int) -> None:
        self._telegram, self._receiver = telegram, receiver
        self._turn = SenderLease(storage, f"poller:{bot_id}", LEASE, others=OTHERS)
        self._offset: int | None = None
        self._failures = 0
        self._again = asyncio.Event()
        self._heard = time.monotonic()
        self._conflict_at, self._conflict_words = 0.0, ""

    @property
    def mine(self) -> bool:
        """Whether it is this process's turn to ask."""
        return self._turn.mine

    @property
    def silence(self) -> float:
        """Seconds since Telegram last answered; a process that waits for its turn is not silent."""
        return time.monotonic() - max(self._heard, self._turn.since) if self._turn.mine else 0.0

    @property
    def conflict(self) -> str:
        """What Telegram said of another program that asks it with our token, of late; "" while there is none."""
        return self._conflict_words if time.monotonic() - self._conflict_at < CALM else ""

    async def run(self) -> None:
        """Poll for ever; raises CannotReceive when only a person can help."""
        while True:
            await self._turn.wait()
            self._again.clear()
            wait = await self._once()
            if self._failures:
                await self._rest(wait)
            elif wait:
                await asyncio.sleep(wait)

    def again(self) -> None:
        """Telegram is there: who waits after a failure asks now. What Telegram itself asked to wait is waited for."""
        self._again.set()

    async def _rest(self, wait: float) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(wait):
                await self._again.wait()

    async def hold(self) -> None:
        """Keep the lease, or wait for it, for ever."""
        await self._turn.hold(RENEWAL)

    async def watch(self) -> None:
        """Say loudly when Telegram has not answered for long, for ever."""
        while True:
            await asyncio.sleep(SILENCE / 2)
            if self.silence > SILENCE:
                log.error("no answer from Telegram for %d seconds", self.silence)

    async def _once(self) -> float:
        """One poll; how many seconds to wait before the next."""
        begun = time.monotonic()
        try:
            async with asyncio.timeout(LONG_POLL + PATIENCE + 10):
                updates = await self._ask()
            await self._receiver.take(updates)
        except InvalidToken as error:
            await require_token(self._telegram)
            return self._back_off(f"Telegram refused one call, but knows this bot: {error}")
        except RetryAfter as error:
            self._failures = 0
            return seconds(error)
        except Conflict as error:
            return self._conflict(error)
        except (TelegramError, TimeoutError) as error:
            return self._back_off(f"Telegram cannot be reached: {error}")
        except Exception as error:
            log.error("updates could not be stored; Telegram keeps them", exc_info=not unavailable(error))
            return self._back_off("the last updates are asked for again")
        self._failures = 0
        before, self._offset = self._offset, self._next(updates)
        # A poll waits at Telegram; one that comes back at once with nothing new would be asked again without end.
        return 0 if self._offset != before else max(FLOOR - (time.monotonic() - begun), 0.0)

    def _next(self, updates: Sequence[Any]) -> int | None:
        return max((item["update_id"] + 1 for item in updates if is_numbered(item)), default=self._offset)

    async def _ask(self) -> list[Any]:
        params = {"timeout": LONG_POLL, "limit": BATCH, "allowed_updates": list(ALLOWED_UPDATES)}
        if self._offset is not None:
            params["offset"] = self._offset
        updates = await self._telegram.call("getUpdates", params, timeout=PATIENCE)
        self._heard = time.monotonic()
        return updates if isinstance(updates, list) else []

    def _conflict(self, error: Conflict) -> float:
        """Somebody else has the updates. What is due goes out all the same, so this is no reason to end."""
        self._conflict_at, self._conflict_words = time.monotonic(), error.message
        who = WEBHOOK_SET if "webhook" in error.message.lower() else TWO_POLLERS
        return self._back_off(f"{who} [{error.message}]")

    def _back_off(self, text: str) -> float:
        wait = BACK_OFF[min(self._failures, len(BACK_OFF) - 1)]
        # An outage of hours is told in its first minutes and then now and then; the watchdog says how long it lasts.
        loud = self._failures < LOUD or self._failures % SELDOM == 0
        self._failures += 1
        log.log(logging.WARNING if loud else logging.DEBUG, "%s; next try in %g s", text, wait)
        return wait


def seconds(error: RetryAfter) -> float:
    """How long Telegram asks to wait."""
    wait = error.retry_after
    return min(wait.total_seconds() if isinstance(wait, timedelta) else float(wait), LONGEST_ASKED)


async def refuse_beside_a_webhook(telegram: Telegram) -> None:
    """Polling would never get anything: raises CannotReceive when a webhook is set."""
    try:
        info = await telegram.call("getWebhookInfo")
    except TelegramError as error:
        # Not a reason to stay away: getUpdates itself answers 409 beside a webhook.
        log.warning("getWebhookInfo was not answered: %s", error)
        return
    if isinstance(info, dict) and info.get("url"):
        raise CannotReceive(WEBHOOK_SET)


async def require_token(telegram: Telegram) -> None:
    """One call was refused for the token: raises CannotReceive when Telegram, asked who we are, refuses it as well."""
    if (await telegram.presence()).kind is OutcomeKind.STOP:
        raise CannotReceive(TOKEN_REFUSED)


async def patiently(call: Callable[[], Coroutine[Any, Any, None]], telegram: Telegram) -> None:
    """Again and again while Telegram cannot be reached. PTB puts the token into what it says about a refused one."""
    attempt = 0
    while True:
        try:
            return await call()
        except TelegramError as error:
            words = "the token was refused" if isinstance(error, InvalidToken) else str(error)
            if isinstance(error, InvalidToken):
                await require_token(telegram)
            wait = BACK_OFF[min(attempt, len(BACK_OFF) - 1)]
            log.warning("Telegram cannot be reached: %s; next try in %g s", words, wait)
        attempt += 1
        await asyncio.sleep(wait)
