"""The headings of a roster as secretaries write them: in one row, or in two with merged cells."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from bot.kit.glossary.choices import DUTIES
from bot.kit.glossary.columns import FACTS, LEDGER, column_word
from bot.kit.sheets import SheetRow, plain
from storage.choices import Duty

# Every field with the headings that secretaries give it; the first is ledger 14's own.
HEADINGS: dict[str, tuple[str, ...]] = {
    "name": (LEDGER["name"], "党员姓名", "名字"),
    "gender": (LEDGER["gender"],),
    "born_on": (LEDGER["born_on"], "出生日期", "出生年月日", "出生时间", "出生", "生日"),
    "joined_party_on": (
        LEDGER["joined_party_on"],
        "入党时间",
        "入党年月",
        "加入党组织日期",
        "加入党组织时间",
        "加入中共时间",
        "入党年月日",
        "参加党组织时间",
    ),
    "converted_on": (
        LEDGER["converted_on"],
        "转正时间",
        "转正年月",
        "转正年月日",
        "转为正式党员日期",
        "转为正式党员时间",
    ),
    "group": (LEDGER["group"], "所在党小组", "所属党小组", "党小组名称", "所在小组", "所属小组", "小组", "组别"),
    "duties": (LEDGER["duties"], "党内职务名称", "党内任职", "支部职务", "支部任职", "职务"),
    "rank": (LEDGER["rank"], "级别", "行政级别", "行政职级", "职务职级"),
    "category": (LEDGER["category"], column_word("category"), "人员性质", "在职状态"),
    "status": (FACTS["membership_span"][0], "党员类别", "党员类型", "身份"),
    "transfers": (LEDGER["transfers"], "转入转出", "转入、转出", "组织关系转接"),
    "transfer_in": ("转入", "转入日期", "转入时间", "组织关系转入时间"),
    "transfer_out": ("转出", "转出日期", "转出时间", "组织关系转出时间"),
    "exempt": (FACTS["exemption_span"][0], "免考勤", "免于考勤事由", "免考勤原因"),
    "phone": (column_word("phone"), "手机号", "手机号码", "移动电话", "联系电话", "联系方式", "电话"),
    "notes": (LEDGER["notes"], "说明", "备注说明"),
}
FIELDS = {heading: field for field, headings in HEADINGS.items() for heading in headings}
# A row of the template that shows how to fill it in.
EXAMPLE = "示例"
# Those of a branch: nobody is made an officer of the committee above by a roster.
OFFICES: dict[Duty, str] = {duty: word for duty, word in DUTIES.items() if duty is not Duty.COMMITTEE_OFFICER}
# The sheet of the template beside the table.
HOW = (
    "填写说明",
    "“姓名”必填，其余按需填写；多列、少列均可，表头不要改。",
    "日期可以写成1980.05、1980年5月、1980-05-01、19800501。",
    f"党内职务可填多项，用顿号分开：{'、'.join(OFFICES.values())}。",
    "类别填在职、离退休或流动；预备党员请在类别后注明，例如：在职（预备党员）。",
    "转入、转出写明日期，例如：2023-08-15转入。",
    "免于考勤的，请在备注或单独一栏“免于考勤”中写明，例如：产假2023.08.01至2024.01.31。",
    "需要用手机号码绑定的，请加一栏“手机”，否则无需填写。",
    "请不要使用公式，不要填写身份证号。",
)

# A heading stands within so many filled rows; a longer text, or one with figures or a colon, is none.
_WITHIN, _LONGEST = 20, 12
_DAYS = frozenset({"born_on", "joined_party_on", "converted_on", "transfer_in", "transfer_out"})
# Below the heading of a day: how it is to be written, and the parts that it may be torn into.
_FORM = re.compile(r"年[./-]?月(?:[./-]?日)?|日期|时间")
_TORN = frozenset("年月日")
# Above a heading: whose column it is, if not the member's; and what groups columns of the member's own.
_OF_OTHERS = re.compile("家庭|配偶|子女|父|母|亲属|介绍人|紧急|联系人|培养|行政|单位")
_OWN = re.compile("基本|个人|本人|党|信息|情况|组织关系|支部|任职|联系方式|身份|名册")


@dataclass(frozen=True, slots=True)
class Heading:
    """Where the heading stands among the rows of a sheet (first and last of them), and what its columns are.

    columns: of those that are known, the field; unread: the titles of others (序号 excepted); numbers: the columns
    序号; torn: days whose year, month and day stand in columns of their own.
    """

    first: int
    last: int
    columns: Mapping[int, str]
    unread: Mapping[int, str] = field(default_factory=dict)
    numbers: frozenset[int] = frozenset()
    torn: Mapping[int, str] = field(default_factory=dict)

    @property
    def name(self) -> int:
        """The column of the names."""
        return next(at for at, field_ in self.columns.items() if field_ == "name")


def likeness(rows: Sequence[SheetRow]) -> int:
    """How much rows look like a roster: how many of its columns are known, 0 without a heading."""
    heading = find_heading(rows)
    return len(heading.columns) if heading is not None else 0


def find_heading(rows: Sequence[SheetRow]) -> Heading | None:
    """The heading: 姓名 and at least one other known column, in one of the first rows."""
    found = (_heading_at(rows, at) for at in range(min(len(rows), _WITHIN)))
    return next((each for each in found if each is not None), None)


def title(cell: object) -> str:
    """A heading without its notes in brackets: 姓 名* is 姓名."""
    return re.sub(r"\([^()]*\)|[\s*:()]", "", plain(cell))


def _heading_at(rows: Sequence[SheetRow], at: int) -> Heading | None:
    line = rows[at]
    names = [column for column in line.filled() if FIELDS.get(title(line.own(column))) == "name"]
    if not names:
        return None
    first, last = at, at
    if at and _is_upper(rows[at - 1], line):
        first -= 1
    if at + 1 < len(rows) and _is_lower(rows[at + 1], line, names[0]):
        last += 1
    # Two short words above it may be a title and who made the table.
    above = [first, at] if not _is_of_others(rows[first]) else [first]
    found = (_combined(rows[begin : last + 1], begin, last) for begin in above)
    return next((each for each in found if "name" in each.columns.values() and len(each.columns) > 1), None)


def _is_of_others(row: SheetRow) -> bool:
    return any(_OF_OTHERS.search(row.own(at)) for at in row.filled())


def _is_upper(row: SheetRow, line: SheetRow) -> bool:
    """The upper row of a heading: several short words, unlike a title or 填报单位：…."""
    return row.number == line.number - 1 and len(row.filled()) > 1 and _all_short(row)


def _is_lower(row: SheetRow, line: SheetRow, name: int) -> bool:
    """The lower row of a heading: short words, nothing under 姓名, and either merged with it or a heading itself."""
    if row.number != line.number + 1 or row.own(name) or not row.filled() or not _all_short(row):
        return False
    words = [_word(line, at) + title(row.own(at)) for at in row.filled()]
    words += [title(row.own(at)) for at in row.filled()]
    return name in row.merged or any(word in FIELDS or _FORM.fullmatch(word) or word in _TORN for word in words)


def _all_short(row: SheetRow) -> bool:
    texts = [row.own(at) for at in row.filled()]
    return not row.formulas and all(
        len(title(text)) <= _LONGEST and not re.search(r"[\d:]", re.sub(r"\([^()]*\)", "", text)) for text in texts
    )


def _word(row: SheetRow, at: int) -> str:
    """The title above a column: its own, or one over several columns."""
    return title(row.own(at)) or title(row.across.get(at))


def _combined(levels: Sequence[SheetRow], first: int, last: int) -> Heading:
    columns: dict[int, str] = {}
    unread: dict[int, str] = {}
    torn: dict[int, str] = {}
    numbers = set()
    for at in range(max(len(row.cells) for row in levels)):
        above, own = _titles(levels, at)
        found = _field(above, own)
        if own in _TORN and FIELDS.get(above[-1] if above else "") in _DAYS:
            torn[at] = above[-1]
        elif found is not None:
            columns[at] = found
        elif own == LEDGER["number"]:
            numbers.add(at)
        elif own:
            unread[at] = own if all(map(_OWN.search, above)) else "".join((*above, own))
    return Heading(first, last, columns, unread, frozenset(numbers), torn)


def _titles(levels: Sequence[SheetRow], at: int) -> tuple[list[str], str]:
    """(what stands above, the column's own title)."""
    deepest = max((depth for depth, row in enumerate(levels) if row.own(at)), default=None)
    if deepest is None:
        return [], ""
    above = [_above(levels[depth], levels[depth + 1], at) for depth in range(deepest)]
    return [word for word in above if word], title(levels[deepest].own(at))


def _above(row: SheetRow, lower: SheetRow, at: int) -> str:
    """In a file without merged cells, a word stands above the columns on its right that have none of their own."""
    if row.own(at) or row.across:
        return _word(row, at)
    left = next((each for each in range(at, -1, -1) if row.own(each)), None)
    return title(row.own(left)) if left is not None and lower.own(left) else ""


def _field(above: Sequence[str], own: str) -> str | None:
    """入党 above 时间 is 入党时间, 入党时间 above 年月日 too; 姓名 below 配偶 is nobody's of ours."""
    if any(_OF_OTHERS.search(word) for word in above):
        return None
    joined = "".join(above[-1:]) + own
    if joined in FIELDS:
        return FIELDS[joined]
    if above and _FORM.fullmatch(own):
        return FIELDS.get(above[-1])
    return FIELDS.get(own) if all(map(_OWN.search, above)) else None
