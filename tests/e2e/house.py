"""What the end-to-end tests share: a playground whose bot can be stopped, killed and started again."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select

from bot.app import App, running
from bot.features import registry
from bot.kit.transport import Transport
from bot.playground.clock import TravelClock
from bot.playground.local import ROOT, LocalTransport
from bot.playground.server import Playground
from storage.engine import Storage
from storage.models.inbox import Inbox

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOW = datetime(2023, 7, 7, 6, 30, tzinfo=UTC)
# A button that no version of the bot has: it is answered without a row of its own.
OLD = "zz:1"


def playground() -> Playground:
    clock = TravelClock(NOW)
    clock.run()
    return Playground(clock, tz=SHANGHAI)


def build(storage: Storage, there: Playground, transport: Transport | None = None, **more: Any) -> App:
    given = {
        "storage": storage,
        "transport": transport or LocalTransport(there),
        "clock": there.clock,
        "tz": SHANGHAI,
        "token": there.token,
        "api_url": ROOT,
        "handlers": registry.HANDLERS,
        "jobs": registry.jobs(SHANGHAI),
    }
    return App(**{**given, **more})


async def until(reached: Callable[[], Any], seconds: float = 20) -> None:
    for _ in range(int(seconds / 0.01)):
        if reached():
            return
        await asyncio.sleep(0.01)
    raise TimeoutError


async def quiet(app: App) -> None:
    """Everything that came in is handled and said."""
    await until(lambda: not any(read() for name, read, _ in app.gauges() if name in ("inbox", "edge", "storage")))


def rows(storage: Storage) -> list[Inbox]:
    with storage.reading() as session:
        return list(session.scalars(select(Inbox).order_by(Inbox.id)))


def states(storage: Storage) -> list[str]:
    return [row.state.value for row in rows(storage)]


async def crash(task: "asyncio.Task[None]") -> None:
    """As near to a kill as one process comes: nothing is drained, nothing is said any more."""
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


@asynccontextmanager
async def bot(storage: Storage, there: Playground, transport: Transport | None = None) -> AsyncIterator[App]:
    async with running(build(storage, there, transport)) as app:
        yield app


class Process:
    """branch-bot run, as its own process, against a playground over HTTP."""

    def __init__(self, folder: Path, **settings: str) -> None:
        self.folder = folder
        self.settings = {"BOT_TOKEN": "", "DATA_DIR": str(folder), "LISTEN": "127.0.0.1:0", **settings}
        self.process: asyncio.subprocess.Process | None = None
        self.said = ""

    async def start(self, *command: str) -> None:
        """`run`, when no other command is given."""
        kept = {name: os.environ[name] for name in ("PATH", "LANG", "LC_ALL") if name in os.environ}
        self.process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "bot",
            *(command or ("run",)),
            cwd=self.folder,
            env={**kept, **self.settings, "PYTHONPATH": str(Path(__file__).parents[2])},
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )

    def send(self, number: signal.Signals) -> None:
        assert self.process is not None
        self.process.send_signal(number)

    async def hear(self, words: str) -> None:
        """Wait until it says so."""
        assert self.process is not None
        assert self.process.stdout is not None
        async with asyncio.timeout(20):
            while words not in self.said:
                self.said += (await self.process.stdout.readline()).decode()

    async def ended(self, seconds: float = 20) -> int:
        """The exit code; what it said is in `said`."""
        assert self.process is not None
        said, _ = await asyncio.wait_for(self.process.communicate(), seconds)
        self.said += said.decode()
        code = self.process.returncode
        self.process = None
        assert code is not None
        return code

    async def kill(self) -> None:
        if self.process is not None:
            self.send(signal.SIGKILL)
            await self.ended()
