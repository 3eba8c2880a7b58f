"""Long polling: one process at a time asks Telegram, and the offset moves on only after the commit."""

import asyncio
import logging
import time
from collections.abc import Callable, Coroutine
from datetime import timedelta
from typing import Any

from telegram.error import Conflict, InvalidToken, RetryAfter, TelegramError, TimedOut

from bot.kit.sending import Telegram
from bot.receive import ALLOWED_UPDATES, Receiver, is_id
from bot.troubles import TOKEN_REFUSED, CannotReceive
from scheduler.turn import Turn
from storage.engine import Storage

log = logging.getLogger(__name__)

BATCH = 100
LONG_POLL = 25
PATIENCE = 30.0
BACK_OFF = (1.0, 2.0, 4.0, 8.0, 16.0, 30.0)
SILENCE = 120.0
LEASE = timedelta(seconds=15)
RENEWAL = 4.0

WEBHOOK_SET = (
    "A webhook is set for this token, so Telegram gives no updates to polling. Set WEBHOOK_URL to receive by"
    " it, or delete it (deleteWebhook) if nothing else uses this token."
)
OTHERS = "another process asks Telegram for updates; this one only handles them"
TWO_POLLERS = "Another program asks Telegram for updates with the same token (409); stop it or give each its own token"


class Poller:
    """Asks for updates for ever. A second process on the same database waits for its turn."""

    def __init__(self, telegram: Telegram, receiver: Receiver, storage: Storage, bot_id: int) -> None:
        self._telegram, self._receiver = telegram, receiver
        self._turn = Turn(storage, f"poller:{bot_id}", LEASE, others=OTHERS)
        self._offset: int | None = None
        self._failures = 0
        self._heard = time.monotonic()

    @property
    def mine(self) -> bool:
        """Whether it is this process's turn to ask."""
        return self._turn.mine

    @property
    def silence(self) -> float:
        """Seconds since Telegram last answered; a process that waits for its turn is not silent."""
        return time.monotonic() - max(self._heard, self._turn.since) if self._turn.mine else 0.0

    async def run(self) -> None:
        """Poll for ever; raises CannotReceive when only a person can help."""
        while True:
            await self._turn.wait()
            wait = await self._once()
            if wait:
                await asyncio.sleep(wait)

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
        try:
            async with asyncio.timeout(LONG_POLL + PATIENCE + 10):
                updates = await self._ask()
            await self._receiver.take(updates)
        except TimedOut:
            return 0
        except InvalidToken:
            raise CannotReceive(TOKEN_REFUSED) from None
        except RetryAfter as error:
            return seconds(error)
        except Conflict as error:
            return self._conflict(error)
        except (TelegramError, TimeoutError) as error:
            return self._back_off(f"Telegram cannot be reached: {error}")
        except Exception:
            log.exception("updates could not be stored; Telegram keeps them")
            return self._back_off("the last updates are asked for again")
        self._failures = 0
        self._offset = max((item["update_id"] + 1 for item in updates if _numbered(item)), default=self._offset)
        return 0

    async def _ask(self) -> list[Any]:
        params = {"timeout": LONG_POLL, "limit": BATCH, "allowed_updates": list(ALLOWED_UPDATES)}
        if self._offset is not None:
            params["offset"] = self._offset
        updates = await self._telegram.call("getUpdates", params, timeout=PATIENCE)
        self._heard = time.monotonic()
        return updates if isinstance(updates, list) else []

    def _conflict(self, error: Conflict) -> float:
        if "webhook" in error.message.lower():
            raise CannotReceive(WEBHOOK_SET) from None
        return self._back_off(f"{TWO_POLLERS}: {error.message}")

    def _back_off(self, text: str) -> float:
        wait = BACK_OFF[min(self._failures, len(BACK_OFF) - 1)]
        self._failures += 1
        log.warning("%s; next try in %g s", text, wait)
        return wait


def _numbered(update: Any) -> bool:
    return isinstance(update, dict) and is_id(update.get("update_id"))


def seconds(error: RetryAfter) -> float:
    """How long Telegram asks to wait."""
    wait = error.retry_after
    return wait.total_seconds() if isinstance(wait, timedelta) else float(wait)


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


async def patiently(call: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """Again and again while Telegram cannot be reached. PTB puts the token into what it says about a refused one."""
    attempt = 0
    while True:
        try:
            return await call()
        except InvalidToken:
            raise CannotReceive(TOKEN_REFUSED) from None
        except TelegramError as error:
            wait = BACK_OFF[min(attempt, len(BACK_OFF) - 1)]
            log.warning("Telegram cannot be reached: %s; next try in %g s", error, wait)
        attempt += 1
        await asyncio.sleep(wait)
