"""Activities and what hangs on them, in and out of an archive."""

import copy
from typing import Any

import pytest
from sqlalchemy import select

from bot.features.activities import monthly
from bot.features.archive.document import BadArchive
from bot.features.archive.importing import Target
from storage.choices import LeaveState, MakeupState
from storage.engine import Storage
from storage.models.activity import Activity
from storage.models.activity_file import ActivityFile
from storage.models.attendance import Attendance, LeaveRequest, Makeup
from storage.models.entry import EntryLink
from storage.models.minutes import Minutes
from storage.models.person import Person
from storage.models.recurrence import Recurrence
from storage.models.reflection import ReflectionTask
from storage.models.stored_file import StoredFile
from storage.models.vote import Vote, VoteExcluded
from tests.features.archive.branches import comes_back_whole, document, faults_of, only, out, over, put

ITEM = {"id": "F1", "title": "重要讲话", "source_date": "2023-06-30", "source": "某报", "read_by": "甲一"}
PLAIN: dict[str, Any] = {
    "id": "A1", "title": "7月主题党日", "status": "held", "date": "2023-07-07", "planned_date": "2023-07-07",
    "organizer": "own_branch", "scope": {"kind": "branch"}, "components": [{"type": "theme_party_day"}], "hours": 4,
    "first_agenda_items": ["F1"], "sites": [], "partners": [], "makeups": [], "attendance": [],
}  # fmt: skip
FULL: dict[str, Any] = {
    **PLAIN,
    "id": "A2",
    "title": "支部大会",
    "date": "2023-07-21",
    "planned_date": "2023-07-14",
    "organizer": "joint",
    "components": [
        {"type": "members_meeting"},
        {"type": "party_lecture", "lecturer": "EXT:市局领导", "topic": "作风", "handout": "讲稿"},
        {"type": "group_discussion", "topic": "调研", "speakers": ["甲一", "甲二"]},
        {"type": "group_discussion", "topic": "又一题"},
    ],
    "hours": 2.5,
    "sites": ["某故居"],
    "partners": ["某支部"],
    "recorded_at": "2023-07-21T18:00:00+08:00",
    "makeups": [
        {"person": "P2", "done_on": "2023-07-28", "form": "self_study", "reviewed_by": "P1"},
        {"person": "P3", "done_on": None, "state": "assigned", "due_on": "2023-07-31"},
    ],
    "attendance": [
        {"person": "P1", "status": "late", "signed_at": "2023-07-21T14:45:00+08:00", "method": "code"},
        {"person": "P2", "status": "leave", "leave_type": "sick", "approved": True, "proof": "假条"},
        {"person": "P3", "status": "absent", "marked_by": "P1"},
        {"person": "EXT:市局领导", "status": "observer", "seat": 1},
    ],
    "end_date": "2023-07-22",
    "start_at": "2023-07-21T14:30:00+08:00",
    "made_at": "2023-07-10T09:00:00+08:00",
    "made_by": "P1",
    "place": "三楼会议室",
    "mode": "mixed",
    "host": "P1",
    "recorder": "外请秘书",
    "organizer_name": "某支部、本支部",
    "guests": 3,
    "note": "带党章",
    "campaign": "N1",
    "makeups_withdrawn": [
        {"person": "P2", "done_on": "2023-07-25", "withdrawn_at": "2023-07-26T09:00:00+08:00"},
    ],
    "attendance_withdrawn": [
        {"person": "P3", "status": "present", "method": "button", "withdrawn_at": "2023-07-21T15:00:00+08:00"},
    ],
    "late_minutes": 5,
    "weather": "晴",
}  # fmt: skip
GROUP = {
    **PLAIN, "id": "A3", "title": "小组会", "status": "planned", "date": "2023-08-01", "planned_date": "2023-08-01",
    "scope": {"kind": "named", "delegates": ["P2", "P3"], "why": "轮流"}, "first_agenda_items": [],
}  # fmt: skip
LEAVE = [
    {"activity": "A2", "person": "P2", "leave_type": "sick", "state": "approved",
     "approved_at": "2023-07-20T10:00:00+08:00", "reason": "发热", "requested_at": "2023-07-20T09:00:00+08:00",
     "by": "P1"},
    {"activity": "A2", "person": "P3", "leave_type": "personal", "state": "withdrawn",
     "requested_at": "2023-07-19T09:00:00+08:00", "withdrawn_at": "2023-07-19T10:00:00+08:00"},
]  # fmt: skip
WITH_LEAVE = copy.deepcopy(FULL)
WITH_LEAVE["attendance"][1]["approved_at"] = "2023-07-20T10:00:00+08:00"
CAMPAIGN = {"id": "N1", "name": "主题教育", "from": "2023-04-01", "to": "2023-08-31"}
VOTES = [
    {"id": "V1", "activity": "A2", "motion": "accept_probationary", "subject": "EXT:丁一",
     "excluded_from_expected": ["P3"], "excluded_reason": {"P3": "在国外学习"},
     "in_person": {"for": 2, "against": 0, "abstain": 0}, "written": {"for": 1},
     "written_opinions": [{"person": "P2", "opinion": "for"}], "recorded_by": "P1"},
    {"id": "V2", "activity": "A2", "motion": "resolution", "excluded_from_expected": [], "excluded_reason": {},
     "in_person": {"for": 1, "against": 1, "abstain": 0}, "written": {"for": 0}, "title": "议题", "secret": True,
     "withdrawn_at": "2023-07-21T19:00:00+08:00", "note": "重复"},
]  # fmt: skip


def whole() -> dict[str, Any]:
    return document(
        first_agenda_items=[ITEM],
        activities=[copy.deepcopy(one) for one in (PLAIN, WITH_LEAVE, GROUP)],
        leave_requests=copy.deepcopy(LEAVE),
        votes=copy.deepcopy(VOTES),
        campaigns=[CAMPAIGN],
    )


NAMES = ("first_agenda_items", "activities", "leave_requests", "votes")


def test_activities_come_back_whole(storage: Storage) -> None:
    with storage.transaction() as session:
        branch_id = comes_back_whole(session, whole(), *NAMES)
        of = Activity.branch_id == branch_id
        row = session.scalars(select(Activity).where(of, Activity.archive_id == "A2")).one()
        came = select(Attendance).where(Attendance.activity_id == row.id).order_by(Attendance.id)
        assert [one.withdrawn_at is None for one in session.scalars(came)].count(False) == 1
        leave = session.scalars(select(LeaveRequest).where(LeaveRequest.activity_id == row.id)).all()
        assert sorted(one.state for one in leave) == [LeaveState.APPROVED, LeaveState.WITHDRAWN]
        states = session.scalars(
            select(Makeup.state).where(Makeup.activity_id == row.id, Makeup.withdrawn_at.is_(None))
        )
        assert sorted(states) == [MakeupState.ACCEPTED, MakeupState.ASSIGNED]
        assert row.campaign_id is not None
        assert row.recorder_id is None
        [vote, _] = session.scalars(select(Vote).where(Vote.activity_id == row.id).order_by(Vote.id))
        note = session.scalars(select(VoteExcluded.note).where(VoteExcluded.vote_id == vote.id)).one()
        assert (vote.subject_id is not None, note) == (True, "在国外学习")


def test_what_points_to_an_activity_follows_it(storage: Storage) -> None:
    """A task, an entry and a step, by the id of the document; a row that stays keeps its number."""
    found = whole() | {
        "reflection_tasks": [
            {"id": "R1", "title": "心得", "activity": "A2", "audience": "voluntary", "due_on": "2023-07-31",
             "per_person": 1}
        ],
        "cobuild_events": [{"id": "B1", "partner": "某支部", "on": "2023-07-21", "activity": "A2"}],
        "member_development": [
            {"id": "D1", "person": "EXT:丁一", "event": "accept_passed", "on": "2023-07-21", "activity": "A2",
             "vote": "V1"}
        ],
    }  # fmt: skip
    names = (*NAMES, "reflection_tasks", "member_development")
    with storage.transaction() as session:
        branch_id = comes_back_whole(session, found, *names)
        task = session.scalars(select(ReflectionTask).where(ReflectionTask.branch_id == branch_id)).one()
        row = session.scalars(
            select(Activity).where(Activity.branch_id == branch_id, Activity.archive_id == "A2")
        ).one()
        assert task.activity_id == row.id
        link = session.scalars(select(EntryLink).where(EntryLink.activity_id == row.id)).one()
        changed = copy.deepcopy(found)
        changed["activities"][1]["title"] = "支部党员大会"
        there = Target(branch_id)
        with pytest.raises(BadArchive, match="3 activities"):
            put(session, only(changed, "activities"), there)
        assert put(session, only(changed, "activities"), Target(branch_id, replace=True)).changed
        session.expire_all()
        assert (row.title, task.activity_id, link.activity_id) == ("支部党员大会", row.id, row.id)
        # One that goes is still pointed to by what the document does not bring.
        del changed["activities"][1]
        changed["votes"] = []
        with pytest.raises(BadArchive, match="still named by"):
            put(session, only(changed, "activities", "votes"), Target(branch_id, replace=True))


def test_an_archive_without_activities_names_those_of_the_branch(storage: Storage) -> None:
    with storage.transaction() as session:
        done = put(session, whole())
        vote = {**VOTES[1], "id": "V3", "activity": "A1"}
        assert put(session, document(votes=[vote]), over(done)).changed
        assert out(session, done.branch_id)["votes"] == [vote]
        assert faults_of(session, document(votes=[vote])) == [
            "votes[0].activity: found 'A1', should be the id of an activity of this archive"
        ]


FAULTS = [
    ("date", "2023-13-01", "activities[0].date: found '2023-13-01', should be a day such as 2022-08-15"),
    ("title", " ", "activities[0].title: found ' ', should be a text"),
    ("hours", 1.25, "activities[0].hours: found 1.25, should be a number from 0 to 1000, with one decimal at most"),
    ("status", "done", "activities[0].status: found 'done', should be one of planned held cancelled postponed"),
    ("first_agenda_items", ["F9"],
     "activities[0].first_agenda_items[0]: found 'F9', should be the id of a first-agenda item of this archive"),
    ("scope", {"kind": "group"}, "activities[0].scope.group: found None, should be the id of a group of this archive"),
    ("end_date", "2023-07-06",
     "activities[0].end_at: found '2023-07-06T17:00:00+08:00', should be not before `start_at`"),
    ("attendance", [{"person": "P9", "status": "present"}],
     "activities[0].attendance[0].person: found 'P9', should be the id of a person of this archive"),
    ("attendance", [{"person": "EXT:某人", "status": "present"}],
     "activities[0].attendance[0].status: found 'present', should be observer of somebody outside the roster"),
    ("attendance", [{"person": "P1", "status": "present"}, {"person": "P1", "status": "late"}],
     "activities[0].attendance: found 'P1', should be there once"),
    ("attendance", [{"person": "P1", "status": "leave", "approved": True}],
     "activities[0].attendance[0].leave_type: found None, should be one of official_duty sick personal"),
    ("components", 3, "activities[0].components: found 3, should be a list"),
]  # fmt: skip


@pytest.mark.parametrize(("field", "value", "said"), FAULTS, ids=[f"{one[0]}{at}" for at, one in enumerate(FAULTS)])
def test_every_fault_is_told_with_its_place(storage: Storage, field: str, value: Any, said: str) -> None:
    found = document(first_agenda_items=[ITEM], activities=[{**PLAIN, field: value}])
    with storage.transaction() as session:
        assert faults_of(session, found) == [said]


def test_references_to_activities_that_are_not_there(storage: Storage) -> None:
    found = document(
        activities=[],
        reflection_tasks=[{"id": "R1", "title": "心得", "due_on": "2023-07-31", "activity": "A7"}],
        leave_requests=[{"activity": "A8", "person": "P1", "leave_type": "sick"}],
    )
    with storage.transaction() as session:
        assert faults_of(session, found) == [
            "leave_requests[0].activity: found 'A8', should be the id of an activity of this archive",
            "reflection_tasks[0].activity: found 'A7', should be the id of an activity of this archive",
        ]


MINUTES = [
    {"activity": "A2", "component": "members_meeting", "agenda": ["学习", "讨论"],
     "speeches": [{"person": "P2", "text": "同意"}, {"name": "来宾", "text": "祝贺", "page": 2}, {"text": "大家赞成"}],
     "resolutions": ["通过"], "follow_up": [{"text": "整改", "owner": "甲一", "due_on": "2023-08-31", "done": False}],
     "recorded_at": "2023-07-22T09:00:00+08:00", "recorded_by": "P1", "signed": True},
    {"activity": "A2", "component": "party_lecture", "agenda": [], "speeches": [], "resolutions": [], "follow_up": [],
     "form": "paper", "state": "draft"},
]  # fmt: skip
NOTICES = [
    {"id": "B1", "activity": "A2", "text": "", "reply_by": "2023-07-20T12:00:00+08:00",
     "made_at": "2023-07-10T09:00:00+08:00", "made_by": "P1",
     "receipts": [
         {"person": "P1", "at": "2023-07-10T10:00:00+08:00", "withdrawn_at": "2023-07-10T10:05:00+08:00"},
         {"person": "P1", "at": "2023-07-10T11:00:00+08:00", "by_paper": True},
     ]},
    {"id": "B2", "text": "【通知】请交材料", "reply_by": "2023-07-21T12:00:00+08:00",
     "closed_at": "2023-07-22T09:00:00+08:00", "files": [{"file_id": "x"}], "receipts": [], "to": "全体"},
]  # fmt: skip
TEMPLATES = [
    {"id": "Q1", "component": "theme_party_day", "from": "2023-01-01", "to": None, "required_parts": ["重温誓词"],
     "optional_parts": [], "record_points": ["主持人"], "made_at": "2023-01-01T09:00:00+08:00", "made_by": "P1",
     "law": "条例"}
]  # fmt: skip
RECURRENCES = [
    {"id": "L1", "title": "主题党日", "week": 1, "weekday": 4, "clock": "14:30",
     "answers": {"types": ["theme_party_day"], "host": "P1", "lecturer": "=外请", "people": ["P2", "P3"],
                 "campaign": "N1"},
     "made_at": "2023-01-01T09:00:00+08:00", "made_by": "P1",
     "months": [
         {"month": "2023-07", "activity": "A1", "decided_at": "2023-07-01T09:00:00+08:00", "decided_by": "P1"},
         {"month": "2023-08", "activity": None, "decided_at": "2023-08-01T09:00:00+08:00"},
     ], "fixed": True},
    {"id": "L2", "title": "小组会", "answers": {}, "month_day": 31, "clock": "09:00",
     "made_at": "2023-01-01T09:00:00+08:00", "ended_at": "2023-05-01T09:00:00+08:00", "months": []},
]  # fmt: skip
BESIDE = ("minutes", "notices", "activity_templates", "recurrences")


def with_all() -> dict[str, Any]:
    beside = dict(zip(BESIDE, (MINUTES, NOTICES, TEMPLATES, RECURRENCES), strict=True))
    return whole() | copy.deepcopy(beside)


def test_minutes_notices_and_plans_come_back_whole(storage: Storage) -> None:
    with storage.transaction() as session:
        branch_id = comes_back_whole(session, with_all(), *NAMES, *BESIDE)
        mine = select(Recurrence).where(Recurrence.branch_id == branch_id)
        row = session.scalars(mine.order_by(Recurrence.id)).first()
        assert row is not None
        host = session.scalars(select(Person.id).where(Person.branch_id == branch_id, Person.name == "甲一")).one()
        assert (row.answers["host"], row.answers["lecturer"], monthly.words_of(row)) == (
            str(host), "=外请", "每月第1个周五14:30",
        )  # fmt: skip
        # One that the document does not have goes, and the rest keep their rows.
        kept = session.scalars(select(Minutes.id).order_by(Minutes.id)).first()
        fewer = document(minutes=MINUTES[:1], notices=[]) | {"people": with_all()["people"]}
        assert put(session, only(fewer, "minutes", "notices"), Target(branch_id, replace=True)).changed
        assert session.scalars(select(Minutes.id).order_by(Minutes.id)).all()[0] == kept
        written = out(session, branch_id)
        assert (written["minutes"], "notices" in written) == (MINUTES[:1], False)


MORE_FAULTS = [
    ("minutes", {"component": "open_talk"},
     "minutes[0].component: found 'open_talk', should be one of the components of its activity"),
    ("minutes", {"state": "draft", "finished_at": "2023-07-22T09:00:00+08:00"},
     "minutes[0].finished_at: found '2023-07-22T09:00:00+08:00', should be nothing, since it is a draft"),
    ("notices", {"reply_by": None},
     "notices[0].reply_by: found None, should be an instant with its offset, such as 2022-08-15T09:00:00+08:00"),
    ("recurrences", {"week": None},
     "recurrences[0].month_day: found None, should be a day of the month, or `week` and `weekday`"),
    ("recurrences", {"answers": {"host": "P9"}},
     "recurrences[0].answers.host: found 'P9', should be the id of a person of this archive"),
    ("activity_templates", {"to": "2022-01-01"},
     "activity_templates[0].to: found '2022-01-01', should be not before `from`"),
    ("votes", {"subject": None}, "votes[0].subject: found None, should be whom it is about"),
    ("votes", {"excluded_reason": {"P1": "x"}},
     "votes[0].excluded_reason: found 'P1', should be of those in `excluded_from_expected`"),
]  # fmt: skip


def test_faults_of_what_hangs_on_them(storage: Storage) -> None:
    found = with_all()
    with storage.transaction() as session:
        for name, change, said in MORE_FAULTS:
            broken = {**found, name: [{**found[name][0], **change}]}
            assert faults_of(session, broken) == [said]


def test_two_hundred_faults_are_all_told_and_nothing_is_written(storage: Storage) -> None:
    """Of every collection some, each with its place."""
    activities = [{**PLAIN, "id": f"A{at}", "date": "soon", "first_agenda_items": []} for at in range(60)]
    attended = {**PLAIN, "id": "A99", "first_agenda_items": [], "attendance": [
        {"person": f"X{at}", "status": "present"} for at in range(60)
    ]}  # fmt: skip
    votes = [{**VOTES[1], "id": f"V{at}", "activity": "A100", "withdrawn_at": None} for at in range(40)]
    minutes = [{"activity": "A99", "component": "open_talk", "agenda": at} for at in range(20)]
    corrections = [{"id": f"Z{at}", "quarter": "2023Q3", "kind": "none"} for at in range(20)]
    found = document(activities=[*activities, attended], votes=votes, minutes=minutes, corrections=corrections)
    with storage.transaction() as session:
        faults = faults_of(session, found)
        assert session.scalars(select(Activity.id)).all() == []
        assert session.scalars(select(Person.id)).all() == []
    told = [line.partition(":")[0] for line in faults]
    assert len(told) >= 200
    assert {f"activities[{at}].date" for at in range(60)} <= set(told)
    assert {f"activities[60].attendance[{at}].person" for at in range(60)} <= set(told)
    assert {f"votes[{at}].activity" for at in range(40)} <= set(told)
    assert {f"minutes[{at}].agenda" for at in range(20)} <= set(told)
    assert {f"corrections[{at}].kind" for at in range(20)} <= set(told)


HELD = [
    {"activity": "A2", "role": "photo", "file": {"kind": "photo", "file_id": "x", "file_unique_id": "u"},
     "stored": "H1", "added_by": "P1"},
    {"activity": "A2", "role": "minutes", "component": "members_meeting",
     "file": {"kind": "document", "file_id": "y", "file_unique_id": "v", "name": "记录.docx"},
     "added_at": "2023-07-22T09:00:00+08:00", "withdrawn_at": "2023-07-22T10:00:00+08:00"},
]  # fmt: skip
KEPT = {
    "id": "H1", "name": "合影.jpg", "media_type": "image/jpeg", "size": 3, "sha256": "0" * 64, "stored": True,
    "about": ["activities/A2"],
}  # fmt: skip


def test_files_of_activities_come_back_with_what_is_kept(storage: Storage) -> None:
    found = whole() | {"activity_files": copy.deepcopy(HELD), "files": [KEPT]}
    found["activity_files"][0]["added_at"] = "2023-07-21T19:00:00+08:00"
    with storage.transaction() as session:
        branch_id = comes_back_whole(session, found, *NAMES, "activity_files", "files")
        mine = select(ActivityFile).join(Activity, Activity.id == ActivityFile.activity_id)
        rows = session.scalars(mine.where(Activity.branch_id == branch_id).order_by(ActivityFile.id)).all()
        kept = session.scalars(select(StoredFile.id).where(StoredFile.branch_id == branch_id)).one()
        assert [row.stored_id for row in rows] == [kept, None]
        wrong = {**found, "activity_files": [{**HELD[0], "stored": "H9"}]}
        assert faults_of(session, wrong) == [
            "activity_files[0].stored: found 'H9', should be the id of a file of this archive"
        ]
