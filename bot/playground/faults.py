"""Faults on demand: refused, cut, lost after acceptance, slow."""

import random
from dataclasses import dataclass
from typing import Literal, get_args

from bot.playground.errors import ApiError, Dropped, too_many

Kind = Literal["401", "429", "500", "502", "503", "unreachable", "reset", "lost", "slow"]
WORDS = {
    "401": "Unauthorized",
    "500": "Internal Server Error",
    "502": "Bad Gateway",
    "503": "Service Unavailable",
}


@dataclass(slots=True, eq=False)
class Fault:
    """`times` None: for ever. `rate`: the share of the calls that it hits."""

    kind: Kind
    method: str | None = None
    chat_id: int | None = None
    times: int | None = 1
    retry_after: int = 1
    seconds: float = 0.0
    rate: float = 1.0

    def fits(self, method: str, chat_id: int | None) -> bool:
        if self.times == 0 or (self.method is not None and self.method.lower() != method):
            return False
        return self.chat_id is None or self.chat_id == chat_id

    def error(self) -> ApiError | None:
        """The answer instead of the real one; None when the kind is not an answer."""
        if self.kind == "429":
            return too_many(self.retry_after)
        return ApiError(int(self.kind), WORDS[self.kind]) if self.kind in WORDS else None


class Faults:
    """The list of faults; each call takes all slow ones that fit and the first other one.

    unreachable: no connection; reset: the connection is cut before the call is carried out; lost: after it;
    slow: carried out at once, answered `seconds` of real time later, because the client's timeouts are real.
    """

    def __init__(self, seed: int = 0) -> None:
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
    ) -> Fault:
        """Hit the next `times` calls of this method and chat (None: any); a download is the method "file"."""
        if kind not in get_args(Kind):
            raise ValueError(f"unknown kind of fault: {kind}")
        fault = Fault(kind, method, chat_id, times, retry_after, seconds, rate)
        self._faults.append(fault)
        return fault

    def clear(self) -> None:
        self._faults.clear()

    def take(self, method: str, chat_id: int | None) -> tuple[float, Fault | None]:
        """Seconds of delay and the fault that hits this call."""
        if not self._faults:
            return 0.0, None
        delay, found = 0.0, None
        for fault in self._faults:
            if (fault.kind == "slow" or found is None) and self._hits(fault, method.lower(), chat_id):
                delay += fault.seconds
                found = found if fault.kind == "slow" else fault
        self._faults = [fault for fault in self._faults if fault.times != 0]
        return delay, found

    def _hits(self, fault: Fault, method: str, chat_id: int | None) -> bool:
        if not fault.fits(method, chat_id) or (fault.rate < 1 and self._chance.random() >= fault.rate):
            return False
        if fault.times is not None:
            fault.times -= 1
        return True


def before(fault: Fault | None) -> None:
    """Raise what hits a call before it is carried out."""
    if fault is None:
        return
    error = fault.error()
    if error is not None:
        raise error
    if fault.kind in ("unreachable", "reset"):
        raise Dropped(made=fault.kind == "reset")


def after(fault: Fault | None) -> None:
    """Cut the connection of a call that was carried out."""
    if fault is not None and fault.kind == "lost":
        raise Dropped
