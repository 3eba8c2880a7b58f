"""The web server: who may bring an update, what is answered, and what the health routes say."""

import asyncio
import gzip
import io
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from types import MappingProxyType
from typing import Any

import aiohttp
import pytest
from sqlalchemy import select

from bot.receiving.inbox import Receiver
from bot.receiving.webhook import SECRET_HEADER, Webhook, application, serving
from bot.receiving.workers import Parcel, Workers
from scheduler.clock import SystemClock
from storage.choices import InboxState
from storage.engine import Storage
from storage.models.inbox import Inbox

HOOK = Webhook("https://bot.example.org/under", "s" * 20, "42:token")
NO_MORE: Mapping[str, str] = MappingProxyType({})
UPDATE = b'{"update_id": 1, "message": {"chat": {"id": 7}, "text": "x"}}'


class Hook:
    """A served application and a client of it."""

    def __init__(self, session: aiohttp.ClientSession, storage: Storage) -> None:
        self.session, self.storage, self.base = session, storage, ""
        self.faults: list[str] = []
        self.address = ("", 0)

    async def post(
        self,
        body: bytes = UPDATE,
        path: str = HOOK.path,
        secret: str | None = "s" * 20,
        kind: str = "application/json",
        more: Mapping[str, str] = NO_MORE,
    ) -> int:
        headers = {"Content-Type": kind, **more, **({SECRET_HEADER: secret} if secret is not None else {})}
        async with self.session.post(self.base + path, data=io.BytesIO(body), headers=headers) as answer:
            return answer.status

    async def raw(self, request: bytes) -> int:
        reader, writer = await asyncio.open_connection(*self.address)
        writer.write(request)
        status = (await reader.readline()).split()[1]
        writer.close()
        await writer.wait_closed()
        return int(status)

    async def get(self, path: str) -> tuple[int, Any]:
        async with self.session.get(self.base + path) as answer:
            return answer.status, await answer.json()


async def nothing(parcel: Parcel) -> None:
    pass


@pytest.fixture
async def hook(sqlite_url: str) -> AsyncIterator[Hook]:
    async with served(sqlite_url) as hook:
        yield hook


@pytest.fixture
async def on_both(storage_url: str) -> AsyncIterator[Hook]:
    async with served(storage_url) as hook:
        yield hook


@asynccontextmanager
async def served(url: str) -> AsyncIterator[Hook]:
    async with aiohttp.ClientSession() as session:
        with Storage(url) as storage:
            lanes = Workers(storage, SystemClock(), 42, nothing, nothing)
            receiver = Receiver(storage, SystemClock(), 42, lanes, lambda: None)
            hook = Hook(session, storage)

            async def readiness() -> list[str]:
                return hook.faults

            async with serving(application(receiver, HOOK, readiness), ("127.0.0.1", 0)) as (host, port):
                hook.address = (host, port)
                hook.base = f"http://{host}:{port}"
                yield hook


async def stored(hook: Hook) -> list[int]:
    return await hook.storage.read(lambda session: list(session.scalars(select(Inbox.update_id))))


async def test_an_update_is_committed_before_it_is_confirmed(hook: Hook) -> None:
    assert await hook.post() == 200
    assert await stored(hook) == [1]
    assert await hook.post() == 200
    assert await stored(hook) == [1]


@pytest.mark.parametrize("secret", [None, "", "wrong", "s" * 19, "s" * 21, "密" * 20])
async def test_without_the_secret_nothing_is_taken(hook: Hook, secret: str | None) -> None:
    assert await hook.post(secret=secret) == 403
    assert await stored(hook) == []


async def test_another_path_is_not_there(hook: Hook) -> None:
    for path in ("/", "/telegram/", HOOK.path + "0", "/telegram/42:token"):
        assert await hook.post(path=path) == 404


async def test_only_small_json_is_read(hook: Hook) -> None:
    assert await hook.post(kind="text/plain") == 415
    assert await hook.post(b"not json") == 400
    assert await hook.post(b"[]") == 400
    assert await hook.post(b'{"message": {}}') == 400
    assert await hook.post(b'{"update_id": 1, "x": "' + b"a" * 1_048_576 + b'"}') == 413
    assert await stored(hook) == []


@pytest.mark.parametrize(
    "secret",
    [b"\xe9" * 20, b"\xff\xfe", "密".encode("gbk"), b"s" * 19 + b"\x80"],
    ids=["latin", "no text", "gbk", "nearly"],
)
async def test_a_secret_that_is_no_text_is_a_wrong_one(hook: Hook, secret: bytes) -> None:
    """Written by hand: a client refuses to send it."""
    head = f"POST {HOOK.path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n{SECRET_HEADER}: ".encode()
    assert await hook.raw(head + secret + f"\r\nContent-Length: {len(UPDATE)}\r\n\r\n".encode() + UPDATE) == 403
    assert await stored(hook) == []


DEEP = b'{"update_id": 2, "message": ' + b"[" * 100_000 + b"]" * 100_000 + b"}"


@pytest.mark.parametrize(
    "body",
    [
        DEEP,
        b'{"update_id": 2, "message": ' + b'{"a":' * 2_000 + b"1" + b"}" * 2_001,
        b'{"update_id": 2, "message": {"text": NaN}}',
        b'{"update_id": 2, "message": {"text": "\xff\xfe"}}',
        b'{"update_id": 2, "message": {"text": "x"}',
        b'{"update_id": 2.0, "message": {}}',
        b'{"update_id": true, "message": {}}',
        b'{"update_id": "2", "message": {}}',
        b'{"update_id": null, "message": {}}',
        b'{"update_id": -2, "message": {}}',
        b'{"update_id": %d, "message": {}}' % 2**70,
        b'{"update_id": %s, "message": {}}' % (b"9" * 5_000),
        b'{"update_id": NaN, "message": {}}',
        b"",
        b"null",
    ],
    ids=lambda body: body[:40].decode("latin-1"),
)
async def test_what_is_no_update_is_refused_and_the_next_one_taken(hook: Hook, body: bytes) -> None:
    assert await hook.post(body) == 400
    assert await hook.post() == 200
    assert await stored(hook) == [1]


@pytest.mark.parametrize(
    ("body", "kept"),
    [
        (b'{"update_id": 2, "message": {"chat": {"id": 7}, "text": "\\ud83d"}}', InboxState.NEW),
        (b'{"update_id": 2, "message": {"chat": {"id": 7}, "x": %d}}' % 2**70, InboxState.NEW),
        (b'{"update_id": 2, "message": {"chat": {"id": 7}, "x": %s}}' % (b"9" * 5_000), InboxState.NEW),
        (b'{"update_id": 9, "update_id": 2, "message": {"chat": {"id": 7}}}', InboxState.NEW),
        (b'{"update_id": 2, "message": {"chat": {"id": 7}, "text": "\\u0000"}}', InboxState.NEW),
        (b'{"update_id": 2, "\\u0000\\ud83d": {"chat": {"id": 7}}}', InboxState.NEW),
        (b'{"update_id": 2, "message": 5}', InboxState.PARKED),
        (b'{"update_id": 2}', InboxState.PARKED),
        # As deep as orjson reads and nobody writes it down again.
        (b'{"update_id": 2, "message": ' + b'{"a":' * 1_020 + b"1" + b"}" * 1_021, InboxState.PARKED),
    ],
    ids=lambda value: value[:40].decode("latin-1") if isinstance(value, bytes) else "",
)
async def test_what_is_odd_but_an_update_is_kept(on_both: Hook, body: bytes, kept: InboxState) -> None:
    assert await on_both.post(body) == 200
    found = await on_both.storage.read(lambda session: session.execute(select(Inbox.update_id, Inbox.state)).all())
    assert [tuple(row) for row in found] == [(2, kept)]


@pytest.mark.parametrize(
    "body",
    [gzip.compress(UPDATE), gzip.compress(UPDATE)[:-9], b"no gzip", b"", UPDATE],
    ids=["packed", "cut", "not packed", "empty", "plain"],
)
@pytest.mark.parametrize("packed", ["gzip", "deflate", "br", "nonsense"])
async def test_a_packed_body_is_not_unpacked(hook: Hook, body: bytes, packed: str) -> None:
    assert await hook.post(body, more={"Content-Encoding": packed}) == 415
    assert await hook.post() == 200


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        ("application/json; charset=utf-8", 200),
        ("application/json; charset=gbk", 200),
        ("application/json; charset=no-such", 200),
        ("APPLICATION/JSON", 200),
        ("text/json; charset=utf-8", 415),
        ("application/jsonp", 415),
        ("", 415),
        ("/", 415),
        (";", 415),
    ],
)
async def test_json_is_read_whatever_charset_it_names(hook: Hook, kind: str, status: int) -> None:
    assert await hook.post(kind=kind) == status


async def test_telegram_brings_it_again_when_it_could_not_be_stored(hook: Hook) -> None:
    hook.storage.shut()
    assert await hook.post() == 500


async def test_health(hook: Hook) -> None:
    assert await hook.get("/healthz") == (200, {"status": "ok"})
    assert await hook.get("/readyz") == (200, {"status": "ok", "faults": []})
    hook.faults.append("the database does not answer")
    assert await hook.get("/readyz") == (503, {"status": "not ready", "faults": ["the database does not answer"]})


def test_the_path_cannot_be_guessed_and_changes_with_the_secret() -> None:
    assert HOOK.url.startswith("https://bot.example.org/under/telegram/")
    others = {Webhook(HOOK.root, "t" * 20, HOOK.token).path, Webhook(HOOK.root, HOOK.secret, "43:token").path}
    assert HOOK.path not in others
    assert "token" not in HOOK.path
    assert HOOK.secret not in repr(HOOK)
