"""Who else uses the token: webhooks deleted or set elsewhere, and other pollers; through the real Application."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Any

import aiohttp
import pytest

from bot.app import App
from bot.errors import CannotReceive
from bot.features import registry
from bot.playground.local import ROOT, LocalTransport
from bot.receiving import polling
from bot.receiving.webhook import Webhook
from bot.watch import reported
from storage.engine import Storage
from tests.e2e.house import until
from tests.world import OPERATOR, SHANGHAI, World, alive, prepare, world

ELSEWHERE = "https://elsewhere.example.org/secret-path"
NOW = datetime(2023, 7, 4, 9, tzinfo=SHANGHAI)


@pytest.fixture
def storage(sqlite_url: str) -> Iterator[Storage]:
    with Storage(sqlite_url) as storage:
        yield storage


@asynccontextmanager
async def hooked(storage: Storage) -> AsyncIterator[tuple[World, Webhook]]:
    """A bot that Telegram comes to, by real HTTP at the address where it listens."""
    cast = prepare(storage, NOW)
    hook = Webhook("https://bot.example.org", "s" * 20, "token")
    async with (
        alive(storage, cast, NOW, webhook=hook, listen=("127.0.0.1", 0)) as bot,
        aiohttp.ClientSession() as client,
    ):

        async def post(url: str, headers: Any, body: bytes) -> tuple[int, Any]:
            assert bot.app.address is not None
            at = url.replace("https://bot.example.org", "http://{}:{}".format(*bot.app.address))
            async with client.post(at, headers=headers, data=body) as answer:
                return answer.status, answer.headers

        bot.playground.webhooks.post = post
        await until(lambda: bot.app.watchdog.hook.ready)
        bot.clock.watch("webhook", lambda: bot.playground.webhooks.busy, sleeps=False)
        yield bot, hook


async def call(bot: World, method: str, **params: Any) -> dict[str, Any]:
    # One webhook a second, whoever sets it.
    bot.clock.jump(bot.clock.now() + timedelta(seconds=2))
    _, answer = await bot.playground.handle(bot.playground.token, method, params)
    bot.clock.jump(bot.clock.now() + timedelta(seconds=2))
    assert answer["ok"], answer
    return answer


async def look(bot: World) -> None:
    await bot.app.watchdog.look()
    await bot.clock.settle()


def told(bot: World) -> list[str]:
    return [message.text for message in bot.playground.people[OPERATOR].chat.from_bot]


async def ready(bot: World) -> int:
    assert bot.app.address is not None
    async with aiohttp.ClientSession() as client, client.get("http://{}:{}/readyz".format(*bot.app.address)) as answer:
        return answer.status


async def test_a_webhook_that_somebody_deleted_is_set_again(storage: Storage, caplog: pytest.LogCaptureFixture) -> None:
    async with hooked(storage) as (bot, hook):
        await look(bot)
        assert (told(bot), await ready(bot)) == ([], 200)
        for _ in range(2):
            await call(bot, "deleteWebhook")
            await bot.stage.people["甲二"].send("帮助")
            caplog.clear()
            await look(bot)
            assert bot.playground.webhooks.url == hook.url
            assert "the webhook is gone" in caplog.text
            await bot.clock.settle()
            assert bot.stage.people["甲二"].chat.from_bot[-1].text.startswith("【使用说明】")
            assert [("webhook被删除" in text) for text in told(bot)] == [True]
            await look(bot)
        assert (len(told(bot)), await ready(bot)) == (1, 200)
        # Over for hours: a new one is told again.
        await bot.clock.travel(bot.clock.now() + reported.QUIET + timedelta(minutes=1))
        await look(bot)
        await call(bot, "deleteWebhook")
        await look(bot)
        assert sum("webhook被删除" in text for text in told(bot)) == 2


async def test_as_long_as_it_cannot_be_set_again_the_bot_is_not_ready(storage: Storage) -> None:
    async with hooked(storage) as (bot, hook):
        await call(bot, "deleteWebhook")
        bot.playground.faults.add("502", method="setWebhook", times=2)
        for status in (503, 503, 200):
            await look(bot)
            assert await ready(bot) == status
        assert bot.playground.webhooks.url == hook.url
        assert len(told(bot)) == 1


async def test_another_webhook_is_told_once_and_left_alone(storage: Storage, caplog: pytest.LogCaptureFixture) -> None:
    async with hooked(storage) as (bot, hook):
        for times in (1, 2):
            await call(bot, "setWebhook", url=ELSEWHERE)
            for _ in range(3):
                await look(bot)
            assert bot.playground.webhooks.url == ELSEWHERE
            assert await ready(bot) == 503
            assert sum("webhook已被改到elsewhere.example.org，" in text for text in told(bot)) == times
            assert "secret-path" not in " ".join([*told(bot), caplog.text])
            await call(
                bot,
                "setWebhook",
                url=hook.url,
                secret_token="s" * 20,
                allowed_updates=["message", "edited_message", "callback_query", "my_chat_member"],
            )
            await bot.clock.travel(bot.clock.now() + reported.QUIET + timedelta(minutes=1))
            await look(bot)
            assert await ready(bot) == 200
        assert len([one for one in bot.playground.calls if one.method == "setWebhook"]) == 5


async def test_kinds_of_updates_that_are_missing_are_asked_for_again(storage: Storage) -> None:
    async with hooked(storage) as (bot, hook):
        await call(bot, "setWebhook", url=hook.url, secret_token="s" * 20, allowed_updates=["message"])
        await look(bot)
        assert bot.playground.updates.allowed == ["callback_query", "edited_message", "message", "my_chat_member"]
        await look(bot)
        assert len([one for one in bot.playground.calls if one.method == "setWebhook"]) == 3
        assert (told(bot), await ready(bot)) == ([], 200)


async def test_a_failure_that_telegram_names_is_told_once(storage: Storage) -> None:
    async with hooked(storage) as (bot, _):
        hooks = bot.playground.webhooks
        hooks.last_error = (NOW - timedelta(hours=1), "long ago")
        await look(bot)
        assert told(bot) == []
        for number in range(1, 4):
            hooks.last_error = (NOW + timedelta(minutes=number), f"SSL error {number}")
            await look(bot)
            await look(bot)
        assert len(told(bot)) == 1
        assert "失败：SSL error 1。" in told(bot)[0]
        assert await ready(bot) == 200


@pytest.mark.parametrize("fault", ["unreachable", "502", "429", "lost"])
async def test_that_telegram_is_not_reached_is_no_news_of_the_webhook(storage: Storage, fault: Any) -> None:
    async with hooked(storage) as (bot, _):
        bot.playground.faults.add(fault, method="getWebhookInfo", times=1)
        await look(bot)
        assert (told(bot), await ready(bot)) == ([], 200)


async def test_another_poller_is_told_to_the_operator_once(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(polling, "BACK_OFF", (0.01,))
    async with world(sqlite_url, "2023-07-04 09:00") as bot:
        for _ in range(2):
            await until(lambda: bot.playground.updates.polled)
            await call(bot, "getUpdates", timeout=0)
            await until(lambda: bot.app.poller.conflict)
            for _ in range(3):
                await look(bot)
        assert [("其他程序正在使用同一令牌" in text) for text in told(bot)] == [True]
        desk = [message.text for message in bot.stage.people["甲一"].chat.from_bot]
        assert not any("令牌" in text for text in desk)
        # It was quiet for long enough, and hours later it begins anew.
        monkeypatch.setattr(polling, "CALM", 0.0)
        await bot.clock.travel(bot.clock.now() + reported.QUIET + timedelta(minutes=1))
        await look(bot)
        monkeypatch.setattr(polling, "CALM", 300.0)
        await until(lambda: bot.playground.updates.polled)
        await call(bot, "getUpdates", timeout=0)
        await until(lambda: bot.app.poller.conflict)
        await look(bot)
        assert len([text for text in told(bot) if "令牌" in text]) == 2


async def test_a_webhook_beside_our_polling_is_told_while_it_lasts_and_once_at_a_start(storage: Storage) -> None:
    cast = prepare(storage, NOW)
    async with alive(storage, cast, NOW) as bot:
        await until(lambda: bot.playground.updates.polled)
        await call(bot, "setWebhook", url=ELSEWHERE)
        await until(lambda: bot.app.poller.conflict)
        for _ in range(2):
            await look(bot)
            assert [("照常发送" in text) for text in told(bot)] == [True]
    # Started again and again beside it, it ends and says why once.
    for _ in range(3):
        with pytest.raises(CannotReceive, match="A webhook is set"):
            await again(bot).run()
    assert [("已停止运行" in text) for text in told(bot)] == [False, True]


def again(bot: World) -> App:
    """The same bot, started once more."""
    return App(
        storage=bot.storage,
        transport=LocalTransport(bot.playground),
        clock=bot.clock,
        tz=SHANGHAI,
        token=bot.playground.token,
        api_url=ROOT,
        handlers=registry.HANDLERS,
        jobs=registry.jobs(SHANGHAI),
        operator=OPERATOR,
    )
