"""The random past of histories.py, with talks, tests and entries of the register beside it."""

from datetime import date, timedelta
from random import Random
from typing import Any

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from storage.base import Model, table
from storage.choices import AttemptKind, ExamMode, TalkKind, TalkMode
from storage.models.attendance import Attendance, LeaveRequest, Makeup
from storage.models.entry import Entry, EntryDay, EntryPerson, EntryValue
from storage.models.exam import Exam, ExamAttempt
from storage.models.reflection import Reflection
from storage.models.reminder import Acknowledgement, ReminderAudience
from storage.models.study import StudyCompletion
from storage.models.talk import Talk, TalkCampaign, TalkPerson
from tests.features.tally.histories import BRANCH, History

# What is entered by many, row by row; no code of a figure holds the number of such a row.
ENTERED: tuple[type[Model], ...] = (
    Attendance, LeaveRequest, Makeup, StudyCompletion, Reflection, ReminderAudience, Acknowledgement, ExamAttempt,
    TalkPerson,
)  # fmt: skip


class WholeHistory(History):
    def write(self) -> None:
        super().write()
        for number in range(self.random.randint(0, 2)):
            self.campaign(number)
        for number in range(self.random.randint(0, 8)):
            self.talk(number, None, self.day())
        for number in range(self.random.randint(0, 3)):
            self.exam(number)
        for number in range(self.random.randint(0, 5)):
            self.training(number)
        self.session.flush()

    def campaign(self, number: int) -> None:
        first = self.day()
        last = first + timedelta(days=self.random.choice([0, 30]))
        made = self.noon(first) if self.flip(0.8) else None
        row = TalkCampaign(branch_id=BRANCH, topic="谈心", from_on=first, last_on=last, made_at=made, mark=number)
        self.add(row)
        self.session.flush()
        for at in range(self.random.randint(0, 5)):
            self.talk(100 * (number + 1) + at, row.id, first + timedelta(days=self.random.choice([-1, 0, 30])))

    def talk(self, mark: int, campaign: int | None, on: date) -> None:
        kind, mode = self.random.choice(list(TalkKind)), self.random.choice(list(TalkMode))
        row = Talk(
            branch_id=BRANCH,
            on=on,
            talker_id=self.random.choice(self.people),
            kind=kind,
            mode=mode,
            written_record=self.flip(0.7),
            campaign_id=campaign,
            recorded_at=self.about(on) if self.flip(0.9) else None,
            withdrawn_at=self.gone(on),
            mark=mark,
        )
        self.add(row)
        self.session.flush()
        for person in self.some(self.people, 0.3) or self.people[:1]:
            self.add(TalkPerson(talk_id=row.id, person_id=person))

    def exam(self, number: int) -> None:
        day = self.day()
        made = self.noon(day)
        score = {"full_score": 10_000, "pass_score": 8_000}
        row = Exam(
            branch_id=BRANCH,
            title=f"测试{number}",
            held_on=day,
            mode=ExamMode.OUTSIDE,
            made_at=made,
            set_at=made,
            **score,
        )
        row.withdrawn_at = self.gone(day)
        self.add(row)
        self.session.flush()
        for person in self.some(self.people, 0.8):
            for kind in self.random.sample(list(AttemptKind), self.random.randint(1, 2)):
                scored = {"score": self.random.randint(50, 100) * 100, "recorded_at": self.about(day)}
                gone = self.gone(day)
                self.add(ExamAttempt(exam_id=row.id, person_id=person, kind=kind, withdrawn_at=gone, **scored))

    def training(self, number: int) -> None:
        day = self.day()
        row = Entry(branch_id=BRANCH, kind="training", title=f"培训{number}", recorded_at=self.about(day))
        row.withdrawn_at = self.noon(day) if self.flip(0.1) else None
        self.add(row)
        self.session.flush()
        self.add(EntryDay(entry_id=row.id, field="period", on=day, last=day + timedelta(days=2)))
        self.add(EntryValue(entry_id=row.id, field="hours", hundredths=self.random.choice([100, 800])))
        for person in self.some(self.people, 0.3):
            self.add(EntryPerson(entry_id=row.id, field="trainees", person_id=person))


def enter_otherwise(session: Session, random: Random) -> None:
    """The same rows as if they had been entered in another order."""
    session.flush()
    session.expunge_all()
    for model in ENTERED:
        of = table(model)
        rows: list[dict[str, Any]] = [dict(row) for row in session.execute(select(of)).mappings()]
        random.shuffle(rows)
        session.execute(delete(of))
        for row in rows:
            row.pop("id", None)
        if rows:
            session.connection().execute(insert(of), rows)
