"""Whether Telegram still comes to us: what getWebhookInfo says, set again where nobody else has set another."""

import logging
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from telegram.error import TelegramError

from bot.kit.sending import Telegram
from bot.receiving.inbox import ALLOWED_UPDATES
from bot.receiving.webhook import Webhook
from bot.watch import rules
from bot.watch.rules import Finding, Hooked

log = logging.getLogger(__name__)

# An error of before the first look is news only while it is so young and something still waits.
YOUNG = timedelta(minutes=5)
GONE = "the webhook is not set (somebody deleted it): Telegram delivers nothing"
OTHER = "Telegram delivers to another webhook than ours"


class HookWatch:
    """Asks once a look, and remembers what was found. `deaf`: why Telegram does not come to us, in English; "" it does.

    ready: this process has announced its webhook; before that another one is only what was there.
    """

    def __init__(self, telegram: Telegram, webhook: Webhook | None) -> None:
        self._telegram, self._webhook = telegram, webhook
        self._found: list[Finding] = []
        self._failed_at: datetime | None = None
        self._looked = self._asked_again = False
        self.ready, self.deaf = False, ""

    async def look(self, now: datetime) -> None:
        """That Telegram is not reached is no news of the webhook: what was found before stands."""
        if self._webhook is None or not self.ready:
            return
        try:
            info = await self._telegram.call("getWebhookInfo")
            if isinstance(info, dict):
                await self._judge(self._webhook, info, now)
        except TelegramError as error:
            log.warning("the webhook could not be looked after: %s", error)

    def findings(self) -> list[Finding]:
        return self._found

    async def _judge(self, webhook: Webhook, info: Mapping[str, Any], now: datetime) -> None:
        url = str(info.get("url") or "")
        failed = self._new_failure(info, now)
        self._found = list(rules.hooked(Hooked(url == webhook.url, shown(url), failed)))
        self.deaf = "" if url == webhook.url else OTHER if url else GONE
        if not url:
            log.warning("the webhook is gone: somebody deleted it; it is set again")
            await webhook.announce(self._telegram)
            self.deaf = ""
        elif url == webhook.url:
            await self._kinds(webhook, info)

    async def _kinds(self, webhook: Webhook, info: Mapping[str, Any]) -> None:
        """A server that never says what is allowed is not asked every time."""
        right = sorted(info.get("allowed_updates") or []) == sorted(ALLOWED_UPDATES)
        if not right and not self._asked_again:
            log.warning("the webhook lacks kinds of updates (allowed_updates); it is set again")
            await webhook.announce(self._telegram)
        self._asked_again = not right

    def _new_failure(self, info: Mapping[str, Any], now: datetime) -> str:
        """What went wrong since the last look; Telegram names its last failure for as long as the webhook stands."""
        failed_at, words = error_of(info)
        first, before = not self._looked, self._failed_at
        self._looked, self._failed_at = True, failed_at
        if failed_at is None:
            return ""
        if first:
            waits = bool(info.get("pending_update_count"))
            return words if waits and abs(now - failed_at) < YOUNG else ""
        return words if before is None or failed_at > before else ""


def error_of(info: Mapping[str, Any]) -> tuple[datetime | None, str]:
    """When the last delivery failed and why, as far as it is said."""
    at, words = info.get("last_error_date"), str(info.get("last_error_message") or "")
    try:
        return (datetime.fromtimestamp(at, UTC) if isinstance(at, int) and words else None), words
    except (OverflowError, OSError, ValueError):
        return None, words


def shown(url: str) -> str:
    """Whose address it is, without the path, which is as good as a password; "" for none."""
    try:
        host = urlsplit(url).netloc.rpartition("@")[2]
    except ValueError:
        host = ""
    return host or ("?" if url else "")
