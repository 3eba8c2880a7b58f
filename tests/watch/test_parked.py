"""What could not be handled is taken up again by the operator's button: through the real Application."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from bot.features import registry
from bot.kit import parked
from bot.kit.access import NO_RIGHT
from bot.kit.handlers import Call, Word
from bot.kit.parked import NOTHING
from bot.kit.replies import Reply, say
from bot.kit.words import STRANGER
from bot.playground.people import Person as Player
from bot.playground.taps import Tap
from bot.receiving import workers
from storage.choices import InboxState
from storage.engine import Storage
from storage.models.audit import Audit
from storage.models.inbox import Inbox
from storage.models.person import Person
from tests.e2e.house import until
from tests.world import OPERATOR, SHANGHAI, World, alive, prepare

WORD = "试办"


class Trial:
    """A word whose handler fails with `fault` as long as there is one."""

    def __init__(self) -> None:
        self.fault, self.done = "x", list[str]()

    def run(self, session: Session, call: Call) -> Reply:
        # What does not stand in the program as it is would not be told.
        if self.fault == "x":
            raise RuntimeError("x")
        if self.fault:
            raise RuntimeError("another")
        self.done.append(call.text)
        return say(f"已办理{call.text}")


@asynccontextmanager
async def bot_with(trial: Trial, url: str) -> AsyncIterator[World]:
    now = datetime(2023, 7, 4, 9, tzinfo=SHANGHAI)
    word = Word((), trial.run, label=True, matches=lambda text: text.startswith(WORD))
    storage = Storage(url)
    try:
        async with alive(storage, prepare(storage, now), now, [*registry.HANDLERS, word]) as bot:
            yield bot
    finally:
        await storage.close()


async def look(bot: World) -> None:
    await bot.app.watchdog.look()
    await bot.clock.settle()


def operator(bot: World) -> Player:
    return bot.playground.people[OPERATOR]


def told(bot: World) -> list[str]:
    return [message.text for message in operator(bot).chat.from_bot]


async def tap(bot: World, person: Player) -> Tap:
    """重新办理, by whoever knows how the button is written."""
    message = next(message for message in reversed(operator(bot).chat.from_bot) if "未能办理" in message.text)
    [[button]] = message.buttons
    assert button.label == "重新办理"
    tapped = await person.tap_data(message if person is operator(bot) else person.chat.last, button.data or "")
    await bot.clock.settle()
    return tapped


def rows(bot: World) -> list[tuple[InboxState, str]]:
    with bot.storage.reading() as session:
        query = select(Inbox).where(Inbox.payload.contains(WORD)).order_by(Inbox.id)
        return [(row.state, row.fault) for row in session.scalars(query)]


@pytest.fixture
def trial() -> Trial:
    return Trial()


@pytest.mark.both_databases
@pytest.mark.parametrize("number", [1, 2, 7])
async def test_the_operators_button_takes_up_what_is_parked_in_its_order(
    trial: Trial, chat_url: str, number: int
) -> None:
    async with bot_with(trial, chat_url) as bot:
        for one in range(number):
            await bot.stage.say("甲二", f"{WORD}{one}")
        await look(bot)
        assert [(state, fault) for state, fault in rows(bot)] == [(InboxState.PARKED, "RuntimeError: x")] * number
        trial.fault = ""
        tapped = await tap(bot, operator(bot))
        assert tapped.toast == f"正在重新办理{number}条消息。仍不能办理的，会再次提示。"
        assert trial.done == [f"{WORD}{one}" for one in range(number)]
        assert {state for state, _ in rows(bot)} == {InboxState.ANSWERED}
        await bot.stage.at("2023-07-04 09:10")
        heard = [message.text for message in bot.stage.people["甲二"].chat.from_bot if "已办理" in message.text]
        assert heard == [f"已办理{WORD}{one}" for one in range(number)]
        # The button is gone with its message, and nothing is left to tell.
        assert operator(bot).chat.from_bot[-1].buttons == []
        await bot.stage.say("甲二", f"{WORD}然后")
        assert trial.done[-1] == f"{WORD}然后"
        await look(bot)
        assert len(told(bot)) == 1
        with bot.storage.reading() as session:
            [line] = session.scalars(select(Audit).where(Audit.action == "taken_up"))
            assert (line.branch_id, line.actor_id, line.details) == (None, None, {"updates": number})


async def test_what_fails_again_is_parked_again_and_told_with_its_new_fault(trial: Trial, sqlite_url: str) -> None:
    async with bot_with(trial, sqlite_url) as bot:
        await bot.stage.say("甲二", WORD)
        await look(bot)
        trial.fault = "another"
        await bot.stage.at("2023-07-04 09:10")
        await tap(bot, operator(bot))
        assert rows(bot) == [(InboxState.PARKED, "RuntimeError: another")]
        for _ in range(2):
            await look(bot)
        assert [("RuntimeError: x" in text, "RuntimeError: another" in text) for text in told(bot)] == [
            (False, False),
            (False, True),
        ]
        assert "正在重新办理1条消息" in told(bot)[0]
        trial.fault = ""
        await tap(bot, operator(bot))
        assert rows(bot)[0][0] is InboxState.ANSWERED


async def test_what_cannot_be_read_stays_parked(trial: Trial, sqlite_url: str) -> None:
    async with bot_with(trial, sqlite_url) as bot:
        bot.playground.submit({"surprise": 1})
        await bot.clock.settle()
        await look(bot)
        assert operator(bot).chat.from_bot[-1].buttons == []
        await bot.stage.say("甲二", WORD)
        await bot.stage.at("2023-07-05 09:00")
        await bot.stage.say("甲二", WORD)
        with bot.storage.transaction() as session:
            session.execute(update(Inbox).where(Inbox.payload.contains(WORD), Inbox.id < 3).values(payload=None))
        await look(bot)
        trial.fault = ""
        tapped = await tap(bot, operator(bot))
        assert tapped.toast.startswith("正在重新办理1条")
        with bot.storage.reading() as session:
            states = [row.state for row in session.scalars(select(Inbox).order_by(Inbox.id).limit(3))]
        assert states == [InboxState.PARKED, InboxState.PARKED, InboxState.ANSWERED]


async def test_nobody_but_the_operator(trial: Trial, sqlite_url: str) -> None:
    async with bot_with(trial, sqlite_url) as bot:
        await bot.stage.say("甲二", WORD)
        await look(bot)
        trial.fault = ""
        stranger = bot.playground.person(777, "路人")
        await stranger.start()
        await bot.clock.settle()
        await bot.stage.say("甲一", "帮助")
        assert (await tap(bot, bot.stage.people["甲一"])).toast == NO_RIGHT
        assert (await tap(bot, stranger)).toast == STRANGER
        assert rows(bot) == [(InboxState.PARKED, "RuntimeError: x")]
        first = next(message for message in operator(bot).chat.from_bot if message.buttons)
        data: Any = first.buttons[0][0].data
        await tap(bot, operator(bot))
        again = await operator(bot).tap_data(first, data)
        await bot.clock.settle()
        assert again.toast == NOTHING


async def test_an_operator_who_is_of_a_branch(trial: Trial, sqlite_url: str) -> None:
    async with bot_with(trial, sqlite_url) as bot:
        with bot.storage.transaction() as session:
            session.execute(update(Person).where(Person.id == bot.cast["丙四"]).values(telegram_id=OPERATOR))
        await bot.stage.say("甲二", WORD)
        await look(bot)
        trial.fault = ""
        assert (await tap(bot, operator(bot))).toast.startswith("正在重新办理1条")
        assert trial.done == [WORD]


async def test_on_a_shared_database_the_command_line_may_do_it_while_the_bot_runs(
    trial: Trial, postgresql_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workers, "RESCAN", 0.02)
    async with bot_with(trial, postgresql_url) as bot:
        await bot.stage.say("甲二", WORD)
        await bot.stage.at("2023-07-04 09:10")
        trial.fault = ""
        with Storage(postgresql_url) as other, other.transaction() as session:
            assert parked.again(session, bot.app.bot_id, bot.clock.now(), "command") == 1
        await until(lambda: bool(trial.done))
        await bot.clock.settle()
        assert rows(bot)[0][0] is InboxState.ANSWERED
