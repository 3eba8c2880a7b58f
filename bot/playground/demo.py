"""branch-bot demo: a branch of 25 people lives through the third quarter of 2023, through the real bot over HTTP."""

import asyncio
import logging
import os
import tempfile
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from bot.app import App, running
from bot.features.accounts import service as people_service
from bot.features.accounts.rules import InviteKind
from bot.features.registry import HANDLERS, jobs
from bot.features.roster_files.service import import_roster
from bot.features.tally import service as tally_service
from bot.features.tally.service import Tally
from bot.kit.glossary.choices import DUTIES
from bot.kit.transport import AiohttpTransport
from bot.playground import story
from bot.playground.acting import Stage
from bot.playground.base_branch import NAME, YEAR, base_branch
from bot.playground.clock import TravelClock
from bot.playground.groups import Group
from bot.playground.http import serve
from bot.playground.people import Person
from bot.playground.server import Playground
from scheduler.calendar.days import Quarter
from storage import migrate
from storage.choices import Duty
from storage.engine import Storage

TZ = ZoneInfo("Asia/Shanghai")
QUARTER = Quarter(2023, 3)
FIRST_ACCOUNT, GROUP_CHAT = 1001, -5001
SECRETARY = "甲一"
LABELS = {
    "甲一": DUTIES[Duty.SECRETARY],
    "甲二": DUTIES[Duty.ORGANIZATION_OFFICER],
    "丙一": DUTIES[Duty.PUBLICITY_OFFICER],
    "乙二": DUTIES[Duty.DISCIPLINE_OFFICER],
    "甲三": DUTIES[Duty.GROUP_LEADER],
    "甲七": "党员",
    "丙八": "老党员",
}

Progress = Callable[[float, str], None]
Ready = Callable[["Demo"], None]


@dataclass(frozen=True)
class Demo:
    """A demo that has been played: its address, its branch, and the tally of the quarter."""

    address: str
    branch_id: int
    tally: Tally


async def play(progress: Progress, ready: Ready, *, stay: bool, port: int = 0) -> None:
    """Play the quarter; `progress` hears the part done and the local time, `ready` the result.

    `stay`: leave the page open, with the clock running, until cancelled.
    """
    logging.getLogger("bot").setLevel(logging.ERROR)
    logging.getLogger("scheduler").setLevel(logging.ERROR)
    with tempfile.TemporaryDirectory(prefix="branch-bot-demo-", dir=_memory()) as folder:
        async with _theatre(Path(folder), port) as (stage, address, storage, branch_id):
            first, last = _instant(story.START), _instant(story.END)
            async for when in story.play(stage):
                progress((_instant(when) - first) / (last - first), when)
            now = stage.clock.now()
            tally = await storage.read(
                lambda session: tally_service.tally(session, branch_id, QUARTER, now.astimezone(TZ), TZ)
            )
            ready(Demo(address, branch_id, tally))
            if stay:
                stage.clock.run()
                await asyncio.Event().wait()


def _memory() -> str | None:
    """Where the demo's database lives: in memory where the machine offers that, since nothing of it is kept."""
    memory = "/dev/shm"
    return memory if os.access(memory, os.W_OK | os.X_OK) else None


def _instant(local: str) -> datetime:
    return datetime.fromisoformat(local).replace(tzinfo=TZ)


@asynccontextmanager
async def _theatre(folder: Path, port: int) -> AsyncIterator[tuple[Stage, str, Storage, int]]:
    """Playground, database and bot, with everybody bound and the group tied, as a new user would do it."""
    clock = TravelClock(_instant(story.START))
    playground = Playground(clock, tz=TZ)
    playground.record = False
    url = f"sqlite:///{folder / 'branch.db'}"
    migrate.upgrade(url)
    storage = Storage(url)
    try:
        with storage.transaction() as session:
            branch_id = people_service.add_branch(session, NAME, None, clock.now())
            import_roster(session, branch_id, base_branch(), now=clock.now().astimezone(TZ), since=YEAR)
        people = {
            row.name: playground.person(FIRST_ACCOUNT + number, row.name, label=LABELS.get(row.name, ""))
            for number, row in enumerate(base_branch())
        }
        async with serve(playground, port) as address:
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
