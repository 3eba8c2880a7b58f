"""The processes of a run: the server and one bot at a time, what /proc says of them, and how they end."""

import json
import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Self

from tests.bench.contestants import Contestant

ROOT = Path(__file__).parents[2]
TOKEN = "7000001:bench-bench-bench-bench-bench-bench"
TICKS = os.sysconf("SC_CLK_TCK")
# Nothing of the environment reaches the bots but what is needed to run at all: no proxy, no settings.
KEPT = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "VIRTUAL_ENV")


class Gone(RuntimeError):
    """A bot ended by itself, or did not do what was waited for."""


class Server:
    """The Bot API server: started here, or another one that was started by hand at `address`."""

    def __init__(self, address: str = "", seed: int = 1) -> None:
        self._process: subprocess.Popen[str] | None = None
        if not address:
            command = [sys.executable, "-m", "tests.bench.server", "--seed", str(seed)]
            self._process = subprocess.Popen(command, cwd=ROOT, env=environment(), stdout=subprocess.PIPE, text=True)
            assert self._process.stdout is not None
            address = self._process.stdout.readline().strip()
        self.address = address.rstrip("/")

    def load(
        self,
        people: Sequence[int] = (),
        data: str = "",
        *,
        median_ms: float = 0,
        rate: float = 0,
        watch: dict[str, str] | None = None,
        crowd: dict[str, Any] | None = None,
        word: str = "",
    ) -> None:
        """A new line of taps (`rate` a second, 0: all are there at once), and a new crowd by the fields of crowd.py.

        word: typed by each of these people in private instead of a tap.
        """
        taps = {"people": list(people), "data": data, "rate": rate, "watch": watch, "word": word}
        self._say("load", **taps, median_ms=median_ms, **(crowd or {}))

    def wait(self, event: str, seconds: float, quiet: float = 5) -> dict[str, Any]:
        """Until poll, delivery, finish or quiet, at most so long; the report of the line."""
        return self._say("wait", **{"for": event, "seconds": seconds, "quiet": quiet})

    def report(self) -> dict[str, Any]:
        """What was seen of the line so far."""
        return self._say("report")

    def _say(self, what: str, **params: Any) -> dict[str, Any]:
        headers = {"Content-Type": "application/json"}
        request = urllib.request.Request(f"{self.address}/control/{what}", json.dumps(params).encode(), headers)
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(request, timeout=300) as answer:
            return dict(json.load(answer))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.communicate()


class Bot:
    """One bot in a folder of its own, from its start to its end."""

    def __init__(self, who: Contestant, folder: Path, server: Server, url: str = "") -> None:
        settings = {
            "BOT_API_URL": server.address,
            "BOT_TOKEN": TOKEN,
            "DATA_DIR": str(folder),
            "LISTEN": "127.0.0.1:0",
            "DATABASE_URL": url or f"sqlite:///{who.database(folder)}",
            "LOG_LEVEL": "WARNING",
        }
        self._server, self._log = server, folder / "stderr.txt"
        with self._log.open("ab") as log:
            self.started = time.monotonic()
            self._process = subprocess.Popen(
                who.command, cwd=folder, env=environment() | settings, stdout=subprocess.DEVNULL, stderr=log
            )

    def wait(self, event: str, seconds: float, quiet: float = 5) -> dict[str, Any]:
        """The server's report once it happened. Raises Gone when it did not, or the bot has ended."""
        report = self._server.wait(event, seconds, quiet)
        if self._process.poll() is not None:
            raise Gone(f"the bot ended by itself: {self._said()}")
        happened = {"poll": report["first_poll"], "delivery": report["first_delivery"], "finish": not report["open"]}
        if not happened.get(event, True):
            raise Gone(f"no {event} within {seconds:g} s ({report['open']} taps open): {self._said()}")
        return report

    @property
    def cpu(self) -> float:
        """CPU seconds of all its threads so far."""
        fields = Path(f"/proc/{self._process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS

    def memory(self, what: str) -> float:
        """Megabytes: VmRSS now, VmHWM the most so far."""
        for line in Path(f"/proc/{self._process.pid}/status").read_text().splitlines():
            if line.startswith(what):
                return int(line.split()[1]) / 1024
        raise Gone(f"no {what}: {self._said()}")

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()

    def _said(self) -> str:
        return self._log.read_text(errors="replace")[-2_000:].strip() or "nothing on stderr"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        try:
            self._process.wait(timeout=8)
        except subprocess.TimeoutExpired:
            self.kill()


def environment() -> dict[str, str]:
    kept = {name: os.environ[name] for name in KEPT if name in os.environ}
    return kept | {"PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"}
