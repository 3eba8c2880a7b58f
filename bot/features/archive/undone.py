"""What corrections have done to rows: an archive tells what stood before them, and replays them (D20b)."""

from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from bot.features.closes.contents import columns, fields
from bot.features.closes.contents.columns import TABLES, AsWas
from storage.choices import CorrectionKind, LeaveState
from storage.models.attendance import Attendance, LeaveRequest
from storage.models.close import Admission, Correction, QuarterClose
from storage.models.exam import ExamAttempt

Row = tuple[str, int]


@dataclass(slots=True)
class Undone:
    """By table and number: rows that corrections entered, and rows that they withdrew; leave that they approved; scores
    (in hundredths), and values of fields, as they were before.
    """

    entered: set[Row] = field(default_factory=set)
    withdrew: set[Row] = field(default_factory=set)
    approved: set[int] = field(default_factory=set)
    scores: dict[int, int] = field(default_factory=dict)
    contents: dict[Row, dict[str, Any]] = field(default_factory=dict)

    def is_there(self, row: Any) -> bool:
        """Whether a row stood before any correction, or was withdrawn by somebody's own step."""
        return (row.__tablename__, row.id) not in self.entered

    def withdrawn_at(self, row: Any) -> datetime | None:
        found: datetime | None = row.withdrawn_at
        return None if (row.__tablename__, row.id) in self.withdrew else found

    def as_was(self, row: Any, tz: tzinfo) -> Any:
        """A row of columns as it was before any correction."""
        held = self.contents.get((row.__tablename__, row.id))
        if not held:
            return row
        table, found = TABLES[row.__tablename__], AsWas(row)
        for one in table.fields:
            if one.key in held:
                columns.lay(table, found, one, held[one.key], tz)
        return found


def of_branch(session: Session, branch_id: int) -> Undone:
    """Those of all quarters of a branch."""
    found = Undone()
    kinds = (CorrectionKind.ATTENDANCE, CorrectionKind.LEAVE_APPROVE, CorrectionKind.SCORE, CorrectionKind.FIELD)
    query = select(Correction).join(QuarterClose, QuarterClose.id == Correction.close_id)
    query = query.where(QuarterClose.branch_id == branch_id, Correction.kind.in_(kinds))
    rows = session.scalars(query.order_by(Correction.id)).all()
    admits: dict[int, list[Row]] = {}
    admitted = select(Admission).where(Admission.correction_id.in_([one.id for one in rows])).order_by(Admission.id)
    for each in session.scalars(admitted) if rows else ():
        admits.setdefault(each.correction_id, []).append((each.subject, each.row_id))
    for one in rows:
        if one.kind is CorrectionKind.ATTENDANCE:
            *gone, new = admits[one.id]
            found.withdrew |= set(gone)
            found.entered.add(new)
        elif one.kind is CorrectionKind.LEAVE_APPROVE:
            found.approved.add(one.row_id)
        elif one.kind is CorrectionKind.FIELD:
            old = one.old or {}
            found.contents.setdefault((one.subject, one.row_id), {}).setdefault(old["field"], old["value"])
        else:
            # Of somebody who was erased nobody knows it any more: the score stays as it is.
            if one.old is not None:
                found.scores.setdefault(one.row_id, one.old["score"])
    return found


def undo(session: Session, branch_id: int) -> None:
    """Put the rows back as they were before any correction, but for their fields."""
    found = of_branch(session, branch_id)
    models: dict[str, Any] = {model.__tablename__: model for model in (Attendance, LeaveRequest)}
    for table, number in found.entered:
        session.execute(delete(models[table]).where(models[table].id == number))
    for table, number in found.withdrew - found.entered:
        session.execute(update(models[table]).where(models[table].id == number).values(withdrawn_at=None))
    waits = {"state": LeaveState.PENDING, "decided_at": None, "decided_by_id": None}
    for number in found.approved:
        session.execute(update(LeaveRequest).where(LeaveRequest.id == number).values(**waits))
    for number, score in found.scores.items():
        session.execute(update(ExamAttempt).where(ExamAttempt.id == number).values(score=score))
    session.expire_all()


def undo_contents(session: Session, branch_id: int, tz: tzinfo) -> None:
    """The same of the fields of records, before any of these is laid anew."""
    for (subject, number), held in of_branch(session, branch_id).contents.items():
        for key, value in held.items():
            fields.put_back(session, subject, number, key, value, tz)
