"""Care in chat: whole updates in, calls out, through the real Application."""

import json
import re
from base64 import b64decode
from collections.abc import AsyncIterator
from datetime import date

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from bot.features.roster.service import begin_term
from bot.kit.access import NO_RIGHT
from bot.kit.words import STRANGER
from bot.playground.chats import Message
from storage.audience import Me
from storage.models.audit import Audit
from storage.models.inbox import Inbox
from storage.models.outbox import Outbox, Upload
from storage.models.person import Person, RosterSpan
from tests.features.privacy.filling import where
from tests.world import World, begun, world

TEXT = "不指名的一段体会原文"


@pytest.fixture
async def bot(sqlite_url: str) -> AsyncIterator[World]:
    async with world(sqlite_url, "2023-08-21 09:00") as there:
        yield there


def last(bot: World, name: str) -> Message:
    return bot.stage.people[name].chat.from_bot[-1]


def _files(session: Session) -> list[bytes]:
    """Every file that stands in a row of the outbox."""
    held = (message.get("document", {}).get("base64", "") for message in session.scalars(select(Outbox.message)))
    return [b64decode(each) for each in held]


async def hand_in(bot: World, piece: str = TEXT, file: str = "心得") -> None:
    """A piece of 甲五's that reviewers have been sent."""
    await bot.stage.say("乙二", "布置心得")
    await bot.stage.tap("乙二", "不关联", "请选择心得关联")
    await bot.stage.tap("乙二", "全体党员", "请选择对象")
    for text in ("8月31日", "廉政心得"):
        await bot.stage.say("乙二", text)
    await bot.stage.tap("乙二", "布置", "核对无误")
    await bot.stage.tap("甲五", "交心得", "廉政心得")
    await bot.stage.say("甲五", "第一段")
    # With a file each message goes to the reviewers by itself, without the author's name.
    await bot.stage.people["甲五"].upload_document(file, b"%PDF", piece)
    await bot.clock.settle()
    await bot.stage.tap("甲五", "提交")


async def test_one_s_own_data_come_as_a_page_and_for_programs(bot: World) -> None:
    await hand_in(bot)
    await bot.stage.say("甲五", "我的数据")
    page, data = bot.stage.people["甲五"].chat.from_bot[-2:]
    shown = re.sub(r"<style>.*</style>|<[^>]+>", " ", (page.document or b"").decode())
    assert TEXT in shown
    assert re.findall("[A-Za-z_]{2,}", shown) == []
    assert json.loads(data.document or b"")["tables"]["person"][0]["name"] == "甲五"
    with bot.storage.reading() as session:
        line = session.scalars(select(Audit).where(Audit.action == "export")).one()
        assert (line.actor_id, line.subject_id) == (bot.cast["甲五"], bot.cast["甲五"])
        # A copy of everything about somebody outlives its sending nowhere.
        assert session.scalars(select(Upload)).all() == []
        assert TEXT.encode() not in b"".join(_files(session))
    await bot.stage.say("甲六", "/mydata")
    assert TEXT not in (bot.stage.people["甲六"].chat.from_bot[-2].document or b"").decode()


async def test_every_letter_that_was_written_stays(bot: World) -> None:
    """Rare letters, faces, other writings, in a text and in the name of a file; the page leaves out what hides."""
    text, file = "和戊𠱓、丁\ue863学习 👍🏽 قاسم \u200bA<b>&葛\U000e0101", "心得\U0003158e\ue863.pdf"
    await hand_in(bot, text, file)
    assert bot.stage.people["丙一"].chat.from_bot[-2].text.endswith(text)
    await bot.stage.say("甲五", "我的数据")
    page, data = ((message.document or b"").decode() for message in bot.stage.people["甲五"].chat.from_bot[-2:])
    [part] = [row for row in json.loads(data)["tables"]["reflection_part"] if row["text"] != "第一段"]
    assert (part["text"], part["file_name"]) == (text, file)
    assert "和戊〓、丁䶮学习 👍🏽 قاسم A&lt;b&gt;&amp;葛" in page
    assert "<p>“〓”代替字库以外的字：" in page
    for code in ("U+20C53", "U+3158E"):
        assert page.count(code) == 1
    # Nothing is fetched and nothing runs.
    assert "default-src 'none'; style-src 'unsafe-inline'; font-src data:" in page
    assert re.findall("<script|src=|https?:", page) == []


async def test_a_reviewer_s_own_data_hold_no_text_of_the_author_s(bot: World) -> None:
    await hand_in(bot)
    await bot.stage.say("丙一", "审阅")
    await bot.stage.tap("丙一", "甲五：廉政心得")
    await bot.stage.tap("丙一", "通过", "甲五同志")
    await bot.stage.say("丙一", "我的数据")
    for file in bot.stage.people["丙一"].chat.from_bot[-2:]:
        shown = (file.document or b"").decode()
        assert "【心得审阅】甲五同志：廉政心得" in shown
        assert "（他人心得全文不在此列）" in shown
        assert TEXT not in shown
        assert "第一段" not in shown


async def test_an_erasure_asks_twice_gives_a_receipt_and_leaves_nothing(bot: World) -> None:
    await hand_in(bot)
    # Whoever opens a piece is sent it once more, and what was sent then goes too.
    await bot.stage.say("丙一", "审阅")
    await bot.stage.tap("丙一", "甲五：廉政心得")
    assert TEXT in bot.stage.people["丙一"].chat.from_bot[-2].text
    account = bot.cast.account("甲五")
    await bot.stage.say("甲一", "数据管理")
    await bot.stage.tap("甲一", "注销数据")
    await bot.stage.say("甲一", "甲五")
    first = last(bot, "甲一")
    assert "甲五同志仍在名册上，自今日起移出名册" in first.text
    assert "心得正文和附件2条" in first.text
    await bot.stage.tap("甲一", "继续注销")
    assert (await bot.stage.people["甲一"].tap_data(first, "eg:1")) is not None
    await bot.clock.settle()
    with bot.storage.reading() as session:
        assert session.get_one(Person, bot.cast["甲五"]).name == "甲五"
    await bot.stage.tap("甲一", "确认注销", "再次确认")
    assert last(bot, "甲一").text.startswith(
        f"【注销回执】{bot.cast['甲五']}号\n时间：2023年8月21日（周一）09:00\n办理人：甲一"
    )
    with bot.storage.reading() as session:
        assert {text: where(session, text) for text in (TEXT, "第一段", "甲五", str(account))} == {
            TEXT: set(),
            "第一段": set(),
            "甲五": set(),
            str(account): set(),
        }
    await bot.stage.say("甲五", "签到")
    assert last(bot, "甲五").text == STRANGER


async def test_the_secretary_reads_the_log_and_nobody_else_does(bot: World) -> None:
    await hand_in(bot)
    await bot.stage.tap("丙一", "通过", "甲五同志")
    await bot.stage.say("甲一", "数据管理")
    await bot.stage.tap("甲一", "变更记录")
    shown = bot.stage.people["甲一"].chat.find("【变更记录】")
    assert "甲五：提交心得" in shown.text
    assert "丙一：审阅心得，状态由待审阅改为已通过" in shown.text
    assert "审阅人由空改为丙一" in shown.text
    assert TEXT not in shown.text
    await bot.stage.tap("甲一", "按人员")
    await bot.stage.say("甲一", "乙二")
    assert "乙二：新建心得任务" in last(bot, "甲一").text
    assert "甲五：" not in last(bot, "甲一").text
    await bot.stage.tap("甲一", "按日期")
    await bot.stage.say("甲一", "8月20日")
    assert last(bot, "甲一").text == "【变更记录】8月20日（周日）\n没有记录。"
    for name in ("甲二", "甲五"):
        tap = await bot.stage.people[name].tap_data(last(bot, name), "ch:0:0:")
        await bot.clock.settle()
        assert tap.toast == NO_RIGHT


async def test_the_log_says_what_the_roster_was_before_and_is_now(bot: World) -> None:
    """A change by hand, taken back; a term; a hand-over: each with before and after, and why."""
    await bot.stage.say("甲二", "党员")
    for label, about in (
        ("名册", "【党员】"),
        ("第一党小组", "【名册】"),
        ("甲五", "请点姓名"),
        ("党小组", "【党员】甲五"),
        ("第二党小组", "【党小组】甲五"),
        ("今天", "【党小组】甲五"),
        ("工作调整", "【党小组】甲五"),
        ("撤销", "已登记"),
    ):
        await bot.stage.tap("甲二", label, about)
    await bot.storage.write(
        lambda session: begin_term(session, me_of(session, bot), date(2023, 6, 30), bot.clock.now())
    )
    await bot.stage.say("甲一", "移交书记")
    await bot.stage.tap("甲一", "下一页", "【移交书记职务】")
    await bot.stage.tap("甲一", "丙六", "【移交书记职务】")
    await bot.stage.tap("甲一", "确认移交")
    await bot.stage.say("丙六", "数据管理")
    await bot.stage.tap("丙六", "变更记录")
    hands, term, undone, changed = bot.stage.people["丙六"].chat.find("【变更记录】").text.splitlines()[1:5]
    assert "甲二：变更（甲五），党小组由第一党小组改为第二党小组（自2023年8月21日起）；原因：工作调整" in changed
    assert "甲二：撤销变更（甲五），党小组由第二党小组改为第一党小组（自2023年8月21日起）" in undone
    assert "甲一：登记换届，任期届满日由空改为2026年6月30日" in term
    assert "甲一：移交书记职务，书记由甲一改为丙六；甲一：党内职务“书记”的截止日由空改为2023年8月20日；" in hands
    assert hands.endswith("丙六：新增书记（自2023年8月21日起）；原因：书记移交")


def me_of(session: Session, bot: World) -> Me:
    return bot.cast.me(session, "甲一", date(2023, 8, 21))


async def test_a_period_is_shown_before_it_is_set_and_the_sweeping_before_it_is_done(bot: World) -> None:
    await bot.stage.say("甲五", "第一句")
    await bot.clock.travel(bot.clock.now().replace(month=11))
    await bot.stage.say("甲一", "数据管理")
    await bot.stage.tap("甲一", "保存期限")
    shown = bot.stage.people["甲一"].chat.find("【保存期限】")
    assert "收到的消息原文：30天，待清理1条" in shown.text
    await bot.stage.tap("甲一", "收到的消息")
    await bot.stage.tap("甲一", "1年")
    await bot.stage.tap("甲一", "确认修改", "现在没有需要清理的内容")
    assert "收到的消息原文：1年\n" in shown.text
    await bot.stage.tap("甲一", "收到的消息")
    await bot.stage.tap("甲一", "90天")
    await bot.stage.tap("甲一", "不修改")
    await bot.stage.tap("甲一", "收到的消息")
    await bot.stage.tap("甲一", "30天")
    await bot.stage.tap("甲一", "确认修改", "现有1条已超过新的期限")
    await bot.stage.tap("甲一", "现在清理")
    await bot.stage.tap("甲一", "确认清理", "收到的消息原文：1条")
    with bot.storage.reading() as session:
        assert not any("第一句" in (payload or "") for payload in session.scalars(select(Inbox.payload)))


async def test_a_word_is_refused_from_the_next_message_on_until_it_is_removed(bot: World) -> None:
    await bot.stage.say("甲一", "数据管理")
    await bot.stage.tap("甲一", "禁发词语")
    await bot.stage.tap("甲一", "增加词语")
    await bot.stage.tap("甲一", "取消", "请发送要禁发的词语")
    begun(bot, "甲一", "care.word")
    await bot.stage.say("甲一", "某某 项目")
    await bot.stage.say("甲五", "关于某某项目的体会")
    assert last(bot, "甲五").text == "内容中有支部规定不得发送的词语，未保存，请修改后再发。"
    with bot.storage.reading() as session:
        assert where(session, "的体会") == set()
    await bot.stage.tap("甲一", "删除“某某项目”")
    await bot.stage.say("甲五", "关于某某项目的体会")
    assert last(bot, "甲五").text != "内容中有支部规定不得发送的词语，未保存，请修改后再发。"


async def test_who_has_left_still_gets_the_own_data_and_nothing_else(bot: World) -> None:
    with bot.storage.transaction() as session:
        mine = RosterSpan.person_id == bot.cast["甲五"]
        session.execute(update(RosterSpan).where(mine).values(to_on=date(2023, 8, 1)))
    for word in ("我的数据", "/mydata"):
        await bot.stage.say("甲五", word)
        page = bot.stage.people["甲五"].chat.from_bot[-2]
        assert "甲五" in (page.document or b"").decode()
    for word in ("我的记录", "/me", "帮助", "签到", "数据管理"):
        await bot.stage.say("甲五", word)
        assert last(bot, "甲五").text == "您已转出示范党支部。查看本人数据请点“我的数据”。"
