"""The ledgers that an inspector asks for (domain 4.2), as files."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from bot.features.ledgers import handlers
from bot.features.ledgers.service import Offered
from bot.kit.feature import Feature
from bot.kit.figures import together
from bot.kit.ledger_books import Book


def offered_by(features: Sequence[Feature]) -> Offered:
    """What all features together have."""

    def books(session: Session, branch_id: int) -> list[Book]:
        return [book for one in features for book in one.ledgers(session, branch_id)]

    return Offered(together(*(one.figures for one in features)), books)


def _across(features: Sequence[Feature]) -> Feature:
    return Feature(name="ledgers", handlers=handlers.build(offered_by(features)))


FEATURE = Feature(name="ledgers", across=_across)
