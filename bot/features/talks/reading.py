"""Talks and campaigns on file: how far each campaign is, whom a year lacks, and what of it somebody sees."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import Session

from bot.features.talks import rules
from bot.features.talks.rules import Held, Party, Progress, Year
from bot.kit.access import Reach, Right, may, reach
from storage.audience import Me
from storage.choices import COMMITTEE
from storage.lookups import names_of
from storage.models.talk import Talk, TalkCampaign, TalkPerson
from storage.roster import Member, roster, rosters

LIVE = Talk.withdrawn_at.is_(None)


def held(session: Session, branch_id: int, *which: ColumnElement[bool]) -> list[Held]:
    """The talks of a branch of which this is true, in the order of time: one statement."""
    return held_in(session, [branch_id], *which)[branch_id]


def held_in(session: Session, branches: Collection[int], *which: ColumnElement[bool]) -> dict[int, list[Held]]:
    """The same of several branches at once, by branch."""
    query = select(Talk, TalkPerson).outerjoin(TalkPerson, TalkPerson.talk_id == Talk.id)
    query = query.where(Talk.branch_id.in_(branches), *which).order_by(Talk.on, Talk.id, TalkPerson.id)
    rows: dict[int, Talk] = {}
    people: dict[int, list[Party]] = defaultdict(list)
    for row, one in session.execute(query):
        rows[row.id] = row
        if one is not None:
            people[row.id].append(Party(one.person_id or 0, one.name))
    found: dict[int, list[Held]] = {one: [] for one in branches}
    for row in rows.values():
        found[row.branch_id].append(_held(row, people[row.id]))
    return found


def _held(row: Talk, people: Sequence[Party]) -> Held:
    return Held(
        id=row.id,
        on=row.on,
        talker=Party(row.talker_id or 0, row.talker_name),
        talkees=tuple(people),
        kind=row.kind,
        mode=row.mode,
        written=row.written_record,
        campaign_id=row.campaign_id,
        recorded_at=row.recorded_at,
        recorded_by=row.recorded_by_id,
    )


def within(first: date, to: date) -> tuple[ColumnElement[bool], ...]:
    """Talks from a day on, before another."""
    return (Talk.on >= first, Talk.on < to)


def of(ids: Select[int]) -> ColumnElement[bool]:
    return Talk.id.in_(ids)


def one(session: Session, talk: Talk) -> Held:
    return held(session, talk.branch_id, Talk.id == talk.id)[0]


def called(session: Session, talks: Iterable[Held]) -> Mapping[Party, str]:
    """What everybody in these talks is called."""
    parties = {each for talk in talks for each in (talk.talker, *talk.talkees)}
    return names(session, parties)


def names(session: Session, parties: Collection[Party]) -> Mapping[Party, str]:
    known = names_of(session, {each.id for each in parties if each.id})
    return {each: known.get(each.id, "") if each.id else each.name for each in parties}


# --- campaigns -------------------------------------------------------------------------------------------------------


def campaigns(session: Session, branch_id: int, *which: ColumnElement[bool]) -> list[TalkCampaign]:
    """Those that stand, the one that ends first before the others."""
    here = (TalkCampaign.branch_id == branch_id, TalkCampaign.withdrawn_at.is_(None), *which)
    return all_campaigns(session, *here)


def all_campaigns(session: Session, *which: ColumnElement[bool]) -> list[TalkCampaign]:
    return list(session.scalars(select(TalkCampaign).where(*which).order_by(TalkCampaign.last_on, TalkCampaign.id)))


def running(session: Session, branch_id: int, day: date) -> list[TalkCampaign]:
    """Those that a talk of this day may be of."""
    return campaigns(session, branch_id, TalkCampaign.from_on <= day, TalkCampaign.last_on >= day)


def topics(session: Session, branch_id: int, ids: Collection[int]) -> Mapping[int, str]:
    """What these are called, also those that were taken back."""
    query = select(TalkCampaign.id, TalkCampaign.topic)
    query = query.where(TalkCampaign.branch_id == branch_id, TalkCampaign.id.in_(ids))
    return {row.id: row.topic for row in session.execute(query)} if ids else {}


def progress(session: Session, row: TalkCampaign) -> Progress:
    """As it stands now."""
    should = [each.id for each in roster(session, row.branch_id, row.last_on)]
    talks = held(session, row.branch_id, LIVE, Talk.campaign_id == row.id)
    return rules.progress(row.from_on, row.last_on, should, talks)


# --- a year ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class YearOf:
    """A year of a branch as of `day`: its last one, or today."""

    day: date
    members: Sequence[Member]
    talks: Sequence[Held]
    found: Year

    @property
    def committee(self) -> list[Member]:
        return committee_of(self.members)


def committee_of(members: Iterable[Member]) -> list[Member]:
    return [each for each in members if each.duties & COMMITTEE]


def of_days(session: Session, branch_id: int, first: date, last: date) -> list[Held]:
    return held(session, branch_id, LIVE, Talk.on >= first, Talk.on <= last)


def year_of(session: Session, branch_id: int, number: int, today: date) -> YearOf:
    day = min(date(number, 12, 31), today)
    members = roster(session, branch_id, day)
    talks = of_days(session, branch_id, date(number, 1, 1), date(number, 12, 31))
    ids = [each.id for each in members]
    return YearOf(day, members, talks, rules.year([each.id for each in committee_of(members)], ids, talks))


# --- who sees what ---------------------------------------------------------------------------------------------------


def records(me: Me) -> bool:
    return reach(me, Right.RECORD_TALK) is not Reach.NONE


def sees_all(me: Me) -> bool:
    return reach(me, Right.SEE_TALKS) is Reach.ALL


def sees_some(me: Me) -> bool:
    return reach(me, Right.SEE_TALKS) is not Reach.NONE


def sees(me: Me, member: Member) -> bool:
    """Whether somebody was talked with."""
    return may(me, Right.SEE_TALKS, branch_id=me.branch_id, group_id=member.group_id)


def recordable(session: Session, me: Me, day: date) -> list[Member]:
    """With whom of that day's roster somebody may record a talk: a leader with the own group."""
    return [
        each
        for each in roster(session, me.branch_id, day)
        if may(me, Right.RECORD_TALK, branch_id=me.branch_id, group_id=each.group_id)
    ]


def seen(session: Session, me: Me, talks: Sequence[Held]) -> list[Held]:
    """Those of them that somebody may look at: the own records, and as far as the right goes. A leader sees those in
    which nobody is of another group on that day.
    """
    if sees_all(me):
        return list(talks)
    led = _led(session, me, talks) if sees_some(me) else set()
    return [each for each in talks if each.recorded_by == me.id or each.id in led]


def _led(session: Session, me: Me, talks: Sequence[Held]) -> set[int]:
    there = rosters(session, me.branch_id, {each.on for each in talks})
    mine = {day: {one.id for one in members if one.group_id in me.leads} for day, members in there.items()}
    return {each.id for each in talks if each.people and all(one.id in mine[each.on] for one in each.talkees)}


def waiting(session: Session, me: Me, today: date) -> tuple[TalkCampaign | None, frozenset[int]]:
    """Who is to be talked with yet, in the running campaign, else in this year (R15); nobody of whom one may not know.

    The campaign that ends first comes first.
    """
    if not sees_some(me):
        return None, frozenset()
    row = next(iter(running(session, me.branch_id, today)), None)
    if row is not None:
        return row, frozenset(progress(session, row).missing)
    found = year_of(session, me.branch_id, today.year, today)
    return None, found.found.lacking_for(me.id) - {me.id}
