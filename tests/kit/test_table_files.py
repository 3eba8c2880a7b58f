"""What a file is, told by what it holds; workbooks that are damaged, hostile or written by other programs."""

import io
import json
import zipfile
from collections.abc import Mapping
from typing import Any

import pytest

from bot.kit.sheets import TableFile, Unreadable, breaks, day_of
from bot.kit.table_files import read_tables
from tests.books import book_of, edited, saved, with_text, xlsx


def read(content: bytes) -> TableFile:
    return read_tables(content, len)


def refusal(content: bytes) -> str:
    with pytest.raises(Unreadable) as refused:
        read(content)
    assert str(refused.value).endswith((".", ")"))
    return refused.value.wanted.chinese


def archive(parts: Mapping[str, str | bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        for name, text in parts.items():
            made.writestr(name, text)
    return out.getvalue()


def ole(*streams: str) -> bytes:
    """The beginning of a compound file, and its directory with entries of 64 bytes for a name."""
    names = b"".join(name.encode("utf-16-le").ljust(64, b"\0") + bytes(64) for name in ("Root Entry", *streams))
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504) + names


TYPES = {"[Content_Types].xml": "<Types/>"}
XML_2003 = (
    '<?xml version="1.0"?>\r\n<?mso-application progid="Excel.Sheet"?>\r\n'
    '<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"/>'
)
PAGE = (
    '<html xmlns:x="urn:schemas-microsoft-com:office:excel"><head><meta charset="gb2312"></head>'
    "<table><tr><td>姓名</table></html>"
)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (archive({**TYPES, "word/document.xml": "<w/>"}), "这是Word文档，请把表格另存为xlsx后再发。"),
        (archive({**TYPES, "ppt/presentation.xml": "<p/>"}), "这是演示文稿（pptx），请把内容录入表格"),
        (archive({**TYPES, "xl/workbook.bin": b"\x83\x01"}), "这是xlsb格式的表格，请把表格另存为xlsx后再发。"),
        (archive({"mimetype": "application/vnd.oasis.opendocument.spreadsheet", "content.xml": ""}), "这是ods表格"),
        (archive({"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": ""}), "这是odt文档"),
        (
            archive({"Index/Document.iwa": b"", "Metadata/Properties.plist": b""}),
            "这是Numbers或Pages文件，请导出为xlsx",
        ),
        (archive({"名册.xlsx": xlsx(["姓名", "性别"])}), "这是压缩包（zip），请解压后发送其中的表格。"),
        (archive({"a.txt": "", "b.txt": ""}), "这是压缩包（zip）"),
        (ole("WordDocument", "1Table"), "这是Word文档（doc、wps），请把表格另存为xlsx后再发。"),
        (ole("Workbook"), "这是旧版表格（xls、et），请把表格另存为xlsx后再发。"),
        (ole("Book"), "这是旧版表格（xls、et）"),
        (ole("EncryptionInfo", "EncryptedPackage"), "这是加密的文件，请取消密码后再发。"),
        (ole("PowerPoint Document"), "这是演示文稿（ppt）"),
        (ole("Workbook", "MBD0001", "WordDocument"), "这是旧版xls或加密的文件，请另存为不加密的xlsx后再发。"),
        (ole(), "这是旧版xls或加密的文件"),
        (b"%PDF-1.7\n", "这是PDF文件，请把内容录入表格（xlsx或csv）后再发。"),
        (b"\x89PNG\r\n\x1a\n", "这是图片（png）"),
        (b"\xff\xd8\xff\xe0\0\x10JFIF", "这是图片（jpg）"),
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "这是图片（heic）"),
        (b"\0\0\0\x18ftypmp42\0\0\0\0", "这是视频"),
        (b"RIFF\x10\0\0\0WEBPVP8 ", "这是图片（webp）"),
        (b"GIF89a\x01\0", "这是图片（gif）"),
        (b"Rar!\x1a\x07\x01\0", "这是压缩包（rar），请解压后发送其中的表格。"),
        (b"7z\xbc\xaf\x27\x1c\0\x04", "这是压缩包（7z）"),
        (b"\x1f\x8b\x08\0", "这是压缩包（gz）"),
        (b"{\\rtf1\\ansi", "这是文档（rtf）"),
        (XML_2003.encode(), "这是2003版XML表格，请把表格另存为xlsx后再发。"),
        (XML_2003.encode("utf-8-sig"), "这是2003版XML表格"),
        (XML_2003.encode("utf-16"), "这是2003版XML表格"),
        (b'<?xml version="1.0"?><list/>', "这是XML文件"),
        (PAGE.encode("gb18030"), "这是网页格式（html）的文件，请把表格另存为xlsx后再发。"),
        (b"\r\n<!DOCTYPE HTML><title>", "这是网页格式"),
        (PAGE.encode("utf-16"), "这是网页格式"),
        (b"MIME-Version: 1.0\r\nContent-Type: multipart/related", "这是网页格式"),
        (json.dumps({"姓名": "甲一"}).encode(), "这是JSON文件"),
        (b"[1, 2]\n", "这是JSON文件"),
        (b"", "文件是空的，请检查后重新发送。"),
        (b"\xef\xbb\xbf\r\n\r\n", "文件是空的"),
        (b"\0" * 1_000, "文件内容全部为零"),
        (b"PK\x03\x04" + b"\0" * 30, "表格文件已损坏，请重新保存后再发。"),
        (xlsx(["姓名", "性别"])[:-200], "表格文件已损坏"),
        (archive({**TYPES, "xl/workbook.xml": "<workbook/>"}), "表格文件已损坏"),
    ],
)
def test_what_is_no_table_is_named(content: bytes, said: str) -> None:
    assert refusal(content).startswith(said)


@pytest.mark.parametrize("text", ["[姓名],性别\n甲一,男\n", "{姓名,性别\n", "<姓名>,性别\n", "BM,x\n", "Kx,x\n"])
def test_a_csv_may_begin_like_something_else(text: str) -> None:
    assert read(text.encode()).is_csv


def test_macros_are_not_run_and_the_sheet_is_read() -> None:
    content = io.BytesIO(xlsx(["姓名", "性别"]))
    with zipfile.ZipFile(content, "a") as made:
        made.writestr("xl/vbaProject.bin", b"\xd0\xcf\x11\xe0")
    file = read(content.getvalue())
    assert (file.has_macros, [sheet.name for sheet in file.sheets]) == (True, ["名册"])
    assert not read(xlsx(["姓名"])).has_macros


LAUGHS = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]>'
OUTSIDE = '<!DOCTYPE x [<!ENTITY c SYSTEM "file:///etc/hostname">]>'
FETCHED = '<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd">'


@pytest.mark.parametrize("declared", [LAUGHS, OUTSIDE, FETCHED], ids=["billion laughs", "external", "dtd"])
@pytest.mark.parametrize(
    "part",
    ["xl/workbook.xml", "xl/worksheets/sheet1.xml", "xl/styles.xml", "_rels/.rels", "xl/_rels/workbook.xml.rels"],
)
def test_entities_are_refused_in_every_part(declared: str, part: str) -> None:
    def change(name: str, text: str) -> str:
        return declared + text.replace("姓名", "&c;") if name == part else text

    assert "内容不正常" in refusal(edited(xlsx(["姓名", "性别"]), change))


def cells(content: bytes) -> list[list[Any]]:
    return [list(row.cells) for sheet in read(content).sheets for row in sheet.rows]


def test_cells_and_rows_without_their_places() -> None:
    """As some programs write them: they follow one another."""
    content = with_text(
        xlsx(["姓名", "性别"], ["甲一", "男"]), *((f' r="{at}"', "") for at in ("1", "2", "A1", "B1", "A2", "B2"))
    )
    assert cells(content) == [["姓名", "性别"], ["甲一", "男"]]
    assert [row.number for sheet in read(content).sheets for row in sheet.rows] == [1, 2]


def test_shared_texts_with_their_pieces_and_without_how_they_are_spoken() -> None:
    texts = (
        '<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><si><t>姓名</t></si>'
        "<si><r><rPr><b/></rPr><t>甲</t></r><r><t xml:space='preserve'>一 </t></r>"
        "<rPh sb='0' eb='1'><t>jia</t></rPh></si></sst>"
    )
    content = io.BytesIO(
        with_text(
            xlsx(["姓名"], ["甲一"]),
            ('<c r="A1" t="inlineStr"><is><t>姓名</t></is></c>', '<c r="A1" t="s"><v>0</v></c>'),
            ('<c r="A2" t="inlineStr"><is><t>甲一</t></is></c>', '<c r="A2" t="s"><v>1</v></c>'),
            (
                "</Relationships>",
                '<Relationship Id="x" Type="http://x/sharedStrings" Target="/xl/texts.xml"/></Relationships>',
            ),
        )
    )
    with zipfile.ZipFile(content, "a") as made:
        made.writestr("xl/texts.xml", texts)
    assert cells(content.getvalue()) == [["姓名"], ["甲一 "]]


def test_names_with_a_prefix_are_the_same_names() -> None:
    def prefixed(name: str, text: str) -> str:
        if name != "xl/worksheets/sheet1.xml":
            return text
        for element in ("worksheet", "sheetData", "row", "c", "is", "t", "v"):
            text = text.replace(f"<{element} ", f"<x:{element} ").replace(f"<{element}>", f"<x:{element}>")
            text = text.replace(f"</{element}>", f"</x:{element}>")
        return text.replace("xmlns=", "xmlns:x=")

    assert cells(edited(xlsx(["姓名", 3], ["甲一", 2.5]), prefixed)) == [["姓名", 3], ["甲一", 2.5]]


def test_numbers_truths_and_errors() -> None:
    content = with_text(xlsx(["a", 1], [True, 1.5]), ("<v>1.5</v>", "<v>1.3812345678E10</v>"))
    assert cells(content) == [["a", 1], [True, 13812345678.0]]
    [sheet] = read(xlsx(["#REF!", "=1+1", "a"])).sheets
    assert (list(sheet.rows[0].cells), sheet.rows[0].formulas) == (["#REF!", "=1+1", "a"], {0, 1})


def test_merged_cells_over_rows_and_columns() -> None:
    book = book_of(("a", [["x", None, "y"], [None, None, "z"], ["w"]]))
    book.worksheets[0].merge_cells("A1:B2")
    first, second, third = read(saved(book)).sheets[0].rows
    assert (first.merged, first.across) == ({}, {1: "x"})
    assert (second.merged, second.across) == ({0: "x"}, {1: "x"})
    assert (third.merged, third.across) == ({}, {})
    assert (second.own(0), second.text(0), second.filled()) == ("", "x", [2])


def test_merged_cells_without_end_are_refused() -> None:
    content = with_text(
        xlsx(*([number] * 60 for number in range(200))),
        ("</sheetData>", "</sheetData><mergeCells>" + '<mergeCell ref="A1:XFD1048576"/>' * 60 + "</mergeCells>"),
    )
    assert "文件内容过多" in refusal(content)


def test_two_sheets_are_kept_apart_and_each_is_counted() -> None:
    file = read(saved(book_of(("a", [["x"]]), ("b", [["y"]]))))
    assert [(sheet.name, sheet.rows[0].text(0)) for sheet in file.sheets] == [("a", "x"), ("b", "y")]


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("甲_x000D_", "甲\r"),
        ("_x000a_甲", "\n甲"),
        ("a_x0009_b", "a\tb"),
        ("_x005F_x000D_", "\r"),
        ("_x005F_", "_"),
        ("_x0041_", "_x0041_"),
    ],
)
def test_breaks(text: str, right: str) -> None:
    assert breaks(text) == right


def test_the_last_days_of_both_ways_of_counting() -> None:
    assert [str(day_of(number)) for number in (1, 59, 60, 61, 2958465, 2958466)] == [
        "1900-01-01",
        "1900-02-28",
        "None",
        "1900-03-01",
        "9999-12-31",
        "None",
    ]
    assert [str(day_of(number, from_1904=True)) for number in (0, 1, 60, 2957003, 2957004)] == [
        "None",
        "1904-01-02",
        "1904-03-01",
        "9999-12-31",
        "None",
    ]
