"""The report of a period: the figures of a tally in the project's sentences, and what the secretary has written."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.features.register.kinds.kind import Kind
from bot.features.register.kinds.report import ISSUE, PARAGRAPH, PLAN_ITEM
from bot.features.report import rules, sentences
from bot.features.report.facts import facts, when
from bot.features.report.rules import Clause
from bot.features.tally.periods import half_of, words, year_of
from bot.features.tally.service import Tally, tally
from bot.kit.access import Right, may, require
from bot.kit.figures import Figures
from bot.kit.words import quarter_word
from scheduler.calendar.days import Quarter
from scheduler.calendar.periods import Period
from storage.audience import Me
from storage.models.entry import Entry, EntryDay

_OWN: Mapping[str, Kind] = {one.name: one for one in (ISSUE, PLAN_ITEM, PARAGRAPH)}


@dataclass(frozen=True, slots=True)
class Mine:
    """What the secretary has written: an entry of one of these kinds, its text as it stands in a report, and (of a
    paragraph) the section that it names.
    """

    kind: str
    entry_id: int
    text: str
    section: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """A section of the first chapter: its heading (without its number), what figures say, what the secretary wrote."""

    word: str
    said: Sequence[str]
    own: Sequence[Mine] = ()

    @property
    def paragraphs(self) -> list[str]:
        return [*self.said, *(one.text for one in self.own)]


@dataclass(frozen=True, slots=True)
class Report:
    """A report as it is written; it is made anew whenever it is asked for.

    found: the tally it is made of. dropped: the words of the figures that the usual sentences would have said, and that
    are empty. issues, plans: the secretary's own (S63, S65); further: the word of what plans are for; late: how many of
    them are not counted, because they came after the cut-off.
    """

    found: Tally
    opening: str
    parts: Sequence[Part]
    dropped: Sequence[str]
    own_issues: Sequence[Mine]
    own_plans: Sequence[Mine]
    further: str
    late: int

    @property
    def title(self) -> str:
        """S1"""
        return f"{self.found.branch}{words(self.found.period)}工作情况总结报告"

    @property
    def when(self) -> str:
        return when(self.found)

    @property
    def issues(self) -> list[str]:
        return [one.text for one in self.own_issues]

    @property
    def plans(self) -> list[str]:
        return [one.text for one in self.own_plans]

    @property
    def quarter(self) -> Quarter:
        """Whose issues, plans and paragraphs are in it: that in which the period ends."""
        return Quarter.of(self.found.counting.last_day)


def report(
    session: Session,
    me: Me,
    period: Period,
    now: datetime,
    tz: tzinfo,
    *,
    figures: Figures,
    version: str = "",
) -> Report:
    """Refuses who may not write it (W10)."""
    require(me, Right.REPORT, branch_id=me.branch_id)
    return of_tally(session, tally(session, me.branch_id, period, now, tz, figures=figures, version=version))


def may_write(me: Me) -> bool:
    return may(me, Right.REPORT, branch_id=me.branch_id)


def of_tally(session: Session, found: Tally) -> Report:
    """The report that a tally makes."""
    here = facts(session, found)
    own = _Own(session, found)
    sections = [rules.written(one, here) for one in sentences.SECTIONS]
    parts = _parts(sections, own.paragraphs)
    words_of = {one.figure.path: one.figure.word for one in found.counted}
    dropped = [word for section in sections for one in section.dropped if (word := words_of.get(_first(one), ""))]
    opening = rules.alone(sentences.OPENING, here) + rules.filled(sentences.REPORTING, here)
    return Report(
        found,
        opening,
        parts,
        list(dict.fromkeys(dropped)),
        own.issues,
        own.plans,
        next_words(found.period),
        own.late,
    )


def _parts(sections: Iterable[rules.Written], own: Mapping[str, Sequence[Mine]]) -> list[Part]:
    """Paragraphs of one's own stand at the end of the section that they name; of none, in one that they name."""
    left = dict(own)
    found = []
    for one in sections:
        names = [key for key in left if key and (key in one.section.word or one.section.word in key)]
        mine = sorted((each for name in names for each in left.pop(name)), key=lambda each: each.entry_id)
        said = [said.text for said in one.paragraphs]
        if said or mine:
            found.append(Part(one.section.word, said, mine))
    return [*found, *(Part(key, (), listed) for key, listed in left.items())]


def _first(clause: Clause) -> str:
    """The figure that a clause is left out for want of: the first that it speaks of."""
    return next((gap for gap in clause.gaps if not gap.startswith("#")), "")


def next_words(period: Period) -> str:
    """What the plans are for: 第四季度, 下半年, 2024年."""
    after = period.to
    if period.quarter is not None:
        return quarter_word(after)
    if period == half_of(period.start):
        return "下半年" if after.month == 7 else f"{after.year}年上半年"
    return f"{after.year}年" if period == year_of(period.start) else "下一步"


# --- the secretary's own text ----------------------------------------------------------------------------------------


class _Own:
    """Issues, plans and paragraphs of the quarter that the period ends in: of what is counted, what was counted."""

    def __init__(self, session: Session, found: Tally) -> None:
        quarter = Quarter.of(found.counting.last_day)
        entries = _of_quarter(session, found.counting.branch_id, quarter)
        counted = {code for kind in (ISSUE, PLAN_ITEM) for code in found.behind.get(kind.counts[0].path, ())}
        there = [one for one in entries if one.kind == PARAGRAPH.name or _code(one) in counted]
        self.late = len(entries) - len(there)
        self.issues = [Mine(one.kind, one.id, str(one.fields["text"])) for one in there if one.kind == ISSUE.name]
        self.plans = [Mine(one.kind, one.id, plan(one.fields)) for one in there if one.kind == PLAN_ITEM.name]
        self.paragraphs: dict[str, list[Mine]] = {}
        for one in there:
            if one.kind == PARAGRAPH.name:
                section = str(one.fields["section"]).strip()
                written = Mine(one.kind, one.id, str(one.fields["text"]), section)
                self.paragraphs.setdefault(section, []).append(written)


def _of_quarter(session: Session, branch_id: int, quarter: Quarter) -> list[Entry]:
    query = (
        select(Entry)
        .join(EntryDay, EntryDay.entry_id == Entry.id)
        .where(Entry.branch_id == branch_id, Entry.kind.in_(list(_OWN)), Entry.withdrawn_at.is_(None))
        .where(EntryDay.field == "quarter", EntryDay.on >= quarter.start, EntryDay.on < quarter.next().start)
        .order_by(Entry.id)
    )
    return list(session.scalars(query).unique())


def _code(entry: Entry) -> str:
    return f"{_OWN[entry.kind].collection}/{entry.id}"


def plan(fields: Mapping[str, Any]) -> str:
    """The plan with its measures."""
    text, measures = str(fields["text"]).strip().rstrip("。；，"), str(fields.get("measures") or "").strip()
    return f"{text}。{measures}" if measures else text
