"""The bot's transport to a playground in the same process: the same exchange of bytes, without a socket."""

import asyncio
import re
from urllib.parse import unquote, urlsplit

import orjson

from bot.kit.api_errors import Lost, NotSent
from bot.kit.transport import Transport
from bot.playground import bodies
from bot.playground.errors import ApiError, Dropped
from bot.playground.foreign import Answer, Foreign
from bot.playground.server import Playground
from scheduler.clock import real_now

ROOT = "http://playground"
CALL = re.compile(r"/bot(?P<token>[^/]+)/(?P<method>\w+)")
FILE = re.compile(r"/file/bot(?P<token>[^/]+)/(?P<path>.+)")


async def exchange(
    playground: Playground, address: str, body: bytes | None, content_type: str | None
) -> tuple[int, bytes]:
    """Status and answer for a path (with query) of the Bot API; Dropped or Foreign when a fault has another."""
    parts = urlsplit(address)
    path = unquote(parts.path)
    try:
        if file := FILE.fullmatch(path):
            return 200, await playground.download(file["token"], file["path"])
        if call := CALL.fullmatch(path):
            params, files = bodies.read(body, content_type, parts.query)
            status, answer = await playground.handle(call["token"], call["method"], params, files)
            return status, orjson.dumps(answer)
        raise ApiError(404, "Not Found")
    except ApiError as error:
        return error.status, orjson.dumps(error.to_json())


class LocalTransport(Transport):
    """Give the bot this transport and `ROOT` (or any other) as its BOT_API_URL."""

    def __init__(self, playground: Playground) -> None:
        self._playground = playground

    async def exchange(
        self, url: str, body: bytes | None, content_type: str | None, timeout: float
    ) -> tuple[int, bytes]:
        try:
            # Not wait_for: before Python 3.12 it may swallow the cancellation of a bot that stops.
            async with asyncio.timeout(timeout):
                answer = await exchange(self._playground, url, body, content_type)
        except TimeoutError:
            raise Lost("TimeoutError") from None
        except Dropped as dropped:
            raise (Lost if dropped.made else NotSent)("Dropped") from None
        except Foreign as foreign:
            answer = _whole(foreign.answer)
        if self._playground.date_ahead is not None:
            self.hear_time(real_now() + self._playground.date_ahead)
        return answer


def _whole(answer: Answer) -> tuple[int, bytes]:
    if answer.cut:
        raise Lost("ClientPayloadError")
    return answer.status, answer.content
