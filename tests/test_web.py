"""The web server: who may bring an update, what is answered, and what the health routes say."""

import io
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from sqlalchemy import select

from bot.lanes import Lanes, Parcel
from bot.receive import Receiver
from bot.web import SECRET_HEADER, Webhook, application, serving
from scheduler.clock import SystemClock
from storage.engine import Storage
from storage.models.inbox import Inbox

HOOK = Webhook("https://bot.example.org/under", "s" * 20, "42:token")
UPDATE = b'{"update_id": 1, "message": {"chat": {"id": 7}, "text": "x"}}'


class Hook:
    """A served application and a client of it."""

    def __init__(self, session: aiohttp.ClientSession, storage: Storage) -> None:
        self.session, self.storage, self.base = session, storage, ""
        self.faults: list[str] = []

    async def post(
        self, body: bytes = UPDATE, path: str = HOOK.path, secret: str | None = "s" * 20, kind: str = "application/json"
    ) -> int:
        headers = {"Content-Type": kind, **({SECRET_HEADER: secret} if secret is not None else {})}
        async with self.session.post(self.base + path, data=io.BytesIO(body), headers=headers) as answer:
            return answer.status

    async def get(self, path: str) -> tuple[int, Any]:
        async with self.session.get(self.base + path) as answer:
            return answer.status, await answer.json()


async def nothing(parcel: Parcel) -> None:
    pass


@pytest.fixture
async def hook(sqlite_url: str) -> AsyncIterator[Hook]:
    async with aiohttp.ClientSession() as session:
        with Storage(sqlite_url) as storage:
            lanes = Lanes(storage, SystemClock(), 42, nothing, nothing)
            receiver = Receiver(storage, SystemClock(), 42, lanes, lambda: None)
            hook = Hook(session, storage)

            async def readiness() -> list[str]:
                return hook.faults

            async with serving(application(receiver, HOOK, readiness), ("127.0.0.1", 0)) as (host, port):
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
