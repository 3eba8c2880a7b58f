"""Files of the register that are kept: fetched from the playground's Bot API, on both databases."""

import asyncio
import hashlib
import io
from datetime import timedelta
from typing import Any

import pytest
from PIL import Image
from sqlalchemy import func, select, update

from bot.kit.kept_files import MOST_BYTES, MOST_PIXELS, scaled
from bot.kit.sending import Telegram
from bot.playground.clock import TravelClock
from bot.playground.local import ROOT, LocalTransport
from bot.playground.server import Playground
from bot.watch import files
from bot.watch.files import FileKeeper
from storage import backup, entry_files
from storage.engine import Storage
from storage.models.entry import Entry, EntryRow
from storage.models.stored_file import EntryFile, StoredContent, StoredFile
from tests.features.register.desk import Desk, local

NOW = local("2023-08-11 10:00")
PDF = b"%PDF-1.7 minutes"


@pytest.fixture(autouse=True)
def no_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "REST", 0)


class Telegrams:
    """A playground, and the keeper that fetches from it."""

    def __init__(self, storage: Storage) -> None:
        self.storage, self.clock = storage, TravelClock(NOW)
        self.playground = Playground(self.clock)
        telegram = Telegram(LocalTransport(self.playground), ROOT, self.playground.token)
        self.keeper = FileKeeper(storage, telegram, self.clock, self.playground.bot.id, self.off)

    async def off(self) -> bool:
        return False

    def sent(self, content: bytes = PDF, name: str | None = "会议记录.pdf", kind: str = "document") -> dict[str, Any]:
        """What the register keeps of a file that somebody has sent."""
        held = self.playground.files.keep(kind, content, name)
        told = held.shown[-1] if isinstance(held.shown, list) else held.shown
        return {
            "kind": kind,
            "file_id": told["file_id"],
            "file_unique_id": told["file_unique_id"],
            "name": name,
            "mime_type": told.get("mime_type", "image/jpeg"),
            "size": told["file_size"],
        }

    def guided(self, *sent: dict[str, Any]) -> int:
        with self.storage.transaction() as session:
            desk = Desk(session) if session.scalar(select(func.count(Entry.id))) == 0 else None
            if desk is not None:
                self.desk = desk
            self.desk.session = session
            return self.desk.record("guidance", org="甲支部", site="基地1", on="2023-08-11", files=list(sent))

    def held(self, entry_id: int) -> list[dict[str, Any]]:
        with self.storage.reading() as session:
            found: list[dict[str, Any]] = session.get_one(Entry, entry_id).fields["files"]
            return found

    def rows(self) -> list[StoredFile]:
        with self.storage.reading() as session:
            return list(session.scalars(select(StoredFile).order_by(StoredFile.id)))

    def bytes_of(self, stored_id: int) -> bytes | None:
        with self.storage.reading() as session:
            return entry_files.content_of(session, stored_id)

    def index(self) -> list[EntryFile]:
        with self.storage.reading() as session:
            return list(session.scalars(select(EntryFile).order_by(EntryFile.id)))


@pytest.fixture
def there(storage: Storage) -> Telegrams:
    return Telegrams(storage)


def picture(width: int, height: int, kind: str = "JPEG") -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (width, height), "white").save(out, kind)
    return out.getvalue()


async def test_nothing_to_fetch_is_nothing_done(there: Telegrams) -> None:
    there.guided()
    assert await there.keeper.once() == 0
    assert there.rows() == []


async def test_a_file_is_kept_and_the_entry_names_it(there: Telegrams) -> None:
    entry = there.guided(there.sent())
    assert await there.keeper.once() == 1
    [row] = there.rows()
    assert (row.name, row.size, row.media_type) == ("会议记录.pdf", len(PDF), "application/octet-stream")
    assert row.sha256 == hashlib.sha256(PDF).hexdigest()
    assert there.bytes_of(row.id) == PDF
    [file] = there.held(entry)
    assert (file["stored"], bool(file["file_id"])) == (row.id, True)
    with there.storage.reading() as session:
        assert row.uploader_id == session.get_one(Entry, entry).recorded_by_id
        assert session.get_one(Entry, entry).version == 1
        assert entry_files.count(session) == entry_files.Kept(1, len(PDF), 0, 0)
    assert await there.keeper.once() == 0


async def test_the_same_file_of_two_entries_is_one_row(there: Telegrams) -> None:
    first, second = there.guided(there.sent()), there.guided(there.sent(), there.sent(b"%PDF other", "通知.pdf"))
    assert await there.keeper.once() == 3
    assert len(there.rows()) == 2
    assert there.held(first)[0]["stored"] == there.held(second)[0]["stored"]
    assert there.held(second)[1]["stored"] != there.held(second)[0]["stored"]


async def test_what_is_larger_than_ten_megabytes_stays_with_telegram(there: Telegrams) -> None:
    announced = there.guided(there.sent(b"x" * (MOST_BYTES + 1), "录像.mp4"))
    silent = there.guided({**there.sent(b"y" * (MOST_BYTES + 1), "录音.mp3"), "size": None})
    beyond = there.guided({**there.sent(b"z" * (21 * 1024 * 1024), "全程.mp4"), "size": None})
    exactly = there.guided(there.sent(b"x" * MOST_BYTES, "照片.zip"))
    assert await there.keeper.once() == 1
    assert [one.given_up for one in there.index()] == ["too_large", "too_large", "too_large", ""]
    assert [("stored" in there.held(one)[0]) for one in (announced, silent, beyond, exactly)] == [False] * 3 + [True]


async def test_a_large_photo_is_scaled_and_a_small_or_broken_one_kept_as_it_is(there: Telegrams) -> None:
    large, small, broken = picture(4000, 3000), picture(1999, 10), b"\xff\xd8\xff" + b"broken"
    entry = there.guided(there.sent(large, None, "photo"), there.sent(small, None, "photo"))
    there.guided({**there.sent(broken, "坏.jpg"), "mime_type": "image/jpeg"})
    assert await there.keeper.once() == 3
    first, second, third = there.rows()
    with Image.open(io.BytesIO(there.bytes_of(first.id) or b"")) as drawn:
        assert drawn.size == (MOST_PIXELS, 1500)
    assert (first.name, first.media_type) == ("照片.jpg", "image/jpeg")
    assert (there.bytes_of(second.id), there.bytes_of(third.id)) == (small, broken)
    assert [one["stored"] for one in there.held(entry)] == [first.id, second.id]


@pytest.mark.parametrize("content", [b"", b"GIF89a", b"%PDF", picture(10, 10)[:60], picture(10, 10, "PNG")[:40]])
def test_what_is_no_picture_stays_the_same_bytes(content: bytes) -> None:
    assert scaled(content, "image/jpeg") == (content, "image/jpeg")


def test_a_tall_picture_with_transparency_stays_one() -> None:
    out = io.BytesIO()
    Image.new("RGBA", (100, 5000)).save(out, "PNG")
    content, media_type = scaled(out.getvalue(), None)
    with Image.open(io.BytesIO(content)) as drawn:
        assert (drawn.size, drawn.mode, media_type) == ((40, MOST_PIXELS), "RGBA", "image/png")


async def test_killed_between_the_bytes_and_the_row_nothing_is_lost(
    there: Telegrams, monkeypatch: pytest.MonkeyPatch
) -> None:
    entry, reached, asked = there.guided(there.sent(), there.sent(b"%PDF other", "通知.pdf")), asyncio.Event(), []
    real = there.playground.download

    async def slow(token: str, path: str) -> bytes:
        content = await real(token, path)
        asked.append(path)
        if len(asked) == 2:
            reached.set()
            await asyncio.Event().wait()
        return content

    monkeypatch.setattr(there.playground, "download", slow)
    round_ = asyncio.create_task(there.keeper.once())
    await reached.wait()
    round_.cancel()
    with pytest.raises(asyncio.CancelledError):
        await round_
    assert [("stored" in one) for one in there.held(entry)] == [True, False]
    monkeypatch.setattr(there.playground, "download", real)
    assert await there.keeper.once() == 1
    assert all("stored" in one for one in there.held(entry))


async def test_what_telegram_does_not_hand_over_is_asked_for_later_and_in_the_end_no_more(there: Telegrams) -> None:
    there.guided({**there.sent(), "file_id": "A" * 30})
    assert await there.keeper.once() == 0
    [row] = there.index()
    assert (row.tries, row.given_up, row.again_at) == (1, "", NOW + entry_files.AGAIN[0])
    assert await there.keeper.once() == 0
    assert there.index()[0].tries == 1
    with there.storage.transaction() as session:
        session.execute(update(EntryFile).values(tries=entry_files.TRIES - 1, again_at=None))
    assert await there.keeper.once() == 0
    assert there.index()[0].given_up == "not_there"


async def test_another_process_leaves_it_to_the_one_that_fetches(there: Telegrams) -> None:
    there.guided(there.sent())
    telegram = Telegram(LocalTransport(there.playground), ROOT, there.playground.token)
    other = FileKeeper(there.storage, telegram, there.clock, there.playground.bot.id, there.off)
    assert await there.keeper.once() == 1
    there.guided(there.sent(b"%PDF other", "通知.pdf"))
    assert await other.once() == 0
    assert await there.keeper.once() == 1


async def test_an_entry_that_was_changed_meanwhile_keeps_its_change(there: Telegrams) -> None:
    """The keeper has looked; then somebody puts another file in the place of this one."""
    entry = there.guided(there.sent())
    with there.storage.reading() as session:
        [one] = entry_files.wanted(session, NOW, 10)
    other = there.sent(b"%PDF other", "通知.pdf")
    with there.storage.transaction() as session:
        there.desk.session = session
        there.desk.change(entry, "files", [other])
    with there.storage.transaction() as session:
        assert entry_files.keep(session, one, PDF, None, NOW) is None
    assert there.held(entry) == [other]
    assert await there.keeper.once() == 1
    assert there.held(entry)[0]["stored"] == there.rows()[0].id
    assert there.bytes_of(there.rows()[0].id) == b"%PDF other"


async def test_a_change_that_is_undone_finds_the_file_again_without_fetching_it(there: Telegrams) -> None:
    sent = there.sent()
    entry = there.guided(sent)
    assert await there.keeper.once() == 1
    with there.storage.transaction() as session:
        there.desk.session = session
        there.desk.change(entry, "files", [sent])
    there.playground.files._by_id.clear()
    assert await there.keeper.once() == 1
    assert there.held(entry)[0]["stored"] == there.rows()[0].id


async def test_what_was_taken_back_at_once_is_forgotten_and_what_was_cancelled_stays(there: Telegrams) -> None:
    undone, cancelled = there.guided(there.sent()), there.guided(there.sent(b"%PDF other", "通知.pdf"))
    assert await there.keeper.once() == 2
    with there.storage.transaction() as session:
        session.execute(update(Entry).where(Entry.id.in_([undone, cancelled])).values(withdrawn_at=NOW))
        session.execute(update(Entry).where(Entry.id == cancelled).values(withdrawn_reason="重复登记"))
    assert await there.keeper.once() == 0
    assert len(there.rows()) == 2
    there.keeper._clock = TravelClock(NOW + timedelta(days=2))
    await there.keeper.once()
    [left] = there.rows()
    assert left.name == "通知.pdf"
    with there.storage.reading() as session:
        assert session.scalars(select(StoredContent.stored_id)).all() == [left.id]


async def test_of_an_entry_that_was_undone_nothing_is_fetched(there: Telegrams) -> None:
    entry = there.guided(there.sent())
    with there.storage.transaction() as session:
        session.execute(update(Entry).where(Entry.id == entry).values(withdrawn_at=NOW))
    assert await there.keeper.once() == 0
    assert there.rows() == []


async def test_a_row_of_an_entry_has_its_evidence_kept(there: Telegrams) -> None:
    there.guided()
    with there.storage.transaction() as session:
        there.desk.session = session
        values = {"target": "甲支部", "source": "other"}
        entry = there.desk.record("rectification_list", **values)
        words = {"category": "other", "problem": "问题", "measure": "措施"}
        row = there.desk.add(entry, "items", **words, due_on="2023-08-31", proof=[there.sent()])
    assert await there.keeper.once() == 1
    with there.storage.reading() as session:
        assert session.get_one(EntryRow, row).fields["proof"][0]["stored"] == there.rows()[0].id


async def test_a_backup_has_the_bytes(sqlite_url: str, tmp_path: Any) -> None:
    with Storage(sqlite_url) as storage:
        there = Telegrams(storage)
        there.guided(there.sent())
        assert await there.keeper.once() == 1
        copy = tmp_path / "copy.db"
        backup.make(storage.url, copy)
        await storage.close()
    with Storage(f"sqlite:///{copy}") as again, again.reading() as session:
        assert session.scalars(select(StoredContent.content)).all() == [PDF]
