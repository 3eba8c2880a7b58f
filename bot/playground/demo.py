"""branch-bot demo: a branch of 25 people lives through the third quarter of 2023, through the real bot over HTTP."""

import asyncio
import logging
import os
import tempfile
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from bot.app import App, running
from bot.features.accounts import service as people_service
from bot.features.accounts.rules import InviteKind
from bot.features.registry import FIGURES, HANDLERS, jobs
from bot.features.roster_files.service import import_roster
from bot.features.tally import service as tally_service
from bot.features.tally.service import Tally
from bot.kit.transport import AiohttpTransport
from bot.playground import papers, story
from bot.playground.acting import Stage
from bot.playground.base_branch import NAME, YEAR, base_branch
from bot.playground.clock import TravelClock
from bot.playground.groups import Group
from bot.playground.http import serve
from bot.playground.papers import Paper
from bot.playground.people import Person
from bot.playground.prompter import Prompter
from bot.playground.server import Playground
from bot.playground.views import done
from scheduler.calendar.days import Quarter
from scheduler.calendar.periods import Period
from storage import migrate
from storage.engine import Storage

TZ = ZoneInfo("Asia/Shanghai")
PERIOD = Period.of(Quarter(2023, 3))
FIRST_ACCOUNT, GROUP_CHAT = 1001, -5001
SECRETARY = "甲一"
# How often the terminal hears of it.
TELL = 0.1

Progress = Callable[[float, str], None]
Opened = Callable[[str], None]
Ready = Callable[["Demo"], None]


@dataclass(frozen=True)
class Demo:
    """A demo that has been played: its address, its branch, the tally of the quarter and what it leaves on paper."""

    address: str
    branch_id: int
    tally: Tally
    papers: Sequence[Paper]


async def play(opened: Opened, progress: Progress, ready: Ready, *, stay: bool, port: int = 0) -> None:
    """Play the quarter, which can be watched at the address that `opened` hears.

    `progress` hears the part done and the day reached, from the first second; `ready` the result.
    `stay`: leave the page open, with the clock running, until cancelled.
    """
    logging.getLogger("bot").setLevel(logging.ERROR)
    logging.getLogger("scheduler").setLevel(logging.ERROR)
    with tempfile.TemporaryDirectory(prefix="branch-bot-demo-", dir=_memory()) as folder:
        async with _theatre(Path(folder), port, opened, progress) as (stage, address, storage, branch_id):
            async for _ in story.play(stage):
                pass
            now = stage.clock.now()
            tally, listed = await storage.read(lambda session: _told(session, branch_id, now.astimezone(TZ)))
            _handed(stage.group.playground, listed)
            progress(1.0, _reached(now))
            ready(Demo(address, branch_id, tally, listed))
            if stay:
                stage.clock.run()
                await asyncio.Event().wait()


def _told(session: Session, branch_id: int, now: datetime) -> tuple[Tally, list[Paper]]:
    """The figures of the quarter, and what it leaves on paper."""
    found = tally_service.tally(session, branch_id, PERIOD, now, TZ, figures=FIGURES)
    return found, papers.made(session, found, now, TZ)


def _handed(playground: Playground, listed: Sequence[Paper]) -> None:
    """The page hands the papers out, and may be tapped from now on."""
    playground.papers, playground.report, playground.replay = listed, papers.page(listed), None
    playground.touch()


@asynccontextmanager
async def _telling(playground: Playground, progress: Progress) -> AsyncIterator[None]:
    """How far the story is, now and then."""

    async def tell() -> None:
        while playground.replay is not None:
            now = playground.clock.now()
            progress(done(playground.replay, now), _reached(now))
            await asyncio.sleep(TELL)

    telling = asyncio.create_task(tell())
    try:
        yield
    finally:
        telling.cancel()


def _reached(now: datetime) -> str:
    return f"{now.astimezone(TZ):%Y-%m-%d}"


def _memory() -> str | None:
    """Where the demo's database lives: in memory where the machine offers that, since nothing of it is kept."""
    memory = "/dev/shm"
    return memory if os.access(memory, os.W_OK | os.X_OK) else None


def _instant(local: str) -> datetime:
    return datetime.fromisoformat(local).replace(tzinfo=TZ)


@asynccontextmanager
async def _theatre(
    folder: Path, port: int, opened: Opened, progress: Progress
) -> AsyncIterator[tuple[Stage, str, Storage, int]]:
    """Playground, database and bot, with everybody bound and the group tied, as a new user would do it."""
    clock = TravelClock(_instant(story.START))
    playground = Playground(clock, tz=TZ)
    playground.record, playground.replay = False, (clock.now(), _instant(story.END))
    people = {row.name: playground.person(FIRST_ACCOUNT + number, row.name) for number, row in enumerate(base_branch())}
    try:
        async with serve(playground, port) as address, _telling(playground, progress):
            opened(address)
            async with _branch(folder, playground) as (storage, branch_id):
                app = App(
                    storage=storage,
                    transport=AiohttpTransport(),
                    clock=clock,
                    tz=TZ,
                    token=playground.token,
                    api_url=address,
                    handlers=HANDLERS,
                    jobs=jobs(TZ),
                )
                for name, read, sleeps in app.gauges():
                    clock.watch(name, read, sleeps=sleeps)
                async with running(app):
                    group = await _bind(storage, branch_id, playground, people, clock)
                    yield Stage(people, group, clock, TZ), address, storage, branch_id
    finally:
        await playground.close()


@asynccontextmanager
async def _branch(folder: Path, playground: Playground) -> AsyncIterator[tuple[Storage, int]]:
    """A database with the branch in it, which tells the page of its people."""
    url = f"sqlite:///{folder / 'branch.db'}"
    # Beside the loop, in which the page is served by now.
    await asyncio.to_thread(migrate.upgrade, url)
    storage = Storage(url)
    now = playground.clock.now()
    try:
        with storage.transaction() as session:
            branch_id = people_service.add_branch(session, NAME, None, now)
            import_roster(session, branch_id, base_branch(), now=now.astimezone(TZ), since=YEAR)
        playground.prompter = Prompter(playground, storage, jobs(TZ), TZ)
        yield storage, branch_id
    finally:
        playground.prompter = None
        await storage.close()


async def _bind(
    storage: Storage, branch_id: int, playground: Playground, people: dict[str, Person], clock: TravelClock
) -> Group:
    """The secretary's one-time link, everybody's own invite, and the group tied by the secretary."""
    now = clock.now().astimezone(TZ)
    code = await storage.write(lambda session: people_service.make_secretary_invite(session, branch_id, now))
    await people[SECRETARY].start(InviteKind.SECRETARY.prefix + code)
    await clock.settle()
    invites = await storage.write(lambda session: people_service.make_invites(session, branch_id, now))
    for name, _, personal in invites:
        await people[name].start(InviteKind.PERSON.prefix + personal)
    await clock.settle()
    group = playground.group(GROUP_CHAT, f"{NAME}群", list(people.values()), bot=False)
    await people[SECRETARY].send("党员")
    await clock.settle()
    await Stage(people, group, clock, TZ).tap(SECRETARY, "绑定工作群")
    link = next(
        button.url
        for message in reversed(people[SECRETARY].chat.messages)
        for row in message.buttons
        for button in row
        if button.url and "startgroup=" in button.url
    )
    await group.add_bot(people[SECRETARY], payload=link.partition("startgroup=")[2])
    await clock.settle()
    return group
