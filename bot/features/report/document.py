"""The report as docx (GB/T 9704-2012): title, text, signature, and the annex with every figure."""

from collections.abc import Sequence
from datetime import date

from docx.document import Document as Paper

from bot.features.report import annex
from bot.features.report.rules import before_measure, numeral, points
from bot.features.report.service import Report
from bot.features.tally.periods import words
from bot.kit import paper

ISSUES, PLANS = "存在问题：", "下一步主要做好以下{}项工作："
# Millimetres of the annex's columns, and of the list of records; letters of a line of the title.
_WIDTHS, _OF_RECORDS, _TITLE_LINE = (36, 15, 13, 52, 40), (36, 120), 20


def made(report: Report, lines: Sequence[annex.Line], sources: Sequence[tuple[str, Sequence[str]]], day: date) -> bytes:
    """The paper. day: which it bears."""
    found = report.found
    here = paper.begun(f"report:{found.counting.branch_id}:{found.period.code}:{found.version}")
    paper.title(here, _by_sense(report.title, words(found.period)))
    for heading, paragraphs in text(report):
        if heading:
            paper.add(here, heading, paper.FIRST if heading[:1] != "（" else paper.SECOND)
        for one in paragraphs:
            paper.add(here, one)
    paper.attached(here, [annex.name_of(found)])
    paper.signed(here, found.branch, _full(day))
    _annex(here, report, lines, sources)
    return paper.done(here)


def _by_sense(title: str, period: str) -> str:
    """A title that is too long for one line is broken behind the period that it names."""
    return title if len(title) <= _TITLE_LINE else title.replace(period, f"{period}\n", 1)


def _full(day: date) -> str:
    """2023年10月9日 (7.3.5.4)"""
    return f"{day.year}年{day.month}月{day.day}日"


def text(report: Report) -> list[tuple[str, list[str]]]:
    """Headings and paragraphs in their order; "" before those that have none."""
    parts: list[tuple[str, list[str]]] = [("", [report.opening]), (f"一、{report.when}主要工作情况", [])]
    for at, part in enumerate(report.parts, 1):
        parts.append((f"（{numeral(at)}）{part.word}", [line for one in part.paragraphs for line in one.splitlines()]))
    last = [f"{ISSUES}{points(report.issues)}"] if report.issues else []
    if report.plans:
        head = f"{report.further}工作计划：" if report.further != "下一步" else ""
        count = PLANS.format(before_measure(len(report.plans))) if len(report.plans) > 1 else "下一步主要工作："
        last.append(f"{head}{count}{points(report.plans)}")
    return [*parts, *([("二、存在问题及下一步工作计划", last)] if last else [])]


def _annex(
    here: Paper, report: Report, lines: Sequence[annex.Line], sources: Sequence[tuple[str, Sequence[str]]]
) -> None:
    paper.attachment(here, "附件", annex.name_of(report.found))
    paper.add(here, f"数据版本：{version(report)}", paper.CELL)
    paper.table(here, _WIDTHS, annex.rows(lines))
    if sources:
        paper.add(here, "", paper.LINE)
        rows = [("指标", annex.RECORDS), *((word, "\n".join(said)) for word, said in sources)]
        paper.table(here, _OF_RECORDS, rows, splits=True)


def version(report: Report) -> str:
    found = report.found
    if found.frozen is not None:
        made = found.frozen.made_at.astimezone(found.counting.tz).date()
        return f"第{found.frozen.number}版（{_full(made)}{'定稿' if found.frozen.number == 1 else '更正'}）"
    read = "、".join(f"{quarter}{'草稿' if name == 'draft' else name}" for quarter, name in found.read.items())
    return read or "草稿（尚未定稿）"
