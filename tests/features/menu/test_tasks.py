"""What a task costs from the person's keyboard with nothing open: taps and typed characters, and no more than so many.

The roll and entering by hand (9, 12), an activity (10), a talk (14) and a figure (15) are counted where they are tried:
features/activities/test_roll_call.py, features/talks/test_chat.py and features/tally/test_words.py; so is a copy,
in features/activities/test_making.py.
"""

from sqlalchemy import func, select

from bot.playground import story
from storage.models.attendance import Attendance, LeaveRequest, Makeup
from storage.models.notice import Receipt
from storage.models.reflection import Reflection
from storage.models.study import StudyCompletion
from tests.taps import Cost, Counted
from tests.world import SHANGHAI, World, world

PIECE = "通过学习，我深受触动，今后将严格要求自己，认真履行党员义务，改进作风。" * 2


async def until(bot: World, when: str) -> None:
    """The story as far as this."""
    for at, act in story.STEPS:
        if at <= when:
            await bot.stage.at(at)
            await act(bot.stage)
    await bot.stage.at(when)


def many(bot: World, table: type) -> int:
    with bot.storage.reading() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


async def test_a_notice_a_leave_its_approval_and_the_own_group(sqlite_url: str) -> None:
    """3, 2, 11 and 8, before the first activity."""
    async with world(sqlite_url, "2023-07-03 09:00") as bot:
        await until(bot, "2023-07-04 09:45")
        member = Counted(bot.stage, "甲七")
        await member.key("我的待办")
        await member.tap("收到第1项")
        assert member.cost("3") == Cost(2, 0)
        assert many(bot, Receipt) == 1

        away = Counted(bot.stage, "甲八")
        await away.key("请假")
        await away.tap("公差")
        assert away.cost("2") == Cost(2, 0)
        await away.send("到区里开会", free=True)
        assert away.cost("2 with a reason") == Cost(3, 0)
        with bot.storage.reading() as session:
            assert session.scalars(select(LeaveRequest.reason)).all() == ["到区里开会"]

        secretary = Counted(bot.stage, "甲一")
        await secretary.key("我的待办")
        assert "甲八同志请假（公差）" in secretary.said
        await secretary.tap("批准第2项")
        assert secretary.cost("11") == Cost(2, 0)
        assert "已批准甲八同志请假（公差）" in secretary.said

        leader = Counted(bot.stage, "甲三")
        await leader.key("本组")
        await leader.tap("本组未完成")
        await leader.tap("一键提醒")
        assert leader.said.startswith("将私聊提醒7人，每人每天最多提醒一次。")
        await leader.tap("确认提醒")
        assert leader.cost("8") == Cost(4, 0)
        assert "正在提醒7人。" in [message.text for message in leader.chat.from_bot]


async def test_signing_in_and_making_up(sqlite_url: str) -> None:
    """1 in the window, 6 after it."""
    async with world(sqlite_url, "2023-07-03 09:00") as bot:
        await until(bot, "2023-07-04 16:30")
        await bot.stage.at("2023-07-07 14:10")
        member = Counted(bot.stage, "甲七")
        await member.key("签到")
        assert member.cost("1") == Cost(1, 0)
        assert many(bot, Attendance) == 1
        await until_later(bot, "2023-07-07 16:45")
        away = Counted(bot.stage, "甲五")
        await away.key("我的待办")
        await away.tap("提交补学第1项")
        await away.send("已自学材料，并作笔记。", free=True)
        assert away.cost("6") == Cost(3, 0)
        assert many(bot, Makeup) == 1


async def test_making_up_by_sending_it(sqlite_url: str) -> None:
    """6 the short way."""
    async with world(sqlite_url, "2023-07-03 09:00") as bot:
        await until(bot, "2023-07-07 16:45")
        away = Counted(bot.stage, "甲五")
        await away.send(PIECE, free=True)
        await away.tap("提交为补学")
        assert away.cost("6 by sending it") == Cost(2, 0)
        assert away.said == "7月主题党日：补学已提交，待审核。"
        assert many(bot, Makeup) == 1


async def test_a_study_item(sqlite_url: str) -> None:
    """4, once the prompt is there."""
    async with world(sqlite_url, "2023-07-03 09:00") as bot:
        await until(bot, "2023-08-01 10:05")
        member = Counted(bot.stage, "甲七")
        await member.key("我的待办")
        await member.tap("学完第1项")
        assert member.cost("4") == Cost(2, 0)
        assert many(bot, StudyCompletion) == 1


async def test_a_piece(sqlite_url: str) -> None:
    """5, once there is a task."""
    async with world(sqlite_url, "2023-07-03 09:00") as bot:
        await until(bot, "2023-09-27 17:35")
        author = Counted(bot.stage, "甲四")
        await author.key("我的待办")
        await author.tap("交第1项" if "1. 9月警示教育心得体会" in author.said else "交第2项")
        await author.send("深受触动。", free=True)
        await author.tap("提交")
        assert author.cost("5") == Cost(4, 0)
        assert many(bot, Reflection) == 1
        # The short way: a text, and a voice.
        writer = Counted(bot.stage, "乙一")
        await writer.send(PIECE, free=True)
        await writer.tap("提交为心得")
        assert writer.cost("5 by sending it") == Cost(2, 0)
        speaker = Counted(bot.stage, "丙一")
        await speaker.voice()
        await speaker.tap("提交为心得")
        assert speaker.cost("5 by saying it") == Cost(2, 0)
        assert many(bot, Reflection) == 3


async def test_another_place(sqlite_url: str) -> None:
    """The place of an activity that was published: told, and every card says it."""
    async with world(sqlite_url, "2023-07-03 09:00") as bot:
        await until(bot, "2023-07-04 09:45")
        secretary = Counted(bot.stage, "甲一")
        await secretary.key("考勤")
        await secretary.tap("7月7日")
        await secretary.tap("修改活动")
        await secretary.tap("地点")
        await secretary.send("二楼会议室", free=True)
        await secretary.tap("修改并通知")
        assert secretary.cost("change the place") == Cost(6, 0)
        assert bot.stage.group.chat.last.text.startswith("【活动变更】7月主题党日：地点改为二楼会议室。")


async def until_later(bot: World, when: str) -> None:
    """On with the story from here."""
    now = bot.clock.now().astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M")
    for at, act in story.STEPS:
        if now < at <= when:
            await bot.stage.at(at)
            await act(bot.stage)
    await bot.stage.at(when)
