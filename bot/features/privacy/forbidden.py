"""禁发词语: the words that a branch adds to what is refused at the door."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.features.privacy.rules import MOST_WORDS, word_fault
from bot.kit.access import Right, require
from bot.kit.hygiene import comparable
from bot.kit.refusal import Refusal
from storage import audit
from storage.audience import Me
from storage.lookups import of_branch
from storage.models.care import HygieneWord


def words(session: Session, me: Me) -> Sequence[HygieneWord]:
    """Those in use in the own branch, the oldest first."""
    require(me, Right.CARE, branch_id=me.branch_id)
    return session.scalars(
        select(HygieneWord)
        .where(HygieneWord.branch_id == me.branch_id, HygieneWord.removed_at.is_(None))
        .order_by(HygieneWord.id)
    ).all()


def add(session: Session, me: Me, text: str, now: datetime) -> HygieneWord:
    """One more word, from the next message on."""
    word, known = comparable(text), words(session, me)
    fault = word_fault(word)
    if fault is not None:
        raise Refusal(fault)
    if any(row.word == word for row in known):
        raise Refusal("这个词语已在名单上。")
    if len(known) >= MOST_WORDS:
        raise Refusal(f"最多{MOST_WORDS}个词语，请先删除不再使用的。")
    row = HygieneWord(branch_id=me.branch_id, word=word, made_by_id=me.id, made_at=now)
    session.add(row)
    session.flush()
    audit.record(session, "add", "hygiene_word", row.id, now=now, by=me)
    return row


def remove(session: Session, me: Me, word_id: int, now: datetime) -> None:
    """The word may be sent again; a second tap changes nothing."""
    require(me, Right.CARE, branch_id=me.branch_id)
    row = of_branch(session, HygieneWord, word_id, me.branch_id)
    if row is None or row.removed_at is not None:
        raise Refusal("这个词语已不在名单上。")
    audit.change(session, "remove", row, {"removed_at": now}, now=now, by=me)
