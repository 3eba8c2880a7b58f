"""Documents, photos and voice, up and down."""

from datetime import timedelta

import orjson
import pytest
import telegram

from bot.kit import incoming
from bot.kit.sending import Telegram
from bot.playground.call import Upload
from bot.playground.errors import ApiError
from bot.playground.files import picture_size
from bot.playground.local import ROOT, LocalTransport
from bot.playground.people import PIXEL
from scheduler.outcome import OutcomeKind


@pytest.fixture
async def member(playground):
    playground.pace.on = False
    member = playground.person(1, "甲一")
    await member.start()
    return member


async def test_what_a_person_hands_in_can_be_downloaded(playground, member, clock, call, updates):
    await member.upload_document("心得.docx", b"PK", "我的心得")
    await member.photo(caption="签到表")
    await member.voice(seconds=9)
    document, photo, voice = [update["message"] for update in await updates()][1:]
    assert (document["document"]["file_name"], document["caption"]) == ("心得.docx", "我的心得")
    assert (photo["photo"][-1]["width"], voice["voice"]["duration"]) == (1, 9)
    file = (await call("getFile", file_id=document["document"]["file_id"]))["result"]
    assert file["file_path"].startswith("documents/")
    assert await playground.download(playground.token, file["file_path"]) == b"PK"
    clock.jump(clock.now() + timedelta(hours=2))
    with pytest.raises(ApiError, match="Not Found"):
        await playground.download(playground.token, file["file_path"])


async def test_what_cannot_be_downloaded(playground, member, call):
    assert (await call("getFile", file_id="nothing"))["description"] == "Bad Request: invalid file_id"
    big = await member.upload_document("big.bin", bytes(20_000_001))
    answer = await call("getFile", file_id=big.attachment.file_id)
    assert answer["description"] == "Bad Request: file is too big"
    with pytest.raises(ApiError, match="Unauthorized"):
        await playground.download("1:x", "documents/file_1.bin")


async def test_the_bot_uploads_once_and_sends_again_by_id(playground, member, call):
    upload = {"document": Upload("名册.xlsx", b"xlsx", "application/vnd.ms-excel")}
    _, answer = await playground.handle(playground.token, "sendDocument", {"chat_id": "1", "caption": "表"}, upload)
    assert (member.chat.last.document, member.chat.last.text) == (b"xlsx", "表")
    file_id = answer["result"]["document"]["file_id"]
    again = await call("sendDocument", chat_id=1, document=file_id)
    assert again["result"]["document"]["file_id"] == file_id
    assert member.chat.last.document == b"xlsx"


async def test_a_file_stays_what_it_is_by_whatever_method(playground, member, call):
    sent = [await member.media(kind) for kind in ("video", "animation", "voice")] + [await member.photo()]
    video, animation, voice, photo = [message.attachment.file_id for message in sent]
    for file_id, kinds in ((video, {"video"}), (animation, {"animation", "document"}), (voice, {"voice"})):
        result = (await call("sendDocument", chat_id=1, document=file_id))["result"]
        assert result.keys() & {"video", "animation", "document", "voice"} == kinds
    answer = await call("sendPhoto", chat_id=1, photo=voice)
    assert answer["description"] == "Bad Request: can't use file of type VoiceNote as Photo"
    answer = await call("sendDocument", chat_id=1, document=photo)
    assert answer["description"] == "Bad Request: can't use file of type Photo as Document"


async def test_photos_and_voice_of_the_bot(playground, member):
    for kind, content in (("photo", PIXEL), ("voice", b"OggS")):
        params = {"chat_id": 1, kind: "attach://part"}
        method = f"send{kind.title()}"
        status, _ = await playground.handle(playground.token, method, params, {"part": Upload("x", content)})
        assert status == 200
        assert member.chat.last.attachment.kind == kind


@pytest.mark.parametrize(
    ("kind", "name", "shown"),
    [
        ("audio", "党课.mp3", {"duration": 61, "mime_type": "audio/mpeg", "file_name": "党课.mp3"}),
        ("video", "观影.mp4", {"width": 512, "height": 512, "duration": 61, "mime_type": "video/mp4"}),
    ],
)
async def test_audio_and_video_of_the_bot(playground, member, kind, name, shown):
    """As an upload, attached under another name, and again by its id; with a caption and buttons."""
    markup = {"inline_keyboard": [[{"text": "收到", "callback_data": "r:1"}]]}
    params = {"chat_id": 1, "caption": "请看", "duration": "61", "reply_markup": orjson.dumps(markup).decode()}
    upload = Upload(name, b"bytes", shown["mime_type"])
    method = f"send{kind.title()}"
    _, answer = await playground.handle(playground.token, method, params, {kind: upload})
    held = answer["result"][kind]
    assert held.items() >= shown.items()
    assert (answer["result"]["caption"], answer["result"]["reply_markup"]) == ("请看", markup)
    file = playground.files.link(held["file_id"], playground.clock.now())
    assert await playground.download(playground.token, file["file_path"]) == b"bytes"
    assert file["file_path"].endswith(name[-4:])
    _, attached = await playground.handle(
        playground.token, method, {"chat_id": 1, kind: "attach://p"}, {"p": Upload(name, b"other")}
    )
    assert attached["result"][kind]["file_id"] != held["file_id"]
    _, again = await playground.handle(playground.token, method, {"chat_id": 1, kind: held["file_id"]})
    assert (again["result"][kind], member.chat.last.document) == (held, b"bytes")


@pytest.mark.parametrize("kind", ["audio", "video"])
async def test_a_persons_audio_or_video_comes_back_through_the_sender(playground, member, updates, kind):
    """By the bot's own way of sending: uploaded, then the same by its id, then with an edited caption."""
    sent = await (member.audio("党课.mp3", b"ID3", "讲稿") if kind == "audio" else member.video(b"mp4", "讲稿"))
    message = (await updates())[-1]["message"]
    assert (message["caption"], message[kind]["duration"]) == ("讲稿", 3)
    held = telegram.Message.de_json(message, None)
    assert [(file.kind, file.file_id) for file in incoming.files(held)] == [(kind, sent.attachment.file_id)]
    there = Telegram(LocalTransport(playground), ROOT, playground.token)
    assert await there.download(sent.attachment.file_id) == sent.document
    message = {"text": "看", "document": {"kind": kind, "name": "x.bin", "content": b"new"}}
    first = await there.send(1, message)
    assert (first.kind, member.chat.last.document) == (OutcomeKind.SENT, b"new")
    for file_id in (first.file_id, sent.attachment.file_id):
        message["document"] = {"kind": kind, "name": "x.bin", "file_id": file_id}
        assert (await there.send(1, message)).file_id == file_id
    assert (await there.edit(1, first.message_id, {**message, "text": "改"})).kind is OutcomeKind.SENT
    assert member.chat.messages_by_id[first.message_id].text == "改"


@pytest.mark.parametrize("kind", ["voice", "audio", "video", "animation", "sticker", "video_note"])
async def test_what_else_people_send(playground, member, updates, kind):
    await member.media(kind, b"bytes", seconds=5)
    message = (await updates())[-1]["message"]
    assert message[kind]["file_size"] == 5
    assert ("document" in message) == (kind == "animation")


async def test_a_place_is_no_file(playground, member, updates):
    group = playground.group(-5, "支部群", [member])
    await member.location(39.9, 116.4)
    await member.location(group=group)
    message = (await updates())[-1]["message"]
    assert (message["location"]["latitude"], message["chat"]["id"]) == (39.9, 1)
    assert len(group.chat.messages) == 1


@pytest.mark.parametrize(
    ("method", "params", "words"),
    [
        ("sendDocument", {"document": "no-such-id"}, "wrong file identifier/HTTP URL specified"),
        ("sendDocument", {"document": "https://example.org/x"}, "failed to get HTTP URL content"),
        ("sendDocument", {}, "there is no document in the request"),
        ("sendVideo", {}, "there is no video in the request"),
        ("sendAudio", {"audio": "no-such-id"}, "wrong file identifier/HTTP URL specified"),
        ("sendDocument", {"document": "x", "caption": "字" * 1025}, "message caption is too long"),
    ],
)
async def test_what_telegram_refuses(member, call, method, params, words):
    answer = await call(method, chat_id=1, **params)
    assert answer["description"] == f"Bad Request: {words}"


async def test_sizes_and_kinds(playground, member):
    async def send(kind: str, content: bytes):
        files = {kind: Upload("x", content)}
        return await playground.handle(playground.token, f"send{kind.title()}", {"chat_id": 1}, files)

    assert (await send("photo", b"no picture"))[1]["description"] == "Bad Request: IMAGE_PROCESS_FAILED"
    assert (await send("document", b""))[1]["description"] == "Bad Request: file must be non-empty"
    assert (await send("photo", bytes(10_000_001)))[0] == 413
    assert (await send("document", bytes(50_000_001)))[0] == 413


async def test_captions_are_edited(playground, member, call):
    files = {"document": Upload("x.txt", b"x")}
    await playground.handle(playground.token, "sendDocument", {"chat_id": 1}, files)
    edit = {"chat_id": 1, "message_id": member.chat.last.message_id}
    assert (await call("editMessageCaption", **edit, caption="新"))["result"]["caption"] == "新"
    answer = await call("editMessageText", **edit, text="y")
    assert answer["description"] == "Bad Request: there is no text in the message to edit"


def test_the_size_of_a_jpeg():
    jpeg = b"\xff\xd8\xff\xe0\x00\x04ab" + b"\xff\xc0\x00\x0b\x08\x00\x10\x00\x20\x01" + bytes(5)
    assert picture_size(jpeg) == (32, 16)
    assert picture_size(PIXEL) == (1, 1)
    assert picture_size(b"\xff\xd8\xff") is None
