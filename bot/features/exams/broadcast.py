"""A test that begins as what goes to many: how it reads, and would with another title."""

from datetime import datetime, tzinfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.features.exams import making, messages, service
from bot.features.exams.cards import KIND
from bot.kit.access import Right
from bot.kit.broadcasts import BatchContent, Broadcast, Sent, begun_by
from bot.kit.replies import Message
from bot.kit.titles import LONGEST, by_row
from bot.kit.words import in_marks
from storage.models.exam import Exam


def find(session: Session, exam_id: int, tz: tzinfo) -> BatchContent | None:
    row = session.get(Exam, exam_id)
    if row is None:
        return None
    return BatchContent(
        branch_id=row.branch_id,
        title=f"考试：{row.title}",
        text=row.title,
        longest=making.LONGEST_TITLE,
        right=Right.MAKE_EXAM,
        closed=service.CALLED_OFF if row.withdrawn_at is not None else "",
    )


def reworded(session: Session, exam_id: int, text: str, tz: tzinfo) -> Message:
    row = session.get_one(Exam, exam_id)
    worded = Exam(
        id=row.id,
        title=" ".join(text.split()),
        closed_book=row.closed_book,
        minutes=row.minutes,
        closes_at=row.closes_at,
    )
    return messages.announced(worded, tz)


def change(session: Session, exam_id: int, text: str, tz: tzinfo) -> None:
    session.get_one(Exam, exam_id).title = " ".join(text.split())


def reads(session: Session, exam_id: int, sent: Sent, now: datetime, tz: tzinfo) -> Message | None:
    """The same for everybody: whoever has handed in is told so at the tap."""
    return messages.announced(session.get_one(Exam, exam_id), tz)


BROADCASTS = [Broadcast(KIND, find, reworded, change, reads, word="考试", begun=begun_by(Exam, Exam.opens_at))]
TITLES = {
    "exam": by_row(select(Exam.id, Exam.title), lambda row: f"考试{in_marks(row.title, LONGEST)}"),
    "exam_off": by_row(select(Exam.id, Exam.title), lambda row: f"取消考试{in_marks(row.title, LONGEST)}"),
}
