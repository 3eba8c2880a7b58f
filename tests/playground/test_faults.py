"""Faults on demand, each kind once, told apart by what was carried out."""

from datetime import timedelta
from typing import get_args

import aiohttp
import orjson
import pytest

from bot.kit.api_errors import Lost, NotSent
from bot.kit.transport import AiohttpTransport
from bot.playground.errors import Dropped
from bot.playground.faults import Kind
from bot.playground.foreign import SIGN_IN, Foreign
from bot.playground.http import serve
from bot.playground.local import ROOT, LocalTransport

SENDS = "sendMessage?chat_id=1&text=x"


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
        ("504", 504, "Gateway Timeout"),
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


@pytest.fixture(params=["local", "http"])
async def line(request, playground):
    """line(method) -> status and body of the answer, on either transport."""
    async with serve(playground) as base:
        transport = LocalTransport(playground) if request.param == "local" else AiohttpTransport()

        async def exchange(method):
            root = ROOT if request.param == "local" else base
            return await transport.exchange(f"{root}/bot{playground.token}/{method}", b"", "text/plain", 5)

        exchange.transport = transport
        yield exchange
        await transport.shutdown()


@pytest.mark.parametrize("status", [200, 400, 403, 404, 407, 413, 502, 504])
async def test_a_proxys_page_instead_of_the_answer(playground, member, line, status):
    playground.faults.add("html", status=status)
    got, body = await line(SENDS)
    assert got == status
    assert body.startswith(b"<!DOCTYPE html>")
    assert member.chat.from_bot == []
    assert (await line(SENDS))[0] == 200


async def test_a_redirect_leads_to_a_page(playground, member):
    async with serve(playground) as base, aiohttp.ClientSession() as session:
        playground.faults.add("html", status=302, times=2)
        url = f"{base}/bot{playground.token}/{SENDS}"
        async with session.post(url, allow_redirects=False) as answer:
            assert (answer.status, answer.headers["Location"]) == (302, SIGN_IN)
        async with session.post(url) as answer:
            assert (answer.status, answer.content_type) == (200, "text/html")
    assert member.chat.from_bot == []


@pytest.mark.parametrize(
    ("kind", "status", "body"),
    [
        ("404", 404, {"ok": False, "error_code": 404, "description": "Not Found"}),
        ("no_method", 404, {"ok": False, "error_code": 404, "description": "Not Found: method not found"}),
        ("no_words", 400, {"ok": False}),
        ("no_ok", 200, {"result": {"message_id": 1}}),
        ("no_result", 200, {"ok": True}),
        ("list", 200, []),
        ("text", 200, "text"),
        ("null", 200, None),
    ],
)
async def test_json_of_another_shape(playground, member, line, kind, status, body):
    playground.faults.add(kind)
    got, content = await line(SENDS)
    assert (got, orjson.loads(content)) == (status, body)
    playground.faults.add(kind, status=418)
    assert (await line(SENDS))[0] == 418
    assert member.chat.from_bot == []


async def test_any_body_at_all(playground, member, line):
    playground.faults.add("empty", status=502)
    assert await line(SENDS) == (502, b"")
    playground.faults.add("body", status=403, content=b"\xff<", content_type="text/plain")
    assert await line(SENDS) == (403, b"\xff<")
    assert member.chat.from_bot == []


async def test_a_wrong_answer_to_a_call_that_was_carried_out(playground, member, line):
    for kind in ("html", "504", "empty"):
        playground.faults.add(kind, status=504, done=True)
        await line(SENDS)
    assert len(member.chat.from_bot) == 3


async def test_half_an_answer_framed_as_a_whole_one(playground, member, line):
    playground.faults.add("half")
    status, body = await line(SENDS)
    assert (status, body[:5]) == (200, b'{"ok"')
    assert not body.endswith(b"}")
    assert len(member.chat.from_bot) == 1


async def test_a_line_that_ends_within_the_answer(playground, member, line):
    playground.faults.add("cut")
    with pytest.raises(Lost, match="ClientPayloadError"):
        await line(SENDS)
    assert len(member.chat.from_bot) == 1


async def test_a_download_that_a_page_stands_in_for(playground, member, call):
    await call("sendMessage", chat_id=1, text="x")
    playground.faults.add("html", method="file", status=200)
    with pytest.raises(Foreign) as instead:
        await playground.download(playground.token, "documents/file_1")
    assert instead.value.answer.content_type == "text/html"


async def test_a_fault_holds_until_it_is_removed(playground, call):
    fault = playground.faults.add("502", times=None)
    assert [(await call("getMe"))["ok"] for _ in range(3)] == [False] * 3
    playground.faults.remove(fault)
    playground.faults.remove(fault)
    assert (await call("getMe"))["ok"]


async def test_a_fault_holds_for_a_period_of_the_clock(playground, clock, call):
    now = clock.now()
    playground.faults.add("502", times=None, since=now + timedelta(seconds=10), until=now + timedelta(seconds=20))
    seen = []
    for seconds in (0, 9, 10, 19, 20, 40):
        await clock.travel(now + timedelta(seconds=seconds))
        seen.append((await call("getMe"))["ok"])
    assert seen == [True, True, False, False, True, True]


async def test_a_call_that_meets_two_faults_takes_one_and_then_the_other(playground, call):
    playground.faults.add("500")
    playground.faults.add("502")
    assert [(await call("getMe")).get("error_code") for _ in range(3)] == [500, 502, None]


@pytest.mark.parametrize("kind", get_args(Kind))
async def test_every_kind_can_be_played(playground, member, line, kind):
    """On both transports each kind ends in an answer or in NotSent or Lost, and the next call is well again."""
    playground.faults.add(kind)
    try:
        await line(SENDS)
    except (NotSent, Lost):
        assert kind in ("unreachable", "reset", "lost", "cut")
    assert (await line("getMe"))[0] == 200


@pytest.mark.parametrize("ahead", [timedelta(days=365), timedelta(days=-1), timedelta(seconds=-90)])
async def test_a_machine_with_a_wrong_clock(playground, line, ahead):
    playground.date_ahead = ahead
    await line("getMe")
    assert abs(line.transport.skew - ahead) < timedelta(seconds=5)


async def test_without_a_socket_nothing_tells_the_time(playground):
    transport = LocalTransport(playground)
    await transport.exchange(f"{ROOT}/bot{playground.token}/getMe", None, None, 5)
    assert transport.skew is None
