"""撤销: taking one's own last step back, by its button or by the word."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.features.activities import buttons, participation
from bot.features.notices.cards import NOTICE, card_of
from bot.kit.activities import ACTIVITY_CARD, undone
from bot.kit.deadlines import UNDO_WITHIN
from bot.kit.handlers import Call, Handler, Tap, Word
from bot.kit.replies import Message, Reply, To
from storage.audience import Me
from storage.choices import LeaveState, MakeupState
from storage.models.activity import Activity
from storage.models.attendance import Attendance, LeaveRequest, Makeup
from storage.models.notice import Notice, Receipt

NOTHING = "没有可以撤销的事项。签到、收到、请假和补学可在十分钟内撤销。"
WHAT: dict[type[participation.Step], str] = {
    Attendance: "签到",
    Receipt: "收到",
    LeaveRequest: "请假",
    Makeup: "补学",
}


def undo_sign_in(session: Session, call: Call, button: buttons.UndoSignIn) -> Reply:
    return undone(participation.undo(session, call.me, Attendance, button.row_id, call.now, call.tz), "签到")


def undo_by_word(session: Session, call: Call) -> Reply:
    """The newest step, wherever it was taken: after a tap in the group there is no button for it."""
    if call.card is not None and call.card[0] not in (ACTIVITY_CARD, NOTICE):
        return Reply()
    row = newest_step(session, call.me, call.now)
    if row is None:
        return Reply(others=[To(Message(NOTHING), person_id=call.me.id)])
    subject = participation.undo(session, call.me, type(row), row.id, call.now, call.tz)
    notice = session.get_one(Notice, subject) if isinstance(row, Receipt) else None
    title = notice.text.split("\n")[0][:100] if notice else session.get_one(Activity, subject).title
    done = Message(f"已撤销{WHAT[type(row)]}：{title}")
    refresh = card_of(notice) if notice else (ACTIVITY_CARD, subject)
    return Reply(others=[To(done, person_id=call.me.id)], refresh=[refresh])


def newest_step(session: Session, me: Me, now: datetime) -> participation.Step | None:
    """The own step of the last ten minutes that still stands and that nobody has decided on."""
    since = now - UNDO_WITHIN
    steps: list[tuple[datetime, participation.Step]] = []
    signed = select(Attendance).where(Attendance.person_id == me.id, Attendance.marked_by_id.is_(None))
    steps += [
        (row.at, row)
        for row in session.scalars(signed.where(Attendance.withdrawn_at.is_(None), Attendance.at >= since))
    ]
    received = select(Receipt).where(Receipt.person_id == me.id, Receipt.withdrawn_at.is_(None))
    steps += [(row.at, row) for row in session.scalars(received.where(Receipt.at >= since))]
    asked = select(LeaveRequest).where(LeaveRequest.person_id == me.id, LeaveRequest.state == LeaveState.PENDING)
    steps += [(row.requested_at, row) for row in session.scalars(asked.where(LeaveRequest.withdrawn_at.is_(None)))]
    handed = select(Makeup).where(Makeup.person_id == me.id, Makeup.state == MakeupState.SUBMITTED)
    handed = handed.where(Makeup.withdrawn_at.is_(None))
    steps += [(row.submitted_at, row) for row in session.scalars(handed) if row.submitted_at is not None]
    recent = [step for step in steps if step[0] >= since]
    return max(recent, key=lambda step: step[0])[1] if recent else None


HANDLERS: list[Handler] = [
    Tap(buttons.UndoSignIn, undo_sign_in),
    Word(("撤销",), undo_by_word, in_group=True),
]
