"""Binding without a link: somebody shares the own number, and the roster, else the secretary, says who that is."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from bot.features.accounts import binding, office_accounts, service
from bot.features.accounts.rules import SEATS
from bot.kit.access import Right, require
from bot.kit.names import clean_name
from bot.kit.refusal import Refusal
from bot.kit.words import plain_number
from storage.audience import Me
from storage.audit import By, record
from storage.choices import BindRequestState, Duty, OrganisationKind
from storage.lookups import changed, of_branch
from storage.models.invite import BindRequest
from storage.models.organisation import Organisation
from storage.models.person import Person, RosterSpan
from storage.roster import Member, holders, roster
from storage.spans import on_day

# Whoever shares again and again reaches the secretary so often; a branch has so many open requests.
MOST_ASKED, ASKED_WITHIN, MOST_OPEN = 3, timedelta(days=1), 50
NO_SUCH = "没有找到这条申请。"
DECIDED = "这条申请已处理。"


@dataclass(frozen=True, slots=True)
class Asked:
    """What became of a shared number: bound at once, or asked (`request_id`: new, to be told to `deciders`)."""

    bound: binding.Bound | None = None
    request_id: int | None = None
    branch_id: int | None = None
    deciders: tuple[int, ...] = ()
    unknown: bool = False


def share(session: Session, telegram_id: int, phone: str, name: str, *, today: date, now: datetime) -> Asked:
    """A number that Telegram vouches for, of an account that is nobody's.

    The one unbound person of a roster who has this very number is bound at once; not on a seat that the desk may not
    fill, for the desk writes the roster. Everything else is asked: of the branch that knows the number, or of the only
    branch there is; where neither is clear, nobody is asked.
    """
    number = plain_number(phone)
    known = _known(session, number, today)
    if len(known) == 1 and known[0].telegram_id is None and not _has_a_seat(session, known[0], today):
        return Asked(bound=binding.seat(session, known[0], telegram_id, now, by="number"))
    branch_id = known[0].branch_id if known else _only_branch(session)
    if branch_id is None:
        return Asked(unknown=True)
    if _enough(session, telegram_id, branch_id, now):
        return Asked()
    row = BindRequest(
        branch_id=branch_id,
        telegram_id=telegram_id,
        shown_name=clean_name(name)[:20],
        phone_end=number[-4:],
        state=BindRequestState.PENDING,
        asked_at=now,
    )
    session.add(row)
    session.flush()
    record(session, "binding_asked", "bind_request", row.id, now=now, by=By(branch_id))
    return Asked(request_id=row.id, branch_id=branch_id, deciders=tuple(_deciders(session, branch_id, today)))


def _has_a_seat(session: Session, person: Person, today: date) -> bool:
    held = office_accounts.offices(session, [person.id], today)[person.id]
    return any(place != person.branch_id or duties & SEATS for place, duties in held.items())


def _known(session: Session, number: str, today: date) -> list[Person]:
    if not number:
        return []
    listed = select(RosterSpan.person_id).where(on_day(RosterSpan, today))
    return list(session.scalars(select(Person).where(Person.phone == number, Person.id.in_(listed))))


def _only_branch(session: Session) -> int | None:
    branches = select(Organisation.id).where(Organisation.kind == OrganisationKind.BRANCH).limit(2)
    found = session.scalars(branches).all()
    return found[0] if len(found) == 1 else None


def _enough(session: Session, telegram_id: int, branch_id: int, now: datetime) -> bool:
    """Whether it was asked already, or too often: the answer is the same, and nobody hears of it again."""
    mine = (BindRequest.telegram_id == telegram_id, BindRequest.asked_at > now - ASKED_WITHIN)
    open_ = (BindRequest.state == BindRequestState.PENDING,)
    waiting = select(func.count()).where(BindRequest.telegram_id == telegram_id, *open_)
    asked = select(func.count()).where(*mine)
    crowd = select(func.count()).where(BindRequest.branch_id == branch_id, *open_)
    limits = ((waiting, 1), (asked, MOST_ASKED), (crowd, MOST_OPEN))
    return any((session.scalar(count) or 0) >= most for count, most in limits)


def _deciders(session: Session, branch_id: int, today: date) -> list[int]:
    """The secretary, who decides; where that one cannot be reached, the others who keep the roster."""
    bound = {one.id for one in roster(session, branch_id, today) if one.bound and one.reachable}
    for duties in ((Duty.SECRETARY,), (Duty.DEPUTY_SECRETARY, Duty.ORGANIZATION_OFFICER)):
        found = [one for one in holders(session, branch_id, today, *duties) if one in bound]
        if found:
            return found
    return []


def waiting(session: Session, me: Me, request_id: int, today: date) -> tuple[BindRequest, list[Member]]:
    """The open request, and the people of the branch whose it could be."""
    row = _open(session, me, request_id)
    people = [one for one in service.members(session, me, today) if not one.bound]
    kept = office_accounts.refused(session, me, [one.id for one in people], today)
    return row, [one for one in people if one.id not in kept]


def pending(session: Session, me: Me) -> list[BindRequest]:
    """The requests that nobody has decided, the oldest first."""
    require(me, Right.ROSTER, branch_id=me.branch_id)
    open_ = (BindRequest.branch_id == me.branch_id, BindRequest.state == BindRequestState.PENDING)
    return list(session.scalars(select(BindRequest).where(*open_).order_by(BindRequest.id)))


def _open(session: Session, me: Me, request_id: int) -> BindRequest:
    require(me, Right.ROSTER, branch_id=me.branch_id)
    row = of_branch(session, BindRequest, request_id, me.branch_id)
    if row is None:
        raise Refusal(NO_SUCH)
    if row.state is not BindRequestState.PENDING:
        raise Refusal(DECIDED)
    return row


def accept(
    session: Session, me: Me, request_id: int, person_id: int, today: date, now: datetime
) -> tuple[Member, BindRequest]:
    """The secretary has said who it is: bound, once."""
    row = _open(session, me, request_id)
    person = next(iter(roster(session, me.branch_id, today, [person_id])), None)
    if person is None:
        raise Refusal(service.NOT_LISTED)
    if person.bound:
        raise Refusal(f"{person.name}同志已绑定。")
    if why := office_accounts.refused(session, me, [person_id], today):
        raise Refusal(why[person_id])
    _decide(session, me, row, BindRequestState.ACCEPTED, now, person_id)
    binding.seat(session, session.get_one(Person, person_id), row.telegram_id, now, by="request")
    return person, row


def refuse(session: Session, me: Me, request_id: int, now: datetime) -> BindRequest:
    row = _open(session, me, request_id)
    _decide(session, me, row, BindRequestState.REFUSED, now)
    return row


def _decide(
    session: Session, me: Me, row: BindRequest, state: BindRequestState, now: datetime, person_id: int | None = None
) -> None:
    """One conditional update: of two taps one decides."""
    mine = update(BindRequest).where(BindRequest.id == row.id, BindRequest.state == BindRequestState.PENDING)
    if not changed(session, mine.values(state=state, person_id=person_id, decided_by_id=me.id, decided_at=now)):
        raise Refusal(DECIDED)
    record(
        session,
        "binding_decided",
        "bind_request",
        row.id,
        now=now,
        by=me,
        new=state,
        person_id=person_id,
    )
