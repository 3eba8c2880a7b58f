"""Files of a notice, plain or of an activity: handed in with the form, below each message, once; in chat."""

from collections.abc import AsyncIterator

import pytest
from sqlalchemy import select

from bot.playground.chats import Message
from storage.choices import ActivityFileRole
from storage.models.activity_file import ActivityFile
from storage.models.dialog import Dialog
from storage.models.notice import Notice
from tests.world import World, world

SEC, MEMBER = "甲一", "丙四"
PDF = b"%PDF-1.4"


@pytest.fixture
async def bot(chat_url: str) -> AsyncIterator[World]:
    async with world(chat_url, "2023-07-04 09:00") as there:
        yield there


@pytest.fixture
async def alone(chat_url: str) -> AsyncIterator[World]:
    async with world(chat_url, "2023-07-04 09:00", tied=False) as there:
        yield there


async def hand_in(bot: World, name: str, caption: str = "") -> None:
    await bot.stage.people[SEC].upload_document(name, PDF + name.encode(), caption=caption)
    await bot.clock.settle()


async def photo(bot: World, caption: str = "") -> None:
    """With the tick that it shows no secret paper."""
    await bot.stage.people[SEC].photo(caption=caption)
    await bot.clock.settle()
    if "确认不涉密" in bot.stage.people[SEC].chat.last.labels:
        await bot.stage.tap(SEC, "确认不涉密")


def files(messages: list[Message]) -> list[Message]:
    return [one for one in messages if one.attachment is not None]


def said(bot: World) -> str:
    return bot.stage.people[SEC].chat.last.text


async def test_a_photo_with_words_is_a_notice(bot: World) -> None:
    await bot.stage.say(SEC, "发通知")
    await photo(bot, "请各位同志学习附件。")
    await hand_in(bot, "通知.pdf")
    assert "【通知】请各位同志学习附件。" in said(bot)
    assert "（附件：2个（照片、通知.pdf））" in said(bot)
    await bot.stage.tap(SEC, "预览")
    shown = files(bot.stage.people[SEC].chat.from_bot)
    assert [one.attachment.kind for one in shown if one.attachment] == ["photo", "document"]
    await bot.stage.tap(SEC, "发送")
    card = bot.stage.group.chat.find("【通知】请各位")
    sent = files(bot.stage.group.chat.from_bot)
    assert [one.attachment.kind for one in sent if one.attachment] == ["photo", "document"]
    assert [one.reply_to for one in sent] == [card, card]
    with bot.storage.reading() as session:
        kept = session.scalars(select(Notice.files)).one()
    assert [one["kind"] for one in kept or ()] == ["photo", "document"]
    await bot.stage.at("2023-07-05 18:00")
    assert len(files(bot.stage.group.chat.from_bot)) == 2


async def test_without_a_group_each_gets_the_notice_and_the_file_below_it(alone: World) -> None:
    await alone.stage.say(SEC, "发通知")
    await hand_in(alone, "通知.pdf", caption="请学习附件。")
    await alone.stage.tap(SEC, "发送")
    for name in (MEMBER, SEC):
        chat = alone.stage.people[name].chat
        [file] = files(chat.from_bot)
        assert file.reply_to is not None
        assert file.reply_to.text.startswith("【通知】请学习附件。")
    assert "已送达" in alone.stage.people[SEC].chat.find("未回复").text
    assert "应发50份" not in alone.stage.people[SEC].chat.find("未回复").text


async def test_five_are_taken_and_no_voice(bot: World) -> None:
    await bot.stage.say(SEC, "发通知")
    await bot.stage.people[SEC].voice()
    await bot.clock.settle()
    assert said(bot) == "请发送照片或文件。"
    for number in range(5):
        await hand_in(bot, f"附件{number}.pdf")
    assert "（附件：5个（附件0.pdf、附件1.pdf、附件2.pdf、附件3.pdf、附件4.pdf））" in said(bot)
    await hand_in(bot, "附件6.pdf")
    assert said(bot) == "通知附件最多5个。"
    await bot.stage.say(SEC, "请学习附件。")
    await bot.stage.say(SEC, "请各位学习附件。")
    assert "【通知】请各位学习附件。" in said(bot)


async def test_a_file_that_fails_stops_nothing(bot: World) -> None:
    await bot.stage.say(SEC, "发通知")
    await hand_in(bot, "通知.pdf", caption="请学习附件。")
    with bot.storage.transaction() as session:
        dialog = session.scalars(select(Dialog).where(Dialog.step == "notice.text")).one()
        [file] = dialog.draft["files"]
        dialog.draft = {**dialog.draft, "files": [{**file, "file_id": "A" * 40}]}
    await bot.stage.tap(SEC, "发送")
    assert bot.stage.group.chat.find("【通知】请学习附件。").labels == ["收到"]
    assert files(bot.stage.group.chat.from_bot) == []
    tap = await bot.stage.people[MEMBER].tap(bot.stage.group.chat.find("【通知】请学习附件。"), "收到")
    await bot.clock.settle()
    assert tap.toast == f"已收到：{MEMBER}同志。"


async def test_those_of_an_activity_go_below_its_card_and_not_again_with_a_new_date(bot: World) -> None:
    for text in ("建活动", "主题党日", "7月7日", "14:30", "会议室"):
        await bot.stage.say(SEC, text)
    await hand_in(bot, "方案.pdf", caption="说明")
    assert said(bot) == "这里的附件不带文字，请只发送照片或文件。"
    await hand_in(bot, "方案.pdf")
    assert "附件：1个（方案.pdf）" in said(bot)
    await bot.stage.tap(SEC, "发布")
    card = bot.stage.group.chat.find("【主题党日通知】")
    [file] = files(bot.stage.group.chat.from_bot)
    assert file.reply_to is card
    with bot.storage.reading() as session:
        kept = session.scalars(select(ActivityFile)).one()
    assert (kept.role, kept.file["name"]) == (ActivityFileRole.NOTICE, "方案.pdf")
    await bot.stage.tap(SEC, "改期", "7月主题党日")
    await bot.stage.say(SEC, "7月14日 14:30")
    await bot.stage.tap(SEC, "确认改期")
    assert "改期通知" in bot.stage.group.chat.last.text
    assert len(files(bot.stage.group.chat.from_bot)) == 1
