"""One-time links that end before their time: of who has left or comes into an office, and at a word of the desk."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, exists, or_, update
from sqlalchemy.orm import Session

from bot.features.accounts.office_accounts import offices
from bot.features.accounts.rules import SEATS, InviteKind
from storage.choices import Duty
from storage.lookups import changed
from storage.models.invite import Invite
from storage.models.person import DutySpan, RosterSpan


def still_open(branch_id: int, kind: InviteKind, now: datetime) -> tuple[ColumnElement[bool], ...]:
    """The links of a kind that would open a door yet."""
    return Invite.branch_id == branch_id, Invite.kind == kind, Invite.used_at.is_(None), Invite.expires_at > now


def belongs(person_id: Any, today: date) -> ColumnElement[bool]:
    """Whether somebody (an id or a column) is, or will be, on a roster or in an office: only they may bind."""
    return or_(
        *(
            exists().where(span.person_id == person_id, or_(span.to_on.is_(None), span.to_on > today))
            for span in (RosterSpan, DutySpan)
        )
    )


def end(session: Session, branch_id: int, people: Collection[int], now: datetime) -> int:
    """End the open links of these people; how many there were."""
    theirs = (*still_open(branch_id, InviteKind.PERSON, now), Invite.person_id.in_(people))
    return changed(session, update(Invite).where(*theirs).values(expires_at=now))


@contextmanager
def appointing(session: Session, people: Collection[int], today: date, now: datetime) -> Iterator[None]:
    """Whatever is written inside: end the open links of those whom it brings into an office.

    Whoever holds a link of before would sit down in an office for which its maker could make none (see `seats`): a
    seat, or one outside the organisation that the link is of. Every way into an office goes through here, but for an
    account that brings its offices along: whom that binds no link of before binds anew.
    """
    before = offices(session, people, today)
    yield
    session.flush()
    for person_id, held in offices(session, people, today).items():
        for place, duties in held.items():
            new = duties - before.get(person_id, {}).get(place, set())
            if new:
                _end_of_appointed(session, person_id, None if new & SEATS else place, now)
            if Duty.SECRETARY in new:
                _end_of_seat(session, place, person_id, now)


def _end_of_appointed(session: Session, person_id: int, spared: int | None, now: datetime) -> None:
    """All but the links of the `spared` place, whose desk may make one yet."""
    theirs = [
        Invite.kind == InviteKind.PERSON,
        Invite.used_at.is_(None),
        Invite.expires_at > now,
        Invite.person_id == person_id,
    ]
    if spared is not None:
        theirs.append(Invite.branch_id != spared)
    changed(session, update(Invite).where(*theirs).values(expires_at=now))


def _end_of_seat(session: Session, branch_id: int, person_id: int, now: datetime) -> None:
    """What was made for the secretary before is not for the next one; the first one's outlives the first roster."""
    of_seat = (DutySpan.organisation_id == branch_id, DutySpan.duty == Duty.SECRETARY, DutySpan.person_id != person_id)
    theirs = (*still_open(branch_id, InviteKind.SECRETARY, now), exists().where(*of_seat))
    changed(session, update(Invite).where(*theirs).values(expires_at=now))


def end_of_leavers(session: Session, branch_id: int, today: date, now: datetime) -> int:
    """End the open links of those who have left: a slip of paper outlives its owner's time in the branch."""
    session.flush()
    theirs = (*still_open(branch_id, InviteKind.PERSON, now), ~belongs(Invite.person_id, today))
    return changed(session, update(Invite).where(*theirs).values(expires_at=now))
