"""What happens on the clock: the nudge (one a person and day over everything), the digest once a week."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta, tzinfo
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.features.todo import digest, digest_messages, messages, not_sent, nudge_keys, resting, service
from bot.features.todo.service import Features
from bot.kit.owing import Nudged
from bot.kit.quiet_hours import LAST
from bot.kit.replies import of_place
from scheduler.calendar.days import Calendar, at, local_day
from scheduler.calendar.store import calendar_of
from scheduler.jobs import Job, Occurrence, Owed, daily, monthly, weekly
from scheduler.promises import taken
from storage.away import away_on
from storage.choices import JobRunState
from storage.lookups import names_of
from storage.models.outbox import JobRun
from storage.models.person import Person

NUDGE, NOON, DIGEST, WEEKLY = "nudge_morning", "nudge_noon", "unfinished_digest", "weekly_digest"
DIGEST_AT = time(9, 30)


def build(tz: tzinfo, features: Features) -> list[Job]:
    """Study and pieces are nudged at nine, unanswered notices at noon, when their reply deadline falls."""

    def plan(session: Session, branch_id: int, occurrence: Occurrence, now: datetime) -> Iterable[Owed]:
        return nudges(session, features, branch_id, now, tz)

    def still_owed(session: Session, about: dict[str, Any], now: datetime) -> dict[str, Any] | None:
        return ask_again(session, features, about, now, tz)

    def plan_digest(session: Session, branch_id: int, occurrence: Occurrence, now: datetime) -> Iterable[Owed]:
        return digest.of_25th(session, features, branch_id, occurrence, now, tz)

    def plan_weekly(session: Session, branch_id: int, occurrence: Occurrence, now: datetime) -> Iterable[Owed]:
        return digest.of_week(session, features, branch_id, occurrence, now, tz)

    def digest_again(session: Session, about: dict[str, Any], now: datetime) -> dict[str, Any] | None:
        if "missed" in about:
            return not_sent.placed(digest_messages.digest_missed(about["missed"]), about)
        return digest.as_it_stands(session, features, about, now, tz)

    def concerned(session: Session, now: datetime) -> set[int]:
        return service.with_deadlines(session, features, now, tz) | resting.branches(session, now, tz)

    def missed(session: Session, branch_id: int, occurrence: Occurrence) -> Iterable[Owed]:
        return nudges_missed(session, features, branch_id, occurrence, tz)

    def missed_digest(session: Session, branch_id: int, occurrence: Occurrence) -> Iterable[Owed]:
        return digest.missed(session, features, branch_id, occurrence, tz)

    def job(name: str, when: time) -> Job:
        working_days = daily(when, Calendar.is_working_day, grace=LAST)
        return Job(name, working_days, plan, still_owed, missed, concerned)

    monthly_digest = monthly(service.digest_day, DIGEST_AT, grace=timedelta(days=1))
    weekly_digest = weekly(service.weekly_day, DIGEST_AT, grace=_a_day_of_its_week)
    return [
        job(NUDGE, service.MORNING),
        job(NOON, time(12)),
        Job(DIGEST, monthly_digest, plan_digest, digest_again, missed_digest),
        # One that was missed is dropped: the next one says what is still open.
        Job(WEEKLY, weekly_digest, plan_weekly, digest_again),
    ]


def _a_day_of_its_week(calendar: Calendar, due: datetime) -> datetime:
    """A day, and not into the next week, which has a digest of its own."""
    sunday = service.monday(due.date()) + timedelta(days=6)
    return min(due + timedelta(days=1), datetime.combine(sunday, LAST, due.tzinfo))


# --- the nudge -----------------------------------------------------------------------------------------------------


def nudges(session: Session, features: Features, branch_id: int, now: datetime, tz: tzinfo) -> list[Owed]:
    """One message to each who owes something whose nudge is due, or has come back; the key holds it to one a day."""
    today, told = local_day(now, tz), service.nudged(session, features, branch_id, now, tz)
    due = resting.due_today(session, branch_id, told, now, tz)
    names = names_of(session, due)
    nudge_keys.free(session, due, today)
    return [
        nudge(branch_id, person, names[person], items, nudge_keys.key(person, today), now, tz, by_clock=True)
        for person, items in due.items()
    ]


def nudge(
    branch_id: int,
    person_id: int,
    name: str,
    items: Sequence[Nudged],
    promised: str,
    when: datetime,
    tz: tzinfo,
    *,
    by_clock: bool = False,
    asked: int = 0,
    first: str = "",
) -> Owed:
    """A nudge for the day of `when` and no later, `promised` under this key; asked again when it is sent.

    by_clock: it says nothing of what came as news on that day. asked: the question that was answered by it. first: the
    key of what somebody asks them to settle.
    """
    message = of_place(messages.nudge(name, items, first), branch_id).to_json()
    about: dict[str, Any] = {"branch": branch_id, "person": person_id}
    about |= ({"clock": True} if by_clock else {}) | ({"asked": asked} if asked else {})
    about |= {"first": first} if first else {}
    expires_at = at(local_day(when, tz), LAST, tz)
    return Owed((promised,), message, person_id, about=about, expires_at=expires_at)


def ask_again(
    session: Session, features: Features, about: dict[str, Any], now: datetime, tz: tzinfo
) -> dict[str, Any] | None:
    """The message, or None when everything has been done in the meantime, or its reader is away."""
    if "missed" in about:
        return not_sent.placed(messages.nudges_missed(date.fromisoformat(about["missed"])), about)
    items = service.nudged(session, features, about["branch"], now, tz, about["person"])
    items = [*_by_hand(session, features, about, items, now, tz), *items]
    if about.get("clock"):
        items = service.told_before(items, local_day(now, tz), tz)
    if not items or away_on(session, [about["person"]], local_day(now, tz)):
        return None
    name = session.get_one(Person, about["person"]).name
    return of_place(messages.nudge(name, items, about.get("first", "")), about["branch"]).to_json()


def _by_hand(
    session: Session, features: Features, about: dict[str, Any], items: Sequence[Nudged], now: datetime, tz: tzinfo
) -> list[Nudged]:
    """What this person was asked for by hand alone and has not settled."""
    known = {item.key for item in items}
    asked = [key for key in (about.get("first"), *about.get("also", ())) if key and key not in known]
    branch_id, person = about["branch"], about["person"]
    found = (service.by_hand(session, features, None, branch_id, person, key, now, tz) for key in asked)
    return [one for one in found if one is not None]


def nudges_missed(
    session: Session, features: Features, branch_id: int, occurrence: Occurrence, tz: tzinfo
) -> list[Owed]:
    """The bot was away until the evening of a day on which somebody was to be nudged: one line an outage.

    The days of one outage share the name of its first day, so that the later ones find it taken. What officers were to
    be asked is in their 我的待办, and nothing of which 一键提醒 could remind them.
    """
    owed = service.owing(session, features, branch_id, occurrence.at, tz)
    people = resting.due_today(session, branch_id, owed, occurrence.at, tz)
    due = [nudge_keys.key(person, occurrence.on) for person in people]
    if not set(due) - taken(session, due):
        return []
    first = _first_missed(session, branch_id, occurrence.on)
    return not_sent.to_secretary(
        session,
        branch_id,
        occurrence,
        f"nudges_missed:{branch_id}:{first}",
        of_place(messages.nudges_missed(first), branch_id),
        missed=first.isoformat(),
    )


def _first_missed(session: Session, branch_id: int, day: date) -> date:
    """The first of the working days up to this one on which the nudges of the branch were missed."""
    query = select(JobRun.nominal_on).where(
        JobRun.job.in_([NUDGE, NOON]), JobRun.branch_id == branch_id, JobRun.state == JobRunState.MISSED
    )
    missed = set(session.scalars(query))
    calendar = calendar_of(session, branch_id)
    while (before := calendar.working_day_before(day, 1)) in missed:
        day = before
    return day
