"""The example archive laid into the tables, and what it must come to: the strongest test of every figure."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy.orm import Session

from bot.features.archive import exams as archive
from bot.features.archive.parts import Around
from storage.choices import (
    ActivityStatus,
    ActivityType,
    AttendanceStatus,
    Duty,
    ExamMode,
    HandInKind,
    LeaveState,
    LeaveType,
    MakeupState,
    MembershipStatus,
    OrganisationKind,
    Organizer,
    PieceState,
    Rank,
    Scope,
    SignInMethod,
    StudyItemKind,
    StudyItemState,
    TaskAudience,
)
from storage.models.activity import Activity, ActivityFirstAgendaItem, Component, Delegate, FirstAgendaItem
from storage.models.attendance import Attendance, LeaveRequest, Makeup
from storage.models.exam import Exam, ExamAttempt
from storage.models.organisation import Organisation, PartyGroup
from storage.models.person import (
    CategorySpan,
    DutySpan,
    ExemptionSpan,
    GroupSpan,
    MembershipSpan,
    Person,
    RankSpan,
    RosterSpan,
)
from storage.models.reflection import Reflection, ReflectionTask, SelfCheckItem
from storage.models.reminder import Acknowledgement, Reminder, ReminderAudience
from storage.models.study import MonthlyTheme, StudyCompletion, StudyItem

HERE = Path(__file__).parent
SHANGHAI = ZoneInfo("Asia/Shanghai")
SELF_CHECKS = 1000


def number(reference: str) -> int:
    """P7 -> 7: rows keep the archive's ids, so that the figures can be compared name by name."""
    return int(reference[1:])


def day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def instant(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


@dataclass
class Archive:
    """Writes an archive's collections as rows; `leave_out` people of one kind of row are the caller's business."""

    session: Session
    document: dict[str, Any]
    branch_id: int = 1
    at: datetime = field(default=datetime(2022, 7, 1, tzinfo=SHANGHAI))

    def lay(self) -> None:
        self.branch()
        for person in self.document["people"]:
            self.person(person)
        self.session.flush()
        self.leaders()
        for activity in self.document["activities"]:
            self.activity(activity)
        self.study()
        self.reflections()
        self.self_checks()
        self.exams()
        self.reminders()
        self.session.flush()

    def branch(self) -> None:
        said = self.document["branch"]
        self.session.add(
            Organisation(id=self.branch_id, kind=OrganisationKind.BRANCH, name=said["name"], created_at=self.at)
        )
        self.session.flush()
        for group in said["groups"]:
            self.session.add(PartyGroup(id=number(group["id"]), branch_id=self.branch_id, name=group["name"]))
        for item in self.document["first_agenda_items"]:
            row = FirstAgendaItem(
                id=number(item["id"]), branch_id=self.branch_id, title=item["title"], created_at=self.at
            )
            self.session.add(row)
        self.session.flush()

    def person(self, said: dict[str, Any]) -> None:
        person = number(said["id"])
        self.session.add(Person(id=person, branch_id=self.branch_id, name=said["name"], created_at=self.at))
        self.session.flush()
        began = date(2018, 1, 1)
        for span in said["roster"]:
            self.span(RosterSpan, person, span, branch_id=self.branch_id)
        for span in said["membership"]:
            self.span(MembershipSpan, person, span, status=MembershipStatus(span["status"]))
        for span in said["exemptions"]:
            self.span(ExemptionSpan, person, span, reason=span["reason"])
        for row in said["rank_history"]:
            self.span(RankSpan, person, row, rank=Rank(row["rank"]))
        self.session.add(GroupSpan(person_id=person, from_on=began, group_id=number(said["group"])))
        self.session.add(CategorySpan(person_id=person, from_on=began, category=said["category"]))
        for duty in said["duties"]:
            if duty != "group_leader":
                span = DutySpan(person_id=person, from_on=began, organisation_id=self.branch_id, duty=Duty(duty))
                self.session.add(span)

    def span(self, kind: type[Any], person: int, said: dict[str, Any], **values: Any) -> None:
        self.session.add(kind(person_id=person, from_on=day(said["from"]), to_on=day(said.get("to")), **values))

    def leaders(self) -> None:
        for group in self.document["branch"]["groups"]:
            self.session.add(
                DutySpan(
                    person_id=number(group["leader"]),
                    from_on=date(2018, 1, 1),
                    organisation_id=self.branch_id,
                    duty=Duty.GROUP_LEADER,
                    group_id=number(group["id"]),
                )
            )

    def activity(self, said: dict[str, Any]) -> None:
        row, scope = number(said["id"]), said["scope"]
        start = datetime.combine(date.fromisoformat(said["date"]), time(14, 30), SHANGHAI)
        self.session.add(
            Activity(
                id=row,
                branch_id=self.branch_id,
                title=said["title"],
                status=ActivityStatus(said["status"]),
                organizer=Organizer(said["organizer"]),
                scope=Scope(scope["kind"]),
                group_id=number(scope["group"]) if "group" in scope else None,
                planned_on=date.fromisoformat(said["planned_date"]),
                start_at=start,
                end_at=start + timedelta(hours=2),
                hours=Decimal(str(said["hours"])),
                sites=said["sites"],
                partners=said["partners"],
                created_by_id=1,
                created_at=self.at,
                settled_at=instant(said["recorded_at"]),
            )
        )
        self.session.flush()
        for component in said["components"]:
            lecturer = component.get("lecturer")
            self.session.add(
                Component(
                    activity_id=row,
                    type=ActivityType(component["type"]),
                    lecturer_id=number(lecturer) if lecturer else None,
                )
            )
        for item in said["first_agenda_items"]:
            self.session.add(ActivityFirstAgendaItem(activity_id=row, item_id=number(item)))
        for person in scope.get("delegates", []):
            self.session.add(Delegate(activity_id=row, person_id=number(person)))
        for attendance in said["attendance"]:
            self.attendance(row, start, attendance)
        for makeup in said["makeups"]:
            self.makeup(row, makeup)

    def attendance(self, activity: int, at: datetime, said: dict[str, Any]) -> None:
        person = number(said["person"])
        if said["status"] != "leave":
            status = AttendanceStatus(said["status"])
            self.session.add(
                Attendance(activity_id=activity, person_id=person, status=status, method=SignInMethod.MARKED, at=at)
            )
            return
        state = LeaveState.APPROVED if said["approved"] else LeaveState.REFUSED
        self.session.add(
            LeaveRequest(
                activity_id=activity,
                person_id=person,
                type=LeaveType(said["leave_type"]),
                state=state,
                requested_at=at,
                decided_at=at,
            )
        )

    def makeup(self, activity: int, said: dict[str, Any]) -> None:
        self.session.add(
            Makeup(
                activity_id=activity,
                person_id=number(said["person"]),
                state=MakeupState.ACCEPTED,
                done_on=day(said["done_on"]),
            )
        )

    def study(self) -> None:
        for said in self.document["monthly_themes"]:
            self.session.add(
                MonthlyTheme(
                    branch_id=self.branch_id,
                    month=said["month"],
                    title=said["theme"],
                    prompt_sent_on=day(said["prompt_sent_on"]),
                    created_by_id=1,
                    created_at=self.at,
                )
            )
        for said in self.document["study_items"]:
            state = StudyItemState(said["state"])
            self.session.add(
                StudyItem(
                    id=number(said["id"]),
                    branch_id=self.branch_id,
                    kind=StudyItemKind(said["kind"]),
                    title=said["title"],
                    assigned_on=day(said["assigned_on"]),
                    due_on=day(said["due_on"]),
                    state=state,
                    created_by_id=1,
                    created_at=self.at,
                    withdrawn_at=self.at if state is StudyItemState.WITHDRAWN else None,
                )
            )
        self.session.flush()
        for said in self.document["study_completions"]:
            done_on = date.fromisoformat(said["completed_on"])
            self.session.add(
                StudyCompletion(
                    item_id=number(said["item"]),
                    person_id=number(said["person"]),
                    completed_on=done_on,
                    completed_at=datetime.combine(done_on, time(20), SHANGHAI),
                )
            )

    def reflections(self) -> None:
        for said in self.document["reflection_tasks"]:
            self.session.add(
                ReflectionTask(
                    id=number(said["id"]),
                    branch_id=self.branch_id,
                    title=said["title"],
                    activity_id=number(said["activity"]) if "activity" in said else None,
                    study_item_id=number(said["study_item"]) if "study_item" in said else None,
                    audience=TaskAudience(said["audience"]),
                    due_on=day(said["due_on"]),
                    per_person=said["per_person"],
                    created_by_id=1,
                    created_at=self.at,
                )
            )
        self.session.flush()
        for said in self.document["reflections"]:
            self.session.add(
                Reflection(
                    task_id=number(said["task"]),
                    person_id=number(said["person"]),
                    version=said["version"],
                    state=PieceState(said["state"]),
                    started_at=self.at,
                    submitted_at=instant(said["submitted_at"]),
                )
            )

    def exams(self) -> None:
        people = [said["id"] for said in self.document["people"]]
        found, _ = archive.read(self.document, Around(self.session, self.branch_id, people, SHANGHAI))
        assert found is not None
        for one in found.tests:
            score = {"full_score": one.full, "pass_score": one.least}
            self.session.add(
                Exam(
                    id=number(one.id),
                    branch_id=self.branch_id,
                    title=one.title,
                    held_on=one.held_on,
                    mode=ExamMode.OUTSIDE,
                    made_at=self.at,
                    set_at=self.at,
                    **score,
                )
            )
        self.session.flush()
        for row in found.attempts:
            when = {"submitted_at": row.submitted_at, "recorded_at": row.recorded_at}
            self.session.add(
                ExamAttempt(
                    exam_id=number(row.exam), person_id=number(row.person), kind=row.kind, score=row.score, **when
                )
            )

    def self_checks(self) -> None:
        """Beside the tasks of reflections, whose numbers they must not have."""
        for said in self.document["self_check_tasks"]:
            self.session.add(
                ReflectionTask(
                    id=SELF_CHECKS + number(said["id"]),
                    branch_id=self.branch_id,
                    kind=HandInKind.SELF_CHECK,
                    title="自查表",
                    activity_id=number(said["activity"]),
                    audience=TaskAudience.ALL_MEMBERS,
                    due_on=day(said["due_on"]),
                    created_by_id=1,
                    created_at=self.at,
                )
            )
        self.session.flush()
        for said in self.document["self_checks"]:
            form = Reflection(
                task_id=SELF_CHECKS + number(said["task"]),
                person_id=number(said["person"]),
                state=PieceState(said["state"]),
                started_at=self.at,
                submitted_at=instant(said["submitted_at"]),
            )
            self.session.add(form)
            self.session.flush()
            for position, item in enumerate(said["items"], 1):
                words = {"problem": item["problem"], "measure": item["measure"], "due_on": day(item["due_on"])}
                self.session.add(SelfCheckItem(reflection_id=form.id, position=position, received_at=self.at, **words))

    def reminders(self) -> None:
        for said in self.document["reminders"]:
            row, sent_at = number(said["id"]), datetime.fromisoformat(said["sent_at"])
            self.session.add(
                Reminder(
                    id=row,
                    branch_id=self.branch_id,
                    kind=said["kind"],
                    block_start=date(2022, 9, 10),
                    block_end=date(2022, 9, 12),
                    holidays=[f"2022:{name}" for name in said["holidays"]],
                    text="",
                    sent_at=sent_at,
                    ack_due=instant(said["ack_due"]),
                )
            )
            self.session.flush()
            for person in said["audience"]:
                self.session.add(ReminderAudience(reminder_id=row, person_id=number(person)))
            for ack in said["acks"]:
                self.session.add(
                    Acknowledgement(reminder_id=row, person_id=number(ack["person"]), at=instant(ack["at"]))
                )


@pytest.fixture(scope="session")
def example() -> dict[str, Any]:
    document: dict[str, Any] = json.loads((HERE / "archive_example.json").read_text())
    return document


@pytest.fixture(scope="session")
def right_answer() -> dict[str, Any]:
    document: dict[str, Any] = json.loads((HERE / "archive_example.tally.json").read_text())
    return document


@pytest.fixture
def lay(example: dict[str, Any]) -> Callable[[Session], Archive]:
    def into(session: Session) -> Archive:
        archive = Archive(session, example)
        archive.lay()
        return archive

    return into
