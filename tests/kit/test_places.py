"""Two places, a parted person, a stranger: by tap, word, command, code and a word to a card, whole updates throughout.

Each does the right thing, and touches rows of the right branch only.
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from bot.features.accounts.rebinding_messages import PrintSheet
from bot.features.accounts.service import add_branch
from bot.features.activities import buttons, cards, participation, planning
from bot.features.activities.planning import Plan
from bot.features.notices import cards as notice_cards
from bot.features.offices import service as offices
from bot.features.roster_files.service import import_roster
from bot.kit import doors
from bot.kit.access import NO_RIGHT
from bot.kit.activities import ACTIVITY_CARD, NO_SUCH, OUT_OF_SCOPE
from bot.kit.group_replies import UNBOUND
from bot.kit.words import STRANGER
from bot.playground.chats import Message
from bot.playground.people import Person as Player
from scheduler.jobs import Owed
from scheduler.outbox import promise
from storage.audience import Me, find
from storage.choices import ActivityType, Duty, LeaveType
from storage.engine import Storage
from storage.models.activity import Activity
from storage.models.attendance import Attendance, LeaveRequest
from storage.models.audit import Audit
from storage.models.notice import Receipt
from storage.models.person import Person, RosterSpan
from tests.cast import BASE_BRANCH
from tests.features.todo.august import local
from tests.world import GROUP_ID, SHANGHAI, World, alive, prepare

OPEN = "2023-07-07 14:35"
STARTS = datetime(2023, 7, 7, 14, 30, tzinfo=SHANGHAI)
WHO, LEFT, STRANGE = "丙四", "丙六", 777
# The own branch, the one in which 丙四 keeps the roster, and one that has nothing to do with 丙四.
OWN, SECOND, FOREIGN = "own", "second", "foreign"
MOVED = "您已转出示范党支部。查看本人数据请点“我的数据”。"


@dataclass
class Town:
    """Three branches, each with one activity whose card stands in one group; who did what, by branch."""

    bot: World
    branches: dict[str, int]
    activities: dict[str, int]
    posted: dict[str, Message] = field(default_factory=dict)
    before: int = 0

    @property
    def who(self) -> Player:
        return self.bot.stage.people[WHO]

    async def post(self) -> None:
        for place, activity_id in self.activities.items():
            now = self.bot.clock.now()

            def owed(session: Session, activity_id: int = activity_id, now: datetime = now) -> None:
                shown = cards.render(session, activity_id, GROUP_ID, now, SHANGHAI)
                assert shown is not None
                card = Owed(
                    (f"card:{activity_id}",), shown.to_json(), chat_id=GROUP_ID, card=(ACTIVITY_CARD, activity_id)
                )
                promise(session, card, job=None, branch_id=None, now=now)

            await self.bot.storage.write(owed)
            self.bot.app.sender.wake()
            await self.rest()
            self.posted[place] = self.bot.stage.group.chat.last
        with self.bot.storage.reading() as session:
            self.before = len(session.scalars(select(Audit.id)).all())

    async def acts_for(self, place: str) -> None:
        person_id, organisation_id, now = self.bot.cast[WHO], self.branches[place], self.bot.clock.now()

        def choose(session: Session) -> None:
            me = find(session, self.who.id, now.date())
            assert me is not None
            offices.switch(session, me, organisation_id, now)

        await self.bot.storage.write(choose)
        with self.bot.storage.reading() as session:
            self.before = len(session.scalars(select(Audit.id)).all())
        assert person_id

    async def reply(self, player: Player, text: str, to: str) -> None:
        await self.bot.stage.group.say(player, text, reply_to=self.posted[to])
        await self.rest()

    async def rest(self) -> None:
        """A group takes twenty messages a minute."""
        await self.bot.clock.travel(self.bot.clock.now() + timedelta(seconds=4))

    async def tap(self, player: Player, data: str, place: str) -> str:
        tapped = await player.tap_data(self.posted[place], data)
        await self.bot.clock.settle()
        return tapped.toast

    def rows(self, table: type[Any], *where: Any) -> list[str]:
        """In which branches there are live rows of a table."""
        named = {number: name for name, number in self.activities.items()}
        with self.bot.storage.reading() as session:
            found = session.scalars(select(table.activity_id).where(table.withdrawn_at.is_(None), *where))
            return [named[number] for number in found]

    def noted(self) -> list[tuple[str, str | None]]:
        """The lines of the log since then: what was done, and for which branch."""
        named = {number: name for name, number in self.branches.items()}
        with self.bot.storage.reading() as session:
            rows = session.scalars(select(Audit).order_by(Audit.id).offset(self.before)).all()
            return [(row.action, named.get(row.branch_id or 0)) for row in rows]

    def untouched(self) -> bool:
        with self.bot.storage.reading() as session:
            kept = [session.scalars(select(table.id)).all() for table in (Attendance, LeaveRequest, Receipt)]
        return kept == [[], [], []] and self.noted() == []


def make(session: Session, me: Me, title: str, now: datetime) -> int:
    plan = Plan(
        types=[ActivityType.THEME_PARTY_DAY],
        start_at=STARTS,
        end_at=STARTS + timedelta(hours=2),
        place="会议室",
        hours=Decimal(2),
        title=title,
    )
    return planning.make(session, me, plan, now, SHANGHAI).id


def settle_in(session: Session, bot_cast: Any, now: datetime) -> tuple[dict[str, int], dict[str, int]]:
    own = bot_cast.branch_id
    second, foreign = (add_branch(session, name, None, now) for name in ("第二支部", "第三支部"))
    import_roster(session, foreign, BASE_BRANCH[:3], now=now, since=date(2023, 1, 1))
    session.flush()
    offices.give(session, second, Duty.ORGANIZATION_OFFICER, WHO, now, own)
    strange = session.scalars(select(Person.id).where(Person.branch_id == foreign)).first()
    assert strange is not None
    gone = update(RosterSpan).where(RosterSpan.person_id == bot_cast[LEFT]).values(to_on=now.date())
    session.execute(gone)
    makers = {
        OWN: bot_cast.me(session, "甲二", now.date()),
        SECOND: find(session, bot_cast.account(WHO), now.date(), second),
        FOREIGN: Me(strange, "某", foreign, None, frozenset({Duty.SECRETARY}), frozenset()),
    }
    branches = {OWN: own, SECOND: second, FOREIGN: foreign}
    made = {place: make(session, me, f"{place}主题党日", now) for place, me in makers.items() if me is not None}
    return branches, made


@pytest.fixture
async def town(chat_url: str, request: pytest.FixtureRequest) -> AsyncIterator[Town]:
    now = local(getattr(request, "param", OPEN))
    # Made before it began, so that there is a notice to reply to.
    earlier = min(now, STARTS - timedelta(days=1))
    with Storage(chat_url) as storage:
        cast = prepare(storage, earlier)
        with storage.transaction() as session:
            branches, made = settle_in(session, cast, earlier)
        async with alive(storage, cast, now) as bot:
            bot.playground.person(STRANGE, "路人").chat.opened = True
            await bot.stage.group.add(bot.playground.person(STRANGE, "路人"))
            there = Town(bot, branches, made)
            await there.post()
            yield there


BEFORE = pytest.mark.parametrize("town", ["2023-07-07 09:00"], indirect=True)
CHOSEN = pytest.mark.parametrize("chosen", [OWN, SECOND])


def said(player: Player) -> list[str]:
    return [message.text for message in player.chat.from_bot]


# --- two places ----------------------------------------------------------------------------------------------------


@CHOSEN
async def test_a_tap_is_for_the_place_of_its_button(town: Town, chosen: str) -> None:
    """Right in the own branch alone: the roster of the second does not name 丙四, who keeps it."""
    await town.acts_for(chosen)
    assert await town.tap(town.who, notice_cards.SignIn(town.activities[FOREIGN]).pack(), FOREIGN) == OUT_OF_SCOPE
    assert town.untouched()
    toast = await town.tap(town.who, notice_cards.SignIn(town.activities[OWN]).pack(), OWN)
    assert toast.startswith(f"签到成功：{WHO}同志")
    assert (town.rows(Attendance), town.noted()) == ([OWN], [("sign_in", OWN)])


@CHOSEN
async def test_a_tap_of_an_officer_is_for_the_place_of_the_office(town: Town, chosen: str) -> None:
    """The code for the room: of the second branch; a member makes none for the own one, and none for a foreign one."""
    await town.acts_for(chosen)
    card = await town.who.start()
    await town.bot.clock.settle()
    # Where no place gives it, the one acted for says why.
    own = NO_RIGHT if chosen == OWN else NO_SUCH
    for place, expected in ((OWN, own), (FOREIGN, NO_SUCH), (SECOND, "签到码已生成。")):
        tapped = await town.who.tap_data(card, buttons.SignInCode(town.activities[place]).pack())
        await town.bot.clock.settle()
        assert tapped.toast == expected, place
    assert town.noted() == [("code_made", SECOND)]


@CHOSEN
async def test_a_word_to_a_card_is_for_the_place_of_the_card(town: Town, chosen: str) -> None:
    await town.acts_for(chosen)
    heard = len(said(town.who))
    await town.reply(town.who, "签到", FOREIGN)
    assert said(town.who)[heard:] == [OUT_OF_SCOPE]
    assert town.untouched()
    await town.reply(town.who, "签到", OWN)
    assert (town.rows(Attendance), town.noted()) == ([OWN], [("sign_in", OWN)])
    assert "签到成功" in said(town.who)[-1]
    await town.reply(town.who, "收到", SECOND)
    # It has begun: nothing is recorded there, and nothing of another card is taken back.
    await town.reply(town.who, "撤销", SECOND)
    assert town.rows(Attendance) == [OWN]
    await town.reply(town.who, "撤销", OWN)
    assert town.rows(Attendance) == []
    assert town.noted() == [("sign_in", OWN), ("undo", OWN)]
    assert len(said(town.who)) == heard + 5
    # No card, no answer.
    quiet = len(town.bot.stage.group.chat.from_bot)
    await town.bot.stage.group.say(town.who, "签到")
    await town.bot.clock.settle()
    assert len(town.bot.stage.group.chat.from_bot) == quiet


@CHOSEN
async def test_a_word_in_private_is_for_the_place_acted_for(town: Town, chosen: str) -> None:
    """Who keeps the second branch may sign in there as well as anybody: whom it is for, the activity's scope says."""
    await town.acts_for(chosen)
    await town.bot.stage.say(WHO, "签到")
    assert "签到成功" in said(town.who)[-1]
    assert (town.rows(Attendance), town.noted()) == ([chosen], [("sign_in", chosen)])


@CHOSEN
async def test_a_command_is_for_the_place_acted_for(town: Town, chosen: str) -> None:
    await town.acts_for(chosen)
    await town.bot.stage.say(WHO, "/people")
    assert said(town.who)[-1].startswith(NO_RIGHT if chosen == OWN else "【党员】第二支部共0人")
    # No place gives it.
    await town.bot.stage.say(WHO, "/handover")
    assert said(town.who)[-1] == NO_RIGHT
    await town.bot.stage.say(WHO, "/signin")
    assert town.rows(Attendance) == [chosen]
    assert town.noted() == [("sign_in", chosen)]


@CHOSEN
async def test_the_code_in_the_room_is_for_the_place_of_its_activity(town: Town, chosen: str) -> None:
    now, found = town.bot.clock.now(), {}
    for place, activity_id in town.activities.items():

        def code(session: Session, activity_id: int = activity_id) -> str:
            activity = session.get_one(Activity, activity_id)
            maker = Me(activity.created_by_id, "某", activity.branch_id, None, frozenset(), frozenset())
            return participation.new_code(session, maker, activity, now)

        found[place] = await town.bot.storage.write(code)
    await town.acts_for(chosen)
    await town.who.start(f"c_{found[FOREIGN]}")
    await town.bot.clock.settle()
    assert said(town.who)[-1] == OUT_OF_SCOPE
    assert town.untouched()
    for place in (OWN, SECOND):
        await town.who.start(f"c_{found[place]}")
        await town.bot.clock.settle()
        assert "签到成功" in said(town.who)[-1]
    assert sorted(town.rows(Attendance)) == [OWN, SECOND]
    assert town.noted() == [("sign_in", OWN), ("sign_in", SECOND)]


@BEFORE
@CHOSEN
async def test_leave_is_asked_and_taken_back_for_the_card_replied_to(town: Town, chosen: str) -> None:
    """Also where only the choice is asked for: nothing of a foreign branch is shown."""
    await town.acts_for(chosen)
    group = town.bot.stage.group.chat
    spoken = len(group.from_bot)
    for word in ("请假", "病假", "取消请假"):
        await town.reply(town.who, word, FOREIGN)
        assert said(town.who)[-1] in (NO_SUCH, "您没有可取消的请假。"), word
    assert town.untouched()
    for place in (OWN, SECOND):
        await town.reply(town.who, "请假", place)
        assert f"{place}主题党日" in said(town.who)[-1]
        await town.reply(town.who, "病假", place)
    assert sorted(town.rows(LeaveRequest)) == [OWN, SECOND]
    await town.reply(town.who, "取消请假", OWN)
    assert town.rows(LeaveRequest) == [SECOND]
    assert said(town.who)[-1] == "own主题党日：已取消请假，请按时参加。"
    assert town.noted() == [("ask", OWN), ("ask", SECOND), ("withdraw", OWN)]
    # What concerns one alone is said to that one alone.
    assert [message.text for message in group.from_bot[spoken:]] == []


@CHOSEN
async def test_what_is_drawn_before_is_drawn_for_the_place_of_the_right(town: Town, chosen: str) -> None:
    """邀请单: of the second branch, wherever its keeper acts; never codes for people of the own branch."""
    person = [row for row in BASE_BRANCH if row.name == "乙三"]
    now = town.bot.clock.now()
    await town.bot.storage.write(
        lambda session: import_roster(session, town.branches[SECOND], person, now=now, since=date(2023, 1, 1)) and None
    )
    await town.acts_for(chosen)
    card = await town.who.start()
    await town.bot.clock.settle()
    tapped = await town.who.tap_data(card, PrintSheet(1).pack())
    await town.rest()
    assert tapped.toast == ""
    assert town.who.chat.last.document is not None
    assert {place for _, place in town.noted()} == {SECOND}


# --- who has left, and strangers -------------------------------------------------------------------------------------


async def test_who_has_left_may_see_the_own_data_and_nothing_else(town: Town) -> None:
    left, group = town.bot.stage.people[LEFT], town.bot.stage.group.chat
    spoken = len(group.from_bot)
    assert await town.tap(left, notice_cards.SignIn(town.activities[OWN]).pack(), OWN) == MOVED
    for word in ("签到", "收到", "请假", "撤销", "我的数据"):
        await town.reply(left, word, OWN)
    assert group.from_bot[spoken:] == []
    assert said(left) == [MOVED] * 5
    for text in ("签到", "收到", "请假", "撤销", "随便说说", "/todo", "/signin", "/people", "/mydata x", "取消"):
        await town.bot.stage.say(LEFT, text)
        assert (said(left)[-1] == MOVED) is (text != "/mydata x"), text
    await town.bot.stage.say(LEFT, "我的数据")
    await town.rest()
    assert sum(message.document is not None for message in left.chat.from_bot) == 4
    assert (town.rows(Attendance), town.rows(LeaveRequest)) == ([], [])
    assert town.noted() == [("export", OWN)] * 2


async def test_a_stranger_is_told_once_each_and_in_the_group_once(town: Town) -> None:
    stranger, group = town.bot.playground.person(STRANGE, "路人"), town.bot.stage.group.chat
    spoken, heard = len(group.from_bot), len(said(stranger))
    assert await town.tap(stranger, notice_cards.SignIn(town.activities[OWN]).pack(), OWN) == STRANGER
    for word in ("签到", "收到", "请假", "撤销", "我的数据", "随便说说"):
        await town.reply(stranger, word, OWN)
    assert [message.text for message in group.from_bot[spoken:]] == [UNBOUND]
    assert len(said(stranger)) == heard
    for text in ("签到", "收到", "请假", "我的数据", "随便说说", "/todo", "/mydata", "/people", "取消"):
        await stranger.send(text)
        await town.bot.clock.settle()
        assert said(stranger)[-1] == STRANGER, text
    assert len(said(stranger)) == heard + 9
    assert town.untouched()


async def test_a_member_of_one_branch_is_nobody_in_another(town: Town) -> None:
    """甲九 has one place: what is of the others is refused in words that name nobody, with no row."""
    member, group = town.bot.stage.people["甲九"], town.bot.stage.group.chat
    for place in (SECOND, FOREIGN):
        assert await town.tap(member, notice_cards.SignIn(town.activities[place]).pack(), place) == OUT_OF_SCOPE
        assert (
            await town.tap(member, doors.ChooseLeave(town.activities[place], LeaveType.SICK).pack(), place) == NO_SUCH
        )
        for word in ("签到", "收到", "请假", "事假", "取消请假"):
            spoken, heard = len(group.from_bot), len(said(member))
            await town.reply(member, word, place)
            assert len(group.from_bot) == spoken, word
            assert len(said(member)) == heard + 1, word
    assert town.untouched()
