"""A copy is restored, and nobody hears again what they have heard; what was not sent goes, or not, as it is said."""

import os
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select, text, update
from sqlalchemy.orm import Session

from bot.cli import carry_over
from bot.cli.carry_over import Found
from bot.cli.present_records import Known, known
from bot.features import registry
from bot.features.study.jobs import PROMPT
from bot.playground import story
from scheduler import runs
from scheduler.due import Looked, due
from storage import backup
from storage.choices import JobRunState, OutboxState
from storage.engine import Storage
from storage.models.outbox import JobRun, Lease, Outbox, Promise
from tests.cast import Cast
from tests.world import SHANGHAI, World, alive, prepare

BEGIN, COPIED, PROMPTED = "2023-07-28 09:00", "2023-07-28 12:00", "2023-08-01 12:00"


def at(local: str) -> datetime:
    return datetime.fromisoformat(local).replace(tzinfo=SHANGHAI)


@dataclass
class Past:
    """A database, a copy of it from 28 July, and the folder where the rest lies."""

    url: str
    cast: Cast
    copy: Path
    folder: Path
    lives: Iterator[int] = field(default_factory=lambda: count(1))

    def restore(self, now: str, settle: Callable[[Session, Found], None] = lambda session, found: None) -> Found:
        """As branch-bot restore does it; gives what it would have said."""
        found: list[Found] = []
        with Storage(self.url) as storage:
            before: Known | None = known(storage)
            url = storage.url

        def run(session: Session) -> None:
            found.append(carry_over.carry(session, before, registry.jobs(SHANGHAI), at(now), SHANGHAI))
            settle(session, found[0])

        backup.restore(url, self.copy, self.folder, at(now), run)
        return found[0]

    async def run(self, now: str, act: Callable[[World], Awaitable[None]]) -> None:
        with Storage(self.url) as storage:
            async with alive(storage, self.cast, at(now)) as bot:
                # Telegram goes on counting where it was.
                bot.playground.updates._next_id = 1000 * next(self.lives)
                await act(bot)

    async def hears(self, now: str, until: str) -> list[str]:
        """All that the bot says to anybody, started anew."""
        said: list[str] = []

        async def act(bot: World) -> None:
            await bot.app.watchdog.look()
            await bot.stage.at(until)
            await bot.app.watchdog.look()
            await bot.clock.settle()
            chats = [person.chat for person in bot.playground.people.values()] + [bot.stage.group.chat]
            said.extend(message.text for chat in chats for message in chat.from_bot)

        await self.run(now, act)
        return said


@pytest.fixture
def _tools(postgresql_server: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", f"{postgresql_server.bin_path}{os.pathsep}{os.environ['PATH']}")


@pytest.fixture
async def past(chat_url: str, tmp_path: Path, _tools: None) -> Past:
    """August's theme is entered on 28 July; the copy is made while two messages wait."""
    with Storage(chat_url) as storage:
        past = Past(chat_url, prepare(storage, at(BEGIN)), tmp_path / "copies" / "copy", tmp_path / "kept")

    async def plan(bot: World) -> None:
        await story.august_plan(bot.stage)
        await bot.app.watchdog.look()
        await bot.stage.at(COPIED)

    await past.run("2023-07-28 10:00", plan)
    with Storage(chat_url) as storage:
        with storage.transaction() as session:
            _contact(session, datetime.now(UTC) - timedelta(days=3))
            _wait(session, past.cast["甲三"], "mine:1", "2023-07-28 12:05")
            _wait(session, past.cast["甲四"], "mine:2", "2023-07-28 12:05")
        backup.make(storage.url, past.copy)
        with storage.transaction() as session:
            _contact(session, datetime.now(UTC))
    return past


def _contact(session: Session, moment: datetime) -> None:
    session.execute(update(Lease).where(Lease.name.startswith("contact:")).values(expires_at=moment))


def _wait(session: Session, person: int, key: str, when: str) -> None:
    from scheduler.jobs import Owed
    from scheduler.outbox import promise

    made = promise(session, Owed((key,), {"text": f"{key}请准时"}, person), job=None, branch_id=None, now=at(when))
    assert made is not None


async def _lives_on(bot: World) -> None:
    """The prompt of 1 August goes out, and what waited; the secretary sends a notice that the copy knows nothing of."""
    await bot.stage.at("2023-07-31 09:30")
    await story.committee_make(bot.stage)
    await bot.stage.at(PROMPTED)
    await bot.app.watchdog.look()


async def test_nobody_hears_again_what_was_sent_since_nor_of_an_outage_that_was_none(past: Past) -> None:
    await past.run(COPIED, _lives_on)
    with Storage(past.url) as storage, storage.reading() as session:
        sent = session.scalar(select(func.count()).where(Outbox.state == OutboxState.SENT)) or 0
        prompted = session.scalar(select(func.count()).where(Outbox.job == PROMPT)) or 0
    assert prompted > 20
    found = past.restore(PROMPTED)
    assert (found.messages, found.sent > prompted) == (0, True)
    assert (found.lost["activity"], found.lost["outbox"] > prompted) == (1, True)
    assert sent > 0
    with Storage(past.url) as storage, storage.reading() as session:
        # As they were sent, with the message that a correction would edit.
        numbers = session.scalars(select(Outbox.message_id).where(Outbox.job == PROMPT)).all()
        assert (len(numbers), None in numbers) == (prompted, False)
    assert await past.hears(PROMPTED, "2023-08-01 18:00") == []


@pytest.mark.both_databases
@pytest.mark.parametrize("answer", ["send", "drop"])
async def test_what_was_not_sent_goes_or_not_as_it_is_said(past: Past, answer: str) -> None:
    """The bot was away from the copy on."""

    def settle(session: Session, found: Found) -> None:
        if answer == "drop":
            carry_over.drop(session, found, at(PROMPTED))

    found = past.restore(PROMPTED, settle)
    prompts = sum(number for run, number in found.runs if run.job.name == PROMPT)
    assert (prompts > 20, len(found.rows), found.sent) == (True, 2, 0)
    said = await past.hears(PROMPTED, "2023-08-01 18:00")
    waited = [text for text in said if "请准时" in text]
    if answer == "send":
        assert len(waited) == 2
        assert len(said) >= found.messages
    else:
        assert said == []


async def test_where_the_present_file_is_gone_everything_is_asked_about(past: Past) -> None:
    """Nobody knows what it had sent; and nobody claims an outage since the copy."""
    for path in past.folder.parent.glob("branch.db*"):
        path.unlink()
    found = past.restore(PROMPTED, lambda session, found: carry_over.drop(session, found, at(PROMPTED)))
    assert (found.lost, found.sent, len(found.rows)) == ({}, 0, 2)
    assert await past.hears(PROMPTED, "2023-08-01 18:00") == []


async def test_of_what_was_on_its_way_only_the_rest_goes(past: Past) -> None:
    """Half of the prompts had gone when the present database was replaced."""
    await past.run(COPIED, _lives_on)
    with Storage(past.url) as storage, storage.transaction() as session:
        rows = session.scalars(select(Outbox).where(Outbox.job == PROMPT).order_by(Outbox.id)).all()
        for row in rows[::2]:
            row.state, row.message_id, row.sent_at = OutboxState.QUEUED, None, None
    found = past.restore(PROMPTED)
    assert (found.runs, len(found.rows)) == ([], len(rows[::2]))
    assert len(await past.hears(PROMPTED, "2023-08-01 18:00")) == len(rows[::2])


async def test_what_people_were_told_of_is_no_news(past: Past) -> None:
    names = {"operator:room", "group_lost:1:1", "operator:group:1", "undelivered:1:mine:9"}
    lost = {"undelivered:1:notice:77", "notice:77:3", "group_lost:99999:1", "operator:group:99999"}
    with Storage(past.url) as storage, storage.transaction() as session:
        session.add_all([Promise(key=key) for key in names | lost])
    past.restore(PROMPTED)
    with Storage(past.url) as storage, storage.reading() as session:
        found = set(session.scalars(select(Promise.key).where(Promise.key.in_(names | lost))))
        runs = session.scalar(select(func.count()).select_from(JobRun).where(JobRun.slot == "2023-08"))
    assert found == names
    assert runs == 0


def _plan_half(past: Past, monkeypatch: pytest.MonkeyPatch) -> set[int]:
    """The prompt of 1 August: its first slice is planned and sent, then the process dies. Who has it."""
    with Storage(past.url) as storage, storage.transaction() as session, monkeypatch.context() as little:
        little.setattr(runs, "SLICE", 10)
        adopted = runs.adopt(session, (), at("2023-08-01 09:00"))
        found = due(session, registry.jobs(SHANGHAI), at("2023-08-01 09:00"), Looked())
        [prompt] = [run for run in found if run.job.name == PROMPT]
        assert runs.run_slice(session, prompt, at("2023-08-01 09:00"), adopted)
        rows = session.scalars(select(Outbox).where(Outbox.job == PROMPT)).all()
        for number, row in enumerate(rows):
            row.state, row.sent_at, row.message_id = OutboxState.SENT, at("2023-08-01 09:01"), 500 + number
        return {row.chat_id for row in rows if row.chat_id is not None}


async def _prompted(past: Past, now: str) -> Counter[int]:
    """How often each is prompted by a bot that is started then."""
    heard: Counter[int] = Counter()

    async def act(bot: World) -> None:
        await bot.stage.at(f"{now[:10]} 18:00")
        await bot.clock.settle()
        for person in bot.playground.people.values():
            heard[person.id] += sum("8月" in message.text for message in person.chat.from_bot)

    await past.run(now, act)
    return +heard


@pytest.mark.both_databases
@pytest.mark.parametrize(("now", "goes"), [("2023-08-01 09:05", True), ("2023-08-09 12:00", False)])
async def test_of_a_run_that_was_half_planned_only_the_rest_goes(
    past: Past, monkeypatch: pytest.MonkeyPatch, now: str, goes: bool
) -> None:
    """Half of it being promised it is planned on however late, though by then a prompt does not go any more."""
    had = _plan_half(past, monkeypatch)
    found = past.restore(now)
    [rest] = [number for run, number in found.runs if run.job.name == PROMPT]
    assert (len(had), found.sent) == (10, 10)
    # Once more: the rest is no other.
    assert [number for run, number in past.restore(now).runs if run.job.name == PROMPT] == [rest]
    heard = await _prompted(past, now)
    assert (had & set(heard), len(heard), set(heard.values())) == (set(), rest if goes else 0, {1} if goes else set())


async def test_what_was_dropped_stays_dropped(past: Past, monkeypatch: pytest.MonkeyPatch) -> None:
    """However often the copy is restored: whole runs, half ones and what waited; and nothing of it was sent."""
    had = _plan_half(past, monkeypatch)
    first = past.restore(PROMPTED, lambda session, found: carry_over.drop(session, found, at(PROMPTED)))
    assert (len(first.runs) > 0, len(first.rows), first.sent, first.over) == (True, 2, len(had), 0)
    for _ in range(2):
        again = past.restore("2023-08-01 12:10")
        assert (again.runs, again.rows, again.sent, again.over) == ([], [], len(had), 2)
    assert await past.hears("2023-08-01 12:10", "2023-08-01 18:00") == []


_SPOILT = {
    "outbox.state": f"UPDATE outbox SET state = 'weird' WHERE id = (SELECT min(id) FROM outbox WHERE job = '{PROMPT}')",
    "outbox.sent_at": f"UPDATE outbox SET sent_at = 'gestern' WHERE job = '{PROMPT}'",
    "outbox.message_id": "UPDATE outbox SET message_id = 'viele' WHERE message_id IS NOT NULL",
    "job_run.ran_at": "UPDATE job_run SET ran_at = 'x'",
    "lease.expires_at": "UPDATE lease SET expires_at = 'nie'",
    "inbox.received_at": "UPDATE inbox SET received_at = 'nie' WHERE id = (SELECT max(id) FROM inbox)",
}


@pytest.mark.both_databases
async def test_of_the_present_database_only_what_can_be_read_counts(past: Past) -> None:
    await past.run(COPIED, _lives_on)
    with Storage(past.url) as storage:
        # Where columns have types, only a word can be another.
        spoilt = _SPOILT if storage.dialect == "sqlite" else {"outbox.state": _SPOILT["outbox.state"]}
        with storage.transaction() as session:
            for harm in spoilt.values():
                session.execute(text(harm))
        before = known(storage)
    assert before is not None
    assert set(before.unreadable) == set(spoilt)
    assert before.until is not None
    found = past.restore(PROMPTED)
    assert (found.runs, len(found.rows), found.sent > 20) == ([], 1, True)
    assert len(await past.hears(PROMPTED, "2023-08-01 18:00")) == 1


async def test_a_run_whose_state_cannot_be_read_is_planned_on(past: Past) -> None:
    await past.run(COPIED, _lives_on)
    with Storage(past.url) as storage, storage.transaction() as session:
        session.execute(text(f"UPDATE job_run SET state = 'weird' WHERE job = '{PROMPT}'"))
    assert (past.restore(PROMPTED).messages, await past.hears(PROMPTED, "2023-08-01 18:00")) == (0, [])
    with Storage(past.url) as storage, storage.reading() as session:
        states = set(session.scalars(select(JobRun.state).where(JobRun.job == PROMPT, JobRun.slot == "2023-08")))
    assert states == {JobRunState.PLANNED}
