"""Faults on demand, each kind once, told apart by what was carried out."""

import pytest

from bot.kit.api_errors import Lost, NotSent
from bot.playground.errors import Dropped
from bot.playground.local import ROOT, LocalTransport


@pytest.fixture
async def member(playground):
    playground.pace.on = False
    member = playground.person(1, "甲一")
    await member.start()
    return member


@pytest.mark.parametrize(
    ("kind", "status", "words"),
    [
        ("401", 401, "Unauthorized"),
        ("429", 429, "Too Many Requests: retry after 7"),
        ("500", 500, "Internal Server Error"),
        ("502", 502, "Bad Gateway"),
        ("503", 503, "Service Unavailable"),
    ],
)
async def test_an_error_instead_of_the_answer(playground, member, call, kind, status, words):
    playground.faults.add(method="sendMessage", kind=kind, retry_after=7)
    assert (await call("getMe"))["ok"]
    answer = await call("sendMessage", chat_id=1, text="x")
    assert (answer["error_code"], answer["description"]) == (status, words)
    assert answer.get("parameters") == ({"retry_after": 7} if kind == "429" else None)
    assert len(member.chat.messages) == 1
    assert (await call("sendMessage", chat_id=1, text="x"))["ok"]


@pytest.mark.parametrize(("kind", "arrived"), [("reset", 0), ("unreachable", 0), ("lost", 1)])
async def test_a_connection_that_ends_without_an_answer(playground, member, call, kind, arrived):
    playground.faults.add(method="sendMessage", kind=kind)
    with pytest.raises(Dropped):
        await call("sendMessage", chat_id=1, text="x")
    assert len(member.chat.from_bot) == arrived


async def test_the_transport_tells_not_sent_from_lost(playground, member):
    transport = LocalTransport(playground)
    url = f"{ROOT}/bot{playground.token}/getMe"
    for kind, error in (("unreachable", NotSent), ("reset", Lost), ("lost", Lost)):
        playground.faults.add(kind)
        with pytest.raises(error):
            await transport.exchange(url, None, None, 5)


async def test_a_slow_answer_is_carried_out_before_the_client_gives_up(playground, member):
    playground.faults.add("slow", method="sendMessage", seconds=5)
    transport = LocalTransport(playground)
    with pytest.raises(Lost):
        await transport.exchange(f"{ROOT}/bot{playground.token}/sendMessage?chat_id=1&text=x", None, None, 0.01)
    assert len(member.chat.from_bot) == 1


async def test_a_fault_for_one_chat_a_number_of_times_and_without_end(playground, member, call):
    await playground.person(2, "甲二").start()
    fault = playground.faults.add("500", chat_id=2, times=2)
    results = [(await call("sendMessage", chat_id=chat, text="x"))["ok"] for chat in (1, 2, 2, 2)]
    assert results == [True, False, False, True]
    assert fault.times == 0
    playground.faults.add("500", times=None)
    assert [(await call("getMe"))["ok"] for _ in range(5)] == [False] * 5
    playground.faults.clear()
    assert (await call("getMe"))["ok"]


async def test_a_rate_hits_some(playground, call):
    playground.faults.add("500", rate=0.3, times=None)
    hit = sum([not (await call("getMe"))["ok"] for _ in range(200)])
    assert 30 < hit < 90


async def test_an_unknown_kind_is_refused(playground):
    with pytest.raises(ValueError, match="earthquake"):
        playground.faults.add("earthquake")
