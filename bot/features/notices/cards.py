"""The card of a notice, in the group and in private: its words, its counts, its buttons.

Of an activity it offers 收到, 请假 and 签到. The last two are answered by the features above this one, leave and
activities; their buttons stand here because the card that shows them does.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import tzinfo
from typing import ClassVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.kit.activities import ACTIVITY_CARD, spared
from bot.kit.buttons import Button
from bot.kit.replies import Choice, Message, Rows
from bot.kit.words import moment_words
from storage.activities import audience, notice_of, statuses
from storage.choices import BY_NAME, HERE, ActivityStatus, LeaveState
from storage.models.activity import Activity, Delegate
from storage.models.attendance import LeaveRequest
from storage.models.notice import Notice, Receipt

# The card of a plain notice, and the kind of broadcast that every notice is.
NOTICE = "notice"
PLAIN_HEAD = "【通知】"
NOT_ANY_MORE = "活动已取消，无需回复。"
SEE_THE_NEW_ONE = "此通知不再有效，请在最新的通知上回复。"


@dataclass(frozen=True)
class Acknowledge(Button):
    prefix: ClassVar[str] = "rc"
    notice_id: int


@dataclass(frozen=True)
class AcknowledgeListed(Button):
    """收到 below a list of all that is owed: its other buttons are still needed."""

    prefix: ClassVar[str] = "rn"
    notice_id: int


@dataclass(frozen=True)
class AskLeave(Button):
    prefix: ClassVar[str] = "lv"
    activity_id: int


@dataclass(frozen=True)
class SignIn(Button):
    prefix: ClassVar[str] = "si"
    activity_id: int


@dataclass(frozen=True)
class Counts:
    """What a live card shows."""

    expected: int
    received: int
    on_leave: int
    pending_leave: int
    signed_in: int


def count(session: Session, activity: Activity, notice: Notice | None, tz: tzinfo) -> Counts:
    """Counted, never kept: no row is touched by every tap."""
    people = {member.id: member for member in audience(session, activity, tz)}
    came = {person for person, status in statuses(session, activity.id).items() if status in HERE}
    spares = spared(session, activity, tz)
    expected = {member.id for member in people.values() if not spares(member) or member.id in came}
    received = 0
    if notice is not None:
        live = (Receipt.notice_id == notice.id, Receipt.withdrawn_at.is_(None))
        received = sum(1 for person in session.scalars(select(Receipt.person_id).where(*live)) if person in expected)
    asked = select(LeaveRequest.state, LeaveRequest.person_id).where(
        LeaveRequest.activity_id == activity.id, LeaveRequest.withdrawn_at.is_(None)
    )
    # Who has asked for leave and came is there.
    leave = Counter(state for state, person in session.execute(asked) if person not in came)
    return Counts(
        expected=len(expected),
        received=received,
        on_leave=leave[LeaveState.APPROVED],
        pending_leave=leave[LeaveState.PENDING],
        signed_in=len(came),
    )


def counts_line(counts: Counts) -> str:
    """已收到19人（应回复23人），请假2人，另有待审批1人，已签到3人; what is 0 is left out."""
    away = leave_words(counts.on_leave, counts.pending_leave)
    came = f"已签到{counts.signed_in}人" if counts.signed_in else ""
    return "，".join(filter(None, [received_line(counts.received, counts.expected), away, came]))


def received_line(received: int, expected: int) -> str:
    """已收到19人（应回复23人）"""
    return f"已收到{received}人（应回复{expected}人）"


def leave_words(approved: int, pending: int) -> str:
    """请假2人，另有待审批1人: whose leave is approved, and beside them who waits; nothing of 0."""
    if not approved:
        return f"请假待审批{pending}人" if pending else ""
    return f"请假{approved}人，另有待审批{pending}人" if pending else f"请假{approved}人"


def worded(notice: Notice, tz: tzinfo) -> str:
    """A notice as it is read: heading and words, and until when which buttons answer it."""
    answers = "“收到”" if notice.activity_id is None else "“收到”或“请假”"
    return f"{unasked(notice)}\n请于{moment_words(notice.reply_by, tz)}前点{answers}。"


def unasked(notice: Notice) -> str:
    """The same where nothing is to be answered any more; the words of an activity's notice have a heading already."""
    return f"{PLAIN_HEAD}{notice.text}" if notice.activity_id is None else notice.text


def member_rows(activity_id: int, notice_id: int) -> Rows:
    """The same three buttons in the same order, everywhere."""
    return [
        [Choice("收到", Acknowledge(notice_id)), Choice("请假", AskLeave(activity_id))],
        [Choice("签到", SignIn(activity_id))],
    ]


def group_card(activity: Activity, notice: Notice, counts: Counts, tz: tzinfo) -> Message:
    """The one card in the group: numbers only, never names."""
    if activity.status is ActivityStatus.CANCELLED:
        return _off(activity, tz)
    if activity.status is not ActivityStatus.PLANNED:
        return Message(f"{unasked(notice)}\n{counts_line(counts)}")
    return Message(f"{worded(notice, tz)}\n{counts_line(counts)}", member_rows(activity.id, notice.id))


def _off(activity: Activity, tz: tzinfo) -> Message:
    when = moment_words(activity.start_at, tz)
    return Message(f"【活动取消】{activity.title}\n原定时间：{when}\n{NOT_ANY_MORE}")


def moved(activity: Activity) -> Message:
    """The card of a date that is not kept: another one asks."""
    return Message(f"【活动改期】{activity.title}\n{SEE_THE_NEW_ONE}")


def not_asked(activity: Activity) -> Message:
    """To who was taken off the list of those whom it names."""
    return Message(f"【活动变更】您无需参加{activity.title}。")


def over(session: Session, activity: Activity, notice: Notice, person_id: int | None, tz: tzinfo) -> Message | None:
    """What a delivered notice has become where it asks nothing of this person (None: of a group) any more."""
    if activity.status is ActivityStatus.CANCELLED:
        return _off(activity, tz)
    if notice.closed_at is not None:
        return moved(activity)
    if person_id is None or activity.scope not in BY_NAME:
        return None
    return not_asked(activity) if session.get(Delegate, (activity.id, person_id)) is None else None


def of_group(session: Session, activity_id: int, tz: tzinfo) -> Message | None:
    """The card of an activity's notice as it should stand in a group now."""
    activity, notice = session.get(Activity, activity_id), notice_of(session, activity_id)
    if activity is None or notice is None:
        return None
    return group_card(activity, notice, count(session, activity, notice, tz), tz)


def offers(session: Session, activity_id: int, tz: tzinfo) -> Message | None:
    """To who has replied to an activity's card in words that nobody understands."""
    activity, notice = session.get(Activity, activity_id), notice_of(session, activity_id)
    if activity is None or notice is None or activity.status is not ActivityStatus.PLANNED:
        return None
    return Message(f"没有看懂您在群里的回复（{activity.title}）。您是要：", member_rows(activity.id, notice.id))


def private_notice(
    activity: Activity, notice: Notice, tz: tzinfo, answered: str = "", undo: Choice | None = None
) -> Message:
    """A member's own card, with the own answer once there is one."""
    rows = [*member_rows(activity.id, notice.id), *([[undo]] if undo else [])]
    return Message(f"{worded(notice, tz)}\n{answered}".strip(), rows)


def card_of(notice: Notice) -> tuple[str, int]:
    """The live card that shows a notice."""
    return (ACTIVITY_CARD, notice.activity_id) if notice.activity_id is not None else (NOTICE, notice.id)
