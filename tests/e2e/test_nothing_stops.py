"""Whatever one part meets, the others go on, and the part itself begins again; what was not said is said later."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import psycopg
import pytest
from sqlalchemy import func, make_url, select

from bot import app
from bot.app import running
from bot.features.activities import planning
from bot.features.activities.planning import Plan
from bot.kit import cards
from bot.kit.transport import Transport
from bot.playground.faults import Kind
from bot.receiving import unanswered, workers
from bot.receiving.polling import FLOOR
from scheduler import outbox, results
from scheduler.jobs import Owed
from scheduler.outbox import promise_all
from storage.choices import ActivityType, InboxState, OutboxState
from storage.engine import Storage
from storage.models.attendance import Attendance
from storage.models.outbox import Card, Outbox
from tests.cast import make_branch
from tests.e2e.house import NOW, SHANGHAI, bot, build, playground, rows, states, until


@pytest.fixture(autouse=True)
def _soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same pauses, shorter."""
    monkeypatch.setattr(app, "BEGIN_AGAIN", (0.02,))
    monkeypatch.setattr(outbox, "BEGIN_AGAIN", 0.05)
    monkeypatch.setattr(results, "FIRST_WAIT", 0.02)
    monkeypatch.setattr(results, "LONGEST_WAIT", 0.05)
    monkeypatch.setattr(unanswered, "LOOK_AGAIN", 0.05)
    monkeypatch.setattr(workers, "AWAY", (0.05,))
    monkeypatch.setattr(cards, "AGAIN", 0.05)


@pytest.fixture
async def storage(storage_url: str) -> AsyncIterator[Storage]:
    storage = Storage(storage_url)
    yield storage
    await storage.close()


def activity(storage: Storage) -> tuple[int, dict[str, int]]:
    """One at which everybody may sign in now, and everybody's account."""
    day = NOW.astimezone(SHANGHAI)
    with storage.transaction() as session:
        cast = make_branch(session, now=NOW)
        plan = Plan(types=[ActivityType.MEMBERS_MEETING], start_at=day, end_at=day + timedelta(hours=1), place="一楼")
        made = planning.make(session, cast.me(session, "甲二", day.date()), plan, NOW, SHANGHAI).id
        return made, {name: cast.account(name) for name in cast.people}


@pytest.mark.parametrize("kind", ["502", "html", "unreachable", "429"])
async def test_a_tap_in_an_outage_is_answered_on_its_card_when_it_is_over(storage: Storage, kind: Kind) -> None:
    made, accounts = activity(storage)
    there = playground()
    person = there.person(accounts["甲一"], "甲一")
    person.chat.opened = True
    async with bot(storage, there):
        for method in ("editMessageText", "answerCallbackQuery"):
            there.faults.add(kind, method=method, times=3, retry_after=0)
        message = there.post(person.chat, there.bot, "党员大会")
        tap = await person.tap_data(message, f"si:{made}")
        await until(lambda: states(storage) == ["answered"])
        assert tap.toast.startswith("签到成功")
        assert message.text != "党员大会"
    with storage.reading() as session:
        assert session.scalar(select(func.count()).select_from(Attendance)) == 1


async def test_a_card_that_could_not_be_edited_is_edited_later(storage: Storage) -> None:
    made, accounts = activity(storage)
    there = playground()
    person = there.person(accounts["甲一"], "甲一")
    person.chat.opened = True
    there.clock.jump(NOW)
    group = there.group(-5001, "示范党支部群", [person])
    shown = there.post(group.chat, there.bot, "卡片")
    with storage.transaction() as session:
        session.add(Card(kind="activity", subject_id=made, chat_id=-5001, message_id=shown.message_id))
    async with bot(storage, there) as running_bot:
        there.faults.add("502", method="editMessageText", chat_id=-5001, times=4)
        await person.tap_data(there.post(person.chat, there.bot, "党员大会"), f"si:{made}")
        await until(lambda: states(storage) == ["answered"])
        assert running_bot.edge is not None
        for _ in range(30):
            there.clock.jump(there.clock.now() + timedelta(seconds=4))
            await asyncio.sleep(0.05)
        assert shown.text != "卡片"


async def test_a_part_that_fails_again_and_again_stops_no_other(
    storage: Storage, caplog: pytest.LogCaptureFixture
) -> None:
    there, tried = playground(), list[int]()

    async def broken() -> None:
        tried.append(len(tried))
        raise LookupError("a fault of ours")

    person = there.person(1, "甲一")
    async with running(build(storage, there, nightly_work=lambda clock_check: [("nightly work", broken)])):
        await until(lambda: len(tried) > 3)
        await person.send("到")
        await until(lambda: person.chat.from_bot)
    assert states(storage) == ["answered"]
    assert "nightly work has failed" in caplog.text


async def test_a_database_that_goes_away_for_seconds_ends_nothing(
    postgresql_url: str, postgresql_admin: psycopg.Connection
) -> None:
    """Every task meets it at once: the sender, its outcomes, the lanes, the clock's jobs, the watch."""
    name = make_url(postgresql_url).database
    there = playground()
    people = [there.person(number, f"第{number}人") for number in range(1, 61)]
    for each in people:
        each.chat.opened = True
    there.faults.add("slow", method="sendMessage", times=None, seconds=0.1)
    with Storage(postgresql_url) as storage:
        owed = [Owed((f"prompt:{each.id}",), {"text": "请学习"}, chat_id=each.id) for each in people]
        with storage.transaction() as session:
            promise_all(session, owed, job=None, branch_id=None, now=there.clock.now())
        async with bot(storage, there):
            await until(lambda: sum(bool(each.chat.from_bot) for each in people) > 10)
            for statement in (
                f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false',
                f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'",
            ):
                await asyncio.to_thread(postgresql_admin.execute, statement.encode())
            for each in people[:5]:
                await each.send("到")
            await asyncio.sleep(2.5)
            await asyncio.to_thread(
                postgresql_admin.execute, f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS true'.encode()
            )
            await until(lambda: _done(storage), seconds=60)
        with storage.reading() as session:
            found = session.scalars(select(Outbox).where(Outbox.job.is_(None), Outbox.lane == "must_arrive")).all()
        assert [row.state for row in found] == [OutboxState.SENT] * 60
        twice = {row.chat_id for row in found if row.resent}
        for each in people:
            heard = [message.text for message in each.chat.from_bot].count("请学习")
            assert heard == 1 or (heard == 2 and each.id in twice)
        assert {row.state for row in rows(storage)} == {InboxState.ANSWERED}
    await there.close()


def _done(storage: Storage) -> bool:
    try:
        with storage.reading() as session:
            open_ = select(func.count()).where(Outbox.state.in_([OutboxState.QUEUED, OutboxState.SENDING]))
            return session.scalar(open_) == 0 and len(states(storage)) == 5
    except Exception:
        return False


async def test_a_poll_that_comes_back_at_once_with_nothing_new_is_not_asked_again_at_once(storage: Storage) -> None:
    """A server that does not wait, or hands out the same update again and again."""
    there = playground()

    class Hasty(Transport):
        async def exchange(
            self, url: str, body: bytes | None, content_type: str | None, timeout: float
        ) -> tuple[int, bytes]:
            return 200, b'{"ok":true,"result":[%s]}' % self.said

        said = b""

    transport = Hasty()
    poller = build(storage, there, transport=transport).poller
    assert 0 < await poller._once() <= FLOOR
    transport.said = b'{"update_id":5,"message":{"chat":{"id":1}}}'
    assert await poller._once() == 0
    assert 0 < await poller._once() <= FLOOR
    transport.said = b'{"no number":1}'
    assert 0 < await poller._once() <= FLOOR
