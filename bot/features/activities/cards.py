"""The live cards of an activity and the first telling: what is loaded, then shown by messages."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, tzinfo
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.features.activities import agenda, follow_up, messages, planning, rules, service
from bot.features.notices.cards import NOTICE, Counts, count, counts_line, group_card, moved, private_notice
from bot.features.notices.plain_notices import with_files
from bot.features.notices.rules import reply_by
from bot.features.votes.rules import votes_at
from bot.features.votes.service import types_of
from bot.kit import back_fill, leave_offers, votes
from bot.kit.activities import ACTIVITY_CARD, coming
from bot.kit.activity_words import type_words
from bot.kit.broadcasts import preview, progress_card, to_many, with_delivery
from bot.kit.decided import to_record
from bot.kit.handlers import Call
from bot.kit.lists import two_a_row
from bot.kit.refusal import Refusal
from bot.kit.replies import Message, To
from bot.kit.words import quoted
from scheduler import broadcasts
from scheduler.broadcasts import batch_of
from scheduler.calendar.days import local_day
from scheduler.calendar.store import calendar_of
from storage.activities import components, notice_of, roll_keepers
from storage.choices import OFF, ActivityFileRole, ActivityStatus, ActivityType, Scope
from storage.lookups import group_chats, person_of
from storage.models.activity import Activity, ActivityFirstAgendaItem, Component, FirstAgendaItem
from storage.models.activity_file import ActivityFile
from storage.models.notice import Notice
from storage.models.person import Person


def render(session: Session, activity_id: int, chat_id: int, now: datetime, tz: tzinfo) -> Message | None:
    """The card of a chat as it should look now: numbers in a group (its id is negative), the desk's in private."""
    activity = session.get(Activity, activity_id)
    if activity is None:
        return None
    notice = notice_of(session, activity_id)
    shown = count(session, activity, notice, tz)
    if chat_id < 0 and notice is not None:
        return group_card(activity, notice, shown, tz)
    return _desk_card(session, activity, notice, shown, now, tz)


def _desk_card(
    session: Session, activity: Activity, notice: Notice | None, shown: Counts, now: datetime, tz: tzinfo
) -> Message:
    """With what became of the sending, while the notice stands."""
    held_on = local_day(activity.start_at, tz)
    mark = back_fill.mark_of(session, activity.branch_id, held_on, activity.created_at, tz)
    asks = notice is not None and activity.status is not ActivityStatus.HELD
    counted = counts_line(shown) if asks else _came(session, activity, now, tz)
    card = messages.desk_card(activity, counted, tz, mark, over=now > activity.end_at)
    if notice is not None and activity.status is ActivityStatus.PLANNED:
        card = with_delivery(session, card, activity.branch_id, NOTICE, notice.id, now, tz, fixed=True)
    card = follow_up.on_card(session, _with_votes(session, card, activity, tz), activity, over=now > activity.end_at)
    return messages.with_danger(card, activity)


def _with_votes(session: Session, card: Message, activity: Activity, tz: tzinfo) -> Message:
    """表决, of a meeting at which something may be put to the vote, with how each came out and what is to be recorded
    of people by it.
    """
    if activity.status in OFF or not votes_at(types_of(session, activity)):
        return card
    found = votes.of_activity(session, activity, tz)
    with_votes = messages.with_votes(card, activity, found)
    return replace(with_votes, rows=[*with_votes.rows, *two_a_row(to_record(session, found))])


def _came(session: Session, activity: Activity, now: datetime, tz: tzinfo) -> str:
    """The roll in figures, where no replies are asked for any more."""
    phase = rules.phase(activity.status, activity.start_at, activity.end_at, now)
    roll, pending = service.roll(session, activity, tz), service.pending_leave(session, activity.id)
    return messages.came(activity, messages.Shown(roll, pending, phase))


def goes_on_at(session: Session, activity_id: int) -> datetime | None:
    """When the next of its notice is due; None when everybody has it."""
    notice = notice_of(session, activity_id)
    return broadcasts.goes_on_at(session, batch_of(NOTICE, notice.id)) if notice is not None else None


def write_notice(session: Session, activity: Activity, tz: tzinfo) -> Notice | None:
    """Fill in the words of the activity's newest notice, once everything it names is known; one after another is that
    of another date.
    """
    notice = notice_of(session, activity.id)
    if notice is None:
        return None
    earlier = select(Notice.id).where(Notice.activity_id == activity.id, Notice.id < notice.id).limit(1)
    notice.text = about(session, activity, tz, "通知" if session.scalar(earlier) is None else "改期通知")
    session.flush()
    return notice


def about(session: Session, activity: Activity, tz: tzinfo, word: str = "") -> str:
    """What it is, when and where, who holds it; `word`: 通知, where it is one."""
    words = type_words(session, activity.branch_id)
    contents = components(session, activity.id)
    types = [words[one.type] for one in contents]
    host = person_of(session, activity.host_id, activity.branch_id) if activity.host_id else None
    items = first_agenda(session, activity.id)
    given = _lecture(session, contents)
    return messages.notice_text(activity, types, host.name if host else "", items, tz, word, given)


def _lecture(session: Session, contents: Sequence[Component]) -> str:
    """甲一，《题目》, of a lecture."""
    row = next((one for one in contents if one.type is ActivityType.PARTY_LECTURE), None)
    if row is None:
        return ""
    inside = session.get(Person, row.lecturer_id) if row.lecturer_id is not None else None
    who, title = inside.name if inside is not None else row.details.get("lecturer", ""), row.details.get("lecture", "")
    return "，".join(filter(None, [who, quoted(title) if title else ""]))


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
    shown = count(session, activity, notice, call.tz)
    asked = ask(session, call, activity, notice, shown, to_group, privately) if notice else []
    asked = with_files(notice, _files(session, activity), asked) if notice else []
    cards = desk_cards(session, activity, notice, shown, call.now, call.tz)
    return [*cards, *asked, *leave_offers.at_publication(session, activity, call.now, call.tz)]


def _files(session: Session, activity: Activity) -> list[dict[str, Any]]:
    """What goes out with the notice, once: not again with a new date."""
    mine = (ActivityFile.activity_id == activity.id, ActivityFile.role == ActivityFileRole.NOTICE)
    query = select(ActivityFile.file).where(*mine, ActivityFile.withdrawn_at.is_(None))
    return list(session.scalars(query.order_by(ActivityFile.id)))


def ask(
    session: Session,
    call: Call,
    activity: Activity,
    notice: Notice,
    shown: Counts,
    to_group: bool,
    privately: bool,
) -> list[To]:
    """A notice to the groups and the people: its card in a group takes the place of an earlier one."""
    key, card = f"notice:{notice.id}", group_card(activity, notice, shown, call.tz)
    chats = group_chats(session, activity.branch_id) if to_group else []
    told = [To(card, chat_id=chat, key=f"{key}:chat:{chat}", card=(ACTIVITY_CARD, activity.id)) for chat in chats]
    people = coming(session, activity, call.tz) if privately else []
    mine = private_notice(activity, notice, call.tz)
    told += [To(mine, person_id=one.id, key=f"{key}:{one.id}") for one in people]
    return to_many(session, NOTICE, notice.id, activity.title, told, call.me.id, call.now, fixed=True)


def desk_cards(
    session: Session, activity: Activity, notice: Notice | None, shown: Counts, now: datetime, tz: tzinfo
) -> list[To]:
    card = _desk_card(session, activity, notice, shown, now, tz)
    day = activity.start_at.astimezone(tz).date()
    return [
        To(card, person_id=person, key=f"desk:{activity.id}:{person}", card=(ACTIVITY_CARD, activity.id))
        for person in roll_keepers(session, activity, day)
    ]


def tell_cancelled(session: Session, activity: Activity, tz: tzinfo) -> list[To]:
    """To all who may have heard of it: the groups (when it is the whole branch's), each person in the audience."""
    if notice_of(session, activity.id) is None:
        # Entered when it was over: nobody was told of it.
        return []
    message = messages.cancelled(activity, tz)
    chats = group_chats(session, activity.branch_id) if activity.scope is Scope.BRANCH else []
    people = coming(session, activity, tz)
    told = [To(message, chat_id=chat) for chat in chats] + [To(message, person_id=one.id) for one in people]
    return [replace(to, batch=batch_of("activity_off", activity.id)) for to in told]


def tell_postponed(session: Session, call: Call, activity: Activity) -> list[To]:
    """To everybody, asking anew: with a card of its own, because the old one has scrolled away."""
    notice = write_notice(session, activity, call.tz)
    if notice is None:
        return []
    _close_earlier(session, activity, notice, call.now)
    shown = count(session, activity, notice, call.tz)
    told = ask(session, call, activity, notice, shown, activity.scope is Scope.BRANCH, True)
    return [*told, *leave_offers.at_publication(session, activity, call.now, call.tz)]


def _close_earlier(session: Session, activity: Activity, notice: Notice, now: datetime) -> None:
    """What was delivered of the date that is not kept says so, and asks nothing any more."""
    earlier = select(Notice.id).where(Notice.activity_id == activity.id, Notice.id < notice.id)
    last = session.scalar(earlier.order_by(Notice.id.desc()).limit(1))
    if last is not None:
        broadcasts.correct(session, batch_of(NOTICE, last), moved(activity).to_json(), now)


def going_out(session: Session, activity: Activity) -> list[tuple[str, int]]:
    """The cards that show how far the sending is."""
    notice = notice_of(session, activity.id)
    return [(ACTIVITY_CARD, activity.id), progress_card(NOTICE, notice.id)] if notice is not None else []


def preview_of(session: Session, call: Call, plan: planning.Plan, privately: bool) -> Message:
    """The notice of an activity that is not made yet, as the members or the group will see it."""
    if plan.start_at <= call.now:
        raise Refusal("补报的活动不发通知，无需预览。")
    activity = planning.drafted(session, call.me, plan, call.now, call.tz)
    activity.id = 0
    host = session.get(Person, plan.host_id) if plan.host_id else None
    next_day = calendar_of(session, call.me.branch_id).next_working_day(call.today)
    deadline = plan.details.reply_by or reply_by(call.now, plan.start_at, next_day, call.tz)
    items = {agenda.key(one.title): one.title for one in (agenda.read(line, call.today) for line in plan.first_agenda)}
    words = type_words(session, call.me.branch_id)
    types = [words[kind] for kind in dict.fromkeys(plan.types)]
    of_lecture = plan.details.of_type(ActivityType.PARTY_LECTURE)
    contents = [Component(type=kind, lecturer_id=plan.lecturer_id, details=of_lecture) for kind in plan.types]
    by, titles = host.name if host else "", list(items.values())
    given = _lecture(session, contents)
    text = messages.notice_text(activity, types, by, titles, call.tz, lecture=given)
    notice = Notice(id=0, activity_id=0, text=text, reply_by=deadline)
    if privately:
        return preview(private_notice(activity, notice, call.tz))
    many = len(plan.details.people) or len(coming(session, activity, call.tz))
    counts = Counts(many, 0, 0, 0, 0)
    return preview(group_card(activity, notice, counts, call.tz))
