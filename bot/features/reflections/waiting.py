"""What waits for an officer: pieces to be reviewed."""

from collections.abc import Iterator
from datetime import datetime, tzinfo

from sqlalchemy.orm import Session

from bot.features.reflections import kinds, reviews, service
from bot.features.reflections.buttons import OpenPiece
from bot.features.reflections.rules import Version
from bot.kit.access import Right, may
from bot.kit.figures import Counting, Together
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
            yield _piece(row.id, row.submitted_at or now, task, row.person_id, name)


def blocks(counting: Counting) -> Iterator[Waiting]:
    """Of the tasks of a quarter, whoever has handed in."""
    latest = counting.of(LATEST)
    for one, row, name in counting.each(_submitted):
        if latest is None or one.person_id in latest:
            yield _piece(one.row_id, one.submitted_at or counting.now, row, one.person_id, name)


def _submitted(of: Together) -> dict[int, list[tuple[Version, ReflectionTask, str]]]:
    """What nobody has read yet, by branch, with the name of whoever has handed it in."""
    tasks = service.of_period(of.session, of.counts, of.period, of.tz)
    waits = [(one, task.row) for task in tasks for one in task.versions if one.state is PieceState.SUBMITTED]
    names = names_of(of.session, {one.person_id for one, _ in waits})
    return of.split([(one, row, names[one.person_id]) for one, row in waits], lambda one: one[1].branch_id)


def _piece(row_id: int, since: datetime, task: ReflectionTask, person_id: int, name: str) -> Waiting:
    return Waiting(
        kind=Waits.SELF_CHECK if task.kind is HandInKind.SELF_CHECK else Waits.PIECE,
        line=f"{name}同志提交{kinds.of(task.kind).noun}：{short(task.title)}。",
        does=(Does("审阅", OpenPiece(row_id)),),
        since=since,
        whose=person_id,
    )
