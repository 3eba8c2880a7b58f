"""What a branch decides itself about its counting, with one reader for all of it (organisation.settings).

A new one is a field of `BranchSettings` and a row of `FIELDS`; form, archive and log follow from the row's name.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, tzinfo
from enum import StrEnum
from functools import partial
from typing import Any, TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.kit.deadlines import CloseDays, in_time, is_close_day
from bot.kit.glossary.choices import ACTIVITY_TYPES
from bot.kit.names import LONGEST, name_key
from scheduler.calendar.days import CLOSE_DAY, Quarter, local_day
from storage.choices import (
    ActivityType,
    ConversionCountDate,
    DuesKept,
    ExemptFrom,
    MonthlyDocument,
    OfficialDutyAs,
    Rank,
)
from storage.models.close import QuarterClose
from storage.models.organisation import Organisation
from storage.once import once_of_each
from storage.roster import Member

E = TypeVar("E", bound=StrEnum)
LATE_MINUTES = range(61)
SHARES = range(1, 101)
# On these every month can be paid; usual where a branch has set none.
DUES_DAYS, DUES_DAY = range(1, 29), 15
# 科级以上 begins with one of these (D11).
CADRE_RANKS = (Rank.DEPUTY_SECTION, Rank.SECTION)
# From what an exemption may free today; tests are to come (D26).
IN_EFFECT = frozenset({ExemptFrom.ATTENDANCE, ExemptFrom.STUDY, ExemptFrom.REFLECTION})
# Under this name of the stored document: what counted otherwise before a quarter.
EARLIER = "earlier"
# {name: ((the first quarter that it no longer held for, value), ...)}, the oldest first.
Earlier = Mapping[str, tuple[tuple[Quarter, Any], ...]]
# The branch's own words for types of activities, the first of each is the one that is printed.
Aliases = Mapping[str, ActivityType]
LONGEST_ALIAS = 20


@dataclass(frozen=True, slots=True)
class BranchSettings:
    """The present ones. Those of `DATED` hold for whole quarters: `on` a day they are those of its quarter (D20).

    superior: "" where nobody has said it. appraisal_excellent_share: in per cent; None: nothing is checked. dues,
    dues_day: whether it is ticked who has paid, and the fixed day of each month (R24). early: the cut-off of the
    quarters that were closed before their close day; name: what the branch is called: none of the document.
    """

    close_day: int = CLOSE_DAY
    late_minutes: int = 10
    official_duty_as: OfficialDutyAs = OfficialDutyAs.LEAVE
    cadre_min_rank: Rank = Rank.DEPUTY_SECTION
    conversion_count_date: ConversionCountDate = ConversionCountDate.APPROVAL
    exempt_from: frozenset[ExemptFrom] = frozenset(ExemptFrom)
    monthly_documents: frozenset[MonthlyDocument] = frozenset({MonthlyDocument.MINUTES, MonthlyDocument.MONTHLY_LEDGER})
    appraisal_excellent_share: int | None = None
    peer_orgs: tuple[str, ...] = ()
    superior: str = ""
    aliases: Aliases = field(default_factory=dict)
    dues: DuesKept = DuesKept.OFF
    dues_day: int = DUES_DAY
    earlier: Earlier = field(default_factory=dict)
    early: Mapping[Quarter, datetime] = field(default_factory=dict)
    name: str = field(default="", compare=False)

    def on(self, day: date) -> "BranchSettings":
        """As they hold for the quarter that a day lies in."""
        quarter = Quarter.of(day)
        then: dict[str, Any] = {}
        for name, spans in self.earlier.items():
            found = next((value for before, value in spans if quarter < before), None)
            then |= {name: found} if found is not None else {}
        return replace(self, **then, earlier={}) if then else self

    def close_day_on(self, day: date) -> int:
        return self.on(day).close_day

    @property
    def closes(self) -> CloseDays:
        return CloseDays(self.close_day_on, self.early)

    def spares(self, member: Member, what: ExemptFrom) -> bool:
        """Whether somebody's exemption frees from this (D26)."""
        return member.exempt and what in self.exempt_from

    def spares_wholly(self, member: Member) -> bool:
        """From all that there is."""
        return member.exempt and self.exempt_from >= IN_EFFECT


USUAL = BranchSettings()


# --- what is stored --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Stored:
    """How one of them is read and written as JSON. `read`: None for what cannot be. `should`: what it is, in English.

    dated: a change never reaches quarters that are over.
    """

    read: Callable[[Any], Any]
    should: str
    write: Callable[[Any], Any] = lambda value: value
    dated: bool = False


def _number(among: range) -> Callable[[Any], int | None]:
    return lambda value: value if type(value) is int and value in among else None


def _one_of(kind: type[E], among: Collection[E] = ()) -> Callable[[Any], E | None]:
    allowed = {one.value: one for one in (among or kind)}
    return lambda value: allowed.get(value) if isinstance(value, str) else None


def _some_of(kind: type[E]) -> Callable[[Any], frozenset[E] | None]:
    def read(value: Any) -> frozenset[E] | None:
        known = {one.value: one for one in kind}
        if not isinstance(value, list) or not all(isinstance(one, str) and one in known for one in value):
            return None
        return frozenset(known[one] for one in value)

    return read


def _listed(value: Collection[StrEnum]) -> list[str]:
    """In the order of the choices."""
    return [one.value for kind in {type(one) for one in value} for one in kind if one in value]


def _names(value: Any) -> tuple[str, ...] | None:
    """Names that can be told apart, as the form takes them."""
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        return None
    keys = {name_key(one) for one in value}
    fits = "" not in keys and len(keys) == len(value) and all(len(one) <= LONGEST for one in value)
    return tuple(value) if fits else None


def aliases(value: Any) -> Aliases | None:
    """Own words for types, each of one type alone and none a usual one; None for anything else."""
    known = {one.value: one for one in ActivityType}
    if not isinstance(value, dict) or not all(isinstance(kind, str) and kind in known for kind in value.values()):
        return None
    keys = [name_key(word) for word in value]
    usual = {name_key(word) for word in ACTIVITY_TYPES.values()}
    fits = "" not in keys and len(set(keys)) == len(keys) and usual.isdisjoint(keys)
    return {word: known[kind] for word, kind in value.items()} if fits and _short(value) else None


def _short(words: Collection[str]) -> bool:
    return all(len(word) <= LONGEST_ALIAS for word in words)


FIELDS: Mapping[str, Stored] = {
    "close_day": Stored(
        lambda value: value if is_close_day(value) else None, "a day of the month from 1 to 28", dated=True
    ),
    "late_minutes": Stored(_number(LATE_MINUTES), "a number of minutes from 0 to 60"),
    "official_duty_as": Stored(_one_of(OfficialDutyAs), f"one of {', '.join(OfficialDutyAs)}", str, dated=True),
    "cadre_min_rank": Stored(_one_of(Rank, CADRE_RANKS), f"one of {', '.join(CADRE_RANKS)}", str, dated=True),
    "conversion_count_date": Stored(
        _one_of(ConversionCountDate), f"one of {', '.join(ConversionCountDate)}", str, dated=True
    ),
    "exempt_from": Stored(_some_of(ExemptFrom), f"a list of {', '.join(ExemptFrom)}", _listed, dated=True),
    "monthly_documents": Stored(
        _some_of(MonthlyDocument), f"a list of {', '.join(MonthlyDocument)}", _listed, dated=True
    ),
    # Each appraisal keeps its own, and is judged by that.
    "appraisal_excellent_share": Stored(_number(SHARES), "a number of per cent from 1 to 100"),
    "peer_orgs": Stored(_names, f"a list of different names of at most {LONGEST} letters", list, dated=True),
    "superior": Stored(lambda value: value if isinstance(value, str) else None, "a text"),
    "aliases": Stored(
        aliases,
        f"own words of at most {LONGEST_ALIAS} letters, each with the type of activity that it means",
        lambda value: {word: kind.value for word, kind in value.items()},
    ),
    "dues": Stored(_one_of(DuesKept), f"one of {', '.join(DuesKept)}", str, dated=True),
    "dues_day": Stored(_number(DUES_DAYS), "a day of the month from 1 to 28", dated=True),
}


def read(kept: Mapping[str, Any]) -> BranchSettings:
    """What a branch's document says; what cannot be is as good as nothing.

    The whole document is read: by its path SQLite takes true for 1.
    """
    said = {name: how.read(kept.get(name)) for name, how in FIELDS.items()}
    return BranchSettings(
        **{name: value for name, value in said.items() if value is not None}, earlier=read_earlier(kept.get(EARLIER))
    )


def read_earlier(kept: Any) -> Earlier:
    """{"close_day": [{"before": "2023Q3", "value": 10}]}: it was the tenth until the second quarter."""
    found: dict[str, tuple[tuple[Quarter, Any], ...]] = {}
    for name, rows in kept.items() if isinstance(kept, dict) else ():
        if name in FIELDS and FIELDS[name].dated and isinstance(rows, list):
            spans = [span for row in rows if (span := _span(FIELDS[name], row)) is not None]
            found |= {name: tuple(sorted(spans, key=lambda span: span[0]))} if spans else {}
    return found


def _span(how: Stored, row: Any) -> tuple[Quarter, Any] | None:
    if not isinstance(row, dict) or not isinstance(row.get("before"), str):
        return None
    value = how.read(row.get("value"))
    try:
        return None if value is None else (Quarter.parse(row["before"]), value)
    except ValueError:
        return None


def write_earlier(earlier: Earlier) -> dict[str, Any]:
    return {
        name: [{"before": str(before), "value": FIELDS[name].write(value)} for before, value in spans]
        for name, spans in earlier.items()
        if spans
    }


def to_json(settings: BranchSettings) -> dict[str, Any]:
    """All of them by name, as they are stored and archived."""
    return {name: how.write(getattr(settings, name)) for name, how in FIELDS.items()}


# --- of a branch -----------------------------------------------------------------------------------------------------


def of_branch(session: Session, branch_id: int) -> BranchSettings:
    """Read anew, in one statement: whoever has changed them in between is heard; of one count once (`storage.once`)."""
    return once_of_each(session, "settings", branch_id, partial(_of_branches, session))


def _of_branches(session: Session, ids: Collection[int]) -> dict[int, BranchSettings]:
    early = (QuarterClose.branch_id == Organisation.id) & QuarterClose.cut_off.is_not(None)
    query = select(
        Organisation.id, Organisation.settings, Organisation.name, QuarterClose.quarter, QuarterClose.cut_off
    )
    found: dict[int, BranchSettings] = {}
    closed: dict[int, dict[Quarter, datetime]] = {one: {} for one in ids}
    for row in session.execute(query.outerjoin(QuarterClose, early).where(Organisation.id.in_(ids))):
        if row.id not in found:
            found[row.id] = replace(read(row.settings), early=closed[row.id], name=row.name)
        if row.cut_off is not None:
            closed[row.id][Quarter.parse(row.quarter)] = row.cut_off
    return {one: found.get(one, USUAL) for one in ids}


def early_closes(session: Session, branch_ids: Collection[int]) -> dict[int, dict[Quarter, datetime]]:
    """The cut-offs of the quarters of several branches that were closed before their close day."""
    query = select(QuarterClose.branch_id, QuarterClose.quarter, QuarterClose.cut_off)
    query = query.where(QuarterClose.branch_id.in_(branch_ids), QuarterClose.cut_off.is_not(None))
    found: dict[int, dict[Quarter, datetime]] = {}
    for branch_id, quarter, cut_off in session.execute(query):
        if cut_off is not None:
            found.setdefault(branch_id, {})[Quarter.parse(quarter)] = cut_off
    return found


def changed(
    kept: Mapping[str, Any],
    values: Mapping[str, Any],
    now: datetime,
    tz: tzinfo,
    early: Mapping[Quarter, datetime] | None = None,
) -> dict[str, Any]:
    """The branch's document with other values (as they are stored; None: the usual), from now on. early: as of
    BranchSettings.

    A cut-off that has passed stays, and so does how its quarter counts (D20): a later day takes up no quarter again,
    and an earlier one that has passed already holds from the next quarter on.
    """
    was = replace(read(kept), early=early or {})
    earlier = dict(was.earlier)
    for name, value in values.items():
        how = FIELDS[name]
        new = how.read(value) if value is not None else getattr(USUAL, name)
        if how.dated and new != getattr(was, name):
            day = new if name == "close_day" else None
            earlier[name] = _with_past(was, name, new, first_open(was, now, tz, day))
    written = write_earlier(earlier)
    document = {**kept, **values, EARLIER: written}
    return document if written else {name: value for name, value in document.items() if name != EARLIER}


def first_open(settings: BranchSettings, now: datetime, tz: tzinfo, new_day: int | None = None) -> Quarter:
    """The oldest quarter that a change reaches; `new_day`: another close day, whose end has to be to come as well."""
    running = Quarter.of(local_day(now, tz))
    before = running.previous()
    ends = [settings.closes.cut_off(before, tz), *([before.cut_off(tz, new_day)] if new_day is not None else [])]
    open_ = all(in_time(now, end) for end in ends)
    return before if open_ else running


def _with_past(was: BranchSettings, name: str, new: Any, first: Quarter) -> tuple[tuple[Quarter, Any], ...]:
    """What held before `first` goes on holding there; what was to hold from there on is dropped."""
    held = getattr(was.on(first.previous().start), name)
    kept = tuple(span for span in was.earlier.get(name, ()) if span[0] < first)
    return (*kept, (first, held)) if held != new else kept
