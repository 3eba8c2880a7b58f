"""Webhook delivery: in order for one person, side by side for others, again after a failure, with the secret."""

import asyncio
from datetime import timedelta

import aiohttp
import orjson
import pytest
from aiohttp import web

from bot.playground.webhooks import SECRET_HEADER
from bot.playground.wire import stamp


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
        message = update.get("message") or update.get("my_chat_member") or update["callback_query"]["message"]
        self.seen.append((message["chat"].get("first_name"), message.get("text", "")))
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
    assert (info["pending_update_count"], info["last_error_message"]) == (
        0,
        "Wrong response from the webhook: 500 Internal Server Error",
    )


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
    clock.jump(clock.now() + timedelta(seconds=1))
    await call("setWebhook", url="http://127.0.0.1:9/hook", drop_pending_updates=True)
    assert (await call("getWebhookInfo"))["result"]["pending_update_count"] == 0
    await call("setWebhook", url="")
    assert (await call("getWebhookInfo"))["result"]["url"] == ""


@pytest.mark.parametrize(
    ("params", "words"),
    [
        ({"url": "ftp://x"}, "invalid webhook URL specified"),
        ({"url": "http://x", "secret_token": "汉"}, "secret token contains unallowed characters"),
        ({"url": "http://x", "secret_token": "a" * 257}, "secret token is too long"),
    ],
)
async def test_what_telegram_refuses(clock, call, params, words):
    """What was set before is gone then, as well."""
    await call("setWebhook", url="http://127.0.0.1:9/hook")
    clock.jump(clock.now() + timedelta(seconds=1))
    assert (await call("setWebhook", **params))["description"] == f"Bad Request: {words}"
    assert (await call("getWebhookInfo"))["result"]["url"] == ""


async def test_one_webhook_a_second(clock, call):
    """Whether it is the same or another, set or refused; deleting is free."""
    hook = "http://127.0.0.1:9/hook"
    for first in (hook, "ftp://x"):
        await call("setWebhook", url=first)
        assert (await call("deleteWebhook"))["ok"]
        answer = await call("setWebhook", url=hook)
        assert (answer["error_code"], answer["parameters"]) == (429, {"retry_after": 1})
        assert answer["description"] == "Too Many Requests: retry after 1"
        clock.jump(clock.now() + timedelta(seconds=1))
    assert (await call("setWebhook", url=hook))["ok"]


async def test_what_is_shown_of_a_webhook(playground, clock, call, receiver):
    """A watchdog reads whether it is still there, whose it is, and what went wrong last."""
    receiver.answers = [502] * 2
    await playground.person(1, "甲一").send("一")
    await clock.settle(timedelta(0))
    info = (await call("getWebhookInfo"))["result"]
    assert info == {
        "url": "http://127.0.0.1:9/hook",
        "has_custom_certificate": False,
        "pending_update_count": 1,
        "last_error_date": stamp(clock.now()),
        "last_error_message": "Wrong response from the webhook: 502 Bad Gateway",
        "max_connections": 4,
        "ip_address": "127.0.0.1",
    }
    clock.jump(clock.now() + timedelta(seconds=1))
    await call("setWebhook", url="http://127.0.0.1:9/hook", secret_token="s3cret_-", max_connections=4)
    assert (await call("getWebhookInfo"))["result"]["last_error_date"] == info["last_error_date"]
    await call("deleteWebhook")
    assert (await call("getWebhookInfo"))["result"] == {
        "url": "",
        "has_custom_certificate": False,
        "pending_update_count": 1,
    }
    playground.webhooks.set("https://elsewhere.example.org/hook")
    info = (await call("getWebhookInfo"))["result"]
    assert (info["url"], info["ip_address"]) == ("https://elsewhere.example.org/hook", "<unknown>")
    playground.webhooks.clear()
    assert (await call("getUpdates"))["result"][0]["message"]["text"] == "一"


@pytest.mark.parametrize("given", ["{}", "[1]", "{", '["no_such_kind"]'])
async def test_kinds_that_are_no_list_of_names_change_nothing(call, given):
    assert (await call("setWebhook", url="http://x", allowed_updates=["message"]))["ok"]
    assert (await call("deleteWebhook"))["ok"]
    assert (await call("getUpdates", allowed_updates=given))["ok"]
    kept = (await call("getWebhookInfo"))["result"].get("allowed_updates")
    assert kept == (None if "such" in given else ["message"])


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (TimeoutError(), "Read timeout expired"),
        (ConnectionResetError(), "Connection reset by peer"),
        (aiohttp.ServerDisconnectedError(), None),
    ],
)
async def test_a_bot_that_does_not_answer(playground, clock, call, receiver, error, words):
    async def post(url, headers, body):
        raise error

    playground.webhooks.post = post
    await playground.person(1, "甲一").send("一")
    await clock.settle(timedelta(0))
    assert (await call("getWebhookInfo"))["result"].get("last_error_message") == words
    assert len(playground.updates) == 1


async def test_a_change_of_membership_does_not_wait_for_messages(playground, clock, receiver):
    group = playground.group(-5, "支部群", [playground.person(1, "甲一")])
    receiver.answers = [500] * 2
    await playground.person(2, "甲二").send("一")
    assert {pending.key for pending in playground.updates.waiting()} == {"chat 2"}
    await group.promote_bot(playground.person(1, "甲一"))
    assert [pending.key for pending in playground.updates.waiting()] == ["chat 2", "my_chat_member -5"]


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
