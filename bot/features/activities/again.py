"""照上次: an activity like an earlier one, of which only the day is asked; who is not there any more is left out."""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import tzinfo
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.features.activities import buttons, details, monthly
from bot.features.activities.rules import default_title
from bot.kit.access import Right, may
from bot.kit.activity_words import type_words
from bot.kit.form_fields import Values
from bot.kit.handlers import Call
from bot.kit.names import name_key, names_listed
from bot.kit.replies import Choice
from storage.activities import components, delegates
from storage.choices import BY_NAME, OFF, ActivityType
from storage.models.activity import Activity, Component
from storage.models.entry import Entry
from storage.roster import roster

# The title as it was copied: while it stands, its month follows the new day.
COPIED = "copied_title"
LOOKED_THROUGH, MOST = 30, 6
PEOPLE = {"host": "主持人", "recorder": "记录人", "lecturer": "授课人"}
_MONTH = re.compile(r"^([0-9]{1,2}|十[一二]?|[一二三四五六七八九])月")
_IN_WORDS = ["一", "二", "三", "四", "五", "六", "七", "八", "九", "十", "十一", "十二"]


@dataclass
class Copy:
    """The answers of the form, and what of the earlier one is left out."""

    values: dict[str, Any]
    left: list[str] = field(default_factory=list)

    def drop(self, key: str, why: str) -> None:
        self.values.pop(key, None)
        self.left.append(why)

    @property
    def note(self) -> str:
        return f"与上次不同：{'；'.join(self.left)}。" if self.left else ""


# --- which one -------------------------------------------------------------------------------------------------------


def latest(session: Session, call: Call) -> list[Activity]:
    """One of each title, the last one first: those that this person has made, else those of the branch."""
    mine = (Activity.branch_id == call.me.branch_id, Activity.status.not_in(OFF))
    query = select(Activity).where(*mine).order_by(Activity.start_at.desc(), Activity.id.desc())
    made = session.scalars(query.where(Activity.created_by_id == call.me.id).limit(LOOKED_THROUGH)).all()
    listed = made or session.scalars(query.limit(LOOKED_THROUGH)).all()
    types = _types(session, [one.id for one in listed])
    found = [one for one in listed if _may(call, one, types[one.id])]
    return list({bare_title(one): one for one in reversed(found)}.values())[::-1][:MOST]


def _types(session: Session, ids: Sequence[int]) -> dict[int, list[ActivityType]]:
    found: dict[int, list[ActivityType]] = defaultdict(list)
    query = select(Component.activity_id, Component.type).where(Component.activity_id.in_(ids))
    for activity_id, kind in session.execute(query) if ids else ():
        found[activity_id].append(kind)
    return found


def may_make(session: Session, call: Call, activity: Activity) -> bool:
    """Whether this person may make such a one today."""
    return _may(call, activity, _types(session, [activity.id])[activity.id])


def _may(call: Call, activity: Activity, types: Sequence[ActivityType]) -> bool:
    here = activity.branch_id
    return may(call.me, Right.MAKE_ACTIVITY, branch_id=here, group_id=activity.group_id, types=types)


def bare_title(activity: Activity) -> str:
    """By what two of one kind are told apart."""
    return name_key(without_month(activity.title))


def without_month(said: str) -> str:
    """主题党日 of 7月主题党日; a title that is a month alone stays."""
    return _MONTH.sub("", said) or said


def title(values: Values, month: int) -> str:
    """As it is to be: one that was copied begins with the month of its new day."""
    said = str(values.get("title") or "")
    found = _MONTH.match(said)
    if found is None or said != values.get(COPIED):
        return said
    number = str(month) if found[1].isdecimal() else _IN_WORDS[month - 1]
    return f"{number}月{said[found.end() :]}"


def below(session: Session, call: Call, values: Values) -> Sequence[Choice]:
    """照上次 and 每月活动, below the contents, until one of them is chosen."""
    if values.get("types"):
        return ()
    like = [Choice("照上次", buttons.LikeEarlier(0))] if latest(session, call) else []
    every = [Choice("每月活动", buttons.Monthly())] if monthly.of_own(session, call.me) else []
    return [*like, *every]


# --- what it was -----------------------------------------------------------------------------------------------------


def copy(session: Session, call: Call, activity: Activity) -> Copy:
    """All of it but the day and what was studied, as far as it is there still."""
    return kept(session, call, answers(session, activity, call.tz))


def answers(session: Session, activity: Activity, tz: tzinfo) -> dict[str, Any]:
    """What the form would have been told."""
    parts = components(session, activity.id)
    start, lasts = activity.start_at.astimezone(tz), activity.end_at - activity.start_at
    usual = default_title([one.type for one in parts], start.date(), type_words(session, activity.branch_id))
    named = delegates(session, [activity.id])[activity.id] if activity.scope in BY_NAME else []
    found = {
        "types": [one.type.value for one in parts],
        "time": f"{start:%H:%M}",
        "place": activity.place,
        "length": str(int(lasts.total_seconds() // 60)),
        "hours": f"{activity.hours.normalize():f}",
        **({} if activity.title == usual else {"title": activity.title, COPIED: activity.title}),
        "group": _text(activity.group_id),
        "people": [str(one) for one in named],
        "host": _text(activity.host_id),
        "recorder": _text(activity.recorder_id),
        "note": activity.note,
        "organizer": activity.organizer.value,
        "organizer_name": activity.organizer_name,
        "organizer_level": activity.organizer_level.value if activity.organizer_level else "",
        "mode": activity.mode.value,
        "sites": names_listed(activity.sites),
        "partners": names_listed(activity.partners),
        "campaign": _text(activity.campaign_id),
        **_of_parts(parts),
    }
    return {key: value for key, value in found.items() if value not in ("", None, [])}


def _of_parts(parts: Sequence[Component]) -> dict[str, Any]:
    """What is kept with the contents: lecturer, topic, speakers, film."""
    found: dict[str, Any] = {}
    for part in parts:
        said = part.details or {}
        if part.lecturer_id is not None:
            found["lecturer"] = str(part.lecturer_id)
        elif said.get("lecturer"):
            found |= {"lecturer": f"{details.OUTSIDE}{said['lecturer']}", "lecturer_of": said.get("lecturer_of", "")}
        found |= {key: said[key] for key in ("topic", "speakers", "film", "lecture") if said.get(key)}
    return found


def _text(number: int | None) -> str:
    return "" if number is None else str(number)


# --- what is there still ---------------------------------------------------------------------------------------------


def kept(session: Session, call: Call, said: Mapping[str, Any]) -> Copy:
    """Without who has left, groups that nobody is of, a campaign that was withdrawn; said in a line."""
    made = Copy(dict(said))
    members = {str(one.id): one for one in roster(session, call.me.branch_id, call.today)}
    for key, word in PEOPLE.items():
        person = str(said.get(key, ""))
        if person.isdecimal() and person not in members:
            made.drop(key, f"{word}已不在名册")
    gone = [one for one in said.get("people", ()) if one not in members]
    if gone:
        made.drop("people", f"参加人员中有{len(gone)}人已不在名册")
        made.values |= {"people": left} if (left := [one for one in said["people"] if one in members]) else {}
    if "group" in said and all(str(one.group_id) != said["group"] for one in members.values()):
        made.drop("group", "党小组已没有成员，请重新选择")
    campaign = session.get(Entry, int(said["campaign"])) if "campaign" in said else None
    if "campaign" in said and (campaign is None or campaign.withdrawn_at is not None):
        made.drop("campaign", "主题教育已不在登记中")
    return made
