"""What is handed in, of an archive, as rows: laid, taken away, written.

A task that is there already keeps its row, as study items do.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any

from sqlalchemy import Select, delete, func, insert, select, update
from sqlalchemy.orm import Session

from bot.features.archive import activity_links, hand_in_texts, hand_ins
from bot.features.archive.activity_links import Activities
from bot.features.archive.fields import local, recorded_said, said
from bot.features.archive.hand_ins import LETTERS, NAMES, PIECES, TASKS, TITLE, Due, HandedIn, HandIns, Known, Task
from bot.features.archive.parts import Around, Laying, Part
from bot.features.archive.study import ITEMS, morning
from bot.features.archive.study_rows import known_items, lay_over
from bot.kit.archive_checks import Check, Fields
from bot.kit.archive_ids import numbered
from storage.base import table
from storage.choices import HandInKind, TaskAudience
from storage.models.reflection import Reflection, ReflectionPart, ReflectionTask, SelfCheckItem
from storage.models.study import StudyItem


def read(document: Fields, around: Around) -> tuple[HandIns | None, list[str]]:
    """A task may be about a study item, a piece of a task, that the branch has already."""
    session, branch_id = around.session, around.branch_id
    items = [str(row.get("id")) for _, row in Check().rows(ITEMS, document.get(ITEMS))]
    if ITEMS not in document and branch_id is not None:
        items = list(known_items(session, branch_id))
    tasks = _dues(session, branch_id) if branch_id is not None else {}
    return hand_ins.read(document, Known(around.people, set(items), tasks, around.tz))


def differs(mine: HandIns | None, asked: HandIns) -> bool:
    return not asked.same(mine or HandIns({}, {}))


def there(session: Session, branch_id: int) -> int:
    """How many tasks there are already."""
    mine = (ReflectionTask.branch_id == branch_id, ReflectionTask.cancelled_at.is_(None))
    return session.scalar(select(func.count()).select_from(ReflectionTask).where(*mine)) or 0


def _tasks(session: Session, branch_id: int) -> Sequence[ReflectionTask]:
    query = select(ReflectionTask).where(ReflectionTask.branch_id == branch_id)
    return session.scalars(query.order_by(ReflectionTask.id)).all()


def _ids(tasks: Iterable[ReflectionTask]) -> dict[HandInKind, dict[int, str]]:
    """By kind, the ids of the rows; those of what was called off are taken."""
    kept: dict[HandInKind, dict[int, str | None]] = {kind: {} for kind in HandInKind}
    for row in tasks:
        kept[row.kind][row.id] = row.archive_id
    return {kind: numbered(LETTERS[kind], rows) for kind, rows in kept.items()}


def known_tasks(session: Session, branch_id: int) -> dict[HandInKind, dict[str, int]]:
    """By kind, the rows of the ids."""
    found = _ids(_tasks(session, branch_id))
    return {kind: {known: row_id for row_id, known in rows.items()} for kind, rows in found.items()}


def _dues(session: Session, branch_id: int) -> dict[HandInKind, dict[str, Due]]:
    """Of those that stand."""
    tasks = _tasks(session, branch_id)
    ids, found = _ids(tasks), {kind: dict[str, Due]() for kind in HandInKind}
    for row in tasks:
        if row.cancelled_at is None:
            found[row.kind][ids[row.kind][row.id]] = Due(row.per_person, row.due_on)
    return found


# --- laid ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Standing:
    """The rows that are there, by kind and id."""

    tasks: Mapping[HandInKind, Mapping[str, int]]


def clear(session: Session, branch_id: int, found: HandIns) -> Standing:
    """What the document brings anew and does not have goes, with the pieces of such tasks."""
    tasks = _tasks(session, branch_id)
    ids = {kind: {known: row_id for row_id, known in rows.items()} for kind, rows in _ids(tasks).items()}
    standing = Standing(ids)
    of_kind = (ReflectionTask.branch_id == branch_id, ReflectionTask.kind)
    for kind in found.pieces:
        _delete_pieces(session, select(ReflectionTask.id).where(of_kind[0], of_kind[1] == kind))
    for kind, listed in found.tasks.items():
        wanted = {one.id for one in listed}
        gone = [row_id for known, row_id in ids[kind].items() if known not in wanted]
        _delete_pieces(session, select(ReflectionTask.id).where(ReflectionTask.id.in_(gone)))
        session.execute(delete(ReflectionTask).where(ReflectionTask.id.in_(gone)))
        # Nor is any about an activity that may go.
        nothing = dict.fromkeys(("created_by_id", "activity_id"))
        session.execute(update(table(ReflectionTask)).where(of_kind[0], of_kind[1] == kind).values(**nothing))
    session.expire_all()
    return standing


def _delete_pieces(session: Session, tasks: Select[Any]) -> None:
    pieces = select(Reflection.id).where(Reflection.task_id.in_(tasks))
    for model in (ReflectionPart, SelfCheckItem):
        session.execute(delete(model).where(model.reflection_id.in_(pieces)))
    session.execute(delete(Reflection).where(Reflection.task_id.in_(tasks)))


def lay(found: HandIns, to: Laying) -> None:
    session, branch_id, standing = to.session, to.branch_id, to.cleared
    activities, items = activity_links.of_branch(session, branch_id), known_items(session, branch_id)
    rows_of = {known: row_id for row_id, known in activities.ids.items()}
    assigned = dict(
        session.execute(select(StudyItem.id, StudyItem.assigned_on).where(StudyItem.branch_id == branch_id)).all()
    )
    for kind, tasks in found.tasks.items():
        rows = []
        for one in tasks:
            row_id = standing.tasks[kind].get(one.id)
            about = {
                "activity_id": rows_of.get(one.activity or ""),
                "study_item_id": items[one.study_item] if one.study_item is not None else None,
            }
            rows.append((row_id, _task(one, about, activities, assigned, to)))
        lay_over(session, ReflectionTask, rows)
    ids = _ids(_tasks(session, branch_id))
    for kind, pieces in found.pieces.items():
        _lay_pieces(session, pieces, {known: row_id for row_id, known in ids[kind].items()}, to.people)


def _task(
    one: Task, about: Mapping[str, int | None], activities: Activities, assigned: Mapping[int, Any], to: Laying
) -> dict[str, Any]:
    """Without a word of when it came, it came with what it is about (D11), else on its due day."""
    activity, item = about["activity_id"], about["study_item_id"]
    came = morning(assigned[item] if item is not None else one.due_on, to.tz)
    # An activity that nobody has told of stays as it is said.
    kept = {"activity": one.activity} if one.activity is not None and activity is None else {}
    by = one.recorded.by
    return {
        "branch_id": to.branch_id,
        "kind": one.kind,
        "title": one.title,
        **about,
        "audience": one.audience,
        "due_on": one.due_on,
        "per_person": one.per_person,
        "created_by_id": to.people[by] if by is not None else None,
        "created_at": one.recorded.at or (activities.starts[activity] if activity is not None else came),
        "cancelled_at": None,
        "archive_id": one.id,
        "extra": {**kept, **one.extra} or None,
    }


def _lay_pieces(
    session: Session, pieces: Sequence[HandedIn], tasks: Mapping[str, int], people: Mapping[str, int]
) -> None:
    """In a few statements, however many there are."""
    if not pieces:
        return
    session.execute(insert(Reflection), [_piece(one, tasks, people) for one in pieces])
    columns = (Reflection.task_id, Reflection.person_id, Reflection.piece, Reflection.version)
    mine = Reflection.task_id.in_(select(ReflectionTask.id).where(ReflectionTask.id.in_(set(tasks.values()))))
    query = select(Reflection.id, *columns).where(mine, Reflection.withdrawn_at.is_(None))
    rows = {tuple(key): row_id for row_id, *key in session.execute(query)}
    of = [(one, rows[tasks[one.task], people[one.person], one.piece, one.version]) for one in pieces]
    parts = [
        hand_in_texts.part_values(part, row_id, place) for one, row_id in of for place, part in enumerate(one.texts, 1)
    ]
    lines = [
        hand_in_texts.line_values(line, row_id, place) for one, row_id in of for place, line in enumerate(one.lines, 1)
    ]
    for model, values in ((ReflectionPart, parts), (SelfCheckItem, lines)):
        if values:
            session.execute(insert(model), values)


def _piece(one: HandedIn, tasks: Mapping[str, int], people: Mapping[str, int]) -> dict[str, Any]:
    return {
        "task_id": tasks[one.task],
        "person_id": people[one.person],
        "piece": one.piece,
        "version": one.version,
        "state": one.state,
        "started_at": one.begun,
        "submitted_at": one.submitted_at,
        "reviewed_at": one.reviewed_at,
        "reviewed_by_id": people[one.reviewed_by] if one.reviewed_by is not None else None,
        "return_reason": one.return_reason,
        "problems": one.problems,
        "extra": dict(one.extra) or None,
    }


# --- written ---------------------------------------------------------------------------------------------------------


def write(session: Session, branch_id: int, people: Mapping[int, str], tz: tzinfo) -> dict[str, list[dict[str, Any]]]:
    """Of somebody who is none of `people` nothing is told, nor of what was called off or taken back."""
    tasks = _tasks(session, branch_id)
    told = _Told(session, branch_id, _ids(tasks), people, tz)
    standing = [row for row in tasks if row.cancelled_at is None]
    pieces = told.pieces({row.id: row for row in standing})
    return {
        name: rows
        for kind in HandInKind
        for name, rows in (
            (TASKS[kind], [told.task(row) for row in standing if row.kind is kind]),
            (PIECES[kind], pieces[kind]),
        )
    }


class _Told:
    """Writes the hand-ins of one branch."""

    def __init__(
        self,
        session: Session,
        branch_id: int,
        ids: Mapping[HandInKind, Mapping[int, str]],
        people: Mapping[int, str],
        tz: tzinfo,
    ) -> None:
        self._session, self._branch_id, self._ids, self._people, self._tz = session, branch_id, ids, people, tz
        self._items = {row_id: known for known, row_id in known_items(session, branch_id).items()}
        self._activities = activity_links.of_branch(session, branch_id).ids

    def task(self, row: ReflectionTask) -> dict[str, Any]:
        """Of a self-check only what is not as usual."""
        extra = dict(row.extra or {})
        about = {
            "activity": self._activities.get(row.activity_id or 0) or extra.pop("activity", None),
            "study_item": self._items.get(row.study_item_id or 0),
        }
        plain = row.kind is HandInKind.SELF_CHECK
        return {
            "id": self._ids[row.kind][row.id],
            **({} if plain and row.title == TITLE else {"title": row.title}),
            **said(about),
            **({} if plain and row.audience is TaskAudience.ALL_MEMBERS else {"audience": row.audience.value}),
            "due_on": row.due_on.isoformat(),
            **({} if plain and row.per_person == 1 else {"per_person": row.per_person}),
            **recorded_said(row.created_at, row.created_by_id, self._people, self._tz),
            **extra,
        }

    def pieces(self, tasks: Mapping[int, ReflectionTask]) -> dict[HandInKind, list[dict[str, Any]]]:
        """By kind, those of tasks that stand, with all that they hold."""
        mine = select(Reflection.id).join(ReflectionTask, ReflectionTask.id == Reflection.task_id)
        mine = mine.where(ReflectionTask.branch_id == self._branch_id, Reflection.withdrawn_at.is_(None))
        parts = self._by_piece(ReflectionPart, mine, ReflectionPart.message_id)
        lines = self._by_piece(SelfCheckItem, mine, SelfCheckItem.position)
        order = (Reflection.task_id, Reflection.person_id, Reflection.piece, Reflection.version)
        found: dict[HandInKind, list[dict[str, Any]]] = {kind: [] for kind in HandInKind}
        for row in self._session.scalars(select(Reflection).where(Reflection.id.in_(mine)).order_by(*order)):
            task = tasks.get(row.task_id)
            if task is not None and row.person_id in self._people:
                found[task.kind].append(self._piece(row, task, parts[row.id], lines[row.id]))
        return found

    def _by_piece(self, model: type[Any], mine: Select[Any], order: Any) -> Mapping[int, list[Any]]:
        found: dict[int, list[Any]] = defaultdict(list)
        for row in self._session.scalars(select(model).where(model.reflection_id.in_(mine)).order_by(order, model.id)):
            found[row.reflection_id].append(row)
        return found

    def _piece(
        self, row: Reflection, task: ReflectionTask, parts: Sequence[ReflectionPart], lines: Sequence[SelfCheckItem]
    ) -> dict[str, Any]:
        plain = task.kind is HandInKind.SELF_CHECK
        usual = hand_ins.begun(row.submitted_at, task.due_on, self._tz)
        further = {
            "started_at": self._local(row.started_at) if row.started_at != usual else None,
            "reviewed_at": self._local(row.reviewed_at),
            "reviewed_by": self._people.get(row.reviewed_by_id or 0),
            "return_reason": row.return_reason,
            "problems": row.problems,
        }
        return {
            "task": self._ids[task.kind][row.task_id],
            "person": self._people[row.person_id],
            **({"piece": row.piece} if row.piece != 1 else {}),
            **({} if plain and row.version == 1 else {"version": row.version}),
            "submitted_at": self._local(row.submitted_at),
            "state": row.state.value,
            **said(further),
            **hand_in_texts.write(parts, usual, self._tz),
            **({"items": [hand_in_texts.write_line(one, usual, self._tz) for one in lines]} if plain else {}),
            **(row.extra or {}),
        }

    def _local(self, at: datetime | None) -> str | None:
        return local(at, self._tz) if at is not None else None


PART = Part(NAMES, "reflection tasks and self-checks", read, differs, there, clear, lay, write)
