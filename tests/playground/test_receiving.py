"""getUpdates: nothing is lost before it is confirmed, nothing comes twice after."""

import asyncio
from datetime import timedelta


async def test_an_update_comes_again_until_the_offset_confirms_it(playground, updates):
    member = playground.person(1, "甲一")
    await member.send("一")
    await member.send("二")
    first = await updates()
    assert [update["message"]["text"] for update in first] == ["一", "二"]
    assert await updates() == first
    assert await updates(offset=first[0]["update_id"] + 1) == first[1:]
    assert playground.busy == 1
    assert await updates(offset=first[1]["update_id"] + 1) == []
    assert await updates() == []
    assert playground.busy == 0


async def test_limit_and_negative_offset(playground, updates):
    member = playground.person(1, "甲一")
    for number in range(5):
        await member.send(str(number))
    assert len(await updates(limit=2)) == 2
    last = await updates(offset=-1)
    assert [update["message"]["text"] for update in last] == ["4"]
    assert await updates() == last


async def test_a_long_poll_answers_when_something_arrives(playground, updates):
    waiting = asyncio.create_task(updates(timeout=20))
    await asyncio.sleep(0.01)
    assert playground.updates.polled
    assert playground.busy == 0
    await playground.person(1, "甲一").send("到")
    assert (await waiting)[0]["message"]["text"] == "到"


async def test_a_long_poll_ends_empty(updates):
    assert await updates(timeout=0.01) == []


async def test_the_second_poller_ends_the_first(playground, call):
    first = asyncio.create_task(call("getUpdates", timeout=20))
    await asyncio.sleep(0.01)
    second = asyncio.create_task(call("getUpdates", timeout=20))
    answer = await first
    assert answer["error_code"] == 409
    assert answer["description"].startswith("Conflict: terminated by other getUpdates request")
    await playground.person(1, "甲一").send("到")
    assert len((await second)["result"]) == 1


async def test_no_poll_while_a_webhook_is_set(playground, call):
    waiting = asyncio.create_task(call("getUpdates", timeout=20))
    await asyncio.sleep(0.01)
    await call("setWebhook", url="http://127.0.0.1:1/x")
    assert (await waiting)["description"] == "Conflict: terminated by setWebhook request"
    answer = await call("getUpdates")
    assert answer["description"].startswith("Conflict: can't use getUpdates method while webhook is active")
    assert (await call("getWebhookInfo"))["result"]["url"] == "http://127.0.0.1:1/x"
    await call("deleteWebhook")
    assert (await call("getUpdates"))["ok"]


async def test_allowed_updates_stick_and_an_empty_list_is_the_default(playground, updates):
    member = playground.person(1, "甲一")
    await updates(allowed_updates='["callback_query"]')
    await member.send("一")
    assert await updates() == []
    await updates(allowed_updates=[])
    await member.send("二")
    assert [update["message"]["text"] for update in await updates()] == ["二"]


async def test_a_tap_lives_for_150_seconds_and_a_message_for_a_day(playground, clock, call, updates):
    member = playground.person(1, "甲一")
    await member.start()
    await call(
        "sendMessage",
        chat_id=1,
        text="通知",
        reply_markup={"inline_keyboard": [[{"text": "收到", "callback_data": "r:1"}]]},
    )
    tap = await member.tap(member.chat.last, "收到")
    clock.jump(clock.now() + timedelta(seconds=149))
    assert [next(reversed(update)) for update in await updates()] == ["message", "callback_query"]
    clock.jump(clock.now() + timedelta(seconds=1))
    assert [next(reversed(update)) for update in await updates()] == ["message"]
    assert tap.answer is None
    clock.jump(clock.now() + timedelta(hours=24))
    assert await updates() == []
    assert playground.busy == 0


async def test_an_update_can_be_submitted_as_it_is(playground, updates):
    playground.submit({"poison": {"nobody": "knows this"}})
    update_id = playground.submit({"poison": 1})
    playground.submit({"update_id": update_id, "poison": 1})
    assert [update["poison"] for update in await updates()] == [{"nobody": "knows this"}, 1]


async def test_a_wrong_token_and_an_unknown_method(playground):
    status, answer = await playground.handle("1:wrong", "getMe", {})
    assert (status, answer["description"]) == (401, "Unauthorized")
    status, answer = await playground.handle("nonsense", "getMe", {})
    assert status == 404
    status, answer = await playground.handle(playground.token, "getNonsense", {})
    assert (status, answer["description"]) == (404, "Not Found: method not found")
