"""Two sides of one roll in chat: what an officer has entered, told to who signs in; two officers at once; who came."""

from collections.abc import AsyncIterator

import pytest

from bot.playground import story
from storage.models.attendance import Attendance
from tests.features.activities.played import count, jump, play
from tests.world import World, world

JULY = story.JULY
HEAD = f"【点名】{JULY}，7月7日（周五）"
LIVE = Attendance.withdrawn_at.is_(None)
ABSENT = "您的考勤已由组织委员登记为缺席，如有出入请联系组织委员。"
PRESENT = "您的考勤已由组织委员登记为到会，如有出入请联系组织委员。"


@pytest.fixture
async def bot(chat_url: str) -> AsyncIterator[World]:
    async with world(chat_url, "2023-07-04 09:00") as there:
        await play(there, "2023-07-04 09:40")
        yield there


def last(bot: World, name: str) -> str:
    return bot.stage.people[name].chat.last.text


def labels(bot: World, name: str) -> list[str]:
    return bot.stage.people[name].chat.last.labels


async def mark(bot: World, name: str, what: str) -> None:
    """补登 by the organization officer."""
    for label in ("补登", "其他情况", name, what):
        await bot.stage.tap("甲二", label, JULY)


async def test_what_an_officer_has_entered_is_said_as_it_stands(bot: World) -> None:
    await jump(bot, "2023-07-07 14:31")
    for name, what, said in (("甲六", "缺席", ABSENT), ("甲七", "到会", PRESENT)):
        await mark(bot, name, what)
        tap = await bot.stage.tap(name, "签到", JULY, bot.stage.group.chat)
        assert tap.toast == said
        await bot.stage.say(name, "签到")
        assert (last(bot, name), labels(bot, name)) == (f"{JULY}：{said}", [])
    assert count(bot, Attendance) == 2


@pytest.mark.parametrize(("name", "said"), [("甲五", ABSENT), ("甲六", PRESENT), ("甲一", PRESENT)])
async def test_what_the_roll_has_entered_too(bot: World, name: str, said: str) -> None:
    await jump(bot, "2023-07-07 14:31")
    await bot.stage.say("甲二", "全部到会，除甲五")
    await bot.stage.tap("甲二", "确认登记", HEAD)
    await bot.stage.say(name, "签到")
    assert (last(bot, name), labels(bot, name)) == (f"{JULY}：{said}", [])


async def test_the_own_sign_in_stays_as_it_is(bot: World) -> None:
    await jump(bot, "2023-07-07 14:31")
    await bot.stage.say("甲六", "签到")
    await bot.stage.say("甲六", "签到")
    assert (last(bot, "甲六"), labels(bot, "甲六")) == (f"{JULY}：您已于14:31签到，无需再点。", ["撤销"])
