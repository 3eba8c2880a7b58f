"""Files of people as offices keep them: sheets, merged cells, totals, hidden rows, days; what is not read is said."""

import io
import zipfile
from collections.abc import Sequence
from datetime import date, datetime, time
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from bot.features.roster_files.reading.reader import read_roster
from bot.features.roster_files.reading.roster_file import BadRoster, RosterFile
from bot.features.roster_files.reading.rows import Fault, RosterRow
from bot.features.roster_files.tables import template_csv, template_xlsx
from tests.books import Rows, book_of, edited, saved, strict, with_text, xlsx
from tests.features.roster_files import office

HEADING = ("姓名", "性别", "党小组")
ONE, TWO, THREE = ("甲一", "男", "第一党小组"), ("甲二", "女", "第一党小组"), ("乙一", "女", "第二党小组")


def read(content: bytes) -> list[RosterRow]:
    return read_roster(content).take().rows


def names(content: bytes) -> list[str]:
    return [row.name for row in read(content)]


def notes(content: bytes) -> list[str]:
    return [note.chinese for note in read_roster(content).take().notes]


def faults(content: bytes) -> list[Fault]:
    with pytest.raises(BadRoster) as refused:
        read_roster(content).take()
    assert str(refused.value)
    return list(refused.value.faults)


def sheets(*of: tuple[str, Rows]) -> RosterFile:
    return read_roster(saved(book_of(*of)))


# --- a whole office --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("people", [office.PEOPLE, office.changed()], ids=["first", "changed"])
def test_a_roster_of_an_office_is_read_the_same_from_both_files(people: Sequence[office.Member]) -> None:
    expected = office.expected(people)
    in_sheets = sorted(expected, key=lambda row: row.group.replace("党小组", "小组"))
    for content in (office.xlsx(people), office.csv_file(people), office.csv_file(people, "utf-16")):
        found = office.bare(read(content))
        assert sorted(found, key=lambda row: row.name) == sorted(expected, key=lambda row: row.name)
        assert [row.group for row in found] == sorted(
            (row.group for row in in_sheets), key=lambda group: "一二三".index(group[1])
        )
    assert len(expected) == (25 if people is office.PEOPLE else 26)


def test_what_of_an_office_s_file_is_not_read_is_said() -> None:
    assert notes(office.xlsx()) == [
        "3张表，共25人",
        "未读取的栏目：学历",
        "第一党小组表含隐藏行：第7行",
        "第一党小组表未导入的行：第14行（小计）、第15行（备注）、第16行（填表人）",
        "第二党小组表未导入的行：第13行（小计）、第14行（备注）、第15行（填表人）",
        "第三党小组表未导入的行：第13行（小计）、第14行（合计：25人）、第15行（备注）、第16行（填表人）",
    ]
    assert notes(office.csv_file()) == [
        "未读取的栏目：学历",
        "未导入的行：第15行（小计）、第25行（小计）、第35行（小计）、第36行（合计：25人）、第37行（备注）、第38行（填表人）",
        "党小组标题行：第5行（第一党小组）、第16行（第二党小组）、第26行（第三党小组）",
    ]


# --- sheets ----------------------------------------------------------------------------------------------------------


def test_sheets_with_the_same_headings_are_one_roster() -> None:
    other = [(row[2], row[0], row[1]) for row in (HEADING, ("丙一", "女", "第三党小组"))]
    file = sheets(("第一党小组", [HEADING, ONE, TWO]), ("第二党小组", [HEADING, THREE]), ("第三党小组", other))
    assert file.is_one
    taken = file.take()
    assert [(row.sheet, row.line, row.name) for row in taken.rows] == [
        ("第一党小组", 2, "甲一"),
        ("第一党小组", 3, "甲二"),
        ("第二党小组", 2, "乙一"),
        ("第三党小组", 2, "丙一"),
    ]
    assert taken.sheets == ("第一党小组", "第二党小组", "第三党小组")
    assert [note.chinese for note in taken.notes] == ["3张表，共4人"]
    assert [str(note) for note in taken.notes] == ["3 sheets, 4 people"]


def test_one_sheet_has_no_name_in_its_rows() -> None:
    taken = sheets(("名册", [HEADING, ONE])).take()
    assert ([row.sheet for row in taken.rows], taken.sheets, taken.notes) == ([""], ("名册",), ())


@pytest.mark.parametrize(
    "second",
    [
        ("总表", [HEADING, ONE, THREE]),
        ("总表", [HEADING, (" 甲　一 ", "男", "第二党小组")]),
        ("发展对象", [("姓名", "性别", "党小组", "入党日期"), ("乙二", "男", "第一党小组", "2020.05")]),
    ],
    ids=["a total beside it", "the same person spelled otherwise", "other columns"],
)
def test_sheets_that_differ_are_asked_about_by_name(second: tuple[str, Rows]) -> None:
    file = sheets(("第一党小组", [HEADING, ONE, TWO]), second)
    assert not file.is_one
    assert [sheet.name for sheet in file.sheets] == ["第一党小组", second[0]]
    taken = file.take(["第一党小组"])
    assert [row.name for row in taken.rows] == ["甲一", "甲二"]
    assert [note.chinese for note in taken.notes] == [f"未选用：{second[0]}"]


def test_people_of_one_name_in_two_groups_may_be_two() -> None:
    """Born on other days they are; else it is asked, and both may be taken."""
    heading, one = ("姓名", "党小组", "出生年月"), ("甲一", "第一党小组", "1980.05")
    for other, is_one, overlaps in (
        (("甲一", "第二党小组", "1990.01"), True, False),
        (("甲一", "第二党小组", "1980.05"), False, False),
        (("甲一", "第二党小组", ""), False, False),
        (("甲一", "1组", "1990.01"), True, True),
        (("甲一", "", "1990.01"), True, True),
    ):
        file = sheets(("甲", [heading, one]), ("乙", [heading, other]))
        assert (file.is_one, file.overlaps) == (is_one, overlaps)


def test_a_sheet_that_is_not_there_cannot_be_taken() -> None:
    file = sheets(("第一党小组", [HEADING, ONE]), ("第二党小组", [HEADING, THREE]))
    with pytest.raises(BadRoster, match="no sheet 第三党小组"):
        file.take(["第一党小组", "第三党小组"])


@pytest.mark.parametrize(
    ("name", "group"),
    [
        ("第二党小组", "第二党小组"),
        ("机关组", "机关组"),
        ("第2小组名单", "第2小组"),
        ("离退休党小组花名册", "离退休党小组"),
        ("一组党员表", "一组"),
        ("党小组", ""),
        ("Sheet1", ""),
        ("名册", ""),
    ],
)
def test_a_sheet_gives_its_people_the_group_that_it_is_named_after(name: str, group: str) -> None:
    content = xlsx(("姓名", "性别"), ("乙一", "女"), name=name)
    assert [row.group for row in read(content)] == [group]
    assert notes(content) == ([f"按表名归入：{group}"] if group else [])


def test_groups_by_name_and_by_column_are_one_roster() -> None:
    file = sheets(("第一党小组", [("姓名", "性别"), ("甲一", "男")]), ("第二党小组", [HEADING, THREE]))
    assert file.is_one
    assert [row.group for row in file.take().rows] == ["第一党小组", "第二党小组"]


def test_sheets_that_are_not_read_are_named() -> None:
    book = book_of(
        ("名册", [HEADING, ONE]),
        ("统计", [("年份", "人数"), (2026, 25)]),
        ("空白名册", [HEADING, ("合计：0人",)]),
        ("Sheet2", []),
        ("旧名册", [HEADING, TWO]),
        ("更旧", [HEADING, THREE]),
    )
    book["旧名册"].sheet_state, book["更旧"].sheet_state = "hidden", "veryHidden"
    book.create_chartsheet("人数图")
    content = saved(book)
    assert names(content) == ["甲一"]
    assert notes(content) == [
        "未读取：旧名册（隐藏）、更旧（隐藏）、人数图（图表）、空白名册（无人员）、统计（无表头）、Sheet2（空表）"
    ]


def test_only_a_hidden_sheet_has_a_heading() -> None:
    book = book_of(("封面", [("党员名册",)]), ("名册", [HEADING, ONE]))
    book["名册"].sheet_state = "hidden"
    [fault] = faults(saved(book))
    assert fault.chinese().startswith("没有找到表头")
    assert fault.chinese().endswith("未读取：名册（隐藏）。")


def test_the_template_is_silent_about_its_explanations_until_they_are_changed() -> None:
    for content in (template_xlsx(), template_csv()):
        file = read_roster(content)
        assert (file.take().rows, file.take().notes) == ([], ())
    changed = with_text(template_xlsx(), ("表头不要改", "表头可以改"))
    assert notes(changed) == ["未读取：填写说明（无表头）"]


def test_faults_name_the_sheet_where_there_are_several() -> None:
    heading = (*HEADING, "党内职务", "手机")
    content = saved(
        book_of(
            ("第一党小组", [heading, (*ONE, "书记", 13812345678), ("甲二", "先生", "第一党小组")]),
            ("第二党小组", [heading, (*THREE, "书记", 13812345678)]),
        )
    )
    found = faults(content)
    assert [(fault.sheet, fault.row, fault.column) for fault in found] == [
        ("第一党小组", 3, "性别 (B)"),
        ("第二党小组", 2, "手机"),
        ("第二党小组", 2, "党内职务"),
    ]
    assert found[0].chinese() == "第一党小组表第3行性别（B列）：“先生”，应为男、女之一。"
    assert str(found[0]).startswith("sheet 第一党小组, row 3, 性别 (B): found '先生'")
    assert found[1].wanted.chinese == "与第一党小组表第2行不同的号码"
    assert found[2].wanted == "one 书记 only (the first is in row 2 of sheet 第一党小组)"


def test_the_faults_of_a_sheet_count_when_it_is_taken() -> None:
    file = sheets(("名册", [HEADING, ONE]), ("总表", [HEADING, ("甲三", "先生", "第一党小组")]))
    assert [row.name for row in file.take(["名册"]).rows] == ["甲一"]
    with pytest.raises(BadRoster):
        file.take()


def test_whether_a_column_is_in_use_is_asked_of_all_sheets() -> None:
    """Nobody on the second sheet is 正式 yet: their 转正日期 is empty, and the column is in use on the first."""
    heading = ("姓名", "党小组", "入党日期", "转正日期")
    file = sheets(
        ("第一党小组", [heading, ("甲一", "第一党小组", "2001.07.01", "2002.07.01")]),
        ("第二党小组", [heading, ("乙一", "第二党小组", "2025.11.01", None)]),
    )
    assert [str(row.status) for row in file.take().rows] == ["full", "probationary"]


# --- hidden rows and columns -----------------------------------------------------------------------------------------


def hidden_rows(book: openpyxl.Workbook) -> None:
    for row in (3, 5, 6, 7):
        book.worksheets[0].row_dimensions[row].hidden = True


def filtered(book: openpyxl.Workbook) -> None:
    book.worksheets[0].auto_filter.ref = "A1:C7"
    book.worksheets[0].auto_filter.add_filter_column(1, ["男"])
    book.worksheets[0].row_dimensions[3].hidden = True


@pytest.mark.parametrize(("hide", "said"), [(hidden_rows, "第3、5—7行"), (filtered, "第3行")], ids=["hidden", "filter"])
def test_hidden_rows_are_read_and_said(hide: Any, said: str) -> None:
    rows = [(f"甲{number}", "男女"[at % 2], "第一党小组") for at, number in enumerate("一二三四五六")]
    book = book_of(("名册", [HEADING, *rows]))
    hide(book)
    assert len(names(saved(book))) == 6
    assert notes(saved(book)) == [f"含隐藏行：{said}"]


def test_a_row_without_height_is_hidden() -> None:
    content = with_text(xlsx(HEADING, ONE, TWO), ('<row r="3">', '<row r="3" ht="0" customHeight="1">'))
    assert (names(content), notes(content)) == (["甲一", "甲二"], ["含隐藏行：第3行"])


def test_hidden_columns_that_are_read_are_said() -> None:
    book = book_of(("名册", [(*HEADING, "手机", "籍贯"), (*ONE, 13812345678, "某地")]))
    for letter in "DE":
        book.worksheets[0].column_dimensions[letter].hidden = True
    assert [row.phone for row in read(saved(book))] == ["13812345678"]
    assert notes(saved(book)) == ["未读取的栏目：籍贯", "含隐藏栏：手机（D栏）"]


# --- merged cells and headings over two rows -------------------------------------------------------------------------


def merged(rows: Rows, *ranges: str) -> bytes:
    book = book_of(("名册", rows))
    for each in ranges:
        book.worksheets[0].merge_cells(each)
    return saved(book)


def test_a_merged_cell_holds_for_each_of_its_rows() -> None:
    content = merged(
        [
            (*HEADING, "入党日期"),
            ("甲一", "男", "第一党小组", "2001.07.01"),
            ("甲二", "女", None, None),
            ("甲三", "男", None, "2003.07.01"),
            ("乙一", "女", "第二党小组", "2004.07.01"),
        ],
        "C2:C4",
        "D2:D3",
    )
    assert [(row.name, row.group, row.joined_party_on) for row in read(content)] == [
        ("甲一", "第一党小组", date(2001, 7, 1)),
        ("甲二", "第一党小组", date(2001, 7, 1)),
        ("甲三", "第一党小组", date(2003, 7, 1)),
        ("乙一", "第二党小组", date(2004, 7, 1)),
    ]


def test_what_is_empty_without_being_merged_stays_a_fault() -> None:
    assert [(fault.row, fault.column) for fault in faults(xlsx(HEADING, ONE, ("甲二", "女", None)))] == [(3, "党小组")]


@pytest.mark.parametrize(("second", "right"), [((None, None, None, "教师"), True), ((None, None, "第二党小组"), False)])
def test_a_person_over_two_rows(second: Sequence[Any], right: bool) -> None:
    """Nothing of what is read stands in the second row, or it is a fault."""
    content = merged([(*HEADING, "职业"), (*ONE, "医生"), second, (*TWO, None)], "A2:A3", "B2:B3")
    if right:
        assert names(content) == ["甲一", "甲二"]
    else:
        assert [(fault.row, fault.column) for fault in faults(content)] == [(3, "姓名 (A)")]


def test_a_heading_over_two_rows() -> None:
    content = merged(
        [
            ("示范党支部党员名册",),
            ("填报单位：示范党支部", None, None, "填报日期：2026年6月30日"),
            ("序号", "姓名", "基本信息", None, "入党时间", "转入", None, "党小组"),
            (None, None, "性别", "出生年月", "年月日", "时间", "原单位", None),
            (1, "甲一", "男", "1970.05", "1995-06-01", "2023-08-15", "某单位", "第一党小组"),
        ],
        "A1:H1",
        "A3:A4",
        "B3:B4",
        "C3:D3",
        "F3:G3",
        "H3:H4",
    )
    [row] = read(content)
    assert (row.name, row.gender, row.born_on, row.group) == ("甲一", "男", date(1970, 5, 1), "第一党小组")
    assert (row.joined_party_on, row.transfer_in) == (date(1995, 6, 1), date(2023, 8, 15))
    assert notes(content) == ["未读取的栏目：转入原单位"]


def test_a_heading_whose_names_stand_in_its_lower_row() -> None:
    content = merged(
        [("序号", "基本信息", None, "党小组"), (None, "姓名", "性别", None), (1, *ONE)], "A1:A2", "B1:C1", "D1:D2"
    )
    assert [(row.name, row.gender, row.group) for row in read(content)] == [ONE]
    text = "序号,基本信息,,党小组\n,姓名,性别,\n1,甲一,男,第一党小组\n"
    assert [(row.name, row.gender, row.group) for row in read(text.encode())] == [ONE]


def test_columns_of_other_people_are_not_the_member_s() -> None:
    """The telephone of 紧急联系人, the birthday of 配偶."""
    content = merged(
        [
            (*HEADING, "配偶", None, "紧急联系人"),
            (None, None, None, "出生年月", "工作单位", "电话"),
            (*ONE, "1971.05", "某单位", 13812345678),
        ],
        "A1:A2",
        "B1:B2",
        "C1:C2",
        "D1:E1",
    )
    [row] = read(content)
    assert (row.born_on, row.phone) == (None, None)
    assert notes(content) == ["未读取的栏目：配偶出生年月、配偶工作单位、紧急联系人电话"]


def test_a_day_torn_into_columns_is_a_fault() -> None:
    content = merged(
        [(*HEADING, "入党时间", None, None), (None, None, None, "年", "月", "日"), (*ONE, 2001, 7, 1)], "A1:A2", "D1:F1"
    )
    assert [(fault.row, fault.column, fault.found) for fault in faults(content)] == [
        (2, "入党时间 (D)", "年"),
        (2, "入党时间 (E)", "月"),
        (2, "入党时间 (F)", "日"),
    ]


def test_the_heading_once_more_on_the_next_page_is_silent() -> None:
    rows = [("党员名册",), ("姓名", "基本信息", None), (None, "性别", "党小组")]
    content = merged([*rows, ONE, *rows, TWO, rows[0]], "A2:A3", "B2:C2", "A6:A7", "B6:C6")
    assert (names(content), notes(content)) == (["甲一", "甲二"], [])


def test_another_table_below_with_other_columns_is_a_fault() -> None:
    rows = [HEADING, ONE, ("预备党员名册：",), ("党小组", "姓名", "性别"), ("第一党小组", "甲三", "男")]
    found = faults(xlsx(*rows))
    assert (found[0].row, found[0].column, found[0].found) == (3, "姓名 (A)", "预备党员名册:")
    assert (found[1].row, found[1].column, found[1].found) == (4, "姓名 (A)", "党小组")
    assert "另一张表请放在单独的工作表" in found[1].chinese()


def test_a_heading_below_a_long_introduction() -> None:
    assert names(xlsx(*([f"{number}.填写时请注意第{number}项"] for number in range(1, 16)), HEADING, ONE)) == ["甲一"]


# --- totals, notes, groups -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (("合计：2人", None, None), "合计：2人"),
        (("共计2人", None, None), "共计2人"),
        (("小计", "2人", None), "小计"),
        (("第一党小组小计", 2, None), "第一党小组小计"),
        (("总人数", None, 2), "总人数"),
        (("截至7月1日共25人", None, None), "截至7月1日共25人"),
        ((None, None, "合 计：2"), "合计：2"),
        (("填表人：甲一", None, "审核人：甲二"), "填表人"),
        (("制表：甲一", "2026年6月30日", None), "制表"),
        (("联系电话：0571-88000000", None, None), "联系电话"),
        (("备注：流动党员见附表。", None, None), "备注"),
        (("注：本表每季度更新", None, None), "注"),
        (("注1.本表每季度更新", None, None), "注1"),
        (("说明", None, None), "说明"),
        (("（盖章）", None, None), "盖章"),
    ],
)
@pytest.mark.parametrize("written", ["xlsx", "csv"])
def test_totals_and_notes_are_passed_over_and_named(row: Sequence[Any], said: str, written: str) -> None:
    rows = [HEADING, ONE, TWO, row]
    if written == "csv":
        text = "\n".join(",".join("" if cell is None else str(cell) for cell in each) for each in rows)
        content = text.encode()
    else:
        content = xlsx(*rows)
    assert (names(content), notes(content)) == (["甲一", "甲二"], [f"未导入的行：第4行（{said}）"])


@pytest.mark.parametrize("name", ["注一", "共甲", "总二", "附三", "单位", "乙组"])
def test_a_person_whose_name_begins_like_a_note_is_a_person(name: str) -> None:
    assert names(xlsx(HEADING, ONE, (name, "男", "第二党小组"))) == ["甲一", name]


@pytest.mark.parametrize(
    "row",
    [
        ("注一", None, None),
        ("审核", None, None),
        ("离退休党员", None, None),
        ("示范党支部", None, None),
        ("本表一式两份，各党小组留存一份。", None, None),
        ("合计：2人", "女", "第一党小组"),
        ("备注：甲三", "男", "第二党小组"),
    ],
)
def test_what_may_be_a_person_and_may_be_none_is_a_fault(row: Sequence[Any]) -> None:
    [fault] = faults(xlsx(("姓名", "性别", "职级"), ("甲一", "男", "科员"), row))
    assert (fault.row, fault.column, fault.found) == (
        3,
        "姓名 (A)",
        str(row[0]).replace("：", ":").replace("，", ",")[:40],
    )
    assert "合计、备注、标题等请单独占一行" in fault.chinese()


def test_a_name_alone_in_its_row_is_a_person() -> None:
    assert names(xlsx(HEADING[:2], ("甲一", None), ("乙二", "男"))) == ["甲一", "乙二"]


def test_a_line_with_a_group_gives_it_to_the_people_below() -> None:
    content = xlsx(
        ("序号", "姓名", "性别", "党小组"),
        ("一、第一党小组（2人）",),
        (1, "甲一", "男", None),
        (2, "甲二", "女", "第三党小组"),
        (
            None,
            "第二党小组：",
        ),
        (1, "乙一", "女", None),
        ("小计", None, "1人"),
        ("三", "机关小组"),
        (1, "丙一", "男", None),
    )
    assert [(row.name, row.group) for row in read(content)] == [
        ("甲一", "第一党小组"),
        ("甲二", "第三党小组"),
        ("乙一", "第二党小组"),
        ("丙一", "机关小组"),
    ]
    assert notes(content) == [
        "未导入的行：第7行（小计）",
        "党小组标题行：第2行（第一党小组）、第5行（第二党小组）、第8行（机关小组）",
    ]


def test_rows_that_were_only_numbered_are_nobody() -> None:
    content = xlsx(("序号", *HEADING), (1, *ONE), (2,), ("3.",))
    assert (names(content), notes(content)) == (["甲一"], [])


def test_a_row_without_a_name_is_a_fault() -> None:
    assert [(fault.row, fault.column) for fault in faults(xlsx(HEADING, ONE, (None, "女", "第二党小组")))] == [
        (3, "姓名 (A)")
    ]
    assert [(fault.row, fault.column) for fault in faults(xlsx(HEADING, ONE, (None, None, "第二党小组")))] == [
        (3, "姓名 (A)")
    ]


def test_columns_that_are_not_read_are_named_once_without_their_content() -> None:
    heading = ("序号", *HEADING, "学历", "身份证号", "手机", "联系电话", "从未填写", None)
    content = saved(
        book_of(
            ("第一党小组", [heading, (1, *ONE, "大学", "110101199003077715", 13812345678, "0571-88000000", None, "x")]),
            ("第二党小组", [heading, (1, *THREE, "大专", None, None, None, None, None)]),
        )
    )
    assert notes(content) == ["2张表，共2人", "未读取的栏目：学历、身份证号、联系电话、J栏"]


# --- what Excel writes for a line break, and days --------------------------------------------------------------------


@pytest.mark.parametrize("mark", ["_x000D_", "_x000D_\n", "_x000d_", "_x000A_", "_x0009_", "_x005F_x000D_", "\r\n"])
def test_a_line_break_is_gone_from_names_and_groups(mark: str) -> None:
    heading, rows = (
        f"姓名{mark}",
        [(f"甲{mark}一", "男", f"第一党小组{mark}"), ("Anna" + mark + "B", "女", "第一党小组")],
    )
    text = "\n".join(",".join(f'"{cell}"' for cell in row) for row in [(heading, *HEADING[1:]), *rows])
    for content in (xlsx((heading, *HEADING[1:]), *rows), text.encode()):
        assert [(row.name, row.group) for row in read(content)] == [("甲一", "第一党小组"), ("Anna B", "第一党小组")]


def test_another_sign_that_is_written_by_its_number_is_that_sign() -> None:
    assert names(xlsx(HEADING, ("_x7532_一", "男", "第一党小组"))) == ["甲一"]


def days_of(content: bytes) -> list[date | None]:
    return [day for row in read(content) for day in (row.born_on, row.joined_party_on, row.converted_on)]


DAYS = ("姓名", "出生年月", "入党日期", "转正日期")
RIGHT = [date(1980, 5, 17), date(2005, 7, 1), date(2006, 7, 1)]
# The same three days as the two kinds of workbooks count them.
NUMBERS = {False: (29358, 38534, 38899), True: (27896, 37072, 37437)}


@pytest.mark.parametrize("from_1904", [False, True])
@pytest.mark.parametrize(
    "kind",
    [
        *("14", "17", "22", *map(str, range(27, 37)), *map(str, range(50, 59))),
        'yyyy"年"m"月"',
        '[$-804]yyyy"年"m"月"d"日";@',
        '[DBNum1][$-804]yyyy"年"m"月"d"日"',
        "yyyy\\-mm\\-dd;@",
        "e\\.m\\.d",
        # The format was lost: the number is all that is left.
        "General",
        "0",
        "@",
    ],
)
def test_days_as_numbers(kind: str, from_1904: bool) -> None:
    book = book_of(("名册", [DAYS, ("甲一", *NUMBERS[from_1904])]))
    if from_1904:
        book.epoch = CALENDAR_MAC_1904
    for at in (2, 3, 4):
        book.worksheets[0].cell(2, at).number_format = "0.000" if kind.isdigit() else kind
    content = saved(book)
    if kind.isdigit() and kind != "0":
        content = with_text(content, ('<xf numFmtId="164"', f'<xf numFmtId="{kind}"'))
    assert days_of(content) == RIGHT


def test_a_format_of_chinese_excel_that_the_file_describes_is_what_it_says() -> None:
    book = book_of(("名册", [(*DAYS, "手机"), ("甲一", *NUMBERS[False], 13812345678)]))
    for at in (2, 3, 4, 5):
        book.worksheets[0].cell(2, at).number_format = "0.000"
    content = with_text(
        saved(book),
        ('numFmtId="164" formatCode="0.000"', 'numFmtId="31" formatCode="0"'),
        ('xf numFmtId="164"', 'xf numFmtId="31"'),
    )
    assert ([row.phone for row in read(content)], days_of(content)) == (["13812345678"], RIGHT)


@pytest.mark.parametrize("from_1904", [False, True])
def test_times_beside_days_and_texts(from_1904: bool) -> None:
    book = openpyxl.Workbook()
    if from_1904:
        book.epoch = CALENDAR_MAC_1904
    sheet = book.worksheets[0]
    for row in (
        DAYS,
        ("甲一", datetime(1980, 5, 17, 8, 30), NUMBERS[from_1904][1] + 0.75, "2006-07-01 00:00:00"),
        ("甲二", "'1980.05.17", "2005年7月1日", str(NUMBERS[from_1904][2])),
        ("甲三", 19800517, "2005.7.1", date(2006, 7, 1)),
    ):
        sheet.append(row)
    sheet["B3"].quotePrefix = True
    sheet["B3"].value = "1980.05.17"
    assert days_of(saved(book)) == RIGHT * 3


@pytest.mark.parametrize("mark", ["'", "’", "`"])
def test_the_mark_of_a_text_is_no_part_of_a_day_or_a_number(mark: str) -> None:
    [row] = read(f"姓名,出生年月,手机\n甲一,{mark}1980.05.17,{mark}13812345678\n".encode())
    assert (row.born_on, row.phone) == (RIGHT[0], "13812345678")


@pytest.mark.parametrize("value", [60, 0, -5, 0.5, 2958466, 1e300, time(8, 30)])
@pytest.mark.parametrize("from_1904", [False, True])
def test_numbers_that_are_no_days(value: Any, from_1904: bool) -> None:
    """60 is the 29 February 1900 of Excel, which never was; 0 is what a link to an empty cell shows."""
    book = book_of(("名册", [("姓名", "出生年月"), ("甲一", value)]))
    book.worksheets[0]["B2"].number_format = "yyyy-mm-dd"
    if from_1904:
        book.epoch = CALENDAR_MAC_1904
    if value == 60 and from_1904:
        assert [row.born_on for row in read(saved(book))] == [date(1904, 3, 1)]
    else:
        assert [(fault.row, fault.column) for fault in faults(saved(book))] == [(2, "出生年月 (B)")]


@pytest.mark.parametrize(("number", "day"), [(1, date(1900, 1, 1)), (59, date(1900, 2, 28)), (61, date(1900, 3, 1))])
def test_the_first_days_of_excel(number: int, day: date) -> None:
    book = book_of(("名册", [("姓名", "出生年月"), ("甲一", number)]))
    book.worksheets[0]["B2"].number_format = "yyyy-mm-dd"
    assert [row.born_on for row in read(saved(book))] == [day]


@pytest.mark.parametrize("written", ["{}", "{}T00:00:00", "{}T08:30:00.000", "{}T00:00:00Z"])
@pytest.mark.parametrize("make", [strict, lambda content: content], ids=["strict", "transitional"])
def test_days_as_strict_files_write_them(written: str, make: Any) -> None:
    numbers = dict(zip("BCD", NUMBERS[False], strict=True))
    right = dict(zip("BCD", RIGHT, strict=True))
    cells = [
        (f'<c r="{at}2" t="n"><v>{number}</v></c>', f'<c r="{at}2" t="d"><v>{written.format(right[at])}</v></c>')
        for at, number in numbers.items()
    ]
    assert days_of(make(with_text(xlsx(DAYS, ("甲一", *NUMBERS[False])), *cells))) == RIGHT


def test_a_strict_file_is_read_like_any_other() -> None:
    for made in (office.xlsx(), office.xlsx(office.changed())):
        assert read(strict(made)) == read(made)
        assert notes(strict(made)) == notes(made)


def test_a_day_is_no_group_and_no_name() -> None:
    """What Excel makes of 1-1."""
    content = xlsx(HEADING, ("甲一", "男", date(2026, 1, 1)), (date(2026, 1, 2), "女", date(2026, 1, 1)))
    assert [(fault.row, fault.column) for fault in faults(content)] == [
        (2, "党小组 (C)"),
        (3, "姓名 (A)"),
        (3, "党小组 (C)"),
    ]


# --- csv -------------------------------------------------------------------------------------------------------------

LINES = [("党员名册", "", ""), HEADING, ("甲一", "男", "第一党小组"), ("甲二", "女", "第一党小组")]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|", "，"])
@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le", "utf-16-be"])
def test_a_csv_of_any_program(delimiter: str, ends: str, encoding: str) -> None:
    text = ends.join(delimiter.join(line) for line in LINES) + ends
    rows = read(text.encode(encoding))
    assert [(row.line, row.name, row.gender, row.group) for row in rows] == [
        (3, "甲一", "男", "第一党小组"),
        (4, "甲二", "女", "第一党小组"),
    ]


@pytest.mark.parametrize("said", ["sep=;", '"sep=;"', "sep=;;;"])
def test_a_line_that_says_the_delimiter(said: str) -> None:
    text = f"{said}\r\n" + "\r\n".join(";".join(line) for line in LINES)
    assert [(row.line, row.name) for row in read(text.encode("utf-8-sig"))] == [(3, "甲一"), (4, "甲二")]


def test_the_delimiter_is_what_makes_a_heading() -> None:
    """Many commas and tabs in quotes and in titles above, and line breaks in quotes."""
    text = (
        '"示范党支部，党员名册,,,,,,(一,二,三,四)\t\t\t\t"\n'
        '"填报：甲,乙,丙"\n姓名;性别;党小组;备注\n甲一;男;第一党小组;"无\n,,,,""无"""\n"甲\r\n二";女;第一党小组;\n'
    )
    assert [(row.line, row.name, row.notes) for row in read(text.encode())] == [
        (4, "甲一", '无 ,,,,"无"'),
        (5, "甲二", ""),
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('姓名,性别\n甲一,"男\n甲二,女\n', "第2行的英文引号没有成对，请检查后重新保存。"),
        ('姓名,性别\n甲一,男\n"甲"二,女\n', "第3行的英文引号没有成对，请检查后重新保存。"),
        ("姓名,性别\n甲一,男\0\n", "没有看懂这个文件，请发送xlsx或csv表格。"),
        ("姓名,性别,备注\n甲一,男," + "长" * 32_768, "第2行有一格内容过长，请精简后再发。"),
    ],
    ids=["never closed", "closed too early", "NUL", "long"],
)
def test_a_csv_that_is_broken(text: str, said: str) -> None:
    assert [fault.chinese() for fault in faults(text.encode())] == [said]


def test_rows_of_different_lengths() -> None:
    assert [row.group for row in read("姓名,性别,党小组\n甲一\n甲二,女,\n\n甲三,男,,,,\n".encode())] == ["", "", ""]
    [fault] = faults("姓名,性别,党小组\n甲一,男,第一党小组,1980.05\n甲二,女,第一党小组\n".encode())
    assert (fault.row, fault.column, fault.found) == (2, "无表头 (D)", "…")


# --- bounds ----------------------------------------------------------------------------------------------------------


def as_csv(rows: Sequence[Sequence[Any]]) -> bytes:
    return "\n".join(",".join(str(cell or "") for cell in row) for row in rows).encode()


@pytest.mark.parametrize("make", [lambda rows: xlsx(*rows), as_csv], ids=["xlsx", "csv"])
def test_what_is_more_than_is_read_is_refused(make: Any) -> None:
    wide = [(*HEADING, *[None] * 60, "转入"), (*ONE, *[None] * 60, "2023.08.15")]
    [fault] = faults(make(wide))
    assert fault.chinese() == "表格超过60栏（见第1行），请只保留需要的各栏。"
    long = [HEADING, *[(f"甲{number}", "男", "一组") for number in range(2_001)]]
    [fault] = faults(make(long))
    assert fault.chinese() == "名册超过2000人，请分次导入。"


@pytest.mark.parametrize("text", ["(" * 30_000, "合计" * 15_000, "共" * 30_000, "一" * 30_000, ":" * 30_000])
def test_a_long_cell_costs_no_more_than_its_length(text: str) -> None:
    """Minutes, where a pattern goes back at every letter: the test would end by its timeout."""
    assert faults(f"{text},x\n姓名,性别\n{text},男\n{text},\n甲一,男\n".encode())


def test_more_rows_than_a_sheet_may_have() -> None:
    rows = ["姓名,性别", "甲一,男", *["合计,"] * 10_000]
    [fault] = faults("\n".join(rows).encode())
    assert fault.chinese() == "表格超过10000行，请只保留需要的内容。"


def test_a_million_empty_rows_are_none() -> None:
    content = with_text(xlsx(HEADING, ONE), ("</sheetData>", '<row r="3"><c r="A3"/></row>' * 20_000 + "</sheetData>"))
    padded = with_text(content, ('<row r="3">', '<row r="1048576">'))
    assert names(padded) == ["甲一"]


# --- any of these ways -----------------------------------------------------------------------------------------------

# With letters of plane 2. To be extended by those of private use (U+E863) and of later Unicode (U+2EBF5, U+3158E), once
# names keep them.
LETTERS = "甲乙丙丁戊己庚辛〇䶮𬭎𠱓"
PERSON = st.tuples(
    st.text(LETTERS, min_size=2, max_size=4) | st.just("阿甲·乙提"),
    st.sampled_from("男女"),
    st.sampled_from(office.GROUPS),
    st.dates(date(1940, 1, 1), date(1990, 12, 31)),
)
PEOPLE = st.lists(PERSON, min_size=1, max_size=12, unique_by=lambda one: one[0])
DAY_FORMS = st.sampled_from(
    ["{0:%Y-%m-%d}", "{0:%Y.%m.%d}", "{0.year}年{0.month}月{0.day}日", "{0:%Y%m%d}", "{0.year}/{0.month}/{0.day}"]
)


@settings(max_examples=60, deadline=None)
@given(
    people=PEOPLE,
    form=DAY_FORMS,
    delimiter=st.sampled_from(",;\t|"),
    encoding=st.sampled_from(["utf-8-sig", "gb18030", "utf-16", "utf-16-be"]),
    ends=st.sampled_from(["\n", "\r\n", "\r"]),
    mark=st.sampled_from(["", "_x000D_", "\n", " ", "\u3000"]),
    columns=st.permutations(range(4)),
)
def test_people_written_as_csv_are_read_back(
    people: list[tuple[str, str, str, date]],
    form: str,
    delimiter: str,
    encoding: str,
    ends: str,
    mark: str,
    columns: list[int],
) -> None:
    written = [
        ("姓名", "性别", "党小组", "出生年月"),
        *((name + mark, sex, group, form.format(day)) for name, sex, group, day in people),
    ]
    text = ends.join(delimiter.join(f'"{row[at]}"' for at in columns) for row in [*written, ("合计", "", "", "")])
    assert [(row.name, row.gender, row.group, row.born_on) for row in read(text.encode(encoding))] == people


@settings(max_examples=60, deadline=None)
@given(
    people=PEOPLE,
    form=DAY_FORMS | st.just(""),
    from_1904=st.booleans(),
    is_strict=st.booleans(),
    titles=st.integers(0, 3),
    way=st.sampled_from(["column", "merged", "section", "sheet"]),
    hidden=st.booleans(),
)
def test_people_written_as_a_workbook_are_read_back(
    people: list[tuple[str, str, str, date]],
    form: str,
    from_1904: bool,
    is_strict: bool,
    titles: int,
    way: str,
    hidden: bool,
) -> None:
    people = sorted(people, key=lambda one: office.GROUPS.index(one[2]))
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    if from_1904:
        book.epoch = CALENDAR_MAC_1904
    groups = [group for group in office.GROUPS if any(one[2] == group for one in people)]
    for group in groups if way == "sheet" else ["名册"]:
        sheet = book.create_sheet(group)
        for at in range(titles):
            sheet.append([f"党员名册（{at}）"])
        sheet.append(["姓名", "性别", "出生年月", *(["党小组"] if way in ("column", "merged") else [])])
        for of in [group] if way == "sheet" else groups:
            if way == "section":
                sheet.append([f"{of}（{len(people)}人）"])
            of_group = [one for one in people if one[2] == of]
            first = sheet.max_row + 1
            for name, sex, _, day in of_group:
                sheet.append([name, sex, form.format(day) if form else day, *([of] if way == "column" else [])])
                sheet.row_dimensions[sheet.max_row].hidden = hidden
            if way == "merged":
                sheet.cell(first, 4).value = of
                sheet.merge_cells(start_row=first, end_row=sheet.max_row, start_column=4, end_column=4)
            sheet.append(["小计", None, len(of_group)])
    content = strict(saved(book)) if is_strict else saved(book)
    found = read(content)
    assert [(row.name, row.gender, row.group, row.born_on) for row in found] == people
    assert any("含隐藏行" in note for note in notes(content)) is hidden


OFFICE = office.xlsx()
_ARCHIVE = zipfile.ZipFile(io.BytesIO(OFFICE))
PARTS = {name: _ARCHIVE.read(name).decode() for name in _ARCHIVE.namelist()}


@settings(max_examples=150, deadline=None)
@given(
    part=st.sampled_from([name for name in PARTS if "theme" not in name and "docProps" not in name]),
    where=st.floats(0, 1, exclude_max=True),
    put=st.sampled_from(
        ["", "0", "-1", "9999999999", "<", ">", '"', "A", "xyz", "é", " ", "1e999", ":", "</row>", "&c;"]
    ),
    length=st.integers(0, 12),
)
def test_a_damaged_workbook_is_read_or_refused(part: str, where: float, put: str, length: int) -> None:
    """Never anything else, whatever stands in its parts; and in little time."""
    at = int(where * len(PARTS[part]))

    def change(name: str, text: str) -> str:
        return text[:at] + put + text[at + length :] if name == part else text

    try:
        found = len(read(edited(OFFICE, change)))
    except BadRoster as refused:
        found = len(refused.faults)
    assert found


@settings(max_examples=100, deadline=None)
@given(
    where=st.floats(0, 1, exclude_max=True), put=st.binary(max_size=4), length=st.integers(0, 6), packed=st.booleans()
)
def test_a_damaged_file_is_read_or_refused(where: float, put: bytes, length: int, packed: bool) -> None:
    content = OFFICE if packed else office.csv_file()
    at = int(where * len(content))
    try:
        found = len(read(content[:at] + put + content[at + length :]))
    except BadRoster as refused:
        found = len(refused.faults)
    assert found


def with_a_hidden_column() -> bytes:
    book = book_of(("名册", [(*HEADING, "手机"), (*ONE, 13812345678)]))
    book.worksheets[0].column_dimensions["D"].hidden = True
    return saved(book)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('min="4" max="4"', 'min="-1000000000" max="1000000000"'),
        ("</sheetData>", '</sheetData><mergeCell ref="A1"/><mergeCell ref="B5:A1"/><mergeCell ref="ZZZ1:A1"/>'),
        ('<c r="B2"', '<c r="b2"'),
    ],
)
def test_places_that_mean_nothing_are_passed_over(old: str, new: str) -> None:
    assert names(with_text(with_a_hidden_column(), (old, new))) == ["甲一"]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('<c r="B2"', '<c r="-2"'),
        ('<c r="B2"', '<c r="é2"'),
        ('<c r="B2" t="inlineStr"><is><t>男</t></is>', '<c r="B2" t="s"><v>-1</v>'),
        ('<row r="2"', '<row r="two"'),
        ("</sheetData>", '</sheetData><mergeCell ref="A:B"/>'),
    ],
)
def test_places_that_cannot_be_are_damage(old: str, new: str) -> None:
    [fault] = faults(with_text(with_a_hidden_column(), (old, new)))
    assert fault.chinese() == "表格文件已损坏，请重新保存后再发。"
