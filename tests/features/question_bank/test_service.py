"""The bank on both databases: numbered on, each question once, taken out and still in the tests that have it."""

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import select

from bot.features.question_bank import service
from bot.features.question_bank.rules import Question
from bot.kit.access import NO_RIGHT
from storage.audience import Me
from storage.choices import Duty, QuestionKind
from storage.engine import Storage
from storage.models.audit import Audit
from tests.cast import make_branch
from tests.features.activities.desk import refused
from tests.features.exams.branch import NOW, Branch, questions


@pytest.fixture
def branch(storage: Storage) -> Iterator[Branch]:
    with storage.transaction() as session:
        yield Branch(session, make_branch(session, now=NOW))


def numbers(branch: Branch) -> list[int]:
    return [one.number for one in service.listed(branch.session, branch.cast.branch_id)]


def test_numbered_on_and_each_once(branch: Branch) -> None:
    made = questions(4)
    assert [one.number for one in service.add(branch.session, branch.me("乙二"), made[:2], NOW)] == [1, 2]
    assert [one.number for one in service.add(branch.session, branch.me("甲一"), made, NOW)] == [3, 4]
    assert service.add(branch.session, branch.me("甲一"), [*made, made[0]], NOW) == []
    lines = branch.session.scalars(select(Audit).where(Audit.subject == "exam_question")).all()
    assert [(line.action, line.details["count"]) for line in lines] == [("add", 2), ("add", 2)]


def test_taken_out_its_number_is_not_given_again(branch: Branch) -> None:
    made = questions(4)
    service.add(branch.session, branch.me("乙二"), made, NOW)
    assert service.take_out(branch.session, branch.me("乙二"), [4, 4, 2], NOW) == 2
    assert numbers(branch) == [1, 3]
    with refused("题库中没有第2题"):
        service.take_out(branch.session, branch.me("乙二"), [1, 2], NOW)
    assert numbers(branch) == [1, 3]
    service.add(branch.session, branch.me("乙二"), [made[3]], NOW)
    assert numbers(branch) == [1, 3, 5]


def test_a_test_keeps_the_questions_that_are_taken_out(branch: Branch) -> None:
    service.add(branch.session, branch.me("乙二"), questions(4), NOW)
    exam = branch.exam()
    service.take_out(branch.session, branch.me("乙二"), [1, 2, 3, 4], NOW)
    row = branch.sit("甲三", exam, exam.opens_at or NOW, "AC", "A", "A", "A")
    assert row.score == 10000


@pytest.mark.parametrize("name", ["甲三", "甲四", "丙一"])
def test_whose_it_is(branch: Branch, name: str) -> None:
    with refused(NO_RIGHT):
        service.add(branch.session, branch.me(name), questions(1), NOW)
    with refused(NO_RIGHT):
        service.take_out(branch.session, branch.me(name), [1], NOW)


def test_another_branch_has_its_own(branch: Branch) -> None:
    service.add(branch.session, branch.me("乙二"), questions(2), NOW)
    other = make_branch(branch.session, now=NOW, bound=False, only=("甲一", "甲二"))
    stranger = Me(other["甲一"], "甲一", other.branch_id, None, frozenset({Duty.SECRETARY}), frozenset())
    assert service.listed(branch.session, other.branch_id) == []
    with refused("题库中没有第1题"):
        service.take_out(branch.session, stranger, [1], NOW)
    assert [one.number for one in service.add(branch.session, stranger, questions(1), NOW)] == [1]
    assert numbers(branch) == [1, 2]


def test_it_is_not_endless(branch: Branch, monkeypatch: Any) -> None:
    monkeypatch.setattr(service, "MOST", 2)
    with refused("题库最多2题"):
        service.add(branch.session, branch.me("乙二"), questions(3), NOW)
    one = Question(QuestionKind.TRUE_FALSE, "对。", (), "A")
    assert len(service.add(branch.session, branch.me("乙二"), [one], NOW)) == 1
