"""What a report speaks of: the figures of a tally, and the names behind them, joined when it is made.

Of a frozen version the values and the ids are the frozen ones (D20b): names are looked up by these ids, so that who was
erased since has none.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.features.register.kinds.inspection import ITEMS
from bot.features.register.own import store
from bot.features.report.rules import Facts, by_clauses
from bot.features.settings.service import standing
from bot.features.tally.periods import words
from bot.features.tally.service import Tally
from bot.kit.figures import value_at
from bot.kit.names import names_listed
from bot.kit.words import in_marks, quarter_word
from storage.choices import ActivityType, HandInKind, TaskAudience
from storage.models.activity import Activity, Component
from storage.models.entry import Entry, EntryDay, EntryRow, EntryValue
from storage.models.exam import Exam
from storage.models.reflection import ReflectionTask
from storage.models.reminder import Reminder
from storage.models.talk import TalkCampaign

_NUMBER = re.compile(r"\d+")
CATEGORIES = next(one.options for one in ITEMS.fields if one.key == "category")
_INTEGRITY = (ActivityType.INTEGRITY_STUDY_DAY, ActivityType.OPEN_TALK)


def facts(session: Session, found: Tally) -> Facts:
    """All of it, in a number of statements that depends on no row."""
    branch_id = found.counting.branch_id
    values = _values(found)
    behind = found.behind
    activities = _Activities(session, _numbers(behind, lambda path: path.startswith(("by_type.", "delegations"))))
    tasks = _Tasks(session, found)
    values |= {
        "branch": found.branch,
        "superior": standing(session, branch_id)["superior"],
        "when": when(found),
        "report.pieces": tasks.pieces,
        "report.categories": sum(1 for one in _within(found.figures, "rectification.by_category").values() if one),
        "report.other_records": _other_records(found),
    }
    entries = _Entries(session, behind)
    names = {
        "#topics": activities.said(behind, ActivityType.GROUP_DISCUSSION, "topic"),
        "#films": [in_marks(one) for one in activities.said(behind, ActivityType.WARNING_EDUCATION, "film")],
        "#visited": activities.listed(behind, "sites"),
        "#visited_with": activities.listed(behind, "partners"),
        "#campaigns": [in_marks(one) for one in entries.titles("campaigns.open")],
        "#own_recommended": [_book(one) for one in entries.titles("research.own_recommended")],
        "#case_materials": [_book(one) for one in entries.titles("publications.case_material")],
        "#documentaries": [_book(one) for one in entries.titles("publications.documentary")],
        "#article_platforms": list(_within(found.figures, "publications.article").get("platforms", ())),
        "#board_platforms": list(_within(found.figures, "publications.exhibition_board").get("platforms", ())),
        "#cobuild_partners": entries.words("cobuild_events", "partner"),
        "#categories": [
            word for code, word in CATEGORIES.items() if _within(found.figures, "rectification.by_category").get(code)
        ],
        "#holidays": _holidays(session, behind),
    }
    many = {
        "exams": _exams(session, found),
        "talk_campaigns": _campaigns(session, found),
        "cadre_tasks": tasks.of_cadres,
        "further_tasks": tasks.further,
        "delegations": activities.delegations(found),
        "short_videos": entries.videos(),
        "own_kinds": _own_kinds(session, branch_id, values),
    }
    return Facts(values, names, many)


def when(found: Tally) -> str:
    """第三季度 of a quarter, else as the period is called."""
    period = found.period
    return quarter_word(period.start) if period.quarter is not None else words(period)


# --- figures ---------------------------------------------------------------------------------------------------------


def _values(found: Tally) -> dict[str, Any]:
    """Every figure by its path, as chat says it; below it whatever else it holds."""
    values = dict(_flat(found.figures))
    return values | {one.figure.path: one.figure.number(one.value) for one in found.counted}


def _flat(figures: Mapping[str, Any], path: str = "") -> Iterable[tuple[str, Any]]:
    for name, value in figures.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{path}{name}.")
        else:
            yield f"{path}{name}", value


def _within(figures: Mapping[str, Any], path: str) -> Mapping[str, Any]:
    """What stands below a path; {} where there is nothing."""
    found = value_at(figures, path)
    return found if isinstance(found, Mapping) else {}


def _other_records(found: Tally) -> int:
    """Written records of the period that are of no campaign in it (S58)."""
    whole: int = found.figures.get("talk_records_written_quarter") or 0
    within: int = sum(one["written_records"] for one in _within(found.figures, "talk_campaigns").values())
    return max(0, whole - within)


# --- activities ------------------------------------------------------------------------------------------------------


def _numbers(behind: Mapping[str, Sequence[str]], wanted: Any) -> list[int]:
    """The activities behind the paths that are wanted."""
    return sorted({int(one[1:]) for path, listed in behind.items() if wanted(path) for one in listed if one[:1] == "A"})


class _Activities:
    """The activities behind the figures, with what they are."""

    def __init__(self, session: Session, ids: Sequence[int]) -> None:
        rows = session.scalars(select(Activity).where(Activity.id.in_(ids)).order_by(Activity.start_at)) if ids else ()
        self._rows = {one.id: one for one in rows}
        there = session.scalars(select(Component).where(Component.activity_id.in_(ids))) if ids else ()
        self._parts = {(one.activity_id, one.type): one.details for one in there}

    def said(self, behind: Mapping[str, Sequence[str]], kind: ActivityType, detail: str) -> list[str]:
        """What they say of one of their contents, each once, in the order of their days."""
        counted = _numbers(behind, lambda path: path == f"by_type.{kind.value}")
        found = [self._parts.get((one, kind), {}).get(detail) for one in self._rows if one in counted]
        return list(dict.fromkeys(str(one).strip() for one in found if one))

    def listed(self, behind: Mapping[str, Sequence[str]], column: str) -> list[str]:
        """The sites or partners of visits, each once."""
        counted = _numbers(behind, lambda path: path == f"by_type.{ActivityType.RED_SITE_VISIT.value}")
        rows = [self._rows[one] for one in counted if one in self._rows]
        return list(dict.fromkeys(name for row in rows for name in names_listed(getattr(row, column))))

    def delegations(self, found: Tally) -> list[dict[str, Any]]:
        """Each activity of another unit: who was sent (how many came), where to (S59)."""
        rolls = _within(found.figures, "attendance_by_activity")
        listed = _numbers(found.behind, lambda path: path == "delegations")
        rows = [self._rows[one] for one in listed if one in self._rows]
        return [
            {
                "title": in_marks(one.title),
                "sites": "、".join(names_listed(one.sites)) or one.place,
                "people": rolls.get(f"A{one.id}", {}).get("present", 0),
            }
            for one in rows
        ]


# --- hand-ins, tests, talks, reminders -------------------------------------------------------------------------------


class _Tasks:
    """The pieces of reflection tasks: those of integrity study, of cadres (S54, S55), and the others."""

    def __init__(self, session: Session, found: Tally) -> None:
        said = _within(found.figures, "reflections")
        ids = [int(code[1:]) for code in said if _NUMBER.search(code)]
        query = select(ReflectionTask).where(ReflectionTask.id.in_(ids), ReflectionTask.kind == HandInKind.REFLECTION)
        rows = list(session.scalars(query.order_by(ReflectionTask.due_on, ReflectionTask.id))) if ids else []
        of = select(Component.activity_id).where(
            Component.activity_id.in_([one.activity_id for one in rows if one.activity_id is not None]),
            Component.type.in_(_INTEGRITY),
        )
        integrity = set(session.scalars(of)) if rows else set()
        self.pieces = 0
        self.of_cadres: list[dict[str, Any]] = []
        self.further: list[dict[str, Any]] = []
        for one in rows:
            pieces = said[f"R{one.id}"]["pieces"]
            if one.audience is TaskAudience.SECTION_RANK_AND_ABOVE:
                self.of_cadres.append(_cadres(pieces, found.behind.get(f"reflections.R{one.id}.pieces", ())))
            elif one.activity_id in integrity:
                self.pieces += pieces
            else:
                self.further.append({"title": in_marks(one.title), "pieces": pieces})
        # 另: beside pieces that the sentence before has told of (S54).
        for each in self.of_cadres if self.pieces else ():
            each["other"] = "另"


def _cadres(pieces: int, behind: Iterable[str]) -> dict[str, Any]:
    """各k篇 only where each of them has handed in as many."""
    each = Counter(one.split("/")[1] for one in behind)
    same = set(each.values())
    return {"people": len(each), "pieces": pieces, "each": same.pop() if len(same) == 1 else None}


def _exams(session: Session, found: Tally) -> list[dict[str, Any]]:
    said = _within(found.figures, "exams")
    rows = _rows(session, Exam, said)
    rows.sort(key=lambda one: (one.held_on, one.id))
    return [
        {
            "title": one.title,
            "closed_book": one.closed_book,
            "examinees": said[f"E{one.id}"]["examinees"],
            "average": said[f"E{one.id}"]["average"],
        }
        for one in rows
    ]


def _campaigns(session: Session, found: Tally) -> list[dict[str, Any]]:
    said = _within(found.figures, "talk_campaigns")
    rows = _rows(session, TalkCampaign, said)
    rows.sort(key=lambda one: (one.last_on, one.id))
    return [{**said[f"K{one.id}"], "about": _about(one.topic)} for one in rows]


def _about(topic: str) -> str:
    """内容聚焦…，, unless the topic says no more than that there were talks."""
    return "" if "谈心谈话" in topic else f"内容聚焦{topic}，"


def _rows(session: Session, model: Any, said: Mapping[str, Any]) -> list[Any]:
    ids = [int(code[1:]) for code in said]
    return list(session.scalars(select(model).where(model.id.in_(ids)))) if ids else []


def _holidays(session: Session, behind: Mapping[str, Sequence[str]]) -> list[str]:
    """中秋, 国庆 of 2023:中秋."""
    ids = {int(found[1]) for path in behind if (found := re.match(r"reminders\.M(\d+)\.", path))}
    query = select(Reminder.holidays).where(Reminder.id.in_(ids)).order_by(Reminder.block_start)
    listed = session.scalars(query) if ids else ()
    return list(dict.fromkeys(str(one).split(":")[-1] for holidays in listed for one in holidays))


# --- the register ----------------------------------------------------------------------------------------------------


class _Entries:
    """The entries behind the figures of the register."""

    def __init__(self, session: Session, behind: Mapping[str, Sequence[str]]) -> None:
        self._session, self._behind = session, behind

    def ids(self, path: str) -> list[int]:
        """In the order of the rows behind it."""
        codes = [one.split("/") for one in self._behind.get(path, ()) if "/" in one]
        return list(dict.fromkeys(int(one[1]) for one in codes))

    def titles(self, path: str) -> list[str]:
        ids = self.ids(path)
        query = select(Entry.id, Entry.title).where(Entry.id.in_(ids))
        found = {row.id: row.title for row in self._session.execute(query)} if ids else {}
        return [found[one] for one in ids if one in found]

    def words(self, path: str, field: str) -> list[str]:
        """What these entries name in a field, each once."""
        ids = self.ids(path)
        query = select(EntryValue.word, EntryValue.key).where(EntryValue.entry_id.in_(ids), EntryValue.field == field)
        rows = self._session.execute(query.order_by(EntryValue.id)) if ids else ()
        return list(dict.fromkeys(row.word or row.key for row in rows))

    def videos(self) -> list[dict[str, Any]]:
        """Short videos with their partners and where they were shown, by day (S61, S62)."""
        ids = self.ids("publications.short_video.pieces")
        titles = dict(zip(ids, self.titles("publications.short_video.pieces"), strict=True))
        query = (
            select(EntryRow.entry_id, EntryRow.fields)
            .join(EntryDay, EntryDay.row_id == EntryRow.id)
            .where(EntryRow.entry_id.in_(ids), EntryRow.field == "placements", EntryRow.withdrawn_at.is_(None))
            .order_by(EntryDay.on, EntryRow.id)
        )
        shown = self._session.execute(query).all() if ids else []
        partners = select(EntryValue).where(EntryValue.entry_id.in_(ids), EntryValue.field == "partners")
        with_ = list(self._session.scalars(partners.order_by(EntryValue.id))) if ids else []
        return [
            {
                "title": _book(title),
                "platforms": "、".join(
                    dict.fromkeys(str(row.fields["platform"]) for row in shown if row.entry_id == one)
                ),
                "partners": "、".join(value.word or value.key for value in with_ if value.entry_id == one),
            }
            for one, title in titles.items()
        ]


def _book(title: str) -> str:
    """《…》, as a title of a work stands."""
    return title if title.startswith("《") else f"《{title}》"


def _own_kinds(session: Session, branch_id: int, values: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The phrase of each kind that the unit has made for itself; clauses with nothing in them fall out (kinds 3)."""
    found = []
    for kind in store.of_branch(session, branch_id):
        path = f"own.{kind.name}."
        own = {name.removeprefix(path): one for name, one in values.items() if name.startswith(path)}
        phrase = kind.phrase or f"开展{kind.word}{{count}}{kind.unit}"
        said = by_clauses(phrase, Facts({**own, "word": kind.word, "unit": kind.unit})) if own.get("count") else ""
        found.append({"phrase": said})
    return found
