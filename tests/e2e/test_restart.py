"""Killed at any moment: what was stored is handled once, what was handled is said."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.app import running
from bot.features import registry
from bot.features.activities import planning
from bot.features.activities.planning import Plan
from bot.kit.handlers import Call, Command
from bot.kit.replies import Reply
from bot.playground.local import LocalTransport
from bot.receiving import unanswered
from bot.receiving.inbox import Receiver
from scheduler.clock import SystemClock
from storage.choices import ActivityType, InboxState
from storage.engine import Storage
from storage.models.attendance import Attendance
from storage.models.inbox import Inbox
from tests.cast import make_branch
from tests.e2e.house import NOW, OLD, SHANGHAI, bot, build, crash, playground, quiet, rows, states, until


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """On PostgreSQL a restarted bot leaves other processes some seconds to answer what they handled."""
    monkeypatch.setattr(unanswered, "LEFT_LYING", timedelta(0))
    monkeypatch.setattr(unanswered, "LOOK_AGAIN", 0.05)


class Stuck(LocalTransport):
    """A line on which one method's calls never come back: the moment to kill the bot."""

    stuck_on = "answercallbackquery"
    reached = 0

    async def exchange(
        self, url: str, body: bytes | None, content_type: str | None, timeout: float
    ) -> tuple[int, bytes]:
        if url.lower().endswith(self.stuck_on):
            self.reached += 1
            await asyncio.Event().wait()
        return await super().exchange(url, body, content_type, timeout)


async def test_killed_between_storing_and_handling(storage: Storage) -> None:
    there = playground()
    person = there.person(1, "甲一")
    message = await person.send("到")
    tap = await person.tap_data(message, OLD)
    received = [pending.body for pending in there.updates.waiting()]
    there.updates.drop()
    workers = build(storage, there).workers
    await Receiver(storage, SystemClock(), there.bot.id, workers, lambda: None).take(received)
    assert states(storage) == ["new", "new"]
    async with bot(storage, there) as app:
        await quiet(app)
        await until(lambda: tap.answer and person.chat.from_bot)
    assert states(storage) == ["answered", "answered"]
    assert len(person.chat.from_bot) == 1


async def test_killed_between_commit_and_answer(storage: Storage) -> None:
    there = playground()
    person = there.person(1, "甲一")
    message = await person.send("到")
    line = Stuck(there)
    task = asyncio.create_task(build(storage, there, line).run())
    tap = await person.tap_data(message, OLD)
    await until(lambda: line.reached)
    await crash(task)
    assert states(storage)[-1] == "done"
    handled_at = rows(storage)[-1].handled_at
    async with bot(storage, there):
        await until(lambda: tap.answer and states(storage)[-1] == "answered")
    assert rows(storage)[-1].handled_at == handled_at


async def test_what_was_handled_before_the_clock_was_set_back_is_answered(
    storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(unanswered, "LEFT_LYING", timedelta(seconds=5))
    there = playground()
    person = there.person(1, "甲一")
    message = await person.send("到")
    line = Stuck(there)
    task = asyncio.create_task(build(storage, there, line).run())
    tap = await person.tap_data(message, OLD)
    await until(lambda: line.reached)
    await crash(task)
    with storage.transaction() as session:
        row = session.scalars(select(Inbox).where(Inbox.state == InboxState.DONE)).one()
        row.handled_at = there.clock.now() + timedelta(days=1)
    async with bot(storage, there):
        await until(lambda: tap.answer and states(storage)[-1] == "answered")


async def test_a_line_that_is_down_costs_an_answer_never_a_row(storage: Storage) -> None:
    there = playground()
    person = there.person(1, "甲一")
    message = await person.send("到")
    there.faults.add("reset", method="answerCallbackQuery")
    async with bot(storage, there) as app:
        await person.tap_data(message, OLD)
        await until(lambda: len(rows(storage)) == 2)
        await quiet(app)
    assert states(storage) == ["answered", "answered"]


@pytest.mark.parametrize("fault", ["502", "unreachable", "429"])
async def test_what_telegram_did_not_take_is_said_once_it_does(
    storage: Storage, monkeypatch: pytest.MonkeyPatch, fault: Any
) -> None:
    """The tap is handled and cannot be answered; where Telegram asks to wait, nobody asks it meanwhile."""
    monkeypatch.setattr(unanswered, "LOOK_AGAIN", 0.02)
    # Longer than the test: nobody takes its answers for those of a process that was killed.
    monkeypatch.setattr(unanswered, "LEFT_LYING", timedelta(minutes=1))
    there = playground()
    person = there.person(1, "甲一")
    message = await person.send("到")
    there.faults.add(fault, method="answerCallbackQuery", times=1 if fault == "429" else 3, retry_after=1)
    async with bot(storage, there) as app:
        tap = await person.tap_data(message, OLD)
        assert app.edge is not None
        voice = app.edge.voice
        if fault == "429":
            await until(lambda: bool(voice.unsaid))
            assert states(storage)[-1] == "done"
            await asyncio.sleep(0.2)
            assert not tap.answer
        await until(lambda: tap.answer and states(storage)[-1] == "answered")
        await until(lambda: not voice.unsaid and not voice.busy)


async def test_the_same_update_again_is_handled_once(storage: Storage) -> None:
    there = playground()
    person = there.person(1, "甲一")
    async with bot(storage, there) as app:
        await person.send("到")
        await until(lambda: person.chat.from_bot)
        there.submit(there.updates.history[-1])
        there.submit(there.updates.history[-1])
        await until(lambda: not len(there.updates))
        await quiet(app)
    assert states(storage) == ["answered"]
    assert len(person.chat.from_bot) == 1


async def test_poison_is_parked_and_stops_nobody(storage: Storage) -> None:
    there = playground()
    poisoned, next_one = there.person(1, "甲一"), there.person(2, "甲二")
    who = {"id": 1, "is_bot": False, "first_name": "甲一"}
    poison = {
        "message_id": 9,
        "date": 1688711400,
        "chat": {"id": 1, "type": "private"},
        "from": who,
        "poll": {"id": "1"},
    }
    async with bot(storage, there) as app:
        there.submit({"message": poison})
        there.submit({"surprise": {"id": 7}})
        there.submit({})
        await poisoned.send("到")
        await next_one.send("到")
        await until(lambda: poisoned.chat.from_bot and next_one.chat.from_bot)
        await quiet(app)
    found = {row.kind or "nothing": row.state.value for row in rows(storage) if row.kind != "message" or row.fault}
    assert found["message"] == "parked"
    assert found["nothing"] == "parked"
    assert states(storage).count("new") == 0


def _boom(session: Session, call: Call) -> Reply:
    raise RuntimeError("a fault of ours")


async def test_a_crash_is_told_in_one_line_with_its_number(storage: Storage) -> None:
    there = playground()
    with storage.transaction() as session:
        cast = make_branch(session, now=NOW)
    person = there.person(cast.account("甲一"), "甲一")
    broken = Command("boom", _boom, "坏了")
    async with running(build(storage, there, handlers=[*registry.HANDLERS, broken])) as app:
        await person.send("/boom")
        await until(lambda: person.chat.from_bot)
        await quiet(app)
    row = rows(storage)[0]
    assert (row.state.value, row.fault) == ("parked", "RuntimeError: a fault of ours")
    assert (
        person.chat.from_bot[0].text
        == f"抱歉，刚才没有办成（编号 {row.update_id}），已记录，请稍后再试或联系组织委员。"
    )


async def test_a_sign_in_over_a_kill_is_one_row_and_every_tap_is_answered(storage: Storage) -> None:
    """The first tap commits, the bot dies before answering, the impatient member taps again."""
    there = playground()
    with storage.transaction() as session:
        cast = make_branch(session, now=NOW)
        day = NOW.astimezone(SHANGHAI)
        plan = Plan(types=[ActivityType.MEMBERS_MEETING], start_at=day, end_at=day + timedelta(hours=1), place="三楼")
        activity_id = planning.make(session, cast.me(session, "甲二", day.date()), plan, NOW, SHANGHAI).id
    person = there.person(cast.account("甲一"), "甲一")
    message = await person.send("到")
    there.updates.drop()
    line = Stuck(there)
    task = asyncio.create_task(build(storage, there, line).run())
    first = await person.tap_data(message, f"si:{activity_id}")
    await until(lambda: line.reached)
    await crash(task)
    assert first.answer is None
    second = await person.tap_data(message, f"si:{activity_id}")
    async with bot(storage, there):
        await until(lambda: first.answer and second.answer)
    assert first.toast.startswith("签到成功：甲一同志")
    assert second.toast.endswith("签到，无需再点。")
    with storage.reading() as session:
        assert session.scalar(select(func.count()).select_from(Attendance)) == 1
