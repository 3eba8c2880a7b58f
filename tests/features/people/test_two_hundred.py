"""Two hundred people: one import, one printed sheet, all of them at the door at once, all bound."""

import re
from datetime import datetime

from sqlalchemy import func, select, update

from bot.features.people import service
from bot.features.people.rules import RosterRow
from storage.choices import Duty
from storage.engine import Storage
from storage.models.invite import Invite
from storage.models.person import Person
from tests.cast import FIRST_ACCOUNT, Cast
from tests.world import SHANGHAI, alive

NOW = datetime.fromisoformat("2023-07-03 09:00").replace(tzinfo=SHANGHAI)
PEOPLE = 200


async def test_from_the_import_to_all_bound(sqlite_url: str) -> None:
    rows = [RosterRow(name=f"党员{number}", group=f"第{number % 9 + 1}党小组") for number in range(1, PEOPLE)]
    rows.insert(0, RosterRow(name="书记甲", group="第1党小组", duties=(Duty.SECRETARY,)))
    storage = Storage(sqlite_url)
    with storage.transaction() as session:
        branch_id = service.add_branch(session, "大支部", None, NOW)
        assert service.import_roster(session, branch_id, rows, now=NOW, since=NOW.date()).added == PEOPLE
        secretary = session.scalars(select(Person.id).where(Person.name == "书记甲")).one()
        bound = {"telegram_id": FIRST_ACCOUNT, "bound_at": NOW}
        session.execute(update(Person).where(Person.id == secretary).values(**bound))
    async with alive(storage, Cast(branch_id, {"书记甲": secretary}, {}), NOW) as bot:
        await bot.stage.say("书记甲", "党员")
        await bot.stage.tap("书记甲", "打印邀请单")
        assert "未绑定199人，共17页" in bot.stage.people["书记甲"].chat.last.text
        await bot.stage.tap("书记甲", "确定打印")
        paper = bot.stage.people["书记甲"].chat.last.document or b""
        codes = re.findall(rb"start=(i_[\w-]{22})", paper)
        assert len(set(codes)) == PEOPLE - 1
        players = [bot.playground.person(5000 + number, "手机") for number in range(PEOPLE - 1)]
        for player, code in zip(players, codes, strict=True):
            await player.start(code.decode())
        await bot.clock.settle()
        assert all("您已加入大支部" in player.chat.last.text for player in players)
        await bot.stage.say("书记甲", "党员")
        assert "共200人，已绑定200人，未绑定0人" in bot.stage.people["书记甲"].chat.last.text
        with storage.reading() as session:
            used = select(func.count()).where(Invite.used_at.is_not(None))
            assert session.scalar(used) == PEOPLE - 1
            accounts = select(func.count(Person.telegram_id.distinct()))
            assert session.scalar(accounts) == PEOPLE
    await storage.close()
