"""Attacks by who sends: a flood, accounts behind which nobody stands, a group admin, somebody else's contact."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.features.accounts.rebinding_messages import ASKED, NOT_YOURS
from bot.receiving import inbox
from bot.receiving.inbox import TOO_MUCH, row_of, store
from bot.receiving.rate_limit import BURST, MOST, Flood
from storage.choices import InboxState
from storage.engine import Storage
from storage.models.attendance import Attendance
from storage.models.inbox import Inbox
from storage.models.notice import Notice, Receipt
from storage.models.outbox import Card
from storage.models.person import Person
from tests.world import GROUP_ID, World, world

NOW = datetime(2023, 7, 7, 6, 30, tzinfo=UTC)
CARD = 4_242


@pytest.fixture
async def bot(sqlite_url: str) -> AsyncIterator[World]:
    async with world(sqlite_url, "2023-07-07 09:00") as there:
        yield there


async def push(bot: World, kind: str, content: dict[str, Any]) -> None:
    bot.playground.updates.push(kind, content, "attack")
    await bot.clock.settle()


def rebind(session: Session, person_id: int, account: int) -> None:
    session.get_one(Person, person_id).telegram_id = account


def post_card(session: Session, branch_id: int, person_id: int) -> None:
    """A notice in the group, to which a word in reply would be the tap."""
    notice = Notice(branch_id=branch_id, text="通知", reply_by=NOW, created_by_id=person_id, created_at=NOW)
    session.add(notice)
    session.flush()
    session.add(Card(kind="notice", subject_id=notice.id, chat_id=GROUP_ID, message_id=CARD))


def counted(bot: World, *tables: Any) -> list[int]:
    with bot.storage.reading() as session:
        return [session.scalar(select(func.count()).select_from(table)) or 0 for table in tables]


def states(bot: World) -> set[InboxState]:
    with bot.storage.reading() as session:
        return set(session.scalars(select(Inbox.state)))


# --- a flood ---------------------------------------------------------------------------------------------------------


async def test_a_thousand_messages_of_one_person_harm_nobody_else(bot: World) -> None:
    flooder = bot.stage.people["甲五"]
    for number in range(1_000):
        await flooder.send(f"在吗{number}")
    await bot.stage.people["甲六"].send("帮助")
    await bot.clock.settle()
    assert "【使用说明】" in bot.stage.people["甲六"].chat.from_bot[-1].text
    with bot.storage.reading() as session:
        kept = select(func.count()).where(Inbox.sender == flooder.id)
        assert session.scalar(kept) == BURST
    assert [message.text for message in flooder.chat.from_bot].count(TOO_MUCH) == 1
    await bot.clock.travel(bot.clock.now() + timedelta(minutes=2))
    await bot.stage.say("甲五", "帮助")
    assert "【使用说明】" in flooder.chat.from_bot[-1].text


def test_a_bucket_fills_again_and_each_has_an_own_one() -> None:
    flood = Flood()
    assert [flood.admits(7, NOW) for _ in range(int(BURST) + 1)].count(True) == BURST
    assert (flood.to_tell(7), flood.to_tell(7)) == (True, False)
    assert flood.admits(8, NOW)
    assert not flood.admits(7, NOW - timedelta(days=1))
    assert flood.admits(7, NOW + timedelta(seconds=1))
    assert flood.admits(7, NOW + timedelta(hours=1))
    flood.admits(7, NOW + timedelta(hours=1))
    assert flood.to_tell(7)
    assert all(flood.admits(0, NOW) for _ in range(1_000))


def test_many_senders_do_not_fill_the_memory() -> None:
    flood = Flood()
    for sender in range(1, MOST + 500):
        flood.admits(sender, NOW + timedelta(minutes=sender // 100))
    assert len(flood._buckets) <= MOST


def test_no_sender_has_more_than_a_share_of_the_inbox(storage: Storage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inbox, "SHARE", 5)

    def rows(numbers: range, sender: int) -> list[dict[str, Any]]:
        chat = {"id": sender, "type": "private"}
        updates = ({"update_id": n, "message": {"from": {"id": sender}, "chat": chat, "text": "x"}} for n in numbers)
        return [row for update in updates if (row := row_of(1, update, NOW)) is not None]

    with storage.transaction() as session:
        assert len(store(session, rows(range(3), 7), NOW, {7})) == 3
        assert len(store(session, [*rows(range(3, 9), 7), *rows(range(10, 20), 8)], NOW, {7})) == 12
        assert session.scalar(select(func.count()).where(Inbox.sender == 7)) == 5


# --- accounts behind which nobody stands, and nobodies with power ---------------------------------------------------


async def test_an_anonymous_admin_and_a_channel_are_nobody(bot: World) -> None:
    """GroupAnonymousBot, Channel Bot and Telegram itself: also when somebody is bound to the number by mistake."""
    before, said = counted(bot, Receipt, Attendance), len(bot.stage.group.chat.from_bot)
    group = {"id": GROUP_ID, "type": "group", "title": "示范党支部群"}
    await bot.storage.write(partial(post_card, branch_id=bot.cast.branch_id, person_id=bot.cast["甲一"]))
    card = {"message_id": CARD, "date": 1, "chat": group, "text": "通知"}
    for account, name in ((1087968824, "甲五"), (136817688, "甲六"), (777000, "甲七")):
        await bot.storage.write(partial(rebind, person_id=bot.cast[name], account=account))
        sender = {"id": account, "is_bot": account != 777000, "first_name": "Group"}
        for text in ("/start g_AAAAAAAAAAAAAAAAAAAAAA", "签到", "收到", "/people"):
            message = {
                "message_id": 1,
                "date": 1,
                "from": sender,
                "sender_chat": group,
                "chat": group,
                "text": text,
                "reply_to_message": card,
            }
            await push(bot, "message", message)
    assert counted(bot, Receipt, Attendance) == before
    assert len(bot.stage.group.chat.from_bot) == said
    assert InboxState.PARKED not in states(bot)


async def test_a_channel_post_and_a_bot_are_not_answered(bot: World) -> None:
    channel = {"id": -1001, "type": "channel", "title": "某频道"}
    post = {"message_id": 1, "date": 1, "chat": channel, "sender_chat": channel, "text": "/start"}
    calls = len(bot.playground.calls)
    assert bot.playground.updates.push("channel_post", post, "attack") is None  # not even asked for
    other_bot = {"id": 99, "is_bot": True, "first_name": "x"}
    chat = {"id": 99, "type": "private", "first_name": "x"}
    await push(bot, "message", {"message_id": 1, "date": 1, "from": other_bot, "chat": chat, "text": "/start"})
    sent = [call.method for call in bot.playground.calls[calls:] if call.method.startswith("send")]
    assert sent == []


async def test_an_admin_of_the_group_has_no_right_by_that(bot: World) -> None:
    """甲九 is an ordinary member, made an administrator of the group chat."""
    bot.stage.group.chat.statuses[bot.stage.people["甲九"].id] = "administrator"
    for text in ("考勤", "党员", "数据管理", "建活动", "发通知"):
        await bot.stage.say("甲九", text)
        assert bot.stage.people["甲九"].chat.from_bot[-1].text == "您没有办理此事的权限。如需办理，请联系支部书记。"


async def test_a_contact_opens_no_door(bot: World) -> None:
    """A stranger hands in contacts: others' and forwarded ones are refused, the own one only asks to be let in."""
    stranger = bot.playground.person(9_001, "外人")
    stranger.chat.opened = True
    chat = {"id": 9_001, "type": "private", "first_name": "外人"}
    sender = {"id": 9_001, "is_bot": False, "first_name": "外人"}
    forwarded = {"forward_origin": {"type": "hidden_user", "date": 1, "sender_user_name": "甲一"}}
    heard = []
    for number in (bot.cast.account("甲一"), None, 9_001):
        contact = {"phone_number": "+8613800138000", "first_name": "甲一", **({"user_id": number} if number else {})}
        for extra in (forwarded, {}):
            message = {"message_id": 7, "date": 1, "from": sender, "chat": chat, "contact": contact, **extra}
            await push(bot, "message", message)
            heard.append(stranger.chat.from_bot[-1].text)
    assert heard == [NOT_YOURS] * 5 + [ASKED]
    with bot.storage.reading() as session:
        assert session.scalars(select(Person.id).where(Person.telegram_id == 9_001)).all() == []
