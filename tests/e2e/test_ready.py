"""Is the bot ready? With several processes on one database: while somebody polls and somebody sends, and only then."""

import asyncio
import os
import re
import signal
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any

import aiohttp
import psutil
import pytest
from sqlalchemy import select, update

from bot.app import App, running
from bot.cli.doctor import Finding, _running
from bot.playground.http import serve
from bot.playground.server import Playground
from bot.receiving import polling
from bot.receiving.webhook import Webhook
from bot.settings import Settings
from bot.watch import heartbeats
from scheduler import outbox
from storage import leases
from storage.engine import Storage
from storage.models.outbox import Lease
from tests.e2e.house import build, playground, until
from tests.e2e.test_sending_faults import nursery

YEAR = timedelta(days=365)


def set_lease(storage: Storage, name: str, ends: timedelta) -> None:
    """The row as another process left it."""
    with storage.transaction() as session:
        values = {"holder": "another", "expires_at": leases.now(session) + ends}
        if session.get(Lease, name) is None:
            session.add(Lease(name=name, **values))
        else:
            session.execute(update(Lease).where(Lease.name == name).values(**values))


def others_work(storage: Storage, there: Playground) -> None:
    """Another process has both turns, and has just said so."""
    bot_id = there.bot.id
    set_lease(storage, f"poller:{bot_id}", polling.LEASE - timedelta(seconds=1))
    set_lease(storage, f"sender:{bot_id}", outbox.LEASE - timedelta(seconds=1))
    for part in (heartbeats.POLLING, heartbeats.SENDING):
        set_lease(storage, f"{part}:{bot_id}", timedelta(seconds=-5))


async def ready(base: str) -> tuple[int, list[str]]:
    async with aiohttp.ClientSession() as client, client.get(f"{base}/readyz") as answer:
        return answer.status, (await answer.json())["faults"]


@asynccontextmanager
async def served(storage: Storage, there: Playground, **more: Any) -> AsyncIterator[tuple[App, str]]:
    async with running(build(storage, there, listen=("127.0.0.1", 0), **more)) as app:
        await until(lambda: app.address)
        assert app.address is not None
        yield app, "http://{}:{}".format(*app.address)


@pytest.fixture
def shared(postgresql_url: str) -> Iterator[Storage]:
    with Storage(postgresql_url) as storage:
        yield storage


@pytest.mark.parametrize("part", [heartbeats.POLLING, heartbeats.SENDING])
async def test_who_waits_for_its_turn_goes_by_the_signs_of_the_others(shared: Storage, part: str) -> None:
    there = playground()
    others_work(shared, there)
    async with served(shared, there) as (app, base):
        assert await ready(base) == (200, [])
        assert not app.poller.mine
        assert not app.sender.mine
        set_lease(shared, f"{part}:{there.bot.id}", timedelta(seconds=-55))
        assert await ready(base) == (200, [])
        set_lease(shared, f"{part}:{there.bot.id}", timedelta(seconds=-75))
        assert await ready(base) == (503, [f"no process has {heartbeats.WHAT[part]} for 75 s"])
        # A sign of the future is none.
        set_lease(shared, f"{part}:{there.bot.id}", YEAR)
        assert await ready(base) == (503, [f"no process has {heartbeats.WHAT[part]}"])
    await there.close()


async def test_whose_turn_it_is_goes_by_itself_whatever_the_signs_say(
    storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = playground()
    async with served(storage, there) as (app, base):
        await until(lambda: app.poller.mine and app.sender.mine)
        assert await ready(base) == (200, [])
        monkeypatch.setattr(type(app.sender), "silence", 61.0)
        assert await ready(base) == (503, ["this process has not sent what is due for 61 s"])
        monkeypatch.setattr(type(app.poller), "silence", 3600.0)
        assert len((await ready(base))[1]) == 2
    await there.close()


async def test_with_a_webhook_nobody_has_to_poll(shared: Storage) -> None:
    there = playground()
    others_work(shared, there)
    set_lease(shared, f"{heartbeats.POLLING}:{there.bot.id}", -YEAR)
    hook = Webhook("https://bot.example.org", "s" * 20, there.token)
    async with served(shared, there, webhook=hook) as (_, base):
        assert await ready(base) == (200, [])
    await there.close()


def sign(storage: Storage, there: Playground, part: str) -> float | None:
    with storage.reading() as session:
        return heartbeats.age(session, there.bot.id, part)


@pytest.mark.long
async def test_only_whose_turn_it_is_gives_a_sign(shared: Storage, monkeypatch: pytest.MonkeyPatch) -> None:
    there = playground()
    others_work(shared, there)
    for part in (heartbeats.POLLING, heartbeats.SENDING):
        set_lease(shared, f"{part}:{there.bot.id}", timedelta(seconds=-50))
    async with served(shared, there) as (app, _):
        await app.watchdog.look()
        assert all((sign(shared, there, part) or 0) > 45 for part in (heartbeats.POLLING, heartbeats.SENDING))
        for turn in ("poller", "sender"):
            set_lease(shared, f"{turn}:{there.bot.id}", YEAR)
        await until(lambda: app.poller.mine and app.sender.mine)
        await app.watchdog.look()
        assert all((sign(shared, there, part) or 0) < 45 for part in (heartbeats.POLLING, heartbeats.SENDING))
        for part in (heartbeats.POLLING, heartbeats.SENDING):
            set_lease(shared, f"{part}:{there.bot.id}", timedelta(seconds=-50))
        monkeypatch.setattr(type(app.sender), "silence", 61.0)
        monkeypatch.setattr(type(app.poller), "silence", 61.0)
        await app.watchdog.look()
        assert all((sign(shared, there, part) or 0) > 45 for part in (heartbeats.POLLING, heartbeats.SENDING))
    await there.close()


# --- the doctor ----------------------------------------------------------------------------------------------------


def doctor(storage: Storage, there: Playground, **settings: str) -> Finding:
    given: dict[str, Any] = {"bot_token": there.token, "_env_file": None, **settings}
    return next(iter(_running(storage, Settings(**given))))


def test_the_doctor_sees_what_nobody_does(storage: Storage) -> None:
    there = playground()
    assert doctor(storage, there).ok is None
    with Storage(storage.url.render_as_string(hide_password=False)) as running_one:
        running_one.hold()
        others_work(storage if storage.dialect == "postgresql" else running_one, there)
        assert doctor(storage, there).ok is True
        set_lease(running_one, f"{heartbeats.SENDING}:{there.bot.id}", timedelta(seconds=-300))
        found = doctor(storage, there)
        assert (found.ok, found.found) == (
            False,
            "running on this database, but no process has sent what is due for 300 s",
        )
        others_work(running_one, there)
        set_lease(running_one, f"{heartbeats.POLLING}:{there.bot.id}", YEAR)
        assert doctor(storage, there).ok is False
        assert doctor(storage, there, webhook_url="https://bot.example.org").ok is True


def test_leases_that_nobody_holds_any_more_are_no_bot(shared: Storage) -> None:
    there = playground()
    others_work(shared, there)
    for turn in ("poller", "sender"):
        set_lease(shared, f"{turn}:{there.bot.id}", YEAR)
    assert doctor(shared, there).ok is None


# --- processes -----------------------------------------------------------------------------------------------------


@pytest.mark.long
async def test_the_one_that_polled_is_killed_and_its_leases_would_last_for_a_year(
    postgresql_url: str, tmp_path: Path
) -> None:
    there = playground()
    person = there.person(1, "甲一")

    def addresses() -> list[str]:
        return re.findall(r"listening at (http://\S+)", (tmp_path / "said.txt").read_text())

    async with serve(there) as base:
        settings = {"BOT_TOKEN": there.token, "BOT_API_URL": base, "DATABASE_URL": postgresql_url}
        async with nursery(tmp_path, Random(7), **settings) as born:
            await born.bear()
            await until(lambda: there.updates.polled and len(addresses()) == 1)
            await born.bear()
            await until(lambda: len(addresses()) == 2)
            first = born.bots.pop(0)
            with Storage(postgresql_url) as storage:
                await until(lambda: sign(storage, there, heartbeats.SENDING) is not None)
                assert [(await ready(address))[0] for address in addresses()] == [200, 200]
                os.kill(first, signal.SIGKILL)
                await until(lambda: not psutil.pid_exists(first))
                with storage.transaction() as session:
                    turns = Lease.name.startswith("poller:") | Lease.name.startswith("sender:")
                    ends = leases.now(session) + YEAR
                    session.execute(update(Lease).where(turns).values(expires_at=ends, holder="killed"))
                    assert len(session.scalars(select(Lease).where(turns)).all()) == 2
                await person.send("到")
                await until(lambda: person.chat.from_bot)
                assert await ready(addresses()[1]) == (200, [])
                await asyncio.sleep(0)
    await there.close()
