"""Corrections of an archive, replayed: each finds the rows that it is about, and does what it did (D20b)."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.features.archive import over
from bot.features.archive.closed import ON_LEAVE, OneCorrection
from bot.features.archive.content_rows import Contents
from bot.features.archive.hand_in_rows import known_tasks
from bot.features.archive.parts import Laying
from bot.features.archive.study_rows import known_items
from bot.features.closes import corrections, late
from bot.features.closes.corrections import Change
from bot.features.register.archive.writing import known_ids
from bot.kit.archive_checks import Check
from scheduler.calendar.days import Quarter
from storage.choices import AttemptKind, AttendanceStatus, CorrectionKind, HandInKind, LeaveState
from storage.models.activity import Activity
from storage.models.attendance import LeaveRequest, Makeup
from storage.models.close import QuarterClose
from storage.models.entry import Entry
from storage.models.exam import Exam, ExamAttempt
from storage.models.reflection import Reflection
from storage.models.study import StudyCompletion
from storage.models.talk import Talk

# What is admitted alone: its table and what it is about.
Found = Any


class Desk:
    """Replays the corrections of one archive."""

    def __init__(self, to: Laying) -> None:
        self._to, self._session, self._people = to, to.session, to.people
        self._activities = self._rows(Activity, "A")
        self._contents = Contents(to)
        self._find: Mapping[CorrectionKind, Callable[[OneCorrection], Any]] = {
            CorrectionKind.LEAVE_APPROVE: lambda one: self._at(LeaveRequest, one),
            CorrectionKind.ACTIVITY_ADMIT: self._activity,
            CorrectionKind.MAKEUP_ADMIT: lambda one: self._at(Makeup, one),
            CorrectionKind.COMPLETION_ADMIT: self._completion,
            CorrectionKind.REFLECTION_ADMIT: self._piece,
            CorrectionKind.SELF_CHECK_ADMIT: self._piece,
            CorrectionKind.TALK_ADMIT: self._talk,
            CorrectionKind.ATTEMPT_ADMIT: self._attempt,
            CorrectionKind.SCORE: self._attempt,
            CorrectionKind.ENTRY_ADMIT: self._entry,
        }

    def _rows(self, model: type[Any], letter: str) -> dict[str, int]:
        return {known: one for one, known in over.ids(self._session, model, self._to.branch_id, letter).items()}

    def replay(self, path: str, one: OneCorrection, number: int, close: QuarterClose) -> list[str]:
        """Its faults: what it is about is not there, or is not as it says."""
        check = Check()
        self._are_there(check, path, one)
        if check.faults:
            return check.faults
        if one.kind is CorrectionKind.ATTENDANCE:
            change = self._rolled(check, path, one)
        elif one.kind is CorrectionKind.FIELD:
            change = self._contents.replay(check, path, one)
        else:
            change = self._found(check, path, one, close)
        if change is None or check.faults:
            return check.faults
        by = self._maker(one.by)
        row = corrections.note(self._session, close, change, one.reason, number, by, one.made_at)
        row.approved_at = one.approved_at
        row.approved_by_id = self._maker(one.approved_by)
        row.archive_id, row.extra = one.id, one.further or None
        self._session.flush()
        return []

    def _are_there(self, check: Check, path: str, one: OneCorrection) -> None:
        """Corrections that stayed may be of somebody, or of an activity, that went."""
        for name, known in (("activity", self._activities), ("person", self._people)):
            value = getattr(one, name)
            if value is not None and value not in known:
                check.fault(f"{path}.{name}", value, "there still: a correction of a closed quarter names it")

    def _maker(self, known: str | None) -> int | None:
        return self._people.get(known) if known is not None else None

    def _rolled(self, check: Check, path: str, one: OneCorrection) -> Change | None:
        activity, somebody = self._activities[one.activity or ""], self._people[one.person or ""]
        stands = corrections.stated(self._session, activity, somebody)
        said = stands["status"] if stands is not None else None
        if said != one.old:
            check.fault(f"{path}.old", one.old, f"{said or 'null'}, as it stands then")
            return None
        new = one.leave_type if one.new == ON_LEAVE else AttendanceStatus(one.new)
        assert new is not None
        return corrections.rolled(self._session, activity, somebody, new, self._maker(one.by), one.made_at)

    def _found(self, check: Check, path: str, one: OneCorrection, close: QuarterClose) -> Change | None:
        row = self._find[one.kind](one) if one.kind in self._find else None
        if row is None:
            wanted = "of the kinds that this version replays" if one.kind not in self._find else "about what is there"
            check.fault(path, one.kind.value, wanted)
            return None
        table = row.__tablename__
        change = Change(one.kind, table, row.id, getattr(row, "person_id", None), {"counts": False}, {"counts": True})
        if one.kind is CorrectionKind.SCORE:
            return self._scored(check, path, one, row, change)
        if one.kind is CorrectionKind.LEAVE_APPROVE:
            return self._approved(one, row, change)
        quarter = Quarter.parse(close.quarter)
        came = late.find(self._session, self._to.branch_id, quarter, [f"{table}.{row.id}"], self._to.tz)
        return replace(change, admits=came[0].admits if came else [(table, row.id)])

    def _scored(self, check: Check, path: str, one: OneCorrection, row: ExamAttempt, change: Change) -> Change | None:
        old, new = row.score, round(one.new * 100)
        if one.old is None or old != round(one.old * 100):
            check.fault(f"{path}.old", one.old, f"{old / 100 if old is not None else 'null'}, as it stands then")
            return None
        row.score = new
        return replace(change, old={"score": old}, new={"score": new})

    def _approved(self, one: OneCorrection, row: LeaveRequest, change: Change) -> Change:
        row.state, row.decided_at = LeaveState.APPROVED, one.made_at
        row.decided_by_id = self._maker(one.by)
        was, is_ = {"state": str(LeaveState.PENDING)}, {"state": str(LeaveState.APPROVED)}
        return replace(change, old=was, new=is_, admits=[("leave_request", row.id)])

    # --- what it is about ---

    def _activity(self, one: OneCorrection) -> Found:
        return self._session.get(Activity, self._activities[one.activity or ""])

    def _at(self, model: Any, one: OneCorrection) -> Found:
        """Leave, a make-up of somebody at an activity."""
        activity, somebody = self._activities[one.activity or ""], self._people[one.person or ""]
        mine = (model.activity_id == activity, model.person_id == somebody)
        waits = (model.state == LeaveState.PENDING,) if model is LeaveRequest else ()
        return self._session.scalars(select(model).where(*mine, *waits, model.withdrawn_at.is_(None))).first()

    def _talk(self, one: OneCorrection) -> Found:
        return self._session.get(Talk, self._rows(Talk, "T").get(one.talk or "", 0))

    def _completion(self, one: OneCorrection) -> Found:
        items = known_items(self._session, self._to.branch_id)
        of, somebody = StudyCompletion.item_id == items.get(one.item or ""), self._people[one.person or ""]
        mine = (of, StudyCompletion.person_id == somebody, StudyCompletion.withdrawn_at.is_(None))
        return self._session.scalars(select(StudyCompletion).where(*mine)).first()

    def _piece(self, one: OneCorrection) -> Found:
        check = one.kind is CorrectionKind.SELF_CHECK_ADMIT
        kind = HandInKind.SELF_CHECK if check else HandInKind.REFLECTION
        task = known_tasks(self._session, self._to.branch_id)[kind].get(one.task or "", 0)
        return piece_of(self._session, task, self._people[one.person or ""], one.piece or 1, one.of_version)

    def _attempt(self, one: OneCorrection) -> Found:
        exam, somebody = self._rows(Exam, "E").get(one.exam or "", 0), self._people[one.person or ""]
        return attempt_of(self._session, exam, somebody, one.attempt_kind)

    def _entry(self, one: OneCorrection) -> Found:
        collection, _, known = one.path.partition("/")
        number = known_ids(self._session, self._to.branch_id).get((collection, known))
        return self._session.get(Entry, number) if number is not None else None


def piece_of(session: Session, task_id: int, person_id: int, piece: int, version: int | None) -> Reflection | None:
    """The version of a piece that is said, else the newest one that was handed in."""
    mine = (
        Reflection.task_id == task_id,
        Reflection.person_id == person_id,
        Reflection.piece == piece,
        Reflection.withdrawn_at.is_(None),
        Reflection.submitted_at.is_not(None),
    )
    of = (Reflection.version == version,) if version is not None else ()
    return session.scalars(select(Reflection).where(*mine, *of).order_by(Reflection.version.desc())).first()


def attempt_of(session: Session, exam_id: int, person_id: int, kind: AttemptKind | None) -> ExamAttempt | None:
    """The scored attempt of that kind, else the formal one, else the one that made up for it (D13)."""
    mine = (ExamAttempt.exam_id == exam_id, ExamAttempt.person_id == person_id, ExamAttempt.withdrawn_at.is_(None))
    scored = select(ExamAttempt).where(*mine, ExamAttempt.score.is_not(None)).order_by(ExamAttempt.number)
    rows = session.scalars(scored).all()
    kinds = [kind] if kind is not None else list(AttemptKind)
    return next((row for each in kinds for row in rows if row.kind is each), None)
