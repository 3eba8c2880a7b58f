"""What follows from a row that does not go as it should: for its chat, its group, its secret, and the turn to send."""

import asyncio
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import ProgrammingError

from scheduler import outbox
from scheduler.jobs import Owed
from scheduler.outbox import Outcome, OutcomeKind, Sender
from scheduler.pace import Pace
from storage.choices import Lane, OutboxState
from storage.models.organisation import GroupChat
from storage.models.outbox import Outbox
from tests.e2e.house import until
from tests.overlapping import Overlapping, turns
from tests.scheduler.office import START, Office

SECOND = timedelta(seconds=1)
LINK = {"text": "https://t.me/branch_bot?start=abc", "secret": True}
NOT_KEPT = {"text": "（内容已不再保存）"}
WAIT = Outcome(OutcomeKind.RETRY, reason="too_many", retry_after=20)


@pytest.fixture
def storage(storage_url: str) -> Iterator[Overlapping]:
    with Overlapping(storage_url, seed=1) as storage:
        yield storage


# --- rows that somebody was sending --------------------------------------------------------------------------------


@pytest.mark.parametrize("lane", Lane)
@pytest.mark.parametrize("resent", [False, True])
async def test_what_was_sent_twice_is_not_sent_a_third_time(office: Office, lane: Lane, resent: bool) -> None:
    office.say(7, 8, lane=lane)
    office.change(state=OutboxState.SENDING, attempts=1, resent=resent)
    async with office.sender(alone=True):
        await office.clock.travel(START + SECOND * 200)
    again = lane is Lane.MUST_ARRIVE and not resent
    assert sorted(office.telegram.texts) == ([(7, "通知"), (8, "通知")] if again else [])
    assert {(row.state.value, row.resent, row.reason) for row in office.rows()} == {
        ("sent", True, "") if again else ("unknown", resent, "interrupted")
    }


ENDS = ("unreachable", "expired", "interrupted", "cancelled", "no_longer_owed", "failed", "sent", "waits")


@pytest.mark.parametrize("end", ENDS)
async def test_a_secret_is_kept_no_longer_than_it_is_to_be_sent(office: Office, end: str) -> None:
    late = START - SECOND if end == "expired" else None
    office.promise(
        *(Owed((f"k{chat}",), LINK, chat_id=chat, lane=Lane.ANSWERS, expires_at=late) for chat in (7, 8)), job="invite"
    )
    answers = {
        "unreachable": Outcome(OutcomeKind.UNREACHABLE, reason="blocked"),
        "cancelled": Outcome(OutcomeKind.GONE),
        "failed": Outcome(OutcomeKind.FAILED, reason="x"),
        "waits": WAIT,
    }
    if end in answers:
        office.telegram.answers |= {7: [answers[end]], 8: [answers[end]]}
    if end == "interrupted":
        office.change(state=OutboxState.SENDING, attempts=1)
    gone = {"invite": lambda session, about, now: None} if end == "no_longer_owed" else {}
    async with office.sender(gone):
        await office.clock.settle()
    assert [row.message for row in office.rows()] == [LINK if end == "waits" else NOT_KEPT] * 2


# --- groups --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("reason", ["kicked", "chat_deleted", "chat_not_found", "no_rights", "no_topic", "no_files"])
async def test_of_two_groups_only_the_one_that_is_gone_is_put_out_of_use(office: Office, reason: str) -> None:
    with office.storage.transaction() as session:
        session.add_all(
            GroupChat(branch_id=office.branch_id, chat_id=chat, title="群", tied_at=START) for chat in (-8, -9, -10)
        )
    office.say(-8, -9)
    office.telegram.answers[-9] = [Outcome(OutcomeKind.UNREACHABLE, reason=reason)]
    async with office.sender():
        await office.clock.settle()
    with office.storage.reading() as session:
        active = set(session.scalars(select(GroupChat.chat_id).where(GroupChat.active)))
    assert active == ({-8, -9, -10} if reason in ("no_topic", "no_files") else {-8, -10})


# --- answers hold their chat, and let it go ------------------------------------------------------------------------


async def test_an_answer_that_is_put_off_frees_its_chat(office: Office) -> None:
    office.say(7)
    office.telegram.answers[7] = [WAIT]
    async with office.sender() as sender:
        await office.clock.settle()
        office.say(7, text="答", lane=Lane.ANSWERS)
        sender.wake()
        await office.clock.travel(START + SECOND * 30)
    assert Counter(office.telegram.texts) == {(7, "通知"): 1, (7, "答"): 1}


async def test_what_the_database_refuses_is_tried_again_and_lost_to_nobody(
    office: Office, storage: Overlapping
) -> None:
    """A right that is missing, a table in the middle of a migration: the rows would have failed for good."""
    storage.cut("Sender._attempt", ProgrammingError("UPDATE outbox", {}, Exception("permission denied")))
    office.say(7)
    async with office.sender():
        await office.clock.settle()
        assert (office.telegram.got, office.states()) == ([], ["queued"])
        await office.clock.travel(START + SECOND * 31)
    assert office.telegram.texts == [(7, "通知")]
    assert [(row.state.value, row.attempts) for row in office.rows()] == [("sent", 1)]


async def test_an_answer_that_is_taken_back_in_hand_frees_its_chat(office: Office) -> None:
    office.say(8, 7, 7, lane=Lane.ANSWERS)

    def take_back() -> Outcome:
        with office.storage.transaction() as session:
            session.execute(update(Outbox).where(Outbox.id == office.rows()[1].id).values(state=OutboxState.CANCELLED))
        return Outcome(OutcomeKind.SENT)

    office.telegram.answers[8] = [take_back]
    async with office.sender(pace=Pace(rate=1, burst=1)):
        await office.clock.settle()
    assert office.telegram.texts == [(7, "通知")]
    assert office.states() == ["sent", "cancelled", "sent"]


async def test_a_later_answer_does_not_overtake_one_that_is_on_its_way(office: Office) -> None:
    office.say(7, text="一", lane=Lane.ANSWERS)
    office.telegram.answers[7] = [Outcome(OutcomeKind.RETRY, reason="too_many", retry_after=2)]
    office.telegram.held = []
    async with office.sender() as sender:
        await until(lambda: bool(office.telegram.held))
        office.say(7, text="二", lane=Lane.ANSWERS)
        sender.wake()
        await turns()
        calls, office.telegram.held = office.telegram.held, None
        calls[0].set()
        await office.clock.travel(START + SECOND * 30)
    assert office.telegram.texts == [(7, "一"), (7, "二")]


async def test_a_sender_that_begins_again_holds_no_chat_of_before(office: Office) -> None:
    office.say(7, 7, lane=Lane.ANSWERS)
    office.telegram.open.clear()
    sender = Sender(
        office.storage, office.clock, office.telegram.send, still_owed={}, on_stop=office.stopped.append, bot_id=1
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(outbox, "LANDING", 0.02)
        patch.setattr(outbox, "POLL", 1000)
        running = asyncio.create_task(sender.run())
        await office.telegram.called.wait()
        running.cancel()
        await asyncio.wait([running], timeout=20)
        office.telegram.open.set()
        running = asyncio.create_task(sender.run())
        office.clock.jump(START + SECOND * 5)
        await until(lambda: len(office.telegram.got) == 1)
        running.cancel()
        await asyncio.wait([running], timeout=20)
    assert office.states() == ["unknown", "sent"]


async def go_on(office: Office, sender: Sender, asked: int) -> None:
    """Time goes by until so many calls are open, and for some seconds more."""
    more = 10
    while office.telegram.asked < asked or (more := more - 1):
        office.clock.jump(office.clock.now() + SECOND / 5)
        await asyncio.sleep(0.004)
        sender.wake()
    await turns()


@pytest.mark.parametrize(("chats", "open_"), [([1, 1, 1], 1), ([*range(1, 41)], 30)], ids=["one", "forty"])
async def test_a_chat_gets_one_message_at_a_time_and_thirty_are_on_their_way_at_most(
    office: Office, storage: Overlapping, chats: list[int], open_: int
) -> None:
    office.say(*chats)
    office.telegram.held = []
    async with office.sender() as sender:
        await go_on(office, sender, open_)
        assert office.telegram.asked == open_
        await office.telegram.let_go(open_, storage.random)
        await office.clock.settle()
    assert len(office.telegram.got) == len(chats)


async def test_what_a_slow_commit_held_up_leaves_evenly_all_the_same(office: Office, storage: Overlapping) -> None:
    office.say(*range(1, 21), delay=SECOND)
    async with office.sender() as sender:
        await until(lambda: sender.mine and not sender.busy)
        async with storage.together():
            while storage.queued < 20:
                office.clock.jump(office.clock.now() + SECOND / 5)
                await asyncio.sleep(0.002)
            assert office.telegram.asked == 0
        await office.clock.settle()
    times = Counter(when for _, _, when in office.telegram.got)
    assert sum(times.values()) == 20
    assert max(times.values()) <= 4


# --- stopping ------------------------------------------------------------------------------------------------------


async def stopped_soon(running: "asyncio.Task[None]") -> None:
    running.cancel()
    await asyncio.wait([running], timeout=20)
    assert running.done()


def run(office: Office) -> tuple[Sender, "asyncio.Task[None]"]:
    sender = Sender(
        office.storage,
        office.clock,
        office.telegram.send,
        still_owed={},
        on_stop=office.stopped.append,
        bot_id=1,
        alone=True,
    )
    return sender, asyncio.create_task(sender.run())


async def test_a_stop_waits_for_no_call_that_never_ends_and_its_row_lapses(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert outbox.LANDING <= 5
    monkeypatch.setattr(outbox, "LANDING", 0.05)
    office.say(7)
    office.telegram.open.clear()
    _, running = run(office)
    await office.telegram.called.wait()
    await stopped_soon(running)
    assert office.states() == ["sending"]
    office.telegram.open.set()
    async with office.sender():
        await office.clock.travel(START + SECOND * 120)
    assert [(row.state.value, row.resent) for row in office.rows()] == [("sent", True)]
    assert office.telegram.asked == 2


async def test_a_stop_waits_for_no_database(
    office: Office, storage: Overlapping, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbox, "LANDING", 0.05)
    office.say(7)
    office.telegram.held = []
    _, running = run(office)
    await until(lambda: bool(office.telegram.held))
    async with storage.together():
        office.telegram.held[0].set()
        await until(lambda: storage.queued == 1)
        await stopped_soon(running)
    assert office.telegram.texts == [(7, "通知")]
