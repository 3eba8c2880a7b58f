"""A notice as something that goes to many: how it reads now for each, how it would with other words."""

from collections.abc import Sequence
from datetime import datetime, tzinfo
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.features.notices import buttons, cards, messages, plain_notices
from bot.kit.access import Right
from bot.kit.broadcasts import BatchContent, Broadcast, Sent, begun_by
from bot.kit.deadlines import may_undo
from bot.kit.glossary.choices import ATTENDANCE, LEAVE_STATES, LEAVE_TYPES
from bot.kit.replies import Choice, Message
from bot.kit.titles import LONGEST, by_row
from bot.kit.words import cut, in_marks, moment_words
from storage.activities import components
from storage.choices import ActivityStatus
from storage.models.activity import Activity
from storage.models.attendance import Attendance, LeaveRequest
from storage.models.notice import Notice, Receipt

CLOSED = "活动已取消或改期，通知不能再修改。"
FIXED = "活动通知按活动内容生成，请在活动卡片上点“修改活动”。"


# --- changing what was sent --------------------------------------------------------------------------------------


def find(session: Session, notice_id: int, tz: tzinfo) -> BatchContent | None:
    """Only the words of a plain one may be changed: those of an activity's are made of its record."""
    notice = session.get(Notice, notice_id)
    if notice is None:
        return None
    activity = _activity(session, notice)
    off = activity is not None and (activity.status is ActivityStatus.CANCELLED or notice.closed_at is not None)
    return BatchContent(
        branch_id=notice.branch_id,
        title=cards.unasked(notice).split("\n")[0],
        text=notice.text,
        longest=plain_notices.LONGEST,
        right=Right.MAKE_NOTICE if activity is None else Right.MAKE_ACTIVITY,
        group_id=activity.group_id if activity is not None else None,
        types=[one.type for one in components(session, activity.id)] if activity is not None else [],
        cards=[cards.card_of(notice)],
        closed=CLOSED if off else "",
        fixed=FIXED if activity is not None else "",
    )


def _activity(session: Session, notice: Notice) -> Activity | None:
    return session.get_one(Activity, notice.activity_id) if notice.activity_id is not None else None


def reworded(session: Session, notice_id: int, text: str, tz: tzinfo) -> Message:
    notice = session.get_one(Notice, notice_id)
    return _private(session, notice, text, [], None, tz)


def change(session: Session, notice_id: int, text: str, tz: tzinfo) -> None:
    session.get_one(Notice, notice_id).text = text


def reads(session: Session, notice_id: int, sent: Sent, now: datetime, tz: tzinfo) -> Message | None:
    """The group's card with its counts, or a member's with the own answers; of an activity whether it still asks."""
    notice = session.get_one(Notice, notice_id)
    activity = _activity(session, notice)
    over = cards.over(session, activity, notice, sent.person_id, tz) if activity is not None else None
    if over is not None:
        return over
    if sent.person_id is None:
        if notice.activity_id is not None:
            return cards.of_group(session, notice.activity_id, tz)
        return plain_notices.render(session, notice_id, sent.chat_id, now, tz)
    mine = (Receipt.notice_id == notice_id, Receipt.person_id == sent.person_id, Receipt.withdrawn_at.is_(None))
    receipt = session.scalars(select(Receipt).where(*mine)).first()
    undo = Choice("撤销", buttons.UndoReceipt(receipt.id)) if receipt and may_undo(receipt.at, now) else None
    answers = [messages.RECEIVED] if receipt else []
    return _private(session, notice, notice.text, answers + _done(session, notice, sent.person_id, tz), undo, tz)


def _private(
    session: Session, notice: Notice, text: str, answers: Sequence[str], undo: Choice | None, tz: tzinfo
) -> Message:
    activity = _activity(session, notice)
    said = Notice(id=notice.id, activity_id=notice.activity_id, text=text, reply_by=notice.reply_by)
    if activity is not None:
        return cards.private_notice(activity, said, tz, "\n".join(answers), undo)
    if answers:
        return Message("\n".join([cards.worded(said, tz), *answers]), [[undo]] if undo else [])
    return messages.plain_notice(cards.worded(said, tz), None, 0, notice.id)


def _done(session: Session, notice: Notice, person_id: int, tz: tzinfo) -> list[str]:
    """Leave and sign-in of an activity, which may have taken the place of the notice in the same message."""
    if notice.activity_id is None:
        return []
    asked = (LeaveRequest.activity_id == notice.activity_id, LeaveRequest.person_id == person_id)
    leave = session.scalars(select(LeaveRequest).where(*asked, LeaveRequest.withdrawn_at.is_(None))).first()
    signed = (Attendance.activity_id == notice.activity_id, Attendance.person_id == person_id)
    came = session.scalars(select(Attendance).where(*signed, Attendance.withdrawn_at.is_(None))).first()
    lines = [f"您的请假（{LEAVE_TYPES[leave.type]}）：{LEAVE_STATES[leave.state]}。"] if leave else []
    return lines + ([f"您已于{moment_words(came.at, tz)}登记{ATTENDANCE[came.status]}。"] if came else [])


BROADCASTS = [
    Broadcast(cards.NOTICE, find, reworded, change, reads, word="通知", begun=begun_by(Notice, Notice.created_at))
]


def _title(row: Any) -> str:
    if row.title is not None:
        return f"{cut(row.title, LONGEST)}通知"
    words = row.text.split("\n")[0]
    return f"通知{in_marks(words, LONGEST)}"


_NOTICES = select(Notice.id, Notice.text, Activity.title).outerjoin(Activity, Activity.id == Notice.activity_id)
TITLES = {"notice": by_row(_NOTICES, _title)}
