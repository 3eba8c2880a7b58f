"""Command lists by scope, and the bot's words about itself."""

import pytest

MEMBER = [{"command": "me", "description": "我的记录"}]
SECRETARY = [{"command": "tally", "description": "季度数据"}]


async def test_the_narrowest_scope_is_shown(playground, call):
    await playground.person(1, "甲一").start()
    await call("setMyCommands", commands=MEMBER, scope={"type": "all_private_chats"})
    await call("setMyCommands", commands=SECRETARY, scope='{"type": "chat", "chat_id": 1}')
    assert playground.menus.shown(1, 1, True) == SECRETARY
    assert playground.menus.shown(2, 2, True) == MEMBER
    assert playground.menus.shown(-5, 2, False) == []
    assert (await call("getMyCommands", scope={"type": "chat", "chat_id": 1}))["result"] == SECRETARY
    assert (await call("getMyCommands"))["result"] == []
    await call("deleteMyCommands", scope={"type": "chat", "chat_id": 1})
    assert playground.menus.shown(1, 1, True) == MEMBER


@pytest.mark.parametrize(
    ("params", "words"),
    [
        ({"commands": [{"command": "Tally", "description": "x"}]}, "BOT_COMMAND_INVALID"),
        ({"commands": [{"command": "tally", "description": ""}]}, "BOT_COMMAND_DESCRIPTION_INVALID"),
        ({"commands": MEMBER * 101}, "BOT_COMMANDS_TOO_MUCH"),
        ({"commands": MEMBER, "scope": {"type": "chat", "chat_id": 9}}, "chat not found"),
        ({"commands": MEMBER, "scope": {"type": "moon"}}, "can't parse BotCommandScope: unsupported type specified"),
    ],
)
async def test_what_telegram_refuses(call, params, words):
    assert (await call("setMyCommands", **params))["description"] == f"Bad Request: {words}"


async def test_name_and_descriptions(playground, call):
    assert (await call("getMyName"))["result"] == {"name": "支部小助手"}
    await call("setMyName", name="小助手")
    await call("setMyDescription", description="签到、学习、心得")
    await call("setMyShortDescription", short_description="支部")
    assert (await call("getMyName"))["result"] == {"name": "小助手"}
    assert (await call("getMyDescription"))["result"] == {"description": "签到、学习、心得"}
    assert (await call("getMyShortDescription"))["result"] == {"short_description": "支部"}
    assert (await call("setChatMenuButton"))["result"] is True
    me = (await call("getMe"))["result"]
    assert (me["username"], me["can_read_all_group_messages"]) == (playground.bot.username, False)
