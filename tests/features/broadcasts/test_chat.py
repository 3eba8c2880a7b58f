"""Stopping, correcting and trying what goes to many, in chat: whole updates in, calls out, through the Application."""

from collections.abc import AsyncIterator
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from bot.kit.broadcasts import Correct, DecideCorrection, Draft, Stop, Sure
from bot.playground import story
from bot.playground.chats import Message
from scheduler import broadcasts
from storage.choices import OutboxState
from storage.models.audit import Audit
from storage.models.notice import Notice, Receipt
from storage.models.organisation import Organisation
from storage.models.outbox import Card, Outbox
from storage.models.person import Person, RosterSpan
from tests.world import SHANGHAI, World, begun, world

NOW = datetime(2023, 7, 4, 9, tzinfo=SHANGHAI)
NOTICE = "【通知】"
MORE = 275


@pytest.fixture
async def bot(sqlite_url: str) -> AsyncIterator[World]:
    """No group is tied: a notice goes to each privately."""
    async with world(sqlite_url, "2023-07-04 09:00", tied=False) as there:
        yield there


def count(bot: World, table: type, *where: object) -> int:
    with bot.storage.reading() as session:
        return session.scalar(select(func.count()).select_from(table).where(*where)) or 0


def received(bot: World, name: str) -> list[Message]:
    return [each for each in bot.stage.people[name].chat.from_bot if each.text.startswith(NOTICE)]


async def send(bot: World, text: str) -> None:
    await bot.stage.say("甲一", "发通知")
    await bot.stage.say("甲一", text)
    await bot.stage.tap("甲一", "发送", text)


async def test_a_notice_is_corrected_after_it_was_sent(bot: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The message of each is edited, slice by slice, and nothing new is said; who had tapped 收到 keeps it."""
    monkeypatch.setattr(broadcasts, "SLICE", 10)
    await send(bot, "请于周五交材枓")
    desk = bot.stage.people["甲一"].chat.find("未回复")
    assert "已送达25份（应发25份）" in desk.text
    assert not any("发送进度" in each.text for each in bot.stage.people["甲一"].chat.from_bot)
    await bot.stage.tap("甲七", "收到", NOTICE)
    said = {name: len(bot.stage.people[name].chat.from_bot) for name in story.EVERYBODY}
    await bot.stage.tap("甲一", "修改已发内容", "未回复")
    assert "请于周五交材枓" in bot.stage.people["甲一"].chat.last.text
    await bot.stage.say("甲一", "请于周五交材料")
    assert bot.stage.people["甲一"].chat.last.text.startswith("【预览】\n【通知】请于周五交材料\n请于")
    assert count(bot, Outbox, Outbox.edits_id.is_not(None)) == 0
    await bot.stage.tap("甲一", "确认修改", "【预览】")
    await bot.app.corrector.catch_up()
    await bot.clock.settle()
    for name in story.EVERYBODY:
        (notice,) = [each for each in received(bot, name) if "请于7月" in each.text and "未回复" not in each.text]
        assert notice.text.startswith("【通知】请于周五交材料\n请于7月5日"), name
        assert ("您已回复“收到”。" in notice.text) is (name == "甲七")
        assert notice.labels == (["撤销"] if name == "甲七" else ["收到"])
        assert name == "甲一" or len(bot.stage.people[name].chat.from_bot) == said[name]
    assert "7月4日（周二）09:00已修改。" in desk.text
    assert "请于周五交材料" in desk.text
    with bot.storage.reading() as session:
        noted = session.scalars(select(Audit).where(Audit.action == "correct")).one()
    before, after = noted.details["changes"]["text"]
    assert (noted.subject, noted.details["number"], before["length"], after["length"]) == ("notice", 1, 7, 7)
    assert before["hash"] != after["hash"]
    assert "材料" not in str(noted.details)


async def test_the_card_in_the_group_is_corrected_with_its_count(sqlite_url: str) -> None:
    async with world(sqlite_url, "2023-07-04 09:00") as bot:
        group = bot.stage.group.chat
        await send(bot, "请报送材枓")
        await bot.stage.tap("甲七", "收到", NOTICE, group)
        desk = bot.stage.people["甲一"].chat.find("未回复")
        assert "已送达" not in desk.text
        await bot.stage.tap("甲一", "修改已发内容", "未回复")
        await bot.stage.say("甲一", "请报送材料")
        await bot.stage.tap("甲一", "确认修改", "【预览】")
        (card,) = group.from_bot
        assert card.text.startswith("【通知】请报送材料\n请于7月5日")
        assert card.text.endswith("已收到1人（应回复25人）")
        assert card.labels == ["收到"]
        assert "已修改" in desk.text


async def test_stopped_half_way(bot: World) -> None:
    """300 people: a card of the progress for who started it; stopped after some seconds, the rest never hears it."""
    people = join(bot, MORE)
    author = bot.stage.people["甲一"]
    await bot.stage.say("甲一", "发通知")
    await bot.stage.say("甲一", "请报送材料")
    await author.tap(author.chat.last, "发送")
    await bot.clock.settle(timedelta(seconds=4))
    card = author.chat.find("【发送进度】")
    first = card.text
    await bot.clock.settle(timedelta(seconds=3))
    assert card.text != first
    heard = sum(bool(phone.chat.from_bot) for phone in people)
    assert 0 < heard < MORE
    assert card.labels == ["停止发送", "修改已发内容"]
    assert "份（应发300份），预计还需" in card.text
    assert not card.text.startswith("【发送进度】【通知】请报送材料\n已送达0份（")
    await author.tap(card, "停止发送")
    await bot.clock.settle(timedelta(seconds=1))
    asked = author.chat.find("确认停止发送吗？")
    assert asked.labels == ["确认停止", "不停止"]
    await author.tap(asked, "确认停止")
    await bot.clock.settle()
    sent = count(bot, Outbox, Outbox.batch == "notice:1", Outbox.state == OutboxState.SENT)
    stopped = count(bot, Outbox, Outbox.batch == "notice:1", Outbox.reason == "stopped")
    assert heard < sent < 300
    assert sent + stopped == 300
    assert f"已停止发送，{stopped}份没有发送。" in asked.text
    assert card.text == f"【发送进度】【通知】请报送材料\n已送达{sent}份（应发300份），已停止{stopped}份。"
    assert card.labels == ["继续发送", "修改已发内容"]
    assert count(bot, Card, Card.kind == "progress.notice", Card.open) == 0
    await bot.stage.at("2023-07-04 09:30")
    assert count(bot, Outbox, Outbox.batch == "notice:1", Outbox.state == OutboxState.SENT) == sent
    tap = await author.tap(asked, "继续发送")
    await bot.clock.settle()
    assert tap.toast == f"已继续发送，还有{stopped}份。"
    await bot.stage.at("2023-07-04 09:31")
    assert count(bot, Outbox, Outbox.batch == "notice:1", Outbox.state == OutboxState.SENT) == 300
    assert card.text == "【发送进度】【通知】请报送材料\n已送达300份（应发300份）。"
    assert all(sum("请报送材料" in each.text for each in phone.chat.from_bot) == 1 for phone in people)
    tap = await author.tap(asked, "继续发送")
    await bot.clock.settle()
    assert tap.toast == "没有已停止的发送。"


def join(bot: World, many: int) -> list[Any]:
    """More people on the roster, bound, with the bot opened."""
    with bot.storage.transaction() as session:
        for number in range(many):
            person = Person(
                branch_id=bot.cast.branch_id, name=f"群众{number}", telegram_id=50_000 + number, created_at=NOW
            )
            session.add(person)
            session.flush()
            session.add(RosterSpan(person_id=person.id, branch_id=bot.cast.branch_id, from_on=date(2023, 1, 1)))
    phones = [bot.playground.person(50_000 + number, f"群众{number}") for number in range(many)]
    for phone in phones:
        phone.chat.opened = True
    return phones


async def test_tried_on_oneself_before_it_goes(bot: World) -> None:
    """Marked 【预览】, with buttons that say that they do nothing; nobody else hears of it."""
    author = bot.stage.people["甲一"]
    await bot.stage.say("甲一", "发通知")
    await bot.stage.say("甲一", "请报送材料")
    await bot.stage.tap("甲一", "预览", "请报送材料")
    tried = author.chat.last
    assert tried.text == "【预览】\n【通知】请报送材料\n请于7月5日（周三）12:00前点“收到”。"
    assert tried.labels == ["收到"]
    assert (await bot.stage.tap("甲一", "收到", "【预览】")).toast == "这是预览，按钮在正式发送后才有效。"
    assert (count(bot, Notice), count(bot, Receipt), len(received(bot, "甲七"))) == (0, 0, 0)


async def test_only_those_who_may_make_it_stop_or_correct_it(bot: World) -> None:
    """A forged button of a member, and a notice of another branch."""
    await send(bot, "请报送材料")
    with bot.storage.transaction() as session:
        other = Organisation(kind="branch", name="另一党支部", created_at=NOW)
        session.add(other)
        session.flush()
        session.add(Notice(branch_id=other.id, text="x", reply_by=NOW, created_by_id=bot.cast["甲一"], created_at=NOW))
    member, author = bot.stage.people["甲七"], bot.stage.people["甲一"]
    taps = [
        await member.tap_data(member.chat.last, Correct("notice", 1).pack()),
        await member.tap_data(member.chat.last, Stop("notice", 1, Sure.YES).pack()),
        await author.tap_data(author.chat.last, Correct("notice", 2).pack()),
        await author.tap_data(author.chat.last, Stop("nothing", 1, Sure.YES).pack()),
        await author.tap_data(author.chat.last, Stop("notice", 1, Sure.ASK).pack()),
    ]
    await bot.clock.settle()
    assert [tap.toast for tap in taps] == [
        "您没有办理此事的权限。如需办理，请联系支部书记。",
        "您没有办理此事的权限。如需办理，请联系支部书记。",
        "没有找到这项内容。",
        "没有找到这项内容。",
        "已全部发送，没有可以停止的内容。",
    ]


async def test_a_correction_that_was_left_is_gone_on_with(bot: World) -> None:
    """修改已发内容 offers it again for the same notice; 上一步 leads to the text, 取消 drops it."""
    await send(bot, "请报送材枓")
    chat = bot.stage.people["甲一"].chat
    await bot.stage.tap("甲一", "修改已发内容", "未回复")
    assert chat.last.labels == ["取消"]
    await bot.stage.say("甲一", "请报送材枓")
    assert chat.last.text == "内容没有变化。"
    await bot.stage.say("甲一", "请报送材料")
    assert chat.last.text.endswith("（已送达的25份将改成这样。核对无误请点“确认修改”。）")
    assert chat.last.labels == ["修改", "确认修改", "上一步", "取消"]
    await bot.stage.say("甲一", "建活动")
    await bot.stage.tap("甲一", "修改已发内容", "未回复")
    assert chat.last.labels == ["继续填写", "重新填写", "取消"]
    await bot.stage.tap("甲一", "继续填写", "还没有完成")
    await bot.stage.tap("甲一", "上一步", "【预览】")
    assert chat.last.text == "请报送材料\n\n（尚未修改。请重新发送修改后的全文。）"
    await bot.stage.tap("甲一", "取消", "尚未修改")
    assert chat.last.text == "已取消，已发内容未修改。"
    await bot.stage.tap("甲一", "修改已发内容", "未回复")
    assert chat.last.text == "现在的内容：\n请报送材枓\n\n请发送修改后的全文。"


async def test_a_correction_begun_before_forms_is_gone_on_with(bot: World) -> None:
    """Its dialog and the buttons under its preview, as the version before left them."""
    await send(bot, "请报送材枓")
    author = bot.stage.people["甲一"]
    asked = begun(bot, "甲一", "broadcast.text", kind="notice", subject=1, text="请报送材料")
    await author.tap_data(author.chat.last, DecideCorrection(asked, Draft.CHANGE).pack())
    await bot.clock.settle()
    assert author.chat.last.text.startswith("请报送材料\n\n（尚未修改。")
    begun(bot, "甲一", "broadcast.text", kind="notice", subject=1, text="请报送材料")
    await author.tap_data(author.chat.last, DecideCorrection(asked + 1, Draft.SEND).pack())
    await bot.clock.settle()
    with bot.storage.reading() as session:
        assert session.scalars(select(Notice.text)).one() == "请报送材料"
