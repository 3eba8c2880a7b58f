"""Attacks by files: names with paths, strings that name a local file, 20 MB, archives that explode."""

import io
import random
import zipfile
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from pathlib import Path

import openpyxl
import pytest
from sqlalchemy import select

from bot.features.roster_files.reading.headings import likeness
from bot.kit.file_kinds import MAX_RATIO, MAX_UNPACKED
from bot.kit.replies import Document
from bot.kit.sending import Telegram
from bot.kit.sheets import MAX_BYTES, Unreadable
from bot.kit.table_files import read_tables
from bot.playground.local import ROOT, LocalTransport
from bot.playground.server import Playground
from storage.models.reflection import ReflectionPart
from tests.world import World, world

NAMES = [
    "../../etc/passwd",
    "/etc/passwd",
    "..\\..\\boot.ini",
    "a\r\nX-Evil: 1.pdf",
    'x"; filename="y.pdf',
    "\u202efdp.exe",
]


@pytest.fixture
async def bot(sqlite_url: str) -> AsyncIterator[World]:
    async with world(sqlite_url, "2023-08-21 09:00") as there:
        yield there


def beside(folder: Path) -> set[Path]:
    """Every file that is not the database."""
    return {path for path in folder.rglob("*") if not path.name.startswith("branch.db")}


async def test_a_name_is_only_a_name_and_no_file_is_fetched(bot: World, tmp_path: Path) -> None:
    """A piece of files with hostile names, one of 20 MB: kept by Telegram's number, written and read nowhere."""
    await bot.stage.say("乙二", "布置心得")
    await bot.stage.tap("乙二", "不关联", "请选择心得关联")
    await bot.stage.tap("乙二", "全体党员", "请选择对象")
    for text in ("8月31日", "廉政心得"):
        await bot.stage.say("乙二", text)
    await bot.stage.tap("乙二", "布置", "核对无误")
    await bot.stage.tap("甲五", "交心得", "廉政心得")
    before = beside(tmp_path)
    for name in NAMES:
        await bot.stage.people["甲五"].upload_document(name, b"%PDF")
    await bot.stage.people["甲五"].upload_document("big.pdf", b"\0" * 20 * 1024 * 1024)
    await bot.clock.settle()
    await bot.clock.travel(bot.clock.now() + timedelta(seconds=5))
    await bot.stage.tap("甲五", "提交", f"已收到{len(NAMES) + 1}条")
    with bot.storage.reading() as session:
        kept = session.scalars(select(ReflectionPart.file_name).order_by(ReflectionPart.id)).all()
    assert kept == [*NAMES, "big.pdf"]
    assert beside(tmp_path) == before
    assert not any(call.method == "getFile" for call in bot.playground.calls)


@pytest.mark.parametrize("named", ["/etc/passwd", "file:///etc/passwd", "http://127.0.0.1:8080/", "../.env", ""])
async def test_a_string_that_names_a_file_is_never_sent(named: str) -> None:
    playground = Playground()
    telegram = Telegram(LocalTransport(playground), ROOT, playground.token)
    for kind in ("", "photo", "voice"):
        message = Document("x.pdf", file_id=named, kind=kind).to_json()
        with pytest.raises(ValueError, match="file_id"):
            await telegram.send(1001, message)
    assert playground.calls == []
    await playground.close()


def bomb() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<x/>")
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * 300 * 1024 * 1024)
    return out.getvalue()


def padded(filling: bytes) -> bytes:
    """A workbook that could be read, with a further part in it."""
    out = io.BytesIO()
    book = openpyxl.Workbook()
    book.active.append(["姓名", "性别"])
    book.save(out)
    with zipfile.ZipFile(out, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/media/image1.bin", filling)
    return out.getvalue()


def test_a_small_bomb_is_known_by_how_much_it_swells() -> None:
    """Far below what a table may unpack to, but two hundred times the file; as many bytes of a photo are none."""
    size = 4 * 1024 * 1024
    small, photo = padded(b"0" * size), padded(random.Random(1).randbytes(size // 4))
    assert size < MAX_UNPACKED // 10
    assert size > MAX_RATIO * len(small)
    with pytest.raises(Unreadable, match="unpacks to far more"):
        read_tables(small, likeness)
    assert [row.text(0) for sheet in read_tables(photo, likeness).sheets for row in sheet.rows] == ["姓名"]


def crowd() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for number in range(2_000):
            archive.writestr(f"{number}.xml", "")
    return out.getvalue()


@pytest.mark.parametrize(
    ("make", "why"),
    [
        (lambda: b"PK" + b"\0" * 20 * 1024 * 1024, "larger than 2 MB"),
        (bomb, "unpacks to far more"),
        (crowd, "unpacks to far more"),
        (lambda: b"PK\x03\x04 no archive", "not a readable"),
        (lambda: "姓名,".encode() + b"\0" * 100, "neither"),
    ],
    ids=["20 MB", "bomb", "crowd", "broken", "binary"],
)
def test_a_table_that_is_none_is_refused_whole(make: Callable[[], bytes], why: str) -> None:
    content = make()
    assert len(content) <= MAX_BYTES or "larger" in why
    with pytest.raises(Unreadable, match=why):
        read_tables(content, likeness)
