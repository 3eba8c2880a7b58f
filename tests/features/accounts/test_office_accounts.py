"""Whose account the desk may not move or make: the seats of an office, now or later, and who holds one elsewhere."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from bot.features.accounts import binding, office_accounts, rebinding, requests, service
from bot.features.accounts.rules import InviteKind
from bot.features.offices import service as offices
from bot.features.roster import service as roster_service
from bot.features.roster import undoing
from bot.features.roster.buttons import Kind
from bot.features.roster.rules import FactChange
from bot.features.roster_files.reading.rows import RosterRow
from bot.features.roster_files.service import import_roster
from bot.kit.refusal import Refusal
from storage.audience import Me
from storage.choices import Duty, OrganisationKind
from storage.engine import Storage
from storage.models.organisation import Organisation
from storage.models.person import DutySpan, Person
from storage.roster import holders
from tests.cast import Cast, make_branch

NOW = datetime(2023, 7, 3, 1, 0, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)
TODAY = date(2023, 7, 3)
NEW = 9001


def redeem(session: Session, code: str, account: int, now: datetime = LATER) -> binding.Bound | None:
    return binding.redeem(session, InviteKind.PERSON, code, account, "W", today=TODAY, now=now)


def secretary(session: Session, cast: Cast) -> Me:
    return cast.me(session, "甲一", TODAY)


def secretaries(session: Session, cast: Cast) -> Sequence[int]:
    return holders(session, cast.branch_id, TODAY, Duty.SECRETARY)


def office(session: Session, cast: Cast, name: str, duty: Duty, place: int | None = None, since: date = TODAY) -> None:
    session.add(DutySpan(person_id=cast[name], organisation_id=place or cast.branch_id, duty=duty, from_on=since))
    session.flush()


@pytest.mark.parametrize("by", ["甲二", "乙一", "甲一"])
def test_whose_account_is_not_the_desk_s_to_move(storage: Storage, by: str) -> None:
    """The deputy's is the secretary's, who sits elsewhere is the operator's; an office of tomorrow counts today."""
    with storage.transaction() as session:
        cast = make_branch(session, now=NOW)
        other = service.add_branch(session, "第二支部", None, NOW)
        office(session, cast, "丙五", Duty.DEPUTY_SECRETARY, since=TODAY + timedelta(days=1))
        office(session, cast, "丙六", Duty.MASS_WORK_OFFICER, other)
        me = cast.me(session, by, TODAY)
        deputies = {"丙五": office_accounts.DEPUTYS, **({} if by == "乙一" else {"乙一": office_accounts.DEPUTYS})}
        for name, why in {**deputies, "丙六": office_accounts.IN_OFFICE_ELSEWHERE}.items():
            for act in (rebinding.reinvite, rebinding.unbind):
                if by == "甲一" and name != "丙六":
                    continue
                with pytest.raises(Refusal, match=why):
                    act(session, me, cast[name], TODAY, NOW)
        if by == "甲一":
            rebinding.unbind(session, me, cast["乙一"], TODAY, NOW)


def test_nor_to_fill_when_it_is_empty(storage: Storage) -> None:
    """By a link, the list of links, a request, or a number that the desk has written into the roster itself."""
    with storage.transaction() as session:
        cast = make_branch(session, now=NOW)
        empty = update(Person).where(Person.id.in_([cast["乙一"], cast["甲五"]]))
        session.execute(empty.values(telegram_id=None, bound_at=None, phone="13800000000"))
        session.execute(update(Person).where(Person.id == cast["甲五"]).values(phone=None))
        session.expire_all()
        organizer, chief = cast.me(session, "甲二", TODAY), secretary(session, cast)
        with pytest.raises(Refusal, match=office_accounts.DEPUTYS):
            service.invite_person(session, organizer, cast["乙一"], TODAY, NOW)
        assert list(service.to_invite(session, organizer, TODAY)) == [cast["甲五"]]
        assert set(service.to_invite(session, chief, TODAY)) == {cast["甲五"], cast["乙一"]}
        asked = requests.share(session, NEW, "13800000000", "某", today=TODAY, now=NOW)
        assert (asked.bound, asked.deciders) == (None, (cast["甲一"],))
        with pytest.raises(Refusal, match=office_accounts.DEPUTYS):
            requests.accept(session, organizer, asked.request_id or 0, cast["乙一"], TODAY, NOW)
        requests.accept(session, chief, asked.request_id or 0, cast["乙一"], TODAY, NOW)
        assert session.get_one(Person, cast["乙一"]).telegram_id == NEW


@pytest.mark.parametrize("way", ["hand_over", "command", "duty", "file", "code"])
def test_a_link_made_before_sits_down_on_no_seat(storage: Storage, way: str) -> None:
    """The desk keeps a link of a member's; the member becomes secretary or deputy."""
    with storage.transaction() as session:
        cast = make_branch(session, now=NOW)
        *_, code = rebinding.reinvite(session, cast.me(session, "甲二", TODAY), cast["甲五"], TODAY, LATER)
        if way == "hand_over":
            offices.hand_over(session, secretary(session, cast), cast["甲五"], TODAY, LATER)
        elif way == "command":
            offices.give(session, cast.branch_id, Duty.DEPUTY_SECRETARY, "甲五", LATER)
        elif way == "duty":
            wanted = FactChange(kind=Kind.DUTY, person_id=cast["甲五"], day=TODAY, value=Duty.DEPUTY_SECRETARY)
            roster_service.change(session, secretary(session, cast), wanted, LATER, UTC)
        elif way == "code":
            session.execute(update(DutySpan).where(DutySpan.duty == Duty.SECRETARY).values(to_on=TODAY))
            claim = service.make_secretary_invite(session, cast.branch_id, LATER)
            own = cast.account("甲五")
            binding.redeem(session, InviteKind.SECRETARY, claim, own, "甲五", today=TODAY, now=LATER)
            assert secretaries(session, cast) == [cast["甲五"]]
        else:
            row = RosterRow(name="甲五", group="第一党小组", duties=(Duty.DEPUTY_SECRETARY,))
            import_roster(session, cast.branch_id, [row], now=LATER, since=TODAY)
        assert redeem(session, code, NEW, LATER + timedelta(hours=1)) is None
        assert session.get_one(Person, cast["甲五"]).telegram_id == cast.account("甲五")


def test_nor_on_one_that_is_given_back(storage: Storage) -> None:
    """The deputy's office was ended; the desk makes a link for the member; the secretary takes the ending back."""
    with storage.transaction() as session:
        cast = make_branch(session, now=NOW)
        chief = secretary(session, cast)
        ends = FactChange(kind=Kind.DUTY, person_id=cast["乙一"], day=TODAY, value=Duty.DEPUTY_SECRETARY)
        done = roster_service.change(session, chief, ends, NOW, UTC)
        *_, code = rebinding.reinvite(session, cast.me(session, "甲二", TODAY), cast["乙一"], TODAY, LATER)
        undoing.undo(session, chief, done.audit_id, LATER, UTC)
        assert redeem(session, code, NEW, LATER + timedelta(hours=1)) is None
        assert session.get_one(Person, cast["乙一"]).telegram_id == cast.account("乙一")


@pytest.mark.parametrize("duty", [Duty.ORGANIZATION_OFFICER, Duty.COMMITTEE_OFFICER, Duty.DEPUTY_SECRETARY])
def test_nor_in_an_office_elsewhere(storage: Storage, duty: Duty) -> None:
    with storage.transaction() as session:
        cast = make_branch(session, now=NOW)
        there = Organisation(name="党委", kind=OrganisationKind.SUPERIOR_COMMITTEE, settings={}, created_at=NOW)
        if duty is not Duty.COMMITTEE_OFFICER:
            there.kind = OrganisationKind.BRANCH
        session.add(there)
        session.flush()
        *_, code = rebinding.reinvite(session, cast.me(session, "甲二", TODAY), cast["甲五"], TODAY, LATER)
        offices.give(session, there.id, duty, "甲五", LATER, cast.branch_id)
        assert redeem(session, code, NEW, LATER + timedelta(hours=1)) is None
        assert session.get_one(Person, cast["甲五"]).telegram_id == cast.account("甲五")


def test_a_link_lives_on_where_its_maker_may_still_make_one(storage: Storage) -> None:
    """An office of the own branch that is no seat; a change of who sits on one already."""
    with storage.transaction() as session:
        cast = make_branch(session, now=NOW)
        chief = secretary(session, cast)
        *_, one = rebinding.reinvite(session, cast.me(session, "甲二", TODAY), cast["甲五"], TODAY, LATER)
        *_, other = rebinding.reinvite(session, chief, cast["乙一"], TODAY, LATER)
        for name in ("甲五", "乙一"):
            wanted = FactChange(kind=Kind.DUTY, person_id=cast[name], day=TODAY, value=Duty.PUBLICITY_OFFICER)
            roster_service.change(session, chief, wanted, LATER, UTC)
        for number, code in enumerate((one, other)):
            assert redeem(session, code, NEW + number, LATER + timedelta(hours=1)) is not None


@pytest.mark.parametrize("first", [True, False])
def test_the_secretary_s_link_is_not_for_who_comes_after(storage: Storage, first: bool) -> None:
    """Made before the roster names the first secretary it is that one's; made for the one before it has ended."""
    with storage.transaction() as session:
        cast = make_branch(session, now=NOW)
        session.execute(update(Person).where(Person.id == cast["甲五"]).values(telegram_id=None, bound_at=None))
        if first:
            session.execute(delete(DutySpan).where(DutySpan.duty == Duty.SECRETARY))
        code = service.make_secretary_invite(session, cast.branch_id, NOW)
        offices.give(session, cast.branch_id, Duty.SECRETARY, "甲五", LATER)
        bound = binding.redeem(session, InviteKind.SECRETARY, code, NEW, "W", today=TODAY, now=LATER)
        assert (bound is not None) is first
        assert secretaries(session, cast) == [cast["甲五"]]
        assert session.get_one(Person, cast["甲五"], populate_existing=True).telegram_id == (NEW if first else None)
