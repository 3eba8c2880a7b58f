"""The digest: of the branch to the secretary once a week, and in the week of the 25th on that day instead, with who has
not finished; on the 25th of the own groups to each leader too.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
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
from storage.audience import Me
from storage.choices import Duty
from storage.roster import leaders_on


@dataclass(frozen=True, slots=True)
class Edition:
    """What a digest is about: a branch in the week that begins on this Monday. known: how it stands, in that of the
    25th; None in that of the week.
    """

    branch_id: int
    week: date
    known: service.Standing | None = None

    @property
    def kept(self) -> dict[str, Any]:
        """What its message needs to be worded again."""
        return {"branch": self.branch_id} | ({"week": self.week.isoformat()} if self.known is None else {})


def of_25th(
    session: Session, features: Features, branch_id: int, occurrence: Occurrence, now: datetime, tz: tzinfo
) -> list[Owed]:
    """The branch's to the secretary, what the own group owes to each leader; to nobody when there is nothing in it."""
    _in_hours(session, branch_id, now, tz)
    day, known = local_day(now, tz), service.standing(session, features, branch_id, now, tz)
    edition = Edition(branch_id, service.monday(day), known)
    heads = _to_heads(session, features, edition, occurrence.slot, now, tz)
    led = {person: sorted(groups) for person, groups in leaders_on(session, branch_id, day).items()}
    told = [(person, groups, _of_groups(known, groups)) for person, groups in led.items() if person not in heads]
    whole = [(person, None, message) for person, message in heads.items()]
    return _owed(edition, occurrence.slot, [*told, *whole], now, tz)


def of_week(
    session: Session, features: Features, branch_id: int, occurrence: Occurrence, now: datetime, tz: tzinfo
) -> list[Owed]:
    """The branch's of the week to the secretary."""
    _in_hours(session, branch_id, now, tz)
    edition = Edition(branch_id, date.fromisoformat(occurrence.slot))
    heads = _to_heads(session, features, edition, occurrence.slot, now, tz)
    whole = [(person, None, message) for person, message in heads.items()]
    return _owed(edition, occurrence.slot, whole, now, tz)


def _in_hours(session: Session, branch_id: int, now: datetime, tz: tzinfo) -> None:
    if not open_now(now, tz, calendar_of(session, branch_id)):
        raise NotReady("outside the hours in which the bot speaks first")


def _owed(
    edition: Edition,
    slot: str,
    told: Iterable[tuple[int, list[int] | None, dict[str, Any] | None]],
    now: datetime,
    tz: tzinfo,
) -> list[Owed]:
    """To whom, of which party groups (None: of the branch), and what; None where there is nothing to say."""
    return [
        Owed(
            keys=(f"digest:{edition.branch_id}:{slot}:{person}",),
            message=message,
            person_id=person,
            about={**edition.kept, "groups": groups, "person": person},
            expires_at=at(local_day(now, tz), LAST, tz),
        )
        for person, groups, message in told
        if message is not None
    ]


def _to_heads(
    session: Session, features: Features, edition: Edition, slot: str, now: datetime, tz: tzinfo
) -> dict[int, dict[str, Any] | None]:
    """Who gets the branch's, and what it says: nothing where there is nothing in it. Nobody where it is not to go;
    where there is something in it and nobody can be told, the operator is.
    """
    branch_id, day = edition.branch_id, local_day(now, tz)
    if not _wanted(session, edition):
        return {}
    found = reachable(session, branch_id, day, Duty.SECRETARY)
    if not found and _whole(session, features, edition, _office(branch_id), now, tz) is not None:
        found = addressees(session, branch_id, day, Duty.SECRETARY, about=f"digest:{slot}")
    readers = {one: service.reader(session, branch_id, one, now, tz) for one in found}
    return {
        one: _whole(session, features, edition, me, now, tz) if me is not None else None for one, me in readers.items()
    }


def _wanted(session: Session, edition: Edition) -> bool:
    """Whether the branch has it sent, by what it has decided by now."""
    when = digest_setting.of_branch(session, edition.branch_id)
    return when == digest_setting.WEEKLY if edition.known is None else when != digest_setting.NEVER


def _office(branch_id: int) -> Me:
    """The secretary of a branch, whoever that is."""
    return Me(0, "", branch_id, None, frozenset({Duty.SECRETARY}), frozenset())


def as_it_stands(
    session: Session, features: Features, about: dict[str, Any], now: datetime, tz: tzinfo
) -> dict[str, Any] | None:
    """When it is about to go; None when everything has been done, or the branch will have none of it any longer."""
    branch_id = about["branch"]
    if "week" in about:
        edition = Edition(branch_id, date.fromisoformat(about["week"]))
    else:
        known = service.standing(session, features, branch_id, now, tz)
        if about["groups"] is not None:
            return _of_groups(known, about["groups"])
        edition = Edition(branch_id, service.monday(local_day(now, tz)), known)
    if not _wanted(session, edition):
        return None
    # An earlier version did not keep who it is for.
    one = about.get("person")
    me = service.reader(session, branch_id, one, now, tz) if one is not None else _office(branch_id)
    return _whole(session, features, edition, me, now, tz) if me is not None else None


def _whole(
    session: Session, features: Features, edition: Edition, me: Me, now: datetime, tz: tzinfo
) -> dict[str, Any] | None:
    """【本周摘要】 or 【25日摘要】 for one of the heads of the branch; None when there is nothing in it."""
    branch_id, week, known = edition.branch_id, edition.week, edition.known
    sections = [
        *digest_messages.waiting(service.waiting(session, features, me, now, tz)),
        *digest_messages.last_week(*service.last_week(session, features, branch_id, week, tz)),
        *service.told_of_features(session, features, me, week, now, tz),
    ]
    if known is not None:
        sections += digest_messages.unfinished(service.group_states(known), service.kinds(known))
    theme = known is None or service.theme_entered(session, branch_id, local_day(now, tz))
    if theme and not sections:
        return None
    if known is None:
        said = digest_messages.of_week(week, sections)
    else:
        said = digest_messages.of_25th([*sections, digest_messages.next_theme(entered=theme)])
    return of_place(said, branch_id).to_json()


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


def _anything(session: Session, known: service.Standing, day: date) -> bool:
    """Whether people were to act on it, whoever gets it."""
    return bool(service.group_states(known)) or not service.theme_entered(session, known.branch_id, day)
