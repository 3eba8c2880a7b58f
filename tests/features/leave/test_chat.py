"""Leave in chat: whole updates in, calls out, through the real Application."""

from collections.abc import AsyncIterator

import pytest

from storage.models.attendance import LeaveRequest
from tests.features.activities.played import count, jump, play, private
from tests.world import World, world


@pytest.fixture
async def bot(chat_url: str) -> AsyncIterator[World]:
    async with world(chat_url, "2023-07-04 09:00") as there:
        yield there


async def test_the_own_leave_is_cancelled_by_word(bot: World) -> None:
    await play(bot, "2023-07-04 17:00")
    await bot.stage.say("甲五", "取消请假")
    assert "已取消请假" in bot.stage.people["甲五"].chat.last.text
    assert count(bot, LeaveRequest, LeaveRequest.withdrawn_at.is_(None)) == 2
    await bot.stage.say("甲五", "取消请假")
    assert bot.stage.people["甲五"].chat.last.text == "您没有可取消的请假。"


async def test_leave_approved_after_the_start_is_marked(bot: World) -> None:
    """D20a: 补批."""
    await play(bot, "2023-07-04 09:40")
    for name in ("丙四", "丙五"):
        await bot.stage.say(name, "事假")
    for name, when, mark in (("丙四", "2023-07-07 14:00", ""), ("丙五", "2023-07-07 14:31", "（补批）")):
        await jump(bot, when)
        await bot.stage.tap("甲二", "批准", f"{name}同志请假（")
        assert f"已批准{name}同志请假（事假）：7月主题党日{mark}。" in private(bot, "甲二")
