"""The base branch with a bank of questions, and short words for what people do with tests."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.features.exams import making, score_lines, scores, service, sitting
from bot.features.exams.making import Plan
from bot.features.exams.rules import Counted
from bot.features.question_bank import service as bank
from bot.features.question_bank.rules import Question
from storage.audience import Me
from storage.choices import ExamMode, QuestionKind
from storage.models.exam import Exam, ExamAnswer, ExamAttempt
from tests.cast import Cast

SHANGHAI = ZoneInfo("Asia/Shanghai")
OPTIONS = ("甲项", "乙项", "丙项", "丁项")


def local(text: str) -> datetime:
    return datetime.fromisoformat(f"2023-{text}").replace(tzinfo=SHANGHAI)


NOW = local("08-29 09:00")
OPENS, CLOSES = local("08-30 09:00"), local("08-30 18:00")
AFTER = local("09-01 09:00")


def questions(many: int) -> list[Question]:
    """The first is of several, the second of true and false, the others single; A (AC) is right."""
    made = [
        Question(QuestionKind.SEVERAL, "哪些是对的？", OPTIONS, "AC"),
        Question(QuestionKind.TRUE_FALSE, "第二题说得对。", (), "A"),
    ]
    made += [Question(QuestionKind.SINGLE, f"第{number}题选什么？", OPTIONS, "A") for number in range(3, many + 1)]
    return made[:many]


def fill_bank(session: Session, me: Me, many: int = 4) -> None:
    bank.add(session, me, questions(many), NOW)


def plan(**changes: Any) -> Plan:
    values: dict[str, Any] = {
        "title": "纪法知识测试",
        "held_on": OPENS.date(),
        "mode": ExamMode.IN_CHAT,
        "closed_book": True,
        "full_score": 10000,
        "pass_score": 8000,
        "minutes": 30,
        "opens_at": OPENS,
        "closes_at": CLOSES,
        "questions": [1, 2, 3, 4],
        **changes,
    }
    return Plan(**values)


OUTSIDE: dict[str, Any] = {
    "mode": ExamMode.OUTSIDE,
    "minutes": None,
    "opens_at": None,
    "closes_at": None,
    "questions": 0,
}


class Branch:
    """One session over one branch."""

    def __init__(self, session: Session, cast: Cast) -> None:
        self.session, self.cast = session, cast

    def me(self, name: str, at: datetime = NOW) -> Me:
        return self.cast.me(self.session, name, at.astimezone(SHANGHAI).date())

    def exam(self, by: str = "乙二", at: datetime = NOW, **changes: Any) -> Exam:
        return making.make(self.session, self.me(by), plan(**changes), at, SHANGHAI)

    def begin(self, name: str, exam: Exam, at: datetime) -> ExamAttempt:
        return sitting.begin(self.session, self.me(name), exam.id, at, SHANGHAI)

    def answer(self, row: ExamAttempt, letters: str, at: datetime) -> None:
        """The question that is open; of several the letters are ticked, and it goes on."""
        position = row.position
        for letter in letters:
            assert sitting.choose(self.session, row, position, letter, at)
        if row.position == position:
            assert sitting.move(self.session, row, position, position + 1, at)

    def sit(self, name: str, exam: Exam, at: datetime, *answers: str) -> ExamAttempt:
        row = self.begin(name, exam, at)
        for letters in answers:
            self.answer(row, letters, at)
        sitting.hand_in(self.session, row, at, self.me(name))
        return row

    def paste(self, exam: Exam, text: str, by: str = "乙二", at: datetime = AFTER) -> int:
        lines = score_lines.of_text(text)
        found = scores.look(self.session, exam, lines)
        rows = scores.enter(self.session, self.me(by, at), exam.id, found, at, SHANGHAI)
        return sum(one.score is not None for one in rows)

    def paste_table(self, exam: Exam, content: bytes, by: str = "乙二", at: datetime = AFTER) -> int:
        found = scores.look(self.session, exam, score_lines.of_table(content))
        return len(scores.enter(self.session, self.me(by, at), exam.id, found, at, SHANGHAI))

    def counted(self, exam: Exam) -> Counted:
        return service.counted(self.session, exam)

    def names(self, people: Sequence[int]) -> list[str]:
        return [name for name, one in self.cast.people.items() if one in people]

    def owing(self, at: datetime, name: str | None = None) -> list[str]:
        person = self.cast[name] if name is not None else None
        found = service.owing(self.session, self.cast.branch_id, at, SHANGHAI, person)
        return self.names([one.person_id for one in found])

    def answers(self, row: ExamAttempt) -> dict[int, str]:
        query = select(ExamAnswer.position, ExamAnswer.chosen).where(ExamAnswer.attempt_id == row.id)
        return dict(self.session.execute(query).all())
