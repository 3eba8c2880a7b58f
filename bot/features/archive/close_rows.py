"""Closed quarters of an archive as rows: read beside the branch, taken away, and replayed in the order of time (D20).

Every other collection stands as it was before any correction. A version that the archive carries is kept as it came,
and where it carries none it is counted again as it was then.
"""

import json
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from bot.features.archive import close_writing, closed, correction_rows, figure_ids, over, undone
from bot.features.archive.act_rows import occasions
from bot.features.archive.closed import CLOSES, CORRECTIONS, Closed, Frozen, OneClose
from bot.features.archive.hand_in_rows import known_tasks
from bot.features.archive.hand_ins import TASKS
from bot.features.archive.parts import Around, Laying, Part
from bot.features.archive.study_rows import known_items
from bot.features.closes import service
from bot.features.register.archive import links
from bot.kit.archive_checks import Check, Fields
from bot.kit.archive_models import Named
from bot.kit.closing import cut_off_of
from bot.kit.deadlines import after, in_time
from bot.kit.versions import canonical, hash_of
from scheduler.calendar.days import Quarter
from storage.choices import CorrectionKind, HandInKind
from storage.models.close import Admission, Correction, FigureVersion, QuarterClose
from storage.models.exam import Exam
from storage.models.talk import Talk

NOT_COUNTED = "closes: has no versions, and nothing here counts them"


def read(document: Fields, around: Around) -> tuple[Closed | None, list[str]]:
    if CLOSES not in document and CORRECTIONS not in document:
        return None, []
    session, branch_id = around.session, around.branch_id
    tasks = {
        correction: _ids(document, TASKS[kind], list(known_tasks(session, branch_id)[kind]) if branch_id else ())
        for kind, correction in (
            (HandInKind.REFLECTION, CorrectionKind.REFLECTION_ADMIT),
            (HandInKind.SELF_CHECK, CorrectionKind.SELF_CHECK_ADMIT),
        )
    }
    ids = {
        "person": frozenset(around.people),
        "activity": frozenset(occasions(document, around)),
        "study item": _ids(document, "study_items", list(known_items(session, branch_id)) if branch_id else ()),
        "talk": _ids(document, "talks", list(over.ids(session, Talk, branch_id, "T").values()) if branch_id else ()),
        "test": _ids(document, "exams", list(over.ids(session, Exam, branch_id, "E").values()) if branch_id else ()),
    }
    quarters = select(QuarterClose.quarter).where(QuarterClose.branch_id == branch_id)
    standing = session.scalars(quarters).all() if branch_id else ()
    return closed.read(document, Named(around.tz, ids), tasks, standing)


def _ids(document: Fields, name: str, standing: Collection[str]) -> frozenset[str]:
    if name not in document:
        return frozenset(standing)
    return frozenset(str(row.get("id")) for _, row in Check().rows(name, document[name]))


def differs(mine: Closed | None, asked: Closed) -> bool:
    return not asked.same(mine)


def _mine(branch_id: int) -> Any:
    return select(QuarterClose.id).where(QuarterClose.branch_id == branch_id)


def there(session: Session, branch_id: int) -> int:
    """How many quarters are closed already."""
    query = select(func.count()).select_from(QuarterClose).where(QuarterClose.branch_id == branch_id)
    return session.scalar(query) or 0


def clear(session: Session, branch_id: int, found: Closed) -> None:
    """All of it goes, and what corrections have done to rows is undone: they are replayed, or gone."""
    undone.undo(session, branch_id)
    corrections = select(Correction.id).where(Correction.close_id.in_(_mine(branch_id)))
    session.execute(delete(Admission).where(Admission.correction_id.in_(corrections)))
    for model in (Correction, FigureVersion):
        session.execute(delete(model).where(model.close_id.in_(_mine(branch_id))))
    session.execute(delete(QuarterClose).where(QuarterClose.branch_id == branch_id))
    session.expire_all()


# --- laid ------------------------------------------------------------------------------------------------------------


def lay(found: Closed, to: Laying) -> None:
    """Close by close and correction by correction, in the order of time. Raises over.Unfounded with every correction
    that finds nothing to correct.
    """
    session = to.session
    session.flush()
    # What is counted anew reads what entries point to.
    links.point_outside(session, to.branch_id)
    codes = figure_ids.of_branch(session, to.branch_id)
    rows: dict[str, QuarterClose] = {}
    desk, faults = correction_rows.Desk(to), list[str]()
    for when, what in _in_order(found):
        if isinstance(what, OneClose):
            rows[what.quarter] = _close(what, to)
            _freeze(what, rows[what.quarter], 1, when, what.by, codes, to)
            continue
        path, one, number, is_last = what
        faults += desk.replay(path, one, number, rows[one.quarter])
        if is_last and not faults:
            said = next(each for each in found.closes or () if each.quarter == one.quarter)
            _freeze(said, rows[one.quarter], number, when, one.approved_by, codes, to)
    if faults:
        raise over.Unfounded(faults)
    session.expire_all()


def _in_order(found: Closed) -> Sequence[tuple[datetime, Any]]:
    """Closes and corrections; of each correction whether it is the last one of its version.

    Of one quarter the close comes first, then version by version, also where the clock went back in between.
    """
    events: list[tuple[datetime, int, datetime, Any]] = []
    reached: dict[str, datetime] = {}
    for close in found.closes or ():
        events.append((close.closed_at, 0, close.closed_at, close))
        reached[close.quarter] = close.closed_at
    listed = sorted(found.corrections or (), key=lambda each: (each[1].quarter, each[2]))
    last = {(one.quarter, number): one.id for _, one, number in listed}
    for path, one, number in listed:
        reached[one.quarter] = max(reached.get(one.quarter, one.made_at), one.made_at)
        what = (path, one, number, last[one.quarter, number] == one.id)
        events.append((reached[one.quarter], 1, one.made_at, what))
    return [(when, what) for _, _, when, what in sorted(events, key=lambda event: event[:2])]


def _close(one: OneClose, to: Laying) -> QuarterClose:
    """Early where it was before the end of the close day; a cut-off that is said holds."""
    usual = cut_off_of(to.session, to.branch_id, Quarter.parse(one.quarter).start, to.tz)
    early = after(one.closed_at) if in_time(one.closed_at, usual) else None
    row = QuarterClose(
        branch_id=to.branch_id,
        quarter=one.quarter,
        cut_off=one.cut_off or early,
        closed_at=one.closed_at,
        closed_by_id=to.people.get(one.by or ""),
        extra=one.further or None,
    )
    to.session.add(row)
    to.session.flush()
    return row


def _freeze(
    said: OneClose,
    row: QuarterClose,
    number: int,
    when: datetime,
    by: str | None,
    codes: figure_ids.Codes,
    to: Laying,
) -> None:
    """The version that the archive carries, else as it is counted."""
    carried = said.versions.get(f"v{number}")
    if carried is not None:
        to.session.add(_version(carried, row, number, when, codes, to.people))
        to.session.flush()
        return
    if to.figures is None:
        raise over.Unfounded([NOT_COUNTED])
    to.session.expire_all()
    service.freeze(to.session, row, number, to.figures, to.people.get(by or ""), when, to.tz)


def _version(
    one: Frozen, row: QuarterClose, number: int, when: datetime, codes: figure_ids.Codes, people: Mapping[str, int]
) -> FigureVersion:
    figures = json.dumps(codes.read(one.figures), ensure_ascii=False, separators=(",", ":"))
    sources = canonical(codes.sources_read(one.sources))
    return FigureVersion(
        close_id=row.id,
        number=number,
        figures=figures,
        sources=sources,
        sha256=hash_of(figures, sources),
        told=json.dumps(one.as_said(), ensure_ascii=False),
        made_at=one.approved_at or when,
        made_by_id=people.get(one.by or ""),
    )


PART = Part((CLOSES, CORRECTIONS), "closed quarters", read, differs, there, clear, lay, close_writing.write)
