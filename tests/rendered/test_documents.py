"""The report and every ledger as they come out of a printer (LibreOffice, poppler): GB/T 9704-2012, nothing cut off."""

import io
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from openpyxl import load_workbook

from bot.features.archive.importing import Target, bring
from bot.features.ledgers import service as ledgers
from bot.features.ledgers.feature import offered_by
from bot.features.registry import FEATURES, FIGURES
from bot.features.report import papers, service, text
from bot.kit import paper
from scheduler.calendar.days import Quarter
from scheduler.calendar.periods import Period
from storage.audience import Me
from storage.choices import Duty
from storage.engine import Storage
from tests import reference_quarter
from tests.rendered.pages import Page, bare, fonts, printed
from tests.world import SHANGHAI

pytestmark = pytest.mark.rendered

NOW = datetime(2023, 10, 10, 3, tzinfo=UTC)
Q3 = Period.of(Quarter(2023, 3))
# Of the standard, in millimetres: the area of the text, and how far below it the number of the page stands.
LEFT, RIGHT, TOP, BOTTOM, NUMBER = 28.0, 184.0, 37.0, 262.0, 7.0
# A line of 3号 characters, in millimetres.
ROW, ROWS, LETTERS = 28.95 / 72 * 25.4, 22, 28


HEADS = {"指标数值单位口径来源记录", "指标来源记录"}


@dataclass(frozen=True)
class Printed:
    """The report with its paragraphs, the tables by name with their cells, and the pages of each. full: a page of
    nothing but letters.
    """

    report: Sequence[Page]
    full: Sequence[Page]
    said: Sequence[str]
    fonts: Sequence[tuple[str, bool]]
    tables: dict[str, tuple[Sequence[Page], Sequence[str], Sequence[str]]]


@pytest.fixture(scope="module")
def quarter(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Printed:
    folder = tmp_path_factory.mktemp("rendered")
    (folder / "branch.db").write_bytes(sqlite_template.read_bytes())
    with Storage(f"sqlite:///{folder / 'branch.db'}") as storage, storage.transaction() as session:
        document = reference_quarter.document()
        done = bring(session, document, Target(None), now=NOW, timezone="Asia/Shanghai", figures=FIGURES)
        me = Me(1, "甲一", done.branch_id, done.branch_id, frozenset({Duty.SECRETARY}), frozenset())
        found = service.report(session, me, Q3, NOW, SHANGHAI, figures=FIGURES, version="")
        said = [line for heading, listed in text.parts(found) for line in (heading, *listed) if line]
        report = folder / "report.docx"
        report.write_bytes(papers.made(session, found, date(2023, 10, 10)))
        asked = ledgers.asked_of(session, done.branch_id, me, Q3, NOW, SHANGHAI)
        listed = list(ledgers.files(asked, offered_by(FEATURES)))
        made = {one.name: one.content for one in listed} | {"目录.xlsx": ledgers.index(asked, listed)}
    tables = {name: content for name, content in made.items() if name.endswith(".xlsx")}
    paths = []
    for at, content in enumerate(tables.values()):
        paths.append(folder / f"table{at}.xlsx")
        paths[-1].write_bytes(content)
    of_report, of_full, *of_tables = printed(folder, [report, filled(folder / "full.docx"), *paths])
    return Printed(
        of_report,
        of_full,
        said,
        fonts(folder / "report.pdf"),
        {name: (pages, *cells(tables[name])) for name, pages in zip(tables, of_tables, strict=True)},
    )


def filled(path: Path) -> Path:
    """A page that is full: letters, and nothing that may hang or be half as wide."""
    here = paper.begun("x")
    paper.add(here, "党" * (LETTERS * ROWS), paper.LINE)
    path.write_bytes(paper.done(here))
    return path


def cells(content: bytes) -> tuple[list[str], list[str]]:
    """The words of the heading of the first sheet, and every text in any of them."""
    sheets = load_workbook(io.BytesIO(content)).worksheets
    texts = [cell.value for sheet in sheets for row in sheet.iter_rows() for cell in row if isinstance(cell.value, str)]
    top = sheets[0].print_title_rows
    assert top, "its heading stands on every page"
    last = int(top.split(":")[-1].strip("$"))
    return [str(cell.value) for cell in sheets[0][last] if cell.value], texts


# --- the report ------------------------------------------------------------------------------------------------------


def body(found: Printed) -> list[Page]:
    """The pages before the annex."""
    annex = next(at for at, page in enumerate(found.report) if page.lines[0].text == "附件")
    return list(found.report[:annex])


def test_every_page_is_a4_and_has_its_number(quarter: Printed) -> None:
    assert len(quarter.report) > len(body(quarter)) > 1
    for number, page in enumerate(quarter.report, 1):
        assert (round(page.width), round(page.height)) == (210, 297)
        last = page.lines[-1]
        assert bare(last.text) == f"—{number}—"
        # One letter of 4号 from the edge: right on odd pages, left on even ones.
        edge = RIGHT - last.right if number % 2 else last.left - LEFT
        assert edge == pytest.approx(14 / 72 * 25.4, abs=0.5)
        assert (last.top + last.bottom) / 2 - BOTTOM == pytest.approx(NUMBER, abs=0.7)


def test_22_lines_of_28_letters(quarter: Printed) -> None:
    for page in body(quarter):
        lines = page.lines[:-1]
        assert lines[0].top > TOP
        assert lines[-1].bottom <= BOTTOM + 0.5
        assert all(line.left >= LEFT - 0.1 for line in lines)
        # A closing mark may hang beyond the edge.
        assert all(line.right <= RIGHT + (6 if line.text[-1] in "，。；、”》）" else 0.1) for line in lines)
    whole = body(quarter)[1]
    assert len(whole.lines) - 1 == ROWS
    pitch = [after.top - before.top for before, after in zip(whole.lines[:-2], whole.lines[1:-1], strict=True)]
    assert pitch == pytest.approx([ROW] * len(pitch), abs=0.1)
    [full] = quarter.full
    assert [len(one.text) for one in full.lines[:-1]] == [LETTERS] * ROWS
    assert all(one.left == pytest.approx(LEFT, abs=0.1) for one in full.lines[:-1])
    assert all(RIGHT - 1 < one.right <= RIGHT for one in full.lines[:-1])


def test_all_of_the_text_is_there(quarter: Printed) -> None:
    printed_text = "".join(page.text.removesuffix(f"—{at}—") for at, page in enumerate(body(quarter), 1))
    for line in quarter.said:
        assert bare(line) in printed_text


def test_signature_and_attachment_stand_as_the_standard_has_them(quarter: Printed) -> None:
    *_, attached, name, day, _ = body(quarter)[-1].lines
    assert attached.text == "附件：季度数据汇总表"
    assert name.text == reference_quarter.BRANCH
    # 7.3.5.2: the date begins two letters to the right of the name.
    assert day.left - name.left == pytest.approx(2 * 16 / 72 * 25.4 * 0.5, abs=6)
    assert day.top > name.top > attached.top
    first = quarter.report[len(body(quarter))].lines
    assert first[0].left == pytest.approx(LEFT, abs=0.1)
    assert bare(first[1].text) == "季度数据汇总表"


def test_the_heading_of_the_annex_stands_on_all_its_pages(quarter: Printed) -> None:
    annex = [page for page in quarter.report[len(body(quarter)) :] if len(page.lines) > 1]
    heads = [any(bare(line.text) in HEADS for line in page.lines) for page in annex]
    assert len(heads) > 3
    assert all(heads)


def test_every_letter_has_a_font_that_comes_along(quarter: Printed) -> None:
    assert quarter.fonts
    assert all(embedded for _, embedded in quarter.fonts)


# --- the ledgers -----------------------------------------------------------------------------------------------------


def test_every_table_is_printed_whole_on_a4(quarter: Printed) -> None:
    assert len(quarter.tables) > 20
    for name, (pages, heading, texts) in quarter.tables.items():
        whole = "".join(page.text for page in pages)
        for at, page in enumerate(pages, 1):
            assert sorted((round(page.width), round(page.height))) == [210, 297], name
            assert f"第{at}页，共{len(pages)}页" in page.text, name
            assert all(line.left > 0 and line.right < page.width for line in page.lines), name
        assert "###" not in whole, f"{name}: a column is too narrow"
        assert not Counter(bare("".join(heading))) - Counter(pages[0].text), name
        lost = Counter(bare("".join(texts))) - Counter(whole)
        assert not lost, f"{name}: cut off"


def test_the_index_comes_along(quarter: Printed) -> None:
    pages, _, _ = quarter.tables["目录.xlsx"]
    assert "三会一课统计" in pages[0].text
