"""PTB's BaseRequest on one plain exchange of bytes, and that exchange over aiohttp."""

import re
import secrets
from abc import abstractmethod
from collections.abc import Iterable, Mapping
from datetime import timedelta
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlencode

import aiohttp
from telegram.error import NetworkError
from telegram.request import BaseRequest, RequestData

from scheduler.clock import real_now

READ_TIMEOUT = 25.0
CONNECT_TIMEOUT = 10.0
# On top of the read timeout: what a big file may take to leave. The sender's lease on a row is longer than both.
UPLOAD_TIME = 30.0
CONNECTIONS = 32
JSON = "application/json"
FORM = "application/x-www-form-urlencoded"

# A name, the file's own name, its bytes and its MIME type.
Part = tuple[str, str, bytes, str]


class NotSent(NetworkError):
    """The request never left: trying again cannot double anything."""


class Lost(NetworkError):
    """The request left and its answer never came: nobody knows whether Telegram did it."""


class Transport(BaseRequest):
    """Everything said to Telegram goes through `exchange`; errors never hold its URL, which has the token."""

    # How far Telegram's clock was ahead of this machine's at the last answer that told the time.
    skew: timedelta | None = None

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
        self, url: str, method: str, request_data: RequestData | None = None,
        read_timeout: Any = BaseRequest.DEFAULT_NONE, write_timeout: Any = BaseRequest.DEFAULT_NONE,
        connect_timeout: Any = BaseRequest.DEFAULT_NONE, pool_timeout: Any = BaseRequest.DEFAULT_NONE,
    ) -> tuple[int, bytes]:  # fmt: skip
        """PTB's hook. Only its read timeout matters here: long polling adds the poll's own seconds to it."""
        given = read_timeout is not None and read_timeout is not BaseRequest.DEFAULT_NONE
        body, content_type = (None, None) if method == "GET" else _encode(request_data)
        return await self.exchange(url, body, content_type, float(read_timeout) if given else READ_TIMEOUT)


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
        try:
            async with self._open().request(method, url, data=body, headers=headers, timeout=limits) as answer:
                self.skew = _ahead(answer.headers.get("Date"))
                return answer.status, await answer.read()
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError, aiohttp.InvalidURL) as error:
            raise NotSent(_name(error)) from None
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise Lost(_name(error)) from None

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None:
            connector = aiohttp.TCPConnector(limit=self._connections)
            self._session = aiohttp.ClientSession(connector=connector, trust_env=False)
        return self._session


def _ahead(date: str | None) -> timedelta | None:
    """By the Date of an answer, to the second; None when it says nothing that can be read."""
    try:
        told = parsedate_to_datetime(date) if date else None
    except ValueError:
        return None
    return told - real_now() if told is not None and told.tzinfo is not None else None


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
