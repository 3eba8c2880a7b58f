"""What is counted of activities: by type, overall, by group, lectures, first agenda, visits, hours, each roll."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from functools import lru_cache, partial
from typing import Any

from sqlalchemy.orm import Session

from bot.features.activities.counting.held import HELD, of_groups
from bot.features.activities.counting.listed import (
    OF_CAMPAIGNS,
    SITES,
    behind_campaigns,
    by_campaign,
    by_type,
    show_sites,
    types_said,
)
from bot.features.activities.counting.rules import COUNTED, Held, Lecturer, Sum, hours, of_type
from bot.features.activities.counting.showing import first_agenda, hours_of, occasions, roll_of
from bot.kit.activity_words import type_words
from bot.kit.entry_hours import ENTRY_HOURS, EntryHours
from bot.kit.figures import Behaviour, Counting, Figure, Section, Source, codes, those
from bot.kit.glossary.choices import ACTIVITY_TYPES
from bot.kit.glossary.figures import OF_A_ROLL
from bot.kit.group_scope import GROUPS, LATEST
from bot.kit.names import name_key
from bot.kit.rates import percent, plain
from storage.choices import ActivityType, Organizer, Scope
from storage.roster import rosters

PARTS = ("expected", "present", "leave", "absent", "unrecorded", "made_up", "observers")
Behind = Mapping[str, Sequence[str]]


def _activities(rows: Sequence[Held]) -> Behind:
    return {"": codes("A", [one.id for one in rows])}


def _sums(rows: Sequence[Held]) -> dict[str, Any]:
    return Sum.of(rows).to_json()


# One of held activities, which stand behind it: path, word, formula and rows are all that a further one has to say.
of_occasions = partial(
    Figure[Sequence[Held], Held],
    unit="次",
    section=Section.ACTIVITIES,
    behaviour=Behaviour.ADDITIVE,
    of=HELD,
    behind=_activities,
    show=occasions,
)


def _by_type(kind: ActivityType, word: str) -> Figure[Sequence[Held], Held]:
    """D3; the ten that a report counts are always there, the others once there is one. word: the branch's."""
    # S16.
    note = "，党小组的只列出、不计数" if kind is ActivityType.GROUP_DISCUSSION else ""
    return of_occasions(
        f"by_type.{kind.value}",
        word,
        formula=f"本支部举办并已举行的活动，内容含{word}{note}",
        rows=lambda held: of_type(held, kind),
        value=_sums,
        number=lambda sums: sums["count"],
        further=kind not in COUNTED,
        undivided=kind is not ActivityType.GROUP_MEETING,
    )


def _by_superior(held: Held) -> bool:
    """Organised by it, or given by an officer of it (S11)."""
    above = held.organizer is Organizer.SUPERIOR or held.lecturer is Lecturer.SUPERIOR
    return ActivityType.PARTY_LECTURE in held.types and above


def _by_secretary(held: Held) -> bool:
    return ActivityType.PARTY_LECTURE in held.types and held.own and held.lecturer is Lecturer.SECRETARY


def _with_first_agenda(held: Held) -> bool:
    return held.own and bool(held.first_agenda)


def _items(rows: Sequence[Held]) -> set[int]:
    return {item for one in rows for item in one.first_agenda}


def _delegates(rows: Sequence[Held]) -> set[int]:
    return {person for one in rows for person in one.delegates}


def _visits(rows: Sequence[Held]) -> dict[str, Any]:
    sites = {name_key(site) for one in rows for site in one.sites}
    partners = sorted({partner for one in rows for partner in one.partners})
    return {"activities": len(rows), "sites": len(sites), "partners": partners}


# --- by group, by person, one by one --------------------------------------------------------------------------------


def _meetings(counting: Counting) -> Sequence[tuple[int, Sequence[Held]]]:
    held, groups = counting.of(HELD), counting.of(GROUPS)
    found = of_type(held, ActivityType.GROUP_MEETING)
    return [(group, [one for one in found if one.group_id == group]) for group in sorted(groups)]


MEETINGS = Source("meetings by group", _meetings)


def _learned(counting: Counting) -> list[Held | EntryHours]:
    """What gave hours: the activities, and what entries say of others; of a leader's people alone as they were then."""
    held, said = [one for one in counting.of(HELD) if one.hours], counting.of(ENTRY_HOURS)
    groups, latest = counting.of(GROUPS), counting.of(LATEST)
    if latest is None or not said:
        return [*held, *said]
    listed = rosters(counting.session, counting.branch_id, [one.day for one in said])
    theirs = [replace(one, learners=one.learners & of_groups(listed[one.day], groups, latest)) for one in said]
    return [*held, *(one for one in theirs if one.learners)]


LEARNED: Source[Sequence[Held | EntryHours]] = Source("hours learned", _learned)


def _hours(rows: Sequence[Held | EntryHours]) -> dict[str, Decimal]:
    return {f"P{person}": total for person, total in hours(rows).items()}


def _hours_behind(rows: Sequence[Held | EntryHours]) -> Behind:
    held, said = [one for one in rows if isinstance(one, Held)], [one for one in rows if isinstance(one, EntryHours)]

    def behind(person: int) -> Sequence[str]:
        activities = codes("A", [one.id for one in held if person in one.learners])
        return [*activities, *(one.code for one in said if person in one.learners)]

    return {f".P{person}": behind(person) for person in hours(rows)}


def _rolls(rows: Sequence[Held]) -> dict[str, Any]:
    return {
        f"A{one.id}": {
            "date": one.day.isoformat(),
            **{part: len(getattr(one.roll, part)) for part in PARTS},
            "attendance_rate": one.roll.attendance_rate,
            "coverage_rate": one.roll.coverage_rate,
        }
        for one in sorted(rows, key=lambda one: one.id)
    }


def _rolls_behind(rows: Sequence[Held]) -> Behind:
    return {f".A{one.id}.{part}": codes("P", getattr(one.roll, part)) for one in rows for part in PARTS}


def _each(rows: Sequence[Held]) -> dict[int, str]:
    """应参加3次，参加2次，请假1次: of everybody who was expected."""
    rolls = [one.roll for one in rows]
    people = {person for roll in rolls for person in roll.expected}
    return {person: roll_of(rolls, person) for person in sorted(people)}


# --- all of them ----------------------------------------------------------------------------------------------------


_OTHERS: tuple[Figure[Any, Any], ...] = (
    Figure(
        "group_meetings_by_group",
        ACTIVITY_TYPES[ActivityType.GROUP_MEETING],
        "次",
        Section.ACTIVITIES,
        Behaviour.ADDITIVE,
        "各党小组已举行的党小组会",
        of=MEETINGS,
        value=lambda rows: {f"G{group}": len(found) for group, found in rows},
        number=lambda by_group: sum(by_group.values()),
        behind=lambda rows: {f".G{group}": codes("A", [one.id for one in found]) for group, found in rows},
        shown=None,
    ),
    of_occasions(
        "party_lectures_by_secretary",
        "书记党课",
        undivided=True,
        formula="本支部举办并已举行、由时任书记讲授的党课",
        rows=those(_by_secretary),
        old="lecture",
    ),
    of_occasions(
        "first_agenda_items",
        "第一议题",
        undivided=True,
        unit="项",
        behaviour=Behaviour.DISTINCT,
        formula="本支部举办并已举行的活动中学习的议题，同一议题只计1项",
        rows=those(_with_first_agenda),
        value=lambda rows: len(_items(rows)),
        behind=lambda rows: {"": codes("F", _items(rows))},
        show=first_agenda,
        old="agenda",
    ),
    of_occasions(
        "first_agenda_mentions",
        "第一议题",
        undivided=True,
        formula="每次活动学习的每项议题计1次",
        rows=those(_with_first_agenda),
        value=lambda rows: sum(len(one.first_agenda) for one in rows),
        beside="first_agenda_items",
        said="共学习{}次".format,
    ),
    of_occasions(
        "party_lectures_by_superior",
        "上级党课",
        undivided=True,
        formula="上级举办或由上级党组织讲授的党课",
        rows=those(_by_superior),
        quiet=True,
        old="superior",
    ),
    of_occasions(
        "red_site_visits",
        ACTIVITY_TYPES[ActivityType.RED_SITE_VISIT],
        behaviour=Behaviour.DISTINCT,
        formula="参观的次数、不重复的基地和共同参观的单位",
        rows=lambda held: of_type(held, ActivityType.RED_SITE_VISIT),
        value=_visits,
        number=lambda visits: visits["activities"],
        shown=None,
    ),
    Figure(
        "red_site_visits.by_type",
        "基地类型",
        undivided=True,
        unit="个",
        section=Section.ACTIVITIES,
        behaviour=Behaviour.DISTINCT,
        formula="参观过的不重复的基地，按红色基地名录中的类型",
        of=SITES,
        value=by_type,
        number=lambda types: sum(types.values()),
        behind=lambda rows: {
            f".{code}": codes("A", [activity for one in rows if one.type == code for activity in one.activities])
            for code in by_type(rows)
        },
        show=show_sites,
        said=types_said,
        beside=f"by_type.{ActivityType.RED_SITE_VISIT.value}",
        further=True,
        quiet=True,
    ),
    of_occasions(
        "campaigns.activities",
        "主题教育活动",
        undivided=True,
        section=Section.TRAINING,
        of=OF_CAMPAIGNS,
        formula="本支部举办并已举行、属于该期主题教育的活动",
        value=by_campaign,
        number=lambda campaigns: sum(campaigns.values()),
        behind=lambda rows: {code: codes("A", listed) for code, listed in behind_campaigns(rows).items()},
        further=True,
        quiet=True,
    ),
    of_occasions(
        "delegations",
        "选派",
        unit="人",
        behaviour=Behaviour.DISTINCT,
        formula="选派参加其他单位活动的党员，同一人只计1人",
        rows=those(lambda held: held.scope is Scope.DELEGATED),
        value=lambda rows: {"activities": len(rows), "people": len(_delegates(rows))},
        number=lambda sent: sent["people"],
        behind=lambda rows: {**_activities(rows), ".people": codes("P", _delegates(rows))},
        quiet=True,
        old="sent",
    ),
    of_occasions(
        "branch_scope_overall",
        "支部活动",
        behaviour=Behaviour.RATE,
        formula="出席率为实到除以应到，参学率再加上已补学，均按人次，只计面向全支部的活动",
        rows=those(lambda held: held.own and held.scope is Scope.BRANCH),
        value=_sums,
        number=lambda sums: sums["attendance_rate"],
        label=OF_A_ROLL["attendance_rate"],
        said=lambda sums: percent(sums["attendance_rate"]),
        telling=True,
        more=lambda sums: f"，{OF_A_ROLL['coverage_rate']}{percent(sums['coverage_rate'])}",
        quiet=True,
        share=("branch_scope_overall.present", "branch_scope_overall.expected"),
        old="all",
    ),
    Figure(
        "hours",
        "学时",
        unit="人",
        section=Section.PEOPLE,
        behaviour=Behaviour.ADDITIVE,
        formula="到会或已补学即计该次活动的学时，不论由谁举办；没有关联活动的上级活动和培训班按登记的学时计",
        of=LEARNED,
        value=_hours,
        number=len,
        behind=_hours_behind,
        each=lambda rows: {person: f"{plain(total)}学时" for person, total in hours(rows).items()},
        show=hours_of,
        label="有学时",
        shown=0,
        last=True,
        old="hours",
    ),
    of_occasions(
        "attendance_by_activity",
        "考勤",
        formula="每次活动的应到、实到、请假、缺席和补学",
        value=_rolls,
        number=len,
        behind=_rolls_behind,
        each=_each,
        shown=None,
    ),
)


@lru_cache(maxsize=64)
def called(words: tuple[tuple[ActivityType, str], ...]) -> Sequence[Figure[Any, Any]]:
    """With these words for the types."""
    named = dict(words)
    order = (*COUNTED, *(kind for kind in ActivityType if kind not in COUNTED))
    return (*(_by_type(kind, named[kind]) for kind in order), *_OTHERS)


def figures(session: Session, branch_id: int) -> Sequence[Figure[Any, Any]]:
    """With the types in the branch's own words."""
    return called(tuple(type_words(session, branch_id).items()))
