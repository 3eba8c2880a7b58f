"""Of which kinds of the register a branch has entries: of the others nothing has to be asked."""

from sqlalchemy import select

from bot.kit.figures import Source, Together
from storage.models.entry import Entry


def used(of: Together) -> dict[int, frozenset[str]]:
    """The kinds by branch."""
    query = select(Entry.branch_id, Entry.kind).where(of.here(Entry.branch_id), Entry.withdrawn_at.is_(None)).distinct()
    found = of.split(of.session.execute(query), lambda row: row.branch_id)
    return {branch_id: frozenset(row.kind for row in rows) for branch_id, rows in found.items()}


USED = Source("kinds that have entries", lambda counting: counting.each(used))
