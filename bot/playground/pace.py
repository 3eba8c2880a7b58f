"""Telegram's pace: 30 messages a second over all, 1 a second in a private chat, 20 a minute in a group."""

import math
from collections import deque
from collections.abc import Callable
from datetime import datetime

from telegram.constants import FloodLimit

from bot.playground.chats import Chat
from bot.playground.errors import too_many


class Window:
    """At most `limit` events within any `seconds`."""

    def __init__(self, limit: int, seconds: float) -> None:
        self.limit, self.seconds = limit, seconds
        self._times: deque[float] = deque()

    def wait(self, now: float) -> float:
        """Seconds until there is room; 0 when there is."""
        while self._times and self._times[0] <= now - self.seconds:
            self._times.popleft()
        return 0.0 if len(self._times) < self.limit else self._times[0] + self.seconds - now

    def add(self, now: float) -> None:
        self._times.append(now)


class Pace:
    """Settable: `on`, and the limits before the first message of a chat. On the playground's clock.

    A private chat takes `burst` messages within `burst` seconds, which is 1 a second with a short burst
    tolerated.
    """

    def __init__(self, now: Callable[[], datetime]) -> None:
        self.on = True
        self.burst = 3
        self.per_group = int(FloodLimit.MESSAGES_PER_MINUTE_PER_GROUP)
        self._now = now
        self._overall = Window(FloodLimit.MESSAGES_PER_SECOND, 1)
        self._chats: dict[int, Window] = {}

    @property
    def overall(self) -> int:
        return self._overall.limit

    @overall.setter
    def overall(self, limit: int) -> None:
        self._overall.limit = limit

    def spend(self, chat: Chat) -> None:
        """Count one new message; raises 429 with whole seconds to wait, and then counts nothing."""
        if not self.on:
            return
        now = self._now().timestamp()
        windows = (self._overall, self._window(chat))
        wait = max(window.wait(now) for window in windows)
        if wait > 0:
            raise too_many(max(1, math.ceil(wait)))
        for window in windows:
            window.add(now)

    def _window(self, chat: Chat) -> Window:
        if chat.id not in self._chats:
            self._chats[chat.id] = Window(self.burst, self.burst) if chat.private else Window(self.per_group, 60)
        return self._chats[chat.id]
