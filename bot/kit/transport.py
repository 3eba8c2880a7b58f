"""PTB's BaseRequest on one plain exchange of bytes, and that exchange over aiohttp."""

import io
import re
import secrets
from abc import abstractmethod
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from time import monotonic
from typing import Any
from urllib.parse import urlencode

import aiohttp
from telegram.request import BaseRequest, RequestData

from bot.kit.api_errors import Lost, NotSent, NotTelegram, result_of
from scheduler.clock import real_now

READ_TIMEOUT = 25.0
CONNECT_TIMEOUT = 10.0
# On top of the read timeout: what a big file may take to leave. The sender's lease on a row is longer than both.
UPLOAD_TIME = 30.0
CONNECTIONS = 32
AT_ONCE = 2**20
# More than any answer or file of the Bot API has (20 MB), unpacked.
LARGEST = 32 * 2**20
# A year that nobody lives in is no word about the time.
BELIEVED = range(2020, 2100)
# A Date is to the second, and comes late by what the line takes.
CLOSE = timedelta(seconds=3)
JSON = "application/json"
FORM = "application/x-www-form-urlencoded"

# What aiohttp says of a request that did not leave whole: nobody acts on half a body.
_NEVER_LEFT = (
    aiohttp.ClientConnectorError,
    aiohttp.ConnectionTimeoutError,
    aiohttp.ClientConnectionResetError,
    aiohttp.InvalidURL,
)

# A name, the file's own name, its bytes and its MIME type.
Part = tuple[str, str, bytes, str]


class _Pieces(io.BytesIO):
    """A body that knows how much of it nobody has taken yet."""

    def __init__(self, body: bytes) -> None:
        super().__init__(body)
        self.left = len(body)

    def read(self, size: int | None = -1, /) -> bytes:
        piece = super().read(size)
        self.left -= len(piece)
        return piece


class Transport(BaseRequest):
    """Everything said to Telegram goes through `exchange`; errors never hold its URL, which has the token."""

    # What time it was there when an answer last told it, and by the monotonic clock here.
    _told: tuple[datetime, float] | None = None

    @property
    def skew(self) -> timedelta | None:
        """How far Telegram's clock is ahead of this machine's; None while no answer has told the time.

        Reckoned on by the monotonic clock: a machine whose clock is set says so at once, not with the next answer.
        """
        if self._told is None:
            return None
        return self._reckoned(*self._told, monotonic()) - real_now()

    def hear_time(self, told: datetime) -> None:
        """An answer has just told what time it is there. What is close to the time reckoned on changes nothing: whoever
        goes by it would else be set back with every answer.
        """
        at = monotonic()
        if self._told is None or abs(told - self._reckoned(*self._told, at)) > CLOSE:
            self._told = told, at

    @staticmethod
    def _reckoned(told: datetime, at: float, now: float) -> datetime:
        return told + timedelta(seconds=now - at)

    @abstractmethod
    async def exchange(
        self, url: str, body: bytes | None, content_type: str | None, timeout: float
    ) -> tuple[int, bytes]:
        """POST `body`, or GET when it is None: HTTP status and the whole answer. Raises NotSent or Lost."""

    @property
    def read_timeout(self) -> float | None:
        return READ_TIMEOUT

    async def initialize(self) -> None:
        """Nothing to open before the first exchange."""

    async def shutdown(self) -> None:
        """Nothing to close."""

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: Any = BaseRequest.DEFAULT_NONE,
        write_timeout: Any = BaseRequest.DEFAULT_NONE,
        connect_timeout: Any = BaseRequest.DEFAULT_NONE,
        pool_timeout: Any = BaseRequest.DEFAULT_NONE,
    ) -> tuple[int, bytes]:
        """PTB's hook. Only its read timeout matters here: long polling adds the poll's own seconds to it."""
        given = read_timeout is not None and read_timeout is not BaseRequest.DEFAULT_NONE
        body, content_type = (None, None) if method == "GET" else _encode(request_data)
        status, answer = await self.exchange(url, body, content_type, float(read_timeout) if given else READ_TIMEOUT)
        if body is not None:
            # PTB goes by the status alone: a proxy's page with 404 would be a refused token to it. (A GET is a file.)
            result_of(status, answer)
        return status, answer


class AiohttpTransport(Transport):
    """One session for the whole process; the environment's proxies are not followed."""

    def __init__(self, connections: int = CONNECTIONS) -> None:
        self._connections = connections
        self._session: aiohttp.ClientSession | None = None

    async def shutdown(self) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def exchange(
        self, url: str, body: bytes | None, content_type: str | None, timeout: float
    ) -> tuple[int, bytes]:
        headers = {"Content-Type": content_type} if content_type else {}
        limits = aiohttp.ClientTimeout(total=timeout + UPLOAD_TIME, connect=CONNECT_TIMEOUT, sock_read=timeout)
        method = "GET" if body is None else "POST"
        # `from None`: aiohttp's own errors may carry the URL, and with it the token.
        # A big one goes in pieces: written at once it would hold the loop, and everybody else with it.
        pieces = _Pieces(body) if body is not None and len(body) > AT_ONCE else None
        try:
            async with self._open().request(
                method, url, data=pieces or body, headers=headers, timeout=limits, allow_redirects=False
            ) as answer:
                content = await _within(answer.content, LARGEST)
                if _is_telegrams(content):
                    self._hear_date(answer.headers.get("Date"))
                return answer.status, content
        except aiohttp.ClientResponseError as error:
            raise NotTelegram(f"{_name(error)}: not HTTP") from None
        except _NEVER_LEFT as error:
            raise NotSent(_name(error)) from None
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            half = pieces is not None and pieces.left > 0
            raise (NotSent if half else Lost)(_name(error)) from None

    def _hear_date(self, date: str | None) -> None:
        """To the second. What cannot be read says nothing, and what was known before holds."""
        try:
            told = parsedate_to_datetime(date) if date else None
        except (ValueError, OverflowError):
            return
        if told is not None and told.tzinfo is not None and told.year in BELIEVED:
            self.hear_time(told)

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None:
            connector = aiohttp.TCPConnector(limit=self._connections)
            self._session = aiohttp.ClientSession(connector=connector, trust_env=False)
        return self._session


def _is_telegrams(content: bytes) -> bool:
    """Only what answers for Telegram tells Telegram's time; a box on the way has a clock of its own."""
    return content.startswith((b'{"ok":true,"result":', b'{"ok":false,"error_code":'))


async def _within(content: aiohttp.StreamReader, limit: int) -> bytes:
    """All of it. Raises Lost for what never ends."""
    pieces, size = list[bytes](), 0
    async for piece in content.iter_any():
        size += len(piece)
        if size > limit:
            raise Lost("an answer without end")
        pieces.append(piece)
    return b"".join(pieces)


def _name(error: BaseException) -> str:
    return type(error).__name__


def _encode(data: RequestData | None) -> tuple[bytes, str]:
    if data is None:
        return b"", FORM
    if not data.contains_files:
        return urlencode(data.json_parameters).encode(), FORM
    parts = ((name, str(part[0]), _bytes(part[1]), str(part[2])) for name, part in data.multipart_data.items())
    return multipart(data.json_parameters, parts)


def _bytes(content: Any) -> bytes:
    return content if isinstance(content, bytes) else bytes(content.read())


def multipart(fields: Mapping[str, str], files: Iterable[Part]) -> tuple[bytes, str]:
    """The body of a multipart/form-data request and its content type."""
    boundary = secrets.token_hex(16)
    chunks: list[bytes] = []
    for name, value in fields.items():
        chunks.append(_head(boundary, f'name="{_quoted(name)}"') + value.encode())
    for name, filename, content, mime_type in files:
        head = f'name="{_quoted(name)}"; filename="{_quoted(filename)}"'
        chunks.append(_head(boundary, head, f"\r\nContent-Type: {mime_type}") + content)
    body = b"\r\n".join([*chunks, f"--{boundary}--\r\n".encode()])
    return body, f"multipart/form-data; boundary={boundary}"


def _head(boundary: str, disposition: str, more: str = "") -> bytes:
    return f"--{boundary}\r\nContent-Disposition: form-data; {disposition}{more}\r\n\r\n".encode()


def _quoted(text: str) -> str:
    """As Telegram's server reads it: it takes a backslash for an escape, and decodes every %XX afterwards.

    A line break in a file's name would otherwise begin a header of its own.
    """
    return re.sub(r'[%"\\\r\n]', lambda hit: f"%{ord(hit[0]):02X}", text)
