"""Documents, photos and voice, up and down."""

from datetime import timedelta

import pytest

from bot.playground.bodies import read
from bot.playground.call import Upload
from bot.playground.errors import ApiError
from bot.playground.files import picture_size
from bot.playground.people import PIXEL


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
    answer = await call("sendVoice", chat_id=1, voice=file_id)
    assert answer["description"] == "Bad Request: can't use file of type Document as Voice"


async def test_photos_and_voice_of_the_bot(playground, member):
    for kind, content in (("photo", PIXEL), ("voice", b"OggS")):
        params = {"chat_id": 1, kind: "attach://part"}
        method = f"send{kind.title()}"
        status, _ = await playground.handle(playground.token, method, params, {"part": Upload("x", content)})
        assert status == 200
        assert member.chat.last.attachment.kind == kind


@pytest.mark.parametrize(
    ("method", "params", "words"),
    [
        ("sendDocument", {"document": "no-such-id"}, "wrong file identifier/HTTP URL specified"),
        ("sendDocument", {"document": "https://example.org/x"}, "failed to get HTTP URL content"),
        ("sendDocument", {}, "there is no document in the request"),
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


def test_a_multipart_body():
    body = (
        b'--b1\r\nContent-Disposition: form-data; name="chat_id"\r\n\r\n1\r\n'
        b'--b1\r\nContent-Disposition: form-data; name="document"; filename="a%22b.txt"\r\n'
        b"Content-Type: text/plain\r\n\r\nline\r\n\r\n--b\r\n\r\n--b1--\r\n"
    )
    params, files = read(body, "multipart/form-data; boundary=b1", "x=1")
    assert params == {"chat_id": "1", "x": "1"}
    assert files == {"document": Upload('a"b.txt', b"line\r\n\r\n--b\r\n", "text/plain")}


@pytest.mark.parametrize(
    ("body", "kind"),
    [(b"[1]", "application/json"), (b"{", "application/json"), (b"x", "multipart/form-data"),
     (b"--b\r\n\r\nx\r\n--b--", "multipart/form-data; boundary=b")],
)  # fmt: skip
def test_broken_bodies(body, kind):
    with pytest.raises(ApiError, match="Bad Request"):
        read(body, kind)
