"""Ledger 9, 成绩册: a sheet for each test of the period."""

from bot.features.exams import ledger
from bot.features.exams.figures import EXAMS
from bot.kit.access import Reach, Right, reach
from bot.kit.ledger_books import Asked, Book, fixed
from bot.kit.ledgers import Ledger
from storage.audience import Me


def tests(asked: Asked) -> list[Ledger]:
    found = sorted(asked.counting.of(EXAMS).values(), key=lambda one: (one.exam.held_on, one.exam.id))
    return [ledger.sheet(asked.session, one.exam) for one in found]


def _may(me: Me) -> bool:
    return reach(me, Right.SEE_SCORES) is Reach.ALL


LEDGERS = fixed(Book((9, 0), ledger.NAME, tests, _may))
