"""What is counted of talks (D14): how far each campaign came by the cut-off of its last day, the talks of a time."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, and_, false, or_

from bot.features.talks import messages, reading, rules
from bot.features.talks.buttons import OpenCampaign, OpenTalk
from bot.features.talks.rules import Held, Progress
from bot.kit.closing import standing
from bot.kit.deadlines import day_in_time, in_time
from bot.kit.figure_words import aside, with_names
from bot.kit.figures import (
    Behaviour,
    Counting,
    Figure,
    Look,
    Record,
    Section,
    Shown,
    Slice,
    Source,
    Together,
    codes,
    each,
    fixed,
    those,
)
from bot.kit.glossary.choices import TALK_KINDS
from bot.kit.group_scope import LATEST
from bot.kit.rates import percent
from bot.kit.replies import Choice
from bot.kit.words import quoted, short_day
from scheduler.calendar.days import Quarter
from storage.choices import TalkKind
from storage.models.talk import Talk, TalkCampaign
from storage.roster import rosters


@dataclass(frozen=True, slots=True)
class Campaign:
    """One, with what it came to."""

    id: int
    topic: str
    first: date
    last: date
    came_to: Progress

    @property
    def code(self) -> str:
        return f"K{self.id}"


def _in_time(of: Together, part: Slice, *which: ColumnElement[bool]) -> ColumnElement[bool]:
    """Those that stand and were on file by the cut-off of a quarter; an archive that does not say has them in time."""
    came = or_(
        in_time(Talk.recorded_at, part.cut_off),
        and_(Talk.recorded_at.is_(None), day_in_time(Talk.on, part.cut_off, of.tz)),
    )
    return standing(Talk, and_(came, *which), part.cut_off)


def _campaigns(of: Together) -> dict[int, list[Campaign]]:
    """Those that end in the days of the period: each with its talks, also of an earlier quarter, as they were by the
    cut-off of its last day; to a leader's groups belong their people.
    """

    def ends(part: Slice) -> ColumnElement[bool]:
        made = or_(TalkCampaign.made_at.is_(None), in_time(TalkCampaign.made_at, part.cut_off))
        in_days = and_(made, TalkCampaign.last_on >= part.days.start, TalkCampaign.last_on < part.days.to)
        here = and_(of.here(TalkCampaign.branch_id), in_days)
        return standing(TalkCampaign, here, part.cut_off)

    def carry(part: Slice) -> ColumnElement[bool]:
        mine = [row.id for row in rows if part.days.holds(row.last_on)]
        return _in_time(of, part, Talk.campaign_id.in_(mine)) if mine else false()

    rows = reading.all_campaigns(of.session, and_(of.here(TalkCampaign.branch_id), each(of.slices, ends)))
    found: dict[int, list[Campaign]] = {one: [] for one in of.counts}
    talks = reading.held_in(of.session, of.counts, each(of.slices, carry)) if rows else {}
    for row in sorted(rows, key=lambda row: Quarter.of(row.last_on)):
        only = of.counts[row.branch_id].of(LATEST)
        there = rosters(of.session, row.branch_id, [row.last_on])[row.last_on]
        should = [one.id for one in there if only is None or one.id in only]
        mine = _among([one for one in talks[row.branch_id] if one.campaign_id == row.id], only)
        came_to = rules.progress(row.from_on, row.last_on, should, mine)
        found[row.branch_id].append(Campaign(row.id, row.topic, row.from_on, row.last_on, came_to))
    return found


def _among(talks: Iterable[Held], only: frozenset[int] | None) -> list[Held]:
    return [one for one in talks if only is None or one.people & only]


def _talks(counting: Counting) -> Sequence[Held]:
    """By the day of the talk, each by the cut-off of its own quarter (D27)."""
    return _among(counting.each(_held), counting.of(LATEST))


def _held(of: Together) -> dict[int, list[Held]]:
    def within(part: Slice) -> ColumnElement[bool]:
        return _in_time(of, part, *reading.within(part.days.start, part.days.to))

    whole = reading.within(of.period.start, of.period.to)
    return reading.held_in(of.session, of.counts, *whole, each(of.slices, within))


# Who is missing is told on the page of the campaign: not everybody who reads the tally may know.
CAMPAIGNS: Source[Sequence[Campaign]] = Source("talk campaigns", lambda counting: counting.each(_campaigns))
TALKS: Source[Sequence[Held]] = Source("talks", _talks)


def _named(found: Progress) -> dict[str, Any]:
    return {
        "written_records": found.written,
        "talked": len(found.talked),
        "should": len(found.should),
        "coverage_rate": found.rate,
        "full_coverage": found.full,
        "missing": sorted(codes("P", found.missing)),
    }


def _behind(rows: Sequence[Campaign]) -> Mapping[str, Sequence[str]]:
    return {
        path: listed
        for one in rows
        for path, listed in (
            (f".{one.code}.talked", codes("P", one.came_to.talked)),
            (f".{one.code}.should", codes("P", one.came_to.should)),
            (f".{one.code}.written_records", codes("T", one.came_to.records)),
        )
    }


def _show(look: Look, rows: Sequence[Campaign]) -> Shown:
    called = look.called({person for one in rows for person in one.came_to.missing})
    return (), [Record("\n".join(_campaign(one, called)), Choice("打开", OpenCampaign(one.id))) for one in rows]


def _campaign(one: Campaign, called: Mapping[int, str]) -> Iterable[str]:
    days = f"{short_day(one.first)}至{short_day(one.last)}"
    return (
        f"{quoted(one.topic)}：{days}",
        f"　{messages.counts(one.came_to)}，书面记录{one.came_to.written}份",
        *with_names(called, ("未谈", one.came_to.missing)),
    )


def _covered(found: Mapping[str, Any]) -> str:
    """（覆盖率96%）; of several campaigns, in their order."""
    said = ("全覆盖" if one["full_coverage"] else f"覆盖率{percent(one['coverage_rate'])}" for one in found.values())
    return aside(said)


def _records(look: Look, rows: Sequence[Held]) -> Shown:
    names = reading.called(look.session, rows)
    return (), [Record(messages.line(one, names), Choice("打开", OpenTalk(one.id))) for one in rows]


def _by_kind(rows: Sequence[Held]) -> dict[str, int]:
    many = Counter(one.kind for one in rows)
    return {kind.value: many[kind] for kind in TalkKind}


def _kinds(found: Mapping[str, int]) -> str:
    """（谈心谈话24次，廉政提醒谈话3次）"""
    return aside(f"{TALK_KINDS[TalkKind(kind)]}{many}次" for kind, many in found.items() if many)


def _ids(rows: Sequence[Held]) -> Mapping[str, Sequence[str]]:
    return {"": codes("T", [one.id for one in rows])}


FIGURES = fixed(
    Figure(
        "talk_campaigns",
        "谈话活动",
        "期",
        Section.TALKS,
        Behaviour.ADDITIVE,
        "最后一天在这段时间的谈话活动；覆盖率为活动期间谈过的人数除以最后一天在册人数，免于考勤的人员也计入，有无书面记录都算，"
        "按最后一天所在季度的统计截止时间计",
        of=CAMPAIGNS,
        value=lambda rows: {one.code: _named(one.came_to) for one in rows},
        number=len,
        behind=_behind,
        show=_show,
        more=_covered,
        undivided=True,
        quiet=True,
        opens_to=reading.sees_some,
    ),
    Figure(
        "talk_records_written_quarter",
        "书面谈话记录",
        "份",
        Section.TALKS,
        Behaviour.ADDITIVE,
        "这段时间有书面记录的谈话，按谈话日期计，集体谈话计1份",
        of=TALKS,
        rows=those(lambda one: one.written),
        behind=_ids,
        show=_records,
        quiet=True,
        opens_to=reading.sees_some,
    ),
    Figure(
        "talks_by_kind",
        "谈话",
        "次",
        Section.TALKS,
        Behaviour.ADDITIVE,
        "这段时间的谈话，按谈话日期计，有无书面记录都算，集体谈话计1次",
        of=TALKS,
        value=_by_kind,
        number=lambda found: sum(found.values()),
        behind=_ids,
        show=_records,
        more=_kinds,
        quiet=True,
        opens_to=reading.sees_some,
    ),
)
