"""Lists to choose from: pages that clamp, rows of two, people of one name told apart; and the question “really?”."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from bot.kit.buttons import Button
from bot.kit.replies import Choice, Message, Rows
from bot.kit.words import cut

T = TypeVar("T")

# So many people on a page: six rows of two, so that a telephone shows the question above them and what is below.
PEOPLE = 12
BACK, ON = "上一页", "下一页"
# The longest name on a button.
LABEL = 16
# The longest label of one, two and three side by side, as a telephone shows them.
WIDTHS = (64, 12, 6)


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """A piece of a longer list. `number` counts from 0; `more`: another one follows."""

    number: int
    things: Sequence[T]
    more: bool
    pages: int = 1

    @property
    def words(self) -> str:
        """第2页，共3页; nothing of an only page."""
        return f"第{self.number + 1}页，共{self.pages}页" if self.pages > 1 else ""

    def turn(self, to: Callable[[int], Button]) -> list[Choice]:
        """The buttons to the pages before and behind it; none of an only page."""
        back = [Choice(BACK, to(self.number - 1))] if self.number else []
        return [*back, Choice(ON, to(self.number + 1))] if self.more else back


def clamp(number: int, count: int, size: int) -> int:
    """The page of so many things that is nearest to the one asked for: buttons stay while lists grow shorter."""
    return max(0, min(number, (count - 1) // size))


def page_of(things: Sequence[T], number: int, size: int) -> Page[T]:
    """A page of a whole list, clamped."""
    number = clamp(number, len(things), size)
    end = (number + 1) * size
    return Page(number, things[end - size : end], end < len(things), max(1, -(-len(things) // size)))


def two_a_row(choices: Sequence[Choice]) -> list[list[Choice]]:
    """Two buttons side by side, as a telephone shows them."""
    return [list(choices[at : at + 2]) for at in range(0, len(choices), 2)]


def by_width(things: Sequence[T], said: Callable[[T], str]) -> list[list[T]]:
    """Three short labels side by side, two that are longer, a long one alone; the order stays."""
    rows: list[list[T]] = []
    for one in things:
        row = [*rows[-1], one] if rows else []
        if row and len(row) <= len(WIDTHS) and max(len(said(each)) for each in row) <= WIDTHS[len(row) - 1]:
            rows[-1] = row
        else:
            rows.append([one])
    return rows


def label(name: str, longest: int = LABEL) -> str:
    """A name as a button shows it, cut where it is long, its marks closed: 学习《中国共产党纪律处分条例…》."""
    short = cut(name, longest)
    return short if short.count("《") <= short.count("》") else f"{cut(name, longest - 1)}》"


def filled(*rows: Sequence[Choice]) -> Rows:
    """Without the rows that came out empty: Telegram takes none."""
    return [row for row in rows if row]


def really(question: str, yes: Choice, no: Choice, *below: Choice) -> Message:
    """Asked before what cannot be taken back or goes to many: the label of `yes` says what it does, `no` leads back.

    `below`: what else can be done about it, a row each.
    """
    return Message(question, [[yes, no], *([each] for each in below)])


def told_apart(people: Sequence[T], name: Callable[[T], str], *marks: Callable[[T], str]) -> list[str]:
    """What each is called: by name, and where several have it with the first mark that nobody else of them has
    (甲五（第一党小组）); with the last one where none tells them apart, with none where it is empty.
    """
    names = Counter(map(name, people))
    taken = [Counter((name(one), mark(one)) for one in people) for mark in marks]

    def called(one: T) -> str:
        if names[name(one)] == 1:
            return name(one)
        alone = (mark(one) for mark, seen in zip(marks, taken, strict=True) if seen[name(one), mark(one)] == 1)
        said = next(alone, marks[-1](one))
        return f"{name(one)}（{said}）" if said else name(one)

    return list(map(called, people))
