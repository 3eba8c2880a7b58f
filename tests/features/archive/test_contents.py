"""Corrections of fields (更正内容), in and out of an archive: replayed, and the same bytes after a round trip."""

import copy
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from bot.features.archive.document import BadArchive, dump
from bot.features.archive.importing import Target
from bot.features.closes.contents import fields
from bot.features.privacy.erasure import erase
from bot.features.register.archive.writing import known_ids
from bot.features.registry import FIGURES
from storage.engine import Storage
from storage.models.activity import Activity
from storage.models.close import Correction, FigureVersion
from storage.models.entry import Entry, EntryRow
from storage.models.study import StudyItem
from tests.features.archive.branches import out, put
from tests.features.archive.test_closed import EXAMPLE, LATER, Q3, told
from tests.features.archive.test_closed_faults import Closed
from tests.world import SHANGHAI

MADE = {"quarter": "2022Q3", "kind": "field", "by": "P1", "reason": "核对"}
TRAININGS = [
    {"id": "TR1", "title": "党务培训", "organizer": "上级党委", "from": "2022-07-04", "to": "2022-07-07",
     "trainees": ["P2", "P3"]},
]  # fmt: skip


def corrected(*changes: dict[str, Any]) -> dict[str, Any]:
    """The example, trainings beside, with these corrections behind its own, a version and a minute each."""
    found = copy.deepcopy(EXAMPLE)
    found["trainings"] = copy.deepcopy(TRAININGS)
    for one in found["corrections"]:
        one["version"] = "v2"
    for at, change in enumerate(changes):
        made = {"id": f"Z{at + 3}", "version": f"v{at + 3}", "made_at": f"2022-10-17T10:{at:02}:00+08:00"}
        found["corrections"].append({**MADE, **made, **change})
    return found


REPLAYED = [
    ({"path": "activities/A1/hours", "old": 4, "new": 3.5}, "hours"),
    ({"path": "activities/A1/date", "old": "2022-08-05", "new": "2022-08-06"}, "dates"),
    ({"path": "study_items/S1/kind", "old": "book", "new": "document"}, "study"),
    ({"path": "exams/E1/pass_score", "old": 80, "new": 100}, "exam"),
    ({"path": "talks/T1/written_record", "old": True, "new": False}, "talk"),
    ({"path": "publications/W1/placements/0/platform", "old": "示范公众号", "new": "晨报"}, "publications"),
    ({"path": "rectification_lists/L1/items/1/category", "old": "branch_building", "new": "other"}, "rectification"),
    ({"path": "trainings/TR1/trainees", "old": ["P2", "P3"], "new": ["P2"]}, "trainings"),
    ({"path": "trainings/TR1/to", "old": "2022-07-07", "new": "2022-07-08"}, ""),
    ({"path": "guidance/G1/on", "old": "2022-08-11", "new": "2022-08-16"}, ""),
]  # fmt: skip


def test_they_are_replayed_and_go_round(storage: Storage) -> None:
    """Each record stands as it was, the corrections tell the rest; what a figure counts is another from then on."""
    found = corrected(*(change for change, _ in REPLAYED))
    with storage.transaction() as session:
        done = put(session, found)
        versions = [told(session, done.branch_id, f"v{at}") for at in range(2, len(REPLAYED) + 3)]
        for at, (change, counts) in enumerate(REPLAYED):
            assert (versions[at] != versions[at + 1]) == bool(counts), change
        written = out(session, done.branch_id)
        bare = out(session, put(session, plain(found), Target(None, "无更正")).branch_id)
        for change, _ in REPLAYED:
            collection = change["path"].partition("/")[0]
            assert written[collection] == bare[collection], change
        said = written["corrections"][2:]
        assert [{name: one[name] for name in ("path", "old", "new")} for one in said] == [one for one, _ in REPLAYED]
        assert not put(session, found, Target(done.branch_id, replace=True)).changed
        other = put(session, written, Target(None, "第二支部"))
        again = out(session, other.branch_id)
        for name in written:
            if name != "branch":
                assert dump({name: again[name]}) == dump({name: written[name]}), name
        # Without the versions they are counted again to the same.
        for one in written["closes"]:
            del one["versions"]
        third = put(session, written, Target(None, "第三支部"))
        assert told(session, third.branch_id, f"v{len(REPLAYED) + 2}") == versions[-1]


def plain(found: dict[str, Any]) -> dict[str, Any]:
    return {name: rows for name, rows in found.items() if name not in ("closes", "corrections")}


FAULTS = [
    ({"path": "nothing/A1/hours"}, "path: found 'nothing/A1/hours', should be a record of this archive"),
    ({"path": "activities/A99/hours"}, "path: found 'activities/A99/hours', should be a record of this archive"),
    ({"path": "activities/A1/attendance"}, "path: found 'activities/A1/attendance', should be a field that"),
    ({"path": "activities/A1/components/0/type"}, "should be a field that a correction may change"),
    ({"path": "publications/W1/placements/9/platform"}, "should be a field that a correction may change"),
    ({"path": "publications/W1/placements"}, "should be a field that a correction may change"),
    ({"path": "guidance"}, "path: found 'guidance', should be a record of this archive"),
    ({"old": 3}, "old: found 3, should be 4, as it stands then"),
    ({"old": None}, "old: found None, should be 4, as it stands then"),
    ({"new": "four"}, "new: found 'four', should be a number from 0 to 100"),
    ({"new": True}, "new: found True, should be a number from 0 to 100"),
    ({"new": 0.3}, "new: found 0.3, should be a number in steps of 0.5, 0 or more"),
    ({"new": None}, "new: found None, should be a value: the field is needed"),
    ({"path": "study_items/S1/kind", "old": "book", "new": ["x"]}, "new: found ['x'], should be one of book document"),
    ({"path": "study_items/S1/due_on", "old": "2022-08-31", "new": "soon"}, "new: found 'soon', should be a day"),
    ({"path": "trainings/TR1/trainees", "old": ["P2", "P3"], "new": ["P99"]},
     "new[0]: found 'P99', should be the id of a person of this archive"),
    ({"path": "study_items/S1/due_on", "old": "2022-08-31", "new": "2022-07-01"},
     "new: found '2022-07-01', should be what goes with the other fields of its record"),
]  # fmt: skip


def test_faults_by_path(storage: Storage) -> None:
    """All of them at once, each at its correction, and nothing is written; what names no path is no correction."""
    hours = {"path": "activities/A1/hours", "old": 4, "new": 3}
    with pytest.raises(BadArchive) as refused, storage.transaction() as session:
        put(session, corrected(*({**hours, **change} for change, _ in FAULTS)))
    faults = refused.value.faults
    assert len(faults) == len(FAULTS)
    for at, (_, said) in enumerate(FAULTS, 2):
        assert any(one.startswith(f"corrections[{at}].") and said in one for one in faults), (said, faults)
    with pytest.raises(BadArchive) as refused, storage.transaction() as session:
        put(session, corrected({**hours, "path": ""}))
    assert refused.value.faults == ["corrections[2].path: found None, should be said, of the kind field"]
    with storage.reading() as session:
        assert session.scalars(select(Correction.id)).all() == []


@pytest.fixture
def here(storage: Storage) -> Iterator[Closed]:
    with storage.transaction() as session:
        yield Closed(session)


def correct(here: Closed, table: str, number: int, key: str, value: Any, minutes: int) -> Correction:
    now = LATER + timedelta(minutes=minutes)
    place = (table, number, key)
    return fields.corrected(here.session, here.me, Q3, place, value, "核对", FIGURES, now, SHANGHAI)


def entry(here: Closed, collection: str, known: str) -> int:
    return known_ids(here.session, here.branch)[collection, known]


def test_what_was_corrected_in_chat_goes_whole(here: Closed) -> None:
    """Twice the same field, a row, columns; then another archive of something else, and one in the place of all."""
    session = here.session
    before = out(session, here.branch)
    activity = session.scalars(
        select(Activity.id).where(Activity.branch_id == here.branch, Activity.title == "8月主题党日")
    )
    item = session.scalars(
        select(StudyItem.id).where(StudyItem.branch_id == here.branch).order_by(StudyItem.id)
    ).first()
    placed = select(EntryRow.id).join(Entry, Entry.id == EntryRow.entry_id)
    row = session.scalars(placed.where(Entry.id == entry(here, "publications", "W1"))).first()
    meeting = activity.one()
    assert item is not None
    assert row is not None
    for at, (table, number, key, value) in enumerate((
        ("activity", meeting, "hours", 3), ("activity", meeting, "hours", 2.5), ("study_item", item, "title", "新书目"),
        ("entry_row", row, "platform", "晨报"), ("entry", entry(here, "guidance", "G1"), "on", "2022-08-16"),
    ), 1):  # fmt: skip
        correct(here, table, number, key, value, at)
    here.goes_round()
    written = out(session, here.branch)
    for name in ("activities", "study_items", "publications", "guidance"):
        assert written[name] == before[name], name
    assert [one["path"].partition("/")[0] for one in written["corrections"]] == [
        "activities", "activities", "study_items", "publications", "guidance",
    ]  # fmt: skip
    # A register that is laid anew leaves the corrections of it standing, and its figures.
    draft = told(session, here.branch, "v6")
    part = {"format": written["format"], "publications": copy.deepcopy(written["publications"])}
    part["publications"][0]["title"] = "改题"
    assert put(session, part, Target(here.branch, replace=True)).changed
    whole = out(session, here.branch)
    assert (whole["closes"], whole["corrections"]) == (written["closes"], written["corrections"])
    assert told(session, here.branch, "v6") == draft
    [again] = session.scalars(placed.where(Entry.id == entry(here, "publications", "W1"))).all()
    assert session.get_one(EntryRow, again).fields["platform"] == "晨报"
    # All of it gone: what stood there before stands there again.
    bare = {**written, "corrections": []}
    assert put(session, bare, Target(here.branch, replace=True)).changed
    session.expire_all()
    assert session.get_one(Activity, meeting).hours == 4
    assert out(session, here.branch)["study_items"] == before["study_items"]


def test_of_somebody_who_was_erased(storage: Storage) -> None:
    with storage.transaction() as session:
        found = {name: rows for name, rows in EXAMPLE.items() if name != "corrections"} | {"trainings": TRAININGS}
        here = Closed(session, found)
        two = [{"id": here.ids[one]} for one in ("P2", "P4")]
        correct(here, "entry", entry(here, "trainings", "TR1"), "trainees", two, 1)
        versions = session.scalars(select(FigureVersion.figures).order_by(FigureVersion.id)).all()
        erase(session, here.me, here.ids["P3"], LATER.date(), LATER + timedelta(minutes=2))
        here.goes_round()
        written = out(session, here.branch)
        assert (written["corrections"][0]["old"], written["corrections"][0]["new"]) == (["P2", "P3"], ["P2", "P4"])
        assert next(one["name"] for one in written["people"] if one["id"] == "P3").startswith("已注销")
        kept = session.scalars(select(FigureVersion.figures).order_by(FigureVersion.id)).all()
        assert kept[: len(versions)] == versions


def test_one_change_of_two_quarters_is_told_of_both(storage: Storage) -> None:
    """What lasted over the end of a quarter counts in both: the second correction finds it done."""
    found = corrected({"path": "trainings/TR1/trainees", "old": ["P2", "P3"], "new": ["P2"]})
    found["trainings"][0] |= {"from": "2022-06-28", "to": "2022-07-03"}
    found["closes"].append({"quarter": "2022Q2", "closed_at": "2022-07-12T09:00:00+08:00", "by": "P1"})
    found["corrections"].append({**found["corrections"][-1], "id": "Z4", "version": "v2", "quarter": "2022Q2"})
    with storage.transaction() as session:
        done = put(session, found)
        written = out(session, done.branch_id)
        assert {one["quarter"] for one in written["corrections"] if one["kind"] == "field"} == {"2022Q2", "2022Q3"}
        assert not put(session, written, Target(done.branch_id, replace=True)).changed
