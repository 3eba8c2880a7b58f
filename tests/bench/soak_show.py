"""The figures of a soak, as tables for people or JSON for programs."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table

from tests.bench.soak_count import Count


@dataclass(frozen=True)
class Run:
    """One run on one database. `begun`: when, on the compressed clock; said: what the bots said on stderr."""

    database: str
    processes: int
    seed: int
    factor: float
    begun: float
    minutes: float
    count: Count
    said: str


def _errors(said: str) -> Mapping[str, int]:
    """What the bots said at ERROR or worse, and how often."""
    lines = [line.split(" ", 2)[-1][:120] for line in said.splitlines() if " ERROR " in line or " CRITICAL " in line]
    return dict(Counter(lines).most_common(12))


def show(run: Run) -> None:
    console = Console(width=160)
    title = f"{run.database}, {run.processes} process(es), seed {run.seed}, {run.minutes:.0f} min at x{run.factor:g}"
    console.print(_phases(run, title))
    console.print(_figures(run))
    for what, some in run.count.examples.items():
        console.print(what, *some, sep="\n  ", markup=False, highlight=False, soft_wrap=True)
    for line, times in _errors(run.said).items():
        console.print(f"{times} x {line}", markup=False, highlight=False, soft_wrap=True)


def _phases(run: Run, title: str) -> Table:
    """Seconds of the clock, and real ones behind them."""
    table = Table(box=box.SIMPLE_HEAD, title=title)
    for name in ("fault", "began", "lasted", "first message", "first answer", "longest without", "for taps", "within"):
        table.add_column(name, justify="left" if name == "fault" else "right")
    for each in run.count.stills:
        phase = each.phase
        values = (each.first_send, each.first_tap, each.sends, each.taps, each.sends_within)
        shown = (f"{value:.1f} s ({value / run.factor:.1f})" for value in values)
        table.add_row(phase.name, f"{phase.begins - run.begun:.0f} s", f"{phase.ends - phase.begins:.0f} s", *shown)
    return table


def _figures(run: Run) -> Table:
    table = Table(box=box.SIMPLE_HEAD)
    for name in ("figure", "value", "at most", ""):
        table.add_column(name, justify="right" if name in ("value", "at most") else "left")
    for each in run.count.figures:
        most = "" if each.most is None else f"{each.most:g}"
        table.add_row(each.what, each.shown or f"{each.value:g}", most, "BROKEN" if each.broken else "")
    return table


def as_json(run: Run) -> dict[str, Any]:
    """Seconds of the clock since the load began."""
    count = run.count
    figures = [
        {"what": each.what, "value": each.value, "most": each.most, "broken": each.broken} for each in count.figures
    ]
    phases = [
        {
            "fault": each.phase.name,
            "begins": each.phase.begins - run.begun,
            "ends": each.phase.ends - run.begun,
            "first_send": each.first_send,
            "first_tap": each.first_tap,
            "longest_without_send": each.sends,
            "longest_without_tap": each.taps,
            "within_without_send": each.sends_within,
            "within_without_tap": each.taps_within,
        }
        for each in count.stills
    ]
    kept = {name: getattr(run, name) for name in ("database", "processes", "seed", "factor", "minutes")}
    return kept | {
        "phases": phases,
        "figures": figures,
        "examples": dict(count.examples),
        "errors": _errors(run.said),
    }
