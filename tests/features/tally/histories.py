"""Branches with a random past, the same for the same seed: everything that is counted, in time, late, taken back."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from bot.kit.closing import SETTING
from scheduler.calendar.days import Quarter
from storage.choices import (
    ActivityStatus,
    ActivityType,
    AttendanceStatus,
    Category,
    Duty,
    ExemptionReason,
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
from storage.models.reflection import Reflection, ReflectionTask
from storage.models.reminder import Acknowledgement, Reminder, ReminderAudience
from storage.models.study import MonthlyTheme, StudyCompletion, StudyItem

SHANGHAI = ZoneInfo("Asia/Shanghai")
FIRST, LAST = date(2022, 7, 1), date(2024, 6, 30)
BEGAN = date(2020, 1, 1)
BRANCH, ABOVE, BESIDE = 1, 2, 3
SITES, PARTNERS = ("某故居", "某纪念馆", "某老区"), ("甲支部", "乙支部")


class History:
    """Writes one branch, with a superior's officer above it and a branch beside it."""

    def __init__(self, session: Session, seed: int) -> None:
        self.session, self.random = session, Random(seed)

    def write(self) -> None:
        self.organisations()
        self.persons()
        items = [
            self.add(FirstAgendaItem(branch_id=BRANCH, title=f"文件{number}", created_at=self.noon(FIRST)))
            for number in range(4)
        ]
        self.session.flush()
        activities = [self.activity(items) for _ in range(self.random.choice([0, 10, 60]))]
        study = [self.study_item(number) for number in range(self.random.choice([0, 5, 20]))]
        for month in range(1, 13):
            self.theme(2023, month)
        for number in range(self.random.choice([0, 4, 12])):
            self.task(number, activities, study)
        for number in range(self.random.choice([0, 3, 9])):
            self.reminder(number)
        self.session.flush()

    # --- by chance ---

    def add(self, row: Any) -> Any:
        self.session.add(row)
        return row

    def flip(self, chance: float = 0.5) -> bool:
        return self.random.random() < chance

    def day(self, first: date = FIRST, last: date = LAST) -> date:
        """Any day; the ends of a quarter come more often."""
        found = first + timedelta(days=self.random.randint(0, (last - first).days))
        if self.flip(0.3):
            quarter = Quarter.of(found)
            found = self.random.choice([quarter.start, quarter.end])
        return min(max(found, first), last)

    def noon(self, day: date) -> datetime:
        return datetime.combine(day, time(12), SHANGHAI)

    def about(self, day: date) -> datetime:
        """When something of a day is recorded: soon, in the days of grace, or too late."""
        closes = Quarter.of(day).cut_off(SHANGHAI, self.close_day)
        least = timedelta(microseconds=1)
        return self.random.choice(
            [self.noon(day), self.noon(day), self.noon(day + timedelta(days=9)), closes - least, closes]
        )

    def gone(self, day: date) -> datetime | None:
        return self.about(day) if self.flip(0.15) else None

    def some(self, people: Sequence[int], chance: float) -> list[int]:
        return [one for one in people if self.flip(chance)]

    # --- people ---

    def organisations(self) -> None:
        self.close_day = self.random.choice([5, 10, 10, 15])
        made = {"created_at": self.noon(BEGAN)}
        self.add(Organisation(id=ABOVE, kind=OrganisationKind.GENERAL_BRANCH, name="机关总支", settings={}, **made))
        self.session.flush()
        settings = {} if self.close_day == 10 else {SETTING: self.close_day}
        for number, name in ((BRANCH, "示范党支部"), (BESIDE, "第二支部")):
            self.add(
                Organisation(
                    id=number, parent_id=ABOVE, kind=OrganisationKind.BRANCH, name=name, settings=settings, **made
                )
            )
        self.session.flush()
        self.groups = list(range(1, self.random.randint(2, 4)))
        for group in self.groups:
            self.add(PartyGroup(id=group, branch_id=BRANCH, name=f"第{group}党小组"))
        self.session.flush()

    def persons(self) -> None:
        self.people = list(range(1, self.random.randint(3, 12)))
        for person in self.people:
            name = "某同志" if self.flip(0.2) else f"同志{person}"
            self.add(Person(id=person, branch_id=BRANCH, name=name, created_at=self.noon(BEGAN)))
            self.session.flush()
            self.spans(person)
        self.add(Person(id=99, branch_id=ABOVE, name="总支干部", created_at=self.noon(BEGAN)))
        self.session.flush()
        above = {"organisation_id": ABOVE, "duty": Duty.COMMITTEE_OFFICER}
        self.add(DutySpan(person_id=99, from_on=BEGAN, **above))
        since = self.day()
        first, second = self.people[0], self.people[-1]
        self.office(first, Duty.SECRETARY, BEGAN, since)
        self.office(second, Duty.SECRETARY, since)
        self.office(self.random.choice(self.people), Duty.ORGANIZATION_OFFICER, BEGAN)

    def office(self, person: int, duty: Duty, from_on: date, to_on: date | None = None) -> None:
        self.add(DutySpan(person_id=person, organisation_id=BRANCH, duty=duty, from_on=from_on, to_on=to_on))

    def spans(self, person: int) -> None:
        joined = BEGAN if self.flip(0.7) else self.day()
        left = self.day(joined + timedelta(days=1), date(2024, 12, 31)) if self.flip(0.3) else None
        self.add(RosterSpan(person_id=person, branch_id=BRANCH, from_on=joined, to_on=left))
        if left is not None and self.flip():
            back = left + timedelta(days=self.random.choice([0, 40]))
            self.add(RosterSpan(person_id=person, branch_id=self.random.choice([BRANCH, BESIDE]), from_on=back))
        full = self.day() if self.flip(0.3) else None
        begun = joined if self.flip(0.8) else joined - timedelta(days=1)
        first = MembershipStatus.PROBATIONARY if full is not None and full > begun else MembershipStatus.FULL
        ends = full if first is MembershipStatus.PROBATIONARY else None
        self.add(MembershipSpan(person_id=person, status=first, from_on=begun, to_on=ends))
        if ends is not None:
            self.add(MembershipSpan(person_id=person, status=MembershipStatus.FULL, from_on=ends))
        if self.groups and self.flip(0.9):
            moved = self.day() if self.flip(0.4) else None
            self.add(GroupSpan(person_id=person, group_id=self.random.choice(self.groups), from_on=BEGAN, to_on=moved))
            if moved is not None:
                self.add(GroupSpan(person_id=person, group_id=self.random.choice(self.groups), from_on=moved))
        self.add(CategorySpan(person_id=person, category=self.random.choice(list(Category)), from_on=BEGAN))
        rank = self.random.choice([Rank.CLERK, Rank.SECTION])
        self.add(RankSpan(person_id=person, rank=rank, from_on=BEGAN))
        if self.flip(0.2):
            since = self.day()
            until = since + timedelta(days=60)
            reason = ExemptionReason.ABROAD
            self.add(ExemptionSpan(person_id=person, reason=reason, from_on=since, to_on=until))

    # --- what they did ---

    def activity(self, items: Sequence[FirstAgendaItem]) -> Activity:
        day, scope = self.day(), self.random.choice([*[Scope.BRANCH] * 4, *Scope])
        if scope is Scope.GROUP and not self.groups:
            scope = Scope.BRANCH
        start = datetime.combine(day, self.random.choice([time(0, 5), time(14, 30), time(23, 30)]), SHANGHAI)
        own = scope is not Scope.DELEGATED
        organizers = [*[Organizer.OWN_BRANCH] * 4, Organizer.JOINT, Organizer.SUPERIOR]
        row = self.add(
            Activity(
                branch_id=BRANCH,
                title=f"{day.month}月活动",
                status=self.random.choice([*[ActivityStatus.HELD] * 9, *ActivityStatus]),
                organizer=self.random.choice(organizers) if own else Organizer.OTHER_BRANCH,
                scope=scope,
                group_id=self.random.choice(self.groups) if scope is Scope.GROUP else None,
                planned_on=day,
                start_at=start,
                end_at=start + timedelta(minutes=20),
                hours=Decimal(self.random.choice(["0", "1.5", "4"])),
                sites=self.some_of(SITES),
                partners=[{"name": one} if self.flip() else one for one in self.some_of(PARTNERS)],
                created_by_id=self.people[0],
                created_at=self.noon(day),
                settled_at=None if self.flip(0.1) else self.about(day),
            )
        )
        self.session.flush()
        for kind in self.random.sample(list(ActivityType), self.random.randint(1, 3)):
            lecturer = self.random.choice([*self.people, 99]) if kind is ActivityType.PARTY_LECTURE else None
            self.add(Component(activity_id=row.id, type=kind, lecturer_id=lecturer))
        for item in items:
            if self.flip(0.2):
                self.add(ActivityFirstAgendaItem(activity_id=row.id, item_id=item.id))
        if scope is Scope.DELEGATED:
            for person in self.some(self.people, 0.3):
                self.add(Delegate(activity_id=row.id, person_id=person))
        for person in self.people:
            self.came(row.id, person, day)
        return row

    def some_of(self, names: Sequence[str]) -> list[str]:
        return [one for one in names if self.flip(0.3)]

    def came(self, activity_id: int, person: int, day: date) -> None:
        of = {"activity_id": activity_id, "person_id": person}
        if self.flip(0.7):
            status = self.random.choice([*[AttendanceStatus.PRESENT] * 4, *AttendanceStatus])
            at, gone = self.about(day), self.gone(day)
            self.add(Attendance(status=status, method=SignInMethod.BUTTON, at=at, withdrawn_at=gone, **of))
        if self.flip(0.3):
            state = self.random.choice([LeaveState.APPROVED, *LeaveState])
            leave = {"type": LeaveType.SICK, "state": state, "requested_at": self.noon(day)}
            self.add(LeaveRequest(decided_at=self.about(day), withdrawn_at=self.gone(day), **leave, **of))
        if self.flip(0.2):
            state, done = self.random.choice([MakeupState.ACCEPTED, *MakeupState]), self.about(day).date()
            self.add(Makeup(state=state, done_on=done, withdrawn_at=self.gone(day), **of))

    def study_item(self, number: int) -> StudyItem:
        assigned = self.day()
        withdrawn = self.flip(0.1)
        row = self.add(
            StudyItem(
                branch_id=BRANCH,
                kind=self.random.choice(list(StudyItemKind)),
                title=f"书目{number}",
                assigned_on=assigned,
                due_on=assigned + timedelta(days=self.random.choice([0, 20, 40])),
                state=StudyItemState.WITHDRAWN if withdrawn else StudyItemState.ASSIGNED,
                withdrawn_at=self.noon(assigned) if withdrawn else None,
                created_by_id=self.people[0],
                created_at=self.noon(assigned),
            )
        )
        self.session.flush()
        for person in self.some(self.people, 0.6):
            at = self.about(assigned)
            gone = self.gone(assigned)
            self.add(
                StudyCompletion(
                    item_id=row.id, person_id=person, completed_on=at.date(), completed_at=at, withdrawn_at=gone
                )
            )
        return row

    def theme(self, year: int, month: int) -> None:
        first = date(year, month, 1)
        self.add(
            MonthlyTheme(
                branch_id=BRANCH,
                month=f"{year}-{month:02}",
                title=f"主题{month}",
                prompt_sent_on=first + timedelta(days=self.random.randint(-2, 5)) if self.flip(0.7) else None,
                created_by_id=self.people[0],
                created_at=self.noon(first),
            )
        )

    def task(self, number: int, activities: Sequence[Activity], study: Sequence[StudyItem]) -> None:
        activity = self.random.choice(activities) if activities and self.flip() else None
        item = self.random.choice(study) if study and activity is None and self.flip() else None
        made = activity.start_at.date() if activity else item.assigned_on if item else self.day()
        row = self.add(
            ReflectionTask(
                branch_id=BRANCH,
                title=f"心得{number}",
                activity_id=activity.id if activity else None,
                study_item_id=item.id if item else None,
                audience=self.random.choice(list(TaskAudience)),
                due_on=made + timedelta(days=self.random.choice([0, 7])),
                per_person=2,
                created_by_id=self.people[0],
                created_at=self.noon(made),
                cancelled_at=self.noon(made) if self.flip(0.1) else None,
            )
        )
        self.session.flush()
        for person in self.some(self.people, 0.6):
            for piece in range(1, self.random.randint(2, 3)):
                for version in range(1, self.random.randint(2, 4)):
                    self.piece(row.id, person, piece, version, made)

    def piece(self, task_id: int, person: int, piece: int, version: int, made: date) -> None:
        state = self.random.choice([PieceState.ACCEPTED, *PieceState])
        at = None if state is PieceState.DRAFT else self.about(made)
        row = {"task_id": task_id, "person_id": person, "piece": piece, "version": version, "state": state}
        self.add(Reflection(started_at=self.noon(made), submitted_at=at, withdrawn_at=self.gone(made), **row))

    def reminder(self, number: int) -> None:
        day = self.day()
        row = self.add(
            Reminder(
                branch_id=BRANCH,
                kind="pre_holiday_integrity",
                block_start=day + timedelta(days=3),
                block_end=day + timedelta(days=5),
                round=number + 1,
                holidays=[f"{day.year}:{self.random.choice(['中秋', '国庆', '元旦'])}"],
                text="",
                sent_at=self.noon(day),
                ack_due=self.noon(day + timedelta(days=2)),
            )
        )
        self.session.flush()
        for person in self.some(self.people, 0.8):
            self.add(ReminderAudience(reminder_id=row.id, person_id=person))
        for person in self.some(self.people, 0.7):
            self.add(Acknowledgement(reminder_id=row.id, person_id=person, at=self.about(day)))


def write(session: Session, seed: int) -> None:
    """The branch BRANCH with the past of this seed."""
    History(session, seed).write()
