"""The report as docx (GB/T 9704-2012): title, text, signature, and the annex with every figure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from docx.document import Document as Paper

from bot.features.report import annex
from bot.features.report.returned import marks
from bot.features.report.service import Report
from bot.features.report.text import parts, version
from bot.features.tally.periods import words
from bot.kit import paper
from bot.kit.drawing import png
from bot.kit.pictures import Picture
from bot.kit.pictures import words as words_of
from bot.kit.words import full_day

# Millimetres of the annex's columns, and of the list of records; letters of a line of the title.
_WIDTHS, _OF_RECORDS, _TITLE_LINE = (36, 15, 13, 52, 40), (36, 120), 20


@dataclass(frozen=True, slots=True)
class Behind:
    """What the annex has: every figure, the records behind each, and the pictures of them."""

    lines: Sequence[annex.Line]
    sources: Sequence[tuple[str, Sequence[str]]] = ()
    pictures: Sequence[Picture] = ()


def made(report: Report, behind: Behind, day: date) -> bytes:
    """The paper. day: which it bears."""
    found = report.found
    here = paper.begun(marks.mark(report))
    paper.title(here, _by_sense(report.title, words(found.period)))
    for heading, paragraphs in parts(report):
        if heading:
            paper.add(here, heading, paper.FIRST if heading[:1] != "（" else paper.SECOND)
        for one in paragraphs:
            paper.add(here, one)
    paper.attached(here, [annex.name_of(found)])
    paper.signed(here, found.branch, full_day(day))
    _annex(here, report, behind)
    return paper.done(here)


def _by_sense(title: str, period: str) -> str:
    """A title that is too long for one line is broken behind the period that it names."""
    return title if len(title) <= _TITLE_LINE else title.replace(period, f"{period}\n", 1)


def _annex(here: Paper, report: Report, behind: Behind) -> None:
    paper.attachment(here, "附件", annex.name_of(report.found))
    paper.add(here, f"数据版本：{version(report)}", paper.CELL)
    paper.table(here, _WIDTHS, annex.rows(behind.lines))
    for number, one in enumerate(behind.pictures, 1):
        paper.picture(here, png(one), words_of(one), number)
    if behind.sources:
        paper.add(here, "", paper.LINE)
        rows = [("指标", annex.RECORDS), *((word, "\n".join(said)) for word, said in behind.sources)]
        paper.table(here, _OF_RECORDS, rows, splits=True)
