"""Whatever breaks, no word that somebody wrote is in a log line or in the fault of a parked update."""

import asyncio
import gc
import json
import logging
import os
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pydantic
import pytest
from sqlalchemy import insert, select, text
from sqlalchemy.orm import Session
from telegram.error import TelegramError

from bot import __main__ as front_door
from bot.errors import background, explain
from bot.features import registry
from bot.kit.api_errors import result_of
from bot.kit.handlers import Call, Word
from bot.kit.refusal import Refusal
from bot.kit.replies import Reply
from bot.kit.sending import outcome_of
from bot.run import log_to_stderr
from bot.watch.failures import Failures
from scheduler.jobs import Job, Occurrence, Owed, daily
from storage import faults
from storage.base import table
from storage.choices import InboxState
from storage.engine import Storage
from storage.models.audit import Audit
from storage.models.inbox import Inbox
from storage.models.person import Person
from tests.world import SHANGHAI, World, alive, prepare

SECRET = "Geheimwort张三丰"
NOW = datetime(2023, 7, 4, 9, tzinfo=SHANGHAI)


class Age(pydantic.BaseModel):
    years: int


@dataclass
class Note:
    words: str


def _doubled(session: Session, said: str) -> None:
    """PostgreSQL's DETAIL: Key (branch_id, archive_id)=(1, ...) already exists."""
    branch = session.scalars(select(Person.branch_id).limit(1)).one()
    row = {"branch_id": branch, "name": said, "archive_id": said, "notes": said, "reachable": True, "created_at": NOW}
    session.execute(insert(table(Person)), [row, row])


def _group(session: Session, said: str) -> None:
    raise ExceptionGroup(said, [ValueError(said), KeyError(said)])


def _behind(session: Session, said: str) -> None:
    try:
        int(said)
    except ValueError as error:
        raise RuntimeError(f"cannot read {Note(said)!r}") from error


def _raise(error: Callable[[str], BaseException]) -> Callable[[Session, str], None]:
    def run(session: Session, said: str) -> None:
        raise error(said)

    return run


# Each takes what was said and breaks on it in its own way.
BREAKS: dict[str, Callable[[Session, str], object]] = {
    "unique": _doubled,
    "not_null": lambda session, said: session.execute(insert(table(Person)), [{"name": said, "notes": said}]),
    "no_number": lambda session, said: session.execute(text("SELECT CAST(:x AS integer) + json_x(:x)"), {"x": said}),
    "statement": lambda session, said: session.execute(text(f"SELECT '{said}' FROM nowhere")),
    "trigger": lambda session, said: session.execute(table(Audit).update().values(action=said)),
    "too_long": lambda session, said: session.execute(
        insert(table(Person)), [{"name": said, "created_at": said, "reachable": said}]
    ),
    "value": lambda session, said: int(said),
    "key": lambda session, said: {}[said],
    "date": lambda session, said: datetime.fromisoformat(said),
    "json": lambda session, said: json.loads(said),
    "unicode": lambda session, said: said.encode("ascii"),
    "attribute": lambda session, said: getattr(session, said),
    "file": lambda session, said: Path("/nowhere", said).read_text(),
    "model": lambda session, said: Age.model_validate({"years": said}),
    "assert": _raise(lambda said: AssertionError(Note(said))),
    "own": _raise(lambda said: RuntimeError(f"what is {said}")),
    "noted": _raise(lambda said: _with_note(said)),
    "group": _group,
    "behind": _behind,
    "telegram": _raise(lambda said: TelegramError(f'Can\'t parse entities: unsupported start tag "{said}"')),
}  # fmt: skip


def _with_note(said: str) -> RuntimeError:
    error = RuntimeError(said)
    error.add_note(said)
    return error


def _break(session: Session, call: Call) -> Reply:
    _, kind, said = call.text.split(" ", 2)
    BREAKS[kind](session, said)
    raise Refusal(f"nothing broke of {kind}")


def _plan(session: Session, branch: int, on: Occurrence, now: datetime) -> list[Owed]:
    BREAKS["unique"](session, SECRET)
    return []


@pytest.fixture
def failing(monkeypatch: pytest.MonkeyPatch) -> Job:
    """One more job, whose plan breaks on what it reads."""
    job = Job("failing", daily(NOW.time(), grace=timedelta(hours=9)), _plan)
    every = registry.jobs
    monkeypatch.setattr(registry, "jobs", lambda tz: [*every(tz), job])
    return job


@pytest.fixture
def _logging() -> Iterator[None]:
    root = logging.getLogger()
    before = root.level, list(root.handlers)
    yield
    root.setLevel(before[0])
    root.handlers[:] = before[1]


@pytest.mark.both_databases
@pytest.mark.usefixtures("_logging")
async def test_no_word_of_anybody_is_logged_or_in_a_fault(
    chat_url: str, failing: Job, capsys: pytest.CaptureFixture[str]
) -> None:
    log_to_stderr("DEBUG")
    word = Word((), _break, label=True, matches=lambda said: said.startswith("试办 "))
    storage = Storage(chat_url)
    try:
        async with alive(storage, prepare(storage, NOW), NOW, [*registry.HANDLERS, word]) as bot:
            for kind in BREAKS:
                await bot.stage.say("甲二", f"试办 {kind} {SECRET}")
                # Another minute, so that nobody floods.
                await bot.clock.travel(bot.clock.now() + timedelta(minutes=5))
            await bot.app.watchdog.look()
            await bot.clock.settle()
            aside = _parked(bot)
            told = [str(message.text) for person in bot.playground.people.values() for message in person.chat.from_bot]
    finally:
        await storage.close()
    logged = capsys.readouterr().err
    assert len(aside) == len(BREAKS)
    assert [fault for fault in aside if SECRET in fault or "Geheim" in fault] == []
    assert logged.count("is parked") == len(BREAKS)
    assert "job failing" in logged
    assert [line for line in logged.splitlines() if "Geheim" in line or "张三丰" in line] == []
    assert [said for said in told if SECRET in said] == []
    # What is told is of use: the kind, and where in the program.
    assert any("ValueError" in fault and "test_logs.py:" in fault for fault in aside)


def _parked(bot: World) -> list[str]:
    with bot.storage.reading() as session:
        return list(session.scalars(select(Inbox.fault).where(Inbox.state == InboxState.PARKED)))


@pytest.mark.usefixtures("_logging")
async def test_nor_by_what_logs_beside_us(capsys: pytest.CaptureFixture[str]) -> None:
    """A task that nobody asked, an error as an argument, and one that repeats itself in its line."""
    log_to_stderr("DEBUG")

    async def forgotten() -> None:
        raise LookupError(SECRET)

    task = asyncio.create_task(forgotten())
    await asyncio.wait([task])
    del task
    gc.collect()
    error = ValueError(SECRET)
    logging.getLogger("other").warning("failed: %s, %r", error, 7)
    logging.getLogger("other").error("failed: %s", repr(error), exc_info=error)
    logged = capsys.readouterr().err
    assert "never retrieved" in logged
    assert "LookupError" in logged
    assert "failed: ValueError, 7" in logged
    assert SECRET not in logged


def test_nor_by_a_command_that_sets_up_no_log(monkeypatch: pytest.MonkeyPatch) -> None:
    """The demo, an import: what is logged there goes to the terminal by logging's last resort."""
    last = logging.StreamHandler()
    monkeypatch.setattr(logging, "lastResort", last)
    monkeypatch.setattr(front_door, "cli", lambda prog_name: None)
    before = os.umask(0o022)
    try:
        front_door.main()
    finally:
        os.umask(before)
    error = ValueError(SECRET)
    record = logging.LogRecord("x", logging.ERROR, __file__, 1, "%s", (error,), (ValueError, error, None))
    assert last.filter(record)
    assert SECRET not in last.format(record)


def test_nor_at_the_command_line() -> None:
    """Which systemd keeps as well."""
    for make in (KeyError, RuntimeError, TypeError):
        error = make(SECRET)
        assert SECRET not in explain(error) + background(error)
        assert make.__name__ in explain(error)


def test_a_text_of_the_program_and_what_the_line_says_are_told() -> None:
    with pytest.raises(RuntimeError) as caught:
        raise RuntimeError("the storage commits, after the function has returned")
    assert faults.words(caught.value) == "RuntimeError: the storage commits, after the function has returned"
    assert faults.words(OSError(111, "Connection refused")) == "ConnectionRefusedError: Connection refused"
    answer = f'{{"ok":false,"error_code":400,"description":"Bad Request: unsupported tag \\"{SECRET}\\" at 5"}}'
    with pytest.raises(TelegramError) as refused:
        result_of(400, answer.encode())
    assert outcome_of(refused.value).reason == "Unsupported tag “…” at 5"


def test_nor_what_a_job_failed_with() -> None:
    """It is told to the operator in chat."""
    failures = Failures()

    def plan(*which: object) -> list[Owed]:
        raise ValueError(SECRET)

    job = failures.watching([Job("x", daily(NOW.time(), grace=timedelta()), plan)])[0]
    with pytest.raises(ValueError, match=SECRET), warnings.catch_warnings():
        job.plan(None, 1, Occurrence("s", NOW.date(), NOW, NOW), NOW)
    [(number, fault)] = failures.by_job().values()
    assert (number, SECRET in fault, fault.startswith("ValueError")) == (1, False, True)
