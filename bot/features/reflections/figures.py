"""What is counted of reflections: pieces and completion by task (S48, D11); of self-checks (S46, S47, D12)."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import select

from bot.features.reflections import kinds
from bot.features.reflections.buttons import OpenPiece
from bot.features.reflections.items import problems
from bot.features.reflections.rules import Version
from bot.features.reflections.service import PeriodFigures, TaskFigures, task_figures
from bot.kit.figure_words import counted, with_names
from bot.kit.figures import (
    Behaviour,
    Counting,
    Figure,
    Lacking,
    Look,
    Record,
    Section,
    Shown,
    Source,
    Together,
    codes,
    fixed,
)
from bot.kit.glossary.choices import PIECES
from bot.kit.group_scope import LATEST
from bot.kit.lists import label
from bot.kit.rates import percent
from bot.kit.replies import Choice
from storage.choices import HandInKind, PieceState
from storage.models.reflection import Reflection

LONGEST_LABEL = 24
WAITING = PIECES[PieceState.SUBMITTED]
Tasks = Mapping[int, TaskFigures]


def _tasks(counting: Counting) -> Tasks:
    """By id, each as it counts at the cut-off of its own quarter (D27)."""
    counted = counting.each(_of_branches).tasks
    found, latest = dict(sorted(counted.items())), counting.of(LATEST)
    if latest is None:
        return found
    return {task_id: replace(one, tally=one.tally.among(latest)) for task_id, one in found.items()}


def _of_branches(of: Together) -> dict[int, PeriodFigures]:
    return task_figures(of.session, of.counts, of.slices, of.tz)


def _of(kind: HandInKind, tasks: Tasks) -> Tasks:
    return {task_id: one for task_id, one in tasks.items() if one.kind is kind}


def _reflections(counting: Counting) -> Tasks:
    return _of(HandInKind.REFLECTION, counting.of(TASKS))


def _waiting(counting: Counting, tasks: Iterable[int]) -> Mapping[int, set[int]]:
    """Who has handed in what nobody has read yet, by task: they owe nothing now."""
    query = select(Reflection.task_id, Reflection.person_id).where(
        Reflection.task_id.in_(list(tasks)),
        Reflection.state == PieceState.SUBMITTED,
        Reflection.withdrawn_at.is_(None),
    )
    found: dict[int, set[int]] = defaultdict(set)
    for task_id, person_id in counting.session.execute(query):
        found[task_id].add(person_id)
    return found


def _lacking(counting: Counting, tasks: Tasks) -> Iterable[Lacking]:
    waits = _waiting(counting, tasks)
    for task_id, one in tasks.items():
        owed = [person for person in sorted(one.tally.missing) if person not in waits[task_id]]
        yield Lacking(f"{one.title}，未交", owed)


TASKS = Source("reflection tasks", _tasks)
REFLECTIONS = Source("reflections", _reflections, _lacking)


@dataclass(frozen=True, slots=True)
class Form:
    """A self-check that counts, and how many problems it names, each with its measure."""

    task_id: int
    version: Version
    problems: int


def _forms(counting: Counting) -> list[Form]:
    found = _of(HandInKind.SELF_CHECK, counting.of(TASKS))
    counted = [(task_id, version) for task_id, one in found.items() for version in one.tally.counted]
    said = counting.each(_problems) if counted else {}
    return [Form(task_id, version, said[version.row_id]) for task_id, version in counted]


def _problems(of: Together) -> dict[int, Mapping[int, int]]:
    """How many problems each self-check names, of whichever branch it is."""
    checks = [one for each in of.counts.values() for one in _of(HandInKind.SELF_CHECK, each.of(TASKS)).values()]
    found = problems(of.session, [version.row_id for one in checks for version in one.tally.counted])
    return dict.fromkeys(of.counts, found)


def _lacking_forms(counting: Counting, forms: Sequence[Form]) -> Iterable[Lacking]:
    return _lacking(counting, _of(HandInKind.SELF_CHECK, counting.of(TASKS)))


FORMS = Source("self checks", _forms, _lacking_forms)


def _show(look: Look, rows: Sequence[Any]) -> Shown:
    """Each task with whose pieces count, whose wait for their review and whose are missing; and each piece."""
    found: Tasks = look.counting.of(REFLECTIONS)
    lines, tasks = _listed(look, found)
    pieces = [(version, one.title) for one in found.values() for version in one.tally.counted]
    called = look.called({version.person_id for version, _ in pieces})
    return lines, [*tasks, *_opened(look, called, pieces)]


def _show_checks(look: Look, rows: Sequence[Any]) -> Shown:
    """The same, and each form with how many problems it names."""
    lines, tasks = _listed(look, _of(HandInKind.SELF_CHECK, look.counting.of(TASKS)))
    forms = look.counting.of(FORMS)
    called = look.called({one.version.person_id for one in forms})
    said = {one.version.row_id: f"{one.problems}个问题" if one.problems else "无问题" for one in forms}
    return lines, [*tasks, *_opened(look, called, ((one.version, said[one.version.row_id]) for one in forms))]


def _opened(look: Look, called: Mapping[int, str], pieces: Iterable[tuple[Version, str]]) -> Iterable[Record]:
    """Each by its author, to be read by who reads them all: a leader sees who, and no more."""
    opens = look.counting.of(LATEST) is None
    for version, said in sorted(pieces, key=lambda one: (one[0].person_id, one[0].piece)):
        name = called[version.person_id]
        button = Choice(label(f"{name}：{said}", LONGEST_LABEL), OpenPiece(version.row_id)) if opens else None
        yield Record(f"{name}：{said}", button)


def _listed(look: Look, tasks: Tasks) -> Shown:
    waits = _waiting(look.counting, tasks)
    people = {person for one in tasks.values() for person in (*one.tally.expected, *_authors(one))}
    called = look.called(people)
    return (), [Record("\n".join(_task(one, waits[task_id], called))) for task_id, one in tasks.items()]


def _authors(one: TaskFigures) -> list[int]:
    return [version.person_id for version in one.tally.counted]


def _task(one: TaskFigures, waits: set[int], called: Mapping[int, str]) -> list[str]:
    said, missing = one.tally, sorted(one.tally.missing)
    read, owed = [one for one in missing if one in waits], [one for one in missing if one not in waits]
    rated = f"，完成率{percent(said.completion_rate)}" if said.expected else ""
    people = (("应交", len(said.expected)), ("已通过", len(said.done)), (WAITING, len(read)), ("未交", len(owed)))
    counts = counted(*people)
    unit = kinds.of(one.kind).unit
    return [
        f"{one.title}：{len(said.counted)}{unit}" + (f"，逾期{len(said.late)}{unit}" if said.late else ""),
        *([f"　{counts}{rated}"] if counts else []),
        *with_names(called, ("已通过", _authors(one)), (WAITING, read), ("未交", owed)),
    ]


def _named(one: TaskFigures) -> dict[str, Any]:
    return {**one.named(), "missing": sorted(codes("P", one.tally.missing))}


def _behind(rows: Sequence[tuple[int, TaskFigures]]) -> Mapping[str, Sequence[str]]:
    return {path: listed for task_id, one in rows for path, listed in _behind_one(task_id, one)}


def _behind_one(task_id: int, one: TaskFigures) -> Iterable[tuple[str, Sequence[str]]]:
    path, said = f".R{task_id}", one.tally
    late = [version for version in said.counted if version.row_id in said.late]
    yield f"{path}.pieces", [_code(task_id, version) for version in said.counted]
    yield f"{path}.late", [_code(task_id, version) for version in late]
    for name, people in (("expected", said.expected), ("missing", said.missing), ("expected_done", said.done)):
        yield f"{path}.{name}", codes("P", people)


def _code(task_id: int, version: Version) -> str:
    """A piece has no id: it is known by task, person, piece and version."""
    return f"R{task_id}/P{version.person_id}/{version.piece}/{version.version}"


def _each(words: str, versions: Iterable[Version]) -> dict[int, str]:
    return {person: words.format(many) for person, many in Counter(one.person_id for one in versions).items()}


FIGURES = fixed(
    Figure(
        "reflections",
        "心得体会",
        "项",
        Section.REFLECTIONS,
        Behaviour.ADDITIVE,
        "所属活动或学习内容在这段时间内的心得任务",
        of=REFLECTIONS,
        rows=lambda tasks: list(tasks.items()),
        value=lambda rows: {f"R{task_id}": _named(one) for task_id, one in rows},
        number=len,
        behind=_behind,
        beside="reflection_pieces_total",
        said=lambda tasks: f"心得任务{len(tasks)}项",
    ),
    Figure(
        "reflection_pieces_total",
        "心得体会",
        "篇",
        Section.REFLECTIONS,
        Behaviour.ADDITIVE,
        "统计截止前提交并已通过的心得，每篇按最新通过的一稿计",
        of=REFLECTIONS,
        rows=lambda tasks: [(task_id, piece) for task_id, one in tasks.items() for piece in one.tally.counted],
        behind=lambda rows: {"": [_code(*row) for row in rows]},
        each=lambda rows: _each("心得体会{}篇", (version for _, version in rows)),
        show=_show,
        old="pieces",
    ),
    Figure(
        "self_check.forms",
        "自查表",
        "份",
        Section.REFLECTIONS,
        Behaviour.ADDITIVE,
        "统计截止前提交并已通过的自查表，每份按最新通过的一稿计，无问题的也计1份",
        of=FORMS,
        behind=lambda rows: {"": [_code(one.task_id, one.version) for one in rows]},
        each=lambda rows: _each("自查表{}份", (one.version for one in rows)),
        show=_show_checks,
    ),
    Figure(
        "self_check.problems",
        "存在问题",
        "个",
        Section.REFLECTIONS,
        Behaviour.ADDITIVE,
        "上述自查表中的问题",
        of=FORMS,
        value=lambda rows: sum(one.problems for one in rows),
        behind=lambda rows: {"": [_code(one.task_id, one.version) for one in rows if one.problems]},
        show=_show_checks,
    ),
    Figure(
        "self_check.measures",
        "整改措施",
        "个",
        Section.REFLECTIONS,
        Behaviour.ADDITIVE,
        "上述自查表中的整改措施，每个问题都有一条",
        of=FORMS,
        value=lambda rows: sum(one.problems for one in rows),
        behind=lambda rows: {"": [_code(one.task_id, one.version) for one in rows if one.problems]},
        beside="self_check.problems",
        said=lambda number: f"整改措施{number}个",
    ),
)
