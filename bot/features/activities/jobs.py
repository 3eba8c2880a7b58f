"""What happens on the clock: whoever is expected at an activity is reminded of it the day before, and told half an hour
before it that one may sign in; at its end the desk is asked to complete the roll.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Any

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from bot.features.activities import messages, proposing, reminding, rules, service
from bot.features.activities.reminding import Reminded
from bot.features.leave.service import who_else
from bot.kit import sends
from bot.kit.access import Right
from bot.kit.activities import OPENS_BEFORE, SIGN_IN_CARD
from bot.kit.quiet_hours import LAST as EVENING
from bot.kit.replies import of_place
from bot.kit.titles import LONGEST, by_row
from bot.kit.words import cut
from scheduler.calendar.days import Calendar, at, local_day
from scheduler.calendar.hours import next_between
from scheduler.calendar.store import calendar_of
from scheduler.jobs import Deadlines, Job, NotReady, Occurrence, Owed, daily
from storage.activities import roll_keepers
from storage.choices import ActivityStatus, Lane, OutboxState
from storage.models.activity import Activity
from storage.models.organisation import Organisation
from storage.models.outbox import Outbox, Promise

REMINDER, SIGN_IN = reminding.REMINDER.name, "sign_in_opens"
GRACE, LATE = timedelta(days=5), timedelta(minutes=10)
# So long after the end it is asked at the latest.
NIGHT = timedelta(hours=11)


def build(tz: tzinfo) -> list[Job]:
    """The jobs of this feature, in the branch's time zone."""

    def plan(session: Session, branch_id: int, occurrence: Occurrence, now: datetime) -> Iterable[Owed]:
        return ask_to_settle(session, int(occurrence.slot.split(":")[1]), now, tz)

    def remind(session: Session, branch_id: int, occurrence: Occurrence, now: datetime) -> Iterable[Owed]:
        return reminders(session, branch_id, occurrence.on, tz)

    def remind_again(session: Session, about: dict[str, Any], now: datetime) -> dict[str, Any] | None:
        return once_more(session, about, now, tz) if "activity" in about else reminder_now(session, about, tz)

    def open_sign_in(session: Session, branch_id: int, occurrence: Occurrence, now: datetime) -> Iterable[Owed]:
        return sign_in_opens(session, occurrence, now, tz)

    def open_again(session: Session, about: dict[str, Any], now: datetime) -> dict[str, Any] | None:
        return sign_in_opens_now(session, about, tz)

    def concerned(session: Session, now: datetime) -> Collection[int]:
        return set(reminding.concerned(session, now, tz))

    # One that was missed is dropped: the next morning the activity is on.
    working_days = daily(reminding.REMINDED_AT, Calendar.is_working_day, grace=EVENING)
    return [
        Job(REMINDER, working_days, remind, remind_again, concerns=concerned),
        Job(SIGN_IN, Deadlines(windows), open_sign_in, open_again),
        Job("activity_end", Deadlines(ends), plan),
        *proposing.build(tz),
    ]


# --- the day before ------------------------------------------------------------------------------------------------


def reminders(session: Session, branch_id: int, day: date, tz: tzinfo) -> list[Owed]:
    """One message to each, of all that they are expected at until the next working day. Who cannot be reached and was
    named to the desk when the notice went is not named once more.
    """
    if not reminding.REMINDER.is_on(session, branch_id):
        return []
    found = reminding.of_day(session, branch_id, day, calendar_of(session, branch_id), tz)
    lost = [one for one in found if not (one.member.bound and one.member.reachable)]
    never_had = _unreached(session, [key for one in lost for key in _notices(one)])
    named = {one.member.id for one in lost if never_had.issuperset(_notices(one))}
    return [
        Owed(
            keys=_keys(one),
            message=of_place(messages.reminder(one.ahead, tz), branch_id).to_json(),
            person_id=one.member.id,
            about={"branch": branch_id, "person": one.member.id, "day": day.isoformat()},
            expires_at=at(day, EVENING, tz),
        )
        for one in found
        if one.member.id not in named
    ]


def _keys(one: Reminded) -> tuple[str, ...]:
    activities = (each.activity for each in one.ahead)
    return tuple(reminding.key_of(activity.id, activity.start_at, one.member.id) for activity in activities)


def _notices(one: Reminded) -> list[str]:
    """The promises of their notices to this one in private."""
    return [f"notice:{ahead.notice.id if ahead.notice is not None else 0}:{one.member.id}" for ahead in one.ahead]


def _unreached(session: Session, keys: Sequence[str]) -> set[str]:
    """Those of these promises whose people could not be reached by them."""
    query = select(Promise.key).join(Outbox, Outbox.id == Promise.outbox_id)
    return set(session.scalars(query.where(Promise.key.in_(keys), Outbox.state == OutboxState.UNREACHABLE)))


def reminder_now(session: Session, about: dict[str, Any], tz: tzinfo) -> dict[str, Any] | None:
    """As it reads at the moment of sending; None to who has asked for leave meanwhile, or when nothing of it is on."""
    branch_id, day = about["branch"], date.fromisoformat(about["day"])
    if not reminding.REMINDER.is_on(session, branch_id):
        return None
    found = reminding.of_day(session, branch_id, day, calendar_of(session, branch_id), tz, about["person"])
    return of_place(messages.reminder(found[0].ahead, tz), branch_id).to_json() if found else None


def once_more(session: Session, about: dict[str, Any], now: datetime, tz: tzinfo) -> dict[str, Any] | None:
    """The same of one activity that was changed after it had gone."""
    one = reminding.of_one(session, about["activity"], about["person"], now, tz)
    return of_place(messages.reminder([one], tz), about["branch"]).to_json() if one is not None else None


# What the desk is told that it did not reach.
TITLES = {REMINDER: by_row(select(Activity.id, Activity.title), lambda row: f"{cut(row.title, LONGEST)}提醒")}


# --- half an hour before -------------------------------------------------------------------------------------------


def windows(session: Session, since: datetime, until: datetime, branch_id: int | None) -> list[tuple[int, Occurrence]]:
    """When one may begin to sign in, of every activity of the branches that want it said; not at night, and ten minutes
    after the start not any more. Whatever has opened and may still be said is among them: a start that is moved nearer
    opens in the past.
    """
    near = (Activity.start_at >= since - LATE, Activity.start_at <= until + OPENS_BEFORE)
    kept = Organisation.settings[sends.SETTING].label("kept")
    query = (
        select(Activity.id, Activity.branch_id, Activity.start_at, kept)
        .join(Organisation, Organisation.id == Activity.branch_id)
        .where(*near, Activity.status == ActivityStatus.PLANNED)
    )
    if branch_id is not None:
        query = query.where(Activity.branch_id == branch_id)
    found = []
    for row in session.execute(query):
        start_at = row.start_at.astimezone(since.tzinfo)
        opens = next_between(start_at - OPENS_BEFORE, start_at.tzinfo, rules.FIRST, rules.LAST)
        wanted = reminding.SIGN_IN_OPENS.read({sends.SETTING: row.kept})
        if wanted and opens <= until and opens <= start_at + LATE:
            slot = f"activity:{row.id}:{row.start_at.astimezone(UTC):%Y%m%d%H%M}"
            found.append((row.branch_id, Occurrence.of(slot, opens, start_at + LATE)))
    return found


def sign_in_opens(session: Session, occurrence: Occurrence, now: datetime, tz: tzinfo) -> list[Owed]:
    """To the groups where its notice stands, below that, else to each who is still to sign in."""
    activity_id, start_at = int(occurrence.slot.split(":")[1]), occurrence.until - LATE
    activity = reminding.sign_in_open(session, activity_id, start_at, start_at - OPENS_BEFORE)
    if activity is None or next_between(now, tz, rules.FIRST, rules.LAST) > now:
        return []
    key = f"{SIGN_IN}:{activity.id}:{start_at.astimezone(UTC):%Y%m%d%H%M}"
    about = {"activity": activity.id, "start": start_at.isoformat()}
    same: dict[str, Any] = {"lane": Lane.BROADCASTS, "expires_at": occurrence.until}
    if groups := reminding.group_cards(session, activity):
        return [
            Owed(
                keys=(f"{key}:chat:{chat}",),
                message=messages.sign_in_opens(activity, tz, card).to_json(),
                chat_id=chat,
                about={**about, "card": card},
                card=(SIGN_IN_CARD, activity.id),
                **same,
            )
            for chat, card in groups.items()
        ]
    message = of_place(messages.sign_in_opens(activity, tz), activity.branch_id).to_json()
    return [
        Owed(keys=(f"{key}:{person}",), message=message, person_id=person, about={**about, "person": person}, **same)
        for person in reminding.still_to_sign_in(session, activity, tz)
    ]


def sign_in_opens_now(session: Session, about: dict[str, Any], tz: tzinfo) -> dict[str, Any] | None:
    """When it is about to go; None when there is nothing to sign in to, or this one has."""
    start_at = datetime.fromisoformat(about["start"])
    activity = reminding.sign_in_open(session, about["activity"], start_at, start_at - OPENS_BEFORE)
    if activity is None:
        return None
    if "card" in about:
        return messages.sign_in_opens(activity, tz, about["card"]).to_json()
    if about["person"] not in reminding.still_to_sign_in(session, activity, tz):
        return None
    return of_place(messages.sign_in_opens(activity, tz), activity.branch_id).to_json()


# --- at the end ----------------------------------------------------------------------------------------------------


def ends(session: Session, since: datetime, until: datetime, branch_id: int | None) -> list[tuple[int, Occurrence]]:
    """Of every activity that nobody has settled; what is entered afterwards is asked about at once."""
    ended = and_(Activity.end_at >= since - NIGHT, Activity.end_at <= until)
    entered = and_(Activity.created_at >= since, Activity.end_at >= since - GRACE, Activity.end_at < since)
    query = select(Activity.id, Activity.branch_id, Activity.end_at, Activity.created_at).where(
        or_(ended, entered), Activity.status == ActivityStatus.PLANNED
    )
    if branch_id is not None:
        query = query.where(Activity.branch_id == branch_id)
    found = ((row, row.end_at.astimezone(since.tzinfo)) for row in session.execute(query))
    return [
        (row.branch_id, _end(row.id, end_at))
        for row, end_at in found
        if rules.asked_at(end_at) <= until and (rules.asked_at(end_at) >= since or row.created_at >= since)
    ]


def _end(activity_id: int, end_at: datetime) -> Occurrence:
    at = rules.asked_at(end_at)
    return Occurrence.of(f"activity:{activity_id}:{end_at.astimezone(UTC):%Y%m%d%H%M}", at, at + GRACE)


def ask_to_settle(session: Session, activity_id: int, now: datetime, tz: tzinfo) -> list[Owed]:
    """One line to each of the desk: the roll as it stands, and the buttons to complete it. Not at night either when
    the bot was away at the end.
    """
    activity = session.get_one(Activity, activity_id)
    if activity.status is not ActivityStatus.PLANNED:
        return []
    again = next_between(now, tz, rules.FIRST, rules.LAST)
    if again > now:
        raise NotReady("at night", again)
    shown = messages.Shown(
        service.roll(session, activity, tz), service.pending_leave(session, activity.id), rules.Phase.OVER
    )
    day = activity.start_at.astimezone(tz).date()
    callers = who_else(session, Right.SIGN_IN_OTHERS, activity.branch_id, 0, activity.group_id, local_day(now, tz))
    return [
        Owed(
            keys=(f"settle:{activity.id}:{activity.end_at:%Y%m%d%H%M}:{person}",),
            message=messages.to_settle(activity, shown, calls=person in callers).to_json(),
            person_id=person,
        )
        for person in roll_keepers(session, activity, day)
    ]
