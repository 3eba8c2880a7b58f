"""Ledger 13, 发展党员台账, as of the last day of a period."""

from bot.features.development import ledger
from bot.kit.access import Right
from bot.kit.ledger_books import Asked, Book, fixed, wholly
from bot.kit.ledgers import Ledger


def cases(asked: Asked) -> list[Ledger]:
    found = ledger.sheet(asked.session, asked.branch_id, asked.counting.last_day)
    return [found] if found.rows else []


LEDGERS = fixed(Book((13, 0), ledger.NAME, cases, wholly(Right.ROSTER)))
