"""The papers that every month leaves behind: which are expected of the months that have ended, and which are there."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any

from sqlalchemy import select

from bot.features.register import entries, messages, month_minutes
from bot.features.register.kinds.kind import Kind, Papers
from bot.features.tally.periods import month_of
from bot.kit.deadlines import in_time
from bot.kit.entry_kinds import USED
from bot.kit.figures import Behaviour, Counting, Figure, Look, Record, Shown, Source
from bot.kit.rates import percent, rate
from scheduler.calendar.days import Quarter
from storage.choices import MonthlyDocument
from storage.models.entry import Entry, EntryDay, EntryValue
from storage.roster import rosters

MINUTES = MonthlyDocument.MINUTES.value


@dataclass(frozen=True, slots=True)
class Paper:
    """One kind of paper of one month; `ids`: the entries that say that it is there, `minutes`: the rows that are it."""

    month: date
    kind: str
    ids: tuple[int, ...]
    minutes: tuple[int, ...] = ()

    @property
    def is_there(self) -> bool:
        return bool(self.ids or self.minutes)


_PRESENT = "应有的资料中已登记的份数；当月各项活动均有会议记录的，会议记录即为已有"


def figures(kind: Kind) -> Sequence[Figure[Any, Any]]:
    """Expected, present, missing and the rate, of a kind that declares them (S31)."""
    papers = kind.papers
    if papers is None:
        return ()
    source: Source[Sequence[Paper]] = Source(papers.expected, partial(_load, kind, papers))
    figure = partial(Figure[Sequence[Paper], Paper], section=kind.section, of=source, quiet=True)
    show = partial(_shown, kind, papers)
    return (
        figure(papers.expected, "月度资料应有", "份", behaviour=Behaviour.ADDITIVE,
               formula="已结束的各月按支部设置应有的资料份数，月末没有党员的月份除外", show=show),
        figure(papers.present, "月度资料已有", "份", behaviour=Behaviour.ADDITIVE, rows=_there, value=len,
               formula=_PRESENT, show=show, behind=partial(_codes, kind)),
        figure(papers.missing, "月度资料缺少", "份", behaviour=Behaviour.ADDITIVE, rows=_lacking, value=_listed,
               number=len, formula="应有的资料中没有登记的份数", show=show),
        figure(papers.rate, "月度资料齐全率", "%", behaviour=Behaviour.RATE, value=_rate, said=percent,
               formula="已有份数÷应有份数", behind=lambda rows: _codes(kind, _there(rows)), beside=papers.present,
               share=(papers.present, papers.expected)),
    )  # fmt: skip


def _load(kind: Kind, papers: Papers, counting: Counting) -> Sequence[Paper]:
    """Every paper of every month that has ended in the period, in a few statements; minutes are there by themselves
    when every held own activity of the month has them. Of a month on whose last day the branch had nobody nothing is
    missing: only what is there is expected of it.
    """
    months = list(_months(counting.period.start, counting.last_day))
    settings = counting.settings
    query = (
        select(Entry.id, EntryDay.on, EntryValue.key, Entry.recorded_at)
        .join(EntryDay, (EntryDay.entry_id == Entry.id) & (EntryDay.field == papers.month))
        .join(EntryValue, (EntryValue.entry_id == Entry.id) & (EntryValue.field == papers.kind))
        .where(Entry.branch_id == counting.branch_id, Entry.kind == kind.name, Entry.withdrawn_at.is_(None))
        .where(EntryDay.on.in_(months))
        .order_by(Entry.id)
    )
    found: dict[tuple[date, str], list[int]] = defaultdict(list)
    rows = counting.session.execute(query) if kind.name in counting.of(USED) else ()
    for entry_id, month, which, recorded_at in rows:
        if in_time(recorded_at, counting.cut_off(Quarter.of(month))):
            found[month, which].append(entry_id)
    by_itself = month_minutes.complete(counting, months, month_of(months[-1]).to) if months else {}
    here = rosters(counting.session, counting.branch_id, [month_of(one).end for one in months])
    every = [
        Paper(month, which, tuple(found.get((month, which), ())), by_itself.get(month, ()) if which == MINUTES else ())
        for month in months
        for which in sorted(getattr(settings.on(month), papers.setting))
    ]
    return [one for one in every if one.is_there or here[month_of(one.month).end]]


def _months(start: date, last_day: date) -> Iterator[date]:
    """The first days of the months that end from `start` on, by the last day: each is of one part of any period."""
    month = month_of(start)
    while month.end <= last_day:
        yield month.start
        month = month_of(month.to)


def _there(rows: Sequence[Paper]) -> Sequence[Paper]:
    return [one for one in rows if one.is_there]


def _lacking(rows: Sequence[Paper]) -> Sequence[Paper]:
    return [one for one in rows if not one.is_there]


def _listed(rows: Sequence[Paper]) -> list[list[str]]:
    return sorted([f"{one.month:%Y-%m}", one.kind] for one in rows)


def _rate(rows: Sequence[Paper]) -> Any:
    return rate(len(_there(rows)), len(rows))


def _codes(kind: Kind, rows: Sequence[Paper]) -> dict[str, list[str]]:
    entries_ = [f"{kind.collection}/{number}" for one in rows for number in one.ids]
    return {"": [*entries_, *(f"minutes/{number}" for one in rows for number in one.minutes)]}


def _shown(kind: Kind, papers: Papers, look: Look, rows: Sequence[Paper]) -> Shown:
    """Each paper in a line; one that is there opens its entry."""
    found = {one.id: one for one in entries.views(look.session, [number for one in rows for number in one.ids])}
    called = entries.called(look.session, look.counting.branch_id, found.values())
    declared = kind.field(papers.kind)
    words = declared.options if declared is not None else {}
    records: list[Record] = []
    for one in rows:
        views = [found[number] for number in one.ids if number in found]
        records += [Record(*messages.record(view, None, called)) for view in views]
        if not views:
            said = f"（各项活动共{len(one.minutes)}份）" if one.minutes else "（缺）"
            records.append(Record(f"{one.month.year}年{one.month.month}月 {words.get(one.kind, one.kind)}{said}"))
    return [], records
