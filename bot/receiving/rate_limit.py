"""One person who sends without end: what is beyond a bucket of their own is dropped before the database's work."""

from dataclasses import dataclass
from datetime import datetime, timedelta

# Somebody who ticks off a roll-call taps three times a second for a while; a machine sends a thousand.
BURST, PER_SECOND = 150.0, 2.0
# Buckets that have filled up again need not be remembered.
MOST = 10_000
FULL_AFTER = timedelta(seconds=BURST / PER_SECOND)


@dataclass(slots=True)
class Bucket:
    left: float
    at: datetime
    told: bool = False


class Flood:
    """A bucket a sender, in memory: each process has its own, so several let through so many times as much."""

    def __init__(self) -> None:
        self._buckets: dict[int, Bucket] = {}

    def admits(self, sender: int, now: datetime) -> bool:
        """Take one out of the sender's bucket; False when it is empty. Nobody's (0) is not counted."""
        if not sender:
            return True
        bucket = self._filled(sender, now)
        if bucket.left < 1:
            return False
        bucket.left -= 1
        return True

    def is_busy(self, sender: int) -> bool:
        """Has the sender used up more than half: is it worth a question to the database?"""
        bucket = self._buckets.get(sender)
        return bucket is not None and bucket.left < BURST / 2

    def to_tell(self, sender: int) -> bool:
        """Once an episode: True for the first message that is dropped."""
        bucket = self._buckets[sender]
        told, bucket.told = bucket.told, True
        return not told

    def _filled(self, sender: int, now: datetime) -> Bucket:
        bucket = self._buckets.get(sender)
        if bucket is None:
            if len(self._buckets) >= MOST:
                self._forget(now)
            bucket = self._buckets[sender] = Bucket(BURST, now)
        # A clock that was set back fills nothing.
        passed = max((now - bucket.at).total_seconds(), 0.0)
        bucket.left, bucket.at = min(BURST, bucket.left + passed * PER_SECOND), now
        if bucket.left >= BURST:
            bucket.told = False
        return bucket

    def _forget(self, now: datetime) -> None:
        self._buckets = {sender: each for sender, each in self._buckets.items() if now - each.at < FULL_AFTER}
