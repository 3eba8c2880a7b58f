"""What a field holds, by its type: how it is said, and what the figures read of it. Plain values only.

Kept as JSON: a text; a number; a day 2023-08-11, a month 2023-08, a quarter 2023Q3, days {"from", "to"} ([from,
to), to null: open); the code of a choice; true or false; people [{"id": 12}, {"name": "庚一"}]; the name of a unit or
site, of several a list; files as Telegram announces them; a link {"activity": 7}, {"vote": 3} or {"entry": 12}, of
several a list. Since when it is there, whose it is and until when are kept
with the states.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from bot.features.register.kinds.kind import ACTIVITY, FACTS, VOTE, EntryField, Kind, Type
from bot.kit.entry_hours import EARNING
from bot.kit.entry_hours import FIELD as HOURS
from bot.kit.glossary.choices import DUTIES
from bot.kit.kept_files import stays_outside
from bot.kit.names import clean_name, name_key
from bot.kit.rates import plain
from bot.kit.words import quarter_word, quoted, short_day
from scheduler.calendar.days import Quarter
from storage.choices import Duty

Json = Mapping[str, Any]
DAY = timedelta(days=1)
NOBODY = "已注销"


@dataclass(frozen=True, slots=True)
class Called:
    """How the people, party groups, activities and entries are called that entries name by number."""

    people: Mapping[int, str] = field(default_factory=dict)
    groups: Mapping[int, str] = field(default_factory=dict)
    links: "Mapping[Link, str]" = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Link:
    """What a field points to: an activity, a vote, or (`to` ENTRY) another entry."""

    to: str
    id: int


ENTRY = "entry"


def links(value: Any) -> list[Link]:
    """What the value of a link points to, in its order."""
    listed = value if isinstance(value, list) else [value]
    return [
        Link(to, one[to])
        for one in listed
        if isinstance(one, Mapping)
        for to in (ACTIVITY, ENTRY, VOTE)
        if isinstance(one.get(to), int)
    ]


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose it is: a person, a party group, an office, or a name."""

    id: int | None = None
    group_id: int | None = None
    duty: Duty | None = None
    name: str = ""

    @property
    def nobody(self) -> bool:
        return self == Owner()

    def said(self, called: Called) -> str:
        if self.id is not None:
            return called.people.get(self.id, NOBODY)
        if self.group_id is not None:
            return called.groups.get(self.group_id, "")
        return DUTIES[self.duty] if self.duty is not None else self.name


@dataclass(frozen=True, slots=True)
class Derived:
    """What the figures read of one field: days (first, last; last null: open), people (id or name), values."""

    days: Sequence[tuple[date, date | None]] = ()
    people: Sequence[tuple[int | None, str]] = ()
    values: Sequence[tuple[str, str, int | None]] = ()


def is_empty(value: Any) -> bool:
    return value is None or value in ("", [], {})


def usual(declared: EntryField) -> Any:
    """What stands in a field without an answer, as it is kept; None: nothing."""
    if not declared.usual:
        return None
    if declared.type is Type.NUMBER:
        return int(declared.usual)
    return declared.usual == "yes" if declared.type is Type.YESNO else declared.usual


# --- how it is said --------------------------------------------------------------------------------------------------


def said(declared: EntryField, value: Any, called: Called) -> str:
    """The words of a value; "" of none."""
    return "" if is_empty(value) else _SAID[declared.type](declared, value, called)


def _text(declared: EntryField, value: Any, called: Called) -> str:
    return quoted(str(value)) if declared.titled else str(value)


def _number(declared: EntryField, value: Any, called: Called) -> str:
    return plain(Decimal(str(value)))


def _day(declared: EntryField, value: Any, called: Called) -> str:
    return full_day(date.fromisoformat(value))


def full_day(day: date) -> str:
    """2023年8月11日: an entry is read years later."""
    return f"{day.year}年{short_day(day)}"


def _month(declared: EntryField, value: Any, called: Called) -> str:
    return f"{value[:4]}年{int(value[5:])}月"


def _quarter(declared: EntryField, value: Any, called: Called) -> str:
    quarter = Quarter.parse(value)
    return f"{quarter.year}年{quarter_word(quarter.start)}"


def _days(declared: EntryField, value: Any, called: Called) -> str:
    first, to = date.fromisoformat(value["from"]), value.get("to")
    if to is None:
        return f"{full_day(first)}起"
    last = date.fromisoformat(to) - DAY
    return full_day(first) if last == first else f"{full_day(first)}至{full_day(last)}"


def _choice(declared: EntryField, value: Any, called: Called) -> str:
    return declared.options.get(value, str(value))


def _yesno(declared: EntryField, value: Any, called: Called) -> str:
    return "是" if value else "否"


def _people(declared: EntryField, value: Any, called: Called) -> str:
    return "、".join(called.people.get(one["id"], NOBODY) if "id" in one else one["name"] for one in value)


def _names(declared: EntryField, value: Any, called: Called) -> str:
    return value if isinstance(value, str) else "、".join(value)


def _files(declared: EntryField, value: Any, called: Called) -> str:
    """2个（1个仅存于聊天平台）: of what is too large nothing is left once Telegram has it no longer."""
    outside = sum(isinstance(one, Mapping) and stays_outside(one) for one in value)
    return f"{len(value)}个" + (f"（{outside}个仅存于聊天平台）" if outside else "")


def _links(declared: EntryField, value: Any, called: Called) -> str:
    """Nothing where it was not asked how they are called: a line in a list names none. An archive's own id as it is."""
    if isinstance(value, str):
        return value
    return "、".join(called.links[one] for one in links(value) if one in called.links)


def _owner(declared: EntryField, value: Any, called: Called) -> str:
    return value.said(called) if isinstance(value, Owner) else str(value)


_SAID: Mapping[Type, Callable[[EntryField, Any, Called], str]] = {
    Type.TEXT: _text,
    Type.NUMBER: _number,
    Type.DAY: _day,
    Type.MONTH: _month,
    Type.DAYS: _days,
    Type.QUARTER: _quarter,
    Type.CHOICE: _choice,
    Type.YESNO: _yesno,
    Type.PEOPLE: _people,
    Type.ORG: _names,
    Type.SITE: _names,
    Type.FILES: _files,
    Type.LINK: _links,
    Type.ROWS: lambda declared, value, called: f"{len(value)}{declared.counted}",
    Type.SINCE: _day,
    Type.OWNER: _owner,
    Type.DUE: _day,
}


# --- what the figures read -------------------------------------------------------------------------------------------


def derived(declared: EntryField, value: Any) -> Derived:
    """The days, people and values of one field."""
    read = _DERIVED.get(declared.type)
    return Derived() if is_empty(value) or read is None else read(value)


def _of_names(value: Any) -> Derived:
    names = [value] if isinstance(value, str) else value
    return Derived(values=[(name_key(name), clean_name(name), None) for name in names])


def _of_days(value: Any) -> Derived:
    to = value.get("to")
    return Derived(days=[(date.fromisoformat(value["from"]), date.fromisoformat(to) - DAY if to else None)])


def _of_month(value: Any) -> Derived:
    return Derived(days=[(day := date.fromisoformat(f"{value}-01"), day)])


def _of_quarter(value: Any) -> Derived:
    quarter = Quarter.parse(value)
    return Derived(days=[(quarter.start, quarter.end)])


def _of_day(value: Any) -> Derived:
    return Derived(days=[(day := date.fromisoformat(value), day)])


_DERIVED: Mapping[Type, Callable[[Any], Derived]] = {
    # A platform is a text, and counted as one (D19).
    Type.TEXT: _of_names,
    Type.NUMBER: lambda value: Derived(values=[("", "", int(Decimal(str(value)) * 100))]),
    Type.DAY: _of_day,
    Type.MONTH: _of_month,
    Type.DAYS: _of_days,
    Type.QUARTER: _of_quarter,
    Type.CHOICE: lambda value: Derived(values=[(value, "", None)]),
    Type.YESNO: lambda value: Derived(values=[("yes" if value else "no", "", None)]),
    Type.PEOPLE: lambda value: Derived(people=[(one.get("id"), one.get("name", "")) for one in value]),
    Type.ORG: _of_names,
    Type.SITE: _of_names,
}


def read_by_figures(kind: Kind, rows: str, key: str) -> bool:
    """Whether a figure reads this field: a change of it wants a reason, and none is taken after the cut-off."""
    name = f"{rows}.{key}" if rows else key
    behind = {one for names in (*kind.first_of.values(), *kind.together.values()) for one in names}
    behind |= {one for span in kind.spans.values() for one in (span.start, span.end)}
    behind |= {kind.papers.month, kind.papers.kind} if kind.papers is not None else set()
    behind |= {kind.ceiling.share} if kind.ceiling is not None else set()
    days = ((one.on, one.ends, one.holds, one.quarter, one.gone) for one in kind.counts)
    dated = {kind.dated, *behind, *(day for several in days for day in several)}
    used = {
        one
        for count in kind.counts
        if count.rows == rows or not rows
        for one in (*count.where, count.distinct, count.total, count.times, count.by, count.year, count.latest)
    }
    declared = kind.field(name)
    if declared is None:
        return name in dated
    computed = bool(kind.computes) and (declared.type is Type.NUMBER or VOTE in declared.to)
    # Its hours, and that it says none because an activity does.
    earning = not rows and kind.name in EARNING and key in (HOURS, ACTIVITY)
    return name in dated or key in used or declared.type in FACTS or computed or earning


def correctable(one: EntryField) -> bool:
    """Whether a correction may change this field after the close: what stands in the entry itself, and is typed."""
    return one.type not in (Type.ROWS, Type.FILES, Type.LINK, *FACTS) and not one.computed


def counted_text(kind: Kind, rows: str, declared: EntryField) -> bool:
    """A text lies among the values only where a figure counts it: what people write is nowhere twice."""
    return declared.type is not Type.TEXT or any(
        declared.key == count.distinct and count.rows == rows for count in kind.counts
    )


# --- a line ----------------------------------------------------------------------------------------------------------


class _Blank(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return ""


def line(template: str, words: Mapping[str, str]) -> str:
    """An entry in a list; what it has not leaves no gap."""
    return " ".join(template.format_map(_Blank(words)).split())


def title(kind: Kind, fields: Json) -> str:
    """What an entry is called without the people in it: what is said in 《》, else its first text, unit or site."""
    for declared in sorted(kind.fields, key=lambda one: not one.titled):
        if declared.type in (Type.TEXT, Type.ORG, Type.SITE) and not is_empty(fields.get(declared.key)):
            return _names(declared, fields[declared.key], Called())
    return kind.word
