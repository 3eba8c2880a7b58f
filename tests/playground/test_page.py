"""The JSON interface behind the page: what it shows, what it lets somebody do, and what it refuses."""

import asyncio
from datetime import timedelta

import aiohttp
import orjson
import pytest

from bot.playground.http import serve
from bot.playground.pages import BUSY, EMPTY, GONE, NOT_BY_YOU, NOTHING_AHEAD, REPLAYING, STANDS
from bot.playground.people import PIXEL
from scheduler.clock import SystemClock


@pytest.fixture
async def web(playground):
    playground.pace.on = False
    async with serve(playground) as base, aiohttp.ClientSession(base) as session:
        yield session


@pytest.fixture
def member(playground):
    return playground.person(1, "甲一", label="党员")


@pytest.fixture
def act(web):
    async def post(name, /, status=200, **body):
        async with web.post(f"/api/{name}", json=body) as answer:
            assert answer.status == status
            return await answer.json()

    return post


@pytest.fixture
def look(web):
    async def get(path, **params):
        async with web.get(path, params=params) as answer:
            assert answer.status == 200
            return await answer.json()

    return get


async def test_the_page_needs_nothing_from_elsewhere(web):
    for path in ("/", "/page/page.css", "/page/page.js"):
        async with web.get(path) as answer:
            text = await answer.text()
            assert answer.status == 200
            assert "//cdn" not in text
            assert 'src="http' not in text
            assert "default-src 'self'" in answer.headers["Content-Security-Policy"]
    async with web.get("/page/other.py") as answer:
        assert answer.status == 404


async def test_whom_one_can_be(playground, member, look):
    playground.group(-5, "支部群", [member])
    playground.person(2, "乙一", label="书记")
    everybody = await look("/api/everybody")
    assert everybody["bot"]["username"] == playground.bot.username
    first, second = everybody["people"]
    assert (first["name"], first["label"], second["label"]) == ("甲一", "党员", "书记")
    assert [(chat["id"], chat["title"], chat["note"]) for chat in first["chats"]] == [
        (1, "支部小助手", "私聊"),
        (-5, "支部群", "1位成员"),
    ]
    assert len(second["chats"]) == 1
    assert everybody["clock"]["words"] == "2023年7月7日（周五）08:30"


async def test_a_conversation(playground, member, act, look, call):
    assert not (await look("/api/chat", person=1))["started"]
    await act("start", person=1)
    await act("say", person=1, text="签到")
    markup = {"inline_keyboard": [[{"text": "收到", "callback_data": "r:1"}]]}
    await call("sendMessage", chat_id=1, text="菜单", reply_markup={"keyboard": [["签到", "请假"]]})
    await call("sendMessage", chat_id=1, text="通知", reply_markup=markup)
    await call("setMyCommands", commands=[{"command": "me", "description": "我的记录"}])
    view = await look("/api/chat", person=1)
    assert [message["text"] for message in view["messages"]] == ["/start", "签到", "菜单", "通知"]
    assert [message["mine"] for message in view["messages"]] == [True, True, False, False]
    assert (view["keyboard"], view["commands"][0]["command"]) == ([["签到", "请假"]], "me")
    card = view["messages"][-1]
    assert (card["time"], card["day"]) == ("08:30", "2023年7月7日（周五）")
    assert card["buttons"] == [[{"label": "收到", "data": "r:1", "url": None}]]

    tapped = asyncio.create_task(act("tap", person=1, message=card["id"], data="r:1"))
    while not (taps := [update for update in playground.updates.history if "callback_query" in update]):
        await asyncio.wait({tapped}, timeout=0.005)
    await call("answerCallbackQuery", callback_query_id=taps[0]["callback_query"]["id"], text="已收到", show_alert=True)
    assert await tapped == {"answered": True, "text": "已收到", "alert": True}


async def test_a_group_and_a_reply(playground, member, act, look, call):
    group = playground.group(-5, "支部群", [member])
    await call("sendMessage", chat_id=-5, text="通知")
    await act("say", person=1, chat=-5, text="收到", reply_to=group.chat.last.message_id)
    view = await look("/api/chat", person=1, chat=-5)
    assert (view["private"], view["messages"][-1]["reply_to"]) == (False, "通知")
    await group.upgrade_to_supergroup()
    view = await look("/api/chat", person=1, chat=group.id)
    assert view["messages"][0]["service"]


async def test_files_and_links(playground, member, web, act, look, call):
    await act("start", person=1)
    for name, content in (("心得.docx", b"PK"), ("p.png", PIXEL)):
        form = aiohttp.FormData({"person": "1", "caption": "附上"}, quote_fields=False)
        form.add_field("file", content, filename=name)
        async with web.post("/api/upload", data=form) as answer:
            assert answer.status == 200
    document, photo = [message["file"] for message in (await look("/api/chat", person=1))["messages"][1:]]
    assert (document["name"], document["kind"], photo["kind"]) == ("心得.docx", "document", "photo")
    async with web.get("/api/file", params={"id": document["id"]}) as answer:
        assert await answer.read() == b"PK"
        assert answer.headers["Content-Disposition"].startswith("attachment")
    async with web.get("/api/file", params={"id": photo["id"]}) as answer:
        assert answer.headers["Content-Type"] == "image/png"
    async with web.get("/api/file", params={"id": "none"}) as answer:
        assert answer.status == 404
    form = aiohttp.FormData({"person": "1"})
    form.add_field("file", b"", filename="empty.txt")
    async with web.post("/api/upload", data=form) as answer:
        assert answer.status == 409
    assert await act("follow", person=1, url=f"https://t.me/{playground.bot.username}?start=abc") == {"inside": True}
    assert await act("follow", person=1, url="https://example.org/") == {"inside": False}
    assert member.chat.messages[-1].text == "/start abc"


async def test_blocking_and_what_a_client_refuses(member, act, call):
    await act("start", person=1)
    await act("block", person=1, blocked=True)
    assert "blocked" in (await act("say", 409, person=1, text="x"))["why"]
    await act("block", person=1, blocked=False)
    await act("say", person=1, text="x")
    assert (await act("say", 409, person=1, text=" "))["error"] == EMPTY
    assert (await act("edit", 409, person=1, message=member.chat.messages[-1].message_id, text=""))["error"] == EMPTY
    assert (await act("tap", 409, person=1, message=99, data="x"))["error"] == GONE
    await call("sendMessage", chat_id=1, text="x")
    other = member.chat.last.message_id
    assert (await act("tap", 409, person=1, message=other, data="forged"))["error"] == GONE
    assert (await act("edit", 409, person=1, message=other, text="y"))["error"] == NOT_BY_YOU


async def test_a_message_is_changed(playground, member, act, look, updates):
    """In private, and in a group where the bot hears of it only when it heard the message."""
    group = playground.group(-5, "支部群", [member])
    await act("start", person=1)
    await act("say", person=1, text="7月8日")
    await act("say", person=1, chat=-5, text="大家好")
    said, heard = member.chat.messages[-1], group.chat.messages[-1]
    await act("edit", person=1, message=said.message_id, text="7月7日")
    await act("edit", person=1, chat=-5, message=heard.message_id, text="同志们好")
    shown = (await look("/api/chat", person=1))["messages"][-1]
    assert (shown["text"], shown["edited"]) == ("7月7日", True)
    assert heard.text == "同志们好"
    edits = [update["edited_message"]["text"] for update in await updates() if "edited_message" in update]
    assert edits == ["7月7日"]


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("我的数据.html", b"<script>fetch('/api/everybody')</script>", "text/html"),
        ("说明.TXT", "材料".encode(), "text/plain"),
        ("统计.csv", b"a,b", "text/plain"),
        ("通知.pdf", b"%PDF-1.7", "application/pdf"),
        ("假的.pdf", b"<html>", None),
        ("心得.docx", b"PK", None),
        ("网页.svg", b"<svg onload='alert(1)'/>", None),
    ],
)
async def test_what_is_opened_and_what_is_only_saved(member, playground, web, name, content, kind):
    await member.send("到")
    await member.upload_document(name, content)
    file = member.chat.messages[-1].attachment
    async with web.get("/api/file", params={"id": file.file_id, "open": "1"}) as answer:
        assert await answer.read() == content
        saved = answer.headers.get("Content-Disposition", "").startswith("attachment")
        assert (saved, answer.content_type) == (kind is None, kind or "application/octet-stream")
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        policy = answer.headers["Content-Security-Policy"]
        assert kind != "text/html" or ("sandbox" in policy and "allow-scripts" not in policy)
    async with web.get("/api/file", params={"id": file.file_id}) as answer:
        assert answer.headers["Content-Disposition"].startswith("attachment")


async def test_letters_for_a_machine_that_has_none(web):
    async with web.get("/page/chinese.otf") as answer:
        assert (await answer.read())[:4] == b"OTTO"
        assert answer.content_type == "font/otf"


async def test_while_a_story_plays_one_only_watches(playground, member, clock, web, act, look):
    playground.replay = (clock.now() - timedelta(days=1), clock.now() + timedelta(days=3))
    shown = (await look("/api/everybody"))["clock"]
    assert (shown["replay"], shown["next"]) == ({"percent": 25, "day": "7月7日（周五）"}, None)
    for name, body in (("start", {}), ("say", {"text": "x"}), ("clock", {"hours": 1}), ("tap", {"message": 1})):
        assert (await act(name, 409, person=1, **body))["error"] == REPLAYING
    form = aiohttp.FormData({"person": "1"})
    form.add_field("file", b"PK", filename="a.docx")
    async with web.post("/api/upload", data=form) as answer:
        assert answer.status == 409
    assert member.chat.messages == []
    playground.replay = None
    await act("start", person=1)


@pytest.mark.parametrize(("after", "percent"), [(-1, 0), (0, 0), (1, 33), (3, 100), (4, 100)])
async def test_how_far_a_story_is(playground, clock, look, after, percent):
    begun = clock.now()
    playground.replay = (begun, begun + timedelta(days=3))
    clock.jump(begun + timedelta(days=after))
    assert (await look("/api/everybody"))["clock"]["replay"]["percent"] == percent


async def test_nobody_sees_a_chat_of_others(playground, member, web):
    playground.person(2, "甲二")
    playground.group(-5, "支部群", [member])
    for params in ({"person": 1, "chat": 2}, {"person": 2, "chat": -5}, {"person": 9}, {"person": "x"}, {}):
        async with web.get("/api/chat", params=params) as answer:
            assert answer.status == 404


async def test_the_clock_is_moved(clock, member, act, updates):
    moved = await act("clock", hours=1)
    assert moved["words"] == "2023年7月7日（周五）09:30"
    task = asyncio.create_task(clock.sleep_until(clock.now().replace(hour=6)))
    await asyncio.sleep(0)
    moved = await act("clock", to="2023-07-07T10:00")
    assert moved["next"] == {"at": "7月7日（周五）14:30", "words": "", "people": 0}
    assert (await act("clock", next=True))["local"] == "2023-07-07T14:30"
    assert task.done()
    assert (await act("clock", 409, next=True))["error"] == NOTHING_AHEAD
    for past in ("2023-01-01", "2023-07-07T14:29"):
        refused = await act("clock", 409, to=past)
        assert refused["error"] == "时间只能向前走：已经发送的消息不能收回。"
    assert (await act("clock", 409, to="明天"))["error"] == "请这样填写：2023-07-07 08:30。"
    await clock.travel(clock.now() + timedelta(seconds=20))
    assert (await act("clock", to="2023-07-07T14:30"))["local"] == "2023-07-07T14:30"
    clock.bound, clock.stuck = 0.05, 0.01
    await member.send("nobody listens")
    busy = await act("clock", 409, hours=1)
    assert (busy["error"], "playground=1" in busy["why"]) == (BUSY, True)


async def test_a_clock_that_goes_by_itself_is_not_moved(web, playground, act):
    playground.clock = SystemClock()
    assert (await act("clock", 409, hours=1))["error"] == STANDS


async def test_events_tell_of_news_and_end_with_the_server(playground, member, web, clock):
    async with web.get("/api/events") as stream:
        first = orjson.loads((await stream.content.readline()).removeprefix(b"data: "))
        await stream.content.readline()
        await member.send("到")
        second = orjson.loads((await stream.content.readline()).removeprefix(b"data: "))
        assert second["version"] > first["version"]
        assert second["clock"]["travels"]


async def test_only_json_may_act(member, web):
    async with web.post("/api/say", data={"person": 1, "text": "x"}) as answer:
        assert answer.status == 415
    async with web.post("/api/upload", data={"person": "1"}) as answer:
        assert answer.status == 400


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (["x"], 400),
        ({"hours": None}, 409),
        ({"hours": "x"}, 409),
        ({"hours": -5}, 409),
        ({"hours": 1e12}, 409),
        ({"hours": float("1e400")}, 409),
        ({"to": None}, 409),
    ],
)
async def test_what_is_no_time_is_refused(web, member, clock, body, status):
    before = clock.now()
    text = '{"hours": 1e400}' if body == {"hours": float("inf")} else orjson.dumps(body).decode()
    async with web.post("/api/clock", data=text, headers={"Content-Type": "application/json"}) as answer:
        assert answer.status == status
    assert clock.now() == before


async def test_nobody_is_no_person(web):
    for person in (None, [1], "x", 9):
        async with web.post("/api/say", json={"person": person, "chat": 1, "text": "x"}) as answer:
            assert answer.status == 404, person
