"""Rosters as secretaries keep them, and all that may be wrong with a file."""

import io
import zipfile
from datetime import date, datetime
from typing import Any

import openpyxl
import pytest
from openpyxl.worksheet.formula import ArrayFormula

from bot.features.roster_files.reading.hygiene import clean, faults_by_words, masked, not_repeating, sheet_faults
from bot.features.roster_files.reading.reader import read_roster as read_file
from bot.features.roster_files.reading.roster_file import BadRoster, PeopleSheet, RosterFile
from bot.features.roster_files.reading.rows import Exempt, ExemptAsk, Fault, RosterRow
from bot.kit import sheets
from bot.kit.sheets import csv_text
from bot.kit.words import Both
from storage.choices import Category, Duty, ExemptionReason, MembershipStatus, Rank

HEADING = ["序号", "姓名", "性别", "出生年月", "入党日期", "转正日期", "党小组"]
HEADING += ["党内职务", "职级", "类别", "转入/转出", "备注"]
ON_LEAVE, BACKWARDS = ExemptionReason.MATERNITY_LEAVE, "产假2026年8月31日至2026年3月1日"
# Of nobody: an invented day in an invented place, with the last sign that checks.
NUMBER = "11010519491231002X"
FULL, PROBATIONARY = MembershipStatus.FULL, MembershipStatus.PROBATIONARY


def read_roster(content: bytes) -> list[RosterRow]:
    """Everybody in the file."""
    return read_file(content).take().rows


def xlsx(*rows: list[Any]) -> bytes:
    book = openpyxl.Workbook()
    for line in rows:
        book.active.append(line)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def faults(content: bytes) -> list[Fault]:
    with pytest.raises(BadRoster) as refused:
        read_roster(content)
    assert str(refused.value)
    return list(refused.value.faults)


def test_the_ledger_as_it_is_kept() -> None:
    rows = read_roster(
        xlsx(
            ["示范党支部党员名册"],
            ["填报日期：2023年7月1日"],
            HEADING,
            [
                1,
                "甲 一",
                "男",
                1970.05,
                "1995-06-01",
                "1996年6月1日",
                "第一党小组",
                "书记",
                "正科",
                "在职",
                None,
                None,
            ],
            [],
            [
                2,
                "丙七",
                "女",
                datetime(1998, 3, 1),
                "2023.03.10",
                None,
                "第三党小组",
                None,
                "科员",
                None,
                "2023-03-11转入",
                "",
            ],
            [
                3,
                "丙八",
                "男",
                "1940年1月",
                "1965.07",
                "1966.07",
                "第三党小组",
                "",
                "",
                "离退休",
                "",
                "行动不便（2023-01-01起）",
            ],
            ["合计", "", 3],
        )
    )
    assert rows == [
        RosterRow(
            name="甲一",
            line=4,
            group="第一党小组",
            gender="男",
            born_on=date(1970, 5, 1),
            by_month=("born_on",),
            joined_party_on=date(1995, 6, 1),
            converted_on=date(1996, 6, 1),
            duties=(Duty.SECRETARY,),
            rank=Rank.SECTION,
            category=Category.IN_SERVICE,
            status=FULL,
        ),
        RosterRow(
            name="丙七",
            line=6,
            group="第三党小组",
            gender="女",
            born_on=date(1998, 3, 1),
            joined_party_on=date(2023, 3, 10),
            duties=(),
            rank=Rank.STAFF,
            category=Category.IN_SERVICE,
            status=PROBATIONARY,
            transfer_in=date(2023, 3, 11),
        ),
        RosterRow(
            name="丙八",
            line=7,
            group="第三党小组",
            gender="男",
            born_on=date(1940, 1, 1),
            by_month=("born_on", "joined_party_on", "converted_on"),
            joined_party_on=date(1965, 7, 1),
            converted_on=date(1966, 7, 1),
            duties=(),
            category=Category.RETIRED,
            status=FULL,
            exemption=Exempt(ExemptionReason.FRAIL_RETIRED, date(2023, 1, 1)),
            notes="行动不便（2023-01-01起）",
        ),
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("delimiter", [",", "\t"])
def test_csv_in_the_encodings_that_excel_writes(encoding: str, delimiter: str) -> None:
    lines = [
        ["姓 名", "所在党小组", "人员类别", "党员身份", "备 注"],
        ["甲一", "第一党小组", "退休", "预备党员", "无"],
    ]
    text = "\r\n".join(delimiter.join(line) for line in lines)
    [row] = read_roster(text.encode(encoding))
    assert (row.name, row.group, row.category, row.status) == (
        "甲一",
        "第一党小组",
        Category.RETIRED,
        PROBATIONARY,
    )


def test_what_a_file_does_not_say_stays_open() -> None:
    [row] = read_roster("姓名,性别\n甲一,男\n".encode())
    assert row == RosterRow(name="甲一", line=2, gender="男")


def test_every_fault_is_listed_with_its_place() -> None:
    found = faults(
        xlsx(
            HEADING,
            [1, None, "男", "1970.05", "", "", "第一党小组", "", "", "", "", ""],
            [
                2,
                "甲二",
                "先生",
                "去年",
                "",
                "",
                "",
                "原书记、组织委员",
                "正科、副处",
                "在职、退休",
                "8月15日转入",
                "出国2023.13",
            ],
        )
    )
    assert [(fault.row, fault.column) for fault in found] == [
        (2, "姓名 (B)"),
        *[(3, f"{column}") for column in ("性别 (C)", "出生年月 (D)", "党内职务 (H)", "职级 (I)", "类别 (J)")],
        (3, "转入/转出 (K)"),
        (3, "备注 (L)"),
        (3, "党小组"),
    ]
    assert str(found[2]).startswith("row 3, 出生年月 (D): found '去年', should be a day or a month such as 1990-05-01")
    assert found[1].chinese() == "第3行性别（C列）：“先生”，应为男、女之一。"
    assert found[0].chinese() == "第2行姓名（B列）：空白，应为不超过50字的姓名。"
    assert not any(letter.isascii() and letter.isalpha() for fault in found[2:] for letter in fault.wanted.chinese)


def test_faults_between_cells() -> None:
    content = (
        "姓名,党小组,党内职务,出生年月,入党日期,转正日期,转入,转出,备注\n"
        "甲一,一组,书记,1990.05,1980.05,,,,\n"
        "甲一,一组,书记,,,,2023.09,2023.08,\n"
        "甲二,二组,,,2020.01,2021.01,,,预备党员\n"
        "甲三,二组,,,,,,,产假2023.09至2023.05\n"
    )
    assert [(fault.row, fault.column) for fault in faults(content.encode())] == [
        (2, "入党日期"),
        (2, "姓名"),
        (3, "转出"),
        (3, "姓名"),
        (3, "党内职务"),
        (4, "转正日期"),
        (5, "备注"),
    ]


def test_a_leader_needs_a_group() -> None:
    assert [fault.column for fault in faults("姓名,党内职务\n甲一,党小组长\n".encode())] == ["党内职务"]


def test_a_formula_is_refused_wherever_it_stands() -> None:
    """In a column that nobody reads, above the heading, under the table, over several cells: all of them at once."""
    book = openpyxl.Workbook()
    for line in (
        ["党员名册", "=TODAY()"],
        ["序号（自动）", "姓名", "性别", None],
        ["=ROW()-1", "甲一", "男", '=WEBSERVICE("http://x")'],
        [2, '=HYPERLINK("http://x")', "男"],
        [3, "甲三", "#REF!"],
        ["合计", "", "=COUNTA(B3:B5)"],
    ):
        book.active.append(line)
    book.active["E4"] = ArrayFormula("E4:E5", "=SUM(A3:A4)")
    out = io.BytesIO()
    book.save(out)
    found = faults(out.getvalue())
    assert [(fault.row, fault.column, fault.found) for fault in found] == [
        (1, "姓名 (B)", "=TODAY()"),
        (3, "序号 (A)", "…"),
        (3, "无表头 (D)", "…"),
        (4, "姓名 (B)", '=HYPERLINK("http://x")'),
        (4, "无表头 (E)", "…"),
        (5, "性别 (C)", "#REF!"),
        (6, "性别 (C)", "=COUNTA(B3:B5)"),
    ]
    assert all("paste as values" in fault.wanted for fault in found)
    assert found[1].chinese().startswith("第3行序号（A列）：“…”，应为数值而不是公式")


@pytest.mark.parametrize(
    "cell", ["=1+1", "+cmd|'/c calc'!A0", "-2+3", "-x", "@SUM(1)", "＝1+1", "＠x", " =1", "\t=1", '"\n=1"', "\u200b=1"]
)
def test_in_a_csv_a_formula_is_what_begins_like_one(cell: str) -> None:
    for at, row in enumerate((f"甲一,男,{cell}", f"甲一,{cell},")):
        [fault, *_] = faults(f"姓名,性别,工号\n{row}\n".encode())
        assert (fault.row, fault.column) == (2, "工号 (C)" if at == 0 else "性别 (B)")
        assert "formula" in fault.wanted


@pytest.mark.parametrize(
    "cell", ["-", "--", "—", "－", "-5", "+3.5%", "-1,200.00", "+86 138-1234-5678", "+8613812345678"]
)
def test_a_dash_and_a_signed_number_are_no_formula(cell: str) -> None:
    [row] = read_roster(f'姓名,性别,手机,工号\n甲一,男,+86 138-1234-5678,"{cell}"\n甲二,{"-"},－,—\n'.encode())[:1]
    assert row.phone == "13812345678"


def test_what_was_written_here_comes_back_as_it_was() -> None:
    """The mark that makes a cell harmless is not part of the name."""
    for content in (
        csv_text(["姓名", "备注"], [["=cmd()", "-"], ["\t＋甲", "'旧名"]]).encode(),
        xlsx(["姓名", "备注"], ["'=cmd()", "'-"], ["'\t＋甲", "'旧名"]),
    ):
        assert [(row.name, row.notes) for row in read_roster(content)] == [("=cmd()", "-"), ("＋甲", "'旧名")]


def test_two_columns_of_one_meaning() -> None:
    assert faults("姓名,名字,性别\n甲一,甲二,男\n".encode()) == [
        Fault(1, "姓名 (B)", "名字", Both("one column for it (there are two)", ""))
    ]


@pytest.mark.parametrize("heading", ["手机,联系电话", "联系电话,手机号码"])
def test_of_two_telephone_columns_the_mobile_one_is_read(heading: str) -> None:
    mobile = heading.split(",").index(next(each for each in heading.split(",") if "手机" in each))
    numbers = ["0571-88000000", "0571-88000000"]
    numbers[mobile] = "13812345678"
    [row] = read_roster(f"姓名,党小组,{heading}\n甲一,一组,{','.join(numbers)}\n".encode())
    assert row.phone == "13812345678"


def test_one_telephone_is_one_persons() -> None:
    found = faults("姓名,手机\n甲一,13812345678\n甲二,13812345678\n甲三,\n甲四,\n".encode())
    assert [(fault.row, fault.column, fault.wanted.chinese) for fault in found] == [(3, "手机", "与第2行不同的号码")]


@pytest.mark.parametrize(
    ("group", "office", "right"),
    [
        ("第二党小组", "第一党小组组长", False),
        ("第二党小组", "支部委员会组织委员、第一党小组长", None),
        ("第一党小组", "第一小组组长", True),
        ("第一党小组", "第一党小组长", True),
        ("第一党小组", "党小组长", True),
        ("第一党小组", "组长", True),
        ("青年党小组", "书记、青年党小组组长", True),
        ("第一党小组", "书记", True),
    ],
)
def test_who_leads_a_group_is_in_it(group: str, office: str, right: bool | None) -> None:
    content = f"姓名,党小组,党内职务\n甲一,{group},{office}\n".encode()
    if right:
        assert len(read_roster(content)) == 1
    else:
        assert [fault.wanted.chinese for fault in faults(content)] == ["本人所在党小组的组长"]


def test_nobody_joins_as_a_child() -> None:
    found = faults("姓名,出生年月,入党日期\n甲一,2000.05,2010.05\n甲二,1990.05,2008.05\n".encode())
    assert [(fault.row, fault.column) for fault in found] == [(2, "出生年月")]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"PK\x03\x04 no zip at all",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
        b"\x00\x01\xff\xfe",
        "没有,标题\n甲一,男\n".encode(),
        "姓名,性别\n".encode(),
        b"x" * (sheets.MAX_BYTES + 1),
        ("姓名,性别\n" + "甲,男\n" * 2001).encode(),
    ],
)
def test_files_that_are_refused_whole(content: bytes) -> None:
    [fault] = faults(content)
    assert fault.row == 0


def test_a_zip_that_is_no_workbook_and_one_that_explodes() -> None:
    for name, data in (("hello.txt", b"hi"), ("xl/workbook.xml", b" " * 30_000_000)):
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
            packed.writestr(name, data)
        assert faults(out.getvalue())[0].row == 0


def test_no_identity_number_is_taken_in_as_a_remark() -> None:
    [fault] = faults("姓名,备注\n甲一,身份证11010519491231002X\n".encode())
    assert (fault.row, fault.column) == (2, "备注 (B)")
    assert "身份证号" in fault.chinese()


@pytest.mark.parametrize("name", ["张三110101199003077715", "秘密★1年", "绝密"])
def test_no_identity_number_and_no_mark_is_taken_in_as_a_name(name: str) -> None:
    [fault] = faults(f"姓名,性别\n{name},男\n".encode())
    assert fault.chinese() == "第2行姓名（A列）：“…”，应为不含身份证号和密级标志的姓名。"


def test_what_must_not_be_kept_is_not_said_in_a_fault_either() -> None:
    """A fault is a message, and messages are kept: an identity number in the column of the phones."""
    found = faults("姓名,手机,职级,备注\n甲一,110101199003077715,机密★,内部资料\n".encode())
    assert [fault.found for fault in found] == ["…", "…", "…"]


@pytest.mark.parametrize("column", ["党小组", "性别", "党内职务", "类别", "转入/转出", "免于考勤", "手机", "备注"])
@pytest.mark.parametrize(
    "cell", [NUMBER, f"产假，{NUMBER}", f"证件 {NUMBER[:6]} {NUMBER[6:14]} {NUMBER[14:]}", "机密★"]
)
def test_what_must_not_be_kept_is_a_fault_in_every_known_cell(column: str, cell: str) -> None:
    [fault] = faults(f"姓名,{column}\n甲一,{cell}\n".encode())
    assert fault.chinese() == f"第2行{column}（B列）：“…”，应为不含身份证号和密级标志的文字。"


def test_what_must_not_be_kept_is_not_said_of_headings_and_formulas() -> None:
    found = faults(xlsx(["姓名", "性别", f"证件{NUMBER}"], ["甲一", "男", "=A1"], ["甲二", f"={NUMBER}&A1"]))
    assert [(fault.column, fault.found) for fault in found] == [("… (C)", "…"), ("性别 (B)", "…")]


def test_a_list_of_mobile_numbers_in_one_cell() -> None:
    [fault] = faults("姓名,备注\n甲一,13800138001 13800138002 13800138003\n".encode())
    assert fault.chinese() == "第2行备注（B列）：“…”，应为不含成批手机号码的内容。"


def test_a_branch_s_own_words_are_found_in_what_is_asked_about() -> None:
    """The words of a question are kept with it: a clause of 免于考勤, which is kept nowhere else."""
    rows = read_roster("姓名,免于考勤,备注\n甲一,产假某某,\n甲二,,产假某某\n甲三,,某 某事，其妻产假\n".encode())
    assert [(fault.row, fault.column, fault.found) for fault in faults_by_words(rows, {"某某"})] == [
        (2, "免于考勤", "…"),
        (3, "备注", "…"),
        (4, "备注", "…"),
    ]


def test_a_branch_s_own_words_are_masked_in_what_is_said_of_a_file() -> None:
    book = openpyxl.Workbook()
    book.active.title = "名册"
    for line in (["姓名", "性别", "Ａ 项目号", f"证件{NUMBER}"], ["甲一", "男", 1, 2], ["合计3人a项目"]):
        book.active.append(line)
    book.create_sheet("a项目其他").append(["无"])
    book.create_sheet("空表").append([])
    out = io.BytesIO()
    book.save(out)
    file = clean(read_file(out.getvalue()), {"a项目"})
    said = [text for note in file.take().notes for text in (note, note.chinese)]
    assert not any("项目" in text or NUMBER in text for text in said)
    assert [note.chinese for note in file.take().notes] == [
        "未读取：…其他（无表头）、空表（空表）",
        "未读取的栏目：…号、…",
        "未导入的行：第3行（合计3人…）",
    ]
    # Without words of its own, a branch still has no identity numbers said.
    bare = PeopleSheet("名册", (), unread=(f"号{NUMBER}",), notes=(Both(f"row 3 ({NUMBER})", f"第3行（{NUMBER}）"),))
    [sheet] = clean(RosterFile((bare,), (Both("Not read", "未读取"),)), ()).sheets
    assert (sheet.unread, sheet.notes[0], sheet.notes[0].chinese) == (("号…",), "row 3 (…)", "第3行（…）")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("关于Ａ　项目的a项目", "关于…的…"),
        ("关于B项目", "关于B项目"),
        ("第一小组", "第一小组"),
        (f"{NUMBER}甲一", "…甲一"),
        ("绝密★一年", "…"),
        ("", ""),
    ],
)
def test_masked(text: str, shown: str) -> None:
    assert masked(text, {"a项目"}) == shown


def test_the_longer_of_two_words_is_masked_whole() -> None:
    assert masked("甲项目组二队", {"项目", "项目组"}) == "甲…二队"


def test_a_sheet_whose_name_must_not_be_said() -> None:
    book = openpyxl.Workbook()
    book.active.title = "一组"
    for name in ("一组", "A项目组", f"二{NUMBER}"):
        sheet = book["一组"] if name == "一组" else book.create_sheet(name)
        sheet.append(["姓名", "性别"])
        sheet.append([f"甲{name[0]}", "男"])
    out = io.BytesIO()
    book.save(out)
    file = read_file(out.getvalue())
    assert [fault.chinese()[:10] for fault in sheet_faults(file, {"a项目"})] == [
        "第2张党员表的名称含",
        "第3张党员表的名称含",
    ]
    assert [str(fault)[:32] for fault in sheet_faults(file, ())] == ["The name of sheet 3 with people "]
    masked_faults = not_repeating(
        [Fault(2, "A项目 (B)", "x", Both("row 3 of sheet A项目", "A项目表"), "A项目")], {"a项目"}
    )
    assert str(masked_faults[0]) == "sheet …, row 2, … (B): found 'x', should be row 3 of sheet …"
    assert masked_faults[0].chinese() == "…表第2行…（B列）：“x”，应为…表。"


@pytest.mark.parametrize("word", ["None", "nan", "NaN", "null", "#N/A", "TRUE", "FALSE", "#REF!"])
def test_a_program_s_word_for_nothing_is_neither_a_name_nor_a_group(word: str) -> None:
    name, group = faults(f"姓名,党小组\n{word},一组\n甲一,{word}\n".encode())[:2]
    assert name.chinese() == f"第2行姓名（A列）：“{word}”，应为党员姓名（不是数字、“无”或“已注销”）。"
    assert group.chinese() == f"第3行党小组（B列）：“{word}”，应为党小组名称。"


def test_a_group_that_is_none() -> None:
    for nothing in ("无", "-", "/"):
        assert [row.group for row in read_roster(f"姓名,党小组\n甲一,{nothing}\n".encode())] == [""]
        [fault] = faults(f"姓名,党小组\n甲一,{nothing}\n甲二,一组\n".encode())
        assert "本人所在党小组" in fault.chinese()
    for word in ("合计", "暂无", "未知"):
        fault = faults(f"姓名,党小组\n甲一,{word}\n甲二,一组\n".encode())[0]
        assert fault.chinese() == f"第2行党小组（B列）：“{word}”，应为党小组名称。"


def test_the_fault_of_a_name_says_why() -> None:
    number, erased, long = faults(f"姓名,性别\n12345,男\n已注销3,男\n{'甲' * 51},男\n".encode())
    assert "should be somebody's name (no number, nor a word for nobody)" in str(number)
    assert erased.chinese() == "第3行姓名（A列）：“已注销3”，应为党员姓名（不是数字、“无”或“已注销”）。"
    assert long.chinese().endswith("应为不超过50字的姓名。")


@pytest.mark.parametrize(
    ("own", "notes", "meant"),
    [
        ("产假", "产假2026年3月1日至8月31日", Exempt(ON_LEAVE, date(2026, 3, 1), date(2026, 9, 1))),
        ("产假2026年3月1日至8月31日", "产假", Exempt(ON_LEAVE, date(2026, 3, 1), date(2026, 9, 1))),
        ("产假2026年3月1日至8月31日", "产假2026.3.1-8.31", Exempt(ON_LEAVE, date(2026, 3, 1), date(2026, 9, 1))),
        ("长期病休", "85岁高龄", Exempt(ExemptionReason.LONG_SICK_LEAVE)),
        ("产假", "产假，已返岗", Exempt(ON_LEAVE, asks=ExemptAsk.LAST_DAY, said="产假，已返岗")),
        (
            "产假2026年3月1日至8月31日",
            "产假至2026年10月",
            Exempt(ON_LEAVE, date(2026, 3, 1), date(2026, 9, 1), ExemptAsk.WHETHER, "产假至2026年10月"),
        ),
        (
            "长期病休",
            "出国2026年3月1日起",
            Exempt(ExemptionReason.LONG_SICK_LEAVE, asks=ExemptAsk.WHETHER, said="出国2026年3月1日起"),
        ),
    ],
)
def test_the_column_of_exemptions_and_the_remarks_together(own: str, notes: str, meant: Exempt) -> None:
    [row] = read_roster(f"姓名,免于考勤,备注\n甲一,{own},{notes}\n".encode())
    assert row.exemptions == (meant,)


def test_days_in_the_wrong_order_are_a_fault_of_their_column() -> None:
    found = faults(f"姓名,免于考勤,备注\n甲一,{BACKWARDS},\n甲二,,{BACKWARDS}\n".encode())
    assert [fault.column for fault in found] == ["免于考勤", "备注"]


def test_an_exemption_knows_its_column() -> None:
    own, noted, kept = read_roster("姓名,免于考勤,类别,备注\n甲一,拟产假,,\n甲二,,,拟产假\n甲三,,长期病休,\n".encode())
    assert [row.exemption.column for row in (own, noted, kept) if row.exemption] == ["免于考勤", "备注", "类别"]


def test_a_branch_s_own_words_are_found_in_every_text_of_a_row() -> None:
    rows = read_roster("姓名,党小组,备注\n甲一,某某组,\n乙某 某,一组,关于Ａ项目\n".encode())
    assert [fault.chinese() for fault in faults_by_words(rows, {"某某", "a项目"})] == [
        "第2行党小组：“…”，应为不含支部规定的禁发词语的文字。",
        "第3行姓名：“…”，应为不含支部规定的禁发词语的文字。",
        "第3行备注：“…”，应为不含支部规定的禁发词语的文字。",
    ]
    assert faults_by_words(rows, ()) == ()
    bad = faults("姓名,性别\n甲一,某某\n".encode())
    assert [fault.found for fault in not_repeating(bad, {"某某"})] == ["…"]
    assert [fault.found for fault in not_repeating(bad, {"别的"})] == ["某某"]


def test_links_to_other_workbooks_are_refused() -> None:
    content = io.BytesIO(xlsx(["姓名", "性别"], ["甲一", "男"]))
    with zipfile.ZipFile(content, "a") as packed:
        packed.writestr("xl/externalLinks/externalLink1.xml", "<externalLink/>")
    [fault] = faults(content.getvalue())
    assert "断开链接" in fault.chinese()


def test_names_that_would_hide_something() -> None:
    [row] = read_roster("姓名,性别\n\u202e甲\u200b一<b>,男\n".encode())
    assert row.name == "甲一<b>"


def test_offices_of_a_real_roster() -> None:
    rows = read_roster(
        "姓名,党小组,党内职务\n甲一,第一党小组,党支部书记\n甲二,第一党小组,支部委员\n甲三,第一党小组,组织委员兼宣传委员\n"
        "甲四,第一党小组,第一党小组长\n甲五,第一党小组,纪检委员、保密员\n甲六,第一党小组,统战委员\n"
        "甲七,第一党小组,党支部副书记、组织委员\n甲八,第一党小组,安全员\n甲九,第一党小组,\n".encode()
    )
    assert [(row.duties, row.titles) for row in rows] == [
        ((Duty.SECRETARY,), ()),
        ((Duty.COMMITTEE_MEMBER,), ()),
        ((Duty.ORGANIZATION_OFFICER, Duty.PUBLICITY_OFFICER), ()),
        ((Duty.GROUP_LEADER,), ()),
        ((Duty.DISCIPLINE_OFFICER, Duty.COMMITTEE_MEMBER), ("保密员",)),
        ((Duty.COMMITTEE_MEMBER,), ("统战委员",)),
        ((Duty.DEPUTY_SECRETARY, Duty.ORGANIZATION_OFFICER), ()),
        ((), ()),
        ((), ()),
    ]
    assert [row.kept for row in rows[-2:]] == [("党内职务：安全员",), ()]
    assert [note.chinese for note in rows[-2].remarks] == ["党内职务“安全员”没有对应的选项，已记入备注"]
    assert [len(row.remarks) for row in rows] == [0, 0, 0, 0, 1, 0, 0, 1, 0]


def test_ranks_of_a_real_roster() -> None:
    rows = read_roster(
        "姓名,党小组,职级\n甲一,一组,一级调研员\n甲二,一组,四级主任科员\n甲三,一组,正处级\n甲四,一组,处级副职\n甲五,一组,副科级\n"
        "甲六,一组,正高级\n甲七,一组,二级巡视员\n甲八,一组,\n".encode()
    )
    assert [(row.rank, row.rank_text) for row in rows] == [
        (Rank.DIVISION, "一级调研员"),
        (Rank.DEPUTY_SECTION, "四级主任科员"),
        (Rank.DIVISION, ""),
        (Rank.DEPUTY_DIVISION, ""),
        (Rank.DEPUTY_SECTION, ""),
        (None, "正高级"),
        (Rank.DEPUTY_BUREAU, "二级巡视员"),
        (None, ""),
    ]
    assert [note.chinese for row in rows for note in row.remarks] == ["职级“正高级”按原文保存，不作科级以上统计"]


def test_remarks_of_a_real_roster() -> None:
    rows = read_roster(
        "姓名,党小组,备注\n甲一,一组,产假2026年3月1日至8月31日\n甲二,一组,原长期病休，2026年9月已恢复\n"
        "甲三,一组,2026年1月起长期病休；产假2025年3月1日至8月31日\n甲四,一组,拟申请产假\n甲五,一组,曾任工会主席\n".encode()
    )
    sick, maternity = ExemptionReason.LONG_SICK_LEAVE, ExemptionReason.MATERNITY_LEAVE
    assert [row.exemptions for row in rows] == [
        (Exempt(maternity, date(2026, 3, 1), date(2026, 9, 1)),),
        (Exempt(sick, None, date(2026, 9, 1), ExemptAsk.LAST_DAY, "原长期病休，2026年9月已恢复"),),
        (Exempt(maternity, date(2025, 3, 1), date(2025, 9, 1)), Exempt(sick, date(2026, 1, 1))),
        (Exempt(maternity, asks=ExemptAsk.WHETHER, said="拟申请产假"),),
        (),
    ]
    assert [row.notes for row in rows][-1] == "曾任工会主席"


@pytest.mark.parametrize("written", ["甲三（预备）", "甲 三 (预备党员)", "甲三【预备期】"])
def test_the_stage_behind_a_name_is_no_part_of_it(written: str) -> None:
    [row] = read_roster(f"姓名,党小组\n{written},一组\n".encode())
    assert (row.name, row.status) == ("甲三", PROBATIONARY)
    [row] = read_roster(f"姓名,党员身份\n{written},预备党员\n".encode())
    assert (row.name, row.status) == ("甲三", PROBATIONARY)


def test_a_stage_behind_the_name_and_another_in_its_column() -> None:
    [fault] = faults("姓名,类别,党员身份\n甲三（预备）,在职,正式党员\n".encode())
    assert fault.chinese() == "第2行党员身份：“正式党员”，应为与姓名后所注相同的党员身份。"
    [fault] = faults("姓名,转正日期\n甲三（预备）,2020.07.01\n".encode())
    assert (fault.row, fault.column) == (2, "转正日期")


def test_a_category_of_no_list_is_kept_and_said() -> None:
    retired, lent, plain_one = read_roster("姓名,类别\n甲一,退休\n甲二,借调\n甲三,\n".encode())
    assert [row.category for row in (retired, lent, plain_one)] == [Category.RETIRED, None, Category.IN_SERVICE]
    assert lent.kept == ("类别：借调",)
    assert str(lent.remarks[0]) == "类别: 借调 says nothing that is recorded by itself; kept in the notes"
    [fault] = faults("姓名,党员身份\n甲一,入党积极分子\n".encode())
    assert fault.chinese().endswith("应为正式党员或预备党员（尚未入党的同志不列入名册）。")


def test_a_branch_s_own_words_are_found_in_what_is_kept() -> None:
    rows = read_roster("姓名,党内职务,职级\n甲一,某某员,某某级\n甲二,某某委员,\n".encode())
    assert [(fault.row, fault.column) for fault in faults_by_words(rows, {"某某"})] == [
        (2, "职级"),
        (2, "备注"),
        (3, "党内职务"),
    ]


def test_an_exemption_in_a_column_of_categories_is_asked_about() -> None:
    sick, retired = read_roster("姓名,类别\n甲一,长期病休\n甲二,退休\n".encode())
    assert sick.exemptions == (Exempt(ExemptionReason.LONG_SICK_LEAVE, asks=ExemptAsk.WHETHER, said="长期病休"),)
    assert (sick.kept, retired.exemptions) == (("类别：长期病休",), ())


def test_an_identity_number_is_kept_in_no_cell() -> None:
    number = "11010119900307425"
    for heading in ("党内职务", "职级", "类别", "党员身份"):
        [fault] = faults(f"姓名,{heading}\n甲一,安全员{number}8\n".encode())
        assert (fault.column, fault.found) == (f"{heading} (B)", "…")
