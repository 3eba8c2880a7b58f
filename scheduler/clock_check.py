"""May the machine's clock be believed? What cannot be undone waits until it may."""

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from scheduler.clock import Clock
from storage.engine import Storage
from storage.models.inbox import Inbox
from storage.models.outbox import Outbox

log = logging.getLogger(__name__)

# What Telegram's answers, a second's resolution and a slow line make of a clock that is right is far less.
FAR = timedelta(seconds=90)

# The newest by number: one look at the end of an index each.
_RECEIVED = select(Inbox.received_at).order_by(Inbox.id.desc()).limit(1)
_PROMISED = select(Outbox.created_at).order_by(Outbox.id.desc()).limit(1)


class Corrected:
    """A clock that is put right by Telegram's while the two are apart by more than FAR.

    What comes in, is promised or signed meanwhile keeps its true instant: stamped a year ago it would be swept as old
    as soon as the machine's clock is right. skew: as in Trust.
    """

    def __init__(self, clock: Clock, skew: Callable[[], timedelta | None]) -> None:
        self._clock, self._skew, self._apart = clock, skew, False

    @property
    def real(self) -> bool:
        return self._clock.real

    def now(self) -> datetime:
        return self._clock.now() + self._correction()

    async def sleep_until(self, when: datetime, wake: asyncio.Event | None = None) -> None:
        await self._clock.sleep_until(when - self._correction(), wake)

    def steady(self) -> datetime:
        return self._clock.steady()

    async def rest_until(self, when: datetime, wake: asyncio.Event | None = None) -> None:
        await self._clock.rest_until(when, wake)

    def _correction(self) -> timedelta:
        """At the edge it would jump to and fro, so it ends later than it begins."""
        skew = self._skew()
        if skew is None:
            return timedelta()
        self._apart = abs(skew) > (FAR / 2 if self._apart else FAR)
        return skew if self._apart else timedelta()


class ClockCheck:
    """skew: how far Telegram's clock is ahead of this machine's; None while no answer has told the time.

    While the clock is off nothing is swept, pruned, planned or backed up over: what is stamped by Telegram's time still
    is (see Corrected), but what cannot be undone waits until both agree.
    """

    def __init__(self, storage: Storage, clock: Clock, skew: Callable[[], timedelta | None]) -> None:
        self._storage, self._clock, self._skew = storage, clock, skew
        self._was_off = False

    @property
    def skew(self) -> timedelta | None:
        return self._skew()

    async def off(self) -> bool:
        """True while the clock is known to be wrong, or looks so and nobody has said yet."""
        skew, now = self._skew(), self._clock.now()
        if skew is not None:
            off = abs(skew) > FAR
        else:
            off = await self._storage.read(lambda session: behind_its_rows(session, now))
        if off != self._was_off:
            log.warning("the clock of this machine is %s", "off: nothing is planned or swept by it" if off else "right")
        self._was_off = off
        return off

    def over(self, now: datetime) -> datetime:
        """By what instant something has expired, `now` being right by Telegram: the earlier of that and the machine's
        own, where these are apart. To wait too long does less harm than to give up.
        """
        skew = self._skew()
        return now if skew is None or abs(skew) <= FAR else min(now, now - skew)


def behind_its_rows(session: Session, now: datetime) -> bool:
    """Whether the newest row is of a later time than `now`."""
    newest = (session.scalar(_RECEIVED), session.scalar(_PROMISED))
    return any(each is not None and each > now + FAR for each in newest)
