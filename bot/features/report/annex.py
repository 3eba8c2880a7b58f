"""附件 of a report: every figure with its formula and the records behind it (S71; ledger 19 of domain 4.2)."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session

from bot.features.tally import records
from bot.features.tally.service import Counted, Tally
from bot.kit.figures import Behaviour
from bot.kit.rates import percent, plain

NAME = "季度数据汇总表"
COLUMNS = ("指标", "数值", "单位", "口径", "来源记录")
RECORDS = "来源记录"
_RECORD = re.compile(r"[A-OQ-Z]\d+")
# So many of them are named in a cell; all of them stand in the list behind the table.
_NAMED = 6


@dataclass(frozen=True, slots=True)
class Line:
    """One figure: its word, value, unit, formula, and what is behind it by the names of an archive."""

    word: str
    value: str
    unit: str
    formula: str
    behind: Sequence[str]

    @property
    def cells(self) -> Sequence[str]:
        more = f" 等{len(self.behind)}条" if len(self.behind) > _NAMED else ""
        return self.word, self.value, self.unit, self.formula, "、".join(self.behind[:_NAMED]) + more


def name_of(found: Tally) -> str:
    """季度数据汇总表 of a quarter, 数据汇总表 of anything else."""
    return NAME if found.period.quarter is not None else NAME.removeprefix("季度")


def lines(found: Tally) -> list[Line]:
    """Every figure that is not empty, in the order of the tally."""
    words = {one.figure.path: one.figure.word for one in found.counted}
    empty = {one.figure.path for one in found.counted if one.is_empty}
    said = [one for one in found.counted if one.figure.path not in empty and one.figure.beside not in empty]
    return [_line(one, words, found.behind) for one in said if not _is_many(one)]


def _is_many(one: Counted) -> bool:
    """Whether there is no one number of it."""
    return isinstance(one.figure.number(one.value), Mapping | bool)


def _line(one: Counted, words: Mapping[str, str], behind: Mapping[str, Sequence[str]]) -> Line:
    figure = one.figure
    of = words.get(figure.beside, "")
    word = f"{of}：{figure.word}" if of and of != figure.word else figure.word
    listed = [code for path, codes in behind.items() if _is_of(path, figure.path) for code in _codes(path, codes)]
    value = _value(one)
    unit = figure.unit if value[-1:].isdigit() else ""
    return Line(word, value, unit, figure.formula, list(dict.fromkeys(listed)))


def _codes(path: str, codes: Sequence[str]) -> Sequence[str]:
    """The record itself where its parts are listed by what they are (exams.E1.expected), else what is listed."""
    record = next((part for part in path.split(".") if _RECORD.fullmatch(part)), None)
    return codes if record is None or not codes else [record]


def _is_of(path: str, figure: str) -> bool:
    return path == figure or path.startswith(f"{figure}.")


def _value(one: Counted) -> str:
    figure = one.figure
    value: Any = figure.number(one.value)
    if figure.said is not None and not figure.beside:
        return figure.said(one.value)
    if isinstance(value, Decimal | int):
        return percent(Decimal(value)) if _is_share(one) else plain(value)
    return str(value)


def _is_share(one: Counted) -> bool:
    return one.figure.behaviour is Behaviour.RATE and one.figure.unit == "%"


def sources(session: Session, found: Tally) -> list[tuple[str, list[str]]]:
    """The records behind each figure as they are read in chat; figures without any are left out."""
    listed: list[tuple[str, list[str]]] = []
    seen: dict[tuple[str, ...], str] = {}
    for one in found.counted:
        if one.is_empty or one.figure.show is None:
            continue
        head, rows = records.shown(session, found, one)
        said = [*head, *(row.text for row in rows)]
        if said and tuple(said) not in seen:
            seen[tuple(said)] = one.figure.word
            listed.append((one.figure.word, said))
    return listed


def rows(found: Iterable[Line]) -> list[Sequence[str]]:
    """The table with its heading."""
    return [COLUMNS, *(one.cells for one in found)]
