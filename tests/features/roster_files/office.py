"""A roster as a real office keeps it, made by code: as a workbook with a sheet for each group, and as one csv.

Two rows of titles, a heading over two rows, merged group cells, subtotals and a total, notes, who filled it in, dates
in every form, a hidden row, remarks on attendance, telephone numbers, a column that nobody reads (学历).
"""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import openpyxl
from openpyxl.worksheet.worksheet import Worksheet

from bot.features.roster_files.reading.rows import RosterRow
from storage.choices import Duty, MembershipStatus, Rank

GROUPS = ("第一党小组", "第二党小组", "第三党小组")
SECOND_OTHERWISE = "第二小组"
# Who stands in the row that is hidden, and what exempts the second one.
HIDDEN, EXEMPT, REMARK = "甲　三", "甲五", "产假2026年3月1日至8月31日"
_TITLES = ("示范党支部党员名册", "填报单位：示范党支部", "填报日期：2026年6月30日")
# The two rows of the heading, and which of its cells are merged.
_UPPER = ("序号", "姓名", "基本信息", "", "党内信息", "", "", "", "", "学历", "手机", "备注")
_LOWER = ("", "", "性别", "出生年月", "入党时间", "转正时间", "党小组", "党内职务", "职级", "", "", "")
_MERGED = ("A3:A4", "B3:B4", "C3:D3", "E3:I3", "J3:J4", "K3:K4", "L3:L4")
_FIRST = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """Somebody of the office; `group` as it is written in the cells."""

    name: str
    group: str
    gender: str
    born_on: date
    joined_on: date
    converted_on: date | None
    duties: tuple[Duty, ...] = ()
    office: str = ""
    rank: Rank | None = Rank.STAFF
    rank_word: str = "科员"
    phone: str = ""
    notes: str = ""


def _made() -> tuple[Member, ...]:
    names = (
        ("甲一", "甲二", HIDDEN, "甲四", EXEMPT, "甲六", "甲七", "丙𬭎", "阿甲·乙提"),
        ("乙一", "乙二", "乙三", "乙四", "乙五", "乙六", "乙七", "丁䶮"),
        ("丙一", "丙二", "丙三", "丙四", "丙五", "丙六", "丙七", "戊一"),
    )
    made = []
    for group, people in zip(GROUPS, names, strict=True):
        for name in people:
            at = len(made)
            made.append(
                Member(
                    name=name,
                    group=group,
                    gender="男女"[at % 2],
                    # 0, 5, 10 ... are written as a month: their first day is what is read.
                    born_on=date(1960 + at, at % 12 + 1, 17 if at % 5 in (2, 3) else 1),
                    joined_on=date(1990 + at, 7, 1),
                    converted_on=date(1991 + at, 7, 1),
                    phone=f"1380000{at:04d}" if at % 3 == 0 else "",
                )
            )
    offices: dict[int, tuple[tuple[Duty, ...], str]] = {
        0: ((Duty.SECRETARY,), "党支部书记"),
        1: ((Duty.ORGANIZATION_OFFICER,), "组织委员"),
        9: ((Duty.GROUP_LEADER,), "党小组长"),
        17: ((Duty.PUBLICITY_OFFICER, Duty.GROUP_LEADER), "宣传委员、党小组长"),
    }
    for at, (duties, office) in offices.items():
        made[at] = replace(made[at], duties=duties, office=office)
    made[0] = replace(made[0], rank=Rank.DIVISION, rank_word="正处")
    made[4] = replace(made[4], notes=REMARK)
    made[24] = replace(made[24], joined_on=date(2025, 11, 1), converted_on=None, rank=None, rank_word="")
    return tuple(made)


# 25 people: 9, 8 and 8.
PEOPLE = _made()


def changed() -> tuple[Member, ...]:
    """The next edition: 甲一 was born on the 17th, the second group is spelled 第二小组, 乙二 is 副科, 戊二 is new."""
    by_name = {one.name: one for one in PEOPLE}
    by_name["甲一"] = replace(by_name["甲一"], born_on=date(1960, 1, 17))
    by_name["乙二"] = replace(by_name["乙二"], rank=Rank.DEPUTY_SECTION, rank_word="副科")
    by_name["戊二"] = replace(by_name["丙七"], name="戊二", born_on=date(1990, 5, 17), phone="")
    return tuple(replace(one, group=SECOND_OTHERWISE) if one.group == GROUPS[1] else one for one in by_name.values())


def expected(people: Sequence[Member] = PEOPLE) -> list[RosterRow]:
    """What both files are read to, without rows, sheets and exemptions (`EXEMPT` is out of attendance by `REMARK`)."""
    return [
        RosterRow(
            name=one.name.replace("\u3000", ""),
            group=one.group,
            gender=one.gender,
            born_on=one.born_on,
            joined_party_on=one.joined_on,
            converted_on=one.converted_on,
            duties=one.duties,
            rank=one.rank,
            status=MembershipStatus.FULL if one.converted_on else MembershipStatus.PROBATIONARY,
            phone=one.phone or None,
            notes=one.notes,
        )
        for one in people
    ]


def bare(rows: Sequence[RosterRow]) -> list[RosterRow]:
    """Rows as `expected` has them."""
    return [replace(row, line=0, sheet="", exemption=None, by_month=()) for row in rows]


def xlsx(people: Sequence[Member] = PEOPLE) -> bytes:
    """A sheet for each group; the group's cells are merged, and the third sheet ends with the total."""
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for group in GROUPS:
        _fill(book.create_sheet(group), [one for one in people if _is_of(one, group)], len(people))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def csv_file(people: Sequence[Member] = PEOPLE, encoding: str = "gb18030") -> bytes:
    """One table with a line above each group; the group stands in every row."""
    lines: list[Sequence[Any]] = [(_TITLES[0],), (_TITLES[1], "", "", "", "", "", _TITLES[2]), _UPPER, _LOWER]
    for number, group in enumerate(GROUPS):
        of_group = [one for one in people if _is_of(one, group)]
        lines.append((f"{'一二三'[number]}、{group}（{len(of_group)}人）",))
        lines += [[_as_csv(cell) for cell in _cells(at, one)] for at, one in enumerate(of_group, 1)]
        lines.append(("小计", "", f"{len(of_group)}人"))
    lines += [("", f"合计：{len(people)}人"), *_ENDING]
    out = io.StringIO()
    csv.writer(out).writerows([*line, *[""] * (len(_UPPER) - len(line))] for line in lines)
    return out.getvalue().encode(encoding)


_ENDING = (
    ("备注：流动党员请注明现居住地。",),
    ("填表人：甲二", "", "", "审核：甲一", "", "", "联系电话：0571-88000000"),
)


def _is_of(one: Member, group: str) -> bool:
    return one.group.replace("党小组", "小组") == group.replace("党小组", "小组")


def _fill(sheet: Worksheet, people: Sequence[Member], total: int) -> None:
    for line in ((_TITLES[0],), (_TITLES[1], *[None] * 5, _TITLES[2]), _UPPER, _LOWER):
        sheet.append([cell or None for cell in line])
    for merged in ("A1:L1", "A2:F2", "G2:L2", *_MERGED):
        sheet.merge_cells(merged)
    for at, one in enumerate(people, 1):
        sheet.append([cell if cell != "" else None for cell in _cells(at, one)])
        if one.name == HIDDEN:
            sheet.row_dimensions[sheet.max_row].hidden = True
    for row in range(_FIRST + 1, _FIRST + len(people)):
        sheet.cell(row, 7).value = None
    sheet.merge_cells(f"G{_FIRST}:G{_FIRST + len(people) - 1}")
    sheet.append(["小计", None, f"{len(people)}人"])
    if sheet.title == GROUPS[-1]:
        sheet.append([None, f"合计：{total}人"])
    for ending in _ENDING:
        sheet.append([cell or None for cell in ending])


def _cells(at: int, one: Member) -> list[Any]:
    return [
        at,
        one.name,
        one.gender,
        _written(one.born_on),
        f"{one.joined_on:%Y.%m.%d}",
        one.converted_on or "",
        one.group,
        one.office,
        one.rank_word,
        "大学",
        int(one.phone) if one.phone else "",
        one.notes,
    ]


def _written(day: date) -> Any:
    """Days and months in the forms that stand in one column; a month is its first day."""
    if day.day != 1:
        return day if day.year % 2 else f"{day:%Y-%m-%d}"
    forms = (f"{day:%Y.%m}", f"{day.year}年{day.month}月", f"{day:%Y%m}")
    return forms[day.year % 3]


def _as_csv(cell: Any) -> str:
    """As a spreadsheet saves it: a day as its format shows it."""
    return f"{cell.year}/{cell.month}/{cell.day}" if isinstance(cell, date) else str(cell)
