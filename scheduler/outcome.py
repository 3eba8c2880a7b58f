"""What became of one attempt to send, and what that makes of the row."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from storage.choices import Lane, OutboxState

# An answer that was lost may only be late: the second attempt waits for it.
SEND_AGAIN_AFTER = timedelta(seconds=90)
LONGEST_WAIT = 300
# The longest that Telegram is waited for when it asks to be left alone, and the longest that anything is put off on
# purpose: a row that waits longer was told to by a clock that was wrong.
LONGEST_REST, LONGEST_PUT_OFF = timedelta(days=1), timedelta(days=35)
# How often a group may say that it has moved before it is not believed.
MOVES = 5
# Why nobody is reached for now: no way there, something on the way that answers instead, a server in trouble.
NO_CONNECTION, NOT_TELEGRAM, SERVER_ERROR = AWAY = ("no_connection", "not_telegram", "server_error")
# Reasons that are looked for: Telegram asked to wait; Telegram does not know the id of a file.
TOO_MANY, BAD_FILE = "too_many", "bad_file"
ANSWER_LOST, INTERRUPTED = "answer_lost", "interrupted"


class OutcomeKind(StrEnum):
    """`retry`: not sent, and how long to wait was said. `away`: not sent, and nobody will be for now (no connection, an
    answer that is not Telegram's, a server in trouble). `unknown`: it left, no answer came. `failed`: our own fault.

    `gone`: the message to edit is not there, or can no longer be edited. `again`: not sent, and may go at once.
    `stop`: the token was refused; whether that is so is asked once more before anything stops.
    """

    SENT = "sent"
    UNREACHABLE = "unreachable"
    RETRY = "retry"
    AWAY = "away"
    UNKNOWN = "unknown"
    FAILED = "failed"
    MOVED = "moved"
    GONE = "gone"
    AGAIN = "again"
    STOP = "stop"


# Not done, and worth another try by whoever has no row for it.
NOT_NOW = (OutcomeKind.RETRY, OutcomeKind.AWAY, OutcomeKind.STOP)


@dataclass(frozen=True, slots=True)
class Outcome:
    """One answer of Telegram. `retry_after` in seconds; `reason` is a word such as blocked.

    `file_id`: by what Telegram knows the file that was sent. `rest`: the message that is still to follow, when one was
    too long.
    """

    kind: OutcomeKind
    message_id: int | None = None
    reason: str = ""
    retry_after: float = 0
    new_chat_id: int | None = None
    file_id: str | None = None
    rest: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the row becomes; `not_before` when it is to be sent again, `resent` when its first answer was lost."""

    state: OutboxState
    reason: str = ""
    not_before: datetime | None = None
    resent: bool = False


_FINAL = {
    OutcomeKind.SENT: OutboxState.SENT,
    OutcomeKind.UNREACHABLE: OutboxState.UNREACHABLE,
    OutcomeKind.FAILED: OutboxState.FAILED,
    OutcomeKind.GONE: OutboxState.CANCELLED,
}


def judge(outcome: Outcome, lane: Lane, *, resent: bool, attempts: int, now: datetime) -> Verdict:
    """Only what must arrive is sent again after a lost answer, once, and marked."""
    if outcome.kind in _FINAL:
        return Verdict(_FINAL[outcome.kind], outcome.reason, resent=resent)
    if outcome.kind is OutcomeKind.UNKNOWN:
        return unknown(outcome.reason, lane, resent=resent, now=now)
    return Verdict(OutboxState.QUEUED, outcome.reason, now + _wait(outcome, attempts), resent)


def unknown(reason: str, lane: Lane, *, resent: bool, now: datetime) -> Verdict:
    """Nobody knows whether it arrived."""
    if lane is Lane.MUST_ARRIVE and not resent:
        return Verdict(OutboxState.QUEUED, reason, now + SEND_AGAIN_AFTER, resent=True)
    return Verdict(OutboxState.UNKNOWN, reason, resent=resent)


def _wait(outcome: Outcome, attempts: int) -> timedelta:
    if outcome.kind in (OutcomeKind.MOVED, OutcomeKind.AGAIN):
        return timedelta()
    return timedelta(seconds=outcome.retry_after or min(2 ** min(attempts, 10), LONGEST_WAIT))
