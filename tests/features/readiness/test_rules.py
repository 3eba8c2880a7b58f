"""The subjects of readiness are those of the report's sentences; states and order, over plain values."""

from datetime import date
from typing import Any

import pytest

from bot.features.readiness.rules import Item, Ready, State, Todo, first_open
from bot.features.readiness.subjects import AREAS, SUBJECTS
from bot.features.report.rules import Clause, Section
from bot.features.report.sentences import SECTIONS


def todo(key: str, day: int = 1, **changes: Any) -> Todo:
    return Todo(key=key, line=f"{key}：请办理。", since=date(2023, 7, day), **changes)


def item(at: int, filled: bool, *todos: Todo, area: str = "thought") -> Item:
    return Item(SUBJECTS[at], area, f"第{at}", "", filled, todos)


def test_every_clause_of_the_report_speaks_of_a_subject_and_every_subject_is_spoken_of() -> None:
    by_gap = {gap: one.name for one in SUBJECTS for gap in (one.name, *one.says)}
    assert len(by_gap) == sum(1 + len(one.says) for one in SUBJECTS)
    spoken: set[str] = set()
    for section in SECTIONS:
        for clause in clauses_of(section):
            names = [by_gap[gap] for gap in gaps_of(clause) if gap in by_gap]
            assert names, clause.text
            spoken |= set(names)
    # What the report has beside its sentences.
    assert {one.name for one in SUBJECTS} - spoken == {
        "branch_scope_overall.attendance_rate", "documents.present", "issues", "next_quarter_plan",
    }  # fmt: skip
    assert [one.name for one in SECTIONS] == list(AREAS)[:-1]


def clauses_of(section: Section) -> list[Clause]:
    return [one for paragraph in section.paragraphs for sentence in paragraph for one in sentence.clauses]


def gaps_of(clause: Clause | None) -> list[str]:
    """All that a clause may speak of, with what is said in its place."""
    return [] if clause is None else [clause.of, *clause.gaps, *gaps_of(clause.or_)]


@pytest.mark.parametrize(
    ("filled", "todos", "state"),
    [
        (False, (), State.NONE),
        (True, (), State.DONE),
        (True, (todo("a"),), State.OPEN),
        (False, (todo("a"), todo("b")), State.OPEN),
    ],
)
def test_what_is_open_is_so_whatever_is_there(filled: bool, todos: tuple[Todo, ...], state: State) -> None:
    assert item(0, filled, *todos).state is state


def test_a_thing_behind_several_subjects_is_one_and_the_oldest_stands_first() -> None:
    assert Ready([]).open == 0
    assert Ready([]).since is None
    planned = todo("planned", 1, arranged=True)
    found = Ready(
        [
            item(0, False, todo("late", 20), planned),
            item(1, True, planned, todo("early", 3)),
            item(2, True, todo("other", 2), area="report"),
        ]
    )
    assert found.open == 4
    assert [one.key for _, one in found.todos()] == ["early", "late", "planned", "other"]
    assert found.since == date(2023, 7, 1)


def test_the_branch_that_has_waited_longest_is_first_and_who_has_nothing_open_last() -> None:
    each = [
        (1, Ready([item(0, True)])),
        (2, Ready([item(0, False, todo("a", 9))])),
        (3, Ready([item(0, False, todo("a", 2), todo("b", 30))])),
    ]
    assert [one for one, _ in first_open(each)] == [3, 2, 1]
