"""The text of a report as it is read, in chat and on paper: headings and paragraphs, and which data it is made of."""

import re

from bot.features.report.rules import before_measure, numeral, points
from bot.features.report.service import Report
from bot.kit.versions import DRAFT
from bot.kit.words import full_day, quarter_word
from scheduler.calendar.days import Quarter

ISSUES, PLANS, ONE_PLAN = "存在问题：", "下一步主要做好以下{}项工作：", "下一步主要工作："
# How the plans begin, as they are read again: 第四季度工作计划：下一步主要做好以下两项工作：
PLANS_HEAD = re.compile(
    r"^(?:[^：\n]{1,20}工作计划：)?下一步主要(?:做好以下[^：\n]{1,4}项)?工作：|^[^：\n]{1,20}工作计划："
)
_LAST = "二、存在问题及下一步工作计划"


def parts(report: Report) -> list[tuple[str, list[str]]]:
    """Headings and paragraphs in their order; "" before those that have none."""
    found: list[tuple[str, list[str]]] = [("", [report.opening]), (f"一、{report.when}主要工作情况", [])]
    for at, part in enumerate(report.parts, 1):
        found.append((f"（{numeral(at)}）{part.word}", [line for one in part.paragraphs for line in one.splitlines()]))
    last = [f"{ISSUES}{points(report.issues)}"] if report.issues else []
    if report.plans:
        head = f"{report.further}工作计划：" if report.further != "下一步" else ""
        count = PLANS.format(before_measure(len(report.plans))) if len(report.plans) > 1 else ONE_PLAN
        last.append(f"{head}{count}{points(report.plans)}")
    return [*found, *([(_LAST, last)] if last else [])]


def last_chapter() -> str:
    """Its heading without the number."""
    return _LAST.split("、", 1)[1]


def version(report: Report) -> str:
    """第1版（2023年10月9日定稿）; of several quarters those that are closed."""
    found = report.found
    if found.frozen is not None:
        made = found.frozen.made_at.astimezone(found.counting.tz).date()
        return f"第{found.frozen.number}版（{full_day(made)}{'定稿' if found.frozen.number == 1 else '更正'}）"
    told = [f"{quarter.year}年{quarter_word(quarter.start)}第{name[1:]}版" for quarter, name in _frozen(report)]
    if not told:
        return "草稿（尚未定稿）"
    rest = "，其余为草稿" if len(told) < len(found.read) else ""
    return f"{'、'.join(told)}{rest}"


def _frozen(report: Report) -> list[tuple[Quarter, str]]:
    """The quarters of a longer period that are closed, with their versions (D27)."""
    return [(quarter, name) for quarter, name in report.found.read.items() if name != DRAFT]
