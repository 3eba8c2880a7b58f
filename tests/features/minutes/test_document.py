"""The papers: by their styles without any office program; the same bytes twice; and read back when they were edited."""

import io
import re
import zipfile
from collections.abc import Callable
from typing import Any

import pytest
from docx import Document
from docx.oxml.ns import qn

from bot.features.minutes import papers, reading, service, sheet
from bot.features.minutes.lines import said_lines
from bot.features.minutes.rules import PARTS, Found, HandedIn, Speech, Task, differing
from bot.kit import docx_blocks, paper
from storage.engine import Storage
from tests.features.minutes.desk import EVENING, LECTURE, MEETING, SHANGHAI, TOLD, Desk

SAID = [
    "甲三：介绍丁一同志的培养考察情况，认为其已具备党员条件。",
    "丁一：表示将以党员标准严格要求自己。",
    "与会党员一致认为该同志思想上积极要求进步，工作上认真负责。",
]


def st2(storage: Storage, kinds: list[Any] | None = None) -> bytes:
    with storage.transaction() as session:
        desk = Desk(session)
        desk.vote()
        desk.write()
        return papers.of_activity(session, desk.activity, kinds or [MEETING, LECTURE], SHANGHAI)


@pytest.fixture
def content(sqlite_url: str) -> bytes:
    with Storage(sqlite_url) as storage:
        return st2(storage)


def texts(content: bytes) -> list[str]:
    return [line.text for line in Document(io.BytesIO(content)).paragraphs if line.text]


def test_the_page_is_that_of_the_standard(content: bytes) -> None:
    """GB/T 9704-2012: A4, 37 and 28 mm, 22 lines of 28 letters, the fonts by name."""
    here: Any = Document(io.BytesIO(content))
    section = here.sections[0]
    assert [round(one.mm) for one in (section.page_width, section.page_height)] == [210, 297]
    margins = (section.top_margin, section.left_margin, section.right_margin, section.bottom_margin)
    assert [round(one.mm) for one in margins] == [37, 28, 26, 35]
    grid = section._sectPr.find(qn("w:docGrid"))
    assert (grid.get(qn("w:type")), grid.get(qn("w:linePitch"))) == ("lines", "579")
    fonts = {name: here.styles[name].element.rPr.rFonts.get(qn("w:eastAsia")) for name in (
        paper.TITLE, paper.TEXT, paper.FIRST, paper.SECOND, paper.CELL, paper.HEAD, paper.NUMBER)}  # fmt: skip
    assert fonts == {
        paper.TITLE: "方正小标宋简体", paper.TEXT: "仿宋_GB2312", paper.FIRST: "黑体", paper.SECOND: "楷体_GB2312",
        paper.CELL: "仿宋_GB2312", paper.HEAD: "黑体", paper.NUMBER: "宋体",
    }  # fmt: skip
    sizes = [here.styles[name].font.size.pt for name in (paper.TITLE, paper.TEXT, paper.FIRST, paper.NUMBER)]
    assert sizes == [22, 16, 16, 14]
    text = here.styles[paper.TEXT].paragraph_format
    assert text.line_spacing.pt == 28.95
    indent = here.styles[paper.TEXT].element.pPr.ind
    assert (indent.get(qn("w:firstLineChars")), indent.get(qn("w:firstLine"))) == ("200", "640")


def test_numbers_of_pages_stand_outside_and_heads_of_tables_again(content: bytes) -> None:
    here: Any = Document(io.BytesIO(content))
    assert here.settings.odd_and_even_pages_header_footer
    odd, even = (here.sections[0].footer, here.sections[0].even_page_footer)
    assert [one.paragraphs[0].text for one in (odd, even)] == ["— 1 —", "— 1 —"]
    assert "PAGE" in odd._element.xml
    assert [one.paragraphs[0].alignment for one in (odd, even)] == [2, 0]
    tasks = here.tables[1]
    assert tasks.rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None
    assert tasks.rows[1]._tr.trPr.find(qn("w:tblHeader")) is None


def test_what_it_says_of_st2(content: bytes) -> None:
    said = texts(content)
    assert said[:3] == ["党员大会记录", "一、第一议题", "关于党的建设的重要论述"]
    assert said[said.index("三、发言要点") + 1 :][:3] == SAID
    assert "接收丁一同志为预备党员：应到会有表决权22人，到会20人；" in said[said.index("五、表决情况") + 1]
    assert said.count("主持人（签字）：　　　　　　记录人（签字）：") == 2
    head = Document(io.BytesIO(content)).tables[0]
    cells = {row.cells[0].text: row.cells[1].text for row in head.rows}
    assert cells["缺席人员及原因"] == "甲四（公差）、乙五（病假）"
    assert (cells["列席人员"], cells["应到"]) == ("丁一", "23人")
    assert head.rows[4].cells[3].text == "21人（正式党员20人，预备党员1人）"


def test_the_same_content_is_the_same_bytes(storage: Storage) -> None:
    with storage.transaction() as session:
        desk = Desk(session)
        desk.write()
        made = {papers.whole(session, desk.activity, SHANGHAI) for _ in range(2)}
        signed = sheet.of(session, desk.activity, EVENING, SHANGHAI)
        assert len(made) == 1
        assert sheet.docx(signed, 1) == sheet.docx(signed, 1)


def test_what_is_no_letter_of_xml_is_left_out() -> None:
    here = paper.begun("x")
    paper.title(here, "标题\x00\x0b")
    paper.add(here, "一\ttwo\ud800\n三")
    assert texts(paper.done(here)) == ["标题", "一 two", "三"]


# --- read back -------------------------------------------------------------------------------------------------------


def edited(content: bytes, edit: Callable[[Any], None]) -> bytes:
    here, out = Document(io.BytesIO(content)), io.BytesIO()
    edit(here)
    here.save(out)
    return out.getvalue()


def the_line(here: Any, text: str) -> Any:
    return next(line for line in here.paragraphs if line.text == text)


def test_as_it_was_made_nothing_differs(content: bytes) -> None:
    found = reading.read(content).found
    assert set(found) == {MEETING, LECTURE}
    assert found[MEETING] == Found(
        {
            "agenda": ["审议接收丁一同志为预备党员", "书记讲党课"],
            "speeches": SAID,
            "resolutions": ["同意接收丁一同志为中共预备党员，报上级党委审批。"],
            "tasks": ["整理入党材料报上级党委；甲二；2023年10月9日", "确定培养联系人；甲三"],
        }
    )
    assert found[LECTURE] == Found({"agenda": [], "speeches": [], "tasks": []})


def test_what_was_changed_added_and_taken_out_is_found(content: bytes) -> None:
    def edit(here: Any) -> None:
        the_line(here, SAID[1]).text = "丁一：感谢党组织的培养。"
        the_line(here, "2. 书记讲党课").insert_paragraph_before("2. 通报党费收缴情况", style=paper.TEXT)
        here.tables[1]._tbl.remove(here.tables[1].rows[2]._tr)

    found = reading.read(edited(content, edit)).found[MEETING].parts
    assert found["agenda"] == ["审议接收丁一同志为预备党员", "通报党费收缴情况", "书记讲党课"]
    assert found["speeches"] == [SAID[0], "丁一：感谢党组织的培养。", SAID[2]]
    assert found["tasks"] == ["整理入党材料报上级党委；甲二；2023年10月9日"]


def test_what_somebody_adds_is_read_where_it_can_be_and_told_of_where_not(content: bytes) -> None:
    def edit(here: Any) -> None:
        title = the_line(here, "四、决议")
        title.insert_paragraph_before("四、党费收缴情况", style=paper.FIRST)
        title.insert_paragraph_before("23人交纳党费", style=paper.TEXT)
        last = [one for one in here.paragraphs if one.text.endswith("落实责任人及时限")][-1]
        last._p.addnext(_line("整理心得；甲二；10月9日前")._p)

    found = reading.read(edited(content, edit)).found
    assert found[MEETING].unread == ("四、党费收缴情况",)
    assert found[MEETING].parts["speeches"] == SAID
    assert found[LECTURE].parts["tasks"] == ["整理心得；甲二；10月9日前"]


def _line(text: str) -> Any:
    return Document().add_paragraph(text)


def test_a_part_without_its_heading_is_left_as_it_is(content: bytes) -> None:
    def edit(here: Any) -> None:
        line = the_line(here, "四、决议")
        line._p.getparent().remove(line._p)

    parts = reading.read(edited(content, edit)).found[MEETING].parts
    assert "resolutions" not in parts
    assert parts["speeches"][-1] == "同意接收丁一同志为中共预备党员，报上级党委审批。"


def test_a_table_of_somebody_else_says_nothing(content: bytes) -> None:
    def edit(here: Any) -> None:
        heading = the_line(here, "六、落实责任人及时限")
        foreign = here.add_table(rows=2, cols=2)
        foreign.cell(0, 0).text, foreign.cell(1, 0).text = "费用", "100"
        mine = here.tables[1]._tbl
        mine.getparent().replace(mine, foreign._tbl)
        assert heading is not None

    assert reading.read(edited(content, edit)).found[MEETING].parts["tasks"] == []


def _packed(name: str, text: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        made.writestr(name, text)
    return out.getvalue()


def _empty() -> bytes:
    out = io.BytesIO()
    Document().save(out)
    return out.getvalue()


@pytest.mark.parametrize(
    "content",
    [
        b"", b"%PDF-1.7", b"PK\x03\x04broken", _packed("a.txt", "a"), _packed("word/document.xml", "<broken"), _empty(),
        _packed("word/document.xml", '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>'),
    ],
    ids=["nothing", "pdf", "broken zip", "another zip", "broken docx", "empty docx", "entities"],
)  # fmt: skip
def test_what_is_none_of_ours_is_no_paper(content: bytes) -> None:
    assert reading.read(content) == HandedIn()


def test_what_unpacks_to_too_much_is_not_unpacked(monkeypatch: pytest.MonkeyPatch, content: bytes) -> None:
    monkeypatch.setattr(docx_blocks, "_MOST_BYTES", 1000)
    assert reading.read(content) == HandedIn()


# --- 签到表 ---------------------------------------------------------------------------------------------------------


def test_the_sheet_is_blank_before_and_filled_afterwards(storage: Storage) -> None:
    with storage.transaction() as session:
        desk = Desk(session)
        blank = sheet.of(session, desk.activity, TOLD, SHANGHAI)
        assert len(blank.rows) == 23 + sheet.EMPTY
        assert all(row[3:] == ("", "") for row in blank.rows)
        assert _heads(sheet.docx(blank, 1)) == ["序号", "姓名", "党小组", "签名", "备注"]
        assert dict(blank.head)["应到"] == "23人"
        signed = sheet.of(session, desk.activity, EVENING, SHANGHAI)
    by_name = {row[1]: row for row in signed.rows}
    assert by_name["甲一"][2:] == ("第一党小组", "", "点名", "")
    assert (by_name["甲四"][5], by_name["乙五"][5], by_name["丁一"][4:]) == ("公差", "病假", ("代登", "列席"))
    assert [dict(signed.head)[word] for word in ("应到", "实到", "请假", "缺席")] == ["23人", "21人", "2人", "0人"]
    assert _heads(sheet.docx(signed, 1)) == ["序号", "姓名", "党小组", "签到时间", "方式", "备注"]
    assert len(Document(io.BytesIO(sheet.docx(signed, 1))).tables[1].rows) == 1 + 24
    assert sheet.xlsx(signed)[:2] == sheet.xlsx(blank)[:2] == b"PK"


def _heads(content: bytes) -> list[str]:
    return [cell.text for cell in Document(io.BytesIO(content)).tables[1].rows[0].cells]


def test_the_minutes_of_a_quarter_are_a_zip(storage: Storage) -> None:
    from scheduler.calendar.days import Quarter

    with storage.transaction() as session:
        desk = Desk(session)
        packed, many = papers.of_quarter(session, desk.cast.branch_id, Quarter.of(EVENING.date()), EVENING, SHANGHAI)
        assert many == 1
        assert zipfile.ZipFile(io.BytesIO(packed)).namelist() == ["01 9月党员大会和党课会议记录20230922.docx"]
        desk.activity.title = "../9月\u202e大会\u200b:<b>"
        packed, _ = papers.of_quarter(session, desk.cast.branch_id, Quarter.of(EVENING.date()), EVENING, SHANGHAI)
        assert zipfile.ZipFile(io.BytesIO(packed)).namelist() == ["01 ..9月大会b会议记录20230922.docx"]
        none, many = papers.of_quarter(session, desk.cast.branch_id, Quarter.of(TOLD.date()), TOLD, SHANGHAI)
        assert (many, zipfile.ZipFile(io.BytesIO(none)).namelist()) == (0, [])
        assert service.title_of(MEETING) == "党员大会记录"


# --- files that somebody made to do harm, or that broke --------------------------------------------------------------

GRID = '<w:gridSpan w:val="99999999"/>'


def rewritten(content: bytes, edit: Callable[[str], str]) -> bytes:
    """With other words in the body, as the file has them."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            text = old.read(name)
            new.writestr(name, edit(text.decode()) if name == "word/document.xml" else text)
    return out.getvalue()


def test_a_cell_that_goes_over_millions_of_columns_is_one_cell(content: bytes) -> None:
    """As is one that goes over x of them, and one that is merged with a row above the first."""
    for grid in (GRID, GRID.replace("99999999", "x"), "<w:vMerge/>"):
        once = rewritten(content, _each_cell(grid, 1))
        assert reading.read(once) == reading.read(content)
        assert set(reading.read(rewritten(content, _each_cell(grid, -1))).found) == {MEETING, LECTURE}


def _each_cell(said: str, many: int) -> Callable[[str], str]:
    return lambda words: words.replace("<w:tcPr>", f"<w:tcPr>{said}", many)


def test_a_cell_that_is_merged_with_the_one_above_says_what_that_says(content: bytes) -> None:
    def edit(here: Any) -> None:
        rows = here.tables[1].rows
        rows[2].cells[1].paragraphs[0].runs[0].text = ""
        rows[1].cells[1].merge(rows[2].cells[1])

    found = reading.read(edited(content, edit)).found[MEETING].parts["tasks"]
    assert found == ["整理入党材料报上级党委；甲二；2023年10月9日", "确定培养联系人；甲二"]


SPEECH = "<w:p><w:r><w:t>甲三：同意</w:t></w:r></w:p>"
ROW = "<w:tr><w:tc><w:p/></w:tc></w:tr>"


@pytest.mark.parametrize(
    "more",
    [
        SPEECH * 5_001,
        SPEECH.replace("同意", "同意" * 500_001),
        f"<w:tbl>{ROW * 201}</w:tbl>",
        f"<w:tbl><w:tr>{'<w:tc><w:p/></w:tc>' * 5_001}</w:tr></w:tbl>",
    ],
    ids=["paragraphs", "letters", "rows", "cells"],
)
def test_more_than_any_paper_of_minutes_has_is_none(content: bytes, more: str) -> None:
    assert (
        reading.read(rewritten(content, lambda words: words.replace("<w:sectPr", f"{more}<w:sectPr", 1))) == HandedIn()
    )


def test_a_paper_without_its_body_is_none(content: bytes) -> None:
    without = rewritten(content, lambda words: words[: words.index("<w:body>")] + "</w:document>")
    assert reading.read(without).found == {}


# --- as it was -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "said",
    [
        {"speeches": [Speech("请到会同志在签到表上（签字）。"), Speech("主持人（签字）处请补签。"), Speech("发言。")]},
        {"agenda": ["无"], "speeches": [Speech("无")], "resolutions": ["无"]},
        {"agenda": ["一项", "无"], "speeches": [Speech("甲"), Speech("无"), Speech("乙")]},
        {"agenda": ["三、决议"], "speeches": [Speech("甲"), Speech("三、决议"), Speech("乙")], "resolutions": ["通过"]},
        {"agenda": ["一项"], "speeches": [Speech("甲"), Speech("党员大会记录"), Speech("乙")], "resolutions": ["附件"]},
        {"agenda": ["2、审议"], "resolutions": ["10、同意", "1.5万元"], "tasks": [Task("第3季度材料", "3组")]},
        {},
    ],
    ids=["signed", "nothing", "nothing among others", "heading", "title", "numbers", "empty"],
)
def test_whatever_it_says_it_reads_back_as_it_was(storage: Storage, said: dict[str, Any]) -> None:
    with storage.transaction() as session:
        desk = Desk(session)
        desk.write(finish=False, **{part: [] for part in PARTS} | said)
        stands = service.written(session, service.row_of(session, desk.activity_id, MEETING))
        found = reading.read(papers.of_activity(session, desk.activity, [MEETING], SHANGHAI)).found[MEETING]
        assert differing({part: said_lines(part, stands, {}) for part in PARTS}, found) == {}


def test_without_its_styles_it_is_read_by_its_words(content: bytes) -> None:
    """And with styles that an office program calls otherwise in the file, as by its own."""
    as_it_was = reading.read(content)
    assert reading.read(rewritten(content, lambda words: re.sub(r"<w:pStyle[^>]*>", "", words))) == as_it_was
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            text = old.read(name)
            if name in {"word/document.xml", "word/styles.xml"}:
                text = re.sub(rb'(w:styleId|<w:pStyle w:val)="([^"]*)"', rb'\1="a\2"', text)
            new.writestr(name, text)
    assert reading.read(out.getvalue()) == as_it_was
    assert as_it_was.activity_id is not None


def test_without_properties_it_says_not_of_which_activity_it_is(content: bytes) -> None:
    def edit(here: Any) -> None:
        here.core_properties.identifier = ""

    unnamed = reading.read(edited(content, edit))
    assert (unnamed.activity_id, set(unnamed.found)) == (None, {MEETING, LECTURE})
