"""The page: its files and the small JSON interface behind it."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

import orjson
from aiohttp import web

from bot.kit.letters import font
from bot.playground.chats import Attachment, Chat, Json, Message
from bot.playground.clock import TravelClock
from bot.playground.errors import ApiError
from bot.playground.files import USUAL, picture_size
from bot.playground.groups import Group
from bot.playground.idle import StillBusy
from bot.playground.opening import shown_as
from bot.playground.people import Person
from bot.playground.prompter import Coming
from bot.playground.server import Playground
from bot.playground.views import chat_view, clock_view, everybody

FOLDER = Path(__file__).parent / "page"
KINDS = {"page.css": "text/css", "paper.css": "text/css", "page.js": "text/javascript"}
FONT = "chinese.otf"
HEADERS = {
    "Content-Security-Policy": "default-src 'self'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}
# The letters are megabytes, and no others until the package is.
CACHED = "max-age=86400"
# A real client stops waiting for the answer to a tap at about the same time.
TAP_PATIENCE = 15.0
HEARTBEAT = 1.0
# A story that plays has news thousands of times a second.
BREATH = 0.05

ONLY_FORWARD = "时间只能向前走：已经发送的消息不能收回。"
MOST_HOURS = 24 * 366 * 5
NO_TIME = "请这样填写：2023-07-07 08:30。"
STANDS = "这里的时钟不能拨动。"
NOTHING_AHEAD = "接下来40天没有要发送的消息。"
REPLAYING = "正在演示，演示结束后可以操作。"
NOT_BY_YOU = "现在不能这样操作，请看最新的消息。"
GONE = "这条消息或按钮已经不在，请看最新的消息。"
BUSY = "支部小助手还没有办完，请稍后再试。"
EMPTY = "请先输入内容。"
NO_FILE = "文件没有发送：文件为空，或超过50MB（照片10MB）。"


class Refused(Exception):
    """What the page does not let anybody do; the text is shown."""


def add(app: web.Application, playground: Playground) -> None:
    """Add the page's routes to the application."""
    page = Page(playground)
    app.router.add_get("/", page.index)
    app.router.add_get("/page/{name}", page.file)
    app.router.add_get("/favicon.ico", page.no_icon)
    app.router.add_get("/api/everybody", page.everybody)
    app.router.add_get("/api/chat", page.chat)
    app.router.add_get("/api/events", page.events)
    app.router.add_get("/api/file", page.download)
    app.router.add_get("/paper/{number:\\d{1,3}}", page.paper)
    app.router.add_get("/report", page.report)
    for name, run in page.actions.items():
        app.router.add_post(f"/api/{name}", page.action(run))
    app.router.add_post("/api/upload", page.upload)
    app.on_shutdown.append(page.stop)


class Page:
    """The routes. A tap, a text or a file on the page is the same as one made by Person in a test."""

    def __init__(self, playground: Playground) -> None:
        self._playground = playground
        self._stopped = False
        self.actions: dict[str, Callable[[Json], Awaitable[Any]]] = {
            "start": self._start,
            "say": self._say,
            "edit": self._edit,
            "tap": self._tap,
            "follow": self._follow,
            "block": self._block,
            "clock": self._clock,
        }

    async def stop(self, app: web.Application) -> None:
        """End the streams of events, which would hold up the shutdown."""
        self._stopped = True
        self._playground.touch()

    async def index(self, request: web.Request) -> web.Response:
        return web.Response(body=(FOLDER / "index.html").read_bytes(), content_type="text/html", headers=HEADERS)

    async def file(self, request: web.Request) -> web.Response:
        """The page's own files, and the letters for a machine that has none."""
        name = request.match_info["name"]
        if name == FONT:
            letters = await asyncio.to_thread(Path(font()).read_bytes)
            return web.Response(body=letters, content_type="font/otf", headers={**HEADERS, "Cache-Control": CACHED})
        if name not in KINDS:
            raise web.HTTPNotFound
        return web.Response(body=(FOLDER / name).read_bytes(), content_type=KINDS[name], headers=HEADERS)

    async def no_icon(self, request: web.Request) -> web.Response:
        """Browsers ask for one by themselves."""
        return web.Response(status=204)

    async def everybody(self, request: web.Request) -> web.Response:
        prompter = self._playground.prompter
        offices: Mapping[int, str] = await prompter.offices() if prompter is not None else {}
        return _json({**everybody(self._playground, offices), "clock": await self._clock_view()})

    async def chat(self, request: web.Request) -> web.Response:
        person, chat = self._who_where(dict(request.query))
        return _json(chat_view(self._playground, person, chat))

    async def events(self, request: web.Request) -> web.StreamResponse:
        """Server-sent events: the clock, and a version that changes whenever a chat does."""
        response = web.StreamResponse(headers={**HEADERS, "Content-Type": "text/event-stream"})
        await response.prepare(request)
        seen = b""
        while not self._stopped:
            self._playground.changed.clear()
            version = self._playground.version
            news = orjson.dumps({"version": version, "clock": await self._clock_view()})
            if news != seen:
                await response.write(b"data: " + news + b"\n\n")
                seen = news
            await self._wait_for_news()
        return response

    async def _wait_for_news(self) -> None:
        try:
            await asyncio.wait_for(self._playground.changed.wait(), HEARTBEAT)
        except TimeoutError:
            return
        await asyncio.sleep(BREATH)

    async def _clock_view(self) -> Json:
        return clock_view(self._playground, await self._coming())

    async def _coming(self) -> Coming | None:
        """What the clock does next; where no database can tell, when anybody who sleeps by it wakes."""
        playground, clock = self._playground, self._playground.clock
        if playground.replay is not None or not isinstance(clock, TravelClock):
            return None
        if playground.prompter is not None:
            return await playground.prompter.coming()
        at = clock.next_at()
        return Coming(at, "", 0) if at is not None else None

    async def download(self, request: web.Request) -> web.Response:
        """A file of a chat: saved, or with `open` shown, where that is a kind that a browser can show safely."""
        try:
            file = self._playground.files.get(request.query.get("id", ""))
        except ApiError as error:
            raise web.HTTPNotFound from error
        shown = shown_as(file) if file.kind == "photo" or "open" in request.query else None
        if shown is not None:
            return web.Response(body=file.content, headers={**HEADERS, **shown})
        return _saved(_file_name(file), file.content)

    async def paper(self, request: web.Request) -> web.Response:
        """A paper that the page hands out; a picture is shown, or saved with `save`."""
        listed, number = self._playground.papers, int(request.match_info["number"])
        if number >= len(listed):
            raise web.HTTPNotFound
        one = listed[number]
        if one.words and "save" not in request.query:
            return web.Response(body=one.content, content_type="image/png", headers=HEADERS)
        return _saved(one.name, one.content)

    async def report(self, request: web.Request) -> web.Response:
        """The report as a page."""
        if not self._playground.report:
            raise web.HTTPNotFound
        return web.Response(text=self._playground.report, content_type="text/html", headers=HEADERS)

    def action(self, run: Callable[[Json], Awaitable[Any]]) -> Callable[[web.Request], Awaitable[web.Response]]:
        """A POST of JSON. What a client would not let anybody do is 409 with a text to show."""

        async def act(request: web.Request) -> web.Response:
            if request.content_type != "application/json":
                raise web.HTTPUnsupportedMediaType
            try:
                self._not_while_replaying()
                asked = orjson.loads(await request.read())
                if not isinstance(asked, dict):
                    raise web.HTTPBadRequest
                return _json(await run(asked) or {})
            except Refused as refused:
                return _json({"error": str(refused)}, status=409)
            except (LookupError, PermissionError, TypeError, ValueError, StillBusy) as error:
                return _json({"error": _said(error), "why": str(error)}, status=409)

        return act

    async def upload(self, request: web.Request) -> web.Response:
        """A multipart form: person, chat, caption, file. A picture goes as a photo, as the phone would send it."""
        form = await request.post()
        field = form.get("file")
        if not isinstance(field, web.FileField):
            raise web.HTTPBadRequest
        person, chat = self._who_where(dict(form))
        content, caption = field.file.read(), str(form.get("caption", ""))
        try:
            self._not_while_replaying()
            await self._hand_over(person, self._group(chat), field, content, caption)
        except Refused as refused:
            return _json({"error": str(refused)}, status=409)
        except ApiError as error:
            return _json({"error": NO_FILE, "why": error.description}, status=409)
        return _json({})

    async def _hand_over(
        self, person: Person, group: Group | None, field: web.FileField, content: bytes, caption: str
    ) -> None:
        if picture_size(content):
            await person.photo(content, caption, group=group)
        else:
            await person.upload_document(field.filename, content, caption, mime=field.content_type, group=group)

    async def _start(self, asked: Json) -> None:
        person, _ = self._who_where(asked)
        await person.start()

    async def _say(self, asked: Json) -> None:
        person, chat = self._who_where(asked)
        group, text = self._group(chat), _text(asked)
        reply_to = chat.messages_by_id.get(int(asked.get("reply_to") or 0))
        await (group.say(person, text, reply_to=reply_to) if group else person.send(text, reply_to=reply_to))

    async def _edit(self, asked: Json) -> None:
        """Another text for a message of one's own."""
        person, chat = self._who_where(asked)
        await person.edit(_message(chat, asked), _text(asked))

    async def _tap(self, asked: Json) -> Json | None:
        """Waits for the answer: {text, alert}, or None when the bot gave none in time."""
        person, chat = self._who_where(asked)
        tap = await person.tap(_message(chat, asked), str(asked["data"]))
        answer = await tap.answered(TAP_PATIENCE)
        return {"answered": True, "text": answer.text, "alert": answer.alert} if answer else None

    async def _follow(self, asked: Json) -> Json:
        """A link: inside Telegram it is followed here, else the page opens it."""
        person, _ = self._who_where(asked)
        return {"inside": await person.follow(str(asked["url"])) is not None}

    async def _block(self, asked: Json) -> None:
        person, _ = self._who_where(asked)
        await (person.block_bot() if asked["blocked"] else person.unblock_bot())

    async def _clock(self, asked: Json) -> Json:
        """{"next": true}, {"hours": n} or {"to": "2023-07-07T14:30"} in the branch's own time; never backwards."""
        clock = self._playground.clock
        if not isinstance(clock, TravelClock):
            raise Refused(STANDS)
        if asked.get("next"):
            await clock.travel(await self._next_at(clock))
        elif "hours" in asked:
            await clock.travel(clock.now() + _hours(asked["hours"]))
        else:
            await clock.travel(self._moment(asked, clock.now()))
        return await self._clock_view()

    async def _next_at(self, clock: TravelClock) -> datetime:
        """Once all is at rest: what is under way may bring something sooner."""
        await clock.settle()
        coming = await self._coming()
        if coming is None:
            raise Refused(NOTHING_AHEAD)
        return coming.at

    def _moment(self, asked: Json, now: datetime) -> datetime:
        """The minute that it is now is not over."""
        try:
            to = datetime.fromisoformat(str(asked["to"])).replace(tzinfo=self._playground.tz)
        except ValueError as error:
            raise Refused(NO_TIME) from error
        if to < now.replace(second=0, microsecond=0):
            raise Refused(ONLY_FORWARD)
        return max(to, now)

    def _not_while_replaying(self) -> None:
        if self._playground.replay is not None:
            raise Refused(REPLAYING)

    def _who_where(self, asked: Json) -> tuple[Person, Chat]:
        """The person and the chat that a request names; the private chat is only one's own."""
        try:
            person = self._playground.people[int(asked["person"])]
            chat = self._playground.chats[int(asked.get("chat") or person.id)]
        except (KeyError, TypeError, ValueError) as error:
            raise web.HTTPNotFound from error
        if chat is not person.chat and person.id not in chat.statuses:
            raise web.HTTPNotFound
        return person, chat

    def _group(self, chat: Chat) -> Group | None:
        return next((group for group in self._playground.groups if group.chat is chat), None)


def _hours(said: Any) -> timedelta:
    """Ahead, and at most some years."""
    try:
        hours = float(said)
    except (TypeError, ValueError) as error:
        raise Refused(NO_TIME) from error
    if hours < 0:
        raise Refused(ONLY_FORWARD)
    if not hours < MOST_HOURS:
        raise Refused(NO_TIME)
    return timedelta(hours=hours)


def _message(chat: Chat, asked: Json) -> Message:
    message = chat.messages_by_id.get(int(asked["message"]))
    if message is None:
        raise Refused(GONE)
    return message


def _text(asked: Json) -> str:
    text = str(asked["text"])
    if not text.strip():
        raise Refused(EMPTY)
    return text


def _said(error: Exception) -> str:
    """In words for whoever looks at the page; `why` tells it to whoever looks into it."""
    if isinstance(error, StillBusy):
        return BUSY
    return GONE if isinstance(error, LookupError) else NOT_BY_YOU


def _file_name(file: Attachment) -> str:
    return file.name or f"{file.kind}{USUAL[file.kind][1]}"


def _saved(name: str, content: bytes) -> web.Response:
    head = {**HEADERS, "Content-Disposition": f"attachment; filename*=UTF-8''{quote(name)}"}
    return web.Response(body=content, content_type="application/octet-stream", headers=head)


def _json(value: Any, status: int = 200) -> web.Response:
    return web.Response(body=orjson.dumps(value), status=status, content_type="application/json", headers=HEADERS)
