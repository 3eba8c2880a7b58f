"""A lean Bot API on loopback to measure with: latency to set, taps to load, every call timed (see README.md)."""

import asyncio
import random
import time
from collections.abc import Mapping
from math import log
from typing import Any
from urllib.parse import parse_qsl

import click
import orjson
from aiohttp import web

from tests.bench.crowd import Crowd
from tests.bench.line import BOT, FIRST_UPDATE, Line, Tap, Watch, card, make_taps, make_words

# Spread of the lognormal latency: with a median of 60 ms the mean is 68 ms and one in a hundred takes 190 ms.
SIGMA = 0.5
LIMIT = 100
WORDS = {"502": "Bad Gateway", "403": "Forbidden: bot was blocked by the user"}
# What an answer may take to be written down by whoever it was for.
BLINK = 0.1
OK = b'{"ok":true,"result":true}'
CONFLICT = (
    b'{"ok":false,"error_code":409,"description":"Conflict: terminated by other getUpdates request; make sure that'
    b' only one bot instance is running"}'
)
FIXED = {
    "getMe": BOT | {"can_join_groups": True, "can_read_all_group_messages": False, "supports_inline_queries": False},
    "getWebhookInfo": {"url": "", "has_custom_certificate": False, "pending_update_count": 0},
}


class Server:
    """Bot API methods below /bot<token>/, control below /control/."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)
        self._median = 0.0
        self._line, self._crowd = Line(), Crowd()
        self._next_update = FIRST_UPDATE
        self._polls = 0
        self._changed = asyncio.Event()
        self._releasing: asyncio.Task[None] | None = None
        self._messages = 1_000

    async def handle(self, request: web.BaseRequest) -> web.Response:
        _, *folders, method = request.path.split("/")
        try:
            params = _params(request, await request.read())
        except ConnectionError:
            # Somebody was killed in the middle of a request.
            return web.Response(status=400)
        if folders == ["control"]:
            return _json(await self._control(method, params))
        if method == "sendMessage":
            return await self._send(request, params)
        return await self._call(method, params)

    # --- the Bot API ---

    async def _call(self, method: str, params: Mapping[str, Any]) -> web.Response:
        line = self._line
        line.calls[method] = line.calls.get(method, 0) + 1
        if method == "getUpdates":
            return await self._updates(params)
        if method == "answerCallbackQuery":
            line.answered(str(params.get("callback_query_id", "")))
        elif method == "editMessageText":
            line.edited(int(params.get("chat_id", 0)))
        await self._lag()
        return web.Response(body=self._result(method, params), content_type="application/json")

    async def _send(self, request: web.BaseRequest, params: Mapping[str, Any]) -> web.Response:
        """A message to one of the crowd: taken or not at once, answered after the latency, if at all."""
        crowd = self._crowd
        transport = request.transport
        fault, wait = crowd.take(int(params.get("chat_id", 0)))
        await self._lag()
        if transport is not None and not fault:
            asyncio.get_running_loop().call_later(BLINK, crowd.answered, transport)
        if transport is not None and fault in ("reset", "lost"):
            transport.abort()
        if fault == "429":
            told = {"parameters": {"retry_after": wait}, "description": f"Too Many Requests: retry after {wait}"}
            return _json({"ok": False, "error_code": 429} | told, 429)
        if fault in WORDS:
            return _json({"ok": False, "error_code": int(fault), "description": WORDS[fault]}, int(fault))
        return web.Response(body=self._result("sendMessage", params), content_type="application/json")

    def _result(self, method: str, params: Mapping[str, Any]) -> bytes:
        if method in FIXED:
            return orjson.dumps({"ok": True, "result": FIXED[method]})
        if method not in ("sendMessage", "editMessageText"):
            return OK
        self._messages += 1
        chat_id = int(params.get("chat_id", 0))
        chat = {"id": chat_id, "type": "private" if chat_id > 0 else "group", "first_name": "P", "title": "G"}
        return orjson.dumps({"ok": True, "result": card(chat, int(params.get("message_id", self._messages)))})

    async def _lag(self) -> None:
        if self._median:
            await asyncio.sleep(self._random.lognormvariate(log(self._median), SIGMA))

    async def _updates(self, params: Mapping[str, Any]) -> web.Response:
        """A long poll: a newer one ends it with 409, what it does not confirm comes again."""
        self._polls += 1
        mine, until = self._polls, time.monotonic() + float(params.get("timeout", 0))
        limit = min(int(params.get("limit", LIMIT)), LIMIT)
        self._line.polled(int(params.get("offset", 0)))
        self._tell()
        await self._lag()
        while mine == self._polls and not (taps := self._line.ready(limit)):
            if time.monotonic() >= until:
                break
            await self._change(until)
        if mine != self._polls:
            return web.Response(status=409, body=CONFLICT, content_type="application/json")
        return web.Response(body=_handed_out(taps), content_type="application/json")

    def _tell(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()

    async def _change(self, until: float) -> None:
        try:
            async with asyncio.timeout_at(asyncio.get_running_loop().time() + max(until - time.monotonic(), 0)):
                await self._changed.wait()
        except TimeoutError:
            pass

    # --- control ---

    async def _control(self, what: str, params: Mapping[str, Any]) -> dict[str, Any]:
        if what == "load":
            self._load(params)
        elif what == "wait":
            await self._wait(str(params["for"]), float(params["seconds"]), float(params.get("quiet", 5)))
        return self._line.report() | {"crowd": self._crowd.report()}

    def _load(self, params: Mapping[str, Any]) -> None:
        """A new line of taps: all at once, or `rate` a second; a new crowd; the latency holds from now on."""
        if self._releasing is not None:
            self._releasing.cancel()
        if self._line.watch is not None:
            self._line.watch.close()
        word, people = params.get("word", ""), params.get("people", ())
        made = make_words(self._next_update, people, word) if word else None
        taps = list(made or make_taps(self._next_update, people, params.get("data", "")))
        self._next_update += len(taps)
        watch = params.get("watch")
        self._median = float(params.get("median_ms", 0)) / 1000
        self._line = Line(taps, Watch(watch["path"], watch["sql"]) if watch else None)
        crowd = {name: params[name] for name in ("limit", "faults", "expected", "blocked") if params.get(name)}
        self._crowd = Crowd(**crowd, chance=self._random)
        rate = float(params.get("rate", 0))
        self._line.released = 0 if rate else len(taps)
        self._releasing = asyncio.create_task(self._release(self._line, rate)) if rate else None
        self._tell()

    async def _release(self, line: Line, rate: float) -> None:
        """By the clock and not by the answers: a slow bot does not slow the people down."""
        start = time.monotonic()
        while line.released < len(line.taps):
            await asyncio.sleep(max(start + line.released / rate - time.monotonic(), 0))
            line.released += 1
            self._tell()

    async def _wait(self, event: str, seconds: float, quiet: float) -> None:
        until = time.monotonic() + seconds
        while time.monotonic() < until and not self._reached(event, quiet):  # noqa: ASYNC110  # polite, and no event for each
            await asyncio.sleep(0.005)

    def _reached(self, event: str, quiet: float) -> bool:
        line = self._line
        if event == "poll":
            return line.first_poll > 0
        if event == "delivery":
            return any(tap.delivered for tap in line.taps[:1])
        if event == "told":
            crowd = self._crowd
            return crowd.told or (crowd.last > 0 and time.monotonic() - crowd.last > quiet)
        silent = time.monotonic() - max(line.last_heard, line.last_poll) > quiet
        return line.open_taps == 0 or (event == "quiet" and line.first_poll > 0 and silent)


def _handed_out(taps: list[Tap]) -> bytes:
    now = time.monotonic()
    for tap in taps:
        tap.delivered = tap.delivered or now
    return b'{"ok":true,"result":[' + b",".join(tap.update for tap in taps) + b"]}"


def _params(request: web.BaseRequest, body: bytes) -> Mapping[str, Any]:
    if not body:
        return dict(request.query)
    if request.content_type == "application/json":
        return dict(orjson.loads(body))
    return dict(parse_qsl(body.decode()))


def _json(value: Any, status: int = 200) -> web.Response:
    return web.Response(status=status, body=orjson.dumps(value), content_type="application/json")


async def serve(port: int, seed: int) -> None:
    """Serve until killed; the first line on stdout is the address."""
    runner = web.ServerRunner(web.Server(Server(seed).handle, access_log=None))
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", port)
    await site.start()
    print(f"http://127.0.0.1:{runner.addresses[0][1]}", flush=True)
    await asyncio.Event().wait()


@click.command()
@click.option("--port", type=int, default=0, help="0: any that is free; the first line on stdout is the address.")
@click.option("--seed", type=int, default=1, show_default=True, help="Of the latencies.")
def main(port: int, seed: int) -> None:
    """The server alone, for a bot started by hand."""
    asyncio.run(serve(port, seed))


if __name__ == "__main__":
    main()
