"""What is done with votes: recorded, changed, taken back; by who keeps the roll of the activity, until the cut-off."""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, tzinfo
from typing import Any
from zlib import crc32

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from bot.features.votes import rules
from bot.features.votes.rules import Wanted
from bot.kit import newcomers, votes
from bot.kit.access import Reach, Right, may, reach, require
from bot.kit.activities import ACTIVITY_CARD, before_cut_off, cut_off, find_activity
from bot.kit.names import name_key
from bot.kit.refusal import Refusal
from bot.kit.undo import Step, entered_row, take_back
from bot.kit.votes import Counted, Room
from bot.kit.voting import Ballots, Votes
from scheduler.calendar.days import DAY, local_day
from storage import audit
from storage.activities import components
from storage.audience import Me
from storage.choices import BY_NAME, OFF, ActivityType, MembershipStatus, Motion, Organizer
from storage.lookups import of_branch, person_of
from storage.models.activity import Activity
from storage.models.person import Person, RosterSpan
from storage.models.vote import Vote, VoteExcluded, WrittenOpinion
from storage.roster import roster
from storage.spans import on_day

NO_SUCH = "没有找到这项表决，可能已取消。"
NOT_HELD = "活动已取消或改期，不能登记表决。"
NOT_BEGUN = "会议尚未开始，现在只能登记书面意见。"
TWICE = "这次会议已有这项表决，请打开后修改。"
CHANGED_BY_OTHERS = "这项表决刚刚有变更，请重新打开后再办理。"
NOT_A_VOTER = "有同志当天没有表决权，请重新选择。"
ALREADY_HERE = "有同志已到会，应当在会上表决，不再登记书面意见。"
OTHERWISE = "，请点“取消表决”。"


def keeps(me: Me, activity: Activity) -> bool:
    """Whoever keeps the roll of an activity keeps its votes: the desk, of a group's meeting its leader too."""
    return may(me, Right.SIGN_IN_OTHERS, branch_id=activity.branch_id, group_id=activity.group_id)


def found_activity(session: Session, me: Me, activity_id: int) -> Activity:
    """The activity, for who keeps its votes."""
    activity = find_activity(session, me, activity_id)
    require(me, Right.SIGN_IN_OTHERS, branch_id=activity.branch_id, group_id=activity.group_id)
    return activity


def found(session: Session, me: Me, vote_id: int) -> Vote:
    """A vote that stands, for who keeps it."""
    vote = of_branch(session, Vote, vote_id, me.branch_id)
    if vote is None:
        raise Refusal(NO_SUCH)
    found_activity(session, me, vote.activity_id)
    if vote.withdrawn_at is not None:
        raise Refusal(NO_SUCH)
    return vote


def types_of(session: Session, activity: Activity) -> frozenset[ActivityType]:
    """The contents by which something may be put to the vote: none of what others hold, or of people picked by name,
    whose voters nobody is.
    """
    own = activity.organizer in (Organizer.OWN_BRANCH, Organizer.JOINT) and activity.scope not in BY_NAME
    return frozenset(one.type for one in components(session, activity.id)) if own else frozenset()


def may_change(session: Session, activity: Activity, now: datetime, tz: tzinfo) -> None:
    """Refuses what was called off, and what counts no more."""
    if activity.status in OFF:
        raise Refusal(NOT_HELD)
    before_cut_off(session, activity, now, tz)


def has_begun(activity: Activity, now: datetime) -> bool:
    return now >= activity.start_at


# --- whom it is about ------------------------------------------------------------------------------------------------


def subjects(session: Session, activity: Activity, motion: Motion, tz: tzinfo) -> list[tuple[int, str]]:
    """Whom such a motion may be about: to be accepted who is on no roster, to become full who is probationary; as of
    the day before, because what was decided may have been entered first.
    """
    before = local_day(activity.start_at, tz) - DAY
    if motion is Motion.CONVERT_FULL:
        there_then = roster(session, activity.branch_id, before)
        return [(one.id, one.name) for one in there_then if one.status is MembershipStatus.PROBATIONARY]
    listed = select(RosterSpan.person_id).where(RosterSpan.branch_id == activity.branch_id, on_day(RosterSpan, before))
    query = select(Person.id, Person.name).where(
        Person.branch_id == activity.branch_id, Person.erased_at.is_(None), Person.id.not_in(listed)
    )
    return [(row.id, row.name) for row in session.execute(query.order_by(Person.id.desc()))]


# --- what fits -------------------------------------------------------------------------------------------------------


def check(session: Session, activity: Activity, wanted: Wanted, now: datetime, tz: tzinfo, vote_id: int = 0) -> None:
    """Refuses what does not fit the meeting as its roll stands; `vote_id`: of the one that is changed."""
    rules.may_be_put(wanted.motion, types_of(session, activity))
    if wanted.counted and not has_begun(activity, now):
        raise Refusal(NOT_BEGUN)
    there = votes.room(session, activity, tz)
    if wanted.of_person and wanted.subject_id is not None:
        there = replace(there, moved=there.moved | {wanted.subject_id})
    before = {one.row.id: one for one in votes.of_activity(session, activity, tz)}
    _people_fit(wanted, there, before.get(vote_id))
    expected, present = there.voters(wanted.excluded), there.present(wanted.excluded)
    if wanted.counted:
        rules.quorate(wanted.motion, len(expected), len(present))
    rules.adds_up(wanted, len(present))
    rules.written_adds_up(wanted)


def _people_fit(wanted: Wanted, there: Room, before: Counted | None) -> None:
    """Whoever is named anew had a vote that day, and who writes is away; what stood may have been overtaken."""
    excluded, writers = (before.excluded, before.writers) if before is not None else ({}, {})
    full = {one.id for one in there.full}
    if not full.issuperset(wanted.excluded.keys() - excluded.keys()):
        raise Refusal(NOT_A_VOTER)
    added = wanted.writers.keys() - writers.keys()
    if not set(there.voters(wanted.excluded)).issuperset(added):
        raise Refusal(NOT_A_VOTER)
    if there.here.intersection(added):
        raise Refusal(ALREADY_HERE)


def _subject_fits(session: Session, activity: Activity, wanted: Wanted, tz: tzinfo) -> None:
    if not wanted.of_person or rules.is_new(wanted):
        return
    known = dict(subjects(session, activity, wanted.motion, tz))
    person = person_of(session, wanted.subject_id or 0, activity.branch_id)
    if person is None or person.id not in known:
        raise Refusal("不能对这位同志进行此项表决，请重新选择。")


def _is_there(session: Session, activity: Activity, wanted: Wanted, but: int) -> bool:
    """Whether the meeting has this very vote already: one a person (R3), one a text."""
    query = select(Vote).where(Vote.activity_id == activity.id, Vote.withdrawn_at.is_(None), Vote.id != but)
    same = [one for one in session.scalars(query) if one.motion is wanted.motion]
    if wanted.of_person:
        return any(one.subject_id == wanted.subject_id for one in same)
    return any(name_key(one.title) == name_key(wanted.title) for one in same)


# --- recording -------------------------------------------------------------------------------------------------------


def record(session: Session, me: Me, activity_id: int, wanted: Wanted, now: datetime, tz: tzinfo) -> Vote:
    """A new one, written opinions alone before the start; two officers cannot record the same one."""
    activity = found_activity(session, me, activity_id)
    session.refresh(activity, with_for_update=True)
    may_change(session, activity, now, tz)
    rules.may_be_put(wanted.motion, types_of(session, activity))
    rules.is_whole(wanted)
    if not rules.is_new(wanted) and _is_there(session, activity, wanted, 0):
        raise Refusal(TWICE)
    _subject_fits(session, activity, wanted, tz)
    check(session, activity, wanted, now, tz)
    if rules.is_new(wanted):
        candidate = newcomers.enter(session, me, wanted.subject_name, now)
        wanted = replace(wanted, subject_id=candidate.id, subject_name="")
    vote = Vote(
        branch_id=activity.branch_id, activity_id=activity.id, recorded_at=now, recorded_by_id=me.id, **_columns(wanted)
    )
    session.add(vote)
    session.flush()
    _lay(session, vote, wanted)
    audit.record(session, "make", "vote", vote.id, now=now, by=me, more=_told(wanted), activity_id=activity.id)
    return vote


def change(session: Session, me: Me, vote_id: int, wanted: Wanted, seen: int, now: datetime, tz: tzinfo) -> Vote:
    """All of it but the motion and whom it is about; `seen`: the mark of what was shown when it was opened."""
    vote = found(session, me, vote_id)
    activity = session.get_one(Activity, vote.activity_id)
    session.refresh(activity, with_for_update=True)
    session.refresh(vote)
    if vote.withdrawn_at is not None or mark_of(votes.of_vote(session, vote, tz)) != seen:
        raise Refusal(CHANGED_BY_OTHERS)
    may_change(session, activity, now, tz)
    if (wanted.motion, wanted.subject_id) != (vote.motion, vote.subject_id):
        raise Refusal(rules.NOT_HERE)
    rules.is_whole(wanted)
    if _is_there(session, activity, wanted, vote.id):
        raise Refusal(TWICE)
    check(session, activity, wanted, now, tz, vote.id)
    audit.change(session, "change", vote, _columns(wanted), now=now, by=me, **_told(wanted))
    _lay(session, vote, wanted)
    return vote


def _columns(wanted: Wanted) -> dict[str, Any]:
    room, by, ballots = wanted.room or Votes(), wanted.by_opinion, wanted.ballots or Ballots()
    return {
        "motion": wanted.motion,
        "subject_id": wanted.subject_id if wanted.of_person else None,
        "title": "" if wanted.of_person else wanted.title,
        "secret": wanted.secret,
        "for_": room.for_,
        "against": room.against,
        "abstain": room.abstain,
        "written_for": by.for_,
        "written_against": by.against,
        "written_abstain": by.abstain,
        "issued": ballots.issued,
        "returned": ballots.returned,
        "valid": ballots.valid,
    }


def _lay(session: Session, vote: Vote, wanted: Wanted) -> None:
    """Who is not reckoned and who has written, in the place of who was."""
    for table in (VoteExcluded, WrittenOpinion):
        session.execute(delete(table).where(table.vote_id == vote.id))
    session.add_all(
        VoteExcluded(vote_id=vote.id, person_id=one, reason=why.reason, note=why.note)
        for one, why in wanted.excluded.items()
    )
    session.add_all(
        WrittenOpinion(vote_id=vote.id, person_id=one, opinion=None if wanted.secret else opinion)
        for one, opinion in wanted.writers.items()
    )
    session.flush()


def _told(wanted: Wanted) -> dict[str, Any]:
    """For the log: how many, and nobody's opinion."""
    return {"excluded": len(wanted.excluded), "written": len(wanted.writers)}


def mark_of(one: Counted) -> int:
    """What tells whether a vote has changed since it was shown."""
    held = [
        [getattr(one.row, name) for name in ("title", "secret", "for_", "against", "abstain", "issued", "returned")],
        [getattr(one.row, name) for name in ("valid", "written_for", "written_against", "written_abstain")],
        [[person, why.reason, why.note] for person, why in one.excluded.items()],
        list(one.writers.items()),
    ]
    return crc32(json.dumps(held, ensure_ascii=False).encode("utf-8", "surrogatepass"))


# --- taking back -----------------------------------------------------------------------------------------------------


def undo(session: Session, me: Me, vote_id: int, now: datetime, tz: tzinfo) -> Vote:
    """撤销: one's own within ten minutes, before the cut-off."""
    row = entered_row(session, me, Vote, vote_id, "recorded_by_id")
    activity = found_activity(session, me, row.activity_id)
    closes = cut_off(session, activity, tz)
    take_back(session, me, row, row.recorded_at, now, row.branch_id, closes, otherwise=OTHERWISE)
    return row


def withdraw(session: Session, me: Me, vote_id: int, reason: str, now: datetime, tz: tzinfo) -> Vote:
    """取消表决, with a reason, of which the log keeps the length."""
    vote = found(session, me, vote_id)
    activity = session.get_one(Activity, vote.activity_id)
    session.refresh(activity, with_for_update=True)
    session.refresh(vote)
    if vote.withdrawn_at is not None:
        raise Refusal(NO_SUCH)
    before_cut_off(session, activity, now, tz)
    if not reason:
        raise Refusal("请填写取消的原因。")
    audit.change(session, "withdraw", vote, {"withdrawn_at": now}, now=now, by=me, reason=audit.of_text(reason))
    return vote


def steps(session: Session, me: Me, since: datetime) -> Sequence[Step]:
    """The votes that somebody has recorded since then, for who still may."""
    if reach(me, Right.SIGN_IN_OTHERS) is Reach.NONE:
        return []
    query = (
        select(Vote.id, Vote.recorded_at, Vote.activity_id, Activity.title)
        .join(Activity, Activity.id == Vote.activity_id)
        .where(Vote.branch_id == me.branch_id, Vote.recorded_by_id == me.id)
        .where(Vote.withdrawn_at.is_(None), Vote.recorded_at >= since)
    )
    return [
        Step(row.recorded_at, "表决", row.title, row.id, undo, (ACTIVITY_CARD, row.activity_id))
        for row in session.execute(query)
    ]
