"""The third quarter of 2023 as members lived it: what the demo replays, tap by tap (stories ST1, ST3, ST6)."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence

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
    stage: Stage, types: Sequence[str], day: str, time: str, place: str, *,
    hours: str = "", agenda: Sequence[str] = (), by: str = DESK, group: str = "", way: str = "",
) -> None:  # fmt: skip
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
    await stage.tap(by, "登记完毕", "【点名】")


async def make_up(stage: Stage, name: str, title: str, text: str) -> None:
    await stage.tap(name, "补学材料", title)
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

BOOK, DOCUMENTS = "《论党的自我革命》", ["文件一", "文件二", "文件三"]
ITEMS = [BOOK, "文件一", "文件二"]
AGENDA = {"a": "第一议题材料甲", "b": "第一议题材料乙", "c": "第一议题材料丙", "d": "第一议题材料丁"}
LATE_PAIRS = [("甲七", 0), ("甲七", 1), ("乙五", 0), ("乙五", 1), ("丙四", 1), ("丙四", 2)]
AFTER_CUT_OFF = ("甲九", 2)
NEVER = [("乙七", 1), ("乙七", 2)]


async def august_plan(stage: Stage) -> None:
    """The publicity officer enters the month's theme and its items."""
    await enter_theme(
        stage, STUDY_OFFICER, "8月", "学思践悟强党性", [("书目", BOOK), *(("文件", title) for title in DOCUMENTS)]
    )


async def enter_theme(stage: Stage, by: str, month: str, title: str, items: Sequence[tuple[str, str]]) -> None:
    raise NotImplementedError


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
]
