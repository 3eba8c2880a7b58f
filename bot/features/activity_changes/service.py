"""Changing a published activity by its fields: who may, until when, and what becomes of what was recorded for it."""

from dataclasses import dataclass, field
from datetime import date, datetime, time, tzinfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.features.activities import forms, planning
from bot.features.activities.details import OWN
from bot.features.activity_changes import rules, showing, writing
from bot.features.activity_changes.rules import State
from bot.features.activity_changes.standing import asking, standing
from bot.kit.access import Right, require
from bot.kit.activities import before_cut_off, find_activity
from bot.kit.activity_words import type_words
from bot.kit.glossary.choices import SCOPES
from bot.kit.refusal import Refusal
from bot.kit.voting import MAY_BE_PUT
from bot.kit.words import cut
from storage.activities import components
from storage.audience import Me
from storage.choices import BY_NAME, OFF, ActivityStatus, ActivityType, Organizer
from storage.models.activity import Activity
from storage.models.attendance import LeaveRequest
from storage.models.audit import Audit
from storage.models.minutes import Minutes
from storage.models.person import Person
from storage.models.vote import Vote

CALLED_OFF = "活动已取消，不能再修改。"
SAME = "内容没有变化。"
LATER = "回复截止只能推迟，且应在现在之后、活动开始之前。"
# What the officer is told of what somebody else has changed meanwhile.
LONGEST = 100


@dataclass(frozen=True, slots=True)
class Changed:
    """What was done. `fields`: what differs; was_at: when it began before; added, removed: people whom it names now and
    no longer; leave: the requests of these that nobody had decided on.
    """

    activity: Activity
    fields: list[str]
    was_at: datetime
    added: list[int] = field(default_factory=list)
    removed: list[int] = field(default_factory=list)
    leave: list[LeaveRequest] = field(default_factory=list)


def editable(session: Session, me: Me, activity_id: int, now: datetime, tz: tzinfo) -> Activity:
    """The activity, for whoever could have made it, while its quarter takes changes."""
    activity = find_activity(session, me, activity_id)
    types = [one.type for one in components(session, activity.id)]
    require(me, Right.MAKE_ACTIVITY, branch_id=activity.branch_id, group_id=activity.group_id, types=types)
    if activity.status in OFF:
        raise Refusal(CALLED_OFF)
    before_cut_off(session, activity, now, tz)
    return activity


def open_fields(session: Session, activity: Activity, now: datetime) -> list[str]:
    asks = asking(session, activity.id) is not None
    return rules.open_fields(activity.start_at, now, activity.scope, named=BY_NAME, asks=asks)


def is_told(session: Session, activity: Activity) -> bool:
    """Whether anybody was told of it, and it is still to come about."""
    return activity.status is ActivityStatus.PLANNED and asking(session, activity.id) is not None


def check(
    session: Session, me: Me, activity: Activity, was: State, state: State, now: datetime, tz: tzinfo
) -> list[str]:
    """The fields that are changed; refuses what cannot be changed so, or not any more."""
    changed = rules.differing(was, state)
    still_open = open_fields(session, activity, now)
    over = [key for key in changed if key not in still_open]
    if over:
        raise Refusal(f"活动已开始，{rules.WORDS[over[0]]}不能再修改。")
    if not state["types"]:
        raise Refusal("请至少选择一项活动内容。")
    if "people" in changed and not state["people"]:
        raise Refusal("请选择参加人员。")
    _same_scope(was, state)
    types = [ActivityType(one) for one in state["types"]]
    require(me, Right.MAKE_ACTIVITY, branch_id=activity.branch_id, group_id=activity.group_id, types=types)
    if {"types", "organizer"}.intersection(changed):
        _keeps_its_records(session, activity, types, Organizer(state["organizer"]))
    _in_time(changed, was, state, now, tz)
    _known(session, me, changed, was, state)
    return changed


def _known(session: Session, me: Me, changed: list[str], was: State, state: State) -> None:
    """Who and what is named anew is of the branch; what stood before stays, whatever became of it."""
    added = [one for one in state["people"] if one not in was["people"]]
    named = [state[key] for key in showing.PEOPLE if key in changed] + (added if "people" in changed else [])
    planning.known_here(session, me, [int(one) for one in named if one.isdecimal()])
    if "campaign" in changed and state["campaign"]:
        planning.campaign_here(session, me, int(state["campaign"]))


def _same_scope(was: State, state: State) -> None:
    """For whom it is does not change: that would be another activity. Who holds it makes people sent or picked."""
    before, after = forms.scope_of(was), forms.scope_of(state)
    if before is not after and not {before, after} <= BY_NAME:
        raise Refusal(f"修改后参加范围由“{SCOPES[before]}”变为“{SCOPES[after]}”，请另建活动。")


def _keeps_its_records(session: Session, activity: Activity, types: list[ActivityType], by: Organizer) -> None:
    """What has minutes has taken place, and what was voted on was put to a meeting that may: both by the branch."""
    own = by in OWN
    kinds = types if own else []
    written = select(Minutes.component).where(Minutes.activity_id == activity.id, Minutes.component.not_in(kinds))
    found = session.scalars(written).first()
    if found is not None:
        what = "去掉这项内容" if own else "改为由其他单位主办"
        raise Refusal(f"“{type_words(session, activity.branch_id)[found]}”已有会议记录，不能{what}。")
    voted = select(Vote.motion).where(Vote.activity_id == activity.id, Vote.withdrawn_at.is_(None))
    if any(not MAY_BE_PUT[motion].intersection(kinds) for motion in session.scalars(voted)):
        raise Refusal("已登记表决，不能这样修改；请先在活动卡片上取消表决。")


def _in_time(changed: list[str], was: State, state: State, now: datetime, tz: tzinfo) -> None:
    start = moment(state["day"], state["time"], tz)
    if "time" in changed and start <= now:
        raise Refusal(planning.TOO_EARLY)
    if "reply_day" in changed or "reply_time" in changed:
        old = moment(was["reply_day"], was["reply_time"], tz)
        new = moment(state["reply_day"], state["reply_time"], tz)
        if not (max(old, now) < new <= start):
            raise Refusal(LATER)


def moment(day: str, clock: str, tz: tzinfo) -> datetime:
    return datetime.combine(date.fromisoformat(day), time.fromisoformat(clock), tz)


def change(session: Session, me: Me, activity_id: int, was: State, state: State, now: datetime, tz: tzinfo) -> Changed:
    """Take what differs from what the form was opened with; of two officers at once the second sees what the first has
    changed, and nothing is overwritten.
    """
    activity = editable(session, me, activity_id, now, tz)
    session.refresh(activity, with_for_update=True)
    _unchanged(session, activity, was, tz)
    changed = check(session, me, activity, was, state, now, tz)
    if not changed:
        raise Refusal(SAME)
    done = Changed(activity, changed, activity.start_at)
    writing.write(session, me, activity, was, state, now, tz)
    if "people" in changed:
        before, after = ({int(one) for one in each["people"]} for each in (was, state))
        done.added.extend(sorted(after - before))
        done.removed.extend(sorted(before - after))
        done.leave.extend(writing.rename(session, me, activity, done.added, done.removed, now))
    session.flush()
    return done


def _unchanged(session: Session, activity: Activity, was: State, tz: tzinfo) -> None:
    now = standing(session, activity, tz)
    if now == dict(was):
        return
    moved = now["day"] != was["day"]
    lines = ["日期已改"] if moved else showing.lines(session, activity.branch_id, was, now, tz)
    who = _changed_by(session, activity)
    raise Refusal(f"活动已由{who}修改（{cut('；'.join(lines), LONGEST)}），请重新点“修改活动”。")


def _changed_by(session: Session, activity: Activity) -> str:
    query = (
        select(Person.name)
        .join(Audit, Audit.actor_id == Person.id)
        .where(Audit.subject == "activity", Audit.subject_id == activity.id)
        .where(Audit.action.in_(["change", "postpone"]))
    )
    name = session.scalars(query.order_by(Audit.id.desc()).limit(1)).first()
    return f"{name}同志" if name is not None else "其他同志"
