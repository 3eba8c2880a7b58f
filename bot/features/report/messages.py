"""Every word of 生成总结."""

from datetime import date

from bot.features.register.kinds.report import ISSUE, PARAGRAPH, PLAN_ITEM
from bot.features.report import buttons, text
from bot.features.report.service import Report
from bot.features.tally.periods import beside, words
from bot.kit.doors import NewEntry, ShowTally
from bot.kit.lists import filled, two_a_row
from bot.kit.replies import Choice, Document, Message, Pages

UNKNOWN_PERIOD = "没有找到这个时间段。可以发送“2023年三季度总结”“上半年总结”“2023年总结”。"
_OWN = (ISSUE, PLAN_ITEM, PARAGRAPH)


def page(report: Report, today: date) -> Message:
    """What the report is made of, what is not in it, and what can be done."""
    found = report.found
    code = found.period.code
    written = "还没有可以列入的数据。"
    if report.parts:
        paragraphs = sum(len(part.paragraphs) for part in report.parts)
        own = f"存在问题{len(report.issues)}个，下步计划{len(report.plans)}项"
        written = f"正文共{len(report.parts)}部分{paragraphs}段，{own}。"
    lines = [f"【工作总结】{words(found.period)}", f"数据：{text.version(report)}。", written]
    if report.dropped:
        lines.append(f"没有记录，未列入：{'、'.join(report.dropped)}。")
    if report.late:
        lines.append(f"统计截止后登记的存在问题和计划{report.late}条没有列入，如需列入，请办理更正。")
    make = [Choice("看正文", buttons.ReadReport(code)), Choice("生成文档", buttons.MakeReport(code))]
    write = [Choice(f"登记{kind.word}", NewEntry(kind.name)) for kind in _OWN]
    write.append(Choice("导入修改稿", buttons.ReturnReport(code)))
    around = [Choice(word, buttons.ShowReport(one.code)) for word, one in beside(found.period, today)]
    tally = [Choice("季度数据", ShowTally(code))] if found.period.quarter is not None else []
    return Message("\n".join(lines), filled(make, *two_a_row(write), around, tally))


def pages(report: Report) -> list[Message]:
    """The text as the document has it, over as many messages as it needs."""
    lines = [report.title]
    for heading, paragraphs in text.parts(report):
        lines += [*([heading] if heading else []), *(f"　　{one}" for one in paragraphs)]
    *first, last = Pages().add(lines).texts
    back = [[Choice("工作总结", buttons.ShowReport(report.found.period.code))]]
    return [*(Message(one) for one in first), Message(last, back)]


def handed(report: Report, content: bytes) -> Document:
    caption = f"{words(report.found.period)}工作总结，{text.version(report)}。"
    return Document(f"{report.title}.docx", content, caption=caption, secret=True)
