"""The third quarter of 2023 as members lived it: what the demo replays, tap by tap (stories ST1, ST3, ST6, and ST7's
guidance)."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence

from bot.playground import register_story as register
from bot.playground.acting import Stage

FIRST = [f"甲{n}" for n in "一二三四五六七八九"]
SECOND = [f"乙{n}" for n in "一二三四五六七八"]
THIRD = [f"丙{n}" for n in "一二三四五六七八"]
EVERYBODY = FIRST + SECOND + THIRD
EXEMPT = ["乙八", "丙八"]
EXPECTED = [name for name in EVERYBODY if name not in EXEMPT]
COMMITTEE = ["甲一", "乙一", "甲二", "丙一", "乙二"]
CADRES = ["甲一", "甲二", "甲四", "乙一", "乙二", "丙一"]
DESK, STUDY_OFFICER, DISCIPLINE = "甲二", "丙一", "乙二"

Step = tuple[str, Callable[[Stage], Awaitable[None]]]


async def play(stage: Stage) -> AsyncIterator[str]:
    """Act every step at its time; yields the local time reached, for a progress bar."""
    for when, act in STEPS:
        await stage.at(when)
        yield when
        await act(stage)
    await stage.at(END)
    yield END


START, END = "2023-06-30 09:00", "2023-10-13 18:00"


# --- making an activity -------------------------------------------------------------------------------------------


async def make_activity(
    stage: Stage,
    types: Sequence[str],
    day: str,
    time: str,
    place: str,
    *,
    hours: str = "",
    agenda: Sequence[str] = (),
    by: str = DESK,
    group: str = "",
    way: str = "",
) -> None:
    """The wizard, as its user goes through it: taps where there is a button, types where there is none."""
    await stage.say(by, "建活动")
    for kind in types:
        await stage.tap(by, kind, "【建活动】")
    await stage.tap(by, "下一步", "【建活动】")
    if group:
        await stage.tap(by, group, "请选择党小组")
    await stage.say(by, day)
    await stage.say(by, time)
    await stage.say(by, place)
    if hours:
        await stage.tap(by, "学时", "核对无误")
        await stage.tap(by, hours, "请选择学时")
    if agenda:
        await stage.tap(by, "第一议题", "核对无误")
        await stage.say(by, "\n".join(agenda))
    if way:
        await stage.tap(by, "发送方式", "核对无误")
        await stage.tap(by, way, "请选择发送方式")
    await stage.tap(by, "发布", "核对无误")


async def sign_in(stage: Stage, names: Iterable[str], title: str) -> None:
    """At the door: most tap the group's card."""
    await stage.tap_all(names, "签到", title, stage.group.chat)


async def settle(stage: Stage, title: str, missing: Sequence[str] = (), by: str = DESK) -> None:
    """The roll-call after the end: everybody present, but those tapped."""
    await stage.tap(by, "点名", title)
    for name in missing:
        await stage.tap(by, name, "【点名】")
    await stage.tap(by, "完成点名", "【点名】")
    await stage.tap(by, "确认登记", "【点名】")


async def make_up(stage: Stage, name: str, title: str, text: str) -> None:
    await stage.tap(name, "提交补学", title)
    await stage.say(name, text)
    await stage.tap(DESK, "通过", f"【补学审核】{name}")


# --- ST1: 7月主题党日 ----------------------------------------------------------------------------------------------

JULY = "7月主题党日"
SILENT = ["甲八", "乙六", "丙五", "丙六"]


async def july_make(stage: Stage) -> None:
    await make_activity(stage, ["主题党日"], "7月7日", "14:30", "三楼会议室", hours="4学时")


async def july_reply(stage: Stage) -> None:
    await stage.tap_all([name for name in EXPECTED if name not in SILENT], "收到", JULY, stage.group.chat)


async def july_leave(stage: Stage) -> None:
    for name, kind in (("甲五", "公差"), ("乙四", "病假"), ("丙三", "事假")):
        await stage.tap(name, "请假", JULY, stage.group.chat)
        await stage.tap(name, kind, JULY)
        await stage.tap(DESK, "不批准" if name == "丙三" else "批准", f"【请假审批】{name}")


async def july_nudged(stage: Stage) -> None:
    await stage.tap_all(SILENT, "收到", JULY)


AWAY = ["甲五", "乙四", "丙三", "甲六"]


async def july_door(stage: Stage) -> None:
    await sign_in(stage, [name for name in EXPECTED if name not in AWAY], JULY)
    await stage.say("丙八", "签到")


async def july_late(stage: Stage) -> None:
    await stage.say("甲六", "签到")


async def july_settle(stage: Stage) -> None:
    await settle(stage, JULY, ["丙三"])


# --- ST3: 8月学习 -------------------------------------------------------------------------------------------------

BOOK, DOCUMENTS = "论党的自我革命", ["文件一", "文件二", "文件三"]
COMMITTEE_MEETING, AUGUST, GROUP_MEETING = "8月支委会", "8月主题党日", "8月党小组会"
MONTH = "【8月学习】"
# (who, which item) of those that were not done by 31 August.
BY_5_SEPTEMBER = [("甲七", 1), ("甲七", 2), ("乙五", 1), ("乙五", 2), ("丙四", 2), ("丙四", 3)]
AFTER_CUT_OFF = [("甲九", 3)]
NEVER = [("乙七", 2), ("乙七", 3)]
NOT_BY_31_AUGUST = {*BY_5_SEPTEMBER, *AFTER_CUT_OFF, *NEVER}


async def august_plan(stage: Stage) -> None:
    """The publicity officer enters the theme, a book and three documents."""
    await stage.say(STUDY_OFFICER, "学习安排")
    await stage.tap(STUDY_OFFICER, "8月", "请选择月份")
    await stage.say(STUDY_OFFICER, "学思践悟强党性")
    for kind, title in [("书目", BOOK), *(("文件", title) for title in DOCUMENTS)]:
        await stage.tap(STUDY_OFFICER, f"加{kind}", "8月学习安排")
        await stage.say(STUDY_OFFICER, title)
        await stage.tap(STUDY_OFFICER, "保存", f"【加{kind}】")


async def august_withdraw(stage: Stage) -> None:
    """The fourth item is withdrawn on the day it went out."""
    await stage.say(STUDY_OFFICER, "学习安排")
    await stage.tap(STUDY_OFFICER, "8月", "请选择月份")
    await stage.tap(STUDY_OFFICER, "撤回第4项", "8月学习安排")
    await stage.tap(STUDY_OFFICER, "确认撤回", DOCUMENTS[2])


async def done(stage: Stage, pairs: Iterable[tuple[str, int]]) -> None:
    """已学完, each on the own card of the month."""
    for name, item in pairs:
        await stage.tap(name, f"学完第{item}项", MONTH)


async def study(stage: Stage, names: Iterable[str], items: Iterable[int]) -> None:
    """Many people finish their items on one day."""
    people = list(names)
    for item in items:
        ready = [name for name in people if (name, item) not in NOT_BY_31_AUGUST]
        await stage.tap_all(ready, f"学完第{item}项", MONTH)


async def committee_make(stage: Stage) -> None:
    await make_activity(stage, ["支委会"], "8月1日", "14:30", "小会议室", agenda=["第一议题材料甲", "第一议题材料乙"])
    await stage.tap_all(COMMITTEE, "收到", COMMITTEE_MEETING)


async def committee_hold(stage: Stage) -> None:
    await stage.tap_all(COMMITTEE, "签到", COMMITTEE_MEETING)


async def august_make(stage: Stage) -> None:
    await make_activity(
        stage, ["主题党日"], "8月4日", "14:30", "三楼会议室", agenda=["第一议题材料乙", "第一议题材料丙"]
    )
    await stage.tap_all(EXPECTED, "收到", AUGUST, stage.group.chat)


async def august_door(stage: Stage) -> None:
    await sign_in(stage, EXPECTED, AUGUST)


async def group_make(stage: Stage) -> None:
    await make_activity(
        stage, ["党小组会"], "8月8日", "16:00", "小会议室", agenda=["第一议题材料丙"], by="甲三", group="第一党小组"
    )
    await stage.tap_all(FIRST, "收到", GROUP_MEETING)


async def group_hold(stage: Stage) -> None:
    await stage.tap_all(FIRST, "签到", GROUP_MEETING)


async def cancelled_make(stage: Stage) -> None:
    await make_activity(stage, ["支委会"], "8月10日", "15:00", "小会议室", agenda=["第一议题材料丁"])


async def cancelled_cancel(stage: Stage) -> None:
    await stage.tap(DESK, "取消活动", COMMITTEE_MEETING)
    await stage.tap(DESK, "取消活动", "确认取消")


# --- ST6: 中秋、国庆节前 -------------------------------------------------------------------------------------------

FILM, HOLIDAY = "9月警示教育", "中秋"
ON_LEAVE = {"乙六": "公差", "丙四": "病假"}
ACK_LATE, ACK_NEVER = "甲九", "丙八"
LAST_PIECE = "甲四"


async def film_make(stage: Stage) -> None:
    await make_activity(stage, ["警示教育"], "9月27日", "15:00", "三楼会议室", by=DISCIPLINE)
    await stage.tap_all([name for name in EXPECTED if name not in ON_LEAVE], "收到", FILM, stage.group.chat)
    for name, kind in ON_LEAVE.items():
        await stage.tap(name, "请假", FILM, stage.group.chat)
        await stage.tap(name, kind, FILM)
        await stage.tap(DESK, "批准", f"【请假审批】{name}")


async def read_reminder(stage: Stage) -> None:
    """23 of 25 read it in time; one is on the road."""
    await stage.tap_all([name for name in EVERYBODY if name not in (ACK_LATE, ACK_NEVER)], "已阅", HOLIDAY)


async def film_door(stage: Stage) -> None:
    await sign_in(stage, [name for name in EXPECTED if name not in ON_LEAVE], FILM)


async def cadre_task(stage: Stage) -> None:
    """The discipline officer asks the cadres for one piece each, by 9 October."""
    await stage.say(DISCIPLINE, "布置心得")
    await stage.tap(DISCIPLINE, "9月27日", "请选择心得关联")
    await stage.tap(DISCIPLINE, "科级以上", "请选择对象")
    await stage.say(DISCIPLINE, "10月9日")
    await stage.tap(DISCIPLINE, "布置", "核对无误")


async def film_makeups(stage: Stage) -> None:
    for name in ON_LEAVE:
        await make_up(stage, name, FILM, "已补看警示教育片。")


async def hand_in(stage: Stage, names: Iterable[str]) -> None:
    for name in names:
        await stage.tap(name, "交心得", "【心得体会】")
        await stage.say(name, "观看警示教育片，深受触动。今后将时刻绷紧纪律规矩之弦，知敬畏、存戒惧、守底线。")
        await stage.tap(name, "提交", "【交心得】")
        reviewer = STUDY_OFFICER if name != STUDY_OFFICER else DISCIPLINE
        await stage.tap(reviewer, "通过", f"【心得审阅】{name}")


STEPS: list[Step] = [
    ("2023-07-04 09:30", july_make),
    ("2023-07-04 10:00", july_reply),
    ("2023-07-04 16:00", july_leave),
    ("2023-07-05 12:30", july_nudged),
    ("2023-07-07 14:20", july_door),
    ("2023-07-07 14:42", july_late),
    ("2023-07-07 16:40", july_settle),
    ("2023-07-12 19:00", lambda stage: make_up(stage, "甲五", JULY, "已自学主题党日材料，并作笔记。")),
    ("2023-07-14 19:00", lambda stage: make_up(stage, "乙四", JULY, "已补学主题党日材料。")),
    ("2023-07-28 10:00", august_plan),
    ("2023-07-31 09:30", committee_make),
    ("2023-08-01 10:00", august_withdraw),
    ("2023-08-01 14:25", committee_hold),
    ("2023-08-01 16:40", lambda stage: settle(stage, COMMITTEE_MEETING)),
    ("2023-08-02 09:30", august_make),
    ("2023-08-04 14:20", august_door),
    ("2023-08-04 16:40", lambda stage: settle(stage, AUGUST)),
    ("2023-08-07 09:30", group_make),
    ("2023-08-08 15:50", group_hold),
    ("2023-08-08 18:10", lambda stage: settle(stage, GROUP_MEETING, by="甲三")),
    ("2023-08-09 09:30", cancelled_make),
    ("2023-08-09 17:00", cancelled_cancel),
    ("2023-08-16 17:00", register.guidance),
    ("2023-08-16 17:20", register.publish),
    ("2023-08-16 20:00", lambda stage: study(stage, [name for name in FIRST if name in EXPECTED], (1, 2, 3))),
    ("2023-08-18 10:00", register.draw_up),
    ("2023-08-18 10:30", register.projects),
    ("2023-08-25 20:00", lambda stage: study(stage, [name for name in SECOND if name in EXPECTED], (1, 2, 3))),
    ("2023-08-28 19:30", lambda stage: study(stage, [name for name in THIRD if name in EXPECTED], (1, 2))),
    ("2023-08-31 19:00", lambda stage: study(stage, [name for name in THIRD if name in EXPECTED], (3,))),
    ("2023-09-05 16:00", register.put_right),
    ("2023-09-05 20:00", lambda stage: done(stage, BY_5_SEPTEMBER)),
    ("2023-09-18 09:30", register.serve),
    ("2023-09-25 09:30", film_make),
    ("2023-09-26 10:00", read_reminder),
    ("2023-09-27 14:50", film_door),
    ("2023-09-27 17:10", lambda stage: settle(stage, FILM)),
    ("2023-09-27 17:30", cadre_task),
    ("2023-09-28 19:00", film_makeups),
    ("2023-09-28 20:00", lambda stage: hand_in(stage, [name for name in CADRES if name != LAST_PIECE])),
    ("2023-10-01 09:00", lambda stage: stage.tap_all([ACK_LATE], "已阅", HOLIDAY)),
    ("2023-10-08 21:00", lambda stage: hand_in(stage, [LAST_PIECE])),
    ("2023-10-12 20:00", lambda stage: done(stage, AFTER_CUT_OFF)),
]
