"""The same playground over real HTTP on loopback and without a socket, under PTB's own Bot."""

import asyncio
import io
from datetime import timedelta

import aiohttp
import orjson
import pytest
import telegram
import telegram.error

from bot.kit.api_errors import Lost
from bot.kit.redact import redact
from bot.kit.transport import AiohttpTransport
from bot.playground.http import serve
from bot.playground.local import ROOT, LocalTransport
from bot.playground.people import PIXEL


@pytest.fixture
async def base(playground):
    async with serve(playground) as base:
        yield base


@pytest.fixture(params=["http", "local"])
async def bot(request, playground, base, monkeypatch):
    """PTB's Bot on either transport."""
    # PTB warns of its own RetryAfter otherwise.
    monkeypatch.setenv("PTB_TIMEDELTA", "1")
    if request.param == "local":
        transport, root = LocalTransport(playground), ROOT
    else:
        transport, root = AiohttpTransport(), base
    bot = telegram.Bot(
        playground.token, f"{root}/bot", f"{root}/file/bot", request=transport, get_updates_request=transport
    )
    async with bot:
        yield bot


@pytest.fixture
async def member(playground):
    playground.pace.on = False
    member = playground.person(1, "甲一<b>😀")
    await member.start("abc")
    return member


async def test_a_whole_conversation(playground, member, bot):
    assert (await bot.get_me()).username == playground.bot.username
    (update,) = await bot.get_updates(timeout=5)
    assert (update.message.text, update.effective_user.first_name) == ("/start abc", "甲一<b>😀")
    assert await bot.get_updates(offset=update.update_id + 1) == ()
    markup = telegram.InlineKeyboardMarkup.from_button(telegram.InlineKeyboardButton("收到", callback_data="r:1"))
    sent = await bot.send_message(1, "通知", reply_markup=markup)
    tap = await member.tap(member.chat.last, "收到")
    (update,) = await bot.get_updates(offset=update.update_id + 1)
    assert update.callback_query.message.message_id == sent.message_id
    await bot.answer_callback_query(update.callback_query.id, "已收到")
    edited = await bot.edit_message_text("通知（已收到）", 1, sent.message_id)
    assert (tap.toast, edited.text) == ("已收到", "通知（已收到）")
    with pytest.raises(telegram.error.BadRequest, match=r"[Mm]essage is not modified"):
        await bot.edit_message_text("通知（已收到）", 1, sent.message_id)


async def test_files_both_ways(playground, member, bot):
    sent = await bot.send_document(1, io.BytesIO(b"a\r\n--b\x00"), filename='名"册.xlsx', caption="请查收")
    assert (sent.document.file_name, member.chat.last.document) == ("名 册.xlsx", b"a\r\n--b\x00")
    file = await bot.get_file(sent.document.file_id)
    assert bytes(await file.download_as_bytearray()) == b"a\r\n--b\x00"
    assert (await bot.send_document(1, sent.document.file_id)).document == sent.document
    assert (await bot.send_photo(1, PIXEL)).photo[-1].width == 1
    assert (await bot.send_voice(1, b"OggS", duration=4)).voice.duration == timedelta(seconds=4)


async def test_errors_become_ptb_errors(playground, member, bot):
    await member.block_bot()
    with pytest.raises(telegram.error.Forbidden, match="bot was blocked by the user"):
        await bot.send_message(1, "x")
    group = playground.group(-5, "支部群", [member])
    new = await group.upgrade_to_supergroup()
    with pytest.raises(telegram.error.ChatMigrated) as moved:
        await bot.send_message(-5, "x")
    assert moved.value.new_chat_id == new.id
    playground.faults.add("429", retry_after=9)
    with pytest.raises(telegram.error.RetryAfter) as late:
        await bot.send_message(new.id, "x")
    assert late.value.retry_after == timedelta(seconds=9)
    playground.faults.add("401")
    with pytest.raises(telegram.error.InvalidToken):
        await bot.get_me()


async def test_a_lost_answer_and_a_reset(playground, member, bot):
    for kind, arrived in (("reset", 0), ("lost", 1)):
        playground.faults.add(kind, method="sendMessage")
        with pytest.raises(Lost):
            await bot.send_message(1, kind)
        assert len(member.chat.from_bot) == arrived
    # aiohttp tries a GET once more when the connection had been used before.
    playground.faults.add("lost", method="file", times=2)
    sent = await bot.send_document(1, b"x")
    file = await bot.get_file(sent.document.file_id)
    with pytest.raises(Lost):
        await file.download_as_bytearray()


async def test_every_way_to_write_a_request(playground, member, base):
    url = f"{base}/bot{playground.token}/sendMessage"
    async with aiohttp.ClientSession() as session:
        for request in (
            session.get(url, params={"chat_id": 1, "text": "甲"}),
            session.post(url, json={"chat_id": 1, "text": "甲"}),
            session.post(url, data={"chat_id": 1, "text": "甲"}),
            session.post(url, data=aiohttp.MultipartWriter("form-data"), params={"chat_id": 1, "text": "甲"}),
            session.post(url, data=form(chat_id="1", text="甲")),
        ):
            async with request as answer:
                assert (answer.status, (await answer.json())["result"]["text"]) == (200, "甲")


def form(**fields: str) -> aiohttp.FormData:
    data = aiohttp.FormData(default_to_multipart=True)
    for name, value in fields.items():
        data.add_field(name, value)
    return data


async def test_errors_have_their_status(playground, base):
    async with aiohttp.ClientSession() as session:
        for path, status in (
            (f"/bot{playground.token}/nonsense", 404),
            ("/bot1:x/getMe", 401),
            (f"/bot{playground.token}/sendMessage", 400),
            (f"/file/bot{playground.token}/documents/none", 404),
            ("/elsewhere", 404),
            (f"/bot{playground.token}", 404),
            (f"/api/bot{playground.token}/getMe", 404),
        ):
            async with session.get(base + path) as answer:
                assert (answer.status, orjson.loads(await answer.read())["error_code"]) == (status, status)
        playground.faults.add("429", retry_after=7)
        async with session.get(f"{base}/bot{playground.token}/getMe") as answer:
            assert (answer.status, answer.headers["Retry-After"]) == (429, "7")


async def until(condition):
    for _ in range(1000):
        if condition():
            return
        await asyncio.sleep(0.005)
    raise AssertionError("never came about")


async def test_a_poll_whose_client_is_gone_is_over(playground, base):
    async with aiohttp.ClientSession() as session:
        poll = asyncio.create_task(session.get(f"{base}/bot{playground.token}/getUpdates?timeout=30"))
        await until(lambda: playground.updates.polled)
        poll.cancel()
        await asyncio.gather(poll, return_exceptions=True)
        await until(lambda: not playground.updates.polled)


FOREIGN = [
    {"Host": "evil.example"},
    {"Origin": "http://evil.example"},
    {"Origin": "null"},
    {"Origin": "http://127.0.0.1:1"},
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Sec-Fetch-Site": ""},
]
PATHS = [
    ("GET", "/"), ("GET", "/page/page.js"), ("GET", "/favicon.ico"), ("GET", "/api/everybody"),
    ("GET", "/api/chat?person=1"), ("GET", "/api/events"), ("GET", "/api/file?id=x"), ("POST", "/api/say"),
    ("POST", "/api/clock"), ("POST", "/api/upload"), ("OPTIONS", "/api/say"), ("GET", "/elsewhere"),
    ("GET", "/bot{}/getMe"), ("POST", "/bot{}/sendMessage"), ("GET", "/file/bot{}/documents/x"),
]  # fmt: skip


@pytest.mark.parametrize("headers", FOREIGN, ids=lambda headers: " ".join(*headers.items()))
async def test_other_sites_are_refused_on_every_path(playground, base, headers):
    async with aiohttp.ClientSession(headers=headers) as session:
        for method, path in PATHS:
            async with session.request(method, base + path.format(playground.token)) as answer:
                assert (path, answer.status) == (path, 403)


@pytest.mark.parametrize("site", ["same-origin", "none", None])
async def test_the_page_itself_is_not(playground, member, base, site):
    headers = {"Origin": base} | ({"Sec-Fetch-Site": site} if site else {})
    async with aiohttp.ClientSession(headers=headers) as session:
        for path in ("/", "/api/everybody", "/api/events", f"/bot{playground.token}/getMe"):
            async with session.get(base + path) as answer:
                assert answer.status == 200


def test_every_playground_has_a_token_of_its_own(playground):
    other = type(playground)()
    assert other.token != playground.token
    assert other.bot.id == playground.bot.id
    assert redact(f"failed with {other.token}") == "failed with [token]"
