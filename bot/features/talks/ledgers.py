"""Ledger 10, 谈心谈话台账, of a period."""

from bot.features.talks import ledger, reading
from bot.kit.ledger_books import Asked, Book, fixed
from bot.kit.ledgers import Ledger


def talks(asked: Asked) -> list[Ledger]:
    period = asked.counting.period
    found = reading.of_days(asked.session, asked.branch_id, period.start, period.end)
    if not found:
        return []
    return [ledger.sheet(asked.session, asked.branch_id, found, asked.titled(ledger.LEDGER), asked.counting.tz)]


LEDGERS = fixed(Book((10, 0), ledger.LEDGER, talks, reading.sees_all))
