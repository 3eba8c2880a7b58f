"""What is open for somebody now and what of theirs stands, as each feature tells it: for words that say neither."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, tzinfo

from sqlalchemy.orm import Session

from bot.kit.replies import Choice
from storage.audience import Me


@dataclass(frozen=True, slots=True)
class Waiting:
    """word: 收到, 已阅, 签到, 请假: what may be done now, as a label says it. title: of what.

    asked: since when somebody is asked for it; None: it is only possible. card: the live card that asks. done: what is
    said in reply to that card by who has answered already; nothing waits then.
    """

    word: str
    title: str
    does: Choice
    asked: datetime | None = None
    card: tuple[str, int] | None = None
    done: str = ""


@dataclass(frozen=True, slots=True)
class Standing:
    """Something of one's own that stands and may still be taken back: 您已请假（公差），待审批。 with its button.

    step: what it is called among the steps of the word 撤销, and its row. card: as above.
    """

    line: str
    does: Choice
    step: tuple[str, int]
    card: tuple[str, int] | None = None


Waits = Callable[[Session, Me, datetime, tzinfo], Iterable[Waiting]]
Stands = Callable[[Session, Me, datetime, tzinfo], Iterable[Standing]]
