"""Live cards: which are closed when nothing more changes, and that one promised anew is open and shown again."""

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from bot.kit import broadcasts as kit
from bot.kit import cards
from scheduler.jobs import Owed
from scheduler.outbox import promise
from storage.choices import Lane, OutboxState
from storage.engine import Storage
from storage.models.notice import Notice
from storage.models.outbox import Card, Outbox
from tests.world import World, world

NOW = datetime(2023, 7, 4, 1, tzinfo=UTC)
KIND, OTHER = "progress.notice", "progress.theme"
HELLO = {"text": "您好"}


def open_cards(storage: Storage) -> set[tuple[str, int, int | None]]:
    with storage.reading() as session:
        return {(row.kind, row.subject_id, row.chat_id) for row in session.scalars(select(Card)) if row.open}


def card(storage: Storage, kind: str, subject_id: int, chat_id: int, state: OutboxState) -> None:
    with storage.transaction() as session:
        row = Outbox(
            lane=Lane.ANSWERS,
            chat_id=chat_id,
            message=HELLO,
            state=state,
            created_at=NOW,
            not_before=NOW,
        )
        session.add(row)
        session.flush()
        session.add(Card(kind=kind, subject_id=subject_id, chat_id=chat_id, outbox_id=row.id))


def test_only_what_shows_this_subject_and_has_arrived_is_closed(storage: Storage) -> None:
    for kind, subject_id, chat_id, state in (
        (KIND, 1, 7, OutboxState.SENT),
        (KIND, 1, 8, OutboxState.QUEUED),
        (KIND, 1, 9, OutboxState.SENDING),
        (KIND, 1, 10, OutboxState.UNREACHABLE),
        (KIND, 2, 7, OutboxState.SENT),
        (OTHER, 1, 7, OutboxState.SENT),
    ):
        card(storage, kind, subject_id, chat_id, state)
    with storage.transaction() as session:
        cards._close(session, KIND, 1)
    assert open_cards(storage) == {(KIND, 1, 8), (KIND, 1, 9), (KIND, 2, 7), (OTHER, 1, 7)}


def test_what_is_promised_anew_is_open_again_and_nothing_beside_it(storage: Storage) -> None:
    for kind, subject_id, chat_id in ((KIND, 1, 7), (KIND, 1, 8), (KIND, 2, 7), (OTHER, 1, 7)):
        card(storage, kind, subject_id, chat_id, OutboxState.SENT)
    with storage.transaction() as session:
        for kind, subject_id in ((KIND, 1), (KIND, 2), (OTHER, 1)):
            cards._close(session, kind, subject_id)
    assert open_cards(storage) == set()
    with storage.transaction() as session:
        owed = Owed(("anew",), HELLO, chat_id=7, card=(KIND, 1))
        new = promise(session, owed, job=None, branch_id=None, now=NOW)
    assert open_cards(storage) == {(KIND, 1, 7)}
    with storage.reading() as session:
        assert [row.chat_id for row in session.scalars(select(Card).where(Card.outbox_id == new))] == [7]
        assert len(session.scalars(select(Card)).all()) == 4


def test_a_card_for_nobody_is_none(storage: Storage) -> None:
    with storage.transaction() as session:
        promise(session, Owed(("a",), HELLO, card=(KIND, 1)), job=None, branch_id=None, now=NOW)
        assert session.scalars(select(Card)).all() == []


@pytest.fixture
async def bot(chat_url: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[World]:
    """Every notice has the card of its progress, and cards that change by themselves are looked for all the time."""
    monkeypatch.setattr(kit, "QUICK", -1)
    monkeypatch.setattr(cards, "POLL", 0.01)
    async with world(chat_url, "2023-07-04 09:00", tied=False) as there:
        yield there


def in_progress(bot: World) -> set[int | None]:
    """The chats with an open card of a progress; the notice's own goes on living."""
    return {chat_id for kind, _, chat_id in open_cards(bot.storage) if kind == KIND}


async def until(bot: World, reached: Callable[[], bool]) -> None:
    for _ in range(500):
        await bot.clock.settle()
        if reached():
            return
        await asyncio.sleep(0.01)
    raise TimeoutError


@pytest.mark.both_databases
async def test_a_card_that_was_closed_and_comes_anew_is_edited_again(bot: World) -> None:
    await bot.stage.say("甲一", "发通知")
    await bot.stage.say("甲一", "请报送材料")
    await bot.stage.tap("甲一", "发送", "请报送材料")
    chat = bot.stage.people["甲一"].chat
    first = chat.find("【发送进度】")
    await until(bot, lambda: "已送达25份（应发25份）。" in first.text and not in_progress(bot))
    with bot.storage.reading() as session:
        notice_id = session.scalars(select(Notice.id)).one()
    about, began = (KIND, notice_id), {"text": "【发送进度】刚刚开始"}
    owed = Owed(("anew",), began, person_id=bot.cast["甲一"], card=about)
    now = bot.clock.now()
    await bot.storage.write(lambda session: promise(session, owed, job=None, branch_id=None, now=now) and None)
    bot.app.sender.wake()
    await until(bot, lambda: chat.find("【发送进度】") is not first and not in_progress(bot))
    assert chat.find("【发送进度】").text == "【发送进度】【通知】请报送材料\n已送达25份（应发25份）。"
    # The notice's own card, which is open too, changes by taps alone.
    for _ in range(10):
        await asyncio.sleep(0.01)
        assert bot.app.edge is not None
        assert bot.app.edge.cards.busy == 0
