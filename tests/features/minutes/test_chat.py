"""会议记录 in chat: whole updates in, calls out, through the real Application."""

import io
import zipfile
from collections.abc import AsyncIterator
from datetime import date, timedelta
from typing import Any

import pytest
from docx import Document
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from bot.features.minutes.buttons import ReadPaper
from bot.kit import activity_files
from bot.kit.doors import OpenMinutes, OpenSheet, ShowActivityFiles
from bot.watch import files
from storage.choices import ActivityFileRole, ActivityStatus, ActivityType, MinutesForm, MinutesState
from storage.models.activity import Activity
from storage.models.activity_file import ActivityFile
from storage.models.minutes import ActivityTemplate, Minutes, MinutesSpeech
from storage.models.person import Person, RosterSpan
from tests.features.minutes.desk import END, EVENING, MEMBER, ORG, SEC, START, Desk
from tests.world import World, world

RECORDER, LIST = "乙二", "【会议记录】"
MEETING_PAGE = "【会议记录】党员大会"


@pytest.fixture
async def bot(chat_url: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[World]:
    monkeypatch.setattr(files, "REST", 0)
    async with world(chat_url, "2023-09-22 18:00") as there:
        with there.storage.transaction() as session:
            meeting(there, session)
        yield there


def meeting(bot: World, session: Session) -> None:
    """ST2 in the branch that is there already."""
    desk = Desk.__new__(Desk)
    desk.session, desk.cast = session, bot.cast
    desk.activity_id = desk.make().id
    desk.settle()


def last(bot: World, name: str = SEC) -> str:
    return bot.stage.people[name].chat.last.text


def sent(bot: World, name: str = SEC) -> tuple[str, bytes]:
    message: Any = next(one for one in reversed(bot.stage.people[name].chat.from_bot) if one.document is not None)
    return message.attachment.name, message.attachment.content


def rows(bot: World, table: type) -> list[Any]:
    with bot.storage.reading() as session:
        return list(session.scalars(select(table).order_by(table.id)))


async def opened(bot: World, name: str = SEC) -> None:
    """The form of the meeting."""
    await bot.stage.say(name, "会议记录")
    await bot.stage.tap(name, "9月22日", LIST)
    await bot.stage.tap(name, "党员大会", LIST)
    await bot.stage.tap(name, "填写记录", MEETING_PAGE)


async def answer(bot: World, label: str, text: str, name: str = SEC) -> None:
    await bot.stage.tap(name, label)
    await bot.stage.say(name, text)


@pytest.mark.both_databases
async def test_written_in_chat_finished_and_sent_as_a_paper(bot: World) -> None:
    await opened(bot)
    assert "应到23人，实到21人（正式20人，预备1人）" in last(bot)
    assert "缺席人员及原因：甲四（公差）、乙五（病假）" in last(bot)
    assert "还缺议程、发言要点、决议" not in last(bot)
    assert "还缺发言要点、决议" in last(bot)
    await answer(bot, "议程", "1. 审议接收丁一同志为预备党员\n2. 通报情况")
    await answer(bot, "发言要点", "甲三：介绍培养情况。\n丁一：感谢组织。\n一致同意。")
    await answer(bot, "决议", "同意接收。")
    await answer(bot, "落实责任人", "报送材料；甲二；10月9日")
    assert "核对无误请点“完成”" in last(bot)
    await bot.stage.tap(SEC, "完成")
    assert last(bot) == "党员大会记录：会议记录已完成。"
    [row] = rows(bot, Minutes)
    assert (row.state, row.agenda) == (MinutesState.FINAL, ["审议接收丁一同志为预备党员", "通报情况"])
    speeches = rows(bot, MinutesSpeech)
    assert [(one.person_id == bot.cast["甲三"], one.name) for one in speeches] == [
        (True, ""), (False, "丁一"), (False, ""),
    ]  # fmt: skip
    await bot.stage.tap(SEC, "导出文档")
    name, content = sent(bot)
    assert name == "9月党员大会和党课党员大会记录20230922.docx"
    assert "甲三：介绍培养情况。" in [line.text for line in Document(io.BytesIO(content)).paragraphs]
    await bot.stage.say(SEC, "会议记录")
    assert last(bot) == f"{LIST}\n9月22日9月党员大会、党课：缺党课"


async def test_a_draft_is_kept_and_whoever_may_not_hears_so(bot: World) -> None:
    await opened(bot, RECORDER)
    await answer(bot, "议程", "听取汇报", RECORDER)
    await bot.stage.tap(RECORDER, "保存草稿")
    assert last(bot, RECORDER) == "党员大会记录：会议记录草稿已保存。"
    await bot.stage.say(SEC, "写记录")
    assert last(bot).endswith("缺党员大会、党课，其中草稿1份")
    for name in (MEMBER, "甲三"):
        await bot.stage.say(name, "会议记录")
        expected = f"{LIST}还没有需要填写会议记录的活动。" if name == "甲三" else "您没有办理此事的权限。"
        assert last(bot, name).startswith(expected)
        data = OpenMinutes(1).pack()
        tap = await bot.stage.people[name].tap_data(bot.stage.people[name].chat.last, data)
        await bot.clock.settle()
        assert tap.toast.startswith("您没有办理此事的权限。")


async def test_what_the_template_asks_for_is_asked_about_once_more(bot: World) -> None:
    await bot.stage.say(ORG, "活动要求")
    await bot.stage.tap(ORG, "党员大会")
    await answer(bot, "记录要点", "讨论情况\n下步打算", ORG)
    await bot.stage.tap(ORG, "保存")
    assert last(bot, ORG) == "党员大会：已保存，今天起的活动适用。"
    [kept] = rows(bot, ActivityTemplate)
    assert kept.record_points == ["讨论情况", "下步打算"]
    await opened(bot)
    for label, text in (("议程", "一项"), ("发言要点", "同意"), ("决议", "通过")):
        await answer(bot, label, text)
    assert "记录中没有提到：下步打算。" in last(bot)
    await bot.stage.tap(SEC, "确认完成")
    assert rows(bot, Minutes)[0].state is MinutesState.FINAL
    await bot.stage.say(SEC, "建活动")
    await bot.stage.tap(SEC, "党员大会")
    assert "记录要点：讨论情况、下步打算" in last(bot)


async def test_an_edited_paper_comes_back_and_is_shown_before_it_is_taken(bot: World) -> None:
    await opened(bot)
    for label, text in (("议程", "一项\n两项"), ("发言要点", "甲三：同意"), ("决议", "通过")):
        await answer(bot, label, text)
    await bot.stage.tap(SEC, "完成")
    await bot.stage.tap(SEC, "导出文档")
    name, content = sent(bot)
    here: Any = Document(io.BytesIO(content))
    next(line for line in here.paragraphs if line.text == "甲三：同意").text = "甲三：完全同意"
    edited = io.BytesIO()
    here.save(edited)
    await bot.stage.tap(SEC, "查看记录")
    await bot.stage.tap(SEC, "导入修改稿")
    await bot.stage.people[SEC].upload_document(name, edited.getvalue())
    await bot.clock.settle()
    differences, page = [one.text for one in bot.stage.people[SEC].chat.from_bot[-2:]]
    assert "发言要点：增加“甲三：完全同意”，去掉“甲三：同意”" in differences
    assert "发言要点：甲三：完全同意" in page
    assert rows(bot, MinutesSpeech)[0].text == "同意"
    await bot.stage.tap(SEC, "保存")
    [speech] = rows(bot, MinutesSpeech)
    assert (speech.text, speech.person_id) == ("完全同意", bot.cast["甲三"])
    # As it stands nothing differs.
    await bot.stage.tap(SEC, "导出文档")
    _, content = sent(bot)
    await bot.stage.tap(SEC, "查看记录")
    await bot.stage.tap(SEC, "导入修改稿")
    await bot.stage.people[SEC].upload_document(name, content)
    await bot.clock.settle()
    assert last(bot).startswith("文档内容与已保存的记录一致，没有变动。")


async def test_an_unknown_file_is_kept_fetched_and_shown(bot: World) -> None:
    await bot.stage.say(SEC, "会议记录")
    await bot.stage.tap(SEC, "9月22日", LIST)
    await bot.stage.tap(SEC, "党员大会", LIST)
    await bot.stage.tap(SEC, "导入修改稿")
    await bot.stage.people[SEC].upload_document("手写记录.pdf", b"%PDF-1.7 by hand")
    await bot.clock.settle()
    assert "附件：1个" in last(bot)
    [row] = rows(bot, Minutes)
    assert (row.form, row.state) == (MinutesForm.FILE, MinutesState.DRAFT)
    assert await bot.app.files.once() == 1
    assert rows(bot, ActivityFile)[0].stored_id is not None
    bot.playground.files._by_id.clear()
    await bot.stage.tap(SEC, "查看附件")
    assert sent(bot) == ("手写记录.pdf", b"%PDF-1.7 by hand")
    data = ShowActivityFiles(1, "photo", "").pack()
    tap = await bot.stage.people[SEC].tap_data(bot.stage.people[SEC].chat.last, data)
    await bot.clock.settle()
    assert "没有找到这项活动的附件。" in (tap.toast, last(bot))


async def test_the_sign_in_sheet_is_a_button_of_the_desks_card(bot: World) -> None:
    await bot.stage.say(SEC, "考勤")
    await bot.stage.tap(SEC, "9月22日")
    await bot.stage.tap(SEC, "签到表", "【活动管理】")
    assert "已登记的签到情况" in last(bot)
    await bot.stage.tap(SEC, "导出表格")
    assert sent(bot)[0] == "9月党员大会和党课签到表20230922.xlsx"
    await bot.stage.tap(SEC, "导出文档")
    assert sent(bot)[0].endswith("签到表20230922.docx")
    data = OpenSheet(1).pack()
    await bot.stage.say(MEMBER, "你好")
    tap = await bot.stage.people[MEMBER].tap_data(bot.stage.people[MEMBER].chat.last, data)
    await bot.clock.settle()
    assert tap.toast.startswith("您没有办理此事的权限。")


async def test_the_recorder_is_nudged_on_the_first_and_the_third_working_day(bot: World) -> None:
    await bot.stage.at("2023-09-25 09:30")
    told = "1. 9月党员大会、党课：会议记录2份（党员大会、党课），请于9月27日（含）前完成。"
    assert last(bot, RECORDER) == f"乙二同志，您有1项待办：\n{told}"
    await bot.stage.tap(RECORDER, "写第1项")
    assert "党员大会：未填写" in last(bot, RECORDER)
    await bot.stage.say(SEC, "我的待办")
    assert "会议记录2份" in last(bot)


async def test_a_photo_or_paper_instead(bot: World) -> None:
    await opened(bot)
    await bot.stage.tap(SEC, "附件", MEETING_PAGE)
    await bot.stage.people[SEC].photo()
    await bot.clock.settle()
    await bot.stage.tap(SEC, "确认不涉密")
    assert "新附件：1个" in last(bot)
    await bot.stage.tap(SEC, "记录方式")
    await bot.stage.tap(SEC, "文件")
    assert "记录方式：文件" in last(bot)
    await bot.stage.tap(SEC, "完成")
    [row] = rows(bot, Minutes)
    assert (row.form, row.state) == (MinutesForm.FILE, MinutesState.FINAL)
    [kept] = rows(bot, ActivityFile)
    assert (kept.role.value, kept.component.value) == ("minutes", "members_meeting")
    await bot.stage.say(SEC, "会议记录")
    await bot.stage.tap(SEC, "9月22日", LIST)
    await bot.stage.tap(SEC, "党课", LIST)
    await bot.stage.tap(SEC, "填写记录", "【会议记录】党课")
    await bot.stage.tap(SEC, "记录方式")
    await bot.stage.tap(SEC, "纸质")
    await bot.stage.tap(SEC, "完成")
    await bot.stage.say(SEC, "会议记录")
    assert last(bot) == f"{LIST}\n9月22日9月党员大会、党课：已完成"


async def test_another_officer_changes_the_same_part_meanwhile(bot: World) -> None:
    await opened(bot)
    await opened(bot, ORG)
    await answer(bot, "议程", "书记写的")
    await answer(bot, "议程", "委员写的", ORG)
    await bot.stage.tap(SEC, "保存草稿")
    await bot.stage.tap(ORG, "保存草稿")
    assert "“议程”刚由其他同志修改过，是否改成您填的内容？" in last(bot, ORG)
    assert rows(bot, Minutes)[0].agenda == ["书记写的"]
    await bot.stage.tap(ORG, "改成我填的")
    await bot.stage.tap(ORG, "保存草稿")
    assert rows(bot, Minutes)[0].agenda == ["委员写的"]


async def test_wrong_words_are_refused_and_nothing_is_half_written(bot: World) -> None:
    await opened(bot)
    await bot.stage.tap(SEC, "落实责任人", MEETING_PAGE)
    for text, said in (
        ("整理；甲二；13月45日", "没有看懂日期"),
        ("字" * 2001, "不超过2000字"),
        ("；；", "请这样发送：整理学习心得；甲二；10月10日。"),
    ):
        await bot.stage.say(SEC, text)
        assert said in last(bot), text
    await bot.stage.say(SEC, "取消")
    assert last(bot) == "已取消，会议记录没有修改。"
    assert rows(bot, Minutes) == []


# --- papers that are not what they are sent for ----------------------------------------------------------------------


async def exported(bot: World) -> tuple[str, bytes]:
    """The finished minutes of the meeting as a paper."""
    await opened(bot)
    for label, text in (("议程", "一项"), ("发言要点", "甲三：同意\n丁一：感谢"), ("决议", "通过")):
        await answer(bot, label, text)
    await bot.stage.tap(SEC, "完成")
    await bot.stage.tap(SEC, "导出文档")
    return sent(bot)


async def handed_in(bot: World, button: ReadPaper, name: str, content: bytes) -> str:
    """What is said last of a paper that is sent for this."""
    await bot.stage.say(SEC, "帮助")
    await bot.stage.people[SEC].tap_data(bot.stage.people[SEC].chat.last, button.pack())
    await bot.clock.settle()
    await bot.stage.people[SEC].upload_document(name, content)
    await bot.clock.settle()
    return last(bot)


def edited(content: bytes, line: str, said: str) -> bytes:
    here: Any = Document(io.BytesIO(content))
    next(one for one in here.paragraphs if one.text == line).text = said
    out = io.BytesIO()
    here.save(out)
    return out.getvalue()


async def test_a_paper_of_another_activity_or_content_is_not_taken(bot: World) -> None:
    name, content = await exported(bot)
    with bot.storage.transaction() as session:
        desk = Desk.__new__(Desk)
        desk.session, desk.cast = session, bot.cast
        earlier = timedelta(hours=5)
        other = desk.make(start_at=START - earlier, end_at=END - earlier, title="另一次大会")
        other.status = ActivityStatus.HELD
        other_id = other.id
    for_other = ReadPaper(other_id, ActivityType.MEMBERS_MEETING)
    assert "这份文档是“9月党员大会、党课”（9月22日）的会议记录，没有读取。" in await handed_in(
        bot, for_other, name, content
    )
    for_lecture = ReadPaper(1, ActivityType.PARTY_LECTURE)
    assert "这份文档是党员大会记录，其中没有党课记录，没有读取。" in await handed_in(bot, for_lecture, name, content)
    assert len(rows(bot, Minutes)) == 1
    assert rows(bot, ActivityFile) == []


async def test_a_broken_paper_is_kept_as_the_file_that_it_is(bot: World) -> None:
    """Without its body; with a cell that goes over more columns than a machine holds."""
    name, content = await exported(bot)
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w") as new:
        for part in old.namelist():
            words = old.read(part)
            new.writestr(part, words.replace(b"<w:body>", b"<w:bodies>") if part == "word/document.xml" else words)
    await handed_in(bot, ReadPaper(1, ActivityType.MEMBERS_MEETING), name, out.getvalue())
    assert "附件：1个" in last(bot)
    assert [one.file["name"] for one in rows(bot, ActivityFile)] == [name]


async def test_who_spoke_is_still_known_when_a_paper_comes_back(bot: World) -> None:
    """甲三 has left the branch since; another speech was changed."""
    name, content = await exported(bot)
    with bot.storage.transaction() as session:
        gone = RosterSpan.person_id == bot.cast["甲三"]
        session.execute(update(RosterSpan).where(gone).values(to_on=date(2023, 9, 22)))
    paper = edited(content, "丁一：感谢", "丁一：感谢党组织")
    await handed_in(bot, ReadPaper(1, ActivityType.MEMBERS_MEETING), name, paper)
    await bot.stage.tap(SEC, "保存")
    assert [(one.person_id, one.name, one.text) for one in rows(bot, MinutesSpeech)] == [
        (bot.cast["甲三"], "", "同意"), (None, "丁一", "感谢党组织"),
    ]  # fmt: skip
    # The same as it is typed anew.
    await opened(bot)
    await answer(bot, "发言要点", "甲三：同意\n丁一：感谢")
    await bot.stage.tap(SEC, "保存")
    assert rows(bot, MinutesSpeech)[0].person_id == bot.cast["甲三"]


async def test_of_two_with_one_name_it_is_said_that_only_the_name_is_kept(bot: World) -> None:
    with bot.storage.transaction() as session:
        session.execute(update(Person).where(Person.id == bot.cast["甲五"]).values(name="甲六"))
    await opened(bot)
    await answer(bot, "发言要点", "甲六：同意\n甲三：同意")
    assert "有2位同志叫甲六，发言只记姓名。" in last(bot)
    assert "位同志叫甲三" not in last(bot)


# --- what belongs to the activity ------------------------------------------------------------------------------------


def recorded_by_a_member(bot: World, **changes: Any) -> None:
    with bot.storage.transaction() as session:
        activity = session.get_one(Activity, 1)
        activity.recorder_id = bot.cast[MEMBER]
        for column, value in changes.items():
            setattr(activity, column, value)


async def test_what_somebody_has_entered_is_not_changed_with_the_minutes(bot: World) -> None:
    recorded_by_a_member(bot)
    await opened(bot, MEMBER)
    assert not {"地点", "主持人", "记录人"} & set(bot.stage.people[MEMBER].chat.last.labels)


async def test_what_nobody_has_entered_comes_with_the_minutes(bot: World) -> None:
    recorded_by_a_member(bot, place="", host_id=None)
    await opened(bot, MEMBER)
    await answer(bot, "地点", "礼堂", MEMBER)
    await answer(bot, "主持人", "乙一", MEMBER)
    assert "礼堂" in last(bot, MEMBER)
    with bot.storage.transaction() as session:
        session.get_one(Activity, 1).host_id = bot.cast[SEC]
    await bot.stage.tap(MEMBER, "保存草稿")
    assert last(bot, MEMBER) == "党员大会记录：会议记录草稿已保存。主持人已由其他同志填写，没有改动。"
    [activity] = rows(bot, Activity)
    assert (activity.place, activity.host_id) == ("礼堂", bot.cast[SEC])


async def test_the_recorder_finds_the_meeting_while_it_goes_on(bot: World) -> None:
    begins = bot.clock.now() - timedelta(minutes=10)
    recorded_by_a_member(bot, start_at=begins, end_at=begins + timedelta(hours=2), status=ActivityStatus.PLANNED)
    await bot.stage.say(MEMBER, "会议记录")
    assert last(bot, MEMBER).endswith("9月22日9月党员大会、党课：缺党员大会、党课")
    await bot.stage.tap(MEMBER, "9月22日", LIST)
    await bot.stage.tap(MEMBER, "党员大会", LIST)
    await bot.stage.tap(MEMBER, "填写记录", MEETING_PAGE)
    await answer(bot, "议程", "听取汇报", MEMBER)
    await bot.stage.tap(MEMBER, "保存草稿")
    assert last(bot, MEMBER) == "党员大会记录：会议记录草稿已保存。"


# --- attachments -----------------------------------------------------------------------------------------------------


async def test_what_is_attached_is_named_and_a_paper_of_ours_is_not(bot: World) -> None:
    await opened(bot)
    await answer(bot, "议程", "一项")
    await bot.stage.people[SEC].upload_document("9月党员大会和党课党员大会记录20230922 (1).docx", b"PK")
    await bot.clock.settle()
    assert "再点“导入修改稿”发送，不能作为附件。" in last(bot)
    await bot.stage.people[SEC].upload_document("手写记录.docx", b"PK")
    await bot.clock.settle()
    if "确认不涉密" in bot.stage.people[SEC].chat.last.labels:
        await bot.stage.tap(SEC, "确认不涉密")
    assert "新附件：1个（手写记录.docx）" in last(bot)


async def test_no_more_files_are_taken_than_can_be_kept(bot: World) -> None:
    with bot.storage.transaction() as session:
        me, activity = bot.cast.me(session, SEC, EVENING.date()), session.get_one(Activity, 1)
        many = [{"kind": "document", "file_unique_id": f"U{one}"} for one in range(activity_files.MOST)]
        role = ActivityFileRole.MINUTES
        activity_files.add_files(session, me, activity, role, ActivityType.MEMBERS_MEETING, many, EVENING)
    await opened(bot)
    await bot.stage.people[SEC].upload_document("手写记录.pdf", b"%PDF-1.7")
    await bot.clock.settle()
    if "确认不涉密" in bot.stage.people[SEC].chat.last.labels:
        await bot.stage.tap(SEC, "确认不涉密")
    assert "附件最多30个。" in last(bot)
