"""How the facts of people are said: offices, ranks, standing, reasons, days; and what a change looks like in words."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from bot.kit.glossary.choices import CATEGORIES, DUTIES, EXEMPTIONS, RANKS, STATUSES
from bot.kit.glossary.columns import FACTS, column_word
from storage.choices import Duty
from storage.facts import DETAILS, Edit, Fact, Facts
from storage.models.person import (
    CategorySpan,
    DutySpan,
    ExemptionSpan,
    GroupSpan,
    MembershipSpan,
    Person,
    RankSpan,
    RosterSpan,
)
from storage.roster import Member

NONE = "无"


def offices(member: Member, words: Mapping[Duty, str] = DUTIES) -> str:
    """书记、统战委员: all that somebody holds, in the order of the words."""
    titles = {Duty.COMMITTEE_MEMBER: "、".join(sorted(member.titles))}
    return "、".join(titles.get(duty) or word for duty, word in words.items() if duty in member.duties)


# What a kind of span says, by its column.
_WORDS: dict[type[Any], Mapping[Any, str]] = {
    MembershipSpan: STATUSES,
    RankSpan: RANKS,
    CategorySpan: CATEGORIES,
    DutySpan: DUTIES,
    ExemptionSpan: EXEMPTIONS,
}
# And the column with its own word, where it has one.
_OWN_WORD: dict[type[Any], str] = {RankSpan: "rank_text", DutySpan: "title"}

# What a roster may have left open: who holds an office or is exempt is said one by one.
_FILLED = frozenset(
    {
        *map(column_word, DETAILS),
        *(FACTS[kind.__tablename__][0] for kind in (GroupSpan, RankSpan, CategorySpan)),
    }
)


def full_day(day: date) -> str:
    """2023年8月1日"""
    return f"{day.year}年{day.month}月{day.day}日"


def since(day: date) -> str:
    """自2023年8月1日起; nothing for what has held ever since."""
    return "" if day == date.min else f"自{full_day(day)}起"


def until(day: date) -> str:
    """The last day that still counts, of a span that ends before `day`."""
    return f"至{full_day(day - timedelta(days=1))}"


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that changes for one person, in words; `on` is the day from which it holds (None: a detail)."""

    name: str
    what: str
    before: str
    after: str
    on: date | None = None

    @property
    def fills(self) -> bool:
        """Whether it fills in a blank that decides nothing by itself."""
        return self.before == NONE and self.what in _FILLED

    def __str__(self) -> str:
        when = f"（{since(self.on)}）" if self.on is not None and since(self.on) else ""
        return f"{self.what} {self.before}→{self.after}{when}"


def said(kind: type[Any], values: Mapping[str, Any], groups: Mapping[int, str]) -> str:
    """One span in a word: 第一党小组, 副科, 统战委员, 产假至2024年1月31日."""
    what, column = FACTS[kind.__tablename__]
    if kind is RosterSpan:
        return what
    if kind is GroupSpan:
        return groups.get(values[column], NONE)
    if kind is ExemptionSpan:
        reason = values.get("reason_text") or EXEMPTIONS[values[column]]
        return reason + (until(values["to_on"]) if values["to_on"] else "")
    own = values.get(_OWN_WORD.get(kind, "")) or ""
    return own or _WORDS[kind][values[column]]


def differences(facts: Facts, edits: Sequence[Edit]) -> list[Difference]:
    """What the edits mean, person by person; a new person's facts are one line."""
    found: list[Difference] = []
    by_person: dict[int, list[Edit]] = defaultdict(list)
    for edit in edits:
        by_person[edit.person_id].append(edit)
    for person_id, mine in by_person.items():
        found += [_newcomer(facts, person_id)] if person_id < 0 else _changes(facts, person_id, mine)
    return found


def _newcomer(facts: Facts, person_id: int) -> Difference:
    listed = facts.spans[RosterSpan, person_id]
    on = listed[0].from_on if listed else None
    parts = [
        said(kind, fact.values, facts.groups) + _begins(fact, on)
        for kind in (GroupSpan, MembershipSpan, RankSpan, CategorySpan, DutySpan, ExemptionSpan)
        for fact in _told(kind, facts.spans[kind, person_id])
    ]
    return Difference(facts.people[person_id].values["name"], "新增", NONE, "、".join(parts) or NONE, on)


def _begins(fact: Fact, on: date | None) -> str:
    """Of an exemption its first day, where that is not the one of coming: 产假至2026年8月31日（自2026年3月1日起）."""
    later = fact.kind is ExemptionSpan and on is not None and fact.from_on > on
    return f"（{since(fact.from_on)}）" if later else ""


def _told(kind: type[Any], listed: Sequence[Fact]) -> Sequence[Fact]:
    """Of offices, in the order of their words, and of exemptions all; of the others the last, which holds."""
    if kind is DutySpan:
        return sorted(listed, key=lambda fact: list(DUTIES).index(fact.values["duty"]))
    return listed if kind is ExemptionSpan else listed[-1:]


def _changes(facts: Facts, person_id: int, edits: Iterable[Edit]) -> list[Difference]:
    name = facts.people[person_id].values["name"]
    kinds = dict.fromkeys(edit.kind for edit in edits)
    found: list[Difference] = []
    for kind in kinds:
        if kind is Person:
            found += _details(name, facts.people[person_id])
        elif kind is DutySpan:
            found += [_duty(name, fact) for fact in facts.spans[kind, person_id] if fact.edit() is not None]
        else:
            found.append(_span(facts, name, kind, person_id))
    return found


def _details(name: str, fact: Fact) -> list[Difference]:
    was = fact.was or {}
    return [
        Difference(
            name, column_word(column), _detail(column, was.get(column)), _detail(column, fact.values.get(column))
        )
        for column in DETAILS
        if was.get(column) != fact.values.get(column)
    ]


def _detail(column: str, value: Any) -> str:
    if column == "phone" and value:
        return f"尾号{value[-4:]}"
    return full_day(value) if isinstance(value, date) else str(value or NONE)


def _duty(name: str, fact: Fact) -> Difference:
    word = said(DutySpan, fact.values, {})
    if fact.was is None:
        return Difference(name, column_word("duty"), NONE, word, fact.from_on)
    return Difference(name, column_word("duty"), word, NONE, fact.to_on)


def _span(facts: Facts, name: str, kind: type[Any], person_id: int) -> Difference:
    """Before and after on the first day on which they differ."""
    listed = facts.spans[kind, person_id]
    days = {day for fact in listed for one in (fact.values, fact.was or {}) for day in _bounds(one)}
    for day in sorted(days):
        old = next((fact.was for fact in listed if fact.was is not None and _held(fact.was, day)), None)
        new = next((fact.values for fact in listed if _held(fact.values, day)), None)
        before, after = (said(kind, one, facts.groups) if one else NONE for one in (old, new))
        if kind is RosterSpan and (old is None) != (new is None):
            moved = ("不在册", "转入") if new is not None else ("在册", "转出")
            return Difference(name, "名册", *moved, day)
        if before != after or (old is None) != (new is None):
            return Difference(name, FACTS[kind.__tablename__][0], before, after, day)
    return Difference(name, FACTS[kind.__tablename__][0], NONE, "修正")


def _bounds(values: Mapping[str, Any]) -> list[date]:
    return [day for day in (values.get("from_on"), values.get("to_on")) if day is not None]


def _held(values: Mapping[str, Any], day: date) -> bool:
    to_on = values["to_on"]
    return bool(values["from_on"] <= day and (to_on is None or to_on > day))
