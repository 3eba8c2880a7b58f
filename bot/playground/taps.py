"""Button presses: each waits for its answer until the deadline."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from telegram.constants import CallbackQueryLimit

from bot.playground.chats import Message, User
from bot.playground.errors import bad_request
from bot.playground.wire import units

TOO_OLD = "query is too old and response timeout expired or query ID is invalid"


@dataclass(frozen=True, slots=True)
class Answer:
    """What the bot answered: a toast, or a box to close when `alert`; `url` to open."""

    text: str
    alert: bool = False
    url: str = ""


@dataclass(slots=True, eq=False)
class Tap:
    """One press. `answer` is None until the bot has answered it in time."""

    id: str
    user: User
    message: Message
    data: str
    at: datetime
    answer: Answer | None = None
    _answered: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def toast(self) -> str:
        """The words of the answer, empty when there is none."""
        return self.answer.text if self.answer else ""

    async def answered(self, timeout: float) -> Answer | None:
        """Wait up to `timeout` real seconds for the answer."""
        try:
            await asyncio.wait_for(self._answered.wait(), timeout)
        except TimeoutError:
            return None
        return self.answer

    def _take(self, answer: Answer) -> None:
        if self.answer is None:
            self.answer = answer
            self._answered.set()


class Taps:
    """All presses by id.

    `deadline`: how long after the press an answer is taken (undocumented; users report 10-20 s).
    """

    def __init__(self, now: Callable[[], datetime]) -> None:
        self.deadline = timedelta(seconds=15)
        self._now = now
        self._taps: dict[str, Tap] = {}

    def add(self, user: User, message: Message, data: str) -> Tap:
        number = len(self._taps) + 1
        tap = Tap(str(user.id << 32 | number), user, message, data, self._now())
        self._taps[tap.id] = tap
        return tap

    def answer(self, query_id: str, answer: Answer) -> None:
        """answerCallbackQuery: the first answer is shown; 400 when the query is unknown or too old."""
        if units(answer.text) > CallbackQueryLimit.ANSWER_CALLBACK_QUERY_TEXT_LENGTH:
            raise bad_request("MESSAGE_TOO_LONG")
        tap = self._taps.get(query_id)
        if tap is None or self._now() - tap.at > self.deadline:
            raise bad_request(TOO_OLD)
        tap._take(answer)
