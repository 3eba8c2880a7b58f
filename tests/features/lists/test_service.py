"""On both databases: who sees which open items, in which order, and who is asked to settle them."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from bot.features.lists import service
from bot.features.lists.service import When
from bot.features.register import due
from bot.features.register.values import Owner
from storage.audience import Me
from storage.choices import Duty
from storage.engine import Storage
from storage.models.person import GroupSpan
from tests.features.register.desk import Desk
from tests.features.register.test_figures import issued
from tests.growth.counting import statements

TODAY = date(2023, 8, 11)
# 甲五 and the leader 甲三 are of the first party group, 丙四 is not.
SEC, PUB, GL, MEMBER, YOUTH = "甲一", "丙一", "甲三", "丙四", "丙五"


@pytest.fixture
def desk(storage: Storage) -> Iterator[Desk]:
    with storage.transaction() as session:
        yield Desk(session)


def me(desk: Desk, name: str) -> Me:
    return desk.cast.me(desk.session, name, TODAY)


def project(desk: Desk, title: str, due_on: str | None, owner: Owner, **more: Any) -> int:
    return desk.record("practical_project", title=title, since="2023-07-03", due_on=due_on, owner=owner, **more)


def said(desk: Desk, name: str, day: date = TODAY) -> list[tuple[When, str, str]]:
    found = service.listed(desk.session, me(desk, name), day)
    return [(one.when, one.owner, re.sub("^[^“《]*|[“”]", "", one.title)) for one in found]


def test_what_is_overdue_comes_first_then_what_is_near_and_each_owner_s_stand_together(desk: Desk) -> None:
    """One that is due today is not late (D16); the seventh day from now is near."""
    four, five = Owner(id=desk.cast["甲四"]), Owner(id=desk.cast["甲五"])
    for title, due_on, owner in (
        ("晚", "2023-08-19", four), ("近", "2023-08-18", five), ("今", "2023-08-11", four), ("昨", "2023-08-10", five),
        ("早", "2023-08-01", four), ("前", "2023-08-10", four), ("无", None, four),
    ):  # fmt: skip
        project(desk, title, due_on, owner)
    assert said(desk, SEC) == [
        (When.OVERDUE, "甲四", "《早》"), (When.OVERDUE, "甲四", "《前》"),
        (When.OVERDUE, "甲五", "《昨》"), (When.SOON, "甲四", "《今》"),
        (When.SOON, "甲五", "《近》"), (When.LATER, "甲四", "《晚》"),
    ]  # fmt: skip


def test_what_is_done_taken_back_drawn_up_or_off_its_list_is_not_there(desk: Desk) -> None:
    five = Owner(id=desk.cast["甲五"])
    done, back = project(desk, "完成", "2023-08-18", five), project(desk, "重复", "2023-08-18", five)
    desk.put(done, "completed", "2023-08-11")
    desk.withdraw(back, "重复登记")
    project(desk, "移出", "2023-08-18", five, to="2023-08-11")
    project(desk, "还在", "2023-08-18", five, to="2023-08-12")
    draft = desk.record("rectification_list", target="甲支部", source="other")
    desk.add(draft, "items", category="other", problem="问题", measure="措施", due_on="2023-08-18")
    assert [title for *_, title in said(desk, SEC)] == ["《还在》"]


def test_a_leader_sees_the_own_group_s_and_its_people_s_and_members_nothing(desk: Desk) -> None:
    first = desk.session.scalars(select(GroupSpan.group_id).where(GroupSpan.person_id == desk.cast[GL])).one()
    project(desk, "组", "2023-08-18", Owner(group_id=first))
    project(desk, "人", "2023-08-18", Owner(id=desk.cast["甲五"]))
    project(desk, "外", "2023-08-18", Owner(id=desk.cast[MEMBER]))
    project(desk, "甲支部", "2023-08-18", Owner(name="甲支部"))
    assert {title[1] for *_, title in said(desk, GL)} == {"组", "人"}
    assert len(said(desk, PUB)) == 4
    assert (said(desk, MEMBER), said(desk, YOUTH)) == ([], [])


def test_of_a_kind_that_is_for_its_readers_alone_a_leader_sees_nothing(desk: Desk) -> None:
    project(desk, "人", "2023-08-18", Owner(id=desk.cast["甲五"]))
    [item] = due.open_items(desk.session, desk.branch_id, TODAY)
    assert due.readable(desk.session, me(desk, GL), [item], TODAY) == [item]
    apart = replace(item.view, kind=item.view.kind.model_copy(update={"apart": True}))
    assert due.readable(desk.session, me(desk, GL), [replace(item, view=apart)], TODAY) == []


def test_who_can_settle_it_is_asked_and_nobody_asks_oneself_or_beyond_the_own_group(desk: Desk) -> None:
    project(desk, "人", "2023-08-18", Owner(id=desk.cast["甲五"]))
    project(desk, "甲支部", "2023-08-18", Owner(name="甲支部"))
    project(desk, "书记", "2023-08-18", Owner(duty=Duty.SECRETARY))
    keeper = desk.cast["甲二"]

    def asked(name: str) -> dict[str, int | None]:
        return {one.owner: one.asked for one in service.listed(desk.session, me(desk, name), TODAY)}

    assert asked(SEC) == {"甲五": desk.cast["甲五"], "甲支部": keeper, "书记": None}
    assert asked("甲二") == {"甲五": desk.cast["甲五"], "甲支部": None, "书记": desk.cast[SEC]}
    assert asked(GL) == {"甲五": desk.cast["甲五"]}


def test_as_of_a_day_what_held_then_is_there(desk: Desk) -> None:
    number = project(desk, "延", "2023-08-10", Owner(id=desk.cast["甲五"]))
    desk.put(number, "in_progress", "2023-08-05")
    desk.put(number, "completed", "2023-08-09")

    def state(day: str) -> list[str]:
        items = due.open_items(desk.session, desk.branch_id, date.fromisoformat(day), as_of=True)
        return [one.fact.state for one in items]

    assert [state(day) for day in ("2023-07-02", "2023-07-03", "2023-08-05", "2023-08-08", "2023-08-09")] == [
        [], ["not_started"], ["in_progress"], ["in_progress"], [],
    ]  # fmt: skip


def test_it_takes_as_many_statements_for_nine_as_for_one(desk: Desk) -> None:
    said: dict[int, int] = {}
    for many in (1, 4, 4):
        issued(desk, "甲支部", "2023-08-11", ["2023-08-20"] * many)
        desk.session.flush()
        desk.session.expire_all()
        mine = me(desk, SEC)
        with statements() as seen:
            found = service.listed(desk.session, mine, TODAY)
        said[len(found)] = len(seen)
    assert list(said) == [1, 5, 9]
    assert len({*said.values()}) == 1
