"""Who hears of a change: delivered notices read as the record does, and who is to know gets one message, the last state
of ten minutes.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.features.activities import cards as activities
from bot.features.activities import reminding
from bot.features.activity_changes import messages, rules
from bot.features.activity_changes.service import Changed
from bot.features.activity_changes.standing import asking
from bot.features.leave.cards import close
from bot.features.notices.cards import NOTICE, not_asked, private_notice
from bot.features.notices.owing import asked_leave
from bot.kit import leave_offers
from bot.kit.activities import ACTIVITY_CARD, coming
from bot.kit.handlers import Call
from bot.kit.replies import Message, To, of_place
from scheduler import broadcasts
from scheduler.broadcasts import batch_of
from scheduler.jobs import Owed
from scheduler.promises import promise_all, taken
from storage.choices import BY_NAME, OutboxState
from storage.models.activity import Activity, Delegate
from storage.models.notice import Notice
from storage.models.outbox import Outbox

# The job that words these messages when they go; it has no times.
CHANGE = "activity_change"
TOGETHER = reminding.TOGETHER


@dataclass(frozen=True, slots=True)
class Where:
    """To whom a message goes: somebody, or a group below the card of the notice."""

    person_id: int | None = None
    chat_id: int | None = None
    card: int | None = None


def spread(session: Session, call: Call, done: Changed, *, tell: bool) -> list[To]:
    """All that follows from a change; the cards of the record are drawn anew by whoever answers. Returns the notices
    of those who were added. `tell`: the note is told as well.
    """
    activity = done.activity
    before = _reads(session, activity)
    notice = activities.write_notice(session, activity, call.tz)
    ahead = call.now < done.was_at and notice is not None and not rules.is_over(activity.status)
    asks_anew = done.removed or {"reply_day", "reply_time"}.intersection(done.fields)
    if notice is not None and (before != _reads(session, activity) or asks_anew):
        _rewrite(session, call, activity, notice, done)
    for row in done.leave:
        close(session, call, row, activity)
    if not ahead or notice is None:
        return []
    _tell_removed(session, call, activity, notice, done.removed)
    what = {key for key in (*rules.TOLD, *(["note"] if tell else [])) if key in done.fields}
    if what:
        _tell(session, call, activity, what, but={*done.added, *done.removed})
    if what & set(rules.TOLD):
        again = reminding.again(session, activity, done.was_at, call.tz)
        promise_all(session, again, job=reminding.REMINDER.name, branch_id=activity.branch_id, now=call.now)
    offers = leave_offers.at_publication(session, activity, call.now, call.tz, only=done.added)
    return [*_notices_of(session, call, activity, notice, done.added), *offers]


def is_heard(done: Changed, now: datetime, *, tell: bool) -> bool:
    """Whether anybody is told by a message of its own."""
    what = {*rules.TOLD, "people", *(["note"] if tell else [])}
    return now < done.was_at and not rules.is_over(done.activity.status) and bool(what.intersection(done.fields))


def _reads(session: Session, activity: Activity) -> str:
    notice = asking(session, activity.id)
    return notice.text if notice is not None else ""


def _rewrite(session: Session, call: Call, activity: Activity, notice: Notice, done: Changed) -> None:
    """What was delivered is edited, what waits goes out so, what is in hand is followed by its edit."""
    batch = batch_of(NOTICE, notice.id)
    broadcasts.drop(session, batch, done.removed)
    broadcasts.correct(session, batch, private_notice(activity, notice, call.tz).to_json(), call.now)


def _notices_of(session: Session, call: Call, activity: Activity, notice: Notice, added: Sequence[int]) -> list[To]:
    """The notice for who was added: once more for who had it before."""
    card, key = private_notice(activity, notice, call.tz), f"notice:{notice.id}"
    expected = {one.id for one in coming(session, activity, call.tz)}
    had = taken(session, (f"{key}:{person}" for person in added))
    return [
        To(
            card,
            person_id=person,
            key=f"{key}:{person}" + (f":{call.update_id}" if f"{key}:{person}" in had else ""),
            batch=batch_of(NOTICE, notice.id),
        )
        for person in added
        if person in expected
    ]


# --- one message, the last state -----------------------------------------------------------------------------------


def _tell_removed(session: Session, call: Call, activity: Activity, notice: Notice, removed: Sequence[int]) -> None:
    owed = [
        Owed(
            keys=(f"{CHANGE}:{activity.id}:{call.update_id}:{person}:gone",),
            message=not_asked(activity).to_json(),
            person_id=person,
            about={"activity": activity.id, "person": person, "gone": True},
        )
        for person in removed
    ]
    promise_all(session, owed, job=CHANGE, branch_id=activity.branch_id, now=call.now)


def _tell(session: Session, call: Call, activity: Activity, what: set[str], but: Collection[int]) -> None:
    """To the groups where its notice stands, below that, else to each; who heard of a change within ten minutes has
    that message corrected.
    """
    earlier = _lately(session, activity, call.now)
    what = what.union(*(row.about["what"] for row in earlier))
    known = {(row.about["person"], row.about["to_chat"]): row for row in earlier}
    owed = []
    for where in _addressees(session, activity, what, but, call.tz):
        row = known.get((where.person_id, where.chat_id))
        about = _about(activity, where, what)
        if row is None or row.state is not OutboxState.QUEUED:
            owed.append(_owed(call, activity, where, about, row))
        if row is not None:
            row.about = about
    promise_all(session, owed, job=CHANGE, branch_id=activity.branch_id, now=call.now)


def _about(activity: Activity, where: Where, what: Iterable[str]) -> dict[str, Any]:
    said = sorted(what)
    return {
        "activity": activity.id, "person": where.person_id, "to_chat": where.chat_id, "card": where.card, "what": said,
    }  # fmt: skip


def _owed(call: Call, activity: Activity, where: Where, about: dict[str, Any], edits: Outbox | None) -> Owed:
    whom = where.person_id or f"chat:{where.chat_id}"
    return Owed(
        keys=(f"{CHANGE}:{activity.id}:{call.update_id}:{whom}",),
        message=messages.changed(activity, about["what"], call.tz, reply_to=where.card).to_json(),
        person_id=where.person_id,
        chat_id=where.chat_id,
        about=about,
        # The edits of one are no part of how many had it.
        batch=batch_of(CHANGE, activity.id),
        edits_id=edits.id if edits is not None else None,
    )


def _lately(session: Session, activity: Activity, now: datetime) -> Sequence[Outbox]:
    """The messages of these ten minutes, counted from the first."""
    mine = (Outbox.batch == batch_of(CHANGE, activity.id), Outbox.edits_id.is_(None))
    there = (OutboxState.QUEUED, OutboxState.SENDING, OutboxState.SENT)
    query = select(Outbox).where(*mine, Outbox.created_at >= now - TOGETHER, Outbox.state.in_(there))
    # What somebody takes in hand just now is edited, not worded anew.
    return session.scalars(query.order_by(Outbox.id).with_for_update()).all()


def _addressees(
    session: Session, activity: Activity, what: Collection[str], but: Collection[int], tz: tzinfo
) -> list[Where]:
    """All who had the notice and asked no leave; who is on leave only when the time moved."""
    groups = reminding.group_cards(session, activity)
    if groups:
        return [Where(chat_id=chat, card=card) for chat, card in groups.items()]
    away = set() if "time" in what else asked_leave(session, activity)
    return [Where(person_id=one.id) for one in coming(session, activity, tz) if one.id not in {*away, *but}]


def reads(session: Session, about: dict[str, Any], now: datetime, tz: tzinfo) -> dict[str, Any] | None:
    """As it reads when it goes, by the record; None where it is nothing any more to this person."""
    activity = session.get(Activity, about["activity"], populate_existing=True)
    if activity is None or rules.is_over(activity.status) or now >= activity.end_at:
        return None
    person = about["person"]
    if "gone" in about:
        back = session.get(Delegate, (activity.id, person)) is not None
        return None if back else of_place(not_asked(activity), activity.branch_id).to_json()
    if person is None:
        return messages.changed(activity, about["what"], tz, reply_to=about["card"]).to_json()
    said = _to_one(session, activity, person, about["what"], tz)
    return of_place(said, activity.branch_id).to_json() if said is not None else None


def _to_one(session: Session, activity: Activity, person: int, what: Collection[str], tz: tzinfo) -> Message | None:
    if activity.scope in BY_NAME and session.get(Delegate, (activity.id, person)) is None:
        return None
    on_leave = person in asked_leave(session, activity)
    if on_leave and "time" not in what:
        return None
    return messages.changed(activity, what, tz, on_leave=on_leave)


def refresh(session: Session, activity: Activity) -> list[tuple[str, int]]:
    """The live cards that show it."""
    return [(ACTIVITY_CARD, activity.id), *activities.going_out(session, activity)]
