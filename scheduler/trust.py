"""May the machine's clock be believed? What cannot be undone waits until it may."""

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


class Trust:
    """skew: how far Telegram's clock is ahead of this machine's; None while no answer has told the time.

    While the clock is off nothing is swept, pruned, planned or backed up over (a year ahead, all of it would be "old").
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
        """By what instant something has expired: the earlier of Telegram's and the machine's, where these are apart. To
        wait too long does less harm than to give up.
        """
        skew = self._skew()
        return now if skew is None or abs(skew) <= FAR else min(now, now + skew)


def behind_its_rows(session: Session, now: datetime) -> bool:
    """Whether the newest row is of a later time than `now`."""
    newest = (session.scalar(_RECEIVED), session.scalar(_PROMISED))
    return any(each is not None and each > now + FAR for each in newest)
