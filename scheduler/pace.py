"""How fast may be sent: evenly, just under Telegram's limits, slower after a 429, and back again."""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

# Telegram: about 30 a second over all, 1 a second in a chat, 20 a minute in a group. Refused by a
# server that counts in any second, a bot goes on just under that at once, and falls further only when refused again.
OVERALL = 29.5
AFTER_REFUSAL = 28.0
# A part of a message may be made up for: a timer that wakes late would otherwise slow the whole row of them down.
SLACK = 1.4
SLOWEST = 1.0
SLOWER, FASTER = 0.7, 1.1
RECOVERY = timedelta(seconds=5)
SECOND = timedelta(seconds=1)
# However late a timer or a commit was: the 30th call before this one began a second ago, and a bit for the way there.
IN_ANY_SECOND, ANY_SECOND = 30, timedelta(seconds=1.016)
AT_ONCE, SPREAD = 3, timedelta(seconds=0.085)
# A burst of 5 and one every 4 seconds: never more than 20 in any minute.
GROUP_EVERY, GROUP_BURST = timedelta(seconds=4), 5
TOGETHER = timedelta(seconds=2)
# What tells a bot that is too fast from a chat that is: long waits for two chats together, or so many chats refused
# among so many answers. One in a hundred refused for a moment is no reason to slow down for all.
LONG = timedelta(seconds=3)
TOO_OFTEN = ((3, 5), (6, 100))
OFFLINE = timedelta(seconds=2)
KEPT_CHATS = 5_000

LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(slots=True)
class Spacing:
    """A token bucket told by one instant: when it will be full again. One token every `every`, at most `burst` kept."""

    every: timedelta
    burst: float = 1
    full_at: datetime = LONG_AGO

    def ready(self, now: datetime) -> datetime:
        """The earliest instant, from now on, with a token."""
        return max(now, self.full_at - self.every * (self.burst - 1))

    def take(self, now: datetime) -> None:
        self.full_at = max(self.full_at, now) + self.every


class Pace:
    """Of one bot token. Everything is asked with the clock's `steady`: pacing travels in time with it, and a clock that
    is set back or ahead changes nothing.

    rate: messages a second over all; burst: how many of them may go at once after a rest.
    """

    def __init__(self, rate: float = OVERALL, burst: float = SLACK) -> None:
        self._top, self._rate = rate, rate
        self._overall = Spacing(SECOND / rate, burst)
        self._chats: dict[int, list[Spacing]] = {}
        self._begun: deque[datetime] = deque(maxlen=IN_ANY_SECOND)
        self._paused: dict[int, datetime] = {}
        self._all_paused = LONG_AGO
        self._changed_at = LONG_AGO
        self._refused: tuple[int, datetime, timedelta] | None = None
        # Of the last answers: the chat that was refused, or None.
        self._answers: deque[int | None] = deque(maxlen=100)

    @property
    def rate(self) -> float:
        """Messages a second, as of now."""
        return self._rate

    def open(self, now: datetime) -> datetime:
        """When the next message may go to anybody."""
        return max(self._overall.ready(now), self._all_paused)

    def ready(self, chat_id: int, now: datetime) -> datetime:
        """When the next message may go to this chat, as far as the chat itself is concerned."""
        mine = [spacing.ready(now) for spacing in self._chats.get(chat_id, ())]
        return max(now, self._paused.get(chat_id, LONG_AGO), *mine)

    def forecast(self, chat_ids: Iterable[int], now: datetime) -> list[datetime]:
        """When each of these messages could go, in order, as far as its chat and a pause for all are concerned."""
        ahead: dict[int, tuple[datetime, list[Spacing]]] = {}
        moments = []
        for chat_id in chat_ids:
            if chat_id not in ahead:
                known = self._chats.get(chat_id) or _spacings(chat_id)
                ahead[chat_id] = max(self.open(now), self.ready(chat_id, now)), [replace(each) for each in known]
            moment, spacings = ahead[chat_id]
            moment = max(spacing.ready(moment) for spacing in spacings)
            for spacing in spacings:
                spacing.take(moment)
            ahead[chat_id] = moment, spacings
            moments.append(moment)
        return moments

    def take(self, chat_id: int, now: datetime) -> None:
        """Count one message that goes now."""
        self._recover(now)
        self._forget(now)
        self._overall.take(now)
        for spacing in self._chats.setdefault(chat_id, _spacings(chat_id)):
            spacing.take(now)

    def begin(self, now: datetime) -> datetime:
        """When a message that was counted may really leave: nearly always now. Call just before it does."""
        moment, before = now, self._begun
        if len(before) == IN_ANY_SECOND and before[-1] <= now + TOGETHER:
            moment = max(moment, before[0] + ANY_SECOND)
        if len(before) >= AT_ONCE and before[-1] <= now + TOGETHER:
            moment = max(moment, before[-AT_ONCE] + SPREAD)
        before.append(moment)
        return moment

    def accept(self) -> None:
        """A message was taken, or refused for another reason than the pace."""
        self._answers.append(None)

    def refuse(self, chat_id: int, retry_after: timedelta, now: datetime) -> None:
        """A 429: the chat rests. If it seems to be meant for the bot as a whole, everybody rests, and then slower.

        What is heard while everybody rests had left before: it makes the rest longer, and nothing slower.
        """
        self._paused[chat_id] = now + retry_after
        self._answers.append(chat_id)
        before, self._refused = self._refused, (chat_id, now, retry_after)
        if self._too_fast(before):
            self._answers.clear()
            rests, self._all_paused = now < self._all_paused, max(self._all_paused, now + retry_after)
            if not rests:
                lower = max(self._rate * SLOWER, SLOWEST)
                self._top = min(self._top, AFTER_REFUSAL)
                self._set(self._top if self._rate > AFTER_REFUSAL else lower, now)

    def _too_fast(self, before: tuple[int, datetime, timedelta] | None) -> bool:
        assert self._refused is not None
        chat_id, now, wait = self._refused
        if before is not None and before[0] != chat_id and now - before[1] <= TOGETHER and min(wait, before[2]) >= LONG:
            return True
        answers = list(self._answers)
        return any(len(set(answers[-among:]) - {None}) >= many for many, among in TOO_OFTEN)

    def offline(self, now: datetime) -> None:
        """No connection: nobody is tried for a moment."""
        self._all_paused = max(self._all_paused, now + OFFLINE)

    def _recover(self, now: datetime) -> None:
        if self._rate < self._top and now - self._changed_at >= RECOVERY:
            self._set(min(self._rate * FASTER, self._top), now)

    def _set(self, rate: float, now: datetime) -> None:
        self._rate, self._changed_at = rate, now
        self._overall.every = SECOND / rate

    def _forget(self, now: datetime) -> None:
        if len(self._chats) < KEPT_CHATS:
            return
        self._chats = {
            chat: spacings for chat, spacings in self._chats.items() if any(each.full_at > now for each in spacings)
        }
        self._paused = {chat: until for chat, until in self._paused.items() if until > now}


def _spacings(chat_id: int) -> list[Spacing]:
    own = [Spacing(SECOND)]
    # Groups and channels have negative ids.
    return [*own, Spacing(GROUP_EVERY, GROUP_BURST)] if chat_id < 0 else own
