"""附件 of an activity in chat: the signed sheet, photos, what goes out below a notice; by whom, until when."""

from collections.abc import AsyncIterator

import pytest
from sqlalchemy import select

from bot.features.kept_files.buttons import AddFiles, DropFile
from bot.playground.acting import NoSuchButton
from bot.watch import files
from storage.choices import ActivityFileRole
from storage.models.activity import Activity
from storage.models.activity_file import ActivityFile
from storage.models.stored_file import StoredContent
from tests.world import World, world

ORG, MEMBER, LEADER = "甲二", "丙四", "甲三"
SHEET = b"%PDF-1.7 sheet"


@pytest.fixture
async def bot(chat_url: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[World]:
    monkeypatch.setattr(files, "REST", 0)
    async with world(chat_url, "2023-07-04 10:00") as there:
        await there.stage.say(ORG, "建活动")
        await there.stage.tap(ORG, "主题党日", "请选择活动内容")
        await there.stage.tap(ORG, "下一步", "请选择活动内容")
        await there.stage.say(ORG, "7月7日 14:30")
        await there.stage.say(ORG, "三楼会议室")
        await there.stage.tap(ORG, "发布", "核对无误")
        yield there


def page(bot: World, name: str = ORG) -> str:
    return bot.stage.people[name].chat.last.text


def rows(bot: World) -> list[ActivityFile]:
    with bot.storage.reading() as session:
        return list(session.scalars(select(ActivityFile).order_by(ActivityFile.id)))


async def files_page(bot: World) -> None:
    await bot.stage.say(ORG, "考勤")
    await bot.stage.tap(ORG, "7月7日", "请选择活动")
    await bot.stage.tap(ORG, "附件", "【活动管理】")


async def opened(bot: World) -> None:
    """The desk's card stands in the chat since it was published."""
    await bot.stage.tap(ORG, "附件", "【活动管理】")


async def test_a_sheet_is_added_after_the_start_and_its_bytes_are_kept(bot: World) -> None:
    await opened(bot)
    assert page(bot) == "【附件】7月主题党日\n还没有附件。"
    assert bot.stage.people[ORG].chat.last.labels == ["添加通知附件"]
    await bot.stage.at("2023-07-07 17:00")
    await opened(bot)
    assert bot.stage.people[ORG].chat.last.labels == ["添加签到表", "添加活动照片"]
    await bot.stage.tap(ORG, "添加签到表", "【附件】")
    for _ in range(2):
        # Once more is the same file.
        await bot.stage.people[ORG].upload_document("签到表.pdf", SHEET)
        await bot.clock.settle()
    assert "签到表共" in page(bot)
    await bot.stage.say(ORG, "取消")
    assert page(bot).startswith("【附件】7月主题党日\n签到表：")
    await bot.app.files.once()
    with bot.storage.reading() as session:
        assert session.scalars(select(StoredContent.content)).all() == [SHEET]
    await bot.stage.tap(ORG, "查看签到表", "【附件】")
    sent = bot.stage.people[ORG].chat.last
    assert sent.document == SHEET


async def test_a_file_of_the_notice_goes_below_the_card_once(bot: World) -> None:
    await opened(bot)
    await bot.stage.tap(ORG, "添加通知附件", "【附件】")
    await bot.stage.people[ORG].upload_document("议程.pdf", b"%PDF-1.7 agenda")
    await bot.clock.settle()
    card = bot.stage.group.chat.find("【主题党日通知】")
    below = [one for one in bot.stage.group.chat.from_bot if one.document is not None]
    assert [(one.document, one.reply_to is card) for one in below] == [(b"%PDF-1.7 agenda", True)]
    await bot.stage.say(ORG, "就这些")
    assert page(bot).startswith("请发送照片或文件")


async def test_what_was_added_is_taken_out(bot: World) -> None:
    await bot.stage.at("2023-07-07 17:00")
    await opened(bot)
    await bot.stage.tap(ORG, "添加活动照片", "【附件】")
    await bot.stage.people[ORG].photo()
    await bot.clock.settle()
    await bot.stage.tap(ORG, "确认不涉密")
    await bot.stage.say(ORG, "取消")
    await bot.stage.tap(ORG, "移除", "【附件】")
    await bot.stage.tap(ORG, "确认移除", "确认移除")
    assert page(bot) == "【附件】7月主题党日\n还没有附件。"
    assert [one.withdrawn_at is not None for one in rows(bot)] == [True]


@pytest.mark.long
async def test_nobody_else_and_not_after_the_cut_off(bot: World) -> None:
    with pytest.raises(NoSuchButton):
        await bot.stage.tap(MEMBER, "附件")
    with bot.storage.reading() as session:
        activity = session.scalars(select(Activity.id)).one()
    await bot.stage.at("2023-07-07 17:00")
    for name in (MEMBER, LEADER):
        data = AddFiles(activity, ActivityFileRole.PHOTO).pack()
        tap = await bot.stage.people[name].tap_data(bot.stage.people[name].chat.last, data)
        await bot.clock.settle()
        assert "权限" in tap.toast
    await opened(bot)
    await bot.stage.tap(ORG, "添加签到表", "【附件】")
    await bot.stage.at("2023-10-11 09:00")
    await bot.stage.people[ORG].upload_document("签到表.pdf", SHEET)
    await bot.clock.settle()
    assert rows(bot) == []
    tap = await bot.stage.people[ORG].tap_data(bot.stage.people[ORG].chat.last, DropFile(1, 1).pack())
    await bot.clock.settle()
    assert tap.toast == "没有找到这项活动的附件。"
