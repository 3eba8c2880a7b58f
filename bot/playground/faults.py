"""Faults on demand: refused, cut, lost after acceptance, slow, and answers that are not Telegram's."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, get_args

from bot.playground.errors import ApiError, Dropped, too_many
from bot.playground.foreign import JSON, SHAPES, Answer, Foreign, half, page, shape

Kind = Literal[
    "401",
    "404",
    "429",
    "500",
    "502",
    "503",
    "504",
    "no_method",
    "no_words",
    "no_ok",
    "no_result",
    "list",
    "text",
    "null",
    "empty",
    "html",
    "body",
    "half",
    "cut",
    "unreachable",
    "reset",
    "lost",
    "slow",
]
WORDS = {
    "401": "Unauthorized",
    "500": "Internal Server Error",
    "502": "Bad Gateway",
    "503": "Service Unavailable",
    "504": "Gateway Timeout",
}
# Only of a call that was carried out is there an answer to lose or to cut.
AFTERWARDS = ("lost", "half", "cut")


@dataclass(slots=True, eq=False)
class Fault:
    """`times` None: for ever. `rate`: the share of the calls that it hits. `since`, `until`: its period."""

    kind: Kind
    method: str | None = None
    chat_id: int | None = None
    times: int | None = 1
    retry_after: int = 1
    seconds: float = 0.0
    rate: float = 1.0
    status: int | None = None
    content: bytes = b""
    content_type: str = JSON
    done: bool = False
    since: datetime | None = None
    until: datetime | None = None

    @property
    def afterwards(self) -> bool:
        """Hits when the call has been carried out."""
        return self.done or self.kind in AFTERWARDS

    def fits(self, method: str, chat_id: int | None, now: datetime) -> bool:
        if self.times == 0 or (self.method is not None and self.method.lower() != method):
            return False
        if (self.since is not None and now < self.since) or self.over(now):
            return False
        return self.chat_id is None or self.chat_id == chat_id

    def over(self, now: datetime) -> bool:
        return self.times == 0 or (self.until is not None and now >= self.until)

    def error(self, real: tuple[int, bytes]) -> Exception:
        """What stands in for the real answer, which is status and body."""
        if self.kind == "429":
            return too_many(self.retry_after)
        if self.kind in WORDS:
            return ApiError(int(self.kind), WORDS[self.kind])
        answer = self._answer(real)
        return Dropped(made=self.kind != "unreachable") if answer is None else Foreign(answer)

    def _answer(self, real: tuple[int, bytes]) -> Answer | None:
        if self.kind == "html":
            return page(self.status or 502)
        if self.kind == "body":
            return Answer(self.status or 200, self.content, self.content_type)
        if self.kind in ("half", "cut"):
            return half(*real, cut=self.kind == "cut")
        return shape(self.kind, self.status) if self.kind in SHAPES else None


class Faults:
    """The list of faults; each call takes all slow ones that fit and the first other one.

    401 .. 504: Telegram's own "no", as JSON; 404, no_method: an address or a method that is not known
    html: a proxy's page, with any `status`; body: `content` with any status and content type
    no_words: not ok, and nothing else; no_ok, no_result: JSON without them; list, text, null: JSON that is no object
    empty: no body; half: the first half of the answer, framed as a whole one; cut: the line ends within the answer
    unreachable: no connection (over HTTP it is cut); reset: cut before the call is carried out; lost: cut after it
    slow: carried out at once, answered `seconds` of real time later, because the client's timeouts are real
    """

    def __init__(self, now: Callable[[], datetime], seed: int = 0) -> None:
        self._now = now
        self._faults: list[Fault] = []
        self._chance = random.Random(seed)

    def add(
        self,
        kind: Kind,
        *,
        method: str | None = None,
        chat_id: int | None = None,
        times: int | None = 1,
        retry_after: int = 1,
        seconds: float = 0.0,
        rate: float = 1.0,
        status: int | None = None,
        content: bytes = b"",
        content_type: str = JSON,
        done: bool = False,
        since: datetime | None = None,
        until: datetime | None = None,
    ) -> Fault:
        """Hit the next `times` calls (None: all) of this method and chat (None: any); a download is the method "file".

        `done`: the call is carried out all the same. `since`, `until`: only from the one instant until before
        the other, on the playground's clock. Without an end it holds until it is removed.
        """
        if kind not in get_args(Kind):
            raise ValueError(f"unknown kind of fault: {kind}")
        fault = Fault(
            kind, method, chat_id, times, retry_after, seconds, rate, status, content, content_type, done, since, until
        )
        self._faults.append(fault)
        return fault

    def remove(self, fault: Fault) -> None:
        """End it; one that has ended already is no mistake."""
        self._faults = [one for one in self._faults if one is not fault]

    def clear(self) -> None:
        self._faults.clear()

    def take(self, method: str, chat_id: int | None) -> tuple[float, Fault | None]:
        """Seconds of delay and the fault that hits this call."""
        if not self._faults:
            return 0.0, None
        delay, found, now = 0.0, None, self._now()
        for fault in self._faults:
            if (fault.kind == "slow" or found is None) and self._hits(fault, method.lower(), chat_id, now):
                delay += fault.seconds
                found = found if fault.kind == "slow" else fault
        self._faults = [fault for fault in self._faults if not fault.over(now)]
        return delay, found

    def _hits(self, fault: Fault, method: str, chat_id: int | None, now: datetime) -> bool:
        if not fault.fits(method, chat_id, now) or (fault.rate < 1 and self._chance.random() >= fault.rate):
            return False
        if fault.times is not None:
            fault.times -= 1
        return True


def before(fault: Fault | None) -> None:
    """Raise what hits a call before it is carried out."""
    if fault is not None and not fault.afterwards:
        raise fault.error((0, b""))


def after(fault: Fault | None, status: int, content: bytes) -> None:
    """Raise what hits the answer of a call that was carried out."""
    if fault is not None and fault.afterwards:
        raise fault.error((status, content))
