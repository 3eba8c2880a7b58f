"""What a reviewer does with a piece: find what waits, 通过, 退回 with a reason."""

from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.features.reflections import items, submissions
from bot.kit.access import TABLE, Right, require
from bot.kit.refusal import Refusal
from storage.audience import Me
from storage.choices import Duty, HandInKind, PieceState
from storage.lookups import of_branch
from storage.models.person import Person
from storage.models.reflection import Reflection, ReflectionTask
from storage.roster import duties_on, holders

LONGEST_REASON = 300
COUNT_FIRST = "请选择这份自查表中的问题数。"
NO_SUCH_PIECE = "没有找到这份内容，可能本人已撤销提交。"


def reviewers(session: Session, task: ReflectionTask, author_id: int, day: date) -> list[int]:
    """Who is asked: the maker of the task and 宣传、纪检委员, else the desk; never the author."""
    held = duties_on(session, task.branch_id, day)
    maker = task.created_by_id
    asked = [maker] if maker is not None and held[maker] & TABLE[Right.REVIEW_PIECES].keys() else []
    asked += holders(session, task.branch_id, day, Duty.PUBLICITY_OFFICER, Duty.DISCIPLINE_OFFICER)
    desk = [
        person
        for duty in (Duty.SECRETARY, Duty.DEPUTY_SECRETARY, Duty.ORGANIZATION_OFFICER)
        for person, theirs in held.items()
        if duty in theirs
    ]
    others = [person for person in dict.fromkeys(asked) if person != author_id]
    return others or [person for person in dict.fromkeys(desk) if person != author_id][:1]


def to_review(session: Session, me: Me, reflection_id: int) -> tuple[Reflection, ReflectionTask]:
    """A piece of the own branch that the right to review opens; refuses politely."""
    require(me, Right.REVIEW_PIECES, branch_id=me.branch_id)
    row = session.get(Reflection, reflection_id)
    task = of_branch(session, ReflectionTask, row.task_id, me.branch_id) if row is not None else None
    if row is None or task is None or row.withdrawn_at is not None or row.state is PieceState.DRAFT:
        raise Refusal(NO_SUCH_PIECE)
    return row, task


def review(
    session: Session,
    me: Me,
    reflection_id: int,
    accept: bool,
    now: datetime,
    reason: str = "",
    problems: int | None = None,
) -> tuple[Reflection, ReflectionTask]:
    """通过, or 退回 with a reason; not one's own piece, and once only. problems: as counted on paper (S47)."""
    row, task = to_decide(session, me, reflection_id)
    if accept and to_count(session, row, task) and problems is None:
        raise Refusal(COUNT_FIRST)
    if not accept and not reason.strip():
        raise Refusal("请发送退回原因。")
    changes = submissions.claim(
        session,
        row,
        PieceState.SUBMITTED,
        state=PieceState.ACCEPTED if accept else PieceState.RETURNED,
        reviewed_at=now,
        reviewed_by_id=me.id,
        return_reason=reason.strip()[:LONGEST_REASON],
        problems=problems if problems is not None and to_count(session, row, task) else row.problems,
    )
    if accept:
        submissions.drop_drafts(session, row, now)
    submissions.note(session, me, "review", row, changes, now)
    return row, task


def to_count(session: Session, row: Reflection, task: ReflectionTask) -> bool:
    """A self-check on paper, or in a file that nobody could read: only who has read it knows how many it names."""
    paper = task.kind is HandInKind.SELF_CHECK and row.problems is None
    return paper and not items.listed(session, row.id)


def to_decide(session: Session, me: Me, reflection_id: int) -> tuple[Reflection, ReflectionTask]:
    """A piece that waits for somebody's decision: not one's own, and not decided yet."""
    row, task = to_review(session, me, reflection_id)
    _reviewable(me, row)
    return row, task


def _reviewable(me: Me, row: Reflection) -> None:
    if row.person_id == me.id:
        raise Refusal("本人提交的请由他人审阅。")
    if row.state is not PieceState.SUBMITTED:
        raise Refusal("这份内容已审阅。")


def waiting(session: Session, me: Me, task_id: int | None = None) -> list[tuple[Reflection, ReflectionTask, str]]:
    """Pieces that wait for a review by somebody, with the author's name; the oldest first, one's own left out."""
    require(me, Right.REVIEW_PIECES, branch_id=me.branch_id)
    query = (
        select(Reflection, ReflectionTask, Person.name)
        .join(ReflectionTask, ReflectionTask.id == Reflection.task_id)
        .join(Person, Person.id == Reflection.person_id)
        .where(
            ReflectionTask.branch_id == me.branch_id,
            ReflectionTask.cancelled_at.is_(None),
            Reflection.state == PieceState.SUBMITTED,
            Reflection.withdrawn_at.is_(None),
            Reflection.person_id != me.id,
        )
        .order_by(Reflection.submitted_at, Reflection.id)
    )
    if task_id is not None:
        query = query.where(Reflection.task_id == task_id)
    return list(session.execute(query))
