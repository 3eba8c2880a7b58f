"""Tests of knowledge (S49-S51, D13): what is asked, who sat it, with which score; the branch's bank of questions."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from storage.base import BigId, Model, choice
from storage.choices import AttemptKind, ExamMode, QuestionKind
from storage.models.attendance import LIVE
from storage.personal import actor, free_text, home, nothing_personal, own, owner, through


class Exam(Model):
    """A test, of the quarter of `held_on` (D1). Scores are kept in hundredths.

    minutes: what an attempt may take; null: until the end. opens_at, closes_at: when it may be sat in chat; null: it is
    sat elsewhere. set_at: when its beginning was last set. shows_score: whether who sat it is told the score at the
    end. withdrawn_at: called off, and counted nowhere. archive_id, extra: as of a person.
    """

    __tablename__ = "exam"
    __table_args__ = (UniqueConstraint("branch_id", "archive_id"), Index("ix_exam_opens_at", "opens_at"))

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    branch_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    title: Mapped[str] = mapped_column(info=free_text(label=True))
    held_on: Mapped[date]
    mode: Mapped[ExamMode] = mapped_column(choice(ExamMode))
    closed_book: Mapped[bool] = mapped_column(default=True)
    minutes: Mapped[int | None]
    opens_at: Mapped[datetime | None]
    closes_at: Mapped[datetime | None]
    full_score: Mapped[int]
    pass_score: Mapped[int]
    shows_score: Mapped[bool] = mapped_column(default=True)
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), info=actor())
    made_at: Mapped[datetime]
    set_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]
    archive_id: Mapped[str | None] = mapped_column(info=nothing_personal())
    extra: Mapped[dict[str, Any] | None] = mapped_column(info=free_text())


class ExamQuestion(Model):
    """One of the branch's bank, by its number there; never changed, so that a test stays what it was.

    options: in the order of A, B, C …; of true and false none. right: the letters of the right ones in their order; of
    true and false A or B.
    """

    __tablename__ = "exam_question"
    __table_args__ = (UniqueConstraint("branch_id", "number"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    branch_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    number: Mapped[int]
    kind: Mapped[QuestionKind] = mapped_column(choice(QuestionKind))
    text: Mapped[str] = mapped_column(info=free_text())
    options: Mapped[list[Any]] = mapped_column(default=list, info=free_text())
    right: Mapped[str] = mapped_column(info=nothing_personal())
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), info=actor())
    made_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]


class ExamItem(Model):
    """A question of a test: its place from 1, and what it is worth."""

    __tablename__ = "exam_item"

    exam_id: Mapped[int] = mapped_column(ForeignKey("exam.id"), primary_key=True, info=home())
    position: Mapped[int] = mapped_column(primary_key=True)
    question_id: Mapped[int] = mapped_column(ForeignKey("exam_question.id"), index=True)
    points: Mapped[int]


class ExamAttempt(Model):
    """Somebody's sitting of a test: open until submitted_at, scored with a score (in hundredths).

    person_id null: somebody of no roster, by name in `outsider`. number: of several of one kind, from 1. started_at
    null: let in to make it up, or nothing was sat. deadline: the last second that counts. seen_at: the latest moment
    at which something was done in it, so that a clock that is set back lengthens nothing. position: the question that
    is open. recorded_at: when the score came, by recorded_by where it was typed or brought in.
    """

    __tablename__ = "exam_attempt"
    __table_args__ = (
        Index(
            "uq_exam_attempt_live",
            "exam_id",
            "person_id",
            "kind",
            "number",
            unique=True,
            sqlite_where=LIVE,
            postgresql_where=LIVE,
        ),
        Index("ix_exam_attempt_person_id", "person_id"),
        Index("ix_exam_attempt_deadline", "deadline"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    exam_id: Mapped[int] = mapped_column(ForeignKey("exam.id"), info=home())
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), info=owner())
    outsider: Mapped[str] = mapped_column(default="", info=free_text())
    kind: Mapped[AttemptKind] = mapped_column(choice(AttemptKind))
    number: Mapped[int] = mapped_column(default=1)
    started_at: Mapped[datetime | None]
    deadline: Mapped[datetime | None]
    seen_at: Mapped[datetime | None]
    position: Mapped[int] = mapped_column(default=1)
    submitted_at: Mapped[datetime | None]
    score: Mapped[int | None]
    note: Mapped[str] = mapped_column(default="", info=free_text())
    recorded_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), info=actor())
    recorded_at: Mapped[datetime | None]
    withdrawn_at: Mapped[datetime | None]
    archive_id: Mapped[str | None] = mapped_column(info=own())
    extra: Mapped[dict[str, Any] | None] = mapped_column(info=free_text())


class ExamAnswer(Model):
    """What was chosen, as letters (AC), of several also while they are being ticked."""

    __tablename__ = "exam_answer"

    attempt_id: Mapped[int] = mapped_column(ForeignKey("exam_attempt.id"), primary_key=True, info=through(home=True))
    position: Mapped[int] = mapped_column(primary_key=True)
    chosen: Mapped[str] = mapped_column(info=own(""))
    at: Mapped[datetime]
