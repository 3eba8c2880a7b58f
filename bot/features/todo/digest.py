"""The digest of the 25th: the branch's to the secretary, of the own groups to each leader."""

from collections.abc import Collection
from datetime import date, datetime, tzinfo
from typing import Any

from sqlalchemy.orm import Session

from bot.features.todo import digest_messages, digest_setting, not_sent, service
from bot.features.todo.service import Features
from bot.kit.addressees import addressees, reachable
from bot.kit.quiet_hours import LAST, open_now
from bot.kit.replies import of_place
from scheduler.calendar.days import at, local_day
from scheduler.calendar.store import calendar_of
from scheduler.jobs import NotReady, Occurrence, Owed
from storage.choices import Duty
from storage.roster import leaders_on


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
    told = digest_messages.digest(states, waits, service.kinds(known), theme=theme, due=known.due)
    return of_place(told, branch_id).to_json()


def _of_groups(known: service.Standing, groups: Collection[int]) -> dict[str, Any] | None:
    states = service.group_states(known, groups)
    if not states:
        return None
    return of_place(digest_messages.own_groups(states, service.kinds(known, groups)), known.branch_id).to_json()


def missed(session: Session, features: Features, branch_id: int, occurrence: Occurrence, tz: tzinfo) -> list[Owed]:
    """One line to the secretary, unless it is switched off or there was nothing in it."""
    known = service.standing(session, features, branch_id, occurrence.until, tz)
    never = digest_setting.of_branch(session, branch_id) == digest_setting.NEVER
    if never or not _anything(session, known, occurrence.on):
        return []
    return not_sent.to_secretary(
        session,
        branch_id,
        occurrence,
        f"digest_missed:{branch_id}:{occurrence.slot}",
        of_place(digest_messages.digest_missed(occurrence.slot), branch_id),
        missed=occurrence.slot,
    )
