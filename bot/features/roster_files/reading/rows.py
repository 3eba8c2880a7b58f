"""What a row of a roster is, and what is wrong in one."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum

from bot.kit.glossary.choices import DUTIES
from bot.kit.glossary.columns import LEDGER, column_word
from bot.kit.words import Both
from storage.choices import Category, Duty, ExemptionReason, MembershipStatus, Rank

_SAME_NAME = "told apart within one group, such as 张伟（大）", "同组内能区分的姓名，例如张伟（大）"
_NO_GROUP = "the group of this person (merged cells: in every row)", "本人所在党小组（合并单元格请逐行填写）"
_NOT_YET = "empty for a 预备党员", "空白（预备党员尚未转正）"
_NEVER = "an exemption that ends after it begins", "起止日期（止在起之后）"
# Nobody is admitted younger (党章 1).
AGE = 18
_TOO_YOUNG = f"at least {AGE} years before 入党日期", f"入党时年满{AGE}岁的日期"
_ORDER = "after 出生年月 and before 转正日期", "出生之后、转正之前的日期"
# 中国共产党 was founded in July 1921 (党史), and nobody known has grown older than this.
FOUNDED, OLDEST = date(1921, 7, 1), 110
_BEFORE_THE_PARTY = "a day since 1 July 1921", "1921年7月1日（含）以后的日期"
_TOO_OLD = f"a day of the last {OLDEST} years", f"{OLDEST}年以内的日期"
_FUTURE = "a day that is not after today", "不晚于今天的日期"

# Between a remark and the next.
_NEXT = "；"


class ExemptAsk(StrEnum):
    """A question about an exemption that only a person answers.

    LAST_DAY: it is over (已恢复), and nothing says since when; `to_on` is the latest first day back.
    WHETHER: a remark names a reason among words that were not understood wholly, or speaks of attendance without one;
    the days are those that were understood.
    """

    LAST_DAY = "last_day"
    WHETHER = "whether"


@dataclass(frozen=True, slots=True)
class Exempt:
    """Out of attendance in [from_on, to_on); null is open (D4, D26).

    asks: what the file does not settle; said: the words that leave it open; column: where they stand, by its word.
    planned: `to_on` is an end that was fixed beforehand (至8月31日，已返岗): see `as_planned`.
    """

    reason: ExemptionReason
    from_on: date | None = None
    to_on: date | None = None
    asks: ExemptAsk | None = None
    said: str = ""
    column: str = field(default="", compare=False)
    planned: bool = field(default=False, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class RosterRow:
    """One line of a roster. None and "" mean that the file says nothing; `line` is its row in the sheet.

    by_month: columns of days of which the file tells the month only.
    titles: what a member of the committee is called beside the word of the duty. rank_text: the rank in its own word;
    without `rank` it has no place in the order. further: spells of exemption after `exemption`, apart from it.
    kept: words of other cells that are none of ours, each with its column, for the notes (`with_kept`).
    remarks: what is to be said of how the row was read.
    """

    name: str
    line: int = 0
    sheet: str = ""
    group: str = ""
    gender: str | None = None
    born_on: date | None = None
    by_month: tuple[str, ...] = ()
    joined_party_on: date | None = None
    converted_on: date | None = None
    duties: tuple[Duty, ...] | None = None
    titles: tuple[str, ...] = ()
    rank: Rank | None = None
    rank_text: str = ""
    category: Category | None = None
    status: MembershipStatus | None = None
    transfer_in: date | None = None
    transfer_out: date | None = None
    exemption: Exempt | None = None
    further: tuple[Exempt, ...] = ()
    phone: str | None = None
    notes: str = ""
    kept: tuple[str, ...] = ()
    remarks: tuple[Both, ...] = ()

    @property
    def exemptions(self) -> tuple[Exempt, ...]:
        """All spells, by day."""
        return (self.exemption, *self.further) if self.exemption else ()


def with_kept(notes: str, kept: Sequence[str]) -> str:
    """Notes of a person with what was kept of other cells; what they say already is not said again."""
    said = notes.split(_NEXT)
    return _NEXT.join([*([notes] if notes else []), *(one for one in kept if one not in said)])


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong where, and what would be right; `row` 0 is the file, or its sheet, as a whole.

    sheet: its name where the file has several with people.
    """

    row: int
    column: str
    found: str
    wanted: Both
    sheet: str = ""

    def __str__(self) -> str:
        sheet = f"sheet {self.sheet}, " if self.sheet else ""
        if not self.row:
            return sheet + self.wanted
        return f"{sheet}row {self.row}, {self.column}: found {self.found!r}, should be {self.wanted}"

    def chinese(self) -> str:
        """As it is said in chat: 第3行性别（C列）：“先生”，应为男或女。 With a sheet, 第二党小组表第3行…"""
        sheet = sheet_word(self.sheet)
        if not self.row:
            return sheet + self.wanted.chinese
        column = self.column.replace(" (", "（").replace(")", "列）")
        found = f"“{self.found}”" if self.found else "空白"
        return f"{sheet}第{self.row}行{column}：{found}，应为{self.wanted.chinese}。"


def sheet_word(name: str) -> str:
    """第二党小组表, 总表; "" without a name."""
    return name if not name or name.endswith("表") else f"{name}表"


def faults_between(rows: Sequence[RosterRow]) -> Iterator[Fault]:
    """What no single cell shows: order of days, groups, people who cannot be told apart, secretaries."""
    names = Counter((row.name, row.group) for row in rows)
    groups = any(row.group for row in rows)
    secretaries = [row for row in rows if Duty.SECRETARY in (row.duties or ())]
    phones: dict[str, RosterRow] = {}
    for row in rows:
        yield from _faults_in(row)
        if names[row.name, row.group] > 1 and row.name:
            yield Fault(row.line, LEDGER["name"], row.name, Both(*_SAME_NAME), row.sheet)
        if groups and not row.group:
            yield Fault(row.line, LEDGER["group"], "", Both(*_NO_GROUP), row.sheet)
        if Duty.GROUP_LEADER in (row.duties or ()) and not row.group:
            yield Fault(
                row.line,
                LEDGER["duties"],
                DUTIES[Duty.GROUP_LEADER],
                Both("somebody with a 党小组", "已填党小组的党员"),
                row.sheet,
            )
        if row.phone and phones.setdefault(row.phone, row) is not row:
            other = _place(phones[row.phone])
            yield Fault(
                row.line,
                column_word("phone"),
                row.phone,
                Both(f"another number than in {other}", f"与{other.chinese}不同的号码"),
                row.sheet,
            )
        if row in secretaries[1:]:
            first = _place(secretaries[0])
            only = Both(f"one 书记 only (the first is in {first})", f"一名书记（{first.chinese}已有）")
            yield Fault(row.line, LEDGER["duties"], DUTIES[Duty.SECRETARY], only, row.sheet)


def _place(row: RosterRow) -> Both:
    """row 3, or row 3 of sheet 总表: named in the fault of another row."""
    of = f" of sheet {row.sheet}" if row.sheet else ""
    return Both(f"row {row.line}{of}", f"{sheet_word(row.sheet)}第{row.line}行")


def _faults_in(row: RosterRow) -> Iterator[Fault]:
    order = [day for day in (row.born_on, row.joined_party_on, row.converted_on) if day]
    if order != sorted(order):
        yield Fault(row.line, LEDGER["joined_party_on"], str(row.joined_party_on), Both(*_ORDER), row.sheet)
    elif row.born_on and row.joined_party_on and row.joined_party_on.year - row.born_on.year < AGE:
        yield Fault(row.line, LEDGER["born_on"], str(row.born_on), Both(*_TOO_YOUNG), row.sheet)
    if row.status is MembershipStatus.PROBATIONARY and row.converted_on:
        yield Fault(row.line, LEDGER["converted_on"], str(row.converted_on), Both(*_NOT_YET), row.sheet)
    if row.transfer_in and row.transfer_out and row.transfer_out <= row.transfer_in:
        yield Fault(row.line, "转出", str(row.transfer_out), Both("after 转入", "转入之后的日期"), row.sheet)
    if row.joined_party_on and row.joined_party_on < FOUNDED:
        yield Fault(row.line, LEDGER["joined_party_on"], str(row.joined_party_on), Both(*_BEFORE_THE_PARTY), row.sheet)
    for exempt in row.exemptions:
        if exempt.from_on and exempt.to_on and exempt.to_on <= exempt.from_on:
            column = exempt.column or LEDGER["notes"]
            yield Fault(row.line, column, str(exempt.from_on), Both(*_NEVER), row.sheet)


def as_planned(rows: Sequence[RosterRow], today: date) -> list[RosterRow]:
    """The rows where a planned end that has come is the end: 至8月31日，已返岗 asks only before that day."""
    return [_as_planned(row, today) for row in rows]


def _as_planned(row: RosterRow, today: date) -> RosterRow:
    spells = [
        replace(one, asks=None, said="", planned=False) if one.planned and one.to_on and one.to_on <= today else one
        for one in row.exemptions
    ]
    return replace(row, exemption=next(iter(spells), None), further=tuple(spells[1:]))


def future_faults(rows: Iterable[RosterRow], today: date) -> tuple[Fault, ...]:
    """Days of a life that has not come so far, or has lasted too long; transfers and exemptions may well be to come."""
    return tuple(fault for row in rows for fault in _future_faults(row, today))


def _future_faults(row: RosterRow, today: date) -> Iterator[Fault]:
    for column in ("born_on", "joined_party_on", "converted_on"):
        day: date | None = getattr(row, column)
        if day is not None and day > today:
            yield Fault(row.line, LEDGER[column], str(day), Both(*_FUTURE), row.sheet)
    if row.born_on is not None and today.year - row.born_on.year > OLDEST:
        yield Fault(row.line, LEDGER["born_on"], str(row.born_on), Both(*_TOO_OLD), row.sheet)
