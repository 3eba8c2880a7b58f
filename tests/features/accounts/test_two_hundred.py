"""Two hundred people: one file, one printed sheet, all of them at the door at once, all bound."""

import io
import re
from datetime import datetime

import openpyxl
import pytest
from sqlalchemy import func, select

from bot.features.accounts import service
from bot.playground.chats import Message
from storage.engine import Storage
from storage.models.audit import Audit
from storage.models.invite import Invite
from storage.models.person import Person
from tests.cast import FIRST_ACCOUNT, Cast
from tests.world import SHANGHAI, World, alive

NOW = datetime.fromisoformat("2023-07-03 09:00").replace(tzinfo=SHANGHAI)
PEOPLE = 200
SECRETARY = "甲"


def ledger() -> bytes:
    """The roster as the secretary keeps it, the secretary on it under the full name."""
    book = openpyxl.Workbook()
    book.active.append(["大支部党员名册"])
    book.active.append(["序号", "姓 名", "所在党小组", "党内任职", "级别", "入党时间"])
    book.active.append([1, "书记甲", "第1党小组", "书记", "正科", "一九九〇年五月"])
    for number in range(2, PEOPLE + 1):
        name = f"党员{chr(0x4E00 + number)}"
        book.active.append([number, name, f"第{number % 9 + 1}党小组", "无", "科员", "2010年7月1号"])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def last(bot: World) -> Message:
    message: Message = bot.stage.people[SECRETARY].chat.from_bot[-1]
    return message


@pytest.mark.long
async def test_from_the_first_link_to_all_bound(sqlite_url: str) -> None:
    """An empty branch: its secretary comes by a link, sends the file, confirms, prints; everybody scans the slip."""
    storage = Storage(sqlite_url)
    with storage.transaction() as session:
        branch_id = service.add_branch(session, "大支部", None, NOW)
        code = service.make_secretary_invite(session, branch_id, NOW)
    async with alive(storage, Cast(branch_id, {SECRETARY: 0}, {}), NOW) as bot:
        secretary = bot.stage.people[SECRETARY]
        await secretary.start(f"s_{code}")
        await bot.stage.say(SECRETARY, "导入名册")
        await secretary.upload_document("名册.xlsx", ledger())
        await bot.clock.settle()
        assert last(bot).text.startswith(f"【导入名册】文件共{PEOPLE}人：新增{PEOPLE}人。")
        await bot.stage.tap(SECRETARY, "确认导入", "文件共200人")
        await bot.stage.say(SECRETARY, "谁还没绑定")
        assert f"共{PEOPLE}人，已绑定1人，未绑定{PEOPLE - 1}人" in last(bot).text
        await bot.stage.tap(SECRETARY, "打印邀请单")
        assert "未绑定199人，共17页" in last(bot).text
        await bot.stage.tap(SECRETARY, "确认打印")
        codes = set(re.findall(rb"start=(i_[\w-]{22})", last(bot).document or b""))
        assert len(codes) == PEOPLE - 1
        players = [bot.playground.person(5000 + number, "手机") for number in range(PEOPLE - 1)]
        for player, slip in zip(players, codes, strict=True):
            await player.start(slip.decode())
        await bot.clock.settle()
        assert all("您已绑定支部小助手，所在支部：大支部" in player.chat.last.text for player in players)
        await bot.stage.say(SECRETARY, "谁还没绑定")
        assert f"共{PEOPLE}人，均已绑定" in last(bot).text
        with storage.reading() as session:
            used = select(func.count()).where(Invite.used_at.is_not(None), Invite.kind == "person")
            assert session.scalar(used) == PEOPLE - 1
            accounts = set(session.scalars(select(Person.telegram_id).where(Person.telegram_id.is_not(None))))
            assert accounts == {FIRST_ACCOUNT, *(player.id for player in players)}
            added = select(func.count()).where(Audit.action == "person_added", Audit.via == "chat")
            assert session.scalar(added) == PEOPLE
    await storage.close()
