"""Which rows under a heading are people, and which are groups, totals, notes and signatures. No I/O."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from bot.features.roster_files.reading.headings import EXAMPLE, FIELDS, Heading, title
from bot.kit.names import parted
from bot.kit.sheets import SheetRow, plain

_COUNT = r"[\d一二三四五六七八九十百零〇两]+"
_TOTAL = re.compile(
    rf"(?:.{{0,12}}?(?:合计|总计|小计|共计|累计|总人数|党员总数|党员人数|人数)(?:[:(（共]?{_COUNT}[人名]?.{{0,20}}|[:(（].*)?"
    rf"|.{{0,20}}?[共总]计?有?(?:党员)?{_COUNT}[人名].*|{_COUNT}[人名])"
)
# Under a table; each with the colon or at the end, for a name may begin with some of these letters.
_FOOTER = re.compile(
    r"[(]?(?:填表|填报|制表|审核|审批|审定|复核|校对|经办|报送|负责|联系|电话|支部书记|书记|党支部|支部|单位|盖章|日期|时间|"
    r"说明|备注|注释?|附注?|打印|监督|统计|填写)[^:]{0,12}?(?::.*|\d{0,2}[.、)].*)"
    r"|(?:填表|填报|制表|审核|负责|经办|联系)(?:人|说明|单位|日期|时间|电话).*|填写?说明|说明|备注|注|附注|\(?盖章\)?|第\d+页.*"
)
# What may be a name and may be none, with nothing beside it that tells.
_DOUBTFUL = re.compile(
    r"(?:注|共|总|合计|总计|小计|备注|说明|审核|负责人|单位|以上|以下|截[至止]|本[支表页]|附).*"
    r"|.*(?:党员|人员|干部|支部|名单|名册|情况|部门|科室|处室|领导|其他|人数).*|.*[,:;。!?].*|.{25,}"
)
_ITEM = r"(?:\([一二三四五六七八九十\d]{1,3}\)|[一二三四五六七八九十\d]{1,3}[、.:])?"
_GROUP = re.compile(
    rf"{_ITEM}(?P<name>.{{1,12}}(?:小组|组))(?:\((?:共?{_COUNT}[人名]|组长.*|.*组长)\)|:?共?{_COUNT}[人名])?:?"
)
_ABOVE = re.compile(r"(?:所在|所属)?党?小组(?:名称)?:(?P<name>.+)")
_NO_GROUP = frozenset({"党小组", "各党小组", "小组", "分组", "各小组"})
_TABLE_OF = re.compile(r"(?:党员)?(?:花?名[册单]|人员)?(?:表|台账)?$")


class Kind(StrEnum):
    """What a row under the heading is. SILENT: nothing, or the heading once more; ASIDE: a total or a note.

    UNCLEAR: a person or none, nobody can tell; HEADING: of another table with other columns.
    """

    PERSON = "person"
    SILENT = "silent"
    ASIDE = "aside"
    GROUP = "group"
    UNCLEAR = "unclear"
    HEADING = "heading"


@dataclass(slots=True)
class Sorted:
    """The rows of a sheet by what they are; `people` each with the group that a line above gives them."""

    people: list[tuple[SheetRow, str]] = field(default_factory=list)
    aside: list[tuple[SheetRow, str]] = field(default_factory=list)
    groups: list[tuple[SheetRow, str]] = field(default_factory=list)
    unclear: list[SheetRow] = field(default_factory=list)
    headings: list[SheetRow] = field(default_factory=list)
    has_example: bool = False


def sort_lines(rows: Sequence[SheetRow], heading: Heading, reads: Callable[[str, object], bool]) -> Sorted:
    """What stands under the heading. reads: whether a cell says something that its field (of the heading) takes."""
    found, group = Sorted(), ""
    known = {_signature(row) for row in rows[: heading.last + 1]}
    for row in rows[heading.last + 1 :]:
        if plain(row.value(heading.name)).startswith(EXAMPLE):
            found.has_example = True
            continue
        kind = Kind.SILENT if _signature(row) in known else _kind(row, heading, reads)
        if kind is Kind.PERSON:
            found.people.append((row, group))
        elif kind is Kind.GROUP:
            group = group_in(_lone(row))
            found.groups.append((row, group))
        elif kind is Kind.ASIDE:
            found.aside.append((row, _aside_word(row)))
        elif kind is Kind.UNCLEAR:
            found.unclear.append(row)
        elif kind is Kind.HEADING:
            found.headings.append(row)
    return found


def _signature(row: SheetRow) -> tuple[tuple[int, str], ...]:
    return tuple((at, row.own(at)) for at in row.filled())


def _kind(row: SheetRow, heading: Heading, reads: Callable[[str, object], bool]) -> Kind:
    filled, name = row.filled(), _bare(row.own(heading.name))
    titles = {at: FIELDS.get(title(row.own(at))) for at in filled}
    if "name" in titles.values():
        same = all(heading.columns.get(at) == known for at, known in titles.items() if known and known != "phone")
        return Kind.SILENT if same else Kind.HEADING
    if set(filled) <= heading.numbers and _is_number(row):
        return Kind.SILENT
    if heading.name in row.merged and not name:
        return _continued(row, heading)
    if group_in(_lone(row)) and heading.columns.get(filled[-1]) != "group":
        return Kind.GROUP
    first = _bare(_first(row))
    if _says_aside(first) or _says_aside(name):
        return Kind.UNCLEAR if _is_somebody(row, heading, reads) else Kind.ASIDE
    if name and len(filled) == 1 and _DOUBTFUL.fullmatch(name):
        return Kind.UNCLEAR
    return Kind.PERSON


def _is_number(row: SheetRow) -> bool:
    return all(row.own(at).rstrip(".、").isdigit() for at in row.filled())


def _continued(row: SheetRow, heading: Heading) -> Kind:
    """Below a name that is merged over several rows: nothing further, or a person over two rows, who is not read."""
    return Kind.UNCLEAR if any(at in heading.columns for at in row.filled()) else Kind.SILENT


def _bare(text: str) -> str:
    return "".join(text.split())


def _first(row: SheetRow) -> str:
    return next(row.own(at) for at in row.filled())


def _lone(row: SheetRow) -> str:
    """The text of a row that has nothing else in it but a mark: 一、 | 第一党小组 counts as well."""
    texts = [_bare(row.own(at)) for at in row.filled()]
    if len(texts) == 2 and re.fullmatch(r"\(?[一二三四五六七八九十]{1,3}\)?[、.]?", texts[0]):
        texts = texts[1:]
    return texts[0] if len(texts) == 1 else ""


def _says_aside(text: str) -> bool:
    return bool(text) and (_TOTAL.fullmatch(text) or _FOOTER.fullmatch(text)) is not None


def _is_somebody(row: SheetRow, heading: Heading, reads: Callable[[str, object], bool]) -> bool:
    """Whether a line of totals or notes says what a person's would: 性别, or more than one other cell."""
    told = [
        name
        for at, name in heading.columns.items()
        if name not in ("name", "notes", "group") and at in row.filled() and reads(name, row.cells[at])
    ]
    return "gender" in told or len(told) > 1


def group_in(text: str) -> str:
    """The group that a line or the name of a sheet says: 一、第一党小组（9人） is 第一党小组; "" for other texts."""
    found = _GROUP.fullmatch(_bare(plain(text)))
    return found["name"] if found and found["name"] not in _NO_GROUP and not _says_aside(found["name"]) else ""


def group_above(rows: Sequence[SheetRow], heading: Heading) -> str:
    """The group that a line above the heading names for the whole sheet: 党小组：第一党小组."""
    for row in rows[: heading.first]:
        for at in row.filled():
            found = _ABOVE.fullmatch(_bare(row.own(at)))
            if found and (group := group_in(found["name"])):
                return group
    return ""


def group_of_sheet(name: str) -> str:
    """The group whose table a sheet is, by its name: 第二党小组名单 is 第二党小组; a bracket behind it stays."""
    whole = _TABLE_OF.sub("", _bare(plain(name)))
    base, bracket = parted(whole)
    group = group_in(whole) or group_in(base)
    return group if not bracket or group_in(whole) else f"{group}{bracket}" if group else ""


def _aside_word(row: SheetRow) -> str:
    """How a line that is passed over is named: 合计：2人 as it is, of 填表人：甲一 what is before the colon."""
    at = next(at for at in row.filled() if _says_aside(_bare(row.own(at))))
    whole = _bare(str(row.cells[at]))
    return whole if _TOTAL.fullmatch(_bare(row.own(at))) else re.split(r"[:：(（.]", whole.strip("()（）"))[0]
