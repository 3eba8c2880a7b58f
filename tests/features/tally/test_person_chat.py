"""查 甲四, 甲四的记录, 甲四: the record of one person, each part for those who may see it; whole updates in."""

from collections.abc import AsyncIterator
from datetime import date
from typing import Any

import pytest
from sqlalchemy import update

from bot.features.register import entries, service, states
from bot.features.register.kinds.catalogue import kind_of
from bot.playground.chats import Message
from storage.choices import Duty, StudyItemKind
from storage.engine import Storage
from storage.models.attendance import Attendance
from storage.models.person import DutySpan, GroupSpan, Person, RosterSpan
from storage.models.study import StudyItem
from tests.features.tally.test_chat import NOW, START, forge, hold_st1, labels, last
from tests.world import SHANGHAI, World, alive, prepare

SEC, DEP, ORG, PUB, DIS, LEADER, OTHER_LEADER, MEMBER = "甲一", "乙一", "甲二", "丙一", "乙二", "甲三", "乙三", "丙四"
NOT_YOURS = "您没有查看他人记录的权限。"
JULY = "　7月7日 7月主题党日：公差（已批准），已补学"
BOOK = "　《党章》：未完成，7月31日截止"


@pytest.fixture
async def bot(chat_url: str) -> AsyncIterator[World]:
    storage = Storage(chat_url)
    cast = prepare(storage, NOW)
    with storage.transaction() as session:
        hold_st1(session, cast)
        session.add(
            StudyItem(
                branch_id=cast.branch_id, kind=StudyItemKind.BOOK, title="党章", due_on=date(2023, 7, 31),
                assigned_on=date(2023, 7, 3), files=[], created_by_id=cast["丙一"], created_at=START,
            )
        )  # fmt: skip
    async with alive(storage, cast, NOW) as there:
        yield there
    await storage.close()


def said(bot: World, name: str) -> str:
    return last(bot, name).text


async def look(bot: World, name: str, words: str = "查 甲五") -> Message:
    await bot.stage.say(name, words)
    return last(bot, name)


def join(bot: World, name: str, group: str, until: date | None = None) -> int:
    """Somebody more on the roster, without an account."""
    with bot.storage.transaction() as session:
        person = Person(branch_id=bot.cast.branch_id, name=name, created_at=NOW)
        session.add(person)
        session.flush()
        since = {"person_id": person.id, "from_on": date(2023, 1, 1), "to_on": until}
        session.add(RosterSpan(**since, branch_id=bot.cast.branch_id))
        session.add(GroupSpan(**since, group_id=bot.cast.groups[group]))
        return person.id


def office(bot: World, name: str, duty: Duty, group: str | None = None) -> None:
    with bot.storage.transaction() as session:
        session.add(
            DutySpan(
                person_id=bot.cast[name], organisation_id=bot.cast.branch_id, duty=duty, from_on=date(2023, 1, 1),
                group_id=bot.cast.groups[group] if group else None,
            )
        )  # fmt: skip


def record(bot: World, kind: str, **values: Any) -> int:
    with bot.storage.transaction() as session:
        me, found = bot.cast.me(session, SEC, NOW.date()), kind_of(session, kind)
        assert found is not None
        return service.record(session, me, found, values, NOW, SHANGHAI)


# --- who sees what ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [SEC, ORG, LEADER])
async def test_the_desk_and_the_own_leader_see_the_whole_record(bot: World, name: str) -> None:
    for words in ("查 甲五", "查甲五", "甲五的记录", "甲五", "甲五同志", "甲 五", "查看甲五同志的记录。"):
        page = await look(bot, name, words)
        assert page.text.startswith(
            "【党员记录】甲五（第一党小组），2023年第三季度\n组织生活：\n"
            "　应参加1次，请假1次，补学1次，累计4学时（2023年共4学时）\n" + JULY
        ), words
        assert f"学习：\n{BOOK}\n心得：暂无记录。\n节前提醒：暂无记录。" in page.text
        assert "您" not in page.text
    assert labels(page) == ["上季度", *(["名册"] if name != LEADER else [])]


@pytest.mark.parametrize(
    ("name", "own", "others"), [(PUB, ("学习", "心得"), ("节前提醒",)), (DIS, ("心得", "节前提醒"), ("学习",))]
)
async def test_an_officer_sees_attendance_and_the_own_field(
    bot: World, name: str, own: tuple[str, ...], others: tuple[str, ...]
) -> None:
    page = await look(bot, name)
    assert JULY in page.text
    assert [word for word in (*own, *others) if f"\n{word}：" in page.text] == list(own)
    assert labels(page) == ["上季度"]


async def test_who_holds_both_fields_has_both_and_of_the_own_group_everything(bot: World) -> None:
    office(bot, PUB, Duty.GROUP_LEADER, "第三党小组")
    assert "节前提醒：" not in (await look(bot, PUB, "甲五")).text
    assert "节前提醒：" in (await look(bot, PUB, "丙三")).text
    office(bot, PUB, Duty.DISCIPLINE_OFFICER)
    page = await look(bot, PUB, "甲五")
    assert all(f"\n{word}：" in page.text for word in ("学习", "心得", "节前提醒"))


async def test_a_leader_sees_nobody_of_another_group(bot: World) -> None:
    for words in ("查 甲五", "甲五的记录", "甲五"):
        assert (await look(bot, OTHER_LEADER, words)).text == NOT_YOURS
    assert await forge(bot, OTHER_LEADER, f"tp:20233:{bot.cast['甲五']}") == NOT_YOURS
    assert (await look(bot, OTHER_LEADER, "乙四")).text.startswith("【党员记录】乙四（第二党小组）")


async def test_a_member_sees_the_own_record_alone(bot: World) -> None:
    for words in ("查 甲五", "甲五的记录"):
        assert (await look(bot, MEMBER, words)).text == NOT_YOURS
    for words in ("甲五", "庚一", "庚一的记录"):
        assert (await look(bot, MEMBER, words)).text.startswith("没有看懂。您是要：")
    for words in (MEMBER, f"查 {MEMBER}", f"{MEMBER}的记录", "丙 四"):
        page = await look(bot, MEMBER, words)
        assert page.text.startswith("【我的记录】2023年第三季度\n组织生活：\n　应参加1次，参加1次")
        assert page.text.endswith("需要您办理的事项，请点“我的待办”。")
    assert await forge(bot, MEMBER, f"tp:20233:{bot.cast['甲五']}") == NOT_YOURS
    assert await forge(bot, MEMBER, f"tp:20233:{bot.cast[MEMBER]}") == ""
    assert said(bot, MEMBER).startswith("【我的记录】")


async def test_who_has_an_office_finds_the_own_record_by_the_own_name(bot: World) -> None:
    assert (await look(bot, SEC, SEC)).text.startswith("【我的记录】")


async def test_an_office_that_ended_shows_nothing_any_more(bot: World) -> None:
    await look(bot, PUB)
    with bot.storage.transaction() as session:
        session.execute(update(DutySpan).where(DutySpan.person_id == bot.cast[PUB]).values(to_on=NOW.date()))
    await bot.stage.tap(PUB, "上季度")
    assert said(bot, PUB).startswith("【党员记录】甲五（第一党小组），2023年第三季度")
    assert (await look(bot, PUB)).text == NOT_YOURS


# --- who is meant ----------------------------------------------------------------------------------------------------


async def test_two_of_one_name_are_told_apart_by_their_groups(bot: World) -> None:
    join(bot, "甲五", "第二党小组")
    for words in ("查 甲五", "甲五"):
        page = await look(bot, SEC, words)
        assert page.text == "名叫“甲五”的同志有2人，请选择："
        assert labels(page) == ["甲五（第一党小组）", "甲五（第二党小组）"]
    await bot.stage.tap(SEC, "甲五（第二党小组）", "名叫")
    assert said(bot, SEC).startswith(
        "【党员记录】甲五（第二党小组），2023年第三季度\n组织生活：\n　应参加1次，未登记1次\n"
    )
    # Each leader has one of them; a member means oneself.
    for name, group in ((LEADER, "第一党小组"), (OTHER_LEADER, "第二党小组")):
        assert (await look(bot, name)).text.startswith(f"【党员记录】甲五（{group}）")
    assert (await look(bot, "甲五", "甲五")).text.startswith("【我的记录】")


async def test_who_has_left_is_found_by_the_officers_and_was_of_the_group_until_then(bot: World) -> None:
    """丙六 left on 10 July; somebody else before the quarter began."""
    with bot.storage.transaction() as session:
        for span in (RosterSpan, GroupSpan):
            session.execute(update(span).where(span.person_id == bot.cast["丙六"]).values(to_on=date(2023, 7, 10)))
    join(bot, "丁一", "第三党小组", until=date(2023, 5, 1))
    for name in (SEC, PUB, "丙二"):
        page = await look(bot, name, "丙六")
        assert page.text.startswith("【党员记录】丙六（不在册），2023年第三季度\n组织生活：\n　应参加1次，参加1次")
    assert (await look(bot, SEC, "丁一")).text.startswith("【党员记录】丁一（不在册），2023年第三季度")
    assert (await look(bot, "丙二", "丁一")).text == NOT_YOURS


async def test_a_name_nobody_has_is_sought_or_not_understood(bot: World) -> None:
    assert (await look(bot, SEC, "查 庚一")).text == "没有找到含“庚一”的内容。"
    for words in ("庚一", "会议纪要", "甲五甲六"):
        assert (await look(bot, SEC, words)).text.startswith("没有看懂。您是要："), words


async def test_an_answer_to_a_question_is_no_name(bot: World) -> None:
    await bot.stage.say(PUB, "登记宣传稿件")
    assert "《甲五》" in (await look(bot, PUB, "甲五")).text


# --- which days ------------------------------------------------------------------------------------------------------


async def test_quarters_are_turned_and_asked_anew(bot: World) -> None:
    await look(bot, SEC)
    await bot.stage.tap(SEC, "上季度")
    assert said(bot, SEC).startswith("【党员记录】甲五（第一党小组），2023年第二季度\n组织生活：暂无记录。")
    assert labels(last(bot, SEC)) == ["上季度", "下季度", "名册"]
    await bot.stage.tap(SEC, "下季度")
    assert JULY in said(bot, SEC)
    await bot.stage.tap(SEC, "名册")
    assert said(bot, SEC).startswith("【党员】甲五")
    for data in ("tp:20235:1", "tp:20240:1", "tp:20241:1"):
        assert await forge(bot, SEC, data) == "没有这个季度的数据。"
    for person in (0, 99999):
        assert await forge(bot, SEC, f"tp:20233:{person}") == NOT_YOURS


async def test_of_a_former_quarter_the_leader_of_then_is_asked_for(bot: World) -> None:
    """甲五 came into the second group on 1 July: before that the record is none of its leader's."""
    with bot.storage.transaction() as session:
        of_five = GroupSpan.person_id == bot.cast["甲五"]
        session.execute(update(GroupSpan).where(of_five).values(to_on=date(2023, 7, 1)))
        group = bot.cast.groups["第二党小组"]
        session.add(GroupSpan(person_id=bot.cast["甲五"], from_on=date(2023, 7, 1), group_id=group))
    assert (await look(bot, OTHER_LEADER)).text.startswith("【党员记录】甲五（第二党小组），2023年第三季度")
    assert await forge(bot, OTHER_LEADER, f"tp:20232:{bot.cast['甲五']}") == NOT_YOURS
    assert (await look(bot, LEADER)).text == NOT_YOURS


async def test_what_is_not_called_yet_is_said_as_the_desk_says_it(bot: World) -> None:
    """乙五 never came and asked for nothing: to oneself 待核对, to others 未登记."""
    with bot.storage.transaction() as session:
        mine = Attendance.person_id == bot.cast["乙五"]
        session.execute(update(Attendance).where(mine).values(withdrawn_at=NOW))
    assert "　应参加1次，未登记1次\n　7月7日 7月主题党日：未登记" in (await look(bot, SEC, "乙五")).text
    assert "　应参加1次，待核对1次\n　7月7日 7月主题党日：待核对" in (await look(bot, "乙五", "乙五")).text


# --- the register ----------------------------------------------------------------------------------------------------


async def test_entries_are_told_to_who_reads_their_kind(bot: World) -> None:
    five = {"id": bot.cast["甲五"]}
    record(bot, "article", title="稿件一", author=[five], written_on="2023-07-08")
    # For its keepers and whom it names.
    record(bot, "donation", on="2023-07-09", cause="助学", donors=[five])
    article, donation = "登记：\n　宣传稿件：《稿件一》", "　爱心捐赠："
    for name in (SEC, ORG, "甲五"):
        text = (await look(bot, name, "甲五")).text
        assert (article in text, donation in text) == (True, True), name
    for name in (PUB, DIS, LEADER):
        text = (await look(bot, name, "甲五")).text
        assert (article in text, donation in text) == (True, False), name
    assert "登记：" not in (await look(bot, SEC, "甲六")).text
    await look(bot, SEC)
    await bot.stage.tap(SEC, "上季度")
    assert "登记：" not in said(bot, SEC)


async def test_a_grade_is_for_the_secretary_and_whose_it_is(bot: World) -> None:
    number = record(bot, "appraisal", year=2023, on="2023-07-08")
    with bot.storage.transaction() as session:
        me = bot.cast.me(session, SEC, NOW.date())
        for name, grade in (("甲五", "excellent"), ("甲六", "qualified")):
            [view] = entries.views(session, [number])
            row = {"person": [{"id": bot.cast[name]}], "grade": grade}
            service.add_row(session, me, view, "grades", row, NOW, SHANGHAI)
        for state in ("confirmed", "informed"):
            [view] = entries.views(session, [number])
            states.put_state(session, me, view, None, state, NOW.date(), "", NOW, SHANGHAI)
    for name in (SEC, "甲五"):
        text = (await look(bot, name, "甲五")).text
        assert ("民主评议" in text, "优秀" in text, "合格" in text) == (True, True, False), name
    for name in (DEP, ORG, PUB, DIS, LEADER):
        assert "评议" not in (await look(bot, name, "甲五")).text, name


async def test_a_record_of_many_lines_comes_in_several_messages(bot: World) -> None:
    five = {"id": bot.cast["甲五"]}
    for at in range(60):
        record(bot, "article", title=f"稿件{at}" + "长" * 80, author=[five], written_on="2023-07-08")
    before = len(bot.stage.people[SEC].chat.from_bot)
    assert labels(await look(bot, SEC)) == ["上季度", "名册"]
    assert len(bot.stage.people[SEC].chat.from_bot) - before > 1
