"""A group that another branch holds: asked for, agreed or not, in time or too late, and whatever happens in between."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from bot.features.accounts import binding, groups, service
from bot.features.roster_files.reading.rows import RosterRow
from bot.features.roster_files.service import import_roster
from bot.kit.refusal import Refusal
from scheduler.effects import follow
from storage.audience import Me, find
from storage.choices import Duty, GroupRequestState
from storage.engine import Storage
from storage.models.audit import Audit
from storage.models.organisation import GroupChat, GroupRequest
from storage.models.person import DutySpan, Person, RosterSpan
from tests.cast import Cast, make_branch
from tests.world import GROUP_ID, SHANGHAI, World, alive, prepare

NOW = datetime(2023, 7, 3, 1, 0, tzinfo=UTC)
TODAY = date(2023, 7, 3)
SOON = NOW + timedelta(hours=1)
HELD = -700
PENDING, ACCEPTED, REFUSED, OVER = GroupRequestState


@dataclass
class Town:
    """The base branch holds a group; 丁一 keeps a second branch, 戊一 a third, and both would like to have it."""

    session: Session
    cast: Cast
    second: int
    third: int

    @property
    def holder(self) -> Me:
        return self.cast.me(self.session, "甲二", TODAY)

    def me(self, account: int) -> Me:
        found = find(self.session, account, TODAY)
        assert found is not None
        return found

    def ask(self, account: int, now: datetime = NOW, chat: int = HELD) -> groups.Tied | None:
        code = service.invite_group(self.session, self.me(account), now)
        return groups.tie_group(self.session, code, account, chat, "群", today=TODAY, now=now)

    def row(self, account: int) -> GroupRequest:
        tied = self.ask(account)
        assert tied is not None
        assert tied.asked is not None
        return tied.asked

    def decide(self, row: GroupRequest, agree: bool = True, now: datetime = SOON) -> groups.Tied | None:
        _, tied = groups.decide(self.session, self.holder, row.id, agree, TODAY, now)
        return tied

    def tied(self) -> dict[int, int]:
        self.session.expire_all()
        found = self.session.execute(select(GroupChat.chat_id, GroupChat.branch_id).where(GroupChat.active))
        return dict(found.all())

    def end(self, branch_id: int, day: date = TODAY) -> None:
        mine = DutySpan.organisation_id == branch_id
        self.session.execute(update(DutySpan).where(mine).values(to_on=day))


SECOND, THIRD = 2001, 3001


def people_of(session: Session, branch_id: int, name: str, account: int) -> None:
    row = RosterRow(name=name, group="第一党小组", duties=(Duty.SECRETARY,))
    import_roster(session, branch_id, [row], now=NOW, since=date(2023, 1, 1))
    session.execute(update(Person).where(Person.name == name).values(telegram_id=account, bound_at=NOW, reachable=True))


@pytest.fixture
def town(storage: Storage) -> Iterator[Town]:
    with storage.transaction() as session:
        yield settle(session, make_branch(session, now=NOW))


def settle(session: Session, cast: Cast) -> Town:
    second, third = (service.add_branch(session, name, None, NOW) for name in ("第二支部", "第三支部"))
    people_of(session, second, "丁一", SECOND)
    people_of(session, third, "戊一", THIRD)
    session.add(GroupChat(branch_id=cast.branch_id, chat_id=HELD, title="一支部群", active=True, tied_at=NOW))
    session.flush()
    session.expire_all()
    return Town(session, cast, second, third)


def test_it_changes_hands_once_the_holder_agrees(town: Town) -> None:
    row = town.row(SECOND)
    assert (town.tied(), row.state) == ({HELD: town.cast.branch_id}, PENDING)
    # Asked once more it is the same request, and nobody is told again.
    again = town.ask(SECOND, SOON)
    assert again is not None
    assert (again.asked, again.told) == (row, ())
    tied = town.decide(row)
    assert tied == groups.Tied(town.second, True, ended=[])
    assert (town.tied(), row.state) == ({HELD: town.second}, ACCEPTED)
    with pytest.raises(Refusal, match=groups.DECIDED):
        town.decide(row)
    named = town.session.execute(
        select(Audit.action, Audit.branch_id, Audit.actor_id).where(Audit.subject == "group_request")
    )
    second, holder = town.me(SECOND).id, town.cast["甲二"]
    assert [tuple(line) for line in named] == [
        ("group_asked", town.second, second),
        ("group_asked", town.cast.branch_id, None),
        ("group_decided", town.second, None),
        ("group_decided", town.cast.branch_id, holder),
    ]


def test_who_is_asked_and_who_decides(town: Town) -> None:
    tied = town.ask(SECOND)
    assert tied is not None
    assert sorted(tied.told) == sorted(town.cast[name] for name in ("甲一", "乙一", "甲二"))
    assert tied.asked is not None
    for account in (SECOND, THIRD, town.cast.account("丙四")):
        with pytest.raises(Refusal):
            groups.decide(town.session, town.me(account), tied.asked.id, True, TODAY, SOON)
    assert town.tied() == {HELD: town.cast.branch_id}
    town.decide(tied.asked, agree=False)
    assert (town.tied(), tied.asked.state) == ({HELD: town.cast.branch_id}, REFUSED)


def test_of_two_askers_one_gets_it_and_the_other_hears_that_it_is_over(town: Town) -> None:
    second, third = town.row(SECOND), town.row(THIRD)
    tied = town.decide(third)
    assert tied is not None
    assert list(tied.ended) == [second]
    assert (town.tied(), second.state, third.state) == ({HELD: town.third}, OVER, ACCEPTED)
    with pytest.raises(Refusal, match=groups.DECIDED):
        town.decide(second)


@pytest.mark.parametrize("what", ["late", "asker out of office", "asker has another", "given up", "passed on"])
def test_what_is_agreed_to_after_something_has_changed_is_over(town: Town, what: str) -> None:
    row, when = town.row(SECOND), SOON
    if what == "late":
        when = row.expires_at
    elif what == "asker out of office":
        town.end(town.second)
    elif what == "asker has another":
        assert town.ask(SECOND, NOW + timedelta(minutes=1), chat=-701) == groups.Tied(town.second, False)
    elif what == "given up":
        town.session.execute(update(GroupChat).where(GroupChat.chat_id == HELD).values(active=False, given_up=True))
    else:
        town.session.execute(update(GroupChat).where(GroupChat.chat_id == HELD).values(branch_id=town.third))
    before = town.tied()
    assert town.decide(row, now=when) is None
    assert (town.tied(), row.state) == (before, OVER)


def test_where_nobody_can_answer(town: Town) -> None:
    """A branch that lives and has no desk just now keeps its group; one that is no more holds none."""
    town.end(town.cast.branch_id)
    with pytest.raises(Refusal, match=groups.NO_DESK):
        town.ask(SECOND)
    town.session.execute(update(RosterSpan).where(RosterSpan.branch_id == town.cast.branch_id).values(to_on=TODAY))
    assert town.ask(SECOND) == groups.Tied(town.second, True)
    assert town.tied() == {HELD: town.second}


def test_a_supergroup_is_the_same_group(town: Town) -> None:
    row = town.row(SECOND)
    follow(town.session, HELD, -1007, NOW)
    town.session.expire_all()
    town.decide(row)
    assert town.tied() == {-1007: town.second}


def test_given_up_for_another_until_it_is_tied_again(town: Town) -> None:
    """Also when it was muted at that time, becomes a supergroup, or the other one is lost; what is held comes back."""

    def told(chat: int, active: bool) -> dict[int, int]:
        service.set_group_active(town.session, chat, active, SECOND, SOON)
        return town.tied()

    branch, other = town.cast.branch_id, -701
    assert (told(HELD, False), told(HELD, True)) == ({}, {HELD: branch})
    told(HELD, False)
    groups.tie(town.session, branch, other, "新群", town.holder.id, SOON)
    assert told(HELD, True) == {other: branch}
    follow(town.session, HELD, -1007, SOON)
    assert told(-1007, True) == {other: branch}
    follow(town.session, other, -1008, SOON)
    assert (told(-1008, False), told(-1007, True), told(-1008, True)) == ({}, {}, {-1008: branch})
    groups.tie(town.session, branch, -1007, "群", town.holder.id, SOON)
    assert (told(-1008, True), told(-1007, False), told(-1007, True)) == ({-1007: branch}, {}, {-1007: branch})
    # The newer one may be had without a word; and what was given up for it comes back to nobody by that.
    assert town.ask(SECOND, SOON, chat=-1008) == groups.Tied(town.second, True)
    assert town.tied() == {-1007: branch, -1008: town.second}


def test_muted_or_put_out_is_not_given_up(town: Town) -> None:
    """Anybody in charge of the chat can do that; the desk is asked as ever, and keeps the group until then."""
    service.set_group_active(town.session, HELD, False, SECOND, NOW)
    row = town.row(SECOND)
    assert (town.tied(), row.state, row.expires_at) == ({}, PENDING, NOW + groups.ASKED_FOR)
    service.set_group_active(town.session, HELD, True, SECOND, SOON)
    assert town.tied() == {HELD: town.cast.branch_id}
    service.set_group_active(town.session, HELD, False, SECOND, SOON)
    town.decide(row)
    assert (town.tied(), row.state) == ({HELD: town.second}, ACCEPTED)


def test_by_somebody_who_acts_elsewhere_just_now_and_by_nobody_else(town: Town) -> None:
    """The code is of the second branch, and whoever shows it is somebody of that."""
    code = service.invite_group(town.session, town.me(SECOND), NOW)
    with pytest.raises(Refusal, match=binding.NOT_VALID):
        groups.tie_group(town.session, code, THIRD, HELD, "群", today=TODAY, now=NOW)


# --- in chat ------------------------------------------------------------------------------------------------------


@pytest.fixture
async def bot(chat_url: str) -> AsyncIterator[World]:
    now = datetime(2023, 7, 3, 9, 0, tzinfo=SHANGHAI)
    with Storage(chat_url) as storage:
        cast = prepare(storage, now)
        with storage.transaction() as session:
            people_of(session, service.add_branch(session, "第二支部", None, now), "丁一", SECOND)
        async with alive(storage, cast, now) as there:
            await there.playground.person(SECOND, "丁一").start()
            await there.stage.group.add(there.playground.person(SECOND, "丁一"))
            yield there


async def shown(bot: World) -> None:
    """丁一 shows the code of the second branch in the first one's group."""

    def code(session: Session) -> str:
        me = find(session, SECOND, bot.clock.now().date())
        assert me is not None
        return service.invite_group(session, me, bot.clock.now())

    made = await bot.storage.write(code)
    await bot.stage.group.add_bot(bot.playground.person(SECOND, "丁一"), payload=f"g_{made}")
    await bot.clock.travel(bot.clock.now() + timedelta(seconds=10))


def last(bot: World, account: int) -> str:
    return bot.playground.people[account].chat.from_bot[-1].text


@pytest.mark.both_databases
async def test_the_desk_is_asked_and_the_asker_hears(bot: World) -> None:
    await shown(bot)
    assert bot.stage.group.chat.last.text.startswith("本群现为示范党支部工作群，已请该支部答复")
    asked = bot.stage.people["甲二"].chat.find(
        "【工作群申请】第二支部申请将本支部工作群“示范党支部群”改为第二支部工作群"
    )
    assert asked.labels == ["同意改绑", "不同意"]
    await bot.stage.tap("甲二", "同意改绑")
    await bot.clock.travel(bot.clock.now() + timedelta(seconds=10))
    assert last(bot, SECOND) == "示范党支部已同意，“示范党支部群”现为第二支部工作群，通知将发到那里。"
    assert bot.stage.group.chat.last.text == "本群已改为第二支部工作群，通知将发到这里。"
    # Of two of the desk the second finds it decided.
    other = bot.stage.people["甲一"].chat.find("【工作群申请】")
    tapped = await bot.stage.people["甲一"].tap(other, "不同意")
    await bot.clock.settle()
    assert tapped.toast == groups.DECIDED
    with bot.storage.reading() as session:
        assert session.scalars(select(GroupChat.branch_id).where(GroupChat.chat_id == GROUP_ID)).one() != 1


async def test_nobody_answers(bot: World) -> None:
    await shown(bot)
    await bot.clock.travel(bot.clock.now() + groups.ASKED_FOR + timedelta(minutes=2))
    said = "将“示范党支部群”改为第二支部工作群的申请已失效，本群没有变动。如仍需要，请重新点“绑定工作群”。"
    told = [message.text for message in bot.playground.people[SECOND].chat.from_bot]
    assert told.count(said) == 1
    tapped = await bot.stage.people["甲二"].tap(bot.stage.people["甲二"].chat.find("【工作群申请】"), "同意改绑")
    await bot.clock.settle()
    assert tapped.toast == groups.DECIDED
    with bot.storage.reading() as session:
        assert session.scalars(select(GroupChat.branch_id).where(GroupChat.chat_id == GROUP_ID)).one() == 1


def tied(bot: World) -> dict[int, int]:
    with bot.storage.reading() as session:
        found = session.execute(select(GroupChat.chat_id, GroupChat.branch_id).where(GroupChat.active))
        return dict(found.all())


@pytest.mark.parametrize("how", ["muted", "put out"])
async def test_nobody_takes_a_group_by_silencing_the_bot_first(bot: World, how: str) -> None:
    group, taker = bot.stage.group, bot.playground.person(SECOND, "丁一")
    await (group.mute_bot(taker) if how == "muted" else group.remove_bot(taker))
    await bot.clock.settle()
    assert tied(bot) == {}
    if how == "muted":
        with bot.storage.transaction() as session:
            me = find(session, SECOND, bot.clock.now().date())
            assert me is not None
            code = service.invite_group(session, me, bot.clock.now())
        await group.say(taker, f"/start@{bot.playground.bot.username} g_{code}")
        await bot.clock.travel(bot.clock.now() + timedelta(seconds=10))
    else:
        await shown(bot)
    assert tied(bot) == ({} if how == "muted" else {GROUP_ID: 1})
    assert last(bot, bot.cast.account("甲二")).startswith("【工作群申请】第二支部")
    await bot.clock.travel(bot.clock.now() + groups.ASKED_FOR + timedelta(minutes=2))
    await bot.stage.group.add_bot(bot.stage.people["甲一"])
    await bot.clock.settle()
    assert tied(bot) == {GROUP_ID: 1}


@pytest.mark.parametrize("how", ["promoted", "put out and in"])
async def test_nobody_brings_back_a_group_that_was_replaced(bot: World, how: str) -> None:
    old, there = bot.stage.group, list(bot.stage.people.values())
    new = bot.playground.group(-7002, "新的支部群", there, bot=False)
    with bot.storage.transaction() as session:
        me = bot.cast.me(session, "甲一", bot.clock.now().date())
        code = service.invite_group(session, me, bot.clock.now())
    await new.add_bot(bot.stage.people["甲一"], payload=f"g_{code}")
    await bot.clock.settle()
    assert tied(bot) == {-7002: 1}
    outsider = bot.playground.person(424242, "外人")
    await old.add(outsider)
    if how == "promoted":
        await old.promote_bot(outsider)
    else:
        await old.remove_bot(outsider)
        await bot.clock.settle()
        await old.add_bot(outsider)
    await bot.clock.settle()
    assert tied(bot) == {-7002: 1}
