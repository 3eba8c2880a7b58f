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
from bot.kit.branch_settings import BranchSettings
from bot.kit.deadlines import in_time
from bot.kit.entry_kinds import used
from bot.kit.figures import Behaviour, Figure, Look, Record, Shown, Source, Together
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
    load = partial(_load, kind, papers)
    source: Source[Sequence[Paper]] = Source(papers.expected, lambda counting: counting.each(load))
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


def _load(kind: Kind, papers: Papers, of: Together) -> dict[int, list[Paper]]:
    """Every paper of every month that has ended in the period, in a few statements; minutes are there by themselves
    when every held own activity of the month has them. Of a month on whose last day the branch had nobody nothing is
    missing: only what is there is expected of it. No party group has any.
    """
    if of.one.only is not None:
        return {branch_id: [] for branch_id in of.counts}
    months = list(_months(of.period.start, of.last_day))
    query = (
        select(Entry.branch_id, Entry.id, EntryDay.on, EntryValue.key, Entry.recorded_at)
        .join(EntryDay, (EntryDay.entry_id == Entry.id) & (EntryDay.field == papers.month))
        .join(EntryValue, (EntryValue.entry_id == Entry.id) & (EntryValue.field == papers.kind))
        .where(of.here(Entry.branch_id), Entry.kind == kind.name, Entry.withdrawn_at.is_(None))
        .where(EntryDay.on.in_(months))
        .order_by(Entry.id)
    )
    found: dict[tuple[int, date, str], list[int]] = defaultdict(list)
    kept = any(kind.name in kinds for kinds in of.of(used).values())
    for branch_id, entry_id, month, which, recorded_at in of.session.execute(query) if kept else ():
        if in_time(recorded_at, of.cut_off(branch_id, Quarter.of(month))):
            found[branch_id, month, which].append(entry_id)
    by_itself = month_minutes.complete(of, months, month_of(months[-1]).to) if months else {}

    def papers_of(branch_id: int, settings: BranchSettings) -> Iterator[Paper]:
        here = rosters(of.session, branch_id, [month_of(one).end for one in months])
        for month in months:
            minutes = by_itself[branch_id].get(month, ())
            for which in sorted(getattr(settings.on(month), papers.setting)):
                ids = tuple(found.get((branch_id, month, which), ()))
                paper = Paper(month, which, ids, minutes if which == MINUTES else ())
                if paper.is_there or here[month_of(month).end]:
                    yield paper

    return {branch_id: list(papers_of(branch_id, each.settings)) for branch_id, each in of.counts.items()}


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
