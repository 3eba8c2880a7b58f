"""Closed quarters and their corrections, in and out of an archive."""

import copy
import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.features.archive import figure_ids
from bot.features.archive.document import BadArchive, dump
from bot.features.archive.importing import Target
from bot.features.closes import corrections, late
from bot.features.registry import FIGURES
from bot.features.tally.service import plain, tally
from bot.kit import versions
from scheduler.calendar.days import Quarter
from scheduler.calendar.periods import Period
from storage.audience import Me
from storage.choices import AttendanceStatus, CorrectionKind, Duty, LeaveType
from storage.engine import Storage
from storage.models.activity import Activity
from storage.models.close import Correction, FigureVersion, QuarterClose
from storage.models.person import Person
from tests.features.archive.branches import out, put
from tests.features.closes.desk import CHANGES, differing, flat
from tests.world import SHANGHAI

HERE = Path(__file__).parent
EXAMPLE: dict[str, Any] = json.loads((HERE / "example.json").read_text())
RIGHT = json.loads((HERE.parent / "tally" / "archive_example.tally.json").read_text())["figures"]
Q3 = Quarter(2022, 3)
LATER = datetime(2022, 11, 1, 9, tzinfo=SHANGHAI)


def told(session: Session, branch_id: int, version: str) -> dict[str, Any]:
    """The figures of a version, by the ids of the archive."""
    found = versions.find(session, branch_id, Q3, version)
    assert found is not None
    return figure_ids.of_branch(session, branch_id).told(plain(found.figures))


def test_the_example_replays_its_close_and_its_corrections(storage: Storage) -> None:
    """v1 is its tally and v2 what its corrections make of it, also in a branch whose rows have other numbers."""
    with storage.transaction() as session:
        for target in (Target(None), Target(None, "第二支部")):
            done = put(session, EXAMPLE, target)
            first, second = told(session, done.branch_id, "v1"), told(session, done.branch_id, "v2")
            names = flat(RIGHT)
            assert {name: both for name, both in differing(RIGHT, first).items() if name in names} == {}
            assert differing(first, second) == CHANGES
            assert versions.newest(session, done.branch_id, [Q3]) == {Q3: "v2"}
        assert not put(session, EXAMPLE, Target(done.branch_id, "第二支部", replace=True)).changed
        written = out(session, done.branch_id)
        assert [one["activities"] for one in (written, EXAMPLE)] == [EXAMPLE["activities"]] * 2
        of_versions = written["closes"][0].pop("versions")
        assert written["closes"] == EXAMPLE["closes"]
        assert [{**one, "version": "v2"} for one in EXAMPLE["corrections"]] == [
            {name: value for name, value in one.items() if name != "of_version"} for one in written["corrections"]
        ]
        assert of_versions["v1"]["figures"] == first


def test_what_was_closed_and_corrected_in_chat_goes_whole(storage: Storage) -> None:
    """Every kind that chat knows of rolls and scores; the frozen versions come with the same bytes, and again."""
    draft = {name: rows for name, rows in EXAMPLE.items() if name != "corrections"}
    with storage.transaction() as session:
        done = put(session, draft)
        branch = done.branch_id
        ids = {one.archive_id: one.id for one in session.scalars(select(Person).where(Person.branch_id == branch))}
        activity = session.scalars(
            select(Activity.id).where(Activity.branch_id == branch, Activity.title == "第一党小组会")
        ).one()
        me = Me(ids["P1"] or 0, "甲一", branch, None, frozenset({Duty.SECRETARY}), frozenset())
        at = LATER
        for new in (AttendanceStatus.PRESENT, LeaveType.SICK, AttendanceStatus.ABSENT, AttendanceStatus.LATE):
            at += timedelta(minutes=1)
            corrections.corrected_roll(session, me, activity, ids["P3"], new, "补交", FIGURES, at, SHANGHAI)
        [piece] = [
            one for one in late.listed(session, branch, Q3, SHANGHAI) if one.kind is CorrectionKind.REFLECTION_ADMIT
        ]
        corrections.admit(session, me, Q3, [piece.key], "补交", FIGURES, at, SHANGHAI)
        written = out(session, branch)
        frozen = _frozen(session, branch)
        assert [one[0] for one in frozen] == [1, 2, 3, 4, 5, 6]
        # The rows stand as they were before: the corrections tell the rest.
        assert written["activities"] == EXAMPLE["activities"]
        assert [one["new"] for one in written["corrections"][:4]] == ["present", "leave", "absent", "late"]
        other = put(session, written, Target(None, "第二支部"))
        again = out(session, other.branch_id)
        for name in written:
            if name != "branch":
                assert dump({name: again[name]}) == dump({name: written[name]}), name
        assert _figures_of(session, other.branch_id) == _figures_of(session, branch)
        # Another archive of something else leaves what is frozen.
        changed = copy.deepcopy(written)
        changed["activities"][0]["title"] = "改名"
        here = Target(other.branch_id, replace=True)
        part = {name: changed[name] for name in ("format", "activities")}
        assert put(session, part, here).changed
        assert out(session, other.branch_id)["closes"] == again["closes"]
        assert out(session, other.branch_id)["corrections"] == again["corrections"]
        # All of it in the place of what is there: the quarter stays closed as it was.
        changed["activities"][0]["title"] = "又改名"
        assert put(session, changed, Target(other.branch_id, "第二支部", replace=True)).changed
        whole = out(session, other.branch_id)
        assert (whole["closes"], whole["corrections"]) == (again["closes"], again["corrections"])
        assert whole["activities"][0]["title"] == "又改名"
        newest = tally(session, other.branch_id, Period.of(Q3), at, SHANGHAI, figures=FIGURES)
        counted = tally(session, other.branch_id, Period.of(Q3), at, SHANGHAI, figures=FIGURES, version="draft")
        assert differing(plain(newest.figures), plain(counted.figures)) == {}
        # Somebody whose attendance was corrected does not go while the correction stays.
        fewer = {"format": changed["format"], "people": [one for one in changed["people"] if one["id"] != "P3"]}
        with pytest.raises(BadArchive):
            put(session, fewer, here)


def _frozen(session: Session, branch_id: int) -> list[tuple[int, str]]:
    query = select(FigureVersion).join(QuarterClose, QuarterClose.id == FigureVersion.close_id)
    rows = session.scalars(query.where(QuarterClose.branch_id == branch_id).order_by(FigureVersion.number))
    return [(one.number, one.figures) for one in rows]


def _figures_of(session: Session, branch_id: int) -> list[dict[str, Any]]:
    return [told(session, branch_id, f"v{number}") for number, _ in _frozen(session, branch_id)]


FAULTS = [
    ("corrections", {"old": "late"}, "corrections[0].old: found 'late', should be absent, as it stands then"),
    ("corrections", {"new": "leave"},
     "corrections[0].leave_type: found None, should be one of official_duty sick personal"),
    ("corrections", {"kind": "talk_admit"}, "corrections[0].talk: found None, should be said, of the kind talk_admit"),
    ("corrections", {"quarter": "2022Q2"}, "corrections[0].quarter: found '2022Q2', should be a quarter of `closes`"),
    ("corrections", {"kind": "reflection_admit", "task": "R9"},
     "corrections[0].task: found 'R9', should be the id of a task of this archive"),
    ("corrections", {"kind": "makeup_admit"}, "corrections[0]: found 'makeup_admit', should be about what is there"),
    ("closes", {"closed_at": "2022-09-30T09:00:00+08:00"},
     "closes[0].closed_at: found '2022-09-30T09:00:00+08:00', should be after the last day of its quarter"),
    ("closes", {"versions": {"v2": {"figures": {}}}},
     "closes[0].versions: found 'v2', should be v1, v2 and so on, none left out"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "change", "said"), FAULTS, ids=[str(at) for at in range(len(FAULTS))])
def test_faults_of_closes(storage: Storage, name: str, change: dict[str, Any], said: str) -> None:
    found = copy.deepcopy(EXAMPLE)
    found[name][0] |= change
    with pytest.raises(BadArchive) as refused, storage.transaction() as session:
        put(session, found)
    assert said in refused.value.faults
    with storage.reading() as session:
        assert session.scalars(select(Correction.id)).all() == []
