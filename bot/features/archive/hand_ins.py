"""What people are asked to hand in, as an archive tells it: `reflection_tasks`, `reflections` (S48, D11),
`self_check_tasks`, `self_checks` (S46, D12). What they must look like; no I/O.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, tzinfo

from bot.features.archive import activity_links, hand_in_texts
from bot.features.archive.fields import RECORDED, Recorded, instant, number, person, recorded
from bot.features.archive.hand_in_texts import Line, Piece
from bot.features.archive.study import morning
from bot.kit.archive_checks import Check, Fields, rest
from storage.choices import HandInKind, PieceState, TaskAudience

TASKS = {HandInKind.REFLECTION: "reflection_tasks", HandInKind.SELF_CHECK: "self_check_tasks"}
PIECES = {HandInKind.REFLECTION: "reflections", HandInKind.SELF_CHECK: "self_checks"}
NAMES = ("reflection_tasks", "reflections", "self_check_tasks", "self_checks")
LETTERS = {HandInKind.REFLECTION: "R", HandInKind.SELF_CHECK: "C"}
# Of a self-check that nobody has named otherwise.
TITLE = "自查表"
# Of a piece whose task is a fault.
_ANY_DAY = date(2000, 1, 1)
MOST_PIECES, MOST_VERSIONS, MOST_PROBLEMS = 100, 1000, 1000
_OF_TASK = ("id", "title", "activity", "study_item", "audience", "due_on", "per_person", *RECORDED)
_OF_PIECE = (
    "task", "person", "piece", "version", "state", "started_at", "submitted_at", "reviewed_at", "reviewed_by",
    "return_reason", "problems", *hand_in_texts.FIELDS,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Task:
    """One record of a task. activity, study_item: what it is about, by their ids."""

    kind: HandInKind
    id: str
    title: str
    activity: str | None
    study_item: str | None
    audience: TaskAudience
    due_on: date
    per_person: int
    recorded: Recorded
    extra: Fields = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class HandedIn:
    """One version of a piece: known by task, person, piece and version. begun: see `begun`."""

    kind: HandInKind
    task: str
    person: str
    piece: int
    version: int
    state: PieceState
    begun: datetime
    submitted_at: datetime | None
    reviewed_at: datetime | None
    reviewed_by: str | None
    return_reason: str
    problems: int | None
    texts: tuple[Piece, ...]
    lines: tuple[Line, ...]
    extra: Fields = field(default_factory=dict)

    @property
    def key(self) -> tuple[str, str, int, int]:
        return self.task, self.person, self.piece, self.version


@dataclass(frozen=True, slots=True)
class HandIns:
    """By kind, what the document has got of it."""

    tasks: Mapping[HandInKind, tuple[Task, ...]]
    pieces: Mapping[HandInKind, tuple[HandedIn, ...]]

    def same(self, mine: "HandIns") -> bool:
        """Whether the branch says all of it already."""
        tasks = all(_by_id(rows) == _by_id(mine.tasks.get(kind, ())) for kind, rows in self.tasks.items())
        return tasks and all(_by_key(rows) == _by_key(mine.pieces.get(kind, ())) for kind, rows in self.pieces.items())


def _by_id(tasks: Sequence[Task]) -> list[Task]:
    return sorted(tasks, key=lambda one: one.id)


def _by_key(pieces: Sequence[HandedIn]) -> list[HandedIn]:
    return sorted(pieces, key=lambda one: one.key)


@dataclass(frozen=True, slots=True)
class Due:
    """What a piece has to fit: how many pieces somebody may hand in, and until when."""

    per_person: int
    on: date


@dataclass(frozen=True, slots=True)
class Known:
    """What may be named: people by their ids, items, and the tasks of the branch that the document does not bring."""

    people: Collection[str]
    items: Collection[str]
    tasks: Mapping[HandInKind, Mapping[str, Due]]
    tz: tzinfo


def read(document: Fields, known: Known) -> tuple[HandIns | None, list[str]]:
    """The records and every fault of them; None: the document has none of the collections."""
    check, tasks, pieces = Check(), dict[HandInKind, tuple[Task, ...]](), dict[HandInKind, tuple[HandedIn, ...]]()
    for kind in HandInKind:
        named = TASKS[kind]
        found = check.rows(named, document.get(named))
        check.once(named, [check.key(path, row) for path, row in found])
        read = [_task(check, path, row, kind, known) for path, row in found]
        listed = tuple(one for one in read if one is not None)
        ids: Mapping[str, Due | None] = known.tasks.get(kind, {})
        if named in document:
            tasks[kind] = listed
            # A task with a fault of its own may be named all the same.
            ids = {str(row.get("id")): None for _, row in found}
            ids |= {one.id: Due(one.per_person, one.due_on) for one in listed}
        rows = check.rows(PIECES[kind], document.get(PIECES[kind]))
        handed = [_piece(check, path, row, kind, ids, known) for path, row in rows]
        if PIECES[kind] in document:
            pieces[kind] = tuple(one for one in handed if one is not None)
            check.once(
                f"{PIECES[kind]} (task/person/piece/version)",
                ["/".join(map(str, one.key)) for one in pieces[kind]],
            )
    return (HandIns(tasks, pieces) if tasks or pieces else None), check.faults


def _task(check: Check, path: str, row: Fields, kind: HandInKind, known: Known) -> Task | None:
    title = check.text(path, row, "title")
    if kind is HandInKind.SELF_CHECK and row.get("title") is None:
        title = TITLE
    if not title.strip():
        check.fault(f"{path}.title", row.get("title"), "a title")
    activity, item = activity_links.read(check, path, row), row.get("study_item")
    if item is not None:
        item = check.reference(f"{path}.study_item", item, known.items, "study item")
        if activity is not None:
            wanted = "nothing beside `activity`: it is about one of them"
            check.fault(f"{path}.study_item", row["study_item"], wanted)
    audience = check.choice(f"{path}.audience", row.get("audience", TaskAudience.ALL_MEMBERS), TaskAudience)
    due_on = check.day(f"{path}.due_on", row.get("due_on"))
    most = MOST_PIECES if kind is HandInKind.REFLECTION else 1
    per_person = number(check, path, row, "per_person", most)
    when, kept = recorded(check, path, row, known.people)
    if audience is None or due_on is None:
        return None
    return Task(
        kind, str(row.get("id")), title, activity, item, audience, due_on, per_person, when,
        {**rest(row, _OF_TASK), **kept},
    )  # fmt: skip


def _piece(
    check: Check, path: str, row: Fields, kind: HandInKind, tasks: Mapping[str, Due | None], known: Known
) -> HandedIn | None:
    task = check.reference(f"{path}.task", row.get("task"), tasks, TASKS[kind].removesuffix("s").replace("_", " "))
    author = check.reference(f"{path}.person", row.get("person"), known.people, "person")
    due = tasks[task] if task is not None else None
    most = due.per_person if due is not None else MOST_PIECES
    piece, version = number(check, path, row, "piece", most), number(check, path, row, "version", MOST_VERSIONS)
    when = {name: instant(check, path, row, name) for name in ("started_at", "submitted_at", "reviewed_at")}
    state = _state(check, path, row)
    reviewer = person(check, path, row, "reviewed_by", known.people)
    reason, problems = check.text(path, row, "return_reason"), _problems(check, path, row, kind)
    usual = begun(when["submitted_at"], due.on if due is not None else _ANY_DAY, known.tz)
    texts = hand_in_texts.read(check, path, row, usual)
    lines = hand_in_texts.read_lines(check, path, row, usual, draft=state is PieceState.DRAFT)
    if kind is HandInKind.REFLECTION and lines:
        check.fault(f"{path}.items", row["items"], "nothing: problems stand in self-checks")
    if task is None or author is None or state is None or due is None:
        return None
    extra = rest(row, _OF_PIECE)
    if when["started_at"] == usual:
        extra["started_at"] = row["started_at"]
    return HandedIn(
        kind, task, author, piece, version, state, when["started_at"] or usual, when["submitted_at"],
        when["reviewed_at"], reviewer, reason, problems, texts, lines, extra,
    )  # fmt: skip


def begun(submitted_at: datetime | None, due_on: date, tz: tzinfo) -> datetime:
    """When a version was begun where nobody says so: as it was handed in, and a draft on the task's due day."""
    return submitted_at or morning(due_on, tz)


def _state(check: Check, path: str, row: Fields) -> PieceState | None:
    """What was not handed in is a draft, and nothing else is."""
    handed = row.get("submitted_at") is not None
    usual = PieceState.SUBMITTED if handed else PieceState.DRAFT
    said = row.get("state")
    state = check.choice(f"{path}.state", said if said is not None else usual, PieceState)
    if state is not None and handed is (state is PieceState.DRAFT):
        wanted = (
            "submitted, returned or accepted, since it has submitted_at" if handed else "draft, without submitted_at"
        )
        check.fault(f"{path}.state", said, wanted)
    return state


def _problems(check: Check, path: str, row: Fields, kind: HandInKind) -> int | None:
    """Of a self-check how many it names where no items say so."""
    said = row.get("problems")
    if said is None:
        return None
    if kind is not HandInKind.SELF_CHECK or type(said) is not int or not 0 <= said <= MOST_PROBLEMS:
        check.fault(f"{path}.problems", said, "of a self-check a number of problems")
        return None
    return said
