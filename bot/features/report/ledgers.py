"""Ledger 19, 季度数据汇总表: every figure with its formula and the records behind it."""

from bot.features.report import annex
from bot.features.tally.service import Tally
from bot.kit.ledgers import Cell, Column, Ledger


def figures(found: Tally, title: str) -> Ledger:
    """Values that are numbers as numbers."""
    columns = [Column(word) for word in annex.COLUMNS]
    rows: list[list[Cell]] = [_row(one) for one in annex.lines(found)]
    return Ledger(annex.name_of(found), columns, rows, title=title, beside=1)


def _row(one: annex.Line) -> list[Cell]:
    value: Cell = int(one.value) if one.value.isdecimal() else one.value
    return [one.word, value, one.unit, one.formula, "、".join(one.behind)]
