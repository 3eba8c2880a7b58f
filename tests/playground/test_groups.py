"""Groups: privacy mode, members, and the upgrade that changes the id."""

import pytest


@pytest.fixture
def people(playground):
    return [playground.person(number, f"甲{number}") for number in (1, 2, 3)]


async def test_privacy_mode(playground, people, call, updates):
    group = playground.group(-5, "支部群", people)
    leader = people[0]
    await group.say(leader, "大家好")
    await group.say(leader, "/help")
    await group.say(leader, "/help@other_bot")
    assert await updates() == []
    await group.say(leader, f"/help@{playground.bot.username} x")
    await call("sendMessage", chat_id=-5, text="通知")
    await group.say(people[1], "收到", reply_to=group.chat.last)
    await group.say(people[1], "/tally")
    heard = [update["message"] for update in await updates()]
    assert [message["text"] for message in heard] == [f"/help@{playground.bot.username} x", "收到", "/tally"]
    assert heard[1]["reply_to_message"]["text"] == "通知"
    assert heard[1]["chat"]["type"] == "group"


async def test_a_tap_in_a_group(playground, people, call, updates):
    group = playground.group(-5, "支部群", people)
    markup = {"inline_keyboard": [[{"text": "收到", "callback_data": "r:1"}]]}
    await call("sendMessage", chat_id=-5, text="通知", reply_markup=markup)
    await people[2].tap(group.chat.last, "收到")
    query = (await updates())[0]["callback_query"]
    assert (query["from"]["id"], query["message"]["chat"]["id"]) == (3, -5)


async def test_the_bot_is_added_by_a_link_and_removed(playground, people, call, updates):
    group = playground.group(-5, "支部群", people, bot=False)
    answer = await call("sendMessage", chat_id=-5, text="x")
    assert answer["description"] == "Bad Request: chat not found"
    await group.add_bot(people[0], "tie123")
    added, service, start = await updates()
    assert added["my_chat_member"]["new_chat_member"]["status"] == "member"
    assert service["message"]["new_chat_members"][0]["id"] == playground.bot.id
    assert start["message"]["text"] == f"/start@{playground.bot.username} tie123"
    assert (await call("sendMessage", chat_id=-5, text="x"))["ok"]
    await group.remove_bot(people[0])
    change, left = (await updates())[-2:]
    assert change["my_chat_member"]["new_chat_member"]["status"] == "kicked"
    assert left["message"]["left_chat_member"]["id"] == playground.bot.id
    await group.say(people[0], f"/help@{playground.bot.username}")
    assert (await updates())[-1] == left


@pytest.mark.parametrize("kind", ["group", "supergroup"])
async def test_the_words_for_a_group_that_the_bot_is_no_longer_in(playground, people, call, updates, kind):
    group = playground.group(-5 if kind == "group" else -1_000_000_000_005, "支部群", people)
    assert (await call("leaveChat", chat_id=group.id))["result"] is True
    answer = await call("sendMessage", chat_id=group.id, text="x")
    assert (answer["error_code"], answer["description"]) == (
        403,
        f"Forbidden: bot is not a member of the {kind} chat",
    )
    change, left = await updates()
    assert change["my_chat_member"]["from"]["id"] == left["message"]["from"]["id"] == playground.bot.id
    statuses = [change["my_chat_member"][which]["status"] for which in ("old_chat_member", "new_chat_member")]
    assert (statuses, left["message"]["left_chat_member"]["id"]) == (["member", "left"], playground.bot.id)
    await group.add_bot(people[0])
    await group.remove_bot(people[0])
    for method, params in (("sendMessage", {"text": "x"}), ("leaveChat", {})):
        answer = await call(method, chat_id=group.id, **params)
        assert (answer["error_code"], answer["description"]) == (403, f"Forbidden: bot was kicked from the {kind} chat")


async def test_a_group_that_is_deleted(playground, people, call):
    group = playground.group(-5, "支部群", people)
    await group.delete()
    answer = await call("sendMessage", chat_id=-5, text="x")
    assert (answer["error_code"], answer["description"]) == (403, "Forbidden: the group chat was deleted")
    with pytest.raises(ValueError, match="supergroup"):
        await playground.group(-1_000_000_000_005, "支部群", people).delete()


async def test_a_muted_bot_hears_and_may_not_write(playground, people, call, updates):
    group = playground.group(-1_000_000_000_005, "支部群", people)
    await group.mute_bot(people[0])
    await group.say(people[1], f"/help@{playground.bot.username}")
    change, heard = await updates()
    assert change["my_chat_member"]["new_chat_member"]["status"] == "restricted"
    assert heard["message"]["text"].startswith("/help")
    for method, params, what in (
        ("sendMessage", {"text": "x"}, "text messages"),
        ("sendPhoto", {"photo": "x"}, "photos"),
        ("sendAudio", {"audio": "x"}, "music"),
    ):
        answer = await call(method, chat_id=group.id, **params)
        assert answer["description"] == f"Bad Request: not enough rights to send {what} to the chat"
    await group.promote_bot(people[0])
    assert (await call("sendMessage", chat_id=group.id, text="x"))["ok"]


async def test_members_come_and_go(playground, people, call, updates):
    group = playground.group(-5, "支部群", people[:2])
    await updates(allowed_updates=["message", "chat_member", "my_chat_member"])
    await group.add(people[2], by=people[0])
    await group.promote_bot(people[0])
    await group.say(people[0], "管理员什么都听得到")
    await group.remove(people[2])
    kinds = [next(reversed(update)) for update in await updates()]
    assert kinds == ["message", "my_chat_member", "message", "message", "chat_member"]
    assert (await call("getChatMemberCount", chat_id=-5))["result"] == 3
    statuses = [
        (await call("getChatMember", chat_id=-5, user_id=user))["result"]["status"]
        for user in (1, 2, 3, playground.bot.id)
    ]
    assert statuses == ["creator", "member", "left", "administrator"]
    assert len((await call("getChatAdministrators", chat_id=-5))["result"]) == 2
    answer = await call("getChatMember", chat_id=-5, user_id=99)
    assert answer["description"] == "Bad Request: user not found"


async def test_the_upgrade_to_a_supergroup(playground, people, call, updates):
    group = playground.group(-5, "支部群", people)
    sent = (await call("sendMessage", chat_id=-5, text="通知"))["result"]["message_id"]
    new = await group.upgrade_to_supergroup()
    begun, *told = await updates()
    gone, come = [update["message"] for update in told]
    member = begun["my_chat_member"]
    assert (member["chat"]["id"], member["chat"]["type"]) == (new.id, "supergroup")
    assert (member["old_chat_member"]["status"], member["new_chat_member"]["status"]) == ("left", "member")
    assert (gone["chat"]["id"], gone["migrate_to_chat_id"]) == (-5, new.id)
    assert (come["chat"]["id"], come["migrate_from_chat_id"]) == (new.id, -5)
    for method, params in (("sendMessage", {"text": "x"}), ("editMessageText", {"text": "x", "message_id": sent})):
        answer = await call(method, chat_id=-5, **params)
        assert answer["description"] == "Bad Request: group chat was upgraded to a supergroup chat"
        assert answer["parameters"] == {"migrate_to_chat_id": new.id}
    answer = await call("sendMessage", chat_id=group.id, text="x")
    assert answer["result"]["chat"] == {"id": new.id, "type": "supergroup", "title": "支部群"}
    await group.say(people[0], "收到", reply_to=group.chat.last)
    assert (await updates())[-1]["message"]["chat"]["id"] == new.id


async def test_blocking_is_told(playground, people, updates):
    await people[0].start()
    await people[0].block_bot()
    await people[0].block_bot()
    await people[0].unblock_bot()
    changes = [update["my_chat_member"] for update in (await updates())[1:]]
    assert [change["new_chat_member"]["status"] for change in changes] == ["kicked", "member"]
    assert changes[0]["chat"]["type"] == "private"


async def test_files_in_a_group_are_heard_as_replies_only(playground, people, updates):
    group = playground.group(-5, "支部群", people)
    await people[0].upload_document("a.txt", b"a", group=group)
    assert await updates() == []
    assert len(group.chat.messages) == 1


async def test_what_the_bot_knows_of_a_chat(playground, people, call):
    playground.group(-5, "支部群", people)
    await people[0].start()
    assert (await call("getChat", chat_id=-5))["result"]["title"] == "支部群"
    assert (await call("getChat", chat_id=1))["result"]["type"] == "private"
    assert (await call("getChatMember", chat_id=1, user_id=1))["result"]["status"] == "member"
    assert (await call("getChatMemberCount", chat_id=1))["result"] == 2
    assert not (await call("getChatAdministrators", chat_id=1))["ok"]
    assert (await call("leaveChat", chat_id=-5))["result"] is True
    assert (await call("getChat", chat_id=-5))["error_code"] == 403
    assert not (await call("leaveChat", chat_id=1))["ok"]
