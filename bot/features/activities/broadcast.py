"""A notice as something that goes to many: how it reads now for each, how it would with other words, a preview."""

from collections.abc import Sequence
from datetime import datetime, tzinfo
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.features.activities import buttons, cards, messages, notices, planning, rules, service
from bot.kit.access import Right
from bot.kit.broadcasts import BatchContent, Broadcast, Sent, preview
from bot.kit.deadlines import may_undo
from bot.kit.handlers import Call
from bot.kit.refusal import Refusal
from bot.kit.replies import Choice, Message
from bot.kit.titles import LONGEST, by_row
from bot.kit.words import cut, moment_words
from scheduler.calendar.store import calendar_of
from storage.choices import ActivityStatus
from storage.models.activity import Activity
from storage.models.attendance import Attendance, LeaveRequest
from storage.models.notice import Notice, Receipt
from storage.models.person import Person

CLOSED = "活动已取消或改期，不能更正。"
PLAIN_HEAD = "【通知】"


# --- correcting ----------------------------------------------------------------------------------------------------


def find(session: Session, notice_id: int, tz: tzinfo) -> BatchContent | None:
    """The deadline at the end stays as it is: only the words before it may be corrected."""
    notice = session.get(Notice, notice_id)
    if notice is None:
        return None
    activity = _activity(session, notice)
    off = activity is not None and (activity.status is ActivityStatus.CANCELLED or notice.closed_at is not None)
    return BatchContent(
        branch_id=notice.branch_id,
        title=notice.text.split("\n")[0],
        text=_split(notice)[1],
        longest=notices.LONGEST,
        right=Right.MAKE_NOTICE if activity is None else Right.MAKE_ACTIVITY,
        group_id=activity.group_id if activity is not None else None,
        types=[one.type for one in service.components(session, activity.id)] if activity is not None else [],
        cards=[cards.card_of(notice)],
        closed=CLOSED if off else "",
    )


def _activity(session: Session, notice: Notice) -> Activity | None:
    return session.get_one(Activity, notice.activity_id) if notice.activity_id is not None else None


def _split(notice: Notice) -> tuple[str, str, str]:
    """Heading, words and deadline of a notice."""
    head = PLAIN_HEAD if notice.activity_id is None and notice.text.startswith(PLAIN_HEAD) else ""
    body, end, deadline = notice.text.removeprefix(head).rpartition("\n")
    return (head, body, end + deadline) if deadline.startswith("请于") else (head, notice.text.removeprefix(head), "")


def _worded(notice: Notice, text: str) -> str:
    head, _, deadline = _split(notice)
    return f"{head}{text}{deadline}"


def reworded(session: Session, notice_id: int, text: str, tz: tzinfo) -> Message:
    notice = session.get_one(Notice, notice_id)
    return _private(session, notice, _worded(notice, text), [], None)


def change(session: Session, notice_id: int, text: str, tz: tzinfo) -> None:
    notice = session.get_one(Notice, notice_id)
    notice.text = _worded(notice, text)


def reads(session: Session, notice_id: int, sent: Sent, now: datetime, tz: tzinfo) -> Message | None:
    """The group's card with its counts, or a member's with the own answers."""
    notice = session.get_one(Notice, notice_id)
    if sent.person_id is None:
        if notice.activity_id is not None:
            return cards.render(session, notice.activity_id, sent.chat_id, now, tz)
        return notices.render(session, notice_id, sent.chat_id, now, tz)
    mine = (Receipt.notice_id == notice_id, Receipt.person_id == sent.person_id, Receipt.withdrawn_at.is_(None))
    receipt = session.scalars(select(Receipt).where(*mine)).first()
    undo = Choice("撤销", buttons.UndoReceipt(receipt.id)) if receipt and may_undo(receipt.at, now) else None
    answers = ["您已回复：收到。"] if receipt else []
    return _private(session, notice, notice.text, answers + _done(session, notice, sent.person_id, tz), undo)


def _private(session: Session, notice: Notice, text: str, answers: Sequence[str], undo: Choice | None) -> Message:
    activity = _activity(session, notice)
    said = Notice(id=notice.id, text=text)
    if activity is not None:
        return messages.private_notice(activity, said, "\n".join(answers), undo)
    if answers:
        return Message("\n".join([text, *answers]), [[undo]] if undo else [])
    return messages.plain_notice(text, None, 0, notice.id)


def _done(session: Session, notice: Notice, person_id: int, tz: tzinfo) -> list[str]:
    """Leave and sign-in of an activity, which may have taken the place of the notice in the same message."""
    if notice.activity_id is None:
        return []
    asked = (LeaveRequest.activity_id == notice.activity_id, LeaveRequest.person_id == person_id)
    leave = session.scalars(select(LeaveRequest).where(*asked, LeaveRequest.withdrawn_at.is_(None))).first()
    signed = (Attendance.activity_id == notice.activity_id, Attendance.person_id == person_id)
    came = session.scalars(select(Attendance).where(*signed, Attendance.withdrawn_at.is_(None))).first()
    lines = [f"您的请假（{messages.LEAVE_WORDS[leave.type]}）：{messages.LEAVE_STATES[leave.state]}。"] if leave else []
    return lines + ([f"您已于{moment_words(came.at, tz)}登记{messages.STATUS_WORDS[came.status]}。"] if came else [])


BROADCASTS = [Broadcast(cards.NOTICE, find, reworded, change, reads)]


def _title(row: Any) -> str:
    if row.title is not None:
        return f"{cut(row.title, LONGEST)}通知"
    words = row.text.split("\n")[0].removeprefix(PLAIN_HEAD)
    return f"通知“{cut(words, LONGEST)}”"


_NOTICES = select(Notice.id, Notice.text, Activity.title).outerjoin(Activity, Activity.id == Notice.activity_id)
TITLES = {"notice": by_row(_NOTICES, _title)}


# --- 发给自己看看 ----------------------------------------------------------------------------------------------------


def preview_of(session: Session, call: Call, plan: planning.Plan, privately: bool) -> Message:
    """The notice of an activity that is not made yet, as the members or the group will see it."""
    if plan.start_at <= call.now:
        raise Refusal("补录的活动不发通知。")
    activity = planning.drafted(session, call.me, plan, call.now, call.tz)
    activity.id = 0
    host = session.get(Person, plan.host_id) if plan.host_id else None
    next_day = calendar_of(session, call.me.branch_id).next_working_day(call.today)
    deadline = rules.reply_by(call.now, plan.start_at, next_day, call.tz)
    agenda = list(dict.fromkeys(plan.first_agenda))
    types = list(dict.fromkeys(plan.types))
    text = messages.notice_text(activity, types, host.name if host else "", agenda, deadline, call.tz)
    notice = Notice(id=0, text=text)
    if privately:
        return preview(messages.private_notice(activity, notice))
    people = service.audience(session, activity, call.tz)
    counts = messages.Counts(sum(not one.exempt for one in people), 0, 0, 0, 0)
    return preview(messages.group_card(activity, notice, counts))
