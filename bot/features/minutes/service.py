"""Minutes as they are kept: who may write them, what is asked of an activity, saving and finishing them."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, tzinfo
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from bot.features.minutes import known, rules
from bot.features.minutes.rules import Speech, Task, Written
from bot.kit import activity_files, templates
from bot.kit.access import NO_RIGHT, Reach, Right, may, reach
from bot.kit.activities import before_cut_off, find_activity
from bot.kit.glossary.choices import ACTIVITY_TYPES
from bot.kit.refusal import Refusal
from scheduler.calendar.days import local_day
from storage import audit
from storage.activities import components
from storage.audience import Me
from storage.base import table
from storage.choices import (
    ActivityFileRole,
    ActivityType,
    MinutesForm,
    MinutesState,
)
from storage.lookups import person_of
from storage.models.activity import Activity
from storage.models.minutes import Minutes, MinutesSpeech, MinutesTask

GONE = "没有找到这份会议记录。"
NOT_ASKED = "这项活动无需填写本支部的会议记录。"
NOT_OVER = "活动尚未开始，开始后才能填写会议记录。"
NOBODY = "没有找到所选的同志，或其数据已注销，请重新选择。"
# So long are the parts of minutes; a name is one elsewhere too.
MOST_LINES, LONGEST, LONGEST_NAME = 60, 2000, 50


# --- who may -------------------------------------------------------------------------------------------------------


def may_write(me: Me, activity: Activity) -> bool:
    """The desk; whoever made the activity or keeps its minutes, while of the branch; the leader of the group whose
    meeting it is.
    """
    if activity.branch_id != me.branch_id:
        return False
    mine = me.id in (activity.recorder_id, activity.created_by_id)
    return mine or may(me, Right.WRITE_MINUTES, branch_id=activity.branch_id, group_id=activity.group_id)


def find(session: Session, me: Me, activity_id: int, component: ActivityType | None = None) -> Activity:
    """The activity, for who may write its minutes, where they are asked of it; `component`: one of its own."""
    activity = find_activity(session, me, activity_id)
    if not may_write(me, activity):
        raise Refusal(NO_RIGHT)
    if not rules.is_asked_of(activity.status, activity.organizer, activity.scope):
        raise Refusal(NOT_ASKED)
    if component is not None and component not in {one.type for one in components(session, activity.id)}:
        raise Refusal(GONE)
    return activity


# --- what is there -------------------------------------------------------------------------------------------------


def row_of(session: Session, activity_id: int, component: ActivityType) -> Minutes | None:
    return session.scalars(
        select(Minutes).where(Minutes.activity_id == activity_id, Minutes.component == component)
    ).first()


def written(session: Session, row: Minutes | None) -> Written:
    """What stands in a row and its parts."""
    if row is None:
        return Written()
    speeches = session.scalars(
        select(MinutesSpeech).where(MinutesSpeech.minutes_id == row.id).order_by(MinutesSpeech.position)
    )
    tasks = session.scalars(select(MinutesTask).where(MinutesTask.minutes_id == row.id).order_by(MinutesTask.position))
    return Written(
        form=row.form,
        agenda=tuple(row.agenda),
        speeches=tuple(Speech(one.text, one.person_id, one.name) for one in speeches),
        resolutions=tuple(row.resolutions),
        tasks=tuple(Task(one.text, one.owner, one.due_on) for one in tasks),
    )


def unmentioned(session: Session, activity: Activity, said: Written, facts: rules.Facts, tz: tzinfo) -> list[str]:
    """What of the template of its day the minutes do not say."""
    found = templates.on(session, activity.branch_id, local_day(activity.start_at, tz))
    template = found.get(facts.component, templates.NOTHING)
    return rules.unmentioned(template, said, facts, [one.type for one in components(session, activity.id)])


def facts_of(session: Session, activity: Activity, component: ActivityType, tz: tzinfo, more: int = 0) -> rules.Facts:
    """`more`: files that are to come."""
    held = activity_files.of(session, activity.id, ActivityFileRole.MINUTES, component)
    return known.of(session, activity, component, tz).facts(len(held) + more)


# --- saving --------------------------------------------------------------------------------------------------------


def writable(
    session: Session, me: Me, activity_id: int, component: ActivityType, now: datetime, tz: tzinfo
) -> Activity:
    """The same as `find`, for writing: it has begun, and its quarter still takes something."""
    activity = find(session, me, activity_id, component)
    if now < activity.start_at:
        raise Refusal(NOT_OVER)
    before_cut_off(session, activity, now, tz)
    return activity


def save(
    session: Session,
    me: Me,
    activity: Activity,
    component: ActivityType,
    changes: Mapping[str, Any],
    finish: bool,
    now: datetime,
    tz: tzinfo,
) -> Minutes:
    """Write down the parts in `changes`, beside those of what stands; `finish`: they are complete. Refuses to finish
    what lacks anything of R45. What was finished stays so. One row a component: of two at once the second collides on
    the unique key, runs again and finds the first's.
    """
    activity = writable(session, me, activity.id, component, now, tz)
    row = row_of(session, activity.id, component)
    if row is None:
        row = _begun(activity, component, me, now)
        session.add(row)
        session.flush()
    session.refresh(row, with_for_update=True)
    before = written(session, row)
    after = _changed(before, changes)
    _fits(session, me, before, after)
    _write(session, row, before, after)
    row.recorded_at, row.recorded_by_id = now, me.id
    if finish or row.state is MinutesState.FINAL:
        _finish(session, activity, row, after, now, tz)
    session.flush()
    parts = {part: len(getattr(after, part)) for part in rules.PARTS if getattr(after, part) != getattr(before, part)}
    audit.record(session, "save", "minutes", row.id, now=now, by=me, state=row.state, form=row.form, parts=parts)
    return row


def _begun(activity: Activity, component: ActivityType, me: Me, now: datetime) -> Minutes:
    return Minutes(
        activity_id=activity.id,
        component=component,
        form=MinutesForm.TYPED,
        state=MinutesState.DRAFT,
        recorded_at=now,
        recorded_by_id=me.id,
    )


def _changed(before: Written, changes: Mapping[str, Any]) -> Written:
    after = before
    for part, value in changes.items():
        after = after.with_(part, value if isinstance(value, MinutesForm) else tuple(value))
    return after


def _fits(session: Session, me: Me, before: Written, said: Written) -> None:
    """Nothing is longer than it may be, and whoever is newly named by number is of the branch."""
    for part, word in rules.PARTS.items():
        lines = getattr(said, part)
        texts = [one if isinstance(one, str) else one.text for one in lines]
        if len(lines) > MOST_LINES or any(len(text) > LONGEST for text in texts):
            raise Refusal(f"{word}最多{MOST_LINES}条，每条不超过{LONGEST}字。")
    people = {one.person_id for one in said.speeches} - {one.person_id for one in before.speeches}
    if any(person_of(session, one, me.branch_id) is None for one in people if one is not None):
        raise Refusal(NOBODY)


def _write(session: Session, row: Minutes, before: Written, after: Written) -> None:
    row.form, row.agenda, row.resolutions = after.form, list(after.agenda), list(after.resolutions)
    if after.speeches != before.speeches:
        session.execute(delete(table(MinutesSpeech)).where(MinutesSpeech.minutes_id == row.id))
        session.add_all(_speeches(row.id, after.speeches))
    if after.tasks != before.tasks:
        session.execute(delete(table(MinutesTask)).where(MinutesTask.minutes_id == row.id))
        session.add_all(_tasks(row.id, after.tasks))


def _speeches(minutes_id: int, said: Iterable[Speech]) -> list[MinutesSpeech]:
    return [
        MinutesSpeech(minutes_id=minutes_id, position=at, person_id=one.person_id, name=one.name, text=one.text)
        for at, one in enumerate(said, 1)
    ]


def _tasks(minutes_id: int, said: Iterable[Task]) -> list[MinutesTask]:
    return [
        MinutesTask(minutes_id=minutes_id, position=at, text=one.text, owner=one.owner, due_on=one.due_on)
        for at, one in enumerate(said, 1)
    ]


def _finish(session: Session, activity: Activity, row: Minutes, said: Written, now: datetime, tz: tzinfo) -> None:
    lacks = rules.lacking(said, facts_of(session, activity, row.component, tz))
    if lacks:
        raise Refusal(lacks_words(lacks))
    if row.state is not MinutesState.FINAL:
        row.state, row.finished_at = MinutesState.FINAL, now


def lacks_words(lacks: Sequence[str]) -> str:
    return f"还缺{'、'.join(lacks)}，补充后再点“完成”。"


def set_people(
    session: Session, me: Me, activity: Activity, people: Mapping[str, int], place: str, now: datetime
) -> tuple[list[str], list[str]]:
    """主持人, 记录人 and 地点 of the activity: what its minutes need, where nobody has entered it yet. Which were
    written, and which were not because somebody has meanwhile entered something else.
    """
    wanted: dict[str, Any] = {**people, **({"place": place} if place else {})}
    if not wanted:
        return [], []
    if any(person_of(session, person, me.branch_id) is None for person in people.values()):
        raise Refusal(NOBODY)
    session.refresh(activity, with_for_update=True)
    changes = {key: value for key, value in wanted.items() if not getattr(activity, key)}
    left = [key for key, value in wanted.items() if key not in changes and getattr(activity, key) != value]
    if changes:
        audit.change(session, "change", activity, changes, now=now, by=me)
    return list(changes), left


def title_of(component: ActivityType) -> str:
    """党员大会记录: what the minutes of a component are called."""
    return f"{ACTIVITY_TYPES[component]}记录"


def writes_any(me: Me) -> bool:
    return reach(me, Right.WRITE_MINUTES) is not Reach.NONE
