"""Who was elected is offered the office on the page of the approved election; nobody gets it by itself."""

from typing import Any

import pytest
from sqlalchemy import select

from bot.features.register.appointing import HAND_OVER, offered, office_of
from bot.features.register.values import Called
from bot.kit.refusal import Refusal
from storage.choices import Duty
from storage.models.organisation import Organisation
from storage.models.person import DutySpan
from tests.features.register.desk import Desk
from tests.features.register.test_chat import DEP, ORG, SEC, last, said
from tests.features.register.test_links import bot as bot
from tests.world import World

HELD: dict[str, Any] = {
    "kind": "general", "body": "members_meeting", "on": "2023-08-04", "seats": 4, "electors": 23, "present": 20,
    "issued": 20, "returned": 20, "valid": 20,
}  # fmt: skip


@pytest.mark.parametrize(
    ("words", "duty"),
    [
        ("组织委员", Duty.ORGANIZATION_OFFICER),
        ("支部组织委员", Duty.ORGANIZATION_OFFICER),
        (" 支部 书记", Duty.SECRETARY),
        ("党支部副书记", Duty.DEPUTY_SECRETARY),
        ("支部委员", Duty.COMMITTEE_MEMBER),
        ("统战委员", Duty.COMMITTEE_MEMBER),
        ("第一党小组组长", Duty.GROUP_LEADER),
        ("小组长", Duty.GROUP_LEADER),
        ("党代会代表", None),
        ("上级党委干部", None),
        ("", None),
    ],
)
def test_an_office_is_known_by_its_word(words: str, duty: Duty | None) -> None:
    assert office_of(words) is duty


async def test_the_elected_are_appointed_one_by_one(bot: World) -> None:
    """丙四 got a seat with a task, 甲四 one without a word in the roster, 甲一 is the secretary already, 丙五 is to be
    deputy, 乙三 was not elected.
    """
    with bot.storage.transaction() as session:
        desk = Desk.over(session, bot.cast)
        number = desk.record("election", **HELD)
        votes = [("丙四", "组织委员", 18), ("甲四", "统战委员", 17), ("甲一", "支部书记", 19)]
        votes += [("丙五", "支部副书记", 16), ("乙三", "宣传委员", 3)]
        for name, office, many in votes:
            desk.add(number, "candidates", person=[{"id": bot.cast[name]}], office=office, votes=many)
    await bot.stage.say(SEC, "换届选举")
    await bot.stage.tap(SEC, "打开第1条")
    assert not [one for one in last(bot, SEC).labels if one.startswith("任命")]
    with bot.storage.transaction() as session:
        Desk.over(session, bot.cast).put(number, "approved", "2023-08-10")
    await bot.stage.say(SEC, "换届选举")
    await bot.stage.tap(SEC, "打开第1条")
    assert HAND_OVER in said(bot, SEC)
    offers = [one for one in last(bot, SEC).labels if one.startswith(("任命", "登记任期"))]
    assert offers == ["任命丙四（组织委员）", "任命甲四（支部委员）", "登记任期"]
    await bot.stage.tap(SEC, "任命丙四（组织委员）")
    asked = "【任命】丙四同志自2023年8月10日起任组织委员。甲二同志的组织委员职务同时免去。"
    assert said(bot, SEC) == asked
    assert spans(bot, "丙四", Duty.ORGANIZATION_OFFICER) == []
    await bot.stage.tap(SEC, "确认任命")
    assert said(bot, SEC) == asked.replace("【任命】", "已任命：")
    assert spans(bot, "丙四", Duty.ORGANIZATION_OFFICER) == [("2023-08-10", None)]
    assert [to for _, to in spans(bot, "甲二", Duty.ORGANIZATION_OFFICER)] == ["2023-08-10"]
    await bot.stage.tap(SEC, "登记任期", "【换届选举】")
    await bot.stage.tap(SEC, "确认登记", "【登记任期】")
    assert said(bot, SEC).startswith("已登记：本届自2023年8月4日起")
    with bot.storage.reading() as session:
        ends = session.get_one(Organisation, bot.cast.branch_id).term_ends_on
    assert ends is not None
    await bot.stage.say(SEC, "换届选举")
    await bot.stage.tap(SEC, "打开第1条")
    assert [one for one in last(bot, SEC).labels if one.startswith(("任命", "登记任期"))] == ["任命甲四（支部委员）"]


def spans(bot: World, name: str, duty: Duty) -> list[tuple[str, str | None]]:
    with bot.storage.reading() as session:
        query = select(DutySpan).where(DutySpan.person_id == bot.cast[name], DutySpan.duty == duty)
        return [(f"{one.from_on}", one.to_on and f"{one.to_on}") for one in session.scalars(query)]


async def test_two_who_appoint_the_same_give_the_office_once(bot: World) -> None:
    """The second one is told that it is there already; nobody's office ends by a tap that gives it."""
    with bot.storage.transaction() as session:
        desk = Desk.over(session, bot.cast)
        number = desk.record("election", **{**HELD, "kind": "by_election", "seats": 1})
        desk.add(number, "candidates", person=[{"id": bot.cast["丙五"]}], office="宣传委员", votes=18)
        desk.put(number, "approved", "2023-08-10")
    for name in (SEC, DEP):
        await bot.stage.say(name, "换届选举")
        await bot.stage.tap(name, "打开第1条")
        await bot.stage.tap(name, "任命丙五（宣传委员）")
    await bot.stage.tap(SEC, "确认任命")
    assert (await bot.stage.tap(DEP, "确认任命")).toast == "名册中已有这一职务，无需再任命。"
    assert spans(bot, "丙五", Duty.PUBLICITY_OFFICER) == [("2023-08-10", None)]


async def test_an_invalid_election_is_not_approved_and_delegates_get_no_office(bot: World) -> None:
    with bot.storage.transaction() as session:
        desk = Desk.over(session, bot.cast)
        number = desk.record("election", **{**HELD, "returned": 21})
        with pytest.raises(Refusal, match="选举无效，不能登记批复。"):
            desk.put(number, "approved", "2023-08-10")
        sent = desk.record("election", **{**HELD, "kind": "delegates", "on": "2023-08-07"})
        desk.add(sent, "candidates", person=[{"id": bot.cast["丙四"]}], office="组织委员", votes=18)
        desk.put(sent, "approved", "2023-08-10")
        view = desk.view(sent)
    assert offered(view, Called(), {bot.cast["丙四"]: frozenset()}, None) == ((), ())


async def test_entries_of_one_state_are_listed_apart(bot: World) -> None:
    with bot.storage.transaction() as session:
        desk = Desk.over(session, bot.cast)
        for org, on in (("甲支部", "2023-08-04"), ("乙支部", "2023-08-30"), ("甲支部", "2023-09-04")):
            desk.record("guidance", org=org, on=on)
        desk.withdraw(desk.record("guidance", org="丙支部", on="2023-08-07"), "登记有误")
    await bot.stage.say(ORG, "指导台账")
    assert {"计划2条", "已开展1条", "已取消登记1条"} <= set(last(bot, ORG).labels)
    await bot.stage.tap(ORG, "计划2条")
    assert said(bot, ORG) == (
        "【指导台账】2023年第三季度，计划，共2条\n1. 2023年9月4日 甲支部（计划）\n2. 2023年8月30日 乙支部（计划）"
    )
    await bot.stage.tap(ORG, "全部状态")
    assert "共4条" in said(bot, ORG)


async def test_what_is_offered_for_a_text_is_a_button(bot: World) -> None:
    await bot.stage.say(SEC, "登记党员岗位")
    assert said(bot, SEC).endswith("请选择岗位，或直接发送。")
    await bot.stage.tap(SEC, "党员先锋岗")
    assert "岗位：党员先锋岗" in said(bot, SEC)
