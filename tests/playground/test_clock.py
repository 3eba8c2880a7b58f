"""The clock to travel with."""

import asyncio
import time
from datetime import timedelta

import pytest

from bot.playground.clock import TravelClock
from bot.playground.idle import StillBusy

SECOND, HOUR = timedelta(seconds=1), timedelta(hours=1)


@pytest.fixture
def log(clock):
    """note(after) starts a sleeper that writes down when it woke."""
    woken = []
    started = clock.now()

    async def sleep(after):
        await clock.sleep_until(started + after)
        woken.append(clock.now() - started)

    def note(after):
        tasks.append(asyncio.create_task(sleep(after)))

    tasks = []
    note.woken = woken
    return note


async def test_time_stands(clock, log):
    log(SECOND)
    before = clock.now()
    await clock.settle()
    assert (clock.now(), log.woken) == (before, [])
    clock.jump(before + HOUR)
    await clock.settle()
    assert log.woken == [HOUR]


async def test_travel_goes_through_all_sleepers_in_order(clock, log):
    for after in (3 * HOUR, HOUR, 2 * HOUR, HOUR, 9 * HOUR):
        log(after)
    began = clock.now()
    await clock.travel(began + 4 * HOUR)
    assert log.woken == [HOUR, HOUR, 2 * HOUR, 3 * HOUR]
    assert clock.now() == began + 4 * HOUR
    assert clock.next_at() == began + 9 * HOUR
    assert await clock.next_thing() == began + 9 * HOUR
    assert await clock.next_thing() == began + 9 * HOUR


async def test_a_sleeper_may_sleep_again_on_the_way(clock):
    ticks = []

    async def tick():
        while True:
            await clock.sleep_until(clock.now() + HOUR)
            ticks.append(clock.now())

    task = asyncio.create_task(tick())
    await clock.travel(clock.now() + 24 * HOUR)
    assert len(ticks) == 24
    task.cancel()


async def test_time_does_not_overtake_work(clock):
    """Work that takes real time holds the clock by its gauge."""
    working, seen = [0], []
    clock.gauges.append(lambda: working[0])
    began = clock.now()

    async def work():
        await clock.sleep_until(began + HOUR)
        working[0] = 1
        await asyncio.sleep(0.05)
        seen.append(clock.now() - began)
        working[0] = 0

    task = asyncio.create_task(work())
    await clock.travel(began + 3 * HOUR)
    assert seen == [HOUR]
    await task


async def test_named_work_is_never_taken_for_sleep(clock):
    """However long it stands still: a commit on a busy disk must not let a button press grow old."""
    clock.stuck, working, seen = 0.01, [1], []
    clock.watch("storage", lambda: working[0])
    began = clock.now()
    sleeper = asyncio.create_task(clock.sleep_until(began + HOUR))

    async def work():
        await asyncio.sleep(0.05)
        seen.append(clock.now())
        working[0] = 0

    task = asyncio.create_task(work())
    await clock.travel(began + 2 * HOUR)
    assert seen == [began]
    await asyncio.gather(task, sleeper)


async def test_a_loop_that_got_no_time_has_seen_nobody_sleep(clock):
    """One turn takes longer than all patience; the work needs a few turns to begin."""
    queue, seen = [1], []
    clock.watch("sender", lambda: queue[0], sleeps=True)
    began = clock.now()

    async def send():
        for _ in range(5):
            time.sleep(2 * clock.patience)  # noqa: ASYNC251  # the whole loop stands still
            await asyncio.sleep(0)
        seen.append(clock.now())
        queue[0] = 0

    tasks = [asyncio.create_task(send()), asyncio.create_task(clock.sleep_until(began + HOUR))]
    await clock.settle()
    assert seen == [began]
    tasks[1].cancel()
    await asyncio.wait(tasks)


@pytest.mark.parametrize("named", [True, False])
async def test_settle_moves_time_to_those_who_sleep_while_busy(clock, named):
    queue = [3]
    if named:
        clock.watch("sender", lambda: queue[0], sleeps=True)
    else:
        clock.stuck = 0.02
        clock.gauges.append(lambda: queue[0])
    began = clock.now()

    async def send():
        while queue[0]:
            await clock.sleep_until(clock.now() + SECOND)
            queue[0] -= 1
        await clock.sleep_until(began + HOUR)

    task = asyncio.create_task(send())
    await clock.settle()
    assert clock.now() == began + 3 * SECOND
    task.cancel()


async def test_settle_does_not_go_far_for_a_late_retry(clock):
    clock.watch("sender", lambda: 1, sleeps=True)
    task = asyncio.create_task(clock.sleep_until(clock.now() + HOUR))
    before = clock.now()
    await clock.settle()
    assert clock.now() == before
    task.cancel()


async def test_what_never_rests_is_named(clock):
    clock.bound, clock.stuck = 0.05, 0.01
    clock.watch("inbox", lambda: 2)
    clock.watch("sender", lambda: 0)
    with pytest.raises(StillBusy, match="inbox=2"):
        await clock.settle()
    with pytest.raises(StillBusy, match="inbox=2"):
        await clock.travel(clock.now() + HOUR)


async def test_endless_news_are_named_too(clock):
    clock.bound = 0.05
    count = iter(range(1, 10**9))
    clock.watch("counter", lambda: next(count))
    with pytest.raises(StillBusy, match="counter="):
        await clock.settle()


async def test_an_event_wakes_a_sleeper(clock):
    wake = asyncio.Event()
    task = asyncio.create_task(clock.sleep_until(clock.now() + HOUR, wake))
    await clock.settle()
    assert not task.done()
    wake.set()
    await clock.settle()
    assert task.done()
    assert clock.next_at() is None
    await clock.sleep_until(clock.now() + HOUR, wake)
    await clock.sleep_until(clock.now() - HOUR)


async def test_a_cancelled_sleeper_is_forgotten(clock):
    task = asyncio.create_task(clock.sleep_until(clock.now() + HOUR))
    await asyncio.sleep(0)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert clock.next_at() is None


async def test_the_running_clock(clock):
    running = TravelClock(clock.now(), running=True)
    began = running.now()
    await asyncio.wait_for(running.sleep_until(began + timedelta(milliseconds=20)), 5)
    assert running.now() >= began + timedelta(milliseconds=20)
    task = asyncio.create_task(running.sleep_until(began + HOUR))
    await running.travel(began + 2 * HOUR)
    assert task.done()
    assert running.running
    running.freeze()
    assert running.now() == running.now() >= began + 2 * HOUR
    running.run()
    assert running.running


async def test_it_may_be_set_back(clock):
    before = clock.now()
    clock.jump(before - HOUR)
    assert clock.now() == before - HOUR
