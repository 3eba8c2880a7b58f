"""The parts of the digest as each feature tells them, and how they make one message."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from enum import IntEnum

from sqlalchemy.orm import Session

from bot.kit.lists import filled, two_a_row
from bot.kit.replies import Choice, Message
from bot.kit.words import cut, units
from storage.audience import Me


class Part(IntEnum):
    """In the order in which they stand. The first two and the last two are of the 25th only."""

    UNFINISHED = 0
    KINDS = 1
    WAITS = 2
    ROLLS = 3
    MINUTES = 4
    LISTS = 5
    SENT = 6
    AHEAD = 7
    NORMS = 8
    READINESS = 9
    ANNIVERSARIES = 10
    THEME = 11


@dataclass(frozen=True, slots=True)
class Section:
    """One part with content. texts: the same in ever fewer words, for a digest that is too long; choices: the buttons
    that it has below. named: it holds the names of people who owe something, and these are cut last.
    """

    part: Part
    texts: tuple[str, ...]
    choices: tuple[Choice, ...] = ()
    named: bool = False

    def said(self, level: int) -> str:
        """In full at 0; beyond its fewest words it stays at these."""
        return self.texts[min(level, len(self.texts) - 1)]


# What a feature has to say to whoever gets the digest, in the week that begins on this Monday; None: nothing.
Telling = Callable[[Session, Me, date, datetime, tzinfo], Section | None]


def fitted(title: str, sections: Iterable[Section], longest: int) -> Message:
    """All of them in one message of at most so many UTF-16 units: first the others say less, then the names go."""
    parts = sorted(sections, key=lambda one: one.part)
    others = max((len(one.texts) for one in parts if not one.named), default=1)
    names = max((len(one.texts) for one in parts if one.named), default=1)
    for level, of_names in (*((less, 0) for less in range(others)), *((others - 1, less) for less in range(1, names))):
        text = "\n".join([title, *(one.said(of_names if one.named else level) for one in parts)])
        if units(text) <= longest:
            break
    choices = dict.fromkeys(choice for one in parts for choice in one.choices)
    return Message(cut(text, longest), filled(*two_a_row(list(choices))))
