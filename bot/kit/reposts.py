"""A card that is posted once more after an outage: what each feature tells of those that are still open."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo

from sqlalchemy.orm import Session

from bot.kit.replies import Message


@dataclass(frozen=True, slots=True)
class Again:
    """`message` as it reads now, to a person or to a group chat.

    first: the promise under which a person got it at first. In a group it is the live `card`, and `old_id` the
    message that it takes the place of.
    """

    message: Message
    person_id: int | None = None
    first: str = ""
    chat_id: int | None = None
    card: tuple[str, int] | None = None
    old_id: int | None = None


# Of these branches: whatever was sent before `since` and still waits for an answer `now`.
Anew = Callable[[Session, Sequence[int], datetime, datetime, tzinfo], Iterable[Again]]
