"""Counting what is kept: one branch as its superior committee may see it, and what of many is counted anew."""

import logging
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from decimal import Decimal
from functools import partial
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from bot.features.tally.service import Counted, Tally, plain, tallies
from bot.kit import kept_figures
from bot.kit.blocks import Blocks
from bot.kit.feature import Feature
from bot.kit.figures import Behaviour, Figures, together, value_at
from bot.kit.kept_figures import Fresh, Idle, Kept, Number
from scheduler.calendar.days import Quarter, local_day
from scheduler.calendar.periods import Period
from storage.audience import Me, below
from storage.choices import Duty
from storage.engine import Storage
from storage.models.organisation import Organisation
from storage.models.person import DutySpan
from storage.once import asked_once
from storage.spans import on_day

log = logging.getLogger(__name__)

# As whom a branch is counted here: what no officer of a superior committee is told of is not kept.
READER = Me(0, "", 0, None, frozenset({Duty.COMMITTEE_OFFICER}), frozenset())
# So many branches are counted anew while somebody waits for a page, and in one reading of the night.
AT_ONCE, BY_NIGHT = 50, 100


@dataclass(frozen=True, slots=True)
class Keeps:
    """What counting takes of the features: their figures, what each says is to be settled before a close, and the lines
    of the audit log that change nothing counted.
    """

    figures: Figures
    blocks: Sequence[Blocks]
    idle: Idle


def keeps_of(features: Sequence[Feature]) -> Keeps:
    """Of these features; that something was exported changes nothing in any of them."""
    blocks = [one.blocks for one in features if one.blocks is not None]
    idle = frozenset({"export"}.union(*(one.idle for one in features)))
    return Keeps(together(*(one.figures for one in features)), blocks, idle)


@dataclass(frozen=True, slots=True)
class Looked:
    """What is known of many branches: `known` by branch, `fresh` what was counted just now and is to be kept."""

    known: Mapping[int, Kept]
    fresh: Sequence[Fresh] = ()

    @property
    def afterwards(self) -> Sequence[Callable[[Session], None]]:
        """The short write that comes after the reading (Reply.afterwards)."""
        return [partial(kept_figures.write, fresh=self.fresh)] if self.fresh else ()


# --- branches --------------------------------------------------------------------------------------------------------


def count(
    session: Session, keeps: Keeps, branches: Collection[int], period: Period, now: datetime, tz: tzinfo
) -> list[Fresh]:
    """Count these branches now, all together."""
    return [fresh for _, fresh in counted(session, keeps, branches, period, now, tz)]


def counted(
    session: Session, keeps: Keeps, branches: Collection[int], period: Period, now: datetime, tz: tzinfo
) -> list[tuple[Tally, Fresh]]:
    """The same, each with the tally that it was made of. Their states are asked first: a record that comes in the
    meantime makes the count an old one.
    """
    if not branches:
        return []
    states = kept_figures.states(session, kept_figures.of_ids(branches), keeps.idle, now, tz)
    with asked_once(session, branches):
        every = tallies(session, branches, period, now, tz, figures=keeps.figures, to=READER)
        waits = {one: _waits(keeps, found) for one, found in every.items()}
    settled = kept_figures.settled(session, states, now)
    return [
        (
            found,
            Fresh(
                Kept(one, now, numbers(found), waits[one]),
                period,
                states[one],
                found.counting.over,
                one in settled,
                found.behind,
            ),
        )
        for one, found in every.items()
    ]


def _waits(keeps: Keeps, found: Tally) -> dict[str, int]:
    """How much of each kind has to be settled before the close; nothing of what is frozen."""
    waits: dict[str, int] = {}
    for one in (one for blocks in keeps.blocks if found.frozen is None for one in blocks(found.counting)):
        waits[one.kind.value] = waits.get(one.kind.value, 0) + one.many
    return waits


def numbers(found: Tally) -> dict[str, Number]:
    """The figures that chat shows, by their paths, as numbers alone; what is nothing is left out."""
    values = plain(found.figures)
    named = {one.figure.path: _number(one, values) for one in found.counted if one.figure.shown is not None}
    return {path: number for path, number in named.items() if number is not None}


def _number(one: Counted, values: Mapping[str, Any]) -> Number | None:
    if one.figure.behaviour is Behaviour.RATE and one.figure.share is not None:
        part, whole = (_at(values, path) for path in one.figure.share)
        return (part, whole) if whole else None
    number = one.figure.number(one.value)
    if isinstance(number, bool) or not isinstance(number, int | float | Decimal) or one.is_empty:
        return None
    return number if isinstance(number, int) else float(number)


def _at(values: Any, path: str) -> int:
    """The number at a path of the JSON; what is not there is nothing."""
    found = value_at(values, path)
    if isinstance(found, Mapping | list):
        return len(found)
    return int(found) if isinstance(found, int | float) else 0


# --- many branches ---------------------------------------------------------------------------------------------------


def look(
    session: Session,
    keeps: Keeps,
    branches: Select[int],
    period: Period,
    now: datetime,
    tz: tzinfo,
    first: Sequence[int] = (),
    most: int = AT_ONCE,
) -> Looked:
    """What is kept of them, with a slice of what holds no more counted anew: `first` these, then who was never counted,
    then the oldest.
    """
    states = kept_figures.states(session, branches, keeps.idle, now, tz)
    known = kept_figures.find(session, branches, period, states, now)
    stale = [one for one in states if one not in known or not known[one].holds]
    stale.sort(key=lambda one: (one not in first, one in known, known[one].counted_at if one in known else now, one))
    fresh = count(session, keeps, stale[:most], period, now, tz)
    return Looked({**known, **{one.kept.branch_id: one.kept for one in fresh}}, fresh)


# --- by night --------------------------------------------------------------------------------------------------------


async def by_night(storage: Storage, keeps: Keeps, now: datetime, tz: tzinfo) -> int:
    """Count anew what is below an officer of a superior committee: the present quarter and the one before.

    Each slice is read with the readers and kept in a short write, so that nobody waits; a branch that cannot be counted
    is left as it was. How many were counted.
    """
    await storage.write(partial(kept_figures.forget, now=now))
    number, this = 0, Quarter.of(local_day(now, tz))
    for period in (Period.of(this), Period.of(this.previous())):
        stale = await storage.read(partial(_stale, keeps=keeps, period=period, now=now, tz=tz))
        for start in range(0, len(stale), BY_NIGHT):
            part = stale[start : start + BY_NIGHT]
            fresh = await storage.read(partial(_slice, keeps=keeps, ids=part, period=period, now=now, tz=tz))
            await storage.write(partial(kept_figures.write, fresh=fresh))
            number += len(fresh)
    return number


def _slice(
    session: Session, keeps: Keeps, ids: Sequence[int], period: Period, now: datetime, tz: tzinfo
) -> list[Fresh]:
    try:
        return count(session, keeps, ids, period, now, tz)
    except (ArithmeticError, LookupError, TypeError, ValueError):
        # Of rows of one branch that make no sense; whoever opens it there hears of it, all others are counted.
        if len(ids) == 1:
            log.exception("branch %d was not counted", ids[0])
            return []
    return [fresh for one in ids for fresh in _slice(session, keeps, [one], period, now, tz)]


def _stale(session: Session, keeps: Keeps, period: Period, now: datetime, tz: tzinfo) -> list[int]:
    stale: dict[int, None] = {}
    for above in seen_from(session, now, tz):
        states = kept_figures.states(session, below(above), keeps.idle, now, tz)
        known = kept_figures.find(session, below(above), period, states, now)
        stale |= {one: None for one in states if one not in known or not known[one].holds}
    return list(stale)


def seen_from(session: Session, now: datetime, tz: tzinfo) -> list[int]:
    """The organisations whose officer looks at what is below."""
    here = select(DutySpan.organisation_id).join(Organisation, Organisation.id == DutySpan.organisation_id)
    held = (DutySpan.duty == Duty.COMMITTEE_OFFICER, on_day(DutySpan, local_day(now, tz)))
    return list(session.scalars(here.where(*held).distinct().order_by(DutySpan.organisation_id)))
