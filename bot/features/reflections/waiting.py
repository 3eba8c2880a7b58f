"""What waits for an officer: pieces to be reviewed."""

from collections.abc import Iterator
from datetime import datetime, tzinfo

from sqlalchemy.orm import Session

from bot.features.reflections import kinds, reviews, service
from bot.features.reflections.buttons import OpenPiece
from bot.kit.access import Right, may
from bot.kit.figures import Counting
from bot.kit.group_scope import LATEST
from bot.kit.owing import Does, Waiting, Waits, short
from storage.audience import Me
from storage.choices import HandInKind, PieceState
from storage.lookups import names_of
from storage.models.reflection import ReflectionTask


def waiting(session: Session, me: Me, now: datetime, tz: tzinfo) -> Iterator[Waiting]:
    """The pieces of others, the oldest first."""
    if may(me, Right.REVIEW_PIECES, branch_id=me.branch_id):
        for row, task, name in reviews.waiting(session, me):
            yield _piece(row.id, row.submitted_at or now, task, name)


def blocks(counting: Counting) -> Iterator[Waiting]:
    """Of the tasks of a quarter, whoever has handed in."""
    session, days = counting.session, counting.period
    tasks = service.load(session, counting.branch_id, counting.tz, wanted=lambda task: days.holds(task.subject.day))
    latest = counting.of(LATEST)
    waits = [
        (one, task.row)
        for task in tasks
        for one in task.versions
        if one.state is PieceState.SUBMITTED and (latest is None or one.person_id in latest)
    ]
    names = names_of(session, {one.person_id for one, _ in waits})
    for one, row in waits:
        yield _piece(one.row_id, one.submitted_at or counting.now, row, names[one.person_id])


def _piece(row_id: int, since: datetime, task: ReflectionTask, name: str) -> Waiting:
    return Waiting(
        kind=Waits.SELF_CHECK if task.kind is HandInKind.SELF_CHECK else Waits.PIECE,
        line=f"{name}同志提交{kinds.of(task.kind).noun}：{short(task.title)}。",
        does=(Does("审阅", OpenPiece(row_id)),),
        since=since,
    )
