"""branch-bot tally --branch ID of an organisation above branches: every branch below, one a row, in counts."""

import json
from datetime import datetime, tzinfo
from typing import TYPE_CHECKING, Any

import click

from bot.cli.output import Format, show

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from bot.features.tally.committee import Below, BranchCounts
    from scheduler.calendar.periods import Period

COLUMNS = ("id", "name", "secretary", "people", "bound", "closed", "open_items", "attendance_rate")
OVERALL = "branch_scope_overall"


def show_all(session: "Session", above: int, period: "Period", now: datetime, tz: tzinfo, how: str) -> None:
    """What is kept and holds is read, everything else counted; nothing is written."""
    from bot.features.registry import KEEPS
    from bot.features.tally import committee
    from storage.audience import Me
    from storage.choices import Duty

    me = Me(0, "", above, None, frozenset({Duty.COMMITTEE_OFFICER}), frozenset())
    everything = 10**9
    found = committee.overview(session, me, period, now, tz, keeps=KEEPS, most=everything)
    if how == Format.JSON:
        click.echo(json.dumps(to_json(found), ensure_ascii=False, indent=1))
        return
    click.echo(f"{found.name}  {_days(period)}  {found.branches} branches, {found.people} people")
    show([_row(line) for line in found.lines], COLUMNS, how, tz, empty="No branch yet.")


def to_json(found: "Below") -> dict[str, Any]:
    """Figures by path; of a rate its part and whole. What is nothing is left out; totals have only what adds up."""
    return {
        "period": {"from": found.period.start.isoformat(), "to": found.period.to.isoformat()},
        "organisation": found.name,
        "branches": [_row(line) | {"figures": _plain(line.counts)} for line in found.lines],
        "totals": _plain(found.totals),
    }


def _plain(counts: Any) -> dict[str, Any]:
    return {
        path: number if isinstance(number, int | float) else {"part": number[0], "whole": number[1]}
        for path, number in sorted(counts.items())
    }


def _row(line: "BranchCounts") -> dict[str, Any]:
    from bot.kit.rates import plain, rate

    overall = line.counts.get(OVERALL)
    attendance = None if overall is None or isinstance(overall, int | float) else rate(*overall)
    return {
        "id": line.id,
        "name": line.name,
        "secretary": line.secretary,
        "people": line.people,
        "bound": line.bound,
        "closed": line.closed,
        "open_items": sum(line.waits.values()),
        "attendance_rate": None if attendance is None else float(plain(attendance)),
    }


def _days(period: "Period") -> str:
    return str(period.quarter) if period.quarter is not None else f"{period.start} to {period.end}"
