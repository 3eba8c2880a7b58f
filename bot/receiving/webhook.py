"""The small web server: the webhook that Telegram calls, and /healthz and /readyz for whoever watches the bot."""

import asyncio
import hashlib
import hmac
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from bot.kit.api_errors import read_json
from bot.kit.sending import Telegram
from bot.receiving.inbox import ALLOWED_UPDATES, Receiver, is_numbered

if TYPE_CHECKING:
    from aiohttp import web

log = logging.getLogger(__name__)

BODY_LIMIT = 1024 * 1024
SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"
# How many calls Telegram makes side by side; each is one short write.
CONNECTIONS = 40

# What is wrong, in English; nothing when all is well.
Readiness = Callable[[], Awaitable[list[str]]]


@dataclass(frozen=True, repr=False)
class Webhook:
    """Where Telegram finds us: `root` as the world sees it, `secret` as it proves itself, `token` for the path."""

    root: str
    secret: str
    token: str

    @property
    def url(self) -> str:
        """The path follows from token and secret: nobody can guess it, and changing either one changes it."""
        key = f"{self.token}:{self.secret}".encode()
        return f"{self.root}/telegram/{hmac.new(key, b'webhook path', hashlib.sha256).hexdigest()[:40]}"

    @property
    def path(self) -> str:
        return urlsplit(self.url).path

    def admits(self, given: str) -> bool:
        """Compared in constant time. aiohttp gives bytes that are no UTF-8 as halves of surrogate pairs."""
        return hmac.compare_digest(given.encode("utf-8", "surrogateescape"), self.secret.encode())

    async def announce(self, telegram: Telegram) -> None:
        """Tell Telegram where to come, unless it knows: setWebhook is limited to one a second for all processes."""
        info = await telegram.call("getWebhookInfo")
        known = sorted(info.get("allowed_updates") or []) == sorted(ALLOWED_UPDATES)
        if info.get("url") != self.url or not known:
            await telegram.call(
                "setWebhook",
                {
                    "url": self.url,
                    "secret_token": self.secret,
                    "max_connections": CONNECTIONS,
                    "allowed_updates": list(ALLOWED_UPDATES),
                },
            )
            log.info("the webhook is set")


def application(receiver: Receiver, webhook: Webhook | None, readiness: Readiness) -> "web.Application":
    """The routes. Health answers hold no data and need no password; bind them to a place that you trust."""
    from aiohttp import web

    async def healthz(request: web.Request) -> web.Response:
        return web.json_response({"status": "ok"})

    async def readyz(request: web.Request) -> web.Response:
        faults = await readiness()
        status = {"status": "not ready" if faults else "ok", "faults": faults}
        return web.json_response(status, status=503 if faults else 200)

    app = web.Application(client_max_size=BODY_LIMIT)
    app.add_routes([web.get("/healthz", healthz), web.get("/readyz", readyz)])
    if webhook is not None:
        app.add_routes([web.post(webhook.path, _receiving(receiver, webhook))])
    return app


def _receiving(receiver: Receiver, webhook: Webhook) -> "Callable[[web.Request], Awaitable[web.Response]]":
    from aiohttp import web

    async def receive(request: web.Request) -> web.Response:
        """200 only after the commit; Telegram brings anything else again."""
        if not webhook.admits(request.headers.get(SECRET_HEADER, "")):
            raise web.HTTPForbidden
        if request.content_type != "application/json" or "Content-Encoding" in request.headers:
            raise web.HTTPUnsupportedMediaType
        update = read_json(await request.read(), strictly=True)
        if not is_numbered(update):
            raise web.HTTPBadRequest
        await receiver.take([update])
        return web.Response()

    return receive


@asynccontextmanager
async def serving(app: "web.Application", listen: tuple[str, int]) -> AsyncIterator[tuple[str, int]]:
    """Serve while the block runs; gives the address (port 0: one that is free). Raises OSError."""
    from aiohttp import web

    # Telegram packs nothing, and what is packed wrongly would cut the connection.
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=2, auto_decompress=False)
    await runner.setup()
    try:
        await web.TCPSite(runner, *listen).start()
        host, port = runner.addresses[0][:2]
        log.info("listening at http://%s:%s", host, port)
        yield str(host), int(port)
    finally:
        # Not wait_for: before Python 3.12 it may swallow a cancellation, and the bot would not stop.
        async with asyncio.timeout(5):
            await runner.cleanup()
