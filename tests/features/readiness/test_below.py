"""准备情况 of a superior committee in chat: branches at any depth, in counts; one of them; one tap that asks."""

from collections.abc import AsyncIterator
from datetime import datetime

import pytest

from bot.features.readiness.below import overview
from bot.features.readiness.buttons import OpenReadyBelow, ShowReadyBelow
from bot.features.readiness.feature import sources_of
from bot.features.registry import FEATURES
from bot.features.tally.committee import NO_SUCH
from bot.kit.access import NO_RIGHT
from bot.kit.buttons import Button
from bot.kit.doors import ShowReady
from scheduler.calendar.days import Quarter
from storage.audience import Me
from storage.choices import Duty
from storage.engine import Storage
from tests.features.closes.test_below import above_all, closed
from tests.world import SHANGHAI, World, alive, prepare

NOW = datetime(2023, 10, 9, 10, tzinfo=SHANGHAI)
Q3 = Quarter(2023, 3)
OFFICER, OTHER, SEC = "上级干部", "别处干部", "甲一"


@pytest.fixture
async def bot(sqlite_url: str) -> AsyncIterator[tuple[World, dict[str, int]]]:
    storage = Storage(sqlite_url)
    cast = prepare(storage, NOW)
    with storage.transaction() as session:
        ids = above_all(session, cast.branch_id, cast[SEC])
    try:
        async with alive(storage, cast, NOW) as there:
            for account, name in ((3001, OFFICER), (3002, OTHER)):
                there.stage.people[name] = there.playground.person(account, name)
                there.stage.people[name].chat.opened = True
            yield there, ids
    finally:
        await storage.close()


def said(bot: World, name: str) -> str:
    return bot.stage.people[name].chat.last.text


async def test_the_branches_below_one_of_them_and_its_secretary(bot: tuple[World, dict[str, int]]) -> None:
    here, ids = bot
    await here.stage.say(OFFICER, "准备情况")
    lines = said(here, OFFICER).splitlines()
    assert lines[:2] == ["【准备情况】2023年第三季度", "共2个党支部，未定稿2个："]
    assert lines[2].startswith("1. 示范党支部（书记甲一）：未完成")
    assert lines[2].endswith("项，最早的自7月1日起。")
    await here.stage.tap(OFFICER, "第1项")
    page = said(here, OFFICER)
    assert page.startswith("【准备情况】2023年第三季度 示范党支部（书记甲一）")
    assert "组织建设 月度资料：" in page
    # Of its people nobody but the secretary is named.
    assert not [name for name in here.cast.people if name in page and name != SEC]
    asked = await here.stage.tap(OFFICER, "提醒书记")
    assert asked.toast == "正在提醒示范党支部书记甲一同志。"
    assert "贵支部第三季度数据尚未定稿" in said(here, SEC)
    again = await here.stage.tap(OFFICER, "提醒书记")
    assert "今天已提醒过" in (again.toast or "")
    for one in ("own", "second"):
        closed(here, ids[one])
    await here.stage.tap(OFFICER, "准备情况")
    assert said(here, OFFICER) == "【准备情况】2023年第三季度\n2个党支部均已定稿。"


async def test_nobody_sees_what_is_not_below(bot: tuple[World, dict[str, int]]) -> None:
    here, ids = bot
    await here.stage.say(OTHER, "准备情况")
    assert "示范党支部" not in said(here, OTHER)
    opens = OpenReadyBelow("20233", ids["own"], 0)
    assert await tapped(here, OTHER, opens) == NO_SUCH
    no_branch_of_theirs = await tapped(here, OTHER, ShowReady("20233", 0))
    assert (
        no_branch_of_theirs
        == "您没有办理此事的权限。您在上级党组织查看各党支部的数据，请点“季度数据”、“准备情况”或“未定稿支部”。"
    )
    for code in ("2023", "20244", "20230101-20230701"):
        assert await tapped(here, OTHER, ShowReadyBelow(code, 0)) == "没有这个季度的数据。"
    await here.stage.say("甲二", "准备情况")
    assert await tapped(here, "甲二", opens) == NO_RIGHT


async def tapped(bot: World, name: str, button: Button) -> str:
    """What is heard of a button that nobody was shown."""
    person = bot.stage.people[name]
    tap = await person.tap_data(person.chat.last, button.pack())
    await bot.clock.settle()
    return tap.toast or ""


def test_pages_hold_eight_and_count_only_what_they_show(storage: Storage) -> None:
    cast = prepare(storage, NOW)
    sources = sources_of(FEATURES)
    with storage.transaction() as session:
        ids = above_all(session, cast.branch_id, cast[SEC])
        me = Me(0, "", ids["superior"], None, frozenset({Duty.COMMITTEE_OFFICER}), frozenset())
        found = overview(session, sources, me, Q3, NOW, SHANGHAI, 7)
        assert (found.at, found.many, found.branches, len(found.lines)) == (0, 2, 2, 2)
        assert [one.id for one in overview(session, sources, me, Q3, NOW, SHANGHAI, None).lines] == [
            one.id for one in found.lines
        ]
