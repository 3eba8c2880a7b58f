"""Reflections and self-checks in archives, on both databases."""

import copy
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.features.archive.importing import Target
from bot.features.reflections import items, reviews, submissions, tasks
from bot.features.reflections.service import find_of, task_figures
from bot.kit.closing import cut_off_of
from bot.kit.figures import Slice
from bot.kit.handlers import File
from scheduler.calendar.days import Quarter
from scheduler.calendar.periods import Period
from storage.choices import ActivityStatus, HandInKind, Organizer, Scope, TaskAudience
from storage.engine import Storage
from storage.models.activity import Activity
from storage.models.reflection import Reflection, ReflectionPart, ReflectionTask, SelfCheckItem
from tests.cast import make_branch
from tests.features.archive.branches import comes_back_whole, document, faults_of, only, out, over, put, statements

NAMES = ("reflection_tasks", "reflections", "self_check_tasks", "self_checks")
SHANGHAI = ZoneInfo("Asia/Shanghai")
HAND_INS: dict[str, Any] = {
    "study_items": [
        {"id": "S1", "kind": "book", "title": "书", "assigned_on": "2022-08-01", "due_on": "2022-08-31",
         "state": "assigned"},
    ],
    "reflection_tasks": [
        {"id": "R1", "title": "警示教育心得", "activity": "A1", "audience": "section_rank_and_above",
         "due_on": "2022-08-31", "per_person": 2, "recorded_at": "2022-08-05T09:00:00+08:00", "recorded_by": "P2",
         "words": 800},
        {"id": "R2", "title": "读书心得", "study_item": "S1", "audience": "voluntary", "due_on": "2022-09-10",
         "per_person": 1},
        {"id": "R3", "title": "学习体会", "audience": "all_members", "due_on": "2022-09-10", "per_person": 1,
         "recorded_at": "2022-09-01T09:00:00+08:00"},
    ],
    "reflections": [
        {"task": "R1", "person": "P1", "version": 1, "submitted_at": "2022-08-20T20:00:00+08:00", "state": "returned",
         "reviewed_at": "2022-08-21T08:00:00+08:00", "reviewed_by": "P2", "return_reason": "请联系实际",
         "text": "第一稿\n二", "pages": 2},
        {"task": "R1", "person": "P1", "version": 2, "submitted_at": "2022-08-22T20:00:00.000001+08:00",
         "state": "accepted", "parts": [
             {"kind": "text", "text": "第二稿", "received_at": "2022-08-22T19:00:00+08:00"},
             {"kind": "document", "text": "附", "file_id": "f1", "file_unique_id": "u1", "name": "心得.docx",
              "media_type": "application/msword", "size": 0, "sha256": None},
         ]},
        {"task": "R1", "person": "P1", "piece": 2, "version": 1, "submitted_at": "2022-08-23T20:00:00+08:00",
         "state": "submitted", "files": ["H1"]},
        {"task": "R2", "person": "P3", "version": 1, "submitted_at": None, "state": "draft", "text": "草稿"},
        {"task": "R3", "person": "P3", "version": 1, "submitted_at": None, "state": "draft",
         "started_at": "2022-09-02T09:00:00+08:00"},
    ],
    "self_check_tasks": [
        {"id": "C1", "activity": "A1", "due_on": "2022-08-31"},
        {"id": "R1", "title": "对照检查表", "audience": "voluntary", "due_on": "2022-08-31", "note": "纸质"},
    ],
    "self_checks": [
        {"task": "C1", "person": "P1", "submitted_at": "2022-08-20T12:00:00+08:00", "state": "accepted", "items": [
            {"problem": "问题一", "measure": "措施一", "due_on": "2022-12-31"},
            {"problem": "问题二", "measure": "措施二", "owner": "甲一", "done_on": "2022-09-01",
             "received_at": "2022-08-20T11:00:00+08:00", "kind": "作风"},
            {"problem": "", "measure": ""},
        ]},
        {"task": "C1", "person": "P2", "submitted_at": "2022-08-21T12:00:00+08:00", "state": "accepted", "items": []},
        {"task": "C1", "person": "P3", "version": 2, "submitted_at": None, "state": "draft",
         "items": [{"problem": "问题", "measure": ""}]},
        {"task": "R1", "person": "P2", "submitted_at": "2022-08-21T12:00:00+08:00", "state": "accepted", "problems": 3,
         "items": []},
    ],
}  # fmt: skip


def test_nothing_is_lost(storage: Storage) -> None:
    with storage.transaction() as session:
        branch_id = comes_back_whole(session, document(**HAND_INS), *NAMES)
        here = ReflectionTask.branch_id == branch_id
        titles = session.scalars(select(ReflectionTask.title).where(here).order_by(ReflectionTask.id)).all()
        assert titles == ["警示教育心得", "读书心得", "学习体会", "自查表", "对照检查表"]
        mine = select(Reflection.id).join(ReflectionTask, ReflectionTask.id == Reflection.task_id).where(here)
        texts = session.scalars(select(ReflectionPart.text).where(ReflectionPart.reflection_id.in_(mine))).all()
        assert sorted(texts) == ["第一稿\n二", "第二稿", "草稿", "附"]
        lines = session.scalars(select(SelfCheckItem.problem).where(SelfCheckItem.reflection_id.in_(mine))).all()
        assert sorted(lines) == ["", "问题", "问题一", "问题二"]


def test_what_is_not_said_is_as_usual(storage: Storage) -> None:
    """A piece without a state is a draft, or handed in; both text and messages are kept."""
    found = document(
        reflection_tasks=[{"id": "R1", "title": "心得", "due_on": "2022-08-31"}],
        reflections=[
            {"task": "R1", "person": "P1"},
            {
                "task": "R1",
                "person": "P2",
                "submitted_at": "2022-08-20T04:00:00Z",
                "text": "一",
                "parts": [{"text": "二"}],
            },
        ],
    )
    with storage.transaction() as session:
        done = put(session, found)
        written = out(session, done.branch_id)
        assert written["reflection_tasks"] == [
            {"id": "R1", "title": "心得", "audience": "all_members", "due_on": "2022-08-31", "per_person": 1}
        ]
        parts = [{"kind": "text", "text": "一"}, {"kind": "text", "text": "二"}]
        assert written["reflections"] == [
            {"task": "R1", "person": "P1", "version": 1, "submitted_at": None, "state": "draft"},
            {"task": "R1", "person": "P2", "version": 1, "submitted_at": "2022-08-20T12:00:00+08:00",
             "state": "submitted", "parts": parts},
        ]  # fmt: skip
        for same in (found, written):
            assert not put(session, same, over(done)).changed


def test_every_fault_is_told_and_nothing_is_written(storage: Storage) -> None:
    at = "2022-08-20T20:00:00+08:00"
    handed = {"task": "R1", "person": "P1", "submitted_at": at}
    form = {"task": "C1", "person": "P1", "submitted_at": at}
    bad = {
        "reflection_tasks": [
            {"id": "R1", "title": "一", "due_on": "2022-08-31"},
            {"id": "", "title": " ", "activity": 7, "study_item": "S1", "audience": "cadres", "per_person": 0},
            {"id": "R2", "title": "二", "activity": "A1", "study_item": "S9", "due_on": "2022-02-30",
             "recorded_at": "2022"},
        ],
        "study_items": [],
        "reflections": [
            handed | {"piece": 2, "version": 0},
            handed | {"task": "R9", "person": "P9"},
            handed | {"state": "draft"},
            {"task": "R1", "person": "P2", "state": "accepted"},
            handed | {"state": "lost", "reviewed_by": "EXT:某", "problems": 1,
                      "items": [{"problem": "一", "measure": "二"}]},
            handed | {"text": 7, "parts": [{"kind": "text"}, {"text": "一", "size": -1}, 3]},
            handed,
            handed,
        ],
        "self_check_tasks": [{"id": "C1", "title": "", "due_on": "2022-08-31", "per_person": 2}],
        "self_checks": [
            form | {"items": [{"problem": "一"}, {"measure": "二"}, {"problem": 1, "due_on": "x"}], "problems": -1},
            {"task": "R1", "person": "P1", "items": "none"},
        ],
    }  # fmt: skip
    an_instant = "should be an instant with its offset, such as 2022-08-15T09:00:00+08:00"
    with storage.transaction() as session:
        assert faults_of(session, document(**bad)) == [
            "reflection_tasks[1].id: found '', should be an id: a short text, unique within its collection",
            "reflection_tasks[1].title: found ' ', should be a title",
            "reflection_tasks[1].activity: found 7, should be the id of an activity",
            "reflection_tasks[1].study_item: found 'S1', should be the id of a study item of this archive",
            "reflection_tasks[1].audience: found 'cadres', should be one of all_members section_rank_and_above "
            "voluntary",
            "reflection_tasks[1].due_on: found None, should be a day such as 2022-08-15",
            "reflection_tasks[1].per_person: found 0, should be a number from 1 to 100",
            "reflection_tasks[2].study_item: found 'S9', should be the id of a study item of this archive",
            "reflection_tasks[2].study_item: found 'S9', should be nothing beside `activity`: it is about one of them",
            "reflection_tasks[2].due_on: found '2022-02-30', should be a day such as 2022-08-15",
            f"reflection_tasks[2].recorded_at: found '2022', {an_instant}",
            "reflections[0].piece: found 2, should be a number from 1 to 1",
            "reflections[0].version: found 0, should be a number from 1 to 1000",
            "reflections[1].task: found 'R9', should be the id of a reflection task of this archive",
            "reflections[1].person: found 'P9', should be the id of a person of this archive",
            "reflections[2].state: found 'draft', should be submitted, returned or accepted, since it has submitted_at",
            "reflections[3].state: found 'accepted', should be draft, without submitted_at",
            "reflections[4].state: found 'lost', should be one of draft submitted returned accepted",
            "reflections[4].reviewed_by: found 'EXT:某', should be the id of a person of this archive",
            "reflections[4].problems: found 1, should be of a self-check a number of problems",
            "reflections[4].items: found [{'problem': '一', 'measure': '二'}], should be nothing: problems stand in "
            "self-checks",
            "reflections[5].text: found 7, should be a text",
            "reflections[5].parts[2]: found 3, should be a record",
            "reflections[5].parts[0]: found {'kind': 'text'}, should be a text, or a file with its file_id",
            "reflections[5].parts[1].size: found -1, should be a number of bytes",
            "reflections (task/person/piece/version): the id 'R1/P1/1/1' stands 5 times, should be unique",
            "self_check_tasks[0].title: found '', should be a title",
            "self_check_tasks[0].per_person: found 2, should be a number from 1 to 1",
            "self_checks[0].problems: found -1, should be of a self-check a number of problems",
            "self_checks[0].items[0].measure: found None, should be a measure: every problem has one",
            "self_checks[0].items[1].problem: found None, should be a problem",
            "self_checks[0].items[2].problem: found 1, should be a text",
            "self_checks[0].items[2].due_on: found 'x', should be a day such as 2022-08-15",
            "self_checks[1].task: found 'R1', should be the id of a self check task of this archive",
            "self_checks[1].items: found 'none', should be a list",
        ]
        assert session.scalars(select(ReflectionTask)).all() == []


def test_only_what_comes_is_replaced(storage: Storage) -> None:
    """A task keeps its row, and its pieces; what is said of the one kind leaves the other alone."""
    found = document(**copy.deepcopy(HAND_INS))
    with storage.transaction() as session:
        done = put(session, found)
        query = select(ReflectionTask.archive_id, ReflectionTask.id).where(ReflectionTask.kind == HandInKind.REFLECTION)
        before = dict(session.execute(query).all())
        kept = [HAND_INS["reflection_tasks"][0] | {"title": "另一题目"}, HAND_INS["reflection_tasks"][2]]
        changed = {**only(found, "reflection_tasks"), "reflection_tasks": kept}
        assert put(session, changed, over(done)).changed
        said = out(session, done.branch_id)
        assert said["reflection_tasks"] == kept
        assert said["reflections"] == [one for one in HAND_INS["reflections"] if one["task"] != "R2"]
        assert [said[name] for name in NAMES[2:]] == [HAND_INS[name] for name in NAMES[2:]]
        assert dict(session.execute(query).all()) == {name: before[name] for name in ("R1", "R3")}
        pieces = {**only(found, "self_checks"), "self_checks": HAND_INS["self_checks"][:1]}
        assert put(session, pieces, over(done)).changed
        said = out(session, done.branch_id)
        assert said["self_checks"] == HAND_INS["self_checks"][:1]
        assert len(said["reflections"]) == 4
        none = {"format": found["format"], **{name: [] for name in NAMES}}
        assert put(session, none, over(done)).changed
        assert not {*NAMES} & out(session, done.branch_id).keys()
        for table in (Reflection, ReflectionPart, SelfCheckItem):
            assert session.scalars(select(table)).all() == []


def figures(session: Session, branch_id: int) -> Any:
    quarter = Quarter(2022, 3)
    closes = cut_off_of(session, branch_id, quarter.start, SHANGHAI)
    return task_figures(session, [branch_id], [Slice(Period.of(quarter), closes)], SHANGHAI)[branch_id].tasks


def test_what_came_after_the_cut_off_counts_in_no_version(storage: Storage) -> None:
    """Handed in after it, and a task that was made after it; without a word of when, a task came in time."""
    late, last = "2022-10-11T00:00:00+08:00", "2022-10-10T23:59:59+08:00"
    task = {"title": "心得", "study_item": "S1", "audience": "all_members", "due_on": "2022-10-20"}
    found = document(
        study_items=HAND_INS["study_items"],
        reflection_tasks=[task | {"id": "R1"}, task | {"id": "R2", "recorded_at": late}],
        reflections=[
            {"task": "R1", "person": "P1", "submitted_at": late, "state": "accepted"},
            {"task": "R1", "person": "P2", "submitted_at": last, "state": "accepted", "reviewed_at": late},
            {"task": "R2", "person": "P2", "submitted_at": last, "state": "accepted"},
        ],
    )
    with storage.transaction() as session:
        [one] = figures(session, put(session, found).branch_id).values()
        assert [version.person_id for version in one.tally.counted] == [2]


def test_an_activity_is_kept_as_it_is_said(storage: Storage) -> None:
    """A task of this branch that said the same before goes on pointing to its activity."""
    now = datetime(2023, 7, 7, 3, tzinfo=UTC)
    with storage.transaction() as session:
        cast = make_branch(session, now=now)
        start = datetime(2023, 7, 3, 6, tzinfo=UTC)
        activity = Activity(
            branch_id=cast.branch_id,
            title="活动",
            status=ActivityStatus.HELD,
            organizer=Organizer.OWN_BRANCH,
            scope=Scope.BRANCH,
            hours=Decimal(1),
            planned_on=date(2023, 7, 3),
            start_at=start,
            end_at=start,
            created_by_id=cast["甲一"],
            created_at=now,
        )
        session.add(activity)
        session.flush()
        plan = tasks.Plan("心得", TaskAudience.ALL_MEMBERS, date(2023, 7, 31), activity_id=activity.id)
        made = tasks.make(session, cast.me(session, "甲一", date(2023, 7, 7)), plan, now, SHANGHAI)
        written = out(session, cast.branch_id)
        [said] = written["reflection_tasks"]
        assert said["activity"] == f"A{activity.id}"
        mine = Target(cast.branch_id, replace=True)
        assert not put(session, written, mine).changed
        changed = only(written, "reflection_tasks") | {"reflection_tasks": [said | {"due_on": "2023-08-01"}]}
        assert put(session, changed, mine).changed
        row = session.get_one(ReflectionTask, made.id)
        assert (row.due_on, row.activity_id) == (date(2023, 8, 1), activity.id)
        # Of another branch, or another activity: the word alone.
        again = put(session, written, Target(None, "又一支部"))
        assert out(session, again.branch_id)["reflection_tasks"] == [said]
        changed["reflection_tasks"] = [said | {"activity": "A99"}]
        assert put(session, changed, mine).changed
        session.expire_all()
        assert (row.activity_id, row.extra) == (None, {"activity": "A99"})
        assert out(session, cast.branch_id)["reflection_tasks"] == [said | {"activity": "A99"}]


def test_what_was_handed_in_in_chat_is_written(storage: Storage) -> None:
    now, today = datetime(2023, 7, 7, 3, tzinfo=UTC), date(2023, 7, 7)
    with storage.transaction() as session:
        cast = make_branch(session, now=now)
        secretary, me = cast.me(session, "甲一", today), cast.me(session, "甲五", today)
        plans = [
            tasks.Plan("心得", TaskAudience.ALL_MEMBERS, date(2023, 7, 31)),
            tasks.Plan("自查", TaskAudience.ALL_MEMBERS, date(2023, 7, 31), kind=HandInKind.SELF_CHECK),
            tasks.Plan("取消", TaskAudience.ALL_MEMBERS, date(2023, 7, 31)),
        ]
        made = [tasks.make(session, secretary, plan, now, SHANGHAI) for plan in plans]
        tasks.call_off(session, secretary, find_of(session, made[2].id, SHANGHAI), now)
        piece = submissions.start(session, me, find_of(session, made[0].id, SHANGHAI), now)
        submissions.add_part(session, piece, me.id, 7, "正文", [], now)
        submissions.add_part(session, piece, me.id, 8, "", [File("photo", "f1", "u1", size=5)], now)
        submissions.submit(session, me, piece, now)
        reviews.review(session, secretary, piece.id, False, now, "请补充")
        submissions.start(session, me, find_of(session, made[0].id, SHANGHAI), now)
        form = submissions.start(session, me, find_of(session, made[1].id, SHANGHAI), now)
        items.say(session, form.id, "问题一", 9, now, today)
        items.say(session, form.id, "措施一，9月30日前完成", 10, now, today)
        dropped = submissions.start(session, secretary, find_of(session, made[0].id, SHANGHAI), now)
        submissions.discard(session, secretary, dropped, now)
        written = out(session, cast.branch_id)
        at, mine = "2023-07-07T11:00:00+08:00", {"person": f"P{me.id}"}
        assert [one["id"] for one in written["reflection_tasks"]] == [f"R{made[0].id}"]
        task = {"task": f"R{made[0].id}", **mine}
        assert written["reflections"] == [
            {**task, "version": 1, "submitted_at": at, "state": "returned", "reviewed_at": at,
             "reviewed_by": f"P{secretary.id}", "return_reason": "请补充", "parts": [
                 {"kind": "text", "text": "正文"},
                 {"kind": "photo", "file_id": "f1", "file_unique_id": "u1", "size": 5},
             ]},
            {**task, "version": 2, "submitted_at": None, "state": "draft", "started_at": at},
        ]  # fmt: skip
        line = {"problem": "问题一", "measure": "措施一，9月30日前完成", "due_on": "2023-09-30", "received_at": at}
        assert written["self_checks"] == [
            {"task": f"C{made[1].id}", **mine, "submitted_at": None, "state": "draft", "started_at": at,
             "items": [line]}
        ]  # fmt: skip
        again = out(session, put(session, written, Target(None, "又一支部")).branch_id)
        assert only(again, *NAMES) == only(written, *NAMES)
        assert not put(session, written, Target(cast.branch_id)).changed


def test_many_pieces_take_as_many_statements_as_few(storage: Storage) -> None:
    said = []
    for many, name in ((2, "一"), (60, "二")):
        listed = [{"id": f"R{at}", "title": "心得", "due_on": "2022-08-31"} for at in range(many)]
        pieces = [
            {"task": f"R{at}", "person": f"P{one}", "submitted_at": "2022-08-20T12:00:00+08:00", "text": "一"}
            for at in range(many)
            for one in (1, 2, 3)
        ]
        with storage.transaction() as session, statements() as found:
            put(session, document(reflection_tasks=listed, reflections=pieces), Target(None, name))
        said.append(len(found))
    assert said[0] == said[1]


def test_whom_these_records_alone_named_goes_with_them(storage: Storage) -> None:
    """Maker of a task, author, reviewer: nobody of them is in the archive that is put in the place of all."""
    now, today = datetime(2023, 7, 7, 3, tzinfo=UTC), date(2023, 7, 7)
    with storage.transaction() as session:
        cast = make_branch(session, now=now)
        secretary, me = cast.me(session, "甲一", today), cast.me(session, "甲五", today)
        plan = tasks.Plan("心得", TaskAudience.ALL_MEMBERS, date(2023, 7, 31))
        made = tasks.make(session, secretary, plan, now, SHANGHAI)
        piece = submissions.start(session, me, find_of(session, made.id, SHANGHAI), now)
        submissions.add_part(session, piece, me.id, 7, "正文", [], now)
        submissions.submit(session, me, piece, now)
        reviews.review(session, secretary, piece.id, True, now)
        kept = [{"id": f"R{made.id}", "title": "心得", "due_on": "2023-07-31"}]
        people = [{"id": "N1", "name": "新一"}]
        found = document(people=people, reflection_tasks=kept, reflections=[])
        put(session, found, Target(cast.branch_id, replace=True))
        said = out(session, cast.branch_id)
        assert [one["id"] for one in said["people"]] == ["N1"]
        assert [one["id"] for one in said["reflection_tasks"]] == [f"R{made.id}"]
        assert "reflections" not in said
