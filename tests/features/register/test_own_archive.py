"""A unit's own kinds and their entries in archives, on both databases: out, in, and out again the same."""

import copy
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select

from bot.features.archive.document import BadArchive
from bot.features.register import entries
from bot.features.register.own import service, store
from scheduler.calendar.days import Quarter
from storage.engine import Storage
from storage.models.entry import Entry
from storage.models.own_kind import OwnKind
from tests.features.register.desk import Desk, local
from tests.features.register.own_team import TEAM
from tests.features.register.samples import filled
from tests.features.register.test_archive import document, out, put

KIND: dict[str, Any] = {
    "id": "own_1", "of": "branch", "revision": 2, "word": "读书沙龙", "unit": "次", "state": "in_use",
    "keepers": ["publicity_officer"], "phrase": "举办读书沙龙{count}次",
    "fields": [
        {"key": "f1", "type": "day", "label": "日期", "dated": True},
        {"key": "f2", "type": "people", "label": "参加人员", "outside": True},
        {"key": "f3", "type": "number", "label": "本数", "dropped_on": "2022-07-01"},
        {"key": "f4", "type": "days", "label": "借阅期"},
    ],
    "tracking": None,
}  # fmt: skip
ENTRY: dict[str, Any] = {
    "id": "Y1", "kind": "own_1", "revision": 1, "f1": "2022-08-10", "f2": ["P1", "EXT:庚一"], "f3": 12,
    "f4": {"from": "2022-08-10", "to": "2022-08-20"}, "recorded_at": "2022-08-10T18:00:00+08:00", "by": "P2",
}  # fmt: skip


@pytest.fixture
def desk(storage: Storage) -> Iterator[Desk]:
    with storage.transaction() as session:
        yield Desk(session)


def test_a_kind_of_the_documents_comes_in_with_its_entries_and_goes_out_again(storage: Storage) -> None:
    with storage.transaction() as session:
        first = put(session, document(own_kinds=[KIND], own_entries=[ENTRY]), "支部1")
        written = out(session, first.branch_id)
        assert {"revision": 1, **written["own_entries"][0]} == ENTRY
        [kind] = written["own_kinds"]
        assert {key: kind[key] for key in KIND if key not in ("keepers",)} == {
            key: value for key, value in KIND.items() if key not in ("keepers",)
        }
        assert kind["keepers"] == ["publicity_officer", "secretary"]
        assert not put(session, document(**written), "支部1", first.branch_id).changed
        [view] = entries.views(session, session.scalars(select(Entry.id)).all())
        assert (view.kind.word, view.fields["f3"]) == ("读书沙龙", 12)


def test_in_another_branch_of_the_installation_it_gets_a_name_of_its_own(storage: Storage) -> None:
    with storage.transaction() as session:
        whole = document(own_kinds=[KIND], own_entries=[ENTRY])
        first, second = put(session, whole, "支部1"), put(session, whole, "支部2")
        names = session.scalars(select(OwnKind.name).order_by(OwnKind.id)).all()
        assert len(set(names)) == 2
        assert session.scalars(select(Entry.kind).order_by(Entry.id)).all() == names
        one, two = (out(session, each.branch_id) for each in (first, second))
        assert [row["kind"] for row in two["own_entries"]] == [names[1]]
        assert one["own_entries"][0]["f1"] == two["own_entries"][0]["f1"]


def test_what_was_done_in_chat_goes_out_and_comes_in_whole(desk: Desk) -> None:
    service.put(desk.session, desk.branch_id, TEAM, "service_team", 1, desk.me, local(desk.now))
    kind = desk.kind("service_team")
    number = desk.record("service_team", **filled(kind.fields, desk.cast["甲五"]))
    desk.put(number, "done", "2023-08-11")
    changed = replace(TEAM, fields=tuple(one for one in TEAM.fields if one.key != "served"), phrase="")
    service.change(desk.session, desk.me, "service_team", changed, local(desk.now))
    written = out(desk.session, desk.branch_id, local(desk.now).date())
    [own] = written["own_kinds"]
    assert [one["key"] for one in own["fields"] if one.get("dropped_on")] == ["served"]
    before = desk.count()
    again = put(desk.session, document_of(written, desk), "又一支部", now=local(desk.now))
    assert store.of_branch(desk.session, again.branch_id)[0].word == "志愿服务队"
    other = out(desk.session, again.branch_id, local(desk.now).date())
    assert without_names(other) == without_names(written)
    assert Quarter.of(local(desk.now).date()) == Quarter(2023, 3)
    assert desk.count() == before


def document_of(written: dict[str, Any], desk: Desk) -> dict[str, Any]:
    from bot.features.archive.exporting import export

    whole = export(desk.session, desk.branch_id, local(desk.now).date(), "Asia/Shanghai")
    return copy.deepcopy({**whole, **written})


def without_names(written: dict[str, Any]) -> Any:
    found = copy.deepcopy(written)
    for row in found["own_kinds"]:
        del row["id"]
    for row in found["own_entries"]:
        del row["kind"]
    return found


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"fields": None}, "own_kinds[0].fields: found None, should be a list of fields, each with its key"),
        ({"revision": 0}, "own_kinds[0].revision: found 0, should be the number of a revision"),
        ({"state": "gone"}, "own_kinds[0].state: found 'gone', should be one of in_use stopped"),
        ({"unit": "人次数"}, "own_kinds[0].unit: found None, should be at most 2 characters"),
        ({"id": ""}, "own_kinds[0].id: found ''"),
    ],
)
def test_a_bad_kind_is_refused_with_its_path(desk: Desk, change: dict[str, Any], fault: str) -> None:
    with pytest.raises(BadArchive) as refused:
        put(desk.session, document(own_kinds=[KIND | change], own_entries=[]), "支部1")
    assert any(one.startswith(fault) for one in refused.value.faults), refused.value.faults
    assert desk.session.scalars(select(OwnKind.id)).all() == []


def test_an_entry_of_no_kind_is_refused(desk: Desk) -> None:
    with pytest.raises(BadArchive) as refused:
        put(desk.session, document(own_kinds=[KIND], own_entries=[ENTRY | {"kind": "own_9"}]), "支部1")
    assert refused.value.faults == ["own_entries[0].kind: found 'own_9', should be one of own_1"]


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"id": "guidance"}, "own_kinds[0].id"),
        ({"id": "OWN KIND!!"}, "own_kinds[0].id"),
        ({"word": "指导支部"}, "own_kinds[0].word"),
        ({"fields": [{"key": ["a"], "type": "day", "label": "日期", "dated": True}]}, "own_kinds[0].fields"),
    ],
)
def test_what_a_built_in_kind_is_called_is_no_kind_of_a_unit(desk: Desk, change: dict[str, Any], path: str) -> None:
    with pytest.raises(BadArchive) as refused:
        put(desk.session, document(own_kinds=[KIND | change], own_entries=[]), "支部1")
    assert path in {one.partition(":")[0] for one in refused.value.faults}


def test_numbers_that_cross_are_kinds_of_their_own(storage: Storage) -> None:
    """own_2 comes first and becomes own_1, the number of another one in the archive."""
    other, entry = KIND | {"id": "own_2", "word": "读书分享"}, ENTRY | {"id": "Y2", "kind": "own_2", "f3": 7}
    with storage.transaction() as session:
        mine = put(session, document(own_kinds=[other, KIND], own_entries=[entry, ENTRY]), "支部1").branch_id
        whole = out(session, mine)
        words = {row["id"]: row["word"] for row in whole["own_kinds"]}
        assert sorted(words.values()) == ["读书分享", "读书沙龙"]
        assert {words[row["kind"]]: row["f3"] for row in whole["own_entries"]} == {"读书分享": 7, "读书沙龙": 12}


def kind_with(**fields: dict[str, Any]) -> dict[str, Any]:
    """The kind with other words of some fields."""
    return KIND | {"fields": [one | fields.get(one["key"], {}) for one in KIND["fields"]]}


@pytest.mark.parametrize(
    ("changed", "faults"),
    [
        (kind_with(f3={"type": "text"}), ["own_kinds[1].fields.f3: a field of type number does not become text"]),
        (KIND | {"unit": "期"}, ["own_kinds[1].unit: the unit never changes."]),
        (
            kind_with(f1={"dated": False}, f4={"dated": True}) | {"unit": "期"},
            ["own_kinds[1].fields: f1 dates it for good.", "own_kinds[1].unit: the unit never changes."],
        ),
    ],
)
def test_what_of_a_kind_never_changes_is_changed_by_no_archive(
    storage: Storage, changed: dict[str, Any], faults: list[str]
) -> None:
    """Not in the place of what there is either; another branch may have a kind of its own by that name."""
    other = KIND | {"id": "own_7", "word": "读书分享"}
    before = [other, KIND]
    with storage.transaction() as session:
        mine = put(session, document(own_kinds=before, own_entries=[ENTRY]), "支部1").branch_id
        # The ids as they are kept there.
        whole = out(session, mine)
        names = {row["word"]: row["id"] for row in whole["own_kinds"]}
        wanted = [{**row, "id": names[row["word"]]} for row in [other, changed]]
        rows = [{**one, "f3": None} for one in whole["own_entries"]]
        with pytest.raises(BadArchive) as refused:
            put(session, document(own_kinds=wanted, own_entries=rows), "支部1", mine, replace=True)
        assert [one[: len(want)] for one, want in zip(refused.value.faults, faults, strict=True)] == faults
        assert out(session, mine) == whole
        assert put(session, document(own_kinds=[changed], own_entries=[]), "支部2").changed


def test_what_may_change_of_a_kind_comes_with_an_archive(storage: Storage) -> None:
    with storage.transaction() as session:
        mine = put(session, document(own_kinds=[KIND], own_entries=[ENTRY]), "支部1").branch_id
        whole = out(session, mine)
        [kind] = whole["own_kinds"]
        more = {"key": "f5", "type": "text", "label": "书目"}
        kind |= {"word": "读书会", "fields": [*kind["fields"], more]}
        assert put(session, document(**whole), "支部1", mine, replace=True).changed
        [now] = out(session, mine)["own_kinds"]
        assert (now["word"], [one["key"] for one in now["fields"]]) == ("读书会", ["f1", "f2", "f3", "f4", "f5"])
