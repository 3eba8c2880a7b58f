"""Webhook delivery: a queue per chat or person, the next only after a 200, retried with growing pauses."""

import asyncio
import re
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta
from http import HTTPStatus
from urllib.parse import urlsplit

import aiohttp
import orjson

from bot.playground.chats import Json
from bot.playground.errors import bad_request, too_many
from bot.playground.updates import Pending, Updates
from bot.playground.wire import stamp
from scheduler.clock import Clock

Post = Callable[[str, Mapping[str, str], bytes], Awaitable[tuple[int, Mapping[str, str]]]]
SECRET = re.compile(r"[A-Za-z0-9_-]*")
LONGEST_SECRET = 256
UNKNOWN = "<unknown>"
SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"
LONGEST_PAUSE = 60
LONGEST_ASKED_PAUSE = 3600
ANSWER_TIMEOUT = 60


class Webhooks:
    """Settable: `post`, to deliver without a socket.

    Pauses are on the playground's clock, the answer's timeout is real.
    """

    def __init__(self, updates: Updates, clock: Clock) -> None:
        self.url, self.secret, self.ip_address, self.max_connections = "", "", "", 0
        self.last_error: tuple[datetime, str] | None = None
        self.post: Post = self._post
        self._updates, self._clock = updates, clock
        self._queues: dict[str, deque[Pending]] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._asleep: set[str] = set()
        self._session: aiohttp.ClientSession | None = None
        self._slots = asyncio.Semaphore(1)
        self._closed_until: datetime | None = None
        updates.on_push = self._feed

    @property
    def busy(self) -> int:
        """Updates on their way, without those whose queue sleeps before the next try."""
        return sum(len(queue) for key, queue in self._queues.items() if key not in self._asleep)

    @property
    def asleep(self) -> int:
        return len(self._asleep)

    def admit(self) -> None:
        """One setWebhook a second, whoever asks and whatever comes of it."""
        now = self._clock.now()
        if self._closed_until is not None and now < self._closed_until:
            raise too_many(1)
        self._closed_until = now + timedelta(seconds=1)

    def set(self, url: str, secret: str = "", max_connections: int = 40, ip_address: str = "") -> None:
        """Deliver there from now on; the same again changes nothing, and keeps the last error.

        Like a local Bot API server it takes http and any port. 400 for other addresses and for a bad secret: the
        webhook that was set before is gone then as well.
        """
        wanted = (url, secret, min(max(max_connections, 1), 100), _resolved(url, ip_address))
        if wanted == (self.url, self.secret, self.max_connections, self.ip_address):
            return
        self.clear()
        if not re.fullmatch(r"https?://[^\s/]+\S*", url):
            raise bad_request("invalid webhook URL specified")
        if len(secret) > LONGEST_SECRET:
            raise bad_request("secret token is too long")
        if not SECRET.fullmatch(secret):
            raise bad_request("secret token contains unallowed characters")
        self.url, self.secret, self.max_connections, self.ip_address = wanted
        self._slots = asyncio.Semaphore(self.max_connections)
        for pending in self._updates.waiting():
            self._feed(pending)

    def clear(self) -> None:
        """deleteWebhook: what was not delivered waits for getUpdates, and the last error is forgotten."""
        self._stop()
        self.url = self.secret = self.ip_address = ""
        self.max_connections, self.last_error = 0, None

    async def close(self) -> None:
        tasks = list(self._tasks.values())
        self._stop()
        await asyncio.gather(*tasks, return_exceptions=True)
        if self._session is not None:
            await self._session.close()

    def info(self) -> Json:
        shown: Json = {
            "url": self.url,
            "has_custom_certificate": False,
            "pending_update_count": len(self._updates),
        }
        if self.last_error is not None:
            shown |= {"last_error_date": stamp(self.last_error[0]), "last_error_message": self.last_error[1]}
        if self.url:
            shown |= {"max_connections": self.max_connections, "ip_address": self.ip_address}
        return shown

    def _feed(self, pending: Pending) -> None:
        if not self.url:
            return
        self._queues.setdefault(pending.key, deque()).append(pending)
        if pending.key not in self._tasks:
            self._tasks[pending.key] = asyncio.create_task(self._deliver(pending.key))

    def _stop(self) -> None:
        for task in self._tasks.values():
            task.cancel()
        self._tasks, self._queues, self._asleep = {}, {}, set()

    async def _deliver(self, key: str) -> None:
        queue, failures = self._queues[key], 0
        while queue:
            pending = queue[0]
            if self._updates.live(pending):
                asked = await self._try(pending)
                if asked is not None:
                    failures += 1
                    await self._pause(key, asked or _backoff(failures))
                    continue
                self._updates.confirm(pending)
            queue.popleft()
            failures = 0
        del self._queues[key], self._tasks[key]

    async def _try(self, pending: Pending) -> float | None:
        """None: delivered. A number: the seconds that the bot asks to wait (0: it asks for nothing)."""
        try:
            async with self._slots:
                status, headers = await self.post(self.url, self._headers(), orjson.dumps(pending.body))
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            if words := _words(error):
                self.last_error = (self._clock.now(), words)
            return 0
        if 200 <= status < 300:
            return None
        self.last_error = (self._clock.now(), f"Wrong response from the webhook: {status} {_reason(status)}")
        asked = headers.get("Retry-After", "")
        return min(int(asked), LONGEST_ASKED_PAUSE) if asked.isdigit() else 0

    async def _pause(self, key: str, seconds: float) -> None:
        if seconds <= 0:
            return
        self._asleep.add(key)
        try:
            await self._clock.sleep_until(self._clock.now() + timedelta(seconds=seconds))
        finally:
            self._asleep.discard(key)

    def _headers(self) -> dict[str, str]:
        secret = {SECRET_HEADER: self.secret} if self.secret else {}
        return {"Content-Type": "application/json", **secret}

    async def _post(self, url: str, headers: Mapping[str, str], body: bytes) -> tuple[int, Mapping[str, str]]:
        if self._session is None:
            timeout = aiohttp.ClientTimeout(total=ANSWER_TIMEOUT)
            self._session = aiohttp.ClientSession(timeout=timeout, trust_env=False)
        async with self._session.post(url, data=body, headers=headers, allow_redirects=False) as response:
            return response.status, response.headers


def _backoff(failures: int) -> float:
    """At once, then 2, 4, 8 .. 60 seconds."""
    return 0 if failures == 1 else float(min(2 ** (failures - 1), LONGEST_PAUSE))


def _reason(status: int) -> str:
    return HTTPStatus(status).phrase if status in list(HTTPStatus) else ""


def _words(error: Exception) -> str:
    """A line that is closed without an answer is tried again, too, but nobody is told."""
    if isinstance(error, aiohttp.ServerDisconnectedError):
        return ""
    if isinstance(error, TimeoutError):
        return "Read timeout expired"
    return "Connection refused" if isinstance(error, aiohttp.ClientConnectorError) else "Connection reset by peer"


def _resolved(url: str, ip_address: str) -> str:
    """What the server shows for the address: names are not looked up here."""
    host = urlsplit(url).hostname or ""
    found = re.fullmatch(r"[\d.]+|.*:.*", host)
    return ip_address or (host if found else UNKNOWN)
