"""What was measured, beside its goal, as a table for people or JSON for programs."""

import json
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from rich import box
from rich.console import Console
from rich.table import Table


@dataclass(frozen=True)
class AtMost:
    limit: float

    def met(self, value: float) -> bool:
        return value <= self.limit

    def __str__(self) -> str:
        return f"<= {self.limit:g}"


@dataclass(frozen=True)
class AtLeast:
    limit: float

    def met(self, value: float) -> bool:
        return value >= self.limit

    def __str__(self) -> str:
        return f">= {self.limit:g}"


Bound = AtMost | AtLeast


@dataclass(frozen=True)
class Finding:
    """One line. `value` is what the bounds are about: mostly a ratio, ours to the rival's, of one run."""

    goal: int
    what: str
    ours: str
    theirs: Mapping[str, str]
    value: float
    must: Bound | None = None
    stretch: Bound | None = None
    rounds: Sequence[float] = field(default_factory=list)

    @property
    def verdict(self) -> str:
        """stretch, must, missed; empty when there is no goal."""
        if self.stretch is not None and self.stretch.met(self.value):
            return "stretch"
        if self.must is None:
            return ""
        return "must" if self.must.met(self.value) else "missed"


@dataclass(frozen=True)
class Pair:
    """Ours and a rival's value, round by round."""

    rival: str
    values: Sequence[tuple[float, float]]

    def finding(self, goal: int, what: str, must: Bound | None = None, stretch: Bound | None = None) -> Finding:
        ratios = [ours / theirs for ours, theirs in self.values]
        ours, theirs = (statistics.median(column) for column in zip(*self.values, strict=True))
        return Finding(
            goal, what, f"{ours:.3g}", {self.rival: f"{theirs:.3g}"}, statistics.median(ratios), must, stretch, ratios
        )


def as_json(findings: Sequence[Finding]) -> str:
    rows = [
        {
            "goal": one.goal,
            "what": one.what,
            "ours": one.ours,
            "theirs": dict(one.theirs),
            "ratio": one.value,
            "rounds": list(one.rounds),
            "must": str(one.must or ""),
            "stretch": str(one.stretch or ""),
            "verdict": one.verdict,
        }
        for one in findings
    ]
    return json.dumps(rows, ensure_ascii=False, indent=2)


def as_table(findings: Sequence[Finding]) -> None:
    table = Table(box=box.SIMPLE_HEAD)
    for title in ("goal", "what", "branch-bot", "beside", "ratio", "must", "stretch", "met"):
        table.add_column(title, justify="right" if title in ("goal", "branch-bot", "ratio") else "left")
    for one in findings:
        beside = "\n".join(f"{name}: {value}" for name, value in one.theirs.items())
        bounds = str(one.must or ""), str(one.stretch or "")
        table.add_row(str(one.goal), one.what, one.ours, beside, f"{one.value:.3g}", *bounds, one.verdict)
    Console(width=140).print(table)
