"""Whoever is not known gets one polite line for every button, command and word; in a group not even that."""

from collections import defaultdict
from datetime import timedelta

from bot.features.registry import HANDLERS
from bot.kit.handlers import Command, Tap, Word
from bot.kit.words import STRANGER
from tests.rights.branch import Ids
from tests.rights.table import TABLE
from tests.world import world

ONES = Ids(1, defaultdict(lambda: 1), defaultdict(lambda: 1))


async def test_a_stranger_gets_one_polite_line_for_everything(sqlite_url: str) -> None:
    async with world(sqlite_url, "2023-07-07 14:40") as bot:
        stranger = bot.playground.person(777, "路人")
        await stranger.start()
        await bot.clock.settle()
        door = stranger.chat.last
        made = (TABLE[f"tap:{one.button.__name__}"].make for one in HANDLERS if isinstance(one, Tap))
        taps = []
        for number, make in enumerate(one for one in made if one is not None):
            if number % 50 == 49:
                # So many at once would be a flood.
                await bot.clock.travel(bot.clock.now() + timedelta(minutes=2))
            taps.append(await stranger.tap_data(door, make(ONES).pack()))
        await bot.clock.settle()
        assert len(taps) == sum(isinstance(one, Tap) for one in HANDLERS)
        assert {tap.toast for tap in taps} == {STRANGER}
        # So many at once would be a flood.
        await bot.clock.travel(bot.clock.now() + timedelta(minutes=2))
        before = len(stranger.chat.from_bot)
        texts = [f"/{one.name}" for one in HANDLERS if isinstance(one, Command)]
        texts += [one.words[0] for one in HANDLERS if isinstance(one, Word) and one.words]
        for text in texts:
            await stranger.send(text)
        await bot.clock.settle()
        heard = stranger.chat.from_bot[before:]
        assert len(heard) == len(texts)
        assert {message.text for message in heard} == {STRANGER}


async def test_rights_do_not_come_from_telegram(sqlite_url: str) -> None:
    """The admin of the group, an anonymous admin and a channel have no rights by that."""
    async with world(sqlite_url, "2023-07-07 14:40") as bot:
        admin, group = bot.playground.person(777, "群管理员"), bot.stage.group
        group.chat.users[777], group.chat.statuses[777] = admin.user, "creator"
        said = len(group.chat.from_bot)
        for user in (admin.user.id, 1087968824, 136817688):
            update = {
                "message": {
                    "message_id": 900 + user % 7,
                    "date": 1688712000,
                    "text": "/people",
                    "chat": {"id": group.id, "type": "supergroup", "title": "群"},
                    "from": {"id": user, "is_bot": user != 777, "first_name": "Group"},
                    "sender_chat": {"id": group.id, "type": "supergroup", "title": "群"},
                    "entities": [{"type": "bot_command", "offset": 0, "length": 7}],
                }
            }
            bot.playground.updates.submit(update)
            bot.playground.updates.submit(
                {"channel_post": {**update["message"], "chat": {"id": -77, "type": "channel"}}}
            )
        await bot.clock.settle()
        told = {message.text for message in group.chat.from_bot[said:]}
        assert told <= {"请在与小助手的私聊中办理。"}
        assert admin.keyboard is None
        card = group.chat.last if group.chat.from_bot else await admin.start()
        tap = await admin.tap_data(card, "pa")
        await bot.clock.settle()
        assert tap.toast == STRANGER
