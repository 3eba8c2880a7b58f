"""The line to Telegram: two pollers, webhooks, a refused token, an outage, and nothing of the token in any log."""

import asyncio
import logging
import socket
from datetime import timedelta
from functools import partial

import aiohttp
import pytest
from sqlalchemy import select

from bot.app import Died, running
from bot.errors import CannotReceive
from bot.kit.redact import RedactSecrets
from bot.playground.faults import Kind
from bot.receiving import polling
from bot.receiving.webhook import Webhook
from scheduler.jobs import Owed
from scheduler.outbox import promise
from storage.engine import Storage
from storage.models.outbox import Outbox
from tests.e2e.house import NOW, OLD, bot, build, playground, quiet, rows, states, until


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits for real seconds before the next try."""
    monkeypatch.setattr(polling, "BACK_OFF", (0.02,))


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.fixture
def storage(sqlite_url: str) -> Storage:
    """One database is enough here."""
    with Storage(sqlite_url) as storage:
        yield storage


async def test_another_poller_is_named_and_outlived(
    storage: Storage, at_once: None, caplog: pytest.LogCaptureFixture
) -> None:
    there = playground()
    person = there.person(1, "甲一")
    async with bot(storage, there):
        await until(lambda: there.updates.polled)
        await there.handle(there.token, "getUpdates", {"timeout": 0})
        await person.send("到")
        await until(lambda: person.chat.from_bot)
    assert "Another program asks Telegram for updates with the same token (409)" in caplog.text


async def test_no_polling_beside_a_webhook(storage: Storage) -> None:
    there = playground()
    there.webhooks.set("https://elsewhere.example.org/x", "", 40)
    with pytest.raises(CannotReceive, match="A webhook is set"):
        await build(storage, there).run()
    assert not any(called.method == "getUpdates" for called in there.calls)
    assert there.webhooks.url == "https://elsewhere.example.org/x"
    await there.close()


async def test_a_webhook_set_later_keeps_updates_away_and_nothing_else(
    storage: Storage, at_once: None, caplog: pytest.LogCaptureFixture
) -> None:
    there = playground()
    person = there.person(1, "甲一")
    person.chat.opened = True
    async with bot(storage, there) as app:
        await until(lambda: there.updates.polled)
        await there.handle(there.token, "setWebhook", {"url": "https://elsewhere.example.org/x"})
        await until(lambda: app.poller.conflict)
        owed = Owed(("prompt:1",), {"text": "请学习"}, chat_id=1)
        await storage.write(lambda session: promise(session, owed, job=None, branch_id=None, now=there.clock.now()))
        app.sender.wake()
        await until(lambda: person.chat.from_bot)
        there.webhooks.clear()
        await person.send("到")
        await until(lambda: len(person.chat.from_bot) == 2)
    assert "A webhook is set" in caplog.text
    await there.close()


async def test_a_refused_token_stops_the_bot(storage: Storage) -> None:
    there = playground()
    there.faults.add("401", method="getMe", times=None)
    with pytest.raises(CannotReceive, match="does not accept BOT_TOKEN"):
        await build(storage, there).run()
    there.faults.clear()
    running_bot = asyncio.create_task(build(storage, there).run())
    await until(lambda: there.updates.polled)
    for method in ("getUpdates", "getMe"):
        there.faults.add("401", method=method, times=None)
    await there.person(1, "甲一").send("到")
    with pytest.raises(CannotReceive, match="does not accept BOT_TOKEN"):
        await running_bot


async def test_a_token_refused_while_sending_stops_it_too(storage: Storage) -> None:
    there = playground()
    fault = there.faults.add("401", method="sendMessage", times=None)
    # Who it is was answered at the start; asked again for the message, it is not.
    there.faults.add("401", method="getMe", times=None, since=NOW + timedelta(seconds=2))
    running_bot = asyncio.create_task(build(storage, there).run())
    await until(lambda: there.updates.polled)
    there.clock.jump(NOW + timedelta(seconds=5))
    await there.person(1, "甲一").send("到")
    with pytest.raises(CannotReceive, match="does not accept BOT_TOKEN"):
        await running_bot
    assert states(storage) == ["answered"]
    there.faults.remove(fault)


@pytest.mark.parametrize("status", [401, 403, 404])
@pytest.mark.parametrize("method", ["getMe", "getUpdates", "sendMessage"])
async def test_a_page_on_the_way_stops_nothing(storage: Storage, at_once: None, method: str, status: int) -> None:
    """A proxy's page with 404 ended the bot, with 403 it made people unreachable."""
    there = playground()
    there.faults.add("html", status=status, method=method)
    person = there.person(1, "甲一")
    async with bot(storage, there):
        await person.send("到")
        await until(lambda: person.chat.from_bot)
    assert states(storage) == ["answered"]
    with storage.reading() as session:
        assert session.scalars(select(Outbox.state)).all() == ["sent"]


async def test_one_call_that_is_refused_stops_nothing_while_telegram_knows_us(storage: Storage, at_once: None) -> None:
    there = playground()
    refused: list[tuple[Kind, str]] = [
        ("401", "getUpdates"),
        ("404", "getUpdates"),
        ("401", "sendMessage"),
        ("404", "setMyCommands"),
    ]
    for kind, method in refused:
        there.faults.add(kind, method=method)
    person = there.person(1, "甲一")
    async with bot(storage, there):
        await person.send("到")
        await until(lambda: person.chat.from_bot)


async def test_who_polls_goes_on_as_soon_as_the_sender_is_answered(
    storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It rested for up to half a minute more, and people with it."""
    monkeypatch.setattr(polling, "BACK_OFF", (60.0,))
    there = playground()
    people = [there.person(number, f"甲{number}") for number in range(1, 4)]
    there.faults.add("unreachable", method="getUpdates")
    async with bot(storage, there) as app:
        await until(lambda: app.poller._failures)
        await people[0].send("到")
        there.faults.add("unreachable", method="sendMessage", times=3)
        for person in people:
            person.chat.opened = True
            owed = Owed((f"{person.id}",), {"text": "通知"}, chat_id=person.id)
            await storage.write(partial(promise, owed=owed, job=None, branch_id=None, now=NOW))
        app.sender.wake()
        await until(lambda: len(rows(storage)) == 1)


async def test_what_telegram_asks_to_wait_is_waited_whoever_says_that_it_is_there(
    storage: Storage, at_once: None
) -> None:
    there = playground()

    def polls() -> list[str]:
        return [str(one.answer) for one in there.calls if one.method == "getUpdates"]

    fault = there.faults.add("502", method="getUpdates", times=None)
    async with bot(storage, there) as app:
        await until(lambda: app.poller._failures)
        there.faults.remove(fault)
        there.faults.add("429", method="getUpdates", retry_after=60, times=None)
        await until(lambda: "retry_after" in polls()[-1])
        asked = len(polls())
        await asyncio.sleep(0.05)
        app.poller.again()
        await asyncio.sleep(0.1)
        assert len(polls()) == asked


async def test_an_outage_is_waited_for(storage: Storage, at_once: None) -> None:
    there = playground()
    for kind in ("unreachable", "502", "reset", "lost"):
        there.faults.add(kind, method="getUpdates", times=2)
        there.faults.add(kind, method="getMe")
    there.faults.add("429", method="getUpdates", retry_after=0)
    person = there.person(1, "甲一")
    async with bot(storage, there):
        await person.send("到")
        await until(lambda: person.chat.from_bot)
    assert states(storage) == ["answered"]


async def test_only_what_is_handled_is_asked_for(storage: Storage) -> None:
    there = playground()
    async with bot(storage, there):
        await until(lambda: there.updates.polled)
    assert there.updates.allowed == ["callback_query", "edited_message", "message", "my_chat_member"]


async def test_by_webhook(storage: Storage) -> None:
    there = playground()
    port = free_port()
    hook = Webhook(f"http://127.0.0.1:{port}", "s" * 20, there.token)
    person = there.person(1, "甲一")
    async with running(build(storage, there, listen=("127.0.0.1", port), webhook=hook)) as app:
        await until(lambda: there.webhooks.url == hook.url)
        message = await person.send("到")
        tap = await person.tap_data(message, OLD)
        await until(lambda: person.chat.from_bot and tap.answer)
        async with aiohttp.ClientSession() as client, client.post(hook.url, json={"update_id": 1}) as answer:
            assert answer.status == 403
        await quiet(app)
    await there.close()
    assert states(storage) == ["answered", "answered"]
    calls = [called.method for called in there.calls]
    assert calls.count("setWebhook") == 1
    assert "getUpdates" not in calls


async def test_a_webhook_needs_its_port_and_polling_does_not(storage: Storage) -> None:
    there = playground()
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        address = taken.getsockname()
        async with running(build(storage, there, listen=address)) as app:
            await until(lambda: there.updates.polled)
            assert app.address is None
        hook = Webhook("https://bot.example.org", "s" * 20, there.token)
        with pytest.raises(CannotReceive, match=r"cannot listen at 127\.0\.0\.1"):
            await build(storage, there, listen=address, webhook=hook).run()
    await there.close()


async def test_health_is_told_beside_polling(storage: Storage, monkeypatch: pytest.MonkeyPatch) -> None:
    there = playground()
    async with (
        running(build(storage, there, listen=("127.0.0.1", 0))) as app,
        aiohttp.ClientSession() as client,
    ):
        await until(lambda: app.address)
        base = "http://{}:{}".format(*app.address)
        async with client.get(f"{base}/readyz") as answer:
            assert answer.status == 200
        monkeypatch.setattr("bot.watch.heartbeats.STILL", -1.0)
        async with client.get(f"{base}/readyz") as answer:
            assert answer.status == 503
            assert "has not asked Telegram for updates" in (await answer.json())["faults"][0]


async def test_a_dying_task_ends_the_process(storage: Storage, monkeypatch: pytest.MonkeyPatch) -> None:
    there = playground()
    app = build(storage, there)

    async def ends() -> None:
        await asyncio.sleep(0.05)

    monkeypatch.setattr(app.command_menus, "run", ends)
    with pytest.raises(Died, match="menus ended by itself"):
        await app.run()


async def test_a_stop_ends_what_has_begun(storage: Storage) -> None:
    there = playground()
    person = there.person(1, "甲一")
    there.faults.add("slow", method="answerCallbackQuery", seconds=0.5)
    message = await person.send("到")
    async with bot(storage, there):
        tap = await person.tap_data(message, OLD)
        await until(lambda: len(rows(storage)) == 2)
    assert tap.answer is not None
    assert states(storage) == ["answered", "answered"]


async def test_what_is_refused_is_said_politely(storage: Storage) -> None:
    there = playground()
    person = there.person(1, "甲一")
    async with bot(storage, there):
        await person.send("绝密★长期\n某某事项")
        await until(lambda: person.chat.from_bot)
    assert [message.text for message in person.chat.from_bot] == ["请勿上传涉密或标密级的文件，内容未保存。"]
    assert [(row.state.value, row.payload) for row in rows(storage)] == [("refused", None)]


async def test_the_token_is_in_no_log(storage: Storage, at_once: None, caplog: pytest.LogCaptureFixture) -> None:
    there = playground()
    caplog.set_level(logging.DEBUG)
    for kind in ("unreachable", "lost", "500"):
        for method in ("getMe", "getUpdates", "sendMessage", "setMyCommands"):
            there.faults.add(kind, method=method)
    person = there.person(1, "甲一")
    async with bot(storage, there):
        await person.send("到")
        await until(lambda: states(storage) == ["answered"])
        there.faults.clear()
    there.faults.add("401", method="getMe", times=None)
    with pytest.raises(CannotReceive) as caught:
        await build(storage, there).run()
    secret = there.token.partition(":")[2]
    assert secret not in str(caught.value)
    redacted = RedactSecrets()
    for record in caplog.records:
        redacted.filter(record)
        assert secret not in record.getMessage() + str(record.exc_text or "")
