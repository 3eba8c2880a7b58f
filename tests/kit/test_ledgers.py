"""Tables that are handed out: what stands in their cells, how they are printed, and what is refused."""

import io
import re
import zipfile
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl.worksheet.worksheet import Worksheet

from bot.kit.ledgers import Cell, Column, Ledger, Percent, TooLong, book
from bot.kit.sheets import MOST_LETTERS, bare
from bot.kit.workbook import read_workbook
from tests.books import rows_of

NAMES = [Column("序号"), Column("姓名")]


def sheets(content: bytes) -> list[Worksheet]:
    return openpyxl.load_workbook(io.BytesIO(content)).worksheets


def one(ledger: Ledger) -> Worksheet:
    [sheet] = sheets(book(ledger))
    return sheet


def column(*cells: Cell) -> list[Any]:
    """What comes back of cells in one column: value and number format."""
    sheet = one(Ledger("台账", [Column("栏")], [[cell] for cell in cells]))
    return [(row[0].value, row[0].number_format) for row in sheet.iter_rows(min_row=2)]


def test_values_keep_their_kinds() -> None:
    assert column("甲一", 12, Decimal("3.50"), 0.25, date(2023, 7, 1), Percent(Decimal("95.8")), None, "") == [
        ("甲一", "General"),
        (12, "0"),
        (3.5, "0.00"),
        (0.25, "General"),
        (datetime(2023, 7, 1), 'yyyy"年"m"月"d"日"'),
        (0.958, "0.0%"),
        (None, "General"),
        (None, "General"),
    ]
    assert column(Percent(None), Percent(Decimal(100)), 0, -5, Decimal("1E+3")) == [
        ("—", "0.0%"),
        (1, "0.0%"),
        (0, "0"),
        (-5, "0"),
        (1000, "0"),
    ]


def test_what_excel_would_round_or_cannot_count_is_text() -> None:
    assert column(10**15 - 1, 10**15, 320102198001010011, Decimal("0.1234567890123456"), date(1899, 12, 31)) == [
        (10**15 - 1, "0"),
        ("1000000000000000", "General"),
        ("320102198001010011", "General"),
        ("0.1234567890123456", "General"),
        ("1899年12月31日", 'yyyy"年"m"月"d"日"'),
    ]
    assert [value for value, _ in column(date(1900, 1, 1), date(1900, 3, 1), date(9999, 12, 31))] == [
        datetime(1900, 1, 1),
        datetime(1900, 3, 1),
        datetime(9999, 12, 31),
    ]


@pytest.mark.parametrize("cell", [True, datetime(2023, 7, 1), b"x", ["甲"]])
def test_other_values_are_no_cells(cell: Any) -> None:
    with pytest.raises(TypeError, match="no cell of a ledger"):
        book(Ledger("台账", [Column("栏")], [[cell]]))


@pytest.mark.parametrize("cell", [float("nan"), float("inf"), Decimal("NaN"), Decimal("-Infinity")])
def test_what_is_no_number_is_none(cell: Any) -> None:
    with pytest.raises((TypeError, ValueError)):
        book(Ledger("台账", [Column("栏")], [[cell]]))


@pytest.mark.parametrize("row", [[], [1], [1, "甲一", "乙一"]])
def test_a_row_has_a_cell_for_every_column(row: list[Cell]) -> None:
    with pytest.raises(ValueError, match="cells under 2 columns"):
        book(Ledger("台账", NAMES, [[1, "甲一"], row]))


def test_lines_stand_above_and_below_the_table() -> None:
    rows = [[number, f"甲{number}"] for number in (1, 2)]
    content = book(
        Ledger("台账", NAMES, rows, title="签到台账", head=["填报单位：示范党支部", "第三季度"], foot=["共2人"])
    )
    assert rows_of(content) == [
        ["签到台账", None],
        ["填报单位：示范党支部", None],
        ["第三季度", None],
        ["序号", "姓名"],
        [1, "甲1"],
        [2, "甲2"],
        ["共2人", None],
    ]
    [sheet] = sheets(content)
    assert sorted(map(str, sheet.merged_cells.ranges)) == ["A1:B1", "A2:B2", "A3:B3", "A7:B7"]


def test_a_page_is_set_up_for_print() -> None:
    sheet = one(Ledger("台账", NAMES, [[1, "甲一"]], title="台账", head=["第三季度"], beside=2))
    assert (sheet.page_setup.paperSize, sheet.page_setup.orientation) == (9, "landscape")
    assert (sheet.sheet_properties.pageSetUpPr.fitToPage, sheet.page_setup.fitToHeight) == (True, 0)
    margins = sheet.page_margins
    assert (margins.left, margins.right, margins.top, margins.bottom) == (0.6, 0.6, 0.8, 0.8)
    assert sheet.print_options.horizontalCentered
    assert sheet.print_title_rows == "$1:$3"
    assert sheet.freeze_panes == "C4"
    assert sheet.oddFooter.center.text == "第 &P 页，共 &N 页"


def test_the_letters_are_those_of_an_office() -> None:
    sheet = one(Ledger("台账", NAMES, [[1, "甲一"], [None, ""]], title="台账"))
    title, heading, cell, empty = (sheet[at] for at in ("A1", "A2", "B3", "B4"))
    assert {each.font.name for each in (title, heading, cell)} == {"宋体"}
    assert [(each.font.size, each.font.bold) for each in (title, heading, cell)] == [
        (16, True),
        (10.5, True),
        (10.5, False),
    ]
    for each in (heading, cell, empty):
        assert {getattr(each.border, side).style for side in ("left", "right", "top", "bottom")} == {"thin"}
        assert (each.alignment.wrap_text, each.alignment.vertical) == (True, "center")
    assert title.border.left.style is None


def test_a_column_is_as_wide_as_its_letters() -> None:
    columns = [Column("姓名"), Column("备注"), Column("短", 12), Column("日期"), Column("参观红色教育基地")]
    rows: list[list[Cell]] = [
        ["甲一", "长" * 50, "长" * 50, date(2023, 10, 31), 1],
        ["abc\n甲乙丙丁", "", "", None, None],
    ]
    sheet = one(Ledger("台账", columns, rows))
    widths = [round(sheet.column_dimensions[letter].width) for letter in "ABCDE"]
    # Two for each wide letter and two more (Excel adds what stands beside the letters), at most forty.
    assert widths == [11, 41, 13, 17, 11]


def test_a_row_is_as_high_as_its_lines() -> None:
    """LibreOffice shows a row without a height of its own as one line."""
    columns = [Column("参观红色教育基地"), Column("备注")]
    rows: list[list[Cell]] = [[1, "甲"], [1, "长" * 19], [1, "长" * 20], [1, "甲\n乙\n丙"], [1, None]]
    sheet = one(Ledger("台账", columns, rows))
    line = 10.5 * 1.5
    heights = [sheet.row_dimensions[row].height for row in range(1, 7)]
    assert heights == [2 * line, None, None, 2 * line, 3 * line, None]


def test_a_long_line_has_the_height_for_all_of_it() -> None:
    columns = [Column("甲", 11), Column("乙", 11)]
    sheet = one(Ledger("台账", columns, [], title="长" * 20, head=["短"], foot=["长" * 25]))
    title, head, foot = (sheet.row_dimensions[row].height for row in (1, 2, 4))
    assert (title, head, foot) == (4 * 16 * 1.5, None, 47.25)
    tallest = one(Ledger("台账", [Column("甲", 10)], [], foot=["长" * 5000]))
    assert tallest.row_dimensions[2].height == 408


def test_a_table_without_rows_and_one_without_columns() -> None:
    assert rows_of(book(Ledger("台账", NAMES))) == [["序号", "姓名"]]
    assert rows_of(book(Ledger("填写说明", head=["一行", "二行"]))) == [["一行"], ["二行"]]
    assert rows_of(book(Ledger("空"))) == []


def test_many_rows_are_all_there() -> None:
    rows = [[number, f"甲{number}"] for number in range(10_000)]
    assert rows_of(book(Ledger("台账", NAMES, rows)))[1:] == rows


def test_the_same_content_is_the_same_bytes() -> None:
    def made() -> bytes:
        return book(
            Ledger("台账", NAMES, [[1, "甲一"], [2, "乙一"]], title="台账"),
            Ledger("说明", head=["一行"]),
        )

    assert made() == made()
    with zipfile.ZipFile(io.BytesIO(made())) as archive:
        assert "2000-01-01T00:00:00Z" in archive.read("docProps/core.xml").decode()


# --- what stands in a cell ------------------------------------------------------------------------------------------

EVIL = ["=1+1", "+1", "-1", "@SUM(1)", "\t=1", "\r=1", "＝1", "\u200b=1", "{=1+1}", "http://x.example", "mailto:a@b.c"]


@pytest.mark.parametrize("text", EVIL)
def test_nothing_runs_and_nothing_is_a_link(text: str) -> None:
    ledger = Ledger("=1", [Column(text)], [[text]], title=text, head=[text], foot=[text])
    content = book(ledger)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        page = archive.read("xl/worksheets/sheet1.xml").decode()
        assert "xl/worksheets/_rels/sheet1.xml.rels" not in archive.namelist()
    assert re.findall("<f>|hyperlink", page) == []
    cells = {cell for row in rows_of(content) for cell in row}
    assert {bare(cell) for cell in cells} == {text.replace("\r", "\n")}


def test_a_line_end_is_one_and_what_no_file_can_hold_is_a_blank() -> None:
    assert column("一\r\n二\r三\x0b四\x85五", "一\0\x07二\ufffe三\ud800四") == [
        ("一\n二\n三\n四\n五", "General"),
        ("一  二 三 四", "General"),
    ]


@settings(max_examples=60, deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff\u2028\u2029")))
def test_every_text_is_read_back(text: str) -> None:
    [sheet] = read_workbook(book(Ledger("台账", [Column("甲"), Column("乙")], [["x", text]]))).sheets
    cells = sheet.rows[1].cells
    # What holds nothing but blanks is read as an empty cell.
    assert ("" if len(cells) == 1 else cells[1].removeprefix("'")) == (text.removeprefix("'") if text.strip() else "")


def test_escapes_of_other_programs_stay_as_they_were_written() -> None:
    [sheet] = read_workbook(book(Ledger("台账", [Column("甲")], [["甲_x0041_一"]]))).sheets
    assert sheet.rows[1].cells == ["甲_x0041_一"]


def test_a_cell_holds_as_much_as_excel_takes() -> None:
    for whole in ("长" * MOST_LETTERS, "🌟" * (MOST_LETTERS // 2)):
        assert column(whole) == [(whole, "General")]


@pytest.mark.parametrize("text", ["长" * (MOST_LETTERS + 1), "🌟" * (MOST_LETTERS // 2 + 1), "=" * MOST_LETTERS])
def test_more_is_refused_with_its_place_and_never_cut(text: str) -> None:
    ledger = Ledger("台账", NAMES, [[1, "甲一"], [2, text]], title="台账")
    with pytest.raises(TooLong) as refused:
        book(ledger)
    assert refused.value.text == "表格“台账”第4行“姓名”超过32767字，无法生成表格，请精简后再试。"
    with pytest.raises(TooLong, match="第2行超过"):
        book(Ledger("台账", NAMES, title="台账", head=[text]))


# --- names of sheets ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("names", "made"),
    [
        (["台账"], ["台账"]),
        (["1/2[甲]:*?\\"], ["1／2［甲］：＊？＼"]),
        (["名册", "名册", "名册"], ["名册", "名册(2)", "名册(3)"]),
        (["Abc", "aBC"], ["Abc", "aBC(2)"]),
        (["名册", "名册(2)", "名册"], ["名册", "名册(2)", "名册(3)"]),
        (["", " ", "\u200b"], ["表", "表(2)", "表(3)"]),
        (["'甲'"], ["’甲’"]),
        (["History"], ["History(2)"]),
        (["甲\n一\t组\x07"], ["甲 一 组"]),
        (["长" * 31, "长" * 32], ["长" * 31, "长" * 30 + "…"]),
        (["长" * 40, "长" * 41], ["长" * 30 + "…", "长" * 27 + "…(2)"]),
        (["🌟" * 16], ["🌟" * 15 + "…"]),
    ],
)
def test_names_of_sheets_are_made_such_as_excel_takes(names: list[str], made: list[str]) -> None:
    first, *more = [Ledger(name, NAMES) for name in names]
    assert [sheet.title for sheet in sheets(book(first, *more))] == made


# --- for those who fill a table in ----------------------------------------------------------------------------------


def test_choices_are_offered_and_others_are_not_refused() -> None:
    columns = [Column("性别", choices=("男", "女")), Column("姓名")]
    for rows, last in (([], 300), ([["男", "甲一"]] * 400, 401)):
        sheet = one(Ledger("名册", columns, rows))
        [allowed] = sheet.data_validations.dataValidation
        assert (str(allowed.sqref), allowed.type, allowed.formula1) == (f"A2:A{last}", "list", '"男,女"')
        assert not allowed.showErrorMessage


def test_more_choices_than_excel_takes_are_not_left_out_in_silence() -> None:
    with pytest.warns(UserWarning, match="255"), pytest.raises(ValueError, match="not written"):
        book(Ledger("名册", [Column("职级", choices=["长" * 20] * 20)]))


def test_what_is_typed_into_a_column_of_text_stays() -> None:
    sheet = one(Ledger("名册", [Column("出生年月", as_text=True)], [["1990.10"], [""]]))
    assert [sheet[at].number_format for at in ("A2", "A3")] == ["@", "@"]
    assert sheet.column_dimensions["A"].number_format == "@"
