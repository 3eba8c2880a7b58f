"""Figures with the names and shapes of docs/archive.md, and behind each the ids of its source rows (D25, S71)."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bot.features.activities.counting.rules import COUNTED, Held, Lecturer, Sum, hours, of_type
from bot.features.roster.counting.rules import Heads
from storage.choices import ActivityType, Organizer, Scope


def ids(letter: str, rows: Iterable[int]) -> list[str]:
    """Row ids as the archive writes them, in the order of the rows: P1, P2, P10."""
    return [f"{letter}{row}" for row in sorted(set(rows))]


@dataclass(slots=True)
class Figures:
    """Figures by name, and behind the path of each (by_type.theme_party_day) the ids of its source rows (D25)."""

    values: dict[str, Any] = field(default_factory=dict)
    behind: dict[str, list[str]] = field(default_factory=dict)

    def put(self, name: str, value: Any, behind: Sequence[str] = ()) -> None:
        self.values[name] = value
        self.behind[name] = list(behind)

    def people(self, name: str, people: Collection[int]) -> None:
        """A head count."""
        self.put(name, len(people), ids("P", people))


def count_heads(into: Figures, heads: Heads) -> None:
    into.people("roster_open", heads.opening)
    into.people("roster_close", heads.closing)
    into.people("transfers_in", heads.transfers_in)
    into.people("transfers_out", heads.transfers_out)
    into.people("full_at_close", heads.full)
    into.people("probationary_at_close", heads.probationary)
    into.people("exempt_at_close", heads.exempt)


def count_activities(into: Figures, held: Sequence[Held], groups: Iterable[int]) -> None:
    """Everything that held activities say: by type, overall, by group, lectures, first agenda, visits, hours."""
    _by_type(into, held)
    _by_group(into, held, groups)
    overall = [one for one in held if one.own and one.scope is Scope.BRANCH]
    into.put("branch_scope_overall", Sum.of(overall).to_json(), _activities(overall))
    _lectures(into, held)
    _first_agenda(into, held)
    _visits(into, held)
    _hours(into, held)
    _one_by_one(into, held)


def _activities(held: Iterable[Held]) -> list[str]:
    return ids("A", (one.id for one in held))


def _by_type(into: Figures, held: Sequence[Held]) -> None:
    further = [kind for kind in ActivityType if kind not in COUNTED and of_type(held, kind)]
    into.values["by_type"] = {}
    for kind in (*COUNTED, *further):
        found = of_type(held, kind)
        into.values["by_type"][kind.value] = Sum.of(found).to_json()
        into.behind[f"by_type.{kind.value}"] = _activities(found)


def _by_group(into: Figures, held: Sequence[Held], groups: Iterable[int]) -> None:
    meetings = of_type(held, ActivityType.GROUP_MEETING)
    into.values["group_meetings_by_group"] = {}
    for group_id in sorted(groups):
        found = [one for one in meetings if one.group_id == group_id]
        into.values["group_meetings_by_group"][f"G{group_id}"] = len(found)
        into.behind[f"group_meetings_by_group.G{group_id}"] = _activities(found)


def _lectures(into: Figures, held: Sequence[Held]) -> None:
    """The secretary's own, and the superior's apart: organised by it, or given by an officer of it (S11)."""
    given = [one for one in held if ActivityType.PARTY_LECTURE in one.types]
    own = [one for one in given if one.own and one.lecturer is Lecturer.SECRETARY]
    above = [one for one in given if one.organizer is Organizer.SUPERIOR or one.lecturer is Lecturer.SUPERIOR]
    into.put("party_lectures_by_secretary", len(own), _activities(own))
    into.put("party_lectures_by_superior", len(above), _activities(above))


def _first_agenda(into: Figures, held: Sequence[Held]) -> None:
    """Distinct items at held own activities; a mention is one item at one activity (D9)."""
    found = [one for one in held if one.own and one.first_agenda]
    items = {item for one in found for item in one.first_agenda}
    into.put("first_agenda_items", len(items), ids("F", items))
    into.put("first_agenda_mentions", sum(len(one.first_agenda) for one in found), _activities(found))


def _visits(into: Figures, held: Sequence[Held]) -> None:
    visits = of_type(held, ActivityType.RED_SITE_VISIT)
    sites = {site for one in visits for site in one.sites}
    partners = sorted({partner for one in visits for partner in one.partners})
    value = {"activities": len(visits), "sites": len(sites), "partners": partners}
    into.put("red_site_visits", value, _activities(visits))
    sent = [one for one in held if one.scope is Scope.DELEGATED]
    people = {person for one in sent for person in one.delegates}
    into.put("delegations", {"activities": len(sent), "people": len(people)}, _activities(sent))
    into.behind["delegations.people"] = ids("P", people)


def _hours(into: Figures, held: Sequence[Held]) -> None:
    earned = hours(held)
    into.values["hours"] = {f"P{person}": total for person, total in earned.items()}
    for person in earned:
        found = [one for one in held if one.hours and person in {*one.roll.present, *one.roll.made_up}]
        into.behind[f"hours.P{person}"] = _activities(found)


_PARTS = ("expected", "present", "leave", "absent", "unrecorded", "made_up", "observers")


def _one_by_one(into: Figures, held: Sequence[Held]) -> None:
    into.values["attendance_by_activity"] = {}
    for one in sorted(held, key=lambda one: one.id):
        path = f"A{one.id}"
        into.values["attendance_by_activity"][path] = {
            "date": one.day.isoformat(),
            **{part: len(getattr(one.roll, part)) for part in _PARTS},
            "attendance_rate": one.roll.attendance_rate,
            "coverage_rate": one.roll.coverage_rate,
        }
        for part in _PARTS:
            into.behind[f"attendance_by_activity.{path}.{part}"] = ids("P", getattr(one.roll, part))


def later_figures() -> dict[str, Any]:
    """What nothing records yet: counts of nothing are 0, a rate without a base is null (docs/archive.md)."""
    published = {"pieces": 0, "placements": 0, "platforms": []}
    projects = ("listed", "completed", "in_progress", "not_started", "cancelled", "effective", "advanced")
    lists = ("lists", "reinspection_lists", "targets", "items")
    stages = ("accepted", "converted", "conversion_passed_by_branch", "activists_confirmed", "applications")
    return {
        "self_check": {"forms": 0, "problems": 0, "measures": 0},
        "exams": {},
        "talk_campaigns": {},
        "talk_records_written_quarter": 0,
        "projects": {**dict.fromkeys(projects, 0), "advance_rate": None, "completion_rate": None},
        "rectification": {
            **dict.fromkeys(lists, 0),
            "by_category": {"political_life": 0, "branch_building": 0},
            **dict.fromkeys(("closed", "closed_on_time", "open_overdue"), 0),
        },
        "development": dict.fromkeys(stages, 0),
        "votes": {},
        "guidance": {"times": 0, "orgs": 0, "sites": 0},
        "research": {"topics": 0, "reports": 0, "own_recommended": 0},
        "publications": {
            **{kind: {**published, "platforms": []} for kind in ("article", "exhibition_board", "short_video")},
            "documentary": 0,
            "case_material": 0,
        },
        "model_units_passed": 0,
        "cobuild_events": 0,
        "issues": 0,
        "next_quarter_plan": 0,
    }


# The order of tests/features/tally/archive_example.tally.json, so that two tallies compare line by line.
ORDER = (
    "roster_open", "roster_close", "transfers_in", "transfers_out", "full_at_close", "probationary_at_close",
    "exempt_at_close", "monthly_themes", "by_type", "group_meetings_by_group", "branch_scope_overall",
    "party_lectures_by_secretary", "party_lectures_by_superior", "first_agenda_items", "first_agenda_mentions",
    "red_site_visits", "delegations", "study", "reflections", "reflection_pieces_total", "self_check", "exams",
    "talk_campaigns", "talk_records_written_quarter", "projects", "rectification", "development", "votes",
    "guidance", "research", "publications", "model_units_passed", "cobuild_events", "reminders", "issues",
    "next_quarter_plan", "hours", "attendance_by_activity",
)  # fmt: skip


def in_order(values: Mapping[str, Any]) -> dict[str, Any]:
    """The figures in the order of the archive's example; further ones behind."""
    first = [name for name in ORDER if name in values]
    return {name: values[name] for name in (*first, *(name for name in values if name not in ORDER))}
