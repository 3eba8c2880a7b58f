"""The line to Telegram: when it is closed, how often Telegram is asked then, and what opens it."""

import asyncio
from datetime import timedelta

import pytest

from bot.playground.clock import TravelClock
from scheduler.circuit_breaker import CircuitBreaker
from scheduler.outcome import Outcome, OutcomeKind
from tests.scheduler.office import START

SECOND = timedelta(seconds=1)
SENT, AWAY = Outcome(OutcomeKind.SENT), Outcome(OutcomeKind.AWAY, reason="no_connection")
STOP, LOST = Outcome(OutcomeKind.STOP, reason="token_refused"), Outcome(OutcomeKind.UNKNOWN)


class Watched:
    """A line on a travelling clock; `me`: what getMe answers, one after the other, then that it is there."""

    def __init__(self, *me: Outcome | Exception) -> None:
        self.clock, self.me, self.asked, self.back = TravelClock(START), list(me), list[int](), 0
        self.line = CircuitBreaker(self.clock, self.ask)
        self.task = asyncio.create_task(self.line.run(self.came_back))

    async def ask(self) -> Outcome:
        self.asked.append(round((self.clock.now() - START).total_seconds()))
        answer = self.me.pop(0) if self.me else SENT
        if isinstance(answer, Exception):
            raise answer
        return answer

    async def came_back(self) -> None:
        self.back += 1

    async def hear(self, *outcomes: Outcome) -> None:
        for outcome in outcomes:
            self.line.hear(outcome)
        for _ in range(5):
            await asyncio.sleep(0)

    async def at(self, second: int) -> None:
        await self.clock.travel(START + SECOND * second)

    async def end(self) -> None:
        self.task.cancel()
        await asyncio.wait([self.task])


@pytest.mark.parametrize("lost", [AWAY, LOST])
async def test_only_three_in_a_row_close_it(lost: Outcome) -> None:
    line = Watched(AWAY)
    await line.hear(lost, lost, SENT, lost, lost)
    assert line.line.open
    await line.hear(lost)
    assert not line.line.open
    await line.end()


async def test_it_is_asked_at_once_and_then_every_fifteen_seconds() -> None:
    line = Watched(AWAY, LOST, RuntimeError("a bug"), AWAY)
    await line.hear(AWAY, AWAY, AWAY)
    await line.at(100)
    assert line.asked == [0, 15, 30, 45, 60]
    assert (line.line.open, line.back, line.task.done()) == (True, 1, False)
    # It takes three again, not one.
    await line.hear(AWAY, AWAY)
    assert line.line.open
    await line.end()


async def test_while_nothing_gets_through_though_telegram_answers_it_rests_before_it_asks() -> None:
    line = Watched()
    await line.hear(AWAY, AWAY, AWAY)
    assert (line.asked, line.line.open) == ([0], True)
    await line.hear(AWAY, AWAY, AWAY)
    assert (line.asked, line.line.open) == ([0], False)
    await line.at(14)
    assert not line.line.open
    await line.at(16)
    assert (line.asked, line.line.open) == ([0, 15], True)
    # One that got through, and the next outage is a new one.
    await line.hear(SENT, AWAY, AWAY, AWAY)
    assert line.asked == [0, 15, 16]
    await line.end()


async def test_a_refused_token_is_asked_about_at_once_and_ends_only_by_telegram_s_own_word() -> None:
    line = Watched(SENT, AWAY, STOP)
    await line.hear(STOP)
    assert (line.asked, line.line.open, line.line.refused) == ([0], True, "")
    await line.hear(SENT, STOP)
    await line.at(20)
    assert line.asked == [0, 0, 15]
    assert (line.task.done(), line.line.open, line.line.refused) == (True, False, "token_refused")
