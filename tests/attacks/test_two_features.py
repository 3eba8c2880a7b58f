"""Ways round a right that need two features: an office that ends in the middle, two acts at once, a day at a boundary,
a person in two places; each tried through the whole bot.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from bot.features.accounts import binding, service
from bot.features.leave.buttons import DecideLeave
from bot.features.offices import service as offices
from bot.features.privacy.erasure import IN_OFFICE_ELSEWHERE
from bot.features.roster_files import handlers as importing
from bot.features.roster_files.reading.rows import RosterRow
from bot.features.roster_files.service import import_roster
from bot.kit import photos
from bot.kit.access import NO_RIGHT
from bot.kit.dialog import ELSEWHERE
from bot.kit.edge import NOT_YOURS
from storage.choices import Duty, LeaveState
from storage.engine import Storage
from storage.models.activity import Activity
from storage.models.attendance import LeaveRequest
from storage.models.audit import Audit
from storage.models.dialog import Dialog
from storage.models.invite import Invite
from storage.models.notice import Notice
from storage.models.person import DutySpan, Person
from storage.models.reminder import ReminderPlan
from tests.features.todo.august import local
from tests.world import World, alive, begun, prepare

SECOND = "第二支部"
NEW = 9_700


@pytest.fixture
async def bot(chat_url: str, request: pytest.FixtureRequest) -> AsyncIterator[World]:
    """The base branch; 甲一 keeps a second one as well, of which 丁一 is a member."""
    now = local(getattr(request, "param", "2023-07-03 09:30"))
    with Storage(chat_url) as storage:
        cast = prepare(storage, now)
        with storage.transaction() as session:
            second = service.add_branch(session, SECOND, None, now)
            row = RosterRow(name="丁一", group="第一党小组")
            import_roster(session, second, [row], now=now, since=date(2023, 1, 1))
            offices.give(session, second, Duty.SECRETARY, "甲一", now, cast.branch_id)
        async with alive(storage, cast, now) as there:
            there.playground.person(NEW, "某")
            yield there


async def do(bot: World, act: Callable[[Session], Any]) -> None:
    await bot.storage.write(lambda session: act(session) and None)


def look(bot: World, query: Any) -> Any:
    with bot.storage.reading() as session:
        return session.scalar(query)


def second_of(bot: World) -> int:
    return int(look(bot, select(Person.branch_id).where(Person.name == "丁一")))


async def switch(bot: World, name: str, place: str) -> None:
    await bot.stage.say(name, "切换支部")
    chat = bot.stage.people[name].chat
    card = chat.from_bot[-1]
    label = next(label for label in card.labels if label.startswith(place))
    await bot.stage.tap(name, label)


async def tapped(bot: World, name: str, message: Any, label_or_data: str) -> str:
    data = message.button(label_or_data).data if label_or_data in message.labels else label_or_data
    tap = await bot.stage.people[name].tap_data(message, data)
    await bot.clock.settle()
    return tap.toast or ""


async def later(bot: World) -> None:
    """A link that is to move somebody is made after the binding."""
    await bot.clock.travel(bot.clock.now() + timedelta(minutes=5))


def end(bot: World, name: str, place: int, day: date) -> Callable[[Session], Any]:
    mine = (DutySpan.person_id == bot.cast[name], DutySpan.organisation_id == place)
    return lambda session: session.execute(update(DutySpan).where(*mine).values(to_on=day))


async def test_a_photo_goes_round_no_right(bot: World) -> None:
    """The office ends between a photo and its tick: the day of a file to import, which would show the whole roster."""
    desk = bot.stage.people["甲二"]
    open_id = begun(bot, "甲二", importing.MOVE, rows=[{"name": "丁九"}], since="2023-07-01", shown="", file="xlsx")
    await desk.photo(caption="7月2日")
    await bot.clock.settle()
    asked = desk.chat.from_bot[-1]
    assert "确认不涉密" in asked.labels
    await do(bot, end(bot, "甲二", bot.cast.branch_id, bot.clock.now().date()))
    assert await tapped(bot, "甲二", asked, "确认不涉密") == NO_RIGHT
    assert desk.chat.from_bot[-1] is asked
    assert look(bot, select(Dialog.draft).where(Dialog.id == open_id))["since"] == "2023-07-01"
    # The next one is not even held.
    await desk.photo(caption="7月3日")
    await bot.clock.settle()
    assert [message.text for message in desk.chat.from_bot[-2:]] == [asked.text, NO_RIGHT]


@pytest.mark.parametrize("button", [photos.ConfirmPhotos, photos.DropPhotos])
async def test_what_a_photo_answers_is_not_read_in_the_group(bot: World, button: Any) -> None:
    desk, group = bot.stage.people["甲二"], bot.stage.group
    open_id = begun(bot, "甲二", importing.MOVE, rows=[{"name": "丁九"}], since="2023-07-01", shown="", file="xlsx")
    await desk.photo(caption="7月2日")
    await group.say(desk, f"/todo@{bot.playground.bot.username}")
    await bot.clock.settle()
    said = [message.text for message in group.chat.from_bot]
    assert await tapped(bot, "甲二", group.chat.last, button(open_id).pack()) == NO_RIGHT
    assert [message.text for message in group.chat.from_bot] == said
    await tapped(bot, "甲二", desk.chat.from_bot[-1], "确认不涉密")
    assert look(bot, select(Dialog.draft).where(Dialog.step == importing.LOOK))["since"] == "2023-07-02"


async def test_a_notice_of_a_branch_that_is_no_longer_one_s_own_goes_to_no_other(bot: World) -> None:
    """The office of the second branch ends between 预览 and 发送; the first branch's group was to get it."""
    await switch(bot, "甲一", SECOND)
    await bot.stage.say("甲一", "发通知")
    await bot.stage.say("甲一", "第二支部的事")
    preview = bot.stage.people["甲一"].chat.from_bot[-1]
    await do(bot, end(bot, "甲一", second_of(bot), bot.clock.now().date()))
    assert await tapped(bot, "甲一", preview, "发送") == ELSEWHERE
    assert look(bot, select(func.count()).select_from(Notice)) == 0
    assert len(bot.stage.group.chat.from_bot) == 0


@pytest.mark.parametrize("bot", ["2023-07-03 23:58"], indirect=True)
async def test_at_midnight_the_office_is_over_and_so_is_its_draft(bot: World) -> None:
    """The last day of the office is the day before `to_on`: 23:59 still goes, 00:00 does not."""
    await do(bot, end(bot, "甲一", bot.cast.branch_id, date(2023, 7, 4)))
    for text, minutes, count in (("在任", 0, 1), ("卸任", 3, 1)):
        await bot.stage.say("甲一", "发通知")
        await bot.stage.say("甲一", text)
        preview = bot.stage.people["甲一"].chat.from_bot[-1]
        await bot.clock.travel(bot.clock.now() + timedelta(minutes=minutes))
        await tapped(bot, "甲一", preview, "发送")
        assert look(bot, select(func.count()).select_from(Notice)) == count, text


async def test_a_page_of_one_branch_changes_nothing_in_another(bot: World) -> None:
    """立即清理 and the timing of reminders name no row: shown in the second branch, tapped once that is lost."""
    await switch(bot, "甲一", SECOND)
    await bot.stage.say("甲一", "节前提醒")
    page = bot.stage.people["甲一"].chat.from_bot[-1]
    await bot.stage.say("甲一", "党员")
    people = bot.stage.people["甲一"].chat.from_bot[-1]
    await switch(bot, "甲一", "示范党支部")
    # Where it is still one's own it is that branch's, whatever is chosen now.
    await tapped(bot, "甲一", people, "全部邀请")
    await bot.stage.tap("甲一", "确认生成")
    invited = look(bot, select(Invite.branch_id))
    assert invited == second_of(bot)
    await do(bot, end(bot, "甲一", second_of(bot), bot.clock.now().date()))
    for message in (page, people):
        for line in message.buttons:
            for button in line:
                if button.data and "@" in button.data:
                    assert await tapped(bot, "甲一", message, button.data) == NOT_YOURS, button.data
    assert look(bot, select(func.count()).select_from(ReminderPlan)) == 0


async def test_a_link_kept_for_the_day_after_the_hand_over(bot: World) -> None:
    """组织委员 makes a member's link for a new phone; the member becomes secretary; the link sits down on the seat."""
    await later(bot)
    await bot.stage.say("甲二", "党员")
    card = bot.stage.people["甲二"].chat.from_bot[-1]
    await tapped(bot, "甲二", card, f"pn:{bot.cast['甲五']}")
    link = next(one.text for one in bot.stage.people["甲二"].chat.from_bot if "start=i_" in one.text)
    payload = "i_" + link.partition("start=i_")[2].split()[0]
    await bot.stage.say("甲一", "移交书记")
    await tapped(bot, "甲一", bot.stage.people["甲一"].chat.from_bot[-1], f"hv:{bot.cast['甲五']}:1")
    intruder = bot.playground.person(NEW, "某")
    await intruder.start(payload)
    await bot.clock.settle()
    assert intruder.chat.from_bot[-1].text == binding.NOT_VALID
    assert look(bot, select(Person.telegram_id).where(Person.name == "甲五")) == bot.cast.account("甲五")


async def test_the_desk_moves_nobody_s_office_and_the_secretary_hears_of_what_it_may(bot: World) -> None:
    """The deputy's account is not 组织委员's; 宣传委员's is, and the secretary is told of it once."""
    await later(bot)
    card = await bot.stage.people["甲二"].start()
    await bot.clock.settle()
    for name in ("乙一", "甲一"):
        for data in (f"pn:{bot.cast[name]}", f"px:{bot.cast[name]}:1"):
            tap = await bot.stage.people["甲二"].tap_data(card, data)
            await bot.clock.settle()
            assert "账号" in (tap.toast or ""), data
    await bot.stage.people["甲二"].tap_data(card, f"pn:{bot.cast['丙一']}")
    await bot.clock.settle()
    link = next(one.text for one in bot.stage.people["甲二"].chat.from_bot if "start=i_" in one.text)
    player = bot.playground.person(NEW, "某")
    for _ in range(2):
        await player.start("i_" + link.partition("start=i_")[2].split()[0])
        await bot.clock.settle()
    told = [one.text for one in bot.stage.people["甲一"].chat.from_bot if "丙一" in one.text and "新的账号" in one.text]
    assert len(told) == 1


async def test_two_hand_overs_at_once_make_one_secretary(bot: World) -> None:
    await bot.stage.say("甲一", "移交书记")
    card = bot.stage.people["甲一"].chat.from_bot[-1]
    taps = [bot.stage.people["甲一"].tap_data(card, f"hv:{bot.cast[name]}:1") for name in ("甲五", "丙四")]
    await asyncio.gather(*taps)
    await bot.clock.settle()
    sits = (DutySpan.organisation_id == bot.cast.branch_id, DutySpan.duty == Duty.SECRETARY, DutySpan.to_on.is_(None))
    assert look(bot, select(func.count()).select_from(DutySpan).where(*sits)) == 1


async def test_an_erasure_begun_in_office_is_not_ended_out_of_it(bot: World) -> None:
    """Handed over between the first and the second question."""
    await bot.stage.say("甲一", "数据管理")
    await bot.stage.tap("甲一", "注销数据")
    await bot.stage.tap("甲一", "下一页", "【注销数据】")
    await bot.stage.tap("甲一", "丙三")
    asked = bot.stage.people["甲一"].chat.find("【注销数据】丙三")
    await tapped(bot, "甲一", asked, "继续注销")
    again = bot.stage.people["甲一"].chat.find("再次确认")
    card = await bot.stage.people["甲一"].start()
    await bot.stage.people["甲一"].tap_data(card, f"hv:{bot.cast['甲五']}:1")
    await bot.clock.settle()
    assert await tapped(bot, "甲一", again, "确认注销") == NO_RIGHT
    assert look(bot, select(Person.erased_at).where(Person.name == "丙三")) is None


async def test_nobody_erases_the_officer_of_another_branch(bot: World) -> None:
    """丙四, of the first branch, keeps the third: its seat would be gone with the account."""
    now = bot.clock.now()

    def serves(session: Session) -> bool:
        third = service.add_branch(session, "第三支部", None, now)
        offices.give(session, third, Duty.SECRETARY, "丙四", now, bot.cast.branch_id)
        return True

    await do(bot, serves)
    await bot.stage.say("甲一", "数据管理")
    await bot.stage.tap("甲一", "注销数据")
    card = bot.stage.people["甲一"].chat.from_bot[-1]
    assert await tapped(bot, "甲一", card, f"ep:{bot.cast['丙四']}") == IN_OFFICE_ELSEWHERE


async def test_a_file_makes_nobody_secretary_who_is_not_asked(bot: World) -> None:
    """The secretary's last day is today, known since yesterday: 组织委员 brings a file with the own name."""
    tomorrow = bot.clock.now().date() + timedelta(days=1)
    await do(bot, end(bot, "甲一", bot.cast.branch_id, tomorrow))
    await bot.stage.say("甲二", "导入名册")
    table = "姓名,党小组,党内职务\n甲二,第一党小组,书记\n".encode()
    await bot.stage.people["甲二"].upload_document("名册.csv", table)
    await bot.clock.settle()
    assert "请由书记本人导入" in bot.stage.people["甲二"].chat.from_bot[-1].text
    assert not any(message.labels for message in bot.stage.people["甲二"].chat.from_bot[-1:])


async def test_one_s_own_leave_is_not_one_s_own_in_another_place_either(bot: World) -> None:
    """甲一 acts for the second branch, where nobody else may approve anything; the leave is of the first."""
    now = bot.clock.now()

    def asked(session: Session) -> bool:
        activity = Activity(
            branch_id=bot.cast.branch_id,
            title="党课",
            planned_on=now.date(),
            start_at=now + timedelta(days=1),
            end_at=now + timedelta(days=1, hours=2),
            place="会议室",
            created_by_id=bot.cast["甲二"],
            created_at=now,
        )
        session.add(activity)
        session.flush()
        session.add(
            LeaveRequest(
                activity_id=activity.id,
                person_id=bot.cast["甲一"],
                type="sick",
                requested_at=now,
            )
        )
        session.flush()
        return True

    await do(bot, asked)
    await switch(bot, "甲一", SECOND)
    number = int(look(bot, select(LeaveRequest.id)))
    card = bot.stage.people["甲一"].chat.from_bot[-1]
    tap = await bot.stage.people["甲一"].tap_data(card, DecideLeave(number, 1).pack())
    await bot.clock.settle()
    assert (tap.toast, look(bot, select(LeaveRequest.state))) != ("已批准", LeaveState.APPROVED)
    assert look(bot, select(LeaveRequest.state)) is LeaveState.PENDING
    assert look(bot, select(func.count()).select_from(Audit).where(Audit.action == "decide")) == 0
