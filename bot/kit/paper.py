"""Papers that an office files (docx): the page of GB/T 9704-2012, its styles, and the blocks that they are built of.

Fonts are named as offices have them, whether this machine has them or not. The same content is the same bytes.
"""

import io
import re
import unicodedata
import zipfile
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from docx import Document
from docx.document import Document as Paper
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Emu, Mm, Pt
from docx.styles.style import ParagraphStyle
from docx.table import Table, _Cell
from docx.text.paragraph import Paragraph

# Styles by the names that stand in the file.
TITLE, TEXT, FIRST, SECOND, LINE, CELL, HEAD, NUMBER, LABEL = (
    "公文标题", "公文正文", "公文一级标题", "公文二级标题", "公文行", "表格正文", "表格标题", "页码", "公文附件",
)  # fmt: skip
SONG_TITLE, FANG_SONG, KAI, HEI, SONG, FIGURES = (
    "方正小标宋简体", "仿宋_GB2312", "楷体_GB2312", "黑体", "宋体", "Times New Roman",
)  # fmt: skip
# Millimetres: what the page leaves for text.
WIDTH = 156
# Points: 3号 and 2号, 22 lines on a page, a line of the title and of a table.
_THREE, _TWO, _CELL_SIZE, _ROW, _TITLE_ROW, _ROW_CELL = 16, 22, 10.5, 28.95, 33, 18
# Millimetres of a picture: its width, and what of a page it may take.
_PICTURE, _HIGHEST = 150, 210
_PITCH, _CLOSER = "579", "-5"
_PICTURE_TIME = (1980, 1, 1, 0, 0, 0)
_MADE = datetime(2000, 1, 1)
# Section 2.2 of XML 1.0; a tab and a new line are no letters of a paragraph here either.
_NOT_IN_XML = re.compile(r"[\0-\x1f\ud800-\udfff\ufffe\uffff]")
_PPR_AFTER_SNAP = ("w:spacing", "w:ind", "w:contextualSpacing", "w:jc", "w:outlineLvl", "w:rPr")
_RPR_AFTER_SPACING = ("w:w", "w:kern", "w:position", "w:sz", "w:szCs", "w:u", "w:lang")


def begun(identifier: str) -> Paper:
    """An empty paper with its page and styles; `identifier`: what it is of, as its properties keep it."""
    paper = Document()
    properties = paper.core_properties
    properties.identifier, properties.author, properties.title, properties.comments = identifier, "", "", ""
    properties.created = properties.modified = _MADE
    _page(paper)
    _styles(paper)
    _numbered(paper)
    return paper


def done(paper: Paper) -> bytes:
    """Its bytes: no entry says when it was made."""
    made, again = io.BytesIO(), io.BytesIO()
    paper.save(made)
    with zipfile.ZipFile(made) as old, zipfile.ZipFile(again, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            entry = zipfile.ZipInfo(name, _PICTURE_TIME)
            entry.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(entry, old.read(name))
    return again.getvalue()


# --- the page ------------------------------------------------------------------------------------------------------


def _page(paper: Paper) -> None:
    section = paper.sections[0]
    section.page_width, section.page_height, section.gutter = Mm(210), Mm(297), 0
    section.top_margin, section.left_margin = Mm(37), Mm(28)
    section.right_margin, section.bottom_margin, section.footer_distance = Mm(26), Mm(35), Mm(25.2)
    grid = section._sectPr.find(qn("w:docGrid"))
    if grid is None:
        grid = OxmlElement("w:docGrid")
        section._sectPr.append(grid)
    grid.set(qn("w:type"), "lines")
    grid.set(qn("w:linePitch"), _PITCH)


def roomy(paper: Paper) -> None:
    """Narrower margins above and below, for a form of one page that is no official document."""
    section = paper.sections[0]
    section.top_margin, section.bottom_margin, section.footer_distance = Mm(20), Mm(15), Mm(8)


def _numbered(paper: Paper) -> None:
    """— 1 — on the outer side: right on odd pages, left on even ones, one letter from the edge."""
    paper.settings.odd_and_even_pages_header_footer = True
    section = paper.sections[0]
    for footer, side, indent in (
        (section.footer, WD_ALIGN_PARAGRAPH.RIGHT, "right"),
        (section.even_page_footer, WD_ALIGN_PARAGRAPH.LEFT, "left"),
    ):
        line = footer.paragraphs[0]
        line.style, line.alignment = paper.styles[NUMBER], side
        _indent(line.paragraph_format.element.get_or_add_pPr(), **{f"{indent}Chars": "100", indent: "280"})
        _run(line, "— ")
        _field(line, "PAGE")
        _run(line, " —")


def _field(line: Paragraph, code: str) -> None:
    for kind, text in (("begin", ""), ("", code), ("separate", ""), ("", "1"), ("end", "")):
        run = line.add_run()
        if kind:
            sign = OxmlElement("w:fldChar")
            sign.set(qn("w:fldCharType"), kind)
            run._r.append(sign)
        elif text == code:
            instruction = OxmlElement("w:instrText")
            instruction.text = code
            run._r.append(instruction)
        else:
            run.text = text


# --- styles --------------------------------------------------------------------------------------------------------


def _styles(paper: Paper) -> None:
    normal = paper.styles["Normal"]
    _look(normal, FANG_SONG, _THREE, _ROW)
    _spaced(normal)
    _plain(paper, TEXT, FANG_SONG, _THREE, _ROW, indent=2)
    _plain(paper, LINE, FANG_SONG, _THREE, _ROW)
    _plain(paper, FIRST, HEI, _THREE, _ROW, indent=2, level=0, stays=True)
    _plain(paper, SECOND, KAI, _THREE, _ROW, indent=2, level=1, stays=True)
    title = _plain(paper, TITLE, SONG_TITLE, _TWO, _TITLE_ROW, snaps=False, stays=True)
    title.paragraph_format.alignment = WD_ALIGN_PARAGRAPH.CENTER
    _plain(paper, CELL, FANG_SONG, _CELL_SIZE, _ROW_CELL, snaps=False)
    head = _plain(paper, HEAD, HEI, _CELL_SIZE, _ROW_CELL, snaps=False)
    head.paragraph_format.alignment = WD_ALIGN_PARAGRAPH.CENTER
    _plain(paper, NUMBER, SONG, 14, 18, snaps=False)
    _plain(paper, LABEL, HEI, _THREE, _ROW, stays=True)


def _plain(
    paper: Paper,
    name: str,
    font: str,
    size: float,
    row: float,
    *,
    indent: int = 0,
    level: int | None = None,
    snaps: bool = True,
    stays: bool = False,
) -> ParagraphStyle:
    """A style of a paragraph. indent: letters of the first line; level: in the outline; stays: with what follows."""
    style: Any = paper.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
    style.base_style = paper.styles["Normal"]
    _look(style, font, size, row)
    format_ = style.element.get_or_add_pPr()
    style.paragraph_format.keep_with_next = stays
    if not snaps:
        snap = OxmlElement("w:snapToGrid")
        snap.set(qn("w:val"), "0")
        format_.insert_element_before(snap, *_PPR_AFTER_SNAP)
    if indent:
        _indent(format_, firstLineChars=str(indent * 100), firstLine=str(int(indent * size * 20)))
    if level is not None:
        outline = OxmlElement("w:outlineLvl")
        outline.set(qn("w:val"), str(level))
        format_.insert_element_before(outline, "w:rPr")
    found: ParagraphStyle = style
    return found


def _look(style: Any, font: str, size: float, row: float) -> None:
    style.font.name, style.font.size, style.font.bold = FIGURES, Pt(size), False
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
        fonts.attrib.pop(qn(f"w:{theme}"), None)
    fonts.set(qn("w:eastAsia"), font)
    shape = style.paragraph_format
    shape.line_spacing_rule, shape.line_spacing = WD_LINE_SPACING.EXACTLY, Pt(row)
    shape.space_before = shape.space_after = Pt(0)
    shape.widow_control = False


def _spaced(style: Any) -> None:
    """28 letters of 3号 on a line: each a quarter of a point closer."""
    looks = style.element.get_or_add_rPr()
    closer = OxmlElement("w:spacing")
    closer.set(qn("w:val"), _CLOSER)
    looks.insert_element_before(closer, *_RPR_AFTER_SPACING)


def _indent(format_: Any, **attributes: str) -> None:
    indent = format_.get_or_add_ind()
    for name, value in attributes.items():
        indent.set(qn(f"w:{name}"), value)


# --- blocks --------------------------------------------------------------------------------------------------------


def clean(text: str) -> str:
    """What a paragraph can hold: what is none of XML's letters is left out."""
    return _NOT_IN_XML.sub("", text.replace("\t", " "))


def _run(line: Paragraph, text: str) -> None:
    """Marks that both scripts have stand in the Chinese font."""
    run = line.add_run(clean(text))
    run._r.get_or_add_rPr().get_or_add_rFonts().set(qn("w:hint"), "eastAsia")


def _of(style: str, line: Paragraph) -> Paragraph:
    """In one of our styles, whose id is its name: looking it up among all styles is a third of the time of a paper."""
    line._p.style = style
    return line


def add(paper: Paper, text: str, style: str = TEXT) -> Paragraph:
    """A paragraph of each line of the text; the last of them."""
    for one in text.splitlines() or [""]:
        line = _of(style, paper.add_paragraph())
        _run(line, one)
    return line


def title(paper: Paper, text: str, *, new_page: bool = False) -> None:
    """The title, with a blank line before the text."""
    add(paper, text, TITLE).paragraph_format.page_break_before = new_page
    add(paper, "", LINE)


def table(
    paper: Paper, widths: Sequence[float], rows: Sequence[Sequence[str]], *, heads: int = 1, splits: bool = False
) -> Table:
    """A table with lines, of these widths in millimetres; its first rows stand again on every page. splits: a row may
    go on on the next page.
    """
    made: Table = paper.add_table(rows=0, cols=len(widths), style=paper.styles["Table Grid"])
    made.autofit, made.alignment = False, WD_TABLE_ALIGNMENT.CENTER
    for at, texts in enumerate(rows):
        style = HEAD if at < heads else CELL
        _fill(_row(made), texts, widths, style, repeated=at < heads, whole=at < heads or not splits)
    for column, width in zip(made.columns, widths, strict=True):
        column.width = Mm(width)
    return made


def facts(paper: Paper, rows: Sequence[Sequence[str]], widths: Sequence[float]) -> Table:
    """A table of words and what they are: of a row of two the second goes over all columns."""
    made: Table = paper.add_table(rows=0, cols=len(widths), style=paper.styles["Table Grid"])
    made.autofit, made.alignment = False, WD_TABLE_ALIGNMENT.CENTER
    for texts in rows:
        row = _row(made)
        _fill(row, [*texts, *[""] * (len(widths) - len(texts))], widths, CELL, words=True)
        if len(texts) < len(widths):
            row.cells[1].merge(row.cells[-1])
            _without_blank(row.cells[1])
    for column, width in zip(made.columns, widths, strict=True):
        column.width = Mm(width)
    return made


def _row(made: Any) -> Any:
    return made.add_row()


def _fill(
    row: Any,
    texts: Sequence[str],
    widths: Sequence[float],
    style: str,
    *,
    repeated: bool = False,
    words: bool = False,
    whole: bool = True,
) -> None:
    """words: the first and the third cell are words for the others. whole: it stands on one page."""
    for at, (cell, text, width) in enumerate(zip(row.cells, texts, widths, strict=True)):
        cell.width = Mm(width)
        _write(cell, text, HEAD if words and at % 2 == 0 else style)
    properties = row._tr.get_or_add_trPr()
    for name in (*(["w:cantSplit"] if whole else []), *(["w:tblHeader"] if repeated else [])):
        properties.append(OxmlElement(name))


def _write(cell: _Cell, text: str, style: str) -> None:
    for at, one in enumerate(text.splitlines() or [""]):
        line = cell.paragraphs[0] if at == 0 else cell.add_paragraph()
        _run(_of(style, line), one)


def _without_blank(cell: _Cell) -> None:
    """Merging leaves the empty paragraphs of the cells that were taken in."""
    for line in cell.paragraphs[1:]:
        if not line.text:
            line._p.getparent().remove(line._p)


def picture(paper: Paper, content: bytes, words: str, number: int) -> None:
    """A PNG over the width of the page, as high as it is then, smaller where that is higher than a page. words: what
    it says to whoever cannot see it; number: which of the paper it is, from 1.
    """
    line = _of(CELL, paper.add_paragraph())
    line.alignment = WD_ALIGN_PARAGRAPH.CENTER
    # In a line of a fixed height it would be cut off.
    line.paragraph_format.line_spacing_rule = WD_LINE_SPACING.SINGLE
    shape = line.add_run().add_picture(io.BytesIO(content), width=Mm(_PICTURE))
    if shape.height > Mm(_HIGHEST):
        shape.width, shape.height = Emu(int(shape.width * Mm(_HIGHEST) / shape.height)), Mm(_HIGHEST)
    said = shape._inline.docPr
    said.set("name", f"图{number}")
    said.set("descr", clean(words.replace("\n", " ")))


# --- what stands below the text ------------------------------------------------------------------------------------


def attached(paper: Paper, names: Sequence[str]) -> None:
    """附件说明: one blank line below the text; no mark after a name (7.3.4)."""
    add(paper, "", LINE)
    if len(names) == 1:
        add(paper, f"附件：{names[0]}")
        return
    for at, name in enumerate(names, 1):
        add(paper, f"{'附件：' if at == 1 else '　　　'}{at}. {name}")


def signed(paper: Paper, name: str, day: str) -> None:
    """署名 and date without a seal (7.3.5.2): the name two letters from the right, the date's first letter two to the
    right of the name's; where that would end it nearer to the edge, it stands two from there, and the name moves left.
    """
    add(paper, "", LINE)
    longer = _letters(name) - _letters(day)
    for text, right in ((name, max(2, 4 - longer)), (day, max(2, longer))):
        line = add(paper, text, LINE)
        line.alignment, line.paragraph_format.keep_with_next = WD_ALIGN_PARAGRAPH.RIGHT, text is name
        shape = line.paragraph_format.element.get_or_add_pPr()
        _indent(shape, rightChars=str(int(right * 100)), right=str(int(right * _THREE * 20)))


def _letters(text: str) -> float:
    """Its width in letters of Chinese."""
    return sum(1 if unicodedata.east_asian_width(sign) in "WFA" else 0.5 for sign in text)


def attachment(paper: Paper, word: str, name: str) -> None:
    """附件 on a page of its own: its word at the top left, the title centred on the third line (7.3.7)."""
    line = add(paper, word, LABEL)
    line.paragraph_format.page_break_before = True
    add(paper, "", LINE)
    add(paper, name, TITLE)
