"""The words that branches do not allow, by the account that writes or by the branch."""

from collections import defaultdict
from collections.abc import Collection

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from storage.models.care import HygieneWord
from storage.models.person import Person

# Built once: every batch of texts asks this.
_WORDS = (
    select(Person.telegram_id, HygieneWord.word)
    .join(HygieneWord, HygieneWord.branch_id == Person.branch_id)
    .where(HygieneWord.removed_at.is_(None), Person.telegram_id.in_(bindparam("accounts", expanding=True)))
)


def branch_words(session: Session, accounts: Collection[int]) -> dict[int, set[str]]:
    """The words in use of the branch of each account; accounts without any, and strangers, are left out."""
    found: dict[int, set[str]] = defaultdict(set)
    for account, word in session.execute(_WORDS, {"accounts": list(accounts)}):
        found[account or 0].add(word)
    return dict(found)


def words_of(session: Session, branch_id: int) -> set[str]:
    """The words in use of one branch: for what comes in as a file."""
    mine = select(HygieneWord.word).where(HygieneWord.branch_id == branch_id, HygieneWord.removed_at.is_(None))
    return set(session.scalars(mine))
