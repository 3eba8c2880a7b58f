"""The line to Telegram: after some failures in a row nobody is tried until Telegram itself answers."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import timedelta

from scheduler.clock import Clock
from scheduler.outcome import Outcome, OutcomeKind

log = logging.getLogger(__name__)

IN_A_ROW = 3
ASK_EVERY = timedelta(seconds=15)
# Nobody is reached by these: the line, or what stands in it, is at fault and not the row.
_NOT_THROUGH = (OutcomeKind.AWAY, OutcomeKind.UNKNOWN)

Ask = Callable[[], Awaitable[Outcome]]


async def _nobody_to_ask() -> Outcome:
    return Outcome(OutcomeKind.SENT)


class CircuitBreaker:
    """Open until three sends in a row did not get through, or one met a refused token; then Telegram is asked.

    ask: who we are (getMe). SENT or any error of the method itself: Telegram is there; STOP: it refuses the token. Only
    that answer stops the bot: a page with 404 in it, or one row's 401, does not.
    """

    def __init__(self, clock: Clock, ask: Ask | None) -> None:
        self._clock, self._ask = clock, ask or _nobody_to_ask
        self._in_a_row, self._pauses = 0, 0
        self._closed = asyncio.Event()
        self.refused = ""

    @property
    def open(self) -> bool:
        return not self._closed.is_set()

    def hear(self, outcome: Outcome) -> None:
        """What one send came to."""
        if outcome.kind in _NOT_THROUGH:
            self._in_a_row += 1
        elif outcome.kind is not OutcomeKind.STOP:
            self._in_a_row = self._pauses = 0
            return
        if self.open and (outcome.kind is OutcomeKind.STOP or self._in_a_row >= IN_A_ROW):
            log.warning("Telegram does not answer as it should (%s): sending pauses", outcome.reason)
            self._closed.set()

    async def run(self, back: Callable[[], Awaitable[None]]) -> None:
        """Ask while it is closed, and call `back` when it is open again, for ever. Ends once the token is refused."""
        while True:
            await self._closed.wait()
            if self._pauses:
                # Telegram was there and the sends did not get through all the same.
                await self._rest()
            self._pauses += 1
            self.refused = await self._answer()
            if self.refused:
                return
            log.info("Telegram answers: sending goes on")
            self._in_a_row = 0
            self._closed.clear()
            await back()

    async def _answer(self) -> str:
        """Why the token is refused; empty when Telegram is there."""
        while True:
            outcome = await self._asked()
            if outcome.kind is OutcomeKind.STOP:
                return outcome.reason
            if outcome.kind not in _NOT_THROUGH:
                return ""
            await self._rest()

    async def _asked(self) -> Outcome:
        try:
            return await self._ask()
        except Exception:
            log.exception("Telegram could not be asked")
            return Outcome(OutcomeKind.AWAY)

    async def _rest(self) -> None:
        await self._clock.rest_until(self._clock.steady() + ASK_EVERY)
