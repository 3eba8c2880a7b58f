"""查看附件 in chat: what was sent comes back to whoever may read the entry, by Telegram's id or by its bytes."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from sqlalchemy import delete, select

from bot.kit.doors import ShowFiles
from bot.kit.kept_files import MOST_BYTES
from bot.playground.acting import NoSuchButton
from bot.playground.chats import Message
from bot.watch import files
from storage.models.entry import Entry
from storage.models.stored_file import StoredContent
from tests.world import World, world

SEC, DIS, MEMBER = "甲一", "乙二", "丙四"
PDF = b"%PDF-1.7 minutes"


@pytest.fixture
async def bot(chat_url: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[World]:
    monkeypatch.setattr(files, "REST", 0)
    async with world(chat_url, "2023-08-11 10:00") as there:
        yield there


async def guided(bot: World, *sent: tuple[str, bytes]) -> None:
    """An entry of guidance by the secretary, with these files."""
    await bot.stage.say(SEC, "登记")
    await bot.stage.tap(SEC, "指导支部", "【登记】")
    await bot.stage.say(SEC, "甲支部")
    await bot.stage.say(SEC, "基地1")
    await bot.stage.say(SEC, "8月11日")
    if sent:
        await bot.stage.tap(SEC, "附件", "核对无误")
    for name, content in sent:
        await bot.stage.people[SEC].upload_document(name, content)
        await bot.clock.settle()
    await bot.stage.tap(SEC, "保存")
    await bot.stage.tap(SEC, "打开", "已登记")


def page(bot: World, name: str = SEC) -> str:
    return bot.stage.people[name].chat.last.text


def came(bot: World, name: str = SEC) -> list[tuple[str, bytes]]:
    """The files that the bot has sent to somebody."""
    sent: list[Message] = [one for one in bot.stage.people[name].chat.from_bot if one.document is not None]
    return [(_of(one).name or "", _of(one).content) for one in sent]


def _of(message: Message) -> Any:
    return message.attachment


async def test_a_file_comes_back_by_its_id_before_and_after_it_is_kept(bot: World) -> None:
    await guided(bot, ("会议记录.pdf", PDF))
    assert "附件：1个\n" in page(bot)
    await bot.stage.tap(SEC, "查看附件")
    assert came(bot) == [("会议记录.pdf", PDF)]
    assert await bot.app.files.once() == 1
    await bot.stage.tap(SEC, "查看附件")
    assert came(bot) == [("会议记录.pdf", PDF)] * 2


async def test_it_comes_by_its_bytes_where_telegram_has_it_no_longer(bot: World) -> None:
    await guided(bot, ("会议记录.pdf", PDF), ("通知.pdf", b"%PDF notice"))
    assert await bot.app.files.once() == 2
    bot.playground.files._by_id.clear()
    await bot.stage.tap(SEC, "查看附件")
    assert came(bot) == [("会议记录.pdf", PDF), ("通知.pdf", b"%PDF notice")]


async def test_what_is_too_large_is_said_on_the_page(bot: World) -> None:
    await guided(bot, ("录像.mp4", b"x" * (MOST_BYTES + 1)), ("通知.pdf", PDF))
    assert "附件：2个（1个仅存于聊天平台）\n" in page(bot)
    assert await bot.app.files.once() == 1
    await bot.stage.tap(SEC, "查看附件")
    assert [name for name, _ in came(bot)] == ["录像.mp4", "通知.pdf"]


async def test_what_came_with_no_bytes_is_named(bot: World) -> None:
    await guided(bot, ("会议记录.pdf", PDF))
    assert await bot.app.files.once() == 1
    with bot.storage.transaction() as session:
        entry = session.scalars(select(Entry)).one()
        entry.fields = {
            **entry.fields,
            "files": [{k: v for k, v in one.items() if k in ("stored", "name")} for one in entry.fields["files"]],
        }
        session.execute(delete(StoredContent))
    await bot.stage.tap(SEC, "查看附件")
    assert page(bot) == "以下附件未随附，无法查看：“会议记录.pdf”。请联系支部书记。"


async def test_an_entry_without_files_has_no_button(bot: World) -> None:
    await guided(bot)
    with pytest.raises(NoSuchButton):
        await bot.stage.tap(SEC, "查看附件")


async def test_only_who_may_read_the_entry_gets_its_files(bot: World) -> None:
    await guided(bot, ("会议记录.pdf", PDF))
    with bot.storage.reading() as session:
        entry = session.scalars(select(Entry.id)).one()
    for name, gets in ((DIS, [("会议记录.pdf", PDF)]), (MEMBER, [])):
        await bot.stage.say(name, "你好")
        await bot.stage.people[name].tap_data(bot.stage.people[name].chat.last, ShowFiles(entry, 0).pack())
        await bot.clock.settle()
        assert came(bot, name) == gets


@pytest.mark.parametrize(("entry", "row"), [(99, 0), (1, 99)])
async def test_what_is_not_there_is_said(bot: World, entry: int, row: int) -> None:
    await guided(bot, ("会议记录.pdf", PDF))
    tap = await bot.stage.people[SEC].tap_data(bot.stage.people[SEC].chat.last, ShowFiles(entry, row).pack())
    await bot.clock.settle()
    assert tap.toast.startswith("没有找到这条登记")
