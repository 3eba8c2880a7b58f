"""A clock that is set back, or that was wrong: what is due goes all the same, and nothing is decided by it for good."""

import asyncio
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from scheduler import outbox, repairs
from scheduler.clock import SystemClock
from scheduler.clock_check import FAR, ClockCheck, Corrected
from scheduler.effects import Told
from scheduler.jobs import Owed
from scheduler.lease import SenderLease
from scheduler.outbox import Outcome, OutcomeKind, promise
from scheduler.outbox_rows import Row
from scheduler.outcome import Verdict
from scheduler.repairs import Repairs
from scheduler.results import Results
from storage.choices import InboxState, Lane, OutboxState
from storage.models.inbox import Inbox
from tests.e2e.house import until
from tests.overlapping import Overlapping
from tests.scheduler.office import START, Office, open_office

SECOND, DAY = timedelta(seconds=1), timedelta(days=1)
BACK = [SECOND * 60, DAY, DAY * 366]


@pytest.mark.parametrize("back", BACK)
async def test_a_clock_set_back_in_mid_broadcast_stops_nothing(office: Office, back: timedelta) -> None:
    office.say(*range(1, 91))
    # These wait for their chats' pace, for what Telegram asked and for a lost answer.
    office.say(1, 1, 2)
    office.telegram.answers |= {
        3: [Outcome(OutcomeKind.RETRY, reason="too_many", retry_after=20)],
        4: [Outcome(OutcomeKind.UNKNOWN, reason="answer_lost")],
    }
    async with office.sender() as sender:
        await go_on(office, 10)
        office.clock.jump(office.clock.now() - back)
        sender.wake()
        passed = office.clock.now()
        await office.clock.travel(passed + SECOND * 130)
    assert Counter(chat for chat, _ in office.telegram.texts) == Counter([*range(1, 91), 1, 1, 2])
    assert set(office.states()) == {"sent"}


async def go_on(office: Office, asked: int) -> None:
    """Time goes by until so many calls were made; nobody waits for anybody."""
    while office.telegram.asked < asked:
        office.clock.jump(office.clock.now() + SECOND / 10)
        await asyncio.sleep(0.002)


@pytest.mark.parametrize("back", BACK)
async def test_what_is_on_its_way_when_the_clock_is_set_back_ends(office: Office, back: timedelta) -> None:
    """Thirty rows slept in `sending` for as long as the clock was set back."""
    office.say(*range(1, 71))
    async with office.sender() as sender:
        await go_on(office, 3)
        office.clock.jump(office.clock.now() - back)
        sender.wake()
        await office.clock.settle()
    assert set(office.states()) == {"sent"}


HEARD = {
    "too many": (Outcome(OutcomeKind.RETRY, reason="too_many", retry_after=20), 20),
    "lost": (Outcome(OutcomeKind.UNKNOWN, reason="answer_lost"), 90),
}


@pytest.mark.parametrize("heard", HEARD)
@pytest.mark.parametrize("late", [False, True], ids=["before", "after"])
async def test_what_was_heard_as_the_clock_was_set_back_waits_no_longer(
    storage_url: str, heard: str, late: bool
) -> None:
    """Heard by the clock as it was and written down after it was set back, or the other way round: the row slept for
    as long as the clock was set back.
    """
    outcome, wait = HEARD[heard]
    with Overlapping(storage_url, seed=1) as storage:
        office = open_office(storage)
        office.say(3)
        office.telegram.answers[3] = [outcome]
        office.telegram.held = []
        async with office.sender() as sender:
            await until(lambda: bool(office.telegram.held))
            async with storage.together():
                if late:
                    office.clock.jump(START - DAY)
                calls, office.telegram.held = office.telegram.held, None
                calls[0].set()
                await until(lambda: storage.queued == 1)
                office.clock.jump(START - DAY)
                sender.wake()
                for _ in range(20):
                    await asyncio.sleep(0.001)
            await office.clock.travel(START - DAY + SECOND * (wait - 1))
            assert office.telegram.got == []
            await office.clock.travel(START - DAY + SECOND * (wait + 5))
    assert office.telegram.texts == [(3, "通知")]


async def test_what_could_not_be_brought_back_at_once_is_brought_back_then(
    storage_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbox, "BEGIN_AGAIN", 0.02)
    with Overlapping(storage_url, seed=1) as storage:
        office = open_office(storage)
        office.say(7, delay=SECOND * 20)
        storage.cut("Repairs.after_a_step")
        async with office.sender() as sender:
            await until(lambda: sender.mine and not sender.busy)
            office.clock.jump(START - DAY)
            sender.wake()
            await until(lambda: not storage.cuts)
            await until(lambda: office.rows()[0].not_before < START)
            await office.clock.travel(START - DAY + SECOND * 30)
        assert office.telegram.texts == [(7, "通知")]


async def test_what_is_put_off_to_a_day_stays_there(office: Office) -> None:
    office.say(7, delay=timedelta(hours=30))
    async with office.sender() as sender:
        await office.clock.settle()
        office.clock.jump(START - SECOND * 60)
        sender.wake()
        await office.clock.travel(START + timedelta(hours=29))
        assert office.telegram.got == []
        await office.clock.travel(START + timedelta(hours=31))
    assert office.telegram.texts == [(7, "通知")]


@pytest.mark.parametrize("ahead", BACK)
async def test_what_was_promised_by_a_clock_that_was_ahead_goes_after_a_restart(
    office: Office, ahead: timedelta
) -> None:
    office.clock.jump(START + ahead)
    office.say(7)
    office.say(8, delay=SECOND * 100)
    office.clock.jump(START)
    async with office.sender():
        await office.clock.settle()
        assert office.telegram.texts == [(7, "通知")]
        assert [row.created_at for row in office.rows()] == [START, START]
    async with office.sender():
        await office.clock.travel(START + SECOND * 90)
        assert office.telegram.texts == [(7, "通知")]
        await office.clock.travel(START + SECOND * 101)
    assert office.telegram.texts == [(7, "通知"), (8, "通知")]


@pytest.mark.parametrize("back", BACK)
@pytest.mark.parametrize("written", ["before", "after"])
@pytest.mark.parametrize("heard", ["before", "after"])
async def test_what_is_heard_and_written_down_around_a_step_keeps_its_distance(
    office: Office, back: timedelta, heard: str, written: str
) -> None:
    """Heard before the clock was set back, or written down before the other rows were moved: else it waited for as long
    as the clock was set back, or not at all.
    """
    office.say(7)
    row = Row(office.rows()[0].id, Lane.MUST_ARRIVE, None, 7, {"text": "通知"}, {}, 1, False)
    lock = asyncio.Lock()
    repairs_ = Repairs(office.storage, office.clock, SenderLease(office.storage, "t", DAY, others="", alone=True), lock)
    results = Results(office.storage, office.clock, 1, lambda told: None, lock, repairs_.known)
    await repairs_.after_a_step()

    def hear() -> None:
        later = office.clock.now() + SECOND * 90
        results.note(Told(row, Verdict(OutboxState.QUEUED, "answer_lost", later, resent=True)))

    if heard == "before":
        hear()
    office.clock.jump(START - back)
    if heard == "after":
        hear()
    if written == "before":
        await results.flush()
    assert await repairs_.after_a_step()
    await results.flush()
    assert [row.not_before for row in office.rows()] == [START - back + SECOND * 90]


@pytest.mark.parametrize("ahead", BACK)
async def test_what_a_process_promises_whose_clock_is_ahead_goes_soon(
    office: Office, ahead: timedelta, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Or the clock of whoever sends is behind, which is the same: it waited until that day came, or for a restart."""
    monkeypatch.setattr(repairs, "STRAYS_EVERY", 0.0)
    async with office.sender() as sender:
        await office.clock.settle()
        with office.storage.transaction() as session:
            for chat, delay in ((7, SECOND * 0), (8, SECOND * 100)):
                owed = Owed((f"{chat}",), {"text": "通知"}, chat_id=chat, delay=delay)
                promise(session, owed, job=None, branch_id=None, now=START + ahead)
        sender.wake()
        await office.clock.settle()
        assert office.telegram.texts == [(7, "通知")]
        await office.clock.travel(START + SECOND * 101)
    assert office.telegram.texts == [(7, "通知"), (8, "通知")]


async def test_what_keeps_its_distance_after_a_step_back_keeps_it(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And what is put off for long stays where it is: its day comes when the clock is right again."""
    monkeypatch.setattr(repairs, "STRAYS_EVERY", 0.0)
    office.telegram.answers[7] = [Outcome(OutcomeKind.UNKNOWN, reason="answer_lost")]
    office.say(7)
    office.say(8, delay=timedelta(hours=30))
    async with office.sender() as sender:
        await office.clock.settle()
        office.clock.jump(START - DAY)
        sender.wake()
        await office.clock.travel(START - DAY + SECOND * 88)
        assert office.telegram.asked == 1
        await office.clock.travel(START - DAY + SECOND * 92)
        assert office.telegram.asked == 2
    assert [row.not_before for row in office.rows()][1] == START + timedelta(hours=30)


@pytest.mark.parametrize(("skew", "expired"), [(-DAY * 366, {8, 9}), (DAY * 366, {9})], ids=["ahead", "behind"])
async def test_only_what_both_clocks_call_late_has_expired(office: Office, skew: timedelta, expired: set[int]) -> None:
    """The sender goes by the corrected clock; while the machine's says that there is time, nothing is given up."""
    office.say(7, expires_at=START + timedelta(hours=8))
    office.say(8, expires_at=START - SECOND)
    office.say(9, expires_at=START - DAY * 366 - SECOND)
    trust = ClockCheck(office.storage, office.clock, lambda: skew)
    async with office.sender(over=trust.over):
        await office.clock.settle()
    assert {row.chat_id for row in office.rows() if row.state.value == "expired"} == expired
    assert {chat for chat, _ in office.telegram.texts} == {7, 8, 9} - expired


@pytest.mark.parametrize("skew", [DAY * 366, -DAY * 366, SECOND * 91])
async def test_a_clock_is_put_right_while_it_is_far_from_telegrams(office: Office, skew: timedelta) -> None:
    told: list[timedelta | None] = [None]
    clock = Corrected(office.clock, lambda: told[0])
    assert (clock.now(), clock.real) == (START, False)
    told[0] = skew
    assert clock.now() == START + skew
    steady = clock.steady()
    office.clock.jump(START)
    assert clock.steady() == steady
    sleeping = asyncio.create_task(clock.sleep_until(START + skew + SECOND * 10))
    await asyncio.sleep(0)
    await office.clock.travel(START + SECOND * 9)
    assert not sleeping.done()
    await office.clock.travel(START + SECOND * 11)
    await sleeping
    told[0] = SECOND * 2
    assert clock.now() == office.clock.now()


async def test_a_clock_at_the_edge_is_not_set_to_and_fro(office: Office) -> None:
    skew = FAR
    clock = Corrected(office.clock, lambda: skew)
    corrections = []
    for seconds in (89, 90, 91, 89, 91, 46, 45, 46, 90, 91):
        skew = SECOND * seconds
        corrections.append((clock.now() - START).total_seconds())
    assert corrections == [0, 0, 91, 89, 91, 46, 0, 0, 0, 91]


def receive(office: Office, number: int, at: datetime) -> None:
    with office.storage.transaction() as session:
        session.add(
            Inbox(
                bot_id=1,
                update_id=number,
                sender=7,
                kind="message",
                payload="{}",
                state=InboxState.ANSWERED,
                received_at=at,
            )
        )


@pytest.mark.parametrize(("skew", "off"), [(90, False), (91, True), (-90, False), (-91, True), (0, False)])
async def test_a_clock_is_off_by_what_telegram_says(office: Office, skew: int, off: bool) -> None:
    receive(office, 1, START + DAY)
    trust = ClockCheck(office.storage, office.clock, lambda: SECOND * skew)
    assert await trust.off() is off
    assert trust.over(START) == START - (max(SECOND * skew, timedelta()) if off else timedelta())


async def test_while_telegram_has_not_said_the_newest_row_does(office: Office) -> None:
    trust = ClockCheck(office.storage, office.clock, lambda: None)
    assert not await trust.off()
    receive(office, 1, START - DAY)
    assert not await trust.off()
    receive(office, 2, START + FAR)
    assert not await trust.off()
    receive(office, 3, START + FAR + SECOND)
    assert await trust.off()
    receive(office, 4, START)
    office.clock.jump(START + DAY)
    office.promise(Owed(("k",), {"text": "x"}, chat_id=7, lane=Lane.ANSWERS))
    office.clock.jump(START)
    assert await trust.off()
    assert trust.over(START) == START


async def test_the_steady_clock_of_the_machine_goes_on_as_time_does() -> None:
    """And not as the wall clock of a rehearsal says."""
    here, there = SystemClock(), SystemClock.starting_at(datetime(2023, 7, 1, tzinfo=UTC))
    before = here.steady()
    await there.rest_until(there.steady() + SECOND / 50)
    assert here.steady() - before >= SECOND / 50
    assert abs(there.steady() - here.steady()) < SECOND


async def test_who_rests_for_so_long_is_woken_in_time_when_a_travelling_clock_goes_back(office: Office) -> None:
    clock, woken = office.clock, list[datetime]()

    async def rest() -> None:
        await clock.rest_until(clock.steady() + SECOND * 10)
        woken.append(clock.now())

    resting = asyncio.create_task(rest())
    await asyncio.sleep(0)
    clock.jump(START + SECOND * 4)
    clock.jump(START - DAY)
    await clock.travel(START - DAY + SECOND * 7)
    await resting
    assert woken == [START - DAY + SECOND * 6]


async def test_what_waits_by_a_clock_that_was_ahead_goes_after_a_restart_and_so_do_all_others(office: Office) -> None:
    """Refused, away, lost and put off while the clock was a year ahead; it was put right and the bot begun anew."""
    office.say(*range(1, 6))
    for chat, reason in enumerate(("too_many", "server_error", "answer_lost", "interrupted", ""), 1):
        office.change_of(chat, reason=reason, attempts=1, not_before=START + DAY * 365)
    office.say(6, delay=DAY * 20)
    async with office.sender() as sender:
        await office.clock.travel(START + SECOND * 30)
        office.say(7)
        sender.wake()
        await office.clock.travel(START + SECOND * 120)
    assert sorted(chat for chat, _ in office.telegram.texts) == [1, 2, 3, 4, 5, 7]


async def test_a_group_that_says_for_ever_that_it_moved_is_not_believed(office: Office) -> None:
    office.say(-9, -8, text="卡片")
    office.telegram.answers[-9] = [Outcome(OutcomeKind.MOVED, reason="moved", new_chat_id=-9)]
    office.telegram.answers[-8] = [Outcome(OutcomeKind.MOVED, reason="moved", new_chat_id=-7)] * 20
    office.telegram.answers[-7] = [Outcome(OutcomeKind.MOVED, reason="moved", new_chat_id=-8)] * 20
    async with office.sender():
        await office.clock.travel(START + SECOND * 300)
    assert [(row.state.value, row.reason) for row in office.rows()] == [("failed", "moved")] * 2
    assert office.telegram.asked < 10
