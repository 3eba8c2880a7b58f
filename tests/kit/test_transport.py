"""The wire: what aiohttp sends, what PTB gets back, and which failures are certain."""

import asyncio
import logging
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta

import pytest
import telegram
from aiohttp import web

from bot.kit.api_errors import Lost, NotSent, NotTelegram
from bot.kit.redact import RedactSecrets, redact
from bot.kit.transport import AiohttpTransport, multipart

TOKEN = "123456789:AAE-fake_token_of_the_right_length_0001"

SAID = b'{"ok":true,"result":true}'

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
Serve = Callable[[Handler], Awaitable[str]]


@pytest.fixture
async def serve() -> AsyncIterator[Serve]:
    """Serve one handler on loopback; the root URL."""
    runners: list[web.AppRunner] = []

    async def start(handler: Handler) -> str:
        app = web.Application(client_max_size=10_000_000)
        app.router.add_route("*", "/{path:.*}", handler)
        runner = web.AppRunner(app, handler_cancellation=True)
        runners.append(runner)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        return f"http://127.0.0.1:{runner.addresses[0][1]}"

    yield start
    for runner in runners:
        await runner.cleanup()


@pytest.fixture
async def transport() -> AsyncIterator[AiohttpTransport]:
    async with AiohttpTransport() as transport:
        yield transport


async def ok(request: web.Request) -> web.Response:
    return web.json_response({"ok": True, "result": {"method": request.method, "body": await request.text()}})


async def test_a_body_is_posted_and_none_is_a_get(serve: Serve, transport: AiohttpTransport) -> None:
    root = await serve(ok)
    status, answer = await transport.exchange(f"{root}/x", b'{"a":1}', "application/json", 5)
    assert status == 200
    assert b'"POST"' in answer
    assert b'"GET"' in (await transport.exchange(f"{root}/x", None, None, 5))[1]


async def test_a_connection_never_made_is_not_sent(transport: AiohttpTransport) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
        with pytest.raises(NotSent) as raised:
            await transport.exchange(f"http://127.0.0.1:{port}/bot{TOKEN}/x", b"{}", None, 5)
    assert TOKEN not in repr(raised.value)
    assert raised.value.__cause__ is None


async def test_an_answer_that_never_comes_is_lost(serve: Serve, transport: AiohttpTransport) -> None:
    async def silent(request: web.Request) -> web.Response:
        await asyncio.sleep(30)
        return web.Response()

    root = await serve(silent)
    with pytest.raises(Lost):
        await transport.exchange(f"{root}/x", b"{}", None, 0.05)


async def test_a_reset_after_the_request_is_lost(serve: Serve, transport: AiohttpTransport) -> None:
    async def reset(request: web.Request) -> web.Response:
        await request.read()
        assert request.transport is not None
        request.transport.abort()
        return web.Response()

    root = await serve(reset)
    with pytest.raises(Lost):
        await transport.exchange(f"{root}/bot{TOKEN}/x", b"{}", None, 5)


async def test_ptb_speaks_through_it(serve: Serve, transport: AiohttpTransport) -> None:
    seen: list[tuple[str, dict[str, str], dict[str, bytes]]] = []

    async def api(request: web.Request) -> web.Response:
        form = await request.post()
        texts = {name: value for name, value in form.items() if isinstance(value, str)}
        files = {name: value.file.read() for name, value in form.items() if isinstance(value, web.FileField)}
        seen.append((request.path.rpartition("/")[2], texts, files))
        if request.path.endswith("getMe"):
            return web.json_response({"ok": True, "result": {"id": 1, "is_bot": True, "first_name": "支部小助手"}})
        chat = {"id": 7, "type": "private"}
        return web.json_response({"ok": True, "result": {"message_id": 5, "date": 0, "chat": chat}})

    root = await serve(api)
    bot = telegram.Bot(TOKEN, base_url=f"{root}/bot", request=transport, get_updates_request=transport)
    assert (await bot.get_me()).first_name == "支部小助手"
    markup = telegram.InlineKeyboardMarkup([[telegram.InlineKeyboardButton("签到", callback_data="si:7")]])
    await bot.send_message(7, "<b>甲三</b>", reply_markup=markup)
    await bot.send_document(7, b"\x00\r\n--\xff", filename="签到表.bin")
    assert seen[1][0] == "sendMessage"
    assert seen[1][1]["text"] == "<b>甲三</b>"
    assert '"callback_data"' in seen[1][1]["reply_markup"]
    assert list(seen[2][2].values()) == [b"\x00\r\n--\xff"]


async def test_a_name_cannot_break_out_of_its_part(serve: Serve, transport: AiohttpTransport) -> None:
    names: list[str] = []

    async def upload(request: web.Request) -> web.Response:
        form = await request.post()
        names.extend(value.filename for value in form.values() if isinstance(value, web.FileField))
        assert form["chat_id"] == "7"
        return web.json_response({"ok": True})

    root = await serve(upload)
    part = ("document", 'a"\r\nX-Evil: 1.txt', b"x", "text/plain")
    body, content_type = multipart({"chat_id": "7"}, [part])
    assert (await transport.exchange(f"{root}/x", body, content_type, 5))[0] == 200
    assert len(names) == 1
    assert "\n" not in names[0]


def test_tokens_are_taken_out_of_texts() -> None:
    assert redact(f"GET https://api.telegram.org/bot{TOKEN}/getMe failed") == (
        "GET https://api.telegram.org/bot[token]/getMe failed"
    )
    assert redact(f"token={TOKEN!r}") == "token='[token]'"
    assert redact("http://127.0.0.1:8081/bot42:short/getMe") == "http://127.0.0.1:8081/bot[token]/getMe"
    assert redact("签到时间 09:30，第12345678号") == "签到时间 09:30，第12345678号"


def test_tokens_are_taken_out_of_records_and_tracebacks() -> None:
    try:
        raise ValueError(f"no route to /bot{TOKEN}/sendMessage")
    except ValueError as error:
        caught = (type(error), error, error.__traceback__)
    record = logging.LogRecord("bot", logging.ERROR, __file__, 1, "lost %s", (TOKEN,), caught)
    assert RedactSecrets().filter(record)
    written = logging.Formatter().format(record)
    assert TOKEN not in written
    assert "ValueError" in written


@pytest.mark.parametrize(
    ("date", "ahead"),
    [("Fri, 07 Jul 2023 06:32:00 GMT", 120.0), ("Fri, 07 Jul 2023 06:29:30 GMT", -30.0), ("soon", None), (None, None)],
)
async def test_the_date_of_an_answer_tells_how_far_the_clock_is_off(
    serve: Serve, transport: AiohttpTransport, monkeypatch: pytest.MonkeyPatch, date: str | None, ahead: float | None
) -> None:
    async def dated(request: web.Request) -> web.Response:
        return web.Response(headers={"Date": date or ""}, body=SAID)

    monkeypatch.setattr("bot.kit.transport.real_now", lambda: datetime(2023, 7, 7, 6, 30, tzinfo=UTC))
    await transport.exchange(await serve(dated), b"", None, 5)
    assert (transport.skew and round(transport.skew.total_seconds())) == ahead


@pytest.mark.parametrize(("later", "moved"), [(0, False), (3, False), (-3, False), (5, True), (-5, True)])
async def test_what_a_second_s_resolution_makes_of_a_date_moves_no_clock(
    transport: AiohttpTransport, monkeypatch: pytest.MonkeyPatch, later: int, moved: bool
) -> None:
    now = datetime(2023, 7, 7, 6, 30, tzinfo=UTC)
    monkeypatch.setattr("bot.kit.transport.real_now", lambda: now)
    monkeypatch.setattr("bot.kit.transport.monotonic", lambda: 100.0)
    transport.hear_time(now + timedelta(days=1))
    transport.hear_time(now + timedelta(days=1, seconds=later))
    assert transport.skew == timedelta(days=1, seconds=later if moved else 0)


async def test_a_clock_that_is_set_is_known_before_the_next_answer(
    serve: Serve, transport: AiohttpTransport, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And an answer that tells no time does not make it unknown again."""

    async def dated(request: web.Request) -> web.Response:
        return web.Response(
            headers={"Date": "Fri, 07 Jul 2023 06:30:00 GMT" if request.path == "/dated" else "soon"}, body=SAID
        )

    root = await serve(dated)
    monkeypatch.setattr("bot.kit.transport.real_now", lambda: datetime(2023, 7, 7, 6, 30, tzinfo=UTC))
    for path in ("dated", "undated"):
        await transport.exchange(f"{root}/{path}", b"", None, 5)
    monkeypatch.setattr("bot.kit.transport.real_now", lambda: datetime(2024, 7, 7, 6, 30, tzinfo=UTC))
    assert transport.skew is not None
    assert transport.skew.days == -366


async def test_half_a_request_was_not_sent(transport: AiohttpTransport) -> None:
    """The line is cut while a big file goes up: nobody acts on half of it, so it may go again."""

    async def cut(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1000)
        writer.transport.abort()

    server = await asyncio.start_server(cut, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        with pytest.raises(NotSent):
            await transport.exchange(f"http://127.0.0.1:{port}/x", b"x" * 20_000_000, "application/json", 5)


@pytest.mark.parametrize("said", [b"SSH-2.0-OpenSSH_9.2\r\n", b"HTTP/1.1 abc\r\n\r\n", b"\x15\x03\x01\x00\x02\x02\x46"])
async def test_what_does_not_even_speak_http_is_not_telegram(transport: AiohttpTransport, said: bytes) -> None:
    async def speak(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1000)
        writer.write(said)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(speak, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        with pytest.raises(NotTelegram):
            await transport.exchange(f"http://127.0.0.1:{port}/bot{TOKEN}/x", b"{}", None, 5)


@pytest.mark.parametrize(
    ("status", "said", "error"),
    [
        (404, "<html>not found</html>", NotTelegram),
        (401, "<html>who are you</html>", NotTelegram),
        (200, "<html>log in</html>", NotTelegram),
        (401, '{"ok":false,"error_code":401,"description":"Unauthorized"}', telegram.error.InvalidToken),
        (404, '{"ok":false,"error_code":404,"description":"Not Found"}', telegram.error.InvalidToken),
    ],
)
async def test_ptb_takes_no_page_for_a_refused_token(
    serve: Serve, transport: AiohttpTransport, status: int, said: str, error: type[Exception]
) -> None:
    async def page(request: web.Request) -> web.Response:
        return web.Response(status=status, text=said)

    root = await serve(page)
    bot = telegram.Bot(TOKEN, base_url=f"{root}/bot", request=transport, get_updates_request=transport)
    with pytest.raises(error) as raised:
        await bot.get_me()
    assert type(raised.value) is error


async def test_nobody_follows_a_page_that_sends_elsewhere(serve: Serve, transport: AiohttpTransport) -> None:
    """A portal's 302 would turn the POST into a GET, with 200 and a page to log in."""
    asked: list[str] = []

    async def portal(request: web.Request) -> web.Response:
        asked.append(request.path)
        return web.Response(status=302, headers={"Location": "/sign-in"}, text="<html>")

    root = await serve(portal)
    assert await transport.exchange(f"{root}/x", b"{}", "application/json", 5) == (302, b"<html>")
    assert asked == ["/x"]


@pytest.mark.parametrize(
    ("said", "date"),
    [
        (b"<html>a proxy's page</html>", "Mon, 29 Nov 2027 06:30:00 GMT"),
        (SAID, "Fri, 31 Dec 9999 23:59:59 GMT"),
        (SAID, "Thu, 01 Jan 1970 00:00:00 GMT"),
        (SAID, "Fri, 07 Jul 99999999999999 06:32:00 GMT"),
        (SAID, "Fri, 07 Jul 2023 06:32:00 +9999999999999"),
    ],
)
async def test_what_tells_an_absurd_time_or_is_not_telegram_tells_none(
    serve: Serve, transport: AiohttpTransport, said: bytes, date: str
) -> None:
    """By a proxy's clock, a year ahead, everything that waited expired."""

    async def dated(request: web.Request) -> web.Response:
        return web.Response(headers={"Date": date}, body=said)

    assert (await transport.exchange(await serve(dated), b"", None, 5))[1] == said
    assert transport.skew is None


@pytest.mark.parametrize("packed", [False, True])
async def test_an_answer_without_end_is_cut_off(
    serve: Serve, transport: AiohttpTransport, monkeypatch: pytest.MonkeyPatch, packed: bool
) -> None:
    """Counted as it is unpacked: 815 KB became 800 MB."""
    monkeypatch.setattr("bot.kit.transport.LARGEST", 100_000)

    async def endless(request: web.Request) -> web.Response:
        answer = web.Response(body=b" " * 1_000_000)
        if packed:
            answer.enable_compression(web.ContentCoding.gzip)
        return answer

    with pytest.raises(Lost):
        await transport.exchange(await serve(endless), b"{}", "application/json", 5)
