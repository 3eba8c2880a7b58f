"""The ledgers of the register: one for every kind that a branch keeps, its own ones too."""

from collections.abc import Sequence
from functools import partial

from sqlalchemy.orm import Session

from bot.features.register import entries, ledgers
from bot.features.register.kinds import cobuild, inspection, lists, publicity
from bot.features.register.kinds.catalogue import kinds
from bot.features.register.kinds.kind import Kind
from bot.kit.ledger_books import Asked, Book
from bot.kit.ledgers import Ledger
from storage.audience import Me

# Where kinds stand in domain 4.2, several of one place in one file; every other one has a file of its own behind them.
_PLACED: tuple[tuple[int, str, Sequence[Kind]], ...] = (
    (11, "项目清单", (lists.PRACTICAL_PROJECT,)),
    (12, "整改清单", (inspection.RECTIFICATION_LIST,)),
    (17, "宣传台账", publicity.PUBLICATIONS),
    (18, "指导共建课题创建台账", (cobuild.GUIDANCE, cobuild.COBUILD_EVENT, cobuild.RESEARCH_TOPIC, cobuild.MODEL_UNIT)),
)
_FURTHER = 21


def books(session: Session, branch_id: int) -> list[Book]:
    """In the order of domain 4.2, then as the kinds are listed."""
    placed = {kind.name for _, _, listed in _PLACED for kind in listed}
    found = [Book((place, 0), name, partial(_sheets, listed), partial(_may, listed)) for place, name, listed in _PLACED]
    rest = [kind for kind in kinds(session, branch_id) if kind.name not in placed]
    return found + [
        Book((_FURTHER, at), kind.ledger.name, partial(_sheets, [kind]), partial(_may, [kind]))
        for at, kind in enumerate(rest)
    ]


def _sheets(listed: Sequence[Kind], asked: Asked) -> list[Ledger]:
    """Of the kinds that whoever asks may read, those of which there is something."""
    counting = asked.counting
    made = [
        ledgers.sheet(asked.session, asked.branch_id, kind, counting.period, asked.today, counting.tz)
        for kind in listed
        if asked.me is None or entries.reads_all(asked.me, kind)
    ]
    return [one for one in made if one.rows]


def _may(listed: Sequence[Kind], me: Me) -> bool:
    return any(entries.reads_all(me, kind) for kind in listed)
