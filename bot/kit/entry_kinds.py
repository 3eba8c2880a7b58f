"""Of which kinds of the register a branch has entries: of the others nothing has to be asked."""

from sqlalchemy import select

from bot.kit.figures import Counting, Source
from storage.models.entry import Entry


def _used(counting: Counting) -> frozenset[str]:
    here = (Entry.branch_id == counting.branch_id, Entry.withdrawn_at.is_(None))
    return frozenset(counting.session.scalars(select(Entry.kind).where(*here).distinct()))


USED = Source("kinds that have entries", _used)
