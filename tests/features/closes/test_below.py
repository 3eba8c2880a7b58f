"""未定稿支部 and the committee's figures in chat: who sees what, whom a tap reaches, what goes before the close day."""

import io
from collections.abc import AsyncIterator, Sequence
from datetime import date, datetime, timedelta

import openpyxl
import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.features.accounts.service import add_branch
from bot.features.closes import below, below_messages, buttons, jobs
from bot.features.readiness.feature import sources_of
from bot.features.registry import FEATURES, KEEPS
from bot.features.roster_files.reading.rows import RosterRow
from bot.features.roster_files.service import import_roster
from bot.features.tally import committee, committee_messages
from bot.features.tally.buttons import OpenBranch, ShowBelow
from bot.kit.access import NO_RIGHT
from bot.kit.refusal import Refusal
from scheduler.calendar.days import Quarter
from scheduler.calendar.periods import Period
from storage.audience import Me
from storage.choices import Duty, OrganisationKind
from storage.engine import Storage
from storage.models.close import QuarterClose
from storage.models.kept_figure import KeptFigure
from storage.models.organisation import Organisation
from storage.models.person import DutySpan, Person, RosterSpan
from tests.features.activities.played import jump
from tests.world import SHANGHAI, World, alive, prepare

# A Sunday that is worked; the tenth is the close day.
NOW = datetime(2023, 10, 8, 9, tzinfo=SHANGHAI)
Q3, PERIOD = Quarter(2023, 3), Period.of(Quarter(2023, 3))
SINCE = date(2023, 1, 1)
SOURCES = sources_of(FEATURES)
ASKED = "上级党委提醒：贵支部第三季度数据尚未定稿。"


def organisation(session: Session, kind: OrganisationKind, name: str, above: int | None) -> int:
    one = Organisation(kind=kind, name=name, parent_id=above, settings={}, created_at=NOW)
    session.add(one)
    session.flush()
    return one.id


def officer(session: Session, where: int, name: str, account: int | None = None, person: int | None = None) -> int:
    """Somebody without a branch, or who has one, as officer of a committee."""
    if person is None:
        one = Person(branch_id=where, name=name, created_at=NOW, telegram_id=account, bound_at=NOW)
        session.add(one)
        session.flush()
        person = one.id
    session.add(DutySpan(person_id=person, organisation_id=where, duty=Duty.COMMITTEE_OFFICER, from_on=SINCE))
    session.flush()
    return person


def branch(session: Session, name: str, above: int | None = None, people: Sequence[RosterRow] = ()) -> int:
    found = add_branch(session, name, above, NOW)
    if people:
        import_roster(session, found, people, now=NOW, since=SINCE)
    session.flush()
    return found


def above_all(session: Session, own: int, secretary: int) -> dict[str, int]:
    """党委 over 总支 over the own branch; beside it a branch with a secretary without account, and one that is no more.
    Another committee has a branch of its own.
    """
    superior = organisation(session, OrganisationKind.SUPERIOR_COMMITTEE, "机关党委", None)
    general = organisation(session, OrganisationKind.GENERAL_BRANCH, "机关总支", superior)
    session.get_one(Organisation, own).parent_id = general
    rows = [RosterRow(name="丁一", duties=(Duty.SECRETARY,)), RosterRow(name="丁二")]
    ids = {"own": own, "superior": superior, "general": general}
    ids["second"] = branch(session, "第二支部", superior, rows)
    ids["gone"] = branch(session, "原第三支部", superior, [RosterRow(name="戊一")])
    ended = RosterSpan.branch_id == ids["gone"]
    for one in session.scalars(select(RosterSpan).where(ended)):
        one.to_on = date(2023, 6, 1)
    other = organisation(session, OrganisationKind.SUPERIOR_COMMITTEE, "别处党委", None)
    ids |= {"other": other, "theirs": branch(session, "别处支部", other, [RosterRow(name="己一")])}
    officer(session, superior, "上级干部", 3001)
    officer(session, other, "别处干部", 3002)
    officer(session, general, "", person=secretary)
    return ids


@pytest.fixture
async def bot(sqlite_url: str) -> AsyncIterator[World]:
    storage = Storage(sqlite_url)
    cast = prepare(storage, NOW)
    with storage.transaction() as session:
        above_all(session, cast.branch_id, cast["甲一"])
    try:
        async with alive(storage, cast, NOW) as there:
            for account, name in ((3001, "上级干部"), (3002, "别处干部")):
                there.stage.people[name] = there.playground.person(account, name)
                there.stage.people[name].chat.opened = True
            yield there
    finally:
        await storage.close()


def last(bot: World, name: str) -> str:
    return bot.stage.people[name].chat.last.text


def private(bot: World, name: str) -> list[str]:
    return [message.text for message in bot.stage.people[name].chat.from_bot]


def closed(bot: World, branch_id: int) -> None:
    with bot.storage.transaction() as session:
        session.add(QuarterClose(branch_id=branch_id, quarter=str(Q3), closed_at=bot.clock.now()))


async def test_who_has_not_closed_and_one_tap_that_asks(bot: World) -> None:
    await bot.stage.say("上级干部", "谁还没定稿")
    assert last(bot, "上级干部") == (
        "【未定稿支部】2023年第三季度\n共3个党支部（其中1个没有党员，无需定稿），未定稿2个：\n"
        "1. 示范党支部（书记甲一）：没有待办理的事项。\n2. 第二支部（书记丁一）：没有待办理的事项。"
    )
    tap = await bot.stage.tap("上级干部", "提醒第1项")
    assert tap.toast == "正在提醒示范党支部书记甲一同志。"
    assert private(bot, "甲一")[-1] == ASKED
    again = await bot.stage.tap("上级干部", "提醒第1项")
    assert again.toast == "示范党支部今天已提醒过，10月9日（周一）可以再次提醒。"
    nobody = await bot.stage.tap("上级干部", "提醒第2项")
    assert nobody.toast == "第二支部书记丁一同志未绑定或已停用，请用其他方式通知。"
    assert private(bot, "甲一").count(ASKED) == 1
    await bot.stage.say("上级干部", "未定稿支部")
    assert "1. 示范党支部（书记甲一）：没有待办理的事项，今天已提醒。" in last(bot, "上级干部")
    assert "提醒第1项" not in bot.stage.people["上级干部"].chat.last.labels
    # The secretary goes on from there, and closes.
    await bot.stage.tap("甲一", "准备情况", ASKED)
    assert last(bot, "甲一").startswith("【准备情况】2023年第三季度")
    await bot.stage.tap("甲一", "定稿检查")
    assert last(bot, "甲一").startswith("【定稿检查】2023年第三季度")
    await bot.stage.tap("甲一", "定稿")
    await bot.stage.tap("甲一", "确认定稿")
    await bot.stage.say("上级干部", "未定稿支部")
    assert "共3个党支部（其中1个没有党员，无需定稿），未定稿1个：\n1. 第二支部" in last(bot, "上级干部")


async def test_what_is_not_theirs_names_their_own_pages_and_no_secretary(bot: World) -> None:
    """An officer of a committee is of no branch; who is of one too hears where that is."""
    own = "您没有办理此事的权限。您在上级党组织查看各党支部的数据，请点“季度数据”、“准备情况”或“未定稿支部”。"
    await bot.stage.say("上级干部", "帮助")
    assert "\n未定稿支部：哪些支部还没有定稿，可逐个提醒书记。" in last(bot, "上级干部")
    for word in ("建活动", "定稿", "/report", "登记"):
        await bot.stage.say("上级干部", word)
        assert last(bot, "上级干部") == own, word
    tap = await bot.stage.people["上级干部"].tap_data(
        bot.stage.people["上级干部"].chat.last, buttons.CloseQuarter(PERIOD.code, 1).pack()
    )
    await bot.clock.settle()
    assert tap.toast == own
    await bot.stage.say("甲一", "切换支部")
    await bot.stage.tap("甲一", "机关总支")
    await bot.stage.say("甲一", "定稿")
    assert last(bot, "甲一") == f"{own}办理支部的事项请先点“切换支部”。"


async def test_out_of_hours_it_is_confirmed_and_what_is_settled_meanwhile_does_not_go(bot: World) -> None:
    await jump(bot, "2023-10-08 21:00")
    await bot.stage.say("上级干部", "未定稿支部")
    await bot.stage.tap("上级干部", "提醒第1项")
    assert last(bot, "上级干部") == "将于10月9日（周一）09:00提醒示范党支部书记甲一同志。"
    await bot.stage.tap("上级干部", "不提醒")
    assert last(bot, "上级干部") == "没有提醒。"
    await bot.stage.tap("上级干部", "提醒第1项", "【未定稿支部】")
    await bot.stage.tap("上级干部", "确认提醒")
    assert ASKED not in private(bot, "甲一")
    second = await bot.stage.tap("上级干部", "提醒第1项", "【未定稿支部】")
    assert second.toast == "示范党支部当天已提醒过，10月10日（周二）可以再次提醒。"
    closed(bot, bot.cast.branch_id)
    await bot.stage.at("2023-10-09 09:10")
    assert ASKED not in private(bot, "甲一")


async def test_out_of_hours_it_goes_in_the_morning(bot: World) -> None:
    await jump(bot, "2023-10-08 21:00")
    await bot.stage.say("上级干部", "未定稿支部")
    await bot.stage.tap("上级干部", "提醒第1项")
    await bot.stage.tap("上级干部", "确认提醒")
    await bot.stage.at("2023-10-09 09:10")
    assert private(bot, "甲一").count(ASKED) == 1


async def test_the_clock_tells_the_secretary_two_working_days_before(bot: World) -> None:
    await bot.stage.at("2023-10-08 09:40")
    said = "第三季度统计10月10日截止，还有5项未完成。"
    assert private(bot, "甲一").count(said) == 1
    await bot.stage.tap("甲一", "准备情况", said)
    assert last(bot, "甲一").startswith("【准备情况】2023年第三季度\n还有5项未完成。")
    heard = len(private(bot, "甲一"))
    await bot.stage.at("2023-10-10 10:00")
    assert len(private(bot, "甲一")) == heard


async def test_the_figures_of_all_below_and_their_table(bot: World) -> None:
    await bot.stage.say("上级干部", "季度数据")
    page = last(bot, "上级干部")
    assert page.startswith("【季度数据】机关党委　2023年第三季度（截至10月8日）\n")
    assert "\n共3个党支部（其中1个没有党员，无需定稿），党员27人，已绑定25人。\n未定稿2个。\n" in page
    assert "数据统计于10月8日（周日）09:0" in page
    assert "\n\n第二支部（书记丁一）：党员2人，已绑定0人\n未定稿，没有待办理的事项\n暂无已举行的活动" in page
    assert "原第三支部（书记空缺）：党员0人，已绑定0人\n暂无已举行的活动" in page
    assert "别处支部" not in page
    with bot.storage.reading() as session:
        assert len(session.scalars(select(KeptFigure.branch_id)).all()) == 3
    await bot.stage.tap("上级干部", "各项合计")
    assert "人员：期初27人，期末27人" in last(bot, "上级干部")
    await bot.stage.tap("上级干部", "季度数据")
    await bot.stage.tap("上级干部", "示范党支部")
    assert last(bot, "上级干部").startswith("示范党支部\n")
    await bot.stage.tap("上级干部", "季度数据")
    await bot.stage.tap("上级干部", "导出表格")
    document = bot.stage.people["上级干部"].chat.last.document
    assert document is not None
    sheet = openpyxl.load_workbook(io.BytesIO(document)).active
    assert sheet is not None
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    [heading] = [row for row in rows if "书记" in row]
    own = next(row for row in rows if "示范党支部" in row)
    total = next(row for row in rows if "合计" in row)
    assert heading[:7] == ["序号", "支部", "书记", "党员", "已绑定", "定稿", "待办理"]
    assert own[:7] == [1, "示范党支部", "甲一", 25, 25, "未定稿", 0]
    assert total[1:7] == ["合计", None, 27, 25, 0, 0]
    closing = next(at for at, word in enumerate(heading) if word == "期末（人）")
    assert (own[closing], total[closing]) == (25, 27)


async def test_two_offices_and_another_committee(bot: World) -> None:
    """甲一 is the own branch's secretary and counts for the 总支: each place has its own pages."""
    await bot.stage.say("甲一", "季度数据")
    assert last(bot, "甲一").startswith("2023年第三季度") or "示范党支部" in last(bot, "甲一")
    await bot.stage.say("甲一", "切换支部")
    await bot.stage.tap("甲一", "机关总支")
    await bot.stage.say("甲一", "未定稿支部")
    assert "共1个党支部，未定稿1个：\n1. 示范党支部（书记甲一）" in last(bot, "甲一")
    # The own branch is asked like any other.
    tap = await bot.stage.tap("甲一", "提醒第1项")
    assert tap.toast == "正在提醒示范党支部书记甲一同志。"
    assert "上级党组织提醒：贵支部第三季度数据尚未定稿。" in private(bot, "甲一")
    # Whoever counts for another committee has only its own, whatever the button says.
    await bot.stage.say("别处干部", "未定稿支部")
    assert "1. 别处支部（书记空缺）" in last(bot, "别处干部")
    player = bot.stage.people["别处干部"]
    code = PERIOD.code
    for forged in (buttons.AskSecretary(code, bot.cast.branch_id), OpenBranch(code, bot.cast.branch_id)):
        pressed = await player.tap_data(player.chat.last, forged.pack())
        await bot.clock.settle()
        assert pressed.toast == committee.NO_SUCH
    # A member sees nothing of it.
    for forged in (buttons.ShowUnclosed(code, 0), ShowBelow(code, 0), buttons.AskSecretary(code, bot.cast.branch_id)):
        member = bot.stage.people["丙六"]
        await bot.stage.say("丙六", "帮助")
        pressed = await member.tap_data(member.chat.last, forged.pack())
        await bot.clock.settle()
        assert pressed.toast == NO_RIGHT


# --- services on both databases --------------------------------------------------------------------------------------


@pytest.mark.parametrize("many", [0, 1, 2, 10])
def test_pages_of_many_branches(storage: Storage, many: int) -> None:
    with storage.transaction() as session:
        above = organisation(session, OrganisationKind.SUPERIOR_COMMITTEE, "机关党委", None)
        within = organisation(session, OrganisationKind.GENERAL_BRANCH, "机关总支", above)
        made = [
            branch(session, f"支部{number}", within if number % 2 else above, [RosterRow(name="甲一")])
            for number in range(many)
        ]
        me = Me(1, "上级干部", above, None, frozenset({Duty.COMMITTEE_OFFICER}), frozenset())
        found = below.unclosed(session, me, Q3, NOW, SHANGHAI, 9, keeps=KEEPS)
        assert (found.many, found.branches) == (many, many)
        said = below_messages.unclosed(found).text
        assert said.endswith("下级还没有党支部。") == (many == 0)
        assert f"{many}. 支部{many - 1}（书记空缺）" in said or many == 0
        assert len(found.lines) == (many % 8 or min(many, 8))
        with pytest.raises(Refusal, match="第四季度尚未结束"):
            below.unclosed(session, me, Q3.next(), NOW, SHANGHAI, 0, keeps=KEEPS)
        session.add_all(QuarterClose(branch_id=one, quarter=str(Q3), closed_at=NOW) for one in made)
        session.flush()
        found = below.unclosed(session, me, Q3, NOW, SHANGHAI, 0, keeps=KEEPS)
        assert (found.many, found.branches) == (0, many)
        assert (f"共{many}个党支部，均已定稿。" in below_messages.unclosed(found).text) == (many > 0)


def test_both_pages_count_a_branch_without_people_alike(storage: Storage) -> None:
    """On the last day of the quarter: who came or went after it changes nothing. What it closed before stays closed."""
    with storage.transaction() as session:
        above = organisation(session, OrganisationKind.SUPERIOR_COMMITTEE, "机关党委", None)
        session.flush()
        branch(session, "支部一", above, [RosterRow(name="甲一")])
        branch(session, "空支部", above)
        later = add_branch(session, "新支部", above, NOW)
        import_roster(session, later, [RosterRow(name="丙一")], now=NOW, since=date(2023, 10, 5))
        left = branch(session, "原支部", above, [RosterRow(name="乙一")])
        for one in session.scalars(select(RosterSpan).where(RosterSpan.branch_id == left)):
            one.to_on = date(2023, 9, 30)
        done = branch(session, "已散支部", above, [RosterRow(name="丁一")])
        for one in session.scalars(select(RosterSpan).where(RosterSpan.branch_id == done)):
            one.to_on = date(2023, 9, 30)
        session.add(QuarterClose(branch_id=done, quarter=str(Q3), closed_at=NOW))
        session.flush()
        me = Me(1, "上级干部", above, None, frozenset({Duty.COMMITTEE_OFFICER}), frozenset())
        lists = below_messages.unclosed(below.unclosed(session, me, Q3, NOW, SHANGHAI, 0, keeps=KEEPS)).text
        assert "共5个党支部（其中3个没有党员，无需定稿），未定稿1个：\n1. 支部一" in lists
        found = committee.overview(session, me, PERIOD, NOW, SHANGHAI, 0, keeps=KEEPS)
        page = committee_messages.overview(found, 0, NOW.date(), SHANGHAI).text
        assert "共5个党支部（其中3个没有党员，无需定稿），党员1人" in page
        assert "\n已定稿1个，未定稿1个。\n" in page
        assert [one.closed for one in found.lines] == [False, None, None, None, True]
        # Nor is it told of a close where there is none.
        assert later not in jobs.due_on(session, date(2023, 10, 8))


def test_on_which_day_each_branch_is_told(storage: Storage) -> None:
    """By its own close day and calendar; not who has closed, nor a branch of nobody."""
    with storage.transaction() as session:
        usual, early = (branch(session, name, None, [RosterRow(name="甲一")]) for name in ("支部一", "支部二"))
        session.get_one(Organisation, early).settings = {"close_day": 20}
        branch(session, "没有人的支部")
        session.flush()
        told = {
            day: found
            for day in (date(2023, 9, 16) + timedelta(days=number) for number in range(45))
            if (found := jobs.due_on(session, day))
        }
        assert told == {date(2023, 10, 8): [usual], date(2023, 10, 18): [early]}
        assert jobs.owed(session, usual, date(2023, 10, 9), SOURCES, NOW, SHANGHAI) == []
        # No secretary: the deputy hears of it, who may not close.
        deputy = Person(branch_id=usual, name="甲二", created_at=NOW, telegram_id=4001, bound_at=NOW)
        session.add(deputy)
        session.flush()
        office = {"organisation_id": usual, "duty": Duty.DEPUTY_SECRETARY, "from_on": SINCE}
        session.add(DutySpan(person_id=deputy.id, **office))
        session.flush()
        [told_to] = jobs.owed(session, usual, date(2023, 10, 8), SOURCES, NOW, SHANGHAI)
        text = "第三季度统计10月10日截止，还有5项未完成。"
        assert (told_to.person_id, told_to.message["text"]) == (deputy.id, text)
        assert [one["text"] for row in told_to.message["inline"] for one in row] == ["准备情况"]
        session.add(QuarterClose(branch_id=usual, quarter=str(Q3), closed_at=NOW))
        session.flush()
        assert jobs.due_on(session, date(2023, 10, 8)) == []
        assert jobs.owed(session, usual, date(2023, 10, 8), SOURCES, NOW, SHANGHAI) == []
