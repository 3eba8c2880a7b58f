"""清单 and 请其办理 in chat: whole updates in, calls out, through the real Application."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest

from bot.features.register import service
from bot.features.register.kinds.lists import PRACTICAL_PROJECT
from bot.features.register.values import Owner
from bot.kit.doors import AskOwner
from bot.playground.chats import Message
from storage.models.organisation import Organisation
from tests.features.register.test_chat import draw_up
from tests.world import World, world

SEC, ORG, GL, MEMBER = "甲一", "甲二", "甲三", "丙四"
ITEM = "整改清单（甲支部 半年检查）第{}项“记录不全{}”"


@pytest.fixture
async def bot(chat_url: str) -> AsyncIterator[World]:
    async with world(chat_url, "2023-08-11 10:00") as there:
        yield there


def last(bot: World, name: str) -> Message:
    return bot.stage.people[name].chat.last


def said(bot: World, name: str) -> str:
    return last(bot, name).text


def got(bot: World, name: str) -> list[str]:
    return [one.text for one in bot.stage.people[name].chat.from_bot if one.text.startswith(f"{name}同志，")]


async def listed(bot: World, *dues: str, owner: str) -> None:
    """A list that was issued, with an item for each of these days."""
    with bot.storage.transaction() as session:
        branch = session.get_one(Organisation, bot.cast.branch_id)
        branch.settings = {**branch.settings, "peer_orgs": ["甲支部"]}
    await draw_up(bot, *dues, owner=owner)


async def settle(bot: World) -> None:
    """The first item, by who keeps the list."""
    await bot.stage.say(ORG, "清单")
    await bot.stage.tap(ORG, "打开第1项", "【清单】")
    await bot.stage.tap(ORG, "完成整改", "【整改清单】")
    await bot.stage.say(ORG, "8月11日")
    await bot.stage.say(ORG, "记录已补齐")
    await bot.stage.tap(ORG, "确认完成整改")


def asks(page: Message) -> list[str]:
    """The data of its buttons that ask somebody."""
    return [one.data for row in page.buttons for one in row if one.data.startswith(f"{AskOwner.prefix}:")]


async def test_what_is_open_is_listed_by_owner_and_each_opens(bot: World) -> None:
    await listed(bot, "8月11日", "8月18日", "8月30日", owner="甲五 甲四 丙四")
    await bot.stage.at("2023-08-14 10:00")
    await bot.stage.say(SEC, "清单")
    assert said(bot, SEC) == "\n".join(
        [
            "【清单】未办结3项，已逾期1项，7日内到期1项",
            "已逾期1项：",
            "甲五：",
            f"1. {ITEM.format(1, 0)}，期限8月11日",
            "7日内到期1项：",
            "甲四：",
            f"2. {ITEM.format(2, 1)}，期限8月18日",
            "其他未办结1项：",
            "丙四：",
            f"3. {ITEM.format(3, 2)}，期限8月30日",
        ]
    )
    await bot.stage.tap(SEC, "打开第2项", "【清单】")
    assert "问题：记录不全1" in said(bot, SEC)
    await bot.stage.say(GL, "到期")
    assert (said(bot, GL).count("甲五："), "丙四" in said(bot, GL)) == (1, False)
    await bot.stage.say(MEMBER, "清单")
    assert "您没有办理此事的权限" in said(bot, MEMBER)


async def test_eight_on_a_page(bot: World) -> None:
    await listed(bot, *(["8月18日"] * 9), owner="甲五")
    await bot.stage.say(SEC, "清单")
    assert said(bot, SEC).startswith("【清单】未办结9项，7日内到期9项，第1页，共2页\n7日内到期9项：\n甲五：\n1. ")
    await bot.stage.tap(SEC, "下一页", "【清单】")
    assert f"\n甲五：\n9. {ITEM.format(9, 8)}" in said(bot, SEC)


async def test_nothing_open_is_said(bot: World) -> None:
    await bot.stage.say(SEC, "清单")
    assert said(bot, SEC) == "【清单】有期限的事项已全部办结。"


async def test_whose_it_is_is_asked_once_a_day_and_then_with_the_next_nudge(bot: World) -> None:
    """The 11th is a Friday: what is asked for a second time goes on Monday, with all that is owed then."""
    await listed(bot, "8月30日", "8月31日", owner="甲五")
    await bot.stage.say(SEC, "清单")
    tap = await bot.stage.tap(SEC, "请其办理第2项", "【清单】")
    assert tap.toast == "正在提醒甲五同志办理。"
    assert got(bot, "甲五") == [
        f"甲五同志，请您办理第1项。您有2项待办：\n1. {ITEM.format(2, 1)}：请于8月31日（含）前整改。\n"
        f"2. {ITEM.format(1, 0)}：请于8月30日（含）前整改。"
    ]
    assert last(bot, "甲五").labels == ["更新第1项", "更新第2项", "稍后提醒"]
    for _ in range(2):
        tap = await bot.stage.tap(SEC, "请其办理第1项", "【清单】")
        assert tap.toast == "这位同志今天已提醒过，将于8月14日（周一）一并提醒。"
    await bot.stage.at("2023-08-13 20:00")
    assert len(got(bot, "甲五")) == 1
    await bot.stage.at("2023-08-14 09:05")
    assert [one.partition("\n")[0] for one in got(bot, "甲五")[1:]] == ["甲五同志，请您办理第1项。您有2项待办："]


async def test_outside_the_hours_it_is_asked_first_and_goes_at_nine(bot: World) -> None:
    await listed(bot, "8月30日", owner="甲五")
    await bot.stage.at("2023-08-12 11:00")
    await bot.stage.say(SEC, "清单")
    await bot.stage.tap(SEC, "请其办理第1项", "【清单】")
    assert (said(bot, SEC), last(bot, SEC).labels) == ("将于8月14日（周一）09:00提醒。", ["确认提醒", "不提醒"])
    await bot.stage.tap(SEC, "不提醒")
    assert said(bot, SEC) == "未提醒。"
    await bot.stage.tap(SEC, "请其办理第1项", "【清单】")
    await bot.stage.tap(SEC, "确认提醒", "将于")
    assert said(bot, SEC) == "将于8月14日（周一）09:00提醒甲五同志办理。"
    assert got(bot, "甲五") == []
    await bot.stage.at("2023-08-14 09:05")
    assert got(bot, "甲五") == [f"甲五同志，请您办理：\n1. {ITEM.format(1, 0)}：请于8月30日（含）前整改。"]


async def test_what_was_settled_in_between_asks_nobody(bot: World) -> None:
    await listed(bot, "8月30日", owner="甲五")
    await bot.stage.at("2023-08-12 11:00")
    await bot.stage.say(SEC, "清单")
    await bot.stage.tap(SEC, "请其办理第1项", "【清单】")
    await bot.stage.tap(SEC, "确认提醒", "将于")
    await settle(bot)
    await bot.stage.at("2023-08-14 09:05")
    assert got(bot, "甲五") == []
    page = next(one for one in reversed(bot.stage.people[SEC].chat.from_bot) if one.text.startswith("【清单】"))
    tap = await bot.stage.people[SEC].tap_data(page, next(iter(asks(page))))
    await bot.clock.settle()
    assert tap.toast == "这一项已办结，无需提醒。"


async def test_a_leader_asks_nobody_of_another_group(bot: World) -> None:
    await listed(bot, "8月30日", owner="丙四")
    await bot.stage.say(SEC, "清单")
    data = next(iter(asks(last(bot, SEC))))
    assert AskOwner.unpack(data).person_id == bot.cast["丙四"]
    await bot.stage.say(GL, "我的待办")
    tap = await bot.stage.people[GL].tap_data(last(bot, GL), data)
    await bot.clock.settle()
    assert (tap.toast, got(bot, "丙四")) == ("这一项已办结，无需提醒。", [])


async def test_on_the_day_of_the_digest_whose_a_project_is_is_asked_how_far_it_has_come(bot: World) -> None:
    """By the nudge of that morning; once the keeper has recorded something it is owed no more."""
    then = datetime.fromisoformat("2023-07-11T10:00:00+08:00")
    with bot.storage.transaction() as session:
        me = bot.cast.me(session, SEC, then.date())
        owner = Owner(id=bot.cast["甲五"])
        values = {"title": "延时服务", "since": "2023-07-11", "owner": owner}
        service.record(session, me, PRACTICAL_PROJECT, values, then, then.tzinfo or UTC)
    await bot.stage.at("2023-08-25 08:50")
    assert got(bot, "甲五") == []
    await bot.stage.at("2023-08-25 09:05")
    assert got(bot, "甲五") == ["甲五同志，您有1项待办：\n1. 办实事项目《延时服务》：请于8月31日（含）前更新本月进展。"]
    await bot.stage.tap("甲五", "更新第1项")
    await bot.stage.tap("甲五", "报告进展", "【办实事项目】")
    await bot.stage.say("甲五", "已开课")
    assert said(bot, ORG) == "甲五同志报告进展：办实事项目《延时服务》\n已开课"
    await bot.stage.say(ORG, "办实事项目清单")
    await bot.stage.tap(ORG, "打开第1条", "【办实事项目清单】")
    await bot.stage.tap(ORG, "开始推进", "【办实事项目】")
    await bot.stage.say(ORG, "8月25日")
    await bot.stage.tap(ORG, "确认开始推进")
    await bot.stage.say("甲五", "我的待办")
    assert said(bot, "甲五") == "您的事项已全部完成。"


async def test_the_digest_says_what_of_the_register_is_overdue_and_due_within_the_week_and_whose(bot: World) -> None:
    """One was due on the 18th, one is on the 28th, and one later."""
    await listed(bot, "8月18日", "8月28日", "9月20日", owner="甲五")
    await bot.stage.at("2023-08-25 10:00")
    [told] = [one.text for one in bot.stage.people[SEC].chat.from_bot if one.text.startswith("【25日摘要】")]
    near = [f"甲五：{ITEM.format(1, 0)}，期限8月18日，已逾期。", f"甲五：{ITEM.format(2, 1)}，期限8月28日。"]
    *_, first, second, third, norms, theme = told.splitlines()
    assert [first, second, third, theme] == ["清单：逾期1项，7日内到期1项。", *near, "下月主题：未录入。"]
    assert norms.startswith("规范检查：")
    await bot.stage.tap(SEC, "清单", "【25日摘要】")
    assert "已逾期" in last(bot, SEC).text
