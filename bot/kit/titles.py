"""What a promise to many was about, by its name: how the secretary knows the thing that did not reach everybody."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

# A title is read in a line with other things.
LONGEST = 20


@dataclass(frozen=True, slots=True, order=True)
class PromiseGroup:
    """One thing that went to many: `name` is what their promises have in common, e.g. theme:7, notice:12."""

    branch_id: int
    name: str

    @property
    def kind(self) -> str:
        return self.name.partition(":")[0]

    @property
    def row_id(self) -> int:
        number = self.name.split(":")[1]
        return int(number) if number.isdecimal() else 0


# 中秋、国庆节前提醒, 8月学习提示, 7月主题党日通知: of each of one kind; without those that are there no more.
Titles = Callable[[Session, Sequence[PromiseGroup]], dict[PromiseGroup, str]]


def by_row(query: Any, say: Callable[[Any], str]) -> Titles:
    """The title from the one row that the name holds; the first column of the query is its id."""

    def name(session: Session, subjects: Sequence[PromiseGroup]) -> dict[PromiseGroup, str]:
        column = query.selected_columns[0]
        rows = session.execute(query.where(column.in_({subject.row_id for subject in subjects})))
        said = {row[0]: say(row) for row in rows}
        return {subject: said[subject.row_id] for subject in subjects if subject.row_id in said}

    return name
