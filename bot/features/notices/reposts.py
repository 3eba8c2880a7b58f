"""After an outage: the cards in groups, and privately the notices, that can still be answered or signed in to."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, tzinfo

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from bot.features.notices import cards, messages, plain_notices, service
from bot.features.notices.owing import asked_leave
from bot.kit.activities import ACTIVITY_CARD, OPENS_BEFORE, coming
from bot.kit.replies import Message
from bot.kit.reposts import Again
from storage.activities import statuses
from storage.choices import ActivityStatus
from storage.models.activity import Activity
from storage.models.notice import Notice
from storage.models.organisation import GroupChat
from storage.models.outbox import Card, Outbox
from storage.roster import roster


def reposts(session: Session, branch_ids: Sequence[int], since: datetime, now: datetime, tz: tzinfo) -> Iterable[Again]:
    asking = _open(session, branch_ids, now)
    yield from _cards(session, asking, since, now, tz)
    for notice, activity in asking:
        for person in _waiting(session, notice, activity, now, tz):
            yield Again(_private(notice, activity, tz), person, f"notice:{notice.id}:{person}")


def _open(session: Session, branch_ids: Sequence[int], now: datetime) -> list[tuple[Notice, Activity | None]]:
    """The notices that still ask: of a planned activity until its end, a plain one until its reply deadline."""
    asks = or_(Activity.end_at >= now, (Notice.activity_id.is_(None)) & (Notice.reply_by >= now))
    query = (
        select(Notice, Activity)
        .outerjoin(Activity, Activity.id == Notice.activity_id)
        .where(Notice.branch_id.in_(branch_ids), Notice.closed_at.is_(None), Notice.text != "", asks)
        .order_by(Notice.id)
    )
    return [
        (notice, activity)
        for notice, activity in session.execute(query)
        if activity is None or activity.status is ActivityStatus.PLANNED
    ]


def _cards(
    session: Session, asking: Sequence[tuple[Notice, Activity | None]], since: datetime, now: datetime, tz: tzinfo
) -> Iterator[Again]:
    subjects = {(ACTIVITY_CARD, activity.id) if activity else (cards.NOTICE, notice.id) for notice, activity in asking}
    query = (
        select(Card)
        .join(Outbox, Outbox.id == Card.outbox_id)
        .join(GroupChat, GroupChat.chat_id == Card.chat_id)
        .where(GroupChat.active, Outbox.sent_at < since)
        .where(Card.kind.in_([ACTIVITY_CARD, cards.NOTICE]), Card.subject_id.in_([one for _, one in subjects]))
        .order_by(Card.id)
    )
    for card in session.scalars(query):
        if (card.kind, card.subject_id) in subjects:
            if card.kind == ACTIVITY_CARD:
                shown = cards.of_group(session, card.subject_id, tz)
            else:
                shown = plain_notices.render(session, card.subject_id, card.chat_id, now, tz)
            if shown is not None:
                about = (card.kind, card.subject_id)
                yield Again(shown, chat_id=card.chat_id, card=about, old_id=card.message_id)


def _private(notice: Notice, activity: Activity | None, tz: tzinfo) -> Message:
    if activity is None:
        return messages.plain_notice(cards.worded(notice, tz), None, 0, notice.id)
    return cards.private_notice(activity, notice, tz)


def _waiting(session: Session, notice: Notice, activity: Activity | None, now: datetime, tz: tzinfo) -> list[int]:
    """Who has not answered; once one may sign in, who has not signed in."""
    if activity is None:
        members = roster(session, notice.branch_id, notice.created_at.astimezone(tz).date())
        done = service.receipts(session, notice.id)
    else:
        members = coming(session, activity, tz)
        signing_in = now >= activity.start_at - OPENS_BEFORE
        came = set(statuses(session, activity.id))
        done = asked_leave(session, activity) | (came if signing_in else service.receipts(session, notice.id))
    return [member.id for member in members if member.id not in done]
