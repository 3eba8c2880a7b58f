"""One afternoon that is many things at once, entered once: what is typed and tapped, and all that comes of it."""

import io
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import groupby
from typing import Any

import pytest
from docx import Document
from sqlalchemy import select

from bot.playground import story
from scheduler.calendar.days import Quarter
from storage.choices import HandInKind, StudyItemKind
from storage.models.activity import Activity
from storage.models.entry import Entry, EntryLink
from storage.models.reflection import ReflectionTask
from storage.models.study import StudyCompletion, StudyItem
from tests.counting import tally
from tests.world import SHANGHAI, World, world

SEC, AWAY, MISSING = "甲一", "甲五", "丙三"
TITLE, PAPER, TYPED_ITEM = "7月缅怀先烈主题党日", "关于加强党的政治建设的意见", "在纪念大会上的讲话"
TOPIC, LECTURE, FILM = "传承红色基因", "坚定理想信念", "《永远吹冲锋号》"
SITE, PARTNER = "某故居", "某中心党支部"
FACTS = (TITLE, TYPED_ITEM, TOPIC, LECTURE, FILM, SITE, PARTNER, "7月14日", "14:30", "三楼会议室")


@pytest.fixture
async def bot(sqlite_url: str) -> AsyncIterator[World]:
    async with world(sqlite_url, "2023-07-11 09:00") as there:
        yield there


@dataclass
class Secretary:
    """Acts as the secretary, and remembers what was typed and tapped, and what the bot asked to be sent or chosen."""

    bot: World
    typed: list[str] = field(default_factory=list)
    tapped: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    async def say(self, *texts: str) -> None:
        for text in texts:
            self.typed.append(text)
            await self.bot.stage.say(SEC, text)
            self._hear()

    async def tap(self, label: str, about: str = "") -> None:
        """Whatever is tapped is taken."""
        self.tapped.append(label)
        tap = await self.bot.stage.tap(SEC, label, about)
        assert "失效" not in tap.toast, label
        self._hear()

    @property
    def read(self) -> str:
        return self.bot.stage.people[SEC].chat.last.text

    @property
    def labels(self) -> list[str]:
        return self.bot.stage.people[SEC].chat.last.labels

    def _hear(self) -> None:
        """A question stands in the last line of what is filled in."""
        line = self.read.splitlines()[-1] if self.read else ""
        if line.startswith(("请发送", "请勾选", "请选择")) and line != "请选择要填写的内容。":
            self.asked.append(line)

    async def open(self, label: str) -> None:
        if label not in self.labels:
            await self.tap("更多内容")
        await self.tap(label)

    async def fill(self, label: str, text: str) -> None:
        await self.open(label)
        await self.say(text)


def figures(bot: World) -> dict[str, Any]:
    with bot.storage.reading() as session:
        return dict(tally(session, bot.cast.branch_id, Quarter(2023, 3), bot.clock.now(), SHANGHAI).figures)


def give_out(bot: World) -> None:
    """The month's document, which is studied at the meeting too."""
    with bot.storage.transaction() as session:
        session.add(
            StudyItem(
                branch_id=bot.cast.branch_id, kind=StudyItemKind.DOCUMENT, title=PAPER, assigned_on=date(2023, 7, 3),
                due_on=date(2023, 7, 31), created_by_id=bot.cast[SEC], created_at=datetime(2023, 7, 3, tzinfo=SHANGHAI),
            )
        )  # fmt: skip


async def plan(one: Secretary) -> None:
    """Eleven facts are typed; the document is ticked."""
    await one.say("建活动", "主题党日、党课、集中研讨、警示教育、参观红色教育基地", "7月14日", "14:30", "三楼会议室")
    await one.fill("标题", TITLE)
    await one.tap("学时")
    await one.tap("4学时")
    await one.tap("授课人")
    await one.tap(SEC)
    await one.fill("研讨题目", TOPIC)
    await one.tap("第一议题")
    await one.tap(PAPER)
    await one.say(TYPED_ITEM)
    await one.fill("党课题目", LECTURE)
    await one.fill("观看内容", FILM)
    await one.fill("点位", SITE)
    await one.open("主办")
    await one.tap("联合开展")
    await one.fill("共建单位", PARTNER)
    await one.tap("发布")


async def take_part(bot: World) -> None:
    """One is on leave, one does not come; everybody else taps."""
    await bot.stage.tap(AWAY, "请假", TITLE, bot.stage.group.chat)
    await bot.stage.tap(AWAY, "公差", TITLE)
    await bot.stage.tap(story.DESK, "批准", f"【请假审批】{AWAY}")
    await bot.stage.at("2023-07-14 14:20")
    await story.sign_in(bot.stage, [name for name in story.EXPECTED if name not in (AWAY, MISSING)], TITLE)
    await bot.stage.at("2023-07-14 16:40")


async def follow(one: Secretary) -> None:
    """The roll, and all that follows from it below it: each opens filled in, and one tap does it."""
    await one.say(f"全部到会，除{MISSING}")
    await one.tap("确认登记")
    rolled = f"考勤已登记：{TITLE}"
    assert one.labels == ["布置心得", "布置自查", "登记对标共建", "登记红色基地"]
    for act, title in (("布置心得", f"{TITLE}心得体会"), ("布置自查", f"{TITLE}自查表")):
        await one.tap(act, rolled)
        filled = [f"【{act}】{title}", f"关联：{TITLE}", "对象：全体党员", "截止日期：7月28日（周五）"]
        assert one.read.splitlines()[:4] == filled
        await one.tap("布置并通知", f"【{act}】")
    await one.tap("登记对标共建", rolled)
    said = ["共建单位：某中心党支部", "形式：主题党日", "日期：2023年7月14日", f"内容：{TOPIC}"]
    assert one.read.splitlines()[1:5] == said
    await one.tap("保存", "【登记】对标共建")
    await one.tap("登记红色基地", rolled)
    assert f"名称：{SITE}" in one.read
    await one.tap("故居旧址")
    await one.tap("保存", "【登记】红色基地名录")


async def write_minutes(one: Secretary) -> None:
    """Who presided and who writes is said once, for each of the five."""
    await one.say("考勤")
    await one.tap(f"7月14日 {TITLE[:5]}")
    assert {"查看心得", "查看自查表"} <= set(one.labels)
    assert not {"布置心得", "布置自查", "登记对标共建", "登记红色基地"} & set(one.labels)
    await one.tap("会议记录")
    await one.tap("主题党日")
    assert f"第一议题：{PAPER}；{TYPED_ITEM}" in one.read
    assert f"心得体会：{TITLE}心得体会，7月28日（含）前提交" in one.read
    await one.tap("填写记录")
    assert one.read.endswith("还缺主持人、记录人、发言要点，补充后再点“完成”。")
    await one.tap("主持人")
    await one.tap(SEC)
    await one.tap("记录人")
    await one.tap(story.DESK)
    await one.tap("发言要点")
    await one.say("甲三：感受很深。")
    await one.tap("完成")
    await one.tap("查看记录")
    await one.tap("本次活动")
    await one.tap("警示教育")
    assert f"主持：{SEC}，记录：{story.DESK}" in one.read
    assert f"观看内容：{FILM}" in one.read
    await one.tap("填写记录")
    assert one.read.endswith("还缺发言要点，补充后再点“完成”。")
    await one.tap("取消")


def check_nothing_twice(one: Secretary) -> None:
    """What was typed, and no fact of it in two messages; nothing was asked in two places."""
    assert one.typed == [
        "建活动", "主题党日、党课、集中研讨、警示教育、参观红色教育基地", "7月14日", "14:30", "三楼会议室", TITLE,
        TOPIC, TYPED_ITEM, LECTURE, FILM, SITE, PARTNER, f"全部到会，除{MISSING}", "考勤", "甲三：感受很深。",
    ]  # fmt: skip
    assert [fact for fact in FACTS if sum(fact in text for text in one.typed) != 1] == []
    questions = [line for line, _ in groupby(one.asked)]
    assert sorted(questions) == sorted(set(questions))
    after = one.tapped[one.tapped.index("确认登记") + 1 :]
    assert after[:9] == [
        "布置心得", "布置并通知", "布置自查", "布置并通知", "登记对标共建", "保存", "登记红色基地", "故居旧址", "保存",
    ]  # fmt: skip
    print("typed:", *one.typed, sep="\n  ")
    print("tapped:", *one.tapped, sep="\n  ")


def check_the_activity(counted: dict[str, Any]) -> None:
    """Attendance, hours, first agenda, the visit, the lecture: of the one entry."""
    for name in ("theme_party_day", "party_lecture", "group_discussion", "warning_education", "red_site_visit"):
        one = counted["by_type"][name]
        assert (one["count"], one["expected"], one["present"], one["leave"], one["absent"]) == (1, 23, 21, 1, 1), name
        assert (str(one["attendance_rate"]), str(one["coverage_rate"])) == ("91.3", "95.7")
    assert (len(counted["hours"]), set(counted["hours"].values())) == (22, {4})
    assert (counted["first_agenda_items"], counted["first_agenda_mentions"]) == (2, 2)
    visits = counted["red_site_visits"]
    assert (visits["activities"], visits["sites"], visits["partners"]) == (1, 1, [PARTNER])
    assert visits["by_type"] == {"former_residence": 1}
    assert counted["party_lectures_by_secretary"] == 1


def check_what_follows(bot: World, counted: dict[str, Any]) -> None:
    """Two tasks for 23 people each, one event together, one site on the list; nobody learned a document by it."""
    [task] = counted["reflections"].values()
    assert (task["expected"], task["pieces"]) == (23, 0)
    assert (counted["cobuild_events"], counted["red_sites"]["listed"]) == (1, 1)
    assert counted["study"]["completed_pairs"] == 0
    with bot.storage.reading() as session:
        activity = session.scalars(select(Activity)).one()
        tasks = session.scalars(select(ReflectionTask).order_by(ReflectionTask.id)).all()
        assert [(one.kind, one.activity_id) for one in tasks] == [
            (HandInKind.REFLECTION, activity.id),
            (HandInKind.SELF_CHECK, activity.id),
        ]
        linked = select(Entry.kind).join(EntryLink, EntryLink.entry_id == Entry.id)
        named = session.scalars(linked.where(EntryLink.activity_id == activity.id).order_by(Entry.id)).all()
        assert named == ["cobuild_event", "red_site"]
        assert session.scalars(select(StudyCompletion)).all() == []


async def check_the_papers(one: Secretary) -> None:
    """Five records in one paper, each with what was typed once."""
    await one.say("会议记录")
    await one.tap("7月14日")
    await one.tap("导出全部")
    attachment = one.bot.stage.people[SEC].chat.last.attachment
    assert attachment is not None
    here: Any = Document(io.BytesIO(attachment.content))
    cells = [cell.text for table in here.tables for row in table.rows for cell in row.cells]
    lines = [line.text for line in here.paragraphs]
    for said in (TOPIC, LECTURE, FILM, SITE, PARTNER, f"{AWAY}（公差）、{MISSING}（缺席）"):
        assert said in cells, said
    assert {f"1. {PAPER}", f"2. {TYPED_ITEM}", "甲三：感受很深。"} <= set(lines)
    assert f"1. 心得体会：{TITLE}心得体会，7月28日（含）前提交" in lines


@pytest.mark.long
async def test_an_afternoon_is_entered_once(bot: World) -> None:
    give_out(bot)
    one = Secretary(bot)
    await plan(one)
    await take_part(bot)
    await follow(one)
    await write_minutes(one)
    check_nothing_twice(one)
    await story.make_up(bot.stage, AWAY, TITLE, "已补学。")
    for act, said in (("布置心得", "【心得任务】"), ("布置自查", "【自查表任务】")):
        await bot.stage.tap(SEC, act, f"考勤已登记：{TITLE}")
        assert one.read.startswith(said)
    for act in ("登记对标共建", "登记红色基地"):
        again = await bot.stage.tap(SEC, act, f"考勤已登记：{TITLE}")
        assert "这项活动已登记" in again.toast
    counted = figures(bot)
    check_the_activity(counted)
    check_what_follows(bot, counted)
    await check_the_papers(one)
    await bot.stage.say(AWAY, "我的记录")
    assert "应参加1次，请假1次，补学1次，累计4学时（2023年共4学时）" in bot.stage.people[AWAY].chat.last.text
