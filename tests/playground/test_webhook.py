"""Webhook delivery: in order for one person, side by side for others, again after a failure, with the secret."""

import asyncio
from datetime import timedelta

import orjson
import pytest
from aiohttp import web

from bot.playground.webhooks import SECRET_HEADER


class Receiver:
    """What a bot's webhook sees; `answers` are the statuses to come, then always 200."""

    def __init__(self) -> None:
        self.seen: list[tuple[str, str]] = []
        self.secrets: list[str | None] = []
        self.answers: list[int] = []
        self.retry_after: str | None = None
        self.times = []

    async def post(self, url, headers, body):
        update = orjson.loads(body)
        self.secrets.append(headers.get(SECRET_HEADER))
        message = update.get("message") or update["callback_query"]["message"]
        self.seen.append((message["chat"]["first_name"], message.get("text", "")))
        status = self.answers.pop(0) if self.answers else 200
        return status, {"Retry-After": self.retry_after} if status != 200 and self.retry_after else {}


@pytest.fixture
async def receiver(playground, call):
    receiver = Receiver()
    playground.webhooks.post = receiver.post
    await call("setWebhook", url="http://127.0.0.1:9/hook", secret_token="s3cret_-", max_connections=4)
    return receiver


async def test_delivery_with_the_secret(playground, clock, receiver):
    await playground.person(1, "甲一").send("一")
    assert playground.busy == 1
    await clock.settle()
    assert (receiver.seen, receiver.secrets) == ([("甲一", "一")], ["s3cret_-"])
    assert playground.busy == 0
    assert len(playground.updates) == 0


async def test_a_failure_holds_back_its_own_chat_only(playground, clock, call, receiver):
    receiver.answers = [500, 500]
    first, second = playground.person(1, "甲一"), playground.person(2, "甲二")
    await first.send("一")
    await first.send("二")
    began = clock.now()
    await clock.settle(timedelta(0))
    assert receiver.seen == [("甲一", "一")] * 2
    await second.send("三")
    await clock.settle(timedelta(0))
    assert receiver.seen[2] == ("甲二", "三")
    await clock.settle()
    assert receiver.seen[3:] == [("甲一", "一"), ("甲一", "二")]
    assert clock.now() - began >= timedelta(seconds=2)
    info = (await call("getWebhookInfo"))["result"]
    assert (info["pending_update_count"], info["last_error_message"]) == (0, "Wrong response from the webhook: 500")


async def test_pauses_grow_and_the_bot_may_ask_for_one(playground, clock, receiver):
    receiver.answers, began = [500] * 5, clock.now()
    await playground.person(1, "甲一").send("一")
    await clock.settle()
    assert clock.now() - began == timedelta(seconds=2 + 4 + 8 + 16)
    receiver.answers, receiver.retry_after, began = [503], "100", clock.now()
    await playground.person(1, "甲一").send("二")
    await clock.settle()
    assert clock.now() - began == timedelta(seconds=100)


async def test_a_tap_that_is_too_old_is_not_delivered(playground, clock, call, receiver):
    member = playground.person(1, "甲一")
    await member.start()
    await call(
        "sendMessage", chat_id=1, text="x", reply_markup={"inline_keyboard": [[{"text": "y", "callback_data": "y"}]]}
    )
    await clock.settle()
    receiver.answers = [500] * 20
    await member.tap(member.chat.last, "y")
    await clock.settle()
    assert len(receiver.seen) < 10
    assert len(playground.updates) == 0


async def test_what_waits_when_the_webhook_is_deleted_is_polled(playground, clock, call, receiver):
    receiver.answers = [500] * 9
    await playground.person(1, "甲一").send("一")
    await clock.settle(timedelta(0))
    await call("deleteWebhook")
    assert (await call("getUpdates"))["result"][0]["message"]["text"] == "一"
    await call("setWebhook", url="http://127.0.0.1:9/hook", drop_pending_updates=True)
    assert (await call("getWebhookInfo"))["result"]["pending_update_count"] == 0
    await call("setWebhook", url="")
    assert (await call("getWebhookInfo"))["result"]["url"] == ""


@pytest.mark.parametrize(
    ("params", "words"),
    [
        ({"url": "ftp://x"}, "bad webhook: invalid webhook URL specified"),
        ({"url": "http://x", "secret_token": "汉"}, "secret token contains unallowed characters"),
        ({"url": "http://x", "allowed_updates": "{}"}, "can't parse allowed updates: expected an Array of String"),
    ],
)
async def test_what_telegram_refuses(call, params, words):
    assert (await call("setWebhook", **params))["description"] == f"Bad Request: {words}"


async def test_over_real_http(playground, clock, call):
    got: asyncio.Queue = asyncio.Queue()

    async def hook(request: web.Request) -> web.Response:
        await got.put((request.headers[SECRET_HEADER], await request.json()))
        return web.Response()

    app = web.Application()
    app.router.add_post("/hook", hook)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    port = runner.addresses[0][1]
    await playground.person(1, "甲一").send("一")
    await call("setWebhook", url=f"http://127.0.0.1:{port}/hook", secret_token="abc")
    secret, update = await asyncio.wait_for(got.get(), 5)
    assert (secret, update["message"]["text"]) == ("abc", "一")
    await runner.cleanup()
    await playground.person(1, "甲一").send("二")
    await clock.settle(timedelta(0))
    assert (await call("getWebhookInfo"))["result"]["last_error_message"] == "Connection refused"
