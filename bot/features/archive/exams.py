"""The collections `exams` and `exam_attempts` of an archive (S49, S50). Questions and answers are not told: they are
the branch's own papers. What may be sat in chat comes back as a record of what was sat.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, tzinfo
from decimal import Decimal
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from bot.features.archive import undone
from bot.features.archive.parts import Around, Laying, Part
from bot.features.exams.making import LONGEST_TITLE
from bot.features.exams.rules import MOST_SCORE, as_number
from bot.kit.archive_checks import OUTSIDE, Check, Fields, rest
from bot.kit.archive_ids import numbered
from storage.choices import AttemptKind, ExamMode
from storage.models.exam import Exam, ExamAnswer, ExamAttempt, ExamItem

EXAMS, ATTEMPTS = "exams", "exam_attempts"
NAMES = (EXAMS, ATTEMPTS)
_KNOWN = ("id", "title", "date", "closed_book", "full_score", "pass_score")
_OF_ATTEMPT = ("exam", "person", "kind", "number", "submitted_at", "score", "recorded_at", "note")
_LONGEST_NOTE = 100


@dataclass(frozen=True, slots=True)
class ATest:
    """One record of `exams`; scores in hundredths."""

    id: str
    title: str
    held_on: date
    closed_book: bool
    full: int
    least: int
    extra: Fields = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Attempt:
    """One record of `exam_attempts`: known by test, person, kind and number. person: an id, or EXT: and a name."""

    exam: str
    person: str
    kind: AttemptKind
    number: int
    submitted_at: datetime | None
    score: int | None
    recorded_at: datetime | None
    note: str
    extra: Fields = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Exams:
    tests: tuple[ATest, ...] = ()
    attempts: tuple[Attempt, ...] = ()


def differs(mine: Exams | None, asked: Exams) -> bool:
    tests, others = (sorted(one.tests, key=lambda row: row.id) for one in (mine or Exams(), asked))
    return tests != others or _in_order((mine or Exams()).attempts) != _in_order(asked.attempts)


def _in_order(attempts: Sequence[Attempt]) -> list[Attempt]:
    return sorted(attempts, key=lambda one: (one.exam, one.person, one.kind, one.number))


# --- read ------------------------------------------------------------------------------------------------------------


def read(document: Fields, around: Around) -> tuple[Exams | None, list[str]]:
    check, people = Check(), around.people
    found = check.rows(EXAMS, document.get(EXAMS))
    ids = [check.key(path, row) for path, row in found]
    check.once(EXAMS, ids)
    tests = [_test(check, path, row) for path, row in found]
    full = {one.id: one.full for one in tests if one is not None}
    attempts = [
        _attempt(check, path, row, set(ids), people, full) for path, row in check.rows(ATTEMPTS, document.get(ATTEMPTS))
    ]
    kept = tuple(one for one in attempts if one is not None)
    keys = [f"{one.exam}/{one.person}/{one.kind}/{one.number}" for one in kept if not one.person.startswith(OUTSIDE)]
    check.once(ATTEMPTS, keys)
    there = any(name in document for name in NAMES)
    return (Exams(tuple(one for one in tests if one is not None), kept) if there else None), check.faults


def _test(check: Check, path: str, row: Fields) -> ATest | None:
    title = check.text(path, row, "title", LONGEST_TITLE)
    if not title.strip():
        check.fault(f"{path}.title", row.get("title"), "a title")
    held_on = check.day(f"{path}.date", row.get("date"))
    closed = row.get("closed_book", True)
    if not isinstance(closed, bool):
        check.fault(f"{path}.closed_book", closed, "true or false")
    full = _score(check, f"{path}.full_score", row.get("full_score", 100), MOST_SCORE * 100)
    least = _score(check, f"{path}.pass_score", row.get("pass_score", 60), full or MOST_SCORE * 100)
    if held_on is None or full is None or least is None:
        return None
    return ATest(str(row.get("id")), title, held_on, closed is True, full, least, rest(row, _KNOWN))


def _score(check: Check, path: str, value: Any, most: int) -> int | None:
    """In hundredths."""
    if isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value * 100 <= most:
        hundredths = Decimal(str(value)) * 100
        if hundredths == int(hundredths):
            return int(hundredths)
    check.fault(path, value, f"a score from 0 to {as_number(most)}, with two decimals at most")
    return None


def _attempt(
    check: Check, path: str, row: Fields, ids: Collection[str], people: Collection[str], full: Mapping[str, int]
) -> Attempt | None:
    exam = check.reference(f"{path}.exam", row.get("exam"), ids, "test")
    person = row.get("person")
    if not (isinstance(person, str) and person.startswith(OUTSIDE) and 0 < len(person) - len(OUTSIDE) <= 50):
        person = check.reference(f"{path}.person", person, people, "person")
    kind, number = check.choice(f"{path}.kind", row.get("kind"), AttemptKind), row.get("number", 1)
    if type(number) is not int or not 0 < number < 1000:
        check.fault(f"{path}.number", number, "the number of a further attempt of a kind, from 1")
        number = 1
    instants = {name: _instant(check, f"{path}.{name}", row.get(name)) for name in ("submitted_at", "recorded_at")}
    said, most = row.get("score"), full.get(exam or "", MOST_SCORE * 100)
    score = _score(check, f"{path}.score", said, most) if said is not None else None
    note = check.text(path, row, "note", _LONGEST_NOTE)
    if exam is None or person is None or kind is None:
        return None
    return Attempt(
        exam, person, kind, number, instants["submitted_at"], score, instants["recorded_at"], note,
        rest(row, _OF_ATTEMPT),
    )  # fmt: skip


def _instant(check: Check, path: str, value: Any) -> datetime | None:
    return check.instant(path, value) if value is not None else None


# --- laid ------------------------------------------------------------------------------------------------------------


def _mine(branch_id: int) -> Any:
    return select(Exam.id).where(Exam.branch_id == branch_id)


def there(session: Session, branch_id: int) -> int:
    """How many tests there are already."""
    query = select(func.count()).select_from(Exam).where(Exam.branch_id == branch_id, Exam.withdrawn_at.is_(None))
    return session.scalar(query) or 0


def clear(session: Session, branch_id: int, found: Exams) -> None:
    """The bank of questions stays."""
    attempts = select(ExamAttempt.id).where(ExamAttempt.exam_id.in_(_mine(branch_id)))
    session.execute(delete(ExamAnswer).where(ExamAnswer.attempt_id.in_(attempts)))
    for table in (ExamAttempt, ExamItem):
        session.execute(delete(table).where(table.exam_id.in_(_mine(branch_id))))
    session.execute(delete(Exam).where(Exam.branch_id == branch_id))


def lay(found: Exams, to: Laying) -> None:
    session, people = to.session, to.people
    rows = {one.id: _row(to.branch_id, one, to.now) for one in found.tests}
    session.add_all(rows.values())
    session.flush()
    session.add_all(
        ExamAttempt(
            exam_id=rows[one.exam].id,
            person_id=people.get(one.person),
            outsider=one.person.removeprefix(OUTSIDE) if one.person.startswith(OUTSIDE) else "",
            kind=one.kind,
            number=one.number,
            submitted_at=one.submitted_at,
            score=one.score,
            recorded_at=one.recorded_at,
            note=one.note,
            extra=dict(one.extra) or None,
        )
        for one in found.attempts
    )


def _row(branch_id: int, one: ATest, now: datetime) -> Exam:
    """Its hours are kept as they were said, and call nobody."""
    return Exam(
        branch_id=branch_id,
        title=one.title,
        held_on=one.held_on,
        mode=ExamMode.OUTSIDE,
        closed_book=one.closed_book,
        full_score=one.full,
        pass_score=one.least,
        made_at=now,
        set_at=now,
        archive_id=one.id,
        extra=dict(one.extra) or None,
    )


# --- written ---------------------------------------------------------------------------------------------------------


def write(session: Session, branch_id: int, people: Mapping[int, str], tz: tzinfo) -> dict[str, list[dict[str, Any]]]:
    """Both collections, where there are tests. `people`: the ids of the rows; of anybody else nothing is told."""
    mine = (Exam.branch_id == branch_id, Exam.withdrawn_at.is_(None))
    exams = session.scalars(select(Exam).where(*mine).order_by(Exam.held_on, Exam.id)).all()
    ids = numbered("E", {row.id: row.archive_id for row in exams})
    query = select(ExamAttempt).where(ExamAttempt.exam_id.in_(ids), ExamAttempt.withdrawn_at.is_(None))
    before = undone.of_branch(session, branch_id)
    attempts = [
        _attempt_said(row, ids[row.exam_id], before.scores.get(row.id, row.score), people, tz)
        for row in session.scalars(query.order_by(ExamAttempt.exam_id, ExamAttempt.id))
        if row.person_id is None or row.person_id in people
    ]
    return {EXAMS: [_said(before.as_was(row, tz), ids[row.id], tz) for row in exams], ATTEMPTS: attempts}


def _said(row: Exam, known: str, tz: tzinfo) -> dict[str, Any]:
    hours = {
        "mode": row.mode.value,
        "minutes": row.minutes,
        "opens_at": _local(row.opens_at, tz),
        "closes_at": _local(row.closes_at, tz),
    }
    return {
        "id": known,
        "title": row.title,
        "date": row.held_on.isoformat(),
        "closed_book": row.closed_book,
        "full_score": _number(row.full_score),
        "pass_score": _number(row.pass_score),
        **({name: value for name, value in hours.items() if value is not None} if row.opens_at is not None else {}),
        **(row.extra or {}),
    }


def _attempt_said(
    row: ExamAttempt, exam: str, score: int | None, people: Mapping[int, str], tz: tzinfo
) -> dict[str, Any]:
    """score: before any correction."""
    further = {
        "number": row.number if row.number > 1 else None,
        "recorded_at": _local(row.recorded_at, tz) if row.recorded_at != row.submitted_at else None,
        "note": row.note or None,
    }
    return {
        "exam": exam,
        "person": people[row.person_id] if row.person_id is not None else f"{OUTSIDE}{row.outsider}",
        "kind": row.kind.value,
        "submitted_at": _local(row.submitted_at, tz),
        "score": _number(score) if score is not None else None,
        **{name: value for name, value in further.items() if value is not None},
        **(row.extra or {}),
    }


def _local(instant: datetime | None, tz: tzinfo) -> str | None:
    return instant.astimezone(tz).isoformat() if instant is not None else None


def _number(score: int) -> int | float:
    said = as_number(score)
    return said if isinstance(said, int) else float(said)


PART = Part(NAMES, "tests", read, differs, there, clear, lay, write)
