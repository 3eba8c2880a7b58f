"""Themes, study items and completions in archives, on both databases."""

import copy
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.features.archive.document import BadArchive
from bot.features.archive.importing import Target
from bot.features.study import planning, service
from bot.features.study.service import study_figures
from bot.kit.closing import cut_off_of
from bot.kit.figures import Slice
from scheduler.calendar.days import Quarter
from scheduler.calendar.periods import Period
from storage.choices import StudyItemKind
from storage.engine import Storage
from storage.models.reflection import ReflectionTask
from storage.models.study import MonthlyTheme, StudyCompletion, StudyItem
from tests.cast import make_branch
from tests.features.archive.branches import comes_back_whole, document, faults_of, only, out, over, put, statements

NAMES = ("monthly_themes", "study_items", "study_completions")
SHANGHAI = ZoneInfo("Asia/Shanghai")
FILE = {
    "kind": "document", "file_id": "f1", "file_unique_id": "u1", "name": "书.pdf", "mime_type": None, "size": 3,
}  # fmt: skip
STUDY: dict[str, Any] = {
    "monthly_themes": [
        {"month": "2022-08", "theme": "学思践悟", "prompt": "请大家学习", "prompt_sent_on": "2022-08-01",
         "by": "支委会"},
        {"month": "2022-10", "theme": "廉洁自律", "prompt_sent_on": None,
         "recorded_at": "2022-09-20T09:00:00+08:00", "recorded_by": "P2"},
    ],
    "study_items": [
        {"id": "S1", "kind": "book", "title": "八月书目", "author": "某某", "monthly_theme": "2022-08",
         "assigned_on": "2022-08-01", "due_on": "2022-08-31", "state": "assigned", "files": [FILE],
         "recorded_at": "2022-07-25T09:00:00.123456+08:00", "recorded_by": "P1", "pages": 120},
        {"id": "S2", "kind": "document", "title": "文件二", "assigned_on": "2022-08-01", "due_on": "2022-08-01",
         "state": "withdrawn", "withdrawn_at": "2022-08-02T09:00:00+08:00", "files": ["H1"]},
        {"id": "S3", "kind": "document", "title": "文件三", "assigned_on": "2022-09-01", "due_on": "2022-09-30",
         "state": "assigned", "recorded_at": "2022-09-02T09:00:00+08:00"},
    ],
    "study_completions": [
        {"item": "S1", "person": "P1", "completed_on": "2022-08-15"},
        {"item": "S1", "person": "P2", "completed_on": "2022-09-02", "recorded_at": "2022-09-03T08:00:00+08:00",
         "note": "补学", "mark": {"score": 5}},
        {"item": "S3", "person": "P1", "completed_on": "2022-09-02", "recorded_at": "2022-09-02T00:00:00+08:00"},
    ],
}  # fmt: skip


def test_nothing_is_lost(storage: Storage) -> None:
    with storage.transaction() as session:
        branch_id = comes_back_whole(session, document(**STUDY), *NAMES)
        items = {
            row.archive_id: row for row in session.scalars(select(StudyItem).where(StudyItem.branch_id == branch_id))
        }
        assert (items["S1"].files, items["S2"].files) == ([FILE], [])
        assert (items["S1"].theme_id is None, items["S2"].theme_id, items["S3"].created_by_id) == (False, None, None)
        assert items["S3"].created_at == datetime(2022, 9, 2, 1, tzinfo=UTC)


def test_every_fault_is_told_and_nothing_is_written(storage: Storage) -> None:
    study = {
        "monthly_themes": [
            {"month": "2022-13", "theme": "一", "prompt_sent_on": None},
            {"month": "2022-08", "theme": "", "prompt_sent_on": "2022-08-32"},
            {"month": "2022-09", "theme": "二", "recorded_by": "P9"},
            {"month": "2022-09", "theme": "三"},
        ],
        "study_items": [
            {"id": "S1", "kind": "film", "title": 7, "assigned_on": "2022-08-01", "due_on": "2022-07-31", "state": "x"},
            {"id": "S1", "kind": "book", "title": "二", "assigned_on": None, "due_on": "2022-08-31", "files": "H1"},
            {"id": "S2", "kind": "book", "title": "三", "monthly_theme": "2021-01", "assigned_on": "2022-08-01",
             "due_on": "2022-08-31", "withdrawn_at": "2022-08-02"},
            7,
        ],
        "study_completions": [
            {"item": "S7", "person": "EXT:某", "completed_on": "yesterday", "recorded_at": "now", "note": 1},
        ],
    }  # fmt: skip
    with storage.transaction() as session:
        assert faults_of(session, document(**study)) == [
            "study_items[3]: found 7, should be a record",
            "monthly_themes[0].month: found '2022-13', should be a month such as 2023-07",
            "monthly_themes[1].theme: found '', should be a text",
            "monthly_themes[1].prompt_sent_on: found '2022-08-32', should be a day such as 2022-08-15",
            "monthly_themes[2].recorded_by: found 'P9', should be the id of a person of this archive",
            "monthly_themes (month): the id '2022-09' stands 2 times, should be unique",
            "study_items: the id 'S1' stands 2 times, should be unique",
            "study_items[0].kind: found 'film', should be one of book document",
            "study_items[0].title: found 7, should be a text",
            "study_items[0].due_on: found '2022-07-31', should be not before assigned_on",
            "study_items[0].state: found 'x', should be one of assigned withdrawn",
            "study_items[1].assigned_on: found None, should be a day such as 2022-08-15",
            "study_items[1].files: found 'H1', should be a list",
            "study_items[2].monthly_theme: found '2021-01', should be the id of a monthly theme (its month) of this "
            "archive",
            "study_items[2].withdrawn_at: found '2022-08-02', should be an instant with its offset, such as "
            "2022-08-15T09:00:00+08:00",
            "study_completions[0].item: found 'S7', should be the id of a study item of this archive",
            "study_completions[0].person: found 'EXT:某', should be the id of a person of this archive",
            "study_completions[0].completed_on: found 'yesterday', should be a day such as 2022-08-15",
            "study_completions[0].recorded_at: found 'now', should be an instant with its offset, such as "
            "2022-08-15T09:00:00+08:00",
            "study_completions[0].note: found 1, should be a text",
        ]
        assert session.scalars(select(MonthlyTheme)).all() == []


def test_two_completions_of_one_item_are_one_the_first(storage: Storage) -> None:
    found = document(**copy.deepcopy(STUDY))
    twice = {"item": "S1", "person": "P1", "completed_on": "2022-08-20"}
    with storage.transaction() as session:
        done = put(session, {**found, "study_completions": [twice, *found["study_completions"]]})
        assert out(session, done.branch_id)["study_completions"] == STUDY["study_completions"]
        assert not put(
            session, {**found, "study_completions": [twice, *found["study_completions"]]}, over(done)
        ).changed


def test_only_what_comes_is_replaced(storage: Storage) -> None:
    """What is there already keeps its row; what stays points to it, and goes with what is gone."""
    found = document(**copy.deepcopy(STUDY))
    found["reflection_tasks"] = [
        {"id": f"R{at}", "title": "读书心得", "study_item": f"S{at}", "audience": "voluntary", "due_on": "2022-09-10",
         "per_person": 1}
        for at in (1, 3)
    ]  # fmt: skip
    with storage.transaction() as session:
        done = put(session, found)
        before = dict(session.execute(select(StudyItem.archive_id, StudyItem.id)).all())
        first = {**only(found, "study_completions"), "study_completions": [found["study_completions"][0]]}
        with pytest.raises(BadArchive, match=r"5 themes and study items\); --replace"):
            put(session, first, Target(done.branch_id))
        assert put(session, first, over(done)).changed
        said = out(session, done.branch_id)
        assert [said[name] for name in NAMES[:2]] == [STUDY[name] for name in NAMES[:2]]
        assert said["study_completions"] == STUDY["study_completions"][:1]
        items = [STUDY["study_items"][0] | {"title": "九月书目"}, STUDY["study_items"][2] | {"id": "S9"}]
        assert put(session, {**only(found, "study_items"), "study_items": items}, over(done)).changed
        said = out(session, done.branch_id)
        assert (said["study_items"], said["study_completions"]) == (items, STUDY["study_completions"][:1])
        assert [one.get("study_item") for one in said["reflection_tasks"]] == ["S1", None]
        assert session.scalars(select(StudyItem.id).where(StudyItem.archive_id == "S1")).one() == before["S1"]
        # Without its theme an item stands alone.
        themes = {**only(found, "monthly_themes"), "monthly_themes": STUDY["monthly_themes"][1:]}
        assert put(session, themes, over(done)).changed
        said = out(session, done.branch_id)
        assert "monthly_theme" not in said["study_items"][0]
        assert [one["month"] for one in said["monthly_themes"]] == ["2022-10"]
        empty = {"format": found["format"], **{name: [] for name in NAMES}}
        assert put(session, empty, over(done)).changed
        assert not {*NAMES} & out(session, done.branch_id).keys()
        assert not put(session, empty, over(done)).changed
        assert session.scalars(select(ReflectionTask.study_item_id)).all() == [None, None]


def counted(session: Session, branch_id: int) -> Any:
    quarter = Quarter(2022, 3)
    closes = cut_off_of(session, branch_id, quarter.start, SHANGHAI)
    return study_figures(session, [branch_id], [Slice(Period.of(quarter), closes)])[branch_id]


def test_what_came_after_the_cut_off_counts_in_no_version(storage: Storage) -> None:
    """By the instant at which it was recorded, else by its day, of which the last is that of the cut-off."""
    item = {"kind": "book", "title": "书", "assigned_on": "2022-09-01", "due_on": "2022-09-30", "state": "assigned"}
    late, last = "2022-10-11T00:00:00+08:00", "2022-10-10T23:59:59+08:00"
    study = {
        "monthly_themes": [
            {"month": "2022-08", "theme": "一", "prompt_sent_on": "2022-08-01", "recorded_at": late},
            {"month": "2022-09", "theme": "二", "prompt_sent_on": "2022-09-01", "recorded_at": last},
            {"month": "2022-07", "theme": "三", "prompt_sent_on": "2022-07-01"},
        ],
        "study_items": [
            item | {"id": "S1"},
            item | {"id": "S2", "recorded_at": late},
            item | {"id": "S3", "recorded_at": last},
        ],
        "study_completions": [
            {"item": "S1", "person": "P1", "completed_on": "2022-10-10"},
            {"item": "S1", "person": "P2", "completed_on": "2022-10-11"},
            {"item": "S1", "person": "P3", "completed_on": "2022-09-12", "recorded_at": late},
            {"item": "S3", "person": "P1", "completed_on": "2022-09-12", "recorded_at": last},
        ],
    }
    with storage.transaction() as session:
        found = counted(session, put(session, document(**study)).branch_id)
        assert (found.monthly_themes, found.items) == (2, 2)
        assert (found.expected_pairs, found.completed_pairs, found.late) == (6, 2, 1)


def test_what_was_made_in_chat_is_written(storage: Storage) -> None:
    """Its ids are those of the rows; what is not sent, is withdrawn or undone."""
    now = datetime(2023, 7, 7, 3, tzinfo=UTC)
    with storage.transaction() as session:
        cast = make_branch(session, now=now)
        officer = cast.me(session, "丙一", date(2023, 7, 7))
        theme = planning.enter_theme(session, officer, "2023-07", "七月主题", now, SHANGHAI)
        theme.prompt_sent_on = date(2023, 7, 7)
        drafts = [
            planning.Draft(StudyItemKind.BOOK, "书", date(2023, 7, 31), [FILE]),
            planning.Draft(StudyItemKind.DOCUMENT, "文件", date(2023, 7, 31)),
        ]
        items = [planning.add_item(session, officer, theme, draft, now, SHANGHAI) for draft in drafts]
        me = cast.me(session, "甲五", date(2023, 7, 7))
        service.complete(session, me, items[0].id, now, SHANGHAI)
        undone = service.complete(session, me, items[1].id, now, SHANGHAI)
        service.undo(session, me, undone.row.id, now, SHANGHAI)
        planning.withdraw(session, officer, items[1], now, SHANGHAI)
        written = out(session, cast.branch_id)
        made = {"recorded_at": "2023-07-07T11:00:00+08:00", "recorded_by": f"P{officer.id}"}
        assert written["monthly_themes"] == [
            {"month": "2023-07", "theme": "七月主题", "prompt_sent_on": "2023-07-07", **made}
        ]
        said = {"monthly_theme": "2023-07", "assigned_on": "2023-07-07", "due_on": "2023-07-31"}
        assert written["study_items"] == [
            {"id": f"S{items[0].id}", "kind": "book", "title": "书", **said, "state": "assigned", "files": [FILE],
             **made},
            {"id": f"S{items[1].id}", "kind": "document", "title": "文件", **said, "state": "withdrawn",
             "withdrawn_at": "2023-07-07T11:00:00+08:00", **made},
        ]  # fmt: skip
        assert written["study_completions"] == [
            {"item": f"S{items[0].id}", "person": f"P{me.id}", "completed_on": "2023-07-07",
             "recorded_at": "2023-07-07T11:00:00+08:00"}
        ]  # fmt: skip
        again = out(session, put(session, written, Target(None, "又一支部")).branch_id)
        assert only(again, *NAMES) == only(written, *NAMES)
        assert not put(session, written, Target(cast.branch_id)).changed
        assert session.scalars(select(StudyCompletion.id)).all() != []


def test_many_completions_take_as_many_statements_as_few(storage: Storage) -> None:
    said = []
    for many, name in ((2, "一"), (60, "二")):
        items = [
            {"id": f"S{at}", "kind": "book", "title": "书", "assigned_on": "2022-08-01", "due_on": "2022-08-31"}
            for at in range(many)
        ]
        completions = [
            {"item": f"S{at}", "person": f"P{one}", "completed_on": "2022-08-15"}
            for at in range(many)
            for one in (1, 2, 3)
        ]
        with storage.transaction() as session, statements() as found:
            put(session, document(study_items=items, study_completions=completions), Target(None, name))
        said.append(len(found))
    assert said[0] == said[1]
