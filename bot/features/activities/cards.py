"""The live cards of an activity and the first telling: what is loaded, then shown by messages."""

from dataclasses import replace
from datetime import datetime, tzinfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.features.activities import messages
from bot.kit.broadcasts import progress_card, to_many, with_delivery
from bot.kit.handlers import Call
from bot.kit.replies import Message, Reply, To
from scheduler import broadcasts
from scheduler.broadcasts import batch_of
from storage.activities import audience, components, notice_of, roll_keepers, statuses
from storage.choices import HERE, ActivityStatus, LeaveState, Scope
from storage.lookups import group_chats
from storage.models.activity import Activity, ActivityFirstAgendaItem, FirstAgendaItem
from storage.models.attendance import LeaveRequest
from storage.models.notice import Notice, Receipt
from storage.models.person import Person

KIND = "activity"
# The card of a plain notice, and the kind of broadcast that every notice is.
NOTICE = "notice"


def counts(session: Session, activity: Activity, notice: Notice | None, tz: tzinfo) -> messages.Counts:
    """Counted, never kept: no row is touched by every tap."""
    people = {member.id: member for member in audience(session, activity, tz)}
    came = [person for person, status in statuses(session, activity.id).items() if status in HERE]
    expected = sum(1 for member in people.values() if not member.exempt or member.id in came)
    received = 0
    if notice is not None:
        live = (Receipt.notice_id == notice.id, Receipt.withdrawn_at.is_(None))
        received = sum(1 for person in session.scalars(select(Receipt.person_id).where(*live)) if person in people)
    leave = dict(
        session.execute(
            select(LeaveRequest.state, func.count())
            .where(LeaveRequest.activity_id == activity.id, LeaveRequest.withdrawn_at.is_(None))
            .group_by(LeaveRequest.state)
        ).all()
    )
    return messages.Counts(
        expected=expected,
        received=received,
        on_leave=leave.get(LeaveState.APPROVED, 0),
        pending_leave=leave.get(LeaveState.PENDING, 0),
        signed_in=len(came),
    )


def render(session: Session, activity_id: int, chat_id: int, now: datetime, tz: tzinfo) -> Message | None:
    """The card of a chat as it should look now: numbers in a group (its id is negative), the desk's in private."""
    activity = session.get(Activity, activity_id)
    if activity is None:
        return None
    notice = notice_of(session, activity_id)
    shown = counts(session, activity, notice, tz)
    if chat_id < 0 and notice is not None:
        return messages.group_card(activity, notice, shown)
    return _desk_card(session, activity, notice, shown, now, tz)


def _desk_card(
    session: Session, activity: Activity, notice: Notice | None, shown: messages.Counts, now: datetime, tz: tzinfo
) -> Message:
    """With what became of the sending, while the notice stands."""
    card = messages.desk_card(activity, notice, shown, tz)
    if notice is None or activity.status is not ActivityStatus.PLANNED:
        return card
    return with_delivery(session, card, activity.branch_id, NOTICE, notice.id, now, tz)


def goes_on_at(session: Session, activity_id: int) -> datetime | None:
    """When the next of its notice is due; None when everybody has it."""
    notice = notice_of(session, activity_id)
    return broadcasts.goes_on_at(session, batch_of(NOTICE, notice.id)) if notice is not None else None


def card_of(notice: Notice) -> tuple[str, int]:
    """The live card that shows a notice."""
    return (KIND, notice.activity_id) if notice.activity_id is not None else (NOTICE, notice.id)


def write_notice(session: Session, activity: Activity, tz: tzinfo, word: str = "通知") -> Notice | None:
    """Fill in the words of the activity's newest notice, once everything it names is known."""
    notice = notice_of(session, activity.id)
    if notice is None:
        return None
    types = [component.type for component in components(session, activity.id)]
    host = session.get(Person, activity.host_id) if activity.host_id else None
    agenda = first_agenda(session, activity.id)
    notice.text = messages.notice_text(activity, types, host.name if host else "", agenda, notice.reply_by, tz, word)
    session.flush()
    return notice


def first_agenda(session: Session, activity_id: int) -> list[str]:
    """Titles of the items studied, in the order they were made."""
    query = (
        select(FirstAgendaItem.title)
        .join(ActivityFirstAgendaItem, ActivityFirstAgendaItem.item_id == FirstAgendaItem.id)
        .where(ActivityFirstAgendaItem.activity_id == activity_id)
        .order_by(FirstAgendaItem.id)
    )
    return list(session.scalars(query))


def tell(session: Session, call: Call, activity: Activity, to_group: bool, privately: bool) -> list[To]:
    """The first telling: a card to the desk, a card in each group chat, a notice to each person asked."""
    notice = write_notice(session, activity, call.tz)
    shown = counts(session, activity, notice, call.tz)
    asked = ask(session, call, activity, notice, shown, to_group, privately) if notice else []
    return desk_cards(session, activity, notice, shown, call.now, call.tz) + asked


def ask(
    session: Session,
    call: Call,
    activity: Activity,
    notice: Notice,
    shown: messages.Counts,
    to_group: bool,
    privately: bool,
) -> list[To]:
    """A notice to the groups and the people: its card in a group takes the place of an earlier one."""
    key, card = f"notice:{notice.id}", messages.group_card(activity, notice, shown)
    chats = group_chats(session, activity.branch_id) if to_group else []
    told = [To(card, chat_id=chat, key=f"{key}:chat:{chat}", card=(KIND, activity.id)) for chat in chats]
    people = audience(session, activity, call.tz) if privately else []
    mine = messages.private_notice(activity, notice)
    told += [To(mine, person_id=one.id, key=f"{key}:{one.id}") for one in people if not one.exempt]
    return to_many(session, NOTICE, notice.id, activity.title, told, call.me.id, call.now)


def desk_cards(
    session: Session, activity: Activity, notice: Notice | None, shown: messages.Counts, now: datetime, tz: tzinfo
) -> list[To]:
    card = _desk_card(session, activity, notice, shown, now, tz)
    day = activity.start_at.astimezone(tz).date()
    return [
        To(card, person_id=person, key=f"desk:{activity.id}:{person}", card=(KIND, activity.id))
        for person in roll_keepers(session, activity, day)
    ]


def tell_cancelled(session: Session, activity: Activity, tz: tzinfo) -> list[To]:
    """To everybody: the groups (when it is the whole branch's), and each person in the audience."""
    message = messages.cancelled(activity, tz)
    chats = group_chats(session, activity.branch_id) if activity.scope is Scope.BRANCH else []
    people = [member for member in audience(session, activity, tz) if not member.exempt]
    told = [To(message, chat_id=chat) for chat in chats] + [To(message, person_id=one.id) for one in people]
    return [replace(to, batch=batch_of("activity_off", activity.id)) for to in told]


def tell_postponed(session: Session, call: Call, activity: Activity) -> list[To]:
    """To everybody, asking anew: with a card of its own, because the old one has scrolled away."""
    notice = write_notice(session, activity, call.tz, "改期通知")
    if notice is None:
        return []
    shown = counts(session, activity, notice, call.tz)
    return ask(session, call, activity, notice, shown, activity.scope is Scope.BRANCH, True)


def going_out(session: Session, activity: Activity) -> list[tuple[str, int]]:
    """The cards that show how far the sending is."""
    notice = notice_of(session, activity.id)
    return [(KIND, activity.id), progress_card(NOTICE, notice.id)] if notice is not None else []


def activity_of_card(card: tuple[str, int]) -> int | None:
    """The activity that a live card shows; None for a card of something else."""
    return card[1] if card[0] == KIND else None


def undone(activity_id: int, what: str) -> Reply:
    return Reply(toast=f"已撤销{what}。", edit=Message(f"已撤销{what}。"), refresh=[(KIND, activity_id)])
