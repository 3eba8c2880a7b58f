"""The ledgers of a branch (domain 4.2): what each is called, who may have it, and what is in it over a period.

A feature lists those of its own rows in `ledgers` of FEATURE; bot/features/ledgers hands them over, one by one or all
together.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from bot.kit.access import Reach, Right, reach
from bot.kit.figures import Counting
from bot.kit.ledgers import Cell, Column, Ledger
from storage.audience import Me

NUMBER = "序号"


@dataclass(frozen=True, slots=True)
class Asked:
    """What a ledger is made of: the count of a branch over a period, how branch and period are called, the day today.

    me: who asks; None: the operator, for whom the host decides what may be had. version: of a closed quarter the one
    whose figures are shown; "": the newest.
    """

    counting: Counting
    branch: str
    when: str
    today: date
    me: Me | None = None
    version: str = ""

    @property
    def session(self) -> Session:
        return self.counting.session

    @property
    def branch_id(self) -> int:
        return self.counting.branch_id

    def titled(self, name: str) -> str:
        """示范党支部考勤汇总（2023年第三季度）"""
        return f"{self.branch}{name}（{self.when}）"


@dataclass(frozen=True, slots=True)
class Book:
    """One file. place: where it stands in the order in which inspectors ask (domain 4.2), and among those of one place.

    sheets: none where there is nothing to show. may: who has it.
    """

    place: tuple[int, int]
    name: str
    sheets: Callable[[Asked], Sequence[Ledger]]
    may: Callable[[Me], bool]

    @property
    def key(self) -> str:
        """How it travels in a button."""
        return f"{self.place[0]}.{self.place[1]}"


Books = Callable[[Session, int], Sequence[Book]]


def fixed(*books: Book) -> Books:
    """The same in every branch."""
    return lambda session, branch_id: books


def none(session: Session, branch_id: int) -> Sequence[Book]:
    return ()


def wholly(right: Right) -> Callable[[Me], bool]:
    """Whoever has a right in the whole branch."""
    return lambda me: reach(me, right) is Reach.ALL


def numbered(
    asked: Asked, name: str, words: Sequence[str], rows: Sequence[Sequence[Cell]], foot: Sequence[str] = ()
) -> Ledger:
    """A ledger whose rows are numbered from 1; `words`: its columns behind the number."""
    columns = [Column(NUMBER), *map(Column, words)]
    listed: list[list[Cell]] = [[number, *row] for number, row in enumerate(rows, 1)]
    return Ledger(name, columns, listed, title=asked.titled(name), foot=foot, beside=2)
