"""Closed quarters as an archive says them: frozen versions byte for byte, and what has corrected them."""

import json
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import tzinfo
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.features.archive import content_rows, figure_ids, hand_in_rows, over
from bot.features.archive.closed import CLOSES, CORRECTIONS, ON_LEAVE
from bot.features.archive.correction_rows import attempt_of, piece_of
from bot.features.archive.figure_ids import Codes
from bot.features.archive.over import as_local, person, said, unless
from bot.features.archive.study_rows import known_items
from bot.features.closes import corrections
from bot.features.exams.rules import as_number
from bot.features.register.archive.writing import known_ids
from bot.kit.archive_ids import numbered
from bot.kit.deadlines import after
from bot.kit.versions import name_of
from storage.choices import CorrectionKind, HandInKind
from storage.models.activity import Activity
from storage.models.attendance import LeaveRequest, Makeup
from storage.models.close import Correction, FigureVersion, QuarterClose
from storage.models.exam import Exam, ExamAttempt
from storage.models.reflection import Reflection
from storage.models.study import StudyCompletion
from storage.models.talk import Talk

Json = dict[str, Any]


def write(session: Session, branch_id: int, people: Mapping[int, str], tz: tzinfo) -> dict[str, list[Json]]:
    """Somebody who is none of `people` has closed and approved nothing by name."""
    query = select(QuarterClose).where(QuarterClose.branch_id == branch_id).order_by(QuarterClose.quarter)
    closes = session.scalars(query).all()
    if not closes:
        return {CLOSES: [], CORRECTIONS: []}
    versions = _versions(session, [one.id for one in closes], figure_ids.of_branch(session, branch_id), people, tz)
    return {
        CLOSES: [_close(one, versions[one.id], people, tz) for one in closes],
        CORRECTIONS: _Corrections(session, branch_id, people, tz).write({one.id: one.quarter for one in closes}),
    }


def _close(one: QuarterClose, versions: Json, people: Mapping[int, str], tz: tzinfo) -> Json:
    """cut_off: where it is not the moment of an early close, or the end of the close day."""
    return {
        "quarter": one.quarter,
        "closed_at": as_local(one.closed_at, tz),
        **said({"by": person(people, one.closed_by_id)}),
        **said({"cut_off": as_local(unless(one.cut_off, after(one.closed_at)), tz)}),
        "versions": versions,
        **(one.extra or {}),
    }


def _versions(
    session: Session, closes: Sequence[int], codes: Codes, people: Mapping[int, str], tz: tzinfo
) -> Mapping[int, Json]:
    found: dict[int, Json] = defaultdict(dict)
    query = select(FigureVersion).where(FigureVersion.close_id.in_(closes))
    for row in session.scalars(query.order_by(FigureVersion.close_id, FigureVersion.number)):
        found[row.close_id][name_of(row.number)] = _version(row, codes, people, tz)
    return found


def _version(row: FigureVersion, codes: Codes, people: Mapping[int, str], tz: tzinfo) -> Json:
    """What an archive brought is written as it came."""
    if row.told is not None:
        told: Json = json.loads(row.told)
        return told
    return {
        "approved_at": as_local(row.made_at, tz),
        **said({"by": person(people, row.made_by_id)}),
        "figures": codes.told(json.loads(row.figures)),
        "sources": codes.sources_told(json.loads(row.sources)),
    }


class _Corrections:
    """Writes what each is about by its ids."""

    def __init__(self, session: Session, branch_id: int, people: Mapping[int, str], tz: tzinfo) -> None:
        self._session, self._branch_id, self._people, self._tz = session, branch_id, people, tz
        self._activities = over.ids(session, Activity, branch_id, "A")
        self._paths = content_rows.Paths(session, branch_id)
        self._about: Mapping[CorrectionKind, Callable[[Correction], Json]] = {
            CorrectionKind.ATTENDANCE: self._roll,
            CorrectionKind.LEAVE_APPROVE: lambda one: self._of(LeaveRequest, one, "activity_id", self._activity),
            CorrectionKind.ACTIVITY_ADMIT: lambda one: {"activity": self._activities.get(one.row_id)},
            CorrectionKind.MAKEUP_ADMIT: lambda one: self._of(Makeup, one, "activity_id", self._activity),
            CorrectionKind.COMPLETION_ADMIT: lambda one: self._of(StudyCompletion, one, "item_id", self._item),
            CorrectionKind.REFLECTION_ADMIT: self._piece,
            CorrectionKind.SELF_CHECK_ADMIT: self._piece,
            CorrectionKind.TALK_ADMIT: self._talk,
            CorrectionKind.ATTEMPT_ADMIT: self._attempt,
            CorrectionKind.SCORE: self._attempt,
            CorrectionKind.ENTRY_ADMIT: self._entry,
            CorrectionKind.FIELD: lambda one: content_rows.told(session, self._paths, one, people),
        }

    def write(self, quarters: Mapping[int, str]) -> list[Json]:
        query = select(Correction).where(Correction.close_id.in_(quarters)).order_by(Correction.id)
        rows = self._session.scalars(query).all()
        kept = {one.id: one.archive_id for one in rows}
        ids = numbered("Z", kept)
        return [self._said(one, ids[one.id], quarters[one.close_id]) for one in rows]

    def _said(self, one: Correction, known: str, quarter: str) -> Json:
        own = one.approved_at == one.made_at and one.approved_by_id == one.made_by_id
        approved = {
            "approved_at": as_local(unless(one.approved_at, one.made_at), self._tz),
            "approved_by": None if own else person(self._people, one.approved_by_id),
        }
        return {
            "id": known,
            "quarter": quarter,
            **({"version": name_of(one.version)} if one.version is not None else {}),
            "kind": one.kind.value,
            **(self._about[one.kind](one) if one.kind in self._about else {}),
            "made_at": as_local(one.made_at, self._tz),
            **said({"by": person(self._people, one.made_by_id), **approved}),
            "reason": one.why,
            **(one.extra or {}),
        }

    def _roll(self, one: Correction) -> Json:
        new, old = one.new, one.old
        if new is None:
            # Of somebody who was erased the rows still say it.
            old, new = corrections.told_by_rows(self._session, one.id)
        leave = {"leave_type": new["leave_type"]} if new.get("status") == ON_LEAVE else {}
        return {
            "activity": self._activities.get(one.row_id),
            "person": person(self._people, one.person_id),
            "old": old["status"] if old is not None else None,
            "new": new.get("status"),
            **leave,
        }

    def _of(self, model: Any, one: Correction, key: str, about: Callable[[int], Json]) -> Json:
        row = self._session.get(model, one.row_id)
        return {**about(getattr(row, key)), "person": person(self._people, one.person_id)} if row is not None else {}

    def _activity(self, number: int) -> Json:
        return {"activity": self._activities.get(number)}

    def _item(self, number: int) -> Json:
        ids = {row_id: known for known, row_id in known_items(self._session, self._branch_id).items()}
        return {"item": ids.get(number)}

    def _piece(self, one: Correction) -> Json:
        check = one.kind is CorrectionKind.SELF_CHECK_ADMIT
        tasks = hand_in_rows.known_tasks(self._session, self._branch_id)[
            HandInKind.SELF_CHECK if check else HandInKind.REFLECTION
        ]
        row = self._session.get(Reflection, one.row_id)
        if row is None:
            return {}
        usual = piece_of(self._session, row.task_id, row.person_id, row.piece, None)
        piece = {"piece": row.piece} if row.piece != 1 else {}
        piece |= {"of_version": row.version} if usual is not row else {}
        return {
            "task": next((known for known, number in tasks.items() if number == row.task_id), None),
            "person": person(self._people, row.person_id),
            **piece,
        }

    def _talk(self, one: Correction) -> Json:
        query = select(Talk).where(Talk.branch_id == self._branch_id, Talk.withdrawn_at.is_(None)).order_by(Talk.id)
        ids = numbered("T", {row.id: row.archive_id for row in self._session.scalars(query)})
        return {"talk": ids.get(one.row_id)}

    def _attempt(self, one: Correction) -> Json:
        row = self._session.get(ExamAttempt, one.row_id)
        if row is None:
            return {}
        mine = select(Exam).where(Exam.branch_id == self._branch_id, Exam.withdrawn_at.is_(None)).order_by(Exam.id)
        ids = numbered("E", {exam.id: exam.archive_id for exam in self._session.scalars(mine)})
        # Of somebody who was erased nobody knows what it was: what stands is all that is left.
        gone = {"score": row.score}
        scores = [_score((of if of is not None else gone).get("score")) for of in (one.old, one.new)]
        changed = dict(zip(("old", "new"), scores, strict=True)) if one.kind is CorrectionKind.SCORE else {}
        about = {"exam": ids.get(row.exam_id), "person": person(self._people, row.person_id)}
        usual = attempt_of(self._session, row.exam_id, row.person_id, None) if row.person_id is not None else None
        return {**about, **({"attempt_kind": row.kind.value} if usual is not row else {}), **changed}

    def _entry(self, one: Correction) -> Json:
        known = {number: f"{of}/{said_}" for (of, said_), number in known_ids(self._session, self._branch_id).items()}
        return {"path": known.get(one.row_id)}


def _score(hundredths: int | None) -> int | float | None:
    if hundredths is None:
        return None
    found = as_number(hundredths)
    return found if isinstance(found, int) else float(found)
