"""Whom one row's outcome keeps waiting, and for how long; what is counted as standing still."""

import asyncio
from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import update

from scheduler import results
from scheduler.effects import follow
from scheduler.jobs import Owed
from scheduler.outbox import Outcome, OutcomeKind, Sender
from scheduler.outcome import judge
from scheduler.pace import OVERALL, Pace
from storage.choices import Lane, OutboxState
from storage.models.outbox import Outbox
from tests.e2e.house import until
from tests.overlapping import Overlapping
from tests.scheduler.office import START, Office, open_office

SECOND = timedelta(seconds=1)
AWAY = Outcome(OutcomeKind.AWAY, reason="no_connection")
WAIT = Outcome(OutcomeKind.RETRY, reason="too_many", retry_after=20)
LOST = Outcome(OutcomeKind.UNKNOWN, reason="answer_lost")


@pytest.fixture
def storage(storage_url: str) -> Iterator[Overlapping]:
    with Overlapping(storage_url, seed=1) as storage:
        yield storage


def times(office: Office, chat: int) -> list[float]:
    return [(when - START).total_seconds() for each, _, when in office.telegram.got if each == chat]


async def test_after_no_connection_nobody_is_tried_for_two_seconds(office: Office) -> None:
    office.say(1, 2)
    office.telegram.answers[1] = [AWAY]
    async with office.sender(pace=Pace(rate=1, burst=1)):
        await office.clock.travel(START + SECOND * 10)
    assert 2 <= times(office, 2)[0] < 4


async def test_a_chat_that_was_refused_is_left_alone_by_what_comes_later(office: Office) -> None:
    office.say(7)
    office.telegram.answers[7] = [WAIT]
    async with office.sender() as sender:
        await office.clock.settle()
        office.say(7, 8)
        sender.wake()
        await office.clock.travel(START + SECOND * 40)
    assert min(times(office, 7)) >= 20
    assert times(office, 8)[0] < 5


async def test_each_try_waits_twice_as_long(office: Office) -> None:
    office.say(7)
    office.telegram.answers[7] = [AWAY, AWAY]
    async with office.sender():
        await office.clock.settle()
        waits = (office.rows()[0].not_before - START).total_seconds()
        await office.clock.travel(START + SECOND * 30)
    assert 2 <= waits < 3
    assert 6 <= times(office, 7)[0] < 8


@pytest.mark.parametrize(("attempts", "seconds"), [(1, 2), (2, 4), (8, 256), (9, 300), (50, 300)])
def test_nobody_waits_longer_than_five_minutes_for_another_try(attempts: int, seconds: int) -> None:
    verdict = judge(AWAY, Lane.MUST_ARRIVE, resent=False, attempts=attempts, now=START)
    assert verdict.not_before == START + SECOND * seconds


async def test_an_answer_that_waits_long_holds_no_later_one_back(office: Office) -> None:
    office.say(7, text="一", lane=Lane.ANSWERS)
    office.change(attempts=9)
    office.telegram.answers[7] = [AWAY]
    async with office.sender() as sender:
        await office.clock.settle()
        office.say(7, text="二", lane=Lane.ANSWERS)
        sender.wake()
        await office.clock.travel(START + SECOND * 20)
        assert office.telegram.texts == [(7, "二")]


async def test_three_refused_for_a_moment_among_sixty_slow_nobody_down(office: Office) -> None:
    pace = Pace()
    office.say(*range(1, 61))
    for chat in (5, 25, 45):
        office.telegram.answers[chat] = [Outcome(OutcomeKind.RETRY, reason="too_many", retry_after=1)]
    async with office.sender(pace=pace):
        await office.clock.travel(START + SECOND * 10)
    assert pace.rate == OVERALL
    assert set(office.states()) == {"sent"}


async def test_a_group_that_moves_while_its_row_is_in_hand_gets_it_where_it_is_now(office: Office) -> None:
    office.say(8, -9)

    def move() -> Outcome:
        with office.storage.transaction() as session:
            follow(session, -9, -1009, START)
        return Outcome(OutcomeKind.SENT)

    office.telegram.answers[8] = [move]
    async with office.sender(pace=Pace(rate=1, burst=1)):
        await office.clock.settle()
    assert office.telegram.texts == [(-1009, "通知")]


@pytest.mark.parametrize(("outcome", "state"), [(LOST, "cancelled"), (WAIT, "cancelled"), (None, "sent")])
async def test_what_was_taken_back_on_its_way_goes_no_second_time(
    office: Office, storage: Overlapping, outcome: Outcome | None, state: str
) -> None:
    office.say(7)
    office.telegram.answers[7] = [outcome] if outcome else []
    office.telegram.held = []
    async with office.sender():
        await until(lambda: bool(office.telegram.held))
        with storage.transaction() as session:
            session.execute(update(Outbox).values(state=OutboxState.CANCELLED, reason="stopped"))
        await office.telegram.let_go(1, storage.random)
        await office.clock.travel(START + SECOND * 200)
    assert (office.telegram.asked, office.states()) == (1, [state])


async def test_a_row_that_cannot_be_begun_is_given_up_and_keeps_nobody_waiting(
    office: Office, storage: Overlapping
) -> None:
    office.say(7, 8)
    storage.cut("Sender._attempt", ValueError("the row"))
    async with office.sender():
        await office.clock.travel(START + SECOND * 10)
    assert sorted(office.states()) == ["failed", "sent"]


async def test_a_file_that_cannot_be_read_for_a_moment_goes_later(office: Office, storage: Overlapping) -> None:
    office.promise(Owed(("k",), {"text": "", "document": {"name": "a.pdf", "base64": "QQ=="}}, chat_id=7))
    storage.cut("Uploads.fill")
    async with office.sender():
        await office.clock.travel(START + SECOND * 10)
    assert office.states() == ["sent"]


async def test_what_was_heard_while_the_database_was_away_is_written_down_later(
    office: Office, storage: Overlapping, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(results, "FIRST_WAIT", 0.02)
    office.say(7, 8)
    for _ in range(3):
        storage.cut("Results._write")
    async with office.sender():
        await office.clock.travel(START + SECOND * 5)
        await until(lambda: not storage.cuts)
        await until(lambda: office.states() == ["sent", "sent"])
    assert office.telegram.asked == 2


async def test_a_row_that_cannot_be_read_is_put_aside_and_hides_no_other(sqlite_url: str) -> None:
    with Overlapping(sqlite_url) as storage:
        office = open_office(storage)
        office.say(7, 8, 9)
        with storage.transaction() as session:
            session.connection().exec_driver_sql("UPDATE outbox SET message = '{\"te' WHERE chat_id = 8")
        async with office.sender():
            await office.clock.settle()
        assert sorted(chat for chat, _ in office.telegram.texts) == [7, 9]
        assert [(row.state.value, row.reason) for row in office.rows()] == [
            ("sent", ""),
            ("failed", "unreadable"),
            ("sent", ""),
        ]


# --- standing still, and being stopped -----------------------------------------------------------------------------


async def test_silence_begins_when_something_becomes_due_and_no_failure_ends_it(office: Office) -> None:
    office.say(7, 8, delay=SECOND * 60)
    office.telegram.answers |= {7: [AWAY], 8: [AWAY]}
    async with office.sender() as sender:
        await until(lambda: sender.mine and not sender.busy)
        # So long nothing was due.
        sender._moved -= 100
        office.telegram.held = []
        while len(office.telegram.held) < 2:
            office.clock.jump(office.clock.now() + SECOND)
            await asyncio.sleep(0.002)
        assert sender.silence < 50
        sender._moved -= 100
        office.telegram.held[0].set()
        await until(lambda: office.telegram.turned_away == 1 or "queued" in office.states())
        assert sender.silence > 50
        calls, office.telegram.held = office.telegram.held, None
        calls[1].set()
        await office.clock.travel(office.clock.now() + SECOND * 20)
        assert sender.silence == 0


async def test_a_sender_whose_token_was_refused_sends_nothing_when_it_is_run_again(office: Office) -> None:
    office.say(7, 8)
    refused = Outcome(OutcomeKind.STOP, reason="token_refused")
    office.telegram.answers[7] = [refused]
    office.telegram.me = [refused]
    sender = Sender(
        office.storage,
        office.clock,
        office.telegram.send,
        still_owed={},
        on_stop=office.stopped.append,
        bot_id=1,
        ask=office.telegram.presence,
        pace=Pace(rate=1, burst=1),
    )
    for _ in range(2):
        await asyncio.wait_for(sender.run(), 10)
        assert not sender.mine
    assert (office.telegram.asked, len(office.telegram.asked_who), office.stopped) == (1, 1, ["token_refused"])


@pytest.mark.parametrize(
    ("chats", "each"),
    [([7], 100), ([-9], 60), (list(range(201, 211)), 20), (list(range(201, 216)), 12), ([7, -9], 50)],
    ids=["a chat", "a group", "ten chats", "fifteen chats", "both"],
)
async def test_nobody_waits_behind_those_to_whom_many_go(office: Office, chats: list[int], each: int) -> None:
    """One a second goes to a chat, and all that was in hand was theirs: others waited until the last of them had gone,
    a broadcast for twenty minutes.
    """
    for number in range(each):
        office.say(*chats, text=f"{number:03}")
    office.say(*range(301, 306))
    office.say(*range(401, 406), lane=Lane.BROADCASTS)
    async with office.sender():
        await office.clock.travel(START + SECOND * 5)
        waited = [times(office, chat) for chat in (*range(301, 306), *range(401, 406))]
        assert [len(when) for when in waited] == [1] * 10
        await office.clock.travel(START + SECOND * 400)
    for chat in chats:
        heard = [text for to, text in office.telegram.texts if to == chat]
        # What is put off for a group's twenty a minute may be overtaken.
        assert (sorted(heard) if chat < 0 else heard) == [f"{number:03}" for number in range(each)]
    assert set(office.states()) == {"sent"}


async def test_an_answer_goes_before_what_waits_in_hand_for_its_chat(office: Office) -> None:
    for number in range(20):
        office.say(7, text=f"{number:03}")
    async with office.sender() as sender:
        await office.clock.travel(START + SECOND * 2)
        before = len(office.telegram.texts)
        office.say(7, text="答", lane=Lane.ANSWERS)
        sender.wake()
        await office.clock.travel(START + SECOND * 40)
    heard = [text for _, text in office.telegram.texts]
    assert heard.index("答") <= before + 1
    assert sorted(heard) == sorted([*(f"{number:03}" for number in range(20)), "答"])
