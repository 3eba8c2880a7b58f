"""What may be corrected of an activity, a study item, a test, a talk: fields that the figures read, each a column.

They are declared as the fields of the register are, so that questions, words and an archive read both alike.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from decimal import Decimal
from enum import StrEnum
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.features.register.kinds.kind import EntryField, Type
from bot.kit.glossary.choices import ORGANIZERS, STUDY_KINDS, TALK_MODES
from bot.kit.refusal import Refusal
from scheduler.calendar.days import at, local_day
from scheduler.calendar.periods import Period
from storage.choices import ActivityStatus
from storage.models.activity import Activity
from storage.models.exam import Exam, ExamAttempt
from storage.models.study import StudyItem
from storage.models.talk import Talk

HUNDREDTHS = frozenset({"full_score", "pass_score"})
DATE = "date"


@dataclass(frozen=True, slots=True)
class Table:
    """One table: what its rows are called, the field (in an archive) and column of the day that dates them, the fields.

    letter: of the ids that an archive makes of its numbers. columns: by field where the column has another name.
    """

    model: type[Any]
    word: str
    collection: str
    letter: str
    dated: str
    day: str
    fields: tuple[EntryField, ...]

    def column(self, key: str) -> str:
        return self.day if key == self.dated else key


def _title(word: str) -> EntryField:
    return EntryField(key="title", word=word, needed=True, longest=100, titled=False)


def _day(key: str, word: str, **more: Any) -> EntryField:
    return EntryField(key=key, word=word, type=Type.DAY, needed=True, **more)


def _score(key: str, word: str) -> EntryField:
    return EntryField(key=key, word=word, type=Type.NUMBER, needed=True, half=True, least=1, most=1000)


def _coded(words: Mapping[Any, str]) -> dict[str, str]:
    return {str(one): word for one, word in words.items()}


TABLES: Mapping[str, Table] = {
    one.model.__tablename__: one
    for one in (
        Table(
            Activity, "活动", "activities", "A", DATE, "start_at",
            (
                _title("标题"),
                _day(DATE, "日期"),
                EntryField(key="hours", word="学时", type=Type.NUMBER, half=True, needed=True, most=100),
                EntryField(
                    key="organizer", word="主办", type=Type.CHOICE, needed=True, options=_coded(ORGANIZERS)
                ),
                EntryField(key="guests", word="其他人数", type=Type.NUMBER, needed=True, most=9999),
            ),
        ),
        Table(
            StudyItem, "学习任务", "study_items", "S", "assigned_on", "assigned_on",
            (
                _title("题目"),
                EntryField(key="kind", word="类别", type=Type.CHOICE, needed=True, options=_coded(STUDY_KINDS)),
                _day("assigned_on", "布置日期"),
                _day("due_on", "截止日期", happened=False),
            ),
        ),
        Table(
            Exam, "考试", "exams", "E", DATE, "held_on",
            (
                _title("名称"),
                _day(DATE, "日期"),
                EntryField(key="closed_book", word="闭卷", type=Type.YESNO, needed=True),
                _score("full_score", "满分"),
                _score("pass_score", "及格分"),
            ),
        ),
        Table(
            Talk, "谈话", "talks", "T", DATE, "on",
            (
                EntryField(key="mode", word="方式", type=Type.CHOICE, needed=True, options=_coded(TALK_MODES)),
                EntryField(key="written_record", word="书面记录", type=Type.YESNO, needed=True),
            ),
        ),
    )
}  # fmt: skip


def day_of(table: Table, row: Any, tz: tzinfo) -> date:
    """The day that puts a row into its quarter."""
    found: date | datetime = getattr(row, table.day)
    return local_day(found, tz) if isinstance(found, datetime) else found


def value_of(table: Table, row: Any, one: EntryField, tz: tzinfo) -> Any:
    """What stands in a field, as an entry would keep it."""
    if one.type is Type.DAY:
        held = getattr(row, table.column(one.key))
        return (local_day(held, tz) if isinstance(held, datetime) else held).isoformat()
    held = getattr(row, one.key)
    if one.type is Type.NUMBER:
        number = Decimal(held) / 100 if one.key in HUNDREDTHS else Decimal(held)
        return int(number) if number == int(number) else float(number)
    return str(held) if isinstance(held, StrEnum) else held


def lay(table: Table, row: Any, one: EntryField, value: Any, tz: tzinfo) -> None:
    """Another value in its column; an activity keeps its hours of the day on another one."""
    column = table.column(one.key)
    if one.type is Type.DAY:
        day, held = date.fromisoformat(value), getattr(row, column)
        if not isinstance(held, datetime):
            setattr(row, column, day)
            return
        moved: timedelta = day - local_day(held, tz)
        row.start_at, row.end_at = (_moved(one, moved, tz) for one in (row.start_at, row.end_at))
    elif one.type is Type.NUMBER:
        number = Decimal(str(value))
        setattr(row, column, int(number * 100) if one.key in HUNDREDTHS else number if one.half else int(number))
    else:
        held = getattr(row, column)
        setattr(row, column, type(held)(value) if isinstance(held, StrEnum) else value)


def _moved(instant: datetime, by: timedelta, tz: tzinfo) -> datetime:
    """By days of the branch, whatever its clocks did in between."""
    local = instant.astimezone(tz)
    return datetime.combine(local.date() + by, local.timetz(), tz)


class AsWas:
    """A row with other values in some of its columns, which stay in the row itself as they are."""

    def __init__(self, row: Any) -> None:
        self.__dict__["_row"] = row

    def __getattr__(self, name: str) -> Any:
        return getattr(self.__dict__["_row"], name)


def check(session: Session, table: Table, row: Any, one: EntryField, value: Any) -> None:
    """Refuses what cannot be so beside the other columns."""
    if isinstance(row, StudyItem) and one.type is Type.DAY:
        days = {"assigned_on": row.assigned_on, "due_on": row.due_on, one.key: date.fromisoformat(value)}
        if days["due_on"] < days["assigned_on"]:
            raise Refusal("截止日期不能早于布置日期。")
    if isinstance(row, Exam) and one.key in HUNDREDTHS:
        scores = {"full_score": row.full_score, "pass_score": row.pass_score, one.key: int(Decimal(str(value)) * 100)}
        best = session.scalar(
            select(func.max(ExamAttempt.score)).where(ExamAttempt.exam_id == row.id, ExamAttempt.withdrawn_at.is_(None))
        )
        if scores["pass_score"] > scores["full_score"]:
            raise Refusal("及格分不能高于满分。")
        if scores["full_score"] < (best or 0):
            raise Refusal("满分不能低于已登记的成绩。")


def find(session: Session, branch_id: int, table: Table, number: int) -> Any:
    """A row of the branch that counts; None: there is none."""
    row = session.get(table.model, number)
    if row is None or row.branch_id != branch_id or not _stands(row):
        return None
    return row


def _stands(row: Any) -> bool:
    if isinstance(row, Activity):
        return row.status is ActivityStatus.HELD
    return row.withdrawn_at is None


def between(session: Session, branch_id: int, table: Table, period: Period, tz: tzinfo) -> Sequence[Any]:
    """Those of these days, by their day."""
    column: Any = getattr(table.model, table.day)
    ends: tuple[Any, ...] = (period.start, period.to)
    if table.model is Activity:
        ends = tuple(at(day, time(), tz) for day in ends)
    query = select(table.model).where(table.model.branch_id == branch_id, column >= ends[0], column < ends[1])
    return [one for one in session.scalars(query.order_by(column, table.model.id)) if _stands(one)]
