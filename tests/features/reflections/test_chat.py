"""Reflections in chat: whole updates in, calls out, through the real Application."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from bot.features.reflections import service
from bot.features.reflections.buttons import Review, Submit
from bot.kit.figures import Slice
from bot.playground import story
from bot.playground.chats import Message
from scheduler.calendar.days import Quarter
from scheduler.calendar.periods import Period
from storage.choices import PieceState
from storage.models.reflection import Reflection, ReflectionPart, ReflectionTask
from tests.world import SHANGHAI, World, world

TITLE = "廉政心得"
PDF = b"%PDF-1.7"


@pytest.fixture
async def bot(chat_url: str) -> AsyncIterator[World]:
    async with world(chat_url, "2023-08-21 09:00") as there:
        yield there


async def give(
    bot: World, title: str = TITLE, audience: str = "全体党员", due: str = "8月31日", by: str = "乙二"
) -> None:
    """布置心得 as its user goes through it."""
    await bot.stage.say(by, "布置心得")
    await bot.stage.tap(by, "不关联", "请选择心得关联")
    await bot.stage.tap(by, audience, "请选择对象")
    await bot.stage.say(by, due)
    await bot.stage.say(by, title)
    await bot.stage.tap(by, "布置", "核对无误")


async def begin(bot: World, name: str) -> None:
    await bot.stage.tap(name, "交心得", TITLE)


async def hand_in(bot: World, name: str, text: str = "一点体会") -> None:
    await begin(bot, name)
    await bot.stage.say(name, text)
    await bot.stage.tap(name, "提交")


def private(bot: World, name: str) -> list[str]:
    return [message.text for message in bot.stage.people[name].chat.from_bot]


def last(bot: World, name: str) -> Message:
    return bot.stage.people[name].chat.last


def rows(bot: World) -> list[Reflection]:
    with bot.storage.reading() as session:
        return list(session.scalars(select(Reflection).order_by(Reflection.id)))


def parts(bot: World) -> list[ReflectionPart]:
    with bot.storage.reading() as session:
        return list(session.scalars(select(ReflectionPart).order_by(ReflectionPart.id)))


async def test_a_task_is_told_to_its_audience_and_its_maker_sees_live_counts(bot: World) -> None:
    await give(bot)
    told = [name for name in story.EVERYBODY if any("【心得体会】廉政心得" in text for text in private(bot, name))]
    assert sorted(told) == sorted(story.EXPECTED)
    card = bot.stage.people["乙二"].chat.find("【心得任务】")
    assert "应交23人，未交23人。" in card.text
    await hand_in(bot, "甲五")
    await bot.clock.travel(bot.clock.now() + timedelta(seconds=5))
    assert "应交23人，已交1人（待审阅1人），未交22人。\n收到心得1篇：待审阅1篇。" in card.text
    assert not any(name in card.text for name in story.EVERYBODY)
    await bot.stage.tap("乙二", "未交名单")
    missing, waiting = last(bot, "乙二").text.split("\n")[1:]
    assert missing.startswith("未交22人：")
    assert ("甲五" in missing, waiting) == (False, "待审阅1人：甲五")


async def test_a_text_of_5000_characters_is_two_messages_and_one_piece(bot: World) -> None:
    await give(bot)
    text = "体会" * 2500
    await begin(bot, "甲五")
    confirmed = len(private(bot, "甲五"))
    await bot.stage.say("甲五", text)
    await bot.clock.travel(bot.clock.now() + timedelta(seconds=5))
    assert "已收到2条" in last(bot, "甲五").text
    assert len(private(bot, "甲五")) == confirmed + 1
    await bot.stage.tap("甲五", "提交")
    assert "已于8月21日（周一）09:00提交2条，待审阅。" in last(bot, "甲五").text
    assert [row.state for row in rows(bot)] == [PieceState.SUBMITTED]
    assert "".join(part.text for part in parts(bot)) == text
    seen = private(bot, "丙一")
    assert "".join(seen[-3:-1]) == text
    assert seen[-1] == "【心得审阅】甲五同志：廉政心得，8月21日（周一）09:00\n共2条，见上。"


async def test_older_members_send_a_photo_or_their_voice_and_type_nothing(bot: World) -> None:
    await give(bot)
    await begin(bot, "丙三")
    old = bot.stage.people["丙三"]
    sent = [await old.photo(caption="手写心得"), await old.voice(), await old.upload_document("心得.pdf", PDF)]
    await bot.clock.settle()
    await bot.stage.tap("丙三", "确认不涉密")
    await bot.clock.travel(bot.clock.now() + timedelta(seconds=5))
    await bot.stage.tap("丙三", "提交", "已收到3条")
    await bot.clock.travel(bot.clock.now() + timedelta(seconds=5))
    got = [message for message in bot.stage.people["丙一"].chat.from_bot if message.attachment]
    assert [message.attachment.kind for message in got if message.attachment] == ["photo", "voice", "document"]
    assert [message.document for message in got] == [message.document for message in sent]
    assert got[0].text == "手写心得"
    await bot.stage.tap("丙一", "通过", "丙三同志")
    assert "您的心得已通过：廉政心得。" in private(bot, "丙三")


async def test_every_pause_brings_the_buttons_to_the_end_of_the_chat(bot: World) -> None:
    await give(bot)
    await begin(bot, "甲五")
    for number in (1, 2):
        await bot.stage.say("甲五", f"第{number}段")
        assert f"已收到{number}条" in last(bot, "甲五").text
        assert last(bot, "甲五").labels == ["提交", "删除上一条", "取消"]
        await bot.clock.travel(bot.clock.now() + timedelta(minutes=1))
    await bot.stage.say("甲五", "提交")
    assert "提交2条，待审阅。" in last(bot, "甲五").text


async def test_the_draft_waits_through_other_business(bot: World) -> None:
    """A menu label wins over the open piece; 交心得 goes on where it was."""
    await give(bot)
    await begin(bot, "甲五")
    await bot.stage.say("甲五", "第一段")
    await bot.stage.say("甲五", "签到")
    await bot.clock.travel(bot.clock.now() + timedelta(days=2))
    await bot.stage.say("甲五", "交心得")
    assert "已收到1条" in last(bot, "甲五").text
    await bot.stage.say("甲五", "第二段")
    await bot.stage.tap("甲五", "提交", "已收到2条")
    assert [part.text for part in parts(bot)] == ["第一段", "第二段"]
    assert len(rows(bot)) == 1


async def test_an_edit_replaces_before_submitting_and_says_so_later(bot: World) -> None:
    await give(bot)
    await begin(bot, "甲五")
    person = bot.stage.people["甲五"]
    text = await person.send("一点体会")
    photo = await person.photo(caption="说明")
    await bot.clock.settle()
    await person.edit(text, "更多体会")
    await person.edit(photo, "新说明")
    await bot.clock.settle()
    assert private(bot, "甲五").count("已按您的修改更新。") == 2
    await bot.stage.tap("甲五", "确认不涉密")
    await bot.stage.tap("甲五", "提交")
    await person.edit(text, "又改了")
    await person.edit(photo, "又改了")
    await bot.clock.settle()
    assert sum("修改不再生效" in said for said in private(bot, "甲五")) == 2
    assert [part.text for part in parts(bot)] == ["更多体会", "新说明"]
    before = len(private(bot, "甲五"))
    await person.edit(await person.send("别的话"), "别的话二")
    await bot.clock.settle()
    assert len(private(bot, "甲五")) == before + 1


async def test_photos_ask_once_and_none_is_taken_without_the_tick(bot: World) -> None:
    await give(bot)
    await begin(bot, "甲五")
    await bot.stage.say("甲五", "零")
    person = bot.stage.people["甲五"]
    for caption in ("一", "二", "三"):
        await person.photo(caption=caption)
    await bot.clock.settle()
    assert (
        await bot.stage.tap("甲五", "提交")
    ).toast == "请先点“确认不涉密”或“不提交”：照片中不能有涉密或标密级的文件。"
    await bot.stage.say("甲五", "提交")
    asked = [message for message in person.chat.from_bot if "涉密" in message.text]
    assert len(asked) == 2  # the three photos once, and again at what was typed after them
    assert (rows(bot)[0].state, [part.text for part in parts(bot)]) == (PieceState.DRAFT, ["零"])
    await bot.stage.tap("甲五", "确认不涉密")
    assert [part.text for part in parts(bot)] == ["零", "一", "二", "三"]
    assert rows(bot)[0].state is PieceState.SUBMITTED
    replayed = await person.tap(asked[0], "确认不涉密")
    await bot.clock.settle()
    assert replayed.toast == "这些照片已失效，请重新发送。"
    assert len(parts(bot)) == 4


async def test_a_photo_can_be_taken_back_before_the_tick(bot: World) -> None:
    await give(bot)
    await begin(bot, "甲五")
    await bot.stage.people["甲五"].upload_document("扫描.jpg", b"\xff\xd8", mime="image/jpeg")
    await bot.clock.settle()
    await bot.stage.tap("甲五", "不提交")
    await bot.stage.say("甲五", "改交文字")
    await bot.stage.tap("甲五", "提交", "已收到1条")
    assert [part.kind for part in parts(bot)] == ["text"]


async def test_cancelled_by_button_and_by_word(bot: World) -> None:
    await give(bot)
    await begin(bot, "甲五")
    await bot.stage.say("甲五", "写错了")
    tap = await bot.stage.tap("甲五", "取消", "已收到1条")
    assert tap.toast == "已取消。"
    assert "已取消" in last(bot, "甲五").text
    await begin(bot, "甲五")
    await bot.stage.say("甲五", "取消")
    assert "已取消" in last(bot, "甲五").text
    assert [(row.state, row.withdrawn_at is not None) for row in rows(bot)] == [(PieceState.DRAFT, True)] * 2
    await bot.stage.say("甲五", "随便说说")
    assert len(parts(bot)) == 1


async def test_nothing_to_submit_is_refused(bot: World) -> None:
    await give(bot)
    await begin(bot, "甲五")
    await bot.stage.say("甲五", "提交")
    assert "还没有收到内容" in last(bot, "甲五").text
    assert rows(bot)[0].state is PieceState.DRAFT


async def test_returned_with_a_reason_and_handed_in_again(bot: World) -> None:
    """By a usual reason, then by a typed one; every version stays."""
    await give(bot)
    await hand_in(bot, "甲五", "第一稿")
    await bot.stage.tap("乙二", "退回", "甲五同志")
    await bot.stage.tap("乙二", "请补充个人体会")
    assert "您的心得已退回：请补充个人体会。\n廉政心得\n修改后请点“重新提交”。" in private(bot, "甲五")
    await bot.stage.tap("甲五", "重新提交")
    await bot.stage.say("甲五", "第二稿")
    await bot.stage.tap("甲五", "提交")
    await bot.stage.tap("丙一", "退回", "（第2稿）")
    await bot.stage.say("丙一", "再具体一些")
    assert "您的心得已退回：再具体一些。\n廉政心得（第2稿）\n修改后请点“重新提交”。" in private(bot, "甲五")
    await bot.stage.tap("甲五", "重新提交")
    await bot.stage.say("甲五", "第三稿")
    await bot.stage.tap("甲五", "提交")
    await bot.stage.tap("丙一", "通过", "（第3稿）")
    states = [(row.version, row.state) for row in rows(bot)]
    assert states == [(1, PieceState.RETURNED), (2, PieceState.RETURNED), (3, PieceState.ACCEPTED)]
    await bot.clock.travel(bot.clock.now() + timedelta(seconds=5))
    other = bot.stage.people["乙二"].chat.find("（第3稿）")
    assert other.text.endswith("第三稿\n已通过（丙一）")
    assert other.labels == []
    tap = await bot.stage.tap("甲五", "交心得", "【心得体会】")
    assert tap.toast == "您的心得已通过，无需再交。"


async def test_undo_and_go_on(bot: World) -> None:
    await give(bot)
    await hand_in(bot, "甲五")
    await bot.stage.tap("甲五", "修改重交")
    await bot.stage.say("甲五", "补充一段")
    assert "已收到2条" in last(bot, "甲五").text
    await bot.clock.travel(bot.clock.now() + timedelta(seconds=5))
    assert bot.stage.people["丙一"].chat.find("甲五同志").labels == ["通过", "退回"]
    await bot.stage.tap("甲五", "提交")
    assert bot.stage.people["丙一"].chat.find("甲五同志").text.endswith("一点体会\n补充一段")
    await bot.clock.travel(bot.clock.now() + timedelta(seconds=5))
    assert bot.stage.people["丙一"].chat.find("本人已修改重交").labels == []
    assert [row.withdrawn_at is None for row in rows(bot)] == [False, True]
    await bot.clock.travel(bot.clock.now() + timedelta(minutes=11))
    await bot.stage.say("甲五", "撤销")
    assert last(bot, "甲五").text.startswith("没有可以撤销的事项")
    await bot.stage.tap("甲五", "修改重交")
    assert last(bot, "甲五").text.endswith("已收到2条，尚未提交。\n可以继续发送，发完请点“提交”。")


async def test_the_word_takes_a_piece_back_and_its_author_goes_on(bot: World) -> None:
    await give(bot)
    await hand_in(bot, "甲五")
    await bot.stage.say("甲五", "撤销")
    assert "已撤销提交：廉政心得。" in private(bot, "甲五")
    assert last(bot, "甲五").labels == ["提交", "删除上一条", "取消"]
    await bot.stage.say("甲五", "补充一段")
    assert "已收到2条" in last(bot, "甲五").text
    await bot.clock.travel(bot.clock.now() + timedelta(seconds=5))
    assert bot.stage.people["丙一"].chat.find("甲五同志").text.endswith("本人已撤销提交。")
    await bot.stage.tap("甲五", "提交")
    await bot.stage.tap("丙一", "通过", "甲五同志")
    await bot.stage.say("甲五", "撤销")
    assert last(bot, "甲五").text.startswith("没有可以撤销的事项")
    assert [row.withdrawn_at is None for row in rows(bot)] == [False, True]


async def test_two_taps_on_submit_are_one_piece_and_two_answers(bot: World) -> None:
    await give(bot)
    await begin(bot, "甲五")
    await bot.stage.say("甲五", "一点体会")
    person, card = bot.stage.people["甲五"], last(bot, "甲五")
    taps = [await person.tap(card, "提交"), await person.tap(card, "提交")]
    await bot.clock.settle()
    assert [tap.toast for tap in taps] == ["已提交。", "这份内容已提交或取消，如需再交请点“交心得”。"]
    assert len([text for text in private(bot, "丙一") if "甲五同志" in text]) == 1


async def test_names_and_titles_are_no_markup(bot: World) -> None:
    await give(bot, title="<b>心得</b>😀")
    assert "【心得体会】<b>心得</b>😀" in last(bot, "甲五").text
    await bot.stage.say("甲五", "心得")
    await bot.stage.say("甲五", "<i>体会</i> & 🙂")
    await bot.stage.tap("甲五", "提交", "<b>心得</b>😀")
    assert last(bot, "丙一").text.endswith("<i>体会</i> & 🙂")


async def test_several_tasks_are_asked_by_buttons(bot: World) -> None:
    await bot.stage.say("甲五", "心得")
    assert "现在没有需要提交的心得" in last(bot, "甲五").text
    await give(bot)
    await give(bot, "读书心得", "自愿参加", "9月8日")
    await bot.stage.say("甲五", "/submit")
    assert last(bot, "甲五").text == ("请选择要提交的心得。\n1. 廉政心得：8月31日（含）前\n2. 读书心得：9月8日（含）前")
    await bot.stage.tap("甲五", "交第2项")
    assert "【交心得】读书心得" in last(bot, "甲五").text


async def test_forged_and_foreign_buttons_meet_a_polite_answer(bot: World) -> None:
    await give(bot)
    await begin(bot, "甲五")
    await bot.stage.say("甲五", "一点体会")
    [row] = rows(bot)
    for name, data, answer in (
        ("甲六", Submit(row.id).pack(), "您没有办理此事的权限。如需办理，请联系支部书记。"),
        ("甲六", Review(row.id, 1).pack(), "您没有办理此事的权限。如需办理，请联系支部书记。"),
        ("丙一", Review(row.id, 1).pack(), "没有找到这份内容，可能本人已撤销提交。"),
        ("甲六", Submit(999_999).pack(), "您没有办理此事的权限。如需办理，请联系支部书记。"),
    ):
        tap = await bot.stage.people[name].tap_data(last(bot, name), data)
        await bot.clock.settle()
        assert tap.toast == answer
    assert rows(bot)[0].state is PieceState.DRAFT


async def test_review_from_the_list(bot: World) -> None:
    await give(bot)
    for name in ("甲五", "甲六", "乙二"):
        await hand_in(bot, name, f"{name}的体会")
    await bot.stage.say("甲六", "审阅")
    assert "没有办理此事的权限" in last(bot, "甲六").text
    await bot.stage.say("乙二", "/review")
    assert last(bot, "乙二").labels == ["甲五：廉政心得", "甲六：廉政心得"]
    await bot.stage.tap("乙二", "甲六：")
    await bot.stage.tap("乙二", "通过", "甲六的体会")
    await bot.stage.say("丙一", "审阅")
    assert last(bot, "丙一").labels == ["甲五：廉政心得", "乙二：廉政心得"]


async def test_a_task_is_called_off_and_everybody_hears(bot: World) -> None:
    await give(bot)
    await begin(bot, "甲五")
    await bot.stage.say("甲五", "一点体会")
    await bot.stage.tap("乙二", "取消任务", "【心得任务】")
    assert bot.stage.people["乙二"].chat.find("确认取消").labels == ["取消任务", "保留任务"]
    await bot.stage.tap("乙二", "取消任务", "确认取消")
    assert "【心得取消】廉政心得" in last(bot, "甲六").text
    tap = await bot.stage.tap("甲五", "提交", "已收到1条")
    assert tap.toast == "没有找到这项任务。"
    tap = await bot.stage.tap("甲六", "交心得", "【心得体会】")
    assert tap.toast == "没有找到这项任务。"


async def test_the_wizard_may_change_everything_and_is_for_those_who_may(bot: World) -> None:
    await bot.stage.say("甲五", "/task")
    assert "没有办理此事的权限" in last(bot, "甲五").text
    await story.make_activity(bot.stage, ["廉政专题学习日"], "8月25日", "15:00", "三楼会议室")
    await bot.stage.say("丙一", "/task")
    await bot.stage.tap("丙一", "8月25日", "请选择心得关联")
    await bot.stage.tap("丙一", "科级以上党员干部")
    await bot.stage.say("丙一", "明年")
    assert "没有看懂日期" in last(bot, "丙一").text
    await bot.stage.tap("丙一", "8月28日")
    assert "核对无误" in bot.stage.people["丙一"].chat.find("【布置心得】8月廉政专题学习日心得体会").text
    await bot.stage.tap("丙一", "篇数", "核对无误")
    await bot.stage.tap("丙一", "2篇")
    await bot.stage.tap("丙一", "题目", "核对无误")
    await bot.stage.say("丙一", "干部心得")
    await bot.stage.tap("丙一", "布置", "核对无误")
    with bot.storage.reading() as session:
        task = session.scalars(select(ReflectionTask)).one()
        assert (task.title, task.per_person, task.activity_id is not None) == ("干部心得", 2, True)
    told = [name for name in story.EVERYBODY if any("【心得体会】干部心得" in text for text in private(bot, name))]
    assert sorted(told) == sorted(story.CADRES)
    await bot.stage.say("丙一", "布置心得")
    await bot.stage.tap("丙一", "已布置的心得")
    await bot.stage.tap("丙一", "查看第1项")
    assert "应交6人，未交6人。" in last(bot, "丙一").text


async def test_st6_six_cadres_one_piece_each(bot: World) -> None:
    """另6名科级以上党员干部…各1篇, in Q3 though the last comes on 8 October; only who owes is nudged."""
    await bot.stage.at("2023-09-25 10:00")
    await story.make_activity(bot.stage, ["警示教育"], "9月27日", "15:00", "三楼会议室")
    await bot.stage.at("2023-09-27 17:30")
    await bot.stage.say("乙二", "布置心得")
    await bot.stage.tap("乙二", "9月27日", "请选择心得关联")
    await bot.stage.tap("乙二", "科级以上党员干部")
    await bot.stage.say("乙二", "10月9日")
    await bot.stage.tap("乙二", "布置", "核对无误")
    about = "警示教育心得体会"
    for name in story.CADRES[:-1]:
        await bot.stage.tap(name, "交心得", about)
        await bot.stage.say(name, "深受警醒")
        await bot.stage.tap(name, "提交", about)
    await bot.stage.at("2023-09-28 09:05")
    nudged = [
        name for name in story.EVERYBODY if any("项待办：" in text and "心得" in text for text in private(bot, name))
    ]
    assert nudged == ["丙一"]
    await bot.stage.at("2023-10-08 20:00")
    await bot.stage.tap("丙一", "交第2项", "项待办：")
    await bot.stage.people["丙一"].voice()
    await bot.clock.settle()
    await bot.stage.tap("丙一", "提交", about)
    for name in story.CADRES:
        await bot.stage.tap("乙二" if name != "乙二" else "丙一", "通过", f"{name}同志")
    await bot.stage.at("2023-10-09 09:05")
    with bot.storage.reading() as session:
        quarter = Quarter(2023, 3)
        found = service.task_figures(
            session, [bot.cast.branch_id], [Slice(Period.of(quarter), quarter.cut_off(SHANGHAI))], SHANGHAI
        )[bot.cast.branch_id]
        [figures] = found.tasks.values()
        assert session.scalar(select(func.count()).select_from(Reflection)) == 6
    assert (figures.tally.words, len(figures.tally.expected), figures.tally.late) == ("各1篇", 6, ())
    said = [text for name in story.EVERYBODY for text in private(bot, name)]
    assert sum("项待办：" in text and "心得" in text for text in said) == 1


async def test_a_due_day_that_is_a_day_off_is_asked_about(bot: World) -> None:
    await bot.stage.say("乙二", "布置心得")
    assert last(bot, "乙二").labels[-2:] == ["已布置的心得", "取消"]
    await bot.stage.tap("乙二", "不关联", "请选择心得关联")
    await bot.stage.tap("乙二", "全体党员", "请选择对象")
    await bot.stage.say("乙二", "8月20日")
    assert last(bot, "乙二").text == "截止日期不能早于今天。"
    await bot.stage.say("乙二", "8月27日")
    page = last(bot, "乙二")
    assert page.text.endswith("8月27日（周日）是周末，确认是这一天吗？")
    assert page.labels == ["确认8月27日", "重选日期", "上一步", "取消"]
    await bot.stage.tap("乙二", "确认8月27日", "【布置心得】")
    await bot.stage.say("乙二", "学习")
    await bot.stage.say("乙二", "布置心得")
    assert last(bot, "乙二").labels == ["继续填写", "重新填写", "取消"]
    await bot.stage.tap("乙二", "继续填写", "还没有完成")
    await bot.stage.tap("乙二", "布置", "核对无误")
    with bot.storage.reading() as session:
        task = session.scalars(select(ReflectionTask)).one()
    assert (task.title, task.due_on.isoformat()) == ("学习", "2023-08-27")
