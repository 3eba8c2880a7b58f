"""What became of one attempt to send: the words that the sender and the Telegram client share."""

from dataclasses import dataclass
from enum import StrEnum


class OutcomeKind(StrEnum):
    """`retry`: certainly not sent. `unknown`: it left, no answer came. `failed`: our own fault (a 400)."""

    SENT = "sent"
    UNREACHABLE = "unreachable"
    RETRY = "retry"
    UNKNOWN = "unknown"
    FAILED = "failed"
    MOVED = "moved"
    STOP = "stop"


@dataclass(frozen=True, slots=True)
class Outcome:
    """One answer of Telegram. `retry_after` in seconds; `reason` is a word such as blocked."""

    kind: OutcomeKind
    message_id: int | None = None
    reason: str = ""
    retry_after: float = 0
    new_chat_id: int | None = None
    file_id: str | None = None
