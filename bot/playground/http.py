"""The playground over real HTTP on loopback: the Bot API, files, and the page."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from email.utils import format_datetime
from ipaddress import ip_address

import orjson
from aiohttp import web

from bot.playground import pages
from bot.playground.errors import Dropped
from bot.playground.foreign import HTML, PAGE, SIGN_IN, Answer, Foreign
from bot.playground.local import exchange
from bot.playground.server import Playground
from scheduler.clock import real_now

# What a browser says of the page that asks (Sec-Fetch-Site): our own, or none, the address bar. Whatever is no browser
# says nothing. same-site is another port of this machine.
OURS = (None, "same-origin", "none")
LARGEST_BODY = 64 * 1024 * 1024
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def make_app(playground: Playground) -> web.Application:
    """The web application; whoever is not on this machine, or asks by another name, is refused."""
    app = web.Application(client_max_size=LARGEST_BODY, middlewares=[_loopback_only])

    async def call(request: web.Request) -> web.StreamResponse:
        try:
            status, body = await exchange(
                playground, request.raw_path, await request.read(), request.headers.get("Content-Type")
            )
        except Dropped:
            _cut(request)
            return web.Response()
        except Foreign as foreign:
            return await _foreign(request, foreign.answer, _date(playground))
        head = _date(playground) | _retry_after(status, body)
        return web.Response(status=status, body=body, content_type=_kind(request), headers=head)

    app.router.add_route("*", "/bot{token:[^/]+}/{method}", call)
    app.router.add_get("/file/bot{token:[^/]+}/{path:.+}", call)
    app.router.add_get(SIGN_IN, _sign_in)
    pages.add(app, playground)
    # Telegram's own "not found", for a method as for any other address, is JSON.
    app.router.add_route("*", "/{rest:.*}", call)
    return app


@asynccontextmanager
async def serve(playground: Playground, port: int = 0, host: str = "127.0.0.1") -> AsyncIterator[str]:
    """Serve while the context is open; gives the base address, which is both BOT_API_URL and the page's."""
    # Without handler_cancellation the poll of a killed bot would go on waiting and take the next one's place.
    runner = web.AppRunner(make_app(playground), handler_cancellation=True, access_log=None, shutdown_timeout=0.25)
    await runner.setup()
    try:
        site = web.TCPSite(runner, host, port)
        await site.start()
        yield f"http://{host}:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


@web.middleware
async def _loopback_only(request: web.Request, handler: Handler) -> web.StreamResponse:
    """A web page elsewhere must not reach the playground through the browser, by whatever name."""
    host = request.host.rpartition(":")[0] or request.host
    if not _loopback(host.strip("[]")):
        raise web.HTTPForbidden(text="only from this machine")
    origin, site = request.headers.get("Origin"), request.headers.get("Sec-Fetch-Site")
    if origin not in (None, f"http://{request.host}") or site not in OURS:
        raise web.HTTPForbidden(text="only from the playground's own page")
    return await handler(request)


def _loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _kind(request: web.Request) -> str:
    return "application/octet-stream" if request.path.startswith("/file/") else "application/json"


def _date(playground: Playground) -> dict[str, str]:
    """The head that tells the time, when it is to be another than this machine's; else aiohttp writes it."""
    ahead = playground.date_ahead
    return {} if ahead is None else {"Date": format_datetime(real_now() + ahead, usegmt=True)}


def _retry_after(status: int, body: bytes) -> dict[str, str]:
    return {"Retry-After": str(orjson.loads(body)["parameters"]["retry_after"])} if status == 429 else {}


async def _foreign(request: web.Request, answer: Answer, head: dict[str, str]) -> web.StreamResponse:
    where = {"Location": SIGN_IN} if 300 <= answer.status < 400 else {}
    length = len(answer.content) if answer.length is None else answer.length
    told = {"Content-Type": answer.content_type, "Content-Length": str(length)}
    response = web.StreamResponse(status=answer.status, headers={**head, **where, **told})
    await response.prepare(request)
    await response.write(answer.content)
    # Closed, not aborted: what was written is to arrive.
    if answer.cut and request.transport is not None:
        request.transport.close()
    return response


async def _sign_in(request: web.Request) -> web.Response:
    """Where a proxy's redirect leads, and a client that follows it finds a page with status 200."""
    return web.Response(body=PAGE, content_type=HTML)


def _cut(request: web.Request) -> None:
    if request.transport is not None:
        request.transport.abort()
