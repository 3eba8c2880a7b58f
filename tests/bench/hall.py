"""Where the measurements are made: one server, one prepared database, a fresh folder for every bot; the options."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import click

from tests.bench.contestants import OURS, Contestant, make_template
from tests.bench.findings import Finding, as_json, as_table
from tests.bench.process import Server

MOST_PEOPLE = 2_000
# Median latency in milliseconds, where there is any.
SLOW = 60


@dataclass(frozen=True)
class Sizes:
    """How much is measured. `taps`: of ours in a burst; `slow_taps`: of (a) at 60 ms; `starts`: in a round."""

    rounds: int
    taps: int
    slow_taps: int
    seconds: float
    kills: int
    kill_taps: int
    starts: int
    recipients: int
    broadcast_kills: int
    postgresql: str
    seed: int


@dataclass(frozen=True)
class Hall:
    """The server, and `folder(who)` for a bot with a database in which nobody has tapped yet."""

    server: Server
    template: Path
    attic: Path

    @contextmanager
    def folder(self, who: Contestant) -> Iterator[Path]:
        with TemporaryDirectory(dir=self.attic) as name:
            who.prepare(self.template, Path(name))
            yield Path(name)


Note = Callable[[str], None]
Measure = Callable[[Hall, Sizes, Note], list[Finding]]


@contextmanager
def opened(address: str = "", people: int = MOST_PEOPLE, seed: int = 1) -> Iterator[Hall]:
    """A hall with a server of its own, or the one at `address`."""
    with TemporaryDirectory(prefix="branch-bot-bench-") as name, Server(address, seed) as server:
        template = Path(name) / f"{OURS.name}.db"
        make_template(template, people)
        yield Hall(server, template, Path(name))


OPTIONS = (
    click.option("--rounds", type=click.IntRange(1, 20), default=2, show_default=True, help="The median is shown."),
    click.option("--taps", type=click.IntRange(100, MOST_PEOPLE), default=800, show_default=True, help="In a burst."),
    click.option("--slow-taps", type=click.IntRange(20, 999), default=100, show_default=True, help="Of (a) at 60 ms."),
    click.option("--seconds", type=click.FloatRange(4, 38), default=8, show_default=True, help="Of 50 taps a second."),
    click.option("--kills", type=click.IntRange(1, 500), default=10, show_default=True, help="Of our bot."),
    click.option("--kill-taps", type=click.IntRange(100, MOST_PEOPLE), default=800, show_default=True, help="In each."),
    click.option("--starts", type=click.IntRange(1, 20), default=3, show_default=True, help="In a round."),
    click.option("--recipients", type=click.IntRange(90, MOST_PEOPLE), default=1000, show_default=True,
                 help="Of a broadcast."),
    click.option("--broadcast-kills", type=click.IntRange(1, 200), default=5, show_default=True, help="In one."),
    click.option("--postgresql", default="", metavar="URL", help="An empty database: broadcast kills on it as well."),
    click.option("--seed", type=int, default=1, show_default=True, help="Of latencies and of the moments to kill at."),
    click.option("--server", default="", metavar="URL", help="Another server with the control paths of README.md."),
    click.option("--format", "how", type=click.Choice(["table", "json"]), default="table", show_default=True),
)  # fmt: skip


def alone(*measures: Measure) -> None:
    """A command that makes these measurements and prints what they found."""

    def command(server: str, how: str, **sizes: Any) -> None:
        findings: list[Finding] = []
        with opened(server, seed=sizes["seed"]) as hall:
            for measure in measures:
                findings += measure(hall, Sizes(**sizes), _note)
        click.echo(as_json(findings)) if how == "json" else as_table(findings)

    for option in reversed(OPTIONS):
        command = option(command)
    click.command(help=measures[0].__doc__ if len(measures) == 1 else "All of it, in about ten minutes.")(command)()


def _note(text: str) -> None:
    click.echo(f"{text} (load {os.getloadavg()[0]:.1f})", err=True)
