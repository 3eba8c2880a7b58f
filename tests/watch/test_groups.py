"""What becomes of a branch's group: lost, tied elsewhere, another chat. Through the real Application."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import select, update

from bot.features.accounts import groups, service
from bot.playground import story
from bot.playground.chats import Chat
from bot.playground.wire import chat_json, member_json, user_json
from scheduler.effects import Told, follow, write_down
from scheduler.jobs import Owed
from scheduler.outbox_rows import Row
from scheduler.outcome import Outcome, OutcomeKind, Verdict
from scheduler.promises import promise
from storage.audience import find
from storage.choices import Duty, Lane, OutboxState
from storage.engine import Storage
from storage.models.organisation import GroupChat
from storage.models.outbox import Card, Outbox
from storage.models.person import DutySpan, Person
from tests.world import GROUP_ID, OPERATOR, SHANGHAI, World, make, touch, world

LOST = "通知改为逐人私聊发送。"
PUT_OUT, MUTED = "支部小助手已被移出支部工作群", "支部小助手在支部工作群被禁止发言"
NOW = datetime(2023, 7, 4, 9, tzinfo=SHANGHAI)
Act = Callable[[World], Awaitable[None]]


@pytest.fixture
async def bot(sqlite_url: str) -> AsyncIterator[World]:
    async with world(sqlite_url, "2023-07-04 09:00") as there:
        yield there


async def look(bot: World, times: int = 1) -> None:
    for _ in range(times):
        await bot.app.watchdog.look()
        await bot.clock.settle()


def heard(bot: World, about: str) -> dict[str, int]:
    """Who was told how often."""
    people = {**bot.stage.people, "operator": bot.playground.people[OPERATOR]}
    told = {name: sum(about in message.text for message in one.chat.from_bot) for name, one in people.items()}
    return {name: number for name, number in told.items() if number}


async def told(bot: World, about: str) -> dict[str, int]:
    """After several looks."""
    await look(bot, 3)
    return heard(bot, about)


async def put_out(bot: World) -> None:
    await bot.stage.group.remove_bot(bot.stage.people["甲一"])
    await bot.clock.settle()


async def post(bot: World, chat_id: int = GROUP_ID) -> None:
    """Something is sent to the group."""
    with bot.storage.transaction() as session:
        owed = Owed((f"test:{chat_id}:{bot.clock.now()}",), {"text": "通知"}, chat_id=chat_id, lane=Lane.MUST_ARRIVE)
        promise(session, owed, job=None, branch_id=None, now=bot.clock.now())
    bot.app.sender.wake()
    await bot.clock.settle()


async def unnoticed(bot: World) -> None:
    """The bot is put out while Telegram says nothing of it: sending finds out."""
    bot.stage.group.chat.bot_status = "kicked"
    await post(bot)


async def muted_unnoticed(bot: World) -> None:
    """Nobody may write in the group any more, which concerns the bot as well; nothing is said of its own rights."""
    bot.stage.group.chat.bot_status = "restricted"
    await post(bot)


async def both(bot: World) -> None:
    bot.stage.group.chat.bot_status = "kicked"
    await post(bot)
    bot.stage.group.chat.bot_status = "member"
    await put_out(bot)


async def by_an_edit(bot: World) -> None:
    """The live card finds out."""
    await make(bot)
    bot.stage.group.chat.bot_status = "kicked"
    await touch(bot)


async def status(bot: World, new: dict[str, Any]) -> None:
    group, bot_user = bot.stage.group.chat, bot.playground.bot
    shown = {**member_json(bot_user, "restricted"), "is_member": True, **dict.fromkeys(RIGHTS, True), "until_date": 0}
    bot.playground.push_member(
        "my_chat_member",
        chat_json(group),
        user_json(bot.stage.people["甲一"].user),
        member_json(bot_user, "member"),
        {**shown, **new},
    )
    await bot.clock.settle()


RIGHTS = (
    "can_send_messages", "can_send_audios", "can_send_documents", "can_send_photos", "can_send_videos",
    "can_send_video_notes", "can_send_voice_notes", "can_send_polls", "can_send_other_messages",
    "can_add_web_page_previews", "can_change_info", "can_invite_users", "can_pin_messages", "can_manage_topics",
    "can_edit_tag", "can_react_to_messages",
)  # fmt: skip


async def muted(bot: World) -> None:
    await status(bot, {"can_send_messages": False})


# --- lost ----------------------------------------------------------------------------------------------------------


LOSSES = {
    put_out: PUT_OUT,
    unnoticed: PUT_OUT,
    both: PUT_OUT,
    by_an_edit: PUT_OUT,
    muted: MUTED,
    muted_unnoticed: MUTED,
}


@pytest.mark.parametrize(("lost", "why"), LOSSES.items(), ids=[act.__name__ for act in LOSSES])
async def test_a_group_that_is_lost_is_told_to_desk_and_operator_once(
    bot: World, lost: Act, why: str, caplog: pytest.LogCaptureFixture
) -> None:
    await look(bot)
    await lost(bot)
    assert await told(bot, LOST) == {"甲一": 1, "operator": 1}
    [said] = [message for message in bot.stage.people["甲一"].chat.from_bot if LOST in message.text]
    assert said.text == f"{why}，通知改为逐人私聊发送。"
    assert said.labels == ["绑定工作群"]
    assert heard(bot, f"【运行提示】示范党支部：{why}，通知改为逐人私聊发送。") == {"operator": 1}
    # The log has a number for what people have named.
    assert "has lost its group" in caplog.text
    assert "示范党支部" not in caplog.text
    # Back, and lost once more.
    await bot.stage.group.add_bot(bot.stage.people["甲一"])
    await bot.clock.settle()
    assert await told(bot, LOST) == {"甲一": 1, "operator": 1}
    await put_out(bot)
    assert await told(bot, LOST) == {"甲一": 2, "operator": 2}


async def test_the_deputy_where_there_is_no_secretary_and_nobody_in_the_night(bot: World) -> None:
    with bot.storage.transaction() as session:
        session.execute(update(DutySpan).where(DutySpan.duty == Duty.SECRETARY).values(person_id=bot.cast["甲二"]))
        session.execute(update(Person).where(Person.id == bot.cast["甲二"]).values(telegram_id=None))
        of_branch = {"organisation_id": bot.cast.branch_id, "duty": Duty.DEPUTY_SECRETARY}
        session.add(DutySpan(person_id=bot.cast["甲三"], from_on=NOW.date(), **of_branch))
    await bot.stage.at("2023-07-04 23:00")
    await put_out(bot)
    assert await told(bot, LOST) == {}
    await bot.stage.at("2023-07-05 07:05")
    assert heard(bot, LOST) == {"甲三": 1, "乙一": 1, "operator": 1}


async def test_who_is_put_out_and_back_at_once_is_no_news(bot: World) -> None:
    await put_out(bot)
    await bot.stage.group.add_bot(bot.stage.people["甲一"])
    await bot.clock.settle()
    await status(bot, {"can_pin_messages": False})
    assert await told(bot, LOST) == {}


async def test_a_group_that_makes_room_for_another_of_the_branch_is_no_loss(bot: World) -> None:
    await tie(bot, bot.cast.branch_id, "甲一", -77)
    assert await told(bot, "群") == {}


async def tie(bot: World, branch_id: int, name: str, chat_id: int) -> None:
    """As the secretary's link does it, in whatever group."""
    now = bot.clock.now()
    with bot.storage.transaction() as session:
        maker = bot.cast.me(session, name, now.date())
        assert maker.branch_id == branch_id
        code = service.invite_group(session, maker, now)
        account = bot.cast.account(name)
        tied = groups.tie_group(session, code, account, chat_id, "示范党支部群", today=now.date(), now=now)
        assert tied is not None
        if tied.asked is not None:
            # The desk of the branch that holds it agrees.
            holder = find(session, 4711, now.date())
            assert holder is not None
            groups.decide(session, holder, tied.asked.id, True, now.date(), now)
    await bot.clock.settle()


@pytest.mark.parametrize("held", [True, False])
async def test_a_group_tied_by_another_branch(bot: World, held: bool) -> None:
    """The branch that has lost it hears; the one that has it now hears nothing. Not held any more, nothing is lost."""
    with bot.storage.transaction() as session:
        other = service.add_branch(session, "第二党支部", None, NOW)
        session.execute(update(GroupChat).values(branch_id=other, active=held, given_up=not held))
        loser = Person(branch_id=other, name="丁一", telegram_id=4711, reachable=True, created_at=NOW, notes="")
        session.add(loser)
        session.flush()
        session.add(DutySpan(person_id=loser.id, organisation_id=other, duty=Duty.SECRETARY, from_on=NOW.date()))
    bot.playground.person(4711, "丁一").chat.opened = True
    await look(bot)
    await tie(bot, bot.cast.branch_id, "甲一", GROUP_ID)
    await look(bot, 3)
    told = [message.text for message in bot.playground.people[4711].chat.from_bot]
    wanted = "支部工作群已改由示范党支部绑定，通知改为逐人私聊发送。"
    assert [text.startswith(wanted) for text in told] == [True] * held
    assert heard(bot, "已改由") == ({"operator": 1} if held else {})


# --- another chat --------------------------------------------------------------------------------------------------


def cards(chat: Chat) -> list[str]:
    return [message.text for message in chat.from_bot if story.JULY in message.text and message.buttons]


async def upgraded(bot: World, *, quietly: bool = False) -> Chat:
    """The group is a supergroup now; `quietly`: without the service messages."""
    group = bot.stage.group
    if not quietly:
        return await group.upgrade_to_supergroup()
    with pytest.MonkeyPatch.context() as patch:
        for name in ("tell", "push_member"):
            patch.setattr(bot.playground, name, lambda *_, **__: None)
        return await group.upgrade_to_supergroup()


async def by_service_message(bot: World) -> Chat:
    return await upgraded(bot)


async def by_sending(bot: World) -> Chat:
    new = await upgraded(bot, quietly=True)
    await post(bot)
    return new


async def by_editing(bot: World) -> Chat:
    new = await upgraded(bot, quietly=True)
    await touch(bot)
    return new


async def by_the_new_ones_own_report(bot: World) -> Chat:
    """Whose coming is reported before anything else of it."""
    new = await upgraded(bot, quietly=True)
    await bot.stage.group.add_bot(bot.stage.people["甲一"])
    await bot.clock.settle()
    await post(bot)
    return new


async def by_all_at_once(bot: World) -> Chat:
    new = await upgraded(bot)
    bot.playground.push_member(
        "my_chat_member",
        chat_json(new),
        user_json(bot.stage.people["甲一"].user),
        member_json(bot.playground.bot, "left"),
        member_json(bot.playground.bot, "member"),
    )
    await touch(bot)
    await post(bot)
    return new


@pytest.mark.both_databases
@pytest.mark.parametrize(
    "noticed",
    [by_service_message, by_sending, by_editing, by_the_new_ones_own_report, by_all_at_once],
    ids=lambda act: act.__name__,
)
async def test_open_cards_are_posted_in_the_new_chat_once(
    chat_url: str, noticed: Callable[[World], Awaitable[Chat]]
) -> None:
    async with world(chat_url, "2023-07-04 09:00") as bot:
        await make(bot)
        old = bot.stage.group.chat
        shown = cards(old)
        assert len(shown) == 1
        new = await noticed(bot)
        await bot.clock.settle()
        await look(bot, 3)
        assert len(cards(new)) == 1
        assert cards(old) == shown
        # Live edits go to the new message, and a tap on it counts.
        await bot.stage.tap("甲三", "收到", story.JULY, new)
        await bot.stage.at("2023-07-04 10:10")
        await look(bot)
        assert len(cards(new)) == 1
        assert "已收到1人（" in cards(new)[0]
        assert heard(bot, LOST) == {}


async def test_a_card_that_is_over_is_not_posted(bot: World) -> None:
    await make(bot)
    await bot.stage.at("2023-07-08 09:00")
    new = await upgraded(bot)
    await bot.clock.settle()
    await look(bot, 2)
    assert cards(new) == []
    with bot.storage.reading() as session:
        assert {row.open for row in session.scalars(select(Card).where(Card.chat_id == new.id))} == {False}


async def test_in_the_night_it_waits_for_the_morning(bot: World) -> None:
    await make(bot)
    await bot.stage.at("2023-07-05 23:30")
    new = await upgraded(bot)
    await bot.clock.settle()
    await look(bot)
    assert cards(new) == []
    await bot.stage.at("2023-07-06 07:30")
    await look(bot, 2)
    assert len(cards(new)) == 1


async def test_a_card_that_the_new_chat_has_already_is_not_doubled(bot: World) -> None:
    """Nobody noticed the upgrade before the new group was tied and had the card posted."""
    await make(bot)
    old = bot.stage.group.chat
    new = await upgraded(bot, quietly=True)
    with bot.storage.transaction() as session:
        [card] = session.scalars(select(Card).where(Card.chat_id == old.id))
        session.add(Card(kind=card.kind, subject_id=card.subject_id, chat_id=new.id, outbox_id=None, message_id=None))
        session.flush()
        for _ in range(2):
            follow(session, old.id, new.id, bot.clock.now())
    with bot.storage.reading() as session:
        found = {row.chat_id: row.message_id for row in session.scalars(select(Card).where(Card.chat_id < 0))}
    assert found == {old.id: None, new.id: None}


def test_a_card_that_arrived_in_the_old_chat_while_the_group_moved_is_known_to_be_there(storage: Storage) -> None:
    new = -1_000_000_005_001
    with storage.transaction() as session:
        owed = Owed(("card",), {"text": "7月"}, chat_id=GROUP_ID, lane=Lane.MUST_ARRIVE, card=("activity", 1))
        number = promise(session, owed, job=None, branch_id=None, now=NOW)
        session.execute(update(Outbox).values(state=OutboxState.SENDING))
        follow(session, GROUP_ID, new, NOW)
        row = Row(number or 0, Lane.MUST_ARRIVE, None, GROUP_ID, {"text": "7月"}, {}, 1, False)
        sent = Told(row, Verdict(OutboxState.SENT), Outcome(OutcomeKind.SENT, message_id=5))
        write_down(session, [sent], NOW, 1)
    with storage.reading() as session:
        [card], [message] = session.scalars(select(Card)).all(), session.scalars(select(Outbox)).all()
        assert (card.chat_id, message.chat_id, message.message_id) == (new, GROUP_ID, 5)


async def test_a_card_whose_message_was_deleted_is_edited_no_more(bot: World) -> None:
    await make(bot)
    chat = bot.stage.group.chat
    message = chat.find(story.JULY)
    del chat.messages_by_id[message.message_id]
    before = len(bot.playground.calls)
    for _ in range(3):
        await touch(bot)
    calls = [one for one in bot.playground.calls[before:] if one.method == "editMessageText"]
    edits = [one for one in calls if one.params["chat_id"] == chat.id]
    assert len(edits) == 1
