"""The pace that Telegram asks for, on the playground's clock."""

from datetime import timedelta


async def test_a_private_chat_takes_one_a_second_with_a_short_burst(playground, clock, call):
    await playground.person(1, "甲一").start()
    answers = [await call("sendMessage", chat_id=1, text="x") for _ in range(4)]
    assert [answer["ok"] for answer in answers] == [True] * 3 + [False]
    assert answers[3]["description"] == "Too Many Requests: retry after 3"
    assert answers[3]["parameters"] == {"retry_after": 3}
    clock.jump(clock.now() + timedelta(seconds=3))
    assert (await call("sendMessage", chat_id=1, text="x"))["ok"]


async def test_the_burst_can_be_set(playground, call):
    playground.pace.burst = 1
    await playground.person(1, "甲一").start()
    answers = [await call("sendMessage", chat_id=1, text="x") for _ in range(2)]
    assert answers[1]["parameters"] == {"retry_after": 1}


async def test_thirty_a_second_over_all(playground, clock, call):
    for number in range(1, 32):
        await playground.person(number, "甲").start()
    answers = [await call("sendMessage", chat_id=number, text="x") for number in range(1, 32)]
    assert [answer["ok"] for answer in answers] == [True] * 30 + [False]
    assert answers[30]["parameters"] == {"retry_after": 1}
    clock.jump(clock.now() + timedelta(seconds=1))
    assert (await call("sendMessage", chat_id=31, text="x"))["ok"]


async def test_twenty_a_minute_in_a_group(playground, clock, call):
    playground.group(-5, "支部群", [playground.person(1, "甲一")])
    for number in range(20):
        assert (await call("sendMessage", chat_id=-5, text=str(number)))["ok"]
    assert (await call("sendMessage", chat_id=-5, text="x"))["parameters"] == {"retry_after": 60}
    assert (await call("editMessageText", chat_id=-5, message_id=1, text="y"))["ok"]
    clock.jump(clock.now() + timedelta(seconds=60))
    assert (await call("sendMessage", chat_id=-5, text="x"))["ok"]


async def test_it_can_be_switched_off(playground, call):
    playground.pace.on = False
    await playground.person(1, "甲一").start()
    for _ in range(50):
        assert (await call("sendMessage", chat_id=1, text="x"))["ok"]
