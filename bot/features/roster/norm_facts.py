"""What the roster says to norms, as of the last day counted: how the branch is set up, groups, who keeps in touch."""

from collections.abc import Iterator
from datetime import date

from sqlalchemy import select

from bot.kit.doors import Open, ShowPerson
from bot.kit.figures import Counting, Source
from bot.kit.norms import Case, Offer
from storage.choices import COMMITTEE, Duty, MembershipStatus
from storage.models.organisation import Organisation
from storage.models.person import ExemptionSpan
from storage.roster import Member, roster
from storage.spans import on_day

# R44: so many full members make a branch, so many a committee, at most so many sit on it; a branch has so many.
LEAST, COMMITTEE_FROM, COMMITTEE_SIZE, MOST = 3, 7, range(3, 8), 50


def _members(counting: Counting) -> list[Member]:
    return roster(counting.session, counting.branch_id, counting.last_day)


MEMBERS = Source("roster of the last day for norms", _members)


def _set_up(counting: Counting) -> Iterator[Case]:
    members, day = counting.of(MEMBERS), counting.last_day
    full = sum(one.status is MembershipStatus.FULL for one in members)
    committee = sum(bool(one.duties & COMMITTEE) for one in members)
    secretary = any(Duty.SECRETARY in one.duties for one in members)
    yield _case(day, "正式党员人数", full >= LEAST, f"正式党员{full}人，不足{LEAST}人")
    yield _case(day, "党员人数", len(members) <= MOST, f"党员{len(members)}人，超过{MOST}人")
    yield _case(day, "支部书记", secretary, "没有支部书记")
    if full >= COMMITTEE_FROM:
        said = f"正式党员{full}人，支委会委员{committee}人，应为{COMMITTEE_SIZE.start}至{COMMITTEE_SIZE.stop - 1}人"
        yield _case(day, "支委会人数", committee in COMMITTEE_SIZE, said)
    ends = counting.session.get_one(Organisation, counting.branch_id).term_ends_on
    if ends is not None:
        yield _case(day, "任期", day < ends, "任期已届满")


def _case(day: date, words: str, settled: bool, detail: str) -> Case:
    return Case(since=day, words=words, opens=Open("roster"), settled=settled, detail="" if settled else detail)


def _groups(counting: Counting) -> Iterator[Case]:
    """Everybody is of a party group, in a branch that has any (R46)."""
    members = counting.of(MEMBERS)
    if any(one.group_id is not None for one in members):
        for one in members:
            yield _person(counting.last_day, one, one.group_id is not None, "未编入党小组")


def _person(day: date, one: Member, settled: bool, detail: str) -> Case:
    return Case(
        since=day,
        words=one.name,
        code=f"P{one.id}",
        opens=ShowPerson(one.id),
        settled=settled,
        detail="" if settled else detail,
    )


def _contacts(counting: Counting) -> Iterator[Case]:
    """Whoever need not come has somebody who keeps in touch (R36)."""
    exempt = [one for one in counting.of(MEMBERS) if one.exempt]
    spans = (ExemptionSpan.person_id.in_([one.id for one in exempt]), on_day(ExemptionSpan, counting.last_day))
    query = select(ExemptionSpan.person_id).where(*spans, ExemptionSpan.contact_person_id.is_not(None))
    known = set(counting.session.scalars(query))
    for one in exempt:
        yield _person(counting.last_day, one, one.id in known, "没有指定联系人")


NORMS = (
    Offer("branch_set_up", _set_up),
    Offer("group_of_member", _groups),
    Offer("exemption_contact", _contacts),
)
