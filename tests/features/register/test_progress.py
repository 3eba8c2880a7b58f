"""Whose an open project is is asked once a month, where nothing was recorded of it (S23)."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from bot.features.register import nudging, owing
from bot.features.register.values import Owner
from bot.kit.owing import Owing
from scheduler.calendar.days import local_day
from storage.engine import Storage
from tests.features.register.desk import SHANGHAI, Desk, local

# The 25th of August 2023 is a Friday and a working day.
DIGEST = local("2023-08-25 09:00")


@pytest.fixture
def desk(storage: Storage) -> Iterator[Desk]:
    with storage.transaction() as session:
        yield Desk(session, now="2023-07-11 10:00")


def project(desk: Desk, due_on: str | None = None, owner: str = "甲五") -> int:
    whose = Owner(id=desk.cast[owner]) if owner in desk.cast.people else Owner(name=owner)
    return desk.record("practical_project", title="延时服务", since="2023-07-11", due_on=due_on, owner=whose)


def owed(desk: Desk, now: str) -> list[Owing]:
    return owing.owing(desk.session, desk.branch_id, local(now), SHANGHAI)


def asked(desk: Desk, now: str = "2023-08-25 09:00") -> list[Owing]:
    return [one for one in owed(desk, now) if one.key.startswith("progress:")]


def test_it_is_asked_from_the_digest_to_the_end_of_the_month(desk: Desk) -> None:
    number = project(desk)
    assert [len(asked(desk, f"2023-08-{day} 09:00")) for day in ("01", "24", "25", "31")] == [0, 0, 1, 1]
    [one] = asked(desk)
    assert one.line == "办实事项目《延时服务》：请于8月31日（含）前更新本月进展。"
    assert (one.person_id, one.key, one.nudges) == (desk.cast["甲五"], f"progress:{number}:2023-08", (DIGEST,))
    assert not one.overdue


def test_whatever_was_recorded_of_it_this_month_is_enough(desk: Desk) -> None:
    """A new state, a changed field; what was taken back at once is none, and what was entered this month is news."""
    moved, changed, back, silent = (project(desk) for _ in range(4))
    desk.now = "2023-08-08 10:00"
    desk.put(moved, "in_progress", "2023-08-08")
    desk.change(changed, "measure", "每周两次", "补充")
    entered = project(desk)
    view = desk.view(back)
    assert view.fact is not None
    assert {one.key for one in asked(desk)} == {f"progress:{one}:2023-08" for one in (back, silent)}
    assert f"progress:{entered}:2023-08" not in {one.key for one in asked(desk)}
    assert len(asked(desk, "2023-09-25 09:00")) == 5


def test_what_is_done_or_off_the_list_is_not_asked_about(desk: Desk) -> None:
    done, gone = project(desk), project(desk)
    desk.put(done, "completed", "2023-07-11")
    desk.change(gone, "to", "2023-07-31", "移出")
    assert asked(desk) == []


@pytest.mark.parametrize(
    ("due_on", "lines"), [("2023-08-25", 1), ("2023-08-28", 1), ("2023-08-30", 1), ("2023-08-31", 2), (None, 1)]
)
def test_what_is_told_of_its_deadline_that_day_has_one_line(desk: Desk, due_on: str | None, lines: int) -> None:
    """The 25th is three days before the 28th, and the last working day so long before the 30th."""
    project(desk, due_on)
    assert len(owed(desk, "2023-08-25 09:00")) == lines


def test_of_a_unit_s_project_the_keeper_is_asked_and_a_switch_stills_it(desk: Desk) -> None:
    project(desk, owner="甲支部")
    [one] = asked(desk)
    assert (one.person_id, one.title.startswith("请联系甲支部：办实事项目")) == (desk.cast["甲二"], True)
    kind = desk.kind("practical_project")
    nudging.turn(desk.session, desk.me, kind, False, local(desk.now))
    assert [one.nudges for one in asked(desk)] == [()]


def test_its_branch_is_among_those_that_are_asked(desk: Desk) -> None:
    assert list(owing.nearing(desk.session, DIGEST, SHANGHAI)) == []
    project(desk)
    assert list(owing.nearing(desk.session, DIGEST, SHANGHAI)) == [desk.branch_id]
    after = DIGEST + timedelta(days=1)
    assert (local_day(after, SHANGHAI).day, list(owing.nearing(desk.session, after, SHANGHAI))) == (26, [])
