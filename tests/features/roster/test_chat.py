"""The roster in chat: whole updates in, calls out, through the real Application."""

import io
from collections.abc import AsyncIterator
from datetime import date, datetime, timedelta

import openpyxl
import pytest
from sqlalchemy import func, select

from bot.features.activities.counting.held import HELD
from bot.features.roster.forms import FORM
from bot.kit.form_fields import Fill
from bot.playground import story
from bot.playground.chats import Message
from scheduler.calendar.days import Quarter
from storage.choices import Duty
from storage.models.audit import Audit
from storage.models.care import HygieneWord
from storage.models.dialog import Dialog
from storage.models.outbox import Outbox
from storage.models.person import ExemptionSpan, Person
from storage.models.study import StudyItem
from storage.roster import roster
from tests.areas import every_area
from tests.books import rows_of
from tests.closed import closes_as_counted
from tests.counting import tally
from tests.features.privacy.filling import where
from tests.world import SHANGHAI, World, begun, world

DESK, SECRETARY = story.DESK, "甲一"


@pytest.fixture
async def bot(sqlite_url: str) -> AsyncIterator[World]:
    async with world(sqlite_url, "2023-07-03 09:00") as there:
        yield there


def last(bot: World, name: str) -> Message:
    message: Message = bot.stage.people[name].chat.messages[-1]
    return message


async def open_person(bot: World, group: str, name: str, by: str = DESK) -> None:
    """党员 → 名册 → the party group → the person."""
    await bot.stage.say(by, "党员")
    await bot.stage.tap(by, "名册", "【党员】")
    await bot.stage.tap(by, group, "【名册】")
    await bot.stage.tap(by, name, "请点姓名")


# --- ST8: moving people --------------------------------------------------------------------------------------------


async def hold(bot: World, kind: str, day: str, missing: list[str], guests: str = "") -> None:
    """An activity from its notice to the roll-call: everybody present but a few."""
    month, number = (int(part) for part in day.split("-"))
    title = f"{month}月{kind}"
    await story.make_activity(bot.stage, [kind], f"{month}月{number}日", "14:30", "三楼会议室")
    await bot.stage.at(f"2023-{day} 16:40")
    if guests:
        await bot.stage.tap(DESK, "补登", title)
        await bot.stage.tap(DESK, "登记列席", "【补登】")
        await bot.stage.tap(DESK, guests, "【列席】")
    await story.settle(bot.stage, title, missing)


async def give_item(bot: World) -> None:
    """The month's theme and one item, entered late: it goes out at the next full hour."""
    officer = story.STUDY_OFFICER
    await bot.stage.say(officer, "学习安排")
    await bot.stage.tap(officer, "8月", "请选择月份")
    await bot.stage.say(officer, "学思践悟强党性")
    await bot.stage.tap(officer, "加书目", "8月学习安排")
    await bot.stage.say(officer, story.BOOK)
    await bot.stage.tap(officer, "保存", "【加书目】")


@pytest.mark.long
async def test_st8_moving_people(bot: World) -> None:
    """乙七 is exempt from 1 August, 戊一 comes on 15 August, 丙六 goes on 1 September and sits in on the 8th."""
    await hold(bot, "主题党日", "07-07", ["甲五"])

    await bot.stage.at("2023-07-28 10:00")
    await open_person(bot, "第二党小组", "乙七")
    await bot.stage.tap(DESK, "免于考勤", "【党员】乙七")
    await bot.stage.tap(DESK, "产假", "【免于考勤】乙七")
    await bot.stage.tap(DESK, "下月1日", "从哪一天起")
    await bot.stage.tap(DESK, "半年", "请选择到哪一天为止")
    await bot.stage.tap(DESK, "支委会", "由谁批准")
    assert "免于考勤 无→产假至2024年1月31日（自2023年8月1日起）" in last(bot, DESK).text
    await bot.stage.tap(DESK, "乙六", "请选择联系人")
    assert last(bot, DESK).text.startswith("已登记：乙七同志")

    await hold(bot, "主题党日", "08-04", ["甲五", "甲六"])
    await give_item(bot)

    await bot.stage.at("2023-08-15 09:30")
    await bot.stage.say(DESK, "名册")
    await bot.stage.tap(DESK, "转入党员", "【名册】")
    await bot.stage.say(DESK, "戊一")
    await bot.stage.tap(DESK, "第一党小组", "【转入】戊一")
    await bot.stage.tap(DESK, "正式党员", "【转入】戊一")
    await bot.stage.tap(DESK, "今天", "从哪一天起")
    await bot.stage.tap(DESK, "组织关系", "【转入】戊一")
    await hold(bot, "廉政专题学习日", "08-18", ["甲五"])

    await bot.stage.at("2023-08-31 09:30")
    await open_person(bot, "第三党小组", "丙六", by=SECRETARY)
    await bot.stage.tap(SECRETARY, "转出", "【党员】丙六")
    await bot.stage.say(SECRETARY, "9月1日")
    await bot.stage.tap(SECRETARY, "组织关系", "【转出】丙六")
    await bot.stage.at("2023-09-06 09:30")
    await hold(bot, "主题党日", "09-08", ["甲五"], guests="丙六")

    await bot.stage.at("2023-10-08 09:00")
    card = await every_area(bot.stage, SECRETARY, "三季度")
    assert "出席率94.4%" in card
    for said in ("期初25人", "转入1人", "转出1人", "期末25人"):
        assert said in card
    with bot.storage.reading() as session:
        counted = tally(session, bot.cast.branch_id, Quarter(2023, 3), bot.clock.now(), SHANGHAI)
        item = session.scalars(select(StudyItem)).one()
        names = dict(session.execute(select(Person.name, Person.id)).all())
    held = counted.counting.of(HELD)
    assert [len(one.roll.expected) for one in held] == [23, 22, 23, 22]
    assert [len(one.roll.present) for one in held] == [22, 20, 22, 21]
    assert [one.roll.observers for one in held] == [(), (), (), (names["丙六"],)]
    assert item.assigned_on == date(2023, 8, 4)
    assert counted.figures["study"]["expected_pairs"] == 22
    closes_as_counted(bot)
    assert f"P{names['戊一']}" not in counted.figures["study"]["not_done"]
    assert f"P{names['丙六']}" in counted.figures["study"]["not_done"]


async def test_a_day_that_was_offered_before_midnight_is_taken_after_it(bot: World) -> None:
    """As the day that it was then."""
    await bot.stage.at("2023-07-03 23:59")
    await open_person(bot, "第一党小组", "甲四")
    await bot.stage.tap(DESK, "转出", "【党员】甲四")
    await bot.stage.at("2023-07-04 00:01")
    await bot.stage.tap(DESK, "今天", "从哪一天起")
    assert "名册 在册→转出（自2023年7月3日起）" in last(bot, DESK).text
    await bot.stage.tap(DESK, "上一步", "【转出】甲四")
    forged = Fill(FORM.code, current(bot).id, "day", "2023-07-02").pack()
    tapped = await bot.stage.people[DESK].tap_data(last(bot, DESK), forged)
    await bot.clock.settle()
    assert tapped.toast == FORM.old


def current(bot: World) -> Dialog:
    with bot.storage.reading() as session:
        return session.get_one(Dialog, bot.cast[DESK])


async def test_who_is_accepted_at_a_meeting_is_on_the_roster_from_the_next_day(bot: World) -> None:
    """Entered in the evening of the meeting; sits in on that day, and is a member on the next."""
    await hold(bot, "党员大会", "07-07", ["甲五"])
    await bot.stage.say(DESK, "名册")
    await bot.stage.tap(DESK, "接收预备党员", "【名册】")
    assert last(bot, DESK).text.startswith("【接收预备党员】\n请发送预备党员的姓名。")
    await bot.stage.say(DESK, "丁一")
    assert last(bot, DESK).labels == ["今天", "昨天", "上一步", "取消"]
    await bot.stage.say(DESK, "七月八号")
    assert last(bot, DESK).text == "支部党员大会通过后才能登记接收，请选择已召开的大会的日期。"
    await bot.stage.say(DESK, "今天")
    assert "新增 无→预备党员、在职（自2023年7月8日起）" in last(bot, DESK).text
    await bot.stage.tap(DESK, "第二党小组", "【接收预备党员】丁一")
    assert last(bot, DESK).text == "已登记：丁一同志\n新增 无→第二党小组、预备党员、在职（自2023年7月8日起）"
    await bot.stage.tap(DESK, "补登", "7月党员大会")
    await bot.stage.tap(DESK, "登记列席", "【补登】")
    await bot.stage.tap(DESK, "丁一", "【列席】")
    for words, count, there in (("名册", 25, False), ("名册 7月8日", 26, True)):
        await bot.stage.say(DESK, words)
        assert f"共{count}人。" in last(bot, DESK).text
        assert ("丁一" in last(bot, DESK).text) == there


# --- 导入名册 -------------------------------------------------------------------------------------------------------


def texts(bot: World, name: str, count: int) -> list[str]:
    return [message.text for message in bot.stage.people[name].chat.messages[-count:]]


async def hand_in(bot: World, name: str, content: bytes, file: str = "名册.xlsx") -> None:
    await bot.stage.people[name].upload_document(file, content)
    await bot.clock.settle()


def xlsx(*rows: list[str]) -> bytes:
    book = openpyxl.Workbook()
    for line in rows:
        book.active.append(line)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


HEADING = ["序号", "姓 名", "所在党小组", "党内任职", "级别", "入党时间"]


NEW = 26


def many() -> bytes:
    """24 of the 25 with one change, and more new people than a message lists (two hundred: people/test_two_hundred)."""
    known = [
        ["", name, {"甲": "第一党小组", "乙": "第二党小组", "丙": "第三党小组"}[name[0]], "", "", ""]
        for name in story.EVERYBODY
        if name != "丙八"
    ]
    offices = {"甲一": "书记", "乙一": "副书记", "甲二": "组织委员", "丙一": "宣传委员", "乙二": "纪检委员"}
    offices |= dict.fromkeys(["甲三", "乙三", "丙二"], "党小组长")
    for row in known:
        row[3], row[4] = offices.get(row[1], "无"), "副科" if row[1] == "甲五" else ""
    new = [["", f"新{chr(0x4E00 + number)}", "第四党小组", "", "科员", "2010年7月"] for number in range(NEW)]
    return xlsx(["示范党支部党员名册"], HEADING, *known, *new)


async def test_many_people_by_a_file(bot: World) -> None:
    """Looked at, changed in between, looked at anew, then written; everything with a line in the log."""
    await bot.stage.say(DESK, "党员")
    await bot.stage.tap(DESK, "导入名册", "【党员】")
    await hand_in(bot, DESK, many())
    [table, card] = bot.stage.people[DESK].chat.messages[-2:]
    assert card.text.startswith(
        f"【导入名册】文件共{24 + NEW}人：新增{NEW}人，变更1人，无变化23人。\n新建党小组1个。\n新增 新一："
    )
    assert "不在文件中1人：丙八。" in card.text
    assert table.attachment is not None
    assert table.attachment.name == "名册变更.xlsx"
    assert ["甲五", "职级", "科员", "副科", datetime(2023, 7, 3)] in rows_of(table.attachment.content)
    assert len(people(bot)) == 25
    # Somebody else changes what the file would change.
    await open_person(bot, "第一党小组", "甲五", by=SECRETARY)
    await bot.stage.tap(SECRETARY, "职级", "【党员】甲五")
    await bot.stage.tap(SECRETARY, "副科", "【职级】甲五")
    await bot.stage.tap(SECRETARY, "今天", "【职级】甲五")
    await bot.stage.tap(SECRETARY, "工作调整", "【职级】甲五")
    tap = await bot.stage.tap(DESK, "确认导入", "文件共50人")
    assert tap.toast == "名册已有变动，请重新核对。"
    assert len(people(bot)) == 25
    assert "无变化24人" in last(bot, DESK).text
    await bot.stage.tap(DESK, "确认导入", "无变化24人")
    assert f"已导入：新增{NEW}人，自2023年7月3日起生效。" in last(bot, DESK).text
    assert len(people(bot)) == 25 + NEW
    with bot.storage.reading() as session:
        lines = session.scalars(select(Audit).where(Audit.action == "person_added", Audit.via == "chat")).all()
        assert len(lines) == NEW
        assert {line.actor_id for line in lines} == {bot.cast[DESK]}
        assert {(line.details["why"], line.details["file"]) for line in lines} == {("roster_import", "xlsx")}
        assert not any("新0" in str(line.details) or "名册" in str(line.details) for line in lines)
    again = await bot.stage.tap(DESK, "确认导入", "文件共50人")
    assert again.toast == "这次导入已失效，请重新点“导入名册”。"


def people(bot: World) -> list[str]:
    with bot.storage.reading() as session:
        return [one.name for one in roster(session, bot.cast.branch_id, date(2023, 7, 3))]


async def test_what_is_wrong_with_a_file_is_said_in_chinese_and_nothing_is_written(bot: World) -> None:
    await bot.stage.say(DESK, "导入名册")
    wrong = [["", f"新{number}", "第四党小组", "原书记、组织委员", "正科、副处", "去年"] for number in range(10)]
    await hand_in(bot, DESK, xlsx(HEADING, *wrong))
    text, table = bot.stage.people[DESK].chat.messages[-2:]
    assert text.text.startswith("【导入名册】文件有30处需要修改，没有导入任何内容。")
    assert "第2行党内职务（D列）：“原书记、组织委员”，应为现任职务（曾任职务请填入备注）。" in text.text
    assert "第2行入党日期（F列）：“去年”，应为日期或年月，例如1990-05-01、1990.05、1990年5月。" in text.text
    assert table.attachment is not None
    [title, heading, *lines] = rows_of(table.attachment.content)
    assert (title[0], heading, len(lines)) == ("名册修改", ["行", "栏", "现为", "应为"], 30)
    assert lines[0][:3] == [2, "党内职务 (D)", "原书记、组织委员"]
    await bot.stage.say(DESK, "好的")
    assert last(bot, DESK).text == "请发送名册文件（xlsx或csv）。"
    await hand_in(bot, DESK, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "名册.xls")
    assert "请另存为不加密的xlsx" in last(bot, DESK).text
    await hand_in(bot, DESK, b"x" * (2 * 1024 * 1024 + 1), "名册.csv")
    assert last(bot, DESK).text == "文件超过2兆，请精简后再发。"
    bot.playground.faults.add("500", method="getFile")
    await hand_in(bot, DESK, "姓名,性别\n庚一,男\n".encode(), "名册.csv")
    assert last(bot, DESK).text == "文件没有取到，请稍后重新发送。"
    await hand_in(bot, DESK, "姓名,性别\n庚一,男\n".encode(), "名册.csv")
    assert "新增 庚一：正式党员、在职" in last(bot, DESK).text
    await bot.stage.tap(DESK, "改生效日期", "【导入名册】")
    await bot.stage.say(DESK, "2023年3月1日")
    assert last(bot, DESK).text == "第一季度统计已截止，不能再修改。如有出入，请告知支部书记。"
    await bot.stage.say(DESK, "7月1日")
    assert "自2023年7月1日起生效" in last(bot, DESK).text
    await bot.stage.tap(DESK, "不导入", "自2023年7月1日起生效")
    assert last(bot, DESK).text == "【导入名册】未导入，名册没有变动。"
    assert len(people(bot)) == 25


async def test_a_roster_with_a_word_that_the_branch_does_not_allow_is_refused_and_not_kept(bot: World) -> None:
    with bot.storage.transaction() as session:
        word = HygieneWord(
            branch_id=bot.cast.branch_id, word="某某项目", made_by_id=bot.cast["甲一"], made_at=bot.clock.now()
        )
        session.add(word)
    for content in ("姓名,性别,备注\n庚一,男,参加某某项目\n", "姓名,性别,职级\n庚一,男,某某项目\n"):
        await bot.stage.say(DESK, "导入名册")
        await hand_in(bot, DESK, content.encode(), "名册.csv")
        assert last(bot, DESK).text.startswith("【导入名册】文件有1处需要修改，没有导入任何内容。")
    with bot.storage.reading() as session:
        assert where(session, "某某项目") == {"hygiene_word.word"}
        assert where(session, "庚一") == set()


async def test_the_templates_come_back_as_they_are(bot: World) -> None:
    """Downloaded in chat and sent back: the empty one has nobody, the filled one changes nothing."""
    await bot.stage.say(DESK, "名册")
    await bot.stage.tap(DESK, "下载名册", "【名册】")
    filled = last(bot, DESK).attachment
    await bot.stage.tap(DESK, "下载模板", "【名册】")
    empty = last(bot, DESK).attachment
    assert filled is not None
    assert empty is not None
    await bot.stage.say(DESK, "导入名册")
    await hand_in(bot, DESK, empty.content)
    assert last(bot, DESK).text == "文件中只有示例，没有党员，请填写后再发。"
    await hand_in(bot, DESK, filled.content)
    assert "文件共25人。\n与现有名册一致，无需导入。" in last(bot, DESK).text


# --- looking and changing ------------------------------------------------------------------------------------------


async def groups_in_table(bot: World, shown: str) -> dict[str, str]:
    """The party group of everybody in the table behind the list of a day."""
    await bot.stage.tap(DESK, "下载名册", shown)
    table = last(bot, DESK).attachment
    assert table is not None
    rows = openpyxl.load_workbook(io.BytesIO(table.content)).worksheets[0].iter_rows(min_row=2, values_only=True)
    return {str(row[1]): str(row[6]) for row in rows}


async def test_a_change_is_taken_back_and_a_list_is_asked_as_of_a_day(bot: World) -> None:
    await open_person(bot, "第一党小组", "甲五")
    await bot.stage.tap(DESK, "党小组", "【党员】甲五")
    await bot.stage.tap(DESK, "第二党小组", "【党小组】甲五")
    await bot.stage.say(DESK, "2023年3月31日")
    assert last(bot, DESK).text == "第一季度统计已截止，不能再修改。如有出入，请告知支部书记。"
    await bot.stage.say(DESK, "4月1日")
    await bot.stage.tap(DESK, "工作调整", "党小组 第一党小组→第二党小组（自2023年4月1日起）")
    await bot.stage.say(DESK, "名册 2023-03-31")
    assert "第一党小组（9人）" in last(bot, DESK).text
    assert (await groups_in_table(bot, "2023年3月31日共25人"))["甲五"] == "第一党小组"
    assert last(bot, DESK).text == "2023年3月31日的名册，供查阅；请勿用来导入，以免覆盖此后的变更。"
    await bot.stage.say(DESK, "名册 2023年4月1日")
    assert "第一党小组（8人）" in last(bot, DESK).text
    assert (await groups_in_table(bot, "2023年4月1日共25人"))["甲五"] == "第二党小组"
    await open_person(bot, "第二党小组", "甲五")
    assert "最近一次变更：2023年7月3日，甲二，工作调整" in last(bot, DESK).text
    await bot.stage.tap(DESK, "撤销变更", "【党员】甲五")
    await bot.stage.say(DESK, "名册 四月一日")
    assert "第一党小组（9人）" in last(bot, DESK).text
    again = await bot.stage.tap(DESK, "撤销变更", "已登记：甲五同志")
    assert again.toast == "这次变更已撤销，或之后又有变更。"
    for words, answer in (
        ("名册 什么时候", "没有看懂日期，请这样发送：名册 2023年9月8日。"),
        ("名册 4月1日前", "没有看懂日期，请这样发送：名册 2023年9月8日。"),
        ("名册 28号", "是6月28日还是7月28日？请写明几月几日，重新发送。"),
    ):
        await bot.stage.say(DESK, words)
        assert last(bot, DESK).text == answer


async def test_the_word_takes_a_change_back_within_ten_minutes(bot: World) -> None:
    """Beyond that there is the button, until the quarter is closed."""

    async def move() -> None:
        await open_person(bot, "第一党小组", "甲五")
        await bot.stage.tap(DESK, "党小组", "【党员】甲五")
        await bot.stage.tap(DESK, "第二党小组", "【党小组】甲五")
        await bot.stage.say(DESK, "7月3日")
        await bot.stage.tap(DESK, "工作调整", "党小组 第一党小组→第二党小组")

    await move()
    await bot.stage.say("甲一", "撤销")
    assert last(bot, "甲一").text.startswith("没有可以撤销的事项")
    await bot.stage.say(DESK, "撤销")
    assert last(bot, DESK).text == "已撤销变更：甲五同志。"
    await bot.stage.say(DESK, "名册")
    assert "第一党小组（9人）" in last(bot, DESK).text
    await move()
    await bot.clock.travel(bot.clock.now() + timedelta(minutes=11))
    await bot.stage.say(DESK, "撤销")
    assert last(bot, DESK).text.startswith("没有可以撤销的事项")
    await bot.stage.tap(DESK, "撤销变更", "已登记：甲五同志")
    await bot.stage.say(DESK, "名册")
    assert "第一党小组（9人）" in last(bot, DESK).text


async def test_the_secretary_is_reminded_a_week_before_an_exemption_ends(bot: World) -> None:
    with bot.storage.transaction() as session:
        span = session.scalars(select(ExemptionSpan).where(ExemptionSpan.person_id == bot.cast["乙八"])).one()
        span.to_on, span.contact_person_id = date(2023, 7, 12), bot.cast["乙六"]
    await bot.stage.at("2023-07-05 09:01")
    assert last(bot, SECRETARY).text == (
        "【免于考勤到期】乙八同志的免于考勤（长期病休）至7月11日止，此后恢复参加组织生活。如需延长，请点“变更”。"
    )
    await bot.stage.tap(SECRETARY, "变更", "【免于考勤到期】")
    assert "免于考勤" in last(bot, SECRETARY).text
    await bot.stage.say(DESK, "名册")
    await bot.stage.tap(DESK, "登记换届", "【名册】")
    await bot.stage.say(DESK, "2021年1月4日")
    assert last(bot, DESK).text.startswith("已登记：本届自2021年1月4日起，至2024年1月4日届满")
    await bot.stage.at("2023-07-07 09:01")
    assert last(bot, SECRETARY).text == ("【任期届满】本届支部委员会任期至2024年1月3日止，请提前向上级党组织请示换届。")
    assert last(bot, SECRETARY).labels == ["登记换届"]
    with bot.storage.reading() as session:
        told = select(func.count()).where(Outbox.job.in_(["exemption_end", "term_end"]))
        assert session.scalar(told) == 2


async def test_a_change_that_was_left_is_gone_on_with(bot: World) -> None:
    """Its button offers it again; 上一步 leads back, and another answer there takes the place of the one before."""
    await open_person(bot, "第一党小组", "甲五")
    await bot.stage.tap(DESK, "免于考勤", "【党员】甲五")
    assert last(bot, DESK).labels[-1:] == ["取消"]
    await bot.stage.tap(DESK, "产假", "【免于考勤】甲五")
    await bot.stage.say(DESK, "7月8日")
    await bot.stage.say(DESK, "7月7日")
    assert last(bot, DESK).text == "结束日期早于起始日期，请重新发送。"
    await open_person(bot, "第一党小组", "甲五")
    await bot.stage.tap(DESK, "免于考勤", "【党员】甲五")
    assert last(bot, DESK).labels == ["继续填写", "重新填写", "取消"]
    await bot.stage.tap(DESK, "继续填写", "还没有完成")
    await bot.stage.tap(DESK, "上一步", "请选择到哪一天为止")
    await bot.stage.tap(DESK, "下月1日", "请选择从哪一天起")
    await bot.stage.tap(DESK, "不定期限", "请选择到哪一天为止")
    await bot.stage.tap(DESK, "支委会", "由谁批准")
    assert "免于考勤 无→产假（自2023年8月1日起）" in last(bot, DESK).text
    await bot.stage.tap(DESK, "取消", "请选择联系人")
    assert last(bot, DESK).text == "已取消填写，名册没有变动。"


async def test_a_change_begun_before_forms_is_gone_on_with(bot: World) -> None:
    """A button names its question by its number; a day that is asked for is typed."""
    desk, person = bot.stage.people[DESK], bot.cast["丙六"]
    await bot.stage.say(DESK, "党员")
    asked = begun(bot, DESK, "roster.change", kind="o", person=person, answers={})
    for data in (f"ne:{asked}:7:0", f"ne:{asked}:0:99", f"ne:{asked}:1:99", f"ne:{asked - 1}:0:20230703"):
        tap = await desk.tap_data(desk.chat.last, data)
        await bot.clock.settle()
        assert tap.toast == "这一步已失效，请重新点“党员”。"
    await desk.tap_data(desk.chat.last, f"ne:{asked}:0:20230703")
    await bot.clock.settle()
    assert last(bot, DESK).text.endswith("请选择原因，点选后即登记。")
    await desk.tap_data(desk.chat.last, f"ne:{asked}:1:0")
    await bot.clock.settle()
    assert last(bot, DESK).text.startswith("已登记：丙六同志\n")
    begun(bot, DESK, "roster.change", kind="a", person=0, answers={"name": "丁一"}, name="丁一")
    await bot.stage.say(DESK, "今天")
    assert "新增 无→预备党员、在职（自2023年7月4日起）" in last(bot, DESK).text


async def test_an_election_on_a_day_off_is_asked_about(bot: World) -> None:
    """Years ago as well; the question of an earlier version is answered."""
    await bot.stage.say(DESK, "名册")
    await bot.stage.tap(DESK, "登记换届", "【名册】")
    assert last(bot, DESK).labels == ["取消"]
    await bot.stage.say(DESK, "2018年3月4日")
    assert last(bot, DESK).text.endswith("3月4日（周日）是周末，确认是这一天吗？")
    await bot.stage.tap(DESK, "确认3月4日", "是周末")
    assert last(bot, DESK).text == "已登记：本届自2018年3月4日起，至2021年3月4日届满，已经届满，请及时请示换届。"
    begun(bot, DESK, "roster.term")
    await bot.stage.say(DESK, "2023年3月1日")
    assert last(bot, DESK).text.startswith("已登记：本届自2023年3月1日起")


async def test_members_keep_no_roster(bot: World) -> None:
    for words in ("名册", "名册 2023-01-01", "导入名册"):
        await bot.stage.say("丙四", words)
        assert last(bot, "丙四").text == "您没有办理此事的权限。如需办理，请联系支部书记。"
    await story.make_activity(bot.stage, ["主题党日"], "7月7日", "14:30", "三楼会议室")
    card = bot.stage.group.chat.messages[-1]
    before, texts_before = len(bot.stage.group.chat.messages), card.text
    for data in (
        "na:0",
        f"nb:{bot.cast.groups['第一党小组']}:0",
        f"nc:{bot.cast['甲五']}",
        "ni:f:0",
        "nd:0:n",
        "nd:0:a",
        "nk",
    ):
        tap = await bot.stage.people[DESK].tap_data(card, data)
        await bot.clock.settle()
        assert tap.toast == "您没有办理此事的权限。如需办理，请联系支部书记。"
    assert (len(bot.stage.group.chat.messages), card.text) == (before, texts_before)


async def test_members_of_the_committee_and_ranks_of_a_file(bot: World) -> None:
    """Through the draft that waits for the button, into 名册, onto the card, and out again."""
    await bot.stage.say(DESK, "导入名册")
    heading = ["姓名", "党小组", "党内职务", "职级", "类别"]
    people_ = [
        ["甲五", "第一党小组", "统战委员、保密委员", "四级主任科员", "在职"],
        ["甲六", "第一党小组", "支部委员", "正高级", "借调"],
    ]
    await hand_in(bot, DESK, xlsx(heading, *people_))
    text = last(bot, DESK).text
    for said in (
        "甲五：党内职务 无→统战委员（",
        "甲五：党内职务 无→保密委员（",
        "甲五：职级 科员→四级主任科员（",
        "甲六：党内职务 无→支部委员（",
        "甲六：职级 科员→正高级（",
        "甲六：类别“借调”没有对应的选项，已记入备注",
        "甲六：职级“正高级”按原文保存，不作科级以上统计",
    ):
        assert said in text
    await bot.stage.tap(DESK, "确认导入", "【导入名册】")
    await bot.stage.say(DESK, "党员")
    await bot.stage.tap(DESK, "名册", "【党员】")
    assert "甲五（保密委员、统战委员）、甲六（支部委员）" in last(bot, DESK).text
    await bot.stage.tap(DESK, "第一党小组", "【名册】")
    await bot.stage.tap(DESK, "甲六", "请点姓名")
    assert "党内职务：支部委员（自2023年7月3日起）\n职级：正高级（自2023年7月3日起）；科员（" in last(bot, DESK).text
    await bot.stage.tap(DESK, "党内职务", "【党员】甲六")
    await bot.stage.tap(DESK, "免去支部委员", "请选择职务")
    await bot.stage.tap(DESK, "上一步", "【党内职务】甲六")
    await bot.stage.tap(DESK, "任青年委员", "请选择职务")


async def test_an_office_of_the_committee_is_given_and_ended(bot: World) -> None:
    await open_person(bot, "第一党小组", "甲五")
    await bot.stage.tap(DESK, "党内职务", "【党员】甲五")
    await bot.stage.tap(DESK, "任支部委员", "请选择职务")
    await bot.stage.tap(DESK, "今天", "从哪一天起")
    await bot.stage.tap(DESK, "换届选举", "请选择原因")
    assert "党内职务 无→支部委员（自2023年7月3日起）" in last(bot, DESK).text
    with bot.storage.reading() as session:
        held = {one.name: one.duties for one in roster(session, bot.cast.branch_id, date(2023, 7, 3))}
    assert held["甲五"] == {Duty.COMMITTEE_MEMBER}
    await bot.stage.tap(DESK, "撤销变更", "已登记")
    with bot.storage.reading() as session:
        held = {one.name: one.duties for one in roster(session, bot.cast.branch_id, date(2023, 7, 3))}
    assert held["甲五"] == frozenset()
