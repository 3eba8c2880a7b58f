"""What happens on the clock: the nudge (one a person and day over everything), on the 25th the digest."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime, time, timedelta, tzinfo
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.features.todo import digest_setting, messages, nudge_keys, service
from bot.features.todo.service import Features
from bot.kit.addressees import addressees, reachable
from bot.kit.owing import Owing
from bot.kit.quiet_hours import LAST, open_now
from bot.kit.replies import Message, of_place
from scheduler.calendar.days import Calendar, at, local_day
from scheduler.calendar.store import calendar_of
from scheduler.jobs import Job, NotReady, Occurrence, Owed, daily, monthly
from scheduler.promises import taken
from storage.choices import Duty, JobRunState
from storage.models.outbox import JobRun
from storage.models.person import Person
from storage.roster import leaders_on

NUDGE, NOON, DIGEST = "nudge_morning", "nudge_noon", "unfinished_digest"
DIGEST_AT = time(9, 30)


def build(tz: tzinfo, features: Features) -> list[Job]:
    """Study and pieces are nudged at nine, unanswered notices at noon, when their reply deadline falls."""

    def plan(session: Session, branch_id: int, occurrence: Occurrence, now: datetime) -> Iterable[Owed]:
        return nudges(session, features, branch_id, now, tz)

    def still_owed(session: Session, about: dict[str, Any], now: datetime) -> dict[str, Any] | None:
        return ask_again(session, features, about, now, tz)

    def plan_digest(session: Session, branch_id: int, occurrence: Occurrence, now: datetime) -> Iterable[Owed]:
        return digests(session, features, branch_id, occurrence, now, tz)

    def digest_again(session: Session, about: dict[str, Any], now: datetime) -> dict[str, Any] | None:
        if "missed" in about:
            return _placed(messages.digest_missed(about["missed"]), about)
        return digest_as_it_stands(session, features, about, now, tz)

    def concerned(session: Session, now: datetime) -> set[int]:
        return service.with_deadlines(session, features, now, tz)

    def missed(session: Session, branch_id: int, occurrence: Occurrence) -> Iterable[Owed]:
        return nudges_missed(session, features, branch_id, occurrence, tz)

    def missed_digest(session: Session, branch_id: int, occurrence: Occurrence) -> Iterable[Owed]:
        return digest_missed(session, features, branch_id, occurrence, tz)

    def job(name: str, when: time) -> Job:
        working_days = daily(when, Calendar.is_working_day, grace=LAST)
        return Job(name, working_days, plan, still_owed, missed, concerned)

    monthly_digest = monthly(service.digest_day, DIGEST_AT, grace=timedelta(days=1))
    return [
        job(NUDGE, service.MORNING),
        job(NOON, time(12)),
        Job(DIGEST, monthly_digest, plan_digest, digest_again, missed_digest),
    ]


# --- the nudge -----------------------------------------------------------------------------------------------------


def nudges(session: Session, features: Features, branch_id: int, now: datetime, tz: tzinfo) -> list[Owed]:
    """One message to each who owes something whose nudge is due; the key holds it to one a day."""
    today, due = local_day(now, tz), service.due_today(session, features, branch_id, now, tz)
    names = names_of(session, due)
    nudge_keys.free(session, due, today)
    return [
        nudge(branch_id, person, names[person], items, nudge_keys.key(person, today), now, tz, by_clock=True)
        for person, items in due.items()
    ]


def names_of(session: Session, people: Collection[int]) -> dict[int, str]:
    query = select(Person.id, Person.name).where(Person.id.in_(people))
    return {row.id: row.name for row in session.execute(query)}


def nudge(
    branch_id: int,
    person_id: int,
    name: str,
    items: Sequence[Owing],
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
    """The message, or None when everything has been done in the meantime."""
    if "missed" in about:
        return _placed(messages.nudges_missed(date.fromisoformat(about["missed"])), about)
    items = service.owing(session, features, about["branch"], now, tz, about["person"])
    if about.get("clock"):
        items = service.told_before(items, local_day(now, tz), tz)
    if not items:
        return None
    name = session.get_one(Person, about["person"]).name
    return of_place(messages.nudge(name, items, about.get("first", "")), about["branch"]).to_json()


def nudges_missed(
    session: Session, features: Features, branch_id: int, occurrence: Occurrence, tz: tzinfo
) -> list[Owed]:
    """The bot was away until the evening of a day on which somebody was to be nudged: one line an outage.

    The days of one outage share the name of its first day, so that the later ones find it taken.
    """
    due = [
        nudge_keys.key(person, occurrence.on)
        for person in service.due_today(session, features, branch_id, occurrence.at, tz)
    ]
    if not set(due) - taken(session, due):
        return []
    first = _first_missed(session, branch_id, occurrence.on)
    return _to_secretary(
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


def _to_secretary(
    session: Session, branch_id: int, occurrence: Occurrence, name: str, message: Message, *, missed: str
) -> list[Owed]:
    about = {"missed": missed, "branch": branch_id}
    people = addressees(session, branch_id, occurrence.on, Duty.SECRETARY, about=f"missed:{name}")
    return [Owed((f"{name}:{one}",), message.to_json(), one, about=about) for one in people]


def _placed(message: Message, about: dict[str, Any]) -> dict[str, Any]:
    """With buttons of its branch; an earlier version did not keep which that is."""
    return (of_place(message, about["branch"]) if "branch" in about else message).to_json()


# --- the digest ----------------------------------------------------------------------------------------------------


def digests(
    session: Session, features: Features, branch_id: int, occurrence: Occurrence, now: datetime, tz: tzinfo
) -> list[Owed]:
    """The branch's to the secretary, what the own group owes to each leader; to nobody when there is nothing in it."""
    if not open_now(now, tz, calendar_of(session, branch_id)):
        raise NotReady("outside the hours in which the bot speaks first")
    day = local_day(now, tz)
    known = service.standing(session, features, branch_id, now, tz)
    heads = _heads(session, features, known, occurrence, now, tz)
    led = leaders_on(session, branch_id, day)
    groups_of: dict[int, list[int] | None] = {person: sorted(groups) for person, groups in led.items()}
    told = [
        (one, groups, _of_groups(known, groups) if groups else whole_digest(session, features, known, one, now, tz))
        for one, groups in (groups_of | dict.fromkeys(heads)).items()
    ]
    return [
        Owed(
            keys=(f"digest:{branch_id}:{occurrence.slot}:{person}",),
            message=message,
            person_id=person,
            about={"branch": branch_id, "groups": groups, "person": person},
            expires_at=at(day, LAST, tz),
        )
        for person, groups, message in told
        if message is not None
    ]


def _heads(
    session: Session, features: Features, known: service.Standing, occurrence: Occurrence, now: datetime, tz: tzinfo
) -> list[int]:
    """Who gets the branch's digest; nobody where it is switched off."""
    if digest_setting.of_branch(session, known.branch_id) == digest_setting.NEVER:
        return []
    day = local_day(now, tz)
    found = reachable(session, known.branch_id, day, Duty.SECRETARY)
    if found or not _anything(session, known, day):
        return found
    return addressees(session, known.branch_id, day, Duty.SECRETARY, about=f"digest:{occurrence.slot}")


def _anything(session: Session, known: service.Standing, day: date) -> bool:
    """Whether there would be anything in it, whoever gets it."""
    return bool(service.group_states(known)) or not service.theme_entered(session, known.branch_id, day)


def digest_as_it_stands(
    session: Session, features: Features, about: dict[str, Any], now: datetime, tz: tzinfo
) -> dict[str, Any] | None:
    """When it is about to go; None when everything has been done."""
    known = service.standing(session, features, about["branch"], now, tz)
    if about["groups"] is not None:
        return _of_groups(known, about["groups"])
    # An earlier version did not keep who it is for.
    return whole_digest(session, features, known, about.get("person"), now, tz)


def whole_digest(
    session: Session, features: Features, known: service.Standing, person_id: int | None, now: datetime, tz: tzinfo
) -> dict[str, Any] | None:
    """【25日摘要】 for one of the heads of the branch; None when there is nothing in it."""
    branch_id = known.branch_id
    states, theme = service.group_states(known), service.theme_entered(session, branch_id, local_day(now, tz))
    waits = service.waiting_for(session, features, branch_id, person_id, now, tz) if person_id is not None else []
    if theme and not states and not waits and not any(known.due):
        return None
    told = messages.digest(states, waits, service.kinds(known), theme=theme, due=known.due)
    return of_place(told, branch_id).to_json()


def _of_groups(known: service.Standing, groups: Collection[int]) -> dict[str, Any] | None:
    states = service.group_states(known, groups)
    if not states:
        return None
    return of_place(messages.own_groups(states, service.kinds(known, groups)), known.branch_id).to_json()


def digest_missed(
    session: Session, features: Features, branch_id: int, occurrence: Occurrence, tz: tzinfo
) -> list[Owed]:
    """One line to the secretary, unless it is switched off or there was nothing in it."""
    known = service.standing(session, features, branch_id, occurrence.until, tz)
    never = digest_setting.of_branch(session, branch_id) == digest_setting.NEVER
    if never or not _anything(session, known, occurrence.on):
        return []
    return _to_secretary(
        session,
        branch_id,
        occurrence,
        f"digest_missed:{branch_id}:{occurrence.slot}",
        of_place(messages.digest_missed(occurrence.slot), branch_id),
        missed=occurrence.slot,
    )
