"""Study in chat: whole updates in, calls out, through the real Application (ST3)."""

from collections.abc import AsyncIterator, Sequence
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from bot.features.study import service
from bot.kit.figures import Slice
from bot.playground import story
from scheduler.calendar.days import Quarter
from scheduler.calendar.periods import Period
from storage.choices import OutboxState
from storage.models.audit import Audit
from storage.models.outbox import Outbox
from storage.models.person import Person
from storage.models.study import MonthlyTheme, StudyCompletion, StudyItem
from tests.world import SHANGHAI, World, begun, world

PLANNER, SECRETARY = "丙一", "甲一"
THEME = "【8月学习】"
BOOK, DOCUMENTS = "《论党的自我革命》", ["文件一", "文件二", "文件三"]
ITEMS = [("书目", BOOK), *(("文件", title) for title in DOCUMENTS)]


@pytest.fixture
async def bot(chat_url: str) -> AsyncIterator[World]:
    async with world(chat_url, "2023-07-31 15:00") as there:
        yield there


async def plan(
    bot: World, items: Sequence[tuple[str, str]] = (), title: str = "学思践悟强党性", month: str = "8月"
) -> None:
    """The publicity officer enters a month, by the buttons."""
    await bot.stage.say(PLANNER, "学习安排")
    await bot.stage.tap(PLANNER, month, "【学习安排】")
    await bot.stage.say(PLANNER, title)
    for kind, name in items:
        await add(bot, kind, name)


async def add(bot: World, kind: str, name: str) -> None:
    await bot.stage.tap(PLANNER, f"加{kind}", "学习安排】")
    await bot.stage.say(PLANNER, name)
    await bot.stage.tap(PLANNER, "保存", name)


async def withdraw(bot: World, number: int) -> None:
    await bot.stage.tap(PLANNER, f"撤回第{number}项", "学习安排】")
    await bot.stage.tap(PLANNER, "确认撤回", "确认撤回")


def count(bot: World, table: type, *where: object) -> int:
    with bot.storage.reading() as session:
        return session.scalar(select(func.count()).select_from(table).where(*where)) or 0


def texts(bot: World, name: str) -> list[str]:
    return [message.text for message in bot.stage.people[name].chat.from_bot]


def last(bot: World, name: str) -> str:
    return texts(bot, name)[-1]


@pytest.mark.both_databases
async def test_st3_from_plan_to_figures(bot: World) -> None:
    """3 items (1 book), 66 of 69 = 95.7 %, 6 late, one theme; nudges on 28 and 31 August to those who owe."""
    await plan(bot, ITEMS)
    await bot.stage.at("2023-08-01 09:05")
    assert [THEME in last(bot, name) for name in story.EXPECTED] == [True] * 23
    assert not any(THEME in text for name in story.EXEMPT for text in texts(bot, name))
    await bot.stage.at("2023-08-01 15:00")
    await withdraw(bot, 4)
    late = [("甲七", 1), ("甲七", 2), ("乙五", 1), ("乙五", 2), ("丙四", 2), ("丙四", 3)]
    never = [("甲九", 3), ("乙七", 2), ("乙七", 3)]
    await bot.stage.at("2023-08-20 19:00")
    for number in (1, 2, 3):
        names = [name for name in story.EXPECTED if (name, number) not in {*late, *never}]
        await bot.stage.tap_all(names, f"学完第{number}项", THEME)
    assert count(bot, StudyCompletion) == 60
    await bot.stage.at("2023-08-31 10:00")
    owing = ["丙四", "乙七", "乙五", "甲七", "甲九"]
    for name in story.EVERYBODY:
        nudges = [text for text in texts(bot, name) if "项待办：" in text]
        assert len(nudges) == (2 if name in owing else 0), name
    await bot.stage.at("2023-09-05 20:00")
    for name, number in late:
        await bot.stage.tap(name, f"学完第{number}项", THEME)
    await bot.stage.at("2023-10-12 10:00")
    tap = await bot.stage.tap("甲九", "学完第3项", THEME)
    assert tap.toast == "已学完（逾期完成）：《文件二》。第三季度统计已截止，这一次不计入第三季度。"
    quarter = Quarter(2023, 3)
    with bot.storage.reading() as session:
        found = service.study_figures(
            session, [bot.cast.branch_id], [Slice(Period.of(quarter), quarter.cut_off(SHANGHAI))]
        )[bot.cast.branch_id]
    assert (found.items, found.books, found.expected_pairs, found.completed_pairs) == (3, 1, 69, 66)
    assert (found.late, str(found.completion_rate), found.monthly_themes) == (6, "95.7", 1)
    assert set(found.not_done) == {bot.cast["甲九"], bot.cast["乙七"]}


async def test_the_prompt_says_what_and_until_when(bot: World) -> None:
    await plan(bot, ITEMS[:3])
    await bot.stage.tap(PLANNER, "改提示语", "学习安排】")
    await bot.stage.say(PLANNER, "原原本本学，联系实际学。")
    await bot.stage.at("2023-08-01 08:59")
    assert not any(THEME in text for text in texts(bot, "甲三"))
    await bot.stage.at("2023-08-01 09:05")
    assert last(bot, "甲三") == (
        "【8月学习】主题：学思践悟强党性\n原原本本学，联系实际学。\n本月书目1项、文件2项，请于8月31日（含）前完成。\n"
        "1. 《论党的自我革命》\n2. 《文件一》\n3. 《文件二》"
    )
    labels = bot.stage.people["甲三"].chat.last.labels
    assert labels == ["打开第1项", "学完第1项", "打开第2项", "学完第2项", "打开第3项", "学完第3项"]
    with bot.storage.reading() as session:
        assert session.scalars(select(MonthlyTheme.prompt_sent_on)).one().isoformat() == "2023-08-01"


async def test_a_tap_changes_the_own_card_and_can_be_undone(bot: World) -> None:
    await plan(bot, ITEMS[:2])
    await bot.stage.at("2023-08-01 09:05")
    tap = await bot.stage.tap("甲三", "学完第1项", THEME)
    assert tap.toast == "已学完：《论党的自我革命》。"
    assert "1. 《论党的自我革命》：已学完（8月1日）" in last(bot, "甲三")
    assert "已学完" not in last(bot, "甲四")
    await bot.stage.tap("甲三", "撤销第1项", THEME)
    assert "\n1. 《论党的自我革命》\n" in last(bot, "甲三")
    assert count(bot, StudyCompletion, StudyCompletion.withdrawn_at.is_(None)) == 0
    await bot.stage.tap("甲三", "学完第1项", THEME)
    await bot.stage.at("2023-08-01 09:30")
    tap = await bot.stage.tap("甲三", "撤销第1项", THEME)
    assert "10分钟" in tap.toast
    assert count(bot, StudyCompletion, StudyCompletion.withdrawn_at.is_(None)) == 1


async def test_the_word_takes_a_completion_back(bot: World) -> None:
    await plan(bot, ITEMS[:2])
    await bot.stage.at("2023-08-01 09:05")
    await bot.stage.tap("甲三", "学完第1项", THEME)
    await bot.stage.say("甲三", "撤销")
    assert last(bot, "甲三") == "已撤销学完：《论党的自我革命》。"
    assert count(bot, StudyCompletion, StudyCompletion.withdrawn_at.is_(None)) == 0
    await bot.stage.say("甲三", "撤销")
    assert last(bot, "甲三").startswith("没有可以撤销的事项")
    await bot.stage.tap("甲三", "学完第2项", THEME)
    await bot.clock.travel(bot.clock.now() + timedelta(minutes=10, seconds=1))
    await bot.stage.say("甲三", "撤销")
    assert last(bot, "甲三").startswith("没有可以撤销的事项")
    assert count(bot, StudyCompletion, StudyCompletion.withdrawn_at.is_(None)) == 1


async def test_two_taps_at_once_are_one_row(bot: World) -> None:
    await plan(bot, ITEMS[:1])
    await bot.stage.at("2023-08-01 09:05")
    person = bot.stage.people["甲三"]
    taps = [await person.tap(person.chat.last, "学完第1项"), await person.tap(person.chat.last, "学完第1项")]
    await bot.clock.settle()
    assert all(tap.toast for tap in taps)
    assert count(bot, StudyCompletion) == 1


async def test_the_plain_word_does_what_the_button_does(bot: World) -> None:
    await plan(bot, ITEMS[:2])
    await bot.stage.at("2023-08-01 09:05")
    await bot.stage.say("甲三", "学完了")
    assert last(bot, "甲三") == (
        "请选择已学完的内容。\n1. 《论党的自我革命》：8月31日（含）前\n2. 《文件一》：8月31日（含）前"
    )
    await bot.stage.tap("甲三", "学完第1项", "请选择")
    await bot.stage.say("甲三", "已学")
    assert last(bot, "甲三") == "已学完：《文件一》。"
    await bot.stage.say("甲三", "学完了")
    assert last(bot, "甲三") == "本月学习内容已全部完成。"
    assert count(bot, StudyCompletion) == 2


async def test_my_study_is_open_to_exempt_people_too(bot: World) -> None:
    await plan(bot, ITEMS[:2])
    await bot.stage.at("2023-08-01 09:05")
    await bot.stage.say("丙八", "我的学习")
    await bot.stage.tap("丙八", "学完第2项", "【我的学习】")
    assert "【我的学习】未完成1项" in last(bot, "丙八")
    await bot.stage.say("丙八", "/study")
    assert "已完成：\n· 《文件一》：已学完（8月1日）" in last(bot, "丙八")
    await bot.stage.say("丙八", "我还欠什么")
    assert last(bot, "丙八") == "您的事项已全部完成。"


async def test_an_item_added_later_is_sent_when_added(bot: World) -> None:
    await plan(bot, ITEMS[:1])
    await bot.stage.at("2023-08-10 15:00")
    await add(bot, "文件", "文件一")
    assert last(bot, "甲三") == "【学习文件】《文件一》\n请于8月31日（含）前完成。"
    assert not any("文件一" in text for text in texts(bot, "丙八"))
    await bot.stage.tap("甲三", "已学完", "【学习文件】")
    assert last(bot, "甲三") == "【学习文件】《文件一》\n已学完（8月10日）"
    with bot.storage.reading() as session:
        found = dict(session.execute(select(StudyItem.title, StudyItem.assigned_on)).all())
    assert {title: day.isoformat() for title, day in found.items()} == {BOOK: "2023-08-01", "文件一": "2023-08-10"}


async def test_a_file_goes_along_and_is_opened(bot: World) -> None:
    await plan(bot)
    await bot.stage.tap(PLANNER, "加文件", "学习安排】")
    await bot.stage.people[PLANNER].upload_document("学习文件.pdf", b"%PDF-1.4")
    await bot.clock.settle()
    await bot.stage.tap(PLANNER, "改日期", "【加文件】")
    await bot.stage.people[PLANNER].upload_document("学习文件（新）.pdf", b"%PDF-1.4")
    await bot.clock.settle()
    assert last(bot, PLANNER).startswith("【加文件】《学习文件》\n截止日期：8月31日（周四）\n附件：已收到")
    await bot.stage.tap(PLANNER, "改日期", "【加文件】")
    await bot.stage.say(PLANNER, "8月25日")
    assert "【加文件】《学习文件》\n截止日期：8月25日（周五）\n附件：已收到" in last(bot, PLANNER)
    await bot.stage.tap(PLANNER, "保存", "【加文件】")
    await bot.stage.at("2023-08-01 09:05")
    await bot.stage.tap("甲三", "打开", THEME)
    assert bot.stage.people["甲三"].chat.last.document == b"%PDF-1.4"


async def test_a_theme_entered_late_goes_at_the_next_full_hour(bot: World) -> None:
    await bot.stage.at("2023-08-04 15:20")
    await plan(bot, ITEMS[:1])
    assert "将于8月4日（周五）16:00自动发送" in last(bot, PLANNER)
    await bot.stage.at("2023-08-04 15:59")
    assert not any(THEME in text for text in texts(bot, "甲三"))
    await bot.stage.at("2023-08-04 16:05")
    assert THEME in last(bot, "甲三")


async def test_after_the_grace_it_goes_by_hand(bot: World) -> None:
    await bot.stage.at("2023-08-21 15:20")
    await plan(bot, ITEMS[:1])
    assert "已过自动发送的时间" in last(bot, PLANNER)
    assert not any(THEME in text for text in texts(bot, "甲三"))
    await bot.stage.tap(PLANNER, "立即发送", "学习安排】")
    assert THEME in last(bot, "甲三")
    await bot.stage.at("2023-09-01 10:00")
    assert sum(THEME in text for text in texts(bot, "甲三")) == 1


async def test_an_item_typed_but_not_saved_is_not_dropped(bot: World) -> None:
    await bot.stage.at("2023-08-21 15:20")
    await plan(bot)
    await bot.stage.tap(PLANNER, "加书目", "学习安排】")
    await bot.stage.say(PLANNER, "文件一\n文件二")
    assert last(bot, PLANNER) == "请一次发送一项。"
    await bot.stage.say(PLANNER, BOOK)
    for label in ("加书目", "加文件", "改主题", "立即发送"):
        tap = await bot.stage.tap(PLANNER, label, "还没有书目和文件")
        assert "请先保存，或点“取消”" in tap.toast, label
    await bot.stage.tap(PLANNER, "保存", "【加书目】")
    assert count(bot, StudyItem) == 1
    await bot.stage.tap(PLANNER, "立即发送", "【8月学习安排】")
    assert THEME in last(bot, "甲三")


async def test_a_theme_without_items_is_sent_only_when_that_is_meant(bot: World) -> None:
    await bot.stage.at("2023-08-21 15:20")
    await plan(bot)
    await bot.stage.tap(PLANNER, "立即发送", "学习安排】")
    assert "还没有书目和文件，确认只发送主题吗？" in last(bot, PLANNER)
    await bot.stage.tap(PLANNER, "不发送", "确认只发送主题")
    await bot.stage.tap(PLANNER, "立即发送", "学习安排】")
    assert not any(THEME in text for text in texts(bot, "甲三"))
    await bot.stage.tap(PLANNER, "确认发送", "确认只发送主题")
    assert THEME in last(bot, "甲三")


async def test_the_plain_word_wins_over_an_open_question(bot: World) -> None:
    await plan(bot, ITEMS[:1])
    await bot.stage.at("2023-08-01 09:05")
    await bot.stage.tap(PLANNER, "加书目", "学习安排】")
    await bot.stage.say(PLANNER, "学完了")
    assert last(bot, PLANNER) == "已学完：《论党的自我革命》。"
    await bot.stage.say(PLANNER, "文件一")
    assert "【加书目】《文件一》" in last(bot, PLANNER)


async def test_a_month_without_a_theme_is_told_to_the_secretary_once(bot: World) -> None:
    await bot.stage.at("2023-08-09 10:00")
    told = [text for text in texts(bot, SECRETARY) if "学习主题还没有录入" in text]
    assert told == ["8月学习主题还没有录入，录入后自动发送。"]
    assert not any("还没有录入" in text for name in story.EVERYBODY if name != SECRETARY for text in texts(bot, name))
    await bot.stage.tap(SECRETARY, "学习安排", "还没有录入")
    assert "请发送8月学习主题" in last(bot, SECRETARY)


async def test_only_those_in_charge_may_plan(bot: World) -> None:
    await bot.stage.say("甲三", "/study_plan")
    assert last(bot, "甲三") == "您没有办理此事的权限。如需办理，请联系支部书记。"
    await bot.stage.say("甲三", "学习安排")
    await plan(bot, ITEMS[:1])
    for data in ("sm:2023-09", "se:1:title", "sa:1:book", "sw:1:1", "sx:1:1", "sf:1:save", "sd:1:list", "so:1"):
        tap = await bot.stage.people["甲三"].tap_data(bot.stage.people["甲三"].chat.last, data)
        await bot.clock.settle()
        assert tap.toast, data
    assert (count(bot, StudyItem), count(bot, StudyCompletion), count(bot, MonthlyTheme)) == (1, 0, 1)
    with bot.storage.reading() as session:
        assert session.scalars(select(StudyItem.withdrawn_at)).one() is None


async def test_a_withdrawn_item_is_not_learnt_any_more(bot: World) -> None:
    await plan(bot, ITEMS[:2])
    await bot.stage.at("2023-08-01 09:05")
    await withdraw(bot, 2)
    tap = await bot.stage.tap("甲三", "学完第2项", THEME)
    assert "已撤回" in tap.toast
    await bot.stage.tap("甲三", "学完第1项", THEME)
    assert "文件一" not in last(bot, "甲三")
    assert count(bot, StudyCompletion) == 1


async def test_unbound_people_become_unreachable_rows(bot: World) -> None:
    with bot.storage.transaction() as session:
        session.get_one(Person, bot.cast["乙六"]).telegram_id = None
    await plan(bot, ITEMS[:1])
    await bot.stage.at("2023-08-01 09:05")
    lost = (Outbox.person_id == bot.cast["乙六"], Outbox.state == OutboxState.UNREACHABLE, Outbox.job == "study_prompt")
    assert count(bot, Outbox, *lost) == 1


async def test_a_nudge_keeps_its_other_buttons(bot: World) -> None:
    await plan(bot, ITEMS[:2])
    await bot.stage.at("2023-08-28 09:05")
    assert "甲三同志，您有2项待办：\n1. 《论党的自我革命》：请于8月31日（含）前学完。" in last(bot, "甲三")
    await bot.stage.tap("甲三", "学完第1项", "您有2项待办")
    assert last(bot, "甲三") == "已学完：《论党的自我革命》。"
    await bot.stage.tap("甲三", "学完第2项", "您有2项待办")
    await bot.stage.at("2023-08-31 09:05")
    assert not any("待办" in text for text in texts(bot, "甲三")[-1:])


async def test_an_item_that_was_left_is_gone_on_with(bot: World) -> None:
    """加书目 offers it again; a day off is asked about, what is too early refused, and 取消 drops it."""
    await plan(bot)
    chat = bot.stage.people[PLANNER].chat
    await bot.stage.tap(PLANNER, "加书目", "学习安排】")
    assert chat.last.labels == ["取消"]
    await bot.stage.say(PLANNER, BOOK)
    assert chat.last.labels == ["改名称", "改日期", "预览", "保存", "上一步", "取消"]
    await bot.stage.tap(PLANNER, "改日期", "【加书目】")
    assert chat.last.text.endswith("请选择截止日期，或直接发送，例如：8月25日。")
    await bot.stage.say(PLANNER, "7月30日")
    assert chat.last.text == "截止日期不能早于今天，也不能早于本月1日。"
    await bot.stage.say(PLANNER, "8月26日")
    assert chat.last.text.endswith("8月26日（周六）是周末，确认是这一天吗？")
    await bot.stage.tap(PLANNER, "确认8月26日", "【加书目】")
    assert "截止日期：8月26日（周六）" in chat.last.text
    await bot.stage.say(PLANNER, "学习安排")
    await bot.stage.at("2023-08-01 16:00")
    await bot.stage.tap(PLANNER, "8月", "【学习安排】")
    await bot.stage.tap(PLANNER, "加书目", "【8月学习安排】")
    assert chat.last.labels == ["继续填写", "重新填写", "取消"]
    await bot.stage.tap(PLANNER, "继续填写", "还没有完成")
    assert "截止日期：8月26日（周六）" in chat.last.text
    await bot.stage.tap(PLANNER, "取消", "【加书目】")
    assert chat.last.text == "已取消填写：学习安排。"
    assert count(bot, StudyItem) == 0


async def test_an_item_begun_before_forms_is_gone_on_with(bot: World) -> None:
    """The buttons under its card, and a title that was asked for."""
    await plan(bot)
    planner = bot.stage.people[PLANNER]
    said = {"kind": "book", "title": BOOK, "due_on": "2023-08-25", "files": [], "asks": "", "field": "confirm"}
    asked = begun(bot, PLANNER, "study.item", theme=1, **said)
    await planner.tap_data(planner.chat.last, f"sf:{asked}:due")
    await bot.stage.say(PLANNER, "8月24日")
    assert "截止日期：8月24日（周四）" in last(bot, PLANNER)
    asked = begun(bot, PLANNER, "study.item", theme=1, **said)
    await planner.tap_data(planner.chat.last, f"sf:{asked}:save")
    await bot.clock.settle()
    assert count(bot, StudyItem, StudyItem.title == BOOK) == 1
    begun(bot, PLANNER, "study.change", theme=1, field="prompt", only="prompt")
    await bot.stage.say(PLANNER, "联系实际学。")
    assert "提示语：联系实际学。" in last(bot, PLANNER)


def switched(bot: World) -> list[object]:
    """What the log says of the switch."""
    with bot.storage.reading() as session:
        found = session.scalars(select(Audit.details).where(Audit.subject == "study_settings").order_by(Audit.id))
        return [line["changes"]["study_prompt"] for line in found]


async def test_the_prompt_is_switched_off_and_on(bot: World) -> None:
    """Asked about because something is planned; on again it goes at the next full hour, once."""
    await plan(bot, ITEMS[:1])
    chat = bot.stage.people[PLANNER].chat
    await bot.stage.say(PLANNER, "学习安排")
    assert chat.last.labels == ["7月：未录入", "8月：已录入", "9月：未录入", "关闭学习提示"]
    await bot.stage.tap(PLANNER, "关闭学习提示")
    assert last(bot, PLANNER) == "【学习安排】8月学习主题已录入，关闭后学习提示不自动发送。确认关闭吗？"
    assert chat.last.labels == ["确认关闭", "不关闭"]
    await bot.stage.tap(PLANNER, "不关闭")
    assert (chat.last.labels[-1], switched(bot)) == ("关闭学习提示", [])
    await bot.stage.tap(PLANNER, "关闭学习提示")
    await bot.stage.tap(PLANNER, "确认关闭")
    assert "学习提示已关闭，不自动发送。" in last(bot, PLANNER)
    await bot.stage.at("2023-08-01 10:10")
    assert not any(THEME in text for text in texts(bot, "甲三"))
    await bot.stage.tap(PLANNER, "8月", "请选择月份")
    assert "学习提示已关闭，不自动发送，需要发送请点“立即发送”。" in last(bot, PLANNER)
    await bot.stage.say(PLANNER, "学习安排")
    await bot.stage.tap(PLANNER, "开启学习提示")
    await bot.stage.tap(PLANNER, "确认开启")
    assert switched(bot) == [[True, False], [False, True]]
    await bot.stage.tap(PLANNER, "8月", "请选择月份")
    assert "将于8月1日（周二）11:00自动发送。" in last(bot, PLANNER)
    await bot.stage.at("2023-08-02 12:00")
    assert sum(THEME in text for text in texts(bot, "甲三")) == 1


async def test_switched_off_with_nothing_planned_nobody_is_asked_and_the_secretary_hears_the_truth(bot: World) -> None:
    await bot.stage.say(PLANNER, "学习安排")
    await bot.stage.tap(PLANNER, "关闭学习提示")
    assert bot.stage.people[PLANNER].chat.last.labels[-1] == "开启学习提示"
    await bot.stage.at("2023-08-01 09:05")
    assert last(bot, SECRETARY) == "8月学习主题还没有录入。"
    await plan(bot, ITEMS[:1])
    await bot.stage.tap(PLANNER, "立即发送", "学习安排】")
    assert THEME in last(bot, "甲三")


async def test_the_words_of_a_prompt_may_be_taken_away_again(bot: World) -> None:
    await plan(bot)
    await bot.stage.tap(PLANNER, "改提示语", "学习安排】")
    assert bot.stage.people[PLANNER].chat.last.labels == ["不填写", "取消"]
    await bot.stage.say(PLANNER, "联系实际学。")
    assert "提示语：联系实际学。" in last(bot, PLANNER)
    await bot.stage.tap(PLANNER, "改提示语", "学习安排】")
    await bot.stage.tap(PLANNER, "不填写")
    assert "提示语" not in last(bot, PLANNER)
