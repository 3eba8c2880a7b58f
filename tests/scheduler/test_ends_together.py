"""Sends that end together: whatever becomes of one, each row says what became of it, and the sender goes on."""

from collections.abc import Iterator
from random import Random
from typing import Any

import pytest
from sqlalchemy import select

from scheduler.effects import Told, write_down
from scheduler.jobs import Owed
from scheduler.outbox import Outcome, OutcomeKind
from scheduler.outbox_rows import Row
from scheduler.outcome import Verdict
from storage.choices import Lane, OutboxState
from storage.models.audit import Audit
from storage.models.organisation import GroupChat
from storage.models.outbox import Outbox
from storage.models.person import Person
from tests.e2e.house import until
from tests.overlapping import Overlapping
from tests.scheduler.office import START, Office, open_office

# What Telegram said, and what the row says then, by lane: must arrive, answer, broadcast.
ENDS: dict[str, tuple[Any, tuple[str, str, str]]] = {
    "sent": (Outcome(OutcomeKind.SENT, message_id=5), ("sent",) * 3),
    "blocked": (Outcome(OutcomeKind.UNREACHABLE, reason="blocked"), ("unreachable",) * 3),
    "kicked": (Outcome(OutcomeKind.UNREACHABLE, reason="kicked"), ("unreachable",) * 3),
    "failed": (Outcome(OutcomeKind.FAILED, reason="Bad Request"), ("failed",) * 3),
    "gone": (Outcome(OutcomeKind.GONE, reason="no_message"), ("cancelled",) * 3),
    "lost": (Outcome(OutcomeKind.UNKNOWN, reason="answer_lost"), ("queued", "unknown", "unknown")),
    "too many": (Outcome(OutcomeKind.RETRY, reason="too_many", retry_after=20), ("queued",) * 3),
    "away": (Outcome(OutcomeKind.AWAY, reason="server_error"), ("queued",) * 3),
    "refused": (Outcome(OutcomeKind.STOP, reason="token_refused"), ("queued",) * 3),
    "raises": (ValueError("x"), ("failed",) * 3),
    "rest": (Outcome(OutcomeKind.SENT, message_id=6, rest={"text": "其余"}), ("sent",) * 3),
}
LANES = (Lane.MUST_ARRIVE, Lane.ANSWERS, Lane.BROADCASTS)


REST = {"text": "其余"}


@pytest.fixture
def storage(storage_url: str) -> Iterator[Overlapping]:
    with Overlapping(storage_url, seed=1) as storage:
        yield storage


async def end_together(office: Office, ends: dict[int, str], random: Random) -> dict[int | None, Outbox]:
    """So many calls are open, and end at once; the rows, as they are written down, by chat."""
    for chat, end in ends.items():
        office.telegram.answers[chat] = [ENDS[end][0]]
    office.telegram.held = []
    async with office.sender() as sender:
        await office.telegram.let_go(len(ends), random)
        # What follows from an end (the rest of a long message) waits for a clock that nobody moves.
        await until(lambda: not sender._results.rows and "sending" not in {row.state for row in first(office)})
        return {row.chat_id: row for row in first(office)}


def first(office: Office) -> list[Outbox]:
    """The rows that were promised, without what follows from them."""
    return [row for row in office.rows() if row.message != REST]


@pytest.mark.parametrize("many", [1, 2, 5])
@pytest.mark.parametrize("end", ENDS)
async def test_each_row_says_what_became_of_it(office: Office, storage: Overlapping, end: str, many: int) -> None:
    for number, lane in enumerate(LANES):
        office.say(*range(100 * number + 1, 100 * number + many + 1), lane=lane)
    chats = {100 * number + at: end for number in range(3) for at in range(1, many + 1)}
    rows = await end_together(office, chats, storage.random)
    for number in range(3):
        states = {rows[chat].state.value for chat in chats if chat // 100 == number}
        assert states == {ENDS[end][1][number]}
    follow = [row for row in office.rows() if row.message == REST]
    assert len(follow) == (3 * many if end == "rest" else 0)


@pytest.mark.parametrize("seed", range(6))
async def test_ends_of_every_kind_mixed_spoil_no_others(storage_url: str, seed: int) -> None:
    """People and groups, in every lane, all in one writing down; the order is drawn."""
    with Overlapping(storage_url, seed) as storage:
        office, random = open_office(storage), storage.random
        people, groups = office.people(12), [-number for number in range(1, 7)]
        with storage.transaction() as session:
            session.add_all(
                GroupChat(branch_id=office.branch_id, chat_id=chat, title="群", tied_at=START) for chat in groups
            )
        ends, lanes = dict[int, str](), dict[int, int]()
        for chat in [*range(1001, 1013), *groups]:
            ends[chat], lanes[chat] = random.choice(list(ENDS)), random.randrange(3)
        for at, chat in enumerate(ends):
            owed = Owed((f"k:{at}",), {"text": "通知", "secret": at % 2 == 0}, chat_id=chat, lane=LANES[lanes[chat]])
            office.promise(owed)
        rows = await end_together(office, ends, random)
        assert {chat: rows[chat].state.value for chat in ends} == {
            chat: ENDS[end][1][lanes[chat]] for chat, end in ends.items()
        }
        for at, chat in enumerate(ends):
            over = rows[chat].state.value not in ("queued", "sending")
            assert (rows[chat].message["text"] == "（内容已不再保存）") == (at % 2 == 0 and over), chat
        with storage.reading() as session:
            away = set(session.scalars(select(Person.telegram_id).where(Person.reachable.is_(False))))
            inactive = set(session.scalars(select(GroupChat.chat_id).where(GroupChat.active.is_(False))))
            lines = session.scalars(select(Audit.action)).all()
        assert away == {chat for chat, end in ends.items() if chat > 0 and end in ("blocked", "kicked")}
        assert inactive == {chat for chat, end in ends.items() if chat < 0 and end == "kicked"}
        assert lines == ["reachable_changed"] * (len(away) + len(inactive))
        assert len(people) == 12


async def test_what_one_row_cannot_write_down_is_its_own(office: Office, storage: Overlapping) -> None:
    """A message id that the database cannot hold: the row alone lapses, the others say what became of them."""
    office.say(1, 2, 3)
    office.telegram.answers[2] = [Outcome(OutcomeKind.SENT, message_id=2**70)]
    office.telegram.held = []
    async with office.sender() as sender:
        await office.telegram.let_go(3, storage.random)
        await until(lambda: not sender._results.rows and not sender._calls)
        assert office.states() == ["sent", "sending", "sent"]
        office.say(4)
        sender.wake()
        await office.clock.settle()
        assert office.states() == ["sent", "sending", "sent", "sent"]


async def test_what_follows_from_a_row_may_fail_and_the_row_still_says_what_it_is(
    office: Office, storage: Overlapping
) -> None:
    """The rest of a long message cannot be kept; that the beginning was sent is, and it does not go again."""
    office.say(1, 2)
    office.telegram.answers[1] = [Outcome(OutcomeKind.SENT, message_id=5, rest={"text": {"no", "json"}})]
    office.telegram.held = []
    async with office.sender() as sender:
        await office.telegram.let_go(2, storage.random)
        await until(lambda: not sender._results.rows and not sender._calls)
    assert [(row.state.value, row.message_id) for row in office.rows()] == [("sent", 5), ("sent", 1001)]


async def test_a_rest_is_kept_once_however_often_its_outcome_is_written_down(office: Office) -> None:
    """The commit arrived and its answer did not: the outcome is written down again."""
    office.say(1)
    row = Row(office.rows()[0].id, Lane.MUST_ARRIVE, None, 1, {"text": "通知"}, {}, 1, False)
    told = Told(row, Verdict(OutboxState.SENT), Outcome(OutcomeKind.SENT, message_id=5, rest=REST))
    for _ in range(2):
        with office.storage.transaction() as session:
            write_down(session, [told], START, 1)
    assert [row.message for row in office.rows()] == [{"text": "通知"}, REST]
