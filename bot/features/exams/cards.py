"""What the makers of a test see of it."""

from sqlalchemy.orm import Session

from bot.features.exams import messages, rules, scores, service
from bot.kit.access import Right, may
from bot.kit.broadcasts import with_delivery
from bot.kit.handlers import Call
from bot.kit.replies import Message
from storage.choices import ExamMode
from storage.models.exam import Exam

KIND = "exam"


def of(session: Session, call: Call, exam: Exam) -> Message:
    """Counts; the buttons of scores to who reads them; what became of telling everybody."""
    sees = may(call.me, Right.SEE_SCORES, branch_id=exam.branch_id)
    ended = exam.closes_at is not None and rules.is_over(call.now, exam.closes_at)
    let_in = exam.mode is ExamMode.IN_CHAT and ended and sees and bool(scores.may_make_up(session, exam))
    many, counted = len(service.items(session, exam.id)), service.counted(session, exam)
    card = messages.card(exam, counted, many, call.tz, scores=sees, let_in=let_in)
    if exam.opens_at is None or exam.opens_at > call.now:
        return card
    return with_delivery(session, card, exam.branch_id, KIND, exam.id, call.now, call.tz)
