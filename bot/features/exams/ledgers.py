"""Ledger 9, 成绩册: a sheet for each test of the period."""

from bot.features.exams import ledger
from bot.features.exams.figures import EXAMS
from bot.kit.access import Right
from bot.kit.ledger_books import Asked, Book, fixed, wholly
from bot.kit.ledgers import Ledger


def tests(asked: Asked) -> list[Ledger]:
    found = sorted(asked.counting.of(EXAMS).values(), key=lambda one: (one.exam.held_on, one.exam.id))
    return [ledger.sheet(asked.session, one.exam) for one in found]


LEDGERS = fixed(Book((9, 0), ledger.NAME, tests, wholly(Right.SEE_SCORES)))
