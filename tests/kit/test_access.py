"""Who may do what, as tests/rights/permissions.md says it."""

import pytest

from bot.kit.access import NO_RIGHT, TABLE, Reach, Right, may, reach, require
from bot.kit.refusal import Refusal
from storage.audience import Me
from storage.choices import ActivityType, Duty
from tests.rights.permissions import DUTIES, NO, acts, fields, reach_of

HERE, ELSEWHERE = 1, 2
FIRST, SECOND = 11, 12
PUB, DIS, LEADER = Duty.PUBLICITY_OFFICER, Duty.DISCIPLINE_OFFICER, Duty.GROUP_LEADER
REACHES = {
    "all": Reach.ALL,
    "group": Reach.OWN_GROUP,
    "field": Reach.OWN_FIELD,
    "below": Reach.BELOW,
    NO: Reach.NONE,
}


def me(*duties: Duty, leads: frozenset[int] = frozenset()) -> Me:
    return Me(id=1, name="甲三", branch_id=HERE, group_id=FIRST, duties=frozenset(duties), leads=leads)


def test_every_right_has_its_row() -> None:
    """And every act that is not about oneself, or a part of another right, is a right."""
    assert {right.value for right in Right} == acts().keys() - {"known", "own", "roll_call"}
    assert set(TABLE) == set(Right)


@pytest.mark.parametrize("right", list(Right))
@pytest.mark.parametrize("duty", list(Duty))
def test_the_table(right: Right, duty: Duty) -> None:
    assert reach(me(duty), right) is REACHES[reach_of(right, duty)]


@pytest.mark.parametrize("right", list(Right))
def test_without_an_office_nobody_has_a_right(right: Right) -> None:
    assert reach(me(), right) is Reach.NONE


@pytest.mark.parametrize("kind", list(ActivityType))
def test_each_field_holds_what_is_written_there(kind: ActivityType) -> None:
    for office, held in fields().items():
        officer = me(DUTIES[office], leads=frozenset({FIRST}))
        made = may(officer, Right.MAKE_ACTIVITY, branch_id=HERE, group_id=FIRST, types=[kind])
        assert made == (kind in held), office


@pytest.mark.parametrize("right", list(Right))
def test_another_branch_is_nobodys(right: Right) -> None:
    everything = me(*Duty, leads=frozenset({FIRST, SECOND}))
    assert may(everything, right, branch_id=HERE)
    assert not may(everything, right, branch_id=ELSEWHERE)
    assert not may(everything, right, branch_id=ELSEWHERE, group_id=FIRST)


def test_a_leader_reaches_the_own_group_and_no_further() -> None:
    leader = me(LEADER, leads=frozenset({FIRST}))
    assert may(leader, Right.SEE_ROLL, branch_id=HERE, group_id=FIRST)
    assert not may(leader, Right.SEE_ROLL, branch_id=HERE, group_id=SECOND)
    assert not may(leader, Right.SEE_ROLL, branch_id=HERE)


def test_a_leader_makes_the_meeting_of_the_own_group_and_nothing_beside_it() -> None:
    leader, meeting, day = (
        me(LEADER, leads=frozenset({FIRST})),
        ActivityType.GROUP_MEETING,
        ActivityType.THEME_PARTY_DAY,
    )
    assert may(leader, Right.MAKE_ACTIVITY, branch_id=HERE, group_id=FIRST, types=[meeting])
    for types in ([day], [meeting, day], [ActivityType.MEMBERS_MEETING]):
        assert not may(leader, Right.MAKE_ACTIVITY, branch_id=HERE, group_id=FIRST, types=types)


def test_to_be_in_a_group_is_not_to_lead_it() -> None:
    assert not may(me(), Right.SEE_ROLL, branch_id=HERE, group_id=FIRST)
    assert not may(me(LEADER), Right.SEE_ROLL, branch_id=HERE, group_id=FIRST)


def test_of_several_offices_the_widest_counts() -> None:
    both = me(LEADER, DIS, leads=frozenset({FIRST}))
    assert reach(both, Right.SEE_ROLL) is Reach.ALL
    assert reach(both, Right.SIGN_IN_OTHERS) is Reach.OWN_GROUP
    assert reach(both, Right.ROSTER) is Reach.NONE


def test_an_officer_makes_what_is_of_the_own_field_and_nothing_beside_it() -> None:
    film, day, study = ActivityType.WARNING_EDUCATION, ActivityType.THEME_PARTY_DAY, ActivityType.LEAD_STUDY
    for office, allowed in ((DIS, [film]), (PUB, [study])):
        officer = me(office)
        assert may(officer, Right.MAKE_ACTIVITY, branch_id=HERE, types=allowed)
        for types in ([day], [film, study], [*allowed, day], []):
            assert not may(officer, Right.MAKE_ACTIVITY, branch_id=HERE, types=types)
    assert may(me(DIS, PUB), Right.MAKE_ACTIVITY, branch_id=HERE, types=[film, study])
    assert may(me(Duty.ORGANIZATION_OFFICER), Right.MAKE_ACTIVITY, branch_id=HERE, types=[day, film])


def test_a_committees_officer_counts_what_is_below_and_does_nothing_there() -> None:
    officer = me(Duty.COMMITTEE_OFFICER)
    assert [right for right in Right if reach(officer, right) is not Reach.NONE] == [Right.TALLY, Right.READINESS]
    assert not any(may(officer, right, branch_id=HERE, group_id=FIRST) for right in Right)


def test_a_refusal_says_so_politely() -> None:
    require(me(Duty.SECRETARY), Right.CLOSE, branch_id=HERE)
    with pytest.raises(Refusal) as refused:
        require(me(Duty.DEPUTY_SECRETARY), Right.CLOSE, branch_id=HERE)
    assert refused.value.text == NO_RIGHT
