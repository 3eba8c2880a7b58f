"""The roster of a day and of many, of one branch beside another: spans at their very edges, offices and leaders."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from storage.choices import Duty, ExemptionReason, MembershipStatus
from storage.engine import Storage
from storage.models.person import DutySpan, ExemptionSpan, GroupSpan, MembershipSpan, RosterSpan
from storage.roster import Member, duties_on, holders, leaders_on, roster, rosters
from tests.cast import Cast, make_branch

NOW = datetime(2023, 7, 4, 9, tzinfo=ZoneInfo("Asia/Shanghai"))
DAY = timedelta(days=1)
FROM, TO = date(2023, 7, 3), date(2023, 7, 6)
DAYS = [FROM - DAY, FROM, TO - DAY, TO]
FEW = ("甲一", "甲二", "甲三", "乙三")


@pytest.fixture
def two(storage: Storage) -> tuple[Storage, Cast, Cast]:
    with storage.transaction() as session:
        return storage, make_branch(session, now=NOW, only=FEW), make_branch(session, now=NOW, only=FEW, bound=False)


def days_of(session: Session, branch_id: int, person_id: int) -> dict[date, Member | None]:
    """Somebody on each of the days, as both questions answer it."""
    many = rosters(session, branch_id, DAYS)
    found: dict[date, Member | None] = {}
    for day in DAYS:
        one = roster(session, branch_id, day)
        assert many[day] == one
        found[day] = next((member for member in one if member.id == person_id), None)
    return found


def test_a_branch_has_its_own_people(two: tuple[Storage, Cast, Cast]) -> None:
    storage, here, there = two
    with storage.reading() as session:
        for cast in (here, there):
            many = rosters(session, cast.branch_id, DAYS)
            for day in DAYS:
                assert {one.id for one in many[day]} == set(cast.people.values())
                assert many[day] == roster(session, cast.branch_id, day)
            assert [one.bound for one in many[TO]] == [cast is here] * len(FEW)
        assert rosters(session, here.branch_id, []) == {}
        some = roster(session, here.branch_id, TO, [here["甲二"], there["甲三"]])
        assert [one.id for one in some] == [here["甲二"]]
        assert roster(session, here.branch_id, TO, []) == []


def test_a_span_counts_from_its_first_day_and_not_on_its_last(two: tuple[Storage, Cast, Cast]) -> None:
    """D4, for the roster itself and each fact of a person."""
    storage, here, _ = two
    who, branch = here["甲二"], here.branch_id
    with storage.transaction() as session:
        for kind in (GroupSpan, MembershipSpan):
            session.execute(update(kind).where(kind.person_id == who).values(to_on=FROM))
        group = here.groups["第二党小组"]
        session.add_all(
            [
                GroupSpan(person_id=who, group_id=group, from_on=FROM, to_on=TO),
                MembershipSpan(person_id=who, status=MembershipStatus.PROBATIONARY, from_on=FROM, to_on=TO),
                ExemptionSpan(person_id=who, reason=ExemptionReason.LONG_SICK_LEAVE, from_on=FROM, to_on=TO),
            ]
        )
        session.flush()
        found = days_of(session, branch, who)
        told = [(one.group_name, one.status, one.exempt) for one in found.values() if one is not None]
        inside = ("第二党小组", MembershipStatus.PROBATIONARY, True)
        assert told == [("第一党小组", MembershipStatus.FULL, False), inside, inside, ("", None, False)]
        session.execute(update(RosterSpan).where(RosterSpan.person_id == who).values(from_on=FROM, to_on=TO))
        assert [one is not None for one in days_of(session, branch, who).values()] == [False, True, True, False]


def test_offices_are_of_one_organisation_and_of_their_days(two: tuple[Storage, Cast, Cast]) -> None:
    storage, here, there = two
    with storage.transaction() as session:
        held = duties_on(session, here.branch_id, TO)
        assert held == {
            here["甲一"]: {Duty.SECRETARY},
            here["甲二"]: {Duty.ORGANIZATION_OFFICER},
            here["甲三"]: {Duty.GROUP_LEADER},
            here["乙三"]: {Duty.GROUP_LEADER},
        }
        ended = update(DutySpan).where(DutySpan.person_id == here["甲二"]).values(from_on=FROM, to_on=TO)
        session.execute(ended)
        asked = [holders(session, here.branch_id, day, Duty.ORGANIZATION_OFFICER) for day in DAYS]
        officer, secretary = [here["甲二"]], [here["甲一"]]
        assert asked == [secretary, officer, officer, secretary]
        # Of two that are named whoever holds one; without a secretary the deputy; then nobody.
        both = holders(session, here.branch_id, FROM, Duty.ORGANIZATION_OFFICER, Duty.GROUP_LEADER)
        assert sorted(both) == sorted([here["甲二"], here["甲三"], here["乙三"]])
        assert holders(session, there.branch_id, FROM, Duty.ORGANIZATION_OFFICER) == [there["甲二"]]
        mine = session.scalars(select(DutySpan).where(DutySpan.person_id == here["甲一"])).one()
        mine.duty = Duty.DEPUTY_SECRETARY
        session.flush()
        assert holders(session, here.branch_id, TO, Duty.ORGANIZATION_OFFICER) == secretary
        mine.duty = Duty.YOUTH_OFFICER
        session.flush()
        assert holders(session, here.branch_id, TO, Duty.ORGANIZATION_OFFICER) == []


def test_who_leads_which_groups(two: tuple[Storage, Cast, Cast]) -> None:
    storage, here, there = two
    first, second = here.groups["第一党小组"], here.groups["第二党小组"]
    with storage.transaction() as session:
        assert leaders_on(session, here.branch_id, FROM) == {here["甲三"]: {first}, here["乙三"]: {second}}
        for duty, group in ((Duty.GROUP_LEADER, second), (Duty.GROUP_LEADER, None), (Duty.YOUTH_OFFICER, second)):
            mine = {"person_id": here["甲三"], "organisation_id": here.branch_id, "from_on": FROM, "to_on": TO}
            session.add(DutySpan(duty=duty, group_id=group, **mine))
        session.flush()
        led = [leaders_on(session, here.branch_id, day).get(here["甲三"]) for day in DAYS]
        assert led == [{first}, {first, second}, {first, second}, {first}]
        assert leaders_on(session, there.branch_id, FROM).keys() == {there["甲三"], there["乙三"]}
