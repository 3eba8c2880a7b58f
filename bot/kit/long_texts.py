"""A text that is too long for one message: Telegram's clients cut it, and it comes as several within a second or two.

Such a text is one answer, taken whole or not at all. Its parts are known from the inbox, so a restart between them, a
file between them and parts in another order change nothing. The first waits a moment for the others.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy.orm import Session

from bot.kit import heard
from bot.kit.handlers import Heard, Visit
from bot.kit.replies import TEXT_LIMIT
from bot.kit.words import units

# Where a client cuts: at a line's end or a blank in the second half of a message, else at its end.
SHORTEST_CUT = TEXT_LIMIT // 2
# Between the dates of one part and the next, however slow the way; a word of its own comes later than a part does.
WITHIN, AT_ONCE = timedelta(seconds=5), timedelta(seconds=2)
# How often a part looks for the next one, and how long it rests between (real seconds).
LOOKS, PAUSE = 30, 0.05


@dataclass(frozen=True, slots=True)
class Whole:
    """A text in several messages, of which one is handled now; `others`: the parts beside that one."""

    length: int
    messages: int
    others: Sequence[Heard]

    @property
    def goes_on(self) -> bool:
        """A part is still to be handled: that one answers for all."""
        return any(part.handled_at is None for part in self.others)

    def refused(self, what: str, longest: int | None) -> str:
        """您的通知共5500字，分成了2条消息，超过3000字，没有保存，请精简后重新发送。"""
        over = f"，超过{longest}字" if longest is not None and self.length > longest else ""
        return f"您的{what}共{self.length}字，分成了{self.messages}条消息{over}，没有保存，请精简后重新发送。"

    def taken_in_part(self) -> str:
        """The others were answered as if they were all, which cannot be taken back here."""
        return (
            f"您发送的内容共{self.length}字，分成了{self.messages}条消息，只收下了前面的部分。"
            "如需重新提交，10分钟内请发送“撤销”，精简后再发送。"
        )


def may_go_on(visit: Visit) -> bool:
    """Whether another message may be the rest of this one."""
    return visit.private and not visit.files and units(visit.text) > SHORTEST_CUT


def followed(session: Session, bot_id: int, visit: Visit) -> bool:
    """Whether the next part is there."""
    run = _run(session, bot_id, visit, lambda text: False)
    return bool(run) and run[-1].update_id != visit.update_id


def find(session: Session, bot_id: int, visit: Visit, is_word: Callable[[str], bool]) -> Whole | None:
    """The text that this message is a part of; None: it is one by itself. A word that has a meaning of its own is only
    a part where it came at once.
    """
    if not visit.private or visit.files or not visit.text.strip():
        return None
    run = _run(session, bot_id, visit, is_word)
    if len(run) < 2:
        return None
    length = sum(part.units for part in run)
    return Whole(length, len(run), [part for part in run if part.update_id != visit.update_id])


def _run(session: Session, bot_id: int, visit: Visit, is_word: Callable[[str], bool]) -> list[Heard]:
    """The texts without a break around this message, in the order in which they were sent."""
    texts = sorted(heard.near(session, bot_id, visit), key=lambda one: one.message_id)
    for run in _runs(texts, is_word):
        if any(one.update_id == visit.update_id for one in run):
            return run
    return []


def _runs(texts: Sequence[Heard], is_word: Callable[[str], bool]) -> Iterator[list[Heard]]:
    run: list[Heard] = []
    for text in texts:
        if run and not _goes_on(run[-1], text, is_word):
            yield run
            run = []
        run.append(text)
    yield run


def _goes_on(part: Heard, following: Heard, is_word: Callable[[str], bool]) -> bool:
    """Sent within seconds, and cut as late as can be: the next paragraph would not have gone into the message too."""
    between = abs(following.at - part.at)
    near = between <= (AT_ONCE if is_word(following.text) else WITHIN)
    first, blank, _ = following.text.partition("\n\n")
    paragraph = units(first) if blank else following.units
    return near and part.units > SHORTEST_CUT and part.units + len("\n\n") + paragraph > TEXT_LIMIT
