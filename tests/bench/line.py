"""The line of taps that the server hands out: released, fetched, confirmed, answered, edited; every step timed."""

import sqlite3
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson

FIRST_UPDATE = 70_000_001
BOT: dict[str, Any] = {"id": 7_000_001, "is_bot": True, "first_name": "bench", "username": "bench_bot"}


@dataclass(slots=True)
class Tap:
    """One tap; times are of the monotonic clock, 0 until it happened. `early`: said before its row could be read."""

    update_id: int
    person: int
    update: bytes
    delivered: float = 0.0
    answered: float = 0.0
    edited: float = 0.0
    answers: int = 0
    early: bool = False

    @property
    def done(self) -> float:
        """When both had come; 0 before."""
        return max(self.answered, self.edited) if self.answered and self.edited else 0.0


@dataclass
class Line:
    """The taps of one measurement. `watch` looks for a person's row whenever something is said to that person."""

    taps: list[Tap] = field(default_factory=list)
    watch: "Watch | None" = None
    released: int = 0
    confirmed: int = 0
    first_poll: float = 0.0
    last_poll: float = 0.0
    open_taps: int = 0
    last_heard: float = 0.0
    calls: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.open_taps = len(self.taps)
        self._of_person: dict[int, list[Tap]] = {}
        for tap in self.taps:
            self._of_person.setdefault(tap.person, []).append(tap)

    def polled(self, offset: int) -> None:
        """A poll confirms everything below its offset."""
        self.last_poll = time.monotonic()
        self.first_poll = self.first_poll or self.last_poll
        if self.taps:
            self.confirmed = max(self.confirmed, min(offset - self.taps[0].update_id, len(self.taps)))

    def ready(self, limit: int) -> list[Tap]:
        """What may be handed out now: released and not confirmed, so what was never confirmed comes again."""
        return self.taps[self.confirmed : min(self.released, self.confirmed + limit)]

    def answered(self, query_id: str) -> None:
        """answerCallbackQuery came in."""
        number = int(query_id) - self.taps[0].update_id if self.taps and query_id.isdigit() else -1
        if 0 <= number < len(self.taps):
            tap = self.taps[number]
            tap.answers += 1
            self._heard([] if tap.answered else [tap], "answered")

    def edited(self, chat_id: int) -> None:
        """A private chat's card was edited: that answers every tap of this person that was handed out."""
        waiting = [tap for tap in self._of_person.get(chat_id, ()) if tap.delivered and not tap.edited]
        self._heard(waiting, "edited")

    def _heard(self, taps: Sequence[Tap], what: str) -> None:
        now = time.monotonic()
        for tap in taps:
            if self.watch is not None and not tap.early:
                tap.early = not self.watch.sees(tap.person)
            setattr(tap, what, now)
            self.last_heard = now
            self.open_taps -= 1 if tap.done else 0

    def report(self) -> dict[str, Any]:
        """Everything that was seen, as JSON values: seconds of the monotonic clock, latencies in milliseconds."""
        delivered = [tap.delivered for tap in self.taps if tap.delivered]
        return {
            "taps": len(self.taps),
            "first_poll": self.first_poll,
            "confirmed": self.confirmed,
            "first_delivery": min(delivered, default=0.0),
            "last_heard": self.last_heard,
            "open": self.open_taps,
            "silent": sum(1 for tap in self.taps if not tap.answered and not tap.edited),
            "twice": sum(1 for tap in self.taps if tap.answers > 1),
            "early": sum(1 for tap in self.taps if tap.early),
            "answer_ms": [1000 * (tap.answered - tap.delivered) for tap in self.taps if tap.answered],
            "done_ms": [1000 * (tap.done - tap.delivered) for tap in self.taps if tap.done],
            "calls": self.calls,
        }


class Watch:
    """Looks into the bot's SQLite file beside it, read-only: is there a row of this person that is committed?"""

    def __init__(self, path: str, sql: str) -> None:
        self._path, self._sql = path, sql
        self._connection: sqlite3.Connection | None = None

    def sees(self, person: int) -> bool:
        if self._connection is None:
            self._connection = sqlite3.connect(f"file:{self._path}?mode=ro", uri=True, isolation_level=None)
        return self._connection.execute(self._sql, (person,)).fetchone() is not None

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()


def make_taps(first_update: int, people: Sequence[int], data: str) -> Iterator[Tap]:
    """A tap by each of these people, in this order, on a button of their own private card."""
    for number, person in enumerate(people, first_update):
        yield Tap(number, person, _update(number, person, data))


def _update(number: int, person: int, data: str) -> bytes:
    name = f"P{person}"
    chat = {"id": person, "type": "private", "first_name": name}
    message = card(chat, 77) | {"reply_markup": {"inline_keyboard": [[{"text": "签到", "callback_data": data}]]}}
    sender = {"id": person, "is_bot": False, "first_name": name, "language_code": "zh-hans"}
    query = {"id": str(number), "from": sender, "message": message, "chat_instance": str(person), "data": data}
    return orjson.dumps({"update_id": number, "callback_query": query})


def make_words(first_update: int, people: Sequence[int], text: str) -> Iterator[Tap]:
    """The same by typing: what each of them sends in private. It is answered by a message, see crowd.py."""
    for number, person in enumerate(people, first_update):
        sender = {"id": person, "is_bot": False, "first_name": f"P{person}", "language_code": "zh-hans"}
        chat = {"id": person, "type": "private", "first_name": f"P{person}"}
        message = {"message_id": number, "from": sender, "chat": chat, "date": int(time.time()), "text": text}
        yield Tap(number, person, orjson.dumps({"update_id": number, "message": message}))


def card(chat: dict[str, Any], message_id: int) -> dict[str, Any]:
    """A message of the bot, as Telegram shows it."""
    return {"message_id": message_id, "from": BOT, "chat": chat, "date": int(time.time()), "text": "通知"}
