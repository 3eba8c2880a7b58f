"""Notices and who has received them: a plain one made, 收到, what still waits for it."""

import re
from datetime import datetime, tzinfo

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from bot.features.notices.cards import card_of
from bot.features.notices.owing import LONGEST_OPEN
from bot.kit.access import Right, require
from bot.kit.refusal import Refusal
from bot.kit.undo import Step, own_row, take_back
from storage import audit
from storage.activities import in_scope, notice_of
from storage.audience import Me
from storage.choices import LeaveState
from storage.lookups import of_branch
from storage.models.activity import Activity
from storage.models.attendance import LeaveRequest
from storage.models.notice import Notice, Receipt

# What the notice of an activity begins with: 【主题党日通知】.
_HEADING = re.compile(r"^【[^】]*】")


def make(session: Session, me: Me, text: str, reply_by: datetime, now: datetime, *, length: int) -> Notice:
    """A plain notice to the own branch, for who may give one. `length`: of the text that was typed, for the log."""
    require(me, Right.MAKE_NOTICE, branch_id=me.branch_id)
    notice = Notice(branch_id=me.branch_id, text=text, reply_by=reply_by, created_by_id=me.id, created_at=now)
    session.add(notice)
    session.flush()
    audit.record(session, "make", "notice", notice.id, now=now, by=me, length=length)
    return notice


def acknowledge(session: Session, me: Me, notice_id: int, now: datetime) -> tuple[Receipt, bool]:
    """收到; returns the row and whether it is new. A closed notice still takes it: the reader has read it."""
    notice = of_branch(session, Notice, notice_id, me.branch_id)
    if notice is None:
        raise Refusal("没有找到这条通知。")
    if notice.closed_at is not None and notice.activity_id is not None:
        # The card of the old date is still up there: its 收到 answers the notice of the new one.
        notice = notice_of(session, notice.activity_id) or notice
    row = receipt_of(session, notice.id, me.id)
    if row is not None:
        return row, False
    row = Receipt(notice_id=notice.id, person_id=me.id, at=now)
    session.add(row)
    session.flush()
    return row, True


def receipt_of(session: Session, notice_id: int, person_id: int) -> Receipt | None:
    mine = (Receipt.notice_id == notice_id, Receipt.person_id == person_id, Receipt.withdrawn_at.is_(None))
    return session.scalars(select(Receipt).where(*mine)).first()


def unanswered_notices(session: Session, me: Me, now: datetime) -> list[Notice]:
    """Open notices that somebody has not received; the nearest deadline first."""
    asking = open_notices(session, me, now)
    mine = (Receipt.notice_id.in_([one.id for one in asking]), Receipt.person_id == me.id)
    answered = set(session.scalars(select(Receipt.notice_id).where(*mine, Receipt.withdrawn_at.is_(None))))
    return [notice for notice in asking if notice.id not in answered]


def leave_of(session: Session, me: Me, notice: Notice) -> LeaveRequest | None:
    """The leave that one has asked for from the activity of a notice, unless it was refused: that is an answer too."""
    mine = (LeaveRequest.activity_id == notice.activity_id, LeaveRequest.person_id == me.id)
    stands = (LeaveRequest.withdrawn_at.is_(None), LeaveRequest.state != LeaveState.REFUSED)
    return session.scalars(select(LeaveRequest).where(*mine, *stands)).first()


def open_notices(session: Session, me: Me, now: datetime) -> list[Notice]:
    """Those that somebody may still answer: of an activity until its end, a plain one as long as it is owed."""
    query = (
        select(Notice, Activity)
        .outerjoin(Activity, Activity.id == Notice.activity_id)
        .where(
            Notice.branch_id == me.branch_id,
            Notice.closed_at.is_(None),
            Notice.text != "",
            or_(Notice.activity_id.is_(None) & (Notice.reply_by > now - LONGEST_OPEN), Activity.end_at > now),
        )
        .order_by(Notice.reply_by, Notice.id)
    )
    return [
        notice for notice, activity in session.execute(query) if activity is None or in_scope(session, me, activity)
    ]


def receipts(session: Session, notice_id: int) -> set[int]:
    return set(
        session.scalars(select(Receipt.person_id).where(Receipt.notice_id == notice_id, Receipt.withdrawn_at.is_(None)))
    )


def undo(session: Session, me: Me, row_id: int, now: datetime, tz: tzinfo) -> Notice:
    """撤销收到"""
    row = own_row(session, me, Receipt, row_id)
    notice = session.get_one(Notice, row.notice_id)
    take_back(session, me, row, row.at, now, notice.branch_id)
    return notice


def steps(session: Session, me: Me, since: datetime) -> list[Step]:
    """The own 收到 since then."""
    query = (
        select(Receipt, Notice)
        .join(Notice, Notice.id == Receipt.notice_id)
        .where(Receipt.person_id == me.id, Receipt.withdrawn_at.is_(None), Receipt.at >= since)
    )
    return [
        Step(row.at, "收到", _HEADING.sub("", notice.text.split("\n")[0])[:100], row.id, undo, card_of(notice))
        for row, notice in session.execute(query)
    ]
