"""规范检查 as a table: one row a norm, period and unit; the same rows for the command line."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from bot.features.norms import words
from bot.features.norms.laying import national
from bot.features.norms.messages import STATES
from bot.features.norms.overview import Line
from bot.features.norms.rule_file import Norm, Rules, Scope
from bot.features.norms.rules import Check, State
from bot.kit.glossary.columns import LEDGER
from bot.kit.ledgers import Cell, Column, Ledger, book
from storage.models.organisation import Organisation

NAME = "规范检查"
HEADINGS = ("条目", "规范", "要求", "期间", "对象", "结果", "应达到", "已达到", "期限", "依据的记录")
COLUMNS = ("id", "title", "asks", "from", "to", "unit", "state", "want", "have", "until", "arranged", "records")


def table(session: Session, branch_id: int, title: str, lines: Sequence[Line], today: date) -> bytes:
    told = [row for state in _ORDER for line in lines for row in _rows(line.of(state), today)]
    rows = [[number, *row] for number, row in enumerate(told, 1)]
    columns = [Column(LEDGER["number"]), *(Column(word) for word in HEADINGS)]
    name = session.get_one(Organisation, branch_id).name
    return book(Ledger(NAME, columns, rows, title=f"{name}{title.removeprefix('【规范检查】')}规范检查", beside=1))


# What can still be done comes first; of what is met one row a norm is enough, where it is met by many.
_ORDER, _MANY = (State.OPEN, State.MISSED, State.MET), 3


def _rows(checks: Sequence[Check], today: date) -> list[list[Cell]]:
    if len(checks) <= _MANY or checks[0].state is not State.MET:
        return [_cells(one, today) for one in checks]
    first = checks[0]
    periods = dict.fromkeys(words.period_words(one.period) for one in checks)
    many = f"{len(checks)}{'人' if first.norm.scope in (Scope.EACH_MEMBER, Scope.STANDING) else '项'}"
    return [
        [first.norm.id, first.norm.title, words.asks(first.norm), "、".join(periods), many, STATES[first.state],
         None, None, None, ""]
    ]  # fmt: skip


def _cells(one: Check, today: date) -> list[Cell]:
    return [
        one.norm.id,
        one.norm.title,
        words.asks(one.norm),
        words.period_words(one.period),
        words.whom(one),
        STATES[one.state],
        None if one.case is not None else one.want,
        None if one.case is not None else one.have,
        one.until,
        "；".join(words.record_words(one, today)),
    ]


def rows_of(lines: Iterable[Line]) -> list[dict[str, Any]]:
    """As programs read them."""
    return [_row(one) for line in lines for one in line.checks]


def _row(one: Check) -> dict[str, Any]:
    counts = one.case is None
    records = [each.code for each in one.facts] if counts else [one.case.code] if one.case is not None else []
    return {
        "id": one.norm.id,
        "title": one.norm.title,
        "asks": words.asks(one.norm),
        "from": one.period.start,
        "to": one.period.to,
        "unit": words.whom(one) or None,
        "state": one.state.value,
        "want": _number(one.want) if counts else None,
        "have": _number(one.have) if counts else None,
        "until": one.until,
        "arranged": one.arranged,
        "records": " ".join(filter(None, records)),
    }


def _number(value: Any) -> int | float:
    return int(value) if value == int(value) else float(value)


# --- what holds ------------------------------------------------------------------------------------------------------

LISTED = ("id", "title", "event", "scope", "period", "asks", "otherwise")


def listed(rules: Rules) -> list[dict[str, Any]]:
    """Each norm, and the keys in which it is otherwise than the national one: `new` where that has none of it."""
    usual = national().norms
    return [
        {
            "id": one.id,
            "title": one.title,
            "event": one.event,
            "scope": one.scope.value,
            "period": one.period.value,
            "asks": words.asks(one) or None,
            "otherwise": _otherwise(one, usual.get(one.id)) or None,
        }
        for one in rules.norms.values()
    ]


def _otherwise(one: Norm, usual: Norm | None) -> str:
    if usual is None:
        return "new"
    return " ".join(key for key in Norm.model_fields if getattr(one, key) != getattr(usual, key))
