"""每月重复 (R11): on which day, when and to whom it is proposed, and that a month is decided once."""

from collections.abc import AsyncIterator
from datetime import date, datetime

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from bot.features.activities import monthly, proposing
from bot.kit.refusal import Refusal
from scheduler.calendar.days import BUNDLED
from storage.engine import Storage
from storage.models.activity import Activity
from storage.models.audit import Audit
from storage.models.person import DutySpan, Person
from storage.models.recurrence import Recurrence, RecurrenceMonth
from tests.features.activities.desk import SHANGHAI, Desk, refused
from tests.taps import Cost, Counted
from tests.world import World, world

SEC, ORG, LEADER, PUB = "甲一", "甲二", "甲三", "丙一"
ANSWERS = {"types": ["theme_party_day"], "place": "三楼会议室", "time": "14:30"}


def local(when: str) -> datetime:
    return datetime.fromisoformat(when).replace(tzinfo=SHANGHAI)


def row(week: int | None, weekday: int | None, month_day: int | None = None) -> Recurrence:
    return Recurrence(week=week, weekday=weekday, month_day=month_day, clock="14:30", answers={}, title="主题党日")


@pytest.mark.parametrize(
    ("which", "month", "day"),
    [
        (row(1, 4), "2023-08-01", "2023-08-04"),
        (row(1, 4), "2023-09-01", "2023-09-01"),
        (row(3, 2), "2023-08-01", "2023-08-16"),
        (row(-1, 4), "2023-08-01", "2023-08-25"),
        (row(-1, 4), "2023-09-01", "2023-09-29"),
        (row(5, 4), "2023-08-01", "2023-08-25"),
        (row(None, None, 7), "2023-08-01", "2023-08-07"),
        (row(None, None, 31), "2023-09-01", "2023-09-30"),
        (row(None, None, 31), "2024-02-01", "2024-02-29"),
        (row(-1, 0), "2023-12-01", "2023-12-25"),
    ],
)
def test_the_day_of_a_month(which: Recurrence, month: str, day: str) -> None:
    assert f"{monthly.day_of(which, date.fromisoformat(month))}" == day


@pytest.mark.parametrize(
    ("which", "month", "day"),
    [
        # A working day stays; the holiday moves behind it; a Saturday to the Monday.
        (row(1, 4), "2023-08-01", "2023-08-04"),
        (row(1, 4), "2023-10-01", "2023-10-07"),
        (row(None, None, 5), "2023-08-01", "2023-08-07"),
        # Where that is another month, or more than a week away, to the last working day before.
        (row(-1, 4), "2023-09-01", "2023-09-28"),
        (row(None, None, 31), "2023-12-01", "2023-12-29"),
        (row(None, None, 29), "2023-09-01", "2023-09-28"),
        # Where that is another month's as well, to the next, however far.
        (row(None, None, 1), "2025-10-01", "2025-10-09"),
        (row(1, 2), "2025-10-01", "2025-10-09"),
    ],
)
def test_a_day_off_moves_within_its_month(which: Recurrence, month: str, day: str) -> None:
    assert f"{monthly.proposed(which, date.fromisoformat(month), BUNDLED)}" == day


@pytest.mark.parametrize(
    ("day", "weeks"),
    [("2023-08-04", [1]), ("2023-08-25", [4, -1]), ("2023-09-29", [-1]), ("2023-08-18", [3])],
)
def test_which_friday_it_is(day: str, weeks: list[int]) -> None:
    assert monthly.weeks_of(date.fromisoformat(day)) == weeks


def test_it_is_near_from_five_working_days_before_until_the_day() -> None:
    which = row(1, 4)
    days = [date(2023, 7, 20 + number) if number < 12 else date(2023, 8, number - 11) for number in range(18)]
    near = [
        day for day in days if any(month == date(2023, 8, 1) for month, _ in monthly.months_due(which, day, BUNDLED))
    ]
    assert (near[0], near[-1]) == (date(2023, 7, 28), date(2023, 8, 3))


# --- on both databases -----------------------------------------------------------------------------------------------


class Monthly(Desk):
    def begin(self, by: str = SEC, week: int = 1, **answers: object) -> Recurrence:
        said = {**ANSWERS, **answers}
        return monthly.start(
            self.session, self.me(by), "主题党日", said, date(2023, 7, 7), "14:30", week, local("2023-07-04 10:00")
        )

    def proposals(self, day: str) -> list[tuple[str, str]]:
        """Keys and to whom."""
        self.session.flush()
        names = {number: name for name, number in self.cast.people.items()}
        found = proposing.proposals(self.session, self.cast.branch_id, date.fromisoformat(day), SHANGHAI)
        return [(one.keys[0], names[one.person_id or 0]) for one in found]


def test_it_is_proposed_to_who_made_it_else_to_the_officer(storage: Storage) -> None:
    with storage.transaction() as session:
        desk = Monthly(session)
        made = desk.begin()
        key = f"monthly_proposal:{made.id}:202308:0"
        assert desk.proposals("2023-07-27") == []
        assert desk.proposals("2023-07-28") == [(key, SEC)]
        # A day later, after an outage, the same promise; on the day itself none any more.
        assert desk.proposals("2023-08-03") == [(key, SEC)]
        assert desk.proposals("2023-08-04") == []
        session.execute(update(Person).where(Person.id == desk.cast[SEC]).values(reachable=False))
        assert desk.proposals("2023-07-28") == [(key, ORG)]
        session.execute(update(Person).where(Person.id == desk.cast[SEC]).values(reachable=True))
        session.execute(update(DutySpan).where(DutySpan.person_id == desk.cast[SEC]).values(to_on=date(2023, 7, 20)))
        assert desk.proposals("2023-07-28") == [(key, ORG)]


def test_a_month_is_decided_once(storage: Storage) -> None:
    with storage.transaction() as session:
        desk = Monthly(session)
        made, month, now = desk.begin(), date(2023, 8, 1), local("2023-07-28 09:10")
        monthly.decide(session, desk.me(SEC), made.id, month, None, now)
        with refused(monthly.DECIDED):
            monthly.decide(session, desk.me(ORG), made.id, month, desk.activity.id, now)
        assert desk.proposals("2023-07-28") == []
        assert session.scalars(select(RecurrenceMonth)).one().activity_id is None
        monthly.decide(session, desk.me(ORG), made.id, date(2023, 9, 1), desk.activity.id, now)
        acts = session.execute(select(Audit.action, Audit.subject).where(Audit.subject == "recurrence")).all()
        assert [tuple(one) for one in acts] == [
            ("make", "recurrence"),
            ("decide", "recurrence"),
            ("decide", "recurrence"),
        ]


def test_what_is_ended_is_proposed_no_more(storage: Storage) -> None:
    with storage.transaction() as session:
        desk = Monthly(session)
        made, now = desk.begin(), local("2023-07-28 08:00")
        monthly.end(session, desk.me(ORG), made.id, now)
        monthly.end(session, desk.me(ORG), made.id, now)
        assert desk.proposals("2023-07-28") == []
        about = {"recurrence": made.id, "month": 202308}
        assert proposing.proposal_now(session, about, date(2023, 7, 28)) is None
        with refused(monthly.ENDED):
            monthly.decide(session, desk.me(SEC), made.id, date(2023, 8, 1), None, now)


@pytest.mark.parametrize("name", [LEADER, PUB, "丙四"])
def test_nobody_else_begins_ends_or_decides_it(storage: Storage, name: str) -> None:
    with storage.transaction() as session:
        desk = Monthly(session)
        made, now = desk.begin(), local("2023-07-28 08:00")
        for act in (
            lambda: monthly.end(session, desk.me(name), made.id, now),
            lambda: monthly.decide(session, desk.me(name), made.id, date(2023, 8, 1), None, now),
            lambda: desk.begin(name),
        ):
            with pytest.raises(Refusal):
                act()
        with refused("这项活动已设为每月重复"):
            desk.begin(ORG)


def test_of_many_branches_only_those_that_hold_any_are_asked(storage: Storage) -> None:
    with storage.transaction() as session:
        desk = Monthly(session)
        assert monthly.branches(session) == set()
        desk.begin()
        assert monthly.branches(session) == {desk.cast.branch_id}


# --- in chat ---------------------------------------------------------------------------------------------------------


@pytest.fixture
async def bot(chat_url: str) -> AsyncIterator[World]:
    async with world(chat_url, "2023-07-10 09:00") as there:
        await begin(there)
        yield there


async def begin(bot: World) -> None:
    """7月主题党日, back-filled, its roll completed, then every month on its Friday."""
    for text in ("建活动", "主题党日", "7月7日"):
        await bot.stage.say(SEC, text)
    await bot.stage.tap(SEC, "确认补报")
    for text in ("14:30", "三楼会议室"):
        await bot.stage.say(SEC, text)
    for label in ("发布", "点名", "完成点名", "确认登记"):
        await bot.stage.tap(SEC, label)
    await bot.stage.tap(SEC, "每月重复")
    assert labels(bot) == ["每月第1个周五14:30", "每月7日14:30"]
    await bot.stage.tap(SEC, "每月第1个周五14:30")


def said(bot: World, name: str = SEC) -> str:
    return bot.stage.people[name].chat.last.text


def labels(bot: World, name: str = SEC) -> list[str]:
    return bot.stage.people[name].chat.last.labels


def titles(bot: World) -> list[str]:
    with bot.storage.reading() as session:
        return list(session.scalars(select(Activity.title).order_by(Activity.id)))


def months(bot: World) -> list[tuple[str, int | None]]:
    def of(session: Session) -> list[tuple[str, int | None]]:
        rows = session.scalars(select(RecurrenceMonth).order_by(RecurrenceMonth.month))
        return [(f"{one.month:%Y-%m}", one.activity_id) for one in rows]

    with bot.storage.reading() as session:
        return of(session)


async def test_it_is_proposed_once_and_published_by_one_tap(bot: World) -> None:
    assert said(bot).startswith("已设置：主题党日，每月第1个周五14:30。每次活动前5个工作日提醒您确认，不会自动发布。")
    assert months(bot) == [("2023-07", 1)]
    await bot.stage.at("2023-07-28 08:59")
    assert not any("【每月活动】" in one.text for one in bot.stage.people[SEC].chat.from_bot)
    await bot.stage.at("2023-07-31 12:00")
    cards = [one for one in bot.stage.people[SEC].chat.from_bot if "【每月活动】" in one.text]
    assert [one.text for one in cards] == [
        "【每月活动】8月主题党日：8月4日（周五）14:30，三楼会议室。\n确认后发布通知。"
    ]
    assert titles(bot) == ["7月主题党日"]
    officer = Counted(bot.stage, SEC)
    await officer.tap("发布", "【每月活动】")
    assert officer.cost("publish a month") == Cost(1, 0)
    assert titles(bot) == ["7月主题党日", "8月主题党日"]
    assert "【主题党日通知】8月主题党日" in bot.stage.group.chat.last.text
    # The same card again, and the next morning: nothing more.
    again = await bot.stage.people[SEC].tap_data(cards[0], "yf:1:202308:publish")
    await bot.clock.settle()
    assert again.toast == monthly.DECIDED
    assert cards[0].text == "8月主题党日：8月4日（周五）14:30，三楼会议室。"
    await bot.stage.at("2023-08-02 12:00")
    assert len(titles(bot)) == 2
    assert months(bot) == [("2023-07", 1), ("2023-08", 2)]


async def test_two_officers_at_once_make_one_activity(bot: World) -> None:
    await bot.stage.at("2023-07-28 09:05")
    card = bot.stage.people[SEC].chat.find("【每月活动】")
    there = bot.stage.people[ORG].chat.last
    taps = [
        await bot.stage.people[SEC].tap_data(card, "yf:1:202308:publish"),
        await bot.stage.people[ORG].tap_data(there, "yf:1:202308:skip"),
    ]
    await bot.clock.settle()
    assert titles(bot) == ["7月主题党日", "8月主题党日"]
    assert [tap.toast for tap in taps] == ["已发布，通知正在发送。", monthly.DECIDED]


async def test_a_month_is_left_out_and_the_next_is_asked_for(bot: World) -> None:
    await bot.stage.at("2023-07-28 09:05")
    await bot.stage.tap(SEC, "本月不办", "【每月活动】")
    assert "已登记：8月主题党日不办。" in [one.text for one in bot.stage.people[SEC].chat.from_bot]
    assert titles(bot) == ["7月主题党日"]
    await bot.stage.at("2023-08-25 09:05")
    assert "【每月活动】9月主题党日：9月1日（周五）14:30，三楼会议室。" in said(bot)


async def test_it_is_changed_before_it_is_published(bot: World) -> None:
    await bot.stage.at("2023-07-28 09:05")
    await bot.stage.tap(SEC, "修改", "【每月活动】")
    assert said(bot).startswith("【建活动】主题党日\n时间：8月4日（周五）14:30\n地点：三楼会议室\n")
    await bot.stage.tap(SEC, "日期", "核对无误")
    await bot.stage.say(SEC, "8月11日")
    await bot.stage.tap(SEC, "发布", "核对无误")
    assert titles(bot) == ["7月主题党日", "8月主题党日"]
    assert months(bot) == [("2023-07", 1), ("2023-08", 2)]
    tap = await bot.stage.people[SEC].tap_data(bot.stage.people[SEC].chat.find("【每月活动】"), "yf:1:202308:change")
    await bot.clock.settle()
    assert tap.toast == monthly.DECIDED


async def test_a_holiday_moves_it_and_that_is_said(bot: World) -> None:
    await bot.stage.at("2023-09-27 12:00")
    assert (
        bot.stage.people[SEC]
        .chat.find("【每月活动】10月")
        .text.startswith(
            "【每月活动】10月主题党日：10月7日（周六）14:30，三楼会议室。\n10月6日是休息日，建议改在10月7日。"
        )
    )


async def test_it_is_ended_from_the_list(bot: World) -> None:
    await bot.stage.say(ORG, "建活动")
    await bot.stage.tap(ORG, "每月活动")
    assert said(bot, ORG) == "【每月活动】\n1. 主题党日：每月第1个周五14:30。"
    await bot.stage.tap(ORG, "停止第1项")
    await bot.stage.tap(ORG, "确认停止")
    assert said(bot, ORG) == "已停止：主题党日，每月第1个周五14:30。"
    await bot.stage.at("2023-08-03 12:00")
    assert not any("【每月活动】8月" in one.text for one in bot.stage.people[SEC].chat.from_bot)


async def test_after_an_outage_of_a_day_it_is_proposed_on_the_next(bot: World) -> None:
    bot.clock.jump(local("2023-07-31 08:00"))
    await bot.clock.settle()
    await bot.stage.at("2023-07-31 09:01")
    cards = [one for one in bot.stage.people[SEC].chat.from_bot if "【每月活动】8月" in one.text]
    assert len(cards) == 1


@pytest.mark.parametrize(
    ("month", "near"),
    [("2023-06-01", False), ("2023-07-01", True), ("2023-09-01", True), ("2023-10-01", False), ("2099-12-01", False)],
)
def test_only_a_month_that_may_have_been_proposed_is_decided(month: str, near: bool) -> None:
    assert monthly.is_near(date.fromisoformat(month), date(2023, 8, 15)) is near
