"""The branch's bank of questions: what there is, what comes to it, what is taken out."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.features.question_bank.rules import Question
from bot.kit.access import Right, require
from bot.kit.refusal import Refusal
from storage import audit
from storage.audience import Me
from storage.models.exam import ExamQuestion
from storage.models.organisation import Organisation

MOST = 2000


def listed(session: Session, branch_id: int) -> Sequence[ExamQuestion]:
    """In the order of their numbers, without what was taken out."""
    mine = (ExamQuestion.branch_id == branch_id, ExamQuestion.withdrawn_at.is_(None))
    return session.scalars(select(ExamQuestion).where(*mine).order_by(ExamQuestion.number)).all()


def many(session: Session, branch_id: int) -> int:
    mine = (ExamQuestion.branch_id == branch_id, ExamQuestion.withdrawn_at.is_(None))
    return session.scalar(select(func.count()).select_from(ExamQuestion).where(*mine)) or 0


def fresh(session: Session, branch_id: int, questions: Sequence[Question]) -> list[Question]:
    """Those that the bank does not have yet, each once."""
    there = {(one.kind, one.text) for one in listed(session, branch_id)}
    found: dict[tuple[str, str], Question] = {}
    for one in questions:
        if (one.kind, one.text) not in there:
            found.setdefault((one.kind, one.text), one)
    return list(found.values())


def add(session: Session, me: Me, questions: Sequence[Question], now: datetime) -> list[ExamQuestion]:
    """All of them that are new, numbered on; of two at once the second goes on behind the first."""
    require(me, Right.MAKE_EXAM, branch_id=me.branch_id)
    session.get(Organisation, me.branch_id, with_for_update=True, populate_existing=True)
    new = fresh(session, me.branch_id, questions)
    if many(session, me.branch_id) + len(new) > MOST:
        raise Refusal(f"题库最多{MOST}题，请先删除多余的题目。")
    last = session.scalar(select(func.max(ExamQuestion.number)).where(ExamQuestion.branch_id == me.branch_id)) or 0
    rows = [
        ExamQuestion(
            branch_id=me.branch_id,
            number=number,
            kind=one.kind,
            text=one.text,
            options=list(one.options),
            right=one.right,
            made_by_id=me.id,
            made_at=now,
        )
        for number, one in enumerate(new, last + 1)
    ]
    session.add_all(rows)
    session.flush()
    if rows:
        audit.record(session, "add", "exam_question", rows[0].id, now=now, by=me, count=len(rows))
    return rows


def take_out(session: Session, me: Me, numbers: Sequence[int], now: datetime) -> int:
    """Tests that have them keep them; refuses a number that is none."""
    require(me, Right.MAKE_EXAM, branch_id=me.branch_id)
    by_number = {one.number: one for one in listed(session, me.branch_id)}
    missing = [number for number in numbers if number not in by_number]
    if missing or not numbers:
        raise Refusal(f"题库中没有第{missing[0]}题，请重新发送题号。" if missing else "请发送题号。")
    rows = [by_number[number] for number in dict.fromkeys(numbers)]
    for row in rows:
        row.withdrawn_at = now
    audit.record(session, "remove", "exam_question", rows[0].id, now=now, by=me, count=len(rows))
    return len(rows)
