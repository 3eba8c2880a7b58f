"""What waits for an officer: pieces to be reviewed."""

from collections.abc import Iterator
from datetime import datetime, tzinfo

from sqlalchemy.orm import Session

from bot.features.reflections import kinds, reviews
from bot.features.reflections.buttons import OpenPiece
from bot.kit.access import Right, may
from bot.kit.owing import Does, Waiting, Waits, short
from storage.audience import Me
from storage.choices import HandInKind


def waiting(session: Session, me: Me, now: datetime, tz: tzinfo) -> Iterator[Waiting]:
    """The pieces of others, the oldest first."""
    if may(me, Right.REVIEW_PIECES, branch_id=me.branch_id):
        for row, task, name in reviews.waiting(session, me):
            yield Waiting(
                kind=Waits.SELF_CHECK if task.kind is HandInKind.SELF_CHECK else Waits.PIECE,
                line=f"{name}同志提交{kinds.of(task.kind).noun}：{short(task.title)}。",
                does=(Does("审阅", OpenPiece(row.id)),),
                since=row.submitted_at or now,
            )
